internal import LodeNetworks
internal import LodeNumerics
internal import LodeSolvers

extension LatentODE {
    /// A node of the integral along a trajectory.
    struct PathNode: Sendable {
        /// The position of its state.
        var row: Int
        /// The trajectory within the batch.
        var trajectory: Int
        /// Its model time.
        var time: Double
        /// What the density at the node weighs in the loss; 0 leaves it out.
        var weight: Double
    }

    /// What a penalty says of a minibatch.
    struct PathEnergy<Scalar: KernelScalar> {
        /// Σ weight · density.
        var value = 0.0
        /// Its cotangents of the nodes' states, `[nodes][L]`.
        var stateCotangents: [Scalar] = []
        /// Those of the dynamics' parameters.
        var gradient: [Scalar]
    }

    /// The penalty of nodes whose states are rows of `states`, `[…][L]`, with its pullback.
    ///
    /// One evaluation of the field and one pullback a node. All sums have one order whatever the number of threads: that of
    /// ``RowBlocks``.
    func pathEnergy<Scalar>(
        _ penalty: PathPenalty, nodes: [PathNode], states: [Scalar], field: LatentField<Scalar>,
        kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> PathEnergy<Scalar> {
        let rows = RowBlocks(rows: nodes.count, lanes: Kernels<Scalar>.lanesPerBlock)
        let results = rows.mapShards(pool) { blocks in
            let shard = PathShard(penalty: penalty, field: field, kernels: kernels)
            for block in blocks { shard.run(nodes[block], states: states) }
            return shard
        }
        var energy = PathEnergy<Scalar>(gradient: Array(repeating: 0, count: field.parameterCount))
        energy.stateCotangents.reserveCapacity(nodes.count * field.dimension)
        for shard in results {
            energy.value += shard.value
            energy.stateCotangents += shard.stateCotangents
            kernels.add(shard.gradient, to: &energy.gradient)
        }
        return energy
    }
}

/// One thread's share of the nodes.
private final class PathShard<Scalar: KernelScalar> {
    var value = 0.0
    var stateCotangents: [Scalar] = []
    let gradient: AlignedBuffer<Scalar>

    private let penalty: PathPenalty
    private let field: LatentField<Scalar>
    private let kernels: Kernels<Scalar>
    private let tape: LatentField<Scalar>.Tape
    private let workspace: LatentField<Scalar>.Workspace
    private let state: AlignedBuffer<Scalar>
    private let derivative: AlignedBuffer<Scalar>
    private let cotangent: AlignedBuffer<Scalar>
    private let stateCotangent: AlignedBuffer<Scalar>
    private let times: AlignedBuffer<Double>
    private let trajectories: AlignedBuffer<Int>

    init(penalty: PathPenalty, field: LatentField<Scalar>, kernels: Kernels<Scalar>) {
        self.penalty = penalty
        self.field = field
        self.kernels = kernels
        let lanes = Kernels<Scalar>.lanesPerBlock
        gradient = AlignedBuffer(count: field.parameterCount)
        tape = field.makeTape()
        workspace = field.makeWorkspace()
        state = AlignedBuffer(count: field.dimension * lanes)
        derivative = AlignedBuffer(count: field.dimension * lanes)
        cotangent = AlignedBuffer(count: field.dimension * lanes)
        stateCotangent = AlignedBuffer(count: field.dimension * lanes)
        times = AlignedBuffer(count: lanes)
        trajectories = AlignedBuffer(count: lanes)
    }

    func run(_ nodes: ArraySlice<LatentODE.PathNode>, states: [Scalar]) {
        gather(nodes, states: states)
        let points = LanePoints(
            lanes: Kernels<Scalar>.lanesPerBlock, times: UnsafePointer(times.pointer),
            states: UnsafePointer(state.pointer), trajectories: UnsafePointer(trajectories.pointer))
        field.evaluate(derivative.pointer, at: points, recordingTo: tape, workspace: workspace)
        price(nodes)
        field.pullback(
            cotangent.pointer, at: points, tape: tape, stateCotangent: stateCotangent.pointer,
            parameterCotangent: gradient.pointer, timeCotangent: nil, workspace: workspace)
        append(count: nodes.count)
    }

    /// States of nodes that do not count may hold NaN, which a zero cotangent would not stop: they are read as 0.
    private func gather(_ nodes: ArraySlice<LatentODE.PathNode>, states: [Scalar]) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        guard let last = nodes.last else { return }
        for lane in 0..<lanes {
            let node = lane < nodes.count ? nodes[nodes.startIndex + lane] : last
            times.pointer[lane] = node.time
            trajectories.pointer[lane] = node.trajectory
        }
        kernels.gather(state.pointer, from: states, components: field.dimension) { lane in
            let node = lane < nodes.count ? nodes[nodes.startIndex + lane] : nil
            return node.flatMap { $0.weight != 0 ? $0.row : nil }
        }
    }

    /// With s = ‖f‖² / L: the cotangent of f is weight · density′(s) · 2 f / L.
    @specialized(where Scalar == Float)
    private func price(_ nodes: ArraySlice<LatentODE.PathNode>) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        let share = 1 / Double(field.dimension)
        cotangent.clear()
        for (lane, node) in nodes.enumerated() where node.weight != 0 {
            var square = 0.0
            for component in 0..<field.dimension {
                let slope = Double(derivative.pointer[component * lanes + lane])
                square += slope * slope
            }
            let density = penalty.density(square * share)
            value += node.weight * density.value
            let factor = Scalar(2 * share * node.weight * density.slope)
            for component in 0..<field.dimension {
                cotangent.pointer[component * lanes + lane] = factor * derivative.pointer[component * lanes + lane]
            }
        }
    }

    @specialized(where Scalar == Float)
    private func append(count: Int) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        for lane in 0..<count {
            for component in 0..<field.dimension {
                stateCotangents.append(stateCotangent.pointer[component * lanes + lane])
            }
        }
    }
}
