import LodeDomain

extension Simulation {
    mutating func enqueue() async {
        let request = request()
        let now = machine.now
        let queue = anyProcess().queue
        let answer = await answer({ () async throws(StoreError) in try await queue.enqueue(request, at: now) }) {
            "job \($0.id.rawValue)"
        }
        let expected = ledger.enqueue(request, at: now)
        check("enqueue \(request.kind) \(request.unique?.key ?? "")", answer, expected: Self.text(expected))
    }

    private static func text(_ result: Result<Int64, StoreError>) -> String {
        switch result {
        case .success(let job): "job \(job)"
        case .failure(let error): "\(error)"
        }
    }

    private mutating func request() -> JobRequest {
        count += 1
        var request = JobRequest(
            kind: choose(Self.kinds) ?? "probe", arguments: #"{"number":\#(count)}"#,
            maxAttempts: Int.random(in: 1...3, using: &random), priority: Int.random(in: 4...6, using: &random))
        if chance(25) {
            request.notBefore = machine.now.advanced(bySeconds: Double.random(in: -5...40, using: &random))
        }
        if chance(50) {
            request.unique = JobUniqueness(
                key: choose(Self.keys) ?? "a", onConflict: choose(JobUniqueness.Conflict.allCases) ?? .reject)
        }
        return request
    }

    mutating func claim() async {
        let worker = Int.random(in: 0..<workers.count, using: &random)
        let kinds = chance(30) ? ["train"] : Self.kinds
        let queue = processes[workers[worker].process].queue
        let reading = machine.reading
        var claimed: ClaimedJob?
        let answer: String
        do throws(StoreError) {
            claimed = try await queue.claim(
                kinds: kinds, queues: [], worker: "w\(worker)", leaseSeconds: Ledger.leaseSeconds, at: machine.now)
            answer =
                claimed.map { "job \($0.job.id.rawValue), token \($0.lease.fencingToken), \($0.snapshot ?? [])" }
                ?? "none"
        } catch {
            answer = "\(error)"
        }
        let expected = ledger.claim(kinds: kinds, at: reading)
        check(
            "worker \(worker) claims", answer,
            expected: expected.map { "job \($0.id), token \($0.claims), \($0.snapshot ?? [])" } ?? "none")
        if let claimed { workers[worker].leases.append(claimed.lease) }
    }

    /// A worker, and one of the leases that it believes to have.
    mutating func anyLease() -> (worker: Int, lease: Lease)? {
        let busy = workers.indices.filter { !workers[$0].leases.isEmpty }
        guard let worker = choose(busy), let lease = choose(workers[worker].leases) else { return nil }
        return (worker, lease)
    }

    /// After a refusal or an end most workers let go; some do not notice, and come again.
    mutating func letGo(_ worker: Int, _ lease: Lease) {
        if chance(70) { workers[worker].leases.removeAll { $0 == lease } }
    }

    mutating func renew() async {
        guard let (worker, lease) = anyLease() else { return await claim() }
        let queue = processes[workers[worker].process].queue
        let fraction: Double? = chance(50) ? Double(Int.random(in: 0...100, using: &random)) / 100 : nil
        let progress = fraction.map { JobProgress(fraction: $0, message: "") }
        let reading = machine.reading
        let now = machine.now
        let answer = await answer({ () async throws(StoreError) in
            try await queue.renew(
                lease, leaseSeconds: Ledger.leaseSeconds, progress: progress, curve: [], at: now)
        }) { renewal in
            switch renewal {
            case .renewed: "renewed"
            case .cancelled: "cancelled"
            case .lost: "lost"
            }
        }
        check(
            "worker \(worker) renews job \(lease.job.rawValue)", answer,
            expected: ledger.renew(lease, fraction: fraction, at: reading))
        if answer != "renewed" { letGo(worker, lease) }
    }

