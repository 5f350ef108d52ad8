internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodePictures
internal import LodeSolvers

/// Figure 3 of the neural ODE paper of 2018: what tolerance does to error, evaluations and time of a trained ODE-Net.
public struct ErrorControlExperiment: ReportExperiment {
    private let training: LabeledImages<Float>
    private let test: LabeledImages<Float>
    private let sizes: ClassifierSizes

    /// The experiment on the digits of the first folder.
    public init(effort: Effort, folders: [DataFolder]) throws(ExperimentError) {
        try self.init(folders: folders, sizes: ClassifierSizes(effort))
    }

    package init(folders: [DataFolder], sizes: ClassifierSizes) throws(ExperimentError) {
        (training, test) = try DigitFolder.sets(in: folders, sizes: sizes, experiment: "error-control")
        self.sizes = sizes
    }

    /// The name `error-control`.
    public let name = "error-control"
    /// The figure's subject.
    public let title = "what the tolerance of a trained ODE-Net costs and gives"
    /// The paper.
    public let source =
        "Chen et al. 2018, arXiv:1806.07366, figure 3: time proportional to evaluations, about half as many evaluations "
        + "backward as forward, more evaluations as training goes on."

    /// What the network is trained to: finer than any tolerance it is likely to be asked at.
    private static let trainingTolerance = 1e-4
    /// What counts as exact.
    private static let referenceTolerance = 1e-9
    private static let exactImages = 64
    /// A field that holds the parameters' gradient of each image takes as long as sixteen that do not.
    private static let fullNormImages = 16
    private static let repetitions = 3

    /// The choices.
    public var notes: [String] {
        [
            "The ODE-Net of `lode reproduce odenet`, trained on \(training.count) digits for \(sizes.epochs) epochs with "
                + "solves and adjoints to tolerance \(Self.trainingTolerance), then asked at other tolerances.",
            "Numerical error: distance of an image's final state from that in Float64 at tolerance "
                + "\(Self.referenceTolerance), relative to its length; mean over \(min(Self.exactImages, test.count)) test "
                + "digits. Rounding to Float32 is part of it.",
            "Time is that of classifying all test digits, downsampling and head included: the shortest of \(Self.repetitions) "
                + "runs.",
            "Evaluations backward by tolerance are those of the adjoint's solve of the same tolerance, for 64 training digits. "
                + "Error control sees state and adjoint; “all” the parameters' gradient too, as in the paper, for "
                + "\(Self.fullNormImages) digits.",
        ]
    }

    /// What one tolerance showed; lists have a value for each seed.
    private struct Answer {
        var forward: [Double] = []
        var error: [Double] = []
        var backward: [Double] = []
        /// With the parameters' gradient under error control too.
        var backwardOfAll: [Double] = []
        var milliseconds: [Double] = []
        var testError: [Double] = []
    }

    /// One training a seed, then all tolerances.
    public func findings(seeds: [UInt64], in laboratory: Laboratory) throws(ExperimentError) -> ExperimentFindings {
        var answers = sizes.tolerances.map { _ in Answer() }
        var epochs: [[ClassifierScore]] = []
        for seed in seeds {
            let run = try laboratory.train(
                classifier(laboratory), on: training, test: test, recipe: ClassifierRecipe(epochs: sizes.epochs),
                seed: seed, label: "ODE-Net at \(Self.trainingTolerance)")
            epochs.append(run.epochs)
            try ask(run, of: laboratory, into: &answers)
        }
        return ExperimentFindings(
            tables: [table(answers), table(epochs)], pictures: [picture(answers, epochs[0])])
    }

    private func classifier(_ laboratory: Laboratory) -> ConvolutionalClassifier<Float> {
        classifier(Kernels(laboratory.kernels.instructionSet), tolerance: Self.trainingTolerance)
    }

    private func classifier<Scalar>(_ kernels: Kernels<Scalar>, tolerance: Double) -> ConvolutionalClassifier<Scalar> {
        ConvolutionalClassifier(
            height: training.height, width: training.width, classes: DigitFolder.classes, channels: 64, groups: 32,
            features: .adaptive(tolerance: tolerance), kernels: kernels)
    }

