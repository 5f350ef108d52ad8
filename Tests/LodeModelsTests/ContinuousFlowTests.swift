import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct ContinuousFlowTests {
    private static let kernels = Kernels<Double>.underTest

    private static func normals(_ count: Int, stream: UInt64) -> [Double] {
        let random = CounterRandom(seed: 41, stream: stream)
        return (0..<count).map { random.normal(UInt64($0)) }
    }

    private static func flow<Field: FlowField<Double>>(
        _ field: Field, tolerance: Double = 1e-9, threads: Int = 1
    ) -> ContinuousFlow<Field> {
        ContinuousFlow(
            solver: BatchSolver(
                field: field, method: .dormandPrince54, controller: .integral,
                tolerances: Tolerances(relative: tolerance, absolute: tolerance), kernels: kernels,
                pool: ThreadPool(threadCount: threads), maxSteps: 10_000), startTime: 0, endTime: 1)
    }

    private static let linear = PerceptronDynamics(space: 2, hidden: [])

    /// dz/dt = [[a, −w], [w, a]] z + c: rotation, growth and drift.
    private static func spiral(_ a: Double, _ w: Double, _ c: (Double, Double)) -> ContinuousFlow<
        PerceptronFlowField<Double>
    > {
        let parameters = ParameterVector<Double>(layout: linear.layout)
        // Weights are [inputs][outputs], of z₁, z₂, t; then the bias.
        parameters.values = [a, w, -w, a, 0, 0, c.0, c.1]
        return flow(
            PerceptronFlowField(linear, parameters: parameters, range: 0..<8, trace: .exact, kernels: kernels))
    }

    @Test func `the density of a linear flow is the Gaussian of the closed form`() throws {
        let (a, w) = (0.4, 1.3)
        let flow = Self.spiral(a, w, (0.5, -0.2))
        // exp of the matrix is eᵃ times a rotation by w; the mean is A⁻¹ (exp(A) − 1) c.
        let growth = exp(a)
        let (x, y) = (growth * cos(w) - 1, growth * sin(w))
        let moved = (x * 0.5 - y * -0.2, y * 0.5 + x * -0.2)
        let square = a * a + w * w
        let mean = ((a * moved.0 + w * moved.1) / square, (a * moved.1 - w * moved.0) / square)
        let points = Self.normals(40, stream: 1).map { 2 * $0 }
        let densities = try flow.logDensities(of: points, at: 1)
        for index in 0..<20 {
            let (dx, dy) = (points[2 * index] - mean.0, points[2 * index + 1] - mean.1)
            let expected = -0.5 * (dx * dx + dy * dy) / (growth * growth) - log(2 * .pi) - 2 * a
            #expect(abs(densities[index] - expected) < 1e-7)
        }
        let atStart = try flow.logDensities(of: points, at: 0)
        for index in 0..<20 {
            let expected = ContinuousFlow<PerceptronFlowField<Double>>.standardNormal(points[2 * index..<2 * index + 2])
            #expect(atStart[index] == expected)
        }
    }

    private static let planar = PlanarDynamics(space: 2, units: 6, hidden: [8])
    private static let perceptron = PerceptronDynamics(space: 2, hidden: [8, 8])

    private static func planarField(_ values: [Double]) -> PlanarFlowField<Double> {
        let parameters = ParameterVector<Double>(layout: planar.layout)
        parameters.values = values
        return PlanarFlowField(planar, parameters: parameters, range: 0..<values.count, kernels: kernels)
    }

    private static func perceptronField(
        _ values: [Double], trace: TraceEstimate = .exact
    ) -> PerceptronFlowField<Double> {
        let parameters = ParameterVector<Double>(layout: perceptron.layout)
        parameters.values = values
        return PerceptronFlowField(
            perceptron, parameters: parameters, range: 0..<values.count, trace: trace, kernels: kernels)
    }

    /// Weights large enough to bend densities well away from the normal one.
    private static func values(_ layout: ParameterLayout) -> [Double] {
        ParameterVector<Double>(layout: layout, seed: 12).values.map { 4 * $0 }
    }

    private func expectRoundTrip<Field: FlowField<Double>>(_ field: Field) throws {
        let flow = Self.flow(field)
        let base = Self.normals(60, stream: 2)
        let there = try flow.push(base)
        let back = try flow.transport(there.points, from: 1, to: 0)
        #expect(there.outcomes.allSatisfy { $0 == .completed })
        // Errors of 1e-9 a step grow by at most e to the Jacobian's norm, some tens.
        for (index, value) in back.points.enumerated() { #expect(abs(value - base[index]) < 1e-6) }
        for index in 0..<30 {
            #expect(abs(there.logDensityChanges[index] + back.logDensityChanges[index]) < 1e-6)
            #expect(abs(there.logDensityChanges[index]) > 1e-4, "a flow that changes nothing")
        }
    }

    @Test func `points and log-densities come back from where they went`() throws {
        try expectRoundTrip(Self.planarField(Self.values(Self.planar.layout)))
        try expectRoundTrip(Self.perceptronField(Self.values(Self.perceptron.layout)))
    }

    private func expectMassOne<Field: FlowField<Double>>(_ field: Field) throws {
        let flow = Self.flow(field, tolerance: 1e-6)
        // Beyond ±9 a bent standard normal has less than e⁻²⁰; cells of 0.1 are narrow for what these flows make.
        let (count, step) = (181, 0.1)
        let axis = (0..<count).map { -9 + step * Double($0) }
        let points = axis.flatMap { y in axis.flatMap { x in [x, y] } }
        let mass = try flow.logDensities(of: points, at: 1).reduce(0) { $0 + exp($1) } * step * step
        #expect(abs(mass - 1) < 1e-3)
    }

    @Test func `the density has mass one`() throws {
        try expectMassOne(Self.planarField(Self.values(Self.planar.layout)))
        try expectMassOne(Self.perceptronField(Self.values(Self.perceptron.layout)))
    }

    // MARK: - Gradients

    private static let routes: [GradientRoute] = [
        .discretizeThenOptimize, .optimizeThenDiscretize(.full), .optimizeThenDiscretize(.seminorm),
    ]

    /// Against finite differences of Σ p · z(1) + q · ℓ(1).
    private func expectGradient<Field: FlowField<Double>>(
        _ values: [Double], route: GradientRoute, _ make: ([Double]) -> Field
    ) throws {
        let base = Self.normals(10, stream: 3)
        let weights = Self.normals(10, stream: 4)
        let shares = Self.normals(5, stream: 5)
        func loss(_ values: [Double], _ base: [Double]) throws -> Double {
            let there = try Self.flow(make(values)).push(base)
            return zip(there.points, weights).reduce(0) { $0 + $1.0 * $1.1 }
                + zip(there.logDensityChanges, shares).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let flow = Self.flow(make(values))
        let recorded = try flow.recordTransport(base, from: 0, to: 1, route: route)
        let result = try flow.pullback(recorded, points: weights, logDensityChanges: shares)
        #expect(result.unfinished == 0)
        let byParameter = try FiniteDifferences.gradient(at: values) { try loss($0, base) }
        let byPoint = try FiniteDifferences.gradient(at: base) { try loss(values, $0) }
        // The solver's tolerance of 1e-9 over a step of 1e-5 leaves noise of some 1e-6 in the differences.
        #expect(FiniteDifferences.relativeDifference(result.parameters, byParameter) < 1e-5)
        #expect(FiniteDifferences.relativeDifference(result.points, byPoint) < 1e-5)
    }

    @Test(arguments: routes)
    func `gradients are those by finite differences on either route`(route: GradientRoute) throws {
        try expectGradient(
            ParameterVector<Double>(layout: Self.planar.layout, seed: 13).values, route: route, Self.planarField)
        let values = ParameterVector<Double>(layout: Self.perceptron.layout, seed: 13).values
        try expectGradient(values, route: route) { Self.perceptronField($0) }
        // The directions stay the same on the way there and back, so that the estimate has a gradient of its own.
        let signs = TraceEstimate.hutchinson(probes: 1, identities: [0, 1, 2, 3, 4], seed: 6)
        try expectGradient(values, route: route) { Self.perceptronField($0, trace: signs) }
    }

    @Test func `what a flow is conditioned on has the cotangent of finite differences`() throws {
        let dynamics = PlanarDynamics(space: 2, context: 3, units: 4, hidden: [5])
        let parameters = ParameterVector<Double>(layout: dynamics.layout, seed: 3)
        let flow = Self.flow(
            PlanarFlowField(dynamics, parameters: parameters, range: 0..<parameters.count, kernels: Self.kernels))
        let base = Self.normals(4, stream: 6)
        let context = Self.normals(6, stream: 7)
        func loss(_ context: [Double]) throws -> Double {
            let there = try flow.push(base, context: context)
            return there.points.reduce(0, +) + there.logDensityChanges.reduce(0, +)
        }
        let recorded = try flow.recordTransport(base, context: context, from: 0, to: 1, route: .discretizeThenOptimize)
        let result = try flow.pullback(recorded, points: [1, 1, 1, 1], logDensityChanges: [1, 1])
        let expected = try FiniteDifferences.gradient(at: context) { try loss($0) }
        #expect(FiniteDifferences.relativeDifference(result.context, expected) < 1e-5)
    }

    @Test func `any number of threads gives the same bits`() throws {
        let base = Self.normals(300, stream: 8)
        func run(_ threads: Int) throws -> ([Double], [Double]) {
            let flow = Self.flow(Self.planarField(Self.values(Self.planar.layout)), threads: threads)
            let recorded = try flow.recordTransport(base, from: 0, to: 1, route: .discretizeThenOptimize)
            let ones = [Double](repeating: 1, count: 150)
            return (
                recorded.transport.points,
                try flow.pullback(recorded, points: base, logDensityChanges: ones).parameters
            )
        }
        let (one, three) = (try run(1), try run(3))
        #expect(one.0 == three.0)
        #expect(one.1 == three.1)
    }
}
