import Foundation
import LodeTestSupport
import Testing

/// Every set of ../shared/data goes in with `lode ingest` and comes out of `lode export`: equal as numbers after sorting; what was
/// exported goes in and comes out again byte for byte.
@Suite(.serialized) struct DataSetRoundTripTests {
    private static let folder = Package.root.deletingLastPathComponent().appending(path: "shared/data")

    /// The tables of all sets: a path below the folder, and what the command line calls their contents.
    static let tables: [(file: String, content: String)] = {
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
        return names.sorted().flatMap { set in
            [
                ("observations.csv.gz", "observations"), ("errors.csv.gz", "observations"), ("statics.csv", "statics"),
                ("labels.csv", "labels"),
            ].map { ("\(set)/\($0.0)", $0.1) }
        }.filter { manager.fileExists(atPath: folder.appending(path: $0.0).path(percentEncoded: false)) }
    }()

    @Test(.enabled(if: !tables.isEmpty, "../shared/data is not here"), arguments: tables.map(\.file))
    func `a table comes out as it went in`(file: String) throws {
        let content = try #require(Self.tables.first { $0.file == file }).content
        let place = try Workplace()
        _ = try place.lode("init")
        let original = Self.folder.appending(path: file).path(percentEncoded: false)
        if content != "observations" {
            // Facts belong to a dataset that is there.
            _ = try place.lode("ingest", "-", "--dataset", "first", input: "series,time,x\na,1,1\n")
            _ = try place.lode("ingest", "-", "--dataset", "second", input: "series,time,x\na,1,1\n")
        }
        let ingested = try place.lode("ingest", original, "--dataset", "first", "--as", content)
        #expect(ingested.status == 0, "\(ingested.error)")
        let exported = try place.lode("export", "first", "--what", content)
        #expect(exported.status == 0, "\(exported.error)")

        let text =
            file.hasSuffix(".gz")
            ? try Tool.run("/bin/gzip", ["-dc", original]).output
            : try String(contentsOfFile: original, encoding: .utf8)
        #expect(try Self.rows(of: text) == Self.rows(of: exported.output))

        let copy = try place.file("copy.csv", exported.output)
        #expect(try place.lode("ingest", copy, "--dataset", "second", "--as", content).status == 0)
        #expect(try place.lode("export", "second", "--what", content).output == exported.output)
    }

    /// A line in columns that do not depend on how numbers are written.
    private struct Row: Hashable, Comparable {
        var key: [String]
        var numbers: [Double]

        static func < (lhs: Row, rhs: Row) -> Bool {
            if lhs.key != rhs.key { return lhs.key.lexicographicallyPrecedes(rhs.key) }
            return lhs.numbers.lexicographicallyPrecedes(rhs.numbers)
        }
    }

    /// The lines of a table, sorted; names are cut at commas, which no name in these sets has.
    private static func rows(of text: String) throws -> [Row] {
        let lines = text.split(whereSeparator: \.isNewline)
        let header = try #require(lines.first).split(separator: ",").map(String.init)
        let numbers = ["time", "value"]
        return try lines.dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let pairs = zip(header, fields).sorted { $0.0 < $1.0 }
            return Row(
                key: pairs.filter { !numbers.contains($0.0) }.map(\.1),
                numbers: try pairs.filter { numbers.contains($0.0) }.map { try #require(Double($0.1)) })
        }.sorted()
    }
}
