import LodeDomain

/// Keeps the model versions used lately in memory, each loaded once however many ask at the same time.
actor ForecasterCache {
    private let models: any ModelRegistry
    private let loader: any ForecasterLoader
    private let capacity: Int
    private var loads: [Identifier<ModelVersion>: Task<Result<any Forecaster, ServiceError>, Never>] = [:]
    /// The versions in `loads`, the one used last at the end.
    private var order: [Identifier<ModelVersion>] = []

    init(models: any ModelRegistry, loader: any ForecasterLoader, capacity: Int) {
        self.models = models
        self.loader = loader
        self.capacity = capacity
    }

    func forecaster(for version: ModelVersion) async throws(ServiceError) -> any Forecaster {
        order.removeAll { $0 == version.id }
        order.append(version.id)
        let load = loads[version.id] ?? startLoading(version)
        loads[version.id] = load
        if order.count > capacity { loads[order.removeFirst()] = nil }
        do {
            return try await load.value.get()
        } catch {
            // The next one to ask tries again.
            loads[version.id] = nil
            throw error
        }
    }

    private func startLoading(_ version: ModelVersion) -> Task<Result<any Forecaster, ServiceError>, Never> {
        Task { [models, loader] in
            do throws(StoreError) {
                let weights = try await models.weights(of: version.id)
                return await BlockingWork.run { () -> Result<any Forecaster, ServiceError> in
                    do throws(ForecastError) {
                        return .success(try loader.forecaster(for: version, weights: weights))
                    } catch {
                        return .failure(.forecast(error))
                    }
                }
            } catch {
                return .failure(ServiceError(error))
            }
        }
    }
}
