public import Foundation
internal import Glibc
internal import Synchronization

/// A process that runs an attempt, as its worker holds it.
public final class AttemptProcess: Sendable {
    /// How a process ended.
    public enum Ending: Hashable, Sendable {
        /// By itself, with that status.
        case exited(Int32)
        /// By that signal.
        case killed(signal: Int32)
    }

    enum Event: Sendable {
        case frame(AttemptFrame)
        /// It said what nobody understands.
        case malformed
        /// It ended, or stopped speaking, in the middle of a word.
        case cutShort
        case tick
        case ended(Ending)
    }

    /// Room for the frames of a crash after what was said of it.
    private static let mostWordBytes = 16 << 10

    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private let error = Pipe()
    private let lastWords = Mutex<[UInt8]>([])
    /// One frame after the other, apart from those who send: a process that does not read must hold nobody up.
    private let outbox = DispatchQueue(label: "lode-attempt-outbox")

    /// Starts `executable`; its descriptors 0 and 1 are the conversation, what it writes to 2 is kept as its last words.
    public init(executable: URL, arguments: [String], environment: [String: String]) throws {
        process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
    }

    /// Starts it, and returns what happens until it has ended.
    func start() throws -> (events: AsyncStream<Event>, tick: @Sendable () -> Void) {
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let endings = DispatchGroup()
        endings.enter()
        process.terminationHandler = { _ in endings.leave() }
        try process.run()
        // Our copies of its ends, so that ours see it end.
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        try error.fileHandleForWriting.close()
        endings.enter()
        Self.thread("lode-attempt-words") { [self] in
            keepLastWords()
            endings.leave()
        }
        Self.thread("lode-attempt-frames") { [self] in
            do {
                while let frame = try AttemptFrame(from: output.fileHandleForReading.fileDescriptor) {
                    continuation.yield(.frame(frame))
                }
            } catch AttemptFrameError.endsWithinFrame {
                continuation.yield(.cutShort)
            } catch {
                continuation.yield(.malformed)
            }
            endings.wait()
            closeConversation()
            let status = process.terminationStatus
            continuation.yield(.ended(process.terminationReason == .exit ? .exited(status) : .killed(signal: status)))
            continuation.finish()
        }
        return (events, { continuation.yield(.tick) })
    }

    /// Says something to it, after what was said before, without waiting until it hears.
    ///
    /// What it does not hear because it has ended is no error.
    func send(_ frame: AttemptFrame) {
        outbox.async { [self] in
            do {
                try frame.write(to: input.fileHandleForWriting.fileDescriptor)
            } catch {
                // Its end is an event of its own.
            }
        }
    }

    /// Ends it at once.
    func kill() {
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
    }

    /// The bytes of memory that it occupies; 0 where that cannot be read.
    var residentBytes: Int { ProcessMemory.residentBytes(of: process.processIdentifier) }

    /// The last lines that it wrote to standard error, such as the message of a trap.
    var words: String {
        let all = String(decoding: lastWords.withLock { $0 }, as: UTF8.self).split(whereSeparator: \.isNewline)
        // What the runtime says of a crash comes before the frames, which tell a reader less.
        let lines = all.prefix { !$0.hasPrefix("Current stack trace") }
        return lines.suffix(3).joined(separator: " ").trimmingCharacters(in: .whitespaces)
    }

    /// Closes our ends of the pipes, when all has been read: `Process` is not freed where it has ended, and they with it.
    private func closeConversation() {
        output.fileHandleForReading.closeFile()
        error.fileHandleForReading.closeFile()
        // After what is still to be sent; what is sent later finds no descriptor, as if the process had not heard it.
        outbox.async { [self] in input.fileHandleForWriting.closeFile() }
    }

    private func keepLastWords() {
        let descriptor = error.fileHandleForReading.fileDescriptor
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            // The buffer outlives the call, which writes at most its length.
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            lastWords.withLock { words in words = Array((words + buffer[..<count]).suffix(Self.mostWordBytes)) }
        }
    }

    private static func thread(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.start()
    }
}

/// The memory of processes and of the machine, by Linux' procfs.
public enum ProcessMemory {
    /// The bytes of memory that a process occupies; 0 where that cannot be read.
    ///
    /// Source: proc(5), `/proc/[pid]/statm`.
    public static func residentBytes(of process: Int32) -> Int {
        let fields = text(ofFile: "/proc/\(process)/statm").split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }

    /// The bytes that new work may take without swapping; nil where that cannot be read.
    ///
    /// Source: proc(5), `MemAvailable` of `/proc/meminfo`.
    public static func availableBytes() -> Int? {
        let line = text(ofFile: "/proc/meminfo").split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }

    private static func text(ofFile path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { file.closeFile() }
        return String(decoding: file.readDataToEndOfFile(), as: UTF8.self)
    }
}
