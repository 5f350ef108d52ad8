internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

/// Peak memory of one gradient at several depths of the same network.
struct MemoryByDepth: Sendable {
    /// One depth.
    struct Point: Sendable, Hashable {
        /// What was asked for, such as `4 steps`.
        var setting: String
        /// Blocks, or evaluations of the field forward for the mean image.
        var depth: Double
        /// Bytes for each image of the batch.
        var bytesPerImage: Double
    }

    /// The network's name.
    let method: String
    /// From shallow to deep.
    let points: [Point]

    /// Bytes an image that one more block, or one more evaluation forward, costs: from the first to the last point.
    var bytesPerDepth: Double {
        guard let first = points.first, let last = points.last, last.depth > first.depth else { return .nan }
        return (last.bytesPerImage - first.bytesPerImage) / (last.depth - first.depth)
    }

    /// Two blocks of lanes: enough that a group of trajectories fills one, few enough that small costs show.
    static let batchSize = 32
}

extension Laboratory {
    /// Measures one gradient of each classifier with its parameters (nil draws them).
    ///
    /// The batch is computed by one thread, so that scratch of other threads is not counted.
    func memoryByDepth(
        _ method: String, _ images: LabeledImages<Float>,
        _ settings: [(name: String, classifier: ConvolutionalClassifier<Float>, parameters: ParameterVector<Float>?)]
    ) throws(ExperimentError) -> MemoryByDepth {
        let meter = HeapMeter()
        let single = ThreadPool(threadCount: 1)
        let batch = Array(0..<min(MemoryByDepth.batchSize, images.count))
        var points: [MemoryByDepth.Point] = []
        for setting in settings {
            var classifier = setting.classifier
            classifier.onEvaluation = { meter.sample() }
            let parameters = setting.parameters ?? ParameterVector(layout: classifier.layout, seed: 1)
            var score = ClassifierScore()
            let bytes = try meter.peak { () throws(ExperimentError) in
                let gradient = AlignedBuffer<Float>(count: classifier.layout.count)
                let memory = classifier.makeMemory(imageCount: batch.count, forGradients: true)
                score = try solving(method) { () throws(SolveError) in
                    try classifier.gradient(
                        images, batch, parameters: parameters, gradient: gradient, memory: memory, pool: single)
                }
                meter.sample()
            }
            var depth = score.forwardPerImage
            if case .residual(let blocks) = classifier.features { depth = Double(blocks) }
            points.append(
                .init(setting: setting.name, depth: depth, bytesPerImage: Double(bytes) / Double(batch.count)))
        }
        return MemoryByDepth(method: method, points: points)
    }
}
