extension TrainingRequest {
    /// How an encoder reads a series.
    public enum Encoder: String, Hashable, Sendable, Codable, CaseIterable {
        /// A GRU that reads the observations backward and sees gaps as inputs.
        case recurrent
        /// The same; its state decays in gaps.
        case decay
        /// The same; its state follows an ODE in gaps.
        case odeRecurrent = "ode-rnn"
        /// Attention over continuous time embeddings.
        case attention
    }

    /// What latent dynamics read beside the latent state and known inputs.
    public enum Dynamics: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing.
        case autonomous
        /// The time.
        case timeDependent = "time-dependent"
    }

    /// Whether a bound of the latent derivative is learned.
    public enum BoundKind: String, Hashable, Sendable, Codable, CaseIterable {
        case fixed
        case learned
    }

    /// What latent trajectories pay for.
    public enum PathMeasure: String, Hashable, Sendable, Codable, CaseIterable {
        case kineticEnergy = "kinetic-energy"
        case length
    }

    /// How a known input is read between the times at which it is given.
    public enum InputReading: String, Hashable, Sendable, Codable, CaseIterable {
        case hold
        case linear
    }

    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for a setting out of range.
    func validateStructure() throws(ServiceError) {
        let numbers: [(name: String, value: Double?, range: ClosedRange<Double>)] = [
            ("derivativeBound", derivativeBound, 1e-6...1e6), ("weightDecay", weightDecay, 0...1),
            ("pathPenaltyWeight", pathPenaltyWeight, 0...1e6),
        ]
        for (name, value, range) in numbers {
            // NaN is in no range.
            if let value, !range.contains(value) {
                throw .invalidRequest(
                    pointer: "/arguments/\(name)", value: "\(value)",
                    expected: "a number from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        if let derivativeBoundKind, derivativeBound == nil {
            throw .invalidRequest(
                pointer: "/arguments/derivativeBoundKind", value: derivativeBoundKind.rawValue,
                expected: "none without derivativeBound")
        }
        if let pathPenaltyWeight, pathPenalty == nil {
            throw .invalidRequest(
                pointer: "/arguments/pathPenaltyWeight", value: "\(pathPenaltyWeight)",
                expected: "none without pathPenalty")
        }
    }
}
