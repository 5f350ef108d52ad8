/// What a training chooses where a setting is left open.
public struct OpenChoice: Hashable, Sendable, Codable {
    /// The setting's name in a ``TrainingRequest``.
    public var setting: String
    /// What is chosen, in a clause.
    public var choice: String

    /// A choice.
    public init(setting: String, choice: String) {
        self.setting = setting
        self.choice = choice
    }
}
