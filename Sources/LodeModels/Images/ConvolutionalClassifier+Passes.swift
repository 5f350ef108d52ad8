public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

extension ConvolutionalClassifier {
    /// Room for passes over batches of up to `imageCount` images; about 15 MB for 16 digits.
    public func makeMemory(imageCount: Int, forGradients: Bool) -> ClassifierMemory<Scalar> {
        ClassifierMemory(self, imageCount: imageCount, forGradients: forGradients)
    }

    /// Classifies a batch.
    public func score(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        memory: ClassifierMemory<Scalar>, pool: ThreadPool
    ) throws(SolveError) -> ClassifierScore {
        let blocks = BatchBlocks(batch)
        var score = ClassifierScore()
        enter(images, blocks, parameters: parameters, memory: memory, pool: pool)
        if let field {
            let solver = solver(field, parameters: parameters, pool: pool)
            let solution = try solver.solve(initialStates(blocks, memory: memory, pool: pool))
            score.addForward(solution)
            blocks.gather(solution.finalStates, featureCount, kernels, pool) { memory.parts[$0].features.pointer }
        }
        pool.forEach(blocks.count) { index, _ in
            memory.parts[index].judge(
                labels: blocks[index].map { images.labels[$0] }, batchCount: batch.count, parameters: parameters.pointer
            )
        }
        for index in 0..<blocks.count { score.add(memory.parts[index].score) }
        return score
    }

    /// The states of a batch at the end of the solve, `[images][featureCount]`, rows channel by channel; not for residual blocks.
    public func finalStates(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        memory: ClassifierMemory<Scalar>, pool: ThreadPool
    ) throws(SolveError) -> [Scalar] {
        guard let field else { preconditionFailure("residual blocks are not solved") }
        let blocks = BatchBlocks(batch)
        enter(images, blocks, parameters: parameters, memory: memory, pool: pool)
        return try solver(field, parameters: parameters, pool: pool)
            .solve(initialStates(blocks, memory: memory, pool: pool)).finalStates
    }

    /// Classifies a batch and adds the gradient of its mean cross-entropy.
    public func gradient(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        gradient: AlignedBuffer<Scalar>, memory: ClassifierMemory<Scalar>, pool: ThreadPool
    ) throws(SolveError) -> ClassifierScore {
        try self.gradient(
            images, batch, parameters: parameters, gradient: gradient, memory: memory, pool: pool, norm: .seminorm)
    }

    /// Classifies a batch and adds the gradient of its mean cross-entropy.
    ///
    /// - Parameter norm: what the error control of an adaptive solve's adjoint sees.
    public func gradient(
        _ images: LabeledImages<Scalar>, _ batch: [Int], parameters: ParameterVector<Scalar>,
        gradient: AlignedBuffer<Scalar>, memory: ClassifierMemory<Scalar>, pool: ThreadPool,
        norm: AdjointNorm
    ) throws(SolveError) -> ClassifierScore {
        let blocks = BatchBlocks(batch)
        var score = ClassifierScore()
        enter(images, blocks, parameters: parameters, memory: memory, pool: pool)
        if let field {
            try pullBackSolve(
                solver(field, parameters: parameters, pool: pool), blocks, gradient: gradient, memory: memory,
                norm: norm, score: &score
            ) {
                judge(images, blocks, parameters: parameters, memory: memory, pool: pool)
            }
        } else {
            judge(images, blocks, parameters: parameters, memory: memory, pool: pool)
        }
        pool.forEach(blocks.count) { index, _ in
            memory.parts[index].pullBackEntry(parameters: parameters.pointer)
        }
        // In the order of the blocks: the same bits for any number of threads.
        for index in 0..<blocks.count {
            score.add(memory.parts[index].score)
            guard let partial = memory.parts[index].backward?.gradient else { continue }
            kernels.addScaled(gradient.pointer, partial.pointer, count: layout.count)
        }
        return score
    }

    private func enter(
        _ images: LabeledImages<Scalar>, _ blocks: BatchBlocks, parameters: ParameterVector<Scalar>,
        memory: ClassifierMemory<Scalar>, pool: ThreadPool
    ) {
        precondition(blocks.count <= memory.parts.count, "\(blocks.count) blocks for \(memory.parts.count) of memory")
        pool.forEach(blocks.count) { index, _ in
            memory.parts[index].enter(images, blocks[index], parameters: parameters.pointer)
        }
    }

    private func judge(
        _ images: LabeledImages<Scalar>, _ blocks: BatchBlocks, parameters: ParameterVector<Scalar>,
        memory: ClassifierMemory<Scalar>, pool: ThreadPool
    ) {
        pool.forEach(blocks.count) { index, _ in
            let part = memory.parts[index]
            part.judge(
                labels: blocks[index].map { images.labels[$0] }, batchCount: blocks.imageCount,
                parameters: parameters.pointer)
            part.pullBackHead(parameters: parameters.pointer)
        }
    }

