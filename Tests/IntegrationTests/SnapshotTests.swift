import Foundation
import LodeTestSupport
import Testing

/// What the program prints, word for word, against what is stored in Tests/Snapshots.
///
/// `UPDATE_SNAPSHOTS=1` in the environment stores what it prints now; the difference is then for a person to read.
@Suite struct SnapshotTests {
    private func check(_ text: String, against name: String) throws {
        let file = Package.root.appending(path: "Tests/Snapshots/\(name)")
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            return try Data(text.utf8).write(to: file)
        }
        let stored = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for difference in lines.difference(from: stored) {
            switch difference {
            case .insert(let offset, let line, _):
                Issue.record("\(name): printed, not stored, line \(offset + 1): \(line)")
            case .remove(let offset, let line, _):
                Issue.record("\(name): stored, not printed, line \(offset + 1): \(line)")
            }
        }
    }

    /// The help of a command and of all beneath it.
    private func help(_ command: [String]) throws -> [(command: [String], text: String)] {
        let text = try Tool.run(Package.lode, command + ["--help"], environment: ["COLUMNS": "80"]).output
        var found = [(command, text)]
        if let list = text.split(separator: "SUBCOMMANDS:").dropFirst().first {
            for line in list.split(separator: "\n") {
                guard let name = line.firstMatch(of: #/^  ([a-z]+)( |$)/#) else { continue }
                found += try help(command + [String(name.1)])
            }
        }
        return found
    }

    @Test func `the help of every command has an example, and is as stored`() throws {
        let found = try help([])
        #expect(found.count > 50)
        for (command, text) in found where !command.isEmpty { #expect(text.contains("Example:"), "\(command)") }
        let text = found.map { "$ lode \(($0.command + ["--help"]).joined(separator: " "))\n\($0.text)\n" }.joined()
        try check(text, against: "help.txt")
    }

    /// Commands whose output is the same on every machine, but for moments and secrets.
    private static let commands = [
        "lode datasets", "lode init", "lode init", "lode datasets", "lode ingest waves.csv --dataset waves",
        "lode ingest waves.csv --dataset waves --json", "lode ingest bad.csv --dataset waves",
        "lode ingest bad.csv --dataset waves --partial --quiet", "lode datasets", "lode datasets --csv",
        "lode datasets --json", "lode series waves --limit 3", "lode series wave",
        "lode export waves | head -n 3", "lode plot waves 'wave 1' --width 60 --height 8",
        "lode predict waves 'wave 1' --at 3", "lode models list", "lode jobs list",
        "lode train waves --max-epochs 3", "lode train waves --learning-rate 9", "lode jobs list",
        "lode jobs list --csv",
        "lode jobs show 1", "lode jobs cancel 1", "lode jobs cancel 2",
        "lode schedules create nightly --cron '0 3 * * *' --train waves --paused", "lode schedules list",
        "lode schedules create wrong --cron '0 25 * * *' --train waves",
        "lode tokens create grafana --scope read --expires never", "lode tokens list", "lode tokens revoke grafan",
        "lode tag waves wet", "lode channel waves height --unit m", "lode delete waves --series 'wave 7'",
        "lode delete waves", "lode rename waves sea", "lode delete sea --whole-dataset --yes", "lode datasts",
        "lode datasets --jsn", "lode models shw", "lode series", "lode backup lode.db", "lode restore nothing.db",
    ]

    @Test func `typical outputs are as stored`() throws {
        let place = try Workplace()
        _ = try place.file("waves.csv", Workplace.waves)
        _ = try place.file("bad.csv", "series,time,channel,value\nwave 1,1,height,2\nwave 1,x,height,3\n")
        let environment = [
            "PATH": URL(fileURLWithPath: Package.lode).deletingLastPathComponent().path + ":/usr/bin:/bin",
            "FOLDER": place.folder.path(""), "COLUMNS": "80",
        ]
        var text = ""
        for command in Self.commands {
            let outcome = try Tool.run(
                "/bin/sh", ["-c", "cd $FOLDER && { \(command); } 2> errors; status=$?; cat errors >&2; exit $status"],
                environment: environment)
            text += "$ \(command)\n\(outcome.output)"
            for line in outcome.error.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                text += "! \(line)\n"
            }
            if outcome.status != 0 { text += "= \(outcome.status)\n" }
            text += "\n"
        }
        // No colour nor any other control sequence off a terminal.
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
        let fixed = text.replacing(#/\d{4}-\d\d-\d\dT[\d:.]+Z/#, with: "MOMENT").replacing(
            #/lode_[\w-]{43}/#, with: "SECRET")
        try check(fixed, against: "outputs.txt")
    }
}
