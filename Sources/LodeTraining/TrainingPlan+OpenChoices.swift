extension TrainingPlan {
    /// What is chosen where a wish is left open: the plan and ``openChoices`` go by the same numbers.
    enum Usual {
        /// Small data sets need thousands of steps all the same; large ones see each series less often.
        static let steps = 4_000
        static let leastEpochs = 40
        /// Patience is one part in so many of the epochs.
        static let patienceParts = 4
        static let latentComponents = 6...20
        static let latentBesideChannels = 4
        static let narrow = 32
        static let wide = 64
        /// From so many training values on, hidden layers are wide.
        static let manyValues = 20_000
        static let learningRate = 0.005
        static let weightDecay = 1e-4
        static let restarts = 1
        static let importanceSamples = 5
    }

    /// What is chosen where a person leaves a setting open: a clause for each, by the setting's name in a request.
    public static var openChoices: [(setting: String, choice: String)] {
        let latent = Usual.latentComponents
        return [
            ("maxEpochs", "enough for \(Usual.steps) steps, at least \(Usual.leastEpochs)"),
            ("patience", "one part in \(Usual.patienceParts) of the epochs"),
            (
                "latentDimension",
                "\(Usual.latentBesideChannels) and one for each channel, from \(latent.lowerBound) to \(latent.upperBound)"
            ),
            ("hiddenDimension", "\(Usual.narrow), or \(Usual.wide) from \(Usual.manyValues) training values on"),
            ("learningRate", "\(Usual.learningRate)"), ("weightDecay", "\(Usual.weightDecay)"),
            ("restarts", "\(Usual.restarts)"),
            ("posterior", "Gaussian"),
            ("samples", "1, or \(Usual.importanceSamples) where they are weighted by importance"),
        ]
    }
}
