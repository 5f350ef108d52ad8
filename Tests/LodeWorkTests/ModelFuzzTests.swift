import Foundation
import LodeDomain
import LodeJobs
import LodeNumerics
import LodeService
import LodeTestSupport
import LodeWork
import Testing

/// Model versions from elsewhere with anything wrong in their metadata or weights.
@Suite struct ModelFuzzTests {
    /// A version after a few epochs.
    private static func draft() async throws -> ModelVersionDraft {
        let series = (0..<8).map { number in
            SeriesObservations(
                name: "\(number)",
                points: (0..<12).map { .init(time: Double($0) / 2, channel: 0, value: sin(Double($0 + number) / 2)) })
        }
        let handler = TrainHandler(
            datasets: FixedDataset(channels: ["x"], series: series), instructionSet: .best, threads: 1,
            secondsBetweenSnapshots: 1e9,
            now: { Timestamp(microseconds: 0) })
        let id = Identifier<Job>(rawValue: 3)
        let start = Timestamp(microseconds: 0)
        let job = Job(
            id: id, kind: "train", arguments: #"{"dataset":"waves","maxEpochs":3}"#, state: .running, attempt: 1,
            maxAttempts: 5,
            progress: nil, result: nil, failures: [], createdAt: start, availableAt: start, attemptedAt: start,
            finishedAt: nil)
        let claimed = ClaimedJob(job: job, lease: Lease(job: id, fencingToken: 1, expiresAt: start), snapshot: nil)
        return try #require(try await handler.run(claimed, in: ScriptedContext()).draft)
    }

    private static let words = [
        "null", "0", "-1", "65536", "65537", "1e308", "1e-320", "[]", "{}", "true", "\"gru\"", "[65536,65536,65536]",
        ",", "}", "]",
        "\"channels\":", "\"latentDimension\":", "lode-latent-ode-1",
    ]

    @Test func `a version is refused, or answers`() async throws {
        let draft = try await Self.draft()
        let loader = LatentForecasterLoader(instructionSet: .best, pool: ThreadPool(threadCount: 1))
        let seen = SeriesObservations(
            name: "new", points: [.init(time: 0, channel: 0, value: 0.5), .init(time: 1, channel: 0, value: 0.7)])
        let query = PredictionQuery(
            times: [0.5, 2], quantiles: [0.1, 0.5, 0.9], settings: ForecastSettings(sampleCount: 2, seed: 4))
        var campaign = 0
        for (name, document) in [("model-metadata", Array(draft.metadata.utf8)), ("model-weights", draft.weights)] {
            let fault = try FuzzCampaign(name, standard: 300).run([document], words: Self.words) { bytes, _ in
                let version = ModelVersion(
                    id: Identifier(rawValue: 1), dataset: draft.dataset, number: 1, job: nil,
                    watermark: draft.watermark,
                    metadata: campaign == 0 ? String(decoding: bytes, as: UTF8.self) : draft.metadata,
                    createdAt: Timestamp(microseconds: 0))
                do throws(ForecastError) {
                    let model = try loader.forecaster(for: version, weights: campaign == 0 ? draft.weights : bytes)
                    guard model.channels.count == 1 else { return nil }
                    let answer = try model.predict(from: seen, query: query)
                    return answer.channels.count == 1 ? nil : "\(answer.channels.count) channels"
                } catch {
                    return nil
                }
            }
            #expect(fault == nil)
            campaign += 1
        }
    }
}
