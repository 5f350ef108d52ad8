internal import Foundation
internal import LodeNumerics
public import LodeTraining

/// Sine waves of a frequency each, all seen at the same random times.
///
/// Y. Rubanova, R. T. Q. Chen, D. Duvenaud, NeurIPS 2019, arXiv:1907.03907, toy set; constants from
/// `generate_timeseries.py` and `lib/parse_datasets.py` of YuliaRubanova/latent_ode: amplitude 1, frequency uniform in
/// [0.4, 0.8), level 1 + N(0, 0.1²), noise 0.01 · U[0, 1) on all points but the first.
///
///     y(t) = level + sin 2π f t
///
/// The published generator can let the frequency drift to another one; `parse_datasets.py` names no final frequency, and
/// `sample_traj` then takes the initial one.
public struct PeriodicSet: Sendable, Hashable {
    /// What makes one series.
    public struct Wave: Sendable, Hashable {
        /// f, in cycles per unit of time.
        public var frequency: Double
        /// The mean about which it oscillates.
        public var level: Double

        /// A wave.
        public init(frequency: Double, level: Double) {
            self.frequency = frequency
            self.level = level
        }

        /// The noise-free value at a time.
        public func value(at time: Double) -> Double {
            level + sin(2 * .pi * frequency * time)
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
        return Wave(frequency: 0.4 + 0.4 * random.uniform(0), level: 1 + 0.1 * random.normal(1))
    }

    /// A series at all times.
    public func series(_ index: Int) -> ChannelSeries {
        let wave = wave(index)
        let noise = random(index, purpose: 1)
        let values = times.indices.map { point in
            wave.value(at: times[point])
                + (point == 0 ? 0 : Self.noise * noise.uniform(UInt64(point)))
        }
        return ChannelSeries(
            name: "wave-\(index)", times: times, values: values, mask: Array(repeating: true, count: values.count))
    }

    private func random(_ index: Int, purpose: UInt64) -> CounterRandom {
        CounterRandom(seed: seed, path: 0x7761_7665, UInt64(index), purpose)
    }
}
