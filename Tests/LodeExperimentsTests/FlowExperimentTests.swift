import Foundation
import LodeExperiments
import LodeNumerics
import LodeTestSupport
import Testing

@Suite struct FlowExperimentTests {
    @Test(arguments: PlanePotential.allCases)
    func `energies have the slopes of finite differences`(target: PlanePotential) {
        let random = CounterRandom(seed: 61, stream: 1)
        for index in 0..<40 {
            let point = [2.5 * random.normal(UInt64(2 * index)), 2 * random.normal(UInt64(2 * index + 1))]
            var slope = [Double.nan, .nan]
            var scratch = slope
            _ = target.energy(at: point, slope: &slope)
            let expected = FiniteDifferences.gradient(at: point) { target.energy(at: $0, slope: &scratch) }
            #expect(FiniteDifferences.relativeDifference(slope, expected) < 1e-6)
        }
    }

    /// U₂ is a normal density of y about the wave, for any x: √(2π) 0.4 high in y, and 8 plus the two halves of a normal
    /// density, √(2π) 0.4, long in x.
    @Test func `the wave's mass is that of the closed form`() {
        let width = (2 * Double.pi).squareRoot() * 0.4
        #expect(abs(PlanePotential.wave.logNormalizer - log(width * (8 + width))) < 1e-6)
    }

    @Test(arguments: PlaneSet.allCases)
    func `points have the density that is said of them`(set: PlaneSet) {
        let (edge, step) = (6.0, 0.05)
        let axis = stride(from: -edge, to: edge, by: step).map { $0 + step / 2 }
        var mass = 0.0
        var right = 0.0
        var square = 0.0
        for y in axis {
            for x in axis {
                let share = exp(set.logDensity(x, y)) * step * step
                mass += share
                if x > 1 { right += share }
                square += share * (x * x + y * y)
            }
        }
        #expect(abs(mass - 1) < 1e-6)
        let count = 20_000
        let points = set.points(count, seed: 3, step: 5)
        let beyond = Double((0..<count).count { points[2 * $0] > 1 }) / Double(count)
        let squares = points.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
        // Four standard errors: shares have deviations of at most 0.5, squares of about 4.
        #expect(abs(beyond - right) < 4 * 0.5 / Double(count).squareRoot())
        #expect(abs(squares - square) < 4 * 4 / Double(count).squareRoot())
        #expect(points != set.points(count, seed: 4, step: 5) && points != set.points(count, seed: 3, step: 6))
    }

    @Test(.timeLimit(.minutes(5)))
    func `a quick run learns the densities, better with the width, and draws them`() throws {
        let laboratory = Laboratory(
            kernels: Kernels(.best), pool: ThreadPool(threadCount: 2), clock: { 0 }, report: { _ in })
        let report = try FlowExperiment(effort: .quick).report(
            seeds: [1], command: "lode reproduce flow", in: laboratory)
        func figures(_ table: ReportTable, _ row: Int) -> [Double] {
            table.rows[row].compactMap { cell in
                if case .seeds(let values) = cell { return values[0] }
                return nil
            }
        }
        let divergences = report.tables[0]
        #expect(divergences.rows.count == 4)
        for target in 0..<2 {
            let (narrow, wide) = (figures(divergences, 2 * target), figures(divergences, 2 * target + 1))
            for method in 0..<3 {
                // A standard normal is some 5 nats away; a divergence is not below 0 but by chance, 0.1 at 2,000 points.
                #expect(wide[method] > -0.1 && wide[method] < 2.5)
                // What two units can, eight can; training may stop a little short of it.
                #expect(wide[method] < narrow[method] + 0.2)
            }
        }
        for row in 0..<report.tables[1].rows.count {
            let figures = figures(report.tables[1], row)
            let least = figures[figures.count - 1]
            for value in figures.dropLast() {
                // The normal density with the set's moments has about 4 nats on the circles, 3.2 on the moons.
                #expect(value > least - 0.1 && value < least + 0.9)
            }
            // Both estimate the same thing, one with a noisy trace.
            #expect(abs(figures[2] - figures[3]) < 0.15)
        }
        #expect(report.pictures.map(\.name) == ["u1", "u4", "divergence", "circles", "moons"])
        #expect(report.pictures.allSatisfy { $0.svg.hasPrefix("<svg") && !$0.svg.contains("nan") })
    }
}
