internal import LodeNumerics

/// The evaluation times of a recorded solve as plain memory; not generic, since steps ask it often.
///
/// Safe to share between threads: it is only read. The pullback that made it keeps the memory alive.
struct PullbackTimes: @unchecked Sendable {
    let evaluationTimes: UnsafePointer<Double>
    let evaluationOffsets: UnsafePointer<Int>
    let order: UnsafePointer<Int>?

    /// The caller's index of the evaluation at place `cursor` in the order of solving.
    func evaluation(_ cursor: Int) -> Int {
        guard let order else { return cursor }
        return order[cursor]
    }

    /// The time of the evaluation at place `cursor`.
    func time(_ cursor: Int) -> Double { evaluationTimes[evaluation(cursor)] }
}

/// A recorded solve's states and a pullback's inputs and outputs as plain memory, for the duration of one pullback.
///
/// Safe to share between threads: inputs are only read, a trajectory's row of `initialStates` is written by the one
/// thread that pulls its group back, and a bundle's partial gradient and count by the one thread that has the bundle.
struct PullbackMemory<Scalar: KernelScalar>: @unchecked Sendable {
    let dimension: Int
    let times: PullbackTimes
    let finalStates: UnsafePointer<Scalar>
    let stateCotangents: UnsafePointer<Scalar>
    let finalStateCotangents: UnsafePointer<Scalar>?

    let initialStates: UnsafeMutablePointer<Scalar>
    let partials: UnsafeMutablePointer<Scalar>
    let counts: UnsafeMutablePointer<Int>
}

extension RecordedSolution {
    /// Runs `body` over the arrays as plain memory.
    func withPullbackMemory(
        dimension: Int, stateCotangents: [Scalar], finalStateCotangents: [Scalar]?,
        initialStates: UnsafeMutablePointer<Scalar>, partials: UnsafeMutablePointer<Scalar>,
        counts: UnsafeMutablePointer<Int>, _ body: (PullbackMemory<Scalar>) -> Void
    ) {
        // Array-to-pointer conversions hold for one call, so the call is `body`.
        let isOrdered = order == nil
        let hasFinal = finalStateCotangents != nil
        func call(
            _ times: UnsafePointer<Double>, _ offsets: UnsafePointer<Int>, _ order: UnsafePointer<Int>,
            _ finalStates: UnsafePointer<Scalar>, _ stateCotangents: UnsafePointer<Scalar>,
            _ finalStateCotangents: UnsafePointer<Scalar>
        ) {
            let times = PullbackTimes(
                evaluationTimes: times, evaluationOffsets: offsets, order: isOrdered ? nil : order)
            body(
                PullbackMemory(
                    dimension: dimension, times: times, finalStates: finalStates, stateCotangents: stateCotangents,
                    finalStateCotangents: hasFinal ? finalStateCotangents : nil, initialStates: initialStates,
                    partials: partials, counts: counts))
        }
        call(
            batch.evaluationTimes, batch.evaluationOffsets, order ?? [], solution.finalStates, stateCotangents,
            finalStateCotangents ?? [])
    }
}
