internal import LodeNumerics

/// Scratch of an augmented field: what its inner field needs, and a place for cotangents.
final class AdjointWorkspace<Field: DifferentiableVectorField> {
    let inner: Field.Workspace
    let tape: Field.Tape
    let trajectories: UnsafeMutablePointer<Int>
    let cotangent: AlignedBuffer<Field.Scalar>
    let stateCotangent: AlignedBuffer<Field.Scalar>
    let slope: AlignedBuffer<Field.Scalar>
    let parameters: AlignedBuffer<Field.Scalar>
    let minusOnes: AlignedBuffer<Field.Scalar>

    init(_ field: Field) {
        let lanes = Kernels<Field.Scalar>.lanesPerBlock
        inner = field.makeWorkspace()
        tape = field.makeTape()
        trajectories = .allocate(capacity: lanes)
        trajectories.initialize(repeating: 0, count: lanes)
        cotangent = AlignedBuffer(count: field.dimension * lanes)
        stateCotangent = AlignedBuffer(count: field.dimension * lanes)
        slope = AlignedBuffer(count: field.dimension * lanes)
        parameters = AlignedBuffer(count: field.parameterCount)
        minusOnes = AlignedBuffer(count: lanes)
        for lane in 0..<lanes { minusOnes.pointer[lane] = -1 }
    }

    deinit {
        trajectories.deallocate()
    }
}

/// The augmented system of the continuous adjoint without parameters: (y, a), y' = f, a' = −(∂f/∂y)ᵀ a; full blocks.
struct AdjointField<Field: DifferentiableVectorField>: VectorField {
    typealias Scalar = Field.Scalar

    let field: Field
    let kernels: Kernels<Scalar>
    /// The trajectory of the caller's batch that each trajectory of the augmented batch belongs to.
    let origins: [Int]

    var dimension: Int { 2 * field.dimension }

    func makeWorkspace() -> AdjointWorkspace<Field> { AdjointWorkspace(field) }

    /// The points of the inner field.
    func innerPoints(_ points: LanePoints<Scalar>, _ workspace: AdjointWorkspace<Field>) -> LanePoints<Scalar> {
        for lane in 0..<points.lanes { workspace.trajectories[lane] = origins[points.trajectories[lane]] }
        return LanePoints(
            lanes: points.lanes, times: points.times, states: points.states,
            trajectories: workspace.trajectories)
    }

    func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>,
        workspace: AdjointWorkspace<Field>
    ) {
        let count = field.dimension * points.lanes
        let inner = innerPoints(points, workspace)
        field.evaluate(derivative, at: inner, recordingTo: workspace.tape, workspace: workspace.inner)
        field.pullbackState(
            points.states + count, at: inner, tape: workspace.tape,
            stateCotangent: workspace.stateCotangent.pointer, scratch: workspace.parameters.pointer,
            workspace: workspace.inner)
        kernels.negate(
            derivative + count, workspace.stateCotangent.pointer, workspace.minusOnes.pointer,
            components: field.dimension, lanes: points.lanes)
    }
}

extension Kernels {
    /// out = −input, given a row of −1.
    fileprivate func negate(
        _ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>, _ minusOnes: UnsafePointer<Scalar>,
        components: Int, lanes: Int
    ) {
        combine(
            out, base: nil, scale: minusOnes, term: input, coefficient: 1, components: components, lanes: lanes)
    }
}

/// The augmented system with the parameters' adjoint of every trajectory: (y, a, g), g' = −(∂f/∂θ)ᵀ a.
///
/// One pullback a lane and evaluation: sixteen times the work of ``AdjointField``.
struct FullAdjointField<Field: DifferentiableVectorField>: VectorField {
    typealias Scalar = Field.Scalar

    let base: AdjointField<Field>

    var dimension: Int { base.dimension + base.field.parameterCount }

    func makeWorkspace() -> AdjointWorkspace<Field> { base.makeWorkspace() }

    func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>,
        workspace: AdjointWorkspace<Field>
    ) {
        let field = base.field
        let lanes = points.lanes
        let dimension = field.dimension
        let inner = base.innerPoints(points, workspace)
        field.evaluate(derivative, at: inner, recordingTo: workspace.tape, workspace: workspace.inner)
        for lane in 0..<lanes {
            workspace.cotangent.clear()
            workspace.parameters.clear()
            for component in 0..<dimension {
                workspace.cotangent.pointer[component * lanes + lane] =
                    points.states[(dimension + component) * lanes + lane]
            }
            field.pullback(
                workspace.cotangent.pointer, at: inner, tape: workspace.tape,
                stateCotangent: workspace.stateCotangent.pointer, parameterCotangent: workspace.parameters.pointer,
                timeCotangent: nil, workspace: workspace.inner)
            for component in 0..<dimension {
                derivative[(dimension + component) * lanes + lane] =
                    -workspace.stateCotangent.pointer[component * lanes + lane]
            }
            for parameter in 0..<field.parameterCount {
                derivative[(2 * dimension + parameter) * lanes + lane] = -workspace.parameters.pointer[parameter]
            }
        }
    }
}
