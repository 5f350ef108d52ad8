internal import LodeModels
internal import LodePictures
internal import LodeTraining

/// The paper's figures of spirals: reconstructions, extrapolations through time both ways, and latent trajectories; and what is
/// decoded from other initial latent states.
///
/// Chen et al. 2018, figure 8, b and c, and figure 9.
struct SpiralFigure {
    /// Points before the window and after it that are extrapolated to.
    private static let reach = 100
    /// Series of the test set to draw: a clockwise one and one that is not.
    private static let shown = 2
    /// Series of the test set whose latent trajectories are drawn.
    private static let latentCount = 12

    private var frames: [PictureFrame] = []
    private var latentFrames: [PictureFrame] = []
    private var variedFrames: [PictureFrame] = []

    /// Adds a row of panels for a model of windows with `observed` points.
    ///
    /// The model is drawn without its local correction.
    ///
    /// - Parameter series: test series, the first ones of which are shown.
    mutating func add(
        _ model: TrainedModel, set: SpiralSet, series: [Int], seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) {
        for index in series.prefix(Self.shown) {
            frames.append(try frame(of: index, model, set: set, seed: seed, in: laboratory))
        }
        // Those of the last model are kept: the one that has seen most points.
        variedFrames = try variedFrames(of: model, set: set, in: laboratory)
        latentFrames.append(
            try latentFrame(model, set: set, series: series.prefix(Self.latentCount), seed: seed, in: laboratory))
    }

    /// What has been drawn.
    var pictures: [ReportPicture] {
        [
            ReportPicture(
                name: "reconstructions",
                caption: "the window's observations, the curve, and Lode's mean on the window and beyond it both ways",
                svg: PictureSheet(
                    title: "Spirals: reconstruction, and extrapolation both ways in time", columns: Self.shown,
                    frames: frames
                ).svg),
            ReportPicture(
                name: "latent", caption: "the latent trajectories of test series from their window's start to its end",
                svg: PictureSheet(
                    title: "Spirals: latent trajectories", columns: latentFrames.count, frames: latentFrames
                ).svg),
            ReportPicture(
                name: "varied",
                caption: "what is decoded from a grid of initial latent states, in three thirds of a window's time",
                svg: PictureSheet(
                    title: "Spirals: decoded from varied z(0), the first component across and the second up",
                    columns: Self.grid.count, frames: variedFrames
                ).svg),
        ]
    }

    private func frame(
        of index: Int, _ model: TrainedModel, set: SpiralSet, seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) -> PictureFrame {
        let window = set.observations(index)
        let whole = set.truth(index, points: -Self.reach..<SpiralSet.windowPoints + Self.reach)
        let parts: [(points: Range<Int>, ink: PictureFrame.Ink, text: String)] = [
            (-Self.reach..<1, .orange, "before the window"),
            (0..<SpiralSet.windowPoints, .blue, "the window"),
            (SpiralSet.windowPoints - 1..<whole.times.count - Self.reach, .green, "after it"),
        ]
        let prepared = prepared(window, model, seed: seed, in: laboratory)
        var means: [(xs: [Double], ys: [Double])] = []
        for part in parts {
            let times = part.points.map { Double($0) * SpiralSet.timeStep }
            let answer: PredictiveSeries
            do {
                answer = try prepared.predict(times)
            } catch {
                throw .solver(error)
            }
            means.append((times.indices.map { answer[$0, 0].mean }, times.indices.map { answer[$0, 1].mean }))
        }
        let exact = Self.coordinates(whole)
        let seen = Self.coordinates(window)
        var frame = PictureFrame(
            title: "\(set.observed) points, \(set.isClockwise(index) ? "clockwise" : "counter-clockwise")", width: 520,
            height: 420, x: Self.axis(exact.map(\.x) + seen.map(\.x)), y: Self.axis(exact.map(\.y) + seen.map(\.y)))
        frame.line(exact.map(\.x), exact.map(\.y), .gray, dashed: true, legend: "the curve")
        for (part, mean) in zip(parts, means) { frame.line(mean.xs, mean.ys, part.ink, legend: part.text) }
        frame.dots(seen, .black, legend: nil)
        return frame
    }

