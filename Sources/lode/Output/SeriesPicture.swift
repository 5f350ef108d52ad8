import LodeDomain
import LodePictures
import LodeService

/// A series as a vector image: bands, median, observations as dots, and what lies beyond them shaded.
struct SeriesPicture {
    let title: String
    let channel: String
    let axis: TimeAxis
    let span: ClosedRange<Double>
    let seen: [SeriesObservations.Point]
    let heldOut: [SeriesObservations.Point]
    /// With the intervals that ``levels`` names, if there is a model.
    let prediction: PredictionAnswer?

    /// The bands that are drawn, in percent.
    static let levels = [50.0, 80, 95]
    private static let opacities = ["95": 0.12, "80": 0.16, "50": 0.22]

    /// The image's text; nil where there is nothing to draw.
    func svg(width: Int, height: Int) throws(ServiceError) -> String? {
        let forecast = prediction?.channels.first { $0.channel == channel }
        let edges = forecast?.intervals?.values.flatMap { $0.lower + $0.upper } ?? []
        let values = ((seen + heldOut).filter { span.contains($0.time) }.map(\.value) + edges).filter(\.isFinite)
        guard let low = values.min(), let high = values.max() else { return nil }
        let room = high > low ? (high - low) * 0.06 : max(abs(high) * 0.01, 1e-9)
        var frame = PictureFrame(
            title: title, width: width, height: height, x: timeAxis, y: .init(low - room...high + room, title: channel))
        if let prediction, let forecast {
            var times: [Double] = []
            for time in prediction.times { times.append(try time.time(on: axis, pointer: "/times")) }
            for range in Self.extrapolated(prediction.regimes, times) { frame.shade(range, text: "beyond the data") }
            for (key, opacity) in Self.opacities.sorted(by: { $0.key > $1.key }) {
                guard let interval = forecast.intervals?[key] else { continue }
                frame.band(
                    times, lower: interval.lower, upper: interval.upper, .blue, opacity: opacity,
                    legend: "\(key) % band")
            }
            frame.line(times, forecast.median, .blue, legend: "median")
        }
        frame.dots(
            heldOut.map { ($0.time, $0.value) }, .black, hollow: true, legend: heldOut.isEmpty ? nil : "held out")
        frame.dots(seen.map { ($0.time, $0.value) }, .black, legend: "observed")
        return frame.svg
    }

    private var timeAxis: PictureFrame.Axis {
        switch axis {
        case .numeric(let unit): return .init(span, count: 8, title: unit ?? "")
        case .dateTime:
            let ticks = TimeOptions.grid(span.lowerBound, span.upperBound, 5).map { time in
                PictureFrame.Tick(value: time, text: String(TimeValue(time, on: axis).description.prefix(10)))
            }
            return .init(range: span, ticks: ticks)
        }
    }

    /// Ranges of neighbouring times beyond the observations.
    private static func extrapolated(_ regimes: [PredictionRegime], _ times: [Double]) -> [ClosedRange<Double>] {
        var ranges: [ClosedRange<Double>] = []
        var start: Int?
        for index in 0...regimes.count {
            let isBeyond = index < regimes.count && regimes[index] == .extrapolation
            if isBeyond, start == nil { start = index }
            if !isBeyond, let first = start {
                ranges.append(times[first]...times[index - 1])
                start = nil
            }
        }
        return ranges
    }
}
