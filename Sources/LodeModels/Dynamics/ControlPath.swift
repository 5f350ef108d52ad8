internal import LodeNumerics

/// How an input is read between the times at which it is known.
public enum ControlInterpolation: String, Sendable, Hashable, Codable, CaseIterable {
    /// The last value that was set holds until the next one: switches, doses, settings.
    case hold
    /// On the straight line between neighbours: weather, temperatures, prices.
    case linear
}

/// Known inputs of one series as functions of time, which may reach into the future.
///
/// Legend: U inputs, each with knots (times and values) of its own.
public struct ControlPath: Sendable, Hashable {
    /// One input.
    public struct Channel: Sendable, Hashable {
        /// When it is known, ascending and distinct, in model time.
        public var times: [Double]
        /// Its values there, normalised.
        public var values: [Float]

        /// An input; the arrays have one length.
        public init(times: [Double], values: [Float]) {
            precondition(times.count == values.count, "\(times.count) times, \(values.count) values of an input")
            self.times = times
            self.values = values
        }
    }

    /// The inputs, `[U]`.
    public var channels: [Channel]

    /// A path of U inputs.
    public init(channels: [Channel]) {
        self.channels = channels
    }

    /// No inputs.
    public static let none = ControlPath(channels: [])

    /// An input's value at any time.
    ///
    /// Before the first knot it is the first value, beyond the last one the last; an input that is never known is 0, the
    /// average of the training data.
    public func value(channel: Int, at time: Double, _ interpolation: ControlInterpolation) -> Double {
        let input = channels[channel]
        return input.times.withUnsafeBufferPointer { times in
            input.values.withUnsafeBufferPointer { values in
                Knots(times: times, values: values).value(at: time, interpolation)
            }
        }
    }
}

/// The knots of one input, in memory that somebody keeps.
struct Knots {
    var times: UnsafeBufferPointer<Double>
    var values: UnsafeBufferPointer<Float>

    /// The value at `time`; see ``ControlPath/value(channel:at:_:)``.
    func value(at time: Double, _ interpolation: ControlInterpolation) -> Double {
        let place = index(after: time)
        if place == 0 { return values.isEmpty ? 0 : Double(values[0]) }
        let before = Double(values[place - 1])
        if place == times.count || interpolation == .hold { return before }
        let share = (time - times[place - 1]) / (times[place] - times[place - 1])
        return before + share * (Double(values[place]) - before)
    }

    /// The derivative of the value with respect to time; 0 at the jumps of a path that holds.
    func slope(at time: Double, _ interpolation: ControlInterpolation) -> Double {
        let place = index(after: time)
        if place == 0 || place == times.count || interpolation == .hold { return 0 }
        return (Double(values[place]) - Double(values[place - 1])) / (times[place] - times[place - 1])
    }

    /// How many knots lie at or before `time`.
    private func index(after time: Double) -> Int {
        times.partitioningIndex { !($0 <= time) }
    }
}
