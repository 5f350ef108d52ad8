import ArgumentParser
import LodeDomain
import LodeService

struct PlotModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Draws what a model version is worth as a vector image (SVG).",
        discussion: """
            calibration: what the bands claim to cover, and what they covered of held-out values. learning-curve: the \
            losses of training and validation by epoch.

            Example: lode models plot co2 calibration --svg calibration.svg
            Example: lode models plot co2@2 learning-curve --svg - > curve.svg
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET, DATASET@ALIAS or DATASET@VERSION.") var model: String
    @Argument(help: "calibration or learning-curve.") var what: ModelPicture.Kind
    @Option(help: "The file to make; - is standard output.") var svg: String

    func perform(_ settings: Settings) async throws {
        let picture = try await UseCases.reach(settings, for: .reading) { useCases in
            let version = try await useCases.catalog.modelVersion(ModelReference(parsing: model))
            switch what {
            case .calibration: return ModelPicture.calibration(version)
            case .learningCurve:
                guard let job = version.job else { return nil }
                return ModelPicture.learningCurve(version, try await useCases.jobs.job(job, curveAfter: 0).curve ?? [])
            }
        }
        guard let picture else { throw InputError.modelHasNothingToShow(model, what: what.rawValue) }
        try await Terminal.deliver(picture, to: svg)
    }
}

extension ModelPicture.Kind: ExpressibleByArgument {}
