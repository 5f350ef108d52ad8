import AsyncHTTPClient
import LodeDomain
package import LodeService
import NIOCore

extension DaemonClient: IngestUseCases {
    package func ingest(
        _ text: IngestText, _ request: IngestRequest, onProgress: (@Sendable (IngestProgress) -> Void)?
    ) async throws -> IngestAnswer {
        var call = Call(.post, "v1", "datasets", request.dataset, "observations", query: Self.query(of: request))
        let type: String
        switch request.format {
        case .delimited(let layout):
            type = "text/csv"
            call.query += [
                ("delimiter", layout.delimiter.map { $0 == 9 ? "tab" : String(UnicodeScalar($0)) }),
                ("seriesColumn", layout.seriesColumn), ("seriesName", layout.seriesName),
                ("timeColumn", layout.timeColumn), ("channels", layout.channelColumns?.joined(separator: ",")),
                (
                    "missing",
                    layout.missingMarks.isEmpty ? nil : layout.missingMarks.sorted().joined(separator: ",")
                ),
            ]
        case .ndjson: type = "application/x-ndjson"
        case .lineProtocol(let precision):
            type = "text/plain"
            call.query.append(("precision", precision.rawValue))
        }
        return try await value(call.sending(Self.body(text, onProgress), type: type))
    }

    package func ingest(facts text: IngestText, _ request: FactRequest) async throws -> FactAnswer {
        try await value(
            Call(
                .post, "v1", "datasets", request.dataset, request.kind.rawValue,
                query: [("partial", "\(request.keepsGoodRows)"), ("dryRun", "\(request.isRehearsal)")]
            ).sending(Self.body(text, nil), type: "text/csv"))
    }

    package func ingest(channels text: IngestText, into name: String) async throws -> Int {
        struct Answer: Decodable { var channels: Int }
        return try await value(
            Call(.post, "v1", "datasets", name, "channels").sending(Self.body(text, nil), type: "text/csv"),
            as: Answer.self
        ).channels
    }

    private static func query(of request: IngestRequest) -> [(name: String, value: String?)] {
        var query: [(name: String, value: String?)] = [
            ("partial", "\(request.keepsGoodRows)"), ("dryRun", "\(request.isRehearsal)"),
            ("inputs", request.inputChannels.isEmpty ? nil : request.inputChannels.joined(separator: ",")),
        ]
        switch request.timeAxis {
        case .dateTime: query.append(("timeAxis", "dateTime"))
        case .numeric(let unit): query += [("timeAxis", "numeric"), ("timeUnit", unit)]
        case nil: break
        }
        return query
    }

    /// The text, read from its file while it is sent.
    private static func body(
        _ text: IngestText, _ onProgress: (@Sendable (IngestProgress) -> Void)?
    ) -> HTTPClientRequest.Body {
        .stream(TextParts(text: text, onProgress: onProgress), length: .known(Int64(text.count)))
    }
}

/// A text in pieces.
private struct TextParts: AsyncSequence, Sendable {
    static let pieceBytes = 1 << 18

    let text: IngestText
    let onProgress: (@Sendable (IngestProgress) -> Void)?

    struct AsyncIterator: AsyncIteratorProtocol {
        let parts: TextParts
        var start = 0

        mutating func next() async -> ByteBuffer? {
            let count = parts.text.count
            guard start < count else { return nil }
            let end = Swift.min(start + TextParts.pieceBytes, count)
            let piece = ByteBuffer(bytes: parts.text.bytes(start..<end))
            start = end
            parts.onProgress?(IngestProgress(bytesRead: end, byteCount: count, rows: 0))
            return piece
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: self) }
}
