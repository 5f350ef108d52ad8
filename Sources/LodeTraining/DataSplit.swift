internal import LodeNumerics

/// Which series train, which validate, and which are touched only once, for the report.
public struct DataSplit: Sendable, Hashable {
    /// Indices of the series that weights are fitted to.
    public var training: [Int]
    /// Indices of the series that decide when to stop and that calibrate the bands.
    public var validation: [Int]
    /// Indices of the series that the report is about.
    public var test: [Int]

    /// A split decided elsewhere, such as by a published protocol; the parts have no series in common.
    public init(training: [Int], validation: [Int], test: [Int]) {
        self.training = training
        self.validation = validation
        self.test = test
    }

    /// The fewest series that can be split.
    public static let fewestSeries = 3

    /// A random split of `count` series, 70 : 15 : 15, with at least one series in each part.
    public init(count: Int, seed: UInt64) {
        precondition(count >= Self.fewestSeries, "\(count) series cannot be split in three")
        let order = CounterRandom(seed: seed, path: 0x7370_6C69).permutation(count)
        let heldOut = max(1, count * 15 / 100)
        test = order[0..<heldOut].sorted()
        validation = order[heldOut..<2 * heldOut].sorted()
        training = order[(2 * heldOut)...].sorted()
    }
}
