import Foundation
import HTTPTypes
import Hummingbird
import LodeService
import NIOCore

extension RouteTable {
    /// The question that all the rest is for.
    mutating func addPredictions(_ services: APIServices, meter: Meter, bodyLimit: Int) {
        let cache = AnswerCache(budget: 64 << 20)
        on(.post, "/v1/predictions") { request, _ in
            let format = try PredictionFormat(request)
            let body = ByteBuffer(bytes: try await request.bytes(ofType: "application/json", limit: bodyLimit))
            let key = AnswerCache.Key(body: body, format: format)
            // Before anything is read: what changes while the question is answered makes another mark.
            let mark = services.prediction.mark
            if let mark, let known = cache.answer(to: key, mark: mark) {
                meter.add(1, to: Metric.answersReused.name)
                return format.response(known)
            }
            let order = try JSONText.decode(PredictionOrder.self, from: Data(body.readableBytesView))
            let answers = try await services.prediction.predict(order)
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
