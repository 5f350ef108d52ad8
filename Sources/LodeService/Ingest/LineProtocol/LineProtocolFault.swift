/// What is wrong with an entry of line protocol, and where.
package struct LineProtocolFault: Error, Hashable {
    /// The line, from 1; a string of a field may have several.
    package var line: Int
    /// The byte in that line, from 1.
    package var column: Int
    /// What is wrong, in words.
    package var detail: String
}

/// The value of a field.
package enum LineProtocolValue: Hashable {
    /// A floating-point number, finite.
    case float(Double)
    /// A signed integer.
    case integer(Int64)
    /// An unsigned integer.
    case unsigned(UInt64)
    /// A truth value.
    case bool(Bool)
    /// A text.
    case string([UInt8])
}
