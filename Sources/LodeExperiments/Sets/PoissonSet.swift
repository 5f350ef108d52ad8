internal import Foundation
internal import LodeNumerics
public import LodeTraining

/// Events whose rate rises and falls, each with a noisy mark of it: the set `poisson` of `generate.py` beside the shared data,
/// drawn from another stream.
///
///     log λ(t) = log 2 + 1.2 sin(2πt/24 + phase) + 0.6 sin(2πt/period)
///
/// on 48 hours, λ for each hour, the phase uniform in [0, 2π), the period in [5, 9) hours; a mark is log λ plus normal noise of
/// deviation 0.1. Times are those of an inhomogeneous Poisson process, by thinning: P. A. W. Lewis, G. S. Shedler, Nav. Res.
/// Logist. Q. 26(3), 1979.
public struct PoissonSet: Sendable, Hashable {
    /// Where time ends, in hours.
    public static let end = 48.0
    /// The deviation of a mark's noise.
    public static let noise = 0.1

    /// Decides everything; series i depends on it and on i alone.
    public var seed: UInt64

    /// A set.
    public init(seed: UInt64) {
        self.seed = seed
    }

    /// What makes one series.
    public struct Rate: Sendable, Hashable {
        /// Of the day's wave.
        public var phase: Double
        /// Of the shorter wave, in hours.
        public var period: Double

        /// log λ(t).
        public func logarithm(at time: Double) -> Double {
            log(2) + 1.2 * sin(2 * .pi * time / 24 + phase) + 0.6 * sin(2 * .pi * time / period)
        }
    }

    /// The rate of a series.
    public func rate(_ index: Int) -> Rate {
        let random = CounterRandom(seed: seed, path: 0x7261_7465, UInt64(index))
        return Rate(phase: 2 * .pi * random.uniform(0), period: 5 + 4 * random.uniform(1))
    }

    /// A series: its events' times with their marks.
    public func series(_ index: Int) -> ChannelSeries {
        let rate = rate(index)
        let random = CounterRandom(seed: seed, path: 0x6576_656E, UInt64(index))
        let highest = exp(log(2) + 1.8)
        var times: [Double] = []
        var values: [Double] = []
        var time = 0.0
        var draw: UInt64 = 0
        while true {
            // Four words for each candidate: its wait, whether it stays, and a normal number of two.
            time -= log(1 - random.uniform(4 * draw)) / highest
            guard time < Self.end else { break }
            let logarithm = rate.logarithm(at: time)
            if random.uniform(4 * draw + 1) * highest < exp(logarithm) {
                times.append(time)
                values.append(logarithm + Self.noise * random.normal(2 * draw + 1))
            }
            draw += 1
        }
        return ChannelSeries(
            name: "events-\(index)", times: times, values: values, mask: Array(repeating: true, count: values.count))
    }
}
