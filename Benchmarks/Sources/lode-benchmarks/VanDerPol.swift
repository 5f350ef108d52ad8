import LodeNumerics
import LodeSolvers

/// x' = v, v' = μ (1 − x²) v − x, with a μ for each trajectory.
struct VanDerPol<Scalar: KernelScalar>: VectorField {
    let stiffness: ParameterMemory<Scalar>

    var dimension: Int { 2 }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func evaluate(_ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Void) {
        let lanes = points.lanes
        for lane in 0..<lanes {
            let x = points.states[lane]
            let v = points.states[lanes + lane]
            derivative[lane] = v
            derivative[lanes + lane] = stiffness.pointer[points.trajectories[lane]] * (1 - x * x) * v - x
        }
    }
}

/// One parameter for each trajectory.
///
/// Written by the initializer alone: immutable afterwards, so sharing is safe.
final class ParameterMemory<Scalar: KernelScalar>: @unchecked Sendable {
    let pointer: UnsafePointer<Scalar>
    private let buffer: AlignedBuffer<Scalar>

    init(_ values: [Double]) {
        buffer = AlignedBuffer(count: values.count)
        for (index, value) in values.enumerated() { buffer.pointer[index] = Scalar(value) }
        pointer = UnsafePointer(buffer.pointer)
    }
}
