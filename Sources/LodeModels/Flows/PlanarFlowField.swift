public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// Planar dynamics with their parameters, as a field of (z, ℓ, c).
public struct PlanarFlowField<Scalar: KernelScalar>: FlowField {
    /// The architecture.
    public let dynamics: PlanarDynamics
    private let parameters: ParameterVector<Scalar>
    private let range: Range<Int>
    private let kernels: Kernels<Scalar>

    /// The field of `dynamics`, whose parameters are those of `parameters` in `range`.
    ///
    /// The parameters must not change while a solve or its pullback runs.
    public init(
        _ dynamics: PlanarDynamics, parameters: ParameterVector<Scalar>, range: Range<Int>, kernels: Kernels<Scalar>
    ) {
        precondition(range.count == dynamics.layout.count, "\(range.count) parameters for \(dynamics.layout.count)")
        self.dynamics = dynamics
        self.parameters = parameters
        self.range = range
        self.kernels = kernels
    }

    /// D.
    public var spaceDimension: Int { dynamics.space }
    /// K.
    public var contextDimension: Int { dynamics.context }
    /// The length of the dynamics' layout.
    public var parameterCount: Int { range.count }

    private var pointer: UnsafePointer<Scalar> { UnsafePointer(parameters.pointer + range.lowerBound) }

    /// Scratch of one thread.
    public final class Workspace {
        let network: MultilayerPerceptron.Workspace<Scalar>
        let tape: Tape
        /// Cotangents of the hypernetwork's outputs and inputs.
        let outputs: AlignedBuffer<Scalar>
        let inputs: AlignedBuffer<Scalar>

        init(_ dynamics: PlanarDynamics) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            network = MultilayerPerceptron.Workspace(dynamics.network)
            tape = Tape(dynamics)
            outputs = AlignedBuffer(count: dynamics.network.outputs * lanes)
            inputs = AlignedBuffer(count: dynamics.network.inputs * lanes)
        }
    }

    /// What one evaluation keeps.
    public final class Tape {
        let network: MultilayerPerceptron.Tape<Scalar>
        /// (t, c), `[1 + K][lanes]`.
        let inputs: AlignedBuffer<Scalar>
        /// w, u, b, g as the hypernetwork has them, where no tape of the network keeps them.
        let outputs: AlignedBuffer<Scalar>
        /// tanh(w · z + b), `[M][lanes]`.
        let values: AlignedBuffer<Scalar>
        /// σ(g), `[M][lanes]`.
        let gates: AlignedBuffer<Scalar>

        init(_ dynamics: PlanarDynamics) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            network = MultilayerPerceptron.Tape(dynamics.network)
            inputs = AlignedBuffer(count: dynamics.network.inputs * lanes)
            outputs = AlignedBuffer(count: dynamics.network.outputs * lanes)
            values = AlignedBuffer(count: dynamics.units * lanes)
            gates = AlignedBuffer(count: dynamics.units * lanes)
        }
    }

    /// Scratch of the hypernetwork and of one evaluation.
    public func makeWorkspace() -> Workspace { Workspace(dynamics) }

    /// The hypernetwork's activations, and those of the units.
    public func makeTape() -> Tape { Tape(dynamics) }

    /// The derivative of (z, ℓ, c).
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Workspace
    ) {
        let tape = workspace.tape
        fill(tape.inputs.pointer, at: points)
        dynamics.network.evaluate(
            tape.outputs.pointer, input: tape.inputs.pointer, parameters: pointer, lanes: points.lanes,
            kernels: kernels, workspace: workspace.network)
        combine(derivative, at: points, units: UnsafePointer(tape.outputs.pointer), tape: tape)
    }

    /// The same, with the activations kept.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, recordingTo tape: Tape,
        workspace: Workspace
    ) {
        fill(tape.inputs.pointer, at: points)
        dynamics.network.record(tape.network, input: tape.inputs.pointer, parameters: pointer, kernels: kernels)
        combine(derivative, at: points, units: tape.network.output, tape: tape)
    }

    /// The vector-Jacobian product, of the trace too.
    public func pullback(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Tape,
        stateCotangent: UnsafeMutablePointer<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        timeCotangent: UnsafeMutablePointer<Double>?, workspace: Workspace
    ) {
        let lanes = points.lanes
        pullBackUnits(
            cotangent, states: points.states, tape: tape, lanes: lanes, stateCotangent: stateCotangent,
            unitCotangents: workspace.outputs.pointer)
        let gates = dynamics.units * (2 * dynamics.space + 1) * lanes
        kernels.activatePullback(
            workspace.outputs.pointer + gates, cotangent: workspace.outputs.pointer + gates, preactivation: nil,
            value: tape.gates.pointer, count: dynamics.units * lanes, .sigmoid)
        dynamics.network.pullback(
            workspace.outputs.pointer, input: tape.inputs.pointer, tape: tape.network,
            inputCotangent: workspace.inputs.pointer, parameters: pointer, gradient: parameterCotangent,
            kernels: kernels, workspace: workspace.network)
        (stateCotangent + (dynamics.space + 1) * lanes)
            .update(from: workspace.inputs.pointer + lanes, count: dynamics.context * lanes)
        if let timeCotangent { kernels.widen(timeCotangent, workspace.inputs.pointer, count: lanes) }
    }
}

