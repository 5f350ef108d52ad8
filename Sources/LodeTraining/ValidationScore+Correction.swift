internal import LodeModels
internal import LodeNumerics
internal import LodeSolvers

extension ValidationScore {
    /// The most tasks of each kind that a correction is fitted to; more cost time and change little.
    private static var mostTasks: Int { 48 }

    /// The local correction that explains hidden validation values best, channel by channel.
    func correction(
        of model: TrainedModel, kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> LocalCorrection {
        let channels = model.normalization.channelMeans.count
        var kinds: [[[ResidualTask]]] = Array(repeating: [], count: channels)
        for kind in ContextSampler.Task.allCases {
            let tasks = Array((self.tasks[kind] ?? []).prefix(Self.mostTasks))
            let predictions = try model.predict(
                tasks.map { task in
                    SeriesQuery(
                        context: task.seen, origin: task.origin, times: task.hidden.times + task.seen.times)
                }, sampleCount: sampleCount, seed: seed, kernels: kernels, pool: pool)
            for channel in 0..<channels {
                kinds[channel].append(
                    zip(tasks, predictions).compactMap { task, prediction in
                        ResidualTask(task, prediction: prediction, channel: channel, normalization: model.normalization)
                    })
            }
        }
        let noise = model.model.noiseStandardDeviations(model.parameters)
        return LocalCorrection(
            channels: pool.map(channels) { [kinds] channel, _ in
                CorrectionFit(kinds: kinds[channel], modelNoise: noise[channel]).fitted()
            })
    }
}

extension ResidualTask {
    /// The residuals of one channel; nil where nothing of it is hidden.
    fileprivate init?(
        _ task: HeldOutTask, prediction: PredictiveSeries, channel: Int, normalization: Normalization
    ) {
        let channels = normalization.channelMeans.count
        let samples = prediction.outcomes.count
        let scale = normalization.channelScales[channel]
        var times: [[Double]] = []
        var residuals: [[[Double]]] = []
        // Predictions are asked for at the hidden times first, then at the seen ones.
        for (series, offset) in [(task.hidden, 0), (task.seen, task.hidden.times.count)] {
            let observed = series.times.indices.filter { series.mask[$0 * channels + channel] }
            times.append(observed.map { normalization.modelTime(series.times[$0], origin: task.origin) })
            residuals.append(
                (0..<samples).map { sample in
                    observed.map { index in
                        let distribution = prediction.distributions[(offset + index) * channels + channel]
                        return (series.values[index * channels + channel] - distribution.components.locations[sample])
                            / scale
                    }
                })
        }
        guard !times[0].isEmpty else { return nil }
        self.init(
            seenTimes: times[1], seenResiduals: residuals[1], hiddenTimes: times[0], hiddenResiduals: residuals[0])
    }
}
