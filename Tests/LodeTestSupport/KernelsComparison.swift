public import LodeNumerics

/// One random call of each kernel, so that instruction sets and lane counts can be compared on it.
///
/// Every case fills its outputs with a pattern first and returns all of them, padding included: a kernel that writes
/// beyond its end differs from the scalar definition there.
public struct KernelCase<Scalar: KernelScalar>: Sendable, CustomStringConvertible {
    /// The kernel's name.
    public let name: String
    /// The sizes to run it with.
    public let sizes: [Int]
    /// How many roundings of a unit an output may be off by, at a size.
    public let roundings: @Sendable (_ size: Int) -> Double
    /// Runs the kernel on inputs that follow from the size.
    public let run: @Sendable (_ kernels: Kernels<Scalar>, _ size: Int) -> [Double]

    /// The name.
    public var description: String { name }
}

/// Random inputs and padded outputs for kernels.
struct KernelMemory<Scalar: KernelScalar> {
    private let random: CounterRandom
    private var next: UInt64 = 0

    init(_ name: String, _ size: Int) {
        random = CounterRandom(
            seed: UInt64(size), stream: UInt64(name.utf8.reduce(7) { ($0 &* 31) &+ Int($1) } & 0xFFFF))
    }

    /// Uniform within ±1.
    mutating func values(_ count: Int) -> [Scalar] {
        (0..<count).map { _ in
            next += 1
            return Scalar(2 * random.uniform(next) - 1)
        }
    }

    /// 0 or 1.
    mutating func flags(_ count: Int) -> [Scalar] { values(count).map { $0 < 0 ? 0 : 1 } }

    /// Uniform within ±1, in Double.
    mutating func doubles(_ count: Int) -> [Double] { values(count).map { Double($0) } }

    /// A pattern that a kernel is to overwrite, with two vectors of padding behind it.
    func output(_ count: Int) -> [Scalar] { (0..<count + 32).map { Scalar(0.5 + 0.001 * Double($0 % 97)) } }
}

extension KernelCase {
    /// All kernels; blocks have 16 lanes.
    public static var all: [KernelCase] { elementwise + dense + images + recurrent + steps + mixtures + optimiser }

    private static var lengths: [Int] { Array(0...40) + [63, 64, 65, 127, 128, 129] }
    private static var widths: [Int] { Array(1...20) + [31, 32, 33, 50] }

    private static func wide(_ values: [Scalar]) -> [Double] { values.map { Double($0) } }

    private static var elementwise: [KernelCase] {
        var cases = Activation.allCases.flatMap { activation in
            [
                KernelCase(name: "activate \(activation)", sizes: lengths, roundings: { _ in 16 }) { kernels, n in
                    var memory = KernelMemory<Scalar>("activate", n)
                    let input = memory.values(n).map { $0 * 6 }
                    var out = memory.output(n)
                    kernels.activate(&out, preactivation: input, count: n, activation)
                    return wide(out)
                },
                KernelCase(name: "pullback of \(activation)", sizes: lengths, roundings: { _ in 32 }) { kernels, n in
                    var memory = KernelMemory<Scalar>("activate", n)
                    let input = memory.values(n).map { $0 * 6 }
                    let cotangent = memory.values(n)
                    var value = memory.output(n)
                    // The scalar values on every side, so that the derivative alone is compared.
                    Kernels<Scalar>(.scalar).activate(&value, preactivation: input, count: n, activation)
                    var out = memory.output(n)
                    kernels.activatePullback(
                        &out, cotangent: cotangent, preactivation: input, value: value, count: n, activation)
                    return wide(out)
                },
            ]
        }
        cases.append(
            KernelCase(name: "exp", sizes: lengths, roundings: { _ in 16 * 100 }) { kernels, n in
                var memory = KernelMemory<Scalar>("exp", n)
                let input = memory.values(n).map { $0 * 5 }
                var out = memory.output(n)
                kernels.exp(&out, input, count: n)
                return wide(out)
            })
        cases.append(
            KernelCase(name: "log", sizes: lengths, roundings: { _ in 16 }) { kernels, n in
                var memory = KernelMemory<Scalar>("log", n)
                let input = memory.values(n).map { $0 * $0 * 9 + 1e-3 }
                var out = memory.output(n)
                kernels.log(&out, input, count: n)
                return wide(out)
            })
        cases.append(
            KernelCase(name: "addScaled", sizes: lengths, roundings: { _ in 4 }) { kernels, n in
                var memory = KernelMemory<Scalar>("addScaled", n)
                let input = memory.values(n)
                var out = memory.output(n)
                kernels.addScaled(&out, input, scale: 0.7, count: n)
                return wide(out)
            })
        cases.append(
            KernelCase(name: "sumOfSquares", sizes: lengths, roundings: { Double($0) + 1 }) { kernels, n in
                var memory = KernelMemory<Scalar>("sum", n)
                let input = memory.values(n)
                return [kernels.sumOfSquares(input, count: n)]
            })
        cases.append(
            KernelCase(name: "narrow and widen", sizes: lengths, roundings: { _ in 0 }) { kernels, n in
                var memory = KernelMemory<Scalar>("narrow", n)
                let input = memory.doubles(n).map { $0 / 3 }
                var out = memory.output(n)
                kernels.narrow(&out, input, count: n)
                var back = Array(repeating: 7.0, count: n + 32)
                kernels.widen(&back, out, count: n)
                return wide(out) + back
            })
        return cases
    }

