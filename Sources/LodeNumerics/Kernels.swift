public import CLodeKernels

/// The numerical kernels of one element type and instruction set.
///
/// Legend: a *block* `[rows][lanes]` holds component r of lane l at `r * lanes + l`, with `lanes` 1, ``lanesPerHalfBlock`` or
/// ``lanesPerBlock``. The full contract of each function, shapes, aliasing and tails, stands in `CLodeKernels.h`.
/// Nothing here allocates or fails. A lane's result does not depend on the other lanes, bit for bit.
///
/// All of it is inlinable: generic code of another module would otherwise look up the type's metadata at every call, which
/// costs as much as a small kernel.
public struct Kernels<Scalar: KernelScalar>: Sendable {
    /// Lanes of a full block.
    @inlinable
    public static var lanesPerBlock: Int { Int(LODE_LANES) }

    /// Lanes of half a block, which functions that are told the lanes take as well.
    @inlinable
    public static var lanesPerHalfBlock: Int { Int(LODE_HALF_LANES) }

    /// Which instructions these kernels use.
    public let instructionSet: InstructionSet

    // Point to constant tables of the C target: immutable, alive for the whole process.
    @usableFromInline nonisolated(unsafe) let table: UnsafePointer<lode_kernels>
    @usableFromInline nonisolated(unsafe) let halfTable: UnsafePointer<lode_kernels>

    /// The kernels of an instruction set; traps where this machine cannot run it (see ``InstructionSet/supported``).
    public init(_ instructionSet: InstructionSet) {
        guard let tables = Scalar.elementKind.tables(instructionSet) else {
            preconditionFailure("this machine has no \(instructionSet)")
        }
        self.instructionSet = instructionSet
        table = tables.full
        halfTable = tables.half
    }

    /// The functions for blocks of so many lanes.
    @inlinable
    func table(of lanes: Int) -> UnsafePointer<lode_kernels> {
        lanes == Self.lanesPerHalfBlock ? halfTable : table
    }
}

/// Elementwise functions over `count` contiguous elements.
extension Kernels {
    /// out = exp(input).
    @inlinable
    public func exp(_ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>, count: Int) {
        table.pointee.exp(out, input, count)
    }

    /// out = log(input).
    @inlinable
    public func log(_ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>, count: Int) {
        table.pointee.log(out, input, count)
    }

    /// out = activation(preactivation).
    @inlinable
    public func activate(
        _ out: UnsafeMutablePointer<Scalar>, preactivation: UnsafePointer<Scalar>, count: Int, _ activation: Activation
    ) {
        table.pointee.activate(out, preactivation, count, activation.code)
    }

    /// The cotangent of the argument of an activation; `preactivation` may be nil unless the activation needs it.
    @inlinable
    public func activatePullback(
        _ argumentCotangent: UnsafeMutablePointer<Scalar>, cotangent: UnsafePointer<Scalar>,
        preactivation: UnsafePointer<Scalar>?, value: UnsafePointer<Scalar>, count: Int, _ activation: Activation
    ) {
        table.pointee.activate_vjp(argumentCotangent, cotangent, preactivation, value, count, activation.code)
    }

    /// out += scale · input.
    @inlinable
    public func addScaled(
        _ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>, scale: Double = 1, count: Int
    ) {
        table.pointee.add_scaled(out, input, scale, count)
    }

    /// out += input; traps where they differ in length.
    ///
    /// An empty array has a base address too, in storage that all empty arrays of the process share: whoever adds to
    /// that by a count of their own writes over the standard library.
    @inlinable
    public func add(_ input: AlignedBuffer<Scalar>, to out: inout [Scalar]) {
        precondition(out.count == input.count, "\(input.count) elements for \(out.count)")
        out.withUnsafeMutableBufferPointer { out in
            guard let base = out.baseAddress else { return }
            addScaled(base, input.pointer, count: out.count)
        }
    }

    /// out += input, for as many elements as the input has.
    @inlinable
    public func add(_ input: [Scalar], to out: UnsafeMutablePointer<Scalar>) {
        input.withUnsafeBufferPointer { input in
            guard let base = input.baseAddress else { return }
            addScaled(out, base, count: input.count)
        }
    }

    /// The sum of the squares, accumulated in Double.
    @inlinable
    public func sumOfSquares(_ input: UnsafePointer<Scalar>, count: Int) -> Double {
        table.pointee.sum_of_squares(input, count)
    }
}

