internal import Foundation
internal import LodeNetworks
internal import LodeNumerics
internal import LodeTraining

/// The recurrent baseline of the spiral table: a GRU that reads values and time gaps and predicts the next value.
///
/// R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, arXiv:1806.07366, section 5: 25 hidden units, the time gap
/// among the inputs, Gaussian likelihood of the next observation. Beyond the observations it feeds on its own
/// predictions.
///
/// Legend: C channels, H hidden. The input of a step is, in rows: C normalised values, and the time from them to the
/// value that is predicted, in model time.
struct RecurrentForecaster {
    /// The settings of its training.
    struct Settings {
        var hidden = 25
        var epochs: Int
        var batchSize = 64
        var learningRate = 0.01
        var learningRateDecay = 0.02
    }

    private let unit: GatedRecurrentUnit
    private let head: MultilayerPerceptron
    private let unitRange: Range<Int>
    private let headRange: Range<Int>
    private let parameters: ParameterVector<Float>
    private let normalization: Normalization
    private let kernels: Kernels<Float>

    private var channels: Int { normalization.channelMeans.count }

    /// Trains on series, all of whose values are observed.
    ///
    /// Each epoch, a random prefix of every series predicts the value after it; the weights of the least validation
    /// error are kept. Squared error is the Gaussian likelihood with one deviation for all steps.
    init(
        training: [ChannelSeries], validation: [ChannelSeries], normalization: Normalization, settings: Settings,
        seed: UInt64, kernels: Kernels<Float>
    ) {
        self.normalization = normalization
        self.kernels = kernels
        let channels = normalization.channelMeans.count
        unit = GatedRecurrentUnit(inputs: channels + 1, hidden: settings.hidden)
        head = MultilayerPerceptron(widths: [settings.hidden, settings.hidden, channels], activation: .tanh)
        var layout = ParameterLayout()
        unitRange = layout.append(unit.layout, prefix: "gru")
        headRange = layout.append(head.layout, prefix: "head")
        parameters = ParameterVector(layout: layout, seed: seed)
        fit(training: training, validation: validation, settings: settings, seed: seed)
    }

    private func fit(training: [ChannelSeries], validation: [ChannelSeries], settings: Settings, seed: UInt64) {
        let optimizer = Adam(gradientClipNorm: 5)
        var state = Adam.State<Float>(count: parameters.count)
        let gradient = AlignedBuffer<Float>(count: parameters.count)
        let lanes = Kernels<Float>.lanesPerBlock
        var best = parameters.values
        var least = Double.infinity
        let checks = prefixes(of: validation, random: CounterRandom(seed: seed, path: 0x726E_6E76))
        for epoch in 0..<settings.epochs {
            let random = CounterRandom(seed: seed, path: 0x726E_6E74, UInt64(epoch))
            let examples = prefixes(of: training, random: random)
            let rate = settings.learningRate * pow(settings.learningRateDecay, Double(epoch) / Double(settings.epochs))
            let order = CounterRandom(seed: seed, path: 0x726E_6E6F, UInt64(epoch)).permutation(examples.count)
            for start in stride(from: 0, to: order.count, by: settings.batchSize) {
                let batch = order[start..<min(start + settings.batchSize, order.count)].map { examples[$0] }
                gradient.clear()
                for block in stride(from: 0, to: batch.count, by: lanes) {
                    let part = Array(batch[block..<min(block + lanes, batch.count)])
                    accumulate(part, scale: 1 / Float(batch.count * channels), into: gradient.pointer)
                }
                _ = optimizer.update(
                    parameters, gradient: gradient.pointer, learningRate: rate, state: &state, kernels: kernels)
            }
            guard epoch % 10 == 9 || epoch == settings.epochs - 1 else { continue }
            let error = meanSquare(checks)
            if error < least {
                least = error
                best = parameters.values
            }
        }
        parameters.values = best
    }

    /// A prefix of a series with the value after it.
    private struct Prefix {
        /// Normalised values and the gap that follows, `[steps][C + 1]`.
        var inputs: [[Float]]
        var target: [Float]
    }

    private func prefixes(of series: [ChannelSeries], random: CounterRandom) -> [Prefix] {
        series.enumerated().compactMap { index, one in
            guard one.times.count > 1 else { return nil }
            let count = 1 + random.integer(UInt64(index), below: one.times.count - 1)
            let inputs = (0..<count).map { step in
                values(one, at: step) + [gap(one.times[step], one.times[step + 1])]
            }
            return Prefix(inputs: inputs, target: values(one, at: count))
        }
    }

    private func values(_ series: ChannelSeries, at step: Int) -> [Float] {
        (0..<channels).map { channel in
            let value = series.values[step * channels + channel]
            return Float((value - normalization.channelMeans[channel]) / normalization.channelDeviations[channel])
        }
    }

    private func gap(_ from: Double, _ to: Double) -> Float { Float((to - from) / normalization.timeUnit) }

