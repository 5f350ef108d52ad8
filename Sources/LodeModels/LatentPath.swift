public import LodeNetworks
public import LodeNumerics
public import LodeSolvers
internal import Synchronization

/// The sampled latent trajectories of one series, solved as far as anyone has asked, and kept.
///
/// Solves go from one fixed time to the next, so that what is read at a time does not depend on what else was asked, now
/// or before. Safe to share: whoever asks beyond what is known solves, and others who need it wait.
///
/// Legend: S posterior samples, L latent components, T times asked for.
public final class LatentPath: Sendable {
    /// S.
    public let sampleCount: Int

    private let model: LatentODE
    private let parameters: ParameterVector<Float>
    private let kernels: Kernels<Float>
    private let pool: ThreadPool
    private let controls: ControlTable
    private let head: (nodes: [Double], weights: [Double])?
    private let series: ObservedSeries
    private let posterior: LatentPosterior<Float>
    /// Samples of the encoder's Gaussian, before any flow.
    private let samples: [Float]
    private let sides: Mutex<Sides>

    private struct Sides {
        var forward: Side
        var backward: Side
        /// What both begin with, once somebody has asked.
        var initialStates: [Float]?
    }

    /// The path of a series.
    ///
    /// - Parameters:
    ///   - reach: where the first solve after the origin ends, in model time; that before it goes a quarter as far. On either side
    ///     the second goes a quarter of `reach` farther, each further one twice as far as the one before: most questions lie in
    ///     the series, or soon after it, or hardly before it.
    ///   - seed: chooses the samples.
    public init(
        of series: ObservedSeries, model: LatentODE, reach: Double, sampleCount: Int, seed: UInt64,
        parameters: ParameterVector<Float>, kernels: Kernels<Float>, pool: ThreadPool
    ) {
        precondition(reach > 0 && reach.isFinite, "a path that reaches \(reach)")
        self.model = model
        self.parameters = parameters
        self.kernels = kernels
        self.pool = pool
        self.sampleCount = sampleCount
        controls = model.controls(of: [series], sampleCount: sampleCount)
        head = model.configuration.head.map { ExampleTimes.head($0.source, contextTimes: series.times) }
        self.series = series
        posterior = model.posterior(of: [series], parameters: parameters, kernels: kernels, pool: pool)
        samples = posterior.samples(sampleCount, identities: [0], seed: seed, epoch: .max)
        sides = Mutex(
            Sides(
                forward: Side(direction: 1, firstEnd: reach, quarter: 0.25 * reach),
                backward: Side(direction: -1, firstEnd: 0.25 * reach, quarter: 0.25 * reach)))
    }

    /// About how many bytes it holds now.
    public var byteCount: Int {
        let solved = sides.withLock { $0.forward.byteCount + $0.backward.byteCount }
        return solved + samples.count * MemoryLayout<Float>.stride
    }

    /// The latent states at finite times in any order, `[S][T][L]`; NaN where a sample's solve ended before.
    public func states(at times: [Double]) throws(SolveError) -> (states: [Float], outcomes: [Outcome]) {
        let (forward, backward) = try solved(for: times)
        let passed = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        let split = passed.firstIndex { times[$0] >= 0 } ?? passed.count
        let parts = [
            (forward, Passage(Array(passed[split...]), of: times)),
            (backward, Passage(passed[..<split].reversed(), of: times)),
        ]
        let latent = model.configuration.latentDimension
        let width = times.count * latent
        var outcomes = Array(repeating: Outcome.completed, count: sampleCount)
        let states = [Float](unsafeUninitializedCapacity: sampleCount * width) { buffer, initialized in
            initialized = sampleCount * width
            guard let base = buffer.baseAddress else { return }
            // Each sample writes its own rows.
            nonisolated(unsafe) let rows = base
            outcomes = pool.map(sampleCount) { sample, _ in
                var outcome = Outcome.completed
                for (side, passage) in parts {
                    side.read(sample, at: passage, dimension: latent, into: rows + sample * width, outcome: &outcome)
                }
                return outcome
            }
        }
        return (states, outcomes)
    }

