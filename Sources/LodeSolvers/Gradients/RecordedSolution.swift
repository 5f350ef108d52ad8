public import LodeNumerics

/// A solution together with what its pullback needs: the state at the start of every accepted step.
///
/// Memory: accepted steps × (D + 5 words), whatever the number of stages and of evaluations.
public struct RecordedSolution<Scalar: KernelScalar>: Sendable {
    /// The solution.
    public let solution: BatchSolution<Scalar>
    let batch: TrajectoryBatch<Scalar>
    let order: [Int]?
    let groups: [GroupRecord<Scalar>]
}

/// Cotangents of a solve's inputs.
///
/// B trajectories of D components, P parameters.
public struct SolveCotangents<Scalar: KernelScalar>: Sendable {
    /// Those of the initial states, `[B][D]`.
    public internal(set) var initialStates: [Scalar]
    /// Those of the parameters, summed over the batch, `[P]`.
    public internal(set) var parameters: [Scalar]
    /// Evaluations of the vector field, each with its pullback, that the trajectories needed in all.
    public internal(set) var vectorFieldPullbacks: Int
}

extension BatchSolver where Field: DifferentiableVectorField {
    /// As ``solve(_:)``, keeping the accepted states for ``pullback(_:stateCotangents:finalStateCotangents:)``.
    public func solveRecording(
        _ batch: TrajectoryBatch<Field.Scalar>
    ) throws(SolveError) -> RecordedSolution<Field.Scalar> {
        guard events.isEmpty else { throw .eventsInRecordedSolve }
        let partition = engine().partition(batch.count)
        let groups = (0..<partition.groupCount).map { group in
            GroupRecord<Field.Scalar>(
                trajectories: partition.trajectories(of: group), dimension: field.dimension)
        }
        let (solution, order) = try solve(batch, recordingInto: groups)
        return RecordedSolution(solution: solution, batch: batch, order: order, groups: groups)
    }

    /// The gradient of the discretised solve: cotangents of initial states and parameters from those of the outputs.
    ///
    /// The sequence of step sizes counts as constant. Accepted steps are recomputed stage by stage from their stored
    /// starts, last to first, and pulled back. Rows of evaluations that were not reached must not matter: their
    /// cotangents are ignored. The sum over the batch has one order, whatever the number of threads.
    ///
    /// - Parameters:
    ///   - record: a solve by this solver, with the same parameters.
    ///   - stateCotangents: those of ``BatchSolution/states``, `[T][D]`.
    ///   - finalStateCotangents: those of ``BatchSolution/finalStates``, `[B][D]`; nil is zero.
    public func pullback(
        _ record: RecordedSolution<Field.Scalar>, stateCotangents: [Field.Scalar],
        finalStateCotangents: [Field.Scalar]? = nil
    ) -> SolveCotangents<Field.Scalar> {
        let dimension = field.dimension
        let count = record.batch.count
        precondition(
            stateCotangents.count == record.batch.evaluationTimes.count * dimension,
            "\(stateCotangents.count) cotangents of \(record.batch.evaluationTimes.count) states of \(dimension)")
        precondition(
            finalStateCotangents.map { $0.count == count * dimension } ?? true,
            "\(finalStateCotangents?.count ?? 0) cotangents of \(count) final states of \(dimension)")
        let bundles = PullbackBundles(groupCount: record.groups.count, parameterCount: field.parameterCount)
        let partials = AlignedBuffer<Field.Scalar>(count: bundles.count * field.parameterCount)
        let pullbackCounts = AlignedBuffer<Int>(count: bundles.count)
        let initial = [Field.Scalar](unsafeUninitializedCapacity: count * dimension) { buffer, initialized in
            initialized = count * dimension
            guard let initialStates = buffer.baseAddress else { return }
            record.withPullbackMemory(
                dimension: dimension, stateCotangents: stateCotangents, finalStateCotangents: finalStateCotangents,
                initialStates: initialStates, partials: partials.pointer, counts: pullbackCounts.pointer
            ) { memory in
                pullBackBundles(record, memory, bundles)
            }
        }
        let parameters = sum(partials, bundles)
        return SolveCotangents(
            initialStates: initial, parameters: parameters,
            vectorFieldPullbacks: (0..<bundles.count).reduce(0) { $0 + pullbackCounts.pointer[$1] })
    }

    private func pullBackBundles(
        _ record: RecordedSolution<Field.Scalar>, _ memory: PullbackMemory<Field.Scalar>, _ bundles: PullbackBundles
    ) {
        let sweeps = SlotValues<BackwardSweep<Field>>(count: pool.threadCount)
        pool.forEach(bundles.count) { bundle, slot in
            let sweep = sweeps.value(slot) {
                BackwardSweep(field: field, plan: method.plan, kernels: kernels, memory: memory)
            }
            for group in bundles.groups(of: bundle) {
                sweep.run(
                    record.groups[group], parameterCotangent: memory.partials + bundle * field.parameterCount,
                    count: memory.counts + bundle)
            }
        }
    }

    // In the order of the bundles: the same bits for any number of threads.
    private func sum(_ partials: AlignedBuffer<Field.Scalar>, _ bundles: PullbackBundles) -> [Field.Scalar] {
        let length = field.parameterCount
        return [Field.Scalar](unsafeUninitializedCapacity: length) { buffer, initialized in
            initialized = length
            guard let total = buffer.baseAddress else { return }
            total.initialize(repeating: 0, count: length)
            for bundle in 0..<bundles.count {
                kernels.addScaled(total, partials.pointer + bundle * length, count: length)
            }
        }
    }
}

/// Groups that share one partial gradient: few enough that the memory for these does not grow with the batch.
struct PullbackBundles: Sendable {
    let groupCount: Int
    let bundleSize: Int

    var count: Int { (groupCount + bundleSize - 1) / bundleSize }

    init(groupCount: Int, parameterCount: Int) {
        self.groupCount = groupCount
        bundleSize = max((groupCount + 255) / 256, 1)
    }

    func groups(of bundle: Int) -> Range<Int> {
        bundle * bundleSize..<min((bundle + 1) * bundleSize, groupCount)
    }
}
