import LodeDomain
import LodeJobs

/// Which code trains and runs models.
enum ModelCode {
    /// Brings stored versions to life.
    static let loader: any ForecasterLoader = NoModels()

    /// What a worker can do.
    static func handlers(store: any DatasetStore, now: @escaping Now) -> [any JobHandler] { [] }
}

/// This build knows no kind of model yet.
private struct NoModels: ForecasterLoader {
    func forecaster(for version: ModelVersion, weights: [UInt8]) throws(ForecastError) -> any Forecaster {
        throw .corruptModel(detail: "this build has no model code")
    }
}
