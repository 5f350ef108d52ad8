import LodeDomain
import LodeJobs
import Synchronization

/// A job's context that keeps what it is told and asks to stop after a number of reports with curve points.
final class ScriptedContext: JobContext {
    struct Record {
        var progress: [JobProgress] = []
        var curve: [CurvePoint] = []
        var snapshots: [[UInt8]] = []
    }

    private let record = Mutex(Record())
    private let reportsBeforeStop: Int
    private let stop: StopRequest

    init(stop: StopRequest = .shutdown, afterReports reportsBeforeStop: Int = .max) {
        self.stop = stop
        self.reportsBeforeStop = reportsBeforeStop
    }

    var recorded: Record { record.withLock { $0 } }

    var stopRequest: StopRequest? {
        record.withLock { $0.curve.count } >= reportsBeforeStop ? stop : nil
    }

    func report(_ progress: JobProgress, curve: [CurvePoint]) {
        record.withLock {
            $0.progress.append(progress)
            $0.curve += curve
        }
    }

    func saveSnapshot(_ snapshot: [UInt8]) async throws(JobError) {
        record.withLock { $0.snapshots.append(snapshot) }
    }
}
