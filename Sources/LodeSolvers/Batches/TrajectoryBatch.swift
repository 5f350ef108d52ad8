public import LodeNumerics

/// Initial value problems that share a vector field.
///
/// B trajectories of D components, T evaluation times in all.
public struct TrajectoryBatch<Scalar: KernelScalar>: Sendable {
    /// The states at the start, `[B][D]`.
    public var initialStates: [Scalar]
    /// The time of the initial state, `[B]`.
    public var startTimes: [Double]
    /// Where a trajectory ends, `[B]`; before its start for a solve backward in time.
    public var endTimes: [Double]
    /// The times to return states at, `[T]`: in any order, repeated or not, each within its trajectory's span.
    public var evaluationTimes: [Double]
    /// Trajectory b's times are `evaluationTimes[evaluationOffsets[b] ..< evaluationOffsets[b + 1]]`; `[B + 1]`.
    public var evaluationOffsets: [Int]
    /// Times at which the field jumps for one trajectory alone, on top of the solver's: strictly ascending within each.
    public var jumpTimes: [Double] = []
    /// Trajectory b's jumps are `jumpTimes[jumpOffsets[b] ..< jumpOffsets[b + 1]]`; `[B + 1]`, or empty where no
    /// trajectory has any of its own.
    public var jumpOffsets: [Int] = []

    /// How many trajectories there are.
    public var count: Int { startTimes.count }

    /// A batch from its arrays; a solve checks them.
    public init(
        initialStates: [Scalar], startTimes: [Double], endTimes: [Double], evaluationTimes: [Double],
        evaluationOffsets: [Int]
    ) {
        self.initialStates = initialStates
        self.startTimes = startTimes
        self.endTimes = endTimes
        self.evaluationTimes = evaluationTimes
        self.evaluationOffsets = evaluationOffsets
    }

    /// Trajectories with one span and one list of evaluation times.
    public init(
        initialStates: [Scalar], count: Int, startTime: Double, endTime: Double, evaluationTimes: [Double] = []
    ) {
        self.init(
            initialStates: initialStates, startTimes: Array(repeating: startTime, count: count),
            endTimes: Array(repeating: endTime, count: count),
            evaluationTimes: (0..<count).flatMap { _ in evaluationTimes },
            evaluationOffsets: (0...count).map { $0 * evaluationTimes.count })
    }

    /// Throws the first thing that is wrong; returns the permutation that sorts each trajectory's evaluation times, nil
    /// where they are sorted already.
    func validatedOrder(dimension: Int, pool: ThreadPool) throws(SolveError) -> [Int]? {
        try validateShapes(dimension: dimension)
        try validateJumps()
        let (isValid, isSorted) = EvaluationOrder.look(self, pool: pool)
        if !isValid { try validateTimes() }
        return isSorted ? nil : evaluationOrder()
    }

    private func validateShapes(dimension: Int) throws(SolveError) {
        let count = startTimes.count
        guard initialStates.count == count * dimension else {
            throw .shapeMismatch(what: "initial states", expected: count * dimension, actual: initialStates.count)
        }
        guard endTimes.count == count else {
            throw .shapeMismatch(what: "end times", expected: count, actual: endTimes.count)
        }
        guard evaluationOffsets.count == count + 1 else {
            throw .shapeMismatch(what: "evaluation offsets", expected: count + 1, actual: evaluationOffsets.count)
        }
        guard evaluationOffsets[0] == 0 else { throw .invalidOffsets(trajectory: 0) }
        guard evaluationOffsets[count] == evaluationTimes.count else { throw .invalidOffsets(trajectory: count) }
    }

    private func validateJumps() throws(SolveError) {
        guard !jumpOffsets.isEmpty || !jumpTimes.isEmpty else { return }
        guard jumpOffsets.count == count + 1 else {
            throw .shapeMismatch(what: "jump offsets", expected: count + 1, actual: jumpOffsets.count)
        }
        guard jumpOffsets[0] == 0, jumpOffsets[count] == jumpTimes.count else {
            throw .shapeMismatch(what: "jump times", expected: jumpOffsets[count], actual: jumpTimes.count)
        }
        for b in 0..<count {
            let first = jumpOffsets[b]
            let last = jumpOffsets[b + 1]
            guard first <= last, last <= jumpTimes.count else { throw .invalidJumps(trajectory: b) }
            for index in first..<last {
                guard jumpTimes[index].isFinite else { throw .nonFiniteJumpTime(jumpTimes[index]) }
                guard index == first || jumpTimes[index - 1] < jumpTimes[index] else {
                    throw .invalidJumps(trajectory: b)
                }
            }
        }
    }

    private func validateTimes() throws(SolveError) {
        for b in 0..<count {
            let start = startTimes[b]
            let end = endTimes[b]
            guard start.isFinite, end.isFinite, (end - start).isFinite else {
                throw .nonFiniteSpan(trajectory: b, start: start, end: end)
            }
            let first = evaluationOffsets[b]
            let last = evaluationOffsets[b + 1]
            guard first <= last, last <= evaluationTimes.count else { throw .invalidOffsets(trajectory: b) }
            let low = min(start, end)
            let high = max(start, end)
            for index in first..<last where !(evaluationTimes[index] >= low && evaluationTimes[index] <= high) {
                throw .evaluationTimeOutsideSpan(
                    trajectory: b, time: evaluationTimes[index], start: start, end: end)
            }
        }
    }
}