    private static var dense: [KernelCase] {
        var cases: [KernelCase] = []
        for lanes in [1, 8, 16] {
            for inputs in [1, 3, 20] {
                cases.append(
                    KernelCase(name: "dense \(inputs) to n, \(lanes) lanes", sizes: widths, roundings: { _ in 64 }) {
                        kernels, n in
                        var memory = KernelMemory<Scalar>("dense", n)
                        let weights = memory.values(inputs * n)
                        let bias = memory.values(n)
                        let input = memory.values(inputs * lanes)
                        var out = memory.output(n * lanes)
                        var pre = memory.output(n * lanes)
                        kernels.dense(
                            &out, preactivation: &pre, input: input, weights: weights, bias: bias, inputs: inputs,
                            outputs: n, lanes: lanes, activation: .tanh)
                        var plain = memory.output(n * lanes)
                        kernels.dense(
                            &plain, input: input, weights: weights, bias: nil, inputs: inputs, outputs: n,
                            lanes: lanes, activation: .identity)
                        var sum = memory.output(n * lanes)
                        kernels.denseAccumulate(
                            &sum, input: input, weights: weights, inputs: inputs, outputs: n, lanes: lanes)
                        return wide(out) + wide(pre) + wide(plain) + wide(sum)
                    })
            }
        }
        for inputs in [1, 4, 7, 20] {
            cases.append(
                KernelCase(name: "pullback of dense \(inputs) to n", sizes: widths, roundings: { 32 + 2 * Double($0) })
                {
                    kernels, n in
                    var memory = KernelMemory<Scalar>("pullback", n)
                    let weights = memory.values(inputs * n)
                    let input = memory.values(inputs * 16)
                    let cotangent = memory.values(n * 16)
                    var first = memory.output(inputs * 16)
                    kernels.densePullbackInput(
                        &first, cotangent: cotangent, weights: weights, inputs: inputs, outputs: n, accumulate: false)
                    var second = memory.output(inputs * 16)
                    kernels.densePullbackInput(
                        &second, cotangent: cotangent, weights: weights, inputs: inputs, outputs: n, accumulate: true)
                    var weightCotangent = memory.output(inputs * n)
                    var biasCotangent = memory.output(n)
                    var scratch = memory.output(Kernels<Scalar>.denseScratchCount(outputs: n))
                    kernels.densePullbackParameters(
                        weights: &weightCotangent, bias: &biasCotangent, input: input, cotangent: cotangent,
                        inputs: inputs, outputs: n, scratch: &scratch)
                    return wide(first) + wide(second) + wide(weightCotangent) + wide(biasCotangent)
                })
        }
        for (inputs, blocks) in [(1, 1), (4, 3), (7, 2), (20, 5)] {
            cases.append(
                KernelCase(
                    name: "pullback of \(blocks) blocks of dense \(inputs) to n", sizes: widths,
                    roundings: { _ in 128 * Double(blocks) }
                ) { kernels, n in
                    var memory = KernelMemory<Scalar>("sequence", n)
                    let (inputStride, cotangentStride) = (inputs * 16 + 16, n * 16 + 32)
                    let input = memory.values(inputStride * blocks)
                    let cotangent = memory.values(cotangentStride * blocks)
                    return [true, false].flatMap { hasBias in
                        var weightCotangent = memory.output(inputs * n)
                        var biasCotangent = memory.output(n)
                        biasCotangent.withUnsafeMutableBufferPointer { bias in
                            kernels.densePullbackParameters(
                                weights: &weightCotangent, bias: hasBias ? bias.baseAddress : nil, input: input,
                                inputStride: inputStride, cotangent: cotangent, cotangentStride: cotangentStride,
                                inputs: inputs, outputs: n, blocks: blocks)
                        }
                        return wide(weightCotangent) + wide(biasCotangent)
                    }
                })
        }
        return cases
    }

