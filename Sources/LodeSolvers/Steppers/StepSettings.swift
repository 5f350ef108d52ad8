/// A step-size controller and its surroundings, as the decisions of lanes read them.
struct StepSettings: Sendable {
    /// Multiplies the sum of squares: 1 / (components that count), or 1 for the maximum norm.
    let normScale: Double
    // Exponents of the three last squared errors, and the logarithm of the safety factor.
    let gain0: Double
    let gain1: Double
    let gain2: Double
    let logSafety: Double
    let safety: Double
    let minimumFactor: Double
    let maximumFactor: Double
    let minimumStepSize: Double
    let maximumStepSize: Double
    let constantStepSize: Double?
    let initialStepSize: Double?
    /// An attempt that would leave less than this fraction more ends at the end: no crumb is left over.
    let stretch: Double
    let maxSteps: Int
    /// Where the field jumps.
    let jumps: JumpTimes
    /// The root to take for the first step size.
    let firstStepExponent: Double

    init(
        controller: StepSizeController, errorExponent: Int, firstStepExponent: Int, dimension: Int, maxSteps: Int,
        jumps: JumpTimes,
        logarithm: (Double) -> Double
    ) {
        let counted = controller.includedComponents?.count { $0 } ?? dimension
        normScale = controller.norm == .maximum || counted == 0 ? 1 : 1 / Double(counted)
        let k = Double(errorExponent)
        // The errors are squared, hence the halves.
        gain0 = -0.5 * (controller.proportional + controller.integral + controller.derivative) / k
        gain1 = 0.5 * (controller.proportional + 2 * controller.derivative) / k
        gain2 = -0.5 * controller.derivative / k
        logSafety = logarithm(controller.safetyFactor)
        safety = controller.safetyFactor
        minimumFactor = controller.minimumFactor
        maximumFactor = controller.maximumFactor
        minimumStepSize = controller.minimumStepSize
        maximumStepSize = controller.maximumStepSize
        constantStepSize = controller.constantStepSize
        initialStepSize = controller.initialStepSize
        stretch = controller.constantStepSize == nil && controller.maximumStepSize == .infinity ? 1.01 : 1 + 1e-10
        self.maxSteps = maxSteps
        self.jumps = jumps
        self.firstStepExponent = Double(firstStepExponent)
    }
}
