internal import Foundation
public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

/// Tells the classes of images; trained by the cross-entropy of its softmax.
public protocol ImageClassifier<Scalar>: Sendable {
    /// The element type.
    associatedtype Scalar: KernelScalar
    /// What passes over batches write to.
    associatedtype Memory: Sendable

    /// The parameters.
    var layout: ParameterLayout { get }

    /// Room for passes over batches of up to `imageCount` images; with `forGradients` also for their pullbacks.
    func makeMemory(imageCount: Int, forGradients: Bool) -> Memory

    /// Classifies a batch.
    func score(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>, memory: Memory,
        pool: ThreadPool
    ) throws(SolveError) -> ClassifierScore

    /// Classifies a batch and adds the gradient of its mean cross-entropy to `gradient`, `[layout.count]`.
    ///
    /// The same bits for any number of threads.
    func gradient(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        gradient: AlignedBuffer<Scalar>, memory: Memory, pool: ThreadPool
    ) throws(SolveError) -> ClassifierScore
}

/// How a classifier did on some images, and what it cost.
public struct ClassifierScore: Sendable, Hashable {
    /// Images.
    public var count = 0
    /// The sum of their cross-entropies.
    public var loss = 0.0
    /// How many were taken for another class.
    public var errors = 0
    /// Evaluations of the vector field on the way forward, of all images.
    public var forwardEvaluations = 0
    /// The same on the way back.
    public var backwardEvaluations = 0
    /// Solves that did not reach their end, forward or backward.
    public var unfinishedSolves = 0

    /// No images yet.
    public init() {}

    /// Adds another score.
    public mutating func add(_ other: ClassifierScore) {
        count += other.count
        loss += other.loss
        errors += other.errors
        forwardEvaluations += other.forwardEvaluations
        backwardEvaluations += other.backwardEvaluations
        unfinishedSolves += other.unfinishedSolves
    }

    /// The mean cross-entropy.
    public var meanLoss: Double { loss / Double(count) }
    /// The share taken for another class.
    public var errorShare: Double { Double(errors) / Double(count) }

    /// Adds the images of a block from their logits `[classes][lanes]`, and writes the cotangents of the logits for a
    /// mean over `batchCount` images; zero in lanes without an image.
    mutating func add<Scalar: KernelScalar>(
        logits: UnsafePointer<Scalar>, cotangents: UnsafeMutablePointer<Scalar>, labels: [Int], classes: Int,
        batchCount: Int
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        for lane in 0..<lanes {
            guard lane < labels.count else {
                for index in 0..<classes { cotangents[index * lanes + lane] = 0 }
                continue
            }
            let values = (0..<classes).map { Double(logits[$0 * lanes + lane]) }
            // The largest first, so that no exponential overflows.
            var best = 0
            for index in 1..<classes where values[index] > values[best] { best = index }
            let exponentials = values.map { exp($0 - values[best]) }
            let sum = exponentials.reduce(0, +)
            let label = labels[lane]
            count += 1
            loss += log(sum) + values[best] - values[label]
            // A value that is no number is larger than none, and is an error wherever it stands.
            if best != label || !sum.isFinite { errors += 1 }
            for index in 0..<classes {
                let share = exponentials[index] / sum - (index == label ? 1 : 0)
                cotangents[index * lanes + lane] = Scalar(share / Double(batchCount))
            }
        }
    }
}
