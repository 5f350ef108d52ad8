import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers

/// One optimiser step of a latent ODE, gradient and update, and one question to it.
struct ModelCases {
    /// Sizes of a case.
    struct Shape {
        var series: Int
        var times: Int
        var channels: Int
        var encoderHidden: Int
        var latent: Int
        var hidden: [Int]
        var decoderHidden: [Int]

        /// 128 series × 100 times of their own × 2 channels; GRU-25, field 4-20-20-4, decoder 4-20-2.
        static let spiral = Shape(
            series: 128, times: 100, channels: 2, encoderHidden: 25, latent: 4, hidden: [20, 20], decoderHidden: [20])
        /// 64 series × 60 times × 14 channels; GRU-64, field 20-100-100-20, decoder 20-100-14.
        static let big = Shape(
            series: 64, times: 60, channels: 14, encoderHidden: 64, latent: 20, hidden: [100, 100],
            decoderHidden: [100])
        /// A series of 50 observations, to the model of `big`.
        static let query = Shape(
            series: 1, times: 50, channels: 14, encoderHidden: 64, latent: 20, hidden: [100, 100],
            decoderHidden: [100])
    }

    let pool: ThreadPool
    let instructionSet: InstructionSet
    let repetitions: Int
    let isChecked: Bool

    /// A step: posterior of all series, one sample of each, solve, decode, bound, gradient of all parameters, Adam.
    func step(name: String, _ shape: Shape) throws {
        let model = Self.model(shape)
        let examples = Self.series(shape, end: 5).enumerated().map { index, series in
            SeriesExample(context: series, targets: series, identity: UInt64(index))
        }
        let objective = Objective(sampleCount: 1, klWeight: 1)
        let difference = isChecked ? try differenceFromDoublePrecision(model, examples, objective) : .nan
        let kernels = Kernels<Float>(instructionSet)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)
        let gradient = AlignedBuffer<Float>(count: model.layout.count)
        let optimizer = Adam(gradientClipNorm: 1e9)
        var state = Adam.State<Float>(count: model.layout.count)
        var epoch: UInt64 = 0
        let seconds = try Measurement.median(repetitions: repetitions) {
            epoch += 1
            let bound = try model.gradient(
                of: examples, objective: objective, seed: 1, epoch: epoch, parameters: parameters,
                into: gradient.pointer, kernels: kernels, pool: pool)
            precondition(bound.loss.isFinite && bound.unfinishedTrajectories == 0, "\(name): a step failed")
            _ = optimizer.update(
                parameters, gradient: gradient.pointer, learningRate: 1e-3, state: &state, kernels: kernels)
        }
        Measurement(
            name: name, seconds: seconds,
            figures: [("series_per_s", Double(shape.series) / seconds)]
                + (isChecked ? [("gradient_difference", difference)] : [])
        ).printLine()
    }

    /// A question as the peer's case has it: encode 50 observations, solve 10 posterior samples, decode at 100 times.
    ///
    /// The posterior of a series that ends at 4 is asked for up to 5.
    func query(name: String) throws {
        let model = Self.model(.query)
        let asked = Self.series(.query, end: 4)[0]
        let times = (0..<100).map { 5 * Double($0) / 99 }
        let kernels = Kernels<Float>(instructionSet)
        let parameters = ParameterVector<Float>(layout: model.layout, seed: 1)
        var seed: UInt64 = 0
        let seconds = try Measurement.median(repetitions: repetitions) {
            seed += 1
            let path = LatentPath(
                of: asked, model: model, reach: 5, sampleCount: 10, seed: seed, parameters: parameters,
                kernels: kernels, pool: pool)
            let answer = try path.decoded(at: times)
            precondition(answer.means.count == 10 * 100 * 14 && answer.means[0].isFinite, "\(name): no answer")
        }
        Measurement(name: name, seconds: seconds, figures: [("questions_per_s", 1 / seconds)]).printLine()
    }

    /// How far the gradient lies from that of a solve in Float64 with tolerances of 10⁻⁹, in parts of its norm.
    private func differenceFromDoublePrecision(
        _ model: LatentODE, _ examples: [SeriesExample], _ objective: Objective
    ) throws -> Double {
        var exactConfiguration = model.configuration
        exactConfiguration.relativeTolerance = 1e-9
        exactConfiguration.absoluteTolerance = 1e-9
        let rounded = try gradient(Float.self, of: model, examples, objective)
        let exact = try gradient(Double.self, of: LatentODE(exactConfiguration), examples, objective)
        let norm = exact.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let distance = zip(rounded, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        precondition(distance < 0.01 * norm, "the gradient is \(distance / norm) of its norm away from an exact one")
        return distance / norm
    }

    private func gradient<Scalar: KernelScalar>(
        _: Scalar.Type, of model: LatentODE, _ examples: [SeriesExample], _ objective: Objective
    ) throws -> [Double] {
        let gradient = AlignedBuffer<Scalar>(count: model.layout.count)
        let parameters = ParameterVector<Scalar>(layout: model.layout, seed: 1)
        _ = try model.gradient(
            of: examples, objective: objective, seed: 1, epoch: 1, parameters: parameters, into: gradient.pointer,
            kernels: Kernels<Scalar>(instructionSet), pool: pool)
        return (0..<model.layout.count).map { Double(gradient.pointer[$0]) }
    }

    static func model(_ shape: Shape) -> LatentODE {
        LatentODE(
            LatentODE.Configuration(
                channels: shape.channels, latentDimension: shape.latent, encoderHidden: shape.encoderHidden,
                dynamicsHidden: shape.hidden, decoderHidden: shape.decoderHidden, covariates: 0,
                relativeTolerance: 1e-3, absoluteTolerance: 1e-4, maxSteps: 4096))
    }

    /// Standard normal values at uniform times.
    static func series(_ shape: Shape, end: Double) -> [ObservedSeries] {
        let random = CounterRandom(seed: 9, stream: 0)
        let cells = shape.times * shape.channels
        return (0..<shape.series).map { series in
            ObservedSeries(
                times: (0..<shape.times).map { end * random.uniform(UInt64(series * shape.times + $0)) }.sorted(),
                values: (0..<cells).map { Float(random.normal(1 << 30 + UInt64(series * cells + $0))) },
                mask: Array(repeating: 1, count: cells))
        }
    }
}
