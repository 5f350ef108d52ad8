import LodeDomain

extension EditService {
    /// A curve that draws like all observations of a channel of a series in a range.
    public func curve(_ request: CurveRequest) async throws(ServiceError) -> CurveDescription {
        guard (1...100_000).contains(request.buckets) else {
            throw .invalidRequest(
                pointer: "buckets", value: "\(request.buckets)", expected: "a whole number from 1 to 100000")
        }
        let dataset = try await store.existingDataset(named: request.dataset)
        let first = try request.from?.time(on: dataset.timeAxis, pointer: "from") ?? -.infinity
        let last = try request.to?.time(on: dataset.timeAxis, pointer: "to") ?? .infinity
        guard first <= last else {
            throw .invalidRequest(
                pointer: "to", value: request.to?.description, expected: "a time not before “from”")
        }
        let summary = try await callStore { () async throws(StoreError) in
            try await store.summary(of: dataset.id)
        }
        let channels = summary.channels.map(\.name)
        guard channels.contains(request.channel) else {
            throw .invalidRequest(
                pointer: "channel", value: "“\(request.channel)”",
                expected: "one of the dataset's channels: \(channels.prefix(20).joined(separator: ", "))")
        }
        let curve = try await callStore { () async throws(StoreError) in
            try await store.curve(
                of: request.series, channel: request.channel, in: dataset.id, times: first...last,
                buckets: request.buckets)
        }
        guard let curve else {
            let names = try await callStore { () async throws(StoreError) in
                try await store.series(of: dataset.id, after: nil, limit: 10_000).map(\.name)
            }
            throw .seriesNotFound(
                request.series, dataset: dataset.name, nearest: NearestName.of(request.series, among: names))
        }
        return CurveDescription(curve, axis: dataset.timeAxis)
    }
}
