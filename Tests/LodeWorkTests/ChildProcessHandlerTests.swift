import Foundation
import LodeDomain
import LodeJobs
import LodeWork
import Testing

/// What becomes of an attempt whose process ends in one way or another; the processes are shell scripts.
///
/// A script that waits becomes its `sleep`: a child of its own would outlive it, with the pipes open.
@Suite(.timeLimit(.minutes(10))) struct ChildProcessHandlerTests {
    /// As the worker does: a process that has just died must not take down the one that writes to it.
    init() {
        signal(SIGPIPE, SIG_IGN)
    }

    private func handler(
        _ script: String, memoryBytes: Int? = nil, stopSeconds: Double = 0.2
    ) -> ChildProcessHandler {
        ChildProcessHandler(
            kind: "train",
            limits: .init(memoryBytes: memoryBytes, pollSeconds: 0.02, stopSeconds: stopSeconds), settings: "{}",
            wait: { try await Task.sleep(for: .seconds($0)) },
            launch: {
                try AttemptProcess(
                    executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script],
                    environment: ["PATH": "/usr/bin:/bin"])
            })
    }

    private var claimed: ClaimedJob {
        let id = Identifier<Job>(rawValue: 3)
        let start = Timestamp(microseconds: 0)
        return ClaimedJob(
            job: Job(
                id: id, kind: "train", arguments: "{}", state: .running, attempt: 1, maxAttempts: 5, progress: nil,
                result: nil, failures: [], createdAt: start, availableAt: start, attemptedAt: start, finishedAt: nil),
            lease: Lease(job: id, fencingToken: 1, expiresAt: start), snapshot: nil)
    }

    private func error(
        _ handler: ChildProcessHandler, in context: ScriptedContext = ScriptedContext()
    ) async -> JobError? {
        do {
            _ = try await handler.run(claimed, in: context)
            return nil
        } catch {
            return error
        }
    }

    /// What the runtime of Swift says where there is no memory, with more frames than are kept of what a process says last.
    private static let allocation = """
        exec >&2; echo 'Fatal error: failed to allocate 9 bytes of memory with alignment 8'; echo 'Current stack trace:'; \
        seq 1 100 | sed 's/$/    libswiftCore.so                    0x00007fb41475f130 swift_reportError + 33/'; kill -ILL $$
        """

    @Test(arguments: [
        ("cat > /dev/null & kill -SEGV $$", "attempt-crashed", "SIGSEGV"),
        ("cat > /dev/null & kill -ILL $$", "attempt-crashed", "a trap"),
        ("cat > /dev/null & kill -KILL $$", "attempt-killed", "worker.memoryLimit"),
        ("echo 'Fatal error: something' >&2; exit 3", "attempt-ended-early", "status 3"),
        ("echo 'Fatal error: something' >&2; exit 3", "attempt-ended-early", "Fatal error: something"),
        (allocation, "memory-exhausted", "or raise the limit"),
        (allocation, "memory-exhausted", "failed to allocate 9 bytes"),
        ("printf 'this is no frame, but text'; exec sleep 60", "attempt-unintelligible", "another build"),
        ("printf '\\0\\0\\0\\0\\2'; exec sleep 60", "attempt-unintelligible", ""),
        ("printf '\\1\\0'; kill -SEGV $$", "attempt-crashed", "SIGSEGV"),
    ])
    func `a process that dies ends the attempt with the reason, to be tried again`(
        script: String, code: String, words: String
    ) async {
        guard case .transient(let found, let message)? = await error(handler(script)) else {
            Issue.record("no transient failure")
            return
        }
        #expect(found == code)
        #expect(message.contains(words) || words.isEmpty, "\(message)")
    }

    @Test func `a process that takes too much memory is ended, with advice and for good`() async {
        // It waits for input, with what it has: another program in its place would take no memory.
        let script = "x=$(head -c 40000000 /dev/zero | tr '\\0' a); while read -r line; do :; done"
        let error = await error(handler(script, memoryBytes: 20 << 20))
        guard case .permanent(let code, let message)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(code == "memory-limit-exceeded")
        #expect(message.contains("the memory limit of 20 MiB") && message.contains("raise worker.memoryLimit"))
    }

    @Test func `a process that has ended leaves no pipe open`() async throws {
        func openPipes() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
                // The descriptor of the listing itself is closed by now, and others may be.
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
                return target?.hasPrefix("pipe:") == true
            }
        }
        let before = try openPipes()
        for _ in 0..<100 { _ = await error(handler("exit 3")) }
        // Each attempt has three; other tests may have some open meanwhile.
        #expect(try openPipes() < before + 100)
    }

    @Test(arguments: [StopRequest.cancelled, .leaseLost, .shutdown])
    func `a process that does not stop when asked is ended`(request: StopRequest) async {
        let context = ScriptedContext(stop: request, afterReports: 0)
        #expect(await error(handler("trap '' TERM; exec sleep 60"), in: context) == .stopped)
    }

    @Test(arguments: [
        ("sleep 0.5; echo 'Fatal error: something' >&2; exit 3", "attempt-ended-early"),
        ("sleep 0.5; kill -SEGV $$", "attempt-crashed"),
    ])
    func `a process that is to end with what it has is given time, and may be tried again if it crashes`(
        script: String, code: String
    ) async {
        let context = ScriptedContext(stop: .endEarly, afterReports: 0)
        guard case .transient(let found, _)? = await error(handler(script, stopSeconds: 0.1), in: context) else {
            Issue.record("no transient failure")
            return
        }
        #expect(found == code)
    }

    @Test func `a process that hears nothing is ended all the same`() async {
        var deaf = claimed
        // More than a pipe holds.
        deaf.snapshot = [UInt8](repeating: 7, count: 1 << 20)
        let context = ScriptedContext(stop: .cancelled, afterReports: 0)
        await #expect(throws: JobError.stopped) { try await handler("exec sleep 60").run(deaf, in: context) }
    }

    @Test func `a program that does not exist is a failure, not a crash`() async {
        let handler = ChildProcessHandler(
            kind: "train", limits: .init(memoryBytes: nil), settings: "{}",
            wait: { try await Task.sleep(for: .seconds($0)) },
            launch: {
                try AttemptProcess(
                    executable: URL(fileURLWithPath: "/nonexistent/program"), arguments: [], environment: [:])
            })
        guard case .transient("attempt-not-begun", _)? = await error(handler) else {
            Issue.record("no failure")
            return
        }
    }

    @Test func `training beyond the memory limit is not begun, beyond what is left it is tried again`() {
        let limited = MemoryBudget(limit: 100 << 20, available: { nil })
        #expect(throws: JobError.self) { try limited.require(101 << 20) }
        #expect(throws: Never.self) { try limited.require(100 << 20) }
        let short = MemoryBudget(limit: nil, available: { 50 << 20 })
        do {
            try short.require(51 << 20)
            Issue.record("begun all the same")
        } catch {
            guard case .transient("memory-short", let message) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(message.contains("about 51 MiB") && message.contains("50 MiB left"))
        }
    }
}
