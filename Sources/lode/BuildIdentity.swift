import Foundation

/// Which build of Lode this is.
enum BuildIdentity {
    /// The version that the changelog speaks of.
    static let version = "0.1.0"

    /// The version and the first bytes of the linker's build identifier, which differs with every change of the code.
    static let current: String = {
        guard let identifier = identifier(ofFile: "/proc/self/exe") else { return version }
        let digits = identifier.prefix(6).map { String(format: "%02x", $0) }
        return version + "+" + digits.joined()
    }()

    /// The note `NT_GNU_BUILD_ID` of an ELF file, 64 bits and little-endian; nil where it has none.
    ///
    /// Source: System V ABI, "Program Header" and "Note Section"; binutils, `--build-id`.
    static func identifier(ofFile path: String) -> [UInt8]? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        func bytes(_ offset: UInt64, _ count: Int) throws -> [UInt8] {
            try file.seek(toOffset: offset)
            return Array(try file.read(upToCount: count) ?? Data())
        }
        do {
            defer { file.closeFile() }
            let header = try bytes(0, 64)
            guard header.count == 64, header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return nil }
            let (entrySize, entryCount) = (number(header, 54, 2), number(header, 56, 2))
            let table = try bytes(UInt64(number(header, 32, 8)), entrySize * entryCount)
            for entry in 0..<entryCount where number(table, entry * entrySize, 4) == 4 {
                let start = entry * entrySize
                let notes = try bytes(UInt64(number(table, start + 8, 8)), number(table, start + 32, 8))
                if let identifier = identifier(in: notes) { return identifier }
            }
            return nil
        } catch {
            return nil
        }
    }

    /// Each note is three words (lengths of name and contents, type), the name and the contents, padded to words.
    private static func identifier(in notes: [UInt8]) -> [UInt8]? {
        var offset = 0
        while offset + 12 <= notes.count {
            let (nameSize, size) = (number(notes, offset, 4), number(notes, offset + 4, 4))
            let contents = offset + 12 + (nameSize + 3) / 4 * 4
            guard contents + size <= notes.count else { return nil }
            let isGNU = notes[(offset + 12)..<(offset + 12 + nameSize)].elementsEqual("GNU\0".utf8)
            if isGNU, number(notes, offset + 8, 4) == 3 { return Array(notes[contents..<(contents + size)]) }
            offset = contents + (size + 3) / 4 * 4
        }
        return nil
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int {
        guard offset + size <= bytes.count else { return 0 }
        return Int(
            bytes[offset..<(offset + size)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & 0x7FFF_FFFF_FFFF)
    }
}
