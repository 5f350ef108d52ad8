internal import Foundation
internal import LodeDomain
internal import LodeModels
internal import LodeNetworks
internal import LodeNumerics
internal import LodeService
internal import LodeTraining

/// A model version's metadata, as docs/formats/model.md describes it.
///
/// It holds the keys of ``ModelMetadata``, which people are shown, and beside them what predictions need.
struct ModelDocument: Codable {
    static let currentFormat = "lode-latent-ode-2"
    /// What versions before this one wrote: a correction in normalised values, a calibration of two numbers.
    static let earlierFormat = "lode-latent-ode-1"

    var format: String
    var configuration: LatentODE.Configuration
    var normalization: Normalization
    var correction: LocalCorrection
    var calibration: Calibration
    /// Of the model without its correction; nil where it has none.
    var uncorrectedCalibration: Calibration?
    var outcomeScale: OutcomeScale?
    /// Log-densities of validation series, ascending; nil where they are not known.
    var seriesDensities: [Double]?
    var options: TrainingOptions
    var instructionSet: InstructionSet.RawValue
    var metadata: ModelMetadata

    private enum CodingKeys: String, CodingKey {
        case format
        case configuration
        case normalization
        case correction
        case calibration
        case uncorrectedCalibration
        case outcomeScale
        case seriesDensities
        case options
        case instructionSet
    }

    init(trained: TrainedModel, options: TrainingOptions, instructionSet: InstructionSet, metadata: ModelMetadata) {
        format = Self.currentFormat
        configuration = trained.model.configuration
        normalization = trained.normalization
        correction = trained.correction
        calibration = trained.calibration
        uncorrectedCalibration = trained.uncorrectedCalibration
        outcomeScale = trained.outcome
        seriesDensities = trained.seriesDensities.isEmpty ? nil : trained.seriesDensities
        self.options = options
        self.instructionSet = instructionSet.rawValue
        self.metadata = metadata
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        format = try container.decode(String.self, forKey: .format)
        configuration = try container.decode(LatentODE.Configuration.self, forKey: .configuration)
        normalization = try container.decode(Normalization.self, forKey: .normalization)
        correction = try container.decode(LocalCorrection.self, forKey: .correction)
        calibration = try container.decode(Calibration.self, forKey: .calibration)
        uncorrectedCalibration = try container.decodeIfPresent(Calibration.self, forKey: .uncorrectedCalibration)
        outcomeScale = try container.decodeIfPresent(OutcomeScale.self, forKey: .outcomeScale)
        seriesDensities = try container.decodeIfPresent([Double].self, forKey: .seriesDensities)
        options = try container.decode(TrainingOptions.self, forKey: .options)
        instructionSet = try container.decode(String.self, forKey: .instructionSet)
        metadata = try ModelMetadata(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        try metadata.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(configuration, forKey: .configuration)
        try container.encode(normalization, forKey: .normalization)
        try container.encode(correction, forKey: .correction)
        try container.encode(calibration, forKey: .calibration)
        try container.encodeIfPresent(uncorrectedCalibration, forKey: .uncorrectedCalibration)
        try container.encodeIfPresent(outcomeScale, forKey: .outcomeScale)
        try container.encodeIfPresent(seriesDensities, forKey: .seriesDensities)
        try container.encode(options, forKey: .options)
        try container.encode(instructionSet, forKey: .instructionSet)
    }

    func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// A model's weights as a safetensors file.
    static func weights(of model: TrainedModel) throws -> [UInt8] {
        try Safetensors(tensors: model.parameters.tensors, metadata: ["format": currentFormat]).encoded()
    }

    /// A stored version, read; throws ``ForecastError/corruptModel(detail:)``.
    static func trainedModel(
        of version: ModelVersion, weights: [UInt8]
    ) throws(ForecastError) -> (model: TrainedModel, document: ModelDocument) {
        let document: ModelDocument
        do {
            document = try JSONDecoder().decode(ModelDocument.self, from: Data(version.metadata.utf8))
        } catch {
            throw .corruptModel(detail: "metadata: \(error)")
        }
        return (try document.model(weights: weights), document)
    }

    /// The model that this document and its weights describe.
    func model(weights: [UInt8]) throws(ForecastError) -> TrainedModel {
        guard format == Self.currentFormat || format == Self.earlierFormat else {
            throw .corruptModel(detail: "format \(format) is neither \(Self.currentFormat) nor \(Self.earlierFormat)")
        }
        let channels = configuration.channels
        let sizes = [configuration.latentDimension, configuration.encoderHidden, channels]
        guard
            (sizes + configuration.dynamicsHidden + configuration.decoderHidden).allSatisfy({ $0 >= 1 && $0 <= 65_536 }
            ),
            normalization.channelMeans.count == channels,
            configuration.covariates == normalization.covariateCount, normalization.channelDeviations.count == channels,
            normalization.channelScales.count == channels, correction.interpolation.count == channels,
            correction.extrapolation.count == channels, metadata.channels.count == channels,
            configuration.families.count == channels, (configuration.head == nil) == (outcomeScale == nil),
            configuration.encoder.isSound, configuration.dynamics.isSound,
            configuration.posteriorFlow?.isSound ?? true,
            configuration.dynamics.controls == normalization.inputs.map(\.interpolation),
            (metadata.inputs ?? []) == normalization.inputs.map(\.name)
        else { throw .corruptModel(detail: "the sizes in the metadata do not fit each other") }
        let model = LatentODE(configuration)
        guard model.layout.count <= weights.count / MemoryLayout<Float>.size else {
            throw .corruptModel(
                detail: "the metadata describe \(model.layout.count) weights, more than \(weights.count) bytes hold")
        }
        let parameters = ParameterVector<Float>(layout: model.layout)
        do {
            try parameters.load(Safetensors(decoding: weights).tensors)
        } catch {
            throw .corruptModel(detail: "weights: \(error)")
        }
        guard parameters.values.allSatisfy(\.isFinite) else {
            throw .corruptModel(detail: "weights: some are no finite numbers")
        }
        let scales = normalization.channelScales + normalization.channelDeviations + [normalization.timeUnit]
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite }), normalization.channelMeans.allSatisfy(\.isFinite),
            calibration.isSound(channels: channels)
        else { throw .corruptModel(detail: "a scale or calibration in the metadata is no positive number") }
        var trained = TrainedModel(
            model: model, parameters: parameters, normalization: normalization,
            correction: format == Self.earlierFormat
                ? correction.inUnits(of: model.noiseStandardDeviations(parameters)) : correction,
            calibration: calibration, outcome: outcomeScale)
        trained.uncorrectedCalibration = uncorrectedCalibration
        trained.seriesDensities = seriesDensities ?? []
        return trained
    }
}
