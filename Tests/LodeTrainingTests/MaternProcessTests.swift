import Foundation
import LodeNumerics
import LodeTraining
import Testing

@Suite struct MaternProcessTests {
    /// Gaussian process regression by the dense formula: k*ᵀ (K + noise² I)⁻¹ y, from the covariance function alone.
    private func dense(
        _ process: MaternProcess, times: [Double], values: [Double], at query: Double
    ) -> (mean: Double, variance: Double) {
        let lambda = 3.0.squareRoot() / process.lengthScale
        func kernel(_ a: Double, _ b: Double) -> Double {
            let distance = lambda * abs(a - b)
            return process.deviation * process.deviation * (1 + distance) * exp(-distance)
        }
        let n = times.count
        // Cholesky factor of K + noise² I.
        var factor = [[Double]](repeating: Array(repeating: 0, count: n), count: n)
        for i in 0..<n {
            for j in 0...i {
                var sum = kernel(times[i], times[j]) + (i == j ? process.noise * process.noise : 0)
                for k in 0..<j { sum -= factor[i][k] * factor[j][k] }
                factor[i][j] = i == j ? sum.squareRoot() : sum / factor[j][j]
            }
        }
        func forward(_ b: [Double]) -> [Double] {
            var x = b
            for i in 0..<n {
                for k in 0..<i { x[i] -= factor[i][k] * x[k] }
                x[i] /= factor[i][i]
            }
            return x
        }
        let cross = forward(times.map { kernel($0, query) })
        let whitened = forward(values)
        return (
            zip(cross, whitened).reduce(0) { $0 + $1.0 * $1.1 },
            kernel(query, query) - cross.reduce(0) { $0 + $1 * $1 }
        )
    }

    @Test(arguments: [
        MaternProcess(deviation: 1, lengthScale: 1, noise: 0.1),
        MaternProcess(deviation: 0.3, lengthScale: 20, noise: 0.5),
        MaternProcess(deviation: 5, lengthScale: 0.05, noise: 0.01),
    ])
    func `conditioning agrees with dense Gaussian process regression`(process: MaternProcess) {
        let random = CounterRandom(seed: 40, stream: 0)
        let times = (0..<25).map { 5 * random.uniform(UInt64($0)) }.sorted()
        let values = [0, 1].map { set in (0..<25).map { random.normal(UInt64(100 * (set + 1) + $0)) } }
        // At observations, between, before, after, repeated, unsorted.
        let queries = [2.2, times[3], -1, 7, times[24], 0.1, 2.2, times[0], 1e4]
        let result = process.conditional(times: times, values: values, at: queries)
        for (index, query) in queries.enumerated() {
            for set in 0..<2 {
                let expected = dense(process, times: times, values: values[set], at: query)
                // Both solve systems whose condition is about (deviation / noise)² · 25 < 10⁷.
                #expect(abs(result.means[set][index] - expected.mean) < 1e-8)
                #expect(abs(result.variances[index] - expected.variance) < 1e-8 * process.deviation * process.deviation)
            }
        }
    }

    @Test func `without observations it is the prior`() {
        let process = MaternProcess(deviation: 2, lengthScale: 3, noise: 1)
        let result = process.conditional(times: [], values: [[]], at: [1, 5])
        #expect(result.means == [[0, 0]])
        #expect(result.variances == [4, 4])
    }

    @Test func `far from the observations it falls back to the prior`() {
        let process = MaternProcess(deviation: 2, lengthScale: 1, noise: 0.1)
        let result = process.conditional(times: [0, 1], values: [[3, 3]], at: [1, 2, 1000])
        #expect(abs(result.means[0][0] - 3) < 0.05)
        #expect(result.variances[0] < result.variances[1])
        #expect(abs(result.means[0][2]) < 1e-12)
        #expect(abs(result.variances[2] - 4) < 1e-12)
    }

    @Test func `a process without deviation says nothing`() {
        let process = MaternProcess(deviation: 0, lengthScale: 1, noise: 0.1)
        let result = process.conditional(times: [0, 1], values: [[3, 3]], at: [0, 0.5, 9])
        #expect(result.means == [[0, 0, 0]])
        #expect(result.variances == [0, 0, 0])
    }

    @Test func `the likelihood is the product of one-step predictions, and that of noise without a process`() {
        let random = CounterRandom(seed: 41, stream: 0)
        let times = (0..<12).map { Double($0) + 0.7 * random.uniform(UInt64($0)) }
        let values = (0..<12).map { random.normal(UInt64(100 + $0)) }
        let process = MaternProcess(deviation: 1.5, lengthScale: 2, noise: 0.4)
        func logDensity(_ value: Double, _ mean: Double, _ variance: Double) -> Double {
            -0.5 * ((value - mean) * (value - mean) / variance + log(2 * .pi * variance))
        }
        var expected = 0.0
        for index in times.indices {
            let prediction = dense(
                process, times: Array(times[..<index]), values: Array(values[..<index]), at: times[index])
            expected += logDensity(values[index], prediction.mean, prediction.variance + 0.16)
        }
        #expect(abs(process.logLikelihood(times: times, values: values) - expected) < 1e-9)
        let silent = MaternProcess(deviation: 0, lengthScale: 1, noise: 0.4)
        let alone = values.reduce(0) { $0 + logDensity($1, 0, 0.16) }
        #expect(abs(silent.logLikelihood(times: times, values: values) - alone) < 1e-9)
    }
}
