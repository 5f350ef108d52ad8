public import LodeNumerics

extension ImageNetwork {
    /// Evaluates a block, keeping in `tape` what the pullback needs; the output is ``Tape/output``.
    ///
    /// - Parameter times: the time of each lane, `[lanes]`; nil where no layer appends it.
    public func record<Scalar>(
        _ tape: Tape<Scalar>, input: UnsafePointer<Scalar>, times: UnsafePointer<Double>?,
        parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        var source = input
        for (index, layer) in layers.enumerated() {
            let target = tape.values[index].pointer
            switch layer {
            case .convolution(let shape, let weights, let bias):
                kernels.convolve(
                    target, input: source, weights: parameters + weights.offset,
                    bias: bias.map { parameters + $0.offset },
                    shape: shape)
            case .norm(let norm):
                guard let statistics = tape.statistics[index] else { preconditionFailure("a tape of another network") }
                let count = norm.channels * norm.places * Kernels<Scalar>.lanesPerBlock
                kernels.groupNorm(
                    target, statistics: statistics.pointer, input: source, scale: parameters + norm.scale.offset,
                    shift: parameters + norm.shift.offset, channels: norm.channels, groups: norm.groups,
                    places: norm.places, epsilon: GroupNorm.epsilon)
                kernels.activate(target, preactivation: target, count: count, norm.activation)
                if norm.appendsTime {
                    guard let times else { preconditionFailure("a layer that appends the time, without times") }
                    kernels.repeatTimes(target + count, times, places: norm.places)
                }
            }
            source = UnsafePointer(target)
        }
    }

    /// The vector-Jacobian product of the pass that `tape` recorded.
    ///
    /// - Parameters:
    ///   - cotangent: that of the output.
    ///   - input: the input of the recorded pass.
    ///   - inputCotangent: receives that of the input, overwritten; nil where nobody asks.
    ///   - timeCotangent: has that of the lanes' times added to it, `[lanes]`; nil where nobody asks.
    ///   - gradient: has the parameters' cotangents, summed over the lanes, added to it; nil where nobody asks.
    public func pullback<Scalar>(
        _ cotangent: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>, tape: Tape<Scalar>,
        inputCotangent: UnsafeMutablePointer<Scalar>?, timeCotangent: UnsafeMutablePointer<Double>? = nil,
        parameters: UnsafePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>?, kernels: Kernels<Scalar>,
        workspace: Workspace<Scalar>
    ) {
        var incoming = cotangent
        for index in layers.indices.reversed() {
            let source = index == 0 ? input : UnsafePointer(tape.values[index - 1].pointer)
            let isFirst = index == 0
            let scratch = index % 2 == 0 ? workspace.first.pointer : workspace.second.pointer
            switch layers[index] {
            case .convolution(let shape, let weights, let bias):
                if let gradient {
                    kernels.convolvePullbackParameters(
                        weights: gradient + weights.offset, bias: bias.map { gradient + $0.offset }, input: source,
                        cotangent: incoming, shape: shape)
                }
                guard let target = isFirst ? inputCotangent : scratch else { return }
                kernels.convolvePullbackInput(
                    target, cotangent: incoming, weights: parameters + weights.offset, shape: shape, accumulate: false)
                incoming = UnsafePointer(target)
            case .norm(let norm):
                guard let statistics = tape.statistics[index] else { preconditionFailure("a tape of another network") }
                let target = isFirst ? inputCotangent ?? scratch : scratch
                let count = norm.channels * norm.places * Kernels<Scalar>.lanesPerBlock
                if norm.appendsTime, let timeCotangent {
                    kernels.addTimes(timeCotangent, incoming + count, places: norm.places)
                }
                kernels.activatePullback(
                    target, cotangent: incoming, preactivation: nil, value: tape.values[index].pointer, count: count,
                    norm.activation)
                kernels.groupNormPullback(
                    target, scaleCotangent: gradient.map { $0 + norm.scale.offset },
                    shiftCotangent: gradient.map { $0 + norm.shift.offset }, cotangent: target, input: source,
                    statistics: statistics.pointer, scale: parameters + norm.scale.offset, channels: norm.channels,
                    groups: norm.groups, places: norm.places)
                incoming = UnsafePointer(target)
            }
        }
    }
}

extension Kernels {
    /// out[place][lane] = times[lane].
    fileprivate func repeatTimes(_ out: UnsafeMutablePointer<Scalar>, _ times: UnsafePointer<Double>, places: Int) {
        narrow(out, times, count: Self.lanesPerBlock)
        for place in 1..<max(places, 1) {
            (out + place * Self.lanesPerBlock).update(from: out, count: Self.lanesPerBlock)
        }
    }

    /// times[lane] += sum over places of cotangent[place][lane].
    fileprivate func addTimes(
        _ times: UnsafeMutablePointer<Double>, _ cotangent: UnsafePointer<Scalar>, places: Int
    ) {
        for place in 0..<places {
            for lane in 0..<Self.lanesPerBlock { times[lane] += Double(cotangent[place * Self.lanesPerBlock + lane]) }
        }
    }
}
