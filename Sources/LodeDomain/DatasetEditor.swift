/// Changes datasets in other ways than by adding observations.
///
/// Every call is one transaction, as in ``DatasetStore``. Each throws ``StoreError/datasetNotFound(_:)`` where the dataset
/// is gone.
public protocol DatasetEditor: Sendable {
    /// Gives a dataset another name, other tags in place of all others, or both; nil leaves as it is.
    ///
    /// Throws ``StoreError/invalidName(_:)`` or ``StoreError/nameTaken(_:)``.
    func change(
        _ dataset: Identifier<Dataset>, name: String?, tags: [String]?
    ) async throws(StoreError) -> Dataset

    /// Deletes a dataset with its series, observations and model versions.
    func delete(_ dataset: Identifier<Dataset>) async throws(StoreError)

    /// Says what a channel measures; makes it where it is new.
    func describeChannel(
        _ name: String, of dataset: Identifier<Dataset>, unit: String?, kind: ChannelKind
    ) async throws(StoreError) -> Channel

    /// Says what several channels measure, in one transaction; makes those that are new.
    func describeChannels(
        _ channels: [ChannelDescription], of dataset: Identifier<Dataset>
    ) async throws(StoreError)

    /// Deletes the observations that `selection` names.
    ///
    /// Series and channels stay, even if nothing is left of them.
    func deleteObservations(
        _ selection: ObservationSelection, of dataset: Identifier<Dataset>
    ) async throws(StoreError) -> DeletionReport
}

/// Which observations of a dataset; what is nil restricts nothing.
public struct ObservationSelection: Hashable, Sendable {
    /// Of this series only.
    public var series: String?
    /// Of this channel only.
    public var channel: String?
    /// In this closed range of times only.
    public var times: ClosedRange<Double>?

    /// A selection.
    public init(series: String? = nil, channel: String? = nil, times: ClosedRange<Double>? = nil) {
        self.series = series
        self.channel = channel
        self.times = times
    }
}

/// What a deletion did.
public struct DeletionReport: Hashable, Sendable, Codable {
    /// How many observations were deleted.
    public var deleted: Int
    /// The dataset's watermark after it.
    public var watermark: DataWatermark

    /// A report.
    public init(deleted: Int, watermark: DataWatermark) {
        self.deleted = deleted
        self.watermark = watermark
    }
}

/// What a channel measures, by its name.
public struct ChannelDescription: Hashable, Sendable {
    /// The channel's name.
    public var name: String
    /// The unit of its values, if it is told.
    public var unit: String?
    /// What its values are to a model.
    public var kind: ChannelKind

    /// A description; nothing is checked here.
    public init(name: String, unit: String? = nil, kind: ChannelKind = .measured) {
        self.name = name
        self.unit = unit
        self.kind = kind
    }
}
