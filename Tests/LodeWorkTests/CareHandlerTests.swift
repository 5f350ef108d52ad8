import Foundation
import LodeDomain
import LodeJobs
import LodeService
import LodeStore
import LodeTestSupport
import LodeWork
import Testing

@Suite struct CareHandlerTests {
    private let folder: TemporaryFolder
    private let database: LodeDatabase
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)

    init() throws {
        folder = try TemporaryFolder()
        database = try LodeDatabase.create(at: folder.path("lode.db"))
    }

    private func run(
        _ handler: any JobHandler, _ arguments: String, snapshot: [UInt8]? = nil, context: ScriptedContext = .init()
    ) async throws -> String {
        let queue = SQLiteJobQueue(database)
        _ = try await queue.enqueue(JobRequest(kind: handler.kind, arguments: arguments), at: now)
        var claimed = try #require(
            try await queue.claim(kinds: [handler.kind], worker: "w", leaseSeconds: 20, at: now))
        claimed.snapshot = snapshot
        let output = try await handler.run(claimed, in: context)
        _ = try await queue.complete(claimed.lease, result: output.result, publishing: nil, at: now)
        return output.result
    }

    @Test func `a backup is a whole database, made once, and old ones go`() async throws {
        let place = folder.path("")
        for _ in 0..<3 {
            _ = try await run(BackupHandler(database: database), #"{"folder":"\#(place)","keep":2}"#)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: place).filter { $0.hasSuffix(".db") }.sorted()
        #expect(names == ["lode-20231114T221320Z-job2.db", "lode-20231114T221320Z-job3.db", "lode.db"])
        _ = try LodeDatabase.open(at: folder.path("lode-20231114T221320Z-job3.db"))
        await #expect(throws: JobError.self) {
            try await run(BackupHandler(database: database), #"{"folder":"/no/such/folder"}"#)
        }
    }

    @Test func `a backup's own copy stays, even where others have later names`() async throws {
        let place = folder.path("")
        for name in ["lode-20990101T000000Z-job7.db", "lode-20990102T000000Z-job8.db"] {
            try Data().write(to: URL(fileURLWithPath: folder.path(name)))
        }
        _ = try await run(BackupHandler(database: database), #"{"folder":"\#(place)","keep":2}"#)
        let names = try FileManager.default.contentsOfDirectory(atPath: place).filter { $0.hasSuffix(".db") }.sorted()
        #expect(names == ["lode-20231114T221320Z-job1.db", "lode-20990102T000000Z-job8.db", "lode.db"])
    }

    @Test func `a job that came over a network touches nothing out of its folders`() async throws {
        let (inside, outside) = (folder.path("inside"), folder.path("outside"))
        for path in [inside, outside] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(atPath: inside + "/link", withDestinationPath: outside)
        func refusal(_ handler: any JobHandler, _ arguments: String) async throws -> String {
            do {
                _ = try await run(handler, arguments)
                return "none"
            } catch let error as JobError {
                guard case .permanent(let code, _) = error else { return "transient" }
                return code
            }
        }
        let backup = BackupHandler(database: database)
        let limit = #""within":["\#(inside)"]"#
        #expect(try await refusal(backup, #"{"folder":"\#(inside)/link",\#(limit)}"#) == "path-outside")
        #expect(try await refusal(backup, #"{"folder":"\#(inside)",\#(limit)}"#) == "none")
        let text = importer("series,time,channel,value\na,1,x,1\n")
        #expect(
            try await refusal(text, #"{"file":"\#(inside)/link/d.csv","dataset":"d",\#(limit)}"#) == "path-outside")
        #expect(try await refusal(text, #"{"file":"\#(inside)/d.csv","dataset":"d",\#(limit)}"#) == "none")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
    }

    @Test func `pruning deletes what ended before, and says how much`() async throws {
        let queue = SQLiteJobQueue(database)
        for _ in 0..<2 {
            _ = try await queue.enqueue(JobRequest(kind: "probe", arguments: "{}"), at: now)
            let claimed = try #require(try await queue.claim(kinds: ["probe"], worker: "w", leaseSeconds: 20, at: now))
            _ = try await queue.complete(claimed.lease, result: "{}", publishing: nil, at: now)
        }
        let later = now.advanced(bySeconds: 86_401)
        let result = try await run(
            PruneHandler(
                queue: queue, datasets: SQLiteDatasetStore(database, now: { later }),
                models: SQLiteModelRegistry(database),
                now: { later }), #"{"jobsOlderThanDays":1}"#)
        #expect(result == #"{"jobs":2,"modelVersions":0,"snapshots":0}"#)
    }

    private func importer(_ text: String, pieceBytes: Int = 40) -> ImportHandler {
        let store = SQLiteDatasetStore(database, now: { [now] in now })
        return ImportHandler(ingest: IngestService(store: store, now: { [now] in now }), pieceBytes: pieceBytes) { _ in
            Data(text.utf8)
        }
    }

    private static let arguments = #"{"file":"/data.csv","dataset":"d"}"#

    @Test(arguments: [
        // Quotes within strings of JSON are escaped, not doubled.
        ("ndjson", (0..<40).map { #"{"series":"s \"\#($0 % 3)","time":\#($0),"channel":"x","value":1}"# + "\n" }),
        // A string may go over several lines; in a tag a quote is a letter.
        ("line-protocol", (0..<40).map { "m,t=\"a\($0 % 2) x=1,y=\($0)i \($0)000\n" }),
        // Comments and blank lines before, within and behind the rows; a comment may have one quote.
        (
            "csv",
            ["# 5\" of rain\n\nseries,time,channel,value\n"] + (0..<40).map { "# 5\"\n\ns,\($0),\"x\",1\n" }
                + ["\n# the end\n\n"]
        ),
    ])
    func `pieces of every form are cut where they can be`(format: String, lines: [String]) async throws {
        let context = ScriptedContext()
        let arguments = #"{"file":"/data","dataset":"d","format":"\#(format)"}"#
        // As many observations as a reading of the whole text gives.
        let whole = importer(lines.joined(), pieceBytes: 1 << 20)
        let expected = try await run(whole, arguments)
        let pieces = try await run(importer(lines.joined()), arguments, context: context)
        #expect(expected.contains(#""inserted":\#(format == "line-protocol" ? 80 : 40)"#))
        #expect(pieces.contains(#""unchanged":\#(format == "line-protocol" ? 80 : 40)"#), "\(pieces)")
        #expect(context.recorded.snapshots.count > 10)
    }

    @Test func `a string of line protocol is not cut at an end of line in it`() async throws {
        let long = String(repeating: "a", count: 60)
        await #expect {
            try await run(
                importer("m x=1 1000\nm s=\"one \\\" \(long)\ntwo\",x=1 2000\n"),
                #"{"file":"/data","dataset":"d","format":"line-protocol"}"#)
        } throws: { error in
            // The string is refused whole, and not as a line that it was cut into.
            guard case .permanent(let code, let message) = error as? JobError else { return false }
            return code == "invalid-input" && message.contains("Line 2,") && message.contains("is a text")
        }
    }

    @Test func `an import takes a file in pieces, and goes on from where it was`() async throws {
        let lines = (0..<50).map { #""s,\#($0 % 3)",\#($0),x,\#($0)"# }
        let handler = importer((["series,time,channel,value"] + lines).joined(separator: "\n") + "\n")
        let context = ScriptedContext()
        let result = try await run(handler, Self.arguments, context: context)
        #expect(result.contains(#""inserted":50"#) && result.contains(#""rows":50"#))
        let snapshots = context.recorded.snapshots
        #expect(snapshots.count > 5)
        let resumed = ScriptedContext()
        let second = try await run(handler, Self.arguments, snapshot: snapshots[2], context: resumed)
        #expect(resumed.recorded.snapshots.count == snapshots.count - 3)
        #expect(second.contains(#""rows":50"#))
    }

    @Test func `a faulty line is told by its number in the file`() async throws {
        let lines = (0..<20).map { "s,\($0),x,\($0 == 15 ? "oops" : "1")" }
        let handler = importer((["series,time,channel,value"] + lines).joined(separator: "\n"))
        await #expect {
            try await run(handler, Self.arguments)
        } throws: { error in
            guard case .permanent(let code, let message) = error as? JobError else { return false }
            return code == "invalid-input" && message.contains("17") && message.contains("oops")
        }
    }

    @Test func `arguments and notes that do not parse say so`() async throws {
        let wrong: [(String, [UInt8]?, String)] = [
            ("{}", nil, "malformed-arguments"), (Self.arguments, [1, 2, 3], "corrupt-snapshot"),
        ]
        for (arguments, snapshot, expected) in wrong {
            await #expect {
                try await run(importer("series,time,channel,value\ns,1,x,1"), arguments, snapshot: snapshot)
            } throws: { error in
                guard case .permanent(let code, _) = error as? JobError else { return false }
                return code == expected
            }
        }
    }

    @Test func `a probe waits as long as asked, and stops when told`() async throws {
        let handler = ProbeHandler(wait: { _ in })
        let context = ScriptedContext()
        _ = try await run(handler, #"{"seconds":0.25}"#, context: context)
        #expect(context.recorded.progress.last?.fraction == 1)
        await #expect(throws: JobError.stopped) {
            try await run(handler, #"{"seconds":1}"#, context: ScriptedContext(afterReports: 0))
        }
    }
}