/// Dense layers: `weights` is `[inputs][outputs]`, blocks are `[rows][lanes]`.
extension Kernels {
    /// out = activation(bias + weightsᵀ · input); `preactivation`, where given, receives the argument.
    @inlinable
    public func dense(
        _ out: UnsafeMutablePointer<Scalar>, preactivation: UnsafeMutablePointer<Scalar>? = nil,
        input: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?, inputs: Int,
        outputs: Int, lanes: Int, activation: Activation
    ) {
        table(of: lanes).pointee.dense(
            out, preactivation, input, weights, bias, inputs, outputs, lanes, activation.code)
    }

    /// out += weightsᵀ · input.
    @inlinable
    public func denseAccumulate(
        _ out: UnsafeMutablePointer<Scalar>, input: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>, inputs: Int,
        outputs: Int, lanes: Int
    ) {
        table(of: lanes).pointee.dense_accumulate(out, input, weights, inputs, outputs, lanes)
    }

    /// inputCotangent (+)= weights · cotangent, for a full block.
    @inlinable
    public func densePullbackInput(
        _ inputCotangent: UnsafeMutablePointer<Scalar>, cotangent: UnsafePointer<Scalar>,
        weights: UnsafePointer<Scalar>, inputs: Int, outputs: Int, accumulate: Bool
    ) {
        table.pointee.dense_vjp_input(inputCotangent, cotangent, weights, inputs, outputs, accumulate ? 1 : 0)
    }

    /// Elements of scratch that ``densePullbackParameters(weights:bias:input:cotangent:inputs:outputs:scratch:)`` needs.
    @inlinable
    public static func denseScratchCount(outputs: Int) -> Int {
        lanesPerBlock * ((outputs + lanesPerBlock - 1) / lanesPerBlock * lanesPerBlock)
    }

    /// Adds the cotangents of weights and bias, summed over the lanes of a full block.
    @inlinable
    public func densePullbackParameters(
        weights: UnsafeMutablePointer<Scalar>, bias: UnsafeMutablePointer<Scalar>?, input: UnsafePointer<Scalar>,
        cotangent: UnsafePointer<Scalar>, inputs: Int, outputs: Int, scratch: UnsafeMutablePointer<Scalar>
    ) {
        table.pointee.dense_vjp_parameters(weights, bias, input, cotangent, inputs, outputs, scratch)
    }
}

/// Gradients of dense layers that a sequence of blocks has passed.
extension Kernels {
    /// Adds the cotangents of weights and bias, summed over the lanes of `blocks` pairs of full blocks.
    ///
    /// - Parameters:
    ///   - input: the inputs of pair b begin at `b * inputStride`.
    ///   - cotangent: the cotangents of pair b begin at `b * cotangentStride`.
    @inlinable
    public func densePullbackParameters(
        weights: UnsafeMutablePointer<Scalar>, bias: UnsafeMutablePointer<Scalar>?, input: UnsafePointer<Scalar>,
        inputStride: Int, cotangent: UnsafePointer<Scalar>, cotangentStride: Int, inputs: Int, outputs: Int,
        blocks: Int
    ) {
        table.pointee.dense_vjp_sequence(
            weights, bias, input, inputStride, cotangent, cotangentStride, inputs, outputs, blocks)
    }
}

/// The elementwise part of a gated recurrent unit, for blocks of `hidden` rows; pullbacks for full blocks.
extension Kernels {
    /// candidate = tanh(xn + reset · hn); out = candidate + update · (h − candidate) where active, else h.
    ///
    /// `gates` holds reset, then update, after their sigmoid; `active` is 0 or 1 for each lane.
    @inlinable
    public func gru(
        _ out: UnsafeMutablePointer<Scalar>, candidate: UnsafeMutablePointer<Scalar>, gates: UnsafePointer<Scalar>,
        xn: UnsafePointer<Scalar>, hn: UnsafePointer<Scalar>, h: UnsafePointer<Scalar>, active: UnsafePointer<Scalar>,
        hidden: Int, lanes: Int
    ) {
        table(of: lanes).pointee.gru(out, candidate, gates, xn, hn, h, active, hidden, lanes)
    }

    /// The cotangents of the gates before their sigmoid, of xn, of hn and of h; all are overwritten.
    @inlinable
    public func gruPullback(
        gates gatesCotangent: UnsafeMutablePointer<Scalar>, xn xnCotangent: UnsafeMutablePointer<Scalar>,
        hn hnCotangent: UnsafeMutablePointer<Scalar>, h hCotangent: UnsafeMutablePointer<Scalar>,
        cotangent: UnsafePointer<Scalar>, candidate: UnsafePointer<Scalar>, gates: UnsafePointer<Scalar>,
        hn: UnsafePointer<Scalar>, h: UnsafePointer<Scalar>, active: UnsafePointer<Scalar>, hidden: Int
    ) {
        table.pointee.gru_vjp(
            gatesCotangent, xnCotangent, hnCotangent, hCotangent, cotangent, candidate, gates, hn, h, active, hidden)
    }
}

