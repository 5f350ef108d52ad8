internal import LodeModels
internal import LodeNetworks
internal import LodeSolvers

/// Section 4 of the neural ODE paper: continuous normalizing flows against planar ones of equal width.
public struct FlowExperiment: ReportExperiment {
    /// How long and how wide.
    struct Sizes: Sendable, Hashable {
        var targets: [PlanePotential]
        var targetWidths: [Int]
        var sets: [PlaneSet]
        var setWidths: [Int]
        /// Minibatches of planar layers and of continuous flows.
        var layerSteps: Int
        var continuousSteps: Int
        var batchSize: Int
        /// Points that a divergence or a likelihood is measured on.
        var testPoints: Int
    }

    let sizes: Sizes

    /// The experiment.
    public init(effort: Effort) {
        switch effort {
        case .quick:
            sizes = Sizes(
                targets: [.ring, .branches], targetWidths: [2, 8], sets: [.circles, .moons], setWidths: [16],
                layerSteps: 6_000, continuousSteps: 500, batchSize: 128, testPoints: 2_000)
        case .full:
            sizes = Sizes(
                targets: PlanePotential.allCases, targetWidths: [2, 8, 32], sets: PlaneSet.allCases,
                setWidths: [8, 64], layerSteps: 50_000, continuousSteps: 10_000, batchSize: 256, testPoints: 20_000)
        }
    }

    /// The name `flow`.
    public let name = "flow"
    /// Figures 4 and 5.
    public let title = "continuous normalizing flows against planar flows of equal width"
    /// The paper, which prints curves and densities but no figures.
    public let source =
        "Chen et al. 2018, arXiv:1806.07366, section 4, figures 4 and 5 (curves; no figures are printed)."

    /// The choices.
    public var notes: [String] {
        [
            "Targets: the energies U1 to U4 of Rezende and Mohamed (2015), table 1, with a wall beyond |x| = 4, where U2 to U4 "
                + "would go on for ever.",
            "Width: layers of a planar flow (NF), hidden units of a continuous one (CNF). A planar CNF has parameters that a "
                + "network of two hidden layers of 32 units makes of t, with gates; a perceptron CNF has one hidden layer "
                + "that reads (z, t).",
            "All are trained by Adam on fresh minibatches of \(sizes.batchSize): planar flows \(sizes.layerSteps) of them, "
                + "continuous ones \(sizes.continuousSteps), at a rate of 0.003 that falls to a hundredth; the targets' inverse "
                + "temperature rises from a tenth to 1 over the first tenth. The paper has RMSprop with 500,000 for planar "
                + "flows, Adam with 10,000 for continuous ones.",
            "KL(q ‖ p) is that from the normalised target, its normaliser by the midpoint rule, over \(sizes.testPoints) new "
                + "points of q. Likelihoods are those of \(sizes.testPoints) new points of the set.",
            "For likelihoods a planar flow runs from the data to the base, for its inverse has no closed form; samples of it are "
                + "found by bisection in each layer.",
            "Solves: Dormand–Prince 5(4), tolerances 1e-4; the gradient is that of the discretised solve.",
        ]
    }

    /// Trains all flows and measures them.
    public func findings(seeds: [UInt64], in laboratory: Laboratory) throws(ExperimentError) -> ExperimentFindings {
        var runs: [FlowRun] = []
        for seed in seeds {
            for target in sizes.targets {
                for width in sizes.targetWidths {
                    for method in [FlowMethod.layers, .planar, .perceptron] {
                        runs.append(try match(target, method, width: width, seed: seed, in: laboratory))
                    }
                }
            }
            for set in sizes.sets {
                for width in sizes.setWidths {
                    for method in FlowMethod.allCases {
                        runs.append(try fit(set, method, width: width, seed: seed, in: laboratory))
                    }
                }
            }
        }
        let first = runs.filter { $0.seed == seeds.first }
        var pictures: [ReportPicture] = []
        do throws(SolveError) {
            for target in sizes.targets { pictures.append(try picture(of: target, first, in: laboratory)) }
            pictures.append(curves(first))
            for set in sizes.sets { pictures.append(try picture(of: set, first, in: laboratory)) }
        } catch {
            throw .solver(error)
        }
        let unfinished = runs.reduce(0) { $0 + $1.trained.unfinished }
        return ExperimentFindings(
            tables: [divergences(runs), likelihoods(runs, seeds: seeds), costs(runs)], pictures: pictures,
            notes: unfinished == 0
                ? [] : ["\(unfinished) points of all minibatches were left out: their solves did not finish."])
    }

    /// One trained flow with its figure.
    struct FlowRun {
        enum Subject: Hashable {
            case target(PlanePotential)
            case set(PlaneSet)
        }

        var subject: Subject
        var method: FlowMethod
        var width: Int
        var seed: UInt64
        var trained: FlowTraining.Result
        /// A divergence or a negative log-likelihood, in nats.
        var value: Double
    }

