import Foundation
public import LodeNumerics

/// The instruction set that suites run on: the machine's best, or the one named by LODE_TEST_INSTRUCTION_SET.
public enum InstructionSetUnderTest {
    /// `scalar`, `avx2` or `avx512` from the environment; traps on another word, so that a typo cannot pass.
    public static let current: InstructionSet = {
        guard let name = ProcessInfo.processInfo.environment["LODE_TEST_INSTRUCTION_SET"] else { return .best }
        guard let named = InstructionSet(rawValue: name), InstructionSet.supported.contains(named) else {
            preconditionFailure("LODE_TEST_INSTRUCTION_SET is \(name); this machine has \(InstructionSet.supported)")
        }
        return named
    }()
}

extension Kernels {
    /// The kernels of ``InstructionSetUnderTest/current``.
    public static var underTest: Kernels { Kernels(InstructionSetUnderTest.current) }
}
