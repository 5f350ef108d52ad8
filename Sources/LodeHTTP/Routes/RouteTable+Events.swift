import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import NIOCore

extension RouteTable {
    private static let streamQuery: [Operation.Parameter] = [
        .whole("after", 0...Int.max, "the number of the last event seen, as in Last-Event-ID")
    ]

    /// Live changes of jobs as server-sent events.
    mutating func addEvents(_ services: APIServices, uptime: @escaping @Sendable () -> UInt64) {
        let places = EventStreamPlaces(limit: EventStream.mostStreams)
        on(
            .get, "/v1/jobs/{job}/events",
            Operation(
                .read, "Follows a job as server-sent events; 204 where nothing is left to tell",
                query: Self.streamQuery,
                .text("text/event-stream"), .empty, isEndless: true)
        ) { request, context in
            let job = try Self.jobNumber(context)
            let after = try Self.lastEvent(request)
            // Found or refused before the first byte of the answer.
            _ = try await services.jobs.job(job, curveAfter: .max)
            if try await services.jobs.isOver(job, told: [], after: after ?? 0, limit: 1) {
                // Tells a browser that reconnects that there is nothing left to wait for.
                return Response(status: .noContent)
            }
            return try EventStream(jobs: services.jobs, job: job, after: after ?? 0, uptime: uptime).response(
                in: places)
        }
        on(
            .get, "/v1/events",
            Operation(
                .read, "Follows all jobs as server-sent events", query: Self.streamQuery, .text("text/event-stream"),
                isEndless: true)
        ) { request, _ in
            var after = try Self.lastEvent(request)
            if after == nil { after = try await services.jobs.lastChange() }
            return try EventStream(jobs: services.jobs, job: nil, after: after ?? 0, uptime: uptime).response(
                in: places)
        }
    }

    /// Where a client that was here before goes on.
    private static func lastEvent(_ request: Request) throws(RequestFault) -> Int64? {
        guard let text = HTTPField.Name("last-event-id").flatMap({ request.headers[$0] }) ?? request.query["after"]
        else {
            return nil
        }
        guard let number = Int64(text), number >= 0 else {
            throw .queryInvalid(parameter: "after", expected: "the number of an event (as in Last-Event-ID)")
        }
        return number
    }
}
