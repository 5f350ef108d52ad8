internal import LodeNumerics

extension LaneControl {
    /// Accepts or rejects every active lane's attempt by `norm`, and proposes the step sizes that follow.
    func decide() {
        hasEndings = settings.constantStepSize == nil ? kernels.decideSteps(decision, lanes: lanes) : takeSteps()
        // Nobody looks at what an idle lane has accepted.
        for lane in 0..<lanes { isAccepted[lane] = mask[lane] != 0 }
        guard hasEndings else { return }
        for lane in 0..<lanes where isActive[lane] { ending[lane] = outcome(lane) }
    }

    /// Accepts every attempt whose norm is finite; whether any trajectory may end.
    private func takeSteps() -> Bool {
        for lane in 0..<lanes {
            let isTaken = isActive[lane] && norm[lane] * settings.normScale < .infinity
            mask[lane] = isTaken ? 1 : 0
            smallestStep[lane] = max(smallestSize[lane], abs(time[lane]) * 0x1p-48)
            if isTaken { accepted[lane] += 1 } else if isActive[lane] { rejected[lane] += 1 }
        }
        return true
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
