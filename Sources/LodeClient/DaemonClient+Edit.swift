package import LodeDomain
package import LodeService

extension DaemonClient: EditUseCases {
    package func change(dataset name: String, to change: DatasetChange) async throws {
        try await perform(Call(.patch, "v1", "datasets", name).sending(change))
    }

    package func describe(channel: String, of name: String, unit: String?, kind: ChannelKind) async throws {
        try await perform(
            Call(.put, "v1", "datasets", name, "channels", channel).sending(ChannelChange(unit: unit, kind: kind)))
    }

    package func delete(dataset name: String) async throws {
        try await perform(Call(.delete, "v1", "datasets", name))
    }

    package func deleteObservations(
        of name: String, series: String?, channel: String?, from: TimeValue?, to: TimeValue?
    ) async throws -> DeletionReport {
        try await value(
            Call(
                .delete, "v1", "datasets", name, "observations",
                query: [
                    ("series", series), ("channel", channel), ("from", from?.description), ("to", to?.description),
                ]))
    }

    package func export(dataset name: String, _ write: @escaping @Sendable ([UInt8]) -> Bool) async throws {
        _ = try await stream(Call(.get, "v1", "datasets", name, "observations")) { write($0) }
    }

    package func export(facts kind: FactKind, of name: String) async throws -> [UInt8] {
        try await bytes(Call(.get, "v1", "datasets", name, kind.rawValue))
    }

    package func export(channelsOf name: String) async throws -> [UInt8] {
        try await bytes(Call(.get, "v1", "datasets", name, "channels"))
    }

    package func curve(_ request: CurveRequest) async throws -> CurveDescription {
        try await value(
            Call(
                .get, "v1", "datasets", request.dataset, "series", request.series, "curve",
                query: [
                    ("channel", request.channel), ("from", request.from?.description),
                    ("to", request.to?.description), ("buckets", "\(request.buckets)"),
                ]))
    }
}
