import Foundation
import LodeDomain
import LodeService
import LodeServiceTestSupport
import LodeTestSupport
import Testing

/// Values that are out of range: each is named by its place, and nothing is enqueued.
@Suite struct RequestLimitTests {
    private struct Case: CustomTestStringConvertible {
        var json: String
        var place: String

        var testDescription: String { json.count > 200 ? "\(json.prefix(200))…" : json }
    }

    private static func job(_ kind: String, _ arguments: String) -> String {
        #"{"kind":"\#(kind)","arguments":\#(arguments)}"#
    }

    private static func setting(_ member: String) -> String { #"{"kind":"probe",\#(member)}"# }

    private static let cases = [
        Case(json: setting(#""queue":"a b""#), place: "/queue"), Case(json: setting(#""queue":"""#), place: "/queue"),
        Case(json: setting(#""queue":"é""#), place: "/queue"),
        Case(json: setting(#""priority":10"#), place: "/priority"),
        Case(json: setting(#""maxAttempts":0"#), place: "/maxAttempts"),
        Case(json: setting(#""maxAttempts":101"#), place: "/maxAttempts"),
        Case(json: setting(#""tags":[""]"#), place: "/tags"),
        Case(
            json: setting(#""tags":[\#((0...32).map { "\"\($0)\"" }.joined(separator: ","))]"#), place: "/tags"),
        Case(json: setting(#""timeoutSeconds":0"#), place: "/timeoutSeconds"),
        Case(json: setting(#""stallSeconds":31536001"#), place: "/stallSeconds"),
        Case(json: setting(#""metadata":[]"#), place: "/metadata"),
        Case(json: setting(#""unique":{"key":""}"#), place: "/unique/key"),
        Case(json: setting(#""unique":{"key":"\#(String(repeating: "k", count: 256))"}"#), place: "/unique/key"),
        Case(json: setting(#""notBefore":"tomorrow""#), place: "/notBefore"),
        Case(json: job("probe", #"{"seconds":3601}"#), place: "/arguments/seconds"),
        Case(json: job("probe", #"{"seconds":-1}"#), place: "/arguments/seconds"),
        Case(json: job("backup", #"{"folder":"copies"}"#), place: "/arguments/folder"),
        Case(json: job("backup", #"{"folder":"/copies","keep":0}"#), place: "/arguments/keep"),
        Case(json: job("prune", #"{"jobsOlderThanDays":-1}"#), place: "/arguments/jobsOlderThanDays"),
        Case(json: job("prune", #"{"snapshotsOlderThanDays":40000}"#), place: "/arguments/snapshotsOlderThanDays"),
        Case(json: job("prune", #"{"keepUnaliased":-1}"#), place: "/arguments/keepUnaliased"),
        Case(json: job("import", #"{"file":"all.csv","dataset":"d"}"#), place: "/arguments/file"),
        Case(json: job("drift", #"{"model":"d","drop":0,"newObservations":1}"#), place: "/arguments/drop"),
        Case(
            json: job("drift", #"{"model":"d","drop":1,"newObservations":0}"#), place: "/arguments/newObservations"),
        Case(
            json: job("drift", #"{"model":"d","drop":1,"newObservations":1,"newSeries":-1}"#),
            place: "/arguments/newSeries"),
        Case(json: job("evaluate", #"{"model":"d","threads":0}"#), place: "/arguments/threads"),
        Case(json: job("calibrate", #"{"model":"d","threads":257}"#), place: "/arguments/threads"),
        Case(json: job("calibrate", #"{"model":"d","keepVersions":0}"#), place: "/arguments/keepVersions"),
        Case(
            json: job("calibrate", #"{"model":"d","promote":{"alias":"latest"}}"#), place: "/arguments/promote/alias"),
        Case(
            json: job("calibrate", #"{"model":"d","promote":{"coverageTolerance":1.5}}"#),
            place: "/arguments/promote/coverageTolerance"),
    ]

    @Test(arguments: cases)
    private func `a job with a value out of range is refused by its place`(given: Case) async throws {
        let fixture = try ServiceFixture()
        try await fixture.ingest("a,1,x,1")
        try await fixture.publishModel()
        let submission = try JSONText.decode(JobSubmission.self, from: Data(given.json.utf8))
        do {
            _ = try await fixture.jobs.submit(submission)
            Issue.record("taken: \(given.json)")
        } catch ServiceError.invalidRequest(let pointer, _, let expected) {
            #expect(pointer == given.place)
            #expect(!expected.isEmpty)
        }
        #expect(try await fixture.jobs.jobs(in: [.available], limit: 10).isEmpty)
    }

    @Test func `an import into what cannot name a dataset is refused`() async throws {
        let fixture = try ServiceFixture()
        let json = Self.job("import", #"{"file":"/all.csv","dataset":"a b"}"#)
        let submission = try JSONText.decode(JobSubmission.self, from: Data(json.utf8))
        await #expect(throws: ServiceError.invalidDatasetName("a b")) { try await fixture.jobs.submit(submission) }
    }

    @Test(arguments: [
        ("/data/all.csv", "csv"), ("/data/all.tsv.gz", "tsv"), ("/data/all.TAB", "tsv"), ("/data/all.jsonl", "ndjson"),
        ("/data/all.ndjson.gz", "ndjson"), ("/data/all.lp", "line-protocol"), ("/data/all", "csv"),
    ])
    func `an import takes a file for what its name says, unless told otherwise`(file: String, format: String) throws {
        let byName = ImportRequest(file: file, dataset: "d").ingestRequest.format
        let told = try #require(ImportRequest.Format(rawValue: format))
        #expect(byName == ImportRequest(file: "/data/any", dataset: "d", format: told).ingestRequest.format)
        let asCSV = ImportRequest(file: file, dataset: "d", format: .csv).ingestRequest.format
        #expect((byName == asCSV) == (format == "csv"))
    }

    @Test func `services refuse what is out of range where a client asks them directly`() async throws {
        let fixture = try ServiceFixture()
        try await fixture.ingest("a,1,x,1")
        func place(_ body: () async throws -> Void) async throws -> String? {
            do {
                try await body()
                return nil
            } catch ServiceError.invalidRequest(let pointer, _, _) {
                return pointer
            }
        }
        #expect(try await place { _ = try await fixture.jobs.jobs(in: [], limit: 1002) } == "limit")
        let long = IngestRequest(
            dataset: "d", format: .delimited(DelimitedLayout()), idempotencyKey: String(repeating: "k", count: 256))
        let text = IngestText(Array("x".utf8))
        #expect(try await place { _ = try await fixture.ingest.ingest(text, long) } == "Idempotency-Key")
        #expect(
            try await place {
                _ = try await fixture.tokens(secret: 1).create(named: "t", scopes: [], lifetime: nil)
            } == "scope")
        #expect(
            try await place {
                try await fixture.edit.describe(channel: "a\nb", of: "d", unit: nil, kind: .measured)
            } == "channel")
        #expect(
            try await place {
                _ = try await fixture.catalog.series(of: "d", containing: nil, after: nil, limit: 0)
            } == "limit")
    }
}
