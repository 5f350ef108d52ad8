internal import LodeDomain
internal import LodeService
internal import LodeTraining

/// Decides whether a new version takes over from the one that answers now.
struct Succession: Sendable {
    let models: any ModelRegistry
    let dataset: Dataset
    /// The new version's channels, in its order.
    let channels: [String]
    /// Its known inputs, in its order.
    let inputs: [String]

    /// What was decided.
    struct Outcome {
        /// The number of the version it takes over from; nil for a first one.
        var parent: Int?
        /// What the rule said; nil without one.
        var verdict: PromotionVerdict?
    }

    /// Judges a new version with that report; `comparing` measures it beside another on the same held-out values.
    func judge(
        _ report: EvaluationReport, by rule: PromotionRule?,
        comparing: (TrainedModel) async throws -> (candidate: HeldOutLikelihood, incumbent: HeldOutLikelihood)?
    ) async throws -> Outcome {
        let incumbent = try await models.version(aliased: rule?.alias ?? ModelAlias.production, of: dataset.id)
        guard let rule else {
            if let incumbent { return Outcome(parent: incumbent.number, verdict: nil) }
            return Outcome(parent: try await models.latestVersion(of: dataset.id)?.number, verdict: nil)
        }
        guard let incumbent else {
            return Outcome(
                parent: try await models.latestVersion(of: dataset.id)?.number,
                verdict: rule.verdict(on: report, against: .none))
        }
        return Outcome(
            parent: incumbent.number,
            verdict: rule.verdict(on: report, against: try await compared(incumbent, comparing)))
    }

    private static func text(_ channels: [String], _ inputs: [String]) -> String {
        (channels + inputs).joined(separator: ", ")
    }

    private func compared(
        _ version: ModelVersion,
        _ comparing: (TrainedModel) async throws -> (candidate: HeldOutLikelihood, incumbent: HeldOutLikelihood)?
    ) async throws -> PromotionRule.Incumbent {
        let weights = try await models.weights(of: version.id)
        let model: TrainedModel
        do throws(ForecastError) {
            let read = try ModelDocument.trainedModel(of: version, weights: weights)
            let metadata = read.document.metadata
            guard metadata.channels == channels, metadata.inputs ?? [] == inputs else {
                return .incomparable(
                    version.number,
                    because:
                        "its channels and inputs are \(Self.text(metadata.channels, metadata.inputs ?? [])), those of "
                        + "the new one \(Self.text(channels, inputs))")
            }
            model = read.model
        } catch {
            return .incomparable(version.number, because: "that version cannot be read")
        }
        guard let figures = try await comparing(model) else {
            return .incomparable(version.number, because: "no values could be held out")
        }
        return .compared(
            version.number,
            HeldOutComparison(
                candidate: figures.candidate.mean, incumbent: figures.incumbent.mean,
                pointCount: figures.candidate.pointCount, seriesCount: figures.candidate.seriesCount))
    }
}
