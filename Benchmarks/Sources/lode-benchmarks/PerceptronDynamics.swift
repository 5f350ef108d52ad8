import LodeNetworks
import LodeNumerics
import LodeSolvers

/// The field of a latent ODE: a perceptron with tanh between its layers.
struct PerceptronDynamics<Scalar: KernelScalar>: VectorField {
    let network: MultilayerPerceptron
    let parameters: ParameterMemory<Scalar>
    let kernels: Kernels<Scalar>

    var dimension: Int { network.outputs }

    func makeWorkspace() -> MultilayerPerceptron.Workspace<Scalar> { .init(network) }

    func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>,
        workspace: MultilayerPerceptron.Workspace<Scalar>
    ) {
        network.evaluate(
            derivative, input: points.states, parameters: parameters.pointer, lanes: points.lanes, kernels: kernels,
            workspace: workspace)
    }

    /// Floating-point operations of one evaluation of one trajectory, the activations not counted.
    static func operations(widths: [Int]) -> Double {
        zip(widths, widths.dropFirst()).reduce(0) { $0 + 2 * Double($1.0 * $1.1) }
    }
}

/// Weights that many fields share.
final class ParameterMemory<Scalar: KernelScalar>: @unchecked Sendable {
    // Written by the initializer alone.
    let pointer: UnsafePointer<Scalar>
    private let buffer: AlignedBuffer<Scalar>

    init(_ values: [Double]) {
        buffer = AlignedBuffer(count: values.count)
        for (index, value) in values.enumerated() { buffer.pointer[index] = Scalar(value) }
        pointer = UnsafePointer(buffer.pointer)
    }

    /// Uniform within ±1/√fan-in, weights and biases, as PyTorch and Equinox start.
    static func random(widths: [Int], seed: UInt64) -> [Double] {
        let random = CounterRandom(seed: seed, stream: 0)
        var values: [Double] = []
        for (inputs, outputs) in zip(widths, widths.dropFirst()) {
            let bound = 1 / Double(inputs).squareRoot()
            for _ in 0..<(inputs + 1) * outputs {
                values.append((2 * random.uniform(UInt64(values.count)) - 1) * bound)
            }
        }
        return values
    }
}
