internal import LodeDomain

/// The times of a question: a list, or a range.
public enum PredictionTimes: Hashable, Sendable {
    /// Times in any order, repeats allowed.
    case list([TimeValue])
    /// `count` times from the first to the last, both included.
    case count(from: TimeValue, to: TimeValue, count: Int)
    /// Times from the first, `step` apart, as long as they do not lie beyond the last; seconds on a date-time axis, else the
    /// dataset's unit.
    case step(from: TimeValue, to: TimeValue, step: Double)
}

extension PredictionTimes {
    /// The times on an axis.
    func times(on axis: TimeAxis) throws(ServiceError) -> [Double] {
        switch self {
        case .list(let times):
            try Self.require(count: times.count, pointer: "/times")
            var numbers: [Double] = []
            numbers.reserveCapacity(times.count)
            for (index, time) in times.enumerated() {
                numbers.append(try time.time(on: axis, pointer: "/times/\(index)"))
            }
            return numbers
        case .count(let from, let to, let count):
            try Self.require(count: count, pointer: "/times/count")
            let (first, last) = try Self.ends(from, to, axis)
            guard count > 1 else { return [first] }
            return (0..<count).map { index in
                let share = Double(index) / Double(count - 1)
                return Self.placed(first + share * (last - first), axis)
            }
        case .step(let from, let to, let step):
            guard step > 0, step.isFinite else {
                throw .invalidRequest(pointer: "/times/step", value: "\(step)", expected: "a number above 0")
            }
            let (first, last) = try Self.ends(from, to, axis)
            // A longer step than there is time leads to no second time, and one beyond a number's range to none at all.
            let size = min(axis == .dateTime ? step * 1e6 : step, .greatestFiniteMagnitude)
            let steps = ((last - first) / size * (1 + 1e-12)).rounded(.down)
            guard steps < Double(PredictionService.mostTimes) else {
                throw .invalidRequest(
                    pointer: "/times/step", value: "\(step)",
                    expected: "a step that gives at most \(PredictionService.mostTimes) times")
            }
            return (0...Int(steps)).map { Self.placed(first + Double($0) * size, axis) }
        }
    }

    private static func require(count: Int, pointer: String) throws(ServiceError) {
        guard (1...PredictionService.mostTimes).contains(count) else {
            throw .invalidRequest(
                pointer: pointer, value: pointer == "/times" ? "a list of \(count)" : "\(count)",
                expected: "1 to \(PredictionService.mostTimes) times")
        }
    }

    private static func ends(
        _ from: TimeValue, _ to: TimeValue, _ axis: TimeAxis
    ) throws(ServiceError) -> (Double, Double) {
        let first = try from.time(on: axis, pointer: "/times/from")
        let last = try to.time(on: axis, pointer: "/times/to")
        guard last >= first, (last - first).isFinite else {
            throw .invalidRequest(
                pointer: "/times/to", value: "\(to)",
                expected: "a time not before “from”, and within a number’s range of it")
        }
        return (first, last)
    }

    /// Date-times are whole microseconds.
    private static func placed(_ time: Double, _ axis: TimeAxis) -> Double {
        axis == .dateTime ? time.rounded() : time
    }
}

extension PredictionTimes: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case from, to, count, step
    }

    /// Reads a list, or an object with `from`, `to` and one of `count` and `step`.
    public init(from decoder: any Decoder) throws {
        do {
            // Refused before they are read, which takes longer than all the rest.
            if let count = try decoder.unkeyedContainer().count, count > PredictionService.mostTimes {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath,
                        debugDescription: "1 to \(PredictionService.mostTimes) times, not \(count)"))
            }
            self = .list(try decoder.singleValueContainer().decode([TimeValue].self))
            return
        } catch DecodingError.typeMismatch(_, let context) where context.codingPath.count == decoder.codingPath.count {
            // No list: an object, then.
        }
        let container: KeyedDecodingContainer<CodingKeys>
        do {
            container = try decoder.container(keyedBy: CodingKeys.self)
        } catch DecodingError.typeMismatch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "a list of times such as [1.5, 2] or [\"2024-05-01T12:00:00Z\"], or a range such as "
                        + "{\"from\": 0, \"to\": 10, \"count\": 11}"))
        }
        try decoder.refuseKeys(besides: CodingKeys.self)
        let from = try container.decode(TimeValue.self, forKey: .from)
        let to = try container.decode(TimeValue.self, forKey: .to)
        let count = try container.decodeIfPresent(Int.self, forKey: .count)
        let step = try container.decodeIfPresent(Double.self, forKey: .step)
        switch (count, step) {
        case (let count?, nil): self = .count(from: from, to: to, count: count)
        case (nil, let step?): self = .step(from: from, to: to, step: step)
        default:
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "either “count” or “step” beside “from” and “to”")
            )
        }
    }

    /// Writes the times as they are read.
    public func encode(to encoder: any Encoder) throws {
        if case .list(let times) = self {
            var container = encoder.singleValueContainer()
            return try container.encode(times)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .list: break
        case .count(let from, let to, let count):
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
            try container.encode(count, forKey: .count)
        case .step(let from, let to, let step):
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
            try container.encode(step, forKey: .step)
        }
    }
}
