internal import Foundation
internal import LodeDomain
internal import LodeJobs
internal import LodeModels
internal import LodeService
internal import LodeTraining

/// A stored version, read, with what its dataset holds now.
struct StoredVersion: Sendable {
    let dataset: Dataset
    let version: ModelVersion
    let model: TrainedModel
    let document: ModelDocument
    let contents: DatasetContents
    /// The series that have times, by name, as the model sees them.
    let series: [ChannelSeries]

    /// Reads the version that `model` refers to; throws what keeps a job about it from going on.
    init(_ model: String, datasets: any DatasetStore, models: any ModelRegistry) async throws(JobError) {
        do {
            let reference = try ModelReference(parsing: model)
            let catalog = CatalogService(store: datasets, models: models)
            (dataset, version) = try await catalog.resolve(reference)
            let weights = try await models.weights(of: version.id)
            (self.model, document) = try ModelDocument.trainedModel(of: version, weights: weights)
            contents = try await datasets.contents(of: dataset.id)
        } catch let error as ServiceError {
            throw JobError(error)
        } catch let error as StoreError {
            throw JobError(error)
        } catch let error as ForecastError {
            throw JobError(ServiceError.forecast(error))
        } catch {
            throw .transient(code: "version-not-read", message: "\(error)")
        }
        series = try Self.series(contents, channels: document.metadata.channels, inputs: document.metadata.inputs ?? [])
    }

    /// What training on these series with the model's own seed and windows would train, validate and test on.
    ///
    /// As long as no series has come in or gone since, it is the split of the training.
    func parts() throws(JobError) -> (series: [ChannelSeries], split: DataSplit) {
        if let windows = model.normalization.windows {
            let parts = windows.split(series, seed: document.metadata.seed)
            guard ![parts.1.training, parts.1.validation, parts.1.test].contains(where: \.isEmpty) else {
                throw .permanent(
                    code: "too-few-windows",
                    message: "The dataset's series are too short now to be cut into the windows of the version.")
            }
            return (parts.0, parts.1)
        }
        guard series.count >= DataSplit.fewestSeries else {
            throw .permanent(
                code: "too-few-series",
                message:
                    "The dataset has \(series.count) series with observations; \(DataSplit.fewestSeries) are needed.")
        }
        return (series, DataSplit(count: series.count, seed: document.metadata.seed))
    }

    /// What to know of the series that a figure comes from; nil where they are the ones of the training.
    var caveat: String? {
        let trained = version.provenance.extent?.series
        guard trained != contents.series.count else { return nil }
        return
            "The dataset had \(trained.map { "\($0)" } ?? "an unknown number of") series when the version was trained and "
            + "has \(contents.series.count) now: some of those measured here may have trained it."
    }

    private static func series(
        _ contents: DatasetContents, channels: [String], inputs: [String]
    ) throws(JobError) -> [ChannelSeries] {
        let names = channels + inputs
        let missing = names.filter { !contents.channels.contains($0) }
        guard missing.isEmpty else {
            throw .permanent(
                code: "channel-not-found",
                message:
                    "The dataset has no channel \(missing.joined(separator: ", ")) any more, which the model knows.")
        }
        let places = contents.channels.map { names.firstIndex(of: $0) }
        return contents.series.map { one in
            var one = one
            one.points = one.points.compactMap { point in
                guard let place = places[point.channel] else { return nil }
                return .init(time: point.time, channel: place, value: point.value)
            }
            return ChannelSeries(one, channels: channels.count, inputs: inputs.count)
        }.filter { !$0.times.isEmpty }
    }
}
