public import LodeNetworks
public import LodeNumerics

/// Attention over continuous time embeddings, which interpolates every channel at reference times, and a GRU that reads
/// these from the last to the first and ends in the posterior of the latent state at the origin.
///
/// S. N. Shukla, B. M. Marlin, "Multi-Time Attention Networks for Irregularly Sampled Time Series", ICLR 2021,
/// arXiv:2101.10318, section 3.2, with one latent state at the origin in place of one at each reference time.
///
/// Legend: C channels, H heads, R reference times, K covariates, U known inputs, L latent. The input of a step is, in
/// rows: H × C values, C flags that a channel was observed at all, the reference time, by how much it lies before the
/// first and after the last observation, K covariates, and the U inputs at that time.
///
/// The cost of a series is R × H × (observed values), and its memory R × H × (times); the GRU takes R steps whatever
/// the length of the series.
public struct AttentionEncoder: Sendable, Hashable {
    /// C, the channels.
    public let channels: Int
    /// L, the latent components.
    public let latent: Int
    /// K, the covariates.
    public let covariates: Int
    /// How the known inputs are read, `[U]`.
    public let controls: [ControlInterpolation]
    /// The attention's parameters under `attention`, the GRU's under `gru`, those of the posterior head under
    /// `posterior`.
    public let layout: ParameterLayout

    private let attention: TimeAttention
    private let unit: GatedRecurrentUnit
    private let head: MultilayerPerceptron
    private let attentionRange: Range<Int>
    private let unitRange: Range<Int>
    private let headRange: Range<Int>

    /// An encoder of C channels into L latent components, with reference times evenly from 0 to `span`.
    public init(
        channels: Int, covariates: Int, controls: [ControlInterpolation] = [], hidden: Int, latent: Int,
        referencePoints: Int, heads: Int, embedding: Int, span: Double
    ) {
        precondition(referencePoints >= 1, "\(referencePoints) reference times")
        precondition(span > 0 && span.isFinite, "reference times from 0 to \(span)")
        self.channels = channels
        self.latent = latent
        self.covariates = covariates
        self.controls = controls
        attention = TimeAttention(
            referenceTimes: (0..<referencePoints).map { span * Double($0) / Double(max(referencePoints - 1, 1)) },
            heads: heads, features: embedding, frequencyBound: Self.turns * 2 * Double.pi / span)
        unit = GatedRecurrentUnit(
            inputs: (heads + 1) * channels + 3 + covariates + controls.count, hidden: hidden)
        head = MultilayerPerceptron(widths: [hidden, hidden, 2 * latent], activation: .tanh)
        var layout = ParameterLayout()
        attentionRange = layout.append(attention.layout, prefix: "attention")
        unitRange = layout.append(unit.layout, prefix: "gru")
        headRange = layout.append(head.layout, prefix: "posterior")
        self.layout = layout
    }

    /// The most turns over the span that a sine of the embedding starts with: enough to tell a tenth of it apart.
    private static let turns = 4.0

    /// One pass over a block of series.
    public final class Tape<Scalar: KernelScalar> {
        /// One for each lane in use; nil for a series without times.
        let series: [TimeAttention.Series<Scalar>?]
        let queries: TimeAttention.Queries<Scalar>
        let unit: GatedRecurrentUnit.Tape<Scalar>
        let head: MultilayerPerceptron.Tape<Scalar>

        init(
            _ encoder: AttentionEncoder, series: [TimeAttention.Series<Scalar>?],
            queries: TimeAttention.Queries<Scalar>
        ) {
            self.series = series
            self.queries = queries
            unit = GatedRecurrentUnit.Tape(encoder.unit, steps: encoder.attention.referenceCount)
            head = MultilayerPerceptron.Tape(encoder.head)
        }

        /// Mean, then log variance of the posterior, `[2L][lanes]`.
        public var posterior: UnsafePointer<Scalar> { head.output }
    }

