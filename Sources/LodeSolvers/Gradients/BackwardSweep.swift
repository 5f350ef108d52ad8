internal import LodeNumerics

/// Pulls groups of recorded trajectories back, sixteen at a time, from their last steps to their first.
///
/// One thread owns an instance. D components, s stages of the plan.
///
/// One step, y' = y + h Σ b_i k_i with Y_i = y + h Σ_j a_ij k_j and k_i = f(t + c_i h, Y_i); λ is the cotangent of y',
/// C_p those of the dense output's coefficients, h Σ_j B_jp k_j:
///
///     k̄_i = h (Σ_p B_ip C_p + b_i λ + Σ_{m>i} a_mi Ȳ_m),   Ȳ_i = (∂f/∂y)ᵀ k̄_i,   ȳ = C_0 + λ + Σ_i Ȳ_i.
///
/// The last slope of a step is the first of the next: its cotangent waits until the step before has added its share,
/// so that a step costs s − 1 evaluations, each with one pullback.
final class BackwardSweep<Field: DifferentiableVectorField> {
    typealias Scalar = Field.Scalar

    private let field: Field
    private let plan: StepPlan
    private let kernels: Kernels<Scalar>
    private let timeKernels: Kernels<Double>
    private let memory: PullbackMemory<Scalar>
    private let times: PullbackTimes
    private let dimension: Int
    private let lanes = Kernels<Scalar>.lanesPerBlock
    private let blocks: SweepBlocks<Scalar>
    private let fieldWorkspace: Field.Workspace
    private let tapes: [Field.Tape]

    // The state of each lane.
    private let trajectory: UnsafeMutablePointer<Int>
    private let step: UnsafeMutablePointer<Int>
    private let cursor: UnsafeMutablePointer<Int>
    private let outputEnd: UnsafeMutablePointer<Int>
    private let stageTimes: AlignedBuffer<Double>
    private let sizes: UnsafeMutablePointer<Double>
    private let starts: UnsafeMutablePointer<Double>
    private let lows: UnsafeMutablePointer<Double>
    private let highs: UnsafeMutablePointer<Double>
    private let pendingTimes: UnsafeMutablePointer<Double>
    private let extraTimes: UnsafeMutablePointer<Double>
    private let isOwnEnd: UnsafeMutablePointer<Double>
    private let points: UnsafeMutablePointer<Int>
    private let pendingPoints: UnsafeMutablePointer<Int>
    private let rowPointers: UnsafeMutablePointer<UnsafeRawPointer?>

    // Stage 0 has two tapes and two states: one is recorded while the other waits for its cotangent.
    private var current = 0
    private var hasPending = false
    private var isFirstStep = true
    private var parameterCotangent: UnsafeMutablePointer<Scalar>

    init(field: Field, plan: StepPlan, kernels: Kernels<Scalar>, memory: PullbackMemory<Scalar>) {
        self.field = field
        self.plan = plan
        self.kernels = kernels
        timeKernels = Kernels(kernels.instructionSet)
        self.memory = memory
        dimension = memory.dimension
        times = memory.times
        let width = Kernels<Scalar>.lanesPerBlock
        blocks = SweepBlocks(plan: plan, kernels: kernels, dimension: memory.dimension)
        fieldWorkspace = field.makeWorkspace()
        // Stages 0 ..< s − 1, a second stage 0, the ends of steps that no other step follows, and the extra stages.
        tapes = (0..<plan.stageCount + 1 + plan.extraCount).map { _ in field.makeTape() }
        trajectory = .allocate(capacity: 6 * width)
        trajectory.initialize(repeating: 0, count: 6 * width)
        step = trajectory + width
        cursor = trajectory + 2 * width
        points = trajectory + 3 * width
        pendingPoints = trajectory + 4 * width
        outputEnd = trajectory + 5 * width
        let total = plan.stageCount + plan.extraCount
        stageTimes = AlignedBuffer(count: (total + 7) * width)
        sizes = stageTimes.pointer + total * width
        lows = stageTimes.pointer + (total + 1) * width
        starts = stageTimes.pointer + (total + 2) * width
        pendingTimes = stageTimes.pointer + (total + 3) * width
        extraTimes = stageTimes.pointer + (total + 4) * width
        isOwnEnd = stageTimes.pointer + (total + 5) * width
        highs = stageTimes.pointer + (total + 6) * width
        rowPointers = .allocate(capacity: width)
        rowPointers.initialize(repeating: nil, count: width)
        parameterCotangent = memory.partials
    }

