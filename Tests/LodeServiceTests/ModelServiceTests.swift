import LodeDomain
import LodeService
import LodeServiceTestSupport
import LodeStore
import Testing

@Suite struct ModelServiceTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    /// A dataset `d` whose model has that many versions.
    private func prepare(versions: Int) async throws {
        try await fixture.ingest("a,0,x,0", "a,10,y,10")
        for _ in 0..<versions { try await fixture.publishModel() }
    }

    private func reference(_ text: String) throws -> ModelReference { try ModelReference(parsing: text) }

    @discardableResult
    private func promote(_ text: String, to alias: String = "production") async throws -> ModelAliasDescription {
        try await fixture.modelService.promote(reference(text), to: alias, by: "ada", reason: "tried it")
    }

    /// The version that answers a question to `model`.
    private func answering(_ model: String) async throws -> Int {
        try await fixture.prediction.predict(
            PredictionRequest(dataset: model, series: "a", times: [.number(5)])
        ).modelVersion
    }

    @Test func `a model answers by its version in production, else by the latest, or by the one named`() async throws {
        try await prepare(versions: 3)
        #expect(try await answering("d") == 3)
        try await promote("d@1")
        try await promote("d@2", to: "candidate")
        #expect(try await answering("d") == 1)
        #expect(try await answering("d@candidate") == 2)
        #expect(try await answering("d@latest") == 3)
        #expect(try await answering("d@2") == 2)
        try await promote("d@candidate")
        #expect(try await answering("d") == 2)
    }

    @Test func `rollbacks go back one promotion after another, and end with an error`() async throws {
        try await prepare(versions: 3)
        for version in 1...3 { try await promote("d@\(version)") }
        let models = fixture.modelService
        #expect(try await models.rollBack(of: "d", by: "bob", reason: "worse").version == 2)
        #expect(try await answering("d") == 2)
        #expect(try await models.rollBack(of: "d", by: "bob", reason: "worse").version == 1)
        await #expect(throws: ServiceError.nothingToRollBackTo(alias: "production", dataset: "d")) {
            try await models.rollBack(of: "d", by: "bob", reason: "")
        }
        let history = try await models.history(of: "d")
        #expect(history.map(\.kind) == [.promoted, .promoted, .promoted, .rolledBack, .rolledBack])
        #expect(history.map(\.to) == [1, 2, 3, 2, 1])
        #expect(history.last?.by == "bob" && history.last?.at == "2023-11-14T22:13:20Z")
    }

    @Test func `what does not exist is refused with the nearest name`() async throws {
        try await prepare(versions: 1)
        try await promote("d@1", to: "candidate")
        await #expect(
            throws: ServiceError.aliasNotFound(
                "candidat", dataset: "d", nearest: "candidate", known: ["candidate"])
        ) { try await answering("d@candidat") }
        await #expect(throws: ServiceError.versionNotFound(7, dataset: "d", latest: 1)) { try await answering("d@7") }
        await #expect(throws: ServiceError.datasetNotFound("e", nearest: "d")) { try await promote("e@1") }
        await #expect(throws: ServiceError.self) { try await promote("d@1", to: "latest") }
        await #expect(throws: ServiceError.self) { try await promote("d@1", to: "7") }
        await #expect(throws: ServiceError.self) { try await promote("d@1", to: "no blanks") }
        await #expect(throws: ServiceError.self) { try await answering("d@") }
        await #expect(throws: ServiceError.self) {
            try await fixture.prediction.predict(
                PredictionRequest(dataset: "d@1", version: 1, series: "a", times: [.number(5)]))
        }
        await #expect(throws: ServiceError.self) {
            try await fixture.modelService.removeAlias("production", of: "d", by: "ada", reason: "")
        }
    }

    @Test func `a version with an alias is not deleted, one without is`() async throws {
        try await prepare(versions: 3)
        try await promote("d@2")
        await #expect(throws: ServiceError.store(.modelVersionAliased(number: 2, aliases: ["production"]))) {
            try await fixture.modelService.delete(reference("d@production"))
        }
        await #expect(throws: ServiceError.self) { try await fixture.modelService.delete(reference("d")) }
        #expect(try await fixture.modelService.delete(reference("d@3")) == 3)
        #expect(try await fixture.modelService.describe(dataset: "d").versions.map(\.version) == [2, 1])
        #expect(try await fixture.modelService.prune("d", keepingUnaliased: 0) == [1])
        #expect(try await fixture.modelService.all().map(\.dataset) == ["d"])
    }

    @Test func `a version whose metadata cannot be read is listed with its problem, beside the others`() async throws {
        try await prepare(versions: 1)
        try await fixture.publishModel(metadata: #"{"format":7}"#)
        try await fixture.publishModel()
        let versions = try await fixture.catalog.modelVersions(of: "d")
        #expect(versions.map(\.version) == [3, 2, 1])
        #expect(versions.map { $0.metadata == nil } == [false, true, false])
        #expect(versions.map { $0.problem?.contains("metadata") } == [nil, true, nil])
        #expect(try await fixture.catalog.modelVersion(reference("d@2")).problem == versions[1].problem)
        #expect(try await fixture.modelService.all().first?.versions.count == 3)
    }

    @Test func `a damaged version is not promoted, and the old one answers on`() async throws {
        try await prepare(versions: 1)
        try await promote("d@1")
        try await fixture.publishModel(weights: "spoilt")
        await #expect(throws: ServiceError.versionCorrupt(2, dataset: "d", detail: "other weights")) {
            try await promote("d@2")
        }
        #expect(try await answering("d") == 1)
    }

    @Test func `a version that is damaged after it was promoted gives way to the one before, with a warning`()
        async throws
    {
        try await prepare(versions: 1)
        try await promote("d@1")
        let spoilt = try #require(try await fixture.publishModel(weights: "spoilt"))
        _ = try await fixture.models.moveAliasIfConditionHolds(
            AliasMove(alias: "production", by: "ada", reason: ""), of: spoilt.dataset, to: spoilt.id,
            at: Timestamp(microseconds: 0))
        for model in ["d", "d@production", "d@latest"] {
            let answer = try await fixture.prediction.predict(
                PredictionRequest(dataset: model, series: "a", times: [.number(5)]))
            #expect(answer.modelVersion == 1)
            #expect(answer.warnings.first?.contains("Version 2 of the model of “d” cannot be read") == true)
        }
        await #expect(throws: ServiceError.versionCorrupt(2, dataset: "d", detail: "other weights")) {
            try await answering("d@2")
        }
    }

    @Test func `questions in flight while an alias flips are all answered, each by one version`() async throws {
        try await prepare(versions: 2)
        try await promote("d@1")
        let service = fixture.prediction
        let models = fixture.modelService
        let versions = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var versions: [Int] = []
                    for _ in 0..<100 {
                        let request = PredictionRequest(dataset: "d", series: "a", times: [.number(5)])
                        versions.append(try await service.predict(request).modelVersion)
                    }
                    return versions
                }
            }
            group.addTask {
                for flip in 0..<40 {
                    _ = try await models.promote(
                        ModelReference(dataset: "d", selector: .number(1 + flip % 2)), by: "ada", reason: "")
                }
                return []
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(versions.count == 400)
        #expect(Set(versions).isSubset(of: [1, 2]))
        #expect(try await answering("d") == 2)
    }
}
