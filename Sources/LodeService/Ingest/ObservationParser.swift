import LodeDomain

/// Reads observations from a text of some format, a part at a time.
protocol ObservationParser: Sendable {
    /// How it reads times.
    var timeAxis: TimeAxis { get }
    /// The byte that comes next.
    var position: Int { get }
    /// Whether a text that gives a key two values is at fault; else the last value wins.
    var refusesConflicts: Bool { get }

    /// Reads on until the sink holds `rowLimit` rows or more; false at the end of the text.
    ///
    /// Throws what the sink does not keep to itself; the parser is of no use then.
    mutating func parse(
        _ bytes: Span<UInt8>, into sink: inout ObservationSink, rowLimit: Int
    ) throws(IngestFault) -> Bool
}
