internal import Foundation
internal import LodeNumerics

/// Noisy arcs on the plane, half of the points each, with the density that they are drawn from.
///
/// The sets of scikit-learn's `make_circles(factor: 0.5, noise: 0.08)` and `make_moons(noise: 0.1)`, enlarged as in
/// `lib/toy_data.py` of rtqichen/ffjord: by 3, and by 2 and moved by (−1, −0.2).
public enum PlaneSet: String, Sendable, Hashable, CaseIterable {
    /// One of radius 3, one of radius 1.5 within it.
    case circles = "two circles"
    /// Two half circles that grip each other.
    case moons = "two moons"

    /// Part of a circle.
    private struct Arc {
        var centre: (x: Double, y: Double)
        var radius: Double
        var angles: ClosedRange<Double>
    }

    private var arcs: [Arc] {
        switch self {
        case .circles:
            [3.0, 1.5].map { Arc(centre: (0, 0), radius: $0, angles: 0...2 * .pi) }
        case .moons:
            [
                Arc(centre: (-1, -0.2), radius: 2, angles: 0...Double.pi),
                Arc(centre: (1, 0.8), radius: 2, angles: .pi...2 * Double.pi),
            ]
        }
    }

    private var noise: Double {
        switch self {
        case .circles: 0.24
        case .moons: 0.2
        }
    }

    /// Points, `[count][2]`; the same for the same seed and step.
    public func points(_ count: Int, seed: UInt64, step: UInt64) -> [Float] {
        let random = CounterRandom(seed: seed, path: 0x706C_616E, step)
        return (0..<count).flatMap { index in
            let word = UInt64(8 * index)
            let arc = arcs[random.integer(word, below: arcs.count)]
            let angle =
                arc.angles.lowerBound
                + (arc.angles.upperBound - arc.angles.lowerBound) * random.uniform(word + 1)
            // A normal number takes two words.
            return [
                Float(arc.centre.x + arc.radius * cos(angle) + noise * random.normal(UInt64(4 * index + 1))),
                Float(arc.centre.y + arc.radius * sin(angle) + noise * random.normal(UInt64(4 * index + 2))),
            ]
        }
    }

    /// The logarithm of the density that points are drawn from, by the midpoint rule on 512 angles of each arc.
    public func logDensity(_ x: Double, _ y: Double) -> Double {
        let nodes = 512
        let variance = noise * noise
        var sum = 0.0
        for arc in arcs {
            let width = (arc.angles.upperBound - arc.angles.lowerBound) / Double(nodes)
            for node in 0..<nodes {
                let angle = arc.angles.lowerBound + width * (Double(node) + 0.5)
                let dx = x - arc.centre.x - arc.radius * cos(angle)
                let dy = y - arc.centre.y - arc.radius * sin(angle)
                sum += exp(-0.5 * (dx * dx + dy * dy) / variance)
            }
        }
        return log(sum / Double(nodes * arcs.count)) - log(2 * .pi * variance)
    }
}