// MARK: - Units

extension PlanarFlowField {
    private func fill(_ inputs: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>) {
        kernels.narrow(inputs, points.times, count: points.lanes)
        (inputs + points.lanes).update(
            from: points.states + (dynamics.space + 1) * points.lanes, count: dynamics.context * points.lanes)
    }

    private func combine(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, units: UnsafePointer<Scalar>,
        tape: Tape
    ) {
        let count = dynamics.units * points.lanes
        let biases = units + 2 * dynamics.space * count
        argue(tape.values.pointer, states: points.states, units: units, lanes: points.lanes)
        kernels.activate(tape.values.pointer, preactivation: tape.values.pointer, count: count, .tanh)
        kernels.activate(tape.gates.pointer, preactivation: biases + count, count: count, .sigmoid)
        sum(derivative, units: units, tape: tape, lanes: points.lanes)
    }

    /// w · z + b.
    @specialized(where Scalar == Float)
    private func argue(
        _ out: UnsafeMutablePointer<Scalar>, states: UnsafePointer<Scalar>, units: UnsafePointer<Scalar>, lanes: Int
    ) {
        let count = dynamics.units * lanes
        out.update(from: units + 2 * dynamics.space * count, count: count)
        for component in 0..<dynamics.space {
            let weights = units + component * count
            let state = states + component * lanes
            for unit in 0..<dynamics.units {
                let row = unit * lanes
                for lane in 0..<lanes { out[row + lane] += weights[row + lane] * state[lane] }
            }
        }
    }

    /// The derivatives of z, ℓ and c.
    @specialized(where Scalar == Float)
    private func sum(
        _ derivative: UnsafeMutablePointer<Scalar>, units: UnsafePointer<Scalar>, tape: Tape, lanes: Int
    ) {
        let count = dynamics.units * lanes
        let share = 1 / Scalar(dynamics.units)
        (derivative).update(repeating: 0, count: dimension * lanes)
        let trace = derivative + dynamics.space * lanes
        let values = tape.values.pointer
        let gates = tape.gates.pointer
        for component in 0..<dynamics.space {
            let weights = units + component * count
            let outs = units + (dynamics.space + component) * count
            let slope = derivative + component * lanes
            for unit in 0..<dynamics.units {
                let row = unit * lanes
                for lane in 0..<lanes {
                    let place = row + lane
                    let gated = share * gates[place] * outs[place]
                    slope[lane] += gated * values[place]
                    trace[lane] -= gated * weights[place] * (1 - values[place] * values[place])
                }
            }
        }
    }

    /// With s = σ(g), h = tanh a, d = 1 − h², q = u · z̄, p = u · w and κ = −ℓ̄, the pulled-back scalar of a unit is
    /// s (q h + κ p d) / M.
    @specialized(where Scalar == Float)
    private func pullBackUnits(
        _ cotangent: UnsafePointer<Scalar>, states: UnsafePointer<Scalar>, tape: Tape, lanes: Int,
        stateCotangent: UnsafeMutablePointer<Scalar>, unitCotangents: UnsafeMutablePointer<Scalar>
    ) {
        let space = dynamics.space
        let count = dynamics.units * lanes
        let share = 1 / Scalar(dynamics.units)
        let units = tape.network.output
        let trace = cotangent + space * lanes
        let values = tape.values.pointer
        let gates = tape.gates.pointer
        let arguments = unitCotangents + 2 * space * count
        let gateCotangents = arguments + count
        stateCotangent.update(repeating: 0, count: (space + 1) * lanes)
        arguments.update(repeating: 0, count: 2 * count)
        // q and p first, in the places of the arguments' and the gates' cotangents.
        for component in 0..<space {
            let weights = units + component * count
            let outs = units + (space + component) * count
            let own = cotangent + component * lanes
            for unit in 0..<dynamics.units {
                let row = unit * lanes
                for lane in 0..<lanes {
                    arguments[row + lane] += outs[row + lane] * own[lane]
                    gateCotangents[row + lane] += outs[row + lane] * weights[row + lane]
                }
            }
        }
        for unit in 0..<dynamics.units {
            let row = unit * lanes
            for lane in 0..<lanes {
                let place = row + lane
                let h = values[place]
                let d = 1 - h * h
                let q = arguments[place]
                let scaled = -trace[lane] * gateCotangents[place]
                gateCotangents[place] = share * (q * h + scaled * d)
                arguments[place] = share * gates[place] * (q - 2 * scaled * h) * d
            }
        }
        for component in 0..<space {
            let weights = units + component * count
            let outs = units + (space + component) * count
            let weightCotangents = unitCotangents + component * count
            let outCotangents = unitCotangents + (space + component) * count
            let own = cotangent + component * lanes
            let state = states + component * lanes
            let result = stateCotangent + component * lanes
            for unit in 0..<dynamics.units {
                let row = unit * lanes
                for lane in 0..<lanes {
                    let place = row + lane
                    let h = values[place]
                    let gated = share * gates[place]
                    let bend = -trace[lane] * gated * (1 - h * h)
                    weightCotangents[place] = arguments[place] * state[lane] + bend * outs[place]
                    outCotangents[place] = gated * h * own[lane] + bend * weights[place]
                    result[lane] += arguments[place] * weights[place]
                }
            }
        }
    }
}
