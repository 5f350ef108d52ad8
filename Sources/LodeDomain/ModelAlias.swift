/// A name that points at one version of a dataset's model, such as `production`.
public struct ModelAlias: Hashable, Sendable {
    /// The alias that answers where a question names neither an alias nor a version.
    public static let production = "production"
    /// The word for the newest version, which is therefore no alias.
    public static let latest = "latest"

    /// Its name.
    public var name: String
    /// The number of the version that it points at.
    public var version: Int
    /// How it came to point there.
    public var change: AliasChange

    /// An alias.
    public init(name: String, version: Int, change: AliasChange) {
        self.name = name
        self.version = version
        self.change = change
    }

    /// Whether a text can be an alias: 1 to 64 letters, digits, `-`, `_` and `.`, a letter first, and not `latest`.
    public static func isValidName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...64).contains(bytes.count), isLetter(bytes[0]), name != latest else { return false }
        return bytes.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

/// One entry of an alias' history.
public struct AliasChange: Hashable, Sendable {
    /// What was done.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// It was made to point at a version.
        case promoted
        /// It was made to point at the version before.
        case rolledBack
        /// It was taken away.
        case removed
    }

    /// What was done.
    public var kind: Kind
    /// The alias.
    public var alias: String
    /// The version it pointed at before; nil where it was new.
    public var from: Int?
    /// The version it points at since; nil where it was taken away.
    public var to: Int?
    /// When.
    public var at: Timestamp
    /// Who did it: a person, or `job 12`.
    public var by: String
    /// Why.
    public var reason: String

    /// An entry.
    public init(
        kind: Kind, alias: String, from: Int?, to: Int?, at: Timestamp, by: String, reason: String
    ) {
        self.kind = kind
        self.alias = alias
        self.from = from
        self.to = to
        self.at = at
        self.by = by
        self.reason = reason
    }
}

extension AliasChange {
    /// The versions that an alias may be rolled back to, the next one first.
    ///
    /// `history` is the alias' own, oldest first. A rollback takes the current version off a stack of promotions, so that
    /// two in a row go back two promotions and not forth again; a version that does not exist any more is passed over.
    public static func rollbackTargets(_ history: [AliasChange], existing: Set<Int>) -> [Int] {
        var stack: [Int] = []
        for change in history {
            guard let to = change.to else { continue }
            switch change.kind {
            case .promoted: if stack.last != to { stack.append(to) }
            case .rolledBack:
                while let top = stack.last, top != to { stack.removeLast() }
                if stack.isEmpty { stack.append(to) }
            case .removed: break
            }
        }
        guard let current = stack.popLast() else { return [] }
        var targets: [Int] = []
        for number in stack.reversed() where number != current && existing.contains(number) {
            if !targets.contains(number) { targets.append(number) }
        }
        return targets
    }
}

/// A change of an alias that is wanted.
public struct AliasMove: Hashable, Sendable {
    /// Where the alias must point for the change to happen.
    public enum Condition: Hashable, Sendable {
        /// Anywhere, or nowhere.
        case anywhere
        /// At the version of that number, or nowhere where it is nil.
        case at(Int?)
    }

    /// What is to be done: ``AliasChange/Kind/promoted`` or ``AliasChange/Kind/rolledBack``.
    public var kind: AliasChange.Kind
    /// The alias.
    public var alias: String
    /// Where it must point for the change to happen.
    public var condition: Condition
    /// Who wants it.
    public var by: String
    /// Why.
    public var reason: String

    /// A change.
    public init(
        _ kind: AliasChange.Kind = .promoted, alias: String, condition: Condition = .anywhere, by: String,
        reason: String
    ) {
        self.kind = kind
        self.alias = alias
        self.condition = condition
        self.by = by
        self.reason = reason
    }
}
