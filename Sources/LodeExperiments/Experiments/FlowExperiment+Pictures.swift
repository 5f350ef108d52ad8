internal import Foundation
internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodePictures
internal import LodeSolvers

extension FlowExperiment {
    /// Cells along each side of a density.
    private static let cells = 50
    private static let side = 250

    private static func frame(_ title: String, edge: Double) -> PictureFrame {
        PictureFrame(
            title: title, width: side, height: side, x: PictureFrame.Axis(-edge...edge, count: 5),
            y: PictureFrame.Axis(-edge...edge, count: 5))
    }

    /// The middles of all cells, row by row.
    private static func middles(edge: Double) -> [Float] {
        let axis = (0..<cells).map { Float(-edge + 2 * edge * (Double($0) + 0.5) / Double(cells)) }
        return axis.flatMap { y in axis.flatMap { x in [x, y] } }
    }

    private static func densities(_ title: String, _ logDensities: [Double], edge: Double) -> PictureFrame {
        var frame = frame(title, edge: edge)
        frame.cells(logDensities.map { exp($0) }, columns: cells, x: -edge...edge, y: -edge...edge, .blue)
        return frame
    }

    private static func points(_ title: String, _ points: [Float], edge: Double) -> PictureFrame {
        var frame = frame(title, edge: edge)
        frame.dots(
            stride(from: 0, to: points.count, by: 2).map { (Double(points[$0]), Double(points[$0 + 1])) }, .black,
            legend: nil)
        return frame
    }

    /// A target with what each method makes of it.
    func picture(
        of target: PlanePotential, _ runs: [FlowRun], in laboratory: Laboratory
    ) throws(SolveError) -> ReportPicture {
        let grid = Self.middles(edge: Self.edge)
        var slope = [0.0, 0]
        let exact = stride(from: 0, to: grid.count, by: 2).map { place in
            -target.energy(at: [Double(grid[place]), Double(grid[place + 1])], slope: &slope)
        }
        var frames: [PictureFrame] = []
        for method in [FlowMethod.layers, .planar, .perceptron] {
            frames.append(Self.densities("Target \(target.rawValue)", exact, edge: Self.edge))
            for width in sizes.targetWidths {
                let own = runs.first {
                    $0.subject == .target(target) && $0.method == method && $0.width == width
                }
                guard let own else { continue }
                let values = try densities(of: own, at: grid, .divergence, in: laboratory)
                frames.append(Self.densities("\(method.rawValue), \(width)", values, edge: Self.edge))
            }
        }
        let sheet = PictureSheet(title: "", columns: 1 + sizes.targetWidths.count, frames: frames)
        return ReportPicture(
            name: target.rawValue.lowercased(),
            caption: "Target \(target.rawValue) and the flows by width, as figure 4 of the paper.", svg: sheet.svg)
    }

    private func densities(
        of run: FlowRun, at points: [Float], _ objective: FlowObjective, in laboratory: Laboratory
    ) throws(SolveError) -> [Double] {
        try run.trained.model.logDensities(
            of: points, trainedBy: objective, parameters: run.trained.parameters, kernels: laboratory.kernels,
            pool: laboratory.pool)
    }

