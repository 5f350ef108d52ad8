import Dispatch
import LodeDomain
import LodeServiceTestSupport

/// Loads interpolators whose answers wait until the test lets them go.
final class HeldLoader: ForecasterLoader {
    private let base = InterpolatingLoader()
    private let releases = DispatchSemaphore(value: 0)
    private let arrival: AsyncStream<Void>.Continuation
    /// One for each answer that has begun to wait.
    let arrivals: AsyncStream<Void>

    init() {
        (arrivals, arrival) = AsyncStream.makeStream()
    }

    /// Lets so many answers go.
    func release(_ count: Int) {
        for _ in 0..<count { releases.signal() }
    }

    func forecaster(for version: ModelVersion, weights: [UInt8]) throws(ForecastError) -> any Forecaster {
        HeldForecaster(base: try base.forecaster(for: version, weights: weights)) { [self] in
            arrival.yield()
            releases.wait()
        }
    }
}

private struct HeldForecaster: Forecaster {
    let base: any Forecaster
    let hold: @Sendable () -> Void

    var channels: [String] { base.channels }

    func prepare(
        _ observations: SeriesObservations, settings: ForecastSettings
    ) throws(ForecastError) -> any PreparedForecast {
        HeldForecast(base: try base.prepare(observations, settings: settings), hold: hold)
    }
}

private struct HeldForecast: PreparedForecast {
    let base: any PreparedForecast
    let hold: @Sendable () -> Void

    var byteCount: Int { base.byteCount }

    func predict(_ query: PredictionQuery) throws(ForecastError) -> Prediction {
        hold()
        return try base.predict(query)
    }
}
