import Foundation

/// One line of the benchmark's output.
struct Measurement {
    var name: String
    var seconds: Double
    var figures: [(String, Double)]

    func printLine() {
        let fields = figures.map { ", \"\($0.0)\": \(Self.format($0.1))" }.joined()
        print("{\"peer\": \"lode\", \"case\": \"\(name)\", \"seconds\": \(Self.format(seconds))\(fields)}")
        fflush(nil)
    }

    private static func format(_ value: Double) -> String { String(format: "%.6g", value) }

    /// The median time of `repetitions` runs after one that does not count.
    ///
    /// Never inlined: `Benchmarks/instructions` counts what happens in here.
    @inline(never)
    static func median(repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
        try body()
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<repetitions {
            let start = clock.now
            try body()
            let elapsed = clock.now - start
            times.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
        }
        return times.sorted()[repetitions / 2]
    }

    /// The most memory that the process has held so far.
    static func peakMegabytes() -> Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        // Linux counts in KiB.
        return Double(usage.ru_maxrss) / 1024
    }
}
