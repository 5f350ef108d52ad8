internal import CLodeKernels

/// An element type that kernels exist for: `Float` or `Double`.
///
/// The set is closed: other types cannot conform usefully, since ``Kernels`` finds its functions by ``elementKind``.
public protocol KernelScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable
where Self.RawSignificand: FixedWidthInteger {
    /// Which of the two tables of kernels fits this type.
    static var elementKind: ElementKind { get }
}

/// The element types of kernels.
public enum ElementKind: Sendable {
    /// `Float`.
    case float32
    /// `Double`.
    case float64

    /// The kernels of full blocks and of half ones.
    func tables(
        _ instructionSet: InstructionSet
    ) -> (full: UnsafePointer<lode_kernels>, half: UnsafePointer<lode_kernels>)? {
        let (full, half) =
            switch self {
            case .float32: (lode_f32_kernels(instructionSet.isa), lode_f32_half_kernels(instructionSet.isa))
            case .float64: (lode_f64_kernels(instructionSet.isa), lode_f64_half_kernels(instructionSet.isa))
            }
        guard let full, let half else { return nil }
        return (full, half)
    }
}

extension Float: KernelScalar {
    /// ``ElementKind/float32``.
    public static var elementKind: ElementKind { .float32 }
}

extension Double: KernelScalar {
    /// ``ElementKind/float64``.
    public static var elementKind: ElementKind { .float64 }
}
