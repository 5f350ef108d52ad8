public import LodeNumerics

extension MultilayerPerceptron {
    /// Inputs and cotangents of the layers from pullbacks whose parameters' cotangents have not been summed up yet.
    ///
    /// Sums over many blocks stay in registers, where those of a block at a time are read and written for each. One
    /// thread owns an instance.
    public final class Backlog<Scalar: KernelScalar> {
        /// How many pullbacks are summed up at once: enough to write gradients seldom, few enough for the second cache.
        static var capacity: Int { 16 }

        /// Of each layer, `[capacity][inputs][lanes]`.
        fileprivate let inputs: [AlignedBuffer<Scalar>]
        /// Of each layer before its activation, `[capacity][outputs][lanes]`.
        fileprivate let cotangents: [AlignedBuffer<Scalar>]
        fileprivate let scratch: AlignedBuffer<Scalar>
        fileprivate var count = 0

        /// Room for pullbacks of `network`, none in it.
        public init(_ network: MultilayerPerceptron) {
            let room = Kernels<Scalar>.lanesPerBlock * Self.capacity
            inputs = network.layers.map { AlignedBuffer(uninitializedCount: $0.inputs * room) }
            cotangents = network.layers.map { AlignedBuffer(uninitializedCount: $0.outputs * room) }
            scratch = AlignedBuffer(count: Kernels<Scalar>.denseScratchCount(outputs: network.widest))
        }
    }

    /// As ``pullback(_:input:tape:blocks:inputCotangent:parameters:gradient:kernels:workspace:)`` of one block, except
    /// that `gradient` may lack what `backlog` holds until ``settle(_:into:kernels:)``.
    public func pullback<Scalar>(
        _ cotangent: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>, tape: Tape<Scalar>,
        inputCotangent: UnsafeMutablePointer<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, backlog: Backlog<Scalar>, kernels: Kernels<Scalar>,
        workspace: Workspace<Scalar>
    ) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        precondition(tape.lanes == lanes, "a pullback of \(tape.lanes) lanes")
        let slot = backlog.count
        var incoming = cotangent
        for index in layers.indices.reversed() {
            let layer = layers[index]
            let source = index == 0 ? input : UnsafePointer(tape.values.pointer + tape.offset(of: layers[index - 1]))
            let offset = tape.offset(of: layer)
            let before = backlog.cotangents[index].pointer + slot * layer.outputs * lanes
            kernels.activatePullback(
                before, cotangent: incoming,
                preactivation: layer.activation.needsPreactivation
                    ? UnsafePointer(tape.preactivations.pointer + offset) : nil,
                value: tape.values.pointer + offset, count: layer.outputs * lanes, layer.activation)
            (backlog.inputs[index].pointer + slot * layer.inputs * lanes).update(
                from: source, count: layer.inputs * lanes)
            let target = index == 0 ? inputCotangent : workspace.first.pointer
            kernels.densePullbackInput(
                target, cotangent: before, weights: parameters + layer.weights.offset, inputs: layer.inputs,
                outputs: layer.outputs, accumulate: false)
            incoming = UnsafePointer(target)
        }
        backlog.count += 1
        if backlog.count == Backlog<Scalar>.capacity { settle(backlog, into: gradient, kernels: kernels) }
    }

    /// Adds to `gradient` what the backlog holds, and empties it.
    public func settle<Scalar>(
        _ backlog: Backlog<Scalar>, into gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        guard backlog.count > 0 else { return }
        for (index, layer) in layers.enumerated() {
            addGradient(
                of: layer, to: gradient, source: backlog.inputs[index].pointer,
                cotangent: backlog.cotangents[index].pointer, blocks: backlog.count, kernels: kernels,
                scratch: backlog.scratch.pointer)
        }
        backlog.count = 0
    }
}
