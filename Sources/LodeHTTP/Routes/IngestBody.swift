import Foundation
import HTTPTypes
import Hummingbird
import LodeDomain
import LodeGzip
import LodeService
import NIOCore

extension Request {
    /// The body's bytes, unpacked where it is gzip; throws ``RequestFault`` where it is longer than `limit` either way.
    func unpackedBody(limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw RequestFault.bodyTooLarge(limit: limit)
        }
        var bytes: [UInt8] = []
        if let length = headers[.contentLength].flatMap({ Int($0) }) { bytes.reserveCapacity(length) }
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw RequestFault.bodyTooLarge(limit: limit) }
            part.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        }
        switch headers[.contentEncoding]?.lowercased() {
        case nil, "identity": return bytes
        case "gzip", "x-gzip":
            let packed = bytes
            return try await BlockingWork.run { () -> Result<[UInt8], RequestFault> in
                do throws(GzipText.Fault) {
                    return .success(try GzipText.unpacked(packed, limit: limit))
                } catch {
                    switch error {
                    case .tooLarge: return .failure(.bodyTooLarge(limit: limit))
                    case .damaged: return .failure(.gzipDamaged)
                    }
                }
            }.get()
        case let other?: throw RequestFault.encodingUnsupported(other)
        }
    }

    /// The body of a request for delimited text.
    func delimitedBody(limit: Int) async throws -> IngestText {
        guard mediaType == "text/csv" || mediaType == "text/tab-separated-values" else {
            throw RequestFault.mediaTypeUnsupported(expected: "text/csv")
        }
        return IngestText(try await unpackedBody(limit: limit))
    }

    /// What the client calls the request, so that it has its effect once.
    var idempotencyKey: String? { HTTPField.Name("idempotency-key").flatMap { headers[$0] } }

    /// The media type without parameters, in lower case.
    var mediaType: String? {
        headers[.contentType].map { type in
            String(type.prefix { $0 != ";" }).trimmingCharacters(in: .whitespaces).lowercased()
        }
    }
}

/// What the query and headers say of a body of observations.
struct IngestBody {
    static let parameters: Set<String> = [
        "timeAxis", "timeUnit", "partial", "dryRun", "delimiter", "seriesColumn", "seriesName", "timeColumn",
        "channels", "missing", "precision", "inputs",
    ]

    /// The request, from its headers and query.
    static func request(_ request: Request, dataset: String) throws -> IngestRequest {
        let query = try request.query(known: parameters)
        return IngestRequest(
            dataset: dataset, format: try format(request.mediaType, query), timeAxis: try timeAxis(query),
            keepsGoodRows: try flag("partial", query), isRehearsal: try flag("dryRun", query),
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
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
            return .ndjson
        case "text/plain", "text/vnd.influx.line-protocol":
            return .lineProtocol(try precision(query["precision"]))
        default:
            throw .mediaTypeUnsupported(
                expected: "text/csv”, “text/tab-separated-values”, “application/x-ndjson” "
                    + "or “text/plain (line protocol)")
        }
    }

    static func precision(_ text: String?) throws(RequestFault) -> LineProtocolPrecision {
        guard let text, !text.isEmpty else { return .nanoseconds }
        guard let precision = LineProtocolPrecision(written: text) else {
            throw .queryInvalid(parameter: "precision", expected: "ns, us, ms, s, m or h")
        }
        return precision
    }

    static func flag(_ name: String, _ query: [String: String]) throws(RequestFault) -> Bool {
        switch query[name] {
        case nil, "false": false
        case "true", "": true
        default: throw .queryInvalid(parameter: name, expected: "true or false")
        }
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
