import Synchronization

/// Counts what a daemon does, for `/metrics`.
///
/// Labels have few values: routes as they are declared, never paths as they were asked for.
final class Meter: Sendable {
    /// A series of a metric.
    private struct Key: Hashable {
        var name: String
        var labels: [String]
    }

    private struct Histogram {
        var buckets: [UInt64]
        var sum = 0.0
        var count: UInt64 = 0
    }

    private struct State {
        var counters: [Key: Double] = [:]
        var histograms: [Key: Histogram] = [:]
    }

    /// Upper ends of the buckets of durations, in seconds.
    private static let bounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private let state = Mutex(State())

    /// Adds to a counter or gauge; `labels` are names and values in turn.
    func add(_ amount: Double, to name: String, _ labels: [String] = []) {
        state.withLock { $0.counters[Key(name: name, labels: labels), default: 0] += amount }
    }

    /// Notes how long something took.
    func observe(_ seconds: Double, in name: String, _ labels: [String] = []) {
        state.withLock { state in
            var histogram =
                state.histograms[Key(name: name, labels: labels)]
                ?? Histogram(buckets: Array(repeating: 0, count: Self.bounds.count))
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { histogram.buckets[index] += 1 }
            histogram.sum += seconds
            histogram.count += 1
            state.histograms[Key(name: name, labels: labels)] = histogram
        }
    }

    /// A bound as clients of Prometheus write it: whole numbers without a fraction.
    private static func label(_ bound: Double) -> String { Int(exactly: bound).map { "\($0)" } ?? "\(bound)" }

    /// What has been counted, in the text form of Prometheus.
    func write(to text: inout MetricText) {
        let state = state.withLock { $0 }
        for metric in Metric.counted {
            text.head(metric)
            let series = state.counters.filter { $0.key.name == metric.name }
            for (key, value) in series.sorted(by: { $0.key.labels < $1.key.labels }) {
                text.sample(metric.name, key.labels, value)
            }
        }
        for metric in Metric.timed {
            text.head(metric)
            let series = state.histograms.filter { $0.key.name == metric.name }
            for (key, histogram) in series.sorted(by: { $0.key.labels < $1.key.labels }) {
                for (bound, count) in zip(Self.bounds, histogram.buckets) {
                    text.sample("\(metric.name)_bucket", key.labels + ["le", Self.label(bound)], Double(count))
                }
                text.sample("\(metric.name)_bucket", key.labels + ["le", "+Inf"], Double(histogram.count))
                text.sample("\(metric.name)_sum", key.labels, histogram.sum)
                text.sample("\(metric.name)_count", key.labels, Double(histogram.count))
            }
        }
    }
}

/// A metric by name, kind and meaning.
struct Metric: Hashable {
    var name: String
    var kind: String
    var help: String

    static let requests = Metric(
        name: "lode_http_requests_total", kind: "counter", help: "Requests answered, by route, method and status.")
    static let inFlight = Metric(
        name: "lode_http_requests_in_flight", kind: "gauge", help: "Requests that are being answered.")
    static let answersReused = Metric(
        name: "lode_prediction_answers_reused_total", kind: "counter",
        help: "Questions that were answered with the bytes of an earlier answer.")
    static let predictedTimes = Metric(
        name: "lode_predicted_times_total", kind: "counter", help: "Times that were predicted.")
    static let duration = Metric(
        name: "lode_http_request_duration_seconds", kind: "histogram",
        help: "Time to the head of the answer, by route.")

    static let counted = [requests, inFlight, answersReused, predictedTimes]
    static let timed = [duration]
}

extension [String] {
    fileprivate static func < (lhs: [String], rhs: [String]) -> Bool { lhs.lexicographicallyPrecedes(rhs) }
}

/// The text form of Prometheus, version 0.0.4.
struct MetricText {
    private(set) var text = ""

    mutating func head(_ metric: Metric) {
        text += "# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.kind)\n"
    }

    mutating func sample(_ name: String, _ labels: [String], _ value: Double) {
        let pairs = stride(from: 0, to: labels.count - 1, by: 2).map { index in
            "\(labels[index])=\"\(Self.escaped(labels[index + 1]))\""
        }
        let number = Int64(exactly: value).map { "\($0)" } ?? "\(value)"
        text += "\(name)\(pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") \(number)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
