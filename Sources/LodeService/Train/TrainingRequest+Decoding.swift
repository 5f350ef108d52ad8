extension TrainingRequest {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case dataset, seed, maxEpochs, patience, latentDimension, hiddenDimension, learningRate, threads
        case likelihoods, noise, intensity, outcome, outcomeSource, samples, importanceWeighted, restarts
        case posterior
        case horizonGrowth
        case encoder, dynamics, derivativeBound, derivativeBoundKind, weightDecay, pathPenalty, pathPenaltyWeight
        case inputs, promote, keepVersions, windowTimes, warmStart
    }

    /// Reads a request; only `dataset` is required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            dataset: try container.decode(String.self, forKey: .dataset),
            seed: try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? 1,
            maxEpochs: try container.decodeIfPresent(Int.self, forKey: .maxEpochs),
            patience: try container.decodeIfPresent(Int.self, forKey: .patience),
            latentDimension: try container.decodeIfPresent(Int.self, forKey: .latentDimension),
            hiddenDimension: try container.decodeIfPresent(Int.self, forKey: .hiddenDimension),
            learningRate: try container.decodeIfPresent(Double.self, forKey: .learningRate),
            threads: try container.decodeIfPresent(Int.self, forKey: .threads))
        likelihoods = try container.decodeIfPresent([String: Likelihood].self, forKey: .likelihoods)
        noise = try container.decodeIfPresent(Noise.self, forKey: .noise)
        intensity = try container.decodeIfPresent(Bool.self, forKey: .intensity)
        outcome = try container.decodeIfPresent(String.self, forKey: .outcome)
        outcomeSource = try container.decodeIfPresent(OutcomeSource.self, forKey: .outcomeSource)
        samples = try container.decodeIfPresent(Int.self, forKey: .samples)
        importanceWeighted = try container.decodeIfPresent(Bool.self, forKey: .importanceWeighted)
        posterior = try container.decodeIfPresent(Posterior.self, forKey: .posterior)
        restarts = try container.decodeIfPresent(Int.self, forKey: .restarts)
        windowTimes = try container.decodeIfPresent(Int.self, forKey: .windowTimes)
        warmStart = try container.decodeIfPresent(Bool.self, forKey: .warmStart)
        horizonGrowth = try container.decodeIfPresent(Int.self, forKey: .horizonGrowth)
        encoder = try container.decodeIfPresent(Encoder.self, forKey: .encoder)
        dynamics = try container.decodeIfPresent(Dynamics.self, forKey: .dynamics)
        derivativeBound = try container.decodeIfPresent(Double.self, forKey: .derivativeBound)
        derivativeBoundKind = try container.decodeIfPresent(BoundKind.self, forKey: .derivativeBoundKind)
        weightDecay = try container.decodeIfPresent(Double.self, forKey: .weightDecay)
        pathPenalty = try container.decodeIfPresent(PathMeasure.self, forKey: .pathPenalty)
        pathPenaltyWeight = try container.decodeIfPresent(Double.self, forKey: .pathPenaltyWeight)
        inputs = try container.decodeIfPresent([String: InputReading].self, forKey: .inputs)
        promote = try container.decodeIfPresent(SentPromotionRule.self, forKey: .promote)?.rule
        keepVersions = try container.decodeIfPresent(Int.self, forKey: .keepVersions)
    }

    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for a setting out of range.
    func validate() throws(ServiceError) {
        let wholeNumbers: [(name: String, value: Int?, range: ClosedRange<Int>)] = [
            ("maxEpochs", maxEpochs, 1...1_000_000), ("patience", patience, 1...1_000_000),
            ("latentDimension", latentDimension, 1...512), ("hiddenDimension", hiddenDimension, 1...4096),
            ("threads", threads, 1...256), ("samples", samples, 1...256), ("restarts", restarts, 1...100),
            ("horizonGrowth", horizonGrowth, 0...1_000_000), ("keepVersions", keepVersions, 1...1_000_000),
            ("windowTimes", windowTimes, 4...10_000),
        ]
        for (name, value, range) in wholeNumbers {
            if let value, !range.contains(value) {
                throw .invalidRequest(
                    pointer: "/arguments/\(name)", value: "\(value)",
                    expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        if importanceWeighted == true, samples == 1 {
            throw .invalidRequest(
                pointer: "/arguments/samples", value: "1",
                expected: "2 or more with importanceWeighted, for weights over one sample change nothing")
        }
        if outcomeSource != nil, outcome == nil {
            throw .invalidRequest(
                pointer: "/arguments/outcomeSource", value: outcomeSource?.rawValue,
                expected: "none without an outcome; name the label with outcome")
        }
        try validateStructure()
        try promote?.validate(pointer: "/arguments/promote")
        if let learningRate, !(learningRate > 0 && learningRate <= 1) {
            throw .invalidRequest(
                pointer: "/arguments/learningRate", value: "\(learningRate)", expected: "a number above 0, at most 1")
        }
    }
}
