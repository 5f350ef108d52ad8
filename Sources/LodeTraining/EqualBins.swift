/// Bins of about equal numbers of values, as tables and curves along a distance want them.
enum EqualBins {
    /// The ranges of ascending positions that make up to `count` bins; equal positions stay together, and no bin at the end
    /// holds fewer than `fewest`.
    static func ranges(of positions: [Double], count: Int, fewest: Int = 1) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for bin in 0..<count {
            var end = positions.count * (bin + 1) / count
            while end > start, end < positions.count, positions[end] == positions[end - 1] { end += 1 }
            if positions.count - end < fewest { end = positions.count }
            guard end > start else { continue }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}
