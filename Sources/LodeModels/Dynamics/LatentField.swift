internal import Foundation
public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

extension LatentDynamics {
    static func logarithm(_ value: Double) -> Double { log(value) }

    /// The limit of a component's derivative; nil where there is none.
    func limit<Scalar: KernelScalar>(component: Int, parameters: UnsafePointer<Scalar>) -> Double? {
        switch form.bound {
        case .none: nil
        case .fixed(let value): value
        case .learned: bound.map { exp(Double(parameters[$0.offset + component])) }
        }
    }
}

/// Latent dynamics with their parameters and, where they have inputs, the control paths of a batch.
public struct LatentField<Scalar: KernelScalar>: DifferentiableVectorField {
    /// The architecture.
    public let dynamics: LatentDynamics
    private let kernels: Kernels<Scalar>
    private let parameters: ParameterVector<Scalar>
    private let range: Range<Int>
    private let controls: ControlTable

    /// The field of `dynamics`, whose parameters are those of `parameters` in `range`.
    ///
    /// The parameters must not change while a solve or its pullback runs.
    ///
    /// - Parameters:
    ///   - controls: the paths of B series, each with U inputs; not looked at where the dynamics read none.
    ///   - sampleCount: S: trajectory i of a batch follows the path of series i / S.
    public init(
        dynamics: LatentDynamics, parameters: ParameterVector<Scalar>, range: Range<Int>, controls: [ControlPath],
        sampleCount: Int, kernels: Kernels<Scalar>
    ) {
        self.init(
            dynamics: dynamics, parameters: parameters, range: range,
            controls: ControlTable(controls, interpolations: dynamics.form.controls, sampleCount: sampleCount),
            kernels: kernels)
    }

    init(
        dynamics: LatentDynamics, parameters: ParameterVector<Scalar>, range: Range<Int>, controls: ControlTable,
        kernels: Kernels<Scalar>
    ) {
        precondition(range.count == dynamics.layout.count, "\(range.count) parameters for \(dynamics.layout.count)")
        self.dynamics = dynamics
        self.parameters = parameters
        self.range = range
        self.kernels = kernels
        self.controls = controls
    }

    /// L, the latent components.
    public var dimension: Int { dynamics.latent }

    /// The length of the dynamics' layout.
    public var parameterCount: Int { range.count }

    private var pointer: UnsafePointer<Scalar> { UnsafePointer(parameters.pointer + range.lowerBound) }

    /// Scratch of one thread.
    public final class Workspace {
        let network: MultilayerPerceptron.Workspace<Scalar>
        /// Made by the first pullback: solves alone need none.
        lazy var backlog = MultilayerPerceptron.Backlog<Scalar>(perceptron)
        private let perceptron: MultilayerPerceptron
        let inputs: AlignedBuffer<Scalar>
        let inputCotangent: AlignedBuffer<Scalar>
        /// tanh(f / b) and the cotangent of f, `[L][lanes]`.
        let bounded: AlignedBuffer<Scalar>
        let cotangent: AlignedBuffer<Scalar>

        init(_ dynamics: LatentDynamics) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            network = MultilayerPerceptron.Workspace(dynamics.network)
            perceptron = dynamics.network
            inputs = AlignedBuffer(count: dynamics.readsMore ? dynamics.network.inputs * lanes : 0)
            inputCotangent = AlignedBuffer(count: dynamics.readsMore ? dynamics.network.inputs * lanes : 0)
            bounded = AlignedBuffer(count: dynamics.latent * lanes)
            cotangent = AlignedBuffer(count: dynamics.latent * lanes)
        }
    }

    /// What one evaluation keeps.
    public final class Tape {
        let network: MultilayerPerceptron.Tape<Scalar>
        let inputs: AlignedBuffer<Scalar>

        init(_ dynamics: LatentDynamics) {
            network = MultilayerPerceptron.Tape(dynamics.network)
            let count = dynamics.network.inputs * Kernels<Scalar>.lanesPerBlock
            inputs = AlignedBuffer(count: dynamics.readsMore ? count : 0)
        }
    }

    /// Scratch of the network.
    public func makeWorkspace() -> Workspace { Workspace(dynamics) }

    /// The activations of the network, and its inputs where they are more than the state.
    public func makeTape() -> Tape { Tape(dynamics) }

    /// derivative = b ⊙ tanh(network(states, times, controls) / b).
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Workspace
    ) {
        dynamics.network.evaluate(
            derivative, input: inputs(at: points, workspace.inputs), parameters: pointer, lanes: points.lanes,
            kernels: kernels, workspace: workspace.network)
        limit(derivative, lanes: points.lanes, workspace: workspace)
    }

    /// The same, with the network's activations kept.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, recordingTo tape: Tape,
        workspace: Workspace
    ) {
        dynamics.network.record(
            tape.network, input: inputs(at: points, tape.inputs), parameters: pointer, kernels: kernels)
        derivative.update(from: tape.network.output, count: dimension * points.lanes)
        limit(derivative, lanes: points.lanes, workspace: workspace)
    }

    /// The vector-Jacobian product; within a jump of an input it counts as constant.
    public func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: Workspace
    ) {
        pullbackDeferring(
            cotangent, at: points, tape: tape, stateCotangent: stateCotangent, parameterCotangent: parameterCotangent,
            workspace: workspace)
        settle(parameterCotangent: parameterCotangent, workspace: workspace)
        if let timeCotangent {
            pullBackTime(timeCotangent, at: points, inputCotangent: workspace.inputCotangent.pointer)
        }
    }

    /// The same, with the network's parameters put off.
    public func pullbackDeferring(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        workspace: Workspace
    ) {
        var incoming = cotangent
        if dynamics.form.bound != .none {
            pullBackLimit(cotangent, tape: tape, parameterCotangent: parameterCotangent, workspace: workspace)
            incoming = UnsafePointer(workspace.cotangent.pointer)
        }
        let target = dynamics.readsMore ? workspace.inputCotangent.pointer : stateCotangent
        dynamics.network.pullback(
            incoming, input: dynamics.readsMore ? UnsafePointer(tape.inputs.pointer) : points.states,
            tape: tape.network, inputCotangent: target, parameters: pointer, gradient: parameterCotangent,
            backlog: workspace.backlog, kernels: kernels, workspace: workspace.network)
        if dynamics.readsMore { stateCotangent.update(from: target, count: dimension * points.lanes) }
    }

    /// Adds the network's share.
    public func settle(parameterCotangent: UnsafeMutablePointer<Scalar>, workspace: Workspace) {
        dynamics.network.settle(workspace.backlog, into: parameterCotangent, kernels: kernels)
    }
}

