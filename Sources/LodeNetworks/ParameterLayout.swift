/// One named array of parameters within a flat vector.
public struct ParameterSlice: Sendable, Hashable {
    /// The name, with dots between the parts of a path, such as `decoder.0.weights`.
    public var name: String
    /// The lengths of the array's axes, slowest first.
    public var shape: [Int]
    /// Where it begins in the vector.
    public var offset: Int
    /// How its elements are drawn before training.
    public var initializer: Initializer

    /// How many elements it has.
    public var count: Int { shape.reduce(1, *) }
}

/// How parameters are drawn before training.
public enum Initializer: Sendable, Hashable {
    /// All the same.
    case constant(Double)
    /// Uniform in [-bound, bound].
    case uniform(bound: Double)

    /// Uniform in ±gain/√inputs, the default of PyTorch and Equinox for dense layers at gain 1.
    public static func fanIn(_ inputs: Int, gain: Double = 1) -> Initializer {
        .uniform(bound: gain / Double(max(inputs, 1)).squareRoot())
    }
}

/// The named arrays of a network, laid end to end in one flat vector.
///
/// Flat vectors keep optimisers, norms and files simple: each sees one array.
public struct ParameterLayout: Sendable, Hashable {
    /// The arrays, in the order of their offsets.
    public private(set) var slices: [ParameterSlice] = []
    /// The length of the vector.
    public private(set) var count = 0

    /// A layout without parameters.
    public init() {}

    /// Appends an array and returns it.
    public mutating func add(_ name: String, shape: [Int], _ initializer: Initializer) -> ParameterSlice {
        let slice = ParameterSlice(name: name, shape: shape, offset: count, initializer: initializer)
        slices.append(slice)
        count += slice.count
        return slice
    }

    /// Appends all arrays of another layout under `prefix` and returns the range they fill.
    public mutating func append(_ layout: ParameterLayout, prefix: String) -> Range<Int> {
        let start = count
        for var slice in layout.slices {
            slice.name = "\(prefix).\(slice.name)"
            slice.offset += start
            slices.append(slice)
        }
        count += layout.count
        return start..<count
    }
}
