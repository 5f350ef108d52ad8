import Foundation
import LodeExperiments
import LodeNumerics
import Testing

/// An experiment that finds what it is told to.
private struct ToldExperiment: ReportExperiment {
    let name = "told"
    let title = "what it was told"
    let source = "a paper"
    let notes = ["First."]

    func findings(seeds: [UInt64], in laboratory: Laboratory) throws(ExperimentError) -> ExperimentFindings {
        let table = ReportTable(
            title: "Errors",
            columns: [.init("method"), .init("error", unit: "%", isPublished: true), .init("error", unit: "%")],
            rows: [
                [.text("one"), .number(0.42), .seeds([1, 2, 3])],
                [.text("two"), .empty, .number(.nan)],
            ])
        return ExperimentFindings(
            tables: [table], pictures: [ReportPicture(name: "curve", caption: "A curve.", svg: "<svg/>")],
            notes: ["Second."])
    }
}

@Suite struct ExperimentReportTests {
    private func report() throws -> ExperimentReport {
        let laboratory = Laboratory(
            kernels: Kernels(.scalar), pool: ThreadPool(threadCount: 1), clock: { 0 }, report: { _ in })
        return try ToldExperiment().report(seeds: [1, 2, 3], command: "lode reproduce told", in: laboratory)
    }

    @Test func `the text shows published figures beside measured ones, and what is missing as a dash`() throws {
        let text = try report().text
        for part in [
            "`lode reproduce told`", "| method | error, published (%) | error (%) |",
            "| one | 0.4200 | 2.000 ± 1.000 |", "| two | – | – |", "- Picture curve: A curve.", "- First.\n- Second.",
        ] {
            #expect(text.contains(part), "\(part) in\n\(text)")
        }
    }

    @Test func `JSON has plain cells and names pictures without their text`() throws {
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report())) as? [String: Any]
        let tables = try #require(json?["tables"] as? [[String: Any]])
        let rows = try #require(tables[0]["rows"] as? [[Any]])
        #expect(rows[0][1] as? Double == 0.42 && rows[0][2] as? [Double] == [1, 2, 3])
        #expect(rows[1][1] is NSNull && rows[1][2] is NSNull)
        let pictures = try #require(json?["pictures"] as? [[String: String]])
        #expect(pictures == [["name": "curve", "caption": "A curve."]])
    }
}
