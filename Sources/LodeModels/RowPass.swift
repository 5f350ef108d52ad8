internal import LodeNetworks
internal import LodeNumerics

/// What a network makes of rows of latent states, and the pullback of a loss of its outputs.
///
/// All sums have one order whatever the number of threads: that of ``RowBlocks``.
struct RowPass<Scalar: KernelScalar> {
    /// What the score says of each row, `[rows]`.
    var values: [Double] = []
    /// The cotangents of the rows' states, `[rows][L]`; empty without a pullback.
    var stateCotangents: [Scalar] = []
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
        /// The positions of the rows in the states.
        var rows: [Int]
        /// Which rows count, `[rows]`; others may hold NaN, which a zero cotangent would not stop, and are read as 0.
        var isIncluded: [Bool]
        /// How many sums the score needs.
        var sumCount = 0
        /// Whether cotangents are wanted.
        var pullsBack = true
    }

    /// Runs the network on rows of `states`, `[…][L]`, and lets `score` judge each block.
    init(
        _ input: Input, states: [Scalar], parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool, score: @Sendable (_ block: Block, _ sums: inout [Double]) -> Void
    ) {
        let rows = RowBlocks(rows: input.rows.count, lanes: Kernels<Scalar>.lanesPerBlock)
        let results = rows.mapShards(pool) { blocks in
            let shard = Shard(input)
            for block in blocks {
                shard.run(block, states: states, parameters: parameters, kernels: kernels, score: score)
            }
            return shard
        }
        gradient = Array(repeating: 0, count: input.pullsBack ? input.network.layout.count : 0)
        sums = Array(repeating: 0, count: input.sumCount)
        values.reserveCapacity(input.rows.count)
        stateCotangents.reserveCapacity(input.pullsBack ? input.rows.count * input.network.inputs : 0)
        for shard in results {
            values += shard.values
            stateCotangents += shard.stateCotangents
            for index in sums.indices { sums[index] += shard.sums[index] }
            kernels.add(shard.gradient, to: &gradient)
        }
    }

    /// One thread's share of a pass.
    private final class Shard {
        let input: Input
        var values: [Double] = []
        var stateCotangents: [Scalar] = []
        var sums: [Double]
        let gradient: AlignedBuffer<Scalar>

        private let tape: MultilayerPerceptron.Tape<Scalar>
        private let workspace: MultilayerPerceptron.Workspace<Scalar>
        private let block: AlignedBuffer<Scalar>
        private let blockCotangent: AlignedBuffer<Scalar>
        private let outputCotangent: AlignedBuffer<Scalar>

        init(_ input: Input) {
            self.input = input
            let lanes = Kernels<Scalar>.lanesPerBlock
            sums = Array(repeating: 0, count: input.sumCount)
            gradient = AlignedBuffer(count: input.pullsBack ? input.network.layout.count : 0)
            tape = MultilayerPerceptron.Tape(input.network)
            workspace = MultilayerPerceptron.Workspace(input.network)
            block = AlignedBuffer(count: input.network.inputs * lanes)
            blockCotangent = AlignedBuffer(count: input.network.inputs * lanes)
            outputCotangent = AlignedBuffer(count: input.network.outputs * lanes)
        }

        func run(
            _ rows: Range<Int>, states: [Scalar], parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>,
            score: (_ block: Block, _ sums: inout [Double]) -> Void
        ) {
            kernels.gather(block.pointer, from: states, components: input.network.inputs) { lane in
                let row = rows.lowerBound + lane
                return row < rows.upperBound && input.isIncluded[row] ? input.rows[row] : nil
            }
            let own = UnsafePointer(parameters.pointer + input.range.lowerBound)
            input.network.record(tape, input: block.pointer, parameters: own, kernels: kernels)
            outputCotangent.clear()
            withUnsafeTemporaryAllocation(of: Double.self, capacity: Kernels<Scalar>.lanesPerBlock) { said in
                said.initialize(repeating: 0)
                guard let base = said.baseAddress else { return }
                score(
                    Block(
                        rows: rows, outputs: tape.output, cotangents: outputCotangent.pointer, values: base), &sums)
                values += said[..<rows.count]
            }
            guard input.pullsBack else { return }
            input.network.pullback(
                outputCotangent.pointer, input: block.pointer, tape: tape, inputCotangent: blockCotangent.pointer,
                parameters: own, gradient: gradient.pointer, kernels: kernels, workspace: workspace)
            appendCotangents(count: rows.count)
        }

        @specialized(where Scalar == Float)
        private func appendCotangents(count: Int) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            for lane in 0..<count {
                for component in 0..<input.network.inputs {
                    stateCotangents.append(blockCotangent.pointer[component * lanes + lane])
                }
            }
        }
    }
}
