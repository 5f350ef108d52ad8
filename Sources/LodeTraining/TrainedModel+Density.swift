internal import Foundation
internal import LodeModels
internal import LodeNetworks
public import LodeNumerics
public import LodeSolvers

extension TrainedModel {
    /// Posterior samples that a density is estimated by: the same everywhere, for the bound grows with them.
    public static let densitySamples = 64

    /// The log-density of a series' values for each value, in nats and the data's units: the importance-weighted bound of
    /// ``densitySamples`` samples.
    ///
    /// Nil where nothing was observed, where observations lie before model time 0, or where no trajectory could be solved for.
    ///
    /// - Throws: ``SolveError`` where a time is not finite.
    public func logDensity(
        of series: ChannelSeries, origin: Double, seed: UInt64, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> Double? {
        let context = normalization.observed(
            series, origin: origin, levels: normalization.levels(of: series))
        guard series.observedCount > 0, let first = context.times.first, first >= 0 else { return nil }
        var targets = context
        var scales = 0.0
        let channels = model.configuration.channels
        for index in series.values.indices where series.mask[index] {
            if model.configuration.families[index % channels].isLocationScale {
                scales += log(normalization.channelScales[index % channels])
            } else {
                targets.values[index] = Float(series.values[index])
            }
        }
        var objective = Objective(sampleCount: Self.densitySamples, klWeight: 1)
        objective.isImportanceWeighted = true
        objective.intensityWeight = 0
        objective.headWeight = 0
        // The bound comes with its gradient, which nobody asks for here.
        let gradient = AlignedBuffer<Float>(count: model.layout.count)
        let bound = try model.gradient(
            of: [SeriesExample(context: context, targets: targets, identity: 0)], objective: objective, seed: seed,
            epoch: .max, parameters: parameters, into: gradient.pointer, kernels: kernels, pool: pool)
        guard bound.unfinishedTrajectories < Self.densitySamples else { return nil }
        return -bound.loss - scales / Double(series.observedCount)
    }
}
