import Foundation
import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import Logging
import NIOCore

extension RouteTable {
    /// What clients of InfluxDB write to: the bucket or database is the dataset.
    mutating func addInflux(_ services: APIServices, bodyLimit: Int) {
        // Under /partial the good points of a body are kept, as InfluxDB does: a client that cannot add a parameter to the
        // URL it writes to is given this one as the server's address.
        for (root, isPartial) in [("", false), ("/partial", true)] {
            for (path, parameter) in [("/api/v2/write", "bucket"), ("/write", "db")] {
                on(.post, root + path) { request, context in
                    do {
                        return try await Self.write(
                            request, services, bodyLimit: bodyLimit, parameter: parameter, isPartial: isPartial)
                    } catch {
                        let answer = InfluxError(error)
                        if answer.status >= 500 {
                            context.logger.error("write failed", metadata: ["error": .string("\(error)")])
                        }
                        return try answer.response()
                    }
                }
            }
            on(.get, root + "/ping") { _, _ in Response(status: .noContent, headers: Self.versionHeaders) }
            on(.get, root + "/health") { _, _ in
                try await services.checkReadiness()
                return try .json(InfluxHealth(), headers: Self.versionHeaders)
            }
            on(.post, root + "/query") { request, _ in try await Self.query(request, bodyLimit: bodyLimit) }
        }
    }

    /// Telegraf asks for its database before it writes; here a dataset is made by the first write.
    private static func query(_ request: Request, bodyLimit: Int) async throws -> Response {
        let body = String(decoding: try await request.unpackedBody(limit: bodyLimit), as: UTF8.self)
        let statement = request.uri.queryParameters["q"].map(String.init) ?? FormBody(body)["q"] ?? ""
        let words = statement.uppercased().split(whereSeparator: { $0.isWhitespace || $0 == "+" })
        guard words.starts(with: ["CREATE", "DATABASE"]) else {
            return try InfluxError(
                status: 400, code: "invalid", message: "Lode has no InfluxQL; only CREATE DATABASE is understood"
            ).response()
        }
        return try .json(["results": [["statement_id": 0]]], headers: versionHeaders)
    }

    private static var versionHeaders: HTTPFields {
        var headers = HTTPFields()
        if let name = HTTPField.Name("x-influxdb-version") { headers[name] = "lode" }
        return headers
    }

    private static func write(
        _ request: Request, _ services: APIServices, bodyLimit: Int, parameter: String, isPartial: Bool
    ) async throws -> Response {
        let query = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { $1 })
        guard let dataset = query[parameter], !dataset.isEmpty else {
            throw RequestFault.queryInvalid(parameter: parameter, expected: "the name of a dataset")
        }
        let text = IngestText(try await request.unpackedBody(limit: bodyLimit))
        guard text.count > 0 else { return Response(status: .noContent) }
        let answer = try await services.ingest.ingest(
            text,
            IngestRequest(
                dataset: dataset, format: .lineProtocol(try IngestBody.precision(query["precision"])),
                keepsGoodRows: query["partial"] == nil ? isPartial : try IngestBody.flag("partial", query),
                idempotencyKey: request.idempotencyKey))
        guard let first = answer.rejections.first else { return Response(status: .noContent, headers: versionHeaders) }
        var error = InfluxError(
            status: 422, code: "unprocessable entity",
            message: "partial write: line \(first.line)\(first.name.map { " (\($0))" } ?? ""): \(first.reason) "
                + "dropped=\(answer.rejected)")
        (error.line, error.rejected, error.rejections) = (first.line, answer.rejected, answer.rejections)
        return try error.response()
    }
}

/// A body of type `application/x-www-form-urlencoded`.
private struct FormBody {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The first value of a field, decoded; nil where there is none.
    subscript(_ name: String) -> String? {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == name else { continue }
            return parts[1].replacing("+", with: " ").removingPercentEncoding
        }
        return nil
    }
}

private struct InfluxHealth: Encodable {
    var name = "lode"
    var status = "pass"
    var message = "ready for writes"
}

/// An error as InfluxDB writes it: version 2 calls the text `message`, version 1 `error`.
private struct InfluxError: Encodable {
    var code: String
    var message: String
    var line: Int?
    /// How many points were refused, and the first of them, where the others were kept.
    var rejected: Int?
    var rejections: [IngestAnswer.Rejection]?
    var status = 400

    private enum CodingKeys: String, CodingKey {
        case code, message, error, line, rejected, rejections
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encode(message, forKey: .error)
        try container.encodeIfPresent(line, forKey: .line)
        try container.encodeIfPresent(rejected, forKey: .rejected)
        try container.encodeIfPresent(rejections, forKey: .rejections)
    }

    init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Nothing that the caller sent is a fault of the server.
    init(_ error: any Error) {
        switch error {
        case let error as ServiceError:
            let profile = error.profile
            message = profile.httpStatus == 500 ? "something went wrong inside Lode; its log says more" : error.message
            switch error {
            case .invalidInput(let fault): (code, status, line) = ("invalid", 400, fault.line)
            case .timeAxisMismatch: (code, status) = ("unprocessable entity", 422)
            default:
                code = profile.httpStatus >= 500 ? "unavailable" : "invalid"
                status = profile.httpStatus
            }
            if profile.httpStatus == 500 { code = "internal error" }
        case let fault as RequestFault:
            let problem = Problem(fault, requestID: "")
            (code, status) = (problem.status == 413 ? "request too large" : "invalid", problem.status)
            message = problem.detail
            if status == 422 { status = 400 }
        case let error as HTTPError where error.status.code < 500:
            (code, message, status) = ("invalid", error.body ?? error.status.reasonPhrase, error.status.code)
        default:
            (code, message, status) = ("internal error", "something went wrong inside Lode; its log says more", 500)
        }
    }

    func response() throws -> Response {
        var headers = HTTPFields()
        if let seconds = RetryDelay.seconds(status: status) { headers[.retryAfter] = "\(seconds)" }
        return try .json(self, status: HTTPResponse.Status(code: status), headers: headers)
    }
}
