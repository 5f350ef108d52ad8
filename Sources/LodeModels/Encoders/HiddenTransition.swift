internal import Foundation
internal import LodeNetworks
internal import LodeNumerics

/// What becomes of an encoder's hidden state in the time between two observations.
public enum HiddenTransition: Sendable, Hashable, Codable {
    /// It stays: the network sees the gap as an input only. R. T. Q. Chen et al., NeurIPS 2018, arXiv:1806.07366.
    case none
    /// Each unit decays towards 0 at a learnt rate, exp(−softplus(w) · gap). Z. Che et al., Scientific Reports 8, 2018,
    /// doi:10.1038/s41598-018-24271-9, section "GRU-D", for the hidden state.
    case decay
    /// It follows an ODE, solved by `steps` midpoint steps a gap. Y. Rubanova et al., NeurIPS 2019, arXiv:1907.03907.
    case ode(steps: Int)
}

/// The network behind a ``HiddenTransition``, and its pullback.
///
/// Legend: H hidden units; a block is `[H][lanes]`; `gaps` is `[lanes]` in model time, 0 in lanes that stay.
struct TransitionNetwork: Sendable, Hashable {
    let hidden: Int
    let kind: HiddenTransition
    let layout: ParameterLayout

    private let field: MultilayerPerceptron?
    private let rates: ParameterSlice?

    init(_ kind: HiddenTransition, hidden: Int) {
        self.kind = kind
        self.hidden = hidden
        var layout = ParameterLayout()
        switch kind {
        case .none:
            field = nil
            rates = nil
        case .decay:
            field = nil
            // softplus(-3) = 0.05: a state loses a quarter of itself over a usual series' whole span.
            rates = layout.add("rates", shape: [hidden], .constant(-3))
        case .ode(let steps):
            precondition(steps >= 1, "\(steps) steps between observations")
            // A small field to begin with: the encoder starts out as a GRU.
            let network = MultilayerPerceptron(widths: [hidden, hidden, hidden], activation: .tanh, outputGain: 0.1)
            _ = layout.append(network.layout, prefix: "field")
            field = network
            rates = nil
        }
        self.layout = layout
    }

    /// States kept for the pullback of one gap, the first being the one before it: `[count][H][lanes]`.
    var keptStates: Int {
        switch kind {
        case .none: 0
        case .decay: 1
        case .ode(let steps): steps
        }
    }

    /// Scratch of one thread.
    final class Workspace<Scalar: KernelScalar> {
        let first: AlignedBuffer<Scalar>
        let second: AlignedBuffer<Scalar>
        let middle: AlignedBuffer<Scalar>
        let steps: AlignedBuffer<Scalar>
        let field: (tape: MultilayerPerceptron.Tape<Scalar>, workspace: MultilayerPerceptron.Workspace<Scalar>)?

