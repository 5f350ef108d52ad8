internal import Foundation
internal import LodeNumerics

/// One layer of a planar normalizing flow with its constrained û, and the pullback of that constraint.
struct PlanarLayer {
    let weight: [Double]
    let out: [Double]
    let bias: Double
    /// w · û = m(w · u), above −1.
    let product: Double
    private let free: [Double]
    private let argument: Double
    private let square: Double
    private let shift: Double

    init(weight: [Double], out free: [Double], bias: Double) {
        self.weight = weight
        self.free = free
        self.bias = bias
        argument = zip(weight, free).reduce(0) { $0 + $1.0 * $1.1 }
        // A weight of 0 leaves the layer a translation, which needs no constraint.
        square = max(weight.reduce(0) { $0 + $1 * $1 }, 1e-12)
        product = max(argument, 0) + log1p(exp(-abs(argument))) - 1
        let shift = (product - argument) / square
        self.shift = shift
        out = zip(weight, free).map { $1 + shift * $0 }
    }

    /// The cotangents of w and u from those of w (as far as it acts directly), û and w · û.
    func pullback(
        weight weightCotangent: [Double], out outCotangent: [Double], product productCotangent: Double
    ) -> (weight: [Double], out: [Double]) {
        let shiftCotangent = zip(outCotangent, weight).reduce(0) { $0 + $1.0 * $1.1 }
        let slope = 1 / (1 + exp(-argument))
        let argumentCotangent =
            -shiftCotangent / square + (productCotangent + shiftCotangent / square) * slope
        let squareCotangent = -shiftCotangent * shift / square
        return (
            weight.indices.map {
                weightCotangent[$0] + shift * outCotangent[$0] + argumentCotangent * free[$0]
                    + 2 * squareCotangent * weight[$0]
            },
            weight.indices.map { outCotangent[$0] + argumentCotangent * weight[$0] }
        )
    }

    /// The point that the layer maps to `image`.
    ///
    /// Along w it is the root of α + (w · û) tanh(α + b) = w · z', which grows with α: bisection.
    func inverse(of image: [Double]) -> [Double] {
        let target = zip(weight, image).reduce(0) { $0 + $1.0 * $1.1 }
        var low = target - abs(product)
        var high = target + abs(product)
        // Some 60 halvings leave neighbouring numbers.
        for _ in 0..<64 {
            let middle = 0.5 * (low + high)
            if middle + product * tanh(middle + bias) < target { low = middle } else { high = middle }
        }
        let value = tanh(0.5 * (low + high) + bias)
        return image.indices.map { image[$0] - out[$0] * value }
    }
}
