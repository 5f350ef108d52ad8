import LodeDomain
import LodeService
import LodeServiceTestSupport
import LodeStore
import Testing

@Suite struct TrainingServiceTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    private func ingestEnough() async throws {
        let lines = (0..<5).flatMap { series in (0..<5).map { "s\(series),\($0),x,1" } }
        let text = (["series,time,channel,value"] + lines).joined(separator: "\n")
        _ = try await fixture.ingest.ingest(csv: Array(text.utf8), into: "enough", timeAxis: nil)
    }

    @Test func `a request becomes a job with the same arguments`() async throws {
        try await ingestEnough()
        let request = TrainingRequest(dataset: "enough", seed: .max, maxEpochs: 7, learningRate: 0.01)
        let job = try await fixture.training.requestTraining(request)
        #expect(job.kind == "train" && job.state == .available)
        let stored = try await fixture.queue.job(Identifier(rawValue: job.id))
        let arguments = try #require(stored?.arguments)
        #expect(try JSONText.decode(TrainingRequest.self, from: .init(arguments.utf8)) == request)
    }

    @Test func `an unknown dataset is answered by the nearest name`() async throws {
        try await ingestEnough()
        await #expect(throws: ServiceError.datasetNotFound("enuogh", nearest: "enough")) {
            try await fixture.training.requestTraining(TrainingRequest(dataset: "enuogh"))
        }
    }

    @Test func `a dataset too small is refused with its size`() async throws {
        try await fixture.ingest("a,1,x,2", "b,1,x,2")
        await #expect(throws: ServiceError.tooLittleData(dataset: "d", series: 2, observations: 2)) {
            try await fixture.training.requestTraining(TrainingRequest(dataset: "d"))
        }
        #expect(try await fixture.jobs.jobs(limit: 10).isEmpty)
    }

    @Test(arguments: [
        TrainingRequest(dataset: "d", maxEpochs: 0), TrainingRequest(dataset: "d", patience: -1),
        TrainingRequest(dataset: "d", latentDimension: 513), TrainingRequest(dataset: "d", hiddenDimension: 0),
        TrainingRequest(dataset: "d", learningRate: 0), TrainingRequest(dataset: "d", learningRate: .nan),
        TrainingRequest(dataset: "d", threads: 0),
    ])
    func `a setting out of range is refused before anything is looked up`(request: TrainingRequest) async {
        let error = await #expect(throws: ServiceError.self) {
            try await fixture.training.requestTraining(request)
        }
        #expect(error?.profile == ServiceError.invalidRequest(pointer: "", value: nil, expected: "").profile)
    }

    @Test(arguments: [
        #""derivativeBound":0"#, #""derivativeBound":-1"#, #""weightDecay":2"#, #""derivativeBoundKind":"fixed""#,
        #""pathPenaltyWeight":0.1"#, #""pathPenalty":"length","pathPenaltyWeight":-1"#,
    ])
    func `a structure that makes no sense is refused with its place`(setting: String) async throws {
        let text = #"{"dataset":"d",\#(setting)}"#
        let request = try JSONText.decode(TrainingRequest.self, from: .init(text.utf8))
        let error = await #expect(throws: ServiceError.self) {
            try await fixture.training.requestTraining(request)
        }
        #expect(error?.profile == ServiceError.invalidRequest(pointer: "", value: nil, expected: "").profile)
    }

    @Test(arguments: [
        #""encoder":"transformer""#, #""dynamics":"chaotic""#, #""pathPenalty":"area""#, #""inputs":{"u":"cubic"}"#,
    ])
    func `a choice that does not exist does not parse`(setting: String) {
        let text = #"{"dataset":"d",\#(setting)}"#
        #expect(throws: ServiceError.self) {
            _ = try JSONText.decode(TrainingRequest.self, from: .init(text.utf8))
        }
    }

    @Test func `encoder, dynamics and inputs survive the way to the worker`() throws {
        var request = TrainingRequest(dataset: "d")
        request.encoder = .odeRecurrent
        request.dynamics = .timeDependent
        request.derivativeBound = 2
        request.derivativeBoundKind = .fixed
        request.weightDecay = 0.001
        request.pathPenalty = .kineticEnergy
        request.pathPenaltyWeight = 0.1
        request.inputs = ["dose": .hold, "temperature": .linear]
        #expect(try JSONText.decode(TrainingRequest.self, from: .init(JSONText.string(request).utf8)) == request)
    }

    @Test func `a mistyped setting is an error that names the right one`() throws {
        let text = #"{"dataset":"d","maxEpoch":3}"#
        let error = #expect(throws: ServiceError.self) {
            try JSONText.decode(TrainingRequest.self, from: .init(text.utf8))
        }
        #expect(error?.message.contains("did you mean “maxEpochs”?") == true)
    }

    @Test func `a job is cancelled once and for all`() async throws {
        try await ingestEnough()
        let job = try await fixture.training.requestTraining(TrainingRequest(dataset: "enough"))
        #expect(try await fixture.jobs.cancel(job.id).state == .cancelled)
        #expect(try await fixture.jobs.cancel(job.id).state == .cancelled)
        #expect(try await fixture.jobs.job(job.id).state == .cancelled)
        await #expect(throws: ServiceError.jobNotFound(99)) { try await fixture.jobs.cancel(99) }
    }

    @Test func `a completed job cannot be cancelled`() async throws {
        try await fixture.ingest("a,1,x,2")
        let version = try await fixture.publishModel()
        let id = try #require(version?.job).rawValue
        await #expect(throws: ServiceError.jobFinished(id, state: .completed)) {
            try await fixture.jobs.cancel(id)
        }
    }
}
