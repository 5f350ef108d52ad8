/// A grid of characters with a coordinate system; what is drawn later lies on top.
struct CharacterCanvas {
    let columns: Int
    let rows: Int
    private let horizontal: ClosedRange<Double>
    private let vertical: ClosedRange<Double>
    private var cells: [Character]
    /// Dots of the line, 2 by 4 to a cell, as the low byte of a braille character.
    private var dots: [UInt8]
    private var marks: [Character?]

    init(columns: Int, rows: Int, horizontal: ClosedRange<Double>, vertical: ClosedRange<Double>) {
        self.columns = columns
        self.rows = rows
        self.horizontal = horizontal
        self.vertical = vertical
        cells = Array(repeating: " ", count: columns * rows)
        dots = Array(repeating: 0, count: columns * rows)
        marks = Array(repeating: nil, count: columns * rows)
    }

    /// The rows from the top.
    var lines: [String] {
        (0..<rows).map { row in
            var line = String(
                (0..<columns).map { column -> Character in
                    let cell = row * columns + column
                    if let mark = marks[cell] { return mark }
                    if dots[cell] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[cell])) {
                        return Character(scalar)
                    }
                    return cells[cell]
                })
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    /// Fills a column between two heights.
    mutating func shade(at x: Double, from low: Double, to high: Double, with character: Character) {
        guard let column = place(x, horizontal, columns), low.isFinite, high.isFinite else { return }
        let bottom = clampedRow(low)
        let top = clampedRow(high)
        guard top <= bottom, high >= vertical.lowerBound, low <= vertical.upperBound else { return }
        for row in top...bottom { cells[row * columns + column] = character }
    }

    /// Puts a character at a point.
    mutating func mark(_ x: Double, _ y: Double, with character: Character) {
        guard let column = place(x, horizontal, columns), let up = place(y, vertical, rows) else { return }
        marks[(rows - 1 - up) * columns + column] = character
    }

    /// Draws a line through points in order of `x`, with gaps where a value is not finite or out of sight.
    mutating func line(_ x: [Double], _ y: [Double]) {
        for index in x.indices.dropFirst() {
            guard y[index - 1].isFinite, y[index].isFinite else { continue }
            // Twice the dots between two points in either direction leaves no gap.
            let across = abs(x[index] - x[index - 1]) / (horizontal.upperBound - horizontal.lowerBound)
            let along = abs(y[index] - y[index - 1]) / (vertical.upperBound - vertical.lowerBound)
            let steps = max(1, Int((max(across * Double(columns * 2), along * Double(rows * 4)) * 2).rounded(.up)))
            for step in 0...min(steps, 10_000) {
                let share = Double(step) / Double(steps)
                dot(x[index - 1] + (x[index] - x[index - 1]) * share, y[index - 1] + (y[index] - y[index - 1]) * share)
            }
        }
    }

    private mutating func dot(_ x: Double, _ y: Double) {
        guard let across = place(x, horizontal, columns * 2), let up = place(y, vertical, rows * 4) else { return }
        let down = rows * 4 - 1 - up
        // The bits of a braille character run down the left column, then the right; its fourth row came later.
        let bit: UInt8 =
            switch (down % 4, across % 2) {
            case (3, 0): 0x40
            case (3, _): 0x80
            case (let row, let side): 1 << UInt8(row + 3 * side)
            }
        dots[down / 4 * columns + across / 2] |= bit
    }

    /// Which of `count` equal parts of `range` the value lies in; nil where it lies outside.
    private func place(_ value: Double, _ range: ClosedRange<Double>, _ count: Int) -> Int? {
        guard value.isFinite, range.contains(value) else { return nil }
        let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        return min(Int(share * Double(count)), count - 1)
    }

    private func clampedRow(_ y: Double) -> Int {
        let share = (y - vertical.lowerBound) / (vertical.upperBound - vertical.lowerBound)
        return rows - 1 - min(max(Int((share * Double(rows)).rounded(.down)), 0), rows - 1)
    }
}
