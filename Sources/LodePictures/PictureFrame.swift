internal import Foundation

/// A vector image (SVG) with axes, drawn upon in the units of the data.
public struct PictureFrame: Sendable {
    /// Colours that differ for those who see none, too, and on paper.
    public enum Ink: String, Sendable, CaseIterable {
        /// The first choice.
        case blue = "#1f5fa8"
        /// The second.
        case orange = "#b4530a"
        /// The third.
        case green = "#1c7a5a"
        /// What was observed.
        case black = "#26303f"
        /// What only guides the eye.
        case gray = "#8b93a3"
    }

    private static let margin = (left: 64.0, right: 28.0, top: 40.0, bottom: 62.0)

    let width: Double
    let height: Double
    private let x: Axis
    private let y: Axis
    private var elements: [String] = []
    private var legend: [(text: String, mark: String)] = []
    private var stacked = 0.0

    /// An empty frame of `width` by `height` pixels with its axes.
    public init(title: String, width: Int, height: Int, x: Axis, y: Axis) {
        self.width = Double(width)
        self.height = Double(height)
        self.x = x
        self.y = y
        let left = Self.margin.left
        elements.append(Self.text(title, left, 24, "font-size=\"16\" font-weight=\"600\" fill=\"#1c2330\""))
        let (first, last) = (across(x.range.lowerBound), across(x.range.upperBound))
        let floor = up(y.range.lowerBound)
        for tick in y.ticks {
            let at = up(tick.value)
            elements.append(
                "<path d=\"M\(Self.number(first)) \(Self.number(at))H\(Self.number(last))\" stroke=\"#e4e1d9\"/>")
            elements.append(Self.text(tick.text, left - 8, at + 4, "text-anchor=\"end\""))
        }
        for tick in x.ticks {
            elements.append(Self.text(tick.text, across(tick.value), floor + 18, "text-anchor=\"middle\""))
        }
        elements.append(
            "<path d=\"M\(Self.number(first)) \(Self.number(floor))H\(Self.number(last))\" stroke=\"#8b93a3\"/>")
        if !x.title.isEmpty { elements.append(Self.text(x.title, last, floor + 34, "text-anchor=\"end\"")) }
        if !y.title.isEmpty { elements.append(Self.text(y.title, left, 36, "font-size=\"11\"")) }
    }

    /// The image's text.
    public var svg: String { Self.document(width: width, height: height, drawing) }

    /// What is drawn, the legend last.
    var drawing: [String] {
        var lines = elements
        var place = Self.margin.left
        for entry in legend {
            lines.append(
                "<g transform=\"translate(\(Self.number(place)) \(Self.number(height - 12)))\">\(entry.mark)</g>")
            lines.append(Self.text(entry.text, place + 28, height - 8, ""))
            // Letters of this font are about so wide.
            place += 44 + 6.6 * Double(entry.text.count)
        }
        return lines
    }

