public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// A perceptron with one hidden layer of rectified units, which sees an image as a list of numbers.
public struct PerceptronClassifier<Scalar: KernelScalar>: ImageClassifier {
    private let network: MultilayerPerceptron
    private let kernels: Kernels<Scalar>

    /// A classifier of images of `pixels` values.
    public init(pixels: Int, hidden: Int, classes: Int, kernels: Kernels<Scalar>) {
        network = MultilayerPerceptron(widths: [pixels, hidden, classes], activation: .relu)
        self.kernels = kernels
    }

    /// The network's.
    public var layout: ParameterLayout { network.layout }

    /// One part for each block of images.
    public final class Memory: Sendable {
        fileprivate let parts: [Part]

        fileprivate init(_ network: MultilayerPerceptron, count: Int) {
            parts = (0..<count).map { _ in Part(network) }
        }
    }

    /// One thread at a time works on a part, and loops over parts end before their results are read: safe to share.
    fileprivate final class Part: @unchecked Sendable {
        let images: AlignedBuffer<Scalar>
        let tape: MultilayerPerceptron.Tape<Scalar>
        let workspace: MultilayerPerceptron.Workspace<Scalar>
        let cotangents: AlignedBuffer<Scalar>
        let gradient: AlignedBuffer<Scalar>
        var score = ClassifierScore()

        init(_ network: MultilayerPerceptron) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            images = AlignedBuffer(count: network.inputs * lanes)
            tape = MultilayerPerceptron.Tape(network)
            workspace = MultilayerPerceptron.Workspace(network)
            cotangents = AlignedBuffer(count: network.outputs * lanes)
            gradient = AlignedBuffer(count: network.layout.count)
        }
    }

    /// Room for passes; gradients take a vector of parameters a block.
    public func makeMemory(imageCount: Int, forGradients: Bool) -> Memory {
        let lanes = Kernels<Scalar>.lanesPerBlock
        return Memory(network, count: (imageCount + lanes - 1) / lanes)
    }

    /// Classifies a batch.
    public func score(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>, memory: Memory,
        pool: ThreadPool
    ) throws(SolveError) -> ClassifierScore {
        run(images, batch, parameters: parameters, gradient: nil, memory: memory, pool: pool)
    }

    /// Classifies a batch and adds the gradient of its mean cross-entropy.
    public func gradient(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        gradient: AlignedBuffer<Scalar>, memory: Memory, pool: ThreadPool
    ) throws(SolveError) -> ClassifierScore {
        run(images, batch, parameters: parameters, gradient: gradient, memory: memory, pool: pool)
    }

    private func run(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        gradient: AlignedBuffer<Scalar>?, memory: Memory, pool: ThreadPool
    ) -> ClassifierScore {
        let blocks = BatchBlocks(batch)
        let isTraining = gradient != nil
        precondition(blocks.count <= memory.parts.count, "\(blocks.count) blocks for \(memory.parts.count) of memory")
        pool.forEach(blocks.count) { index, _ in
            let part = memory.parts[index]
            images.gather(blocks[index], into: part.images.pointer, kernels: kernels)
            network.record(part.tape, input: part.images.pointer, parameters: parameters.pointer, kernels: kernels)
            part.score = ClassifierScore()
            part.score.add(
                logits: part.tape.output, cotangents: part.cotangents.pointer,
                labels: blocks[index].map { images.labels[$0] }, classes: network.outputs, batchCount: batch.count)
            guard isTraining else { return }
            part.gradient.clear()
            network.pullback(
                part.cotangents.pointer, input: part.images.pointer, tape: part.tape, inputCotangent: nil,
                parameters: parameters.pointer, gradient: part.gradient.pointer, kernels: kernels,
                workspace: part.workspace)
        }
        var score = ClassifierScore()
        for index in 0..<blocks.count {
            score.add(memory.parts[index].score)
            if let gradient {
                kernels.addScaled(gradient.pointer, memory.parts[index].gradient.pointer, count: layout.count)
            }
        }
        return score
    }
}
