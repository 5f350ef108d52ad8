import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

@Suite struct PredictionServiceTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    private func prepare(report: EvaluationReport = .winning) async throws {
        try await fixture.ingest("a,0,x,0", "a,10,x,10", "a,20,x,0", "b,5,y,1")
        try await fixture.publishModel(report: report)
    }

    private func times(_ numbers: Double...) -> [TimeValue] { numbers.map { .number($0) } }

    @Test func `a stored series is answered at any times, in the order asked`() async throws {
        try await prepare()
        let answer = try await fixture.prediction.predict(
            PredictionRequest(dataset: "d", series: "a", times: times(25, 5, 12.5, 5)))
        let x = try #require(answer.channels.first)
        #expect(x.channel == "x")
        #expect(x.median == [0, 5, 7.5, 5])
        #expect(x.quantiles.keys.sorted() == ["0.1", "0.5", "0.9"])
        #expect(answer.regimes == [.extrapolation, .interpolation, .interpolation, .interpolation])
        #expect(answer.distances == [5, 5, 2.5, 5])
        #expect(answer.observationsUsed == 3 && answer.modelVersion == 1 && answer.warnings.isEmpty)
    }

    @Test func `the median is there, and no quantile but those asked for`() async throws {
        try await prepare()
        let answer = try await fixture.prediction.predict(
            PredictionRequest(dataset: "d", series: "a", times: times(5), quantiles: [0.9]))
        #expect(answer.channels[0].median == [5])
        #expect(answer.channels[0].quantiles == ["0.9": [6.2816]])
    }

    @Test func `as-of hides what came later`() async throws {
        try await prepare()
        let answer = try await fixture.prediction.predict(
            PredictionRequest(dataset: "d", series: "a", times: times(15), asOf: .number(10)))
        #expect(answer.channels[0].median == [10])
        #expect(answer.regimes == [.extrapolation] && answer.observationsUsed == 2)
    }

    @Test func `an input is known beyond as-of, counts as no observation, and its end is said`() async throws {
        try await fixture.ingest("a,0,x,0", "a,10,x,10", "a,20,x,0", "a,0,u,1", "a,30,u,2")
        try await fixture.publishModel(inputs: ["u", "v"])
        let answer = try await fixture.prediction.predict(
            PredictionRequest(dataset: "d", series: "a", times: times(15, 31), asOf: .number(10)))
        #expect(answer.channels[0].median == [10, 10])
        #expect(answer.observationsUsed == 2)
        #expect(answer.regimes == [.extrapolation, .extrapolation])
        #expect(
            answer.warnings == [
                "1 of 2 times lie beyond the last value of the input “u”, which holds from there on.",
                "The input “v” is not known: its average over the training data is taken.",
            ])
        let sent = try await fixture.prediction.predict(
            PredictionRequest(
                dataset: "d",
                observations: [
                    .init(time: .number(0), channel: "x", value: 3), .init(time: .number(50), channel: "u", value: 1),
                    .init(time: .number(50), channel: "v", value: 1),
                ], times: times(40), asOf: .number(10)))
        #expect(sent.channels[0].median == [3])
        #expect(sent.observationsUsed == 1 && sent.warnings.isEmpty)
    }

    @Test func `observations sent along are used and not stored`() async throws {
        try await prepare()
        let answer = try await fixture.prediction.predict(
            PredictionRequest(
                dataset: "d",
                observations: [
                    .init(time: .number(4), channel: "y", value: 8), .init(time: .number(0), channel: "y", value: 0),
                ], times: times(1)))
        #expect(answer.channels[1].median == [2])
        #expect(try await fixture.catalog.series(of: "d", after: nil, limit: 9).series.map(\.name) == ["a", "b"])
    }

    @Test func `what lies beyond training, and what a model loses to, is said`() async throws {
        try await prepare(report: .scored(1.5, warnings: ["The band is wide."]))
        let answer = try await fixture.prediction.predict(
            PredictionRequest(dataset: "d", observations: [], times: times(5, 1500)))
        #expect(answer.distancesBeyondTraining == [0, 500])
        #expect(
            answer.warnings == [
                "No observations were used: the answer is what the model expects of any series.",
                "1 of 2 times lie beyond the times the model was trained on.",
                "The model loses to linear interpolation at interpolation.", "The band is wide.",
            ])
    }

    @Test func `date-times are asked and answered as such`() async throws {
        try await fixture.ingest("a,2024-05-01T00:00:00Z,x,0", "a,2024-05-01T00:01:00Z,x,60")
        try await fixture.publishModel()
        let answer = try await fixture.prediction.predict(
            PredictionRequest(dataset: "d", series: "a", times: [.text("2024-05-01T02:00:30+02:00")]))
        #expect(answer.times == [.text("2024-05-01T00:00:30Z")])
        // A step beyond all time leads to the first time alone.
        var stepped = PredictionRequest(dataset: "d", series: "a", times: [])
        stepped.times = .step(from: .text("2024-05-01"), to: .text("2024-05-02"), step: 1e305)
        #expect(try await fixture.prediction.predict(stepped).times == [.text("2024-05-01T00:00:00Z")])
        #expect(answer.channels[0].median == [30])
        #expect(answer.distances == [30] && answer.distanceUnit == "s")
    }

    @Test func `a model is loaded once, however many ask`() async throws {
        try await prepare()
        let service = fixture.prediction
        let request = PredictionRequest(dataset: "d", series: "a", times: times(5))
        try await withThrowingTaskGroup(of: PredictionAnswer.self) { group in
            for _ in 0..<20 { group.addTask { try await service.predict(request) } }
            for try await answer in group { #expect(answer.channels[0].median == [5]) }
        }
        #expect(fixture.loader.loads == 1)
    }

    @Test func `the newest version answers unless another is named`() async throws {
        try await prepare()
        try await fixture.publishModel()
        let request = PredictionRequest(dataset: "d", series: "a", times: times(5))
        #expect(try await fixture.prediction.predict(request).modelVersion == 2)
        var old = request
        old.version = 1
        #expect(try await fixture.prediction.predict(old).modelVersion == 1)
        old.version = 7
        await #expect(throws: ServiceError.versionNotFound(7, dataset: "d", latest: 2)) {
            try await fixture.prediction.predict(old)
        }
    }

    @Test func `an unknown series is answered by the nearest name, an untrained dataset by what to do`() async throws {
        try await prepare()
        await #expect(throws: ServiceError.seriesNotFound("A", dataset: "d", nearest: "a")) {
            try await fixture.prediction.predict(PredictionRequest(dataset: "d", series: "A", times: times(1)))
        }
        try await fixture.ingest("a,0,x,0", into: "fresh")
        await #expect(throws: ServiceError.datasetUntrained("fresh")) {
            try await fixture.prediction.predict(PredictionRequest(dataset: "fresh", series: "a", times: times(1)))
        }
    }

    @Test(arguments: [
        ("/times", PredictionRequest(dataset: "d", series: "a", times: [])),
        ("/times/1", PredictionRequest(dataset: "d", series: "a", times: [.number(1), .text("noon")])),
        ("/times/0", PredictionRequest(dataset: "d", series: "a", times: [.number(.infinity)])),
        ("/asOf", PredictionRequest(dataset: "d", series: "a", times: [.number(1)], asOf: .text("now"))),
        ("/series", PredictionRequest(dataset: "d", times: [.number(1)])),
        ("/series", PredictionRequest(dataset: "d", series: "a", observations: [], times: [.number(1)])),
        ("/statics", PredictionRequest(dataset: "d", series: "a", statics: ["age": 1], times: [.number(1)])),
        ("/quantiles", PredictionRequest(dataset: "d", series: "a", times: [.number(1)], quantiles: [])),
        ("/levels/0", .changed { $0.levels = [0.8] }),
        ("/levels/1", .changed { $0.levels = [80, 80] }),
        ("/paths", .changed { $0.paths = 65 }),
        ("/tolerance", .changed { $0.tolerance = 1e-7 }),
        ("/tolerance", .changed { $0.tolerance = .nan }),
        ("/times/count", .changed { $0.times = .count(from: .number(0), to: .number(1), count: 0) }),
        ("/times/to", .changed { $0.times = .count(from: .number(1), to: .number(0), count: 3) }),
        ("/times/to", .changed { $0.times = .count(from: .number(-1e308), to: .number(1e308), count: 3) }),
        ("/times/step", .changed { $0.times = .step(from: .number(0), to: .number(1), step: 1e-9) }),
        ("/times/step", .changed { $0.times = .step(from: .number(0), to: .number(1), step: 0) }),
        ("/quantiles/0", PredictionRequest(dataset: "d", series: "a", times: [.number(1)], quantiles: [0])),
        ("/quantiles/1", PredictionRequest(dataset: "d", series: "a", times: [.number(1)], quantiles: [0.5, 0.5])),
        ("/quantiles/0", PredictionRequest(dataset: "d", series: "a", times: [.number(1)], quantiles: [.nan])),
        ("/samples", PredictionRequest(dataset: "d", series: "a", times: [.number(1)], samples: 0)),
    ])
    func `a wrong field is named`(pointer: String, request: PredictionRequest) async throws {
        try await prepare()
        let error = await #expect(throws: ServiceError.self) { try await fixture.prediction.predict(request) }
        guard case .invalidRequest(let named, _, _) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(named == pointer)
    }

    @Test func `observations sent along are checked`() async throws {
        try await prepare()
        func ask(_ observations: PredictionRequest.Observation...) async throws {
            _ = try await fixture.prediction.predict(
                PredictionRequest(dataset: "d", observations: observations, times: times(1)))
        }
        await #expect(throws: ServiceError.channelNotFound("z", known: ["x", "y"])) {
            try await ask(.init(time: .number(1), channel: "z", value: 1))
        }
        await #expect(throws: ServiceError.self) {
            try await ask(
                .init(time: .number(1), channel: "x", value: 1), .init(time: .number(1), channel: "x", value: 2))
        }
    }
}

extension PredictionRequest {
    fileprivate static func changed(_ change: (inout PredictionRequest) -> Void) -> PredictionRequest {
        var request = PredictionRequest(dataset: "d", series: "a", times: [.number(1)])
        change(&request)
        return request
    }
}
