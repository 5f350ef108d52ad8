import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct PromotionRuleTests {
    private func compared(_ candidate: Double, _ incumbent: Double) -> PromotionRule.Incumbent {
        .compared(
            4, HeldOutComparison(candidate: candidate, incumbent: incumbent, pointCount: 90, seriesCount: 9))
    }

    @Test func `the first version takes an alias that none has, if it is sound`() {
        let verdict = PromotionRule().verdict(on: .winning, against: .none)
        #expect(verdict.isPromoted && verdict.incumbent == nil)
        #expect(!PromotionRule().verdict(on: .scored(1.5), against: .none).isPromoted)
    }

    @Test(arguments: [(-1.0, -1.2, 0.1, true), (-1.0, -1.05, 0.1, false), (-1.0, -1.0, 0, false), (.nan, -1, 0, false)])
    func `a version must be better by more than the margin on the same values`(
        candidate: Double, incumbent: Double, margin: Double, isPromoted: Bool
    ) {
        let verdict = PromotionRule(margin: margin).verdict(
            on: .winning, against: compared(candidate, incumbent))
        #expect(verdict.isPromoted == isPromoted)
        #expect(verdict.incumbent == 4 && verdict.comparison?.pointCount == 90)
        #expect(verdict.reasons[0].contains("the same 90 values of 9 series"))
    }

    @Test func `a version whose bands miss is not promoted, and the reason says by how much`() {
        var report = EvaluationReport.winning
        report.interpolation?.scores[0].coverage80 = 0.65
        let verdict = PromotionRule().verdict(on: report, against: compared(-1, -2))
        #expect(!verdict.isPromoted)
        #expect(verdict.reasons.contains { $0.contains("covers 65 %") && $0.contains("outside 70 % to 90 %") })
        #expect(PromotionRule(coverageTolerance: 0.2).verdict(on: report, against: compared(-1, -2)).isPromoted)
    }

    @Test func `a version whose bands were not measured is not promoted, unless the rule takes any`() {
        var unmeasured = EvaluationReport.winning
        unmeasured.interpolation?.scores[0].coverage80 = nil
        let unheld = EvaluationReport(interpolation: nil, extrapolation: nil, warnings: [])
        for (report, words) in [(unmeasured, "at interpolation was not measured"), (unheld, "could be held out")] {
            let verdict = PromotionRule().verdict(on: report, against: compared(-1, -2))
            #expect(!verdict.isPromoted)
            #expect(verdict.reasons.contains { $0.contains(words) }, "\(verdict.reasons)")
            #expect(PromotionRule(coverageTolerance: 1).verdict(on: report, against: compared(-1, -2)).isPromoted)
        }
    }

    @Test func `a version that loses to a baseline is promoted only if the rule allows it`() {
        let report = EvaluationReport.scored(1.5)
        let verdict = PromotionRule().verdict(on: report, against: compared(-1, -2))
        #expect(!verdict.isPromoted)
        #expect(verdict.reasons.last?.contains("loses to linear interpolation") == true)
        #expect(PromotionRule(mustBeatBaselines: false).verdict(on: report, against: compared(-1, -2)).isPromoted)
    }

    @Test func `versions that cannot be compared are left to a person`() {
        let verdict = PromotionRule().verdict(
            on: .winning, against: .incomparable(4, because: "its channels are x, those of the dataset are x, y now"))
        #expect(!verdict.isPromoted && verdict.incumbent == 4)
        #expect(verdict.reasons[0].contains("Promote it by hand"))
    }
}
