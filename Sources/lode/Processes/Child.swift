import Foundation

/// A process of this same binary, which ends when this process does.
final class Child: Sendable {
    private let process: Process
    /// Its reading end is the child's standard input; closing this end, which also our death does, stops the child.
    private let input: FileHandle

    /// Starts the process; `onExit` is called with its exit status, or 128 + the signal that killed it.
    init(_ arguments: [String], onExit: @escaping @Sendable (Int32) -> Void) throws {
        process = Process()
        process.executableURL = OwnExecutable.url
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = pipe
        input = pipe.fileHandleForWriting
        process.terminationHandler = { ended in
            onExit(ended.terminationReason == .exit ? ended.terminationStatus : 128 + ended.terminationStatus)
        }
        try process.run()
        try pipe.fileHandleForReading.close()
    }

    /// The process' number.
    var id: Int32 { process.processIdentifier }

    /// Asks it to stop.
    func terminate() {
        if process.isRunning { process.terminate() }
    }
}
