internal import Dispatch
internal import Foundation
internal import Synchronization

/// Runs an actor on a thread of its own, so that hours of arithmetic never block the shared pool of tasks.
final class ThreadExecutor: SerialExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    // Counts the jobs, and the end: a count without a job.
    private let pending = DispatchSemaphore(value: 0)

    /// An executor whose thread has that name.
    init(name: String) {
        let thread = Thread { [self] in serve() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        pending.signal()
    }

    /// Lets the thread end once everything enqueued has run.
    func shutDown() {
        pending.signal()
    }

    private func serve() {
        while let job = next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    private func next() -> UnownedJob? {
        pending.wait()
        return jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