    deinit {
        trajectory.deallocate()
        rowPointers.deallocate()
    }

    /// Writes the cotangents of a group's initial states, and adds to those of the parameters and to `count`.
    func run(
        _ group: GroupRecord<Scalar>, parameterCotangent: UnsafeMutablePointer<Scalar>,
        count: UnsafeMutablePointer<Int>
    ) {
        self.parameterCotangent = parameterCotangent
        // Lanes of about equal length end together; the index breaks ties, so the order is a function of the record.
        let byLength = group.stepCounts.indices.sorted {
            group.stepCounts[$0] != group.stepCounts[$1] ? group.stepCounts[$0] > group.stepCounts[$1] : $0 < $1
        }
        var first = 0
        while first < byLength.count {
            let members = byLength[first..<min(first + lanes, byLength.count)]
            runBlock(group, members)
            for member in members { count.pointee += group.stepCounts[member] * (plan.stageCount - 1) }
            first += lanes
        }
        field.settle(parameterCotangent: parameterCotangent, workspace: fieldWorkspace)
    }

    private func runBlock(_ group: GroupRecord<Scalar>, _ members: ArraySlice<Int>) {
        let longest = members.first.map { group.stepCounts[$0] } ?? 0
        enter(group, members)
        hasPending = false
        isFirstStep = true
        for _ in 0..<longest {
            load(group, count: members.count)
            recompute()
            pullBackOutputs(count: members.count)
            pullBackLastSlope(group, count: members.count)
            pullBackStages()
            for lane in 0..<members.count where step[lane] >= 0 {
                step[lane] = group.steps.pointer[step[lane]].previous
            }
            isFirstStep = false
        }
        if hasPending { pullBackPending() }
        leave(count: members.count)
    }
}

// MARK: - Trajectories in and out

extension BackwardSweep {
    private func enter(_ group: GroupRecord<Scalar>, _ members: ArraySlice<Int>) {
        for lane in 0..<lanes {
            rowPointers[lane] = nil
            step[lane] = -1
            guard lane < members.count else { continue }
            let member = members[members.startIndex + lane]
            let b = group.trajectories.lowerBound + member
            trajectory[lane] = b
            step[lane] = group.lastStep[member]
            cursor[lane] = group.evaluatedEnd[member]
            rowPointers[lane] = memory.finalStateCotangents.map { UnsafeRawPointer($0 + b * dimension) }
        }
        kernels.gatherRows(blocks.adjoint, rows: rowPointers, components: dimension, lanes: lanes)
    }

    private func leave(count: Int) {
        for lane in 0..<count {
            let b = trajectory[lane]
            let out = memory.initialStates + b * dimension
            kernels.getLane(lane, of: blocks.adjoint, into: out, components: dimension, lanes: lanes)
            // What is left was asked for at the start time, where the output is the initial state itself.
            for place in times.evaluationOffsets[b]..<max(cursor[lane], times.evaluationOffsets[b]) {
                kernels.addScaled(out, memory.stateCotangents + times.evaluation(place) * dimension, count: dimension)
            }
        }
    }

