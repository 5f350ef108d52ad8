internal import LodeModels
internal import LodeNumerics

extension PredictionDecoder {
    /// What a context's residuals say, in units of the noise.
    struct ResidualPosteriors: Sendable {
        /// Of each channel; nil where it is not corrected, `[C]`.
        fileprivate var interpolation: [MaternPosterior?]
        fileprivate var extrapolation: [MaternPosterior?]

        /// About how many bytes they hold.
        var byteCount: Int { (interpolation + extrapolation).reduce(0) { $0 + ($1?.byteCount ?? 0) } }
    }

    /// What the residuals of a context say, from trajectories at its times.
    func residuals(
        of context: ObservedSeries, trajectories: DecodedTrajectories, pool: ThreadPool
    ) -> ResidualPosteriors {
        let readings = Readings(trajectories: trajectories, noise: noise, count: context.times.count)
        let both = pool.map(noise.count) { channel, _ in
            ContextSampler.Task.allCases.map { regime in
                model.correction[regime][channel].map {
                    posterior($0, channel: channel, context: context, readings: readings, offset: 0)
                }
            }
        }
        return ResidualPosteriors(interpolation: both.map { $0[0] }, extrapolation: both.map { $0[1] })
    }

    /// What the local correction says at each position of an answer, in units of the noise.
    struct Residuals {
        /// What to add to the mean of each sample, `[S][needed]`; empty without a correction.
        var shifts: [Double] = []
        /// The widths of components, `[needed]`.
        var widths: [Double]
    }

    func residuals(_ answer: Answer, channel: Int) -> Residuals {
        let isObserved = answer.quantity == .observation
        let sampleCount = answer.readings.samples.count
        var shifts: [Double] = []
        var widths = Array(repeating: isObserved ? 1 : Self.leastWidth, count: answer.needed)
        for regime in ContextSampler.Task.allCases where answer.isComplete {
            guard let process = model.correction[regime][channel], answer.regimes.contains(regime) else { continue }
            if shifts.isEmpty { shifts = Array(repeating: 0, count: sampleCount * answer.needed) }
            let posterior =
                answer.residuals?[regime][channel]
                ?? posterior(
                    process, channel: channel, context: answer.plan.context, readings: answer.readings,
                    offset: answer.plan.contextOffset)
            let noise = isObserved ? process.noise : Self.leastWidth
            for position in answer.regimes.indices where answer.regimes[position] == regime {
                let variance = posterior.value(at: answer.plan.times[position]) { sample, mean in
                    shifts[sample * answer.needed + position] = mean
                }
                widths[position] = (variance + noise * noise).squareRoot()
            }
        }
        return Residuals(shifts: shifts, widths: widths)
    }

    /// What the residuals of one channel's observations say; the context's readings begin at `offset`.
    private func posterior(
        _ process: MaternProcess, channel: Int, context: ObservedSeries, readings: Readings, offset: Int
    ) -> MaternPosterior {
        let observed = context.times.indices.filter { context.mask[$0 * noise.count + channel] != 0 }
        return MaternPosterior(
            process, times: observed.map { context.times[$0] }, sets: readings.samples.count
        ) { sample, position in
            let index = observed[position]
            let value = Double(context.values[index * noise.count + channel])
            return (value - readings.mean(sample, offset + index, channel))
                / readings.scale(sample, offset + index, channel)
        }
    }
}

extension PredictionDecoder.ResidualPosteriors {
    /// Those of a regime.
    fileprivate subscript(regime: ContextSampler.Task) -> [MaternPosterior?] {
        switch regime {
        case .interpolation: interpolation
        case .extrapolation: extrapolation
        }
    }
}
