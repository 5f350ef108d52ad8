internal import Foundation
public import LodeModels

/// The map between the data's units and the model's; everything in it comes from training series.
public struct Normalization: Sendable, Hashable {
    /// Where model time 0 lies.
    public enum TimeOrigin: Sendable, Hashable, Codable {
        /// At one time for all series: they share a clock or a calendar.
        case common(Double)
        /// At each series' first observation.
        case firstObservation
    }

    /// Mean of each channel, `[C]`.
    public var channelMeans: [Double]
    /// Standard deviation of each channel over all training values, `[C]`; 1 for a constant channel.
    public var channelDeviations: [Double]
    /// What a normalised value of 1 means, `[C]`: the deviation about the level for a model that centres.
    public var channelScales: [Double]
    /// Where model time 0 lies.
    public var timeOrigin: TimeOrigin
    /// Data time units in one unit of model time.
    public var timeUnit: Double
    /// Whether each series is centred on the mean of what was observed of it.
    public var centresSeries: Bool
    /// The largest model time of a training target.
    public var trainedHorizon: Double
    /// The facts of a series that the model reads, in its order.
    public var statics: [StaticScale]
    /// The inputs that the model's dynamics read, in their order.
    public var inputs: [InputScale]
    /// How long series are cut; nil for a model of whole series.
    public var windows: SeriesWindows?

    /// How one fact is normalised.
    public struct StaticScale: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its mean over the training series that have it.
        public var mean: Double
        /// Its standard deviation over them.
        public var deviation: Double

        /// A scale.
        public init(name: String, mean: Double, deviation: Double) {
            self.name = name
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// Model time that most training series span: with initial weights of usual size, a latent trajectory turns
    /// about once in it.
    public static let modelSpan = 5.0

    /// Learns the map from training series, which hold at least one value.
    public init(trainingOn series: [ChannelSeries], channels: Int, inputs: [KnownInput] = []) {
        self.inputs = inputs.enumerated().map { InputScale($1, index: $0, of: series) }
        var sums = ChannelSums(channels: channels)
        var within = ChannelSums(channels: channels)
        for one in series {
            var own = ChannelSums(channels: channels)
            own.add(one)
            sums.add(one)
            within.add(one, centredOn: own.means)
        }
        channelMeans = sums.means
        channelDeviations = sums.deviations
        // Where series differ from each other more than they move, their level says most and must not drown the rest.
        let withinVariance = within.variances.reduce(0, +)
        let totalVariance = sums.variances.reduce(0, +)
        centresSeries = series.count > 1 && within.degreesOfFreedom > 0 && withinVariance < 0.5 * totalVariance
        channelScales = centresSeries ? within.deviations : sums.deviations

        let populated = series.filter { !$0.times.isEmpty }
        let firsts = populated.map { $0.times[0] }
        let spans = populated.map { $0.times[$0.times.count - 1] - $0.times[0] }.sorted()
        let medianSpan = spans.isEmpty ? 0 : spans[spans.count / 2]
        let earliest = firsts.min() ?? 0
        if let latest = firsts.max(), latest - earliest <= 0.5 * medianSpan || medianSpan == 0 {
            timeOrigin = .common(earliest)
        } else {
            timeOrigin = .firstObservation
        }
        statics = Self.statics(of: series)
        timeUnit = 1
        trainedHorizon = 0
        let extents = populated.map { $0.times[$0.times.count - 1] - origin(of: $0) }.sorted()
        // A few very long series must not squeeze all others into a corner.
        let typical = extents.isEmpty ? 0 : extents[min(extents.count - 1, extents.count * 19 / 20)]
        if typical > 0 { timeUnit = typical / Self.modelSpan }
        trainedHorizon = (extents.last ?? 0) / timeUnit
    }

    /// The facts that differ between training series; one that is the same for all says nothing.
    private static func statics(of series: [ChannelSeries]) -> [StaticScale] {
        var values: [String: [Double]] = [:]
        for one in series {
            for (name, value) in one.statics { values[name, default: []].append(value) }
        }
        return values.sorted { $0.key < $1.key }.compactMap { name, known in
            let mean = known.reduce(0, +) / Double(known.count)
            let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)
            // A fact that some series lack tells by being there, even where its value is the same for all.
            guard variance > 0 || known.count < series.count else { return nil }
            return StaticScale(name: name, mean: mean, deviation: variance > 0 ? variance.squareRoot() : 1)
        }
    }

    /// K, the facts of a series as a whole that an encoder reads.
    public var covariateCount: Int { (centresSeries ? channelMeans.count : 0) + 2 * statics.count }

