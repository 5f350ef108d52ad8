import LodeDomain

/// How an attempt can take too long.
enum AttemptLimit: Hashable, Sendable {
    /// It took longer than the job's timeout.
    case timeout(seconds: Double)
    /// It reported no progress for longer than the job permits.
    case stall(seconds: Double)

    /// The code of the failure.
    var code: String {
        switch self {
        case .timeout: "timed-out"
        case .stall: "stalled"
        }
    }

    /// The message of the failure.
    var message: String {
        switch self {
        case .timeout(let seconds): "The attempt took longer than the \(seconds) s that the job permits."
        case .stall(let seconds): "The attempt reported no progress for \(seconds) s."
        }
    }
}

/// Watches one attempt's time and progress, counted in the waits of its heartbeat.
struct AttemptWatch {
    private let timeout: Double?
    private let stall: Double?
    private var elapsed = 0.0
    private var sinceReport = 0.0
    private var reportCount = 0

    init(_ job: Job) {
        timeout = job.timeoutSeconds
        stall = job.stallSeconds
    }

    /// The limit exceeded after another `seconds`, if any.
    mutating func advance(bySeconds seconds: Double, reportCount: Int) -> AttemptLimit? {
        elapsed += seconds
        sinceReport = reportCount == self.reportCount ? sinceReport + seconds : 0
        self.reportCount = reportCount
        if let timeout, elapsed > timeout { return .timeout(seconds: timeout) }
        if let stall, sinceReport > stall { return .stall(seconds: stall) }
        return nil
    }
}
