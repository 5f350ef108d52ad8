internal import Foundation

/// One hidden validation value beside what was predicted.
package struct CalibrationPoint: Sendable {
    /// The value's channel.
    package var channel: Int
    /// When the value lies, in model time.
    package var modelTime: Double
    /// The distance, in the regime's unit.
    package var distance: Double
    /// How many times the context has.
    package var contextCount: Int
    /// For each level, how many times as far from the mean the value lies as the band's end.
    package var ratios: [Double]
    /// Which value it is; one that is asked for in several draws counts once where numbers decide.
    package var value: Identity

    /// A value of the validation series.
    package struct Identity: Hashable, Sendable {
        var series: Int
        var time: Double
        var channel: Int

        package init(series: Int, time: Double, channel: Int) {
            self.series = series
            self.time = time
            self.channel = channel
        }
    }

    package init(
        channel: Int, modelTime: Double, distance: Double, contextCount: Int, ratios: [Double], value: Identity
    ) {
        self.channel = channel
        self.modelTime = modelTime
        self.distance = distance
        self.contextCount = contextCount
        self.ratios = ratios
        self.value = value
    }
}

/// Learns the factors of one regime from validation values.
///
/// Split conformal prediction (V. Vovk, A. Gammerman, G. Shafer, "Algorithmic learning in a random world", 2005): a
/// factor is the quantile of the ratios at position level · (n + 1), so that the expected coverage of a new value is the
/// level, neither less nor, as with the position rounded up, more. The factors of channels, distances and contexts are
/// learnt one after the other on what the ones before leave, each drawn towards 1, and the whole by how far the
/// series disagree: a few values say little.
package struct CalibrationFit: Sendable {
    /// The fewest distinct values to learn anything from.
    static let fewestValues = 10
    /// The fewest distinct values in a bin of a curve.
    static let fewestInBin = 60
    /// The most bins of a curve.
    static let mostBins = 5
    /// No factor leaves these limits, which are there because a few values must not make a band absurd.
    static let limits = 0.1...10.0

    /// How far the logarithm of a model's common factor usually lies from 0: the noise was fitted to data already.
    static let priorDeviation = 0.2
    /// The most groups of series that the jackknife leaves out in turn.
    static let mostGroups = 20

    /// The fewest series that show what bands cover up to a horizon.
    static let fewestSeries = 10

    private let channels: Int
    private let points: [CalibrationPoint]
    /// What the factors so far have left of the points' ratios, `[levels][points]`.
    private var ratios: [[Double]]
    /// The number of each point's value, the same for the same value, `[points]`.
    private let numbers: [Int]

    package init(_ points: [CalibrationPoint], channels: Int) {
        self.points = points
        self.channels = channels
        ratios = Calibration.levels.indices.map { level in points.map { $0.ratios[level] } }
        var known: [CalibrationPoint.Identity: Int] = [:]
        numbers = points.map { point in
            let number = known[point.value] ?? known.count
            known[point.value] = number
            return number
        }
    }

    /// The factors; O(n log n) for n points.
    package func fitted() -> RegimeCalibration {
        let all = Array(points.indices)
        guard distinct(all) >= Self.fewestValues else { return .none }
        var fit = self
        let raw = factors(of: all)
        fit.divide { _ in raw }
        let own = fit.channelFactors()
        fit.divide { own[$0.channel] }
        let horizon = fit.curve(grows: true) { $0.distance }
        fit.divide { horizon.factors(at: $0.distance) }
        let context = fit.curve(grows: false) { Double($0.contextCount) }
        fit.divide { context.factors(at: Double($0.contextCount)) }
        // What the parts, each drawn towards 1, have left of the whole.
        let whole = zip(raw, fit.factors(of: all)).map { $0 * $1 }
        return RegimeCalibration(common: drawn(whole), channels: own, horizon: horizon, context: context)
    }

    /// The latest model time from which on enough values of enough series lie to tell what bands cover; 0 where none is.
    package func validatedHorizon() -> Double {
        var values: Set<Int> = []
        var series: Set<Int> = []
        for index in points.indices.sorted(by: { points[$0].modelTime > points[$1].modelTime }) {
            values.insert(numbers[index])
            series.insert(points[index].value.series)
            if values.count >= Self.fewestInBin, series.count >= Self.fewestSeries {
                return max(points[index].modelTime, 0)
            }
        }
        return 0
    }

    /// Factors for all values, drawn towards 1 as far as the validation series disagree about them, and towards each
    /// other as far as the values do not suffice to tell levels apart.
    private func drawn(_ raw: [Double]) -> [Double] {
        let logs = raw.map { log($0) }
        let centre = logs.reduce(0, +) / Double(logs.count)
        let prior = Self.priorDeviation * Self.priorDeviation
        let trust = prior / (prior + commonVariance())
        let weight = weight(Array(points.indices))
        return logs.map { log in
            min(max(exp(trust * (centre + weight * (log - centre))), Self.limits.lowerBound), Self.limits.upperBound)
        }
    }

    /// The variance of the common factor's logarithm, by the jackknife over series or groups of them.
    ///
    /// Values of one series err together: sixty values of six series say less than sixty of sixty.
    private func commonVariance() -> Double {
        let series = Set(points.map(\.value.series)).sorted()
        let count = min(series.count, Self.mostGroups)
        guard count > 1 else { return .infinity }
        let groupOfSeries = Dictionary(
            uniqueKeysWithValues: series.enumerated().map { ($1, $0 * count / series.count) })
        let groups = points.map { groupOfSeries[$0.value.series] }
        // Sorted once; what is left without a group stays sorted.
        let orders = ratios.map { column in column.indices.sorted { column[$0] < column[$1] } }
        let centres = (0..<count).map { left in
            let logs = Calibration.levels.indices.map { level in
                let kept = orders[level].lazy.filter { groups[$0] != left }.map { ratios[level][$0] }
                return log(Self.factor(Array(kept), level: Calibration.levels[level]))
            }
            return logs.reduce(0, +) / Double(logs.count)
        }
        let mean = centres.reduce(0, +) / Double(count)
        let squares = centres.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return squares * Double(count - 1) / Double(count)
    }

    private func channelFactors() -> [[Double]] {
        var parts = [[Int]](repeating: [], count: channels)
        for index in points.indices { parts[points[index].channel].append(index) }
        return drawnFactors(of: parts)
    }

    /// Factors in bins of equal numbers of values along `position`.
    private func curve(grows: Bool, position: (CalibrationPoint) -> Double) -> CalibrationCurve {
        let bins = min(Self.mostBins, distinct(Array(points.indices)) / Self.fewestInBin)
        guard bins > 1 else { return .flat }
        let places = points.map(position)
        let sorted = places.indices.sorted { places[$0] < places[$1] }
        let parts = EqualBins.ranges(of: sorted.map { places[$0] }, count: bins).map { Array(sorted[$0]) }
        let positions = parts.map { part in part.reduce(0) { $0 + places[$1] } / Double(part.count) }
        guard positions.count > 1 else { return .flat }
        let factors = drawnFactors(of: parts)
        let growth = grows ? Self.trend(positions, factors.map { log($0[1]) }, weights: parts.map(weight)) : 0
        return CalibrationCurve(positions: positions, factors: factors, growth: growth)
    }

    /// The weighted least-squares slope of a logarithm of factors over the logarithm of positions, within [0, 1].
    private static func trend(_ positions: [Double], _ logs: [Double], weights: [Double]) -> Double {
        guard positions.count >= 3, let first = positions.first, first > 0 else { return 0 }
        let x = positions.map { log($0) }
        let total = weights.reduce(0, +)
        func mean(_ values: [Double]) -> Double { zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total }
        let (xMean, yMean) = (mean(x), mean(logs))
        let covariance = mean(x.indices.map { (x[$0] - xMean) * (logs[$0] - yMean) })
        let variance = mean(x.map { ($0 - xMean) * ($0 - xMean) })
        return variance > 0 ? min(max(covariance / variance, 0), 1) : 0
    }

    private mutating func divide(by factors: (CalibrationPoint) -> [Double]) {
        for index in points.indices {
            let factors = factors(points[index])
            for level in factors.indices { ratios[level][index] /= factors[level] }
        }
    }

    /// The factors of parts of the values, `[parts][levels]`, each drawn towards 1 by τ² / (τ² + 1.6 / n).
    ///
    /// 1.6 / n is about the variance of the logarithm of a quantile of n Gaussian errors that come in pairs; τ² is the
    /// variance of the parts' logarithms beyond that, at least the prior's: parts that differ much keep what they say.
    private func drawnFactors(of parts: [[Int]]) -> [[Double]] {
        let logs = parts.map { part in
            part.isEmpty ? Calibration.levels.map { _ in 0 } : factors(of: part).map { log($0) }
        }
        let noise = parts.map { 1.6 / Double(max(distinct($0), 1)) }
        let filled = parts.indices.filter { !parts[$0].isEmpty }
        let prior = Self.priorDeviation * Self.priorDeviation
        let variances = Calibration.levels.indices.map { level in
            let excess = filled.reduce(0) { $0 + logs[$1][level] * logs[$1][level] - noise[$1] }
            return max(prior, excess / Double(max(filled.count, 1)))
        }
        return parts.indices.map { part in
            zip(logs[part], variances).map { log, variance in exp(log * variance / (variance + noise[part])) }
        }
    }

    private func factors(of part: [Int]) -> [Double] {
        zip(Calibration.levels, ratios).map { level, column in
            Self.factor(part.map { column[$0] }.sorted(), level: level)
        }
    }

    private static func factor(_ sorted: [Double], level: Double) -> Double {
        min(max(quantile(sorted, level: level), limits.lowerBound), limits.upperBound)
    }

    /// The order statistic at position level · (n + 1), between neighbours by a straight line.
    static func quantile(_ sorted: [Double], level: Double) -> Double {
        let position = level * Double(sorted.count + 1) - 1
        let low = min(max(Int(position.rounded(.down)), 0), sorted.count - 1)
        let high = min(low + 1, sorted.count - 1)
        let share = min(max(position - Double(low), 0), 1)
        return sorted[low] + share * (sorted[high] - sorted[low])
    }

    private func weight(_ part: [Int]) -> Double {
        let count = Double(distinct(part))
        return count / (count + 40)
    }

    private func distinct(_ part: [Int]) -> Int {
        var isKnown = [Bool](repeating: false, count: points.count)
        for index in part { isKnown[numbers[index]] = true }
        return isKnown.count { $0 }
    }
}
