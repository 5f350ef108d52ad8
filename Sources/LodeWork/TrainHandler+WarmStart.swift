internal import LodeDomain
internal import LodeJobs
internal import LodeModels
internal import LodeNetworks
internal import LodeService
internal import LodeTraining

extension TrainHandler {
    /// What a training starts from in the place of random weights.
    struct WarmStart {
        /// The weights; nil where there are none to start from.
        var parameters: [Float]?
        /// What was chosen and why, a sentence.
        var choice: String
        /// What to know of the figures then.
        var caveat: String?
    }

    /// The weights of the version that the new one takes over from, where they fit; nil where that was not asked for.
    func warmStart(
        _ request: TrainingRequest, _ configuration: LatentODE.Configuration, _ contents: DatasetContents,
        channels: [String], inputs: [String]
    ) async throws(JobError) -> WarmStart? {
        guard request.warmStart == true else { return nil }
        let alias = request.promote?.alias ?? ModelAlias.production
        let weights: [UInt8]
        let parent: ModelVersion
        do throws(StoreError) {
            var found = try await models?.version(aliased: alias, of: contents.dataset.id)
            if found == nil { found = try await models?.latestVersion(of: contents.dataset.id) }
            guard let found, let models else {
                return WarmStart(choice: "From random weights: there is no version to start from.")
            }
            parent = found
            weights = try await models.weights(of: parent.id)
        } catch {
            throw JobError(error)
        }
        do throws(ForecastError) {
            let (model, document) = try ModelDocument.trainedModel(of: parent, weights: weights)
            guard document.configuration == configuration, document.metadata.channels == channels,
                document.metadata.inputs ?? [] == inputs
            else {
                return WarmStart(
                    choice: "From random weights: version \(parent.number) has another architecture or other channels.")
            }
            let isSame = parent.provenance.extent?.series == contents.series.count
            return WarmStart(
                parameters: model.parameters.values,
                choice: "Started from the weights of version \(parent.number).",
                caveat: isSame
                    ? nil
                    : "Other series were there when version \(parent.number), from whose weights it started, was trained: some "
                        + "of those held out now may have trained them.")
        } catch {
            return WarmStart(choice: "From random weights: version \(parent.number) cannot be read.")
        }
    }
}
