internal import LodeDomain
internal import LodeJobs
internal import Synchronization

/// How one trial's training talks to the queue: its progress is a part of the search's, its snapshot a part of the
/// search's state.
final class TrialContext: JobContext {
    private let search: any JobContext
    private let number: Int
    private let label: String
    /// The share of the search that is done, as time goes by.
    private let fraction: @Sendable () -> Double
    /// Whether the budget is spent.
    private let isOver: @Sendable () -> Bool
    private let save: @Sendable (_ running: [UInt8]) async throws(JobError) -> Void
    private let loss = Mutex<Double?>(nil)

    init(
        _ search: any JobContext, number: Int, label: String, fraction: @escaping @Sendable () -> Double,
        isOver: @escaping @Sendable () -> Bool,
        save: @escaping @Sendable (_ running: [UInt8]) async throws(JobError) -> Void
    ) {
        self.search = search
        self.number = number
        self.label = label
        self.fraction = fraction
        self.isOver = isOver
        self.save = save
    }

    /// The best validation loss that the trial has reported.
    var bestLoss: Double? { loss.withLock { $0 } }

    /// The search's reason to stop, or that the budget is spent, which gives up the trial and no more.
    var stopRequest: StopRequest? { search.stopRequest ?? (isOver() ? .cancelled : nil) }

    func report(_ progress: JobProgress, curve: [CurvePoint]) {
        if let best = progress.metrics["bestValidationLoss"] { loss.withLock { $0 = best } }
        var metrics = progress.metrics
        metrics["trial"] = Double(number)
        search.report(
            JobProgress(
                fraction: min(fraction(), 1), message: "trial \(number) (\(label)): \(progress.message)",
                metrics: metrics), curve: [])
    }

    func saveSnapshot(_ snapshot: [UInt8]) async throws(JobError) { try await save(snapshot) }
}
