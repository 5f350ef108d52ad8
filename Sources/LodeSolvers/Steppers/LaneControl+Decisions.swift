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
        for lane in 0..<lanes { smallestStep[lane] = max(smallestSize[lane], abs(time[lane]) * 0x1p-48) }
        decideSteps()
        for lane in 0..<lanes {
            // Nobody looks at what an idle lane has accepted.
            isAccepted[lane] = mask[lane] != 0
            guard isActive[lane] else { continue }
            if isAccepted[lane] { accepted[lane] += 1 } else { rejected[lane] += 1 }
            guard let end = outcome(lane) else { continue }
            ending[lane] = end
            hasEndings = true
        }
    }

    private func decideSteps() {
        guard settings.constantStepSize == nil else {
            for lane in 0..<lanes {
                mask[lane] = isActive[lane] && norm[lane] * settings.normScale < .infinity ? 1 : 0
            }
            return
        }
        kernels.decideSteps(
            decision, norm: norm, logError: logError, factor: factor, attempted: attempted, smallest: smallestStep,
            direction: direction, active: activity, lanes: lanes)
    }

    /// How the trajectory of a lane ends with its attempt; nil where it goes on.
    private func outcome(_ lane: Int) -> Outcome? {
        if isAccepted[lane] {
            if newTime[lane] == endTime[lane] { return .completed }
        } else if abs(attempted[lane]) <= smallestStep[lane] || settings.constantStepSize != nil {
            return norm[lane] * settings.normScale < .infinity ? .stepSizeUnderflow : .nonFiniteState
        }
        return accepted[lane] + rejected[lane] >= settings.maxSteps ? .stepLimitReached : nil
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

    /// Moves accepted lanes to the ends of their attempts; returns whether the field jumps at any of them.
    func advance() -> Bool {
        guard !settings.jumps.isEmpty else {
            for lane in 0..<lanes { time[lane] = mask[lane] != 0 ? newTime[lane] : time[lane] }
            return false
        }
        var anyJump = false
        for lane in 0..<lanes where isActive[lane] && isAccepted[lane] {
            let jumps = advanceToJump(lane)
            anyJump = anyJump || jumps
        }
        return anyJump
    }

    private func advanceToJump(_ lane: Int) -> Bool {
        time[lane] = newTime[lane]
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
