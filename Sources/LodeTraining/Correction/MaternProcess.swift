internal import Foundation

/// A Gaussian process with Matérn-3/2 covariance, seen through independent noise.
///
///     k(τ) = deviation² (1 + λ|τ|) exp(−λ|τ|),  λ = √3 / lengthScale
///
/// It is the first component of a two-dimensional Markov process (value and slope), so that conditioning on n
/// observations is a Kalman filter and smoother, linear in n. J. Hartikainen, S. Särkkä, "Kalman filtering and
/// smoothing solutions to temporal Gaussian process regression models", MLSP 2010, doi:10.1109/MLSP.2010.5589113.
public struct MaternProcess: Sendable, Hashable, Codable {
    /// The standard deviation of the process, in units of the value.
    public var deviation: Double
    /// The length scale, in units of time; positive.
    public var lengthScale: Double
    /// The standard deviation of the noise on each observation; positive.
    public var noise: Double

    /// A process.
    public init(deviation: Double, lengthScale: Double, noise: Double) {
        self.deviation = deviation
        self.lengthScale = lengthScale
        self.noise = noise
    }

    /// What observations say of the process at other times.
    public struct Conditional: Sendable, Hashable {
        /// The conditional means, one list for each set of values, `[S][T]`.
        public var means: [[Double]]
        /// The conditional variance of the process (without noise), `[T]`; the same for every set of values.
        public var variances: [Double]
    }

    /// Conditions the process on observations.
    ///
    /// - Parameters:
    ///   - times: when observations were made, ascending and distinct, `[n]`.
    ///   - values: S sets of values observed at those times, `[S][n]`.
    ///   - queries: the times to answer at, in any order, `[T]`.
    ///
    /// Cost: O((n + T) (S + log T)).
    public func conditional(times: [Double], values: [[Double]], at queries: [Double]) -> Conditional {
        let nodes = Node.merged(times: times, queries: queries)
        var filter = Filter(process: self, sets: values.count, nodes: nodes.count)
        for (index, node) in nodes.enumerated() {
            filter.advance(to: index, time: node.time)
            if let observation = node.observation { filter.observe(at: index) { values[$0][observation] } }
        }
        filter.smooth()
        var result = Conditional(
            means: Array(repeating: Array(repeating: 0, count: queries.count), count: values.count),
            variances: Array(repeating: 0, count: queries.count))
        for (index, node) in nodes.enumerated() {
            for query in node.queries {
                result.variances[query] = max(filter.covariances[index].value, 0)
                for set in values.indices { result.means[set][query] = filter.means[index * values.count + set].value }
            }
        }
        return result
    }

    /// The logarithm of the density of values observed at ascending, distinct times, in nats.
    ///
    /// The sum over the filter's innovations; O(n).
    public func logLikelihood(times: [Double], values: [Double]) -> Double {
        var filter = Filter(process: self, sets: 1, nodes: times.count)
        var sum = 0.0
        for (index, time) in times.enumerated() {
            filter.advance(to: index, time: time)
            let variance = filter.covariances[index].value + noise * noise
            let innovation = values[index] - filter.means[index].value
            sum -= 0.5 * (innovation * innovation / variance + log(2 * .pi * variance))
            filter.observe(at: index) { _ in values[index] }
        }
        return sum
    }

    /// A time at which something was observed, or is asked for, or both.
    private struct Node {
        var time: Double
        var observation: Int?
        var queries: [Int]

        static func merged(times: [Double], queries: [Double]) -> [Node] {
            let order = queries.indices.sorted { queries[$0] < queries[$1] }
            var nodes: [Node] = []
            nodes.reserveCapacity(times.count + queries.count)
            var next = 0
            func takeQueries(_ isDue: (Double) -> Bool) {
                while next < order.count, isDue(queries[order[next]]) {
                    let time = queries[order[next]]
                    if nodes.last?.time == time {
                        nodes[nodes.count - 1].queries.append(order[next])
                    } else {
                        nodes.append(Node(time: time, observation: nil, queries: [order[next]]))
                    }
                    next += 1
                }
            }
            for (index, time) in times.enumerated() {
                takeQueries { $0 < time }
                nodes.append(Node(time: time, observation: index, queries: []))
                takeQueries { $0 == time }
            }
            takeQueries { _ in true }
            return nodes
        }
    }
}

/// Value and slope, or their covariance, of the two-dimensional Markov process.
private struct Pair {
    var value: Double
    var slope: Double
}

private struct Covariance {
    var value: Double
    var cross: Double
    var slope: Double
}

/// The forward pass over all nodes and the Rauch–Tung–Striebel pass back, for S sets of values at once.
private struct Filter {
    private let lambda: Double
    private let noiseVariance: Double
    private let stationary: Covariance
    private let sets: Int

    /// Of the node so far filtered, or smoothed, `[nodes]`.
    private(set) var covariances: [Covariance]
    /// `[nodes][S]`.
    private(set) var means: [Pair]

    private var transitions: [Transition]
    private var predictedCovariances: [Covariance]
    private var predictedMeans: [Pair]
    private var lastTime: Double?

