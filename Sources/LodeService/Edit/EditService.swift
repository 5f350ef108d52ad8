public import LodeDomain

/// Changes, exports and draws what is stored.
public struct EditService: Sendable {
    let store: any DatasetStore & DatasetEditor & SeriesReader & FactStore

    /// Works on `store`.
    public init(store: any DatasetStore & DatasetEditor & SeriesReader & FactStore) {
        self.store = store
    }

    /// Gives a dataset another name, other tags, or both; nil leaves as it is.
    public func change(dataset name: String, to change: DatasetChange) async throws(ServiceError) {
        let dataset = try await store.existingDataset(named: name)
        if let newName = change.name, !Dataset.isValidName(newName) { throw .invalidDatasetName(newName) }
        try await callStore { () async throws(StoreError) in
            _ = try await store.change(dataset.id, name: change.name, tags: change.tags)
        }
    }

    /// Says what a channel measures; makes it where it is new.
    public func describe(
        channel: String, of name: String, unit: String?, kind: ChannelKind
    ) async throws(ServiceError) {
        guard ChannelName.isValid(channel) else {
            throw .invalidRequest(
                pointer: "channel", value: "“\(channel)”", expected: "1 to 1024 bytes without control characters")
        }
        let dataset = try await store.existingDataset(named: name)
        try await callStore { () async throws(StoreError) in
            _ = try await store.describeChannel(channel, of: dataset.id, unit: unit, kind: kind)
        }
    }

    /// Deletes a dataset with its series, observations and model versions.
    public func delete(dataset name: String) async throws(ServiceError) {
        let dataset = try await store.existingDataset(named: name)
        try await callStore { () async throws(StoreError) in try await store.delete(dataset.id) }
    }

    /// Deletes observations of a series, a channel, a closed range of times, or what all of them have in common.
    public func deleteObservations(
        of name: String, series: String?, channel: String?, from: TimeValue?, to: TimeValue?
    ) async throws(ServiceError) -> DeletionReport {
        let dataset = try await store.existingDataset(named: name)
        let first = try from?.time(on: dataset.timeAxis, pointer: "from") ?? -.infinity
        let last = try to?.time(on: dataset.timeAxis, pointer: "to") ?? .infinity
        guard first <= last else {
            throw .invalidRequest(pointer: "to", value: to?.description, expected: "a time not before “from”")
        }
        let selection = ObservationSelection(series: series, channel: channel, times: first...last)
        return try await callStore { () async throws(StoreError) in
            try await store.deleteObservations(selection, of: dataset.id)
        }
    }

    /// Writes the observations of a dataset as CSV in the long form: by series, time and channel, all as of one moment.
    ///
    /// Hands out parts of the text in turn and ends early where `write` returns false. Equal contents give equal bytes, and the
    /// text taken in again gives equal contents.
    public func export(
        dataset name: String, _ write: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(ServiceError) {
        let dataset = try await store.existingDataset(named: name)
        guard write(CSVText.header) else { return }
        _ = try await callStore { () async throws(StoreError) in
            try await store.readSeries(of: dataset.id, channels: nil) { view in
                let columns = CSVText(channels: view.channels, timeAxis: view.dataset.timeAxis)
                return { series in columns.write(series, write) }
            }
        }
    }

    /// Facts of the series of a dataset as CSV with the columns `series,name,value`, by series and name.
    public func export(facts kind: FactKind, of name: String) async throws(ServiceError) -> [UInt8] {
        let dataset = try await store.existingDataset(named: name)
        return CSVText.facts(
            try await callStore { () async throws(StoreError) in try await store.facts(kind, of: dataset.id) })
    }

    /// What the channels of a dataset measure, as CSV with the columns `channel,unit,kind`, by channel.
    public func export(channelsOf name: String) async throws(ServiceError) -> [UInt8] {
        let dataset = try await store.existingDataset(named: name)
        let summary = try await callStore { () async throws(StoreError) in
            try await store.summary(of: dataset.id)
        }
        return CSVText.channels(summary.channels)
    }
}

/// What is to be changed in a dataset.
public struct DatasetChange: Hashable, Sendable, Codable {
    /// The new name.
    public var name: String?
    /// The new tags, in place of all others.
    public var tags: [String]?

    /// A change.
    public init(name: String? = nil, tags: [String]? = nil) {
        self.name = name
        self.tags = tags
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, tags
    }

    /// Reads a change; an unknown key is refused.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        tags = try container.decodeIfPresent([String].self, forKey: .tags)
    }
}
