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

    private let proposed: UnsafeMutablePointer<Double>
    private let startTime: UnsafeMutablePointer<Double>
    private let endTime: UnsafeMutablePointer<Double>
    private let stopTime: UnsafeMutablePointer<Double>
    private let low: UnsafeMutablePointer<Double>
    private let high: UnsafeMutablePointer<Double>
    private let logError: UnsafeMutablePointer<Double>
    private let logError1: UnsafeMutablePointer<Double>
    private let logError2: UnsafeMutablePointer<Double>
    private let factor: UnsafeMutablePointer<Double>
    private let wasRejected: UnsafeMutablePointer<Bool>
    // Whether the stop is a jump of the field, which the end may be too.
    private let isJumpStop: UnsafeMutablePointer<Bool>
    private let nextJump: UnsafeMutablePointer<Int>

    private let doubles: AlignedBuffer<Double>
    private let integers: AlignedBuffer<Int>
    private let flags: AlignedBuffer<Bool>
    private let kernels: Kernels<Double>

    init(lanes: Int, settings: StepSettings, kernels: Kernels<Double>) {
        self.lanes = lanes
        self.settings = settings
        self.kernels = kernels
        let width = Kernels<Double>.lanesPerBlock
        let doubles = AlignedBuffer<Double>(count: 18 * width)
        let integers = AlignedBuffer<Int>(count: 4 * width)
        let flags = AlignedBuffer<Bool>(count: 5 * width)
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
        exponentScale.update(repeating: 1, count: width)
        trajectory = integers.pointer
        accepted = integers.pointer + width
        rejected = integers.pointer + 2 * width
        nextJump = integers.pointer + 3 * width
        isActive = flags.pointer
        isAccepted = flags.pointer + width
        startsAtJump = flags.pointer + 2 * width
        wasRejected = flags.pointer + 3 * width
        isJumpStop = flags.pointer + 4 * width
        ending = .allocate(capacity: width)
        ending.initialize(repeating: nil, count: width)
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
        logError1[lane] = 0
        logError2[lane] = 0
        wasRejected[lane] = false
        ending[lane] = nil
        let jumps = settings.jumpTimes
        if end >= start {
            nextJump[lane] = jumps.firstIndex { $0 > start } ?? jumps.count
        } else {
            nextJump[lane] = jumps.lastIndex { $0 < start } ?? -1
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
        let stretch = settings.stretch
        let hasJumps = !settings.jumpTimes.isEmpty
        for lane in 0..<lanes {
            guard isActive[lane] else {
                attempted[lane] = 0
                continue
            }
            let t = time[lane]
            let stop = hasJumps ? nextStop(lane) : endTime[lane]
            stopTime[lane] = stop
            let remaining = stop - t
            var h = proposed[lane]
            let reachesStop = abs(h) * stretch >= abs(remaining)
            if reachesStop { h = remaining }
            let end = reachesStop ? stop : t + h
            attempted[lane] = h
            newTime[lane] = end
            low[lane] = min(t, end)
            high[lane] = max(t, end)
            if hasJumps { keepInside(lane, stopsAtJump: stopsAtJump(lane), isForward: h > 0) }
        }
    }

    /// The times of a stage at `node` of every lane's attempt.
    func setStageTimes(node: Double) {
        for lane in 0..<lanes {
            stageTime[lane] = min(max(time[lane] + node * attempted[lane], low[lane]), high[lane])
        }
    }

    /// Whether an attempt ends at a jump of the field.
    func stopsAtJump(_ lane: Int) -> Bool {
        !settings.jumpTimes.isEmpty && isJumpStop[lane] && newTime[lane] == stopTime[lane]
    }

    private func nextStop(_ lane: Int) -> Double {
        let end = endTime[lane]
        let index = nextJump[lane]
        isJumpStop[lane] = false
        guard settings.jumpTimes.indices.contains(index) else { return end }
        let jump = settings.jumpTimes[index]
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

// MARK: - Decisions

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
        proposed[lane] = endTime[lane] >= startTime[lane] ? size : -size
    }

    private func smallestStep(_ lane: Int) -> Double {
        let span = endTime[lane] - startTime[lane]
        // 2⁻⁴⁸ is 16 to 32 units in the last place.
        return max(settings.minimumStepSize, max(abs(time[lane]), 1e-12 * abs(span)) * 0x1p-48)
    }

    /// Moves an accepted lane to the end of its attempt; returns whether the field jumps there.
    func advance(_ lane: Int) -> Bool {
        time[lane] = newTime[lane]
        guard !settings.jumpTimes.isEmpty else { return false }
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