// MARK: - Inputs

extension LatentField {
    /// The block that the network reads: the states themselves, or a copy of them with the other inputs below.
    private func inputs(at points: LanePoints<Scalar>, _ buffer: AlignedBuffer<Scalar>) -> UnsafePointer<Scalar> {
        guard dynamics.readsMore else { return points.states }
        buffer.pointer.update(from: points.states, count: dimension * points.lanes)
        fill(buffer.pointer + dimension * points.lanes, at: points)
        return UnsafePointer(buffer.pointer)
    }

    @specialized(where Scalar == Float)
    private func fill(_ rows: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>) {
        var row = rows
        if let scale = dynamics.form.timeScale {
            for lane in 0..<points.lanes { row[lane] = Scalar(points.times[lane] / scale) }
            row += points.lanes
        }
        for input in 0..<controls.count {
            for lane in 0..<points.lanes {
                row[lane] = Scalar(
                    controls.value(input, trajectory: points.trajectories[lane], at: points.times[lane]))
            }
            row += points.lanes
        }
    }

    /// Through the time itself and the slopes of the inputs.
    private func pullBackTime(
        _ timeCotangent: UnsafeMutablePointer<Double>, at points: LanePoints<Scalar>,
        inputCotangent: UnsafePointer<Scalar>
    ) {
        timeCotangent.update(repeating: 0, count: points.lanes)
        var row = inputCotangent + dimension * points.lanes
        if let scale = dynamics.form.timeScale {
            for lane in 0..<points.lanes { timeCotangent[lane] += Double(row[lane]) / scale }
            row += points.lanes
        }
        for input in 0..<controls.count {
            for lane in 0..<points.lanes {
                timeCotangent[lane] +=
                    Double(row[lane])
                    * controls.slope(input, trajectory: points.trajectories[lane], at: points.times[lane])
            }
            row += points.lanes
        }
    }
}

// MARK: - Bound

extension LatentField {
    /// f becomes b · tanh(f / b), in place.
    private func limit(_ derivative: UnsafeMutablePointer<Scalar>, lanes: Int, workspace: Workspace) {
        guard dynamics.form.bound != .none else { return }
        bend(derivative, lanes: lanes, into: workspace.bounded.pointer)
        scaleUp(derivative, from: workspace.bounded.pointer, lanes: lanes)
    }

    /// bent = tanh(f / b).
    @specialized(where Scalar == Float)
    private func bend(_ values: UnsafePointer<Scalar>, lanes: Int, into bent: UnsafeMutablePointer<Scalar>) {
        for component in 0..<dimension {
            guard let limit = dynamics.limit(component: component, parameters: pointer) else { continue }
            let inverse = Scalar(1 / limit)
            for lane in 0..<lanes { bent[component * lanes + lane] = values[component * lanes + lane] * inverse }
        }
        kernels.activate(bent, preactivation: bent, count: dimension * lanes, .tanh)
    }

    @specialized(where Scalar == Float)
    private func scaleUp(_ out: UnsafeMutablePointer<Scalar>, from bent: UnsafePointer<Scalar>, lanes: Int) {
        for component in 0..<dimension {
            guard let limit = dynamics.limit(component: component, parameters: pointer) else { continue }
            for lane in 0..<lanes { out[component * lanes + lane] = Scalar(limit) * bent[component * lanes + lane] }
        }
    }

    /// With y = b tanh(f / b), u = f / b and b = exp(β): ∂y/∂f = 1 − tanh²u; ∂y/∂β = b (tanh u − u (1 − tanh²u)).
    @specialized(where Scalar == Float)
    private func pullBackLimit(
        _ cotangent: UnsafePointer<Scalar>, tape: Tape, parameterCotangent: UnsafeMutablePointer<Scalar>,
        workspace: Workspace
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let values = tape.network.output
        bend(values, lanes: lanes, into: workspace.bounded.pointer)
        for component in 0..<dimension {
            guard let limit = dynamics.limit(component: component, parameters: pointer) else { continue }
            var slopeSum = 0.0
            for lane in 0..<lanes {
                let place = component * lanes + lane
                let bent = workspace.bounded.pointer[place]
                let slope = 1 - bent * bent
                workspace.cotangent.pointer[place] = cotangent[place] * slope
                if dynamics.bound != nil {
                    let argument = values[place] / Scalar(limit)
                    slopeSum += Double(cotangent[place] * (bent - argument * slope))
                }
            }
            if let bound = dynamics.bound {
                parameterCotangent[bound.offset + component] += Scalar(limit * slopeSum)
            }
        }
    }
}
