import Foundation
import LodeExperiments
import Testing

@Suite struct ExperimentTableTests {
    private let table = ExperimentTable(
        experiment: "demo", figure: "MSE", source: "a paper", command: "lode reproduce demo", seeds: [1, 2, 3],
        seconds: 12.4, notes: ["A note."],
        rows: [
            ExperimentRow(
                setting: "all", published: [PublishedFigure(method: "theirs", value: 0.5)], goal: 0.3,
                measured: [
                    MeasuredFigure(method: "Lode", values: [0.1, 0.2, 0.3], coverage80: [0.79, 0.8, 0.81]),
                    MeasuredFigure(method: "last-value", values: [1, 1, 1], coverage80: []),
                ])
        ])

    @Test func `a figure is the mean and the standard deviation of its seeds`() throws {
        let figure = table.rows[0].measured[0]
        #expect(abs(figure.mean - 0.2) < 1e-15)
        // The sample deviation of 0.1, 0.2, 0.3.
        #expect(abs(try #require(figure.standardDeviation) - 0.1) < 1e-15)
        #expect(MeasuredFigure(method: "m", values: [1], coverage80: []).standardDeviation == nil)
    }

    @Test func `the text shows published, measured, goal, coverage and command`() {
        for part in [
            "`lode reproduce demo`", "| all | theirs, published | 0.5000 | – |",
            "| all | Lode | 0.2000 ± 0.1000 (goal 0.3000: met) | 80.0 % |", "| all | last-value | 1.000 ± 0 | – |",
            "Seeds 1, 2, 3",
        ] {
            #expect(table.text.contains(part), "\(part) in\n\(table.text)")
        }
    }

    @Test func `JSON has the command, the figures of each seed, and the names of the pictures`() throws {
        var drawn = table
        drawn.pictures = [ReportPicture(name: "curve", caption: "A curve.", svg: "<svg/>")]
        let read = try JSONSerialization.jsonObject(with: JSONEncoder().encode(drawn)) as? [String: Any]
        let json = try #require(read)
        #expect(json["command"] as? String == "lode reproduce demo" && json["seconds"] as? Double == 12.4)
        let row = try #require((json["rows"] as? [[String: Any]])?.first)
        #expect(row["goal"] as? Double == 0.3)
        #expect((row["measured"] as? [[String: Any]])?.first?["values"] as? [Double] == [0.1, 0.2, 0.3])
        #expect(json["pictures"] as? [[String: String]] == [["name": "curve", "caption": "A curve."]])
        #expect(drawn.text.contains("- Picture curve: A curve."))
    }

    @Test func `sums of errors are root mean squares`() {
        var sum = ErrorSum()
        sum.add(error: 3, isCovered: true)
        sum.add(error: -4, isCovered: false)
        #expect(sum.meanSquare == 12.5 && sum.rootMeanSquare == 12.5.squareRoot() && sum.coverage == 0.5)
    }
}
