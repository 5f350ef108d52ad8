/// What a person asks of a search for settings: the arguments of a job of kind `tune`.
public struct TuningRequest: Hashable, Sendable, Codable {
    /// The kind of the job that carries this request.
    public static let jobKind = "tune"

    /// What all trials have in common; a setting that is given here is not searched.
    public var training: TrainingRequest
    /// No trial begins after this many seconds, and one that runs then is given up; the first is always finished.
    public var budgetSeconds: Double
    /// The most trials.
    public var trials: Int

    /// A request.
    public init(training: TrainingRequest, budgetSeconds: Double, trials: Int = 50) {
        self.training = training
        self.budgetSeconds = budgetSeconds
        self.trials = trials
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case training, budgetSeconds, trials
    }

    /// Reads a request; `training` and `budgetSeconds` are required, and an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            training: try container.decode(TrainingRequest.self, forKey: .training),
            budgetSeconds: try container.decode(Double.self, forKey: .budgetSeconds),
            trials: try container.decodeIfPresent(Int.self, forKey: .trials) ?? 50)
    }

    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for a setting out of range.
    func validate() throws(ServiceError) {
        guard budgetSeconds > 0, budgetSeconds <= 30 * 86_400 else {
            throw .invalidRequest(
                pointer: "/arguments/budgetSeconds", value: "\(budgetSeconds)",
                expected: "seconds, above 0 and at most 30 days")
        }
        guard (1...1_000).contains(trials) else {
            throw .invalidRequest(
                pointer: "/arguments/trials", value: "\(trials)", expected: "a whole number from 1 to 1000")
        }
    }
}
