import Foundation
import Glibc

/// Takes a text that comes in pieces: in memory while it is short, then in a file without a name, which goes away with the
/// process however that ends.
struct InputSpool: ~Copyable {
    /// How many bytes have been taken.
    private(set) var count = 0

    private let folder: String
    private var memory: [UInt8] = []
    private var descriptor: Int32 = -1

    /// Up to this many bytes stay in memory.
    private static let memoryLimit = 32 << 20

    /// Keeps what is long in `folder`.
    init(folder: String) {
        self.folder = folder
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Takes a piece.
    mutating func append(_ piece: [UInt8]) throws(InputError) {
        count += piece.count
        if descriptor < 0 {
            memory += piece
            guard memory.count > Self.memoryLimit else { return }
            descriptor = try openFile()
            try write(memory)
            memory = []
        } else {
            try write(piece)
        }
    }

    /// The whole text.
    mutating func finish() throws(InputError) -> Data {
        guard descriptor >= 0 else { return Data(memory) }
        let length = count
        // The mapping keeps the file when the descriptor is closed.
        guard let address = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw .spoolFailed(folder: folder, detail: String(cString: strerror(errno)))
        }
        madvise(address, length, MADV_SEQUENTIAL)
        return Data(
            bytesNoCopy: address, count: length, deallocator: .custom { address, count in munmap(address, count) })
    }

    private func openFile() throws(InputError) -> Int32 {
        // O_TMPFILE of Linux's fcntl.h, which Swift's Glibc module leaves out.
        let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
        let descriptor = open(folder, O_RDWR | O_CLOEXEC | unnamed, 0o600)
        if descriptor >= 0 { return descriptor }
        // Not every file system has files without names.
        var name = Array("\(folder)/lode-input-XXXXXX".utf8CString)
        let named = name.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        guard named >= 0 else { throw .spoolFailed(folder: folder, detail: String(cString: strerror(errno))) }
        unlink(name)
        return named
    }

    private func write(_ piece: [UInt8]) throws(InputError) {
        var written = 0
        while written < piece.count {
            let result = piece.withUnsafeBufferPointer { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw .spoolFailed(folder: folder, detail: String(cString: strerror(errno))) }
            written += result
        }
    }
}
