public import LodeNumerics

extension TimeAttention {
    /// One series as attention reads it, with the memory that its passes need.
    ///
    /// Legend: as ``TimeAttention``; N observed values. Memory: T (2E + H R) + 2 N elements, kept for the
    /// pullback. One thread owns an instance.
    public final class Series<Scalar: KernelScalar> {
        private let attention: TimeAttention
        private let kernels: Kernels<Scalar>
        private let blocks: Int
        /// The times in blocks of lanes; the last repeats.
        private let times: AlignedBuffer<Double>
        /// φ and the keys, `[blocks][E][lanes]`.
        private let embedded: AlignedBuffer<Scalar>
        private let keys: AlignedBuffer<Scalar>
        /// q · k, `[H][blocks][R][lanes]`.
        private let scores: AlignedBuffer<Scalar>
        /// Channel c's observed values are `channelOffsets[c] ..< channelOffsets[c + 1]`, ascending in time.
        private var channelOffsets = [0]
        private var values: [Scalar] = []
        /// Where the score of an observed value's time lies for reference 0, within a head.
        private var places: [Int] = []
        private let weights: AlignedBuffer<Scalar>

        /// A series of T times, values and masks `[T][C]`.
        public init(
            _ attention: TimeAttention, times: [Double], values: [Float], mask: [Float], channels: Int,
            kernels: Kernels<Scalar>
        ) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            self.attention = attention
            self.kernels = kernels
            blocks = (times.count + lanes - 1) / lanes
            self.times = AlignedBuffer(count: blocks * lanes)
            for place in 0..<blocks * lanes { self.times.pointer[place] = times[min(place, times.count - 1)] }
            embedded = AlignedBuffer(count: blocks * attention.features * lanes)
            keys = AlignedBuffer(count: blocks * attention.features * lanes)
            scores = AlignedBuffer(count: attention.heads * blocks * attention.referenceCount * lanes)
            for channel in 0..<channels {
                for time in times.indices where mask[time * channels + channel] != 0 {
                    self.values.append(Scalar(values[time * channels + channel]))
                    places.append(time / lanes * attention.referenceCount * lanes + time % lanes)
                }
                channelOffsets.append(self.values.count)
            }
            weights = AlignedBuffer(count: self.values.count)
        }

        /// How many values of a channel were observed.
        public func count(channel: Int) -> Int { channelOffsets[channel + 1] - channelOffsets[channel] }

        private var channels: Int { channelOffsets.count - 1 }
        private var headScores: Int { blocks * attention.referenceCount * Kernels<Scalar>.lanesPerBlock }

        /// Interpolates; `out[(r · rowCount + h · C + c) · lanes]` receives the value of reference r, head h, channel c.
        public func interpolate(
            _ out: UnsafeMutablePointer<Scalar>, rowCount: Int, queries: Queries<Scalar>,
            parameters: UnsafePointer<Scalar>
        ) {
            score(queries, parameters: parameters)
            let lanes = Kernels<Scalar>.lanesPerBlock
            for head in 0..<attention.heads {
                for reference in 0..<attention.referenceCount {
                    weigh(scores.pointer + head * headScores + reference * lanes)
                    average(out + (reference * rowCount + head * channels) * lanes)
                }
            }
        }

        /// Adds the cotangents of queries and parameters, given those of the values in the places that
        /// ``interpolate(_:rowCount:queries:parameters:)`` wrote, with the same queries and parameters.
        public func pullback(
            _ cotangent: UnsafePointer<Scalar>, rowCount: Int, queries: Queries<Scalar>,
            parameters: UnsafePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>
        ) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            let keyCotangents = AlignedBuffer<Scalar>(count: keys.count)
            let scoreCotangents = AlignedBuffer<Scalar>(count: headScores)
            for head in 0..<attention.heads {
                scoreCotangents.clear()
                for reference in 0..<attention.referenceCount {
                    weigh(scores.pointer + head * headScores + reference * lanes)
                    pullBackAverage(
                        cotangent + (reference * rowCount + head * channels) * lanes,
                        into: scoreCotangents.pointer + reference * lanes)
                }
                pullBackScores(
                    scoreCotangents.pointer, head: head, queries: queries, keyCotangents: keyCotangents.pointer)
            }
            pullBackKeys(keyCotangents.pointer, parameters: parameters, gradient: gradient)
        }
    }
}

// MARK: - Scores

