import LodeExperiments
import LodeModels
import LodeNumerics
import LodeTraining
import Testing

/// Training with a split, normalisation and tasks that a protocol decides.
@Suite struct InjectedRunTests {
    private let split = DataSplit(training: Array(0..<24), validation: Array(24..<32), test: Array(32..<40))

    private func trainer(threads: Int, resuming snapshot: TrainingSnapshot? = nil) throws -> Trainer {
        let set = PeriodicSet(seed: 2, points: 100)
        let series = (0..<40).map { set.series($0) }
        let data = try TrainingData(
            series, split: split,
            normalization: Normalization(trainingOn: split.training.map { series[$0] }, channels: 1),
            tasks: InterpolationTasks(fractions: [0.1, 0.5]))
        let plan = TrainingPlan(for: data, seed: 2, wishes: TrainingPlan.Wishes(maxEpochs: 6))
        var options = plan.options
        options.validationInterval = 2
        options.batchSize = 10
        return try Trainer(
            data: data, model: LatentODE(plan.configuration), options: options, resuming: snapshot,
            kernels: Kernels(.best), pool: ThreadPool(threadCount: threads))
    }

    private func finalParameters(_ trainer: consuming Trainer) throws -> [Float] {
        while !trainer.isFinished { _ = try trainer.advance(shouldStop: { false }) }
        return trainer.snapshot.parameters
    }

    @Test func `one and two threads give the same bits`() throws {
        #expect(try finalParameters(trainer(threads: 1)) == finalParameters(trainer(threads: 2)))
    }

    @Test func `a run that goes on from a snapshot gives the same bits`() throws {
        var first = try trainer(threads: 1)
        _ = try first.advance(shouldStop: { false })
        let bytes = try first.snapshot.encoded()
        let resumed = try trainer(threads: 1, resuming: TrainingSnapshot(decoding: bytes))
        #expect(try finalParameters(resumed) == finalParameters(trainer(threads: 1)))
    }

    @Test func `the split of the protocol is the split of the run`() throws {
        #expect(try trainer(threads: 1).data.split == split)
    }
}
