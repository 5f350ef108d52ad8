public import LodeDomain

/// Takes observations in.
public struct IngestService: Sendable {
    private let store: any DatasetStore & TableWriter & DatasetEditor & FactStore
    private let now: Now

    /// Writes to `store`; `now` is the time of points that come without one.
    public init(store: any DatasetStore & TableWriter & DatasetEditor & FactStore, now: @escaping Now) {
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
        let key = try idempotencyKey(request.idempotencyKey, request.target, text)
        let existing = try await callStore { () async throws(StoreError) in try await store.dataset(named: name) }
        let given: TimeAxis? = if case .lineProtocol = request.format { .dateTime } else { request.timeAxis }
        if let existing, let given { try Self.check(given, fits: existing) }
        let axisToRead = existing?.timeAxis ?? given
        let now = now()
        let (reading, first) = try await Self.read { () throws(IngestFault) in
            let reading = try IngestReading(text, request, timeAxis: axisToRead, now: now, onProgress: onProgress)
            return (reading, try reading.nextTable())
        }
        let isEmpty = first?.rows.isEmpty ?? true
        if isEmpty, existing == nil {
            // Nothing is there to make a dataset of.
            throw .invalidInput(reading.rejected.faults.first ?? IngestFault(line: 1, problem: .noRows))
        }
        let axis = existing?.timeAxis ?? reading.timeAxis
        let report = try await write(
            first, reading,
            TableWriteRequest(
                dataset: name, timeAxis: axis, idempotencyKey: key, isRehearsal: request.isRehearsal,
                commitsTables: request.commitsParts && request.keepsGoodRows && key == nil,
                inputChannels: request.inputChannels))
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

    /// Stores static covariates or labels of the series of a dataset, from delimited text with the columns `series,name,value`.
    public func ingest(facts text: IngestText, _ request: FactRequest) async throws(ServiceError) -> FactAnswer {
        let dataset = try await store.existingDataset(named: request.dataset)
        let key = try idempotencyKey(request.idempotencyKey, request.target, text)
        let reading = try await Self.read { () throws(IngestFault) in
            var reading = FactText(keepsGoodRows: request.keepsGoodRows)
            try text.withSpan { bytes throws(IngestFault) in try reading.read(bytes) }
            return reading
        }
        let facts = reading.facts
        let report = try await callStore { () async throws(StoreError) in
            try await store.write(
                facts,
                FactWriteRequest(
                    dataset: dataset.id, kind: request.kind, idempotencyKey: key, isRehearsal: request.isRehearsal))
        }
        return FactAnswer(
            dataset: request.dataset, kind: request.kind, rows: facts.count + reading.rejectedCount,
            inserted: report.inserted, updated: report.updated, unchanged: report.unchanged,
            rejected: reading.rejectedCount, rejections: reading.faults.map(IngestAnswer.Rejection.init),
            dryRun: request.isRehearsal, revision: report.watermark.revision)
    }

    /// Says what the channels of a dataset measure, from delimited text with the columns `channel,unit,kind`; how many it names.
    public func ingest(channels text: IngestText, into name: String) async throws(ServiceError) -> Int {
        let dataset = try await store.existingDataset(named: name)
        let channels = try await Self.read { () throws(IngestFault) in
            try text.withSpan { bytes throws(IngestFault) in try ChannelText.channels(of: bytes) }
        }
        try await callStore { () async throws(StoreError) in
            try await store.describeChannels(channels, of: dataset.id)
        }
        return channels.count
    }

    // MARK: - Steps

    /// Reads a text away from the cooperative pool: a large one takes a while.
    private static func read<Reading: Sendable>(
        _ body: @escaping @Sendable () throws(IngestFault) -> Reading
    ) async throws(ServiceError) -> Reading {
        try await BlockingWork.run { () -> Result<Reading, ServiceError> in
            do throws(IngestFault) {
                return .success(try body())
            } catch {
                return .failure(.invalidInput(error))
            }
        }.get()
    }

    private func write(
        _ first: ObservationTable?, _ reading: IngestReading, _ request: TableWriteRequest
    ) async throws(ServiceError) -> TableWriteReport {
        let ahead = ReadAhead(first, isRead: reading.isDone) { () throws(IngestFault) in try reading.nextTable() }
        do {
            let report = try await store.write(request) { try ahead.next() }
            // A text that was answered before is read to its end, so that it is answered the same again.
            if report.isReplay { try await BlockingWork.run { ahead.readToEnd() }.get() }
            return report
        } catch {
            ahead.stop()
            // The store knows only that the reading failed; a failure of its own is no matter of the text.
            if let fault = ahead.fault { throw .invalidInput(fault) }
            throw (error as? StoreError).map { ServiceError($0) } ?? .unreadable(what: "A text", detail: "\(error)")
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
        _ key: String?, _ target: String, _ text: IngestText
    ) throws(ServiceError) -> IdempotencyKey? {
        guard let key else { return nil }
        guard (1...255).contains(key.utf8.count) else {
            throw .invalidRequest(
                pointer: "Idempotency-Key", value: "\(key.utf8.count) bytes long", expected: "1 to 255 bytes")
        }
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
