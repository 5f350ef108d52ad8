internal import LodeNumerics

/// A recorded solve's inputs and a pullback's inputs and outputs as plain memory, for the duration of one pullback.
///
/// Safe to share between threads: inputs are only read, a trajectory's row of `initialStates` is written by the one
/// thread that pulls its group back, and a bundle's partial gradient and count by the one thread that has the bundle.
struct PullbackMemory<Scalar: KernelScalar>: @unchecked Sendable {
    let dimension: Int
    let startTimes: UnsafePointer<Double>
    let evaluationTimes: UnsafePointer<Double>
    let evaluationOffsets: UnsafePointer<Int>
    let order: UnsafePointer<Int>?
    let finalStates: UnsafePointer<Scalar>
    let finalTimes: UnsafePointer<Double>
    let stateCotangents: UnsafePointer<Scalar>
    let finalStateCotangents: UnsafePointer<Scalar>?

    let initialStates: UnsafeMutablePointer<Scalar>
    let partials: UnsafeMutablePointer<Scalar>
    let counts: UnsafeMutablePointer<Int>

    /// The caller's index of the evaluation at place `cursor` in the order of solving.
    func evaluation(_ cursor: Int) -> Int { order.map { $0[cursor] } ?? cursor }

    /// The time of the evaluation at place `cursor`.
    func time(_ cursor: Int) -> Double { evaluationTimes[evaluation(cursor)] }

    /// The cotangent of the evaluation at place `cursor`.
    func row(_ cursor: Int) -> UnsafePointer<Scalar> { stateCotangents + evaluation(cursor) * dimension }
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
            _ startTimes: UnsafePointer<Double>, _ times: UnsafePointer<Double>, _ offsets: UnsafePointer<Int>,
            _ order: UnsafePointer<Int>, _ finalStates: UnsafePointer<Scalar>, _ finalTimes: UnsafePointer<Double>,
            _ stateCotangents: UnsafePointer<Scalar>, _ finalStateCotangents: UnsafePointer<Scalar>
        ) {
            body(
                PullbackMemory(
                    dimension: dimension, startTimes: startTimes, evaluationTimes: times,
                    evaluationOffsets: offsets, order: isOrdered ? nil : order, finalStates: finalStates,
                    finalTimes: finalTimes, stateCotangents: stateCotangents,
                    finalStateCotangents: hasFinal ? finalStateCotangents : nil, initialStates: initialStates,
                    partials: partials, counts: counts))
        }
        call(
            batch.startTimes, batch.evaluationTimes, batch.evaluationOffsets, order ?? [], solution.finalStates,
            solution.finalTimes, stateCotangents, finalStateCotangents ?? [])
    }
}
