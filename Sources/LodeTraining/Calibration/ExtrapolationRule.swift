internal import Foundation

/// What bands do where no series has been: past all observations, beyond the trained horizon and what validation showed.
///
/// Nothing was ever measured there, so the rule is meant to be honest rather than sharp. From the latest of the trained
/// horizon, the validated one and the last observation on, a distribution is one member of its family with the model's mean and a spread
/// that never falls: the running maximum, over nodes a sixteenth of the trained span apart and with straight lines
/// between, of the calibrated spread, whose factors are at least those of the farthest validation bin and grow by the
/// trend of the bins; and where that is less than the spread of the channel over the training series, it approaches
/// that, closing a share 1 − exp(−distance / span) of the difference of variances. The same holds before model time 0.
package struct ExtrapolationRule: Sendable {
    /// Nodes in a trained span.
    static let nodesPerSpan = 16.0

    /// The model time from which the rule holds.
    let start: Double
    /// +1 after the observations, −1 before them.
    let direction: Double
    /// The trained span, in model time.
    let span: Double
    /// The nodes, `start` first.
    package let nodes: [Double]

    /// The rule for the times beyond `start`; nil where none of `times` lies there.
    package init?(start: Double, direction: Double, span: Double, times: [Double]) {
        let farthest = times.reduce(0) { max($0, ($1 - start) * direction) }
        guard farthest > 0 else { return nil }
        self.start = start
        self.direction = direction
        self.span = span
        let step = span / Self.nodesPerSpan
        nodes = (0...Int((farthest / step).rounded(.up))).map { start + direction * step * Double($0) }
    }

    /// Whether the rule decides at a model time.
    package func applies(at time: Double) -> Bool { (time - start) * direction > 0 }

    /// The running maxima of spreads at the nodes.
    package func maxima(_ spreads: [Double]) -> [Double] {
        var largest = 0.0
        return spreads.map { spread in
            largest = max(largest, spread)
            return largest
        }
    }

    /// The spread at a time, never less than that at an earlier one.
    package func spread(at time: Double, maxima: [Double], training: Double) -> Double {
        let beyond = (time - start) * direction
        let position = beyond * Self.nodesPerSpan / span
        let low = min(Int(position), maxima.count - 1)
        let high = min(low + 1, maxima.count - 1)
        let spread = maxima[low] + (position - Double(low)) * (maxima[high] - maxima[low])
        let share = 1 - exp(-beyond / span)
        let missing = max(training * training - spread * spread, 0)
        return (spread * spread + share * missing).squareRoot()
    }
}
