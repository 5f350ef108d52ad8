import Foundation
import LodeTestSupport
import Testing

/// What the command line says of a server that is no daemon, or one of another mind.
@Suite struct StrangeServerTests {
    private static func answer(_ status: String, _ body: String, length: Int? = nil) -> String {
        "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(length ?? body.utf8.count)\r\n"
            + "connection: close\r\n\r\n\(body)"
    }

    private static func problem(_ code: String) -> String {
        answer("503 Service Unavailable", #"{"code":"\#(code)","detail":"Not today."}"#)
    }

    private struct Case: CustomTestStringConvertible {
        var answer: String
        var command = ["datasets"]
        var status: Int32
        var words: String

        var testDescription: String { "\(command.joined(separator: " ")), \(words)" }
    }

    private static let cases = [
        Case(answer: answer("200 OK", "Hello."), status: 70, words: "not an answer of a daemon of this version"),
        Case(answer: answer("200 OK", #"{"models":[]}"#), status: 70, words: "the list “datasets” is missing"),
        Case(
            answer: answer("200 OK", #"{"datasets":[{"name":7}]}"#), status: 70, words: "lode --version on both sides"),
        Case(answer: answer("502 Bad Gateway", "<html>"), status: 70, words: "status 502 without a problem document"),
        Case(
            answer: "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", status: 70,
            words: "status 302 without a problem document"),
        Case(answer: "", status: 69, words: "it closed the connection"),
        Case(answer: answer("200 OK", "{", length: 100), status: 69, words: "No daemon answers at"),
        Case(answer: "SSH-2.0-OpenSSH_9.2\r\n", status: 69, words: "No daemon answers at"),
        Case(answer: problem("dataset-not-found"), status: 66, words: "error: Not today."),
        Case(answer: problem("body-too-large"), status: 65, words: "error: Not today."),
        Case(answer: problem("host-unknown"), status: 69, words: "error: Not today."),
        Case(answer: problem("too-many-questions"), status: 75, words: "error: Not today."),
        Case(answer: problem("deadline-passed"), status: 75, words: "error: Not today."),
        Case(answer: problem("scope-missing"), status: 77, words: "error: Not today."),
        Case(answer: problem("of-a-newer-lode"), status: 70, words: "error: Not today."),
        Case(
            answer: answer("200 OK", "event: change\ndata: {}\n\n"), command: ["jobs", "watch", "1"], status: 70,
            words: "not an answer of a daemon of this version"),
        Case(
            answer: answer("200 OK", #"{"aliases":[],"versions":[],"dataset":"d"}"#), command: ["models", "show", "d"],
            status: 66, words: "Dataset “d” has no model yet"),
        Case(
            answer: answer("200 OK", #"{"aliases":[],"dataset":"d"}"#), command: ["models", "show", "d"], status: 70,
            words: "not an answer of a daemon of this version"),
    ]

    @Test(arguments: cases)
    private func `the answer is named as what it is, with an exit status of its own`(given: Case) throws {
        let server = try ScriptedServer { [answer = given.answer] _ in answer }
        let outcome = try Tool.run(Package.lode, given.command + ["--server", server.address])
        #expect(outcome.status == given.status && outcome.error.contains(given.words), "\(outcome)")
        #expect(outcome.error.hasPrefix("error: ") && outcome.output.isEmpty, "\(outcome)")
    }

    @Test func `a file of certificates that cannot be read is named`() throws {
        let place = try Workplace()
        for path in ["/nowhere.pem", try place.file("empty.pem", "not a certificate")] {
            let outcome = try Tool.run(
                Package.lode, ["datasets", "--server", "https://127.0.0.1:1"],
                environment: ["LODE_SERVER_CERTIFICATE": path])
            #expect(outcome.status == 66 && outcome.error.contains("The certificates of \(path)"), "\(outcome)")
            #expect(outcome.error.contains("Name a file in PEM"), "\(outcome)")
        }
    }
}
