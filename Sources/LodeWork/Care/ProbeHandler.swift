public import LodeDomain
public import LodeJobs
internal import LodeService

/// Does nothing for a while: shows that workers take jobs, and how fast.
public struct ProbeHandler: JobHandler {
    /// The jobs it serves: ``ProbeRequest/jobKind``.
    public let kind = ProbeRequest.jobKind
    /// Milliseconds of work, for which a process would be too much.
    public let isolation = JobIsolation.worker

    private let wait: JobProcessor.Wait

    /// A handler that waits by `wait`.
    public init(wait: @escaping JobProcessor.Wait) {
        self.wait = wait
    }

    /// Waits as long as asked, in pieces, and reports how far it is.
    public func run(_ claimed: ClaimedJob, in context: any JobContext) async throws(JobError) -> JobOutput {
        let request = try claimed.job.decodedArguments(ProbeRequest.self)
        var passed = 0.0
        while passed < request.seconds {
            if context.stopRequest != nil { throw .stopped }
            let piece = min(0.1, request.seconds - passed)
            do {
                try await wait(piece)
            } catch {
                throw .stopped
            }
            passed += piece
            context.report(JobProgress(fraction: passed / request.seconds, message: "waiting"), curve: [])
        }
        return JobOutput(result: "{}")
    }
}
