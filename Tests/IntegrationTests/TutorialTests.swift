import Foundation
import LodeTestSupport
import Testing

/// docs/tutorial.md, typed as it stands.
@Suite struct TutorialTests {
    @Test(.timeLimit(.minutes(10)))
    func `every command of the tutorial does what it should, one after the other`() throws {
        let folder = try TemporaryFolder()
        let text = try String(contentsOf: Package.root.appending(path: "docs/tutorial.md"), encoding: .utf8)
        let commands = text.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
        #expect(commands.count > 25)
        let port = try Self.freePort()
        // The daemon ends with the script, however that ends.
        let script =
            "set -e\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n"
            + commands.joined(separator: "\n").replacing(":7433", with: ":\(port)") + "\n"
        let examples = Package.root.appending(path: "Examples").path(percentEncoded: false)
        try FileManager.default.createSymbolicLink(atPath: folder.path("Examples"), withDestinationPath: examples)
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder.path("tutorial.sh")))
        let outcome = try Tool.run(
            "/bin/bash", ["-c", "cd '\(folder.path(""))' && exec bash tutorial.sh"],
            environment: [
                "PATH": URL(fileURLWithPath: Package.lode).deletingLastPathComponent().path + ":/usr/bin:/bin",
                "LODE_DATABASE": "lode.db", "LODE_HTTP_PORT": "\(port)", "LODE_WORKER_POLL_SECONDS": "0.05",
            ])
        #expect(outcome.status == 0, "\(outcome.output.suffix(2000))\n\(outcome.error.suffix(2000))")
        // The first version, and the one that the schedule asked for.
        #expect(outcome.output.contains("\nair@2 "), "\(outcome.output.suffix(1500))")
        for picture in ["calibration.svg", "learning-curve.svg", "1985.svg"] {
            let document = try XMLText(contentsOf: URL(fileURLWithPath: folder.path(picture)))
            #expect(document.names.contains("path"), "\(picture)")
        }
    }

    /// A port that nobody listens on.
    static func freePort() throws -> Int {
        let outcome = try Tool.run(
            "/bin/bash",
            [
                "-c",
                "for p in $(seq 7640 7650); do (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null || { echo $p; exit; }; done; exit 1",
            ])
        return try #require(Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}

/// The names of a text's elements, which must be well-formed XML as far as their nesting goes.
struct XMLText {
    var names: Set<String> = []

    init(contentsOf file: URL) throws {
        var open: [String] = []
        for tag in try String(contentsOf: file, encoding: .utf8).matches(
            of: /<(\/?)([a-z]+)((?:[^">]|"[^"<]*")*?)(\/?)>/)
        {
            let name = String(tag.2)
            names.insert(name)
            if tag.1 == "/" {
                #expect(open.popLast() == name)
            } else if tag.4.isEmpty {
                open.append(name)
            }
        }
        #expect(open.isEmpty)
    }
}
