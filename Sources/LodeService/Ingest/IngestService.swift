public import LodeDomain

/// Takes observations in.
public struct IngestService: Sendable {
    private let store: any DatasetStore

    /// Writes to `store`.
    public init(store: any DatasetStore) {
        self.store = store
    }

    /// Stores the observations of a CSV text, all of them or none.
    ///
    /// The dataset is created if there is none of that name. Its time axis is then `timeAxis` or, without one, what
    /// the first time in the text looks like. Taking the same text again changes nothing; on an equal key the last
    /// text wins. Throws ``ServiceError/invalidCSV(_:)``, ``ServiceError/timeAxisMismatch(dataset:stored:given:)``.
    public func ingest(
        csv text: [UInt8], into name: String, timeAxis: TimeAxis?
    ) async throws(ServiceError) -> IngestAnswer {
        guard Dataset.isValidName(name) else { throw .invalidDatasetName(name) }
        let existing = try await callStore { () async throws(StoreError) in try await store.dataset(named: name) }
        if let existing, let timeAxis { try Self.check(timeAxis, fits: existing) }
        let observations = try await Self.parsed(text, timeAxis: existing?.timeAxis ?? timeAxis)
        let axis = existing?.timeAxis ?? observations.timeAxis
        let report = try await callStore { () async throws(StoreError) in
            let dataset = try await store.createDataset(named: name, timeAxis: axis)
            return try await store.write(observations.rows, to: dataset.id)
        }
        return IngestAnswer(
            dataset: name, created: existing == nil, timeAxis: TimeAxisDescription(axis),
            series: observations.seriesCount, rows: observations.rows.count, inserted: report.inserted,
            updated: report.updated, unchanged: report.unchanged, revision: report.watermark.revision)
    }

    /// The rows of a CSV text, which are not stored; throws ``ServiceError/invalidCSV(_:)``.
    public static func rows(ofCSV text: [UInt8], timeAxis: TimeAxis?) throws(ServiceError) -> [ObservationRow] {
        try observations(ofCSV: text, timeAxis: timeAxis).rows
    }

    /// As ``rows(ofCSV:timeAxis:)``, away from the cooperative pool: a large text takes seconds.
    private static func parsed(
        _ text: [UInt8], timeAxis: TimeAxis?
    ) async throws(ServiceError) -> ObservationCSV {
        let result = await BlockingWork.run { () -> Result<ObservationCSV, ServiceError> in
            do throws(ServiceError) {
                return .success(try observations(ofCSV: text, timeAxis: timeAxis))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func observations(
        ofCSV text: [UInt8], timeAxis: TimeAxis?
    ) throws(ServiceError) -> ObservationCSV {
        do {
            return try ObservationCSV(parsing: text.span, timeAxis: timeAxis)
        } catch {
            throw .invalidCSV(error)
        }
    }

    /// A number axis without a unit agrees with any number axis.
    private static func check(_ given: TimeAxis, fits dataset: Dataset) throws(ServiceError) {
        switch (given, dataset.timeAxis) {
        case (.dateTime, .dateTime), (.numeric(nil), .numeric): return
        case (.numeric(let unit), .numeric(let stored)) where unit == stored: return
        default:
            throw .timeAxisMismatch(dataset: dataset.name, stored: dataset.timeAxis, given: given)
        }
    }
}
