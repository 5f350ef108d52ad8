import Foundation
import LodeService
import LodeTestSupport
import Testing

/// What the documentation lists, against the code.
@Suite struct DocumentationTests {
    private func document(_ path: String) throws -> String {
        try String(contentsOf: Package.root.appending(path: path), encoding: .utf8)
    }

    @Test func `every code of a problem is in docs/http.md, beside its status`() throws {
        let lines = try document("docs/http.md").split(separator: "\n")
        for profile in ErrorProfile.table {
            let line = lines.first { $0.hasPrefix("| \(profile.httpStatus) |") }
            #expect(line?.contains("`\(profile.code)`") == true, "\(profile.httpStatus) \(profile.code)")
        }
    }

    @Test func `every exit status of an error is in docs/cli.md`() throws {
        let text = try document("docs/cli.md")
        for status in Set(ErrorProfile.table.map(\.exitStatus)) {
            #expect(text.contains("\n| \(status) |"), "\(status)")
        }
    }

    @Test func `every setting of config/lode.yaml is in docs/cli.md with its variable, and the program knows it`()
        throws
    {
        let table = try document("docs/cli.md")
        let place = try Workplace()
        let variables = try document("config/lode.yaml").matches(of: /LODE_[A-Z_]+/).map { String($0.0) }
        for variable in Set(variables).subtracting(["LODE_CONFIG"]) {
            #expect(table.contains("`\(variable)`"), "\(variable)")
            // A name that is no setting ends with 78 and says so; a known one may at most dislike the value.
            var environment = ["LODE_DATABASE": place.folder.path("lode.db")]
            environment[variable] = place.folder.path("1")
            let outcome = try Tool.run(Package.lode, ["init"], environment: environment)
            #expect(!outcome.error.contains("There is no setting"), "\(outcome.error)")
        }
    }

    @Test func `every command is in docs/cli.md and has help with an example`() throws {
        let table = try document("docs/cli.md")
        let help = try Tool.run(Package.lode, ["--help"]).output
        let commands = try #require(help.split(separator: "SUBCOMMANDS:").last)
            .split(separator: "\n").compactMap { $0.firstMatch(of: #/^  ([a-z]+)  /#).map { String($0.1) } }
        #expect(commands.count >= 12)
        for command in commands {
            #expect(table.contains("`lode \(command)"), "\(command)")
            #expect(try Tool.run(Package.lode, [command, "--help"]).output.contains("Example:"), "\(command)")
        }
    }
}
