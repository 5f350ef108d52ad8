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

/// What a schedule asks of a look at the newest observations: the arguments of a job of kind `drift`.
public struct DriftRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "drift"

    /// The version, as ``ModelReference`` reads it.
    public var model: String
    /// How much less likely than held-out ones the newest observations must be, in nats for each, above 0.
    public var drop: Double
    /// How many observations came in since the last look.
    public var newObservations: Int
    /// How many series came in since.
    public var newSeries: Int
    /// The schedule whose job is enqueued where the model drifts; nil only looks.
    public var schedule: String?
    /// Threads to work with; does not change the result.
    public var threads: Int?

    /// A request.
    public init(
        model: String, drop: Double, newObservations: Int, newSeries: Int = 0, schedule: String? = nil,
        threads: Int? = nil
    ) {
        self.model = model
        self.drop = drop
        self.newObservations = newObservations
        self.newSeries = newSeries
        self.schedule = schedule
        self.threads = threads
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case model, drop, newObservations, newSeries, schedule, threads
    }

    /// Reads a request; `model`, `drop` and `newObservations` are required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            model: try container.decode(String.self, forKey: .model),
            drop: try container.decode(Double.self, forKey: .drop),
            newObservations: try container.decode(Int.self, forKey: .newObservations),
            newSeries: try container.decodeIfPresent(Int.self, forKey: .newSeries) ?? 0,
            schedule: try container.decodeIfPresent(String.self, forKey: .schedule),
            threads: try container.decodeIfPresent(Int.self, forKey: .threads))
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
