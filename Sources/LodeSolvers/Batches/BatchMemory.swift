internal import LodeNumerics

/// A batch's inputs and outputs as plain memory, for the duration of one solve.
///
/// Safe to share between threads: inputs are only read, and every trajectory's outputs are written by the one thread
/// that solves its group. The solve that made it keeps the memory alive.
struct BatchMemory<Scalar: KernelScalar>: @unchecked Sendable {
    let dimension: Int
    let initialStates: UnsafePointer<Scalar>
    let startTimes: UnsafePointer<Double>
    let endTimes: UnsafePointer<Double>
    let evaluationTimes: UnsafePointer<Double>
    let evaluationOffsets: UnsafePointer<Int>
    /// The caller's index of the evaluation at a place in the order of solving; nil where both are the same.
    let order: UnsafePointer<Int>?

    let states: UnsafeMutablePointer<Scalar>
    let finalStates: UnsafeMutablePointer<Scalar>
    let finalTimes: UnsafeMutablePointer<Double>
    let outcomes: UnsafeMutablePointer<Outcome>
    let statistics: UnsafeMutablePointer<SolveStatistics>

    /// The caller's index of the evaluation at place `cursor` in the order of solving.
    func evaluation(_ cursor: Int) -> Int { order.map { $0[cursor] } ?? cursor }

    /// The time of the evaluation at place `cursor`.
    func time(_ cursor: Int) -> Double { evaluationTimes[evaluation(cursor)] }

    /// The output row of the evaluation at place `cursor`.
    func row(_ cursor: Int) -> UnsafeMutablePointer<Scalar> { states + evaluation(cursor) * dimension }
}

/// The order in which trajectories reach their evaluation times.
enum EvaluationOrder {
    /// A permutation that sorts each trajectory's times in its direction; nil where they are sorted already.
    ///
    /// Equal times keep the caller's order.
    static func sorting(
        times: [Double], offsets: [Int], startTimes: [Double], endTimes: [Double]
    ) -> [Int]? {
        var order: [Int]?
        for b in 0..<startTimes.count where offsets[b + 1] - offsets[b] > 1 {
            let range = offsets[b]..<offsets[b + 1]
            let isForward = endTimes[b] >= startTimes[b]
            let isSorted = range.dropFirst().allSatisfy {
                isForward ? times[$0 - 1] <= times[$0] : times[$0 - 1] >= times[$0]
            }
            if isSorted { continue }
            var indices = order ?? Array(0..<times.count)
            // The index breaks ties, since the library's sort does not promise to be stable.
            indices[range].sort {
                times[$0] != times[$1] ? (isForward ? times[$0] < times[$1] : times[$0] > times[$1]) : $0 < $1
            }
            order = indices
        }
        return order
    }
}
