internal import CLodeKernels

/// A processor's vector instructions that kernels are written for.
///
/// The same seed gives the same bits on the same instruction set; two instruction sets round differently.
public enum InstructionSet: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Plain loops in portable C: the definition that the others are tested against.
    case scalar
    /// 256-bit vectors with fused multiply-add.
    case avx2
    /// 512-bit vectors.
    case avx512

    /// The fastest one that this machine has.
    public static var best: InstructionSet {
        switch lode_best_isa() {
        case LODE_ISA_AVX512: .avx512
        case LODE_ISA_AVX2: .avx2
        default: .scalar
        }
    }

    /// All that this machine can run, slowest first.
    public static var supported: [InstructionSet] {
        allCases.filter { lode_f32_kernels($0.isa) != nil }
    }

    /// The name used in settings.
    public var description: String { rawValue }

    var isa: lode_isa {
        switch self {
        case .scalar: LODE_ISA_SCALAR
        case .avx2: LODE_ISA_AVX2
        case .avx512: LODE_ISA_AVX512
        }
    }
}
