public import LodeDomain

/// Changes, exports and draws what is stored; see ``EditService``.
public protocol EditUseCases: Sendable {
    /// Gives a dataset another name, other tags, or both; nil leaves as it is.
    func change(dataset name: String, to change: DatasetChange) async throws
    /// Says what a channel measures; makes it where it is new.
    func describe(channel: String, of name: String, unit: String?, kind: ChannelKind) async throws
    /// Deletes a dataset with its series, observations and model versions.
    func delete(dataset name: String) async throws
    /// Deletes observations of a series, a channel, a closed range of times, or what all of them have in common.
    func deleteObservations(
        of name: String, series: String?, channel: String?, from: TimeValue?, to: TimeValue?
    ) async throws -> DeletionReport
    /// Hands out the observations of a dataset as CSV, in turn, until `write` returns false.
    func export(dataset name: String, _ write: @escaping @Sendable ([UInt8]) -> Bool) async throws
    /// Facts of the series of a dataset as CSV with the columns `series,name,value`.
    func export(facts kind: FactKind, of name: String) async throws -> [UInt8]
    /// What the channels of a dataset measure, as CSV with the columns `channel,unit,kind`.
    func export(channelsOf name: String) async throws -> [UInt8]
    /// A curve that draws like all observations of a channel of a series in a range.
    func curve(_ request: CurveRequest) async throws -> CurveDescription
}

extension EditService: EditUseCases {}
