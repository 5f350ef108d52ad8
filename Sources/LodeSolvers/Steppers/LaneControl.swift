internal import LodeNumerics

/// Times, step sizes and decisions of a block of lanes, in Double whatever the element type of the states.
///
/// Every lane is decided by itself; the loops run over lanes only to share logarithms and exponentials. One thread
/// owns an instance.
final class LaneControl {
    let lanes: Int
    let settings: StepSettings

    /// The trajectory each lane carries, an index into the batch; that of a live lane where the lane is idle.
    let trajectory: UnsafeMutablePointer<Int>
    /// Whether the lane carries a trajectory that is not finished.
    let isActive: UnsafeMutablePointer<Bool>
    /// Whether the last attempt was accepted.
    let isAccepted: UnsafeMutablePointer<Bool>
    /// Set with the decision where the trajectory ends with it.
    let ending: UnsafeMutablePointer<Outcome?>
    /// Whether the attempt starts at a jump of the field.
    let startsAtJump: UnsafeMutablePointer<Bool>
    /// Attempts of the trajectory that counted and that did not.
    let accepted: UnsafeMutablePointer<Int>
    let rejected: UnsafeMutablePointer<Int>

    /// The time at the start of the attempt.
    let time: UnsafeMutablePointer<Double>
    /// The time at its end.
    let newTime: UnsafeMutablePointer<Double>
    /// Its size, signed; 0 in idle lanes.
    let attempted: UnsafeMutablePointer<Double>
    /// Where the stages are evaluated.
    let stageTime: UnsafeMutablePointer<Double>
    /// The summed (or largest) squared error, written by the error norm.
    let norm: UnsafeMutablePointer<Double>
    /// A second error estimate's, for methods that have one.
    let secondNorm: UnsafeMutablePointer<Double>
    /// 1 in the lanes whose attempt was accepted, else 0.
    let mask: UnsafeMutablePointer<Double>
    /// What the settings' error exponent is divided by to give the lane's; 1 where a method has one order.
    let exponentScale: UnsafeMutablePointer<Double>

    let proposed: UnsafeMutablePointer<Double>
    let startTime: UnsafeMutablePointer<Double>
    let endTime: UnsafeMutablePointer<Double>
    let stopTime: UnsafeMutablePointer<Double>
    let low: UnsafeMutablePointer<Double>
    let high: UnsafeMutablePointer<Double>
    let logError: UnsafeMutablePointer<Double>
    let logError1: UnsafeMutablePointer<Double>
    let logError2: UnsafeMutablePointer<Double>
    let factor: UnsafeMutablePointer<Double>
    // 1 where the attempt before was rejected.
    let wasRejected: UnsafeMutablePointer<Double>
    // 1 forward in time, −1 backward.
    let direction: UnsafeMutablePointer<Double>
    // 1 where the lane is active.
    let activity: UnsafeMutablePointer<Double>
    // The smallest step, but for the rounding of the time, and with it.
    let smallestSize: UnsafeMutablePointer<Double>
    let smallestStep: UnsafeMutablePointer<Double>
    // What decisions write.
    let decision: StepDecision<Double>
    // Whether a trajectory has ended since the last time somebody looked.
    var hasEndings = false
    // Whether the stop is a jump of the field, which the end may be too.
    let isJumpStop: UnsafeMutablePointer<Bool>
    // The next jump, and the first and the one past the last of the lane's trajectory, in the settings' jumps.
    let nextJump: UnsafeMutablePointer<Int>
    let firstJump: UnsafeMutablePointer<Int>
    let jumpEnd: UnsafeMutablePointer<Int>

    let doubles: AlignedBuffer<Double>
    let integers: AlignedBuffer<Int>
    let flags: AlignedBuffer<Bool>
    let kernels: Kernels<Double>

    init(lanes: Int, settings: StepSettings, kernels: Kernels<Double>) {
        self.lanes = lanes
        self.settings = settings
        self.kernels = kernels
        let width = Kernels<Double>.lanesPerBlock
        let doubles = AlignedBuffer<Double>(count: 23 * width)
        let integers = AlignedBuffer<Int>(count: 6 * width)
        let flags = AlignedBuffer<Bool>(count: 4 * width)
        self.doubles = doubles
        self.integers = integers
        self.flags = flags
        func double(_ index: Int) -> UnsafeMutablePointer<Double> { doubles.pointer + index * width }
        time = double(0)
        newTime = double(1)
        attempted = double(2)
        stageTime = double(3)
        norm = double(4)
        secondNorm = double(5)
        mask = double(6)
        proposed = double(7)
        startTime = double(8)
        endTime = double(9)
        stopTime = double(10)
        low = double(11)
        high = double(12)
        logError = double(13)
        logError1 = double(14)
        logError2 = double(15)
        factor = double(16)
        exponentScale = double(17)
        smallestSize = double(18)
        smallestStep = double(19)
        wasRejected = double(20)
        direction = double(21)
        activity = double(22)
        exponentScale.update(repeating: 1, count: width)
        trajectory = integers.pointer
        accepted = integers.pointer + width
        rejected = integers.pointer + 2 * width
        nextJump = integers.pointer + 3 * width
        firstJump = integers.pointer + 4 * width
        jumpEnd = integers.pointer + 5 * width
        isActive = flags.pointer
        isAccepted = flags.pointer + width
        startsAtJump = flags.pointer + 2 * width
        isJumpStop = flags.pointer + 3 * width
        ending = .allocate(capacity: width)
        ending.initialize(repeating: nil, count: width)
        decision = StepDecision(
            StepDecision.Input(
                norm: norm, attempted: attempted, time: time, newTime: newTime, endTime: endTime,
                exponentScale: exponentScale, direction: direction, active: activity, smallestSize: smallestSize),
            StepDecision.Output(
                accepted: mask, rejected: wasRejected, proposed: proposed, smallest: smallestStep, logError: logError,
                lastLogError: logError1, logErrorBefore: logError2, factor: factor, acceptedCount: accepted,
                rejectedCount: rejected),
            normScale: settings.normScale, gains: (settings.gain0, settings.gain1, settings.gain2),
            logSafety: settings.logSafety, factors: (settings.minimumFactor, settings.maximumFactor),
            safety: settings.safety, largestStep: settings.maximumStepSize, mostAttempts: settings.maxSteps)
    }