/// Steps of Runge–Kutta methods.
extension Kernels {
    /// out = base + scale[lane] · Σⱼ coefficients[j] · termⱼ; a nil base is zero; at most 32 terms.
    ///
    /// Term j begins at `terms + places[j] · stride`.
    @inlinable
    public func combine(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, scale: UnsafePointer<Scalar>,
        terms: UnsafePointer<Scalar>, stride: Int, places: UnsafePointer<Int>, coefficients: UnsafePointer<Double>,
        count: Int, components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.combine(
            out, base, scale, terms, stride, Self.unsigned(places), coefficients, count, components, lanes)
    }

    /// out = base + scale[lane] · coefficient · term; a nil base is zero.
    @inlinable
    public func combine(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, scale: UnsafePointer<Scalar>,
        term: UnsafePointer<Scalar>, coefficient: Double, components: Int, lanes: Int
    ) {
        withUnsafePointer(to: 0) { place in
            withUnsafePointer(to: coefficient) { coefficient in
                combine(
                    out, base: base, scale: scale, terms: term, stride: 0, places: place, coefficients: coefficient,
                    count: 1, components: components, lanes: lanes)
            }
        }
    }

    /// out = base + Σⱼ weights[j][lane] · terms[j]: sums whose weights differ by lane; a nil base is zero.
    @inlinable
    public func combineLanes(
        _ out: UnsafeMutablePointer<Scalar>, base: UnsafePointer<Scalar>?, weights: UnsafePointer<Scalar>,
        terms: UnsafePointer<UnsafeRawPointer?>, count: Int, components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.combine_lanes(out, base, weights, terms, count, components, lanes)
    }

    /// norm[lane] = Σ or max over the included components of (error / (absolute + relative · max(|y0|, |y1|)))².
    @inlinable
    public func errorNorm(
        _ norm: UnsafeMutablePointer<Double>, error: UnsafePointer<Scalar>, y0: UnsafePointer<Scalar>,
        y1: UnsafePointer<Scalar>, relative: UnsafePointer<Scalar>, absolute: UnsafePointer<Scalar>,
        included: UnsafePointer<Scalar>?, maximum: Bool, components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.error_norm(
            norm, error, y0, y1, relative, absolute, included, maximum ? 1 : 0, components, lanes)
    }

    /// out = input, rounded to the element type.
    @inlinable
    public func narrow(_ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Double>, count: Int) {
        table.pointee.narrow(out, input, count)
    }

    /// out = input, widened to Double.
    @inlinable
    public func widen(_ out: UnsafeMutablePointer<Double>, _ input: UnsafePointer<Scalar>, count: Int) {
        table.pointee.widen(out, input, count)
    }

    /// out[c][lane] = input[c][lane] in the lanes whose mask is not 0; other lanes stay.
    @inlinable
    public func mergeLanes(
        _ out: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>, mask: UnsafePointer<Scalar>,
        components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.merge_lanes(out, input, mask, components, lanes)
    }

    /// block[c][lane] = row[c], for one lane.
    @inlinable
    public func setLane(
        _ lane: Int, of block: UnsafeMutablePointer<Scalar>, to row: UnsafePointer<Scalar>, components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.set_lane(block, row, lane, components, lanes)
    }

    /// row[c] = block[c][lane], for one lane.
    @inlinable
    public func getLane(
        _ lane: Int, of block: UnsafePointer<Scalar>, into row: UnsafeMutablePointer<Scalar>, components: Int,
        lanes: Int
    ) {
        table(of: lanes).pointee.get_lane(row, block, lane, components, lanes)
    }

    /// block[c][lane] = rows[lane][c]; a nil row becomes 0.
    @inlinable
    public func gatherRows(
        _ block: UnsafeMutablePointer<Scalar>, rows: UnsafePointer<UnsafeRawPointer?>, components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.gather_rows(block, rows, components, lanes)
    }

    /// rows[lane][c] = block[c][lane]; a nil row is skipped.
    @inlinable
    public func scatterRows(
        _ rows: UnsafePointer<UnsafeMutableRawPointer?>, block: UnsafePointer<Scalar>, components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.scatter_rows(rows, block, components, lanes)
    }