        init(_ network: TransitionNetwork) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            first = AlignedBuffer(count: network.hidden * lanes)
            second = AlignedBuffer(count: network.hidden * lanes)
            middle = AlignedBuffer(count: network.hidden * lanes)
            steps = AlignedBuffer(count: lanes)
            field = network.field.map { (MultilayerPerceptron.Tape($0), MultilayerPerceptron.Workspace($0)) }
        }
    }

    /// Moves `state` over `gaps` in place; `kept` receives ``keptStates`` blocks.
    func record<Scalar>(
        _ state: UnsafeMutablePointer<Scalar>, gaps: UnsafePointer<Scalar>, kept: UnsafeMutablePointer<Scalar>,
        lanes: Int, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        let count = hidden * lanes
        switch kind {
        case .none:
            return
        case .decay:
            kept.update(from: state, count: count)
            decayFactors(
                workspace.first.pointer, gaps: gaps, lanes: lanes, parameters: parameters, kernels: kernels)
            multiply(state, by: workspace.first.pointer, count: count)
        case .ode(let steps):
            guard let field, let network = workspace.field else { return }
            scale(workspace.steps.pointer, gaps, lanes: lanes, by: 1 / Double(steps))
            for step in 0..<steps {
                kept.advanced(by: step * count).update(from: state, count: count)
                field.evaluate(
                    workspace.first.pointer, input: state, parameters: parameters, lanes: lanes,
                    kernels: kernels, workspace: network.workspace)
                axpy(
                    workspace.middle.pointer, base: state, 0.5, workspace.first.pointer, lanes: lanes,
                    workspace: workspace, kernels: kernels)
                field.evaluate(
                    workspace.first.pointer, input: workspace.middle.pointer, parameters: parameters,
                    lanes: lanes, kernels: kernels, workspace: network.workspace)
                axpy(
                    state, base: state, 1, workspace.first.pointer, lanes: lanes, workspace: workspace,
                    kernels: kernels)
            }
        }
    }

    /// Turns the cotangent of the moved state into that of the state before, in place.
    func pullback<Scalar>(
        _ cotangent: UnsafeMutablePointer<Scalar>, gaps: UnsafePointer<Scalar>, kept: UnsafePointer<Scalar>,
        parameters: UnsafePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>,
        workspace: Workspace<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let count = hidden * lanes
        switch kind {
        case .none:
            return
        case .decay:
            decayFactors(
                workspace.first.pointer, gaps: gaps, lanes: lanes, parameters: parameters, kernels: kernels)
            addRateGradient(
                gradient, cotangent: cotangent, kept: kept, factors: workspace.first.pointer, gaps: gaps,
                parameters: parameters)
            multiply(cotangent, by: workspace.first.pointer, count: count)
        case .ode(let steps):
            guard let field, let network = workspace.field else { return }
            scale(workspace.steps.pointer, gaps, lanes: lanes, by: 1 / Double(steps))
            for step in (0..<steps).reversed() {
                // h′ = h + δ f(m), m = h + δ/2 f(h); both evaluations are made again.
                let h = kept + step * count
                field.evaluate(
                    workspace.first.pointer, input: h, parameters: parameters, lanes: lanes,
                    kernels: kernels, workspace: network.workspace)
                axpy(
                    workspace.middle.pointer, base: h, 0.5, workspace.first.pointer, lanes: lanes, workspace: workspace,
                    kernels: kernels)
                field.record(
                    network.tape, input: workspace.middle.pointer, parameters: parameters, kernels: kernels)
                axpy(
                    workspace.first.pointer, base: nil, 1, cotangent, lanes: lanes, workspace: workspace,
                    kernels: kernels)
                field.pullback(
                    workspace.first.pointer, input: workspace.middle.pointer, tape: network.tape,
                    inputCotangent: workspace.second.pointer, parameters: parameters, gradient: gradient,
                    kernels: kernels, workspace: network.workspace)
                kernels.addScaled(cotangent, workspace.second.pointer, count: count)
                axpy(
                    workspace.first.pointer, base: nil, 0.5, workspace.second.pointer, lanes: lanes,
                    workspace: workspace,
                    kernels: kernels)
                field.record(network.tape, input: h, parameters: parameters, kernels: kernels)
                field.pullback(
                    workspace.first.pointer, input: h, tape: network.tape,
                    inputCotangent: workspace.second.pointer, parameters: parameters, gradient: gradient,
                    kernels: kernels, workspace: network.workspace)
                kernels.addScaled(cotangent, workspace.second.pointer, count: count)
            }
        }
    }

    /// out = base + factor · step[lane] · x.
    private func axpy<Scalar>(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, _ factor: Double,
        _ x: UnsafePointer<Scalar>, lanes: Int, workspace: Workspace<Scalar>, kernels: Kernels<Scalar>
    ) {
        kernels.combine(
            out, base: base, scale: workspace.steps.pointer, term: x, coefficient: factor, components: hidden,
            lanes: lanes)
    }

    @specialized(where Scalar == Float)
    private func scale<Scalar: KernelScalar>(
        _ out: UnsafeMutablePointer<Scalar>, _ gaps: UnsafePointer<Scalar>, lanes: Int, by factor: Double
    ) {
        for lane in 0..<lanes { out[lane] = gaps[lane] * Scalar(factor) }
    }

    @specialized(where Scalar == Float)
    private func multiply<Scalar: KernelScalar>(
        _ values: UnsafeMutablePointer<Scalar>, by factors: UnsafePointer<Scalar>, count: Int
    ) {
        for index in 0..<count { values[index] *= factors[index] }
    }

    /// factors[unit][lane] = exp(−softplus(rate of unit) · gap of lane).
    @specialized(where Scalar == Float)
    private func decayFactors<Scalar: KernelScalar>(
        _ factors: UnsafeMutablePointer<Scalar>, gaps: UnsafePointer<Scalar>, lanes: Int,
        parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        guard let rates else { return }
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: hidden) { softened in
            guard let soft = softened.baseAddress else { return }
            kernels.activate(soft, preactivation: parameters + rates.offset, count: hidden, .softplus)
            for unit in 0..<hidden {
                for lane in 0..<lanes { factors[unit * lanes + lane] = -soft[unit] * gaps[lane] }
            }
        }
        kernels.exp(factors, factors, count: hidden * lanes)
    }

    /// With y = h · exp(−softplus(w) gap): ∂y/∂w = −y · gap · sigmoid(w).
    @specialized(where Scalar == Float)
    private func addRateGradient<Scalar: KernelScalar>(
        _ gradient: UnsafeMutablePointer<Scalar>, cotangent: UnsafePointer<Scalar>, kept: UnsafePointer<Scalar>,
        factors: UnsafePointer<Scalar>, gaps: UnsafePointer<Scalar>, parameters: UnsafePointer<Scalar>
    ) {
        guard let rates else { return }
        let lanes = Kernels<Scalar>.lanesPerBlock
        for unit in 0..<hidden {
            var sum: Scalar = 0
            for lane in 0..<lanes {
                let index = unit * lanes + lane
                sum += cotangent[index] * kept[index] * factors[index] * gaps[lane]
            }
            let slope = 1 / (1 + exp(-Double(parameters[rates.offset + unit])))
            gradient[rates.offset + unit] -= sum * Scalar(slope)
        }
    }
}
