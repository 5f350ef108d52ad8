import Foundation
import LodeService
import LodeTestSupport
import Testing

/// The process of an attempt, among real processes of the built binary.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AttemptTests {
    private static let training = #"{"kind":"train","arguments":{"dataset":"waves","maxEpochs":4000,"patience":4000}}"#

    /// The processes whose parent is `parent`.
    private func children(of parent: pid_t) throws -> [pid_t] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard let id = pid_t(name),
                let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 1, fields[0] != "Z"
            else { return nil }
            return pid_t(fields[1]) == parent ? id : nil
        }
    }

    private func begin(_ place: Workplace) async throws -> (up: RunningUp, worker: pid_t, attempt: pid_t) {
        _ = try place.lode("init")
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        let up = try await place.up()
        #expect(try await up.post("/v1/jobs", Self.training).status == 202)
        _ = try await eventually("progress") {
            try await up.get("/v1/jobs/1")["curve"]?.count ?? 0 >= 5 ? true : nil
        }
        let worker = try #require(try up.workers.last)
        return (up, worker, try #require(try children(of: worker).first))
    }

    @Test func `an attempt that crashes fails with the reason, and its worker goes on`() async throws {
        let place = try Workplace()
        let (up, worker, attempt) = try await begin(place)
        kill(attempt, SIGSEGV)
        let failure = try await eventually("the failure") { try await up.get("/v1/jobs/1")["failures"]?[0] }
        #expect(failure["code"]?.text == "attempt-crashed")
        #expect(failure["message"]?.text?.contains("SIGSEGV") == true)
        // The next attempt goes on from the snapshot, in a new process of the same worker.
        let message = try await eventually("the next attempt") {
            let job = try await up.get("/v1/jobs/1")
            let message = job["progress"]?["message"]?.text
            return job["attempt"]?.number == 2 && message?.contains("resumed after epoch") == true ? message : nil
        }
        #expect(!message.isEmpty)
        #expect(try up.workers == [worker] && RunningUp.isRunning(worker))
        #expect(up.stop() == 0)
    }

    @Test func `a cancellation ends the process, and so does the worker's sudden death`() async throws {
        let place = try Workplace()
        let (up, worker, attempt) = try await begin(place)
        #expect(try await up.post("/v1/jobs/1/cancel", "{}").status == 200)
        try await eventually("the end of the attempt") { RunningUp.isRunning(attempt) ? nil : () }
        #expect(RunningUp.isRunning(worker))

        #expect(try await up.post("/v1/jobs", Self.training).status == 202)
        let second = try await eventually("another attempt") { try children(of: worker).first }
        kill(worker, SIGKILL)
        try await eventually("the end of the orphan") { RunningUp.isRunning(second) ? nil : () }
    }

    @Test func `attempts go on after the binary was replaced by another`() async throws {
        let place = try Workplace()
        _ = try place.lode("init")
        let program = place.folder.path("lode")
        try FileManager.default.copyItem(atPath: Package.lode, toPath: program)
        let up = try await place.up(program)
        let other = try place.file("other", "#!/bin/sh\nexit 3\n")
        #expect(chmod(other, 0o755) == 0 && rename(other, program) == 0)
        let backup = #"{"kind":"backup","arguments":{"folder":"\#(place.folder.path(""))"}}"#
        #expect(try await up.post("/v1/jobs", backup).status == 202)
        let job = try await eventually("the end of the backup") {
            let job = try await up.get("/v1/jobs/1")
            return job["state"]?.text == "completed" || job["failures"]?.count ?? 0 > 0 ? job : nil
        }
        #expect(job["state"]?.text == "completed", "\(job)")
        // A worker that dies is started again, by the same build.
        kill(try #require(try up.workers.last), SIGKILL)
        _ = try await eventually("another worker") { try up.workers.count == 2 ? () : nil }
        #expect(try await up.post("/v1/jobs", backup).status == 202)
        _ = try await eventually("the end of the second backup") {
            try await up.get("/v1/jobs/2")["state"]?.text == "completed" ? () : nil
        }
        #expect(up.stop() == 0)
    }

    @Test func `training that would exceed the memory limit is refused with what to do`() throws {
        let place = try Workplace()
        _ = try place.lode("init")
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        let outcome = try Tool.run(
            Package.lode, ["train", "waves", "--max-epochs", "2", "--hidden-dimension", "4096", "--here"],
            environment: place.environment.merging(["LODE_WORKER_MEMORY_LIMIT": "100"]) { $1 })
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("more than the memory limit of 100 MiB"), "\(outcome.error)")
        #expect(outcome.error.contains("raise worker.memoryLimit"))
    }

    @Test func `an attempt that takes too much memory fails with the reason, and its worker goes on`() async throws {
        let place = try Workplace()
        _ = try place.lode("init")
        // So many that to evaluate takes longer than the worker takes to look.
        let rows = (0..<300).flatMap { series in
            (0..<40).map { "wave \(series),\($0),height,\(sin(Double(series + $0) / 3))\n" }
        }
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: "series,time,channel,value\n" + rows.joined())
        #expect(try place.lode("train", "waves", "--max-epochs", "1", "--here").status == 0)
        let up = try await place.up(settings: ["LODE_WORKER_MEMORY_LIMIT": "10"])
        let worker = try #require(try up.workers.last)
        #expect(try await up.post("/v1/jobs", #"{"kind":"evaluate","arguments":{"model":"waves"}}"#).status == 202)
        let job = try await eventually("the end of the evaluation") {
            let job = try await up.get("/v1/jobs/2")
            return ["discarded", "completed"].contains(job["state"]?.text) ? job : nil
        }
        #expect(job["state"]?.text == "discarded")
        #expect(job["failures"]?[0]?["code"]?.text == "memory-limit-exceeded")
        #expect(job["failures"]?[0]?["message"]?.text?.contains("raise worker.memoryLimit") == true)
        #expect(try await up.post("/v1/jobs", #"{"kind":"probe"}"#).status == 202)
        try await eventually("another job") {
            try await up.get("/v1/jobs/3")["state"]?.text == "completed" ? () : nil
        }
        #expect(try up.workers == [worker] && RunningUp.isRunning(worker))
        #expect(up.stop() == 0)
    }
}
