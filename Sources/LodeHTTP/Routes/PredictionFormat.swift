import HTTPTypes
import Hummingbird
import LodeService

/// The form in which a client wants predictions.
enum PredictionFormat: Hashable, CaseIterable {
    case json
    case table(PredictionTable.Layout)

    static var allCases: [PredictionFormat] { [.json, .table(.lines), .table(.long), .table(.wide)] }

    /// How it is asked for by the query parameter `format`.
    var name: String {
        switch self {
        case .json: "json"
        case .table(.lines): "ndjson"
        case .table(.long): "csv"
        case .table(.wide): "csv-wide"
        }
    }

    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .table(.lines): "application/x-ndjson"
        case .table(.long): "text/csv; charset=utf-8"
        case .table(.wide): "text/csv; charset=utf-8; layout=wide"
        }
    }

    /// What `format` or, without it, the header `Accept` asks for.
    ///
    /// Throws ``RequestFault/notAcceptable(offered:)`` where a client takes none of the forms.
    init(_ request: Request) throws(RequestFault) {
        if let wanted = request.query["format"] {
            guard let format = Self.allCases.first(where: { $0.name == wanted }) else {
                let names = Self.allCases.map(\.name).joined(separator: ", ")
                throw .queryInvalid(parameter: "format", expected: "one of \(names)")
            }
            self = format
            return
        }
        guard let header = request.headers[.accept] else {
            self = .json
            return
        }
        let wanted = AcceptedTypes(header)
        let offered: [(PredictionFormat, type: String, isWide: Bool)] = [
            (.json, "application/json", false), (.table(.lines), "application/x-ndjson", false),
            (.table(.long), "text/csv", false), (.table(.wide), "text/csv", true),
        ]
        let ranked = offered.map { ($0.0, wanted.quality(of: $0.type, parameter: $0.isWide ? "layout=wide" : nil)) }
        guard let best = ranked.max(by: { $0.1 < $1.1 }), best.1 > 0 else {
            throw .notAcceptable(offered: ["application/json", "application/x-ndjson", "text/csv"])
        }
        // The first of equals, so that a client that takes anything gets JSON.
        self = ranked.first { $0.1 == best.1 }?.0 ?? .json
    }
}

/// The media types of a header `Accept` with their weights (RFC 9110, section 12.5.1).
struct AcceptedTypes {
    private struct Range {
        var type: String
        var parameters: [String]
        var quality: Double
    }

    private let ranges: [Range]

    init(_ header: String) {
        ranges = header.split(separator: ",").map { element in
            let parts = element.split(separator: ";").map { part in
                part.lowercased().filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return Range(
                type: parts.first ?? "", parameters: parts.dropFirst().filter { !$0.hasPrefix("q=") },
                quality: weight ?? 1)
        }
    }

    /// How much a type is wanted, by the most specific range that names it; 0 for not at all.
    ///
    /// A type with a parameter of its own is wanted only where that is named.
    func quality(of type: String, parameter: String?) -> Double {
        let family = type.prefix { $0 != "/" } + "/*"
        let exact = ranges.filter { $0.type == type }
        if let parameter { return exact.first { $0.parameters.contains(parameter) }?.quality ?? 0 }
        let plain = exact.first { range in !range.parameters.contains { $0.hasPrefix("layout=") } }
        return (plain ?? ranges.first { $0.type == family } ?? ranges.first { $0.type == "*/*" })?.quality ?? 0
    }
}
