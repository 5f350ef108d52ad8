import LodeDomain

extension Ledger {
    func dataset(named name: String) -> StoreContents.Dataset? {
        contents.datasets.values.first { $0.name == name }
    }

    /// A new dataset has a key that no other ever had; a key may be passed over.
    mutating func createDataset(named name: String, key: Int64) {
        guard dataset(named: name) == nil, key > lastDataset else { return }
        contents.datasets[key] = .init(id: key, name: name, lastNumber: 0, added: 0)
        lastDataset = key
    }

    mutating func deleteDataset(_ id: Int64) -> StoreError? {
        guard contents.datasets.removeValue(forKey: id) != nil else {
            return .datasetNotFound(Identifier(rawValue: id))
        }
        contents.aliases = contents.aliases.filter { $0.dataset != id }
        contents.aliasChanges.removeAll { $0.dataset == id }
        for version in contents.versions.values where version.dataset == id { remove(version) }
        return nil
    }

    mutating func grow(_ id: Int64, by count: Int64) -> StoreError? {
        guard contents.datasets[id] != nil else { return .datasetNotFound(Identifier(rawValue: id)) }
        contents.datasets[id]?.added += count
        return nil
    }

    // MARK: - Publishing

    func hasPublished(_ job: Int64) -> Bool {
        contents.versions.values.contains { $0.job == job } || contents.evaluations.contains { $0.job == job }
    }

    /// Completes a job with what it made; the refusal, with which nothing changes.
    mutating func publish(
        _ draft: ModelVersionDraft?, completing lease: Lease, result: String, at now: Timestamp
    ) -> StoreError? {
        guard holds(lease) else { return .leaseLost(job: lease.job) }
        if let draft, contents.datasets[draft.dataset.rawValue] == nil { return .datasetNotFound(draft.dataset) }
        complete(lease, result: result, at: now)
        if let draft { add(draft, job: lease.job.rawValue) }
        return nil
    }

    mutating func record(
        _ version: Identifier<ModelVersion>, completing lease: Lease, result: String, at now: Timestamp
    ) -> StoreError? {
        guard holds(lease) else { return .leaseLost(job: lease.job) }
        guard contents.versions[version.rawValue] != nil else { return .modelVersionNotFound(version) }
        complete(lease, result: result, at: now)
        contents.evaluations.insert(.init(version: version.rawValue, job: lease.job.rawValue))
        return nil
    }

    private mutating func add(_ draft: ModelVersionDraft, job: Int64) {
        let dataset = draft.dataset.rawValue
        let number = (contents.datasets[dataset]?.lastNumber ?? 0) + 1
        contents.datasets[dataset]?.lastNumber = number
        contents.versions[nextVersion] = .init(id: nextVersion, dataset: dataset, number: number, job: job)
        let id = nextVersion
        nextVersion += 1
        if let verdict = draft.verdict, verdict.isPromoted,
            self.number(aliased: verdict.rule.alias, of: dataset) == verdict.incumbent
        {
            point(verdict.rule.alias, of: dataset, to: id, kind: .promoted)
        }
        if let kept = draft.keepsUnaliased { _ = prune(dataset, keepingUnaliased: kept) }
    }

    // MARK: - Curating

    func number(aliased alias: String, of dataset: Int64) -> Int? {
        contents.aliases.first { $0.dataset == dataset && $0.name == alias }
            .flatMap { contents.versions[$0.version]?.number }
    }

    mutating func move(_ move: AliasMove, of dataset: Int64, to id: Int64) -> StoreError? {
        guard let version = contents.versions[id] else { return .modelVersionNotFound(Identifier(rawValue: id)) }
        guard version.dataset == dataset else { return .modelVersionOfAnotherDataset(Identifier(rawValue: id)) }
        let current = number(aliased: move.alias, of: dataset)
        if case .at(let expected) = move.condition, expected != current { return .aliasMoved(move.alias, to: current) }
        if current != version.number { point(move.alias, of: dataset, to: id, kind: move.kind) }
        return nil
    }

    private mutating func point(_ alias: String, of dataset: Int64, to id: Int64, kind: AliasChange.Kind) {
        let from = number(aliased: alias, of: dataset)
        contents.aliases = contents.aliases.filter { $0.dataset != dataset || $0.name != alias }
        contents.aliases.insert(.init(dataset: dataset, name: alias, version: id))
        contents.aliasChanges.append(
            .init(dataset: dataset, alias: alias, kind: kind.rawValue, from: from, to: contents.versions[id]?.number))
    }

    mutating func removeAlias(_ alias: String, of dataset: Int64) -> StoreError? {
        guard let from = number(aliased: alias, of: dataset) else { return .aliasNotFound(alias) }
        contents.aliases = contents.aliases.filter { $0.dataset != dataset || $0.name != alias }
        contents.aliasChanges.append(
            .init(dataset: dataset, alias: alias, kind: AliasChange.Kind.removed.rawValue, from: from, to: nil))
        return nil
    }

    mutating func deleteVersion(_ id: Int64) -> StoreError? {
        guard let version = contents.versions[id] else { return .modelVersionNotFound(Identifier(rawValue: id)) }
        let aliases = contents.aliases.filter { $0.version == id }.map(\.name).sorted()
        guard aliases.isEmpty else { return .modelVersionAliased(number: version.number, aliases: aliases) }
        remove(version)
        return nil
    }

    mutating func prune(_ dataset: Int64, keepingUnaliased kept: Int) -> [Int] {
        let old = contents.versions.values.filter { version in
            version.dataset == dataset && !contents.aliases.contains { $0.version == version.id }
        }.sorted { $0.number > $1.number }.dropFirst(kept)
        for version in old { remove(version) }
        return old.map(\.number).sorted()
    }

    private mutating func remove(_ version: StoreContents.Version) {
        contents.versions[version.id] = nil
        contents.evaluations = contents.evaluations.filter { $0.version != version.id }
    }
}
