/// A file of the web page, embedded in the binary.
public struct WebFile: Hashable, Sendable {
    /// What a file holds.
    public enum Kind: String, Hashable, Sendable {
        /// HTML.
        case page = "text/html; charset=utf-8"
        /// A module or a script.
        case script = "text/javascript; charset=utf-8"
        /// A style sheet.
        case style = "text/css; charset=utf-8"
        /// A vector image.
        case image = "image/svg+xml"
        /// Comma-separated values.
        case table = "text/csv; charset=utf-8"
    }

    /// Its name in the folder `Page`.
    public let name: String
    /// What it holds; the raw value is its media type.
    public let kind: Kind
    /// Its bytes.
    public let bytes: [UInt8]

    init(_ name: String, _ kind: Kind, _ bytes: [UInt8]) {
        self.name = name
        self.kind = kind
        self.bytes = bytes
    }
}
