import LodeModels
import LodeNetworks
import LodeNumerics
import LodeSolvers
import LodeTestSupport
import Testing

@Suite struct ConvolutionalClassifierTests {
    /// Noise with a bright bar whose place tells the class.
    private func images<Scalar: KernelScalar>(_ count: Int, _: Scalar.Type = Scalar.self) -> LabeledImages<Scalar> {
        let random = CounterRandom(seed: 3, stream: 0)
        let labels = (0..<count).map { $0 % 3 }
        let pixels = (0..<count * 144).map { index -> Scalar in
            let row = index % 144 / 12
            return Scalar(0.3 * random.uniform(UInt64(index)) + (row / 4 == labels[index / 144] ? 0.7 : 0))
        }
        return LabeledImages(pixels: pixels, height: 12, width: 12, labels: labels)
    }

    private func classifier<Scalar>(_ features: FeatureLayers, _: Scalar.Type) -> ConvolutionalClassifier<Scalar> {
        ConvolutionalClassifier(
            height: 12, width: 12, classes: 3, channels: 4, groups: 2, features: features, kernels: .underTest)
    }

    private func gradient<Classifier: ImageClassifier>(
        _ classifier: Classifier, _ images: LabeledImages<Classifier.Scalar>,
        _ parameters: ParameterVector<Classifier.Scalar>, threads: Int = 1
    ) throws -> (values: [Classifier.Scalar], score: ClassifierScore) {
        let gradient = AlignedBuffer<Classifier.Scalar>(count: classifier.layout.count)
        let score = try classifier.gradient(
            images, Array(0..<images.count), parameters: parameters, gradient: gradient,
            memory: classifier.makeMemory(imageCount: images.count, forGradients: true),
            pool: ThreadPool(threadCount: threads))
        return (Array(UnsafeBufferPointer(start: gradient.pointer, count: gradient.count)), score)
    }

