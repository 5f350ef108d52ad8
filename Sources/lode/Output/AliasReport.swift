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
    static func table(_ changes: [AliasChangeDescription]) -> TextTable {
        var table = TextTable([
            ("when", .left), ("alias", .left), ("what", .left), ("from", .right), ("to", .right), ("who", .left),
            ("why", .left),
        ])
        for change in changes {
            let what =
                switch change.kind {
                case .promoted: "promoted"
                case .rolledBack: "rolled back"
                case .removed: "removed"
                }
            table.add([
                change.at, change.alias, what, change.from.map { "\($0)" } ?? "-", change.to.map { "\($0)" } ?? "-",
                change.by, change.reason,
            ])
        }
        return table
    }
}
