internal import Foundation
public import LodeNetworks
public import LodeNumerics
public import LodeSolvers

extension PlanarNormalizingFlow: FlowModel {
    /// Points mapped by all layers, and the logarithms of the determinants.
    public struct Image: Sendable {
        /// `[B][D]`.
        public var points: [Float]
        /// log |det ∂f/∂z|, `[B]`.
        public var logDeterminants: [Double]
    }

    /// Maps points, `[B][D]`, by all layers.
    public func map(
        _ points: [Float], parameters: ParameterVector<Float>, kernels: Kernels<Float>, pool: ThreadPool
    ) -> Image {
        let passes = passes(points, layers: constrained(parameters), kernels: kernels, pool: pool)
        return Image(
            points: passes.flatMap(\.image), logDeterminants: passes.flatMap { $0.determinants.map(Double.init) })
    }

    /// The points that all layers map to `images`, `[B][D]`.
    public func inverse(of images: [Float], parameters: ParameterVector<Float>) -> [Float] {
        let layers = constrained(parameters)
        var points: [Float] = []
        for row in stride(from: 0, to: images.count, by: space) {
            let start = images[row..<row + space].map(Double.init)
            points += layers.reversed().reduce(start) { $1.inverse(of: $0) }.map { Float($0) }
        }
        return points
    }

