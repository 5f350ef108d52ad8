public import LodeNumerics

/// The predictive distributions of one channel at many times, each an equal mixture of S Gaussians, and what is asked of
/// all of them at once: the same figures as those of a ``PredictiveDistribution``, many times as fast.
///
/// Legend: T times, S components, n is T rounded up to whole blocks of lanes, K levels of bands.
public struct GaussianMixtures: Sendable, Hashable {
    /// T.
    public private(set) var count: Int
    /// S.
    public let componentCount: Int

    private let lanes: Int
    /// `[S][n]`; the lanes after the last time hold 0 and 1.
    private var locations: [Double]
    private var scales: [Double]
    /// The means, and the standard deviations before any stretching that differs between levels, `[n]`.
    private var centres: [Double]
    private var spreads: [Double]
    /// Whether one component stands for all, `[n]`.
    private var isSingle: [Bool]
    private var stretch: Stretch?

    /// How bands are stretched about the centres, in units of the spreads.
    private struct Stretch: Hashable {
        /// `[K]`, ascending and positive.
        var knots: [Double]
        /// `[K][n]`; the knots themselves where nothing is stretched.
        var images: [Double]
    }

    /// Mixtures whose parameters `fill` writes: that of component s at time t at `s · stride + t`.
    ///
    /// Scales must be positive; NaN, which a solve that failed leaves, makes the mixtures of its times undefined.
    package init(
        count: Int, componentCount: Int,
        _ fill: (_ locations: inout MutableSpan<Double>, _ scales: inout MutableSpan<Double>, _ stride: Int) -> Void
    ) {
        precondition(componentCount > 0, "a mixture of nothing")
        let block = Kernels<Double>.lanesPerBlock
        let lanes = (count + block - 1) / block * block
        var locations = Array(repeating: 0.0, count: componentCount * lanes)
        var scales = Array(repeating: 1.0, count: componentCount * lanes)
        var locationSpan = locations.mutableSpan
        var scaleSpan = scales.mutableSpan
        fill(&locationSpan, &scaleSpan, lanes)
        self.init(count: count, componentCount: componentCount, locations: locations, scales: scales)
    }

    private init(count: Int, componentCount: Int, locations: [Double], scales: [Double]) {
        self.count = count
        self.componentCount = componentCount
        self.locations = locations
        self.scales = scales
        lanes = locations.count / componentCount
        isSingle = Array(repeating: false, count: lanes)
        (centres, spreads) = Self.measure(locations.span, scales.span, componentCount: componentCount, lanes: lanes)
    }

    private static func measure(
        _ locations: Span<Double>, _ scales: Span<Double>, componentCount: Int, lanes: Int
    ) -> (centres: [Double], spreads: [Double]) {
        let share = 1 / Double(componentCount)
        var centres = Array(repeating: 0.0, count: lanes)
        var spreads = centres
        for component in 0..<componentCount {
            for lane in 0..<lanes { centres[lane] += locations[component * lanes + lane] }
        }
        for lane in 0..<lanes { centres[lane] *= share }
        for component in 0..<componentCount {
            for lane in 0..<lanes {
                let distance = locations[component * lanes + lane] - centres[lane]
                let scale = scales[component * lanes + lane]
                spreads[lane] += distance * distance + scale * scale
            }
        }
        for lane in 0..<lanes { spreads[lane] = (spreads[lane] * share).squareRoot() }
        return (centres, spreads)
    }

    /// The root of the locations' variance plus the mean square of the scales, before any stretching that differs between
    /// levels.
    func spread(at time: Int) -> Double { spreads[time] }

    /// The locations and scales of the components at one time, before any stretching that differs between levels.
    func parameters(at time: Int) -> (locations: [Double], scales: [Double]) {
        let indices = (0..<(isSingle[time] ? 1 : componentCount)).map { $0 * lanes + time }
        return (indices.map { locations[$0] }, indices.map { scales[$0] })
    }

    /// Leaves out all but the first `times` times.
    mutating func truncate(to times: Int) {
        precondition(times <= count, "\(times) of \(count) times")
        count = times
    }

