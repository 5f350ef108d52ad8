internal import Foundation
public import LodeDomain
public import LodeJobs
internal import LodeService
internal import Synchronization

/// Searches for settings within a budget of time and publishes the best model: the handler of jobs of kind `tune`.
///
/// Every trial is a training of its own, by the same handler as jobs of kind `train`; the one with the lowest loss on the
/// validation series wins. Test series are looked at by the report alone.
public struct TuneHandler: JobHandler {
    /// The jobs it serves: ``TuningRequest/jobKind``.
    public let kind = TuningRequest.jobKind

    private let training: TrainHandler
    private let now: Now

    /// A handler whose trials `training` runs.
    public init(training: TrainHandler, now: @escaping Now) {
        self.training = training
        self.now = now
    }

    /// Searches, or goes on from the state of an earlier attempt.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(TuningRequest.self)
        var state =
            try claimed.snapshot.map { bytes throws(JobError) in try TuningState(decoding: bytes) } ?? TuningState()
        let clock = BudgetClock(spent: state.elapsedSeconds, budget: request.budgetSeconds, now: now)
        while state.trials.count < request.trials, state.trials.isEmpty || !clock.isOver,
            // An early end takes what there is, where there is anything.
            context.stopRequest != .endEarly || state.best == nil
        {
            let finished = try await runTrial(state.trials.count, of: request, claimed, &state, clock, context)
            state.elapsedSeconds = clock.elapsed
            guard finished else { break }
            try await context.saveSnapshot(state.encoded())
        }
        guard var output = state.best, let winner = state.winner else {
            throw .permanent(
                code: "no-trial-succeeded",
                message:
                    "None of \(state.trials.count) trials ended with a model. Run lode train to see why, and fix what "
                    + "it says.")
        }
        output.result = try Self.result(state, winner: winner, output: output)
        return output
    }

    /// Runs one trial and enters it into the state; false where the budget ended it.
    private func runTrial(
        _ number: Int, of request: TuningRequest, _ claimed: ClaimedJob, _ state: inout TuningState,
        _ clock: BudgetClock, _ context: any JobContext
    ) async throws(JobError) -> Bool {
        var trial = TuningTrial(
            number: number, request: TuningTrial.request(number, base: request.training), loss: nil)
        var job = claimed.job
        job.kind = TrainingRequest.jobKind
        do {
            job.arguments = try JSONText.string(trial.request)
        } catch {
            throw .permanent(code: "malformed-arguments", message: "\(error)")
        }
        let before = state
        let own = TrialContext(
            context, number: number, label: trial.description,
            fraction: { max(clock.share, Double(number) / Double(request.trials)) },
            isOver: { number > 0 && clock.isOver },
            save: { running throws(JobError) in
                var snapshot = before
                snapshot.running = Data(running)
                snapshot.elapsedSeconds = clock.elapsed
                try await context.saveSnapshot(snapshot.encoded())
            })
        do throws(JobError) {
            let output = try await training.run(
                ClaimedJob(job: job, lease: claimed.lease, snapshot: state.running.map { Array($0) }), in: own)
            trial.loss = own.bestLoss
            if let loss = trial.loss, loss < state.winner?.loss ?? .infinity { state.best = output }
        } catch .stopped {
            // The budget stopped the trial, unless the job itself is to stop; ended early, it keeps the best so far.
            if let request = context.stopRequest, request != .endEarly || state.best == nil { throw .stopped }
            return false
        } catch .permanent(code: "training-diverged", let message) {
            context.report(
                JobProgress(fraction: min(clock.share, 1), message: "trial \(number) diverged: \(message)"), curve: [])
        }
        state.running = nil
        state.trials.append(trial)
        let best = state.winner?.loss ?? .infinity
        context.report(
            JobProgress(
                fraction: min(clock.share, 1),
                message: "\(state.trials.count) trials, best validation loss \(String(format: "%.3f", best))",
                metrics: best.isFinite ? ["bestValidationLoss": best] : [:]),
            curve: best.isFinite ? [CurvePoint(epoch: state.trials.count, metrics: ["bestValidationLoss": best])] : [])
        return true
    }

    /// The trained model's result, with the trials beside it.
    private static func result(
        _ state: TuningState, winner: TuningTrial, output: JobOutput
    ) throws(JobError) -> String {
        struct Result: Encodable {
            var trials: [TuningTrial]
            var winner: Int
            var winnerSettings: String
            var elapsedSeconds: Double
            var model: JSONValue
        }
        do {
            return try JSONText.string(
                Result(
                    trials: state.trials, winner: winner.number, winnerSettings: winner.description,
                    elapsedSeconds: state.elapsedSeconds, model: try JSONValue(parsing: output.result)))
        } catch {
            throw .permanent(code: "result-not-written", message: "\(error)")
        }
    }
}

/// How much of a search's time is spent.
private struct BudgetClock: Sendable {
    let spent: Double
    let budget: Double
    private let start: Timestamp
    private let now: Now

    init(spent: Double, budget: Double, now: @escaping Now) {
        self.spent = spent
        self.budget = budget
        self.now = now
        start = now()
    }

    /// Seconds, earlier attempts included.
    var elapsed: Double { spent + max(now().seconds(since: start), 0) }
    var share: Double { elapsed / budget }
    var isOver: Bool { elapsed >= budget }
}
