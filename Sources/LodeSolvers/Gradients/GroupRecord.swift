internal import LodeNumerics

/// One accepted step.
struct StepRecord: BitwiseCopyable {
    /// The time at its start.
    var time: Double
    /// Its size, signed.
    var size: Double
    /// The record of the same trajectory's step before, or −1.
    var previous: Int
    /// Whether it starts, and whether it ends, at a jump of the field.
    var startsAtJump: Bool
    var stopsAtJump: Bool
}

/// Between which times a step's stages lie: strictly inside the jumps that it starts or ends at.
struct StageSpan {
    private(set) var low: Double
    private(set) var high: Double

    init(_ record: StepRecord) {
        let end = record.time + record.size
        low = min(record.time, end)
        high = max(record.time, end)
        let isForward = record.size > 0
        if isForward ? record.startsAtJump : record.stopsAtJump { low = low.nextUp }
        if isForward ? record.stopsAtJump : record.startsAtJump { high = high.nextDown }
    }
}

/// The checkpoints of a group of trajectories: every accepted step's time, size and state at its start.
///
/// Steps of different trajectories lie in the order they were taken; each trajectory's form a list from its last.
/// Written by the one thread that solves the group, read-only once the solve has returned: safe to share then.
final class GroupRecord<Scalar: KernelScalar>: @unchecked Sendable {
    let trajectories: Range<Int>
    let steps: GrowableBuffer<StepRecord>
    /// The states at the starts, `[steps][D]`.
    let states: GrowableBuffer<Scalar>
    /// For each trajectory the record of its last step, or −1.
    var lastStep: [Int]
    /// For each trajectory how many steps it took.
    var stepCounts: [Int]
    /// For each trajectory the place, in the order of solving, behind the last evaluation that was reached.
    var evaluatedEnd: [Int]

    init(trajectories: Range<Int>, dimension: Int) {
        self.trajectories = trajectories
        // A guess that rarely has to grow: latent trajectories take about ten steps. Large states begin with a step each: what
        // is set aside in vain would weigh more than growing.
        let guess = dimension > 128 ? 1 : 16
        steps = GrowableBuffer(capacity: 16 * trajectories.count + 16)
        states = GrowableBuffer(capacity: (guess * trajectories.count + 16) * dimension)
        lastStep = Array(repeating: -1, count: trajectories.count)
        stepCounts = Array(repeating: 0, count: trajectories.count)
        evaluatedEnd = Array(repeating: 0, count: trajectories.count)
    }
}

/// Writes a group's record while the group is solved; one thread owns an instance.
final class StepRecorder<Scalar: KernelScalar>: LaneRecorder {
    private let record: GroupRecord<Scalar>
    private let kernels: Kernels<Scalar>
    private let dimension: Int
    private let lastOfLane: UnsafeMutablePointer<Int>
    private let countOfLane: UnsafeMutablePointer<Int>
    private let rows: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    init(record: GroupRecord<Scalar>, kernels: Kernels<Scalar>, dimension: Int) {
        self.record = record
        self.kernels = kernels
        self.dimension = dimension
        let width = Kernels<Scalar>.lanesPerBlock
        lastOfLane = .allocate(capacity: 2 * width)
        lastOfLane.initialize(repeating: -1, count: 2 * width)
        countOfLane = lastOfLane + width
        rows = .allocate(capacity: width)
    }

    deinit {
        lastOfLane.deallocate()
        rows.deallocate()
    }

    /// A lane begins a trajectory.
    func start(lane: Int) {
        lastOfLane[lane] = -1
        countOfLane[lane] = 0
    }

    /// Keeps the steps of the lanes whose attempt was accepted.
    func record(_ control: LaneControl, _ blocks: StepBlocks<Scalar>) {
        let lanes = control.lanes
        let firstIndex = record.steps.count
        let steps = record.steps.grow(lanes)
        let states = record.states.grow(lanes * dimension)
        var kept = 0
        for lane in 0..<lanes {
            rows[lane] = nil
            guard control.isActive[lane], control.isAccepted[lane] else { continue }
            steps[kept] = StepRecord(
                time: control.time[lane], size: control.attempted[lane], previous: lastOfLane[lane],
                startsAtJump: control.startsAtJump[lane], stopsAtJump: control.stopsAtJump(lane))
            rows[lane] = UnsafeMutableRawPointer(states + kept * dimension)
            lastOfLane[lane] = firstIndex + kept
            countOfLane[lane] += 1
            kept += 1
        }
        kernels.scatterRows(rows, block: blocks.state, components: dimension, lanes: lanes)
        record.steps.shrink(lanes - kept)
        record.states.shrink((lanes - kept) * dimension)
    }

    /// A trajectory is finished; `lane` is nil where it never entered one.
    func finish(trajectory: Int, lane: Int?, evaluated: Int) {
        let index = trajectory - record.trajectories.lowerBound
        record.evaluatedEnd[index] = evaluated
        record.lastStep[index] = lane.map { lastOfLane[$0] } ?? -1
        record.stepCounts[index] = lane.map { countOfLane[$0] } ?? 0
    }
}