    /// The distribution at one time.
    public subscript(time: Int) -> PredictiveDistribution {
        let (means, deviations) = parameters(at: time)
        let distribution = PredictiveDistribution.gaussian(means: means, deviations: deviations)
        guard let stretch else { return distribution }
        return distribution.stretched(
            by: LevelStretch(
                knots: stretch.knots, images: stretch.knots.indices.map { stretch.images[$0 * lanes + time] }))
    }
}

// MARK: - Stretching

extension GaussianMixtures {
    /// Makes place for ``stretch(at:by:)`` at bands of levels whose standard ends are `knots`.
    package mutating func prepareStretching(knots: [Double]) {
        precondition(stretch == nil, "stretched by levels twice")
        stretch = Stretch(
            knots: knots, images: knots.flatMap { Array(repeating: $0, count: lanes) })
    }

    /// Puts one Gaussian with the same mean and a spread in the place of a mixture.
    package mutating func becomeSingle(at time: Int, spread: Double) {
        for component in 0..<componentCount {
            locations[component * lanes + time] = centres[time]
            scales[component * lanes + time] = spread
        }
        spreads[time] = spread
        isSingle[time] = true
    }

    /// Lets each level's band end `factor(level)` times as far from the mean; a wider band that would end inside a narrower
    /// one is raised, as ``LevelStretch/init(knots:factors:)`` does.
    package mutating func stretch(at time: Int, by factor: (_ level: Int) -> Double) {
        guard let knots = stretch?.knots else { preconditionFailure("stretched without levels") }
        var image = 0.0
        for level in knots.indices {
            image = LevelStretch.image(of: knots[level], factor: factor(level), after: image)
            stretch?.images[level * lanes + time] = image
        }
    }
}

// MARK: - Figures

extension GaussianMixtures {
    /// The means and standard deviations, `[T]` each.
    public func moments(_ kernels: Kernels<Double>) -> (means: [Double], standardDeviations: [Double]) {
        guard let stretch else { return (Array(centres[..<count]), Array(spreads[..<count])) }
        let levels = stretch.knots.count
        // The integrals over all pieces of the map, by those from −∞ to each bound between two of them: what a piece adds
        // there, the next one takes away. The last piece ends at ∞, where the first moment about the mean is 0.
        var sums = Moments(count: lanes)
        sums.addWhole(Piece(stretch, 2 * levels, lanes), spreads: spreads)
        var below = Moments(count: lanes)
        var mass = Array(repeating: 0.0, count: lanes)
        var bounds = mass
        for bound in 0..<2 * levels {
            let knot = bound < levels ? -stretch.knots[levels - 1 - bound] : stretch.knots[bound - levels]
            for lane in 0..<lanes { bounds[lane] = centres[lane] + spreads[lane] * knot }
            kernels.mixtureMoments(
                mass: &mass, first: &below.first, second: &below.second, bounds: bounds, centres: centres,
                locations: locations, scales: scales, components: componentCount, count: lanes)
            sums.addDifference(
                Piece(stretch, bound, lanes), Piece(stretch, bound + 1, lanes), mass: mass, below: below,
                spreads: spreads)
        }
        return (
            (0..<count).map { centres[$0] + sums.first[$0] },
            (0..<count).map { max(sums.second[$0] - sums.first[$0] * sums.first[$0], 0).squareRoot() }
        )
    }

    /// The quantiles of a probability in (0, 1), `[T]`; those of close probabilities may cross by 10⁻⁹ of a deviation.
    public func quantiles(_ probability: Double, _ kernels: Kernels<Double>) -> [Double] {
        precondition(probability > 0 && probability < 1, "no quantile \(probability)")
        var values = Array(repeating: 0.0, count: lanes)
        kernels.mixtureQuantiles(
            &values, locations: locations, scales: scales, components: componentCount, count: lanes,
            probability: probability, standard: StandardNormal.quantile(probability))
        values.removeLast(lanes - count)
        guard let stretch else { return values }
        let images = stretch.images.span
        let last = stretch.knots.count - 1
        for lane in 0..<count {
            let standard = (values[lane] - centres[lane]) / spreads[lane]
            let magnitude = abs(standard)
            var level = 0
            while level < last, magnitude > stretch.knots[level] { level += 1 }
            let (highKnot, highImage) = (stretch.knots[level], images[level * lanes + lane])
            let image: Double
            if level == 0 || magnitude > highKnot {
                image = magnitude * highImage / highKnot
            } else {
                let (lowKnot, lowImage) = (stretch.knots[level - 1], images[(level - 1) * lanes + lane])
                image = lowImage + (magnitude - lowKnot) * (highImage - lowImage) / (highKnot - lowKnot)
            }
            values[lane] = centres[lane] + spreads[lane] * (standard < 0 ? -image : image)
        }
        return values
    }

