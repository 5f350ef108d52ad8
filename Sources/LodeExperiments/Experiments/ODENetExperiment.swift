internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodePictures
internal import LodeSolvers

/// Table 1 of the neural ODE paper of 2018: digits told by a perceptron, a ResNet, an RK-Net and an ODE-Net.
public struct ODENetExperiment: ReportExperiment {
    private let training: LabeledImages<Float>
    private let test: LabeledImages<Float>
    private let sizes: ClassifierSizes

    /// The experiment on the digits of the first folder.
    public init(effort: Effort, folders: [DataFolder]) throws(ExperimentError) {
        try self.init(folders: folders, sizes: ClassifierSizes(effort))
    }

    package init(folders: [DataFolder], sizes: ClassifierSizes) throws(ExperimentError) {
        (training, test) = try DigitFolder.sets(in: folders, sizes: sizes, experiment: "odenet")
        self.sizes = sizes
    }

    /// The name `odenet`.
    public let name = "odenet"
    /// The table's subject.
    public let title = "digits classified by residual and ODE networks"
    /// The paper.
    public let source = "Chen et al. 2018, arXiv:1806.07366, table 1, on all of MNIST (60,000 and 10,000 digits)."

    private var recipe: ClassifierRecipe { ClassifierRecipe(epochs: sizes.epochs) }

    /// The choices.
    public var notes: [String] {
        [
            "\(training.count) digits train, \(test.count) test; what is published used 60,000 and 10,000. No digit is "
                + "moved or distorted in training.",
            "Networks are those of the authors' published example (torchdiffeq, odenet_mnist.py): three convolutions of 64 "
                + "filters halve the image twice; then six residual blocks, or one field over [0, 1] that reads the time.",
            "RK-Net: \(ClassifierSizes.runSteps) classic Runge–Kutta steps, gradient through the steps from kept states. "
                + "ODE-Net: Dormand and Prince's method to tolerance \(ClassifierSizes.tolerance), each image with its own "
                + "steps, gradient by the continuous adjoint to the same tolerance.",
            "All train by Adam, batches of \(recipe.batchSize), rate \(recipe.learningRate), a tenth of it after 60 %, a "
                + "hundredth after 85 % of \(sizes.epochs) epochs (perceptron: \(sizes.perceptronEpochs)). The test is after the "
                + "last epoch.",
            "Memory is measured: the allocator's live bytes at every evaluation of one gradient of 32 digits on one thread, "
                + "less what lived before. The column says what one more residual block, or one more evaluation forward, "
                + "adds for an image; what it adds to the gradient of its own parameters is part of it. RK-Net keeps the state "
                + "at each step only and computes the stages again, so that it grows by a state a step; the published O(L~) "
                + "keeps all stages.",
            "Evaluations backward are those of the backward solve (ODE-Net) or stages pulled back (RK-Net). The adjoint's "
                + "quadrature for the parameters evaluates the stages of accepted steps once more, which is not counted.",
        ]
    }

    private enum Method: String, CaseIterable {
        case perceptron = "1-layer MLP"
        case residual = "ResNet"
        case fixed = "RK-Net"
        case adaptive = "ODE-Net"

        var features: FeatureLayers? {
            switch self {
            case .perceptron: nil
            case .residual: .residual(blocks: 6)
            case .fixed: .fixedSteps(ClassifierSizes.runSteps)
            case .adaptive: .adaptive(tolerance: ClassifierSizes.tolerance)
            }
        }

        var published: (error: Double, parameters: Double, memory: String) {
            switch self {
            case .perceptron: (1.60, 0.24, "–")
            case .residual: (0.41, 0.60, "O(L)")
            case .fixed: (0.47, 0.22, "O(L~)")
            case .adaptive: (0.42, 0.22, "O(1)")
            }
        }
    }

