import LodeDomain

/// Model versions and their aliases in memory: the reference for what a registry does.
///
/// It does not know which datasets exist.
struct InMemoryModels {
    private struct Entry {
        var version: ModelVersion
        var weights: [UInt8]
        var evaluations: [ModelEvaluation] = []
    }

    private struct Alias: Hashable {
        var dataset: Identifier<Dataset>
        var name: String
    }

    private var entries: [Identifier<ModelVersion>: Entry] = [:]
    private var lastID: Int64 = 0
    private var lastNumbers: [Identifier<Dataset>: Int] = [:]
    private var aliases: [Alias: Identifier<ModelVersion>] = [:]
    private var changes: [(dataset: Identifier<Dataset>, change: AliasChange)] = []
    private var verdicts: [(dataset: Identifier<Dataset>, verdict: StoredVerdict)] = []

    // MARK: - Reading

    func versions(of dataset: Identifier<Dataset>) -> [ModelVersion] {
        entries.values.map(\.version).filter { $0.dataset == dataset }.sorted { $0.number > $1.number }
    }

    func version(aliased alias: String, of dataset: Identifier<Dataset>) -> ModelVersion? {
        aliases[Alias(dataset: dataset, name: alias)].flatMap { entries[$0]?.version }
    }

    func weights(of id: Identifier<ModelVersion>) throws(StoreError) -> [UInt8] {
        try entry(id).weights
    }

    func aliases(of dataset: Identifier<Dataset>) -> [ModelAlias] {
        aliases.filter { $0.key.dataset == dataset }.compactMap { alias, id in
            guard let version = entries[id]?.version,
                let change = changes.last(where: { $0.dataset == dataset && $0.change.alias == alias.name })
            else { return nil }
            return ModelAlias(name: alias.name, version: version.number, change: change.change)
        }.sorted { $0.name < $1.name }
    }

    func history(of dataset: Identifier<Dataset>, alias: String?) -> [AliasChange] {
        changes.filter { $0.dataset == dataset && (alias == nil || $0.change.alias == alias) }.map(\.change)
    }

    func verdicts(of dataset: Identifier<Dataset>) -> [StoredVerdict] {
        verdicts.filter { $0.dataset == dataset }.map(\.verdict)
    }

    func evaluations(of id: Identifier<ModelVersion>) -> [ModelEvaluation] {
        entries[id]?.evaluations ?? []
    }

    /// Whether a version that the job made, or an evaluation, exists.
    func hold(workOf job: Identifier<Job>) -> Bool {
        entries.values.contains { $0.version.job == job || $0.evaluations.contains { $0.job == job } }
    }

    // MARK: - Writing

    /// Adds a version, with what its draft says of aliases and older versions.
    mutating func publish(_ draft: ModelVersionDraft, job: Identifier<Job>?, at now: Timestamp) -> ModelVersion {
        lastID += 1
        let number = lastNumbers[draft.dataset, default: 0] + 1
        lastNumbers[draft.dataset] = number
        let version = ModelVersion(
            id: Identifier(rawValue: lastID), dataset: draft.dataset, number: number, job: job,
            watermark: draft.watermark, metadata: draft.metadata, createdAt: now, provenance: draft.provenance)
        entries[version.id] = Entry(version: version, weights: draft.weights)
        if var verdict = draft.verdict {
            let alias = verdict.rule.alias
            let current = self.version(aliased: alias, of: draft.dataset)?.number
            if current != verdict.incumbent { verdict = verdict.overtaken(by: current) }
            if verdict.isPromoted {
                let by = job.map { "job \($0)" } ?? "import"
                let move = AliasMove(alias: alias, by: by, reason: verdict.reasons.joined(separator: " "))
                note(move, of: draft.dataset, from: current, to: version, at: now)
            }
            verdicts.append((draft.dataset, StoredVerdict(version: number, verdict: verdict, at: now)))
        }
        if let kept = draft.keepsUnaliased { _ = prune(draft.dataset, keepingUnaliased: kept) }
        return version
    }

    mutating func move(
        _ move: AliasMove, of dataset: Identifier<Dataset>, to id: Identifier<ModelVersion>, at now: Timestamp
    ) throws(StoreError) -> ModelAlias {
        let version = try entry(id).version
        guard version.dataset == dataset else { throw .modelVersionOfAnotherDataset(id) }
        let current = self.version(aliased: move.alias, of: dataset)?.number
        if case .at(let expected) = move.condition, expected != current {
            throw .aliasMoved(move.alias, to: current)
        }
        if current != version.number { note(move, of: dataset, from: current, to: version, at: now) }
        guard let alias = aliases(of: dataset).first(where: { $0.name == move.alias }) else {
            throw .aliasNotFound(move.alias)
        }
        return alias
    }

    mutating func removeAlias(
        _ name: String, of dataset: Identifier<Dataset>, by: String, reason: String, at now: Timestamp
    ) throws(StoreError) -> AliasChange {
        guard let current = version(aliased: name, of: dataset) else { throw .aliasNotFound(name) }
        aliases[Alias(dataset: dataset, name: name)] = nil
        let change = AliasChange(
            kind: .removed, alias: name, from: current.number, to: nil, at: now, by: by, reason: reason)
        changes.append((dataset, change))
        return change
    }

    mutating func delete(_ id: Identifier<ModelVersion>) throws(StoreError) {
        let version = try entry(id).version
        let names = aliases.filter { $0.value == id }.map(\.key.name).sorted()
        guard names.isEmpty else { throw .modelVersionAliased(number: version.number, aliases: names) }
        remove(version)
    }

    mutating func prune(_ dataset: Identifier<Dataset>, keepingUnaliased kept: Int) -> [Int] {
        let old = versions(of: dataset).filter { !aliases.values.contains($0.id) }.dropFirst(kept)
        for version in old { remove(version) }
        return old.map(\.number).sorted()
    }

    mutating func record(
        _ draft: ModelEvaluationDraft, job: Identifier<Job>, at now: Timestamp
    ) throws(StoreError) {
        var entry = try entry(draft.version)
        entry.evaluations.append(
            ModelEvaluation(job: job, watermark: draft.watermark, report: draft.report, at: now))
        entries[draft.version] = entry
    }

    private mutating func remove(_ version: ModelVersion) {
        entries[version.id] = nil
        verdicts.removeAll { $0.dataset == version.dataset && $0.verdict.version == version.number }
    }

    private mutating func note(
        _ move: AliasMove, of dataset: Identifier<Dataset>, from: Int?, to version: ModelVersion, at now: Timestamp
    ) {
        aliases[Alias(dataset: dataset, name: move.alias)] = version.id
        changes.append(
            (
                dataset,
                AliasChange(
                    kind: move.kind, alias: move.alias, from: from, to: version.number, at: now, by: move.by,
                    reason: move.reason)
            ))
    }

    private func entry(_ id: Identifier<ModelVersion>) throws(StoreError) -> Entry {
        guard let entry = entries[id] else { throw .modelVersionNotFound(id) }
        return entry
    }
}
