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
            for start in stride(from: 0, to: blocks.count, by: Shard.blocksAtOnce) {
                shard.run(
                    blocks[start..<min(start + Shard.blocksAtOnce, blocks.count)], states: states,
                    parameters: parameters, kernels: kernels, score: score)
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
        /// Gradients are summed up over this many blocks at a time: enough to write them seldom, few enough for the caches.
        static var blocksAtOnce: Int { 8 }

        let input: Input
        var values: [Double] = []
        var stateCotangents: [Scalar] = []
        var sums: [Double]
        let gradient: AlignedBuffer<Scalar>

        private let tape: MultilayerPerceptron.Tape<Scalar>
        private let workspace: MultilayerPerceptron.Workspace<Scalar>
        private let inputs: AlignedBuffer<Scalar>
        private let inputCotangents: AlignedBuffer<Scalar>
        private let outputCotangents: AlignedBuffer<Scalar>

        init(_ input: Input) {
            self.input = input
            let rows = Kernels<Scalar>.lanesPerBlock * Self.blocksAtOnce
            sums = Array(repeating: 0, count: input.sumCount)
            gradient = AlignedBuffer(count: input.pullsBack ? input.network.layout.count : 0)
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
                    let row = rows.lowerBound + lane
                    return row < rows.upperBound && input.isIncluded[row] ? input.rows[row] : nil
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
                    values += said[..<rows.count]
                }
            }
            guard input.pullsBack else { return }
            network.pullback(
                outputCotangents.pointer, input: inputs.pointer, tape: tape, blocks: blocks.count,
                inputCotangent: inputCotangents.pointer, parameters: own, gradient: gradient.pointer,
                kernels: kernels, workspace: workspace)
            for (place, rows) in blocks.enumerated() {
                appendCotangents(inputCotangents.pointer + place * network.inputs * lanes, count: rows.count)
            }
        }

        @specialized(where Scalar == Float)
        private func appendCotangents(_ block: UnsafePointer<Scalar>, count: Int) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            let components = input.network.inputs
            stateCotangents += Array(unsafeUninitializedCapacity: count * components) { target, initialized in
                for lane in 0..<count {
                    for component in 0..<components {
                        target.initializeElement(
                            at: lane * components + component, to: block[component * lanes + lane])
                    }
                }
                initialized = count * components
            }
        }
    }
}