    private func ask(
        _ run: ClassifierRun<ConvolutionalClassifier<Float>>, of laboratory: Laboratory, into answers: inout [Answer]
    ) throws(ExperimentError) {
        let batchSize = 64
        let exact = Array(0..<min(Self.exactImages, test.count))
        let double = classifier(
            Kernels<Double>(laboratory.kernels.instructionSet), tolerance: Self.referenceTolerance)
        let wide = ParameterVector<Double>(layout: double.layout)
        wide.values = run.parameters.values.map { Double($0) }
        laboratory.report("the reference in Float64 at tolerance \(Self.referenceTolerance)")
        let reference = try states(
            double, test.converted(), exact, wide, laboratory.pool)
        let memory = run.classifier.makeMemory(imageCount: batchSize, forGradients: true)
        let gradient = AlignedBuffer<Float>(count: run.classifier.layout.count)
        for (index, tolerance) in sizes.tolerances.enumerated() {
            let asked = run.classifier.solved(.adaptive(tolerance: tolerance))
            let label = "tolerance \(tolerance)"
            laboratory.report("asked at \(label)")
            var score = ClassifierScore()
            var best = Double.infinity
            for _ in 0..<Self.repetitions {
                let start = laboratory.clock()
                score = try laboratory.score(
                    asked, test, parameters: run.parameters, memory: memory, batchSize: batchSize, label)
                best = min(best, laboratory.clock() - start)
            }
            func backward(_ norm: AdjointNorm, images: Int) throws(ExperimentError) -> Double {
                try laboratory.solving(label) { () throws(SolveError) in
                    try asked.gradient(
                        training, Array(0..<min(images, training.count)), parameters: run.parameters,
                        gradient: gradient, memory: memory, pool: laboratory.pool, norm: norm)
                }.backwardPerImage
            }
            let found = try states(asked, test, exact, run.parameters, laboratory.pool)
            answers[index].forward.append(score.forwardPerImage)
            answers[index].testError.append(100 * score.errorShare)
            answers[index].milliseconds.append(1_000 * best / Double(test.count))
            answers[index].backward.append(try backward(.seminorm, images: batchSize))
            answers[index].backwardOfAll.append(try backward(.full, images: Self.fullNormImages))
            answers[index].error.append(
                Self.distance(found.map { Double($0) }, reference, count: exact.count))
        }
    }

    private func states<Scalar>(
        _ classifier: ConvolutionalClassifier<Scalar>, _ images: LabeledImages<Scalar>, _ batch: [Int],
        _ parameters: ParameterVector<Scalar>, _ pool: ThreadPool
    ) throws(ExperimentError) -> [Scalar] {
        do {
            return try classifier.finalStates(
                images, batch, parameters: parameters,
                memory: classifier.makeMemory(imageCount: batch.count, forGradients: false), pool: pool)
        } catch {
            throw .solver(error)
        }
    }

    /// The mean over `count` rows of |found − exact| / |exact|.
    private static func distance(_ found: [Double], _ exact: [Double], count: Int) -> Double {
        let width = exact.count / count
        let distances = (0..<count).map { row in
            var difference = 0.0
            var length = 0.0
            for index in row * width..<(row + 1) * width {
                difference += (found[index] - exact[index]) * (found[index] - exact[index])
                length += exact[index] * exact[index]
            }
            return (difference / length).squareRoot()
        }
        return distances.reduce(0, +) / Double(count)
    }
}

// MARK: - Tables and pictures

