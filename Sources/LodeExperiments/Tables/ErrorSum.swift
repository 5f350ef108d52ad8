/// Sums of squared errors and of values covered by bands.
public struct ErrorSum: Sendable, Hashable {
    /// How many values were added.
    public private(set) var count = 0
    private var squares = 0.0
    private var absolutes = 0.0
    private var covered = 0

    /// Nothing yet.
    public init() {}

    /// Adds one value's error.
    public mutating func add(error: Double, isCovered: Bool = false) {
        count += 1
        squares += error * error
        absolutes += abs(error)
        if isCovered { covered += 1 }
    }

    /// The mean squared error; NaN of no values.
    public var meanSquare: Double { squares / Double(count) }
    /// Its root.
    public var rootMeanSquare: Double { meanSquare.squareRoot() }
    /// The mean absolute error.
    public var meanAbsolute: Double { absolutes / Double(count) }
    /// The share of values within the band.
    public var coverage: Double { Double(covered) / Double(count) }
}
