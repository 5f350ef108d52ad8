public import LodeNumerics

/// A solution kept as a function of time: the polynomials of every accepted step.
///
/// Memory: accepted steps × (degree + 1) × D elements, for D components. Its derivative, where one takes it, is an order less accurate.
public struct DenseSolution<Scalar: KernelScalar>: Sendable {
    /// The solution at the batch's evaluation times, with outcomes and statistics.
    public let solution: BatchSolution<Scalar>
    let groups: [DenseRecord<Scalar>]
    let groupSize: Int
    let dimension: Int
    let degree: Int
    let kernels: Kernels<Scalar>
    let startTimes: [Double]
    let initialStates: [Scalar]

    /// About how many bytes the steps take.
    public var byteCount: Int {
        groups.reduce(0) { sum, group in
            sum + group.steps.count * (MemoryLayout<StepRecord>.stride + MemoryLayout<Int>.stride)
                + group.coefficients.count * MemoryLayout<Scalar>.stride
        }
    }

    /// The times that a trajectory can be evaluated at: from its start to where it ended.
    public func span(of trajectory: Int) -> ClosedRange<Double> {
        let start = startTimes[trajectory]
        let end = solution.finalTimes[trajectory]
        return min(start, end)...max(start, end)
    }

    /// The state of a trajectory at a time; nil outside its span.
    ///
    /// The same bits as an evaluation time of the solve gives. Cost: a search among its steps, and D polynomials.
    public func state(of trajectory: Int, at time: Double) -> [Scalar]? {
        guard span(of: trajectory).contains(time) else { return nil }
        if time == startTimes[trajectory] {
            return Array(initialStates[trajectory * dimension..<(trajectory + 1) * dimension])
        }
        let record = groups[trajectory / groupSize]
        let steps = record.stepIndices[trajectory % groupSize]
        // The last step that starts before the time; the first one starts at the start.
        let next = steps.partitioningIndex { !record.steps.pointer[$0].starts(before: time) }
        let place = steps[max(next - 1, 0)]
        let step = record.steps.pointer[place]
        return [Scalar](unsafeUninitializedCapacity: dimension) { buffer, initialized in
            initialized = dimension
            guard let out = buffer.baseAddress else { return }
            kernels.polynomial(
                out, coefficients: record.coefficients.pointer + place * (degree + 1) * dimension,
                stride: dimension, theta: (time - step.time) / step.size, degree: degree, components: dimension)
        }
    }
}
