import Foundation
import LodeService
import LodeTestSupport
import Testing

/// What the command line does with wrong input: the exit status, the words, and what is left behind.
@Suite struct WrongInputTests {
    private static let header = "series,time,channel,value\n"

    @Test(arguments: [
        ("a,1,x\n", ["Line 2", "3 fields"]), ("a,1,x,nan\n", ["Line 2, field 4 (value)", "“nan”"]),
        ("a,noon,x,1\n", ["Line 2, field 2 (time)", "“noon”"]),
        ("a,1,x,1\nb,1,x,1\na,1,x,2\n", ["Line 4", "line 2"]), ("a,1,x,1\na,2,x,\"2\n", ["Line 3", "quote"]),
    ])
    func `a wrong line is named and nothing is written`(lines: String, words: [String]) throws {
        let place = try Workplace()
        _ = try place.lode("init")
        let outcome = try place.lode("ingest", "-", "--dataset", "d", input: Self.header + lines)
        #expect(outcome.status == 65)
        for word in words { #expect(outcome.error.contains(word), "\(outcome.error)") }
        #expect(outcome.output.isEmpty)
        #expect(try place.lode("datasets", "--json").output.trimmingCharacters(in: .whitespacesAndNewlines) == "[\n\n]")
    }

    @Test func `what does not exist is named, with the next step`() throws {
        let place = try Workplace()
        let missing = try place.lode("datasets")
        #expect(missing.status == 66 && missing.error.contains("lode init"))
        _ = try place.lode("init")
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        let dataset = try place.lode("series", "wave")
        #expect(dataset.status == 66 && dataset.error.contains("Did you mean “waves”?"))
        let untrained = try place.lode("predict", "waves", "wave 1", "--at", "1")
        #expect(untrained.status == 66 && untrained.error.contains("no model yet"))
        let file = try place.lode("ingest", place.folder.path("nothing.csv"), "--dataset", "d")
        #expect(file.status == 66 && file.error.contains("no such file"))
        #expect(try place.lode("jobs", "show", "7").status == 66)
        #expect(try place.lode("train", "waves", "--learning-rate", "7").status == 65)
    }

    @Test func `an unknown series and a time that is no number are refused by a trained dataset`() throws {
        let place = try Workplace()
        _ = try place.lode("init")
        _ = try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves)
        #expect(try place.lode("train", "waves", "--max-epochs", "2", "--here").status == 0)
        let series = try place.lode("predict", "waves", "wave1", "--at", "1")
        #expect(series.status == 66 && series.error.contains("Did you mean “wave 1”?"))
        let time = try place.lode("predict", "waves", "wave 1", "--at", "noon")
        #expect(time.status == 65 && time.error.contains("“noon”"))
        #expect(try place.lode("predict", "waves", "wave 1").status == 64)
        #expect(try place.lode("predict", "waves", "wave 1", "--at", "1", "--quantiles", "0.9,0.1").status == 65)
    }

    @Test func `a port in use is told, with what to do`() async throws {
        let place = try Workplace()
        _ = try place.lode("init")
        let up = try await place.up()
        let port = try #require(up.address.split(separator: ":").last)
        let second = try place.lode("serve", "--port", String(port))
        #expect(second.status == 69)
        #expect(second.error.contains("Port \(port) on 127.0.0.1 is in use"))
    }

    @Test func `a database of a newer version, or another file, is left alone`() throws {
        let place = try Workplace()
        _ = try place.lode("init")
        let path = place.folder.path("lode.db")
        // Bytes 60 to 63 of an SQLite file are its user version, big-endian.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: 60)
        try file.write(contentsOf: Data([0, 0, 3, 232]))
        try file.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for command in ["datasets", "worker", "up", "serve"] {
            let outcome = try place.lode(command)
            #expect(outcome.status == 65)
            #expect(outcome.error.contains("newer Lode"), "\(outcome.error)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)

        let text = try place.file("notes.txt", String(repeating: "not a database ", count: 100))
        let other = try place.lode("datasets", "--database", text)
        #expect(other.status == 65 && other.error.contains("not a Lode database"))
    }

    @Test func `settings come from flags over environment over file over defaults, and typos are told`() throws {
        let place = try Workplace()
        let file = try place.file("lode.yaml", "database: \(place.folder.path("from-file.db"))\nlog:\n  level: error\n")
        func init_(_ arguments: String..., environment: [String: String]) throws -> String {
            let outcome = try Tool.run(
                Package.lode, ["init", "--json"] + arguments, environment: environment)
            return outcome.output + outcome.error
        }
        #expect(try init_("--config", file, environment: [:]).contains("from-file.db"))
        let variable = ["LODE_DATABASE": place.folder.path("from-variable.db"), "LODE_CONFIG": file]
        #expect(try init_(environment: variable).contains("from-variable.db"))
        let flag = place.folder.path("from-flag.db")
        #expect(try init_("--database", flag, environment: variable).contains("from-flag.db"))
        for wrong in [["LODE_DATABSE": "x"], ["LODE_HTTP_PORT": "http"], ["LODE_LOG_LEVEL": "loud"]] {
            let outcome = try Tool.run(Package.lode, ["datasets"], environment: wrong)
            #expect(outcome.status == 78)
        }
        let typo = try Tool.run(Package.lode, ["ingst"])
        #expect(typo.status == 64 && typo.error.contains("Did you mean “lode ingest”?"))
    }
}