    mutating func saveSnapshot() async {
        guard let (worker, lease) = anyLease() else { return await claim() }
        let queue = processes[workers[worker].process].queue
        let bytes = (0..<Int.random(in: 1...4, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let now = machine.now
        let answer = await answer { () async throws(StoreError) in
            try await queue.saveSnapshot(bytes, under: lease, at: now)
        }
        check(
            "worker \(worker) saves a snapshot of job \(lease.job.rawValue)", answer,
            expected: text(ledger.saveSnapshot(bytes, under: lease)))
    }

    mutating func complete() async {
        guard let (worker, lease) = anyLease() else { return await claim() }
        let queue = processes[workers[worker].process].queue
        let now = machine.now
        count += 1
        let result = #"{"result":\#(count)}"#
        let what = "worker \(worker) completes job \(lease.job.rawValue)"
        switch Int.random(in: 0..<10, using: &random) {
        case ..<6:
            let draft = chance(70) ? draft() : nil
            let answer = await answer({ () async throws(StoreError) in
                try await queue.complete(lease, result: result, publishing: draft, at: now)
            }) { $0.map { "version \($0.number)" } ?? "done" }
            let refusal = ledger.publish(draft, completing: lease, result: result, at: now)
            let number = draft.flatMap { ledger.contents.datasets[$0.dataset.rawValue]?.lastNumber }
            let expected = refusal.map { "\($0)" } ?? number.map { "version \($0)" } ?? "done"
            check("\(what) with \(draft == nil ? "nothing" : "a version")", answer, expected: expected)
            noteCompletion(lease, accepted: answer == "done" || answer.hasPrefix("version"))
        case ..<8:
            guard let version = choose(readVersions) else { return await readModels() }
            let evaluation = ModelEvaluationDraft(
                version: version.id, watermark: DataWatermark(revision: 0), report: "{}")
            let answer = await answer { () async throws(StoreError) in
                try await queue.complete(lease, result: result, recording: evaluation, at: now)
            }
            let expected = ledger.record(version.id, completing: lease, result: result, at: now)
            check("\(what) with an evaluation", answer, expected: text(expected))
            noteCompletion(lease, accepted: answer == "done")
        default:
            let request = request()
            let answer = await answer({ () async throws(StoreError) in
                try await queue.complete(lease, result: result, enqueuing: request, at: now)
            }) { "job \($0.id.rawValue)" }
            var after = ledger
            var expected = Result<Int64, StoreError>.failure(.leaseLost(job: lease.job))
            if ledger.holds(lease) {
                after.complete(lease, result: result, at: now)
                expected = after.enqueue(request, at: now)
                // A refusal undoes the completion too.
                if case .success = expected { ledger = after }
            }
            check("\(what) with another job", answer, expected: Self.text(expected))
            noteCompletion(lease, accepted: answer.hasPrefix("job "))
        }
        letGo(worker, lease)
    }

    mutating func noteCompletion(_ lease: Lease, accepted: Bool) {
        if accepted { completions[lease.job.rawValue, default: 0] += 1 }
    }

    mutating func draft() -> ModelVersionDraft {
        let known = ledger.contents.datasets.values.map(\.id).sorted()
        // Now and then a dataset that was deleted.
        let dataset = chance(5) ? 1 : choose(known) ?? 1
        var draft = ModelVersionDraft(
            dataset: Identifier(rawValue: dataset), watermark: DataWatermark(revision: 0), metadata: "{}", weights: [1])
        if chance(40) {
            // What it was compared with may have been overtaken since.
            let alias = choose(Self.aliases) ?? ""
            let incumbent = chance(70) ? ledger.number(aliased: alias, of: dataset) : choose(readVersions)?.number
            draft.verdict = PromotionVerdict(
                rule: PromotionRule(alias: alias), incumbent: incumbent, comparison: nil, isPromoted: chance(80),
                reasons: [])
        }
        if chance(20) { draft.keepsUnaliased = Int.random(in: 0...2, using: &random) }
        return draft
    }

    mutating func fail() async {
        guard let (worker, lease) = anyLease() else { return await claim() }
        let queue = processes[workers[worker].process].queue
        let reading = machine.reading
        let now = machine.now
        let retryAt = chance(75) ? now.advanced(bySeconds: Double.random(in: 0...60, using: &random)) : nil
        let answer = await answer { () async throws(StoreError) in
            try await queue.fail(lease, code: "failed", message: "", retryAt: retryAt, at: now)
        }
        check(
            "worker \(worker) fails job \(lease.job.rawValue)", answer,
            expected: text(ledger.fail(lease, retryAt: retryAt, at: reading)))
        letGo(worker, lease)
    }

    mutating func giveBack() async {
        guard let (worker, lease) = anyLease() else { return await claim() }
        let queue = processes[workers[worker].process].queue
        let now = machine.now
        let until = chance(50) ? now.advanced(bySeconds: Double.random(in: 0...30, using: &random)) : nil
        let answer = await answer { () async throws(StoreError) in
            if let until {
                try await queue.snooze(lease, until: until, at: now)
            } else {
                try await queue.release(lease, at: now)
            }
        }
        check(
            "worker \(worker) gives back job \(lease.job.rawValue)", answer,
            expected: text(ledger.giveBack(lease, until: until)))
        letGo(worker, lease)
    }

    // MARK: - People

    /// A job that there is or was.
    private mutating func anyJob() -> Identifier<Job> {
        Identifier(rawValue: Int64.random(in: max(1, ledger.nextJob - 8)...ledger.nextJob, using: &random))
    }

    private func stateOf(_ id: Identifier<Job>) -> String {
        ledger.contents.jobs[id.rawValue].map { "\($0.state) \($0.endsEarly)" } ?? "none"
    }

    mutating func cancel() async {
        let id = anyJob()
        let queue = anyProcess().queue
        let now = machine.now
        let keepsBest = chance(50)
        let answer = await answer({ () async throws(StoreError) in
            keepsBest ? try await queue.endEarlyIfUnfinished(id, at: now) : try await queue.cancel(id, at: now)
        }) { $0.map { "\($0.state) \($0.endsEarly)" } ?? "none" }
        if keepsBest {
            ledger.endEarly(id.rawValue, at: now)
        } else {
            ledger.cancel(id.rawValue, at: now)
        }
        check(keepsBest ? "end job \(id.rawValue) early" : "cancel job \(id.rawValue)", answer, expected: stateOf(id))
    }

    mutating func retry() async {
        let id = anyJob()
        let queue = anyProcess().queue
        let now = machine.now
        let answer = await answer({ () async throws(StoreError) in try await queue.retry(id, at: now) }) {
            $0.map { "\($0.state) \($0.endsEarly)" } ?? "none"
        }
        let refusal = ledger.retry(id.rawValue, at: now)
        if refusal == nil { completions[id.rawValue] = 0 }
        check("retry job \(id.rawValue)", answer, expected: refusal.map { "\($0)" } ?? stateOf(id))
    }

    mutating func prune() async {
        let queue = anyProcess().queue
        let moment = machine.now.advanced(bySeconds: -Double.random(in: 0...60, using: &random))
        let snapshots = chance(30)
        let answer = await answer({ () async throws(StoreError) in
            snapshots
                ? try await queue.pruneSnapshots(finishedBefore: moment) : try await queue.prune(finishedBefore: moment)
        }) { "\($0)" }
        let expected = snapshots ? ledger.pruneSnapshots(finishedBefore: moment) : ledger.prune(finishedBefore: moment)
        check(snapshots ? "prune snapshots" : "prune jobs", answer, expected: "\(expected)")
    }
}
