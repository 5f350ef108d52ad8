/// Finds what a mistyped name was meant to be.
public enum NearestName {
    /// The candidate with the fewest edits from `name`, or nil where none is near.
    ///
    /// An edit inserts, deletes or replaces a character; case does not count. Near means at most one edit for each
    /// three characters, and at least one.
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        let limit = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let letters = Array(candidate.lowercased().unicodeScalars)
            // A name of megabytes is compared with nothing: as many edits as the lengths differ by are needed in any case.
            guard abs(letters.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, letters)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The Levenshtein distance.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (lineIndex, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = lineIndex + 1
            for column in right.indices {
                let replaced = diagonal + (right[column] == scalar ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
