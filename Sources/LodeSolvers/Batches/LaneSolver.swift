internal import LodeNumerics

/// Solves groups of trajectories in the lanes of one block; one thread owns an instance.
///
/// A group is prepared (first slopes, first step sizes), its trajectories enter the lanes as these fall free, and each
/// lane steps by its own size, is accepted or rejected by its own error, and writes its own outputs.
final class LaneSolver<Stepper: LaneStepper> {
    typealias Scalar = Stepper.Scalar

    let stepper: Stepper
    let memory: BatchMemory<Scalar>
    let times: BatchTimes
    let settings: StepSettings
    let errorScale: ErrorScale<Scalar>
    let kernels: Kernels<Scalar>
    let lanes: Int
    let dimension: Int
    let control: LaneControl
    let blocks: StepBlocks<Scalar>

    // First slopes and step sizes of the group's trajectories; a step size of 0 marks one that has nothing to solve.
    let firstSlopes: AlignedBuffer<Scalar>
    let firstSteps: AlignedBuffer<Double>
    let outputs: LaneOutputs
    let events: LaneEvents<Scalar>?
    private var waiting = 0..<0
    private var activeCount = 0

    init(
        stepper: Stepper, control: LaneControl, memory: BatchMemory<Scalar>, groupSize: Int,
        errorScale: ErrorScale<Scalar>, events: [Event<Scalar>]
    ) {
        self.stepper = stepper
        self.control = control
        self.memory = memory
        self.errorScale = errorScale
        times = memory.times
        settings = control.settings
        blocks = stepper.blocks
        kernels = stepper.blocks.kernels
        lanes = control.lanes
        dimension = memory.dimension
        firstSlopes = AlignedBuffer(count: groupSize * memory.dimension)
        firstSteps = AlignedBuffer(count: groupSize)
        outputs = LaneOutputs(lanes: control.lanes)
        self.events =
            events.isEmpty ? nil : LaneEvents(events: events, control: control, blocks: stepper.blocks)
    }

    /// Solves the trajectories of one group; `recorder`, where given, receives the accepted steps.
    func run(_ group: Range<Int>, recorder: (any LaneRecorder<Scalar>)?) {
        prepare(group)
        waiting = group
        activeCount = 0
        for lane in 0..<lanes { control.isActive[lane] = false }
        for lane in 0..<lanes { refill(lane, group: group, recorder: recorder) }
        guard let live = (0..<lanes).first(where: { control.isActive[$0] }) else { return }
        for lane in 0..<lanes where !control.isActive[lane] { idle(lane, following: live) }
        while activeCount > 0 {
            control.attempt()
            kernels.narrow(blocks.scale, control.attempted, count: lanes)
            stepper.attempt()
            control.decide()
            if let events { watch(events) }
            writeOutputs(needsPowers: recorder?.needsPowers ?? false)
            recorder?.record(control, blocks)
            advance()
            finishLanes(group: group, recorder: recorder)
        }
    }
}

// MARK: - Steps

extension LaneSolver {
    private func writeOutputs(needsPowers: Bool) {
        let isAnyDue = outputs.findDue(control)
        guard isAnyDue || needsPowers else { return }
        stepper.setPowers()
        if stepper.evaluationsPerOutput > 0 {
            for lane in 0..<lanes where isEvaluated(lane, needsPowers: needsPowers) {
                times.statistics[control.trajectory[lane]].vectorFieldEvaluations += stepper.evaluationsPerOutput
            }
        }
        blocks.writeOutputs(memory.states, outputs, control, times)
    }

    private func watch(_ events: LaneEvents<Scalar>) {
        var hasPowers = false
        for lane in 0..<lanes where control.isActive[lane] && control.isAccepted[lane] {
            if events.hasChange(lane) {
                if !hasPowers { stepper.setPowers() }
                hasPowers = true
                times.statistics[control.trajectory[lane]].vectorFieldEvaluations += stepper.evaluationsPerOutput
                events.locate(lane)
            }
            events.advance(lane)
        }
    }

    /// What has happened in the groups run since the last call.
    func takeOccurrences() -> [EventOccurrence<Scalar>] { events?.takeOccurrences() ?? [] }

    private func isEvaluated(_ lane: Int, needsPowers: Bool) -> Bool {
        outputs.isDue(lane) || (needsPowers && control.isAccepted[lane])
    }

    private func advance() {
        kernels.narrow(blocks.mask, control.mask, count: lanes)
        stepper.accept()
        blocks.merge(blocks.state, blocks.candidate)
        blocks.merge(blocks.slopes, stepper.lastSlope)
        if control.advance() { restartAfterJumps() }
    }