    /// out[c] = Σₚ θᵖ · coefficients[p · stride + c].
    @inlinable
    public func polynomial(
        _ out: UnsafeMutablePointer<Scalar>, coefficients: UnsafePointer<Scalar>, stride: Int, theta: Double,
        degree: Int, components: Int
    ) {
        table.pointee.polynomial(out, coefficients, stride, theta, degree, components)
    }

    /// coefficientCotangents[p · stride + c] += θᵖ · cotangent[c].
    @inlinable
    public func polynomialPullback(
        _ coefficientCotangents: UnsafeMutablePointer<Scalar>, stride: Int, cotangent: UnsafePointer<Scalar>,
        theta: Double, degree: Int, components: Int
    ) {
        table.pointee.polynomial_vjp(coefficientCotangents, stride, cotangent, theta, degree, components)
    }
}

/// Dense output of a block of lanes: for the places i in first[lane] ..< last[lane] and r = order[i] (i without an
/// order), θ = (times[r] − start[lane]) / size[lane].
extension Kernels {
    /// rows[r · components + c] = Σₚ θᵖ · blocks[p][c][lane]; the degree is at most 11.
    @inlinable
    public func interpolate(
        _ rows: UnsafeMutablePointer<Scalar>, times: UnsafePointer<Double>, order: UnsafePointer<Int>?,
        first: UnsafePointer<Int>, last: UnsafePointer<Int>, start: UnsafePointer<Double>,
        size: UnsafePointer<Double>, blocks: UnsafePointer<UnsafeRawPointer?>, degree: Int, components: Int,
        lanes: Int
    ) {
        table(of: lanes).pointee.interpolate(
            rows, times, order.map(Self.unsigned), Self.unsigned(first), Self.unsigned(last), start, size, blocks,
            degree, components, lanes)
    }

    /// The same for the places from cursor[lane] on, before end[lane], whose direction[lane] · times[r] is at most
    /// limit[lane]; moves the cursor behind them, and `next` to the next place's direction · time, or infinity.
    @inlinable
    public func interpolateDue(
        _ rows: UnsafeMutablePointer<Scalar>, times: UnsafePointer<Double>, order: UnsafePointer<Int>?,
        cursor: UnsafeMutablePointer<Int>, end: UnsafePointer<Int>, next: UnsafeMutablePointer<Double>,
        limit: UnsafePointer<Double>, direction: UnsafePointer<Double>, start: UnsafePointer<Double>,
        size: UnsafePointer<Double>, blocks: UnsafePointer<UnsafeRawPointer?>, degree: Int, components: Int,
        lanes: Int
    ) {
        // As `unsigned`, for memory that is written.
        let cursor = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: UInt.self)
        table(of: lanes).pointee.interpolate_due(
            rows, times, order.map(Self.unsigned), cursor, Self.unsigned(end), next, limit, direction, start, size,
            blocks, degree, components, lanes)
    }

    /// blockCotangents[p][c][lane] = Σᵢ θᵖ · rowCotangents[r · components + c], overwritten.
    @inlinable
    public func interpolatePullback(
        _ blockCotangents: UnsafePointer<UnsafeMutableRawPointer?>, rowCotangents: UnsafePointer<Scalar>,
        times: UnsafePointer<Double>, order: UnsafePointer<Int>?, first: UnsafePointer<Int>,
        last: UnsafePointer<Int>, start: UnsafePointer<Double>, size: UnsafePointer<Double>, degree: Int,
        components: Int, lanes: Int
    ) {
        table(of: lanes).pointee.interpolate_vjp(
            blockCotangents, rowCotangents, times, order.map(Self.unsigned), Self.unsigned(first),
            Self.unsigned(last), start, size, degree, components, lanes)
    }

    // Indices are not negative, and Int and size_t have one size and layout.
    @usableFromInline static func unsigned(_ indices: UnsafePointer<Int>) -> UnsafePointer<UInt> {
        UnsafeRawPointer(indices).assumingMemoryBound(to: UInt.self)
    }
}

/// Optimisers.
extension Kernels {
    /// One Adam step with decoupled weight decay over `count` parameters; the corrections are 1 / (1 − βᵗ).
    @inlinable
    public func adam(
        parameters: UnsafeMutablePointer<Scalar>, firstMoment: UnsafeMutablePointer<Scalar>,
        secondMoment: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>, count: Int, rate: Double,
        beta1: Double, beta2: Double, epsilon: Double, correction1: Double, correction2: Double, decay: Double
    ) {
        table.pointee.adam(
            parameters, firstMoment, secondMoment, gradient, count, rate, beta1, beta2, epsilon, correction1,
            correction2, decay)
    }
}
