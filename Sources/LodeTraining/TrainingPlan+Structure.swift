internal import LodeModels

/// How a model reads series and moves.
extension TrainingPlan {
    /// Reference times of attention, interpolations of each channel, and features of a time.
    private static let referencePoints = 32
    private static let heads = 2
    private static let embedding = 32

    /// Sets encoder and dynamics.
    mutating func choose(_ wishes: Wishes, normalization: Normalization) {
        // A few very long series must not spread the reference times over an empty stretch.
        let horizon = normalization.trainedHorizon
        let span = horizon > 0 ? min(horizon, 2 * Normalization.modelSpan) : Normalization.modelSpan
        switch wishes.encoder ?? .recurrent {
        case .recurrent: configuration.encoderTransition = .none
        case .decay: configuration.encoderTransition = .decay
        case .odeRecurrent: configuration.encoderTransition = .ode(steps: 1)
        case .attention:
            configuration.encoder = .attention(
                referencePoints: Self.referencePoints, heads: Self.heads, embedding: Self.embedding, span: span)
        }
        configuration.dynamics = DynamicsConfiguration(
            timeScale: wishes.readsTime ? span : nil, bound: wishes.bound ?? .none,
            controls: normalization.inputs.map(\.interpolation))
    }

    /// What is not as usual of encoder and dynamics, a sentence each.
    func structureChoices(_ normalization: Normalization) -> [String] {
        var choices: [String] = []
        switch (configuration.encoder, configuration.encoderTransition) {
        case (.recurrent, .none): break
        case (.recurrent, .decay): choices.append("The encoder's state decays between observations.")
        case (.recurrent, .ode): choices.append("The encoder's state follows an ODE between observations.")
        case (.attention(let referencePoints, let heads, _, _), _):
            choices.append(
                "The encoder attends to all observations from \(referencePoints) reference times, with \(heads) heads.")
        }
        if configuration.dynamics.timeScale != nil { choices.append("The dynamics read the time.") }
        switch configuration.dynamics.bound {
        case .none: break
        case .fixed(let bound): choices.append("No latent component moves faster than \(bound).")
        case .learned(let initial): choices.append("Latent speeds are bounded, by \(initial) at first.")
        }
        for input in normalization.inputs {
            let reading = input.interpolation == .hold ? "each value holding until the next" : "linear in between"
            choices.append("The dynamics follow the input “\(input.name)”, \(reading).")
        }
        if let penalty = options.pathPenalty {
            let measure = penalty.measure == .kineticEnergy ? "kinetic energy" : "length"
            choices.append("The \(measure) of latent paths costs \(penalty.weight) a unit.")
        }
        return choices
    }
}
