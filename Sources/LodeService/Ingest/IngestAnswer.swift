/// What became of a text of observations.
public struct IngestAnswer: Hashable, Sendable, Codable {
    /// A row that was refused.
    public struct Rejection: Hashable, Sendable, Codable {
        /// The line in the text, from 1.
        public var line: Int
        /// The field's number in a delimited line, else the byte's, from 1.
        public var column: Int?
        /// The name of the column, key or field.
        public var name: String?
        /// The text at fault.
        public var value: String?
        /// What is wrong, and what to do.
        public var reason: String

        /// A refused row.
        public init(_ fault: IngestFault) {
            line = fault.line
            column = fault.place?.number
            name = fault.name
            value = fault.value
            reason = fault.reason
        }
    }

    /// The dataset's name.
    public var dataset: String
    /// Whether the dataset is new.
    public var created: Bool
    /// How the text was read: `csv`, `ndjson` or `line-protocol`.
    public var format: String
    /// What separates the fields of a delimited text: its name.
    public var delimiter: String?
    /// Whether a delimited text has a column for each channel.
    public var wide: Bool?
    /// How the dataset counts time.
    public var timeAxis: TimeAxisDescription
    /// How many series the text names.
    public var series: Int
    /// Points that were sent; the sum of the four below.
    public var rows: Int
    /// Points that were new.
    public var inserted: Int
    /// Points that replaced another value.
    public var updated: Int
    /// Points that were there already.
    public var unchanged: Int
    /// Points that were refused; a line that cannot be read counts as one.
    public var rejected: Int
    /// The first 100 refusals.
    public var rejections: [Rejection]
    /// Whether this is what would have happened: nothing was written.
    public var dryRun: Bool
    /// The dataset's change counter after the write.
    public var revision: Int64
}
