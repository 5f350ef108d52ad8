internal import LodeNumerics

/// Rows in blocks of lanes, and the blocks in shards whose number depends on the rows alone, so that all sums have one
/// order whatever the number of threads.
struct RowBlocks: Sendable {
    /// How many rows there are.
    let rows: Int
    /// Rows of a block.
    let lanes: Int

    private static let mostShards = 16

    /// What `body` makes of each shard, in their order, given the rows of the shard's blocks.
    func mapShards<Value>(
        _ pool: ThreadPool, _ body: @Sendable (_ blocks: [Range<Int>]) -> sending Value
    ) -> [Value] {
        let blocks = (rows + lanes - 1) / lanes
        let shards = min(blocks, Self.mostShards)
        return pool.map(shards) { index, _ in
            body((blocks * index / shards..<blocks * (index + 1) / shards).map(block))
        }
    }

    private func block(_ index: Int) -> Range<Int> { index * lanes..<min((index + 1) * lanes, rows) }
}

extension Kernels {
    /// block[c][lane] = states[row(lane)][c] of states `[…][components]`; lanes without a row are 0.
    func gather(
        _ block: UnsafeMutablePointer<Scalar>, from states: [Scalar], components: Int, row: (_ lane: Int) -> Int?
    ) {
        let lanes = Self.lanesPerBlock
        states.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: lanes) { pointers in
                for lane in 0..<lanes { pointers[lane] = row(lane).map { UnsafeRawPointer(base + $0 * components) } }
                guard let rows = pointers.baseAddress else { return }
                gatherRows(block, rows: UnsafePointer(rows), components: components, lanes: lanes)
            }
        }
    }

    /// out[row][c] = block[c][row] of the first `rows` lanes.
    func scatter(
        _ block: UnsafePointer<Scalar>, to out: UnsafeMutablePointer<Scalar>, components: Int, rows: Int
    ) {
        let lanes = Self.lanesPerBlock
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: lanes) { pointers in
            for lane in 0..<lanes {
                pointers[lane] = lane < rows ? UnsafeMutableRawPointer(out + lane * components) : nil
            }
            guard let targets = pointers.baseAddress else { return }
            scatterRows(UnsafePointer(targets), block: block, components: components, lanes: lanes)
        }
    }
}