    /// The starts and sizes of every lane's step; lanes without one repeat a live lane's start with size 0.
    private func load(_ group: GroupRecord<Scalar>, count: Int) {
        let live = (0..<count).first { step[$0] >= 0 } ?? 0
        for lane in 0..<lanes {
            let isLive = step[lane] >= 0
            let index = isLive ? step[lane] : step[live]
            let record = group.steps.pointer[index]
            rowPointers[lane] = UnsafeRawPointer(group.states.pointer + index * dimension)
            starts[lane] = record.time
            sizes[lane] = isLive ? record.size : 0
            points[lane] = trajectory[isLive ? lane : live]
            let span = StageSpan(record)
            lows[lane] = span.low
            highs[lane] = span.high
        }
        for stage in 0..<plan.stageCount + plan.extraCount {
            timeKernels.stageTimes(
                stageTimes.pointer + stage * lanes, time: starts, size: sizes, low: lows, high: highs,
                node: plan.nodes[stage], lanes: lanes)
        }
        kernels.narrow(blocks.scale, sizes, count: lanes)
        kernels.gatherRows(blocks.start(current), rows: rowPointers, components: dimension, lanes: lanes)
    }
}

// MARK: - One step

extension BackwardSweep {
    private func at(_ stage: Int, _ states: UnsafePointer<Scalar>) -> LanePoints<Scalar> {
        LanePoints(lanes: lanes, times: stageTimes.pointer + stage * lanes, states: states, trajectories: points)
    }

    private func recompute() {
        let start = blocks.start(current)
        field.evaluate(
            blocks.slope(0), at: at(0, start), recordingTo: tapes[current], workspace: fieldWorkspace)
        for stage in 1..<plan.stageCount - 1 {
            let state = blocks.stageState(stage)
            blocks.combineSlopes(state, base: start, plan.stages[stage])
            field.evaluate(
                blocks.slope(stage), at: at(stage, state), recordingTo: tapes[stage + 1], workspace: fieldWorkspace)
        }
    }

    // The outputs of this step: cotangents of the polynomial's coefficients, then of the slopes.
    private func pullBackOutputs(count: Int) {
        var any = false
        for lane in 0..<lanes {
            outputEnd[lane] = cursor[lane]
            guard lane < count, step[lane] >= 0 else { continue }
            let first = times.evaluationOffsets[trajectory[lane]]
            let start = starts[lane]
            var place = cursor[lane]
            while place > first, isInside(times.time(place - 1), start, sizes[lane]) { place -= 1 }
            any = any || place < cursor[lane]
            cursor[lane] = place
        }
        blocks.setOutputCotangents(
            any: any, rows: memory.stateCotangents, times: times.evaluationTimes, order: times.order, first: cursor,
            last: outputEnd, start: starts, size: sizes)
    }

    private func isInside(_ time: Double, _ start: Double, _ size: Double) -> Bool {
        size > 0 ? time > start : time < start
    }

    /// The slope at the end of the step: that of the next step's start where there is one, else evaluated here.
    private func pullBackLastSlope(_ group: GroupRecord<Scalar>, count: Int) {
        var needsExtra = false
        for lane in 0..<lanes {
            let isLive = lane < count && step[lane] >= 0
            let isOwn = isLive && (isFirstStep || group.steps.pointer[step[lane]].stopsAtJump)
            isOwnEnd[lane] = isOwn ? 1 : 0
            needsExtra = needsExtra || (isOwn && outputEnd[lane] > cursor[lane])
        }
        if plan.extraCount > 0 {
            if blocks.anyOutput { pullBackExtraStages() }
        } else if needsExtra {
            blocks.splitLastCotangent(own: isOwnEnd, isPending: hasPending)
            pullBackOwnEnds(count: count)
        } else if hasPending && blocks.anyOutput {
            blocks.addLastCotangentToPending()
        }
        if hasPending { pullBackPending() }
    }

