import Foundation
import LodeTestSupport
import Testing

/// The paper's experiments on digits, run as commands: a process of their own, whose memory nobody else uses.
@Suite struct ReproduceTests {
    /// A report as its JSON tells it.
    private struct Report: Decodable {
        struct Table: Decodable {
            struct Column: Decodable {
                var name: String
                var isPublished: Bool
            }
            var columns: [Column]
            var rows: [[Cell]]

            func column(_ name: String, isPublished: Bool = false) throws -> [Cell] {
                let index = try #require(
                    columns.firstIndex { $0.name == name && $0.isPublished == isPublished }, "column \(name)")
                return rows.map { $0[index] }
            }
        }

        enum Cell: Decodable {
            case text(String)
            case number(Double)
            case empty

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if container.decodeNil() {
                    self = .empty
                } else if let text = try? container.decode(String.self) {
                    self = .text(text)
                } else if let number = try? container.decode(Double.self) {
                    self = .number(number)
                } else {
                    // One seed.
                    self = .number(try container.decode([Double].self)[0])
                }
            }

            var number: Double? {
                guard case .number(let value) = self else { return nil }
                return value
            }
        }

        var tables: [Table]
        var pictures: [[String: String]]
    }

    private func report(_ experiment: String) throws -> (report: Report, place: Workplace) {
        let place = try Workplace()
        try DigitFiles.write(training: 240, test: 60, to: place.folder.url)
        let output = place.folder.path("output")
        let outcome = try place.lode(
            "reproduce", experiment, "--data", place.folder.url.path, "--quick", "--seeds", "1", "--json", "--output",
            output)
        try #require(outcome.status == 0, "\(outcome.error)")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        let written = try Data(contentsOf: URL(fileURLWithPath: "\(output)/\(experiment).json"))
        #expect(
            String(decoding: written, as: UTF8.self).trimmingCharacters(in: .newlines)
                == outcome.output.trimmingCharacters(in: .newlines))
        for picture in report.pictures {
            let name = try #require(picture["name"])
            let svg = try String(contentsOfFile: "\(output)/\(experiment)-\(name).svg", encoding: .utf8)
            #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n") && !svg.contains("nan"))
        }
        return (report, place)
    }

    @Test func `an ODE-Net's memory stays flat as its tolerance tightens, an RK-Net's and a ResNet's grow`() throws {
        let (report, _) = try report("odenet")
        #expect(report.pictures.count == 2)
        let scores = report.tables[0]
        #expect(try scores.column("test error", isPublished: true).map(\.number) == [1.6, 0.41, 0.47, 0.42])
        for error in try scores.column("test error") {
            // Ten classes: what guesses is wrong in nine of ten, give or take what sixty images can.
            #expect(try #require(error.number) <= 95)
        }
        let slopes = try scores.column("memory of one more block or evaluation").compactMap(\.number)
        try #require(slopes.count == 3)
        // Features are 64 × 2 × 2 floats, 1 KiB an image. A block keeps five of them and, for 32 images, 27 KiB of gradients of
        // its own parameters; a step of four evaluations keeps one; nothing of the adjoint's depends on the number of steps.
        #expect(slopes[0] > 5 && slopes[0] < 64, "\(slopes)")
        #expect(slopes[1] > 0.1 && slopes[1] < 2, "\(slopes)")
        #expect(abs(slopes[2]) < 0.02, "\(slopes)")
    }

    @Test func `a tighter tolerance costs evaluations and buys accuracy`() throws {
        let (report, _) = try report("error-control")
        let byTolerance = report.tables[0]
        let errors = try byTolerance.column("numerical error").compactMap(\.number)
        let forward = try byTolerance.column("evaluations forward").compactMap(\.number)
        try #require(errors.count == 4 && forward.count == 4)
        #expect(zip(forward, forward.dropFirst()).allSatisfy { $0 <= $1 }, "\(forward)")
        // At 1e-4 the error of a step is below its tolerance, and those of a few steps add up; the coarsest tolerance may do
        // better than it promises, not better than the finest.
        #expect(errors[3] < errors[0] && errors[3] < 1e-3, "\(errors)")
        #expect(try report.tables[1].column("epoch").count == 5)
    }

    @Test func `wrong files and a folder that cannot be written are refused before any training`() throws {
        let place = try Workplace()
        try DigitFiles.write(training: 40, test: 10, to: place.folder.url)
        let data = place.folder.url.path
        let taken = try place.file("taken", "")
        let unwritable = try place.lode("reproduce", "odenet", "--data", data, "--quick", "--output", taken + "/folder")
        #expect(unwritable.status == 73 && unwritable.error.contains(taken + "/folder cannot be written"))
        #expect(!unwritable.error.contains("epoch"))
        let images = place.folder.url.appending(path: "test-images-idx3-ubyte")
        try Data(contentsOf: images).dropLast(5).write(to: images)
        let truncated = try place.lode("reproduce", "error-control", "--data", data, "--quick")
        #expect(truncated.status == 65 && truncated.error.contains("test-images-idx3-ubyte"))
        #expect(truncated.error.contains("truncated"), "\(truncated.error)")
        #expect(try place.lode("reproduce", "odenet").status == 64)
    }
}