    deinit {
        ending.deallocate()
    }
}

// MARK: - Lanes

extension LaneControl {
    /// Puts a trajectory into a lane: `step` is the first step size, signed.
    func start(_ lane: Int, trajectory index: Int, from start: Double, to end: Double, step: Double) {
        trajectory[lane] = index
        isActive[lane] = true
        accepted[lane] = 0
        rejected[lane] = 0
        time[lane] = start
        startTime[lane] = start
        endTime[lane] = end
        proposed[lane] = step
        direction[lane] = end >= start ? 1 : -1
        smallestSize[lane] = max(settings.minimumStepSize, 1e-12 * abs(end - start) * 0x1p-48)
        logError1[lane] = 0
        logError2[lane] = 0
        wasRejected[lane] = 0
        ending[lane] = nil
        let range = settings.jumps.range(of: index)
        let jumps = settings.jumps.times[range]
        firstJump[lane] = range.lowerBound
        jumpEnd[lane] = range.upperBound
        if end >= start {
            nextJump[lane] = jumps.firstIndex { $0 > start } ?? range.upperBound
        } else {
            nextJump[lane] = jumps.lastIndex { $0 < start } ?? range.lowerBound - 1
        }
        startsAtJump[lane] = jumps.contains(start)
    }

    /// Makes a lane idle: it follows the time and the trajectory of `live`, with steps of size 0.
    func retire(_ lane: Int, following live: Int) {
        isActive[lane] = false
        isAccepted[lane] = false
        mask[lane] = 0
        attempted[lane] = 0
        time[lane] = time[live]
        low[lane] = time[live]
        high[lane] = time[live]
        trajectory[lane] = trajectory[live]
    }

    /// Chooses the size of every lane's next attempt.
    func attempt() {
        let hasJumps = !settings.jumps.isEmpty
        for lane in 0..<lanes { activity[lane] = isActive[lane] ? 1 : 0 }
        if hasJumps {
            for lane in 0..<lanes { stopTime[lane] = isActive[lane] ? nextStop(lane) : endTime[lane] }
        }
        kernels.chooseSteps(
            attempted: attempted, newTime: newTime, low: low, high: high, time: time, proposed: proposed,
            stop: hasJumps ? stopTime : endTime, active: activity, stretch: settings.stretch, lanes: lanes)
        guard hasJumps else { return }
        for lane in 0..<lanes where isActive[lane] {
            keepInside(lane, stopsAtJump: stopsAtJump(lane), isForward: attempted[lane] > 0)
        }
    }

    /// The times of a stage at `node` of every lane's attempt.
    func setStageTimes(node: Double) {
        kernels.stageTimes(stageTime, time: time, size: attempted, low: low, high: high, node: node, lanes: lanes)
    }

    /// Whether an attempt ends at a jump of the field.
    func stopsAtJump(_ lane: Int) -> Bool {
        !settings.jumps.isEmpty && isJumpStop[lane] && newTime[lane] == stopTime[lane]
    }

    private func nextStop(_ lane: Int) -> Double {
        let end = endTime[lane]
        let index = nextJump[lane]
        isJumpStop[lane] = false
        guard index >= firstJump[lane], index < jumpEnd[lane] else { return end }
        let jump = settings.jumps.times[index]
        isJumpStop[lane] = end >= startTime[lane] ? jump <= end : jump >= end
        return isJumpStop[lane] ? jump : end
    }

    // The field is evaluated strictly between the jumps, so that every step sees one branch of it.
    private func keepInside(_ lane: Int, stopsAtJump: Bool, isForward: Bool) {
        if startsAtJump[lane] {
            if isForward { low[lane] = low[lane].nextUp } else { high[lane] = high[lane].nextDown }
        }
        if stopsAtJump {
            if isForward { high[lane] = high[lane].nextDown } else { low[lane] = low[lane].nextUp }
        }
    }
}
