/// The fixed partition of a batch into groups of neighbours, the units that threads take.
///
/// It depends on the size of the batch alone, never on the number of threads: gradients are summed group by group, so
/// that the same batch gives the same bits on any machine width. A group is a few blocks long, so that a lane that
/// finishes early finds another trajectory, and short enough that threads finish together.
struct GroupPartition: Sendable {
    /// Trajectories in all.
    let count: Int
    /// Trajectories of a group; the last may have fewer.
    let groupSize: Int
    /// Lanes of the blocks that groups run in.
    let lanes: Int

    /// Groups in all.
    var groupCount: Int { (count + groupSize - 1) / groupSize }

    init(count: Int, lanesPerBlock: Int, lanesPerHalfBlock: Int, needsFullBlocks: Bool) {
        self.count = count
        switch count {
        case ...3:
            // A matrix-vector product costs about a quarter of a whole block's.
            groupSize = 1
            lanes = needsFullBlocks ? lanesPerBlock : 1
        case ...(2 * lanesPerHalfBlock):
            // Two half blocks cost what a whole one does, and two threads can take them.
            groupSize = (count + 1) / 2
            lanes = needsFullBlocks ? lanesPerBlock : lanesPerHalfBlock
        case ...256:
            groupSize = min(2 * lanesPerBlock, (count + 1) / 2)
            lanes = lanesPerBlock
        case ...4096:
            groupSize = 4 * lanesPerBlock
            lanes = lanesPerBlock
        default:
            groupSize = 8 * lanesPerBlock
            lanes = lanesPerBlock
        }
    }

    /// The trajectories of a group.
    func trajectories(of group: Int) -> Range<Int> {
        group * groupSize..<min((group + 1) * groupSize, count)
    }
}
