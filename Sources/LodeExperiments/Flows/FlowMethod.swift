internal import LodeModels
internal import LodeSolvers

/// The flows that are compared, each of a width: its layers or its hidden units.
enum FlowMethod: String, Sendable, Hashable, CaseIterable {
    /// Planar layers.
    case layers = "planar NF"
    /// Gated planar units of a continuous flow.
    case planar = "planar CNF"
    /// A continuous flow whose field is a perceptron of one hidden layer.
    case perceptron = "perceptron CNF"
    /// The same, its trace estimated by one random direction while it is trained.
    case estimated = "perceptron CNF, Hutchinson"

    private static let tolerances = Tolerances(relative: 1e-4, absolute: 1e-4)

    /// The planar continuous flow of a width on the plane.
    static func planarModel(width: Int) -> ContinuousFlowModel<PlanarDynamics> {
        ContinuousFlowModel(PlanarDynamics(space: 2, units: width, hidden: [32, 32]), tolerances: tolerances)
    }

    /// The flow of a width on the plane.
    func model(width: Int) -> any FlowModel {
        switch self {
        case .layers: PlanarNormalizingFlow(space: 2, layers: width)
        case .planar:
            Self.planarModel(width: width)
        case .perceptron, .estimated:
            ContinuousFlowModel(
                PerceptronDynamics(space: 2, hidden: [width], probes: self == .estimated ? 1 : nil),
                tolerances: Self.tolerances)
        }
    }

    /// Whether the flow is a solve.
    var isContinuous: Bool { self != .layers }
}