    /// Encodes up to a block of series, one in each lane.
    public func record<Scalar>(
        _ series: [ObservedSeries], parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) -> Tape<Scalar> {
        let lanes = Kernels<Scalar>.lanesPerBlock
        precondition(series.count <= lanes, "\(series.count) series in \(lanes) lanes")
        let own = parameters + attentionRange.lowerBound
        let tape = Tape<Scalar>(
            self,
            series: series.map { one in
                one.times.isEmpty
                    ? nil
                    : TimeAttention.Series(
                        attention, times: one.times, values: one.values, mask: one.mask, channels: channels,
                        kernels: kernels)
            }, queries: TimeAttention.Queries(attention, parameters: own, kernels: kernels))
        // The attention's last reference is the GRU's first step, so its values are turned round on their way.
        let values = AlignedBuffer<Scalar>(count: attention.referenceCount * attention.heads * channels * lanes)
        for (lane, one) in tape.series.enumerated() {
            guard let one else { continue }
            one.interpolate(
                values.pointer + lane, rowCount: attention.heads * channels, queries: tape.queries, parameters: own)
            fill(tape, lane: lane, with: series[lane], attended: one)
        }
        turn(values.pointer, tape.unit.inputs.pointer, rowsOfStep: unit.inputs, intoSteps: true)
        unit.record(tape.unit, parameters: parameters + unitRange.lowerBound, kernels: kernels)
        head.record(
            tape.head, input: tape.unit.finalState, parameters: parameters + headRange.lowerBound, kernels: kernels)
        return tape
    }

    /// Adds the parameters' cotangents to `gradient`, given that of the posterior, `[2L][lanes]`, 0 in unused lanes.
    public func pullback<Scalar>(
        posteriorCotangent: UnsafePointer<Scalar>, tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let state = AlignedBuffer<Scalar>(count: unit.hidden * lanes)
        let inputs = AlignedBuffer<Scalar>(count: tape.unit.steps * unit.inputs * lanes)
        let workspace = GatedRecurrentUnit.Workspace<Scalar>(unit)
        head.pullback(
            posteriorCotangent, input: tape.unit.finalState, tape: tape.head, inputCotangent: state.pointer,
            parameters: parameters + headRange.lowerBound, gradient: gradient + headRange.lowerBound,
            kernels: kernels, workspace: MultilayerPerceptron.Workspace(head))
        for step in (0..<tape.unit.steps).reversed() {
            unit.pullback(
                step: step, cotangent: state.pointer, from: tape.unit.state(after: 0), tape: tape.unit,
                inputCotangent: inputs.pointer + step * unit.inputs * lanes,
                parameters: parameters + unitRange.lowerBound, gradient: gradient + unitRange.lowerBound,
                kernels: kernels, workspace: workspace)
        }
        let values = AlignedBuffer<Scalar>(count: attention.referenceCount * attention.heads * channels * lanes)
        turn(inputs.pointer, values.pointer, rowsOfStep: unit.inputs, intoSteps: false)
        let own = parameters + attentionRange.lowerBound
        for (lane, one) in tape.series.enumerated() {
            one?.pullback(
                values.pointer + lane, rowCount: attention.heads * channels, queries: tape.queries, parameters: own,
                gradient: gradient + attentionRange.lowerBound)
        }
        tape.queries.pullback(
            parameters: own, gradient: gradient + attentionRange.lowerBound, kernels: kernels)
    }

    /// Copies H × C rows of each reference to or from the first rows of its step.
    private func turn<Scalar: KernelScalar>(
        _ from: UnsafePointer<Scalar>, _ to: UnsafeMutablePointer<Scalar>, rowsOfStep: Int, intoSteps: Bool
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let count = attention.heads * channels * lanes
        for reference in 0..<attention.referenceCount {
            let step = (attention.referenceCount - 1 - reference) * rowsOfStep * lanes
            if intoSteps {
                to.advanced(by: step).update(from: from + reference * count, count: count)
            } else {
                to.advanced(by: reference * count).update(from: from + step, count: count)
            }
        }
    }

    /// What a lane's steps read beside the interpolated values.
    private func fill<Scalar: KernelScalar>(
        _ tape: Tape<Scalar>, lane: Int, with observed: ObservedSeries, attended: TimeAttention.Series<Scalar>
    ) {
        guard let first = observed.times.first, let last = observed.times.last else { return }
        let lanes = Kernels<Scalar>.lanesPerBlock
        let flags = (0..<channels).map { attended.count(channel: $0) > 0 ? Scalar(1) : 0 }
        for (reference, time) in attention.referenceTimes.enumerated() {
            let step = attention.referenceCount - 1 - reference
            tape.unit.active.pointer[step * lanes + lane] = 1
            var facts = flags + [Scalar(time), Scalar(max(first - time, 0)), Scalar(max(time - last, 0))]
            facts += observed.covariates.map { Scalar($0) }
            for (input, interpolation) in controls.enumerated() {
                facts.append(Scalar(observed.controls.value(channel: input, at: time, interpolation)))
            }
            let rows = tape.unit.inputs.pointer + (step * unit.inputs + attention.heads * channels) * lanes + lane
            for (row, fact) in facts.enumerated() { rows[row * lanes] = fact }
        }
    }
}
