internal import Foundation
internal import LodeNumerics
public import LodeTraining

/// Noisy windows of two Archimedean spirals in the plane, half of them clockwise.
///
/// R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, NeurIPS 2018, arXiv:1806.07366, section 5; constants from
/// `examples/latent_ode.py` of rtqichen/torchdiffeq. One base curve for each direction, θ from 0 to 6π in 1000 points,
/// b = 0.3:
///
///     counter-clockwise  r = b θ,      x = r cos θ + 5,  y = r sin θ
///     clockwise          r = 50 b / φ, x = r cos φ − 5,  y = r sin φ,  φ = 6π + 1 − θ
///
/// A series is a window of 100 consecutive points that starts uniformly at 100 ... 899; its clock is θ, from 0.
public struct SpiralSet: Sendable, Hashable {
    /// Points of a base curve.
    public static let curvePoints = 1000
    /// Points of a window.
    public static let windowPoints = 100
    /// Standard deviation of the observation noise.
    public static let noise = 0.3
    /// θ between neighbouring points of a base curve.
    public static let timeStep = 6 * Double.pi / Double(curvePoints - 1)

    /// Decides everything; series i depends on it and on i alone.
    public var seed: UInt64
    /// How many of a window's points are observed, at most 100.
    public var observed: Int

    /// A set.
    public init(seed: UInt64, observed: Int) {
        precondition((1...Self.windowPoints).contains(observed), "\(observed) of \(Self.windowPoints) points")
        self.seed = seed
        self.observed = observed
    }

    /// Whether a series runs clockwise: the even ones do.
    public func isClockwise(_ index: Int) -> Bool { index.isMultiple(of: 2) }

    /// Where on the base curve a series starts.
    public func start(_ index: Int) -> Int {
        100 + random(index, purpose: 0).integer(0, below: Self.curvePoints - 2 * Self.windowPoints)
    }

    /// What is observed of a series: noisy values at random points of its window.
    public func observations(_ index: Int) -> ChannelSeries {
        let kept = random(index, purpose: 1).permutation(Self.windowPoints).prefix(observed).sorted()
        let noise = random(index, purpose: 2)
        let start = start(index)
        var values: [Double] = []
        for point in kept {
            let exact = Self.point(start + point, clockwise: isClockwise(index))
            // The noise belongs to the point, so that sets with more points hold those with fewer.
            values.append(exact.x + Self.noise * noise.normal(UInt64(2 * point)))
            values.append(exact.y + Self.noise * noise.normal(UInt64(2 * point + 1)))
        }
        return Self.series(named: "spiral-\(index)", points: kept, values: values)
    }

    /// The noise-free points `points`, counted from the start of a series' window, as far as the base curve goes.
    public func truth(_ index: Int, points: Range<Int>) -> ChannelSeries {
        let start = start(index)
        let kept = points.filter { start + $0 < Self.curvePoints }
        let values = kept.flatMap { offset in
            let exact = Self.point(start + offset, clockwise: isClockwise(index))
            return [exact.x, exact.y]
        }
        return Self.series(named: "spiral-\(index)", points: Array(kept), values: values)
    }

    /// New noisy observations of the points of ``truth(_:points:)``: what a predictive band is about.
    public func newObservations(_ index: Int, points: Range<Int>) -> ChannelSeries {
        let noise = random(index, purpose: 3)
        var series = truth(index, points: points)
        for position in series.values.indices {
            series.values[position] += Self.noise * noise.normal(UInt64(2 * points.lowerBound + position))
        }
        return series
    }

    /// A point of a base curve.
    public static func point(_ index: Int, clockwise: Bool) -> (x: Double, y: Double) {
        let angle = Double(index) * timeStep
        if clockwise {
            let phase = 6 * .pi + 1 - angle
            let radius = 15 / phase
            return (radius * cos(phase) - 5, radius * sin(phase))
        }
        let radius = 0.3 * angle
        return (radius * cos(angle) + 5, radius * sin(angle))
    }

    private static func series(named name: String, points: [Int], values: [Double]) -> ChannelSeries {
        ChannelSeries(
            name: name, times: points.map { Double($0) * timeStep }, values: values,
            mask: Array(repeating: true, count: values.count))
    }

    private func random(_ index: Int, purpose: UInt64) -> CounterRandom {
        CounterRandom(seed: seed, path: 0x7370_6972, UInt64(index), purpose)
    }
}
