internal import LodeNumerics

/// How the trace of a Jacobian J is found.
public enum TraceEstimate: Sendable, Hashable {
    /// Σ eᵢᵀ J eᵢ over the D unit vectors.
    case exact
    /// The mean of vᵀ J v over `probes` random vectors v of signs ±1, which is right on average.
    ///
    /// A trajectory keeps its vectors through a solve and its pullback: they are a function of (seed, the trajectory's
    /// identity) alone, so that the field is a function. M. F. Hutchinson, Commun. Stat. Simul. Comput. 18(3), 1989; W.
    /// Grathwohl et al., ICLR 2019, arXiv:1810.01367.
    case hutchinson(probes: Int, identities: [UInt64], seed: UInt64)
}

/// The directions that a trace is found by, as blocks of lanes.
final class TraceProbes<Scalar: KernelScalar>: Sendable {
    /// P, the directions of each trajectory.
    let count: Int
    /// What vᵀ J v of a direction weighs.
    let weight: Double
    private let dimension: Int
    /// `[trajectories][P][D]`; empty where they are the unit vectors.
    private let values: [Scalar]

    init(_ estimate: TraceEstimate, dimension: Int) {
        self.dimension = dimension
        switch estimate {
        case .exact:
            count = dimension
            weight = 1
            values = []
        case .hutchinson(let probes, let identities, let seed):
            precondition(probes >= 1, "\(probes) probes")
            count = probes
            weight = 1 / Double(probes)
            values = identities.flatMap { identity in
                let random = CounterRandom(seed: seed, path: 0x7472_6163, identity)
                return (0..<probes * dimension).map { random.bits(UInt64($0)) & 1 == 0 ? 1 : -1 as Scalar }
            }
        }
    }

    /// Sets the rows `[P][rows][lanes]` of z's components to the directions; the other rows stay 0.
    func fill(
        _ tangents: UnsafeMutablePointer<Scalar>, rows: Int, trajectories: UnsafePointer<Int>, lanes: Int
    ) {
        tangents.update(repeating: 0, count: count * rows * lanes)
        for direction in 0..<count {
            let block = tangents + direction * rows * lanes
            if values.isEmpty {
                (block + direction * lanes).update(repeating: 1, count: lanes)
            } else {
                fill(block, direction: direction, trajectories: trajectories, lanes: lanes)
            }
        }
    }

    @specialized(where Scalar == Float)
    private func fill(
        _ block: UnsafeMutablePointer<Scalar>, direction: Int, trajectories: UnsafePointer<Int>, lanes: Int
    ) {
        for lane in 0..<lanes {
            let first = (trajectories[lane] * count + direction) * dimension
            for component in 0..<dimension { block[component * lanes + lane] = values[first + component] }
        }
    }
}
