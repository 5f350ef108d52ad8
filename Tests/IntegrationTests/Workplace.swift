import Foundation
import LodeTestSupport
import Testing

/// A folder with a database, and the binary to work on it.
struct Workplace {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var environment: [String: String] {
        [
            "LODE_DATABASE": folder.path("lode.db"), "LODE_WORKER_LEASE_SECONDS": "2",
            "LODE_WORKER_HEARTBEAT_SECONDS": "0.5", "LODE_WORKER_SNAPSHOT_SECONDS": "0.1",
            "LODE_WORKER_POLL_SECONDS": "0.05", "LODE_WORKER_THREADS": "1",
        ]
    }

    /// Runs a command of the binary to its end.
    func lode(_ arguments: String..., input: String = "") throws -> Tool.Outcome {
        try Tool.run(Package.lode, arguments, input: input, environment: environment)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        return folder.path(name)
    }

    /// Eight short waves of different phase.
    static let waves: String = {
        var text = "series,time,channel,value\n"
        for series in 0..<8 {
            for step in 0..<12 {
                let time = Double(step) + Double(series * step % 5) / 10
                text += "wave \(series),\(time),height,\(sin(time / 2 + Double(series)))\n"
            }
        }
        return text
    }()

    /// Starts `lode up` of a binary on a free port, with more settings than those of every command.
    func up(_ program: String = Package.lode, settings: [String: String] = [:]) async throws -> RunningUp {
        try await start("up", program, settings)
    }

    /// Starts a daemon alone.
    func serve(settings: [String: String] = [:], port: String = "0") async throws -> RunningUp {
        try await start("serve", Package.lode, settings, port: port)
    }

    private func start(
        _ command: String, _ program: String, _ settings: [String: String], port: String = "0"
    ) async throws -> RunningUp {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [command, "--port", port]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .merging(settings) { $1 }
        let output = URL(fileURLWithPath: try file("up.out", ""))
        let error = URL(fileURLWithPath: try file("up.err", ""))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        let up = RunningUp(process: process, log: error)
        do {
            up.address = try await eventually("the daemon's address") {
                let text = try String(contentsOf: output, encoding: .utf8)
                return text.hasSuffix("\n") ? text.trimmingCharacters(in: .whitespacesAndNewlines) : nil
            }
        } catch {
            up.kill()
            throw error
        }
        return up
    }
}
