/// How the error estimates of a state's components become one number.
public enum ErrorNorm: String, Sendable, Hashable, Codable, CaseIterable {
    /// The root of the mean of the squares.
    case rootMeanSquare
    /// The largest magnitude.
    case maximum
}
