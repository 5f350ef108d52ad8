import Foundation
import FoundationNetworking
import LodeService
import Testing

/// A running `lode up`.
final class RunningUp {
    var address = ""
    private let process: Process
    private let log: URL

    init(process: Process, log: URL) {
        self.process = process
        self.log = log
    }

    deinit { kill() }

    /// Everything it and its children said.
    var said: String {
        get throws { try String(contentsOf: log, encoding: .utf8) }
    }

    /// The process numbers of the workers started so far, and of the daemon.
    var workers: [pid_t] {
        get throws { try said.matches(of: /worker=(\d+)/).compactMap { pid_t($0.1) } }
    }

    var daemon: pid_t? {
        get throws { try said.firstMatch(of: /daemon=(\d+)/).flatMap { pid_t($0.1) } }
    }

    /// Ends it as an operator would, and returns its exit status.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends it suddenly; its children must notice by themselves.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Whether a process runs; one that nobody has waited for yet does not.
    static func isRunning(_ id: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
        return status.split(separator: ")").last?.trimmingCharacters(in: .whitespaces).hasPrefix("Z") == false
    }

    func get(_ path: String) async throws -> JSONValue {
        try await send(URLRequest(url: try url(path))).body
    }

    /// The text that a path answers with.
    func text(_ path: String) async throws -> String {
        let (data, _) = try await URLSession.shared.data(for: URLRequest(url: try url(path)))
        return String(decoding: data, as: UTF8.self)
    }

    func post(_ path: String, type: String = "application/json", _ body: String) async throws -> Reply {
        var request = URLRequest(url: try url(path))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        request.setValue(type, forHTTPHeaderField: "content-type")
        return try await send(request)
    }

    struct Reply {
        var status: Int
        var body: JSONValue
    }

    private func url(_ path: String) throws -> URL { try #require(URL(string: address + path)) }

    private func send(_ request: URLRequest) async throws -> Reply {
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = try #require(response as? HTTPURLResponse).statusCode
        return Reply(status: status, body: try JSONValue(parsing: String(decoding: data, as: UTF8.self)))
    }
}

extension JSONValue {
    /// A member of an object.
    subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// An element of an array.
    subscript(_ index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    var count: Int {
        guard case .array(let elements) = self else { return 0 }
        return elements.count
    }
}
