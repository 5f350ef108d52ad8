public import LodeDomain

extension PromotionRule {
    /// What the version that has the alias is to a new one.
    public enum Incumbent: Hashable, Sendable {
        /// No version has the alias.
        case none
        /// The version of that number, compared on the same held-out values.
        case compared(Int, HeldOutComparison)
        /// The version of that number, which cannot be compared; the reason is a clause.
        case incomparable(Int, because: String)

        /// Its number.
        public var number: Int? {
            switch self {
            case .none: nil
            case .compared(let number, _), .incomparable(let number, _): number
            }
        }
    }

    /// Whether the alias goes to a version with that report, and why: a sentence for each condition.
    public func verdict(on report: EvaluationReport, against incumbent: Incumbent) -> PromotionVerdict {
        var holds: [Bool] = []
        var reasons: [String] = []
        func note(_ condition: Bool, _ reason: String) {
            holds.append(condition)
            reasons.append(reason)
        }
        var comparison: HeldOutComparison?
        switch incumbent {
        case .none: note(true, "No version had “\(alias)”.")
        case .compared(let number, let figures):
            comparison = figures
            let gain = figures.candidate - figures.incumbent
            let isBetter = gain > margin
            note(
                isBetter,
                "Its held-out log likelihood is \(Self.text(figures.candidate)) nats a value, that of version \(number) "
                    + "\(Self.text(figures.incumbent)), on the same \(figures.pointCount) values of "
                    + "\(figures.seriesCount) series: a gain of \(Self.text(gain)), "
                    + (isBetter ? "above" : "not above") + " the margin of \(Self.text(margin)).")
        case .incomparable(let number, let reason):
            note(false, "It cannot be compared with version \(number): \(reason). Promote it by hand.")
        }
        let regimes = [("interpolation", report.interpolation), ("extrapolation", report.extrapolation)]
        if limitsCoverage, regimes.allSatisfy({ $0.1 == nil }) {
            note(false, "No values could be held out, so that nobody knows what its 80 % band covers.")
        }
        for (name, regime) in regimes {
            // The data may allow one regime only.
            guard let regime else { continue }
            guard let coverage = regime.model?.coverage80 else {
                if limitsCoverage { note(false, "What its 80 % band covers at \(name) was not measured.") }
                continue
            }
            let isCalibrated = abs(coverage - 0.8) <= coverageTolerance
            note(
                isCalibrated,
                "Its 80 % band covers \(Self.percent(coverage)) of held-out values at \(name), "
                    + (isCalibrated ? "within" : "outside") + " \(Self.percent(0.8 - coverageTolerance)) to "
                    + "\(Self.percent(0.8 + coverageTolerance)).")
        }
        if mustBeatBaselines {
            note(
                report.losses.isEmpty,
                report.losses.isEmpty ? "It beats the baselines." : report.losses.joined(separator: " "))
        }
        return PromotionVerdict(
            rule: self, incumbent: incumbent.number, comparison: comparison, isPromoted: holds.allSatisfy(\.self),
            reasons: reasons)
    }

    /// Whether there is a share of covered values that the rule does not take.
    private var limitsCoverage: Bool { coverageTolerance < 0.8 }

    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for a value out of range.
    func validate(pointer: String) throws(ServiceError) {
        guard ModelAlias.isValidName(alias) else {
            throw .invalidRequest(
                pointer: "\(pointer)/alias", value: "“\(alias)”",
                expected: "1 to 64 letters, digits, “-”, “_” and “.”, a letter first, and not “latest”")
        }
        guard margin.isFinite else {
            throw .invalidRequest(pointer: "\(pointer)/margin", value: "\(margin)", expected: "a number of nats")
        }
        guard (0...1).contains(coverageTolerance) else {
            throw .invalidRequest(
                pointer: "\(pointer)/coverageTolerance", value: "\(coverageTolerance)", expected: "a number from 0 to 1"
            )
        }
    }

    /// Four decimals, as many as a comparison of likelihoods can use.
    private static func text(_ value: Double) -> String {
        value.isFinite && abs(value) < 1e12 ? "\((value * 1e4).rounded() / 1e4)" : "\(value)"
    }

    private static func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
}

extension PromotionRule {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case alias, margin, coverageTolerance, mustBeatBaselines
    }

    /// Reads a rule from a request; what is not given has its default, and an unknown key is an error.
    static func read(from decoder: any Decoder) throws -> PromotionRule {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let usual = PromotionRule()
        return PromotionRule(
            alias: try container.decodeIfPresent(String.self, forKey: .alias) ?? usual.alias,
            margin: try container.decodeIfPresent(Double.self, forKey: .margin) ?? usual.margin,
            coverageTolerance: try container.decodeIfPresent(Double.self, forKey: .coverageTolerance)
                ?? usual.coverageTolerance,
            mustBeatBaselines: try container.decodeIfPresent(Bool.self, forKey: .mustBeatBaselines)
                ?? usual.mustBeatBaselines)
    }
}

/// A rule as a request holds it.
public struct SentPromotionRule: Decodable {
    /// The rule.
    public var rule: PromotionRule

    /// Reads a rule; what is not given has its default, and an unknown key is an error.
    public init(from decoder: any Decoder) throws { rule = try PromotionRule.read(from: decoder) }
}
