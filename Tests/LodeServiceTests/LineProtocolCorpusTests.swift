import Foundation
import LodeGzip
import LodeService
import Testing

/// The public conformance corpus of the line protocol, which lies beside the project where it is at all.
@Suite struct LineProtocolCorpusTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/data/line-protocol/corpus.json.gz")
        .standardizedFileURL.path(percentEncoded: false)

    private struct Corpus: Decodable {
        var decode: [String: Case]
    }

    private struct Case: Decodable {
        var input: Input
        var output: Output
    }

    private struct Input: Decodable {
        var text: Bytes
        var precision: String
        var defaultTime: Int64
    }

    private struct Output: Decodable {
        var result: [Point]?
        var error: String?
    }

    private struct Point: Decodable {
        var time: Int64
        var name: Bytes
        var tags: [Tag]?
        var fields: [Field]
    }

    private struct Tag: Decodable {
        var key: Bytes
        var value: Bytes
    }

    private struct Field: Decodable {
        var key: Bytes
        var value: Value
    }

    private struct Value: Decodable {
        var float: Double?
        var int: Int64?
        var uint: UInt64?
        var bool: Bool?
        var string: Bytes?
    }

    /// A text, or base64 in an object.
    private struct Bytes: Decodable {
        var bytes: [UInt8]

        private enum CodingKeys: String, CodingKey { case binary }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                bytes = Array(text.utf8)
            } else {
                bytes = Array(try decoder.container(keyedBy: CodingKeys.self).decode(Data.self, forKey: .binary))
            }
        }
    }

    /// What Lode's reader makes of a text: its points in words, or the place of the first fault.
    private func read(_ input: Input) -> Result<[String], LineProtocolFault> {
        var reader = LineProtocolReader()
        let bytes = input.text.bytes.span
        let unit = LineProtocolPrecision(written: input.precision)?.nanoseconds ?? 0
        var points: [String] = []
        do throws(LineProtocolFault) {
            while try reader.readKey(bytes) {
                var tags: [([UInt8], [UInt8])] = []
                for tag in reader.tags {
                    tags.append((LineProtocolReader.text(tag.key, bytes), LineProtocolReader.text(tag.value, bytes)))
                }
                tags.sort { $0.0.lexicographicallyPrecedes($1.0) }
                for (first, second) in zip(tags, tags.dropFirst()) where first.0 == second.0 {
                    throw reader.fault(reader.measurement.start, bytes, "repeated tag")
                }
                try reader.readFields(bytes)
                var text = "\(reader.name(bytes)) \(tags)"
                for field in reader.fields {
                    text += " \(LineProtocolReader.text(field.key, bytes)) \(try reader.value(of: field, bytes))"
                }
                let time = try reader.time(bytes).map { $0.multipliedReportingOverflow(by: unit) }
                if time?.overflow == true { throw reader.fault(reader.measurement.start, bytes, "too large") }
                points.append(text + " \(time?.partialValue ?? input.defaultTime / unit * unit)")
            }
        } catch {
            return .failure(error)
        }
        return .success(points)
    }

    private func words(_ point: Point) -> String {
        var text = "\(point.name.bytes) \((point.tags ?? []).map { ($0.key.bytes, $0.value.bytes) })"
        for field in point.fields {
            let value: LineProtocolValue =
                if let float = field.value.float {
                    // The corpus is JSON, which writes the reference's -0 as 0.
                    .float(float)
                } else if let int = field.value.int {
                    .integer(int)
                } else if let uint = field.value.uint {
                    .unsigned(uint)
                } else if let bool = field.value.bool {
                    .bool(bool)
                } else {
                    .string(field.value.string?.bytes ?? [])
                }
            text += " \(field.key.bytes) \(value)"
        }
        return text + " \(point.time)"
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: path), "../shared/data/line-protocol is absent"))
    func `every case of the corpus is accepted or refused alike, with the same values and the same place`() throws {
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: Self.path)))
        let text = try GzipText.unpacked(packed, limit: 1 << 30)
        let cases = try JSONDecoder().decode(Corpus.self, from: Data(text)).decode
        #expect(cases.count == 6615)
        var differing: [String] = []
        for (key, example) in cases {
            switch (read(example.input), example.output.result, example.output.error) {
            case (.success(let points), let expected?, nil)
            where points.map({ $0.replacing("float(-0.0)", with: "float(0.0)") }) == expected.map(words): continue
            case (.failure(let fault), nil, let error?):
                // The reference gives no place for repeated tags and for timestamps that are no numbers.
                guard let place = error.firstMatch(of: #/at line (\d+):(\d+):/#) else { continue }
                if (String(place.1), String(place.2)) == ("\(fault.line)", "\(fault.column)") { continue }
                differing.append("\(key): \(error) / \(fault)")
            case (let found, _, _): differing.append("\(key): \(example.output) / \(found)")
            }
        }
        #expect(differing.isEmpty, "\(differing.count): \(differing.prefix(5).joined(separator: "\n"))")
    }
}
