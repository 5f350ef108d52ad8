import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

/// What the query and headers say of a body of observations.
struct IngestBody {
    private static let jsonLinesTypes = [
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
    ]
    private static let lineProtocolTypes = ["text/plain", "text/vnd.influx.line-protocol"]

    /// The types of bodies that can be read.
    static let mediaTypes = ["text/csv", "text/tab-separated-values"] + jsonLinesTypes + lineProtocolTypes

    static let parameters: [Operation.Parameter] = [
        .word("timeAxis", ["numeric", "dateTime"], "how a new dataset counts time; without it the first time tells"),
        .text("timeUnit", "the unit of numeric times, for people"),
        .flag("partial", "keep the good rows"), .flag("dryRun", "write nothing"),
        .text("delimiter", "what stands between fields: one character, or tab"),
        .text("seriesColumn", "the column of the series"), .text("seriesName", "the one series of all rows"),
        .text("timeColumn", "the column of the time"), .text("channels", "the columns of a wide table, by commas"),
        .text("missing", "what stands for no value, by commas"),
        .word("precision", ["ns", "us", "ms", "s", "m", "h"], "the unit of times in line protocol"),
        .text("inputs", "the channels that are known beforehand, by commas"),
    ]

    /// The request, from its headers and query.
    static func request(_ request: Request, dataset: String) throws -> IngestRequest {
        let query = request.query
        return IngestRequest(
            dataset: dataset, format: try format(request.mediaType, query), timeAxis: try timeAxis(query),
            keepsGoodRows: try query.flag("partial"), isRehearsal: try query.flag("dryRun"),
            idempotencyKey: request.idempotencyKey,
            inputChannels: query["inputs"]?.split(separator: ",").map(String.init) ?? [])
    }

    private static func format(
        _ mediaType: String?, _ query: [String: String]
    ) throws(RequestFault) -> IngestRequest.Format {
        switch mediaType {
        case "text/csv", "text/tab-separated-values":
            var layout = DelimitedLayout(
                delimiter: mediaType == "text/csv" ? nil : UInt8(ascii: "\t"), seriesColumn: query["seriesColumn"],
                seriesName: query["seriesName"], timeColumn: query["timeColumn"],
                channelColumns: query["channels"]?.split(separator: ",").map(String.init),
                missingMarks: Set(query["missing"]?.split(separator: ",").map(String.init) ?? []))
            if let delimiter = query["delimiter"] {
                guard let byte = delimiter == "tab" ? 9 : delimiter.utf8.first,
                    delimiter == "tab" || delimiter.utf8.count == 1
                else { throw .queryInvalid(parameter: "delimiter", expected: "one character, or tab") }
                layout.delimiter = byte
            }
            return .delimited(layout)
        case let type? where jsonLinesTypes.contains(type): return .ndjson
        case let type? where lineProtocolTypes.contains(type):
            return .lineProtocol(try precision(query["precision"]))
        default: throw .mediaTypeUnsupported(expected: mediaTypes)
        }
    }

    static func precision(_ text: String?) throws(RequestFault) -> LineProtocolPrecision {
        guard let text, !text.isEmpty else { return .nanoseconds }
        guard let precision = LineProtocolPrecision(written: text) else {
            throw .queryInvalid(parameter: "precision", expected: "ns, us, ms, s, m or h")
        }
        return precision
    }

    /// Without parameters the first time in the body decides.
    private static func timeAxis(_ query: [String: String]) throws(RequestFault) -> TimeAxis? {
        switch (query["timeAxis"], query["timeUnit"]) {
        case (nil, nil): nil
        case ("dateTime", nil): .dateTime
        case ("numeric", let unit), (nil, let unit): .numeric(unit: unit)
        case ("dateTime", _): throw .queryInvalid(parameter: "timeUnit", expected: "none with timeAxis=dateTime")
        default: throw .queryInvalid(parameter: "timeAxis", expected: "numeric or dateTime")
        }
    }
}
