import Foundation
import HTTPTypes
import Hummingbird
import LodeService

extension RouteTable {
    /// What clients of InfluxDB write to: the bucket or database is the dataset.
    mutating func addInflux(_ services: APIServices) {
        // Under /partial the good points of a body are kept, as InfluxDB does: a client that cannot add a parameter to the
        // URL it writes to is given this one as the server's address.
        for (root, isPartial) in [("", false), ("/partial", true)] {
            for (path, parameter) in [("/api/v2/write", "bucket"), ("/write", "db")] {
                on(
                    .post, root + path,
                    Operation(
                        .write, "Takes line protocol in, as InfluxDB does; “\(parameter)” names the dataset",
                        query: nil,
                        body: .anything, .empty, problems: [409], failures: .influx)
                ) { request, context in
                    try await Self.write(request, context, services, parameter: parameter, isPartial: isPartial)
                }
            }
            on(.get, root + "/ping", Operation(.open, "Answers clients of InfluxDB", query: nil, .empty)) { _, _ in
                Response(status: .noContent, headers: Self.versionHeaders)
            }
            on(
                .get, root + "/health",
                Operation(
                    .open, "Says to clients of InfluxDB whether it can serve", query: nil,
                    .json(.reference("InfluxHealth")), problems: [507])
            ) { _, _ in
                try await services.checkReadiness()
                return try .json(InfluxHealth(), headers: Self.versionHeaders)
            }
            on(
                .post, root + "/query",
                Operation(
                    .write, "Agrees to CREATE DATABASE, and to nothing else", query: nil, body: .anything,
                    .json(.object(["results": .list(of: .map(to: .integer))])), failures: .influx)
            ) { request, context in try await Self.query(request, context) }
        }
    }

    /// Telegraf asks for its database before it writes; here a dataset is made by the first write.
    private static func query(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = String(decoding: context.body, as: UTF8.self)
        let statement = request.query["q"] ?? FormBody(body)["q"] ?? ""
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
        _ request: Request, _ context: APIContext, _ services: APIServices, parameter: String, isPartial: Bool
    ) async throws -> Response {
        let query = request.query
        guard let dataset = query[parameter], !dataset.isEmpty else {
            throw RequestFault.queryInvalid(parameter: parameter, expected: "the name of a dataset")
        }
        let text = IngestText(context.body)
        guard text.count > 0 else { return Response(status: .noContent) }
        let answer = try await services.ingest.ingest(
            text,
            IngestRequest(
                dataset: dataset, format: .lineProtocol(try IngestBody.precision(query["precision"])),
                keepsGoodRows: query["partial"] == nil ? isPartial : try query.flag("partial"),
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
struct InfluxError: Encodable {
    var code: String
    var message: String
    var line: Int?
    /// How many points were refused, and the first of them, where the others were kept.
    var rejected: Int?
    var rejections: [IngestAnswer.Rejection]?
    var status = 400
    /// How a client is told that it should show a token.
    var challenge: String?

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
            let problem = Problem(error, requestID: "")
            (code, message, status) = (
                problem.status >= 500 ? "unavailable" : "invalid", problem.detail, problem.status
            )
            switch error {
            case .invalidInput(let fault): (status, line) = (400, fault.line)
            case .timeAxisMismatch: (code, status) = ("unprocessable entity", 422)
            default: break
            }
            if status == 500 { (code, message) = ("internal error", Self.internalMessage) }
        case let fault as RequestFault:
            (message, status, challenge) = (fault.detail, fault.profile.status, fault.challenge)
            switch status {
            case 401: code = "unauthorized"
            case 403: code = "forbidden"
            case 413: code = "request too large"
            case 503: code = "unavailable"
            default: code = "invalid"
            }
            if status == 422 { status = 400 }
        case let error as HTTPError where error.status.code < 500:
            (code, message, status) = ("invalid", error.body ?? error.status.reasonPhrase, error.status.code)
        default: (code, message, status) = ("internal error", Self.internalMessage, 500)
        }
    }

    private static let internalMessage = "something went wrong inside Lode; its log says more"

    func response() throws -> Response {
        var headers = HTTPFields()
        if let seconds = RetryDelay.seconds(status: status) { headers[.retryAfter] = "\(seconds)" }
        headers[.wwwAuthenticate] = challenge
        return try .json(self, status: HTTPResponse.Status(code: status), headers: headers)
    }
}
