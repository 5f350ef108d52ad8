import LodeDomain
import Testing

extension RegistryContract {
    private static func verdict(promoting: Bool, over incumbent: Int?) -> PromotionVerdict {
        PromotionVerdict(
            rule: PromotionRule(), incumbent: incumbent, comparison: nil, isPromoted: promoting, reasons: ["Said so."])
    }

    static let verdicts: [RegistryContract] = [
        RegistryContract("a version that its verdict promotes has the alias from the moment it is published") {
            subject in
            let version = try await subject.publish(verdict: verdict(promoting: true, over: nil), at: at(4))
            #expect(try await subject.registry.version(aliased: "production", of: subject.dataset) == version)
            let change = try #require(
                try await subject.registry.aliasHistory(of: subject.dataset, alias: "production").last)
            #expect(change.by == "job 1" && change.reason == "Said so." && change.at == at(4))
            #expect(
                try await subject.registry.verdicts(of: subject.dataset) == [
                    StoredVerdict(version: 1, verdict: verdict(promoting: true, over: nil), at: at(4))
                ])
        },
        RegistryContract("a version that its verdict does not promote is published with the reasons") { subject in
            try await subject.promote(try await subject.publish())
            _ = try await subject.publish(verdict: verdict(promoting: false, over: 1))
            #expect(try await subject.registry.version(aliased: "production", of: subject.dataset)?.number == 1)
            #expect(try await subject.registry.verdicts(of: subject.dataset).map(\.verdict.reasons) == [["Said so."]])
        },
        RegistryContract("a verdict about a version that has lost the alias meanwhile promotes nothing") { subject in
            let (first, second) = (try await subject.publish(), try await subject.publish())
            try await subject.promote(first)
            try await subject.promote(second)
            _ = try await subject.publish(verdict: verdict(promoting: true, over: 1))
            #expect(try await subject.registry.version(aliased: "production", of: subject.dataset)?.number == 2)
            let stored = try #require(try await subject.registry.verdicts(of: subject.dataset).last)
            #expect(!stored.verdict.isPromoted)
            #expect(stored.verdict.reasons.last?.contains("points at version 2 now") == true)
        },
        RegistryContract("a worker that lost its lease publishes nothing and moves no alias") { subject in
            let claimed = try await subject.queue.enqueueAndClaim(at: at(0))
            _ = try await subject.queue.claim(worker: "w2", at: at(30))
            let draft = ModelVersionDraft(
                dataset: subject.dataset, watermark: DataWatermark(revision: 1), metadata: "{}", weights: [1],
                verdict: verdict(promoting: true, over: nil))
            await #expect(throws: StoreError.leaseLost(job: claimed.job.id)) {
                try await subject.queue.complete(claimed.lease, result: "{}", publishing: draft, at: at(31))
            }
            #expect(try await subject.registry.aliases(of: subject.dataset).isEmpty)
            #expect(try await subject.registry.verdicts(of: subject.dataset).isEmpty)
            #expect(try await subject.numbers.isEmpty)
        },
        RegistryContract("an evaluation is stored with the job that made it, once, or not at all") { subject in
            let version = try await subject.publish()
            let claimed = try await subject.queue.enqueueAndClaim(at: at(2))
            let draft = ModelEvaluationDraft(
                version: version.id, watermark: DataWatermark(revision: 9), report: #"{"score":1}"#)
            try await subject.queue.complete(claimed.lease, result: "{}", recording: draft, at: at(3))
            let expected = ModelEvaluation(
                job: claimed.job.id, watermark: draft.watermark, report: draft.report, at: at(3))
            #expect(try await subject.registry.evaluations(of: version.id) == [expected])
            #expect(try await subject.queue.job(claimed.job.id)?.state == .completed)
            await #expect(throws: StoreError.leaseLost(job: claimed.job.id)) {
                try await subject.queue.complete(claimed.lease, result: "{}", recording: draft, at: at(4))
            }
            #expect(try await subject.registry.evaluations(of: version.id) == [expected])

            let late = try await subject.queue.enqueueAndClaim(at: at(5))
            try await subject.registry.deleteIfUnaliased(version.id)
            await #expect(throws: StoreError.modelVersionNotFound(version.id)) {
                try await subject.queue.complete(late.lease, result: "{}", recording: draft, at: at(6))
            }
            #expect(try await subject.queue.job(late.job.id)?.state == .running)
        },
    ]
}
