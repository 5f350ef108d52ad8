import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct ModelPackageTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    private func exported() async throws -> ModelPackage {
        try await fixture.ingest("a,0,x,0", "a,10,y,10")
        try await fixture.publishModel()
        return try await fixture.modelService.export(ModelReference(dataset: "d"))
    }

    @Test func `a version that was exported answers in another database`() async throws {
        let package = try await exported()
        let bytes = Array(try JSONText.bytes(package.document))
        let elsewhere = try ServiceFixture()
        try await elsewhere.ingest("b,0,x,4", "b,10,y,4", "b,20,z,1", into: "e")
        let document = try ModelPackage.Document(parsing: bytes)
        let version = try await elsewhere.modelService.add(
            ModelPackage(document: document, weights: package.weights), to: "e")
        #expect(version.version == 1 && version.origin == .imported && version.job == nil)
        let answer = try await elsewhere.prediction.predict(
            PredictionRequest(dataset: "e", series: "b", times: [.number(5)]))
        #expect(answer.channels[0].median == [4])
        let original = try await fixture.catalog.modelVersion(ModelReference(dataset: "d"))
        #expect(version.metadata == original.metadata)
    }

    @Test func `a package that is damaged or does not fit is refused, and nothing is written`() async throws {
        let package = try await exported()
        let refused: [(String, (inout ModelPackage) -> Void)] = [
            ("bytes", { $0.weights.removeLast() }),
            ("other weights", { $0.weights[0] ^= 1 }),
            ("counts time", { $0.document.timeAxis = TimeAxisDescription(.dateTime) }),
            ("metadata", { $0.document.metadata = .object([:]) }),
            ("metadata", { $0.document.metadata = .string("") }),
        ]
        for (word, spoil) in refused {
            var spoilt = package
            spoil(&spoilt)
            do {
                _ = try await fixture.modelService.add(spoilt, to: "d")
                Issue.record("taken in spite of \(word)")
            } catch {
                #expect(error.message.contains(word), "\(error.message)")
            }
        }
        try await fixture.ingest("a,0,x,0", into: "narrow")
        await #expect(throws: ServiceError.packageRefused("dataset “narrow” has no channel “y”")) {
            try await fixture.modelService.add(package, to: "narrow")
        }
        #expect(try await fixture.modelService.describe(dataset: "d").versions.count == 1)
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"format":"lode-model-9"}"#, #"{"format":"lode-model-1"}"#, #"{"format":1}"#,
    ])
    func `a document that is not one is refused`(text: String) async throws {
        #expect(throws: ServiceError.self) { try ModelPackage.Document(parsing: Array(text.utf8)) }
    }

    @Test func `any document cut short is refused`() async throws {
        let bytes = Array(try JSONText.bytes(try await exported().document))
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: ServiceError.self) { try ModelPackage.Document(parsing: Array(bytes.prefix(count))) }
        }
    }
}
