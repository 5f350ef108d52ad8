internal import LodeNetworks
public import LodeNumerics

/// What the passes of a ``ConvolutionalClassifier`` over a batch write to: one part for each block of images.
public final class ClassifierMemory<Scalar: KernelScalar>: Sendable {
    let parts: [ClassifierPart<Scalar>]

    init(_ classifier: ConvolutionalClassifier<Scalar>, imageCount: Int, forGradients: Bool) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        parts = (0..<(imageCount + lanes - 1) / lanes).map { _ in
            ClassifierPart(classifier, forGradients: forGradients)
        }
    }
}

/// One block of images on its way through a ``ConvolutionalClassifier``.
///
/// One thread at a time works on a part, and loops over parts end before the next one begins: that makes it safe to share.
final class ClassifierPart<Scalar: KernelScalar>: @unchecked Sendable {
    let classifier: ConvolutionalClassifier<Scalar>
    let images: AlignedBuffer<Scalar>
    let stem: ImageNetwork.Tape<Scalar>
    let blocks: [ImageNetwork.Tape<Scalar>]
    /// The state after each residual block.
    let sums: [AlignedBuffer<Scalar>]
    /// What the head reads, of a solve.
    let features: AlignedBuffer<Scalar>
    let head: ImageNetwork.Tape<Scalar>
    let pooled: AlignedBuffer<Scalar>
    let logits: AlignedBuffer<Scalar>
    let logitCotangents: AlignedBuffer<Scalar>
    var score = ClassifierScore()

    /// What only a pullback needs.
    struct Backward {
        let cotangent: AlignedBuffer<Scalar>
        let inner: AlignedBuffer<Scalar>
        let pooledCotangent: AlignedBuffer<Scalar>
        let stem: ImageNetwork.Workspace<Scalar>
        let features: ImageNetwork.Workspace<Scalar>
        let dense: AlignedBuffer<Scalar>
        /// Of the part's images, `[layout.count]`.
        let gradient: AlignedBuffer<Scalar>
    }
    let backward: Backward?

    init(_ classifier: ConvolutionalClassifier<Scalar>, forGradients: Bool) {
        self.classifier = classifier
        let lanes = Kernels<Scalar>.lanesPerBlock
        let values = classifier.featureCount * lanes
        let channels = classifier.head.channels
        images = AlignedBuffer(count: classifier.stem.inputCount * lanes)
        stem = ImageNetwork.Tape(classifier.stem)
        blocks = classifier.blocks.map { ImageNetwork.Tape($0) }
        sums = classifier.blocks.map { _ in AlignedBuffer(count: values) }
        features = AlignedBuffer(count: classifier.field == nil ? 0 : values)
        head = ImageNetwork.Tape(classifier.head)
        pooled = AlignedBuffer(count: channels * lanes)
        logits = AlignedBuffer(count: classifier.classes * lanes)
        logitCotangents = AlignedBuffer(count: classifier.classes * lanes)
        guard forGradients else {
            backward = nil
            return
        }
        backward = Backward(
            cotangent: AlignedBuffer(count: values), inner: AlignedBuffer(count: values),
            pooledCotangent: AlignedBuffer(count: channels * lanes), stem: ImageNetwork.Workspace(classifier.stem),
            features: ImageNetwork.Workspace(classifier.blocks.first ?? classifier.head),
            dense: AlignedBuffer(count: Kernels<Scalar>.denseScratchCount(outputs: classifier.classes)),
            gradient: AlignedBuffer(count: classifier.layout.count))
    }

    /// What the head reads.
    var headInput: UnsafePointer<Scalar> {
        if classifier.field != nil { return UnsafePointer(features.pointer) }
        return sums.last.map { UnsafePointer($0.pointer) } ?? stem.output
    }
}

// MARK: - Forward

extension ClassifierPart {
    private var kernels: Kernels<Scalar> { classifier.kernels }
    private var valueCount: Int { classifier.featureCount * Kernels<Scalar>.lanesPerBlock }

    /// Downsampling and residual blocks.
    func enter(_ images: LabeledImages<Scalar>, _ indices: ArraySlice<Int>, parameters: UnsafePointer<Scalar>) {
        score = ClassifierScore()
        backward?.gradient.clear()
        images.gather(indices, into: self.images.pointer, kernels: kernels)
        classifier.stem.record(
            stem, input: self.images.pointer, times: nil, parameters: parameters + classifier.stemRange.lowerBound,
            kernels: kernels)
        var state = stem.output
        for (index, block) in classifier.blocks.enumerated() {
            block.record(
                blocks[index], input: state, times: nil,
                parameters: parameters + classifier.blockRanges[index].lowerBound,
                kernels: kernels)
            sums[index].pointer.update(from: state, count: valueCount)
            kernels.addScaled(sums[index].pointer, blocks[index].output, count: valueCount)
            state = UnsafePointer(sums[index].pointer)
            classifier.onEvaluation?()
        }
    }

