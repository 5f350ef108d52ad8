internal import CLodeKernels
internal import Foundation
internal import Synchronization

/// Threads that share the iterations of a loop.
///
/// Iterations are handed out one by one, so that uneven ones balance. What an iteration computes must not depend on
/// which thread runs it: then results are the same for any number of threads. A pool's threads share one loop at a time: one
/// that begins meanwhile, on another thread or inside an iteration, runs on its caller alone.
public final class ThreadPool: Sendable {
    /// How many threads share a loop, the caller included.
    public let threadCount: Int

    private let shared: Shared
    private let isSharing = Atomic<Bool>(false)
    private let hasStarted = Atomic<Bool>(false)

    /// A pool of `threadCount` threads, the caller's among them; 1 runs loops on the caller alone.
    ///
    /// The threads start with the first loop that they share.
    public init(threadCount: Int) {
        precondition(threadCount >= 1, "a pool of \(threadCount) threads")
        self.threadCount = threadCount
        shared = Shared()
    }

    private func start() {
        for index in 1..<threadCount {
            let thread = Thread { [shared] in shared.serve(slot: index) }
            thread.name = "lode-\(index)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    deinit {
        shared.shutDown()
    }

    /// Runs `body(iteration, slot)` for every iteration in 0 ..< count and returns when all are done.
    ///
    /// `slot`, in 0 ..< threadCount, names the running thread: two iterations of one loop with one slot never overlap, so it
    /// may choose a workspace of the loop's.
    public func forEach(_ count: Int, _ body: @Sendable (_ iteration: Int, _ slot: Int) -> Void) {
        guard threadCount > 1, count > 1, !isSharing.exchange(true, ordering: .acquiring) else {
            for iteration in 0..<max(count, 0) { body(iteration, 0) }
            return
        }
        defer { isSharing.store(false, ordering: .releasing) }
        if !hasStarted.exchange(true, ordering: .relaxed) { start() }
        withoutActuallyEscaping(body) { body in
            let loop = Loop(count: count, body: body)
            shared.run(loop)
            // Every thread has left the loop, though one may still hold it: the closure must not live on in there.
            loop.body.withLock { $0 = nil }
        }
    }
}

extension ThreadPool {
    /// One loop under way.
    private final class Loop: Sendable {
        let count: Int
        let body: Mutex<(@Sendable (Int, Int) -> Void)?>
        let next = Atomic<Int>(0)

        init(count: Int, body: @escaping @Sendable (Int, Int) -> Void) {
            self.count = count
            self.body = Mutex(body)
        }

        func work(slot: Int) {
            guard let body = body.withLock({ $0 }) else { return }
            while true {
                let iteration = next.add(1, ordering: .relaxed).oldValue
                guard iteration < count else { return }
                body(iteration, slot)
            }
        }
    }

    /// What the pool and its threads share; outlives the pool until the last thread has seen the end.
    ///
    /// `condition` guards `loop` and is where threads sleep; that and the atomics make the class safe to share.
    private final class Shared: @unchecked Sendable {
        private let condition = NSCondition()
        private var loop: Loop?
        // Written under `condition`, read outside it by threads that have not gone to sleep yet.
        private let generation = Atomic<Int>(0)
        private let running = Atomic<Int>(0)
        private let isShutDown = Atomic<Bool>(false)

        // Waking a sleeping thread takes tens of microseconds, as long as a small batch: a thread looks for about that
        // long before it sleeps. The time costs one processor at most that much after each loop.
        private static let looks = 4000

        private static func look(_ isDone: () -> Bool) -> Bool {
            for _ in 0..<looks {
                if isDone() { return true }
                lode_pause()
            }
            return false
        }

        func run(_ loop: Loop) {
            condition.lock()
            self.loop = loop
            generation.add(1, ordering: .releasing)
            condition.broadcast()
            condition.unlock()
            loop.work(slot: 0)
            // No iteration is left: who has not joined by now need not, and is not waited for.
            condition.lock()
            self.loop = nil
            condition.unlock()
            if Self.look({ running.load(ordering: .acquiring) == 0 }) { return }
            condition.lock()
            while running.load(ordering: .acquiring) > 0 { condition.wait() }
            condition.unlock()
        }

        func serve(slot: Int) {
            var seen = 0
            while true {
                let isFound = Self.look {
                    generation.load(ordering: .acquiring) != seen || isShutDown.load(ordering: .acquiring)
                }
                if !isFound { sleep(seen: seen) }
                if isShutDown.load(ordering: .acquiring) { return }
                seen = generation.load(ordering: .acquiring)
                guard joinAndWork(slot: slot) else { continue }
                if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                    // Under the lock, so that the caller is either before its check or asleep.
                    condition.lock()
                    condition.broadcast()
                    condition.unlock()
                }
            }
        }

        private func sleep(seen: Int) {
            condition.lock()
            while !isShutDown.load(ordering: .relaxed) && generation.load(ordering: .relaxed) == seen {
                condition.wait()
            }
            condition.unlock()
        }

        // A function of its own, never inlined: its reference to the loop is gone when it returns, before `running`
        // says so. The caller's closure must not be held by anyone once its loop has returned.
        @inline(never)
        private func joinAndWork(slot: Int) -> Bool {
            condition.lock()
            let current = loop
            if current != nil { running.add(1, ordering: .relaxed) }
            condition.unlock()
            guard let current else { return false }
            current.work(slot: slot)
            return true
        }

        func shutDown() {
            condition.lock()
            isShutDown.store(true, ordering: .releasing)
            condition.broadcast()
            condition.unlock()
        }
    }
}
