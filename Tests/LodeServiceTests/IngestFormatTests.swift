import LodeDomain
import LodeService
import LodeServiceTestSupport
import LodeStore
import Synchronization
import Testing

/// All formats through one pipeline.
@Suite struct IngestFormatTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    private func ingest(
        _ text: String, _ format: IngestRequest.Format, partial: Bool = false, dryRun: Bool = false, key: String? = nil
    ) async throws(ServiceError) -> IngestAnswer {
        try await fixture.ingest.ingest(
            IngestText(Array(text.utf8)),
            IngestRequest(
                dataset: "d", format: format, keepsGoodRows: partial, isRehearsal: dryRun, idempotencyKey: key))
    }

    private func export() async throws -> String {
        let text = Mutex<[UInt8]>([])
        try await fixture.edit.export(dataset: "d") { part in
            text.withLock { $0 += part }
            return true
        }
        return text.withLock { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `line protocol gives a series for measurement and tags, a channel for each field`() async throws {
        let text = "cpu,host=a,az=b use=0.5,n=3i,on=t 1000\ncpu,az=b,host=a use=0.75 2000\n"
        let answer = try await ingest(text, .lineProtocol(.nanoseconds))
        #expect((answer.rows, answer.inserted, answer.series) == (4, 4, 1))
        #expect(
            try await export() == """
                series,time,channel,value
                "cpu,az=b,host=a",1970-01-01T00:00:00.000001Z,n,3
                "cpu,az=b,host=a",1970-01-01T00:00:00.000001Z,on,1
                "cpu,az=b,host=a",1970-01-01T00:00:00.000001Z,use,0.5
                "cpu,az=b,host=a",1970-01-01T00:00:00.000002Z,use,0.75

                """)
    }

    @Test(arguments: ["m f=9007199254740993i 1000", "m f=\"text\" 1000", "m f=1 1001", "m f=1 9999999999999999000"])
    func `what a number or a time cannot hold is refused by name`(line: String) async throws {
        await #expect(throws: ServiceError.self) {
            try await ingest("m f=1 0\n" + line, .lineProtocol(.nanoseconds))
        }
        #expect(try await fixture.catalog.datasets().isEmpty)
        let partial = try await ingest("m f=1 0\n" + line, .lineProtocol(.nanoseconds), partial: true)
        #expect((partial.rows, partial.inserted, partial.rejected) == (2, 1, 1))
        #expect(partial.rejections.map(\.line) == [2])
    }

    @Test func `JSON lines may hold one value or one for each channel`() async throws {
        let text = """
            {"series":"a","time":1,"channel":"x","value":2.5}
            {"time":2,"values":{"x":1,"y":null,"\\u00fc":-0.5},"series":"b"}
            """
        #expect(try await ingest(text, .ndjson).rows == 3)
        #expect(try await export() == "series,time,channel,value\na,1,x,2.5\nb,2,x,1\nb,2,ü,-0.5\n")
    }

    @Test func `the good rows are kept where that is asked, and the counts add up`() async throws {
        let lines = (0..<300).map {
            "{\"series\":\"a\",\"time\":\($0),\"channel\":\"x\",\"value\":\($0 % 2 == 0 ? "1" : "NaN")}"
        }
        let answer = try await ingest(lines.joined(separator: "\n"), .ndjson, partial: true)
        #expect((answer.rows, answer.inserted, answer.rejected, answer.rejections.count) == (300, 150, 150, 100))
        #expect(answer.rejections[0].line == 2)
    }

    @Test func `a rehearsal tells what would happen and writes nothing`() async throws {
        let text = "series,time,x\na,1,2\na,2,3\n"
        let layout = IngestRequest.Format.delimited(DelimitedLayout())
        #expect(try await ingest(text, layout, dryRun: true).inserted == 2)
        #expect(try await fixture.catalog.datasets().isEmpty)
    }

    @Test func `a request with a key has its effect once, and the same answer again`() async throws {
        let layout = IngestRequest.Format.delimited(DelimitedLayout())
        let first = try await ingest("series,time,x\na,1,2\n", layout, key: "k")
        _ = try await ingest("series,time,x\na,1,3\n", layout)
        #expect(try await ingest("series,time,x\na,1,2\n", layout, key: "k") == first)
        #expect(try await export() == "series,time,channel,value\na,1,x,3\n")
        await #expect(throws: ServiceError.store(.idempotencyKeyReused("k"))) {
            try await ingest("series,time,x\na,1,4\n", layout, key: "k")
        }
    }

    @Test func `statics and labels come with the series`() async throws {
        try await fixture.ingest("a,1,x,2")
        let text = IngestText(Array("series,name,value\na,age,7\na,age,8\n".utf8))
        let answer = try await fixture.ingest.ingest(facts: text, FactRequest(dataset: "d", kind: .statics))
        #expect((answer.rows, answer.inserted, answer.updated) == (2, 1, 1))
        let dataset = try #require(try await fixture.datasets.dataset(named: "d"))
        #expect(try await fixture.datasets.contents(of: dataset.id).series[0].statics == ["age": 8])
    }

    @Test func `a key is known again whatever the order of the marks, and the whole answer with it`() async throws {
        let lines = (0..<300_000).map { "a,\($0),\($0 % 1000 == 0 ? "no" : "1")" }
        let text = "series,time,x\n" + lines.joined(separator: "\n")
        // More rows than are written at once.
        func send(_ marks: Set<String>) async throws -> IngestAnswer {
            try await ingest(text, .delimited(DelimitedLayout(missingMarks: marks)), partial: true, key: "k")
        }
        let first = try await send(["NA", "-", "?", "null"])
        #expect((first.inserted, first.rejected) == (299_700, 300))
        #expect(try await send(["null", "?", "NA", "-"]) == first)
    }

    @Test func `a long text may be committed in parts, and a fault of all-or-nothing takes back all parts`()
        async throws
    {
        let lines = (0..<600_000).map { "a,\($0),1" }
        let text = "series,time,x\n" + lines.joined(separator: "\n") + "\na,600001,no\n"
        await #expect(throws: ServiceError.self) { try await ingest(text, .delimited(DelimitedLayout())) }
        #expect(try await fixture.catalog.datasets().isEmpty)
        let answer = try await fixture.ingest.ingest(
            IngestText(Array(text.utf8)),
            IngestRequest(
                dataset: "d", format: .delimited(DelimitedLayout()), keepsGoodRows: true, commitsParts: true))
        #expect((answer.created, answer.inserted, answer.rejected) == (true, 600_000, 1))
        // One change for each part of 262,144 rows.
        #expect(answer.revision == 3)
        #expect(try await fixture.catalog.describe(dataset: "d").observations == 600_000)
    }
}
