internal import LodeNumerics

/// One square matrix for each lane, factored by Gaussian elimination with row pivoting; in Double whatever the states.
///
/// Source: G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th ed., 2013, section 3.4.
final class LaneMatrices {
    private let size: Int
    private let lanes: Int
    private let factors: AlignedBuffer<Double>
    private let pivots: AlignedBuffer<Int>
    private let vector: AlignedBuffer<Double>

    init(size: Int, lanes: Int) {
        self.size = size
        self.lanes = lanes
        factors = AlignedBuffer(count: lanes * size * size)
        pivots = AlignedBuffer(count: lanes * size)
        vector = AlignedBuffer(count: size)
    }

    /// Factors diagonal · I − J for one lane of `jacobian`, `[size][size][lanes]`; false where it is singular.
    func factor(lane: Int, jacobian: UnsafePointer<Double>, diagonal: Double) -> Bool {
        let a = factors.pointer + lane * size * size
        let pivot = pivots.pointer + lane * size
        for index in 0..<size * size { a[index] = -jacobian[index * lanes + lane] }
        for row in 0..<size { a[row * size + row] += diagonal }
        for column in 0..<size {
            var best = column
            for row in column + 1..<max(size, column + 1)
            where abs(a[row * size + column]) > abs(a[best * size + column]) { best = row }
            pivot[column] = best
            let largest = a[best * size + column]
            guard largest != 0, largest.isFinite else { return false }
            if best != column {
                for index in 0..<size {
                    let held = a[column * size + index]
                    a[column * size + index] = a[best * size + index]
                    a[best * size + index] = held
                }
            }
            let inverse = 1 / largest
            for row in column + 1..<max(size, column + 1) {
                let factor = a[row * size + column] * inverse
                a[row * size + column] = factor
                if factor == 0 { continue }
                for index in column + 1..<max(size, column + 1) {
                    a[row * size + index] -= factor * a[column * size + index]
                }
            }
        }
        return true
    }

    /// Solves with the lane's factors, in place in one lane of `block`, `[size][lanes]`.
    func solve(lane: Int, _ block: UnsafeMutablePointer<Double>) {
        let a = factors.pointer + lane * size * size
        let pivot = pivots.pointer + lane * size
        let x = vector.pointer
        for row in 0..<size { x[row] = block[row * lanes + lane] }
        // Whole rows were swapped, factors included: all swaps come before the elimination.
        for row in 0..<size where pivot[row] != row {
            let held = x[row]
            x[row] = x[pivot[row]]
            x[pivot[row]] = held
        }
        for row in 0..<size {
            var sum = x[row]
            for index in 0..<row { sum -= a[row * size + index] * x[index] }
            x[row] = sum
        }
        for row in stride(from: size - 1, through: 0, by: -1) {
            var sum = x[row]
            for index in row + 1..<max(size, row + 1) { sum -= a[row * size + index] * x[index] }
            x[row] = sum / a[row * size + row]
        }
        for row in 0..<size { block[row * lanes + lane] = x[row] }
    }
}
