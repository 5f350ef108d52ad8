import LodeNumerics
import LodeTestSupport
import Testing

/// Every kernel on every instruction set against the scalar definition, at every tail length.
@Suite struct KernelAgreementTests {
    private func check<Scalar: KernelScalar>(_ kernelCase: KernelCase<Scalar>, _ instructionSet: InstructionSet) {
        for size in kernelCase.sizes {
            let expected = kernelCase.run(Kernels(.scalar), size)
            let actual = kernelCase.run(Kernels(instructionSet), size)
            #expect(actual.count == expected.count)
            let tolerance = kernelCase.roundings(size) * Double(Scalar.ulpOfOne)
            for index in expected.indices {
                // A NaN on either side fails.
                let isClose = abs(actual[index] - expected[index]) <= tolerance
                #expect(isClose, "size \(size), output \(index): \(actual[index]), not \(expected[index])")
                if !isClose { return }
            }
        }
    }

    @Test(arguments: KernelCase<Float>.all, InstructionSet.supported)
    func `it agrees with the scalar definition in Float32`(
        _ kernelCase: KernelCase<Float>, _ instructionSet: InstructionSet
    ) {
        check(kernelCase, instructionSet)
    }

    @Test(arguments: KernelCase<Double>.all, InstructionSet.supported)
    func `it agrees with the scalar definition in Float64`(
        _ kernelCase: KernelCase<Double>, _ instructionSet: InstructionSet
    ) {
        check(kernelCase, instructionSet)
    }

    @Test func `the best instruction set is the last that the machine supports`() {
        #expect(InstructionSet.supported.first == .scalar)
        #expect(InstructionSet.supported.last == .best)
    }
}
