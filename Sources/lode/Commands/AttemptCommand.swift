import ArgumentParser
import Foundation
import LodeNumerics
import LodeService
import LodeWork

/// The process of one attempt; a worker starts it and speaks with it over standard input and output.
struct AttemptCommand: AsyncParsableCommand {
    static let name = "attempt"

    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Runs one attempt of a job, for a worker.", shouldDisplay: false)

    func run() async throws {
        guard isatty(STDIN_FILENO) == 0 else {
            throw Terminal.fail("lode attempt is for workers: start lode worker.", status: 64)
        }
        // A terminal or a service manager signals the whole group; it is for the worker to say what comes of that.
        for number in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        // Whatever a library prints goes to standard error, and not into the conversation.
        let output = dup(STDOUT_FILENO)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        FreedMemory.keep()
        let server = AttemptServer(input: STDIN_FILENO, output: output)
        try await server.run(
            handlers: { order in
                let settings = try JSONDecoder().decode(Settings.self, from: Data(order.settings.utf8))
                Self.giveWay(by: settings.workerNice)
                return try Session(settings).handlers
            }, onEnd: { _exit(0) })
        // Not through the exits of libraries: the result has been handed over, and what an import wrote is committed.
        _exit(0)
    }

    /// Lowers the priority of all threads there are; later ones take it over.
    private static func giveWay(by nice: Int) {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
                guard let thread = id_t(name) else { continue }
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), thread, Int32(nice))
            }
        } catch {
            // Without procfs the attempt runs at the worker's own priority.
        }
    }
}
