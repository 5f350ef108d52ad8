import LodeDomain
import LodeStore

extension Simulation {
    mutating func ingest() async {
        guard let dataset = choose(ledger.contents.datasets.values.map(\.id).sorted()) else { return }
        let datasets = anyProcess().datasets
        let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            count += 1
            return row("s", Double(count), "x", 1)
        }
        let answer = await answer { () async throws(StoreError) in
            _ = try await datasets.write(rows, to: Identifier(rawValue: dataset))
        }
        check(
            "ingest \(rows.count) observations into dataset \(dataset)", answer,
            expected: text(ledger.grow(dataset, by: Int64(rows.count))))
    }

    mutating func createOrDeleteDataset() async {
        let name = choose(Self.datasetNames) ?? ""
        let datasets = anyProcess().datasets
        if let dataset = ledger.dataset(named: name), chance(40) {
            let id = Identifier<Dataset>(rawValue: dataset.id)
            let answer = await answer { () async throws(StoreError) in try await datasets.delete(id) }
            check("delete dataset \(name)", answer, expected: text(ledger.deleteDataset(dataset.id)))
        } else {
            await createDataset(name)
        }
    }

    mutating func createDataset(_ name: String) async {
        let datasets = anyProcess().datasets
        let answer = await answer({ () async throws(StoreError) in
            try await datasets.createDataset(named: name, timeAxis: .numeric(unit: "days"))
        }) { "\($0.id.rawValue)" }
        ledger.createDataset(named: name, key: Int64(answer) ?? 0)
        check("create dataset \(name)", answer, expected: "\(ledger.dataset(named: name)?.id ?? 0)")
    }

    // MARK: - Models

    private mutating func anyDataset() -> Identifier<Dataset> {
        Identifier(rawValue: choose(ledger.contents.datasets.values.map(\.id).sorted()) ?? 1)
    }

    /// Somebody reads the versions of a dataset, to act upon them now or later.
    mutating func readModels() async {
        let dataset = anyDataset()
        let models = anyProcess().models
        var read: [ModelVersion] = []
        let answer: String
        do throws(StoreError) {
            read = try await models.versions(of: dataset)
            answer = "\(read.map(\.number))"
        } catch {
            answer = "\(error)"
        }
        let expected = ledger.contents.versions.values.filter { $0.dataset == dataset.rawValue }.map(\.number)
        check("read the versions of dataset \(dataset.rawValue)", answer, expected: "\(expected.sorted(by: >))")
        readVersions = Array((readVersions + read).suffix(6))
    }

    mutating func moveAlias() async {
        guard let version = choose(readVersions) else { return await readModels() }
        let dataset = chance(90) ? version.dataset : anyDataset()
        let alias = choose(Self.aliases) ?? ""
        let current = ledger.number(aliased: alias, of: dataset.rawValue)
        let condition: AliasMove.Condition =
            chance(50) ? .anywhere : .at(chance(60) ? current : choose(readVersions)?.number)
        await move(AliasMove(alias: alias, condition: condition, by: "ada", reason: "r"), of: dataset, to: version.id)
    }

    private mutating func move(
        _ move: AliasMove, of dataset: Identifier<Dataset>, to version: Identifier<ModelVersion>
    ) async {
        let models = anyProcess().models
        let now = machine.now
        let answer = await answer({ () async throws(StoreError) in
            try await models.moveAliasIfConditionHolds(move, of: dataset, to: version, at: now)
        }) { "\($0.name) at \($0.version)" }
        let refusal = ledger.move(move, of: dataset.rawValue, to: version.rawValue)
        let number = ledger.number(aliased: move.alias, of: dataset.rawValue) ?? 0
        check(
            "\(move.kind) \(move.alias) of dataset \(dataset.rawValue) to version \(version.rawValue)", answer,
            expected: refusal.map { "\($0)" } ?? "\(move.alias) at \(number)")
    }

    /// As the service rolls back: to what the history says, if the alias is still where it was.
    mutating func rollBack() async {
        let dataset = anyDataset()
        let alias = choose(Self.aliases) ?? ""
        let models = anyProcess().models
        do throws(StoreError) {
            let history = try await models.aliasHistory(of: dataset, alias: alias)
            let versions = try await models.versions(of: dataset)
            guard let current = try await models.version(aliased: alias, of: dataset)?.number else {
                return await readModels()
            }
            let targets = AliasChange.rollbackTargets(history, existing: Set(versions.map(\.number)))
            guard let target = versions.first(where: { $0.number == targets.first }) else { return }
            if target.number == current { fault("a rollback of \(alias) stays at version \(current)") }
            if !history.contains(where: { $0.to == target.number }) { fault("\(alias) never was at \(target.number)") }
            await move(
                AliasMove(.rolledBack, alias: alias, condition: .at(current), by: "ada", reason: "r"), of: dataset,
                to: target.id)
        } catch {
            fault("rolling back \(alias): \(error)")
        }
    }

    mutating func removeAlias() async {
        let dataset = anyDataset()
        let alias = choose(Self.aliases) ?? ""
        let models = anyProcess().models
        let now = machine.now
        let answer = await answer { () async throws(StoreError) in
            _ = try await models.removeAlias(alias, of: dataset, by: "ada", reason: "r", at: now)
        }
        check("remove \(alias)", answer, expected: text(ledger.removeAlias(alias, of: dataset.rawValue)))
    }

    mutating func deleteVersions() async {
        let models = anyProcess().models
        if chance(60), let version = choose(readVersions) {
            let answer = await answer { () async throws(StoreError) in try await models.deleteIfUnaliased(version.id) }
            check(
                "delete version \(version.id.rawValue)", answer,
                expected: text(ledger.deleteVersion(version.id.rawValue)))
            return
        }
        let dataset = anyDataset()
        let kept = Int.random(in: 0...3, using: &random)
        let answer = await answer({ () async throws(StoreError) in
            try await models.prune(dataset, keepingUnaliased: kept)
        }) { "\($0)" }
        check("keep \(kept) versions", answer, expected: "\(ledger.prune(dataset.rawValue, keepingUnaliased: kept))")
    }
}
