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

    /// Commands that would work on and on, or for hours.
    private static let endless = ["lode up", "lode serve", "lode worker", "lode reproduce"]

    /// The command lines of the help texts and of the indented blocks of the documentation.
    private func examples() throws -> [String] {
        var lines: [String] = []
        for (folder, pattern) in [
            ("Sources/lode", #/Example: (lode .*?)"?\)?$/#), ("docs", #/^    (lode .*)$/#),
        ] {
            let files = FileManager.default.enumerator(atPath: Package.root.appending(path: folder).path)
            while let file = files?.nextObject() as? String {
                guard file.hasSuffix(".swift") || file.hasSuffix(".md") else { continue }
                for line in try document("\(folder)/\(file)").split(separator: "\n") {
                    guard let found = line.firstMatch(of: pattern) else { continue }
                    lines.append(String(found.1))
                }
            }
        }
        // One of the others renames the dataset that schedules watch.
        let first = Set(lines).filter { $0.hasPrefix("lode schedules") || $0.hasPrefix("lode jobs") }
        return (first.sorted() + Set(lines).subtracting(first).sorted()).filter { line in
            !Self.endless.contains { line.hasPrefix($0) }
        }
    }

    @Test func `every example is a command that the program understands`() throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let source = Package.root.appending(path: "Examples/mauna-loa-co2.csv").path(percentEncoded: false)
        #expect(try place.lode("ingest", source, "--dataset", "co2", "--time-unit", "days").status == 0)
        let examples = try examples()
        #expect(examples.count > 50)
        var environment = place.environment
        environment["PATH"] = URL(fileURLWithPath: Package.lode).deletingLastPathComponent().path + ":/usr/bin:/bin"
        environment["FOLDER"] = place.folder.path("")
        for line in examples where !line.contains("--here") && !line.contains("init") && !line.contains("watch") {
            let outcome = try Tool.run("/bin/sh", ["-c", "cd $FOLDER && \(line)"], environment: environment)
            // 64: the command line is not understood. A dataset or job that is not there is another matter.
            #expect(outcome.status != 64, "\(line)\n\(outcome.error)")
            #expect(!outcome.error.contains("invalid-request"), "\(line)\n\(outcome.error)")
            // A drift trigger wants a model, and other datasets are not here.
            let mustWork =
                line.hasPrefix("lode schedules create") && line.contains("co2") && !line.contains("--model")
            if mustWork || line.hasPrefix("lode jobs enqueue") {
                #expect(outcome.status == 0, "\(line)\n\(outcome.error)")
                _ = try place.lode("schedules", "delete", "nightly")
                _ = try place.lode("schedules", "delete", "fresh")
            }
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
