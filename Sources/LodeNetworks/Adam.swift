public import LodeNumerics

/// Adam with decoupled weight decay and clipping by the gradient's norm.
///
/// D. P. Kingma, J. Ba, ICLR 2015, arXiv:1412.6980; I. Loshchilov, F. Hutter, ICLR 2019, arXiv:1711.05101.
public struct Adam: Sendable, Hashable {
    /// Decay of the mean of gradients.
    public var beta1 = 0.9
    /// Decay of the mean of squared gradients.
    public var beta2 = 0.999
    /// Added to the root of the squared mean.
    public var epsilon = 1e-8
    /// The share of a parameter that a step of rate 1 takes away.
    public var weightDecay = 0.0
    /// The largest Euclidean norm a gradient may have; a larger one is scaled down to it.
    public var gradientClipNorm: Double

    /// Published defaults and a norm to clip at.
    public init(gradientClipNorm: Double, weightDecay: Double = 0) {
        self.gradientClipNorm = gradientClipNorm
        self.weightDecay = weightDecay
    }

    /// What Adam remembers between steps.
    public struct State<Scalar: KernelScalar>: Sendable {
        /// Steps taken.
        public var step = 0
        /// Mean of gradients.
        public var firstMoment: [Scalar]
        /// Mean of squared gradients.
        public var secondMoment: [Scalar]

        /// The state before the first step.
        public init(count: Int) {
            firstMoment = Array(repeating: 0, count: count)
            secondMoment = Array(repeating: 0, count: count)
        }
    }

    /// Takes one step down `gradient`, which is scaled in place where it is clipped; returns its norm before that.
    ///
    /// A gradient whose norm is not finite changes nothing: look at the returned norm.
    public func update<Scalar>(
        _ parameters: ParameterVector<Scalar>, gradient: UnsafeMutablePointer<Scalar>, learningRate: Double,
        state: inout State<Scalar>, kernels: Kernels<Scalar>
    ) -> Double {
        let count = parameters.count
        let norm = kernels.sumOfSquares(gradient, count: count).squareRoot()
        guard norm.isFinite else { return norm }
        if norm > gradientClipNorm {
            kernels.addScaled(gradient, gradient, scale: gradientClipNorm / norm - 1, count: count)
        }
        state.step += 1
        state.firstMoment.withUnsafeMutableBufferPointer { first in
            state.secondMoment.withUnsafeMutableBufferPointer { second in
                guard let first = first.baseAddress, let second = second.baseAddress else { return }
                kernels.adam(
                    parameters: parameters.pointer, firstMoment: first, secondMoment: second, gradient: gradient,
                    count: count, rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                    correction1: 1 / (1 - Self.power(beta1, state.step)),
                    correction2: 1 / (1 - Self.power(beta2, state.step)), decay: weightDecay)
            }
        }
        return norm
    }

    /// base to a whole power, by squaring: the same bits on every machine, unlike the library's `pow`.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest % 2 == 1 { result *= square }
            square *= square
            rest /= 2
        }
        return result
    }
}
