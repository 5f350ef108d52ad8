internal import LodeModels
internal import LodeNumerics

/// A series of which an encoder sees some observations, and predictions of some are scored.
struct HeldOutTask: Sendable {
    /// The position of the series in the list that the tasks were made of.
    var series: Int
    /// What is seen.
    var seen: ChannelSeries
    /// What is scored; hidden from the encoder unless a design says otherwise.
    var hidden: ChannelSeries
    /// Model time 0 of the whole series.
    var origin: Double

    var query: SeriesQuery { SeriesQuery(context: seen, origin: origin, times: hidden.times) }

    /// The tasks that a set of series allows, one for each series and repetition.
    static func tasks(
        _ kind: ContextSampler.Task, of series: [ChannelSeries], repetitions: Int, normalization: Normalization,
        design: any TaskDesign = EveryTask(), isCalibration: Bool = false, seed: UInt64
    ) -> [HeldOutTask] {
        var tasks: [HeldOutTask] = []
        for (index, one) in series.enumerated() {
            for repetition in 0..<repetitions {
                let random = CounterRandom(
                    seed: seed, path: 0x6865_6C64, kind == .interpolation ? 0 : 1, UInt64(index), UInt64(repetition))
                let roles =
                    isCalibration
                    ? design.calibration(kind, times: one.times, repetition: repetition, random: random)
                    : design.validation(kind, times: one.times, repetition: repetition, random: random)
                guard let roles else { continue }
                tasks.append(
                    HeldOutTask(
                        series: index, seen: one.filtered { roles.seen[$0] },
                        hidden: one.filtered { roles.scored[$0] },
                        origin: roles.origin ?? normalization.origin(of: one)))
            }
        }
        return tasks
    }

    /// Calls `body(time index, channel, value)` for every hidden value.
    func forEachHiddenValue(_ body: (_ time: Int, _ channel: Int, _ value: Double) -> Void) {
        let channels = hidden.channelCount
        for index in hidden.values.indices where hidden.mask[index] {
            body(index / channels, index % channels, hidden.values[index])
        }
    }
}
