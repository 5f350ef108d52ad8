/// Reads a header that must name certain columns, no others, in any order and case.
enum DelimitedColumns {
    /// The field of each of the columns.
    static func read(
        _ columns: [String], _ record: inout DelimitedRecord, _ bytes: Span<UInt8>
    ) throws(IngestFault) -> [Int] {
        guard try record.advance(in: bytes) else { throw IngestFault(line: 1, problem: .headerMissing) }
        let names = (0..<record.fieldCount).map { record.text($0, in: bytes).lowercased() }
        let missing = columns.filter { !names.contains($0) }
        guard missing.isEmpty else { throw IngestFault(line: record.line, problem: .columnsMissing(missing)) }
        for (index, name) in names.enumerated() where !columns.contains(name) {
            throw IngestFault(line: record.line, field: index + 1, value: name, problem: .columnUnknown)
        }
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw IngestFault(line: record.line, field: index + 1, value: name, problem: .columnRepeated)
        }
        return columns.compactMap { names.firstIndex(of: $0) }
    }
}
