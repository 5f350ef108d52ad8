public import LodeDomain

/// What a person asks of a look at a version on the data there are now: the arguments of a job of kind `evaluate`.
public struct EvaluationRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "evaluate"

    /// The version, as ``ModelReference`` reads it.
    public var model: String
    /// Threads to work with; does not change the result.
    public var threads: Int?

    /// A request.
    public init(model: String, threads: Int? = nil) {
        self.model = model
        self.threads = threads
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case model, threads
    }

    /// Reads a request; only `model` is required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(String.self, forKey: .model)
        threads = try container.decodeIfPresent(Int.self, forKey: .threads)
    }
}

/// What a person asks of fitting a version's bands to the data there are now: the arguments of a job of kind `calibrate`.
public struct CalibrationRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "calibrate"

    /// The version, as ``ModelReference`` reads it.
    public var model: String
    /// Threads to work with; does not change the result.
    public var threads: Int?
    /// When the new version takes over an alias by itself; nil for never.
    public var promote: PromotionRule?
    /// How many of the newest versions without an alias stay, the new one included; nil keeps all.
    public var keepVersions: Int?

    /// A request.
    public init(model: String, threads: Int? = nil, promote: PromotionRule? = nil, keepVersions: Int? = nil) {
        self.model = model
        self.threads = threads
        self.promote = promote
        self.keepVersions = keepVersions
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case model, threads, promote, keepVersions
    }

    /// Reads a request; only `model` is required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(String.self, forKey: .model)
        threads = try container.decodeIfPresent(Int.self, forKey: .threads)
        promote = try container.decodeIfPresent(SentPromotionRule.self, forKey: .promote)?.rule
        keepVersions = try container.decodeIfPresent(Int.self, forKey: .keepVersions)
    }
}
