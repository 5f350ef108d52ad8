internal import CLodeKernels

/// What decisions about the steps of lanes read and write, an array of one number for each lane each, and their bounds.
///
/// The arrays outlive the value.
public struct StepDecision<Scalar: KernelScalar> {
    /// What is read.
    public struct Input {
        /// The sum or the maximum of the squared errors.
        public var norm: UnsafePointer<Scalar>
        /// The signed size of the attempt.
        public var attempted: UnsafePointer<Scalar>
        /// Where the attempt starts.
        public var time: UnsafePointer<Scalar>
        /// Where it ends.
        public var newTime: UnsafePointer<Scalar>
        /// Where the trajectory ends.
        public var endTime: UnsafePointer<Scalar>
        /// What logarithms of errors are multiplied by for the order of the lane.
        public var exponentScale: UnsafePointer<Scalar>
        /// 1 or −1, the direction of time.
        public var direction: UnsafePointer<Scalar>
        /// 1 where the lane is active, else 0.
        public var active: UnsafePointer<Scalar>
        /// The smallest size, but for the rounding of the time.
        public var smallestSize: UnsafePointer<Scalar>

        /// All arrays.
        public init(
            norm: UnsafePointer<Scalar>, attempted: UnsafePointer<Scalar>, time: UnsafePointer<Scalar>,
            newTime: UnsafePointer<Scalar>, endTime: UnsafePointer<Scalar>, exponentScale: UnsafePointer<Scalar>,
            direction: UnsafePointer<Scalar>, active: UnsafePointer<Scalar>, smallestSize: UnsafePointer<Scalar>
        ) {
            self.norm = norm
            self.attempted = attempted
            self.time = time
            self.newTime = newTime
            self.endTime = endTime
            self.exponentScale = exponentScale
            self.direction = direction
            self.active = active
            self.smallestSize = smallestSize
        }
    }

    /// What is written.
    public struct Output {
        /// 1 where the attempt was accepted, else 0.
        public var accepted: UnsafeMutablePointer<Scalar>
        /// 1 where the lane's last attempt was rejected; read, then written.
        public var rejected: UnsafeMutablePointer<Scalar>
        /// The sizes to try next, signed.
        public var proposed: UnsafeMutablePointer<Scalar>
        /// The smallest sizes, with the rounding of the time.
        public var smallest: UnsafeMutablePointer<Scalar>
        /// The logarithm of this squared error.
        public var logError: UnsafeMutablePointer<Scalar>
        /// That of the last accepted one; moves on.
        public var lastLogError: UnsafeMutablePointer<Scalar>
        /// That of the accepted one before; moves on.
        public var logErrorBefore: UnsafeMutablePointer<Scalar>
        /// The factors before their bounds.
        public var factor: UnsafeMutablePointer<Scalar>
        /// How many attempts of the trajectory were accepted; counted on.
        public var acceptedCount: UnsafeMutablePointer<Int>
        /// How many were rejected; counted on.
        public var rejectedCount: UnsafeMutablePointer<Int>

        /// All arrays.
        public init(
            accepted: UnsafeMutablePointer<Scalar>, rejected: UnsafeMutablePointer<Scalar>,
            proposed: UnsafeMutablePointer<Scalar>, smallest: UnsafeMutablePointer<Scalar>,
            logError: UnsafeMutablePointer<Scalar>, lastLogError: UnsafeMutablePointer<Scalar>,
            logErrorBefore: UnsafeMutablePointer<Scalar>, factor: UnsafeMutablePointer<Scalar>,
            acceptedCount: UnsafeMutablePointer<Int>, rejectedCount: UnsafeMutablePointer<Int>
        ) {
            self.accepted = accepted
            self.rejected = rejected
            self.proposed = proposed
            self.smallest = smallest
            self.logError = logError
            self.lastLogError = lastLogError
            self.logErrorBefore = logErrorBefore
            self.factor = factor
            self.acceptedCount = acceptedCount
            self.rejectedCount = rejectedCount
        }
    }

    fileprivate let record: lode_step_decision

    /// - Parameters:
    ///   - normScale: what norms are multiplied by; 1 is the largest that is accepted.
    ///   - gains: exponents of this squared error and of the two accepted before it.
    ///   - logSafety: the logarithm of what every factor is multiplied by.
    ///   - factors: the least and the most between two attempts; after a rejection a step does not grow.
    ///   - safety: the most that a rejected attempt is multiplied by.
    ///   - largestStep: no size is larger.
    ///   - mostAttempts: a trajectory with so many ends.
    public init(
        _ input: Input, _ output: Output, normScale: Double, gains: (Double, Double, Double), logSafety: Double,
        factors: (least: Double, most: Double), safety: Double, largestStep: Double, mostAttempts: Int
    ) {
        record = lode_step_decision(
            norm: input.norm, attempted: input.attempted, time: input.time, new_time: input.newTime,
            end_time: input.endTime, exponent_scale: input.exponentScale, direction: input.direction,
            active: input.active, smallest_size: input.smallestSize, accepted: output.accepted,
            rejected: output.rejected, proposed: output.proposed, smallest: output.smallest,
            log_error: output.logError, last_log_error: output.lastLogError, log_error_before: output.logErrorBefore,
            factor: output.factor, accepted_count: output.acceptedCount,
            rejected_count: output.rejectedCount, gains: gains, log_safety: logSafety, norm_scale: normScale,
            least_factor: factors.least, most_factor: factors.most, safety: safety, largest_step: largestStep,
            most_attempts: mostAttempts)
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

    /// The times of a stage: time + node · size, between low and high.
    public func stageTimes(
        _ out: UnsafeMutablePointer<Scalar>, time: UnsafePointer<Scalar>, size: UnsafePointer<Scalar>,
        low: UnsafePointer<Scalar>, high: UnsafePointer<Scalar>, node: Double, lanes: Int
    ) {
        table.pointee.stage_times(out, time, size, low, high, node, lanes)
    }

    /// Which active lanes' attempts are accepted, and what each proposes next; whether any trajectory ends with its attempt.
    ///
    /// A proposal is the attempted size times exp(Σⱼ gainⱼ · ln errorⱼ · scale + logSafety), within the decision's bounds
    /// and no less than the smallest size. A norm that is infinite or NaN shrinks by the least factor. A trajectory ends at its
    /// end, by a rejected attempt of the smallest size, or after so many attempts.
    public func decideSteps(_ decision: StepDecision<Scalar>, lanes: Int) -> Bool {
        withUnsafePointer(to: decision.record) { table.pointee.decide_steps($0, lanes) != 0 }
    }
}