    /// KL by width, a frame for each target.
    func curves(_ runs: [FlowRun]) -> ReportPicture {
        let inks: [(FlowMethod, PictureFrame.Ink)] = [(.layers, .orange), (.planar, .blue), (.perceptron, .green)]
        let widths = sizes.targetWidths.map(Double.init)
        let frames = sizes.targets.map { target in
            let own = runs.filter { $0.subject == .target(target) }
            // A divergence that chance takes below 0 has no place on a logarithmic axis: it lies on the floor.
            let values = own.map { max($0.value, 1e-3) }
            let range = (values.min() ?? 1e-3) * 0.7...(values.max() ?? 1) * 1.4
            var frame = PictureFrame(
                title: "\(target.rawValue): KL(q ‖ p), nats", width: 420, height: 300,
                x: PictureFrame.Axis(
                    range: (widths.min() ?? 1) * 0.8...(widths.max() ?? 2) * 1.25,
                    ticks: widths.map { PictureFrame.Tick(value: $0, text: "\(Int($0))") }, title: "width",
                    scale: .logarithmic),
                y: .logarithmic(range))
            for (method, ink) in inks {
                let line = sizes.targetWidths.compactMap { width in
                    own.first { $0.method == method && $0.width == width }.map { max($0.value, 1e-3) }
                }
                frame.line(widths, line, ink, legend: method.rawValue)
                frame.dots(Array(zip(widths, line)).map { (x: $0.0, y: $0.1) }, ink, legend: nil)
            }
            return frame
        }
        return ReportPicture(
            name: "divergence", caption: "KL(q ‖ p) by width, as figure 4 (d) of the paper.",
            svg: PictureSheet(title: "", columns: min(2, frames.count), frames: frames).svg)
    }

    private static let shown = 400
    private static let edge = 4.5

    /// A set, and the widest flows that were fitted to it: the planar continuous one along t.
    func picture(
        of set: PlaneSet, _ runs: [FlowRun], in laboratory: Laboratory
    ) throws(SolveError) -> ReportPicture {
        let width = sizes.setWidths.max() ?? 0
        let own = runs.filter { $0.subject == .set(set) && $0.width == width }
        let times = [0, 0.25, 0.5, 0.75, 1.0]
        let grid = Self.middles(edge: Self.edge)
        let base = FlowTraining.normals(Self.shown, seed: 0, step: .max)
        var frames: [PictureFrame] = []
        if let planar = own.first(where: { $0.method == .planar }) {
            frames += try alongTime(planar, times: times, grid: grid, base: base, in: laboratory)
        }
        let exact = stride(from: 0, to: grid.count, by: 2).map {
            set.logDensity(Double(grid[$0]), Double(grid[$0 + 1]))
        }
        frames.append(Self.densities("the data's density", exact, edge: Self.edge))
        frames.append(Self.points("the data", set.points(Self.shown, seed: 0, step: .max), edge: Self.edge))
        if let layers = own.first(where: { $0.method == .layers }) {
            let values = try densities(of: layers, at: grid, .likelihood, in: laboratory)
            frames.append(Self.densities("planar NF, \(width)", values, edge: Self.edge))
            let samples = try layers.trained.model.samples(
                from: base, trainedBy: .likelihood, parameters: layers.trained.parameters,
                kernels: laboratory.kernels, pool: laboratory.pool)
            frames.append(Self.points("its samples", samples, edge: Self.edge))
        }
        return ReportPicture(
            name: set == .circles ? "circles" : "moons",
            caption:
                "From noise to \(set.rawValue): density and samples of a planar CNF of \(width) units along t, as figure 5 "
                + "of the paper; below, the data and a planar NF of equal width.",
            svg: PictureSheet(title: "", columns: times.count, frames: frames).svg)
    }

    /// A row of densities and one of samples, a frame for each time.
    private func alongTime(
        _ run: FlowRun, times: [Double], grid: [Float], base: [Float], in laboratory: Laboratory
    ) throws(SolveError) -> [PictureFrame] {
        let flow = FlowMethod.planarModel(width: run.width).flow(
            run.trained.parameters, count: Self.shown, noise: nil, kernels: laboratory.kernels, pool: laboratory.pool)
        let paths = try flow.paths(base, times: times).points
        var densities: [PictureFrame] = []
        var samples: [PictureFrame] = []
        for (index, time) in times.enumerated() {
            let values = try flow.logDensities(of: grid, at: time)
            densities.append(Self.densities("density, t = \(time)", values, edge: Self.edge))
            let points = (0..<Self.shown).flatMap { point in
                let row = 2 * (point * times.count + index)
                return paths[row..<row + 2]
            }
            samples.append(Self.points("samples, t = \(time)", points, edge: Self.edge))
        }
        return densities + samples
    }
}
