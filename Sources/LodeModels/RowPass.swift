internal import LodeNetworks
internal import LodeNumerics

/// What a network makes of rows of latent states, and the pullback of a loss of its outputs.
///
/// All sums have one order whatever the number of threads: that of ``RowBlocks``.
struct RowPass<Scalar: KernelScalar> {
    /// What the score says of each row, `[rows]`; empty where a gradient is wanted.
    var values: [Double] = []
    /// The same, summed up with the rows' weights.
    var total = 0.0
    /// The cotangents of the network's parameters.
    var gradient: [Scalar]
    /// What the score has summed up beside them.
    var sums: [Double]

    /// A block of rows for a score to look at.
    struct Block {
        /// The rows' positions within the pass.
        var rows: Range<Int>
        /// The network's outputs, `[outputs][lanes]`.
        var outputs: UnsafePointer<Scalar>
        /// Receives the loss's cotangents of them, `[outputs][lanes]`; 0 beforehand.
        var cotangents: UnsafeMutablePointer<Scalar>
        /// Receives what is said of each row, `[lanes]`; 0 beforehand.
        var values: UnsafeMutablePointer<Double>
    }

    /// Rows of states that a network reads.
    struct Input: Sendable {
        /// The network, from L inputs.
        var network: MultilayerPerceptron
        /// Where its parameters lie in the model's.
        var range: Range<Int>
        /// How many rows there are.
        var count: Int
        /// A row's position in the states.
        var position: @Sendable (_ row: Int) -> Int
        /// What a row weighs in the loss.
        ///
        /// At 0 it does not count: its state may be NaN, which a zero cotangent would not stop, and is read as 0.
        var weight: @Sendable (_ row: Int) -> Double
        /// How many sums the score needs.
        var sumCount = 0
    }

    /// Runs the network on rows of `states`, `[…][L]`, and lets `score` judge each block.
    ///
    /// - Parameter cotangents: those of the states; the rows that count are overwritten. Nil where no gradient is wanted.
    @specialized(where Scalar == Float)
    init(
        _ input: Input, states: [Scalar], cotangents: RowCotangents<Scalar>?, parameters: ParameterVector<Scalar>,
        kernels: Kernels<Scalar>, pool: ThreadPool, score: @Sendable (_ block: Block, _ sums: inout [Double]) -> Void
    ) {
        let rows = RowBlocks(rows: input.count, lanes: Kernels<Scalar>.lanesPerBlock)
        let results = rows.mapShards(pool) { blocks in
            let shard = Shard(input, cotangents: cotangents)
            for start in stride(from: 0, to: blocks.count, by: Shard.blocksAtOnce) {
                shard.run(
                    blocks[start..<min(start + Shard.blocksAtOnce, blocks.count)], states: states,
                    parameters: parameters, kernels: kernels, score: score)
            }
            return shard
        }
        gradient = Array(repeating: 0, count: cotangents == nil ? 0 : input.network.layout.count)
        sums = Array(repeating: 0, count: input.sumCount)
        for shard in results {
            values += shard.values
            total += shard.total
            for index in sums.indices { sums[index] += shard.sums[index] }
            kernels.add(shard.gradient, to: &gradient)
        }
    }

    /// One thread's share of a pass.
    private final class Shard {
        /// Gradients are summed up over this many blocks at a time: enough to write them seldom, few enough for the caches.
        static var blocksAtOnce: Int { 8 }

        let input: Input
        let cotangents: RowCotangents<Scalar>?
        var values: [Double] = []
        var total = 0.0
        var sums: [Double]
        let gradient: AlignedBuffer<Scalar>

        private let tape: MultilayerPerceptron.Tape<Scalar>
        private let workspace: MultilayerPerceptron.Workspace<Scalar>
        private let inputs: AlignedBuffer<Scalar>
        private let inputCotangents: AlignedBuffer<Scalar>
        private let outputCotangents: AlignedBuffer<Scalar>

        init(_ input: Input, cotangents: RowCotangents<Scalar>?) {
            self.input = input
            self.cotangents = cotangents
            let rows = Kernels<Scalar>.lanesPerBlock * Self.blocksAtOnce
            sums = Array(repeating: 0, count: input.sumCount)
            gradient = AlignedBuffer(count: cotangents == nil ? 0 : input.network.layout.count)
            tape = MultilayerPerceptron.Tape(input.network, blocks: Self.blocksAtOnce)
            workspace = MultilayerPerceptron.Workspace(input.network, blocks: Self.blocksAtOnce)
            inputs = AlignedBuffer(uninitializedCount: input.network.inputs * rows)
            inputCotangents = AlignedBuffer(uninitializedCount: input.network.inputs * rows)
            outputCotangents = AlignedBuffer(uninitializedCount: input.network.outputs * rows)
        }

        func run(
            _ blocks: ArraySlice<Range<Int>>, states: [Scalar], parameters: ParameterVector<Scalar>,
            kernels: Kernels<Scalar>, score: (_ block: Block, _ sums: inout [Double]) -> Void
        ) {
            let network = input.network
            let lanes = Kernels<Scalar>.lanesPerBlock
            for (place, rows) in blocks.enumerated() {
                kernels.gather(
                    inputs.pointer + place * network.inputs * lanes, from: states, components: network.inputs
                ) { lane in
                    lane < rows.count ? position(rows.lowerBound + lane) : nil
                }
            }
            let own = UnsafePointer(parameters.pointer + input.range.lowerBound)
            network.record(tape, input: inputs.pointer, blocks: blocks.count, parameters: own, kernels: kernels)
            outputCotangents.clear()
            withUnsafeTemporaryAllocation(of: Double.self, capacity: lanes) { said in
                guard let base = said.baseAddress else { return }
                for (place, rows) in blocks.enumerated() {
                    said.initialize(repeating: 0)
                    let offset = place * network.outputs * lanes
                    score(
                        Block(
                            rows: rows, outputs: tape.output + offset, cotangents: outputCotangents.pointer + offset,
                            values: base), &sums)
                    if cotangents == nil { values += said[..<rows.count] }
                    for (lane, row) in rows.enumerated() { total += input.weight(row) * said[lane] }
                }
            }
            guard let cotangents else { return }
            network.pullback(
                outputCotangents.pointer, input: inputs.pointer, tape: tape, blocks: blocks.count,
                inputCotangent: inputCotangents.pointer, parameters: own, gradient: gradient.pointer,
                kernels: kernels, workspace: workspace)
            for (place, rows) in blocks.enumerated() {
                let block = inputCotangents.pointer + place * network.inputs * lanes
                cotangents.write(block, kernels: kernels) { lane in
                    lane < rows.count ? position(rows.lowerBound + lane) : nil
                }
            }
        }

        private func position(_ row: Int) -> Int? { input.weight(row) == 0 ? nil : input.position(row) }
    }
}
