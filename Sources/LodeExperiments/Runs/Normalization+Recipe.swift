internal import LodeTraining

extension Normalization {
    /// The same for series that are not centred, with the training series spread over `span` of model time.
    ///
    /// A level taken from the context would differ between the seen and the hidden part of a series; the published
    /// sets move more than their series differ.
    func adapted(span: Double) -> Normalization {
        var result = self
        result.centresSeries = false
        result.channelScales = channelDeviations
        result.timeUnit = timeUnit * Self.modelSpan / span
        result.trainedHorizon = trainedHorizon * span / Self.modelSpan
        return result
    }
}
