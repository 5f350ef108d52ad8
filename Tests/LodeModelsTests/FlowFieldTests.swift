import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct FlowFieldTests {
    private static let lanes = Kernels<Double>.lanesPerBlock
    private static let planar = PlanarDynamics(space: 3, context: 2, units: 4, hidden: [5])
    private static let perceptron = PerceptronDynamics(space: 3, context: 2, hidden: [6, 5])

    private static func normals(_ count: Int, stream: UInt64) -> [Double] {
        let random = CounterRandom(seed: 77, stream: stream)
        return (0..<count).map { random.normal(UInt64($0)) }
    }

    private static func planarField(_ values: [Double]) -> PlanarFlowField<Double> {
        let parameters = ParameterVector<Double>(layout: planar.layout)
        parameters.values = values
        return PlanarFlowField(
            planar, parameters: parameters, range: 0..<values.count, kernels: Kernels<Double>.underTest)
    }

    private static func perceptronField(
        _ values: [Double], trace: TraceEstimate = .exact
    ) -> PerceptronFlowField<Double> {
        let parameters = ParameterVector<Double>(layout: perceptron.layout)
        parameters.values = values
        return PerceptronFlowField(
            perceptron, parameters: parameters, range: 0..<values.count, trace: trace,
            kernels: Kernels<Double>.underTest)
    }

    private static let signs = TraceEstimate.hutchinson(
        probes: 2, identities: (0..<UInt64(lanes)).map { 100 + $0 }, seed: 3)

    // MARK: - Evaluation

    private func withPoints<Result>(
        _ states: [Double], _ times: [Double], _ body: (LanePoints<Double>) -> Result
    ) -> Result {
        let states = AlignedBuffer<Double>(copying: states)
        let times = AlignedBuffer<Double>(copying: times)
        let trajectories = AlignedBuffer<Int>(copying: Array(0..<times.count))
        return body(
            LanePoints(
                lanes: times.count, times: UnsafePointer(times.pointer), states: UnsafePointer(states.pointer),
                trajectories: UnsafePointer(trajectories.pointer)))
    }

    private func derivative<Field: FlowField<Double>>(
        _ field: Field, _ states: [Double], _ times: [Double]
    ) -> [Double] {
        var derivative = [Double](repeating: .nan, count: states.count)
        withPoints(states, times) { field.evaluate(&derivative, at: $0, workspace: field.makeWorkspace()) }
        return derivative
    }

    private func pullback<Field: FlowField<Double>>(
        _ field: Field, _ cotangent: [Double], _ states: [Double], _ times: [Double]
    ) -> (states: [Double], parameters: [Double], times: [Double]) {
        var derivative = [Double](repeating: .nan, count: states.count)
        var stateCotangent = derivative
        var parameterCotangent = [Double](repeating: 0, count: field.parameterCount)
        var timeCotangent = [Double](repeating: .nan, count: times.count)
        withPoints(states, times) { points in
            let tape = field.makeTape()
            let workspace = field.makeWorkspace()
            field.evaluate(&derivative, at: points, recordingTo: tape, workspace: workspace)
            field.pullback(
                cotangent, at: points, tape: tape, stateCotangent: &stateCotangent,
                parameterCotangent: &parameterCotangent, timeCotangent: &timeCotangent, workspace: workspace)
        }
        #expect(derivative == self.derivative(field, states, times))
        return (stateCotangent, parameterCotangent, timeCotangent)
    }

    // MARK: - Trace

    private func expectTrace<Field: FlowField<Double>>(_ field: Field) {
        let states = Self.normals(field.dimension * Self.lanes, stream: 1)
        let times = (0..<Self.lanes).map { 0.07 * Double($0) }
        let actual = derivative(field, states, times)
        var trace = [Double](repeating: 0, count: Self.lanes)
        for component in 0..<field.spaceDimension {
            func moved(_ step: Double) -> [Double] {
                var states = states
                for lane in 0..<Self.lanes { states[component * Self.lanes + lane] += step }
                return derivative(field, states, times)
            }
            let (above, below) = (moved(1e-5), moved(-1e-5))
            for lane in 0..<Self.lanes {
                let place = component * Self.lanes + lane
                trace[lane] -= (above[place] - below[place]) / 2e-5
            }
        }
        let first = field.spaceDimension * Self.lanes
        #expect(FiniteDifferences.relativeDifference(Array(actual[first..<first + Self.lanes]), trace) < 1e-8)
        #expect(actual[(first + Self.lanes)...].allSatisfy { $0 == 0 }, "what a flow is conditioned on stays")
    }

    @Test func `the log-density changes by the trace of finite differences`() {
        expectTrace(Self.planarField(ParameterVector<Double>(layout: Self.planar.layout, seed: 2).values))
        expectTrace(Self.perceptronField(ParameterVector<Double>(layout: Self.perceptron.layout, seed: 2).values))
    }

    @Test func `the mean of Hutchinson's estimates is the exact trace`() {
        let values = ParameterVector<Double>(layout: Self.perceptron.layout, seed: 2).values.map { 2 * $0 }
        let point = Self.normals(6, stream: 5)
        let states = point.flatMap { Array(repeating: $0, count: Self.lanes) }
        let times = [Double](repeating: 0.3, count: Self.lanes)
        let exact = derivative(Self.perceptronField(values), states, times)[3 * Self.lanes]
        var estimates: [Double] = []
        for round in 0..<250 {
            let identities = (0..<UInt64(Self.lanes)).map { UInt64(round * Self.lanes) + $0 }
            let field = Self.perceptronField(
                values, trace: .hutchinson(probes: 1, identities: identities, seed: 9))
            estimates += derivative(field, states, times)[3 * Self.lanes..<4 * Self.lanes]
        }
        let count = Double(estimates.count)
        let mean = estimates.reduce(0, +) / count
        let variance = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        #expect(variance > 1e-6, "the estimates vary")
        // Four standard errors: one seed in 16,000 would miss.
        #expect(abs(mean - exact) < 4 * (variance / count).squareRoot())
    }

    // MARK: - Pullback

    private func expectPullback<Field: FlowField<Double>>(_ values: [Double], _ make: ([Double]) -> Field) {
        let field = make(values)
        let states = Self.normals(field.dimension * Self.lanes, stream: 3)
        let times = (0..<Self.lanes).map { 0.1 * Double($0) - 0.2 }
        let cotangent = Self.normals(states.count, stream: 4)
        func loss(_ derivative: [Double]) -> Double { zip(derivative, cotangent).reduce(0) { $0 + $1.0 * $1.1 } }
        let result = pullback(field, cotangent, states, times)
        let byState = FiniteDifferences.gradient(at: states) { loss(derivative(field, $0, times)) }
        let byTime = FiniteDifferences.gradient(at: times) { loss(derivative(field, states, $0)) }
        let byParameter = FiniteDifferences.gradient(at: values) { loss(derivative(make($0), states, times)) }
        #expect(FiniteDifferences.relativeDifference(result.states, byState) < 1e-8)
        #expect(FiniteDifferences.relativeDifference(result.times, byTime) < 1e-8)
        #expect(FiniteDifferences.relativeDifference(result.parameters, byParameter) < 1e-8)
    }

    @Test func `the pullback is that by finite differences in states, times and parameters`() {
        expectPullback(ParameterVector<Double>(layout: Self.planar.layout, seed: 6).values, Self.planarField)
        let values = ParameterVector<Double>(layout: Self.perceptron.layout, seed: 6).values
        expectPullback(values) { Self.perceptronField($0) }
        expectPullback(values) { Self.perceptronField($0, trace: Self.signs) }
    }

    private func expectSameAlone<Field: FlowField<Double>>(_ field: Field) {
        let states = Self.normals(field.dimension * Self.lanes, stream: 8)
        let times = [Double](repeating: 0.4, count: Self.lanes)
        let together = derivative(field, states, times)
        let first = (0..<field.dimension).map { states[$0 * Self.lanes] }
        #expect(
            derivative(field, first, [0.4]) == (0..<field.dimension).map { together[$0 * Self.lanes] })
    }

    @Test func `a lane alone has the derivative, bit for bit, that it has among others`() {
        expectSameAlone(Self.planarField(ParameterVector<Double>(layout: Self.planar.layout, seed: 2).values))
        let values = ParameterVector<Double>(layout: Self.perceptron.layout, seed: 2).values
        expectSameAlone(Self.perceptronField(values))
        expectSameAlone(Self.perceptronField(values, trace: Self.signs))
    }
}

extension AlignedBuffer {
    /// A copy of an array.
    fileprivate convenience init(copying values: [Element]) {
        self.init(count: values.count)
        for (index, value) in values.enumerated() { pointer[index] = value }
    }
}
