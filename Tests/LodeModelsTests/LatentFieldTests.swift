import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct LatentFieldTests {
    private static let lanes = Kernels<Double>.lanesPerBlock

    static let forms: [DynamicsConfiguration] = [
        DynamicsConfiguration(),
        DynamicsConfiguration(timeScale: 2.5),
        DynamicsConfiguration(bound: .fixed(0.4)),
        DynamicsConfiguration(bound: .learned(initial: 0.7)),
        DynamicsConfiguration(controls: [.linear, .hold]),
        DynamicsConfiguration(timeScale: 2, bound: .learned(initial: 0.5), controls: [.hold, .linear, .linear]),
    ]

    private static func paths(_ form: DynamicsConfiguration, count: Int) -> [ControlPath] {
        (0..<count).map { series in
            let random = CounterRandom(seed: 7, stream: UInt64(series))
            return ControlPath(
                channels: form.controls.indices.map { input in
                    ControlPath.Channel(
                        times: (0..<5).map { Double($0) + 0.3 * Double(input) },
                        values: (0..<5).map { Float(random.normal(UInt64(10 * input + $0))) })
                })
        }
    }

    /// f and, where asked for, its pullback at one state and time of each lane; trajectory i follows path i / 2.
    private struct Passage {
        let dynamics: LatentDynamics
        let paths: [ControlPath]

        init(_ form: DynamicsConfiguration) {
            dynamics = LatentDynamics(latent: 3, hidden: [5], form: form)
            paths = LatentFieldTests.paths(form, count: lanes / 2)
        }

        func derivative(_ states: [Double], _ times: [Double], _ parameters: [Double]) -> [Double] {
            let (field, points, trajectories) = parts(parameters)
            var derivative = [Double](repeating: .nan, count: 3 * lanes)
            times.withUnsafeBufferPointer { times in
                states.withUnsafeBufferPointer { states in
                    trajectories.withUnsafeBufferPointer { trajectories in
                        field.evaluate(
                            &derivative, at: points(times, states, trajectories), workspace: field.makeWorkspace())
                    }
                }
            }
            return derivative
        }

        func pullback(
            _ cotangent: [Double], _ states: [Double], _ times: [Double], _ parameters: [Double]
        ) -> (states: [Double], parameters: [Double], times: [Double]) {
            let (field, points, trajectories) = parts(parameters)
            var derivative = [Double](repeating: .nan, count: 3 * lanes)
            var stateCotangent = derivative
            var parameterCotangent = [Double](repeating: 0, count: parameters.count)
            var timeCotangent = [Double](repeating: .nan, count: lanes)
            times.withUnsafeBufferPointer { times in
                states.withUnsafeBufferPointer { states in
                    trajectories.withUnsafeBufferPointer { trajectories in
                        let tape = field.makeTape()
                        let workspace = field.makeWorkspace()
                        let points = points(times, states, trajectories)
                        field.evaluate(&derivative, at: points, recordingTo: tape, workspace: workspace)
                        field.pullback(
                            cotangent, at: points, tape: tape, stateCotangent: &stateCotangent,
                            parameterCotangent: &parameterCotangent, timeCotangent: &timeCotangent,
                            workspace: workspace)
                    }
                }
            }
            #expect(derivative == self.derivative(states, times, parameters))
            return (stateCotangent, parameterCotangent, timeCotangent)
        }

        private typealias Points = (
            UnsafeBufferPointer<Double>, UnsafeBufferPointer<Double>, UnsafeBufferPointer<Int>
        ) -> LanePoints<Double>

        private func parts(_ values: [Double]) -> (LatentField<Double>, Points, [Int]) {
            let parameters = ParameterVector<Double>(layout: dynamics.layout)
            parameters.values = values
            let field = LatentField(
                dynamics: dynamics, parameters: parameters, range: 0..<values.count, controls: paths, sampleCount: 2,
                kernels: Kernels<Double>.underTest)
            let points: Points = { times, states, trajectories in
                guard let times = times.baseAddress, let states = states.baseAddress,
                    let trajectories = trajectories.baseAddress
                else { fatalError("empty lanes") }
                return LanePoints(lanes: lanes, times: times, states: states, trajectories: trajectories)
            }
            return (field, points, Array(0..<lanes))
        }
    }

    @Test(arguments: forms)
    func `the pullback is that by finite differences in states, times and parameters`(
        _ form: DynamicsConfiguration
    ) {
        let passage = Passage(form)
        let random = CounterRandom(seed: 3, stream: 9)
        let states = (0..<3 * Self.lanes).map { random.normal(UInt64($0)) }
        // Not at a knot, where a path has no derivative; before the first and after the last too.
        let times = (0..<Self.lanes).map { -0.55 + 0.417 * Double($0) }
        let cotangent = (0..<3 * Self.lanes).map { random.normal(UInt64(1000 + $0)) }
        let parameters = ParameterVector<Double>(layout: passage.dynamics.layout, seed: 8).values
        func loss(_ derivative: [Double]) -> Double { zip(derivative, cotangent).reduce(0) { $0 + $1.0 * $1.1 } }

        let result = passage.pullback(cotangent, states, times, parameters)
        let byState = FiniteDifferences.gradient(at: states) { loss(passage.derivative($0, times, parameters)) }
        let byTime = FiniteDifferences.gradient(at: times) { loss(passage.derivative(states, $0, parameters)) }
        let byParameter = FiniteDifferences.gradient(at: parameters) { loss(passage.derivative(states, times, $0)) }
        #expect(FiniteDifferences.relativeDifference(result.states, byState) < 1e-8)
        #expect(FiniteDifferences.relativeDifference(result.parameters, byParameter) < 1e-8)
        if form.timeScale == nil && form.controls.isEmpty {
            #expect(result.times.allSatisfy { $0 == 0 })
        } else {
            #expect(FiniteDifferences.relativeDifference(result.times, byTime) < 1e-8)
        }
    }

    @Test func `a bound limits every component and leaves small derivatives alone`() {
        let bounded = Passage(DynamicsConfiguration(bound: .fixed(0.25)))
        let free = Passage(DynamicsConfiguration())
        let parameters = ParameterVector<Double>(layout: free.dynamics.layout, seed: 8).values
        let states = (0..<3 * Self.lanes).map { 50 * sin(Double($0)) }
        let times = [Double](repeating: 0, count: Self.lanes)
        let large = parameters.map { 40 * $0 }
        #expect(bounded.derivative(states, times, large).allSatisfy { abs($0) <= 0.25 })
        // tanh(x) = x − x³/3 + …
        let small = parameters.map { 1e-3 * $0 }
        for (value, exact) in zip(bounded.derivative(states, times, small), free.derivative(states, times, small)) {
            #expect(abs(value - exact) <= 1.01 * pow(exact / 0.25, 2) / 3 * abs(exact) + 1e-18)
        }
    }
}
