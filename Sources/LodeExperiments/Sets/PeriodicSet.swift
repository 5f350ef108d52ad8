internal import Foundation
internal import LodeNumerics
public import LodeTraining

/// Sine waves whose frequency drifts, all seen at the same random times.
///
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, NeurIPS 2019, arXiv:1907.03907, toy set; constants from
/// `generate_timeseries.py` and `lib/parse_datasets.py` of YuliaRubanova/latent_ode: amplitude 1, frequency going
/// linearly from f₀ to f₁ over the interval, both uniform in [0.4, 0.8), level 1 + N(0, 0.1²), noise 0.01 · U[0, 1) on
/// all points but the first.
///
///     y(t) = level + sin 2π (f₀ t + (f₁ − f₀) t² / (2 T))
///
/// T is the last time. The published code sums the phase over the time points; here it is the integral.
public struct PeriodicSet: Sendable, Hashable {
    /// What makes one series.
    public struct Wave: Sendable, Hashable {
        /// f₀, in cycles per unit of time.
        public var startFrequency: Double
        /// f₁, in cycles per unit of time.
        public var endFrequency: Double
        /// The mean about which it oscillates.
        public var level: Double

        /// A wave.
        public init(startFrequency: Double, endFrequency: Double, level: Double) {
            self.startFrequency = startFrequency
            self.endFrequency = endFrequency
            self.level = level
        }

        /// The noise-free value at a time of an interval that ends at `end`.
        public func value(at time: Double, end: Double) -> Double {
            let cycles = startFrequency * time + (endFrequency - startFrequency) * time * time / (2 * end)
            return level + sin(2 * .pi * cycles)
        }
    }

    /// How much uniform noise is added.
    public static let noise = 0.01
    /// Time points for each unit of time; the interval grows with the points.
    public static let pointsPerTime = 20.0

    /// Decides everything; series i depends on it and on i alone, apart from the times.
    public var seed: UInt64
    /// The times, ascending, the first 0.
    public let times: [Double]

    /// A set with `points` time points: 100 on [0, 5) for interpolation, 101 on [0, 5.05) for extrapolation.
    public init(seed: UInt64, points: Int) {
        self.seed = seed
        let random = CounterRandom(seed: seed, path: 0x7065_7269)
        let end = Double(points) / Self.pointsPerTime
        times = [0] + (0..<points - 1).map { end * random.uniform(UInt64($0)) }.sorted()
    }

    /// The parameters of a series.
    public func wave(_ index: Int) -> Wave {
        let random = random(index, purpose: 0)
        return Wave(
            startFrequency: 0.4 + 0.4 * random.uniform(0), endFrequency: 0.4 + 0.4 * random.uniform(1),
            level: 1 + 0.1 * random.normal(1))
    }

    /// A series at all times.
    public func series(_ index: Int) -> ChannelSeries {
        let wave = wave(index)
        let noise = random(index, purpose: 1)
        let end = times[times.count - 1]
        let values = times.indices.map { point in
            wave.value(at: times[point], end: end)
                + (point == 0 ? 0 : Self.noise * noise.uniform(UInt64(point)))
        }
        return ChannelSeries(
            name: "wave-\(index)", times: times, values: values, mask: Array(repeating: true, count: values.count))
    }

    private func random(_ index: Int, purpose: UInt64) -> CounterRandom {
        CounterRandom(seed: seed, path: 0x7761_7665, UInt64(index), purpose)
    }
}
