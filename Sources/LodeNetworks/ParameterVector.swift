public import LodeNumerics

/// The values of all parameters of a network, `[layout.count]`.
///
/// One owner writes it, between the passes that read it; many threads may read it during a pass.
public final class ParameterVector<Scalar: KernelScalar>: @unchecked Sendable {
    // Safe to share because of the rule above: passes only read, and their owner waits for them before it writes.

    /// What lies where.
    public let layout: ParameterLayout
    private let buffer: AlignedBuffer<Scalar>

    /// All parameters zero.
    public init(layout: ParameterLayout) {
        self.layout = layout
        buffer = AlignedBuffer(count: layout.count)
    }

    /// Parameters drawn by their initializers; the same seed draws the same values.
    public convenience init(layout: ParameterLayout, seed: UInt64) {
        self.init(layout: layout)
        for (number, slice) in layout.slices.enumerated() {
            let random = CounterRandom(seed: seed, path: 0x696E_6974, UInt64(number))
            for index in 0..<slice.count {
                pointer[slice.offset + index] =
                    switch slice.initializer {
                    case .constant(let value): Scalar(value)
                    case .uniform(let bound): Scalar(bound * (2 * random.uniform(UInt64(index)) - 1))
                    }
            }
        }
    }

    /// The first parameter.
    public var pointer: UnsafeMutablePointer<Scalar> { buffer.pointer }

    /// The number of parameters.
    public var count: Int { layout.count }

    /// A copy of all values, in the order of the layout.
    public var values: [Scalar] {
        get { Array(UnsafeBufferPointer(start: pointer, count: count)) }
        set {
            precondition(newValue.count == count, "\(newValue.count) values for \(count) parameters")
            newValue.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { pointer.update(from: base, count: count) }
            }
        }
    }
}
