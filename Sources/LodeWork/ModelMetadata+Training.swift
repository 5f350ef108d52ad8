internal import LodeService
internal import LodeTraining

extension ModelMetadata.OutcomeReport {
    init(_ evaluation: OutcomeEvaluation) {
        self.init(
            name: evaluation.name, seriesCount: evaluation.seriesCount, loss: evaluation.loss,
            baselineLoss: evaluation.baselineLoss, areaUnderCurve: evaluation.areaUnderCurve)
    }
}

extension ModelMetadata.ObservationTimesReport {
    init(_ score: EventScore) {
        self.init(
            count: score.eventCount, logLikelihood: score.logLikelihood,
            constantRateLogLikelihood: score.constantRateLogLikelihood)
    }
}
