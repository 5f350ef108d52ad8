internal import LodeNumerics

/// The tolerances of a solve as kernels read them, in the element type of the states.
///
/// Written by the initializer alone: immutable afterwards, so sharing between threads is safe.
final class ErrorScale<Scalar: KernelScalar>: @unchecked Sendable {
    private let memory: AlignedBuffer<Scalar>
    private let hasExcluded: Bool
    private let dimension: Int
    private let usesMaximum: Bool

    init(tolerances: Tolerances, controller: StepSizeController, dimension: Int) {
        self.dimension = dimension
        usesMaximum = controller.norm == .maximum
        hasExcluded = controller.includedComponents?.contains(false) ?? false
        memory = AlignedBuffer(count: 4 * dimension)
        for component in 0..<dimension {
            memory.pointer[component] = Scalar(tolerances.relative[tolerances.relative.count == 1 ? 0 : component])
            memory.pointer[dimension + component] =
                Scalar(tolerances.absolute[tolerances.absolute.count == 1 ? 0 : component])
            memory.pointer[2 * dimension + component] = controller.includedComponents?[component] ?? true ? 1 : 0
            memory.pointer[3 * dimension + component] = 1
        }
    }

    /// The sum of squares, or largest square, of `error` in units of the tolerance.
    func norm(
        _ norm: UnsafeMutablePointer<Double>, _ error: UnsafePointer<Scalar>, _ y0: UnsafePointer<Scalar>,
        _ y1: UnsafePointer<Scalar>, _ kernels: Kernels<Scalar>, lanes: Int
    ) {
        kernels.errorNorm(
            norm, error: error, y0: y0, y1: y1, relative: memory.pointer, absolute: memory.pointer + dimension,
            included: hasExcluded ? memory.pointer + 2 * dimension : nil, maximum: usesMaximum,
            components: dimension, lanes: lanes)
    }

    /// At most 1 where every component of a lane is finite, else NaN.
    func finiteness(
        _ norm: UnsafeMutablePointer<Double>, _ state: UnsafePointer<Scalar>, _ kernels: Kernels<Scalar>, lanes: Int
    ) {
        // y / (1 + |y|) is at most 1, and NaN where y is infinite or NaN.
        let ones = memory.pointer + 3 * dimension
        kernels.errorNorm(
            norm, error: state, y0: state, y1: state, relative: ones, absolute: ones, included: nil, maximum: true,
            components: dimension, lanes: lanes)
    }
}
