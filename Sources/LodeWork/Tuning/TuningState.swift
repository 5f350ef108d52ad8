internal import Foundation
internal import LodeJobs

/// Everything that a search has found out; a later attempt goes on from it.
struct TuningState: Codable, Sendable {
    /// The trials that ended, in their order.
    var trials: [TuningTrial] = []
    /// What the best of them would publish; nil before the first.
    var best: JobOutput?
    /// The snapshot of the trial that runs; nil between trials.
    var running: Data?
    /// Seconds spent, earlier attempts included.
    var elapsedSeconds = 0.0

    private static let format = "lode-tuning-1\n"

    /// The lowest loss so far and its trial.
    var winner: TuningTrial? {
        trials.filter { $0.loss != nil }.min { ($0.loss ?? .infinity) < ($1.loss ?? .infinity) }
    }

    /// The state as the snapshot of a job.
    func encoded() throws(JobError) -> [UInt8] {
        do {
            return Array(Self.format.utf8) + Array(try JSONEncoder().encode(self))
        } catch {
            throw .permanent(code: "search-not-stored", message: "The state of the search cannot be written: \(error)")
        }
    }

    /// Reads what ``encoded()`` wrote.
    init(decoding bytes: [UInt8]) throws(JobError) {
        guard bytes.starts(with: Array(Self.format.utf8)) else {
            throw .permanent(
                code: "corrupt-snapshot",
                message: "The snapshot of an earlier attempt is not that of a search. Enqueue it again to start afresh."
            )
        }
        do {
            self = try JSONDecoder().decode(TuningState.self, from: Data(bytes.dropFirst(Self.format.utf8.count)))
        } catch {
            throw .permanent(
                code: "corrupt-snapshot",
                message:
                    "The snapshot of an earlier attempt does not parse: \(error). Enqueue the search again to start "
                    + "afresh.")
        }
    }

    init() {}
}
