internal import LodeModels
package import LodeTraining

extension PhysionetExperiment {
    /// Where deaths in hospital are told from the whole of the first two days.
    static let mortalitySetting = "in-hospital death, 48 h seen"
    static let outcome = "in_hospital_death"

    /// Published figures and the goal.
    static var mortalityRow: ExperimentRow {
        ExperimentRow(
            setting: mortalitySetting,
            published: [
                PublishedFigure(method: "latent ODE", value: 0.829), PublishedFigure(method: "ODE-RNN", value: 0.833),
                PublishedFigure(method: "mTAND", value: 0.858),
            ], goal: 0.85, figure: "AUROC", isHigherBetter: true, measured: [])
    }

    /// Sizes and settings, chosen on validation stays.
    package var mortalityRecipe: Recipe {
        var recipe = Recipe(
            latent: 16, encoderHidden: 64, hidden: 48, epochs: effort == .quick ? 8 : 30, batchSize: 50,
            learningRate: 0.003)
        recipe.headWeight = 3
        recipe.encoder = .attention(referencePoints: 24, heads: 1, embedding: 16, span: Normalization.modelSpan)
        return recipe
    }

    /// Trains a model with a head by a recipe and asks it about validation and test stays.
    package func mortality(
        seed: UInt64, recipe: Recipe, in laboratory: Laboratory
    ) throws(ExperimentError) -> (validation: OutcomeEvaluation?, test: OutcomeEvaluation?) {
        let split = split(seed: seed, validating: 5)
        let clipped = clipped(by: split.training.map { series[$0] })
        let normalization = Normalization(
            trainingOn: split.training.map { clipped[$0] }, channels: ranges.count
        ).adapted(span: recipe.modelSpan)
        do {
            let data = try TrainingData(
                clipped, split: split, normalization: normalization, tasks: OutcomeTasks(wholeShare: 0.5),
                outcome: Self.outcome)
            let model = try laboratory.train(data, recipe: recipe, seed: seed, label: Self.mortalitySetting)
            func evaluation(_ part: [Int]) throws -> OutcomeEvaluation? {
                try OutcomeEvaluation(
                    of: model, on: part.map { clipped[$0] }, training: data.series(split.training),
                    sampleCount: laboratory.sampleCount, seed: seed, kernels: laboratory.kernels, pool: laboratory.pool)
            }
            return (try evaluation(split.validation), try evaluation(split.test))
        } catch let error as ExperimentError {
            throw error
        } catch let error as TrainingError {
            throw .training(error)
        } catch {
            throw .unsuitableData(detail: "\(error)")
        }
    }
}
