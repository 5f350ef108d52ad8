import LodeDomain
import Synchronization

/// What a handler sees of the queue during one attempt, and what the heartbeat sees of the handler.
final class AttemptContext: JobContext {
    /// What was reported since the last heartbeat.
    struct News {
        var progress: JobProgress?
        var curve: [CurvePoint] = []

        var isEmpty: Bool { progress == nil && curve.isEmpty }
    }

    private let queue: any JobQueue
    private let lease: Lease
    private let now: Now
    private let onRefusal: @Sendable (StoreError) -> Void
    private let stop = Mutex<StopRequest?>(nil)
    private let news = Mutex(News())
    private let reports = Atomic<Int>(0)
    private let limit = Mutex<AttemptLimit?>(nil)

    /// `onRefusal` is told where the store is busy or full, and a snapshot was not stored for that.
    init(
        queue: any JobQueue, lease: Lease, now: @escaping Now,
        onRefusal: @escaping @Sendable (StoreError) -> Void
    ) {
        self.onRefusal = onRefusal
        self.queue = queue
        self.lease = lease
        self.now = now
    }

    var stopRequest: StopRequest? { stop.withLock { $0 } }

    /// Asks the handler to stop.
    ///
    /// An early end gives way to a shutdown, and both to the two reasons for which nothing more is accepted.
    func requestStop(_ request: StopRequest) {
        stop.withLock { stop in
            switch (stop, request) {
            case (.shutdown, .endEarly): break
            case (nil, _), (.endEarly, _), (.shutdown, _), (.leaseLost, .cancelled): stop = request
            case (.cancelled, _), (.leaseLost, _): break
            }
        }
    }

    /// How often the handler reported progress so far.
    var reportCount: Int { reports.load(ordering: .relaxed) }

    /// The limit that ended the attempt, if one did.
    var exceededLimit: AttemptLimit? { limit.withLock { $0 } }

    /// Asks the handler to stop because the attempt ran into a limit.
    func requestStop(exceeded: AttemptLimit) {
        limit.withLock { limit in limit = limit ?? exceeded }
        requestStop(.shutdown)
    }

    func report(_ progress: JobProgress, curve: [CurvePoint]) {
        reports.add(1, ordering: .relaxed)
        news.withLock { news in
            news.progress = progress
            news.curve += curve
        }
    }

    var hasNews: Bool { news.withLock { !$0.isEmpty } }

    /// Hands over what was reported, to be stored.
    func takeNews() -> News {
        news.withLock { news in
            defer { news = News() }
            return news
        }
    }

    /// Takes back what could not be stored, behind what was reported meanwhile.
    func putBack(_ unsent: News) {
        news.withLock { news in
            news.progress = news.progress ?? unsent.progress
            news.curve = unsent.curve + news.curve
        }
    }

    func saveSnapshot(_ snapshot: [UInt8]) async throws(JobError) {
        do {
            try await queue.saveSnapshot(snapshot, under: lease, at: now())
        } catch .leaseLost {
            requestStop(.leaseLost)
            throw .stopped
        } catch  where error.mayPass {
            // Hours of work are not to be lost for want of a newer snapshot.
            onRefusal(error)
        } catch {
            throw .transient(code: "snapshot-not-stored", message: "The store refused the snapshot: \(error).")
        }
    }
}
