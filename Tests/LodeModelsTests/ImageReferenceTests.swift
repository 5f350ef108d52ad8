import Foundation
import LodeModels
import LodeNetworks
import LodeNumerics
import LodeTestSupport
import Testing

/// Image classifiers beside PyTorch's convolutions, group norms and automatic gradients: scripts/references/images.py.
@Suite struct ImageReferenceTests {
    private func run<Scalar: KernelScalar>(
        _ features: FeatureLayers, _: Scalar.Type, _ instructionSet: InstructionSet
    ) throws -> (features: [Double], loss: Double, gradient: [Double]) {
        let classifier = ConvolutionalClassifier<Scalar>(
            height: 12, width: 12, classes: 3, channels: 4, groups: 2, features: features,
            kernels: Kernels(instructionSet))
        let pixels = (0..<5 * 144).map { index -> Scalar in Scalar(0.5 + 0.5 * sin(1 + 0.37 * Double(index))) }
        let images = LabeledImages(pixels: pixels, height: 12, width: 12, labels: (0..<5).map { $0 % 3 })
        let parameters = ParameterVector<Scalar>(layout: classifier.layout)
        parameters.values = (0..<classifier.layout.count).map { index -> Scalar in
            Scalar(0.5 * sin(1 + 0.7 * Double(index)))
        }
        let pool = ThreadPool(threadCount: 1)
        let memory = classifier.makeMemory(imageCount: 5, forGradients: true)
        let gradient = AlignedBuffer<Scalar>(count: classifier.layout.count)
        let score = try classifier.gradient(
            images, Array(0..<5), parameters: parameters, gradient: gradient, memory: memory, pool: pool)
        let states =
            features.isDifferentialEquation
            ? try classifier.finalStates(images, Array(0..<5), parameters: parameters, memory: memory, pool: pool) : []
        return (
            states.map { Double($0) }, score.meanLoss,
            UnsafeBufferPointer(start: gradient.pointer, count: gradient.count).map { Double($0) }
        )
    }

    @Test(arguments: InstructionSet.supported)
    func `gradients of residual blocks and of fixed steps are PyTorch's`(instructionSet: InstructionSet) throws {
        for (features, reference) in [
            (FeatureLayers.residual(blocks: 1), ImageReferences.residual), (.fixedSteps(3), ImageReferences.steps),
        ] {
            let double = try run(features, Double.self, instructionSet)
            #expect(double.gradient.count == reference.gradient.count)
            // Sums of a few hundred terms, in another order, through five norms.
            #expect(abs(double.loss - reference.loss) < 1e-12)
            #expect(FiniteDifferences.relativeDifference(double.gradient, reference.gradient) < 1e-11)
            if features.isDifferentialEquation {
                #expect(FiniteDifferences.relativeDifference(double.features, reference.features) < 1e-12)
            }
            // The same in Float32, whose rounding is 2²⁹ times as large.
            let single = try run(features, Float.self, instructionSet)
            #expect(abs(single.loss - reference.loss) < 1e-5)
            #expect(FiniteDifferences.relativeDifference(single.gradient, reference.gradient) < 1e-4)
        }
    }

    @Test func `an adaptive solve and its adjoint are torchdiffeq's`() throws {
        let reference = ImageReferences.adaptive
        let found = try run(.adaptive(tolerance: 1e-7), Double.self, .best)
        // Both to 1e-7, with steps of their own; ReLU's kinks and norms of small deviations enlarge what a step leaves:
        // torchdiffeq's own features are 5e-5 away from those to 1e-8.
        #expect(abs(found.loss - reference.loss) < 1e-6)
        #expect(FiniteDifferences.relativeDifference(found.features, reference.features) < 5e-4)
        #expect(FiniteDifferences.relativeDifference(found.gradient, reference.gradient) < 1e-3)
    }
}