extension TimeAttention.Series {
    private func score(_ queries: TimeAttention.Queries<Scalar>, parameters: UnsafePointer<Scalar>) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let block = attention.features * lanes
        let depth = attention.headFeatures
        let count = attention.referenceCount
        let workspace = MultilayerPerceptron.Workspace<Scalar>(attention.key)
        for index in 0..<blocks {
            attention.embedding.evaluate(
                embedded.pointer + index * block, times: times.pointer + index * lanes,
                parameters: parameters + attention.embeddingRange.lowerBound)
            attention.key.evaluate(
                keys.pointer + index * block, input: embedded.pointer + index * block,
                parameters: parameters + attention.keyRange.lowerBound, lanes: lanes, kernels: kernels,
                workspace: workspace)
            for head in 0..<attention.heads {
                kernels.dense(
                    scores.pointer + head * headScores + index * count * lanes,
                    input: keys.pointer + index * block + head * depth * lanes,
                    weights: queries.values.pointer + head * depth * count, bias: nil, inputs: depth, outputs: count,
                    lanes: lanes, activation: .identity)
            }
        }
    }

    private func pullBackScores(
        _ cotangents: UnsafePointer<Scalar>, head: Int, queries: TimeAttention.Queries<Scalar>,
        keyCotangents: UnsafeMutablePointer<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let depth = attention.headFeatures
        let count = attention.referenceCount
        let scratch = AlignedBuffer<Scalar>(count: Kernels<Scalar>.denseScratchCount(outputs: count))
        for index in 0..<blocks {
            let place = (index * attention.features + head * depth) * lanes
            kernels.densePullbackInput(
                keyCotangents + place, cotangent: cotangents + index * count * lanes,
                weights: queries.values.pointer + head * depth * count, inputs: depth, outputs: count,
                accumulate: false)
            kernels.densePullbackParameters(
                weights: queries.cotangents.pointer + head * depth * count, bias: nil, input: keys.pointer + place,
                cotangent: cotangents + index * count * lanes, inputs: depth, outputs: count,
                scratch: scratch.pointer)
        }
    }

    private func pullBackKeys(
        _ cotangents: UnsafePointer<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let block = attention.features * lanes
        let tape = MultilayerPerceptron.Tape<Scalar>(attention.key)
        let workspace = MultilayerPerceptron.Workspace<Scalar>(attention.key)
        let embeddedCotangent = AlignedBuffer<Scalar>(count: block)
        for index in 0..<blocks {
            let input = embedded.pointer + index * block
            attention.key.record(
                tape, input: input, parameters: parameters + attention.keyRange.lowerBound, kernels: kernels)
            attention.key.pullback(
                cotangents + index * block, input: input, tape: tape, inputCotangent: embeddedCotangent.pointer,
                parameters: parameters + attention.keyRange.lowerBound,
                gradient: gradient + attention.keyRange.lowerBound, kernels: kernels, workspace: workspace)
            attention.embedding.pullback(
                embeddedCotangent.pointer, times: times.pointer + index * lanes,
                parameters: parameters + attention.embeddingRange.lowerBound,
                gradient: gradient + attention.embeddingRange.lowerBound)
        }
    }
}

// MARK: - Averages

extension TimeAttention.Series {
    /// 1 / √D.
    private var scale: Double { 1 / Double(attention.headFeatures).squareRoot() }

    /// The weights of all observed values for one head and reference, up to a factor for each channel.
    @specialized(where Scalar == Float)
    private func weigh(_ scores: UnsafePointer<Scalar>) {
        let scale = Scalar(scale)
        for channel in 0..<channels {
            let range = channelOffsets[channel]..<channelOffsets[channel + 1]
            // The largest exponent is 0, whatever the scores: some weight is 1 and none overflows.
            var largest = -Scalar.infinity
            for entry in range {
                let score = scale * scores[places[entry]]
                weights.pointer[entry] = score
                largest = max(largest, score)
            }
            for entry in range { weights.pointer[entry] -= largest }
        }
        kernels.exp(weights.pointer, weights.pointer, count: values.count)
    }

    @specialized(where Scalar == Float)
    private func average(_ out: UnsafeMutablePointer<Scalar>) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        for channel in 0..<channels {
            let (sum, total) = sums(channel)
            out[channel * lanes] = total > 0 ? sum / total : 0
        }
    }

    @specialized(where Scalar == Float)
    private func sums(_ channel: Int) -> (sum: Scalar, total: Scalar) {
        var sum: Scalar = 0
        var total: Scalar = 0
        for entry in channelOffsets[channel]..<channelOffsets[channel + 1] {
            sum += weights.pointer[entry] * values[entry]
            total += weights.pointer[entry]
        }
        return (sum, total)
    }

    /// With y = Σ p x and p = w / Σ w: ∂y/∂score = p (x − y) / √D.
    @specialized(where Scalar == Float)
    private func pullBackAverage(_ cotangent: UnsafePointer<Scalar>, into scores: UnsafeMutablePointer<Scalar>) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        for channel in 0..<channels {
            let incoming = cotangent[channel * lanes]
            let (sum, total) = sums(channel)
            guard total > 0 else { continue }
            let mean = sum / total
            let factor = incoming * Scalar(scale) / total
            for entry in channelOffsets[channel]..<channelOffsets[channel + 1] {
                scores[places[entry]] += factor * weights.pointer[entry] * (values[entry] - mean)
            }
        }
    }
}