    private func training(_ method: FlowMethod) -> FlowTraining {
        FlowTraining(
            steps: method.isContinuous ? sizes.continuousSteps : sizes.layerSteps, batchSize: sizes.batchSize,
            learningRate: 0.003)
    }

    private func match(
        _ target: PlanePotential, _ method: FlowMethod, width: Int, seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) -> FlowRun {
        let trained = try training(method).run(
            method.model(width: width), target: target, seed: seed,
            label: "\(target.rawValue), \(method.rawValue) of width \(width)", in: laboratory)
        var gradient: [Float] = []
        do {
            let value = try trained.model.divergence(
                from: target, base: FlowTraining.normals(sizes.testPoints, seed: seed, step: .max),
                noise: FlowNoise(seed: seed, step: .max), parameters: trained.parameters, gradient: &gradient,
                kernels: laboratory.kernels, pool: laboratory.pool)
            return FlowRun(
                subject: .target(target), method: method, width: width, seed: seed, trained: trained,
                value: value.value + target.logNormalizer)
        } catch {
            throw .solver(error)
        }
    }

    private func fit(
        _ set: PlaneSet, _ method: FlowMethod, width: Int, seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) -> FlowRun {
        let trained = try training(method).run(
            method.model(width: width), set: set, seed: seed,
            label: "\(set.rawValue), \(method.rawValue) of width \(width)", in: laboratory)
        do {
            let densities = try trained.model.logDensities(
                of: set.points(sizes.testPoints, seed: seed, step: .max), trainedBy: .likelihood,
                parameters: trained.parameters, kernels: laboratory.kernels, pool: laboratory.pool)
            return FlowRun(
                subject: .set(set), method: method, width: width, seed: seed, trained: trained,
                value: -densities.reduce(0, +) / Double(densities.count))
        } catch {
            throw .solver(error)
        }
    }

    // MARK: - Tables

    private func cells(
        _ runs: [FlowRun], _ subject: FlowRun.Subject, width: Int, _ methods: [FlowMethod],
        _ figure: (FlowRun) -> Double
    ) -> [ReportTable.Cell] {
        methods.map { method in
            .seeds(runs.filter { $0.subject == subject && $0.method == method && $0.width == width }.map(figure))
        }
    }

    private func divergences(_ runs: [FlowRun]) -> ReportTable {
        let methods = [FlowMethod.layers, .planar, .perceptron]
        return ReportTable(
            title: "Density matching: KL(q ‖ p)",
            columns: [.init("target"), .init("width")] + methods.map { .init($0.rawValue, unit: "nats") },
            rows: sizes.targets.flatMap { target in
                sizes.targetWidths.map { width in
                    [.text(target.rawValue), .text("\(width)")]
                        + cells(runs, .target(target), width: width, methods) { $0.value }
                }
            })
    }

    private func likelihoods(_ runs: [FlowRun], seeds: [UInt64]) -> ReportTable {
        ReportTable(
            title: "Maximum likelihood: negative log-likelihood of a new point",
            columns: [.init("data"), .init("width")] + FlowMethod.allCases.map { .init($0.rawValue, unit: "nats") }
                + [.init("the density drawn from", unit: "nats")],
            rows: sizes.sets.flatMap { set in
                sizes.setWidths.map { width in
                    [.text(set.rawValue), .text("\(width)")]
                        + cells(runs, .set(set), width: width, FlowMethod.allCases) { $0.value }
                        + [.seeds(seeds.map { least(set, seed: $0) })]
                }
            })
    }

    /// What no model can be below of, but by chance: the true density's own.
    private func least(_ set: PlaneSet, seed: UInt64) -> Double {
        // A density costs a thousand exponentials.
        let count = min(sizes.testPoints, 4_000)
        let points = set.points(count, seed: seed, step: .max)
        return -(0..<count).reduce(0) {
            $0 + set.logDensity(Double(points[2 * $1]), Double(points[2 * $1 + 1]))
        } / Double(count)
    }

    private func costs(_ runs: [FlowRun]) -> ReportTable {
        var rows: [[ReportTable.Cell]] = []
        for method in FlowMethod.allCases {
            for width in Set(sizes.targetWidths + sizes.setWidths).sorted() {
                let own = runs.filter { $0.method == method && $0.width == width }
                guard let one = own.first else { continue }
                rows.append([
                    .text(method.rawValue), .text("\(width)"), .text("\(one.trained.parameters.count)"),
                    .number(own.reduce(0) { $0 + $1.trained.seconds } / Double(own.count)),
                ])
            }
        }
        return ReportTable(
            title: "What a flow costs to train",
            columns: [.init("method"), .init("width"), .init("parameters"), .init("time", unit: "s")], rows: rows)
    }
}
