internal import Foundation
public import LodeNetworks
internal import LodeNumerics

extension LatentODE {
    /// The noise of a channel that is the same at all points.
    public struct ChannelNoise: Sendable, Hashable {
        /// What the channel's values are taken to be.
        public var family: ObservationFamily
        /// The standard deviation or scale, in normalised units; the dispersion of a negative binomial.
        ///
        /// Where noise is decoded at each point, that at a decoded 0.
        public var scale: Double
        /// The degrees of freedom of a Student-t channel; infinite for the others.
        public var degreesOfFreedom: Double
    }

    /// The learned noise of each channel, `[C]`.
    public func noise<Scalar>(_ parameters: ParameterVector<Scalar>) -> [ChannelNoise] {
        let scales = scaleParameters(parameters)
        let freedoms = freedomParameters(parameters)
        return configuration.families.enumerated().map { channel, family in
            ChannelNoise(
                family: family, scale: Self.scale(of: family, parameter: scales[channel]),
                degreesOfFreedom: family == .studentT
                    ? ObservationNoise.degreesOfFreedom(freedoms[channel]) : .infinity)
        }
    }

    /// The learned scale of the observation noise of each channel, `[C]`, in normalised units.
    public func noiseStandardDeviations<Scalar>(_ parameters: ParameterVector<Scalar>) -> [Double] {
        noise(parameters).map(\.scale)
    }

    private static func scale(of family: ObservationFamily, parameter: Double) -> Double {
        if case .negativeBinomial = family { return ObservationNoise.dispersion(parameter) }
        return GaussianNoise.standardDeviation(parameter)
    }

    /// What the model's networks read from rows of latent states.
    struct Readings {
        let channels: Int
        /// `[rows][C]`.
        var means: [Float] = []
        /// `[rows][C]`, or empty.
        var scales: [Float] = []
        /// `[rows]`, or empty.
        var intensities: [Float] = []
        /// `[rows]`, or empty.
        var heads: [Float] = []

        func append(rows: Range<Int>, to result: inout DecodedTrajectories) {
            result.means += means[rows.lowerBound * channels..<rows.upperBound * channels]
            if !scales.isEmpty { result.scales += scales[rows.lowerBound * channels..<rows.upperBound * channels] }
            if !intensities.isEmpty { result.intensities += intensities[rows] }
        }

        func append(head rows: Range<Int>, weights: [Double], to result: inout DecodedTrajectories) {
            result.outcomesOfHead.append(Float(zip(rows, weights).reduce(0) { $0 + Double(heads[$1.0]) * $1.1 }))
        }
    }

    /// Reads latent states, `[rows][L]`.
    func readings(
        of states: [Float], parameters: ParameterVector<Float>, kernels: Kernels<Float>, pool: ThreadPool
    ) -> Readings {
        var readings = Readings(channels: configuration.channels)
        let outputs = evaluate(
            PlacedNetwork(network: decoder, range: decoderRange), states: states, parameters: parameters,
            kernels: kernels, pool: pool)
        fill(&readings, decoded: outputs, parameters: parameters)
        if let intensity, let base = configuration.intensity?.base {
            let range = Self.intensityRange
            let rates = evaluate(intensity, states: states, parameters: parameters, kernels: kernels, pool: pool)
            readings.intensities = rates.map { output in
                Float(base * exp(min(max(Double(output), range.lowerBound), range.upperBound)))
            }
        }
        if let head, let target = configuration.head?.target {
            let outputs = evaluate(head, states: states, parameters: parameters, kernels: kernels, pool: pool)
            readings.heads = target == .value ? outputs : outputs.map { Float(1 / (1 + exp(-Double($0)))) }
        }
        return readings
    }

    private func fill(_ readings: inout Readings, decoded: [Float], parameters: ParameterVector<Float>) {
        let channels = configuration.channels
        let families = configuration.families
        let scales = scaleParameters(parameters)
        let isDecoded = configuration.noise == .point
        let width = decoder.outputs
        if !isDecoded, families.allSatisfy(\.isLocationScale) {
            readings.means = decoded
            return
        }
        for row in 0..<decoded.count / width {
            for channel in 0..<channels {
                let output = Double(decoded[row * width + channel])
                readings.means.append(Float(Self.mean(of: families[channel], output: output)))
                guard isDecoded else { continue }
                let parameter = scales[channel] + Double(decoded[row * width + channels + channel])
                readings.scales.append(Float(Self.scale(of: families[channel], parameter: parameter)))
            }
        }
    }

    private static func mean(of family: ObservationFamily, output: Double) -> Double {
        let range = ObservationNoise.outputRange
        switch family {
        case .gaussian, .studentT: return output
        case .poisson(let base), .negativeBinomial(let base):
            return base * exp(min(max(output, range.lowerBound), range.upperBound))
        case .bernoulli(let logit): return 1 / (1 + exp(-(output + logit)))
        }
    }

    /// A network's outputs, `[rows][outputs]`, at all rows of states.
    private func evaluate(
        _ placed: PlacedNetwork, states: [Float], parameters: ParameterVector<Float>, kernels: Kernels<Float>,
        pool: ThreadPool
    ) -> [Float] {
        let lanes = Kernels<Float>.lanesPerBlock
        let latent = configuration.latentDimension
        let parts = RowBlocks(rows: states.count / latent, lanes: lanes).mapShards(pool) { blocks in
            let input = AlignedBuffer<Float>(count: placed.network.inputs * lanes)
            let output = AlignedBuffer<Float>(count: placed.network.outputs * lanes)
            let workspace = MultilayerPerceptron.Workspace<Float>(placed.network)
            let width = placed.network.outputs
            return [Float](unsafeUninitializedCapacity: blocks.reduce(0) { $0 + $1.count } * width) {
                values, initialized in
                guard let base = values.baseAddress else { return }
                for rows in blocks {
                    kernels.gather(input.pointer, from: states, components: latent) { lane in
                        lane < rows.count ? rows.lowerBound + lane : nil
                    }
                    placed.network.evaluate(
                        output.pointer, input: input.pointer,
                        parameters: UnsafePointer(parameters.pointer + placed.range.lowerBound), lanes: lanes,
                        kernels: kernels, workspace: workspace)
                    kernels.scatter(output.pointer, to: base + initialized, components: width, rows: rows.count)
                    initialized += rows.count * width
                }
            }
        }
        return parts.flatMap(\.self)
    }
}