    /// A whole image of `lines` on white.
    static func document(width: Double, height: Double, _ lines: [String]) -> String {
        let head = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
            width="\(number(width))" height="\(number(height))" \
            font-family="system-ui, sans-serif" font-size="12" fill="#586173">
            """,
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        ]
        return (head + lines).joined(separator: "\n") + "\n</svg>\n"
    }

    /// Shades all heights between two values of `x`.
    public mutating func shade(_ range: ClosedRange<Double>, text: String) {
        let (from, to) = (across(range.lowerBound), across(range.upperBound))
        guard to > from else { return }
        let top = Self.margin.top
        elements.append(
            """
            <rect x="\(Self.number(from))" y="\(Self.number(top))" width="\(Self.number(to - from))" \
            height="\(Self.number(height - top - Self.margin.bottom))" fill="#8a7a55" fill-opacity=".09"/>
            """)
        if to - from > 90 { elements.append(Self.text(text, from + 6, top + 13, "font-size=\"11\"")) }
    }

    /// Fills between two lines.
    public mutating func band(
        _ xs: [Double], lower: [Double], upper: [Double], _ ink: Ink, opacity: Double, legend text: String?
    ) {
        let there = zip(xs, upper).map { point($0, $1) }
        let back = zip(xs, lower).map { point($0, $1) }.reversed()
        let paint = "fill=\"\(ink.rawValue)\" fill-opacity=\"\(opacity)\""
        elements.append("<path d=\"M\((there + back).joined(separator: "L"))Z\" \(paint)/>")
        // In the image the wider bands lie below it, so it looks darker there.
        stacked += opacity
        if let text {
            let mark =
                "<rect y=\"-6\" width=\"20\" height=\"10\" fill=\"\(ink.rawValue)\" fill-opacity=\"\(stacked)\"/>"
            legend.append((text, mark))
        }
    }

    /// A line; where a value is missing (NaN) it has a gap.
    public mutating func line(
        _ xs: [Double], _ ys: [Double], _ ink: Ink, width: Double = 2, dashed: Bool = false, legend text: String?
    ) {
        var pieces: [[String]] = [[]]
        for (x, y) in zip(xs, ys) {
            if y.isFinite { pieces[pieces.count - 1].append(point(x, y)) } else { pieces.append([]) }
        }
        let path = pieces.filter { $0.count > 1 }.map { "M" + $0.joined(separator: "L") }.joined()
        let paint =
            "fill=\"none\" stroke=\"\(ink.rawValue)\" stroke-width=\"\(width)\""
            + (dashed ? " stroke-dasharray=\"5 4\"" : "")
        elements.append("<path d=\"\(path)\" \(paint)/>")
        if let text { legend.append((text, "<path d=\"M0 -1H20\" \(paint)/>")) }
    }

    /// Dots, filled or hollow; those outside the frame are left out.
    public mutating func dots(
        _ points: [(x: Double, y: Double)], _ ink: Ink, hollow: Bool = false, legend text: String?
    ) {
        let paint = hollow ? "fill=\"#fff\" stroke=\"\(ink.rawValue)\"" : "fill=\"\(ink.rawValue)\""
        let radius = points.count > 400 ? "1.6" : "3"
        for one in points where x.range.contains(one.x) && y.range.contains(one.y) {
            elements.append(
                "<circle cx=\"\(Self.number(across(one.x)))\" cy=\"\(Self.number(up(one.y)))\" r=\"\(radius)\" \(paint)/>"
            )
        }
        if let text { legend.append((text, "<circle cx=\"10\" cy=\"-1\" r=\"3\" \(paint)/>")) }
    }

    /// Cells of a grid over `x` and `y`, the darker the larger; row 0 is the lowest, and a row holds `columns` values.
    ///
    /// Shades are sixteen, from nothing at 0 to full at `largest` (by default the largest value); a value that is not a
    /// number leaves its cell empty.
    public mutating func cells(
        _ values: [Double], columns: Int, x: ClosedRange<Double>, y: ClosedRange<Double>, _ ink: Ink,
        largest: Double? = nil
    ) {
        precondition(columns > 0 && values.count % columns == 0, "\(values.count) cells in rows of \(columns)")
        let most = largest ?? values.filter(\.isFinite).max() ?? 0
        guard most > 0 else { return }
        let rows = values.count / columns
        func edge(_ range: ClosedRange<Double>, _ index: Int, of count: Int) -> Double {
            range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(count)
        }
        // One path a shade, of runs of neighbours: a few kilobytes where a rectangle a cell would take megabytes.
        var paths: [String] = Array(repeating: "", count: 17)
        func shade(_ value: Double) -> Int {
            value.isFinite ? Int((16 * min(max(value / most, 0), 1)).rounded()) : 0
        }
        for row in 0..<rows {
            let top = up(edge(y, row + 1, of: rows))
            let bottom = up(edge(y, row, of: rows))
            var column = 0
            while column < columns {
                let first = column
                let level = shade(values[row * columns + column])
                while column < columns, shade(values[row * columns + column]) == level { column += 1 }
                guard level > 0 else { continue }
                let left = across(edge(x, first, of: columns))
                let right = across(edge(x, column, of: columns))
                paths[level] +=
                    "M\(Self.number(left)) \(Self.number(top))H\(Self.number(right))V\(Self.number(bottom))"
                    + "H\(Self.number(left))Z"
            }
        }
        for level in 1...16 where !paths[level].isEmpty {
            let paint =
                "fill=\"\(ink.rawValue)\" fill-opacity=\"\(Double(level) / 16)\" shape-rendering=\"crispEdges\""
            elements.append("<path d=\"\(paths[level])\" \(paint)/>")
        }
    }

    private func across(_ value: Double) -> Double {
        Self.margin.left + x.share(of: value) * (width - Self.margin.left - Self.margin.right)
    }

    private func up(_ value: Double) -> Double {
        height - Self.margin.bottom - y.share(of: value) * (height - Self.margin.top - Self.margin.bottom)
    }

    /// A point, held to the frame's heights so that one value far out does not draw over the rest.
    private func point(_ x: Double, _ y: Double) -> String {
        let held = min(max(y, self.y.range.lowerBound), self.y.range.upperBound)
        return "\(Self.number(across(x))) \(Self.number(up(held)))"
    }

    static func text(_ text: String, _ x: Double, _ y: Double, _ attributes: String) -> String {
        let safe = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return "<text x=\"\(number(x))\" y=\"\(number(y))\" \(attributes)>\(safe)</text>"
    }

    /// A tenth of a pixel is finer than any screen shows.
    static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