    /// By mapping the base's points.
    public func divergence(
        from target: some PotentialEnergy, base: [Float], noise: FlowNoise, parameters: ParameterVector<Float>,
        gradient: inout [Float], kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> FlowLoss {
        loss(base, parameters: parameters, gradient: &gradient, kernels: kernels, pool: pool) {
            start, point, slope, determinant in
            Self.logNormal(start) - determinant + target.energy(at: point, slope: slope)
        }
    }

    /// By mapping the points to the base.
    public func negativeLogDensity(
        of points: [Float], noise: FlowNoise, parameters: ParameterVector<Float>, gradient: inout [Float],
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> FlowLoss {
        let space = space
        return loss(points, parameters: parameters, gradient: &gradient, kernels: kernels, pool: pool) {
            _, point, slope, determinant in
            slope.update(from: point, count: space)
            return -Self.logNormal((0..<space).map { Float(point[$0]) }[...]) - determinant
        }
    }

    /// By the layers, or by inverting them.
    public func logDensities(
        of points: [Float], trainedBy objective: FlowObjective, parameters: ParameterVector<Float>,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [Double] {
        let isForward = objective == .divergence
        let start = isForward ? inverse(of: points, parameters: parameters) : points
        let image = map(start, parameters: parameters, kernels: kernels, pool: pool)
        let base = isForward ? start : image.points
        return image.logDeterminants.indices.map {
            Self.logNormal(base[$0 * space..<($0 + 1) * space])
                + (isForward ? -image.logDeterminants[$0] : image.logDeterminants[$0])
        }
    }

    /// By the layers, or by inverting them.
    public func samples(
        from base: [Float], trainedBy objective: FlowObjective, parameters: ParameterVector<Float>,
        kernels: Kernels<Float>, pool: ThreadPool
    ) throws(SolveError) -> [Float] {
        objective == .divergence
            ? map(base, parameters: parameters, kernels: kernels, pool: pool).points
            : inverse(of: base, parameters: parameters)
    }

    private static func logNormal(_ point: ArraySlice<Float>) -> Double {
        ContinuousFlow<PlanarFlowField<Float>>.standardNormal(point)
    }

    // MARK: - Passes

    private func constrained(_ parameters: ParameterVector<Float>) -> [PlanarLayer] {
        (0..<layers).map { layer in
            func row(_ slice: ParameterSlice) -> [Double] {
                (0..<space).map { Double(parameters.pointer[slice.offset + layer * space + $0]) }
            }
            return PlanarLayer(
                weight: row(weights), out: row(outs), bias: Double(parameters.pointer[biases.offset + layer]))
        }
    }

    /// Points of a pass: enough for vectors, few enough for two threads.
    private static let chunk = 64

    private func passes(
        _ points: [Float], layers: [PlanarLayer], kernels: Kernels<Float>, pool: ThreadPool
    ) -> [PlanarPass] {
        let count = points.count / space
        return pool.map((count + Self.chunk - 1) / Self.chunk) { part, _ in
            let range = part * Self.chunk..<min((part + 1) * Self.chunk, count)
            return PlanarPass(
                Array(points[range.lowerBound * space..<range.upperBound * space]), layers: layers, space: space,
                kernels: kernels)
        }
    }

    /// The mean of `term`, in which the logarithm of the determinant has the slope −1, with its gradient.
    private func loss(
        _ points: [Float], parameters: ParameterVector<Float>, gradient: inout [Float], kernels: Kernels<Float>,
        pool: ThreadPool,
        term:
            @Sendable (
                _ start: ArraySlice<Float>, _ point: UnsafePointer<Double>, _ slope: UnsafeMutablePointer<Double>,
                _ logDeterminant: Double
            ) -> Double
    ) -> FlowLoss {
        let layers = constrained(parameters)
        let share = 1 / Double(max(points.count / space, 1))
        let passes = passes(points, layers: layers, kernels: kernels, pool: pool)
        let parts = pool.map(passes.count) { part, _ in
            let pass = passes[part]
            let offset = part * Self.chunk * space
            var cotangents = [Double](repeating: 0, count: pass.image.count)
            var value = 0.0
            let image = pass.image.map(Double.init)
            image.withUnsafeBufferPointer { image in
                cotangents.withUnsafeMutableBufferPointer { cotangents in
                    guard let image = image.baseAddress, let slopes = cotangents.baseAddress else { return }
                    for point in pass.determinants.indices {
                        let first = offset + point * space
                        value += term(
                            points[first..<first + space], image + point * space, slopes + point * space,
                            Double(pass.determinants[point]))
                    }
                }
            }
            return (
                value, pass.pullback(cotangents.map { Float(share * $0) }, determinant: Float(-share), layers: layers)
            )
        }
        gradient = Array(repeating: 0, count: layout.count)
        var sums = PlanarCotangents(layers: self.layers, space: space)
        for (_, cotangents) in parts { sums.add(cotangents) }
        for (index, layer) in layers.enumerated() {
            let row = index * space..<(index + 1) * space
            let result = layer.pullback(
                weight: Array(sums.weights[row]), out: Array(sums.outs[row]), product: sums.products[index])
            for component in 0..<space {
                gradient[weights.offset + row.lowerBound + component] = Float(result.weight[component])
                gradient[outs.offset + row.lowerBound + component] = Float(result.out[component])
            }
            gradient[biases.offset + index] = Float(sums.biases[index])
        }
        return FlowLoss(value: share * parts.reduce(0) { $0 + $1.0 }, unfinished: 0)
    }
}

/// The cotangents of constrained layers, summed over points.
struct PlanarCotangents: Sendable {
    var weights: [Double]
    var outs: [Double]
    var biases: [Double]
    var products: [Double]

    init(layers: Int, space: Int) {
        weights = Array(repeating: 0, count: layers * space)
        outs = weights
        biases = Array(repeating: 0, count: layers)
        products = biases
    }

    mutating func add(_ other: PlanarCotangents) {
        for index in weights.indices {
            weights[index] += other.weights[index]
            outs[index] += other.outs[index]
        }
        for index in biases.indices {
            biases[index] += other.biases[index]
            products[index] += other.products[index]
        }
    }
}

/// Some points on their way through all layers.
///
/// Legend: n points of the pass; columns are `[…][n]`.
struct PlanarPass: Sendable {
    /// Where the points arrive, `[n][D]`.
    let image: [Float]
    /// `[n]`.
    let determinants: [Float]

    private let space: Int
    /// The points before each layer, `[L][D][n]`, and tanh(w · z + b), `[L][n]`.
    private let columns: [Float]
    private let values: [Float]

    init(_ points: [Float], layers: [PlanarLayer], space: Int, kernels: Kernels<Float>) {
        let count = points.count / space
        var column = [Float](repeating: 0, count: space * count)
        for point in 0..<count {
            for component in 0..<space { column[component * count + point] = points[point * space + component] }
        }
        var columns: [Float] = []
        columns.reserveCapacity(layers.count * column.count)
        var values: [Float] = []
        values.reserveCapacity(layers.count * count)
        var determinants = [Float](repeating: 0, count: count)
        var value = [Float](repeating: 0, count: count)
        var scale = value
        for layer in layers {
            columns += column
            for point in 0..<count { value[point] = Float(layer.bias) }
            for component in 0..<space {
                let weight = Float(layer.weight[component])
                for point in 0..<count { value[point] += weight * column[component * count + point] }
            }
            value.withUnsafeMutableBufferPointer { value in
                guard let value = value.baseAddress else { return }
                kernels.activate(value, preactivation: value, count: count, .tanh)
            }
            values += value
            let product = Float(layer.product)
            for point in 0..<count { scale[point] = 1 + (1 - value[point] * value[point]) * product }
            scale.withUnsafeMutableBufferPointer { scale in
                guard let scale = scale.baseAddress else { return }
                kernels.log(scale, scale, count: count)
            }
            for point in 0..<count { determinants[point] += scale[point] }
            for component in 0..<space {
                let out = Float(layer.out[component])
                for point in 0..<count { column[component * count + point] += out * value[point] }
            }
        }
        self.space = space
        self.columns = columns
        self.values = values
        self.determinants = determinants
        image = (0..<count).flatMap { point in (0..<space).map { column[$0 * count + point] } }
    }

    /// The cotangents of the layers from those of the image, `[n][D]`, and of every logarithm of a determinant.
    ///
    /// With h = tanh a, d = 1 − h², c = w · û, s = 1 + d c and l̄ the cotangent of log s: s̄ = l̄ / s,
    /// ā = d (û · z̄' − 2 h c s̄), c̄ = d s̄, z̄ = z̄' + ā w.
    func pullback(_ cotangents: [Float], determinant: Float, layers: [PlanarLayer]) -> PlanarCotangents {
        let count = determinants.count
        var result = PlanarCotangents(layers: layers.count, space: space)
        var column = [Float](repeating: 0, count: space * count)
        for point in 0..<count {
            for component in 0..<space { column[component * count + point] = cotangents[point * space + component] }
        }
        var argument = [Float](repeating: 0, count: count)
        for (index, layer) in layers.enumerated().reversed() {
            let first = index * count
            let product = Float(layer.product)
            for point in 0..<count { argument[point] = 0 }
            for component in 0..<space {
                let out = Float(layer.out[component])
                var sum: Float = 0
                for point in 0..<count {
                    argument[point] += out * column[component * count + point]
                    sum += values[first + point] * column[component * count + point]
                }
                result.outs[index * space + component] = Double(sum)
            }
            var biasSum: Float = 0
            var productSum: Float = 0
            for point in 0..<count {
                let h = values[first + point]
                let d = 1 - h * h
                let scaled = determinant / (1 + d * product)
                argument[point] = d * (argument[point] - 2 * h * product * scaled)
                biasSum += argument[point]
                productSum += d * scaled
            }
            result.biases[index] = Double(biasSum)
            result.products[index] = Double(productSum)
            for component in 0..<space {
                let weight = Float(layer.weight[component])
                var sum: Float = 0
                for point in 0..<count {
                    sum += argument[point] * columns[(index * space + component) * count + point]
                    column[component * count + point] += argument[point] * weight
                }
                result.weights[index * space + component] = Double(sum)
            }
        }
        return result
    }
}
