import Foundation
import Glibc
import LodeGzip
import LodeService

/// Reads files and standard input.
enum InputFile {
    /// The text of a file, or of standard input for `-`, unpacked where it is gzip; see ``data(_:spoolingIn:onProgress:)``.
    static func text(
        _ path: String, spoolingIn folder: String, onProgress: (Int) -> Void
    ) throws(InputError) -> IngestText {
        IngestText(try data(path, spoolingIn: folder, onProgress: onProgress))
    }

    /// The bytes of a file, or of standard input for `-`, unpacked where they are gzip.
    ///
    /// A file that is not packed is mapped. What is packed or comes through a pipe is read and unpacked a piece at a time, in
    /// memory while it is short, else into a file without a name in `folder`: no text need fit into memory, and a pipe that stalls
    /// does not hold up other writers. `onProgress` is told how many bytes have been unpacked.
    static func data(
        _ path: String, spoolingIn folder: String, onProgress: (Int) -> Void = { _ in }
    ) throws(InputError) -> Data {
        if path != "-", let data = try mapped(path) { return data }
        let descriptor = try descriptor(path)
        defer { if path != "-" { close(descriptor) } }
        var spool = InputSpool(folder: folder)
        do {
            try unpack(descriptor, path, into: &spool, onProgress)
        } catch let error as InputError {
            throw error
        } catch {
            throw .fileDamaged(path: path, detail: "it begins as gzip, but is damaged or ends early")
        }
        return try spool.finish()
    }

    /// The bytes of a file as they are, or of standard input for `-`.
    static func bytes(_ path: String) throws(InputError) -> [UInt8] {
        let descriptor = try descriptor(path)
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        while case let piece = try read(descriptor, path), !piece.isEmpty { bytes += piece }
        return bytes
    }

    private static func descriptor(_ path: String) throws(InputError) -> Int32 {
        if path == "-" { return STDIN_FILENO }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fileUnreadable(path: path, code: errno) }
        return descriptor
    }

    /// A file that is not packed, mapped; nil where it must be read in pieces.
    private static func mapped(_ path: String) throws(InputError) -> Data? {
        let descriptor = try descriptor(path)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .fileUnreadable(path: path, code: errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw .fileUnreadable(path: path, code: EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            // It could be opened a moment ago; a limit on memory is one that mapping meets.
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError
            throw .fileUnreadable(path: path, code: cause?.code.rawValue ?? EIO)
        }
        return GzipText.isGzip(Array(data.prefix(2))) ? nil : data
    }

    private static func unpack(
        _ descriptor: Int32, _ path: String, into spool: inout InputSpool, _ onProgress: (Int) -> Void
    ) throws {
        var piece = try read(descriptor, path)
        // A pipe may give one byte at first, which does not tell whether it is gzip.
        while piece.count == 1, case let more = try read(descriptor, path), !more.isEmpty { piece += more }
        let stream = GzipText.isGzip(piece) ? try GzipStream() : nil
        while !piece.isEmpty {
            if let stream {
                try stream.append(piece) { part in try spool.append(part) }
            } else {
                try spool.append(piece)
            }
            onProgress(spool.count)
            piece = try read(descriptor, path)
        }
        try stream?.finish()
    }

    /// The next bytes; none at the end.
    private static func read(_ descriptor: Int32, _ path: String) throws(InputError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            var result = 0
            repeat {
                result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while result < 0 && errno == EINTR
            code = result < 0 ? errno : 0
            count = max(result, 0)
        }
        guard code == 0 else { throw .fileUnreadable(path: path, code: code) }
        return bytes
    }
}
