/// Where a field jumps, for each trajectory of a batch.
struct JumpTimes: Sendable {
    /// All jumps; ascending for each trajectory.
    let times: [Double]
    /// Where each trajectory's jumps begin and end, `[B + 1]`; nil where all share all of them.
    let offsets: [Int]?

    /// Whether no trajectory has any.
    var isEmpty: Bool { times.isEmpty }

    /// Jumps that all trajectories of a valid batch share, and each one's own.
    init<Scalar>(shared: [Double], batch: TrajectoryBatch<Scalar>) {
        let shared = Set(shared).sorted()
        guard !batch.jumpTimes.isEmpty else {
            times = shared
            offsets = nil
            return
        }
        guard !shared.isEmpty else {
            times = batch.jumpTimes
            offsets = batch.jumpOffsets
            return
        }
        var times: [Double] = []
        var offsets = [0]
        for b in 0..<batch.count {
            let own = batch.jumpTimes[batch.jumpOffsets[b]..<batch.jumpOffsets[b + 1]]
            times += Set(shared).union(own).sorted()
            offsets.append(times.count)
        }
        self.times = times
        self.offsets = offsets
    }

    /// The places in ``times`` of a trajectory's jumps.
    func range(of trajectory: Int) -> Range<Int> {
        guard let offsets else { return times.indices }
        return offsets[trajectory]..<offsets[trajectory + 1]
    }

    /// Whether a trajectory's field jumps at `time`.
    func contains(_ time: Double, trajectory: Int) -> Bool {
        times.isEmpty ? false : times[range(of: trajectory)].contains(time)
    }
}
