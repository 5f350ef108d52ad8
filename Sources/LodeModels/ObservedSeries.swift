/// The observations of one series, on normalised axes.
///
/// Legend: T distinct times, C channels.
public struct ObservedSeries: Sendable, Hashable {
    /// The times, ascending and distinct, `[T]`, in model time (0 is the origin of the latent state).
    public var times: [Double]
    /// The values, `[T][C]`; 0 where nothing was observed.
    public var values: [Float]
    /// 1 where a value was observed, else 0, `[T][C]`.
    public var mask: [Float]
    /// What is known of the series as a whole, normalised, `[K]`: the same K facts for every series of a model.
    public var covariates: [Float]
    /// The known inputs, normalised, as far into the future as they are known.
    public var controls: ControlPath

    /// Observations; the arrays have the shapes above.
    public init(
        times: [Double], values: [Float], mask: [Float], covariates: [Float] = [],
        controls: ControlPath = .none
    ) {
        precondition(values.count == mask.count, "\(values.count) values, \(mask.count) masks")
        self.times = times
        self.values = values
        self.mask = mask
        self.covariates = covariates
        self.controls = controls
    }

    /// How many values were observed.
    public var observedCount: Int { mask.reduce(0) { $0 + ($1 != 0 ? 1 : 0) } }

    /// The observations at the times for which `isIncluded` holds; `index` counts the times.
    public func filtered(_ isIncluded: (_ index: Int) -> Bool) -> ObservedSeries {
        guard !times.isEmpty else { return self }
        let channels = values.count / times.count
        var result = ObservedSeries(times: [], values: [], mask: [], covariates: covariates, controls: controls)
        for index in times.indices where isIncluded(index) {
            result.times.append(times[index])
            result.values += values[index * channels..<(index + 1) * channels]
            result.mask += mask[index * channels..<(index + 1) * channels]
        }
        return result
    }
}
