package import LodeDomain

/// Reads what channels measure from delimited text with the columns `channel,unit,kind`.
package enum ChannelText {
    /// The channels, in their order; an empty unit is none, an empty kind is `measured`.
    package static func channels(of bytes: Span<UInt8>) throws(IngestFault) -> [ChannelDescription] {
        try ByteText.refuseBinary(bytes)
        var record = DelimitedRecord(
            delimiter: DelimitedLayout().guessedDelimiter(of: bytes), comment: UInt8(ascii: "#"))
        record.skipByteOrderMark(in: bytes)
        let columns = try DelimitedColumns.read(["channel", "unit", "kind"], &record, bytes)
        var channels: [ChannelDescription] = []
        while try record.advance(in: bytes) {
            guard record.fieldCount == columns.count else {
                throw IngestFault(
                    line: record.line, field: nil,
                    problem: .fieldCount(expected: columns.count, found: record.fieldCount))
            }
            let name = record.text(columns[0], in: bytes)
            guard ChannelName.isValid(name) else {
                throw IngestFault(
                    line: record.line, field: columns[0] + 1, name: "channel", value: name, problem: .invalidName)
            }
            let unit = record.text(columns[1], in: bytes)
            let word = record.text(columns[2], in: bytes)
            guard let kind = word.isEmpty ? .measured : ChannelKind(rawValue: word) else {
                throw IngestFault(
                    line: record.line, field: columns[2] + 1, name: "kind", value: word, problem: .channelKindUnknown)
            }
            channels.append(ChannelDescription(name: name, unit: unit.isEmpty ? nil : unit, kind: kind))
        }
        return channels
    }
}

/// What may name a channel or a series.
enum ChannelName {
    /// 1 to 1024 bytes without control characters.
    static func isValid(_ name: String) -> Bool {
        (1...1024).contains(name.utf8.count) && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
