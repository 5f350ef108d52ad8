/// Gives each distinct run of bytes a number and one shared string, so that a name costs nothing when it comes again.
struct NameTable: Sendable {
    /// The names, by number.
    private(set) var names: [String] = []
    /// All names' bytes, one after the other; name `i` ends at `ends[i]`.
    private var storage: [UInt8] = []
    private var ends: [Int] = [0]
    /// Open addressing: 1 + a name's number, or 0; a power of two of entries, at most half of them taken.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private var latest: Int?
    /// Where hashes begin: a secret of the process, the one of Swift's own hashes, so that nobody can choose names that collide.
    private let basis = UInt64(bitPattern: Int64(Hasher().finalize()))

    /// The number of the name; nil where the bytes are no name (see ``IngestFault/Problem/invalidName``).
    mutating func number(of bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        // Files are mostly sorted: the name of the line before comes again.
        if let latest, isName(latest, equalTo: bytes, from: start, to: end) { return latest }
        let slot = self.slot(of: bytes, from: start, to: end)
        if slots[slot] > 0 {
            latest = Int(slots[slot]) - 1
            return latest
        }
        guard let name = Self.name(bytes, from: start, to: end) else { return nil }
        names.append(name)
        for index in start..<end { storage.append(bytes[index]) }
        ends.append(storage.count)
        slots[slot] = UInt32(names.count)
        latest = names.count - 1
        if names.count * 2 > slots.count { grow() }
        return names.count - 1
    }

    /// The number of a name that is there already; nil where it is not.
    mutating func find(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        if let latest, isName(latest, equalTo: bytes, from: start, to: end) { return latest }
        let slot = self.slot(of: bytes, from: start, to: end)
        guard slots[slot] > 0 else { return nil }
        latest = Int(slots[slot]) - 1
        return latest
    }

    private func slot(of bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var hash = 0xCBF2_9CE4_8422_2325 ^ basis
        for index in start..<end { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
        while slots[slot] > 0, !isName(Int(slots[slot]) - 1, equalTo: bytes, from: start, to: end) {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isName(_ number: Int, equalTo bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        let first = ends[number]
        guard ends[number + 1] - first == end - start else { return false }
        for offset in 0..<end - start where storage[first + offset] != bytes[start + offset] { return false }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for number in names.indices {
            let slot = slot(of: storage.span, from: ends[number], to: ends[number + 1])
            slots[slot] = UInt32(number + 1)
        }
    }

    private static func name(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> String? {
        guard end - start <= 1024 else { return nil }
        var copy: [UInt8] = []
        for index in start..<end {
            guard bytes[index] >= 0x20, bytes[index] != 0x7F else { return nil }
            copy.append(bytes[index])
        }
        return String(validating: copy, as: UTF8.self)
    }
}
