internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

/// How a classifier is trained: Adam on minibatches, with a learning rate that falls by steps.
struct ClassifierRecipe: Sendable {
    var epochs: Int
    var batchSize = 32
    var learningRate = 3e-3
    /// The shares of all epochs after which the learning rate is divided by ten.
    var drops = [0.6, 0.85]

    func learningRate(epoch: Int) -> Double {
        drops.reduce(learningRate) { Double(epoch) >= $1 * Double(epochs) ? $0 / 10 : $0 }
    }
}

/// A trained classifier and how it came about.
struct ClassifierRun<Classifier: ImageClassifier>: Sendable where Classifier.Scalar == Float {
    let classifier: Classifier
    let parameters: ParameterVector<Float>
    /// The training images as each epoch met them.
    let epochs: [ClassifierScore]
    /// The test images after each epoch.
    let tests: [ClassifierScore]
    /// Of training alone, all epochs.
    let seconds: Double

    /// After the last epoch.
    var test: ClassifierScore { tests.last ?? ClassifierScore() }
}

extension Laboratory {
    /// Trains a classifier; the same bits for any number of threads.
    func train<Classifier: ImageClassifier>(
        _ classifier: Classifier, on training: LabeledImages<Float>, test: LabeledImages<Float>,
        recipe: ClassifierRecipe, seed: UInt64, label: String
    ) throws(ExperimentError) -> ClassifierRun<Classifier> where Classifier.Scalar == Float {
        let parameters = ParameterVector<Float>(layout: classifier.layout, seed: seed)
        let gradient = AlignedBuffer<Float>(count: classifier.layout.count)
        let memory = classifier.makeMemory(imageCount: recipe.batchSize, forGradients: true)
        let optimizer = Adam(gradientClipNorm: 10)
        var state = Adam.State<Float>(count: classifier.layout.count)
        var epochs: [ClassifierScore] = []
        var tests: [ClassifierScore] = []
        var seconds = 0.0
        for epoch in 0..<recipe.epochs {
            let start = clock()
            let order = CounterRandom(seed: seed, path: 0x6F72_6465, UInt64(epoch)).permutation(training.count)
            var score = ClassifierScore()
            for first in stride(from: 0, to: order.count, by: recipe.batchSize) {
                let batch = Array(order[first..<min(first + recipe.batchSize, order.count)])
                gradient.clear()
                score.add(
                    try solving(label) { () throws(SolveError) in
                        try classifier.gradient(
                            training, batch, parameters: parameters, gradient: gradient, memory: memory, pool: pool)
                    })
                let norm = optimizer.update(
                    parameters, gradient: gradient.pointer, learningRate: recipe.learningRate(epoch: epoch),
                    state: &state,
                    kernels: kernels)
                guard norm.isFinite else {
                    throw .unsuitableData(detail: "the gradient of \(label) is not finite in epoch \(epoch + 1)")
                }
            }
            seconds += clock() - start
            epochs.append(score)
            tests.append(
                try self.score(
                    classifier, test, parameters: parameters, memory: memory, batchSize: recipe.batchSize, label))
            report(Self.line(label, seed, epoch, recipe, score, tests[epoch], seconds))
        }
        return ClassifierRun(
            classifier: classifier, parameters: parameters, epochs: epochs, tests: tests, seconds: seconds)
    }

    /// Classifies all images.
    func score<Classifier: ImageClassifier>(
        _ classifier: Classifier, _ images: LabeledImages<Float>, parameters: ParameterVector<Float>,
        memory: Classifier.Memory, batchSize: Int, _ label: String
    ) throws(ExperimentError) -> ClassifierScore where Classifier.Scalar == Float {
        var score = ClassifierScore()
        for first in stride(from: 0, to: images.count, by: batchSize) {
            let batch = Array(first..<min(first + batchSize, images.count))
            score.add(
                try solving(label) { () throws(SolveError) in
                    try classifier.score(images, batch, parameters: parameters, memory: memory, pool: pool)
                })
        }
        return score
    }

    /// Runs a pass; solves that do not reach their end are an error.
    func solving(
        _ label: String, _ pass: () throws(SolveError) -> ClassifierScore
    ) throws(ExperimentError) -> ClassifierScore {
        let score: ClassifierScore
        do {
            score = try pass()
        } catch {
            throw .solver(error)
        }
        guard score.unfinishedSolves == 0 else {
            throw .unsuitableData(detail: "\(score.unfinishedSolves) solves of \(label) did not reach their end")
        }
        return score
    }

    private static func line(
        _ label: String, _ seed: UInt64, _ epoch: Int, _ recipe: ClassifierRecipe, _ score: ClassifierScore,
        _ test: ClassifierScore, _ seconds: Double
    ) -> String {
        var line =
            "\(label), seed \(seed), epoch \(epoch + 1) of \(recipe.epochs): loss "
            + "\(ExperimentTable.digits(score.meanLoss)), test error \(ExperimentTable.digits(100 * test.errorShare)) %"
        if score.forwardEvaluations > 0 {
            line +=
                ", evaluations \(ExperimentTable.digits(score.forwardPerImage)) forward, "
                + "\(ExperimentTable.digits(score.backwardPerImage)) backward"
        }
        return line + ", \(Int(seconds)) s"
    }
}

extension ClassifierScore {
    /// Evaluations of the field forward, for the mean image.
    var forwardPerImage: Double { Double(forwardEvaluations) / Double(max(count, 1)) }
    /// The same backward.
    var backwardPerImage: Double { Double(backwardEvaluations) / Double(max(count, 1)) }
}
