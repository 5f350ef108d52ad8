internal import LodeNumerics

/// The cotangents of a minibatch's states as plain memory, `[rows][L]`, for the duration of its judgement.
///
/// Safe to share between threads: every row is written by the one pass it belongs to, and there by one thread.
struct RowCotangents<Scalar: KernelScalar>: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Scalar>
    private let dimension: Int

    /// - Parameter dimension: L.
    init(_ base: UnsafeMutablePointer<Scalar>, dimension: Int) {
        self.base = base
        self.dimension = dimension
    }

    /// Writes a block, `[L][lanes]`, to the rows of its lanes; a lane without one is left out.
    func write(_ block: UnsafePointer<Scalar>, kernels: Kernels<Scalar>, row: (_ lane: Int) -> Int?) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: lanes) { pointers in
            for lane in 0..<lanes { pointers[lane] = row(lane).map { UnsafeMutableRawPointer(base + $0 * dimension) } }
            guard let targets = pointers.baseAddress else { return }
            kernels.scatterRows(UnsafePointer(targets), block: block, components: dimension, lanes: lanes)
        }
    }
}
