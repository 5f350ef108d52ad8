import Foundation
import HTTPTypes
import Hummingbird
import LodeService
import NIOCore

extension Response {
    /// A value as JSON.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = HTTPFields()
    ) throws(ServiceError) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        var bytes = try JSONText.bytes(value)
        bytes.append(UInt8(ascii: "\n"))
        if status == .ok { headers[.eTag] = EntityTag.text(of: bytes) }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A text of comma-separated values.
    static func csv(_ bytes: [UInt8]) -> Response {
        csv(ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A text of comma-separated values that is made while it is sent.
    static func csv(_ body: ResponseBody) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8"
        return Response(status: .ok, headers: headers, body: body)
    }
}
