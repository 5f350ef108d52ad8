import Foundation
import FoundationNetworking
import LodeDomain
import LodeHTTP
import LodeService
import LodeServiceTestSupport
import Logging

/// A daemon on a free port, for the length of a test.
struct RunningDaemon: Sendable {
    let fixture: ServiceFixture
    let port: Int
    /// What every reply is held against.
    let document: OpenAPICheck
    /// Sent along as the header “authorization” where it is given.
    var authorization: String?
    var address: String { "http://127.0.0.1:\(port)" }

    /// An answer's status, headers and body.
    struct Reply: Sendable {
        var status: Int
        var type: String?
        var headers: [String: String]
        var body: JSONValue

        /// A member of the body, which must be an object.
        subscript(_ key: String) -> JSONValue? {
            guard case .object(let members) = body else { return nil }
            return members[key]
        }

        /// The first place at fault of a problem document.
        func place(_ key: String) -> JSONValue? {
            guard case .object(let members)? = self["errors"]?.elements?.first else { return nil }
            return members[key]
        }
    }

    /// Runs `body` against a daemon over `fixture`, then stops the daemon.
    static func run(
        bodyLimit: Int = 4096, _ body: @escaping @Sendable (RunningDaemon) async throws -> Void
    ) async throws {
        try await run(Daemon.Options(port: 0, limits: DaemonLimits(bodyBytes: bodyLimit)), body)
    }

    /// Runs `body` against a daemon with `options`, once `prepare` has seen to its data; its models come from `loader`.
    static func run(
        _ options: Daemon.Options, uptime: @escaping @Sendable () -> UInt64 = { 0 },
        loader: (any ForecasterLoader)? = nil,
        prepare: (ServiceFixture) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (RunningDaemon) async throws -> Void
    ) async throws {
        let fixture = try ServiceFixture()
        try await prepare(fixture)
        let services = APIServices(
            ingest: fixture.ingest, edit: fixture.edit, care: fixture.care, catalog: fixture.catalog,
            models: fixture.modelService, training: fixture.training, jobs: fixture.jobs, schedules: fixture.schedules,
            prediction: PredictionService(
                store: fixture.datasets, models: fixture.models, loader: loader ?? fixture.loader),
            tokens: fixture.tokenGuard(uptime: uptime),
            openChoices: [OpenChoice(setting: "maxEpochs", choice: "enough")],
            checkReadiness: { () async throws(ServiceError) in })
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let daemon = Daemon(services: services, options: options, logger: logger, uptime: uptime)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                do {
                    try await daemon.run { continuation.yield($0) }
                } catch is CancellationError {
                    // The test is over.
                }
            }
            var iterator = ports.makeAsyncIterator()
            if let port = await iterator.next() {
                try await body(
                    RunningDaemon(fixture: fixture, port: port, document: try await OpenAPICheck.served(at: port)))
                group.cancelAll()
            }
            // Where it did not start, this throws why.
            try await group.waitForAll()
        }
    }

    func send(
        _ method: String, _ path: String, type: String? = nil, body: String? = nil
    ) async throws -> Reply {
        try await send(method, path, type: type, data: body.map { Data($0.utf8) })
    }

    func send(
        _ method: String, _ path: String, type: String? = nil, data: Data?, encoding: String? = nil,
        headers added: [String: String] = [:]
    ) async throws -> Reply {
        var fields = added
        if let type { fields["content-type"] = type }
        if let encoding { fields["content-encoding"] = encoding }
        let (data, response) = try await exchange(method, path, data, fields)
        var headers: [String: String] = [:]
        for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        let body = data.isEmpty ? JSONValue.null : try JSONValue(parsing: String(decoding: data, as: UTF8.self))
        return Reply(status: response.statusCode, type: headers["content-type"], headers: headers, body: body)
    }

    /// The status and headers that a request is answered with, whatever the body is.
    func head(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: String? = nil
    ) async throws -> (status: Int, headers: [String: String]) {
        let response = try await exchange(method, path, body.map { Data($0.utf8) }, fields).1
        let pairs = response.allHeaderFields.map { ("\($0)".lowercased(), "\($1)") }
        return (response.statusCode, Dictionary(pairs, uniquingKeysWith: { $1 }))
    }

    /// The text that a path answers with.
    func text(_ path: String) async throws -> String {
        String(decoding: try await exchange("GET", path, nil, [:]).0, as: UTF8.self)
    }

    /// The text and headers that a request is answered with.
    func text(
        _ method: String, _ path: String, body: String, _ fields: [String: String]
    ) async throws -> (text: String, headers: [String: String]) {
        let (data, response) = try await exchange(method, path, Data(body.utf8), fields)
        var headers: [String: String] = [:]
        for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        return (String(decoding: data, as: UTF8.self), headers)
    }

    private func exchange(
        _ method: String, _ path: String, _ body: Data?, _ headers: [String: String]
    ) async throws -> (Data, HTTPURLResponse) {
        guard let url = URL(string: address + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let authorization, request.value(forHTTPHeaderField: "authorization") == nil {
            request.setValue(authorization, forHTTPHeaderField: "authorization")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        document.check(method, path, response, data)
        return (data, response)
    }

    func get(_ path: String) async throws -> Reply { try await send("GET", path) }

    func post(_ path: String, json: String) async throws -> Reply {
        try await send("POST", path, type: "application/json", body: json)
    }

    func post(_ path: String, csv lines: String...) async throws -> Reply {
        let text = (["series,time,channel,value"] + lines).joined(separator: "\n")
        return try await send("POST", path, type: "text/csv", body: text)
    }
}

extension JSONValue {
    /// A string's text.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// An array's elements.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}
