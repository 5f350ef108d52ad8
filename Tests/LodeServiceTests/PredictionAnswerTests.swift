import Foundation
import LodeDomain
import LodeService
import LodeServiceTestSupport
import Testing

/// Forms of questions and answers.
@Suite struct PredictionAnswerTests {
    private let fixture: ServiceFixture

    init() throws { fixture = try ServiceFixture() }

    private func prepare() async throws {
        try await fixture.ingest("a,0,x,0", "a,10,x,10", "a,20,x,0", "b,5,y,1", "b,6,x,4")
        try await fixture.publishModel(report: .winning)
    }

    private func answer(_ json: String) async throws -> PredictionAnswer {
        try await fixture.prediction.predict(try JSONText.decode(PredictionRequest.self, from: Data(json.utf8)))
    }

    private func text(_ answers: [PredictionAnswer], _ layout: PredictionTable.Layout) async throws -> [String] {
        var bytes: [UInt8] = []
        try await PredictionTable(answers, layout: layout).write { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `times are a range with a count or a step, ends included`() async throws {
        try await prepare()
        let counted = try await answer(#"{"dataset":"d","series":"a","times":{"from":0,"to":10,"count":5}}"#)
        #expect(counted.times == [0, 2.5, 5, 7.5, 10].map { .number($0) })
        let stepped = try await answer(#"{"dataset":"d","series":"a","times":{"from":0,"to":1,"step":0.1}}"#)
        #expect(stepped.times.count == 11)
        let single = try await answer(#"{"dataset":"d","series":"a","times":{"from":3,"to":10,"count":1}}"#)
        #expect(single.times == [.number(3)])
    }

    @Test func `a range of date-times steps by seconds`() async throws {
        try await fixture.ingest("a,2024-05-01,x,1", "a,2024-05-02,x,2", into: "t")
        try await fixture.publishModel(of: "t")
        let answer = try await answer(
            #"{"dataset":"t","series":"a","times":{"from":"2024-05-01T00:00:00Z","to":"2024-05-01T01:00:00Z","step":1800}}"#
        )
        #expect(
            answer.times.map(\.description) == ["2024-05-01T00:00:00Z", "2024-05-01T00:30:00Z", "2024-05-01T01:00:00Z"])
    }

    @Test func `intervals come by level, keyed as they were asked for`() async throws {
        try await prepare()
        let x = try await answer(#"{"dataset":"d","series":"a","times":[5],"levels":[80],"quantiles":[]}"#).channels[0]
        #expect(x.quantiles.isEmpty)
        let interval = try #require(x.intervals?["80"])
        #expect(x.intervals?.count == 1 && interval.lower == [3.7184] && interval.upper == [6.2816])
    }

    @Test func `paths, judgements, coverage and the state of the data come with the answer`() async throws {
        try await prepare()
        let plain = try await answer(#"{"dataset":"d","series":"a","times":[5]}"#)
        #expect(plain.channels[0].paths == nil && plain.anomalies == nil && plain.dataRevision == 1)
        #expect(plain.coverage.interpolation?["80"] != nil)
        let more = try await answer(
            #"{"dataset":"d","series":"a","times":[5,6],"paths":2,"samples":2,"anomalies":true,"noise":false}"#)
        #expect(more.channels[0].paths == [[5, 6], [6, 7]] && !more.noise)
        #expect(more.anomalies?.map(\.tailProbability) == [0.5, 0.001, 0.5])
        let sent = try await answer(#"{"dataset":"d","observations":[],"times":[5]}"#)
        #expect(sent.dataRevision == nil)
    }

    @Test func `an answer is the same however it is written`() async throws {
        try await fixture.ingest("a,0,x,0.1", "a,10,x,1e-7", "a,20,x,12345678.25")
        try await fixture.publishModel(report: .winning)
        let answer = try await answer(
            #"{"dataset":"d","series":"a","times":[0,3,25,2e3],"levels":[50,99.5],"paths":2,"anomalies":true,"asOf":20}"#
        )
        #expect(
            String(decoding: answer.json, as: UTF8.self) == String(decoding: try JSONText.bytes(answer), as: UTF8.self))
    }

    @Test(arguments: [#""mean":31.5,"#, ""])
    func `an answer with all that it may hold is the same however it is written, and reads again`(
        mean: String
    ) async throws {
        func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
            try JSONText.decode(type, from: Data(json.utf8))
        }
        try await prepare()
        var answer = try await answer(#"{"dataset":"d","series":"a","times":[5,25]}"#)
        answer.tolerance = 1e-3
        answer.intensities = [0.5, 2e-300]
        answer.outcome = Prediction.Outcome(name: #"died "young""#, value: 0.25, isProbability: true)
        answer.latentStates = Prediction.LatentStates(
            mean: [[1, 2], [3, 4]], standardDeviation: [[0, 1e-9], [1, 1]])
        answer.seriesAnomaly = try decoded(
            PredictionAnswer.SeriesAnomaly.self, #"{"logDensity":-1.5,"rank":0.25,"references":7}"#)
        answer.nextObservation = try decoded(
            PredictionAnswer.NextObservation.self, #"{"after":25,\#(mean)"quantiles":{"0.1":26,"0.9":null}}"#)
        let text = try JSONText.string(answer)
        #expect(String(decoding: answer.json, as: UTF8.self) == text)
        #expect(try decoded(PredictionAnswer.self, text) == answer)
        let several = String(decoding: PredictionAnswer.json([answer, answer]), as: UTF8.self)
        #expect(several == #"{"predictions":[\#(text),\#(text)]}"#)
    }

    @Test func `several series are answered in the order named, or none is`() async throws {
        try await prepare()
        func order(_ json: String) throws -> PredictionOrder {
            try JSONText.decode(PredictionOrder.self, from: Data(json.utf8))
        }
        let answers = try await fixture.prediction.predict(
            order(#"{"dataset":"d","series":["b","a"],"times":[5]}"#))
        #expect(answers.map(\.series) == ["b", "a"])
        #expect(answers.map { $0.channels[0].median } == [[4], [5]])
        await #expect(throws: ServiceError.seriesNotFound("c", dataset: "d", nearest: "a")) {
            try await fixture.prediction.predict(order(#"{"dataset":"d","series":["a","c"],"times":[5]}"#))
        }
        #expect(throws: ServiceError.self) { try order(#"{"dataset":"d","series":[],"times":[5]}"#) }
    }

    @Test func `tables have a row for each time, long, wide or as lines of JSON`() async throws {
        try await prepare()
        let order = try JSONText.decode(
            PredictionOrder.self,
            from: Data(#"{"dataset":"d","series":["a","b"],"times":[5,25],"levels":[80],"quantiles":[]}"#.utf8))
        let answers = try await fixture.prediction.predict(order)
        #expect(
            try await text(answers, .wide) == [
                "unique_id,ds,x,x-lo-80,x-hi-80,y,y-lo-80,y-hi-80", "a,5,5,3.7184,6.2816,0,-1.2816,1.2816",
                "a,25,0,-1.2816,1.2816,0,-1.2816,1.2816", "b,5,4,2.7184,5.2816,1,-0.2816,2.2816",
                "b,25,4,2.7184,5.2816,1,-0.2816,2.2816",
            ])
        let long = try await text(answers, .long)
        #expect(long.count == 9)
        #expect(long[0] == "series,time,channel,regime,distance,mean,standardDeviation,median,lo-80,hi-80")
        #expect(long[1] == "a,5,x,interpolation,5,5,1,5,3.7184,6.2816")
        let lines = try await text(answers, .lines)
        #expect(lines.count == 4)
        guard case .object(let first) = try JSONValue(parsing: lines[0]) else {
            Issue.record("no object: \(lines[0])")
            return
        }
        #expect(first["series"] == .string("a") && first["time"] == .integer(5))
    }

    @Test func `what was read is read again only when the series has changed`() async throws {
        try await prepare()
        let before = try await answer(#"{"dataset":"d","series":"a","times":[5]}"#)
        try await fixture.ingest("b,7,x,9")
        let other = try await answer(#"{"dataset":"d","series":"a","times":[5]}"#)
        #expect(other.channels == before.channels && other.dataRevision == 2)
        try await fixture.ingest("a,5,x,-3")
        let after = try await answer(#"{"dataset":"d","series":"a","times":[5]}"#)
        #expect(after.channels[0].median == [-3] && after.dataRevision == 3)
        // What was known then stays as it was.
        let past = try await answer(#"{"dataset":"d","series":"a","times":[15],"asOf":4}"#)
        try await fixture.ingest("a,30,x,1")
        let again = try await answer(#"{"dataset":"d","series":"a","times":[15],"asOf":4}"#)
        #expect(again.json == past.json)
    }
}