    /// Predictions for a block of prefixes: the last value and what the head adds to it.
    private func record(
        _ prefixes: [[[Float]]]
    ) -> (unit: GatedRecurrentUnit.Tape<Float>, head: MultilayerPerceptron.Tape<Float>, predictions: [[Float]]) {
        let lanes = Kernels<Float>.lanesPerBlock
        let steps = prefixes.reduce(0) { max($0, $1.count) }
        let unitTape = GatedRecurrentUnit.Tape<Float>(unit, steps: steps)
        for (lane, inputs) in prefixes.enumerated() {
            for (step, row) in inputs.enumerated() {
                for (component, value) in row.enumerated() {
                    unitTape.inputs.pointer[(step * row.count + component) * lanes + lane] = value
                }
                unitTape.active.pointer[step * lanes + lane] = 1
            }
        }
        for step in 0..<steps {
            unit.record(
                step: step, from: unitTape.state(after: step), tape: unitTape, parameters: pointer(unitRange),
                kernels: kernels)
        }
        let headTape = MultilayerPerceptron.Tape<Float>(head)
        head.record(headTape, input: unitTape.state(after: steps), parameters: pointer(headRange), kernels: kernels)
        let predictions = prefixes.enumerated().map { lane, inputs in
            (0..<channels).map { inputs[inputs.count - 1][$0] + headTape.output[$0 * lanes + lane] }
        }
        return (unitTape, headTape, predictions)
    }

    private func pointer(_ range: Range<Int>) -> UnsafePointer<Float> {
        UnsafePointer(parameters.pointer + range.lowerBound)
    }

    private func accumulate(_ block: [Prefix], scale: Float, into gradient: UnsafeMutablePointer<Float>) {
        let lanes = Kernels<Float>.lanesPerBlock
        let pass = record(block.map(\.inputs))
        let cotangent = AlignedBuffer<Float>(count: channels * lanes)
        for (lane, prefix) in block.enumerated() {
            for channel in 0..<channels {
                let residual = pass.predictions[lane][channel] - prefix.target[channel]
                cotangent.pointer[channel * lanes + lane] = 2 * scale * residual
            }
        }
        let stateCotangent = AlignedBuffer<Float>(count: unit.hidden * lanes)
        head.pullback(
            cotangent.pointer, input: pass.unit.state(after: pass.unit.steps), tape: pass.head,
            inputCotangent: stateCotangent.pointer,
            parameters: pointer(headRange), gradient: gradient + headRange.lowerBound, kernels: kernels,
            workspace: MultilayerPerceptron.Workspace(head))
        let workspace = GatedRecurrentUnit.Workspace<Float>(unit)
        for step in (0..<pass.unit.steps).reversed() {
            unit.pullback(
                step: step, cotangent: stateCotangent.pointer, from: pass.unit.state(after: 0), tape: pass.unit,
                parameters: pointer(unitRange), gradient: gradient + unitRange.lowerBound, kernels: kernels,
                workspace: workspace)
        }
    }

    private func meanSquare(_ prefixes: [Prefix]) -> Double {
        let lanes = Kernels<Float>.lanesPerBlock
        var sum = 0.0
        for start in stride(from: 0, to: prefixes.count, by: lanes) {
            let block = Array(prefixes[start..<min(start + lanes, prefixes.count)])
            for (prefix, prediction) in zip(block, record(block.map(\.inputs)).predictions) {
                for (value, target) in zip(prediction, prefix.target) {
                    sum += Double(value - target) * Double(value - target)
                }
            }
        }
        return sum / Double(max(prefixes.count * channels, 1))
    }

    /// The errors of forecasts of `questions`, whose answers come after what is seen.
    func error(on questions: [Question]) -> ErrorSum {
        let lanes = Kernels<Float>.lanesPerBlock
        var sum = ErrorSum()
        for start in stride(from: 0, to: questions.count, by: lanes) {
            let block = Array(questions[start..<min(start + lanes, questions.count)])
            for (question, predicted) in zip(block, forecasts(block)) {
                question.forEachAnswer { index, _, value in sum.add(error: predicted[index] - value) }
            }
        }
        return sum
    }

    /// Predictions for a block of questions, each fed to the step after it, `[T][C]` for each question.
    func forecasts(_ questions: [Question]) -> [[Double]] {
        var inputs = questions.map { question in
            let times = question.seen.times + question.answers.times.prefix(1)
            return question.seen.times.indices.map { step in
                values(question.seen, at: step) + [gap(times[step], times[step + 1])]
            }
        }
        var results = [[Double]](repeating: [], count: questions.count)
        for step in 0..<(questions.map(\.answers.times.count).max() ?? 0) {
            let predictions = record(inputs).predictions
            for (lane, question) in questions.enumerated() where step < question.answers.times.count {
                for channel in 0..<channels {
                    results[lane].append(
                        normalization.channelMeans[channel]
                            + normalization.channelDeviations[channel] * Double(predictions[lane][channel]))
                }
                guard step + 1 < question.answers.times.count else { continue }
                let next = gap(question.answers.times[step], question.answers.times[step + 1])
                inputs[lane].append(predictions[lane] + [next])
            }
        }
        return results
    }
}