    /// The facts of a series, `[K]`: the levels where the model centres, then for each static its normalised value
    /// (0 where it is not known) and whether it is known.
    private func covariates(_ series: ChannelSeries, levels: [Double]) -> [Float] {
        var facts: [Float] = []
        if centresSeries {
            facts = levels.indices.map { Float((levels[$0] - channelMeans[$0]) / channelDeviations[$0]) }
        }
        for scale in statics {
            let value = series.statics[scale.name]
            facts.append(value.map { Float(($0 - scale.mean) / scale.deviation) } ?? 0)
            facts.append(value == nil ? 0 : 1)
        }
        return facts
    }

    /// The time of model time 0 for a series.
    public func origin(of series: ChannelSeries) -> Double {
        switch timeOrigin {
        case .common(let time): time
        case .firstObservation: series.times.first ?? 0
        }
    }

    /// What the values of a series are centred on, `[C]`: its mean where the model centres, else the channels' means.
    public func levels(of context: ChannelSeries) -> [Double] {
        guard centresSeries else { return channelMeans }
        var sums = ChannelSums(channels: channelMeans.count)
        sums.add(context)
        return channelMeans.indices.map { sums.counts[$0] > 0 ? sums.means[$0] : channelMeans[$0] }
    }

    /// A series in the model's units, centred on `levels`.
    public func observed(_ series: ChannelSeries, origin: Double, levels: [Double]) -> ObservedSeries {
        let channels = channelMeans.count
        var values: [Float] = []
        values.reserveCapacity(series.values.count)
        for (index, value) in series.values.enumerated() {
            let channel = index % channels
            values.append(series.mask[index] ? Float((value - levels[channel]) / channelScales[channel]) : 0)
        }
        return ObservedSeries(
            times: series.times.map { modelTime($0, origin: origin) }, values: values,
            mask: series.mask.map { $0 ? 1 : 0 }, covariates: covariates(series, levels: levels),
            controls: controls(of: series, origin: origin))
    }

    /// A time of the data in model time.
    public func modelTime(_ time: Double, origin: Double) -> Double {
        (time - origin) / timeUnit
    }
}

extension Normalization: Codable {
    private enum CodingKeys: String, CodingKey {
        case channelMeans, channelDeviations, channelScales, timeOrigin, timeUnit, centresSeries, trainedHorizon
        case statics, inputs, windows
    }

    /// Reads a normalisation; older versions knew of no inputs and of no windows.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        channelMeans = try container.decode([Double].self, forKey: .channelMeans)
        channelDeviations = try container.decode([Double].self, forKey: .channelDeviations)
        channelScales = try container.decode([Double].self, forKey: .channelScales)
        timeOrigin = try container.decode(TimeOrigin.self, forKey: .timeOrigin)
        timeUnit = try container.decode(Double.self, forKey: .timeUnit)
        centresSeries = try container.decode(Bool.self, forKey: .centresSeries)
        trainedHorizon = try container.decode(Double.self, forKey: .trainedHorizon)
        statics = try container.decode([StaticScale].self, forKey: .statics)
        inputs = try container.decodeIfPresent([InputScale].self, forKey: .inputs) ?? []
        windows = try container.decodeIfPresent(SeriesWindows.self, forKey: .windows)
    }
}

/// Running sums of channels' values and squares.
private struct ChannelSums {
    var counts: [Double]
    private var sums: [Double]
    private var squares: [Double]
    private var seriesCounts: [Double]

    init(channels: Int) {
        counts = Array(repeating: 0, count: channels)
        sums = counts
        squares = counts
        seriesCounts = counts
    }

    mutating func add(_ series: ChannelSeries, centredOn centre: [Double]? = nil) {
        let channels = counts.count
        var seen = [Bool](repeating: false, count: channels)
        for index in series.values.indices where series.mask[index] {
            let channel = index % channels
            let value = series.values[index] - (centre?[channel] ?? 0)
            counts[channel] += 1
            sums[channel] += value
            squares[channel] += value * value
            seen[channel] = true
        }
        for channel in 0..<channels where seen[channel] && centre != nil { seriesCounts[channel] += 1 }
    }

    var means: [Double] {
        counts.indices.map { counts[$0] > 0 ? sums[$0] / counts[$0] : 0 }
    }

    /// Values beyond those that their series' own means used up.
    var degreesOfFreedom: Double {
        counts.indices.reduce(0) { $0 + max(counts[$1] - seriesCounts[$1], 0) }
    }

    var variances: [Double] {
        let means = means
        return counts.indices.map { channel in
            let count = counts[channel] - seriesCounts[channel]
            guard count > 0 else { return 0 }
            return max(squares[channel] - counts[channel] * means[channel] * means[channel], 0) / count
        }
    }

    var deviations: [Double] {
        variances.map { $0 > 0 ? $0.squareRoot() : 1 }
    }
}
