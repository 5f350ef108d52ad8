/// An explicit Runge–Kutta method: a tableau, its dense output and a name.
public struct RungeKuttaMethod: Sendable, CustomStringConvertible {
    /// The name used in settings, such as `dormandPrince54`.
    public let name: String
    /// The coefficients of a step.
    public let tableau: ButcherTableau
    /// The continuation between the ends of a step.
    public let interpolant: Interpolant
    /// What a stepper reads, prepared once.
    let plan: StepPlan

    /// The name.
    public var description: String { name }

    /// A method from its parts; without an interpolant, cubic Hermite interpolation.
    public init(name: String, tableau: ButcherTableau, interpolant: Interpolant? = nil) {
        self.name = name
        self.tableau = tableau
        self.interpolant = interpolant ?? .hermite(tableau)
        plan = StepPlan(tableau: tableau, interpolant: self.interpolant)
    }

    /// Every method of the library, lowest order first.
    public static let all: [RungeKuttaMethod] = [
        .euler, .midpoint, .heun21, .ralston, .bogackiShampine32, .rungeKutta4, .threeEighths, .dormandPrince54,
        .tsitouras54, .dormandPrince853,
    ]
}
