import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import Testing

@Suite struct FlowModelTests {
    private static let kernels = Kernels<Float>(.best)
    private static let pool = ThreadPool(threadCount: 1)
    private static let noise = FlowNoise(seed: 4, step: 2)

    private static func normals(_ count: Int, stream: UInt64) -> [Float] {
        let random = CounterRandom(seed: 51, stream: stream)
        return (0..<count).map { Float(random.normal(UInt64($0))) }
    }

    private static func parameters(_ model: some FlowModel) -> ParameterVector<Float> {
        ParameterVector<Float>(layout: model.layout, seed: 5)
    }

    private struct Bowl: PotentialEnergy {
        let dimension = 2
        func energy(at point: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>) -> Double {
            slope[0] = point[0] + 0.5 * cos(point[1])
            slope[1] = 3 * point[1] - 0.5 * point[0] * sin(point[1])
            return 0.5 * point[0] * point[0] + 1.5 * point[1] * point[1] + 0.5 * point[0] * cos(point[1])
        }
    }

    /// The last estimates its trace, so that its loss is not the mean of its densities.
    private static let models: [any FlowModel] = [
        PlanarNormalizingFlow(space: 2, layers: 5),
        ContinuousFlowModel(
            PlanarDynamics(space: 2, units: 4, hidden: [6]), tolerances: Tolerances(relative: 1e-6, absolute: 1e-6)),
        ContinuousFlowModel(
            PerceptronDynamics(space: 2, hidden: [6]), tolerances: Tolerances(relative: 1e-6, absolute: 1e-6)),
        ContinuousFlowModel(
            PerceptronDynamics(space: 2, hidden: [6], probes: 1),
            tolerances: Tolerances(relative: 1e-6, absolute: 1e-6)),
    ]

    /// Along the gradient itself, where a loss in single precision changes by far more than it rounds.
    private func expectSlope(
        _ model: some FlowModel, _ loss: (ParameterVector<Float>, inout [Float]) throws -> FlowLoss
    ) throws {
        let parameters = Self.parameters(model)
        let start = parameters.values
        var gradient: [Float] = []
        #expect(try loss(parameters, &gradient).unfinished == 0)
        let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        try #require(norm > 1e-3)
        let step = 1e-2
        var scratch: [Float] = []
        func moved(_ sign: Double) throws -> Double {
            parameters.values = zip(start, gradient).map { $0 + Float(sign * step / norm) * $1 }
            return try loss(parameters, &scratch).value
        }
        let slope = (try moved(1) - moved(-1)) / (2 * step)
        // Third derivatives at a step of 1e-2, and rounding to 1e-7 over it: some 1e-3 of the slope.
        #expect(abs(slope / norm - 1) < 3e-3)
    }

    @Test(arguments: models.indices)
    func `both losses have the gradients of finite differences`(index: Int) throws {
        let points = Self.normals(2 * 70, stream: 1)
        let model = Self.models[index]
        try expectSlope(model) {
            try model.divergence(
                from: Bowl(), base: points, noise: Self.noise, parameters: $0, gradient: &$1, kernels: Self.kernels,
                pool: Self.pool)
        }
        try expectSlope(model) {
            try model.negativeLogDensity(
                of: points, noise: Self.noise, parameters: $0, gradient: &$1, kernels: Self.kernels, pool: Self.pool)
        }
    }

    @Test(arguments: models.indices)
    func `the mean loss of data is that of the densities, which have mass one`(index: Int) throws {
        let model = Self.models[index]
        let parameters = Self.parameters(model)
        let points = Self.normals(2 * 70, stream: 2)
        if index < 3 {
            var gradient: [Float] = []
            let loss = try model.negativeLogDensity(
                of: points, noise: Self.noise, parameters: parameters, gradient: &gradient, kernels: Self.kernels,
                pool: Self.pool)
            let densities = try model.logDensities(
                of: points, trainedBy: .likelihood, parameters: parameters, kernels: Self.kernels, pool: Self.pool)
            #expect(abs(loss.value + densities.reduce(0, +) / 70) < 1e-5)
        }
        // The layers of these flows move points by less than 2.
        let (count, step) = (141, 0.1)
        let axis = (0..<count).map { Float(-7 + step * Double($0)) }
        let grid = axis.flatMap { y in axis.flatMap { x in [x, y] } }
        for objective in [FlowObjective.divergence, .likelihood] {
            let densities = try model.logDensities(
                of: grid, trainedBy: objective, parameters: parameters, kernels: Self.kernels, pool: Self.pool)
            #expect(abs(densities.reduce(0) { $0 + exp($1) } * step * step - 1) < 1e-3)
        }
    }

    @Test(arguments: 0..<3)
    func `samples have the densities that the losses count with`(index: Int) throws {
        let model = Self.models[index]
        let parameters = Self.parameters(model)
        let base = Self.normals(2 * 70, stream: 4)
        let target = Bowl()
        var gradient: [Float] = []
        let loss = try model.divergence(
            from: target, base: base, noise: Self.noise, parameters: parameters, gradient: &gradient,
            kernels: Self.kernels, pool: Self.pool)
        let samples = try model.samples(
            from: base, trainedBy: .divergence, parameters: parameters, kernels: Self.kernels, pool: Self.pool)
        let densities = try model.logDensities(
            of: samples, trainedBy: .divergence, parameters: parameters, kernels: Self.kernels, pool: Self.pool)
        var expected = 0.0
        for point in 0..<70 {
            var slope = [0.0, 0]
            expected +=
                densities[point] + target.energy(at: samples[2 * point..<2 * point + 2].map(Double.init), slope: &slope)
        }
        #expect(abs(loss.value - expected / 70) < 1e-4)
    }

    @Test func `planar layers are inverted, and their determinants are those of finite differences`() throws {
        let flow = PlanarNormalizingFlow(space: 2, layers: 4)
        let parameters = Self.parameters(flow)
        // Steps as large as the constraint allows: w · û near −1 in some layers.
        parameters.values = parameters.values.map { 3 * $0 }
        let points = Self.normals(2 * 70, stream: 3)
        func image(_ points: [Float]) -> PlanarNormalizingFlow.Image {
            flow.map(points, parameters: parameters, kernels: Self.kernels, pool: Self.pool)
        }
        let there = image(points)
        let back = flow.inverse(of: there.points, parameters: parameters)
        for (value, start) in zip(back, points) { #expect(abs(value - start) < 2e-3) }
        let step: Float = 1e-2
        for point in 0..<70 {
            func column(_ component: Int) -> (Double, Double) {
                var moved = Array(points[2 * point..<2 * point + 2])
                moved[component] += step
                let above = image(moved).points
                moved[component] -= 2 * step
                let below = image(moved).points
                return (Double((above[0] - below[0]) / (2 * step)), Double((above[1] - below[1]) / (2 * step)))
            }
            let (a, c) = column(0)
            let (b, d) = column(1)
            #expect(abs((a * d - b * c) / exp(there.logDeterminants[point]) - 1) < 2e-2)
        }
    }
}
