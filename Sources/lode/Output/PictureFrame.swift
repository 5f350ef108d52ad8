import Glibc

/// A vector image (SVG) with axes, drawn upon in the units of the data.
struct PictureFrame {
    /// A tick of an axis.
    struct Tick: Hashable {
        var value: Double
        var text: String
    }

    /// One axis.
    struct Axis {
        var range: ClosedRange<Double>
        var ticks: [Tick]
        var title = ""
    }

    /// Colours that differ for those who see none, too, and on paper.
    enum Ink: String, CaseIterable {
        case blue = "#1f5fa8"
        case orange = "#b4530a"
        case green = "#1c7a5a"
        case black = "#26303f"
        case gray = "#8b93a3"
    }

    private static let margin = (left: 64.0, right: 28.0, top: 40.0, bottom: 62.0)

    private let width: Double
    private let height: Double
    private let x: Axis
    private let y: Axis
    private var elements: [String] = []
    private var legend: [(text: String, mark: String)] = []
    private var stacked = 0.0

    /// An empty frame of `width` by `height` pixels with its axes.
    init(title: String, width: Int, height: Int, x: Axis, y: Axis) {
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
    var svg: String {
        var lines = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
            width="\(Self.number(width))" height="\(Self.number(height))" \
            font-family="system-ui, sans-serif" font-size="12" fill="#586173">
            """,
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        ]
        lines += elements
        var place = Self.margin.left
        for entry in legend {
            lines.append(
                "<g transform=\"translate(\(Self.number(place)) \(Self.number(height - 12)))\">\(entry.mark)</g>")
            lines.append(Self.text(entry.text, place + 28, height - 8, ""))
            // Letters of this font are about so wide.
            place += 44 + 6.6 * Double(entry.text.count)
        }
        return lines.joined(separator: "\n") + "\n</svg>\n"
    }

    /// Shades all heights between two values of `x`.
    mutating func shade(_ range: ClosedRange<Double>, text: String) {
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
    mutating func band(
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
    mutating func line(
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
    mutating func dots(_ points: [(x: Double, y: Double)], _ ink: Ink, hollow: Bool = false, legend text: String?) {
        let paint = hollow ? "fill=\"#fff\" stroke=\"\(ink.rawValue)\"" : "fill=\"\(ink.rawValue)\""
        let radius = points.count > 400 ? "1.6" : "3"
        for one in points where x.range.contains(one.x) && y.range.contains(one.y) {
            elements.append(
                "<circle cx=\"\(Self.number(across(one.x)))\" cy=\"\(Self.number(up(one.y)))\" r=\"\(radius)\" \(paint)/>"
            )
        }
        if let text { legend.append((text, "<circle cx=\"10\" cy=\"-1\" r=\"3\" \(paint)/>")) }
    }

    private func across(_ value: Double) -> Double {
        let share = (value - x.range.lowerBound) / (x.range.upperBound - x.range.lowerBound)
        return Self.margin.left + share * (width - Self.margin.left - Self.margin.right)
    }

    private func up(_ value: Double) -> Double {
        let share = (value - y.range.lowerBound) / (y.range.upperBound - y.range.lowerBound)
        return height - Self.margin.bottom - share * (height - Self.margin.top - Self.margin.bottom)
    }

    /// A point, held to the frame's heights so that one value far out does not draw over the rest.
    private func point(_ x: Double, _ y: Double) -> String {
        let held = min(max(y, self.y.range.lowerBound), self.y.range.upperBound)
        return "\(Self.number(across(x))) \(Self.number(up(held)))"
    }

    private static func text(_ text: String, _ x: Double, _ y: Double, _ attributes: String) -> String {
        let safe = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return "<text x=\"\(number(x))\" y=\"\(number(y))\" \(attributes)>\(safe)</text>"
    }

    /// A tenth of a pixel is finer than any screen shows.
    private static func number(_ value: Double) -> String { NumberText.fixed(value, 1) }
}

extension PictureFrame.Axis {
    /// An axis over `range` with about `count` ticks at 1, 2 or 5 times a power of ten.
    init(_ range: ClosedRange<Double>, count: Int = 6, title: String = "") {
        let rough = (range.upperBound - range.lowerBound) / Double(count)
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
        let digits = max(0, -Int(log10(step).rounded(.down)))
        let first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step).rounded(.down)
        let ticks = stride(from: first, through: last, by: 1).map { index in
            PictureFrame.Tick(value: index * step, text: NumberText.fixed(index * step + 0, digits))
        }
        self.init(range: range, ticks: ticks, title: title)
    }
}
