internal import LodeNumerics

extension [Double] {
    /// The distance of a time to the nearest of these, ascending; infinite where there is none.
    package func distance(to time: Double) -> Double {
        let next = partitioningIndex { $0 >= time }
        let after = next < count ? self[next] - time : .infinity
        let before = next > 0 ? time - self[next - 1] : .infinity
        return Swift.min(after, before)
    }
}
