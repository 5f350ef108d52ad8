import LodeDomain

/// A training run's losses for people.
enum LearningCurve {
    /// At most about twenty epochs, evenly chosen, the last among them.
    static func lines(_ curve: [CurvePoint]) -> [String] {
        guard let last = curve.last else { return [] }
        let names = last.metrics.keys.sorted()
        var table = TextTable([("epoch", .right)] + names.map { ($0, .right) })
        let step = max(1, curve.count / 20)
        for (index, point) in curve.enumerated() where index % step == 0 || index == curve.count - 1 {
            table.add(["\(point.epoch)"] + names.map { point.metrics[$0].map(NumberText.short) ?? "-" })
        }
        return table.lines
    }
}
