internal import LodeNumerics

/// A batch's times and what is known of its trajectories, as plain memory, for the duration of one solve.
///
/// Not generic: what steps ask of it often must cost nothing. Safe to share between threads: inputs are only read, and
/// every trajectory's outputs are written by the one thread that solves its group. The solve that made it keeps the
/// memory alive.
struct BatchTimes: @unchecked Sendable {
    let startTimes: UnsafePointer<Double>
    let endTimes: UnsafePointer<Double>
    let evaluationTimes: UnsafePointer<Double>
    let evaluationOffsets: UnsafePointer<Int>
    /// The caller's index of the evaluation at a place in the order of solving; nil where both are the same.
    let order: UnsafePointer<Int>?

    let finalTimes: UnsafeMutablePointer<Double>
    let outcomes: UnsafeMutablePointer<Outcome>
    let statistics: UnsafeMutablePointer<SolveStatistics>

    /// The caller's index of the evaluation at place `cursor` in the order of solving.
    func evaluation(_ cursor: Int) -> Int {
        guard let order else { return cursor }
        return order[cursor]
    }

    /// The time of the evaluation at place `cursor`.
    func time(_ cursor: Int) -> Double { evaluationTimes[evaluation(cursor)] }
}

/// A batch's times and states as plain memory; shared between threads on the terms of ``BatchTimes``.
struct BatchMemory<Scalar: KernelScalar>: @unchecked Sendable {
    let dimension: Int
    let times: BatchTimes
    let initialStates: UnsafePointer<Scalar>
    let states: UnsafeMutablePointer<Scalar>
    let finalStates: UnsafeMutablePointer<Scalar>
}
