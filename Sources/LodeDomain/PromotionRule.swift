/// When a new version takes over an alias by itself.
public struct PromotionRule: Hashable, Sendable, Codable {
    /// The alias it is to take over.
    public var alias: String
    /// By how much its log likelihood must be higher, in nats for each held-out value.
    public var margin: Double
    /// How far the share of held-out values in its 80 % band may be from 0.8.
    public var coverageTolerance: Double
    /// Whether it must not be worse than any of the simple baselines.
    public var mustBeatBaselines: Bool

    /// A rule; the defaults take any version that is better, calibrated to a tenth, and beats the baselines.
    public init(
        alias: String = ModelAlias.production, margin: Double = 0, coverageTolerance: Double = 0.1,
        mustBeatBaselines: Bool = true
    ) {
        self.alias = alias
        self.margin = margin
        self.coverageTolerance = coverageTolerance
        self.mustBeatBaselines = mustBeatBaselines
    }
}

/// What a rule said of a version, and why.
public struct PromotionVerdict: Hashable, Sendable, Codable {
    /// The rule.
    public var rule: PromotionRule
    /// The number of the version that had the alias when it was judged; nil where none had.
    public var incumbent: Int?
    /// Both versions on the same held-out values; nil without an incumbent, or where they cannot be compared.
    public var comparison: HeldOutComparison?
    /// Whether the alias went to the version.
    public var isPromoted: Bool
    /// Why, a sentence for each condition of the rule.
    public var reasons: [String]

    /// A verdict.
    public init(
        rule: PromotionRule, incumbent: Int?, comparison: HeldOutComparison?, isPromoted: Bool, reasons: [String]
    ) {
        self.rule = rule
        self.incumbent = incumbent
        self.comparison = comparison
        self.isPromoted = isPromoted
        self.reasons = reasons
    }

    /// The verdict where the alias has moved since: it was about another version.
    public func overtaken(by current: Int?) -> PromotionVerdict {
        guard isPromoted else { return self }
        var verdict = self
        verdict.isPromoted = false
        let now = current.map { "version \($0)" } ?? "no version"
        let judged = incumbent.map { "version \($0)" } ?? "no version"
        verdict.reasons.append(
            "“\(rule.alias)” points at \(now) now; it was compared with \(judged). Promote it by hand, or train again.")
        return verdict
    }
}

/// Two versions on the same held-out values of the same series.
public struct HeldOutComparison: Hashable, Sendable, Codable {
    /// The mean log likelihood of a held-out value under the new version, in nats.
    public var candidate: Double
    /// The same under the version that has the alias.
    public var incumbent: Double
    /// How many values were held out.
    public var pointCount: Int
    /// Of how many series.
    public var seriesCount: Int

    /// A comparison.
    public init(candidate: Double, incumbent: Double, pointCount: Int, seriesCount: Int) {
        self.candidate = candidate
        self.incumbent = incumbent
        self.pointCount = pointCount
        self.seriesCount = seriesCount
    }
}

/// A verdict as it was stored with the version.
public struct StoredVerdict: Hashable, Sendable {
    /// The number of the version that was judged.
    public var version: Int
    /// What was said.
    public var verdict: PromotionVerdict
    /// When.
    public var at: Timestamp

    /// A stored verdict.
    public init(version: Int, verdict: PromotionVerdict, at: Timestamp) {
        self.version = version
        self.verdict = verdict
        self.at = at
    }
}