    private static var recurrent: [KernelCase] {
        [
            KernelCase(name: "gru", sizes: widths, roundings: { _ in 16 }) { kernels, n in
                var memory = KernelMemory<Scalar>("gru", n)
                let gates = memory.values(32 * n).map { ($0 + 1) / 2 }
                let xn = memory.values(16 * n)
                let hn = memory.values(16 * n)
                let h = memory.values(16 * n)
                let active = memory.flags(16)
                var out = memory.output(16 * n)
                var candidate = memory.output(16 * n)
                kernels.gru(
                    &out, candidate: &candidate, gates: gates, xn: xn, hn: hn, h: h, active: active, hidden: n,
                    lanes: 16)
                return wide(out) + wide(candidate)
            },
            KernelCase(name: "pullback of gru", sizes: widths, roundings: { _ in 16 }) { kernels, n in
                var memory = KernelMemory<Scalar>("gru", n)
                let gates = memory.values(32 * n).map { ($0 + 1) / 2 }
                let candidate = memory.values(16 * n)
                let hn = memory.values(16 * n)
                let h = memory.values(16 * n)
                let cotangent = memory.values(16 * n)
                let active = memory.flags(16)
                var dGates = memory.output(32 * n)
                var dXn = memory.output(16 * n)
                var dHn = memory.output(16 * n)
                var dH = memory.output(16 * n)
                kernels.gruPullback(
                    gates: &dGates, xn: &dXn, hn: &dHn, h: &dH, cotangent: cotangent, candidate: candidate,
                    gates: gates, hn: hn, h: h, active: active, hidden: n)
                return wide(dGates) + wide(dXn) + wide(dHn) + wide(dH)
            },
        ]
    }

    private static var mixtures: [KernelCase] {
        // A mixture whose components lie far apart has a quantile that hardly any probability tells from its neighbours.
        [
            KernelCase(name: "moments of mixtures", sizes: [0, 16, 48], roundings: { _ in 64 }) { kernels, n in
                var memory = KernelMemory<Scalar>("mixtures", n)
                let locations = memory.values(5 * n)
                let scales = memory.values(5 * n).map { abs($0) + 0.3 }
                let bounds = memory.values(n).map { 3 * $0 }
                let centres = memory.values(n)
                var mass = memory.output(n)
                var first = memory.output(n)
                var second = memory.output(n)
                kernels.mixtureMoments(
                    mass: &mass, first: &first, second: &second, bounds: bounds, centres: centres,
                    locations: locations, scales: scales, components: 5, count: n)
                return wide(mass) + wide(first) + wide(second)
            },
            KernelCase(name: "quantiles of mixtures", sizes: [0, 16, 48], roundings: { _ in 256 }) { kernels, n in
                var memory = KernelMemory<Scalar>("mixtures", n)
                let locations = memory.values(5 * n)
                let scales = memory.values(5 * n).map { abs($0) + 0.3 }
                return [(0.5, 0), (0.1, -1.281551565544600), (0.9, 1.281551565544600)].flatMap {
                    var values = memory.output(n)
                    kernels.mixtureQuantiles(
                        &values, locations: locations, scales: scales, components: 5, count: n, probability: $0.0,
                        standard: $0.1)
                    return wide(values)
                }
            },
        ]
    }

    private static var optimiser: [KernelCase] {
        [
            KernelCase(name: "adam", sizes: lengths, roundings: { _ in 64 }) { kernels, n in
                var memory = KernelMemory<Scalar>("adam", n)
                let gradient = memory.values(n)
                var parameters = memory.output(n)
                var first = memory.output(n)
                var second = memory.output(n)
                kernels.adam(
                    parameters: &parameters, firstMoment: &first, secondMoment: &second, gradient: gradient, count: n,
                    rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, correction1: 2, correction2: 3, decay: 0.1)
                return wide(parameters) + wide(first) + wide(second)
            }
        ]
    }
}