    /// What the model's networks read along the path.
    public func decoded(at times: [Double]) throws(SolveError) -> DecodedTrajectories {
        let all = times + (head?.nodes ?? [])
        let (states, outcomes) = try states(at: all)
        let readings = model.readings(of: states, parameters: parameters, kernels: kernels, pool: pool)
        var result = DecodedTrajectories(
            means: [], scales: [], intensities: [], outcomesOfHead: [], sampleCount: sampleCount, outcomes: outcomes)
        guard let head else {
            // The rows are those asked for, and no others.
            readings.append(rows: 0..<sampleCount * times.count, to: &result)
            return result
        }
        for sample in 0..<sampleCount {
            let first = sample * all.count
            readings.append(rows: first..<first + times.count, to: &result)
            readings.append(head: first + times.count..<first + all.count, weights: head.weights, to: &result)
        }
        return result
    }
}

// MARK: - Solving

extension LatentPath {
    /// Times that one side passes, in that order, each with its place among all.
    private struct Passage: Sendable {
        let places: [Int]
        let times: [Double]

        init(_ places: [Int], of times: [Double]) {
            self.places = places
            self.times = places.map { times[$0] }
        }
    }

    /// Solves of all samples on one side of the origin, one after another.
    private struct Side {
        let direction: Double
        /// Where the first solve ends, in distance from the origin.
        let firstEnd: Double
        /// How far the second solve goes.
        let quarter: Double
        var solves: [DenseSolution<Float>] = []
        /// Where they end, ascending in distance from the origin.
        var ends: [Double] = []

        /// Where the next solve ends.
        var nextEnd: Double {
            ends.last.map { $0 + Double(sign: .plus, exponent: ends.count - 1, significand: quarter) } ?? firstEnd
        }

        var byteCount: Int { solves.reduce(0) { $0 + $1.byteCount } }

        /// Fills the rows of a passage, NaN where the sample's solve ended before.
        func read(
            _ sample: Int, at passage: Passage, dimension: Int, into rows: UnsafeMutablePointer<Float>,
            outcome: inout Outcome
        ) {
            var first = 0
            for (solve, end) in zip(solves, ends) where first < passage.times.count {
                let reached = solve.solution.finalTimes[sample] * direction
                let last =
                    passage.times[first...].firstIndex { $0 * direction > min(end, reached) } ?? passage.times.count
                solve.read(
                    sample, atSuccessive: passage.times[first..<last], rows: passage.places[first..<last], into: rows)
                first = last
                let found = solve.solution.outcomes[sample]
                guard found == .completed || first == passage.times.count else {
                    outcome = found
                    break
                }
            }
            for place in passage.places[first...] {
                (rows + place * dimension).initialize(repeating: .nan, count: dimension)
            }
        }
    }

    /// Both sides, solved as far as the times lie.
    private func solved(for times: [Double]) throws(SolveError) -> (forward: Side, backward: Side) {
        let farthest = times.reduce(0) { max($0, $1) }
        let earliest = times.reduce(0) { min($0, $1) }
        guard times.allSatisfy(\.isFinite) else {
            let time = times.first { !$0.isFinite } ?? .nan
            throw .nonFiniteSpan(trajectory: 0, start: 0, end: time)
        }
        return try sides.withLock { sides throws(SolveError) in
            let initialStates: [Float]
            if let known = sides.initialStates {
                initialStates = known
            } else {
                initialStates = try model.carried(
                    samples, posterior: posterior, of: [series], parameters: parameters, kernels: kernels, pool: pool)
                sides.initialStates = initialStates
            }
            try extend(&sides.forward, from: initialStates, to: farthest)
            if earliest < 0 { try extend(&sides.backward, from: initialStates, to: -earliest) }
            return (sides.forward, sides.backward)
        }
    }

    private func extend(_ side: inout Side, from initialStates: [Float], to distance: Double) throws(SolveError) {
        let solver = model.solver(parameters, controls: controls, kernels: kernels, pool: pool)
        while (side.ends.last ?? -1) < distance {
            let start = side.ends.last.map { $0 * side.direction } ?? 0
            let end = side.nextEnd
            let batch = TrajectoryBatch(
                initialStates: side.solves.last?.solution.finalStates ?? initialStates, count: sampleCount,
                startTime: start, endTime: end * side.direction)
            side.solves.append(try solver.solveDense(controls.addingJumps(to: batch)))
            side.ends.append(end)
        }
    }
}
