/// How the next step size follows from error estimates e (1 is the tolerance): a digital filter in log e.
///
/// h' = h · safety · e₀^(−β₁/k) · e₁^(−β₂/k) · e₂^(−β₃/k) with e₀ the step at hand, e₁ and e₂ the accepted ones before
/// it, k the order of the estimate plus one, and β₁ = P + I + D, β₂ = −(P + 2D), β₃ = D. A step is accepted if e₀ ≤ 1.
///
/// Source: G. Söderlind, "Digital filters in adaptive time-stepping", ACM Trans. Math. Softw. 29(1), 2003,
/// doi:10.1145/641876.641877; G. Söderlind, L. Wang, J. Comput. Appl. Math. 185(2), 2006.
public struct StepSizeController: Sendable, Hashable {
    /// P: reacts to the change of the error.
    public var proportional: Double
    /// I: reacts to the error.
    public var integral: Double
    /// D: reacts to the change of the change.
    public var derivative: Double
    /// Aims below the tolerance by this factor, in (0, 1).
    public var safetyFactor: Double
    /// The smallest factor between two step sizes, in (0, 1).
    public var minimumFactor: Double
    /// The largest factor between two step sizes, above 1.
    public var maximumFactor: Double
    /// How components' errors become one.
    public var norm: ErrorNorm
    /// Which components count in the norm.
    ///
    /// `[D]`; nil is all. Leaving some out makes a seminorm.
    public var includedComponents: [Bool]?
    /// The magnitude of the first step; nil chooses it (two evaluations) by the method of Hairer, Nørsett and Wanner.
    public var initialStepSize: Double?
    /// A needed step below this magnitude ends the trajectory with ``Outcome/stepSizeUnderflow``; never less than a
    /// few units in the last place of the time.
    public var minimumStepSize: Double
    /// No step is longer than this magnitude.
    public var maximumStepSize: Double
    /// Where set, every step has this magnitude (the last one ends at the end), and errors are not estimated.
    public var constantStepSize: Double?

    /// A controller from its gains.
    public init(
        proportional: Double = 0, integral: Double = 1, derivative: Double = 0, safetyFactor: Double = 0.9,
        minimumFactor: Double = 0.2, maximumFactor: Double = 10, norm: ErrorNorm = .rootMeanSquare
    ) {
        self.proportional = proportional
        self.integral = integral
        self.derivative = derivative
        self.safetyFactor = safetyFactor
        self.minimumFactor = minimumFactor
        self.maximumFactor = maximumFactor
        self.norm = norm
        minimumStepSize = 0
        maximumStepSize = .infinity
    }

    /// The classic choice: h' = 0.9 h e^(−1/k), between a fifth and ten times h.
    public static let integral = StepSizeController()

    /// PI control (P 0.4, I 0.3): smoother, for mildly stiff fields whose I control rejects every other step.
    ///
    /// Source: E. Hairer, G. Wanner, "Solving Ordinary Differential Equations II", 2nd ed., 1996, section IV.2.
    public static let proportionalIntegral = StepSizeController(proportional: 0.4, integral: 0.3)

    /// PID control (P 0.3, I 0.3, D 0.1 by default); needs about a tenth more steps than I where I never rejects.
    public static func proportionalIntegralDerivative(
        _ proportional: Double = 0.3, _ integral: Double = 0.3, _ derivative: Double = 0.1
    ) -> StepSizeController {
        StepSizeController(proportional: proportional, integral: integral, derivative: derivative)
    }

    /// Steps of one size, for methods without an error estimate and for convergence studies.
    public static func constant(_ stepSize: Double) -> StepSizeController {
        var controller = StepSizeController()
        controller.constantStepSize = stepSize
        return controller
    }

    /// Throws ``SolveError/invalidController(_:_:)`` with the name and the value of what is out of range.
    func validate(dimension: Int) throws(SolveError) {
        let positive: (Double) -> Bool = { $0 > 0 && $0.isFinite }
        if let step = constantStepSize, !positive(step) { throw .invalidController("constantStepSize", step) }
        if let step = initialStepSize, !positive(step) { throw .invalidController("initialStepSize", step) }
        guard proportional.isFinite else { throw .invalidController("proportional", proportional) }
        guard integral.isFinite else { throw .invalidController("integral", integral) }
        guard derivative.isFinite else { throw .invalidController("derivative", derivative) }
        guard proportional + integral + derivative > 0 else {
            throw .invalidController("proportional + integral + derivative", proportional + integral + derivative)
        }
        guard safetyFactor > 0, safetyFactor < 1 else { throw .invalidController("safetyFactor", safetyFactor) }
        guard minimumFactor > 0, minimumFactor < 1 else { throw .invalidController("minimumFactor", minimumFactor) }
        guard maximumFactor > 1 else { throw .invalidController("maximumFactor", maximumFactor) }
        guard minimumStepSize >= 0, minimumStepSize.isFinite else {
            throw .invalidController("minimumStepSize", minimumStepSize)
        }
        guard maximumStepSize > minimumStepSize else { throw .invalidController("maximumStepSize", maximumStepSize) }
        if let included = includedComponents {
            guard included.count == dimension else {
                throw .shapeMismatch(what: "included components", expected: dimension, actual: included.count)
            }
            guard included.contains(true) || dimension == 0 else { throw .invalidController("includedComponents", 0) }
        }
    }
}