    /// A piece of the stretching, T(u) = offset + slope · u, at all times.
    private struct Piece {
        let high: (knot: Double, images: Range<Int>)
        let low: (knot: Double, images: Range<Int>)?
        let sign: Double
        let images: [Double]

        /// Piece `index` of the 2 K + 1, from −∞ to ∞.
        init(_ stretch: Stretch, _ index: Int, _ lanes: Int) {
            let levels = stretch.knots.count
            // How many knots lie between 0 and the piece.
            let passed = abs(index - levels)
            func level(_ level: Int) -> (knot: Double, images: Range<Int>) {
                (stretch.knots[level], level * lanes..<(level + 1) * lanes)
            }
            high = level(min(passed, levels - 1))
            low = passed == 0 || passed == levels ? nil : level(passed - 1)
            sign = index < levels ? -1 : 1
            images = stretch.images
        }

        func line(at lane: Int) -> (offset: Double, slope: Double) {
            let highImage = images[high.images.lowerBound + lane]
            guard let low else { return (0, highImage / high.knot) }
            let lowImage = images[low.images.lowerBound + lane]
            let slope = (highImage - lowImage) / (high.knot - low.knot)
            return (sign * (lowImage - slope * low.knot), slope)
        }
    }

    /// Sums of first and second moments about the centres, `[n]`.
    private struct Moments {
        var first: [Double]
        var second: [Double]

        init(count: Int) {
            first = Array(repeating: 0, count: count)
            second = first
        }

        /// Adds what the last piece would give if it went from −∞ to ∞.
        mutating func addWhole(_ piece: Piece, spreads: [Double]) {
            for lane in first.indices {
                let (offset, slope) = piece.line(at: lane)
                let square = spreads[lane] * spreads[lane]
                first[lane] += offset * spreads[lane]
                second[lane] += (offset * offset + slope * slope) * square
            }
        }

        /// Adds what a piece gives up to a bound, and takes away what the next one would.
        mutating func addDifference(
            _ piece: Piece, _ next: Piece, mass: [Double], below: Moments, spreads: [Double]
        ) {
            for lane in first.indices {
                let (offset, slope) = piece.line(at: lane)
                let (nextOffset, nextSlope) = next.line(at: lane)
                let shift = offset * spreads[lane]
                let nextShift = nextOffset * spreads[lane]
                first[lane] += (shift - nextShift) * mass[lane] + (slope - nextSlope) * below.first[lane]
                second[lane] +=
                    (shift * shift - nextShift * nextShift) * mass[lane]
                    + 2 * (shift * slope - nextShift * nextSlope) * below.first[lane]
                    + (slope * slope - nextSlope * nextSlope) * below.second[lane]
            }
        }
    }
}

// MARK: - Gathering

extension GaussianMixtures {
    /// Mixtures at places of several others, which have the same number of components and the same levels.
    package init(gathering places: [(part: Int, time: Int)], of parts: [GaussianMixtures]) {
        let components = parts.first?.componentCount ?? 1
        self.init(count: places.count, componentCount: components) { locations, scales, stride in
            for (time, place) in places.enumerated() {
                let part = parts[place.part]
                for component in 0..<components {
                    locations[component * stride + time] = part.locations[component * part.lanes + place.time]
                    scales[component * stride + time] = part.scales[component * part.lanes + place.time]
                }
            }
        }
        for (time, place) in places.enumerated() { isSingle[time] = parts[place.part].isSingle[place.time] }
        guard let knots = parts.lazy.compactMap(\.stretch).first?.knots else { return }
        prepareStretching(knots: knots)
        for (time, place) in places.enumerated() {
            let part = parts[place.part]
            guard let images = part.stretch?.images else { continue }
            for level in knots.indices {
                stretch?.images[level * lanes + time] = images[level * part.lanes + place.time]
            }
        }
    }
}
