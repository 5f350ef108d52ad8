import Foundation
import LodeNumerics
import LodeTestSupport
import Testing

/// Elementary functions against the C library in Double, in units in the last place of the result.
@Suite struct ElementaryFunctionTests {
    private enum Function: String, CaseIterable {
        case exp, log, tanh, sigmoid, softplus, silu

        /// The bound that vector_math.h states.
        var bound: Double {
            switch self {
            case .exp: 1
            case .log: 1.5
            default: 2.5
            }
        }

        func exact(_ x: Double) -> Double {
            switch self {
            case .exp: Foundation.exp(x)
            case .log: Foundation.log(x)
            case .tanh: Foundation.tanh(x)
            case .sigmoid: 1 / (1 + Foundation.exp(-x))
            case .softplus: max(x, 0) + log1p(Foundation.exp(-abs(x)))
            case .silu: x / (1 + Foundation.exp(-x))
            }
        }

        func run<Scalar: KernelScalar>(_ kernels: Kernels<Scalar>, _ input: [Scalar]) -> [Scalar] {
            var out = [Scalar](repeating: 0, count: input.count)
            switch self {
            case .exp: kernels.exp(&out, input, count: input.count)
            case .log: kernels.log(&out, input, count: input.count)
            case .tanh: kernels.activate(&out, preactivation: input, count: input.count, .tanh)
            case .sigmoid: kernels.activate(&out, preactivation: input, count: input.count, .sigmoid)
            case .softplus: kernels.activate(&out, preactivation: input, count: input.count, .softplus)
            case .silu: kernels.activate(&out, preactivation: input, count: input.count, .silu)
            }
            return out
        }

        /// Arguments of all sizes and both signs, where the result is a normal number.
        func arguments(_ count: Int) -> [Double] {
            let random = CounterRandom(seed: 12, stream: 12)
            return (0..<count).map { index in
                let u = random.uniform(UInt64(2 * index))
                let sign = random.uniform(UInt64(2 * index + 1)) < 0.5 ? -1.0 : 1
                switch self {
                case .exp: return sign * u * 85
                case .log: return Foundation.exp(sign * u * 80)
                default: return index % 2 == 0 ? sign * u * 80 : sign * Foundation.exp(-u * 40)
                }
            }
        }
    }

    private func largestError<Scalar: KernelScalar>(_ function: Function, _ kernels: Kernels<Scalar>) -> Double {
        let input = function.arguments(200_000).map { Scalar($0) }
        let output = function.run(kernels, input)
        var largest = 0.0
        for (x, y) in zip(input, output) {
            let exact = function.exact(Double(x))
            let unit = Double(max(abs(Scalar(exact)), Scalar.leastNormalMagnitude).ulp)
            let error = abs(Double(y) - exact) / unit
            guard error.isFinite else { return .infinity }
            largest = max(largest, error)
        }
        return largest
    }

    @Test(arguments: InstructionSet.supported)
    func `errors in Float32 stay below the stated bounds`(_ instructionSet: InstructionSet) {
        for function in Function.allCases {
            // The scalar forms of sigmoid and silu round three or four times.
            let bound = instructionSet == .scalar ? 3 : function == .silu ? 3 : function.bound
            let error = largestError(function, Kernels<Float>(instructionSet))
            #expect(error <= bound, "\(function): \(error) units")
        }
    }

    // The exact value is itself rounded to Double, by half a unit and the C library's own error.
    @Test(arguments: InstructionSet.supported)
    func `errors in Float64 stay below the stated bounds`(_ instructionSet: InstructionSet) {
        for function in Function.allCases {
            let error = largestError(function, Kernels<Double>(instructionSet))
            #expect(error <= (function == .silu ? 3 : function.bound) + 1.5, "\(function): \(error) units")
        }
    }

    @Test(arguments: InstructionSet.supported)
    func `limits, signed zeros and NaN are those of the C library`(_ instructionSet: InstructionSet) {
        let kernels = Kernels<Float>(instructionSet)
        let input: [Float] = [.infinity, -.infinity, .nan, 0, -0.0, 0x1p-133, -0x1p-133, 200, -200]
        let exps = Function.exp.run(kernels, input)
        #expect(exps[0] == .infinity && exps[1] == 0 && exps[2].isNaN && exps[3] == 1 && exps[4] == 1)
        #expect(exps[7] == .infinity && exps[8] == 0)
        let tanhs = Function.tanh.run(kernels, input)
        #expect(tanhs[0] == 1 && tanhs[1] == -1 && tanhs[2].isNaN)
        #expect(tanhs[3].sign == .plus && tanhs[4].sign == .minus && tanhs[7] == 1 && tanhs[8] == -1)
        let logs = Function.log.run(kernels, [.infinity, 0, -1, .nan, 1, 0x1p-133])
        #expect(logs[0] == .infinity && logs[1] == -.infinity && logs[2].isNaN && logs[3].isNaN && logs[4] == 0)
        #expect(abs(logs[5] - logf(0x1p-133)) < 1e-5)
        let softplus = Function.softplus.run(kernels, input)
        #expect(softplus[0] == .infinity && softplus[1] == 0 && softplus[2].isNaN && softplus[7] == 200)
        let sigmoid = Function.sigmoid.run(kernels, input)
        #expect(sigmoid[0] == 1 && sigmoid[1] == 0 && sigmoid[2].isNaN && sigmoid[3] == 0.5)
    }
}
