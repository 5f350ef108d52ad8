public import LodeNetworks
public import LodeNumerics

extension LatentODE {
    /// The posteriors of the initial latent states, given what was observed.
    ///
    /// A series without observations has the prior.
    public func posterior<Scalar>(
        of series: [ObservedSeries], parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> LatentPosterior<Scalar> {
        encode(series, pullsBack: false, parameters: parameters, kernels: kernels, pool: pool).posterior
    }

    /// The encoder's passes and the posteriors they end in.
    struct Encoding<Scalar: KernelScalar> {
        /// One for each block of series, in order.
        var tapes: [SeriesEncoder.Tape<Scalar>]
        var posterior: LatentPosterior<Scalar>
    }

    /// - Parameter pullsBack: whether the passes are to be pulled back.
    func encode<Scalar>(
        _ series: [ObservedSeries], pullsBack: Bool, parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) -> Encoding<Scalar> {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let blocks = (series.count + lanes - 1) / lanes
        let tapes = pool.map(blocks) { block, _ in
            let part = Array(series[block * lanes..<min((block + 1) * lanes, series.count)])
            return encoder.record(
                part, pullsBack: pullsBack,
                parameters: UnsafePointer(parameters.pointer + encoderRange.lowerBound), kernels: kernels)
        }
        return Encoding(tapes: tapes, posterior: readPosterior(tapes, series: series))
    }

    @specialized(where Scalar == Float)
    private func readPosterior<Scalar: KernelScalar>(
        _ tapes: [SeriesEncoder.Tape<Scalar>], series: [ObservedSeries]
    ) -> LatentPosterior<Scalar> {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let latent = configuration.latentDimension
        let range = LatentPosterior<Scalar>.logVarianceRange
        var means = [Scalar](repeating: 0, count: series.count * latent)
        var logVariances = means
        for index in series.indices where !series[index].times.isEmpty {
            let (posterior, width) = (tapes[index / lanes].posterior, tapes[index / lanes].lanes)
            let lane = index % lanes
            for component in 0..<latent {
                means[index * latent + component] = posterior[component * width + lane]
                let logVariance = posterior[(latent + component) * width + lane]
                logVariances[index * latent + component] =
                    min(max(logVariance, Scalar(range.lowerBound)), Scalar(range.upperBound))
            }
        }
        return LatentPosterior(latentDimension: latent, means: means, logVariances: logVariances)
    }
}