    init(process: MaternProcess, sets: Int, nodes: Int) {
        lambda = 3.0.squareRoot() / process.lengthScale
        noiseVariance = process.noise * process.noise
        let variance = process.deviation * process.deviation
        stationary = Covariance(value: variance, cross: 0, slope: lambda * lambda * variance)
        self.sets = sets
        covariances = Array(repeating: stationary, count: nodes)
        predictedCovariances = covariances
        means = Array(repeating: Pair(value: 0, slope: 0), count: nodes * sets)
        predictedMeans = means
        transitions = Array(repeating: Transition(lambda: 0, gap: 0), count: nodes)
    }

    /// exp of the drift matrix times a gap: how a state moves when nothing disturbs it.
    private struct Transition {
        var fromValue: Pair
        var fromSlope: Pair

        init(lambda: Double, gap: Double) {
            let decay = exp(-lambda * gap)
            fromValue = Pair(value: decay * (1 + lambda * gap), slope: -decay * lambda * lambda * gap)
            fromSlope = Pair(value: decay * gap, slope: decay * (1 - lambda * gap))
        }

        func apply(_ x: Pair) -> Pair {
            Pair(
                value: fromValue.value * x.value + fromSlope.value * x.slope,
                slope: fromValue.slope * x.value + fromSlope.slope * x.slope)
        }

        /// A P Aᵀ.
        func apply(_ p: Covariance) -> Covariance {
            let first = apply(Pair(value: p.value, slope: p.cross))
            let second = apply(Pair(value: p.cross, slope: p.slope))
            let value = apply(Pair(value: first.value, slope: second.value))
            let slope = apply(Pair(value: first.slope, slope: second.slope))
            return Covariance(value: value.value, cross: value.slope, slope: slope.slope)
        }
    }

    /// Predicts the node from the one before it.
    mutating func advance(to index: Int, time: Double) {
        if let lastTime {
            let transition = Transition(lambda: lambda, gap: time - lastTime)
            transitions[index] = transition
            // P′ = P∞ + A (P − P∞) Aᵀ: the form that cannot lose definiteness over long gaps.
            let before = covariances[index - 1]
            let moved = transition.apply(
                Covariance(
                    value: before.value - stationary.value, cross: before.cross,
                    slope: before.slope - stationary.slope))
            covariances[index] = Covariance(
                value: stationary.value + moved.value, cross: moved.cross, slope: stationary.slope + moved.slope)
            for set in 0..<sets { means[index * sets + set] = transition.apply(means[(index - 1) * sets + set]) }
        }
        lastTime = time
        predictedCovariances[index] = covariances[index]
        for set in 0..<sets { predictedMeans[index * sets + set] = means[index * sets + set] }
    }

    /// Conditions the node on its observations.
    mutating func observe(at index: Int, _ value: (_ set: Int) -> Double) {
        let p = covariances[index]
        let total = p.value + noiseVariance
        let gain = Pair(value: p.value / total, slope: p.cross / total)
        covariances[index] = Covariance(
            value: gain.value * noiseVariance, cross: gain.slope * noiseVariance,
            slope: p.slope - gain.slope * p.cross)
        for set in 0..<sets {
            let innovation = value(set) - means[index * sets + set].value
            means[index * sets + set].value += gain.value * innovation
            means[index * sets + set].slope += gain.slope * innovation
        }
    }

    /// Turns what the past says of each node into what all observations say.
    mutating func smooth() {
        for index in stride(from: covariances.count - 2, through: 0, by: -1) {
            let filtered = covariances[index]
            let predicted = predictedCovariances[index + 1]
            let transition = transitions[index + 1]
            let determinant = predicted.value * predicted.slope - predicted.cross * predicted.cross
            // Without variance there is nothing to learn from what comes after.
            guard determinant > 0 else { continue }
            // G = P Aᵀ P′⁻¹
            let first = transition.apply(Pair(value: filtered.value, slope: filtered.cross))
            let second = transition.apply(Pair(value: filtered.cross, slope: filtered.slope))
            func solve(_ row: Pair) -> Pair {
                Pair(
                    value: (row.value * predicted.slope - row.slope * predicted.cross) / determinant,
                    slope: (row.slope * predicted.value - row.value * predicted.cross) / determinant)
            }
            let gainOfValue = solve(first)
            let gainOfSlope = solve(second)
            let next = covariances[index + 1]
            let change = Covariance(
                value: next.value - predicted.value, cross: next.cross - predicted.cross,
                slope: next.slope - predicted.slope)
            func quadratic(_ a: Pair, _ b: Pair) -> Double {
                a.value * (change.value * b.value + change.cross * b.slope)
                    + a.slope * (change.cross * b.value + change.slope * b.slope)
            }
            covariances[index] = Covariance(
                value: filtered.value + quadratic(gainOfValue, gainOfValue),
                cross: filtered.cross + quadratic(gainOfValue, gainOfSlope),
                slope: filtered.slope + quadratic(gainOfSlope, gainOfSlope))
            for set in 0..<sets {
                let position = (index + 1) * sets + set
                let surprise = Pair(
                    value: means[position].value - predictedMeans[position].value,
                    slope: means[position].slope - predictedMeans[position].slope)
                let here = index * sets + set
                means[here].value += gainOfValue.value * surprise.value + gainOfValue.slope * surprise.slope
                means[here].slope += gainOfSlope.value * surprise.value + gainOfSlope.slope * surprise.slope
            }
        }
    }
}
