internal import LodeNumerics

/// Orders, past times and the coefficients that follow from them, for every lane, in Double.
///
/// One thread owns an instance.
/// Index j of a lane counts back from the newest: x_(n−j), φ_j. Rows are `[lanes]`.
final class AdamsHistory {
    private static let most = AdamsMethod.highestOrder
    /// Terms of every sum, with indices up to the highest order + 1.
    static let terms = AdamsMethod.highestOrder + 2

    let lanes: Int
    private let method: AdamsMethod
    /// k of each lane.
    let order: UnsafeMutablePointer<Int>
    // How many past steps a lane has, at most `terms`.
    private let depth: UnsafeMutablePointer<Int>
    private let isStarting: UnsafeMutablePointer<Bool>
    private let rejections: UnsafeMutablePointer<Int>
    private let wasTried: UnsafeMutablePointer<Bool>

    private let memory: AlignedBuffer<Double>
    private let past: UnsafeMutablePointer<Double>
    /// β_j: what turns φ_j into φ*_j.
    let beta: UnsafeMutablePointer<Double>
    /// h g_j for j < k, else 0.
    let predictor: UnsafeMutablePointer<Double>
    /// h g_k at j = k, else 0.
    let corrector: UnsafeMutablePointer<Double>
    /// The weights of the error estimates of orders k, k − 1, k − 2 and k + 1, one table each.
    let errors: [UnsafeMutablePointer<Double>]
    /// h times the coefficient of θ^p in g_j(θ), `[power][terms][lanes]`, powers from 0.
    let powers: UnsafeMutablePointer<Double>

    init(method: AdamsMethod, lanes: Int) {
        self.method = method
        self.lanes = lanes
        let table = Self.terms * lanes
        let memory = AlignedBuffer<Double>(count: (8 + Self.terms + 1) * table)
        self.memory = memory
        past = memory.pointer
        beta = memory.pointer + table
        predictor = memory.pointer + 2 * table
        corrector = memory.pointer + 3 * table
        errors = (4..<8).map { memory.pointer + $0 * table }
        powers = memory.pointer + 8 * table
        order = .allocate(capacity: 3 * lanes)
        order.initialize(repeating: 1, count: 3 * lanes)
        depth = order + lanes
        rejections = order + 2 * lanes
        isStarting = .allocate(capacity: 2 * lanes)
        isStarting.initialize(repeating: true, count: 2 * lanes)
        wasTried = isStarting + lanes
    }

    deinit {
        order.deallocate()
        isStarting.deallocate()
    }

    /// The largest order of any lane.
    var largestOrder: Int {
        var largest = 1
        for lane in 0..<lanes { largest = max(largest, order[lane]) }
        return largest
    }

    /// A lane starts from one slope.
    func begin(_ lane: Int, time: Double) {
        order[lane] = 1
        depth[lane] = 0
        rejections[lane] = 0
        isStarting[lane] = true
        wasTried[lane] = false
        past[lane] = time
    }

    /// A lane repeats another's history.
    func copyLane(_ from: Int, to lane: Int) {
        order[lane] = order[from]
        depth[lane] = depth[from]
        rejections[lane] = 0
        isStarting[lane] = false
        wasTried[lane] = false
        for j in 0..<Self.terms { past[j * lanes + lane] = past[j * lanes + from] }
    }

    /// The coefficients of every lane's attempt.
    func prepare(_ control: LaneControl) {
        for lane in 0..<lanes {
            if wasTried[lane] && control.isActive[lane] && !control.isAccepted[lane] { noteRejection(lane) }
            wasTried[lane] = control.isActive[lane]
            setCoefficients(lane, size: control.attempted[lane], end: control.newTime[lane])
        }
    }

    // Three failures in a row: the history misleads.
    private func noteRejection(_ lane: Int) {
        isStarting[lane] = false
        rejections[lane] += 1
        if rejections[lane] >= 3 {
            order[lane] = 1
            depth[lane] = 0
        }
    }

    private func setCoefficients(_ lane: Int, size h: Double, end: Double) {
        let k = order[lane]
        for j in 0..<Self.terms {
            let index = j * lanes + lane
            beta[index] = j == 0 ? 1 : 0
            predictor[index] = 0
            corrector[index] = 0
            for table in errors { table[index] = 0 }
            for power in 0...Self.terms { powers[(power * Self.terms + j) * lanes + lane] = 0 }
        }
        // An idle lane makes steps of size 0: all sums stay empty.
        guard h != 0 else { return }
        for j in 1..<Self.terms where j <= depth[lane] {
            let ratio = (end - past[(j - 1) * lanes + lane]) / (past[lane] - past[j * lanes + lane])
            beta[j * lanes + lane] = beta[(j - 1) * lanes + lane] * ratio
        }
        setIntegrals(lane, size: h, upTo: min(k + 1, depth[lane] + 1, Self.terms - 1))
    }

    // g_j(θ) = ∫₀^θ Π_{i<j} (s + d_i) / (1 + d_i) ds with d_i = (x_n − x_(n−i)) / h ≥ 0: all terms are positive.
    private func setIntegrals(_ lane: Int, size h: Double, upTo last: Int) {
        let k = order[lane]
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * Self.terms + 1) { scratch in
            guard let basis = scratch.baseAddress else { return }
            let g = basis + Self.terms + 1
            basis.initialize(repeating: 0, count: 2 * Self.terms + 1)
            basis[0] = 1
            for j in 0...last {
                var sum = 0.0
                for power in 0...j {
                    let coefficient = basis[power] / Double(power + 1)
                    sum += coefficient
                    powers[((power + 1) * Self.terms + j) * lanes + lane] = h * coefficient
                }
                g[j] = sum
                let d = (past[lane] - past[min(j, depth[lane]) * lanes + lane]) / h
                for power in stride(from: j + 1, through: 0, by: -1) {
                    basis[power] = ((power > 0 ? basis[power - 1] : 0) + d * basis[power]) / (1 + d)
                }
            }
            for j in 0..<k { predictor[j * lanes + lane] = h * g[j] }
            corrector[k * lanes + lane] = h * g[k]
            for (table, j) in zip(errors, [k, k - 1, k - 2, k + 1]) where j >= 1 && j <= last {
                table[j * lanes + lane] = h * (method.isImplicit ? g[j] - g[j - 1] : g[j])
            }
        }
    }

    /// Moves an accepted lane on and chooses its next order from the squared errors of orders k, k − 1, k − 2, k + 1.
    func accept(_ lane: Int, time: Double, errors e: (Double, Double, Double, Double), isConstant: Bool) {
        for j in stride(from: Self.terms - 1, through: 1, by: -1) {
            past[j * lanes + lane] = past[(j - 1) * lanes + lane]
        }
        past[lane] = time
        let k = order[lane]
        let hadNext = depth[lane] >= k
        depth[lane] = min(depth[lane] + 1, Self.terms - 1)
        rejections[lane] = 0
        let largest = min(method.maximumOrder, depth[lane] + 1)
        if isConstant {
            order[lane] = min(k + 1, largest)
        } else if (k >= 3 && max(e.1, e.2) <= e.0) || (k == 2 && e.1 <= 0.25 * e.0) {
            order[lane] = k - 1
            isStarting[lane] = false
        } else if isStarting[lane] {
            order[lane] = min(k + 1, largest)
            if order[lane] == k { isStarting[lane] = false }
        } else if hadNext && k < largest {
            let isBetter = k == 1 ? e.3 < 0.25 * e.0 : e.3 < e.0 && e.0 < max(e.1, e.2)
            if isBetter { order[lane] = k + 1 }
        }
    }
}
