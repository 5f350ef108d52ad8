import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import NIOCore
import ServiceLifecycle
import Synchronization

/// Counts the open streams of a daemon, each of which keeps a connection.
final class EventStreamPlaces: Sendable {
    private let limit: Int
    private let taken = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a place; false where none is left.
    func take() -> Bool {
        taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
    }

    func give() { taken.withLock { $0 -= 1 } }
}

/// Sends the changes of one job, or of all, as they come about, in the format of server-sent events.
///
/// All of it is read from the database, so it makes no difference which process runs the job, and a client that names the last
/// event it saw misses none.
struct EventStream: Sendable {
    static let mostStreams = 64
    private static let mostChanges = 500
    private static let pollNanoseconds: UInt64 = 200_000_000
    private static let pingNanoseconds: UInt64 = 15_000_000_000

    let jobs: JobService
    let job: Int64?
    let after: Int64
    let uptime: @Sendable () -> UInt64

    /// The response; throws ``RequestFault/tooManyStreams(limit:)`` where no place is left.
    func response(in places: EventStreamPlaces) throws(RequestFault) -> Response {
        guard places.take() else { throw .tooManyStreams(limit: Self.mostStreams) }
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        let place = StreamPlace(places)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                defer { place.give() }
                try await send(to: &writer)
                try await writer.finish(nil)
            })
    }

    private func send(to writer: inout any ResponseBodyWriter) async throws {
        var last = after
        var pinged = uptime()
        // The first bytes at once, so that a client knows that it is connected.
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let changes = try await jobs.changes(after: last, of: job, limit: Self.mostChanges)
            var text = ""
            for change in changes {
                last = change.number
                let name = change.progress == nil ? "state" : "progress"
                text += "id: \(change.number)\nevent: \(name)\ndata: \(try JSONText.string(change))\n\n"
            }
            if let job, try await jobs.isOver(job, told: changes, after: last, limit: Self.mostChanges) {
                try await writer.write(ByteBuffer(string: text + "event: end\ndata: {}\n\n"))
                return
            }
            let now = uptime()
            if text.isEmpty, now - pinged >= Self.pingNanoseconds { text = ": still there\n\n" }
            if !text.isEmpty {
                // Throws once the client is gone.
                try await writer.write(ByteBuffer(string: text))
                pinged = now
            }
            try await Task.sleep(nanoseconds: Self.pollNanoseconds)
        }
    }
}

/// A place that is given back once: at the end of the stream, or where its response was never sent.
private final class StreamPlace: Sendable {
    private let places: EventStreamPlaces
    private let isGiven = Mutex(false)

    init(_ places: EventStreamPlaces) {
        self.places = places
    }

    func give() {
        let wasGiven = isGiven.withLock { isGiven in
            defer { isGiven = true }
            return isGiven
        }
        if !wasGiven { places.give() }
    }

    deinit { give() }
}