    /// The head, the score, and the cotangents of the logits.
    func judge(labels: [Int], batchCount: Int, parameters: UnsafePointer<Scalar>) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let channels = classifier.head.channels
        let places = classifier.head.height * classifier.head.width
        classifier.head.record(
            head, input: headInput, times: nil, parameters: parameters + classifier.headRange.lowerBound,
            kernels: kernels)
        withShares(places) { shares in
            for channel in 0..<channels {
                kernels.dense(
                    pooled.pointer + channel * lanes, input: head.output + channel * places * lanes, weights: shares,
                    bias: nil, inputs: places, outputs: 1, lanes: lanes, activation: .identity)
            }
        }
        kernels.dense(
            logits.pointer, input: pooled.pointer, weights: parameters + classifier.dense.weights.offset,
            bias: parameters + classifier.dense.bias.offset, inputs: channels, outputs: classifier.classes,
            lanes: lanes,
            activation: .identity)
        score.add(
            logits: logits.pointer, cotangents: logitCotangents.pointer, labels: labels, classes: classifier.classes,
            batchCount: batchCount)
    }

    /// The mean over places is a dense layer of equal weights.
    private func withShares(_ places: Int, _ body: (UnsafePointer<Scalar>) -> Void) {
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: places) { shares in
            shares.initialize(repeating: 1 / Scalar(places))
            if let base = shares.baseAddress { body(base) }
        }
    }
}

// MARK: - Backward

extension ClassifierPart {
    /// From the cotangents of the logits to those of what the head read, in `cotangent`.
    func pullBackHead(parameters: UnsafePointer<Scalar>) {
        guard let backward else { preconditionFailure("memory without room for gradients") }
        let lanes = Kernels<Scalar>.lanesPerBlock
        let channels = classifier.head.channels
        let places = classifier.head.height * classifier.head.width
        let gradient = backward.gradient.pointer
        kernels.densePullbackParameters(
            weights: gradient + classifier.dense.weights.offset, bias: gradient + classifier.dense.bias.offset,
            input: pooled.pointer, cotangent: logitCotangents.pointer, inputs: channels, outputs: classifier.classes,
            scratch: backward.dense.pointer)
        kernels.densePullbackInput(
            backward.pooledCotangent.pointer, cotangent: logitCotangents.pointer,
            weights: parameters + classifier.dense.weights.offset, inputs: channels, outputs: classifier.classes,
            accumulate: false)
        withShares(places) { shares in
            for channel in 0..<channels {
                kernels.densePullbackInput(
                    backward.inner.pointer + channel * places * lanes,
                    cotangent: backward.pooledCotangent.pointer + channel * lanes, weights: shares, inputs: places,
                    outputs: 1, accumulate: false)
            }
        }
        classifier.head.pullback(
            backward.inner.pointer, input: headInput, tape: head, inputCotangent: backward.cotangent.pointer,
            parameters: parameters + classifier.headRange.lowerBound,
            gradient: gradient + classifier.headRange.lowerBound,
            kernels: kernels, workspace: backward.features)
    }

    /// From the cotangents of the residual blocks' or the downsampling's output, in `cotangent`, to the parameters.
    func pullBackEntry(parameters: UnsafePointer<Scalar>) {
        guard let backward else { preconditionFailure("memory without room for gradients") }
        let gradient = backward.gradient.pointer
        for (index, block) in classifier.blocks.enumerated().reversed() {
            let offset = classifier.blockRanges[index].lowerBound
            block.pullback(
                backward.cotangent.pointer, input: index == 0 ? stem.output : UnsafePointer(sums[index - 1].pointer),
                tape: blocks[index], inputCotangent: backward.inner.pointer, parameters: parameters + offset,
                gradient: gradient + offset, kernels: kernels, workspace: backward.features)
            kernels.addScaled(backward.cotangent.pointer, backward.inner.pointer, count: valueCount)
            classifier.onEvaluation?()
        }
        classifier.stem.pullback(
            backward.cotangent.pointer, input: images.pointer, tape: stem, inputCotangent: nil,
            parameters: parameters + classifier.stemRange.lowerBound,
            gradient: gradient + classifier.stemRange.lowerBound,
            kernels: kernels, workspace: backward.stem)
    }
}
