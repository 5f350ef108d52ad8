internal import LodeTraining

extension Normalization {
    /// The same for series that are not centred, with the training series spread over `span` of model time.
    ///
    /// A level taken from the context would differ between the seen and the hidden part of a series; the published
    /// sets move more than their series differ.
    ///
    /// - Parameter weights: one over the units in which a table counts the channels' errors, `[C]`; nil for the channels'
    ///   deviations. Normalised values are in these units then, and their variances have the mean 1.
    func adapted(span: Double, weights: [Double]? = nil) -> Normalization {
        var result = self
        result.centresSeries = false
        result.channelScales = channelDeviations
        if let weights {
            let squares = zip(channelDeviations, weights).map { $0 * $0 * $1 * $1 }
            let unit = (squares.reduce(0, +) / Double(max(squares.count, 1))).squareRoot()
            result.channelScales = weights.map { unit / $0 }
        }
        result.timeUnit = timeUnit * Self.modelSpan / span
        result.trainedHorizon = trainedHorizon * span / Self.modelSpan
        return result
    }
}
