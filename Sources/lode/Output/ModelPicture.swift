import LodeDomain
import LodePictures
import LodeService

/// What a model version is worth, as a vector image.
enum ModelPicture {
    /// What may be drawn.
    enum Kind: String, CaseIterable {
        case calibration
        case learningCurve = "learning-curve"
    }

    /// Claimed against measured coverage of the bands, in each regime; nil where nothing was measured.
    static func calibration(_ version: ModelVersionDescription) -> String? {
        guard let evaluation = version.metadata?.evaluation else { return nil }
        let ticks = [0, 0.25, 0.5, 0.75, 1].map { PictureFrame.Tick(value: $0, text: NumberText.percent($0)) }
        var frame = PictureFrame(
            title: "\(version.dataset), version \(version.version): calibration", width: 480,
            height: 460,
            x: .init(range: 0...1, ticks: ticks, title: "claimed"),
            y: .init(range: 0...1, ticks: ticks, title: "covered"))
        frame.line([0, 1], [0, 1], .gray, width: 1, dashed: true, legend: "perfect")
        var count = 0
        for (name, regime, ink) in [
            ("between", evaluation.interpolation, PictureFrame.Ink.blue), ("beyond", evaluation.extrapolation, .orange),
        ] {
            guard let score = regime?.model else { continue }
            let points = [(0.5, score.coverage50), (0.8, score.coverage80), (0.95, score.coverage95)]
                .compactMap { level, covered in covered.map { (x: level, y: $0) } }
            guard !points.isEmpty else { continue }
            count += 1
            frame.line(points.map(\.x), points.map(\.y), ink, legend: name)
            frame.dots(points, ink, legend: nil)
        }
        return count > 0 ? frame.svg : nil
    }

    /// Losses of training and validation by epoch; nil where fewer than two are known.
    static func learningCurve(_ version: ModelVersionDescription, _ curve: [CurvePoint]) -> String? {
        let lines = [("trainingLoss", "training", PictureFrame.Ink.gray), ("validationLoss", "validation", .blue)]
            .map { key, name, ink in
                let points = curve.compactMap { point in point.metrics[key].map { (Double(point.epoch), $0) } }
                return (name: name, ink: ink, points: points.filter { $0.1.isFinite })
            }.filter { $0.points.count > 1 }
        let epochs = lines.flatMap { $0.points.map(\.0) }
        guard let last = epochs.max() else { return nil }
        // The first epochs are far off, and would flatten the rest.
        let values = lines.flatMap { $0.points.filter { $0.0 > last / 20 }.map(\.1) }.sorted()
        guard let low = values.first, let high = values.last else { return nil }
        let room = max((high - low) * 0.06, 1e-9)
        var frame = PictureFrame(
            title: "\(version.dataset), version \(version.version): loss by epoch", width: 720, height: 360,
            x: .init(0...last, title: "epoch"), y: .init(low - room...high + room, title: "loss"))
        for line in lines {
            let inside = line.points.map { $0.1 <= high ? $0.1 : .nan }
            frame.line(line.points.map(\.0), inside, line.ink, legend: line.name)
        }
        return frame.svg
    }
}