    /// What one method showed, a value for each seed.
    private struct Shown {
        var errors: [Double] = []
        var curve: [Double] = []
        var forward: [Double] = []
        var backward: [Double] = []
        var secondsPerEpoch: [Double] = []
        var parameterCount = 0
        var parameters: ParameterVector<Float>?

        mutating func add<Classifier>(_ run: ClassifierRun<Classifier>) {
            errors.append(100 * run.test.errorShare)
            if curve.isEmpty { curve = run.tests.map { 100 * $0.errorShare } }
            forward.append(run.epochs.last?.forwardPerImage ?? 0)
            backward.append(run.epochs.last?.backwardPerImage ?? 0)
            secondsPerEpoch.append(run.seconds / Double(max(run.epochs.count, 1)))
            parameterCount = run.parameters.count
            parameters = parameters ?? run.parameters
        }
    }

    /// Four methods a seed, then the memory of three by depth.
    public func findings(seeds: [UInt64], in laboratory: Laboratory) throws(ExperimentError) -> ExperimentFindings {
        var shown: [Method: Shown] = [:]
        for seed in seeds {
            for method in Method.allCases {
                if let features = method.features {
                    let run = try laboratory.train(
                        classifier(features, laboratory), on: training, test: test,
                        recipe: recipe, seed: seed, label: method.rawValue)
                    shown[method, default: Shown()].add(run)
                } else {
                    let perceptron = PerceptronClassifier<Float>(
                        pixels: training.pixelCount, hidden: 300, classes: DigitFolder.classes,
                        kernels: laboratory.kernels)
                    let run = try laboratory.train(
                        perceptron, on: training, test: test, recipe: ClassifierRecipe(epochs: sizes.perceptronEpochs),
                        seed: seed, label: method.rawValue)
                    shown[method, default: Shown()].add(run)
                }
            }
        }
        var memory: [Method: MemoryByDepth] = [:]
        for method in Method.allCases where method.features != nil {
            laboratory.report("memory of \(method.rawValue) by depth")
            memory[method] = try memoryByDepth(method, shown[method]?.parameters, laboratory)
        }
        return ExperimentFindings(
            tables: [scores(shown, memory), depths(memory)], pictures: [picture(memory), picture(shown)])
    }

    private func classifier(_ features: FeatureLayers, _ laboratory: Laboratory) -> ConvolutionalClassifier<Float> {
        ConvolutionalClassifier(
            height: training.height, width: training.width, classes: DigitFolder.classes, channels: 64, groups: 32,
            features: features, kernels: laboratory.kernels)
    }

    private func memoryByDepth(
        _ method: Method, _ parameters: ParameterVector<Float>?, _ laboratory: Laboratory
    ) throws(ExperimentError) -> MemoryByDepth {
        var settings: [(name: String, classifier: ConvolutionalClassifier<Float>, parameters: ParameterVector<Float>?)]
        switch method {
        case .perceptron: settings = []
        case .residual:
            settings = sizes.depths.map { ("\($0) blocks", classifier(.residual(blocks: $0), laboratory), nil) }
        case .fixed:
            settings = sizes.depths.map { ("\($0) steps", classifier(.fixedSteps($0), laboratory), parameters) }
        case .adaptive:
            settings = sizes.tolerances.map {
                ("tolerance \($0)", classifier(.adaptive(tolerance: $0), laboratory), parameters)
            }
        }
        return try laboratory.memoryByDepth(method.rawValue, training, settings)
    }
}

// MARK: - Tables and pictures

