public import LodeDomain
import Synchronization

/// Takes observations in.
public struct IngestService: Sendable {
    private let store: any DatasetStore & TableWriter & DatasetEditor
    private let now: Now

    /// Writes to `store`; `now` is the time of points that come without one.
    public init(store: any DatasetStore & TableWriter & DatasetEditor, now: @escaping Now) {
        self.store = store
        self.now = now
    }

    /// Stores the observations of a text, all of them or none, or without the faulty ones where the request says so.
    ///
    /// Everything is one transaction. The dataset is created if there is none of that name. Taking the same text again changes
    /// nothing; on an equal key the last text wins. Throws ``ServiceError/invalidInput(_:)``,
    /// ``ServiceError/timeAxisMismatch(dataset:stored:given:)``.
    public func ingest(
        _ text: IngestText, _ request: IngestRequest, onProgress: (@Sendable (IngestProgress) -> Void)? = nil
    ) async throws(ServiceError) -> IngestAnswer {
        let name = request.dataset
        guard Dataset.isValidName(name) else { throw .invalidDatasetName(name) }
        let key = try idempotencyKey(text, request)
        let existing = try await callStore { () async throws(StoreError) in try await store.dataset(named: name) }
        let given: TimeAxis? = if case .lineProtocol = request.format { .dateTime } else { request.timeAxis }
        if let existing, let given { try Self.check(given, fits: existing) }
        let axisToRead = existing?.timeAxis ?? given
        let now = now()
        // Away from the cooperative pool: a large text takes a while.
        let (reading, first) = try await BlockingWork.run {
            () -> Result<(IngestReading, ObservationTable?), ServiceError> in
            do throws(IngestFault) {
                let reading = try IngestReading(
                    text, request, timeAxis: axisToRead, now: now, onProgress: onProgress)
                return .success((reading, try reading.nextTable()))
            } catch {
                return .failure(.invalidInput(error))
            }
        }.get()
        let isEmpty = first?.rows.isEmpty ?? true
        if isEmpty, existing == nil {
            // Nothing is there to make a dataset of.
            throw .invalidInput(reading.rejected.faults.first ?? IngestFault(line: 1, problem: .noRows))
        }
        let axis = existing?.timeAxis ?? reading.timeAxis
        let report = try await write(
            first, reading,
            TableWriteRequest(
                dataset: name, timeAxis: axis, idempotencyKey: key, isRehearsal: request.isRehearsal))
        return answer(request, report, reading, axis)
    }

    /// Stores the observations of a CSV text, all of them or none.
    public func ingest(
        csv text: [UInt8], into name: String, timeAxis: TimeAxis?
    ) async throws(ServiceError) -> IngestAnswer {
        try await ingest(
            IngestText(text), IngestRequest(dataset: name, format: .delimited(DelimitedLayout()), timeAxis: timeAxis))
    }

    /// The rows of a CSV text, which are not stored; throws ``ServiceError/invalidInput(_:)``.
    public static func rows(ofCSV text: [UInt8], timeAxis: TimeAxis?) throws(ServiceError) -> [ObservationRow] {
        var rows: [ObservationRow] = []
        do throws(IngestFault) {
            let request = IngestRequest(dataset: "", format: .delimited(DelimitedLayout()))
            let reading = try IngestReading(
                IngestText(text), request, timeAxis: timeAxis, now: Timestamp(microseconds: 0), onProgress: nil)
            while let table = try reading.nextTable() {
                rows += table.rows.map { row in
                    ObservationRow(
                        series: table.seriesNames[Int(row.series)], time: row.time,
                        channel: table.channelNames[Int(row.channel)], value: row.value)
                }
            }
        } catch {
            throw .invalidInput(error)
        }
        return rows
    }

    /// Stores static covariates of the series of a dataset, from a delimited text with the columns `series,name,value`.
    public func ingest(
        facts text: IngestText, _ kind: FactKind, into name: String
    ) async throws(ServiceError) -> FactAnswer {
        guard Dataset.isValidName(name) else { throw .invalidDatasetName(name) }
        let found = try await callStore { () async throws(StoreError) in try await store.dataset(named: name) }
        guard let dataset = found else { throw .datasetNotFound(name, nearest: nil) }
        let facts: [SeriesFact]
        do throws(IngestFault) {
            facts = try text.withSpan { bytes throws(IngestFault) in try FactText.facts(of: bytes) }
        } catch {
            throw .invalidInput(error)
        }
        let report = try await callStore { () async throws(StoreError) in
            switch kind {
            case .statics: try await store.writeStatics(facts, to: dataset.id)
            case .labels: try await store.writeLabels(facts, to: dataset.id)
            }
        }
        return FactAnswer(
            dataset: name, kind: kind, rows: facts.count, inserted: report.inserted, updated: report.updated,
            unchanged: report.unchanged, revision: report.watermark.revision)
    }

    // MARK: - Steps

    private func write(
        _ first: ObservationTable?, _ reading: IngestReading, _ request: TableWriteRequest
    ) async throws(ServiceError) -> TableWriteReport {
        let pending = Mutex(first)
        do {
            return try await store.write(request) {
                let table = pending.withLock { table in
                    defer { table = nil }
                    return table
                }
                return try table ?? reading.nextTable()
            }
        } catch {
            // The store knows only that the reading failed.
            if let fault = reading.fault { throw .invalidInput(fault) }
            throw ServiceError(error)
        }
    }

    private func answer(
        _ request: IngestRequest, _ report: TableWriteReport, _ reading: IngestReading, _ axis: TimeAxis
    ) -> IngestAnswer {
        let rejected = reading.rejected
        let rows = report.rows
        return IngestAnswer(
            dataset: request.dataset, created: report.created, format: request.format.name,
            delimiter: reading.delimiter, wide: reading.isWide, timeAxis: TimeAxisDescription(axis),
            series: reading.seriesCount,
            rows: rows.inserted + rows.updated + rows.unchanged + rejected.count, inserted: rows.inserted,
            updated: rows.updated, unchanged: rows.unchanged, rejected: rejected.count,
            rejections: rejected.faults.map(IngestAnswer.Rejection.init), dryRun: request.isRehearsal,
            revision: rows.watermark.revision)
    }

    private func idempotencyKey(
        _ text: IngestText, _ request: IngestRequest
    ) throws(ServiceError) -> IdempotencyKey? {
        guard let key = request.idempotencyKey else { return nil }
        guard (1...255).contains(key.utf8.count) else {
            throw .invalidRequest(
                pointer: "Idempotency-Key", value: "\(key.utf8.count) bytes long", expected: "1 to 255 bytes")
        }
        let target = "\(request.dataset) \(request.format) \(request.keepsGoodRows) \(request.isRehearsal)"
        return IdempotencyKey(
            key: key, fingerprint: IngestText(Array(target.utf8)).fingerprint + " " + text.fingerprint)
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
