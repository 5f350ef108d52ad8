import ArgumentParser
import LodeDomain

/// When a new version takes over an alias by itself, and which old ones go.
struct PromotionOptions: ParsableArguments {
    @Flag(help: "Take over an alias if better than its version on held-out data, calibrated, and above the baselines.")
    var promote = false
    @Option(help: "With --promote: the alias.") var alias = ModelAlias.production
    @Option(
        parsing: .unconditional,
        help: "With --promote: by how many nats a held-out value its log likelihood must be higher.")
    var margin = PromotionRule().margin
    @Option(help: "With --promote: how far the share in its 80 % band may be from 0.8.")
    var coverageTolerance = PromotionRule().coverageTolerance
    @Flag(help: "With --promote: even where a baseline is better.") var allowWorseThanBaselines = false
    @Option(help: "How many of the newest versions without an alias stay, the new one included.")
    var keepVersions: Int?

    var rule: PromotionRule? {
        guard promote else { return nil }
        return PromotionRule(
            alias: alias, margin: margin, coverageTolerance: coverageTolerance,
            mustBeatBaselines: !allowWorseThanBaselines)
    }
}
