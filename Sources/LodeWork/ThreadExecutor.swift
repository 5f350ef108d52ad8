internal import Foundation

/// Runs an actor on a thread of its own, so that hours of arithmetic never block the shared pool of tasks.
final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
    // `condition` guards `jobs` and `isShutDown`; that makes the class safe to share.
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var isShutDown = false

    /// An executor whose thread has that name.
    init(name: String) {
        let thread = Thread { [self] in serve() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    /// Lets the thread end once everything enqueued has run.
    func shutDown() {
        condition.lock()
        isShutDown = true
        condition.signal()
        condition.unlock()
    }

    private func serve() {
        while let job = next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    private func next() -> UnownedJob? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            if isShutDown { return nil }
            condition.wait()
        }
        return jobs.removeFirst()
    }
}
