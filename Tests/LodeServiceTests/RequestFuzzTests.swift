import Foundation
import LodeDomain
import LodeService
import LodeTestSupport
import Testing

/// Bodies of requests with anything wrong in them, as far as they are read before a route looks at what is stored.
@Suite struct RequestFuzzTests {
    /// A kind of body with some that are right.
    struct Body: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var documents: [String]
        /// Reads it; what is wrong with the value that was read.
        var flaw: @Sendable (Data) throws -> String?

        init<Value: Decodable & SendableMetatype>(
            _ type: Value.Type, _ documents: [String],
            _ flaw: @escaping @Sendable (Value) throws -> String? = { _ in nil }
        ) {
            testDescription = "\(type)"
            self.documents = documents
            self.flaw = { try flaw(try JSONText.decode(type, from: $0)) }
        }
    }

    /// What is written reads as the same.
    private static func roundTrip<Value: Codable & Equatable>(_ value: Value) throws -> String? {
        let again = try JSONText.decode(Value.self, from: try JSONText.bytes(value))
        return again == value ? nil : "written and read it is another: \(again)"
    }

    private static let question =
        #"{"dataset":"d","series":"a","times":[1,2.5,"x"],"asOf":3,"quantiles":[0.1,0.9],"levels":[80],"samples":4,"paths":2,"noise":false,"states":true,"anomalies":true,"seed":7,"tolerance":0.001}"#
    private static let sent =
        #"{"model":"d@1","observations":[{"time":1,"channel":"x","value":2}],"statics":{"age":7},"times":{"from":0,"to":9,"count":4}}"#
    private static let stepped =
        #"{"model":"d@latest","series":["a","b"],"times":{"from":"2024-05-01","to":"2024-05-02T00:00:00Z","step":3600}}"#

    private static let bodies = [
        Body(PredictionOrder.self, [question, sent, stepped]) { order in
            order.questions.isEmpty ? "no question" : try order.questions.compactMap(roundTrip).first
        },
        Body(
            OpenInference.Request.self,
            [
                #"{"id":"1","inputs":[{"name":"times","shape":[2],"datatype":"FP64","data":[1,2]},{"name":"series","shape":[1],"datatype":"BYTES","data":["a"]}],"parameters":{"as_of":1,"samples":4,"seed":2},"outputs":[{"name":"mean"}]}"#,
                #"{"inputs":[{"name":"times","shape":[1,2],"datatype":"FP64","data":[[1,2]]},{"name":"observation_times","shape":[1],"datatype":"FP64","data":[1]},{"name":"observation_channels","shape":[1],"datatype":"BYTES","data":["x"]},{"name":"observation_values","shape":[1],"datatype":"FP64","data":[1]},{"name":"quantiles","shape":[1],"datatype":"FP64","data":[0.5]}]}"#,
            ]
        ) { request in try roundTrip(try request.question(model: "d", version: 1)) },
        Body(
            JobSubmission.self,
            [
                #"{"kind":"probe","arguments":{"seconds":0},"priority":1,"tags":["a"],"unique":{"key":"k","onConflict":"returnExisting"},"metadata":{"a":[1,null,true,{"b":18446744073709551615}]},"notBefore":"2024-05-01","timeoutSeconds":3.5}"#
            ], roundTrip),
        Body(
            ScheduleRequest.self,
            [
                #"{"name":"s","trigger":{"cron":"1 2 3 * *","timeZone":"Europe/Zurich"},"job":{"kind":"probe","arguments":{"seconds":1}},"missedRuns":"all","missedRunsLimit":3,"paused":true}"#,
                #"{"name":"s","trigger":{"everySeconds":60},"job":{"kind":"train","arguments":{"dataset":"d"}}}"#,
                #"{"name":"s","trigger":{"model":"d@1","likelihoodDrop":0.5,"newObservations":100},"job":{"kind":"train"}}"#,
            ], roundTrip),
        Body(
            TrainingRequest.self,
            [
                #"{"dataset":"d","seed":3,"maxEpochs":10,"channels":["a","b"],"likelihoods":{"a":"poisson"},"promote":{"margin":0}}"#
            ], roundTrip),
        Body(TuningRequest.self, [#"{"train":{"dataset":"d"},"trials":3}"#, #"{"dataset":"d","trials":3}"#]),
        Body(DriftRequest.self, [#"{"model":"d@1","drop":0.5,"newObservations":3,"newSeries":0}"#], roundTrip),
        Body(ChannelChange.self, [#"{"unit":"mg","kind":"input"}"#], roundTrip),
        Body(
            ModelPackage.Document.self,
            [
                #"{"format":"lode-model-1","dataset":"d","version":1,"timeAxis":{"kind":"numeric","unit":"days"},"createdAt":"2024-05-01T00:00:00Z","dataRevision":3,"provenance":{"origin":"trained"},"weightsBytes":8,"metadata":{"a":[1,2]}}"#
            ]),
        // A fraction beyond 2⁵³ is read as a whole number nearby; what was written once stays as it is.
        Body(
            JSONValue.self,
            [#"{"a":[1,2.5,-0.0,null,true,"x\u00fc\ud83e\uddea"],"b":{"c":{}},"n":18446744073709551615}"#]
        ) { value in try roundTrip(try JSONText.decode(JSONValue.self, from: try JSONText.bytes(value))) },
    ]

    private static let words = [
        "null", "true", "0", "-1", "1e308", "-1e999", "9223372036854775808", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]",
        "{}", "[[", "{\"a\":",
        ",", ":", "\"", "}", "]", "co2@", "\\", "\"times\":", "\"count\":", "\"step\":", "1e305", "[1,2,3]",
    ]

    @Test(arguments: bodies)
    func `a body is read or refused with a pointer, and comes back as it was read`(body: Body) throws {
        let documents = body.documents.map { Array($0.utf8) }
        let fault = try FuzzCampaign(body.testDescription, standard: 2000).run(documents, words: Self.words) {
            text, _ in
            do {
                return try body.flaw(Data(text))
            } catch let error as ServiceError {
                let profile = error.profile
                guard profile.httpStatus < 500 else { return "\(profile.code): \(error.message)" }
                return (1...100_000).contains(error.message.utf8.count)
                    ? nil : "a message of \(error.message.utf8.count) bytes"
            }
        }
        #expect(fault == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a mistyped key of megabytes is refused without being compared letter by letter`() {
        let body = Data("{\"\(String(repeating: "x", count: 20_000_000))\":1}".utf8)
        #expect(throws: ServiceError.self) { try JSONText.decode(PredictionRequest.self, from: body) }
    }
}
