/// What became of a CSV text.
public struct IngestAnswer: Hashable, Sendable, Codable {
    /// The dataset's name.
    public var dataset: String
    /// Whether the dataset is new.
    public var created: Bool
    /// How the dataset counts time.
    public var timeAxis: TimeAxisDescription
    /// How many series the text names.
    public var series: Int
    /// Its rows; the sum of the three below.
    public var rows: Int
    /// Rows that were new.
    public var inserted: Int
    /// Rows that replaced another value.
    public var updated: Int
    /// Rows that were there already.
    public var unchanged: Int
    /// The dataset's change counter after the write.
    public var revision: Int64
}
