import LodeDomain

extension PredictionRequest {
    /// The quantiles to ask the model for: those wanted, the ends of the intervals and the median, ascending.
    var modelQuantiles: [Double] {
        let ends = levels.flatMap { level in [Self.lowerEnd(of: level), Self.upperEnd(of: level)] }
        return Set(quantiles + ends + [0.5]).sorted()
    }

    /// The quantile at which a central interval, in percent, begins.
    static func lowerEnd(of level: Double) -> Double { (100 - level) / 200 }
    /// The quantile at which it ends.
    static func upperEnd(of level: Double) -> Double { (100 + level) / 200 }
    /// How a level is written: whole percentages without a point.
    static func key(of level: Double) -> String { Int(exactly: level).map { "\($0)" } ?? "\(level)" }

    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for what is wrong whatever the dataset holds.
    func validate() throws(ServiceError) {
        guard (series == nil) != (observations == nil) else {
            throw .invalidRequest(
                pointer: "/series", value: nil,
                expected: "either the name of a stored series or “observations” to go by, and not both")
        }
        guard statics == nil || observations != nil else {
            throw .invalidRequest(
                pointer: "/statics", value: nil, expected: "none with a stored series, whose own facts are used")
        }
        guard (1...PredictionService.mostSamples).contains(samples) else {
            throw .invalidRequest(
                pointer: "/samples", value: "\(samples)",
                expected: "a whole number from 1 to \(PredictionService.mostSamples)")
        }
        if let tolerance, !PredictionService.tolerances.contains(tolerance) {
            throw .invalidRequest(
                pointer: "/tolerance", value: "\(tolerance)",
                expected: "a number from \(PredictionService.tolerances.lowerBound) to "
                    + "\(PredictionService.tolerances.upperBound)")
        }
        guard (0...samples).contains(paths) else {
            throw .invalidRequest(
                pointer: "/paths", value: "\(paths)", expected: "a whole number from 0 to “samples”, \(samples)")
        }
        guard levels.count <= 99 else {
            throw .invalidRequest(
                pointer: "/levels", value: "a list of \(levels.count)", expected: "at most 99 levels")
        }
        for (index, level) in levels.enumerated() {
            guard level >= 1, level < 100, !levels[..<index].contains(level) else {
                throw .invalidRequest(
                    pointer: "/levels/\(index)", value: "\(level)",
                    expected: "a percentage from 1 to below 100, such as 80, each once")
            }
        }
        guard !quantiles.isEmpty || !levels.isEmpty, quantiles.count <= 99 else {
            throw .invalidRequest(
                pointer: "/quantiles", value: "a list of \(quantiles.count)", expected: "1 to 99 quantiles")
        }
        for (index, quantile) in quantiles.enumerated() {
            guard quantile > 0, quantile < 1 else {
                throw .invalidRequest(
                    pointer: "/quantiles/\(index)", value: "\(quantile)", expected: "a number between 0 and 1")
            }
            guard index == 0 || quantiles[index - 1] < quantile else {
                throw .invalidRequest(
                    pointer: "/quantiles/\(index)", value: "\(quantile)",
                    expected: "quantiles in ascending order without repeats")
            }
        }
    }

    /// The observations sent along, sorted, those after `asOf` left out.
    func sentObservations(
        on axis: TimeAxis, channels: [String], inputs: [String] = [], asOf: Double?
    ) throws(ServiceError) -> SeriesObservations {
        var points: [SeriesObservations.Point] = []
        for (index, observation) in (observations ?? []).enumerated() {
            let time = try observation.time.time(on: axis, pointer: "/observations/\(index)/time")
            guard let channel = (channels + inputs).firstIndex(of: observation.channel) else {
                throw .channelNotFound(observation.channel, known: channels + inputs)
            }
            guard observation.value.isFinite else {
                throw .invalidRequest(
                    pointer: "/observations/\(index)/value", value: "\(observation.value)",
                    expected: "a finite number")
            }
            // What is known beforehand was known at `asOf` too.
            if let asOf, time > asOf, channel < channels.count { continue }
            points.append(SeriesObservations.Point(time: time, channel: channel, value: observation.value))
        }
        points.sort { ($0.time, $0.channel) < ($1.time, $1.channel) }
        for (point, next) in zip(points, points.dropFirst())
        where point.time == next.time && point.channel == next.channel {
            throw .invalidRequest(
                pointer: "/observations",
                value: "\((channels + inputs)[point.channel]) twice at \(TimeValue(point.time, on: axis))",
                expected: "one value for each time and channel")
        }
        return SeriesObservations(name: series ?? "", points: points, statics: statics ?? [:])
    }
}
