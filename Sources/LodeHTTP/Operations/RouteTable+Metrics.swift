import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService
import NIOCore

extension RouteTable {
    /// `/metrics`, in the text form of Prometheus.
    mutating func addMetrics(_ services: APIServices, meter: Meter, version: String) {
        on(
            .get, "/metrics", Operation(.read, "Counts what it does, for Prometheus", .text("text/plain"))
        ) { _, _ in
            var text = MetricText()
            text.head(Metric(name: "lode_build_info", kind: "gauge", help: "Which build this is."))
            text.sample("lode_build_info", ["version", version], 1)
            let counts = try await services.jobs.counts()
            text.head(Metric(name: "lode_jobs", kind: "gauge", help: "Jobs in each state."))
            for state in JobState.allCases {
                text.sample("lode_jobs", ["state", state.rawValue], Double(counts[state.rawValue] ?? 0))
            }
            meter.write(to: &text)
            ProcessGauges.write(to: &text)
            var headers = HTTPFields()
            headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text.text)))
        }
    }
}
