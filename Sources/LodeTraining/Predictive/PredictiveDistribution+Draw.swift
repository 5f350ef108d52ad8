extension PredictiveDistribution {
    /// A value of one component, chosen by a standard normal deviate: at the quantile Φ(deviate) of that component, stretched
    /// as the distribution is.
    ///
    /// A posterior sample's component is the same at all times, so that draws of one component make a path. Where the
    /// distribution has a single component instead, the deviate alone tells paths apart.
    public func draw(component: Int, deviate: Double) -> Double {
        let index = component % components.count
        let value: Double
        switch components {
        case .gaussian(let means, let deviations): value = means[index] + deviations[index] * deviate
        case .studentT(let locations, let scales, let shape):
            let probability = min(max(StandardNormal.cumulative(deviate), 1e-12), 1 - 1e-12)
            value = locations[index] + scales[index] * shape.quantile(probability)
        case .poisson(let rates):
            value = Components.poisson(rates: [rates[index]]).drawn(deviate)
        case .negativeBinomial(let means, let dispersions):
            value = Components.negativeBinomial(means: [means[index]], dispersions: [dispersions[index]])
                .drawn(deviate)
        case .bernoulli(let probabilities):
            value = StandardNormal.cumulative(deviate) <= 1 - probabilities[index] ? 0 : 1
        }
        return stretch?.apply(value) ?? value
    }
}

extension PredictiveDistribution.Components {
    fileprivate func drawn(_ deviate: Double) -> Double {
        quantile(min(max(StandardNormal.cumulative(deviate), 1e-12), 1 - 1e-12))
    }
}
