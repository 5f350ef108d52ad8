internal import LodeNumerics

/// A vector field that knows its Jacobian, for stiff methods.
public protocol JacobianField<Scalar>: VectorField {
    /// Whether ``jacobian(_:timeDerivative:at:workspace:)`` takes full blocks of lanes alone; false by default.
    var needsFullBlocks: Bool { get }

    /// The derivatives of f at the points.
    ///
    /// - Parameters:
    ///   - matrix: receives ∂f_i/∂y_j at `matrix[(i * D + j) * lanes + lane]`, `[D][D][lanes]`.
    ///   - timeDerivative: receives ∂f_i/∂t, `[D][lanes]`; zero for a field that does not depend on time.
    func jacobian(
        _ matrix: UnsafeMutablePointer<Scalar>, timeDerivative: UnsafeMutablePointer<Scalar>,
        at points: LanePoints<Scalar>, workspace: Workspace)
}

extension JacobianField {
    /// False.
    public var needsFullBlocks: Bool { false }
}

/// The Jacobian of a differentiable field, row by row from its vector-Jacobian product: D pullbacks for 16 lanes.
public struct PulledBackJacobian<Field: DifferentiableVectorField>: JacobianField {
    /// The element type of states.
    public typealias Scalar = Field.Scalar

    /// The field itself.
    public let field: Field

    /// Makes the Jacobian of `field` available.
    public init(_ field: Field) {
        self.field = field
    }

    /// D.
    public var dimension: Int { field.dimension }

    /// Pullbacks work on full blocks.
    public var needsFullBlocks: Bool { true }

    /// Scratch of one thread.
    public final class Scratch {
        let inner: Field.Workspace
        let tape: Field.Tape
        let slope: AlignedBuffer<Scalar>
        let cotangent: AlignedBuffer<Scalar>
        let parameters: AlignedBuffer<Scalar>
        let times: AlignedBuffer<Double>
        let one: AlignedBuffer<Scalar>

        init(_ field: Field) {
            let lanes = Kernels<Scalar>.lanesPerBlock
            inner = field.makeWorkspace()
            tape = field.makeTape()
            slope = AlignedBuffer(count: field.dimension * lanes)
            cotangent = AlignedBuffer(count: field.dimension * lanes)
            parameters = AlignedBuffer(count: field.parameterCount)
            times = AlignedBuffer(count: lanes)
            one = AlignedBuffer(count: lanes)
            for lane in 0..<lanes { one.pointer[lane] = 1 }
        }
    }

    /// Scratch of one thread.
    public func makeWorkspace() -> Scratch { Scratch(field) }

    /// As the field's.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Scratch
    ) {
        field.evaluate(derivative, at: points, workspace: workspace.inner)
    }

    /// Row i is the pullback of the unit cotangent of component i.
    public func jacobian(
        _ matrix: UnsafeMutablePointer<Scalar>, timeDerivative: UnsafeMutablePointer<Scalar>,
        at points: LanePoints<Scalar>, workspace: Scratch
    ) {
        let lanes = points.lanes
        field.evaluate(
            workspace.slope.pointer, at: points, recordingTo: workspace.tape, workspace: workspace.inner)
        for row in 0..<dimension {
            workspace.cotangent.clear()
            (workspace.cotangent.pointer + row * lanes).update(from: workspace.one.pointer, count: lanes)
            field.pullback(
                workspace.cotangent.pointer, at: points, tape: workspace.tape,
                stateCotangent: matrix + row * dimension * lanes, parameterCotangent: workspace.parameters.pointer,
                timeCotangent: workspace.times.pointer, workspace: workspace.inner)
            for lane in 0..<lanes {
                timeDerivative[row * lanes + lane] = Scalar(workspace.times.pointer[lane])
            }
        }
    }
}
