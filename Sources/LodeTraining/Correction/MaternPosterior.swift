internal import LodeNumerics

/// What observations say of a Matérn process, worked out once, to be asked at any times.
///
/// What is said at a time does not depend on the other times asked for.
///
/// Legend: n observed times, S sets of values, T times asked for.
struct MaternPosterior: Sendable {
    private let times: [Double]
    private let sets: Int
    private let lambda: Double
    private let stationary: MaternCovariance
    /// Given the observations up to each time, `[n][S]` and `[n]`.
    private let means: [MaternState]
    private let covariances: [MaternCovariance]
    /// Given those before it, `[n]`.
    private let predictedCovariances: [MaternCovariance]
    /// Given all observations less given those before it: what the observations from each time on have brought, `[n][S]`
    /// and `[n]`.
    private let surprises: [MaternState]
    private let changes: [MaternCovariance]
    /// Given all observations, `[n][S]`.
    private let values: [Double]

    /// The posterior of a process of which `sets` sets of values were observed at ascending, distinct times, `[n]`.
    init(
        _ process: MaternProcess, times: [Double], sets: Int, value: (_ set: Int, _ index: Int) -> Double
    ) {
        var filter = MaternFilter(process: process, sets: sets, nodes: times.count)
        for (index, time) in times.enumerated() {
            filter.advance(to: index, time: time)
            filter.observe(at: index) { value($0, index) }
        }
        let (surprises, changes) = Self.smoothed(filter, count: times.count, sets: sets)
        self.times = times
        self.sets = sets
        self.surprises = surprises
        self.changes = changes
        self.values = zip(filter.predictedMeans, surprises).map { $0.value + $1.value }
        lambda = filter.lambda
        stationary = filter.stationary
        means = filter.means
        covariances = filter.covariances
        predictedCovariances = filter.predictedCovariances
    }

    /// The Rauch–Tung–Striebel pass back.
    private static func smoothed(
        _ filter: MaternFilter, count: Int, sets: Int
    ) -> (surprises: [MaternState], changes: [MaternCovariance]) {
        var states = zip(filter.means, filter.predictedMeans).map { $0 - $1 }
        var surprises = states.mutableSpan
        var changes = zip(filter.covariances, filter.predictedCovariances).map { $0 - $1 }
        for index in (0..<count).dropLast().reversed() {
            guard
                let gain = MaternGain(
                    filtered: filter.covariances[index], transition: filter.transitions[index + 1],
                    predicted: filter.predictedCovariances[index + 1])
            else { continue }
            let change = changes[index + 1]
            changes[index].value += change.product(gain.value, gain.value)
            changes[index].cross += change.product(gain.value, gain.slope)
            changes[index].slope += change.product(gain.slope, gain.slope)
            for set in 0..<sets {
                let surprise = surprises[(index + 1) * sets + set]
                let here = index * sets + set
                surprises[here].value += gain.value.value * surprise.value + gain.value.slope * surprise.slope
                surprises[here].slope += gain.slope.value * surprise.value + gain.slope.slope * surprise.slope
            }
        }
        return (states, changes)
    }

    /// How many bytes it holds.
    var byteCount: Int { times.count * (80 + 40 * sets) }

    /// What is known at times in any order.
    func conditional(at queries: [Double]) -> MaternProcess.Conditional {
        var result = MaternProcess.Conditional(
            means: Array(repeating: Array(repeating: 0, count: queries.count), count: sets),
            variances: Array(repeating: 0, count: queries.count))
        for (position, time) in queries.enumerated() {
            result.variances[position] = value(at: time) { result.means[$0][position] = $1 }
        }
        return result
    }

    /// The variance at a time; `mean` is told the mean of each set.
    func value(at time: Double, _ mean: (_ set: Int, _ value: Double) -> Void) -> Double {
        let next = times.partitioningIndex { $0 >= time }
        if next < times.count, times[next] == time {
            for set in 0..<sets { mean(set, values[next * sets + set]) }
            return max(predictedCovariances[next].value + changes[next].value, 0)
        }
        // What the observations before it say, by the filter; then what those after it bring.
        var predicted = stationary
        var row = MaternState(value: 0, slope: 0)
        if next > 0 {
            let transition = MaternTransition(lambda: lambda, gap: time - times[next - 1])
            predicted = stationary + transition.apply(covariances[next - 1] - stationary)
            row = transition.valueRow
        }
        var gain: MaternState?
        if next < times.count {
            gain =
                MaternGain(
                    filtered: predicted, transition: MaternTransition(lambda: lambda, gap: times[next] - time),
                    predicted: predictedCovariances[next])?.value
        }
        for set in 0..<sets {
            var sum = 0.0
            if next > 0 {
                let state = means[(next - 1) * sets + set]
                sum += row.value * state.value + row.slope * state.slope
            }
            if let gain {
                let surprise = surprises[next * sets + set]
                sum += gain.value * surprise.value + gain.slope * surprise.slope
            }
            mean(set, sum)
        }
        return max(predicted.value + (gain.map { changes[next].product($0, $0) } ?? 0), 0)
    }
}
