import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct ControlPathTests {
    private let path = ControlPath(channels: [
        ControlPath.Channel(times: [0, 1, 3], values: [2, 4, -2]), ControlPath.Channel(times: [], values: []),
        ControlPath.Channel(times: [5], values: [7]),
    ])

    @Test func `a held input keeps its last value, beyond the last knot too`() {
        let values = [-1, 0, 0.9, 1, 2.9, 3, 100].map { path.value(channel: 0, at: $0, .hold) }
        #expect(values == [2, 2, 2, 4, 4, -2, -2])
    }

    @Test func `a linear input lies on the line between its knots and is level beyond them`() {
        let values = [-1, 0, 0.5, 1, 2, 3, 100].map { path.value(channel: 0, at: $0, .linear) }
        #expect(values == [2, 2, 3, 4, 1, -2, -2])
    }

    @Test(arguments: ControlInterpolation.allCases)
    func `an input that is never known is 0, and one that is known once is constant`(
        _ interpolation: ControlInterpolation
    ) {
        #expect(path.value(channel: 1, at: 3, interpolation) == 0)
        #expect([-9, 5, 9].map { path.value(channel: 2, at: $0, interpolation) } == [7, 7, 7])
    }

    /// dz/dt = −a z + b u(t), as a network without hidden layers.
    private func solve(
        _ paths: [ControlPath], _ interpolation: ControlInterpolation, initial: [Double], end: Double,
        times: [Double], tolerance: Double
    ) throws -> BatchSolution<Double> {
        let dynamics = LatentDynamics(
            latent: 1, hidden: [], form: DynamicsConfiguration(controls: [interpolation]))
        let parameters = ParameterVector<Double>(layout: dynamics.layout)
        parameters.values = [-0.8, 1.5, 0]
        let model = LatentODE(configuration(dynamics.form, tolerance: tolerance))
        let field = LatentField(
            dynamics: dynamics, parameters: parameters, range: 0..<3, controls: paths, sampleCount: 1,
            kernels: Kernels<Double>.underTest)
        let batch = TrajectoryBatch(
            initialStates: initial, count: paths.count, startTime: 0, endTime: end, evaluationTimes: times)
        return try BatchSolver(
            field: field, method: .dormandPrince54, controller: .proportionalIntegral,
            tolerances: Tolerances(relative: tolerance, absolute: tolerance), kernels: .underTest,
            pool: ThreadPool(threadCount: 2), maxSteps: 100_000
        ).solve(model.stopping(batch, at: paths, sampleCount: 1))
    }

    private func configuration(_ form: DynamicsConfiguration, tolerance: Double) -> LatentODE.Configuration {
        var configuration = LatentODE.Configuration(
            channels: 1, latentDimension: 1, encoderHidden: 1, dynamicsHidden: [], decoderHidden: [], covariates: 0,
            relativeTolerance: tolerance, absoluteTolerance: tolerance, maxSteps: 1000)
        configuration.dynamics = form
        return configuration
    }

    /// The same problem knot by knot: u = p + q (t − s) gives z = A e^(−a (t − s)) + c + d (t − s).
    private func exact(
        _ channel: ControlPath.Channel, _ interpolation: ControlInterpolation, initial: Double, at time: Double
    ) -> Double {
        let a = 0.8
        let b = 1.5
        var z = initial
        var t = 0.0
        let path = ControlPath(channels: [channel])
        for stop in channel.times.filter({ $0 > 0 && $0 < time }) + [time] {
            let length = stop - t
            guard length > 0 else { continue }
            let p = path.value(channel: 0, at: t, interpolation)
            let middle = path.value(channel: 0, at: t + length / 2, interpolation)
            let q = interpolation == .hold ? 0 : (middle - p) / (length / 2)
            let d = b * q / a
            let c = (b * p - d) / a
            z = (z - c) * exp(-a * length) + c + d * length
            t = stop
        }
        return z
    }

    /// Inputs with spikes that are far shorter than a step, each series with switches of its own.
    private var spiky: [ControlPath] {
        (0..<21).map { series in
            let random = CounterRandom(seed: 50, stream: UInt64(series))
            var times = [0.0]
            var values: [Float] = [0]
            for spike in 0..<series % 5 {
                let time = 2 * Double(spike) + 1.5 * random.uniform(UInt64(spike))
                times += [time + 0.1, time + 0.101, time + 0.102, time + 0.103]
                values += [0, Float(200 * random.normal(UInt64(100 + spike))), 100, 0]
            }
            return ControlPath(channels: [ControlPath.Channel(times: times, values: values)])
        }
    }

    @Test(arguments: ControlInterpolation.allCases, [1e-3, 1e-8])
    func `a driven linear field follows its exact solution through spikes shorter than any step`(
        _ interpolation: ControlInterpolation, _ tolerance: Double
    ) throws {
        let times = [0.0, 0.7, 2, 5.5, 9]
        let paths = spiky
        let initial = paths.indices.map { cos(Double($0)) }
        let solution = try solve(
            paths, interpolation, initial: initial, end: 9, times: times, tolerance: tolerance)
        #expect(solution.outcomes.allSatisfy { $0 == .completed })
        for (series, path) in paths.enumerated() {
            let states = (0..<times.count).map { solution.states[series * times.count + $0] }
            // A step is accepted where its error estimate is below tolerance · (1 + |z|), and the field contracts, so that no
            // error grows: those of all steps together are at most their sum. One more for the dense output. Between
            // the outputs |z| is at most 1 more, for a spike adds 0.5.
            let steps = Double(solution.statistics[series].acceptedSteps + 1)
            let bound = tolerance * steps * (2 + states.reduce(0) { max($0, abs($1)) })
            for (index, time) in times.enumerated() {
                let expected = exact(path.channels[0], interpolation, initial: initial[series], at: time)
                // A missed spike would cost 1e-1, which the bound of the loose tolerance alone would hardly notice.
                #expect(abs(states[index] - expected) < min(bound, 5e-3))
            }
        }
        // Nothing is spent on searching for the spikes: an attempt for each stretch and few rejections.
        #expect(solution.statistics.allSatisfy { $0.rejectedSteps <= 8 })
    }

    @Test(arguments: ControlInterpolation.allCases)
    func `switches of one series leave the bits of all others alone`(
        _ interpolation: ControlInterpolation
    ) throws {
        let paths = spiky
        let initial = paths.indices.map { cos(Double($0)) }
        let together = try solve(
            paths, interpolation, initial: initial, end: 9, times: [4, 9], tolerance: 1e-5)
        for series in paths.indices {
            let alone = try solve(
                [paths[series]], interpolation, initial: [initial[series]], end: 9, times: [4, 9], tolerance: 1e-5)
            #expect(alone.states == Array(together.states[2 * series..<2 * series + 2]))
        }
    }

    @Test func `a smooth linear path is not stopped at`() throws {
        let smooth = ControlPath(channels: [
            ControlPath.Channel(
                times: (0..<400).map { Double($0) / 40 }, values: (0..<400).map { Float(sin(Double($0) / 40)) })
        ])
        let solution = try solve([smooth], .linear, initial: [0], end: 9, times: [9], tolerance: 1e-3)
        #expect(solution.statistics[0].acceptedSteps < 40)
        let expected = exact(smooth.channels[0], .linear, initial: 0, at: 9)
        #expect(abs(solution.states[0] - expected) < 1e-2)
    }
}