    // The field just after a jump: the last slope of the step before belongs to the other branch.
    private func restartAfterJumps() {
        for lane in 0..<lanes {
            let isNew = control.isActive[lane] && control.isAccepted[lane] && control.startsAtJump[lane]
            control.mask[lane] = isNew ? 1 : 0
            let time = control.time[lane]
            let isForward = control.attempted[lane] > 0
            control.stageTime[lane] = isNew ? (isForward ? time.nextUp : time.nextDown) : time
            if isNew { times.statistics[control.trajectory[lane]].vectorFieldEvaluations += 1 }
        }
        stepper.evaluate(stepper.lastSlope, blocks.state)
        kernels.narrow(blocks.mask, control.mask, count: lanes)
        blocks.merge(blocks.slopes, stepper.lastSlope)
        stepper.restart()
    }
}

// MARK: - Trajectories in and out

extension LaneSolver {
    private func finishLanes(group: Range<Int>, recorder: (any LaneRecorder<Scalar>)?) {
        guard control.hasEndings else { return }
        control.hasEndings = false
        var anyIdle = false
        for lane in 0..<lanes {
            guard control.isActive[lane], let outcome = control.ending[lane] else { continue }
            finish(lane, outcome)
            recorder?.finish(trajectory: control.trajectory[lane], lane: lane, evaluated: outputs.cursor[lane])
            control.isActive[lane] = false
            activeCount -= 1
            refill(lane, group: group, recorder: recorder)
            anyIdle = anyIdle || !control.isActive[lane]
        }
        guard anyIdle, let live = (0..<lanes).first(where: { control.isActive[$0] }) else { return }
        // Idle lanes follow a live one from here on, so that what is computed in them stays finite.
        for lane in 0..<lanes where !control.isActive[lane] { idle(lane, following: live) }
    }

    private func idle(_ lane: Int, following live: Int) {
        blocks.copyLane(of: blocks.state, live, to: lane)
        blocks.copyLane(of: blocks.slopes, live, to: lane)
        stepper.copyLane(live, to: lane)
        control.retire(lane, following: live)
    }

    private func finish(_ lane: Int, _ outcome: Outcome) {
        let b = control.trajectory[lane]
        kernels.getLane(
            lane, of: blocks.state, into: memory.finalStates + b * dimension, components: dimension, lanes: lanes)
        let attempts = control.accepted[lane] + control.rejected[lane]
        times.statistics[b].acceptedSteps = control.accepted[lane]
        times.statistics[b].rejectedSteps = control.rejected[lane]
        times.statistics[b].vectorFieldEvaluations += attempts * stepper.evaluationsPerAttempt
        close(b, outcome, at: control.time[lane], from: outputs.cursor[lane])
    }

    // The evaluations that were not reached are NaN.
    private func close(_ b: Int, _ outcome: Outcome, at time: Double, from cursor: Int) {
        times.finalTimes[b] = time
        times.outcomes[b] = outcome
        for place in cursor..<times.evaluationOffsets[b + 1] {
            row(place).update(repeating: .nan, count: dimension)
        }
    }

    // The output of the evaluation at a place in the order of solving.
    private func row(_ place: Int) -> UnsafeMutablePointer<Scalar> {
        memory.states + times.evaluation(place) * dimension
    }

    // Puts the next waiting trajectory that has something to solve into a lane; finishes those that have not.
    private func refill(_ lane: Int, group: Range<Int>, recorder: (any LaneRecorder<Scalar>)?) {
        while let b = waiting.first {
            waiting = waiting.dropFirst()
            let step = firstSteps.pointer[b - group.lowerBound]
            let start = times.startTimes[b]
            let initial = memory.initialStates + b * dimension
            let range = times.evaluationOffsets[b]..<times.evaluationOffsets[b + 1]
            var place = range.lowerBound
            if times.outcomes[b] != .nonFiniteInitialState {
                while place < range.upperBound, times.time(place) == start {
                    row(place).update(from: initial, count: dimension)
                    place += 1
                }
            }
            guard step != 0 else {
                memory.finalStates.advanced(by: b * dimension).update(from: initial, count: dimension)
                recorder?.finish(trajectory: b, lane: nil, evaluated: place)
                close(b, times.outcomes[b], at: start, from: place)
                continue
            }
            control.start(lane, trajectory: b, from: start, to: times.endTimes[b], step: step)
            kernels.setLane(lane, of: blocks.state, to: initial, components: dimension, lanes: lanes)
            kernels.setLane(
                lane, of: blocks.slopes, to: firstSlopes.pointer + (b - group.lowerBound) * dimension,
                components: dimension, lanes: lanes)
            outputs.enter(lane, place..<range.upperBound, isForward: step > 0, times)
            stepper.enter(lane)
            events?.enter(lane)
            recorder?.start(lane: lane)
            activeCount += 1
            return
        }
    }
}
