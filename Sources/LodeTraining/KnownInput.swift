public import LodeModels

/// An input that is known beforehand, by name.
public struct KnownInput: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// How it is read between the times at which it is given.
    public var interpolation: ControlInterpolation

    /// An input.
    public init(name: String, interpolation: ControlInterpolation) {
        self.name = name
        self.interpolation = interpolation
    }

    /// What is known of one input of a series, in the data's units.
    public struct Curve: Sendable, Hashable {
        /// When, ascending and distinct, in the dataset's unit.
        public var times: [Double]
        /// The values then.
        public var values: [Double]

        /// A curve; the arrays have one length.
        public init(times: [Double], values: [Double]) {
            precondition(times.count == values.count, "\(times.count) times, \(values.count) values of an input")
            self.times = times
            self.values = values
        }
    }
}

extension Normalization {
    /// How one input is normalised and read.
    public struct InputScale: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its mean over the training series.
        public var mean: Double
        /// Its standard deviation over them; 1 for a constant.
        public var deviation: Double
        /// How it is read between the times at which it is given.
        public var interpolation: ControlInterpolation

        /// A scale.
        public init(name: String, mean: Double, deviation: Double, interpolation: ControlInterpolation) {
            self.name = name
            self.mean = mean
            self.deviation = deviation
            self.interpolation = interpolation
        }

        /// The scale of input number `index` of training series.
        init(_ input: KnownInput, index: Int, of series: [ChannelSeries]) {
            let values = series.flatMap { $0.inputs.indices.contains(index) ? $0.inputs[index].values : [] }
            let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))
            self.init(
                name: input.name, mean: mean, deviation: variance > 0 ? variance.squareRoot() : 1,
                interpolation: input.interpolation)
        }
    }

    /// A series' inputs in the model's units, `[U]`; one that the series says nothing of is empty.
    func controls(of series: ChannelSeries, origin: Double) -> ControlPath {
        ControlPath(
            channels: inputs.enumerated().map { index, scale in
                guard series.inputs.indices.contains(index) else { return ControlPath.Channel(times: [], values: []) }
                let curve = series.inputs[index]
                return ControlPath.Channel(
                    times: curve.times.map { modelTime($0, origin: origin) },
                    values: curve.values.map { Float(($0 - scale.mean) / scale.deviation) })
            })
    }
}
