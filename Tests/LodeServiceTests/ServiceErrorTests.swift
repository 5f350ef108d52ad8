import Foundation
import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct ServiceErrorTests {
    @Test func `codes are kebab-case and each stands once in the table`() {
        let codes = ErrorProfile.table.map(\.code)
        #expect(Set(codes).count == codes.count)
        for code in codes { #expect(code.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil) }
    }

    @Test func `statuses agree with who can mend the error`() {
        for profile in ErrorProfile.table {
            switch profile.disposition {
            case .caller: #expect((400..<500).contains(profile.httpStatus), "\(profile.code)")
            case .transient, .operatorNeeded, .defect: #expect(profile.httpStatus >= 500, "\(profile.code)")
            }
            #expect((64...78).contains(profile.exitStatus), "\(profile.code)")
        }
    }

    @Test(arguments: [
        ("co3", "co2"), ("Co2", "co2"), ("temprature", "temperature"), ("zzz", nil), ("", nil),
    ])
    func `the nearest name is at most a third of the characters away`(name: String, expected: String?) {
        #expect(NearestName.of(name, among: ["co2", "temperature"]) == expected)
    }

    @Test func `a report of an earlier version still reads`() throws {
        let stored = #"""
            {"extrapolation":null,"interpolation":{"pointCount":50,"protocolDescription":"a random 30 %","scores":[
            {"coverage80":0.86,"meanSquaredError":0.04,"method":"latent-ode"},
            {"meanSquaredError":0.2,"method":"last-value"}],"seriesCount":6},"warnings":[]}
            """#
        let report = try JSONDecoder().decode(EvaluationReport.self, from: Data(stored.utf8))
        #expect(report.interpolation?.model?.coverage80 == 0.86)
        #expect(report.interpolation?.scores[1].coverage80 == nil)
        #expect(report.interpolation?.model?.negativeLogLikelihood == nil)
        #expect(report.interpolation?.calibration == nil)
        #expect(report.verdicts.first?.contains("beats") == true)
    }

    @Test func `a model that loses says so, one that wins by how much`() {
        #expect(
            EvaluationReport.winning.verdicts == [
                "Interpolation: the model beats all 3 baselines; its MSE is 2.0 times smaller than that of linear "
                    + "interpolation."
            ])
        #expect(EvaluationReport.winning.losses.isEmpty)
        for losing in [1.0, 3, .nan] {
            let report = EvaluationReport.scored(losing)
            #expect(report.verdicts.first?.contains("LOSES to") == true)
            #expect(report.losses.first?.contains("linear interpolation") == true)
        }
    }
}