extension ErrorControlExperiment {
    private func table(_ answers: [Answer]) -> ReportTable {
        let rows = zip(sizes.tolerances, answers).map { tolerance, answer -> [ReportTable.Cell] in
            [
                .text("\(tolerance)"), .seeds(answer.error), .seeds(answer.forward), .seeds(answer.backward),
                .seeds(answer.backwardOfAll),
                .seeds(zip(answer.backward, answer.forward).map { $0 / $1 }), .seeds(answer.milliseconds),
                .seeds(zip(answer.milliseconds, answer.forward).map { 1_000 * $0 / $1 }), .seeds(answer.testError),
            ]
        }
        return ReportTable(
            title: "By tolerance",
            columns: [
                .init("tolerance"), .init("numerical error"), .init("evaluations forward"),
                .init("evaluations backward"), .init("evaluations backward, all"),
                .init("backward to forward"), .init("time", unit: "ms an image"),
                .init("time of an evaluation", unit: "µs an image"), .init("test error", unit: "%"),
            ], rows: rows)
    }

    private func table(_ seeds: [[ClassifierScore]]) -> ReportTable {
        let rows = (0..<sizes.epochs).map { epoch -> [ReportTable.Cell] in
            [
                .text("\(epoch + 1)"), .seeds(seeds.map { $0[epoch].forwardPerImage }),
                .seeds(seeds.map { $0[epoch].backwardPerImage }), .seeds(seeds.map { $0[epoch].meanLoss }),
            ]
        }
        return ReportTable(
            title: "By epoch of training",
            columns: [
                .init("epoch"), .init("evaluations forward"), .init("evaluations backward"), .init("training loss"),
            ], rows: rows)
    }

    private func picture(_ answers: [Answer], _ epochs: [ClassifierScore]) -> ReportPicture {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
        let forward = answers.map { mean($0.forward) }
        let errors = answers.map { mean($0.error) }
        let times = answers.map { mean($0.milliseconds) }
        let backward = answers.map { mean($0.backward) }
        let most = 1.08 * max(forward.max() ?? 1, epochs.map(\.forwardPerImage).max() ?? 1)
        func frame(_ title: String, x: PictureFrame.Axis, y: PictureFrame.Axis) -> PictureFrame {
            PictureFrame(title: title, width: 480, height: 360, x: x, y: y)
        }
        let evaluations = PictureFrame.Axis(0...most, title: "evaluations forward")
        let positive = errors.filter { $0 > 0 }
        var error = frame(
            "a. Numerical error", x: evaluations,
            y: .logarithmic(0.5 * (positive.min() ?? 1e-6)...2 * (positive.max() ?? 1), title: "relative to the state"))
        error.line(forward, errors, .blue, legend: "by tolerance")
        error.dots(zip(forward, errors).map { ($0, $1) }, .blue, legend: nil)
        var time = frame(
            "b. Time", x: evaluations, y: .init(0...1.08 * (times.max() ?? 1), title: "ms an image"))
        time.dots(zip(forward, times).map { ($0, $1) }, .blue, legend: "by tolerance")
        var back = frame(
            "c. Backward against forward", x: evaluations, y: .init(0...most, title: "evaluations backward"))
        back.line([0, most], [0, most], .gray, width: 1, dashed: true, legend: "as many")
        back.line([0, most], [0, most / 2], .gray, width: 1, legend: "half")
        back.dots(zip(forward, backward).map { ($0, $1) }, .blue, legend: "by tolerance")
        back.dots(epochs.map { ($0.forwardPerImage, $0.backwardPerImage) }, .orange, hollow: true, legend: "by epoch")
        let numbers = epochs.indices.map { Double($0 + 1) }
        var training = frame(
            "d. Training", x: .init(0...Double(max(epochs.count, 1)), title: "epoch"),
            y: .init(
                0...1.08 * (epochs.map { max($0.forwardPerImage, $0.backwardPerImage) }.max() ?? 1),
                title: "evaluations"))
        training.line(numbers, epochs.map(\.forwardPerImage), .blue, legend: "forward")
        training.line(numbers, epochs.map(\.backwardPerImage), .orange, legend: "backward")
        let sheet = PictureSheet(
            title: "An ODE-Net's error control", columns: 2, frames: [error, time, back, training])
        return ReportPicture(
            name: "panels",
            caption: "Numerical error and time by evaluations, evaluations backward by forward, evaluations by epoch.",
            svg: sheet.svg)
    }
}
