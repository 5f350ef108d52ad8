public import LodeNumerics

/// Interpolates the channels of an irregular series at reference times by attention over embedded times.
///
/// Legend: T times of a series, C channels, H heads, E features of the embedding, D = E / H of them for a head, R
/// reference times; `lanes` is `Kernels.lanesPerBlock`.
///
///     weight(r, t) = exp(q_h(r) · k_h(t) / √D),   q = Wq φ(r) + bq,   k = Wk φ(t) + bk
///     value_hc(r) = Σ weight(r, t) x_c(t) / Σ weight(r, t), both over the times at which channel c was observed
///
/// A channel that was never observed has the value 0. The map that the paper applies to the values of all heads is left
/// to the layer that reads them: it is linear, as that layer begins.
///
/// Source: S. N. Shukla, B. M. Marlin, "Multi-Time Attention Networks for Irregularly Sampled Time Series", ICLR 2021,
/// arXiv:2101.10318, equations 1 to 4.
public struct TimeAttention: Sendable, Hashable {
    /// The reference times, `[R]`.
    public let referenceTimes: [Double]
    /// H, the heads.
    public let heads: Int
    /// E, the features of a time, a multiple of H.
    public let features: Int
    /// `embedding`, then `query.weights` [E][E], `query.bias` [E] and the same of `key`; the D columns of a head lie
    /// together.
    public let layout: ParameterLayout

    let embedding: TimeEmbedding
    let query: MultilayerPerceptron
    let key: MultilayerPerceptron
    let embeddingRange: Range<Int>
    let queryRange: Range<Int>
    let keyRange: Range<Int>

    /// An attention; `frequencyBound` is that of ``TimeEmbedding/init(features:frequencyBound:)``.
    public init(referenceTimes: [Double], heads: Int, features: Int, frequencyBound: Double) {
        precondition(!referenceTimes.isEmpty, "no reference times")
        precondition(heads >= 1 && features >= heads && features % heads == 0, "\(features) features, \(heads) heads")
        self.referenceTimes = referenceTimes
        self.heads = heads
        self.features = features
        embedding = TimeEmbedding(features: features, frequencyBound: frequencyBound)
        query = MultilayerPerceptron(widths: [features, features], activation: .identity)
        key = query
        var layout = ParameterLayout()
        embeddingRange = layout.append(embedding.layout, prefix: "embedding")
        queryRange = layout.append(query.layout, prefix: "query")
        keyRange = layout.append(key.layout, prefix: "key")
        self.layout = layout
    }

    /// D, the features of a head.
    var headFeatures: Int { features / heads }
    /// R, the reference times.
    public var referenceCount: Int { referenceTimes.count }

    /// The queries of all reference times for one set of parameters, and the sum of their cotangents.
    public final class Queries<Scalar: KernelScalar> {
        /// `[H][D][R]`.
        let values: AlignedBuffer<Scalar>
        let cotangents: AlignedBuffer<Scalar>
        private let attention: TimeAttention
        /// The reference times in blocks of lanes; the last repeats.
        private let times: AlignedBuffer<Double>
        /// `[blocks][E][lanes]`.
        private let embedded: AlignedBuffer<Scalar>
        private var blocks: Int { times.count / Kernels<Scalar>.lanesPerBlock }

        /// The queries of `attention` with `parameters`.
        public init(_ attention: TimeAttention, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            let count = attention.referenceCount
            let features = attention.features
            self.attention = attention
            values = AlignedBuffer(count: features * count)
            cotangents = AlignedBuffer(count: features * count)
            let blocks = (count + lanes - 1) / lanes
            times = AlignedBuffer(count: blocks * lanes)
            embedded = AlignedBuffer(count: blocks * features * lanes)
            for place in 0..<blocks * lanes { times.pointer[place] = attention.referenceTimes[min(place, count - 1)] }
            let block = AlignedBuffer<Scalar>(count: features * lanes)
            let workspace = MultilayerPerceptron.Workspace<Scalar>(attention.query)
            for index in 0..<blocks {
                let features = embedded.pointer + index * features * lanes
                attention.embedding.evaluate(
                    features, times: times.pointer + index * lanes,
                    parameters: parameters + attention.embeddingRange.lowerBound)
                attention.query.evaluate(
                    block.pointer, input: features, parameters: parameters + attention.queryRange.lowerBound,
                    lanes: lanes, kernels: kernels, workspace: workspace)
                exchange(block.pointer, index: index, intoBlock: false)
            }
        }

        /// Adds what the cotangents of the queries give to the parameters' `gradient`.
        public func pullback(
            parameters: UnsafePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>
        ) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            let features = attention.features
            let block = AlignedBuffer<Scalar>(count: features * lanes)
            let embeddedCotangent = AlignedBuffer<Scalar>(count: features * lanes)
            let tape = MultilayerPerceptron.Tape<Scalar>(attention.query)
            let workspace = MultilayerPerceptron.Workspace<Scalar>(attention.query)
            for index in 0..<blocks {
                block.clear()
                exchange(block.pointer, index: index, intoBlock: true)
                let input = embedded.pointer + index * features * lanes
                attention.query.record(
                    tape, input: input, parameters: parameters + attention.queryRange.lowerBound, kernels: kernels)
                attention.query.pullback(
                    block.pointer, input: input, tape: tape, inputCotangent: embeddedCotangent.pointer,
                    parameters: parameters + attention.queryRange.lowerBound,
                    gradient: gradient + attention.queryRange.lowerBound, kernels: kernels, workspace: workspace)
                attention.embedding.pullback(
                    embeddedCotangent.pointer, times: times.pointer + index * lanes,
                    parameters: parameters + attention.embeddingRange.lowerBound,
                    gradient: gradient + attention.embeddingRange.lowerBound)
            }
        }

        /// Copies between a block of queries, `[E][lanes]`, and their places in `values`; or of cotangents.
        @specialized(where Scalar == Float)
        private func exchange(_ block: UnsafeMutablePointer<Scalar>, index: Int, intoBlock: Bool) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            let count = attention.referenceCount
            for feature in 0..<attention.features {
                for lane in 0..<min(lanes, count - index * lanes) {
                    let place = feature * count + index * lanes + lane
                    if intoBlock {
                        block[feature * lanes + lane] = cotangents.pointer[place]
                    } else {
                        values.pointer[place] = block[feature * lanes + lane]
                    }
                }
            }
        }
    }
}
