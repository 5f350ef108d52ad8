import LodeDomain
import LodeService

/// Aliases for people.
enum AliasReport {
    /// Where an alias points, and where it pointed before.
    static func line(_ alias: ModelAliasDescription, of dataset: String) -> String {
        let before = alias.change.from.map { " (before: version \($0))" } ?? ""
        return "\(dataset)@\(alias.alias) is version \(alias.version)\(before)."
    }

    /// What became of aliases, oldest first.
    static func table(_ changes: [AliasChangeDescription]) -> ListTable<AliasChangeDescription> {
        ListTable(
            changes,
            [
                .words("when") { $0.at }, .words("alias") { $0.alias }, .words("what") { word($0.kind) },
                .numbers("from") { change in change.from.map { "\($0)" } },
                .numbers("to") { change in change.to.map { "\($0)" } },
                .words("who") { $0.by }, .words("why") { $0.reason },
            ])
    }

    private static func word(_ kind: AliasChange.Kind) -> String {
        switch kind {
        case .promoted: "promoted"
        case .rolledBack: "rolled back"
        case .removed: "removed"
        }
    }
}
