internal import LodeNumerics

extension LaneControl {
    // An error this small asks for the largest growth whatever the gains; below it the logarithm is of no use.
    private static let smallestSquaredError = 1e-24

    /// Accepts or rejects every active lane's attempt by `norm`, and proposes the step sizes that follow.
    func decide() {
        let s = settings
        if s.constantStepSize == nil {
            for lane in 0..<lanes {
                let squared = norm[lane] * s.normScale
                // A NaN compares false and stays out of the logarithm.
                logError[lane] = squared > Self.smallestSquaredError ? squared : Self.smallestSquaredError
            }
            kernels.log(logError, logError, count: lanes)
            for lane in 0..<lanes {
                let filtered = s.gain0 * logError[lane] + s.gain1 * logError1[lane] + s.gain2 * logError2[lane]
                factor[lane] = filtered * exponentScale[lane] + s.logSafety
            }
            kernels.exp(factor, factor, count: lanes)
        }
        for lane in 0..<lanes where isActive[lane] {
            let squared = norm[lane] * s.normScale
            let isFinite = squared < .infinity
            if isFinite && (squared <= 1 || s.constantStepSize != nil) {
                accept(lane)
            } else {
                reject(lane, isFinite: isFinite)
            }
        }
    }

    /// norm becomes that of the error estimate damped by the coarser one: e₅⁴ / (e₅² + e₃² / 100).
    func dampNorm() {
        for lane in 0..<lanes {
            let fine = norm[lane]
            let sum = fine + 0.01 * secondNorm[lane]
            // Zero over zero is no error; NaN and infinity stay what they are.
            norm[lane] = sum == 0 ? 0 : fine == .infinity ? fine : fine * (fine / sum)
        }
    }

    private func accept(_ lane: Int) {
        isAccepted[lane] = true
        mask[lane] = 1
        accepted[lane] += 1
        if settings.constantStepSize == nil {
            let largest = wasRejected[lane] ? 1 : settings.maximumFactor
            propose(lane, factor: min(max(factor[lane], settings.minimumFactor), largest))
            logError2[lane] = logError1[lane]
            logError1[lane] = logError[lane]
            wasRejected[lane] = false
        }
        if newTime[lane] == endTime[lane] {
            ending[lane] = .completed
        } else if accepted[lane] + rejected[lane] >= settings.maxSteps {
            ending[lane] = .stepLimitReached
        }
    }

    private func reject(_ lane: Int, isFinite: Bool) {
        isAccepted[lane] = false
        mask[lane] = 0
        rejected[lane] += 1
        let isSmallest = abs(attempted[lane]) <= smallestStep(lane) || settings.constantStepSize != nil
        if isSmallest {
            ending[lane] = isFinite ? .stepSizeUnderflow : .nonFiniteState
        } else if accepted[lane] + rejected[lane] >= settings.maxSteps {
            ending[lane] = .stepLimitReached
        } else {
            // 1 and more cannot come from an error above 1 unless the gains disagree with it: the step must shrink.
            let shrink =
                isFinite ? min(max(factor[lane], settings.minimumFactor), settings.safety) : settings.minimumFactor
            propose(lane, factor: shrink)
            wasRejected[lane] = true
        }
    }

    // The step that was tried is scaled, not the one proposed before it was cut at the end.
    private func propose(_ lane: Int, factor: Double) {
        let size = min(max(abs(attempted[lane]) * factor, smallestStep(lane)), settings.maximumStepSize)
        proposed[lane] = isForward[lane] ? size : -size
    }

    private func smallestStep(_ lane: Int) -> Double {
        // 2⁻⁴⁸ is 16 to 32 units in the last place.
        max(smallestSize[lane], abs(time[lane]) * 0x1p-48)
    }

    /// Moves an accepted lane to the end of its attempt; returns whether the field jumps there.
    func advance(_ lane: Int) -> Bool {
        time[lane] = newTime[lane]
        guard !settings.jumps.isEmpty else { return false }
        // Before the time moves on: the stop belongs to the attempt.
        let jumps = stopsAtJump(lane)
        startsAtJump[lane] = jumps
        if jumps && time[lane] == endTime[lane] { return false }
        if jumps { nextJump[lane] += endTime[lane] >= startTime[lane] ? 1 : -1 }
        return jumps
    }

    /// base^exponent for a positive base, by the kernels' own functions.
    func power(_ base: Double, _ exponent: Double) -> Double {
        factor[0] = base
        kernels.log(factor, factor, count: 1)
        factor[0] *= exponent
        kernels.exp(factor, factor, count: 1)
        return factor[0]
    }
}
