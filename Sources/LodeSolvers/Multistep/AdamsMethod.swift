/// A method of the Adams family, of variable step and variable order.
///
/// The order k, from 1 to ``maximumOrder``, is that of the predictor, chosen for each trajectory and step from the
/// estimated errors of the neighbouring orders. Dense output integrates the polynomial that the step integrates, with
/// its order. Source of both: L. F. Shampine, M. K. Gordon, "Computer Solution of Ordinary Differential Equations",
/// 1975; E. Hairer, S. P. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I", 2nd ed., 1993, section III.5.
public struct AdamsMethod: Sendable, Hashable, CustomStringConvertible {
    /// The highest order that a method can be given.
    public static let highestOrder = 10

    /// Whether a step is corrected by the implicit formula (predict, evaluate, correct, evaluate).
    public let isImplicit: Bool
    /// The largest k.
    public let maximumOrder: Int

    /// The name used in settings.
    public var description: String { (isImplicit ? "adamsBashforthMoulton" : "adamsBashforth") + "\(maximumOrder)" }

    private init(isImplicit: Bool, maximumOrder: Int) {
        precondition(1...Self.highestOrder ~= maximumOrder, "a maximum order of \(maximumOrder)")
        self.isImplicit = isImplicit
        self.maximumOrder = maximumOrder
    }

    /// Adams–Bashforth, explicit: order k, one evaluation an attempt.
    public static func adamsBashforth(maximumOrder: Int = highestOrder) -> AdamsMethod {
        AdamsMethod(isImplicit: false, maximumOrder: maximumOrder)
    }

    /// Adams–Bashforth–Moulton, implicit: order k + 1 with a predictor of order k, two evaluations an attempt.
    public static func adamsBashforthMoulton(maximumOrder: Int = highestOrder) -> AdamsMethod {
        AdamsMethod(isImplicit: true, maximumOrder: maximumOrder)
    }
}
