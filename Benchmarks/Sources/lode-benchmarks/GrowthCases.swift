import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodePictures

/// How the time of an epoch and of a question grows with one size, the others held.
///
/// An epoch is a gradient and an optimiser step for each 64 series.
struct GrowthCases {
    let pool: ThreadPool
    let instructionSet: InstructionSet

    private static let batchSize = 64
    private static let base = ModelCases.Shape(
        series: 64, times: 50, channels: 2, encoderHidden: 32, latent: 8, hidden: [32, 32], decoderHidden: [32])
    private static let asked = ModelCases.Shape.query

    /// One curve.
    private struct Curve {
        var title: String
        var points: [(size: Double, seconds: Double)] = []
    }

    /// Prints a line for each point and writes the curves as two pictures.
    func run(pictures folder: String) throws {
        let training = try [
            curve("series", [64, 256, 1024, 4096]) { try epoch(with: \.series, $0) },
            curve("times of a series", [10, 50, 250, 1000]) { try epoch(with: \.times, $0) },
            curve("channels", [1, 4, 16, 64]) { try epoch(with: \.channels, $0) },
            curve("latent components, hidden × 4", [4, 8, 16, 32, 64]) { size in
                var shape = Self.base
                shape.latent = size
                shape.hidden = [4 * size, 4 * size]
                return try epoch(shape)
            },
        ]
        let questions = try [
            curve("observations of the series", [10, 50, 250, 1000, 5000]) {
                try question(observations: $0, times: 100, samples: 10)
            },
            curve("times asked for", [10, 100, 1000, 10_000]) {
                try question(observations: 50, times: $0, samples: 10)
            },
            curve("posterior samples", [1, 10, 100, 1000]) {
                try question(observations: 50, times: 100, samples: $0)
            },
        ]
        try write(training, title: "An epoch", to: folder, name: "growth-training")
        try write(questions, title: "A question, in process", to: folder, name: "growth-question")
    }

    private func curve(_ title: String, _ sizes: [Int], _ seconds: (Int) throws -> Double) rethrows -> Curve {
        var curve = Curve(title: title)
        for size in sizes {
            let taken = try seconds(size)
            curve.points.append((Double(size), taken))
            Measurement(
                name: "growth, \(title): \(size)", seconds: taken,
                figures: [("peak_megabytes", Measurement.peakMegabytes())]
            ).printLine()
        }
        return curve
    }

    private func epoch(with size: WritableKeyPath<ModelCases.Shape, Int>, _ value: Int) throws -> Double {
        var shape = Self.base
        shape[keyPath: size] = value
        return try epoch(shape)
    }

    private func epoch(_ shape: ModelCases.Shape) throws -> Double {
        let model = ModelCases.model(shape)
        let examples = ModelCases.series(shape, end: 5).enumerated().map {
            SeriesExample(context: $1, targets: $1, identity: UInt64($0))
        }
        let kernels = Kernels<Float>(instructionSet)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)
        let gradient = AlignedBuffer<Float>(count: model.layout.count)
        var state = Adam.State<Float>(count: model.layout.count)
        return try Measurement.median(repetitions: shape.series > 1000 ? 1 : 5) {
            for start in stride(from: 0, to: examples.count, by: Self.batchSize) {
                _ = try model.gradient(
                    of: Array(examples[start..<min(start + Self.batchSize, examples.count)]),
                    objective: Objective(sampleCount: 1, klWeight: 1), seed: 1, epoch: 1, parameters: parameters,
                    into: gradient.pointer, kernels: kernels, pool: pool)
                _ = Adam(gradientClipNorm: 1e9).update(
                    parameters, gradient: gradient.pointer, learningRate: 1e-3, state: &state, kernels: kernels)
            }
        }
    }

    private func question(observations: Int, times: Int, samples: Int) throws -> Double {
        var shape = Self.asked
        shape.times = observations
        let model = ModelCases.model(shape)
        let series = ModelCases.series(shape, end: 4)[0]
        let asked = (0..<times).map { 5 * Double($0) / Double(max(times - 1, 1)) }
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)
        return try Measurement.median(repetitions: 5) {
            let path = LatentPath(
                of: series, model: model, reach: 5, sampleCount: samples, seed: 1, parameters: parameters,
                kernels: Kernels<Float>(instructionSet), pool: pool)
            _ = try path.decoded(at: asked)
        }
    }

    private func write(_ curves: [Curve], title: String, to folder: String, name: String) throws {
        let seconds = curves.flatMap { $0.points.map { 1000 * $0.seconds } }
        let y = PictureFrame.Axis.logarithmic(
            (seconds.min() ?? 1) / 2...(seconds.max() ?? 1) * 2, title: "milliseconds")
        let frames = curves.map { curve in
            let sizes = curve.points.map(\.size)
            let last = curve.points[curve.points.count - 1]
            var frame = PictureFrame(
                title: curve.title, width: 420, height: 320,
                x: .logarithmic((sizes.min() ?? 1) / 1.5...(sizes.max() ?? 1) * 1.5), y: y)
            frame.line(
                sizes, sizes.map { 1000 * last.seconds * $0 / last.size }, .gray, width: 1, dashed: true,
                legend: "in proportion")
            frame.line(sizes, curve.points.map { 1000 * $0.seconds }, .blue, legend: "measured")
            frame.dots(curve.points.map { ($0.size, 1000 * $0.seconds) }, .blue, legend: nil)
            return frame
        }
        let sheet = PictureSheet(title: title, columns: 2, frames: frames)
        try Data(sheet.svg.utf8).write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(name).svg"))
    }
}