    private func initialStates(
        _ blocks: BatchBlocks, memory: ClassifierMemory<Scalar>, pool: ThreadPool
    ) -> TrajectoryBatch<Scalar> {
        let states = blocks.scattered(featureCount, kernels, pool) { memory.parts[$0].stem.output }
        return TrajectoryBatch(initialStates: states, count: blocks.imageCount, startTime: 0, endTime: 1)
    }

    /// Solves, lets `judge` fill the cotangents of the parts, and pulls them back through the solve.
    private func pullBackSolve(
        _ solver: BatchSolver<ImageField<Scalar>>, _ blocks: BatchBlocks, gradient: AlignedBuffer<Scalar>,
        memory: ClassifierMemory<Scalar>, norm: AdjointNorm, score: inout ClassifierScore, judge: () -> Void
    ) throws(SolveError) {
        let pool = solver.pool
        let initial = initialStates(blocks, memory: memory, pool: pool)
        let cotangents: [Scalar]
        let fieldGradient: [Scalar]
        func judged(_ solution: BatchSolution<Scalar>) -> [Scalar] {
            blocks.gather(solution.finalStates, featureCount, kernels, pool) { memory.parts[$0].features.pointer }
            judge()
            return blocks.scattered(featureCount, kernels, pool) { UnsafePointer(memory.parts[$0].cotangent) }
        }
        if case .adaptive = features {
            let solution = try solver.solve(initial)
            score.addForward(solution)
            let result = try solver.continuousAdjoint(
                initial, solution: solution, stateCotangents: [], finalStateCotangents: judged(solution),
                norm: norm)
            score.backwardEvaluations += result.statistics.reduce(0) { $0 + $1.vectorFieldEvaluations }
            score.unfinishedSolves += result.outcomes.count { !$0.isCompleted }
            (cotangents, fieldGradient) = (result.initialStates, result.parameters)
        } else {
            let record = try solver.solveRecording(initial)
            score.addForward(record.solution)
            let result = solver.pullback(record, stateCotangents: [], finalStateCotangents: judged(record.solution))
            score.backwardEvaluations += result.vectorFieldPullbacks
            (cotangents, fieldGradient) = (result.initialStates, result.parameters)
        }
        fieldGradient.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            kernels.addScaled(gradient.pointer + fieldRange.lowerBound, base, count: source.count)
        }
        blocks.gather(cotangents, featureCount, kernels, pool) { memory.parts[$0].cotangent }
    }
}

extension ClassifierPart {
    fileprivate var cotangent: UnsafeMutablePointer<Scalar> {
        guard let backward else { preconditionFailure("memory without room for gradients") }
        return backward.cotangent.pointer
    }
}

extension ClassifierScore {
    fileprivate mutating func addForward<Scalar>(_ solution: BatchSolution<Scalar>) {
        forwardEvaluations += solution.statistics.reduce(0) { $0 + $1.vectorFieldEvaluations }
        unfinishedSolves += solution.outcomes.count { !$0.isCompleted }
    }
}

/// The images of a batch in blocks of lanes.
struct BatchBlocks: Sendable {
    private let batch: [Int]
    private let lanes = Kernels<Float>.lanesPerBlock

    init(_ batch: [Int]) { self.batch = batch }

    var imageCount: Int { batch.count }
    var count: Int { (batch.count + lanes - 1) / lanes }

    /// The images of a block.
    subscript(index: Int) -> ArraySlice<Int> { batch[index * lanes..<min((index + 1) * lanes, batch.count)] }

    /// Rows `[imageCount][components]` into the blocks that `block` names; lanes without an image are 0.
    func gather<Scalar: KernelScalar>(
        _ rows: [Scalar], _ components: Int, _ kernels: Kernels<Scalar>, _ pool: ThreadPool,
        into block: @Sendable (Int) -> UnsafeMutablePointer<Scalar>
    ) {
        pool.forEach(count) { index, _ in
            kernels.gather(block(index), from: rows, components: components) { lane in
                let row = index * lanes + lane
                return row < imageCount ? row : nil
            }
        }
    }

    /// The rows `[imageCount][components]` of the blocks that `block` names.
    func scattered<Scalar: KernelScalar>(
        _ components: Int, _ kernels: Kernels<Scalar>, _ pool: ThreadPool,
        from block: @Sendable (Int) -> UnsafePointer<Scalar>
    ) -> [Scalar] {
        [Scalar](unsafeUninitializedCapacity: imageCount * components) { buffer, initialized in
            initialized = imageCount * components
            guard let base = buffer.baseAddress else { return }
            let rows = SharedRows(base: base)
            pool.forEach(count) { index, _ in
                withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: lanes) { pointers in
                    for lane in 0..<lanes {
                        let row = index * lanes + lane
                        pointers[lane] = row < imageCount ? UnsafeMutableRawPointer(rows.base + row * components) : nil
                    }
                    guard let first = pointers.baseAddress else { return }
                    kernels.scatterRows(first, block: block(index), components: components, lanes: lanes)
                }
            }
        }
    }

    /// Safe to share: every iteration writes rows of its own, and the loop ends before the memory is used.
    private struct SharedRows<Scalar>: @unchecked Sendable {
        let base: UnsafeMutablePointer<Scalar>
    }
}
