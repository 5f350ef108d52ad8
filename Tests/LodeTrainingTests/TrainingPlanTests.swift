import Foundation
import LodeModels
import LodeTraining
import Testing

/// What training chooses where nobody asks for anything.
@Suite struct TrainingPlanTests {
    private static func data(series: Int, times: Int, channels: Int) throws -> TrainingData {
        let all = (0..<series).map { number in
            ChannelSeries(
                name: "\(number)", times: (0..<times).map { Double($0) },
                values: (0..<times * channels).map { sin(0.37 * Double($0 + 11 * number)) },
                mask: Array(repeating: true, count: times * channels))
        }
        return try TrainingData(all, channels: channels, seed: 1)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var series: Int
        var times: Int
        var channels = 1
        var hidden: Int
        var latent: Int
        /// Optimiser steps of the whole run.
        var steps: ClosedRange<Int>

        var testDescription: String { "\(series) series of \(times) times, \(channels) channels" }

        static let all = [
            Case(series: 50, times: 20, hidden: 32, latent: 6, steps: 3_000...5_000),
            Case(series: 10_000, times: 200, hidden: 64, latent: 6, steps: 3_000...5_000),
            Case(series: 50, times: 20, channels: 5, hidden: 32, latent: 9, steps: 3_000...5_000),
        ]
    }

    @Test(arguments: Case.all)
    func `sizes follow the data, and every choice is said`(data expected: Case) throws {
        let data = try Self.data(series: expected.series, times: expected.times, channels: expected.channels)
        let plan = TrainingPlan(for: data, seed: 1, wishes: .init())
        #expect(data.normalization.windows == nil)
        #expect(plan.configuration.latentDimension == expected.latent)
        #expect(plan.configuration.encoderHidden == expected.hidden)
        let options = plan.options
        let perEpoch = (data.split.training.count + options.batchSize - 1) / options.batchSize
        #expect(expected.steps.contains(options.maxEpochs * perEpoch))
        // A look now and then, and patience for ten of them at least.
        #expect((40...200).contains(options.maxEpochs / options.validationInterval))
        #expect(options.patience >= 10 * options.validationInterval)
        let said = plan.choices.joined(separator: " ")
        for part in [
            "\(data.split.training.count) series train", "Latent state of \(expected.latent) components",
            "Hidden layers of \(expected.hidden) units",
            "At most \(options.maxEpochs) epochs of \(perEpoch) steps of \(options.batchSize) series",
            "learning rate \(options.learningRate)",
        ] { #expect(said.contains(part), "“\(part)” in: \(said)") }
    }
}