    private func latentFrame(
        _ model: TrainedModel, set: SpiralSet, series: ArraySlice<Int>, seed: UInt64, in laboratory: Laboratory
    ) throws(ExperimentError) -> PictureFrame {
        let times = (0..<SpiralSet.windowPoints).map { Double($0) * SpiralSet.timeStep }
        let latent = model.model.configuration.latentDimension
        var paths: [(xs: [Double], ys: [Double], isClockwise: Bool)] = []
        for index in series {
            let states: [Float]
            do {
                states = try prepared(set.observations(index), model, seed: seed, in: laboratory).latentStates(times)
            } catch {
                throw .solver(error)
            }
            // The first sample's first two components.
            let rows = times.indices.map { $0 * latent }
            paths.append(
                (rows.map { Double(states[$0]) }, rows.map { Double(states[$0 + 1]) }, set.isClockwise(index)))
        }
        var frame = PictureFrame(
            title: "\(set.observed) points", width: 400, height: 380, x: Self.axis(paths.flatMap(\.xs)),
            y: Self.axis(paths.flatMap(\.ys)))
        for (isClockwise, ink) in [(true, PictureFrame.Ink.blue), (false, .orange)] {
            let own = paths.filter { $0.isClockwise == isClockwise }
            for (place, path) in own.enumerated() {
                let text = isClockwise ? "clockwise" : "counter-clockwise"
                frame.line(path.xs, path.ys, ink, width: 1.4, legend: place == 0 ? text : nil)
            }
            frame.dots(own.map { ($0.xs[0], $0.ys[0]) }, ink, legend: nil)
        }
        return frame
    }

    /// The values of each latent component: the prior's quantiles of 10, 30, 50, 70 and 90 %.
    private static let grid: [Float] = [-1.28, -0.52, 0, 0.52, 1.28]

    /// A frame for each pair of the grid's values, in rows, the highest second component first; all with the same axes.
    private func variedFrames(
        of model: TrainedModel, set: SpiralSet, in laboratory: Laboratory
    ) throws(ExperimentError) -> [PictureFrame] {
        let latent = model.model.configuration.latentDimension
        let pairs = Self.grid.reversed().flatMap { second in Self.grid.map { (first: $0, second: second) } }
        let others = [Float](repeating: 0, count: latent - 2)
        let starts = pairs.flatMap { [$0.first, $0.second] + others }
        let times = (0..<SpiralSet.windowPoints).map { Double($0) * SpiralSet.timeStep }
        let normalization = model.normalization
        let decoded: DecodedTrajectories
        do {
            decoded = try model.model.trajectories(
                from: starts, times: times.map { normalization.modelTime($0, origin: 0) },
                parameters: model.parameters, kernels: laboratory.kernels, pool: laboratory.pool)
        } catch {
            throw .solver(error)
        }
        func coordinate(_ pair: Int, _ point: Int, _ channel: Int) -> Double {
            let normalised = Double(decoded.means[(pair * times.count + point) * 2 + channel])
            return normalization.channelMeans[channel] + normalization.channelScales[channel] * normalised
        }
        let paths = pairs.indices.map { pair in
            (
                xs: times.indices.map { coordinate(pair, $0, 0) }, ys: times.indices.map { coordinate(pair, $0, 1) }
            )
        }
        let (x, y) = (Self.axis(paths.flatMap(\.xs)), Self.axis(paths.flatMap(\.ys)))
        return zip(pairs, paths).map { pair, path in
            var frame = PictureFrame(title: "(\(pair.first), \(pair.second))", width: 240, height: 210, x: x, y: y)
            let thirds = [0, times.count / 3, 2 * times.count / 3, times.count - 1]
            for (ink, (start, end)) in zip([PictureFrame.Ink.blue, .green, .orange], zip(thirds, thirds.dropFirst())) {
                frame.line(Array(path.xs[start...end]), Array(path.ys[start...end]), ink, legend: nil)
            }
            frame.dots([(path.xs[0], path.ys[0])], .blue, legend: nil)
            return frame
        }
    }

    private func prepared(
        _ window: ChannelSeries, _ model: TrainedModel, seed: UInt64, in laboratory: Laboratory
    ) -> PreparedSeries {
        // The latent ODE alone: the local correction bends the mean where observations begin and end.
        model.withoutCorrection.prepare(
            window, origin: model.normalization.origin(of: window), sampleCount: laboratory.sampleCount, seed: seed,
            kernels: laboratory.kernels, pool: laboratory.pool)
    }

    private static func coordinates(_ series: ChannelSeries) -> [(x: Double, y: Double)] {
        series.times.indices.map { (series.values[2 * $0], series.values[2 * $0 + 1]) }
    }

    /// An axis that leaves a twentieth free on both sides.
    private static func axis(_ values: [Double]) -> PictureFrame.Axis {
        let finite = values.filter(\.isFinite)
        let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
        let margin = max(most - least, 1e-6) / 20
        return PictureFrame.Axis(least - margin...most + margin, count: 5)
    }
}
