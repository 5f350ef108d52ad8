import ArgumentParser
import LodeDomain
import LodeService

struct PlotModel: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Draws what a model version is worth as an image.",
        discussion: """
            calibration: what the bands claim to cover, and what they covered of held-out values. learning-curve: the \
            losses of training and validation by epoch.

            Example: lode models plot co2 calibration --output calibration.png
            Example: lode models plot co2@2 learning-curve --svg - > curve.svg
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "DATASET, DATASET@ALIAS or DATASET@VERSION.") var model: String
    @Argument(help: "calibration or learning-curve.") var what: ModelPicture.Kind
    @OptionGroup var picture: PictureOptions

    func validate() throws {
        guard picture.file != nil else { throw ValidationError("Name the image: --output FILE.svg, or FILE.png.") }
    }

    func perform(_ settings: Settings) async throws {
        guard let file = picture.file else { return }
        let drawing = try await UseCases.reach(settings, for: .reading) { useCases in
            let version = try await useCases.catalog.modelVersion(ModelReference(parsing: model))
            switch what {
            case .calibration: return ModelPicture.calibration(version)
            case .learningCurve:
                guard let job = version.job else { return nil }
                return ModelPicture.learningCurve(version, try await useCases.jobs.job(job, curveAfter: 0).curve ?? [])
            }
        }
        guard let drawing else { throw InputError.modelHasNothingToShow(model, what: what.rawValue) }
        try await file.write(svg: drawing)
    }
}

extension ModelPicture.Kind: ExpressibleByArgument {}
