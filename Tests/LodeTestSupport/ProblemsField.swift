public import LodeNumerics
public import LodeSolvers

/// A vector field given lane by lane in Double, for reference problems: clarity before speed.
public struct FormulaField<Scalar: KernelScalar>: VectorField {
    /// D.
    public let dimension: Int
    private let formula: @Sendable (_ t: Double, _ y: [Double], _ trajectory: Int) -> [Double]

    /// dy/dt = formula(t, y).
    public init(dimension: Int, _ formula: @escaping @Sendable (_ t: Double, _ y: [Double]) -> [Double]) {
        self.dimension = dimension
        self.formula = { t, y, _ in formula(t, y) }
    }

    /// dy/dt = formula(t, y, trajectory).
    public init(
        dimension: Int, byTrajectory formula: @escaping @Sendable (_ t: Double, _ y: [Double], Int) -> [Double]
    ) {
        self.dimension = dimension
        self.formula = formula
    }

    /// As the protocol says.
    public func evaluate(
        _ derivative: UnsafeMutablePointer<Scalar>, at points: LanePoints<Scalar>, workspace: Void
    ) {
        for lane in 0..<points.lanes {
            let y = (0..<dimension).map { Double(points.states[$0 * points.lanes + lane]) }
            let slope = formula(points.times[lane], y, points.trajectories[lane])
            for component in 0..<dimension { derivative[component * points.lanes + lane] = Scalar(slope[component]) }
        }
    }
}