    // The ends of last steps, and of steps up to a jump, where the next step starts with the field's other branch.
    private func pullBackOwnEnds(count: Int) {
        let lastTimes = stageTimes.pointer + (plan.stageCount - 1) * lanes
        let trajectories: UnsafeMutablePointer<Int>
        if isFirstStep {
            trajectories = points
            for lane in 0..<lanes {
                rowPointers[lane] = UnsafeRawPointer(memory.finalStates + points[lane] * dimension)
                // Idle lanes repeat lane 0, which is live in a first step, as far as its end.
                extraTimes[lane] = step[lane] >= 0 ? lastTimes[lane] : lastTimes[0]
            }
            kernels.gatherRows(blocks.end, rows: rowPointers, components: dimension, lanes: lanes)
        } else {
            trajectories = pendingPoints
            for lane in 0..<lanes { extraTimes[lane] = isOwnEnd[lane] != 0 ? lastTimes[lane] : pendingTimes[lane] }
            blocks.end.update(from: blocks.start(1 - current), count: dimension * lanes)
        }
        let end = LanePoints(lanes: lanes, times: extraTimes, states: blocks.end, trajectories: trajectories)
        let tape = tapes[plan.stageCount]
        field.evaluate(blocks.slope(plan.stageCount - 1), at: end, recordingTo: tape, workspace: fieldWorkspace)
        pullBack(blocks.ownCotangent, at: end, tape: tape, into: blocks.stageCotangent(0))
        blocks.addToAdjoint(blocks.stageCotangent(0))
    }

    // Extra stages build on the slope at the end, so that it is evaluated again, and pulled back, within the step.
    private func pullBackExtraStages() {
        let last = plan.stageCount - 1
        blocks.combineSlopes(blocks.end, base: blocks.start(current), plan.stages[last])
        let end = at(last, blocks.end)
        field.evaluate(blocks.slope(last), at: end, recordingTo: tapes[plan.stageCount], workspace: fieldWorkspace)
        let extra = plan.stageCount..<plan.stageCount + plan.extraCount
        for stage in extra {
            let state = blocks.stageState(stage)
            blocks.combineSlopes(state, base: blocks.start(current), plan.stages[stage])
            field.evaluate(
                blocks.slope(stage), at: at(stage, state), recordingTo: tapes[stage + 1], workspace: fieldWorkspace)
        }
        for stage in extra.reversed() {
            blocks.addStages(stage)
            pullBack(
                blocks.slopeCotangent(stage), at: at(stage, blocks.stageState(stage)), tape: tapes[stage + 1],
                into: blocks.stageCotangent(stage))
        }
        blocks.addStages(last)
        pullBack(
            blocks.slopeCotangent(last), at: end, tape: tapes[plan.stageCount], into: blocks.stageCotangent(0))
        blocks.addToAdjoint(blocks.stageCotangent(0))
    }

    // The waiting slope is that at the start of the step that follows; its share goes to the state there.
    private func pullBackPending() {
        let other = 1 - current
        let start = LanePoints(
            lanes: lanes, times: pendingTimes, states: blocks.start(other), trajectories: pendingPoints)
        pullBack(blocks.pending, at: start, tape: tapes[other], into: blocks.stageCotangent(0))
        blocks.addToAdjoint(blocks.stageCotangent(0))
        hasPending = false
    }

    private func pullBackStages() {
        for stage in stride(from: plan.stageCount - 2, through: 1, by: -1) {
            blocks.addStages(stage)
            pullBack(
                blocks.slopeCotangent(stage), at: at(stage, blocks.stageState(stage)), tape: tapes[stage + 1],
                into: blocks.stageCotangent(stage))
        }
        blocks.addStages(0)
        blocks.finishStep()
        pendingPoints.update(from: points, count: lanes)
        pendingTimes.update(from: stageTimes.pointer, count: lanes)
        current = 1 - current
        hasPending = true
    }

    private func pullBack(
        _ cotangent: UnsafePointer<Scalar>, at points: LanePoints<Scalar>, tape: Field.Tape,
        into stateCotangent: UnsafeMutablePointer<Scalar>
    ) {
        field.pullbackDeferring(
            cotangent, at: points, tape: tape, stateCotangent: stateCotangent,
            parameterCotangent: parameterCotangent, workspace: fieldWorkspace)
    }
}
