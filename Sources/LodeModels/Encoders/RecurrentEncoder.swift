public import LodeNetworks
public import LodeNumerics

/// A GRU that reads a series from its last observation to its first and ends in the posterior of the latent state at
/// the origin.
///
/// R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, NeurIPS 2018, arXiv:1806.07366, section 5; masks as in
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, NeurIPS 2019, arXiv:1907.03907.
///
/// Legend: C channels, H hidden, L latent. The input of a step is, in rows: C values, C masks, the gap to the
/// observation that follows in time (0 for the last), the time itself, and C levels where the model centres.
public struct RecurrentEncoder: Sendable, Hashable {
    /// C, the channels.
    public let channels: Int
    /// L, the latent components.
    public let latent: Int
    /// Whether steps carry the levels.
    public let readsLevels: Bool
    /// The GRU's parameters under `gru`, those of the posterior head under `posterior`.
    public let layout: ParameterLayout

    private let unit: GatedRecurrentUnit
    private let head: MultilayerPerceptron
    private let unitRange: Range<Int>
    private let headRange: Range<Int>

    /// An encoder of C channels into L latent components.
    public init(channels: Int, hidden: Int, latent: Int, readsLevels: Bool) {
        self.channels = channels
        self.latent = latent
        self.readsLevels = readsLevels
        unit = GatedRecurrentUnit(inputs: (readsLevels ? 3 : 2) * channels + 2, hidden: hidden)
        head = MultilayerPerceptron(widths: [hidden, hidden, 2 * latent], activation: .tanh)
        var layout = ParameterLayout()
        unitRange = layout.append(unit.layout, prefix: "gru")
        headRange = layout.append(head.layout, prefix: "posterior")
        self.layout = layout
    }

    /// One pass over a block of series.
    public final class Tape<Scalar: KernelScalar> {
        let unit: GatedRecurrentUnit.Tape<Scalar>
        let head: MultilayerPerceptron.Tape<Scalar>

        init(_ encoder: RecurrentEncoder, steps: Int) {
            unit = GatedRecurrentUnit.Tape(encoder.unit, steps: steps)
            head = MultilayerPerceptron.Tape(encoder.head)
        }

        /// Mean, then log variance of the posterior, `[2L][lanes]`.
        public var posterior: UnsafePointer<Scalar> { head.output }
    }

    /// Scratch of one thread for pullbacks.
    public final class Workspace<Scalar: KernelScalar> {
        let unit: GatedRecurrentUnit.Workspace<Scalar>
        let head: MultilayerPerceptron.Workspace<Scalar>
        let stateCotangent: AlignedBuffer<Scalar>

        /// Scratch for `encoder`.
        public init(_ encoder: RecurrentEncoder) {
            unit = GatedRecurrentUnit.Workspace(encoder.unit)
            head = MultilayerPerceptron.Workspace(encoder.head)
            stateCotangent = AlignedBuffer(count: encoder.unit.hidden * Kernels<Scalar>.lanesPerBlock)
        }
    }

    /// Encodes up to a block of series, one in each lane.
    public func record<Scalar>(
        _ series: [ObservedSeries], parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) -> Tape<Scalar> {
        precondition(series.count <= Kernels<Scalar>.lanesPerBlock, "\(series.count) series in a block")
        let steps = series.reduce(0) { max($0, $1.times.count) }
        let tape = Tape<Scalar>(self, steps: steps)
        for (lane, observed) in series.enumerated() {
            fill(tape.unit.inputs.pointer, active: tape.unit.active.pointer, lane: lane, with: observed)
        }
        unit.record(tape.unit, parameters: parameters + unitRange.lowerBound, kernels: kernels)
        head.record(
            tape.head, input: tape.unit.finalState, parameters: parameters + headRange.lowerBound, kernels: kernels)
        return tape
    }

    /// Adds the parameters' cotangents to `gradient`, given that of the posterior, `[2L][lanes]`, 0 in unused lanes.
    public func pullback<Scalar>(
        posteriorCotangent: UnsafePointer<Scalar>, tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        head.pullback(
            posteriorCotangent, input: tape.unit.finalState, tape: tape.head,
            inputCotangent: workspace.stateCotangent.pointer, parameters: parameters + headRange.lowerBound,
            gradient: gradient + headRange.lowerBound, kernels: kernels, workspace: workspace.head)
        unit.pullback(
            finalStateCotangent: workspace.stateCotangent.pointer, tape: tape.unit,
            parameters: parameters + unitRange.lowerBound, gradient: gradient + unitRange.lowerBound,
            kernels: kernels, workspace: workspace.unit)
    }

    @specialized(where Scalar == Float)
    private func fill<Scalar: KernelScalar>(
        _ inputs: UnsafeMutablePointer<Scalar>, active: UnsafeMutablePointer<Scalar>, lane: Int,
        with observed: ObservedSeries
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let count = observed.times.count
        for step in 0..<count {
            let index = count - 1 - step
            let block = inputs + step * unit.inputs * lanes + lane
            for channel in 0..<channels {
                block[channel * lanes] = Scalar(observed.values[index * channels + channel])
                block[(channels + channel) * lanes] = Scalar(observed.mask[index * channels + channel])
                if readsLevels { block[(2 * channels + 2 + channel) * lanes] = Scalar(observed.levels[channel]) }
            }
            let gap = step == 0 ? 0 : observed.times[index + 1] - observed.times[index]
            block[2 * channels * lanes] = Scalar(gap)
            block[(2 * channels + 1) * lanes] = Scalar(observed.times[index])
            active[step * lanes + lane] = 1
        }
    }
}