    /// Along some directions, for differences in every coordinate would take minutes.
    private func check(_ features: FeatureLayers, tolerance: Double) throws {
        let classifier = classifier(features, Double.self)
        // One full block and one that is not.
        let images = images(19, Double.self)
        let parameters = ParameterVector<Double>(layout: classifier.layout, seed: 11)
        let start = parameters.values
        let (gradient, score) = try gradient(classifier, images, parameters)
        #expect(score.count == 19 && score.unfinishedSolves == 0)
        let memory = classifier.makeMemory(imageCount: 19, forGradients: false)
        let pool = ThreadPool(threadCount: 1)
        for direction in 0..<6 {
            let random = CounterRandom(seed: 8, stream: UInt64(direction))
            let along = start.indices.map { random.normal(UInt64($0)) }
            let expected = try FiniteDifferences.gradient(at: [0], step: 1e-6) { step in
                parameters.values = zip(start, along).map { $0 + step[0] * $1 }
                return try classifier.score(images, Array(0..<19), parameters: parameters, memory: memory, pool: pool)
                    .meanLoss
            }
            let found = zip(gradient, along).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(found - expected[0]) < tolerance * max(1, abs(expected[0])), "\(found), not \(expected[0])")
        }
    }

    @Test(arguments: [FeatureLayers.residual(blocks: 2), .fixedSteps(3)])
    func `the gradient is that by finite differences`(features: FeatureLayers) throws {
        // Steps of 1e-6 cross some of the thousands of ReLU's kinks: each changes the difference by up to a step's length.
        try check(features, tolerance: 2e-5)
    }

    @Test func `the continuous adjoint's gradient is near that of many small steps`() throws {
        let images = images(19, Double.self)
        let classifier = classifier(.adaptive(tolerance: 1e-9), Double.self)
        let parameters = ParameterVector<Double>(layout: classifier.layout, seed: 11)
        let discrete = try gradient(classifier.solved(.fixedSteps(2_048)), images, parameters).values
        func error(_ tolerance: Double) throws -> Double {
            let adjoint = try gradient(classifier.solved(.adaptive(tolerance: tolerance)), images, parameters).values
            return FiniteDifferences.relativeDifference(adjoint, discrete)
        }
        // Measured against 8,192 steps: 2,048 are 0.06 % off, for across a kink of ReLU a step is of first order only; the adjoint
        // is 0.02 % off at 1e-9 and 7 % at 1e-5, since the way back through such small norms enlarges errors.
        let coarse = try error(1e-5)
        let fine = try error(1e-9)
        #expect(fine < 2e-3 && fine < coarse / 10, "\(coarse), then \(fine)")
    }

    @Test(arguments: [FeatureLayers.residual(blocks: 2), .fixedSteps(2), .adaptive(tolerance: 1e-3)])
    func `any number of threads gives the same bits`(features: FeatureLayers) throws {
        let classifier = classifier(features, Float.self)
        let images = images(70, Float.self)
        let parameters = ParameterVector<Float>(layout: classifier.layout, seed: 11)
        let one = try gradient(classifier, images, parameters, threads: 1)
        let three = try gradient(classifier, images, parameters, threads: 3)
        #expect(one.values == three.values)
        #expect(one.score == three.score)
    }

    @Test func `parameters are as many as in the paper`() {
        func count(_ features: FeatureLayers) -> Int {
            ConvolutionalClassifier<Float>(
                height: 28, width: 28, classes: 10, channels: 64, groups: 32, features: features, kernels: .underTest
            ).layout.count
        }
        // torchdiffeq's odenet_mnist.py prints 208266 and 576778.
        #expect(count(.adaptive(tolerance: 1e-3)) == 208_266)
        #expect(count(.fixedSteps(4)) == 208_266)
        #expect(count(.residual(blocks: 6)) == 576_778)
    }

    @Test func `steps of a Runge–Kutta method come near the adaptive solve`() throws {
        let images = images(16, Double.self)
        let exact = classifier(.adaptive(tolerance: 1e-10), Double.self)
        let parameters = ParameterVector<Double>(layout: exact.layout, seed: 5)
        let memory = exact.makeMemory(imageCount: 16, forGradients: false)
        let pool = ThreadPool(threadCount: 1)
        func states(_ features: FeatureLayers) throws -> [Double] {
            try exact.solved(features).finalStates(
                images, Array(0..<16), parameters: parameters, memory: memory, pool: pool)
        }
        let reference = try states(.adaptive(tolerance: 1e-10))
        func error(_ steps: Int) throws -> Double {
            zip(try states(.fixedSteps(steps)), reference).reduce(0) { max($0, abs($1.0 - $1.1)) }
        }
        // Fourth order would be a factor of 4096 for 8 times the steps; ReLU's kinks cost orders, first order is 8.
        let coarse = try error(4)
        let fine = try error(32)
        #expect(fine < coarse / 16, "\(coarse), then \(fine)")
    }

    @Test func `a single image is classified as in a batch`() throws {
        let images = images(20, Float.self)
        let classifier = classifier(.adaptive(tolerance: 1e-3), Float.self)
        let parameters = ParameterVector<Float>(layout: classifier.layout, seed: 5)
        let memory = classifier.makeMemory(imageCount: 20, forGradients: false)
        let pool = ThreadPool(threadCount: 1)
        let all = try classifier.finalStates(images, Array(0..<20), parameters: parameters, memory: memory, pool: pool)
        let one = try classifier.finalStates(images, [7], parameters: parameters, memory: memory, pool: pool)
        #expect(one == Array(all[7 * classifier.featureCount..<8 * classifier.featureCount]))
    }

    @Test func `a perceptron's gradient is that by finite differences`() throws {
        let images = images(19, Double.self)
        let classifier = PerceptronClassifier<Double>(pixels: 144, hidden: 3, classes: 3, kernels: .underTest)
        let parameters = ParameterVector<Double>(layout: classifier.layout, seed: 2)
        let start = parameters.values
        let (gradient, _) = try gradient(classifier, images, parameters)
        let memory = classifier.makeMemory(imageCount: 19, forGradients: false)
        let pool = ThreadPool(threadCount: 1)
        let expected = try FiniteDifferences.gradient(at: start, step: 1e-6) { values in
            parameters.values = values
            return try classifier.score(images, Array(0..<19), parameters: parameters, memory: memory, pool: pool)
                .meanLoss
        }
        // Roundings of a loss of order 1 by steps of 1e-6, relative to a largest entry of order 0.1.
        #expect(FiniteDifferences.relativeDifference(gradient, expected) < 1e-7)
    }
}