extension ODENetExperiment {
    private func scores(_ shown: [Method: Shown], _ memory: [Method: MemoryByDepth]) -> ReportTable {
        let rows = Method.allCases.compactMap { method -> [ReportTable.Cell]? in
            guard let one = shown[method] else { return nil }
            let solves = method.features?.isDifferentialEquation == true
            return [
                .text(method.rawValue), .number(method.published.error), .seeds(one.errors),
                .number(method.published.parameters), .number(Double(one.parameterCount) / 1e6),
                .text(method.published.memory), memory[method].map { .number($0.bytesPerDepth / 1024) } ?? .empty,
                solves ? .seeds(one.forward) : .empty, solves ? .seeds(one.backward) : .empty,
                .seeds(one.secondsPerEpoch),
            ]
        }
        return ReportTable(
            title: "Errors, sizes and memory",
            columns: [
                .init("method"), .init("test error", unit: "%", isPublished: true), .init("test error", unit: "%"),
                .init("parameters", unit: "million", isPublished: true), .init("parameters", unit: "million"),
                .init("memory", isPublished: true),
                .init("memory of one more block or evaluation", unit: "KiB an image"),
                .init("evaluations forward"), .init("evaluations backward"), .init("training", unit: "s an epoch"),
            ], rows: rows)
    }

    private func depths(_ memory: [Method: MemoryByDepth]) -> ReportTable {
        let rows = Method.allCases.flatMap { method in
            (memory[method]?.points ?? []).map { point -> [ReportTable.Cell] in
                [
                    .text(method.rawValue), .text(point.setting), .number(point.depth),
                    .number(point.bytesPerImage / 1024),
                ]
            }
        }
        return ReportTable(
            title: "Peak memory of one gradient by depth",
            columns: [
                .init("method"), .init("setting"), .init("blocks, or evaluations forward"),
                .init("peak", unit: "KiB an image"),
            ], rows: rows)
    }

    private func picture(_ memory: [Method: MemoryByDepth]) -> ReportPicture {
        let points = memory.values.flatMap(\.points)
        let depths = points.map(\.depth)
        let heights = points.map { $0.bytesPerImage / 1024 }
        var frame = PictureFrame(
            title: "Peak memory of one gradient", width: 720, height: 400,
            x: .logarithmic(
                0.8 * (depths.min() ?? 1)...1.25 * (depths.max() ?? 1), title: "blocks, or evaluations forward"),
            y: .init(0...1.08 * (heights.max() ?? 1), title: "KiB an image"))
        for (method, ink) in [(Method.residual, PictureFrame.Ink.orange), (.fixed, .green), (.adaptive, .blue)] {
            guard let points = memory[method]?.points.sorted(by: { $0.depth < $1.depth }) else { continue }
            frame.line(points.map(\.depth), points.map { $0.bytesPerImage / 1024 }, ink, legend: method.rawValue)
            frame.dots(points.map { ($0.depth, $0.bytesPerImage / 1024) }, ink, legend: nil)
        }
        return ReportPicture(
            name: "memory",
            caption:
                "Peak memory by depth: a ResNet by its blocks, an RK-Net by its steps, an ODE-Net by its tolerance.",
            svg: frame.svg)
    }

    private func picture(_ shown: [Method: Shown]) -> ReportPicture {
        // A logarithmic axis has no place for an error of 0; the line runs along the lower end there.
        let positive = shown.values.flatMap(\.curve).filter { $0 > 0 }
        let longest = shown.filter { $0.key != .perceptron }.values.map(\.curve.count).max() ?? 1
        var frame = PictureFrame(
            title: "Test error by epoch, first seed", width: 720, height: 400,
            x: .init(0...Double(longest), title: "epoch"),
            y: .logarithmic(0.8 * (positive.min() ?? 1)...1.2 * (positive.max() ?? 1), title: "% of the test digits"))
        let inks: [(Method, PictureFrame.Ink)] = [
            (.perceptron, .gray), (.residual, .orange), (.fixed, .green), (.adaptive, .blue),
        ]
        for (method, ink) in inks {
            guard let curve = shown[method]?.curve.prefix(longest) else { continue }
            frame.line(curve.indices.map { Double($0 + 1) }, Array(curve), ink, legend: method.rawValue)
        }
        return ReportPicture(
            name: "epochs", caption: "Test error by epoch of the four methods; the perceptron trains on beyond.",
            svg: frame.svg)
    }
}
