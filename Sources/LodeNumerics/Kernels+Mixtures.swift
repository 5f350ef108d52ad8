public import CLodeKernels

/// Equal mixtures of Gaussians, one in each of `count` lanes: component s of mixture i lies at `s · count + i`.
///
/// `count` is a multiple of ``lanesPerBlock``; scales are positive. A NaN among the parameters of a mixture makes its
/// results NaN and does not touch the others.
extension Kernels {
    /// The integrals of 1, y − centre and (y − centre)² over each distribution from −∞ to a finite bound, each `[count]`.
    @inlinable
    public func mixtureMoments(
        mass: UnsafeMutablePointer<Scalar>, first: UnsafeMutablePointer<Scalar>,
        second: UnsafeMutablePointer<Scalar>, bounds: UnsafePointer<Scalar>, centres: UnsafePointer<Scalar>,
        locations: UnsafePointer<Scalar>, scales: UnsafePointer<Scalar>, components: Int, count: Int
    ) {
        table.pointee.mixture_moments(mass, first, second, bounds, centres, locations, scales, components, count)
    }

    /// The quantiles of a probability in (0, 1), whose standard normal quantile is `standard`.
    @inlinable
    public func mixtureQuantiles(
        _ out: UnsafeMutablePointer<Scalar>, locations: UnsafePointer<Scalar>, scales: UnsafePointer<Scalar>,
        components: Int, count: Int, probability: Double, standard: Double
    ) {
        table.pointee.mixture_quantile(out, locations, scales, components, count, probability, standard)
    }
}
