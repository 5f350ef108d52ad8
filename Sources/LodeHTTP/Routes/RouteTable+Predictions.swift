import HTTPTypes
import Hummingbird
import LodeService
import NIOCore

extension RouteTable {
    /// The question that all the rest is for.
    mutating func addPredictions(_ services: APIServices, meter: Meter, places: WorkPlaces, cacheBytes: Int) {
        let cache = AnswerCache(budget: cacheBytes)
        on(
            .post, "/v1/predictions",
            Operation(
                .read, "Answers what series were or will be at any times",
                query: [
                    .word("format", PredictionFormat.allCases.map(\.name), "the form of the answer, before Accept")
                ],
                body: .json(.reference("Question")),
                Operation.Answer(
                    status: 200,
                    content: [
                        "application/json": .either([.reference("Prediction"), .reference("Predictions")]),
                        "application/x-ndjson": .string, "text/csv": .string,
                    ]),
                problems: [404, 406, 409])
        ) { request, context in
            let format = try PredictionFormat(request)
            let key = AnswerCache.Key(body: context.body, format: format)
            // Before anything is read: what changes while the question is answered makes another mark.
            let mark = services.prediction.mark
            if let mark, let known = cache.answer(to: key, mark: mark) {
                meter.add(1, to: Metric.answersReused.name)
                return format.response(known)
            }
            let order = try await context.json(PredictionOrder.self)
            let answers = try await places.run { try await services.prediction.predict(order) }
            meter.add(Double(answers.reduce(0) { $0 + $1.times.count }), to: Metric.predictedTimes.name)
            switch format {
            case .json:
                var text = ByteBuffer(bytes: order.isList ? PredictionAnswer.json(answers) : answers[0].json)
                text.writeString("\n")
                if let mark { cache.keep(text, to: key, mark: mark) }
                return format.response(text)
            case .table(let layout):
                return format.response(PredictionTable(answers, layout: layout))
            }
        }
    }
}

extension PredictionFormat {
    private var headers: HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] = mediaType
        headers[.vary] = "accept"
        return headers
    }

    fileprivate func response(_ text: ByteBuffer) -> Response {
        Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: text))
    }

    /// Rows that are written while they are sent.
    fileprivate func response(_ table: PredictionTable) -> Response {
        Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await table.write { try await writer.write(ByteBuffer(bytes: $0)) }
                try await writer.finish(nil)
            })
    }
}
