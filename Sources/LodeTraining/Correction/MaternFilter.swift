internal import Foundation

/// Value and slope of the two-dimensional Markov process behind a ``MaternProcess``.
struct MaternState: Sendable {
    var value: Double
    var slope: Double

    static func - (left: MaternState, right: MaternState) -> MaternState {
        MaternState(value: left.value - right.value, slope: left.slope - right.slope)
    }
}

/// The covariance of value and slope.
struct MaternCovariance: Sendable {
    var value: Double
    var cross: Double
    var slope: Double

    static func - (left: MaternCovariance, right: MaternCovariance) -> MaternCovariance {
        MaternCovariance(
            value: left.value - right.value, cross: left.cross - right.cross, slope: left.slope - right.slope)
    }

    static func + (left: MaternCovariance, right: MaternCovariance) -> MaternCovariance {
        MaternCovariance(
            value: left.value + right.value, cross: left.cross + right.cross, slope: left.slope + right.slope)
    }

    /// aᵀ P b.
    func product(_ a: MaternState, _ b: MaternState) -> Double {
        a.value * (value * b.value + cross * b.slope) + a.slope * (cross * b.value + slope * b.slope)
    }
}

/// exp of the drift matrix times a gap: how a state moves when nothing disturbs it.
struct MaternTransition: Sendable {
    private let fromValue: MaternState
    private let fromSlope: MaternState

    /// - Parameter lambda: √3 / length scale.
    init(lambda: Double, gap: Double) {
        let decay = exp(-lambda * gap)
        fromValue = MaternState(value: decay * (1 + lambda * gap), slope: -decay * lambda * lambda * gap)
        fromSlope = MaternState(value: decay * gap, slope: decay * (1 - lambda * gap))
    }

    /// The row of the matrix that gives the value.
    var valueRow: MaternState { MaternState(value: fromValue.value, slope: fromSlope.value) }

    func apply(_ x: MaternState) -> MaternState {
        MaternState(
            value: fromValue.value * x.value + fromSlope.value * x.slope,
            slope: fromValue.slope * x.value + fromSlope.slope * x.slope)
    }

    /// A P Aᵀ.
    func apply(_ p: MaternCovariance) -> MaternCovariance {
        let first = apply(MaternState(value: p.value, slope: p.cross))
        let second = apply(MaternState(value: p.cross, slope: p.slope))
        let value = apply(MaternState(value: first.value, slope: second.value))
        let slope = apply(MaternState(value: first.slope, slope: second.slope))
        return MaternCovariance(value: value.value, cross: value.slope, slope: slope.slope)
    }
}

/// The gain of the Rauch–Tung–Striebel smoother, G = P Aᵀ P′⁻¹, by rows.
struct MaternGain: Sendable {
    let value: MaternState
    let slope: MaternState

    /// The gain from the state after a transition to the one before it; nil where there is no variance, so that nothing
    /// is to be learnt from what comes after.
    init?(filtered: MaternCovariance, transition: MaternTransition, predicted: MaternCovariance) {
        let determinant = predicted.value * predicted.slope - predicted.cross * predicted.cross
        guard determinant > 0 else { return nil }
        let first = transition.apply(MaternState(value: filtered.value, slope: filtered.cross))
        let second = transition.apply(MaternState(value: filtered.cross, slope: filtered.slope))
        func solve(_ row: MaternState) -> MaternState {
            MaternState(
                value: (row.value * predicted.slope - row.slope * predicted.cross) / determinant,
                slope: (row.slope * predicted.value - row.value * predicted.cross) / determinant)
        }
        value = solve(first)
        slope = solve(second)
    }
}

/// The Kalman filter over n observed times, for S sets of values at once.
struct MaternFilter: Sendable {
    let lambda: Double
    let stationary: MaternCovariance
    private let noiseVariance: Double
    private let sets: Int

    /// Of each time, given the observations up to it, `[n]` and `[n][S]`.
    private(set) var covariances: [MaternCovariance]
    private(set) var means: [MaternState]
    /// The same, given those before it.
    private(set) var predictedCovariances: [MaternCovariance]
    private(set) var predictedMeans: [MaternState]
    /// From the time before each, `[n]`.
    private(set) var transitions: [MaternTransition]
    private var lastTime: Double?

    init(process: MaternProcess, sets: Int, nodes: Int) {
        lambda = 3.0.squareRoot() / process.lengthScale
        noiseVariance = process.noise * process.noise
        let variance = process.deviation * process.deviation
        stationary = MaternCovariance(value: variance, cross: 0, slope: lambda * lambda * variance)
        self.sets = sets
        covariances = Array(repeating: stationary, count: nodes)
        predictedCovariances = covariances
        means = Array(repeating: MaternState(value: 0, slope: 0), count: nodes * sets)
        predictedMeans = means
        transitions = Array(repeating: MaternTransition(lambda: 0, gap: 0), count: nodes)
    }

    /// P′ = P∞ + A (P − P∞) Aᵀ: the form that cannot lose definiteness over long gaps.
    func predicted(_ covariance: MaternCovariance, by transition: MaternTransition) -> MaternCovariance {
        stationary + transition.apply(covariance - stationary)
    }

    /// Predicts a time from the one before it.
    mutating func advance(to index: Int, time: Double) {
        let sets = sets
        if let lastTime {
            let transition = MaternTransition(lambda: lambda, gap: time - lastTime)
            transitions[index] = transition
            covariances[index] = predicted(covariances[index - 1], by: transition)
            var states = means.mutableSpan
            for set in 0..<sets { states[index * sets + set] = transition.apply(states[(index - 1) * sets + set]) }
        }
        lastTime = time
        predictedCovariances[index] = covariances[index]
        for set in 0..<sets { predictedMeans[index * sets + set] = means[index * sets + set] }
    }

    /// Conditions a time on its observations.
    mutating func observe(at index: Int, _ value: (_ set: Int) -> Double) {
        let p = covariances[index]
        let total = p.value + noiseVariance
        let gain = MaternState(value: p.value / total, slope: p.cross / total)
        covariances[index] = MaternCovariance(
            value: gain.value * noiseVariance, cross: gain.slope * noiseVariance,
            slope: p.slope - gain.slope * p.cross)
        let sets = sets
        var states = means.mutableSpan
        for set in 0..<sets {
            let here = index * sets + set
            let innovation = value(set) - states[here].value
            states[here].value += gain.value * innovation
            states[here].slope += gain.slope * innovation
        }
    }
}
