extension RandomAccessCollection {
    /// The first index of an element for which `belongsBehind` holds, where it holds for all after it; else `endIndex`.
    ///
    /// Cost: O(log count).
    @inlinable
    package func partitioningIndex(where belongsBehind: (Element) -> Bool) -> Index {
        var low = startIndex
        var count = self.count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if belongsBehind(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
