import LodeDomain
import Testing

extension RegistryContract {
    static let aliases: [RegistryContract] = [
        RegistryContract("an alias points at the version it was moved to, and its history says who, when and why") {
            subject in
            let (first, second) = (try await subject.publish(), try await subject.publish())
            #expect(try await subject.registry.version(aliased: "production", of: subject.dataset) == nil)
            try await subject.promote(first, at: at(1))
            let alias = try await subject.promote(second, at: at(2))
            #expect(alias.name == "production" && alias.version == 2)
            #expect(try await subject.registry.version(aliased: "production", of: subject.dataset) == second)
            try await subject.promote(first, to: "candidate", at: at(3))
            #expect(
                try await subject.registry.aliases(of: subject.dataset).map(\.name) == ["candidate", "production"])
            #expect(
                try await subject.registry.aliasHistory(of: subject.dataset, alias: "production") == [
                    AliasChange(
                        kind: .promoted, alias: "production", from: nil, to: 1, at: at(1), by: "ada",
                        reason: "because"),
                    AliasChange(
                        kind: .promoted, alias: "production", from: 1, to: 2, at: at(2), by: "ada", reason: "because"),
                ])
            #expect(try await subject.registry.aliasHistory(of: subject.dataset, alias: nil).count == 3)
        },
        RegistryContract("moving an alias to where it points is no change") { subject in
            let version = try await subject.publish()
            try await subject.promote(version, at: at(1))
            let alias = try await subject.promote(version, at: at(2))
            #expect(alias.change.at == at(1))
            #expect(try await subject.registry.aliasHistory(of: subject.dataset, alias: nil).count == 1)
        },
        RegistryContract("an alias is not moved from elsewhere than the move was meant for") { subject in
            let (first, second) = (try await subject.publish(), try await subject.publish())
            try await subject.promote(first, if: .at(nil))
            await #expect(throws: StoreError.aliasMoved("production", to: 1)) {
                try await subject.promote(second, if: .at(nil))
            }
            try await subject.promote(second, if: .at(1))
            await #expect(throws: StoreError.aliasMoved("production", to: 2)) {
                try await subject.promote(first, .rolledBack, if: .at(1))
            }
        },
        RegistryContract("of many that move an alias from one place, one succeeds") { subject in
            let first = try await subject.publish()
            try await subject.promote(first)
            var rivals: [ModelVersion] = []
            for _ in 0..<8 { rivals.append(try await subject.publish()) }
            let successes = await withTaskGroup(of: Bool.self) { [rivals] group in
                for rival in rivals {
                    group.addTask {
                        do {
                            try await subject.promote(rival, if: .at(1))
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(successes == 1)
            #expect(try await subject.registry.aliasHistory(of: subject.dataset, alias: nil).count == 2)
        },
        RegistryContract("an alias points at versions of its own dataset, and at ones that exist") { subject in
            let version = try await subject.publish()
            let move = AliasMove(alias: "production", by: "ada", reason: "")
            await #expect(throws: StoreError.modelVersionOfAnotherDataset(version.id)) {
                try await subject.registry.moveAliasIfConditionHolds(
                    move, of: subject.other, to: version.id, at: epoch)
            }
            let missing = Identifier<ModelVersion>(rawValue: 99)
            await #expect(throws: StoreError.modelVersionNotFound(missing)) {
                try await subject.registry.moveAliasIfConditionHolds(
                    move, of: subject.dataset, to: missing, at: epoch)
            }
            #expect(try await subject.registry.aliases(of: subject.dataset).isEmpty)
        },
        RegistryContract("an alias that is taken away leaves its history") { subject in
            try await subject.promote(try await subject.publish())
            let change = try await subject.registry.removeAlias(
                "production", of: subject.dataset, by: "bob", reason: "over", at: at(5))
            #expect(change.kind == .removed && change.from == 1 && change.to == nil)
            #expect(try await subject.registry.aliases(of: subject.dataset).isEmpty)
            #expect(try await subject.registry.aliasHistory(of: subject.dataset, alias: "production").last == change)
            await #expect(throws: StoreError.aliasNotFound("production")) {
                try await subject.registry.removeAlias(
                    "production", of: subject.dataset, by: "bob", reason: "", at: at(6))
            }
        },
    ]
}
