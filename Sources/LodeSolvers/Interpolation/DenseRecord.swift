internal import LodeNumerics

/// The polynomials of a group's accepted steps.
///
/// Written by the one thread that solves the group, read-only once the solve has returned: safe to share then.
final class DenseRecord<Scalar: KernelScalar>: @unchecked Sendable {
    let trajectories: Range<Int>
    let steps: GrowableBuffer<StepRecord>
    /// The polynomials, `[steps][degree + 1][D]`.
    let coefficients: GrowableBuffer<Scalar>
    /// For each trajectory the records of its steps, in the order they were taken.
    var stepIndices: [[Int]]

    init(trajectories: Range<Int>) {
        self.trajectories = trajectories
        steps = GrowableBuffer(capacity: 64)
        coefficients = GrowableBuffer(capacity: 64)
        stepIndices = Array(repeating: [], count: trajectories.count)
    }
}

/// Writes a group's polynomials while the group is solved; one thread owns an instance.
final class DenseRecorder<Scalar: KernelScalar>: LaneRecorder {
    let needsPowers = true
    private let record: DenseRecord<Scalar>
    private var indices: [[Int]]

    init(record: DenseRecord<Scalar>, lanes: Int) {
        self.record = record
        indices = Array(repeating: [], count: lanes)
    }

    func start(lane: Int) {
        indices[lane] = []
    }

    func record(_ control: LaneControl, _ blocks: StepBlocks<Scalar>) {
        let length = (blocks.degree + 1) * blocks.dimension
        for lane in 0..<control.lanes where control.isActive[lane] && control.isAccepted[lane] {
            indices[lane].append(record.steps.count)
            record.steps.grow(1).pointee = StepRecord(
                time: control.time[lane], size: control.attempted[lane], previous: -1, startsAtJump: false,
                stopsAtJump: false)
            blocks.copyPolynomial(lane, into: record.coefficients.grow(length))
        }
    }

    func finish(trajectory: Int, lane: Int?, evaluated: Int) {
        guard let lane else { return }
        record.stepIndices[trajectory - record.trajectories.lowerBound] = indices[lane]
    }
}
