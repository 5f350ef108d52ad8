internal import Foundation
internal import Glibc
public import LodeDomain
internal import LodeJobs

/// What the worker and the process of an attempt say to each other, over the process' standard input and output.
///
/// Five bytes, the length of what follows as a little-endian 32-bit number and the kind, then the contents.
enum AttemptFrame {
    // MARK: To the process.

    /// What an earlier attempt saved; before the order.
    case earlierSnapshot([UInt8])
    /// The job, and the settings of the worker.
    case order(AttemptOrder)
    /// The attempt is to stop.
    case stop(StopRequest)
    /// The snapshot sent last is durable, or was refused.
    case snapshotSettled(JobError?)

    // MARK: From the process.

    /// Progress.
    case report(JobProgress, [CurvePoint])
    /// A snapshot to be stored.
    case snapshot([UInt8])
    /// The weights of the version that the output has; before it.
    case weights([UInt8])
    /// The attempt succeeded.
    case output(JobOutput)
    /// The attempt did not succeed.
    case failure(JobError)
}

/// What a process is to do.
public struct AttemptOrder: Hashable, Sendable, Codable {
    /// The job with its lease; its snapshot comes apart.
    public var claimed: ClaimedJob
    /// The settings of the worker, in a form that is the executable's own.
    public var settings: String

    /// An order.
    public init(claimed: ClaimedJob, settings: String) {
        self.claimed = claimed
        self.settings = settings
    }
}

/// The bytes of a conversation about an attempt are not what they must be.
enum AttemptFrameError: Error, Hashable {
    case endsWithinFrame
    case tooLong(Int)
    case malformed(kind: UInt8)
    case notWritten(errno: Int32)
}

extension AttemptFrame {
    /// A frame of a gigabyte is a mistake.
    private static let mostBytes = 1 << 30

    private struct Report: Codable {
        var progress: JobProgress
        var curve: [CurvePoint]
    }

    private struct Settlement: Codable {
        var error: JobError?
    }

    private func contents() throws -> (kind: UInt8, bytes: [UInt8]) {
        switch self {
        case .earlierSnapshot(let bytes): (1, bytes)
        case .order(let order): (2, try Self.json(order))
        case .stop(let request): (3, Array(request.rawValue.utf8))
        case .snapshotSettled(let error): (4, try Self.json(Settlement(error: error)))
        case .report(let progress, let curve): (5, try Self.json(Report(progress: progress, curve: curve)))
        case .snapshot(let bytes): (6, bytes)
        case .weights(let bytes): (7, bytes)
        case .output(let output): (8, try Self.json(output))
        case .failure(let error): (9, try Self.json(error))
        }
    }

    private init(kind: UInt8, _ bytes: [UInt8]) throws {
        switch kind {
        case 1: self = .earlierSnapshot(bytes)
        case 2: self = .order(try Self.value(bytes))
        case 3:
            guard let request = StopRequest(rawValue: String(decoding: bytes, as: UTF8.self)) else {
                throw AttemptFrameError.malformed(kind: kind)
            }
            self = .stop(request)
        case 4: self = .snapshotSettled((try Self.value(bytes) as Settlement).error)
        case 5:
            let report: Report = try Self.value(bytes)
            self = .report(report.progress, report.curve)
        case 6: self = .snapshot(bytes)
        case 7: self = .weights(bytes)
        case 8: self = .output(try Self.value(bytes))
        case 9: self = .failure(try Self.value(bytes))
        default: throw AttemptFrameError.malformed(kind: kind)
        }
    }

    /// Reads the next frame, waiting for it; nil at the end.
    init?(from descriptor: Int32) throws {
        guard let head = try Self.read(5, from: descriptor, mayEnd: true) else { return nil }
        let length = head[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.mostBytes else { throw AttemptFrameError.tooLong(length) }
        guard let bytes = try Self.read(length, from: descriptor, mayEnd: false) else { return nil }
        try self.init(kind: head[4], bytes)
    }

    /// Writes the frame, waiting for room; callers see to it that one does so at a time.
    func write(to descriptor: Int32) throws {
        let (kind, bytes) = try contents()
        guard bytes.count <= Self.mostBytes else { throw AttemptFrameError.tooLong(bytes.count) }
        let head = (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + [kind]
        try Self.write(head + bytes, to: descriptor)
    }

    private static func read(_ count: Int, from descriptor: Int32, mayEnd: Bool) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            // The buffer outlives the call, and the offset and length lie within it.
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                if mayEnd, filled == 0 { return nil }
                throw AttemptFrameError.endsWithinFrame
            }
            filled += got
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var written = 0
        while written < bytes.count {
            // As in `read`.
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw AttemptFrameError.notWritten(errno: errno) }
            written += count
        }
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return Array(try encoder.encode(value))
    }

    private static func value<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(Value.self, from: Data(bytes))
    }
}
