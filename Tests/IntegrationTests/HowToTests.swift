import Foundation
import LodeTestSupport
import Testing

/// The commands of README.md and of the guides in docs/how-to, run as they stand on small data.
///
/// The programs of python.md and r.md have tests of their own.
@Suite(.timeLimit(.minutes(10))) struct HowToTests {
    /// What a document needs to be run.
    struct Recipe: Sendable, CustomTestStringConvertible {
        /// The document.
        var document: String
        /// Files that its reader has.
        var files: [String: String] = [:]
        /// What its reader has done before.
        var before: [String] = []
        /// What is written otherwise to be quick, or to stay within the folder.
        var instead: [(String, String)] = []
        /// Beginnings of commands that no test can run, with the reason.
        var leftOut: [String: String] = [:]

        var testDescription: String { document }
    }

    private static let quick = (" --here", " --here --max-epochs 2")
    private static let trainedCarbonDioxide = [
        "lode init", "lode ingest Examples/mauna-loa-co2.csv --dataset co2 --time-unit days",
        "lode train co2 --here --max-epochs 2", "lode models promote co2@1",
    ]

    static let recipes = [
        Recipe(
            document: "README.md", files: ["my.csv": patients],
            before: ["LODE_DATABASE=curl.db lode init"],
            instead: [
                (" --here ", " --here --max-epochs 2 "),
                // The daemon of the second half has a database of its own, and says when it is ready.
                (
                    "lode up &",
                    "LODE_DATABASE=curl.db lode up > address & until grep --quiet http address; do sleep 0.1; done"
                ),
                ("curl ", "curl --silent --fail "), (#"{"dataset":"co2"}}"#, #"{"dataset":"co2","maxEpochs":2}}"#),
                (
                    "curl --silent --fail http://127.0.0.1:7433/v1/datasets/co2/models",
                    "until curl --silent --fail http://127.0.0.1:7433/v1/jobs/1 | grep --quiet completed; do sleep 0.2; done; "
                        + "curl --silent --fail http://127.0.0.1:7433/v1/datasets/co2/models"
                ),
            ],
            leftOut: [
                "scripts/demo": "it makes a build of its own", "scripts/test": "it runs this test",
                "sudo scripts/install": "ExamplesTests runs it, into a folder",
                "lode up": "the part with curl starts it in the background",
            ]),
        Recipe(
            document: "docs/how-to/backup-and-upgrade.md", before: trainedCarbonDioxide,
            instead: [("/var/backups/", "")]),
        Recipe(document: "docs/how-to/calibration.md", before: trainedCarbonDioxide),
        Recipe(
            document: "docs/how-to/clinical.md",
            files: ["stays.csv": stays, "facts.csv": facts("age"), "died.csv": facts("died")], before: ["lode init"],
            instead: [quick]),
        Recipe(
            document: "docs/how-to/light-curves.md", files: ["stars.csv": stars], before: ["lode init"],
            instead: [quick]),
        Recipe(
            document: "docs/how-to/sensors.md", files: ["sensors.csv": sensors],
            before: ["lode init", "lode ingest sensors.csv --dataset sensors --time-unit s"], instead: [quick],
            leftOut: ["telegraf": "Debian has no Telegraf; LodeHTTPTests send what it sends"]),
        Recipe(
            document: "docs/how-to/systemd.md",
            leftOut: [
                "sudo scripts/": "ExamplesTests runs them, into a folder",
                "sudo systemctl": "there is no systemd in a container",
                "journalctl": "there is no systemd in a container",
            ]),
        // The search is asked for; TuneHandlerTests make one.
        Recipe(document: "docs/how-to/tuning.md", before: trainedCarbonDioxide),
    ]

    @Test func `every guide has a recipe, or a test of its own`() throws {
        let folder = Package.root.appending(path: "docs/how-to").path(percentEncoded: false)
        let guides = try FileManager.default.contentsOfDirectory(atPath: folder).map { "docs/how-to/\($0)" }
        let known = Self.recipes.map(\.document) + ["docs/how-to/python.md", "docs/how-to/r.md"]
        #expect(Set(guides) == Set(known).subtracting(["README.md"]))
    }

    @Test(arguments: recipes)
    func `every command does what it should, one after the other`(recipe: Recipe) throws {
        let folder = try TemporaryFolder()
        for (name, text) in recipe.files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("Examples"),
            withDestinationPath: Package.root.appending(path: "Examples").path(percentEncoded: false))
        let found = try Self.commands(of: recipe.document)
        #expect(!found.isEmpty)
        for beginning in recipe.leftOut.keys {
            #expect(found.contains { $0.hasPrefix(beginning) }, "\(beginning) is not there any more")
        }
        var commands = found.filter { command in
            // “lode up &” is another command than “lode up”.
            !recipe.leftOut.keys.contains { command == $0 || $0 != "lode up" && command.hasPrefix($0) }
        }
        let port = try TutorialTests.freePort()
        for (written, run) in recipe.instead + [(":7433", ":\(port)")] {
            commands = commands.map { $0.replacing(written, with: run) }
        }
        let script =
            "set -e\ntrap 'jobs -p | xargs --no-run-if-empty kill; wait' EXIT\n"
            + (recipe.before + commands).joined(separator: "\n") + "\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder.path("commands.sh")))
        let outcome = try Tool.run(
            "/bin/bash", ["-c", "cd '\(folder.path(""))' && exec bash -x commands.sh"],
            environment: [
                "PATH": URL(fileURLWithPath: Package.lode).deletingLastPathComponent().path + ":/usr/bin:/bin",
                "LODE_HTTP_PORT": "\(port)", "LODE_WORKER_POLL_SECONDS": "0.05",
            ])
        #expect(outcome.status == 0, "\(outcome.output.suffix(1000))\n\(outcome.error.suffix(3000))")
    }

    /// The commands among the indented lines, those that go on over a line's end as one, each once.
    private static func commands(of document: String) throws -> [String] {
        let text = try String(contentsOf: Package.root.appending(path: document), encoding: .utf8)
        var commands: [String] = []
        for line in text.replacing(#/\\\n +/#, with: "").split(separator: "\n") where line.hasPrefix("    ") {
            let line = line.drop { $0 == " " }
            let programs = #/(lode|curl|telegraf|sudo|journalctl|scripts/\w+)( .*|$)/#
            guard line.wholeMatch(of: programs) != nil, !commands.contains(String(line)) else { continue }
            commands.append(String(line))
        }
        return commands
    }

    // MARK: - Small data

    /// Rows of the long form.
    private static func rows(
        _ series: [String], times: [Double], _ channels: [String], _ value: (Int, Double) -> Double
    ) -> String {
        var text = "series,time,channel,value\n"
        for (number, name) in series.enumerated() {
            for time in times {
                for channel in channels { text += "\(name),\(time),\(channel),\(value(number, time))\n" }
            }
        }
        return text
    }

    private static let patients = rows(
        (0..<9).map { "patient \($0)" }, times: (0..<9).map { Double($0) / 2 }, ["pulse"]
    ) {
        70 + Double($0) + 5 * sin($1)
    }

    private static let stays =
        rows(
            (0..<12).map { "stay \($0)" }, times: (0..<8).map(Double.init), ["pulse", "temperature", "dose"]
        ) { Double($0) + cos($1) } + "stay 0,9,pulse,NA\n"

    private static func facts(_ name: String) -> String {
        "series,name,value\n" + (0..<12).map { "stay \($0),\(name),\($0 % 2)\n" }.joined()
    }

    private static let sensors = rows(["north", "south"], times: (0..<600).map(Double.init), ["level"]) {
        Double($0) + sin($1 / 9)
    }

    private static let stars: String = {
        var text = "star,mjd,g,r,i\n"
        for star in 0..<10 {
            for night in 0..<12 {
                let bright = 10 + sin(Double(star + night) / 3)
                let name = star == 0 ? "SN 2011fe" : "star \(star)"
                text += "\(name),\(5500 + night),\(bright),\(night % 3 == 0 ? "" : "\(bright + 1)"),\(bright - 1)\n"
            }
        }
        return text
    }()
}
