import AsyncHTTPClient
import Foundation
import LodeService
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks a daemon over HTTP for what the services do on a database file: the same values in, the same values and errors out.
///
/// Its conformances to the use cases are in extensions, one for each.
package struct DaemonClient: Sendable {
    /// Where the daemon is, without a slash at the end.
    let address: String
    private let token: String?
    /// Passes so many seconds.
    let wait: Wait
    private let http: HTTPClient

    /// Lets time pass, in seconds; throws where the task is cancelled.
    package typealias Wait = @Sendable (Double) async throws -> Void

    private static let connectSeconds: Int64 = 10
    /// A daemon bounds the time of its work itself; this is for one that is gone without a word.
    private static let answerMinutes: Int64 = 30
    private static let mostAnswerBytes = 1 << 31

    /// Asks the daemon at `address`, hands the client to `body`, and closes its connections however that ends.
    ///
    /// - Parameters:
    ///   - token: what the client may do, where the daemon wants to know.
    ///   - certificate: a file in PEM with certificates to trust beside those of the system.
    ///   - wait: passes the time between two connections.
    package static func use<Result>(
        _ address: String, token: String?, certificate: String?, wait: @escaping Wait,
        _ body: (DaemonClient) async throws -> Result
    ) async throws -> Result {
        let client = try DaemonClient(address, token: token, certificate: certificate, wait: wait)
        do {
            let result = try await body(client)
            try await client.http.shutdown()
            return result
        } catch {
            do {
                try await client.http.shutdown()
            } catch {
                // What went wrong first is what the user is told.
            }
            throw error
        }
    }

    private init(
        _ text: String, token: String?, certificate: String?, wait: @escaping Wait
    ) throws(ClientError) {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URL(string: trimmed), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false,
            url.query == nil, url.fragment == nil
        else { throw .invalidAddress(text) }
        address = trimmed
        self.token = token
        self.wait = wait
        var configuration = HTTPClient.Configuration(
            // Nothing of a daemon is elsewhere, and a token is for nobody else.
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(Self.connectSeconds), read: nil))
        if let certificate {
            var tls = TLSConfiguration.makeClientConfiguration()
            do {
                tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(certificate))]
            } catch {
                throw .invalidCertificate(path: certificate, detail: "\(error)")
            }
            configuration.tlsConfiguration = tls
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    // MARK: - Calls

    /// The value that a call answers with.
    func value<Value: Decodable>(_ call: Call, as type: Value.Type = Value.self) async throws -> Value {
        let bytes = try await bytes(call)
        do {
            return try Self.decoder.decode(type, from: Data(bytes))
        } catch {
            throw ClientError.unreadable(address: address, detail: "\(error)")
        }
    }

    /// The bytes that a call answers with.
    func bytes(_ call: Call) async throws -> [UInt8] {
        let response = try await response(to: call)
        return try await body(of: response)
    }

    /// Makes a call whose answer says no more than that it is done.
    func perform(_ call: Call) async throws {
        _ = try await bytes(call)
    }

    /// The entries of all pages of a list, or the first `limit`.
    func list<Entry: Decodable>(
        _ name: String, _ call: Call, limit: Int = .max, of type: Entry.Type = Entry.self
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        var after: String?
        repeat {
            var page = call
            page.query += [("limit", "\(min(limit - entries.count, Self.pageEntries))"), ("after", after)]
            let found = try await value(page, as: ListPage<Entry>.self)
            guard let part = found.entries[name] else {
                throw ClientError.unreadable(address: address, detail: "the list “\(name)” is missing")
            }
            entries += part
            after = found.next
        } while after != nil && entries.count < limit
        return entries
    }

    private static let pageEntries = 1000

    /// The head of the answer to a call; throws ``ClientError/problem(code:message:)`` where it tells of one.
    private func response(to call: Call) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address + call.target)
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        request.headers.add(name: "accept", value: "application/json, */*")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let type = call.type { request.headers.add(name: "content-type", value: type) }
        request.body = call.body
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .minutes(Self.answerMinutes))
        } catch {
            throw unreachable(error)
        }
        guard (200..<300).contains(response.status.code) else { throw try await problem(of: response) }
        return response
    }

    /// How an answer that was taken in parts came to its end.
    enum StreamEnd {
        /// There was no answer to take.
        case nothing
        /// The daemon ended it.
        case ended
        /// The client wanted no more.
        case stopped
    }

    /// Hands out the parts of an answer as they come, until `body` returns false.
    func stream(_ call: Call, _ body: ([UInt8]) async throws -> Bool) async throws -> StreamEnd {
        let response = try await response(to: call)
        if response.status == .noContent { return .nothing }
        var parts = response.body.makeAsyncIterator()
        while true {
            let part: ByteBuffer?
            do {
                part = try await parts.next()
            } catch {
                throw unreachable(error)
            }
            guard let part else { return .ended }
            guard try await body(Array(part.readableBytesView)) else { return .stopped }
        }
    }

    /// Why a connection failed, in words.
    private func unreachable(_ error: any Error) -> any Error {
        if error is CancellationError { return error }
        let detail =
            switch error {
            case let error as NIOConnectionError:
                error.connectionErrors.first.map { "\($0.error)" } ?? "the host is not known"
            case NIOSSLError.handshakeFailed(let fault) where "\(fault)".contains("CERTIFICATE_VERIFY_FAILED"):
                "its certificate is not trusted; LODE_SERVER_CERTIFICATE names a file with it"
            case let error as HTTPClientError where error == .connectTimeout: "it does not take connections"
            case let error as HTTPClientError where error == .remoteConnectionClosed: "it closed the connection"
            default: "\(error)"
            }
        return ClientError.unreachable(address: address, detail: detail)
    }

    private func body(of response: HTTPClientResponse) async throws -> [UInt8] {
        do {
            return Array(try await response.body.collect(upTo: Self.mostAnswerBytes).readableBytesView)
        } catch {
            throw unreachable(error)
        }
    }

    private func problem(of response: HTTPClientResponse) async throws -> ClientError {
        struct Problem: Decodable {
            var code: String
            var detail: String
        }
        let bytes = try await body(of: response)
        do {
            let problem = try Self.decoder.decode(Problem.self, from: Data(bytes))
            return .problem(code: problem.code, message: problem.detail)
        } catch {
            return .unreadable(address: address, detail: "status \(response.status.code) without a problem document")
        }
    }

    /// A change told by an event.
    func change(_ text: String) throws(ClientError) -> JobChangeDescription {
        do {
            return try Self.decoder.decode(JobChangeDescription.self, from: Data(text.utf8))
        } catch {
            throw .unreadable(address: address, detail: "\(error)")
        }
    }

    /// Reads what ``JSONText`` writes.
    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return decoder
    }
}

/// A part of a list, whatever it is called, with the cursor of the next part.
private struct ListPage<Entry: Decodable>: Decodable {
    var entries: [String: [Entry]] = [:]
    var next: String?

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            if key.stringValue == "next" {
                next = try container.decode(String.self, forKey: key)
            } else {
                entries[key.stringValue] = try container.decode([Entry].self, forKey: key)
            }
        }
    }
}
