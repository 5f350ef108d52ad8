internal import Foundation
public import LodeModels

/// The four energies on the plane of a paper on normalizing flows.
///
/// D. J. Rezende, S. Mohamed, ICML 2015, arXiv:1505.05770, table 1.
/// w₁(x) = sin(2πx/4), w₂(x) = 3 exp(−½((x − 1)/0.6)²), w₃(x) = 3σ((x − 1)/0.3). U₂ to U₄ say nothing that bounds x: beyond
/// |x| = 4, the edge of the published pictures, a wall ½((|x| − 4)/0.4)² is added, so that the density has a mass.
public enum PlanePotential: String, Sendable, Hashable, CaseIterable, PotentialEnergy {
    /// Two sides of a ring.
    case ring = "U1"
    /// A wave.
    case wave = "U2"
    /// A wave that forks on its way.
    case fork = "U3"
    /// A wave that divides in two.
    case branches = "U4"

    /// The plane's.
    public var dimension: Int { 2 }

    /// The energy with its slope.
    public func energy(at point: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>) -> Double {
        let (x, y) = (point[0], point[1])
        if self == .ring { return ring(x, y, slope) }
        let wave = sin(.pi / 2 * x)
        let waveSlope = .pi / 2 * cos(.pi / 2 * x)
        let first = self == .fork ? 0.35 : 0.4
        var energy = 0.0
        switch self {
        case .ring, .wave:
            let reach = (y - wave) / first
            energy = 0.5 * reach * reach
            slope[0] = -reach / first * waveSlope
            slope[1] = reach / first
        case .fork:
            let bump = 3 * exp(-0.5 * ((x - 1) / 0.6) * ((x - 1) / 0.6))
            energy = Self.pair(
                y - wave, y - wave + bump, widths: (first, 0.35),
                slopes: (-waveSlope, -waveSlope - bump * (x - 1) / 0.36),
                slope)
        case .branches:
            let share = 1 / (1 + exp(-(x - 1) / 0.3))
            energy = Self.pair(
                y - wave, y - wave + 3 * share, widths: (first, 0.35),
                slopes: (-waveSlope, -waveSlope + 3 * share * (1 - share) / 0.3), slope)
        }
        let beyond = max(abs(x) - 4, 0) / 0.4
        slope[0] += beyond / 0.4 * (x < 0 ? -1 : 1)
        return energy + 0.5 * beyond * beyond
    }

    /// ½((‖z‖ − 2)/0.4)² − log(exp(−½((x − 2)/0.6)²) + exp(−½((x + 2)/0.6)²)).
    private func ring(_ x: Double, _ y: Double, _ slope: UnsafeMutablePointer<Double>) -> Double {
        let radius = max((x * x + y * y).squareRoot(), 1e-12)
        let reach = (radius - 2) / 0.4
        let sides = Self.pair(x - 2, x + 2, widths: (0.6, 0.6), slopes: (1, 1), slope)
        slope[0] += reach / 0.4 * x / radius
        slope[1] = reach / 0.4 * y / radius
        return 0.5 * reach * reach + sides
    }

    /// −log(exp(−½(a/v)²) + exp(−½(b/w)²)), where a and b have the given slopes in x and the slope 1 in y.
    private static func pair(
        _ first: Double, _ second: Double, widths: (Double, Double), slopes: (Double, Double),
        _ slope: UnsafeMutablePointer<Double>
    ) -> Double {
        let (a, b) = (first / widths.0, second / widths.1)
        let (low, high) = (-0.5 * a * a, -0.5 * b * b)
        let largest = max(low, high)
        let sum = exp(low - largest) + exp(high - largest)
        let share = exp(low - largest) / sum
        let pulls = (share * a / widths.0, (1 - share) * b / widths.1)
        slope[0] = pulls.0 * slopes.0 + pulls.1 * slopes.1
        slope[1] = pulls.0 + pulls.1
        return -(largest + log(sum))
    }

    /// log ∫ exp(−U), by the midpoint rule on cells of 0.02.
    public var logNormalizer: Double {
        let (edge, step) = (8.0, 0.02)
        let count = Int((2 * edge / step).rounded())
        var sum = 0.0
        var slope = [0.0, 0]
        for row in 0..<count {
            for column in 0..<count {
                let point = [-edge + step * (Double(column) + 0.5), -edge + step * (Double(row) + 0.5)]
                sum += exp(-energy(at: point, slope: &slope))
            }
        }
        return log(sum * step * step)
    }
}
