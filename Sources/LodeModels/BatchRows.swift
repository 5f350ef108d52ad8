internal import LodeNumerics
internal import LodeSolvers

/// The rows of states that a minibatch's trajectories give, and what each is for.
///
/// Trajectory t = b · S + s looks at the times of example b, in the order of ``ExampleTimes/all``; its rows follow each
/// other in that order.
struct BatchRows: Sendable {
    let times: [ExampleTimes]
    let sampleCount: Int
    /// The values and masks of all targets, `[…][C]`.
    private(set) var values: [Float] = []
    private(set) var mask: [Float] = []
    private(set) var observedCount = 0
    private let labels: [Double?]
    private let targetOffsets: [Int]
    private let channels: Int
    /// Each trajectory's first row.
    private let firstRows: [Int]

    init(examples: [SeriesExample], objective: Objective, configuration: LatentODE.Configuration) {
        let sampleCount = objective.sampleCount
        times = examples.map {
            ExampleTimes($0, configuration: configuration, pricesPath: objective.pathPenalty != nil)
        }
        self.sampleCount = sampleCount
        channels = configuration.channels
        labels = examples.map(\.label)
        var offsets: [Int] = []
        var firsts: [Int] = []
        var row = 0
        let count = examples.reduce(0) { $0 + $1.targets.values.count }
        values.reserveCapacity(count)
        mask.reserveCapacity(count)
        for (example, own) in zip(examples, times) {
            offsets.append(values.count)
            values += example.targets.values
            mask += example.targets.mask
            observedCount += example.targets.observedCount
            for _ in 0..<sampleCount {
                firsts.append(row)
                row += own.count
            }
        }
        targetOffsets = offsets
        firstRows = firsts
    }

    /// The trajectories from `initialStates`, `[B][S][L]`, at time 0.
    func trajectories<Scalar>(from initialStates: [Scalar]) -> TrajectoryBatch<Scalar> {
        var evaluationTimes: [Double] = []
        var offsets = [0]
        var ends: [Double] = []
        for own in times {
            let all = own.all
            for _ in 0..<sampleCount {
                evaluationTimes += all
                offsets.append(evaluationTimes.count)
                ends.append(all.reduce(0, max))
            }
        }
        return TrajectoryBatch(
            initialStates: initialStates, startTimes: Array(repeating: 0, count: ends.count), endTimes: ends,
            evaluationTimes: evaluationTimes, evaluationOffsets: offsets)
    }

    /// The rows of values, each weighing what `weight` says of its trajectory.
    func targets(weight: (_ trajectory: Int) -> Double) -> [LatentODE.RowTargets] {
        var rows: [LatentODE.RowTargets] = []
        rows.reserveCapacity(sampleCount * times.reduce(0) { $0 + $1.targets.count })
        for (trajectory, first) in firstRows.enumerated() {
            let series = trajectory / sampleCount
            let own = weight(trajectory)
            for index in times[series].targets.indices {
                rows.append(
                    LatentODE.RowTargets(
                        row: first + index, offset: targetOffsets[series] + index * channels, weight: own))
            }
        }
        return rows
    }

    /// The rows of the intensity.
    func intensityRows(weight: (_ trajectory: Int) -> Double) -> [LatentODE.WeightedRow] {
        var rows: [LatentODE.WeightedRow] = []
        for (trajectory, first) in firstRows.enumerated() {
            let own = times[trajectory / sampleCount]
            let trajectoryWeight = weight(trajectory)
            var row = first + own.targets.count
            for _ in own.events {
                rows.append(LatentODE.WeightedRow(row: row, weight: trajectoryWeight, meaning: .event))
                row += 1
            }
            for nodeWeight in own.intensityWeights {
                rows.append(LatentODE.WeightedRow(row: row, weight: trajectoryWeight, meaning: .node(nodeWeight)))
                row += 1
            }
        }
        return rows
    }

    /// How many examples have a label.
    var labelledCount: Int { labels.count { $0 != nil } }

    /// The rows of the head: those of labelled examples.
    func headRows(weight: (_ trajectory: Int) -> Double) -> [LatentODE.WeightedRow] {
        var rows: [LatentODE.WeightedRow] = []
        for (trajectory, first) in firstRows.enumerated() {
            let own = times[trajectory / sampleCount]
            guard let label = labels[trajectory / sampleCount] else { continue }
            let before = own.targets.count + own.events.count + own.intensityNodes.count
            for (index, nodeWeight) in own.headWeights.enumerated() {
                rows.append(
                    LatentODE.WeightedRow(
                        row: first + before + index, weight: weight(trajectory) * nodeWeight, meaning: .label(label)))
            }
        }
        return rows
    }

    /// The nodes of the paths' penalty.
    func pathNodes(weight: (_ trajectory: Int) -> Double) -> [LatentODE.PathNode] {
        var nodes: [LatentODE.PathNode] = []
        for (trajectory, first) in firstRows.enumerated() {
            let own = times[trajectory / sampleCount]
            let before = own.count - own.pathNodes.count
            for (index, time) in own.pathNodes.enumerated() {
                nodes.append(
                    LatentODE.PathNode(
                        row: first + before + index, trajectory: trajectory, time: time,
                        weight: weight(trajectory) * own.pathWeights[index]))
            }
        }
        return nodes
    }

    /// Sums what a pass says of its rows by trajectory, `[B · S]`.
    func sums(of values: [Double], rows: [Int]) -> [Double] {
        var sums = [Double](repeating: 0, count: firstRows.count)
        var trajectory = 0
        for (value, row) in zip(values, rows) {
            // Rows ascend, and so do trajectories.
            while trajectory + 1 < firstRows.count, firstRows[trajectory + 1] <= row { trajectory += 1 }
            sums[trajectory] += value
        }
        return sums
    }
}
