import LodeDomain
import LodeService

/// A series drawn with characters: band shaded, median as a line of braille dots, observations on top.
struct SeriesPlot {
    let title: String
    let axis: TimeAxis
    let span: ClosedRange<Double>
    let seen: [SeriesObservations.Point]
    let heldOut: [SeriesObservations.Point]
    /// Evenly spaced over `span`, if there is a model.
    let forecast: PredictionAnswer.Channel?

    private static let seenMark: Character = "●"
    private static let heldOutMark: Character = "×"
    private static let bandMark: Character = "░"

    /// The lines, `height` of them for the plot and a few around it.
    func lines(width: Int, height: Int) -> [String] {
        let band = (low: forecast?.quantiles["0.1"] ?? [], high: forecast?.quantiles["0.9"] ?? [])
        let values = (seen + heldOut).filter { span.contains($0.time) }.map(\.value) + band.low + band.high
        let finite = values.filter(\.isFinite)
        guard var low = finite.min(), var high = finite.max() else { return [title, "nothing to draw"] }
        let margin = high > low ? (high - low) * 0.04 : max(abs(high) * 0.01, 1e-9)
        low -= margin
        high += margin

        let digits = NumberText.digits(for: high - low)
        let labelWidth = max(NumberText.fixed(low, digits).count, NumberText.fixed(high, digits).count)
        var canvas = CharacterCanvas(
            columns: max(width - labelWidth - 2, 10), rows: height, horizontal: span, vertical: low...high)
        for (index, time) in times(band.low.count).enumerated() {
            canvas.shade(at: time, from: band.low[index], to: band.high[index], with: Self.bandMark)
        }
        if let median = forecast?.median { canvas.line(times(median.count), median) }
        for point in heldOut { canvas.mark(point.time, point.value, with: Self.heldOutMark) }
        for point in seen { canvas.mark(point.time, point.value, with: Self.seenMark) }

        var lines = [title]
        for (row, text) in canvas.lines.enumerated() {
            let value = high - (high - low) * (Double(row) + 0.5) / Double(height)
            let label = row % 4 == 0 ? NumberText.fixed(value, digits) : ""
            lines.append(String(repeating: " ", count: labelWidth - label.count) + label + " │" + text)
        }
        let indent = String(repeating: " ", count: labelWidth + 1)
        lines.append(indent + "└" + String(repeating: "─", count: canvas.columns))
        lines.append(indent + " " + timeLabels(columns: canvas.columns))
        lines.append(legend)
        return lines
    }

    private func times(_ count: Int) -> [Double] {
        count > 1 ? TimeOptions.grid(span.lowerBound, span.upperBound, count) : []
    }

    private func timeLabels(columns: Int) -> String {
        let first = label(span.lowerBound)
        let last = label(span.upperBound)
        let middle = label((span.lowerBound + span.upperBound) / 2)
        let room = columns - first.count - last.count
        guard room > middle.count + 2 else { return first + String(repeating: " ", count: max(room, 1)) + last }
        let before = max(columns / 2 - middle.count / 2 - first.count, 1)
        return first + String(repeating: " ", count: before) + middle
            + String(repeating: " ", count: max(room - before - middle.count, 1)) + last
    }

    private func label(_ time: Double) -> String {
        switch axis {
        case .numeric: NumberText.short(time)
        case .dateTime: TimeValue(time, on: axis).description
        }
    }

    private var legend: String {
        var parts = ["\(Self.seenMark) observed"]
        if !heldOut.isEmpty { parts.append("\(Self.heldOutMark) held out") }
        if forecast != nil { parts += ["⠒⠤ median", "\(Self.bandMark) 80 % band"] }
        return parts.joined(separator: "   ")
    }
}
