import LodeTestSupport
import Testing

/// What the command line says of options that it cannot take, before it looks at anything else.
@Suite struct WrongOptionTests {
    private struct Line: CustomTestStringConvertible {
        var arguments: [String]
        var words: String

        init(_ arguments: String..., words: String) {
            self.arguments = arguments
            self.words = words
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let lines = [
        Line("predict", "d", "s", "--from", "1", words: "give --from and --to"),
        Line("predict", "d", "s", "--from", "1", "--to", "2", "--count", "1", words: "--count is from 2 to"),
        Line("predict", "d", "s", "--at", "1", "--json", "--csv", words: "choose one"),
        Line("delete", "d", words: "Say which observations, or --whole-dataset"),
        Line("delete", "d", "--series", "s", "--whole-dataset", words: "Say which observations, or --whole-dataset"),
        Line("jobs", "list", "--state", "runing", words: "Did you mean “running”?"),
        Line("jobs", "list", "--state", "zzzzzzzzzzzz", words: "The states are"),
        Line("jobs", "list", "--limit", "0", words: "--limit is from 1 to 1000"),
        Line("jobs", "enqueue", "probe", "--count", "0", words: "--count is 1 to 100000"),
        Line("jobs", "enqueue", "probe", "--on-conflict", "reject", words: "--on-conflict needs --unique"),
        Line(
            "jobs", "enqueue", "probe", "--unique", "k", "--on-conflict", "fight",
            words: "returnExisting, rerunAfter, replaceArguments or reject"),
        Line("schedules", "create", "n", "--every", "60", words: "either --train or --kind"),
        Line("schedules", "create", "n", "--train", "d", "--kind", "probe", words: "either --train or --kind"),
        Line("schedules", "create", "n", "--train", "d", "--arguments", "{}", words: "--arguments goes with --kind"),
        Line("schedules", "create", "n", "--train", "d", "--on-conflict", "fight", words: "--on-conflict is"),
        Line("tokens", "create", "t", "--scope", "reed", words: "Did you mean “read”?"),
        Line("tokens", "create", "t", "--scope", "zzzzzzzzzzzz", words: "The scopes are read, write, train, admin"),
        Line("tokens", "create", "t", "--scope", "read", "--expires", "soon", words: "--expires"),
        Line("tokens", "create", "t", "--scope", "read", "--expires", "0d", words: "--expires"),
    ]

    @Test(arguments: lines)
    private func `wrong usage says what would be right`(line: Line) throws {
        // Without a database: what is wrong with the options comes first.
        let outcome = try Tool.run(Package.lode, line.arguments, environment: ["LODE_DATABASE": "/nowhere/lode.db"])
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.contains(line.words), "\(outcome.error)")
    }
}
