internal import LodeNumerics

extension LaneSolver {
    /// First slopes and step sizes of a whole group, block by block; sets outcomes of trajectories that cannot start.
    ///
    /// Source of the step size: E. Hairer, S. P. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I",
    /// 2nd ed., 1993, section II.4.
    func prepare(_ group: Range<Int>) {
        var first = group.lowerBound
        while first < group.upperBound {
            prepareBlock(group, first..<min(first + lanes, group.upperBound))
            first += lanes
        }
    }

    private func prepareBlock(_ group: Range<Int>, _ block: Range<Int>) {
        let slopes = blocks.slopes
        for lane in 0..<lanes {
            // Lanes beyond the last trajectory repeat it.
            let b = min(block.lowerBound + lane, block.upperBound - 1)
            blocks.rowPointers[lane] = UnsafeRawPointer(memory.initialStates + b * dimension)
            control.trajectory[lane] = b
            let start = times.startTimes[b]
            let isJump = settings.jumps.contains(start, trajectory: b)
            control.stageTime[lane] =
                !isJump ? start : times.endTimes[b] >= start ? start.nextUp : start.nextDown
        }
        kernels.gatherRows(blocks.state, rows: blocks.rowPointers, components: dimension, lanes: lanes)
        stepper.evaluate(slopes, blocks.state)
        // y, y' and, below, the change of y', in units of the tolerance.
        errorScale.norm(control.norm, blocks.state, blocks.state, blocks.state, kernels, lanes: lanes)
        errorScale.norm(control.secondNorm, slopes, blocks.state, blocks.state, kernels, lanes: lanes)
        for lane in 0..<block.count {
            let b = block.lowerBound + lane
            times.statistics[b] = SolveStatistics(vectorFieldEvaluations: 1)
            kernels.getLane(
                lane, of: slopes, into: firstSlopes.pointer + (b - group.lowerBound) * dimension,
                components: dimension, lanes: lanes)
        }
        errorScale.finiteness(control.mask, blocks.state, kernels, lanes: lanes)
        chooseFirstSteps(group, block)
    }

    private func chooseFirstSteps(_ group: Range<Int>, _ block: Range<Int>) {
        let steps = firstSteps.pointer + (block.lowerBound - group.lowerBound)
        let given = settings.constantStepSize ?? settings.initialStepSize
        if given == nil { tryFirstSteps(block) }
        for lane in 0..<block.count {
            let b = block.lowerBound + lane
            let span = times.endTimes[b] - times.startTimes[b]
            steps[lane] = 0
            if !(control.mask[lane] < .infinity) {
                times.outcomes[b] = .nonFiniteInitialState
            } else if span == 0 {
                times.outcomes[b] = .completed
            } else if control.secondNorm[lane].isNaN {
                times.outcomes[b] = .nonFiniteState
            } else {
                times.outcomes[b] = .completed
                var size = given ?? control.norm[lane]
                if given == nil { times.statistics[b].vectorFieldEvaluations += 1 }
                size = min(max(size, settings.minimumStepSize), settings.maximumStepSize)
                steps[lane] = span > 0 ? size : -size
            }
        }
    }

    // Leaves the sizes of the first steps in control.norm.
    private func tryFirstSteps(_ block: Range<Int>) {
        let scale = settings.normScale
        for lane in 0..<lanes {
            let b = control.trajectory[lane]
            let span = times.endTimes[b] - times.startTimes[b]
            let d0 = (control.norm[lane] * scale).squareRoot()
            let d1 = (control.secondNorm[lane] * scale).squareRoot()
            let size = d0 < 1e-5 || !(d1 >= 1e-5) || d1 == .infinity ? 1e-6 : 0.01 * d0 / d1
            let limited = min(size, abs(span), settings.maximumStepSize)
            control.attempted[lane] = span >= 0 ? limited : -limited
            control.stageTime[lane] += control.attempted[lane]
        }
        kernels.narrow(blocks.scale, control.attempted, count: lanes)
        blocks.addBlock(blocks.candidate, base: blocks.state, blocks.slopes, weight: 1, scale: blocks.scale)
        stepper.evaluate(stepper.lastSlope, blocks.candidate)
        blocks.addBlock(blocks.error, base: stepper.lastSlope, blocks.slopes, weight: -1, scale: blocks.ones)
        errorScale.norm(control.newTime, blocks.error, blocks.state, blocks.state, kernels, lanes: lanes)
        for lane in 0..<lanes {
            let h0 = abs(control.attempted[lane])
            let d1 = (control.secondNorm[lane] * scale).squareRoot()
            let d2 = (control.newTime[lane] * scale).squareRoot() / h0
            let largest = max(d1, d2)
            // A NaN compares false, and takes the careful branch.
            let h1 = largest > 1e-15 ? power(0.01 / largest, 1 / settings.firstStepExponent) : max(1e-6, h0 * 1e-3)
            let b = control.trajectory[lane]
            control.norm[lane] = min(
                min(100 * h0, h1.isFinite && h1 > 0 ? h1 : h0), abs(times.endTimes[b] - times.startTimes[b]))
        }
    }

    private func power(_ base: Double, _ exponent: Double) -> Double { control.power(base, exponent) }
}
