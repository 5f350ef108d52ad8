internal import Foundation

extension PictureFrame {
    /// A tick of an axis.
    public struct Tick: Sendable, Hashable {
        /// Where it stands, in the units of the data.
        public var value: Double
        /// What it says.
        public var text: String

        /// A tick.
        public init(value: Double, text: String) {
            self.value = value
            self.text = text
        }
    }

    /// How values become lengths.
    public enum Scale: Sendable, Hashable {
        /// Equal differences are equally long.
        case linear
        /// Equal quotients are equally long; values are positive.
        case logarithmic
    }

    /// One axis.
    public struct Axis: Sendable, Hashable {
        /// The values from one end to the other.
        public var range: ClosedRange<Double>
        /// The marks along it.
        public var ticks: [Tick]
        /// What it measures.
        public var title: String
        /// How values become lengths.
        public var scale: Scale

        /// An axis from its parts; a logarithmic one has positive bounds.
        public init(range: ClosedRange<Double>, ticks: [Tick], title: String = "", scale: Scale = .linear) {
            precondition(scale == .linear || range.lowerBound > 0, "a logarithmic axis over \(range)")
            self.range = range
            self.ticks = ticks
            self.title = title
            self.scale = scale
        }

        /// A linear axis over `range` with about `count` ticks at 1, 2 or 5 times a power of ten.
        ///
        /// A range without length is taken to be one unit long.
        public init(_ asked: ClosedRange<Double>, count: Int = 6, title: String = "") {
            let range =
                asked.lowerBound < asked.upperBound ? asked : asked.lowerBound...asked.lowerBound + 1
            let rough = (range.upperBound - range.lowerBound) / Double(count)
            let power = pow(10, log10(rough).rounded(.down))
            let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
            let digits = max(0, -Int(log10(step).rounded(.down)))
            let first = (range.lowerBound / step).rounded(.up)
            let last = (range.upperBound / step).rounded(.down)
            let ticks = stride(from: first, through: last, by: 1).map { index in
                Tick(value: index * step, text: String(format: "%.\(digits)f", index * step + 0))
            }
            self.init(range: range, ticks: ticks, title: title)
        }

        /// A logarithmic axis over a positive `range`, with ticks at powers of ten, and at 2 and 5 times these where
        /// there are few powers.
        public static func logarithmic(_ range: ClosedRange<Double>, title: String = "") -> Axis {
            precondition(range.lowerBound > 0, "a logarithmic axis over \(range)")
            let powers = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
            let isShort = log10(range.upperBound / range.lowerBound) < 2.5
            let step = max(1, powers.count / 8)
            let ticks = powers.filter { $0 % step == 0 }.flatMap { power in
                (isShort ? [1.0, 2, 5] : [1]).map { Tick(value: $0 * pow(10, Double(power)), text: "") }
            }.filter { range.contains($0.value) }.map { Tick(value: $0.value, text: String(format: "%g", $0.value)) }
            return Axis(range: range, ticks: ticks, title: title, scale: .logarithmic)
        }

        /// How far along the axis a value lies: 0 at the lower end, 1 at the upper.
        func share(of value: Double) -> Double {
            switch scale {
            case .linear: (value - range.lowerBound) / (range.upperBound - range.lowerBound)
            case .logarithmic:
                // Below the lower end by more than anybody sees, for what has no logarithm.
                value > 0 ? log(value / range.lowerBound) / log(range.upperBound / range.lowerBound) : -1
            }
        }
    }
}
