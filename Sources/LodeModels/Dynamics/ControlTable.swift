internal import LodeNumerics
internal import LodeSolvers

/// The inputs of a batch's trajectories, as its vector field reads them.
///
/// Legend: B series, S trajectories of each, one after another; U inputs.
final class ControlTable: Sendable {
    /// How each input is read, `[U]`.
    let interpolations: [ControlInterpolation]
    private let sampleCount: Int
    private let times: [Double]
    private let values: [Float]
    /// Where input u of series b begins: `offsets[b · U + u]`.
    private let offsets: [Int]
    /// Where solves have to stop, for each series.
    private let stops: [[Double]]

    /// From which height on a corner of a straight-line path is stopped at, in standard deviations of the input.
    ///
    /// The height is how far a knot lies off the line through its neighbours. A spike between two stages of a step
    /// would go unseen; flatter corners are left to the error estimate, so that a finely sampled smooth path costs
    /// nothing.
    static let sharpCorner = 0.1

    /// The table of B series with `sampleCount` trajectories each.
    init(_ paths: [ControlPath], interpolations: [ControlInterpolation], sampleCount: Int) {
        self.interpolations = interpolations
        self.sampleCount = sampleCount
        var times: [Double] = []
        var values: [Float] = []
        var offsets = [0]
        var stops: [[Double]] = []
        for path in interpolations.isEmpty ? [] : paths {
            precondition(
                path.channels.count == interpolations.count,
                "\(path.channels.count) inputs of a series for a model with \(interpolations.count)")
            var own: Set<Double> = []
            for (channel, interpolation) in zip(path.channels, interpolations) {
                times += channel.times
                values += channel.values
                offsets.append(times.count)
                own.formUnion(Self.stops(channel, interpolation))
            }
            stops.append(own.sorted())
        }
        self.times = times
        self.values = values
        self.offsets = offsets
        self.stops = stops
    }

    /// U, the inputs.
    var count: Int { interpolations.count }

    /// What input u of a trajectory's series is at `time`.
    func value(_ input: Int, trajectory: Int, at time: Double) -> Double {
        withKnots(input, trajectory) { $0.value(at: time, interpolations[input]) }
    }

    /// Its derivative with respect to time.
    func slope(_ input: Int, trajectory: Int, at time: Double) -> Double {
        withKnots(input, trajectory) { $0.slope(at: time, interpolations[input]) }
    }

    private func withKnots(_ input: Int, _ trajectory: Int, _ body: (Knots) -> Double) -> Double {
        let place = trajectory / sampleCount * count + input
        let range = offsets[place]..<offsets[place + 1]
        return times.withUnsafeBufferPointer { times in
            values.withUnsafeBufferPointer { values in
                body(
                    Knots(
                        times: UnsafeBufferPointer(rebasing: times[range]),
                        values: UnsafeBufferPointer(rebasing: values[range])))
            }
        }
    }

    /// The batch of B × S trajectories with the times at which each one's inputs jump or turn sharply.
    ///
    /// No step crosses them, so that no switch, however short, is missed, and no step is rejected to find one.
    func addingJumps<Scalar>(to batch: TrajectoryBatch<Scalar>) -> TrajectoryBatch<Scalar> {
        guard stops.contains(where: { !$0.isEmpty }) else { return batch }
        var result = batch
        result.jumpOffsets = [0]
        for trajectory in 0..<batch.count {
            // A window of a long series carries the whole path, of which it sees little.
            let own = stops[trajectory / sampleCount]
            let start = batch.startTimes[trajectory]
            let end = batch.endTimes[trajectory]
            let first = own.partitioningIndex { $0 >= min(start, end) }
            let last = own.partitioningIndex { $0 > max(start, end) }
            if first < last { result.jumpTimes += own[first..<last] }
            result.jumpOffsets.append(result.jumpTimes.count)
        }
        return result
    }

    private static func stops(_ channel: ControlPath.Channel, _ interpolation: ControlInterpolation) -> [Double] {
        let knots = channel.times.indices.dropFirst()
        switch interpolation {
        case .hold:
            return knots.filter { channel.values[$0] != channel.values[$0 - 1] }.map { channel.times[$0] }
        case .linear:
            // Beyond the ends the path is level: its first and last knots are corners too.
            return channel.times.indices.filter { index in
                let value = Double(channel.values[index])
                let before = index == 0 ? nil : index - 1
                let after = index == channel.times.count - 1 ? nil : index + 1
                guard let before, let after else {
                    return (before ?? after).map { abs(Double(channel.values[$0]) - value) > sharpCorner } ?? false
                }
                let share =
                    (channel.times[index] - channel.times[before]) / (channel.times[after] - channel.times[before])
                let start = Double(channel.values[before])
                let line = start + share * (Double(channel.values[after]) - start)
                return abs(value - line) > sharpCorner
            }.map { channel.times[$0] }
        }
    }
}
