public import LodeDomain

/// An alias as it is shown.
public struct ModelAliasDescription: Hashable, Sendable, Codable {
    /// Its name.
    public var alias: String
    /// The number of the version that it points at.
    public var version: Int
    /// How it came to point there.
    public var change: AliasChangeDescription

    /// The description of an alias.
    public init(_ alias: ModelAlias) {
        self.alias = alias.name
        version = alias.version
        change = AliasChangeDescription(alias.change)
    }
}

/// An entry of an alias' history as it is shown.
public struct AliasChangeDescription: Hashable, Sendable, Codable {
    /// The alias.
    public var alias: String
    /// What was done.
    public var kind: AliasChange.Kind
    /// The version it pointed at before.
    public var from: Int?
    /// The version it points at since.
    public var to: Int?
    /// When, in RFC 3339.
    public var at: String
    /// Who did it.
    public var by: String
    /// Why.
    public var reason: String

    /// The description of a change.
    public init(_ change: AliasChange) {
        alias = change.alias
        kind = change.kind
        from = change.from
        to = change.to
        at = RFC3339.string(microseconds: change.at.microseconds)
        by = change.by
        reason = change.reason
    }
}

/// All versions of a dataset's model, with the aliases that point at them.
public struct ModelDescription: Hashable, Sendable, Codable {
    /// The dataset.
    public var dataset: String
    /// The aliases, by name.
    public var aliases: [ModelAliasDescription]
    /// The versions, newest first.
    public var versions: [ModelVersionDescription]
}
