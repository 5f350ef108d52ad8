internal import Foundation

/// Poisson and negative binomial mixtures.
extension PredictiveDistribution.Components {
    /// The probability of at most `count`, a whole number.
    func countCumulative(_ count: Double) -> Double {
        guard count >= 0 else { return 0 }
        switch self {
        case .poisson(let rates):
            return rates.reduce(0) { $0 + IncompleteGamma.upper(count + 1, $1) } / Double(rates.count)
        case .negativeBinomial(let means, let dispersions):
            let sum = zip(means, dispersions).reduce(0) { sum, component in
                let size = 1 / component.1
                return sum + IncompleteBeta.regularized(size / (size + component.0), a: size, b: count + 1)
            }
            return sum / Double(means.count)
        case .gaussian, .studentT, .bernoulli: preconditionFailure("not a count")
        }
    }

    /// The logarithm of one component's probability of `count`, a whole number.
    func logMass(_ count: Double, component: Int) -> Double {
        switch self {
        case .poisson(let rates):
            let rate = rates[component]
            guard rate > 0 else { return count == 0 ? 0 : -.infinity }
            return count * log(rate) - rate - logGamma(count + 1)
        case .negativeBinomial(let means, let dispersions):
            let mean = means[component]
            guard mean > 0 else { return count == 0 ? 0 : -.infinity }
            let size = 1 / dispersions[component]
            return logGamma(count + size) - logGamma(size) - logGamma(count + 1)
                - size * log1p(mean / size) + count * (log(mean) - log(size + mean))
        case .gaussian, .studentT, .bernoulli: preconditionFailure("not a count")
        }
    }

    /// The smallest whole number whose cumulative probability is not below `probability`.
    func countQuantile(_ probability: Double) -> Double {
        // A bracket about the mean that doubles, then bisection on whole numbers.
        let centre = mean.rounded()
        var width = max(1, variance.squareRoot().rounded(.up))
        var low = centre - width
        while low >= 0, countCumulative(low) >= probability {
            width *= 2
            low = centre - width
        }
        low = max(low, -1)
        var high = centre + width
        while countCumulative(high) < probability {
            width *= 2
            high = centre + width
        }
        while high - low > 1 {
            let middle = ((low + high) / 2).rounded(.down)
            // Above 2⁵³ whole numbers lie further apart than 1.
            guard middle > low, middle < high else { break }
            if countCumulative(middle) >= probability { high = middle } else { low = middle }
        }
        return high
    }

    /// Σ over whole numbers k of (F(k) − 1{k ≥ value})².
    func countScore(_ value: Double) -> Double {
        let whole = value.rounded(.up)
        let deviation = variance.squareRoot()
        var low = min(whole, (mean - 12 * deviation).rounded(.down))
        low = max(low - 1, 0)
        let high = max(whole, tailEnd(from: (mean + 6 * deviation).rounded(.up) + 4, step: deviation + 1))
        // Where a sum has thousands of terms, neighbours hardly differ: blocks are represented by F in their middle,
        // which between whole numbers goes on smoothly.
        let stride = max(1, ((high - low) / 4_096).rounded(.up))
        var sum = value < 0 ? -value.rounded(.down) : 0
        func add(from start: Double, to end: Double, _ term: (Double) -> Double) {
            var block = start
            while block < end {
                let length = min(stride, end - block)
                sum += length * term(block + (length - 1) / 2)
                block += length
            }
        }
        let turn = max(whole, low)
        add(from: low, to: turn) { k in
            let below = countCumulative(k)
            return below * below
        }
        add(from: turn, to: high + 1) { k in
            let above = 1 - countCumulative(k)
            return above * above
        }
        return sum
    }

    /// Where less than 10⁻⁸ is left, in steps that double.
    private func tailEnd(from start: Double, step: Double) -> Double {
        var end = start
        var step = step
        while 1 - countCumulative(end) > 1e-8 {
            end = (end + step).rounded(.up)
            step *= 2
        }
        return end
    }
}

/// ln |Γ(x)|.
func logGamma(_ x: Double) -> Double { lgamma(x).0 }
