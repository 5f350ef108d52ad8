internal import CLodeKernels

/// What decisions about the steps of lanes write, and their bounds.
///
/// All arrays are of one number for each lane, and outlive the value.
public struct StepDecision<Scalar: KernelScalar> {
    fileprivate let record: lode_step_decision

    /// - Parameters:
    ///   - accepted: receives 1 where the attempt was accepted, else 0.
    ///   - rejected: 1 where the lane's last attempt was rejected; read, then written.
    ///   - proposed: receives the sizes to try next, signed.
    ///   - lastLogError, logErrorBefore: the logarithms of the last two accepted squared errors; moved on.
    ///   - normScale: what norms are multiplied by; 1 is the largest that is accepted.
    ///   - factors: the least and the most between two attempts; after a rejection a step does not grow.
    ///   - safety: the most that a rejected attempt is multiplied by.
    ///   - largestStep: no size is larger.
    public init(
        accepted: UnsafeMutablePointer<Scalar>, rejected: UnsafeMutablePointer<Scalar>,
        proposed: UnsafeMutablePointer<Scalar>, lastLogError: UnsafeMutablePointer<Scalar>,
        logErrorBefore: UnsafeMutablePointer<Scalar>, normScale: Double, factors: (least: Double, most: Double),
        safety: Double, largestStep: Double
    ) {
        record = lode_step_decision(
            accepted: accepted, rejected: rejected, proposed: proposed, last_log_error: lastLogError,
            log_error_before: logErrorBefore, norm_scale: normScale, least_factor: factors.least,
            most_factor: factors.most, safety: safety, largest_step: largestStep)
    }
}

/// Step-size control, one number for each lane.
extension Kernels {
    /// How far every active lane goes; the others have a size of 0.
    ///
    /// With t the time and h the proposed size: to the stop where `stretch` · |h| reaches it, else to t + h. `low` and
    /// `high` receive the attempt's ends in order.
    public func chooseSteps(
        attempted: UnsafeMutablePointer<Scalar>, newTime: UnsafeMutablePointer<Scalar>,
        low: UnsafeMutablePointer<Scalar>, high: UnsafeMutablePointer<Scalar>, time: UnsafePointer<Scalar>,
        proposed: UnsafePointer<Scalar>, stop: UnsafePointer<Scalar>, active: UnsafePointer<Scalar>, stretch: Double,
        lanes: Int
    ) {
        table.pointee.choose_steps(attempted, newTime, low, high, time, proposed, stop, active, stretch, lanes)
    }

    /// Which active lanes' attempts are accepted, and what each proposes next.
    ///
    /// That is the attempted size times `factor`, within the decision's bounds and no less than `smallest`. A norm that is
    /// infinite or NaN shrinks by the least factor.
    public func decideSteps(
        _ decision: StepDecision<Scalar>, norm: UnsafePointer<Scalar>, logError: UnsafePointer<Scalar>,
        factor: UnsafePointer<Scalar>, attempted: UnsafePointer<Scalar>, smallest: UnsafePointer<Scalar>,
        direction: UnsafePointer<Scalar>, active: UnsafePointer<Scalar>, lanes: Int
    ) {
        withUnsafePointer(to: decision.record) { record in
            table.pointee.decide_steps(
                record, norm, logError, factor, attempted, smallest, direction, active, lanes)
        }
    }
}
