internal import Foundation
public import LodeNumerics

/// Learnt features of a time: one that is linear in it, and sines.
///
/// Legend: E features; `lanes` is `Kernels.lanesPerBlock`, a lane is one time.
///
///     φ₀(t) = ω₀ t + α₀;  φᵢ(t) = sin(ωᵢ t + αᵢ) for i = 1 … E − 1
///
/// Source: S. N. Shukla, B. M. Marlin, "Multi-Time Attention Networks for Irregularly Sampled Time Series", ICLR 2021,
/// arXiv:2101.10318, section 3.1; after S. M. Kazemi et al., "Time2Vec", 2019, arXiv:1907.05321.
public struct TimeEmbedding: Sendable, Hashable {
    /// E, the features.
    public let features: Int
    /// `frequencies` [E] and `phases` [E].
    public let layout: ParameterLayout

    private let frequencies: ParameterSlice
    private let phases: ParameterSlice

    /// An embedding whose frequencies start uniform in ± `frequencyBound`, in radians for a unit of time.
    public init(features: Int, frequencyBound: Double) {
        precondition(features >= 1, "\(features) features of a time")
        self.features = features
        var layout = ParameterLayout()
        frequencies = layout.add("frequencies", shape: [features], .uniform(bound: frequencyBound))
        phases = layout.add("phases", shape: [features], .uniform(bound: Double.pi))
        self.layout = layout
    }

    /// out[i][lane] = φᵢ(times[lane]).
    @specialized(where Scalar == Float)
    public func evaluate<Scalar: KernelScalar>(
        _ out: UnsafeMutablePointer<Scalar>, times: UnsafePointer<Double>, parameters: UnsafePointer<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        for feature in 0..<features {
            let frequency = Double(parameters[frequencies.offset + feature])
            let phase = Double(parameters[phases.offset + feature])
            for lane in 0..<lanes {
                let angle = frequency * times[lane] + phase
                out[feature * lanes + lane] = Scalar(feature == 0 ? angle : sin(angle))
            }
        }
    }

    /// Adds the parameters' cotangents, summed over the lanes, to `gradient`, given those of the features, `[E][lanes]`.
    @specialized(where Scalar == Float)
    public func pullback<Scalar: KernelScalar>(
        _ cotangent: UnsafePointer<Scalar>, times: UnsafePointer<Double>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        for feature in 0..<features {
            let frequency = Double(parameters[frequencies.offset + feature])
            let phase = Double(parameters[phases.offset + feature])
            var frequencySlope = 0.0
            var phaseSlope = 0.0
            for lane in 0..<lanes {
                let incoming = Double(cotangent[feature * lanes + lane])
                // Most lanes of short series are filler, whose cosine nobody needs.
                if incoming == 0 { continue }
                let slope = feature == 0 ? incoming : incoming * cos(frequency * times[lane] + phase)
                frequencySlope += slope * times[lane]
                phaseSlope += slope
            }
            gradient[frequencies.offset + feature] += Scalar(frequencySlope)
            gradient[phases.offset + feature] += Scalar(phaseSlope)
        }
    }
}
