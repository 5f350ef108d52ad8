import HTTPTypes
import Hummingbird
import LodeWeb
import NIOCore

extension RouteTable {
    /// The web page at `/`, and its files.
    mutating func addWeb() {
        on(.get, "/", Operation(.open, "Gives the web page", .text("text/html"))) { request, _ in
            request.answer(with: WebPage.document)
        }
        on(
            .get, "/web/{file}",
            Operation(
                .open, "Gives a file of the web page",
                Operation.Answer(
                    status: 200,
                    content: Dictionary(
                        WebPage.files.values.map { ("\($0.kind.rawValue.prefix { $0 != ";" })", Schema.string) },
                        uniquingKeysWith: { $1 })))
        ) { request, context in
            guard let file = WebPage.files[try context.parameter("file")] else { throw RequestFault.pathUnknown }
            return request.answer(with: file)
        }
    }
}

extension Request {
    /// The file, or word that the client has it already.
    fileprivate func answer(with file: WebFile) -> Response {
        let tag = "\"\(file.fingerprint)\""
        var headers = HTTPFields()
        headers[.eTag] = tag
        // Kept, and asked about each time: a new binary shows at once, and an old file costs a few bytes.
        headers[.cacheControl] = "no-cache"
        headers[.contentType] = file.kind.rawValue
        // All of it comes from here, and nothing in a text that people upload can become a script or a style.
        headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        if let name = HTTPField.Name("referrer-policy") { headers[name] = "no-referrer" }
        // With all headers: a browser puts them in the place of those it kept, the policy too.
        let known = self.headers[.ifNoneMatch]?.split(separator: ",").contains { $0.contains(tag) || $0 == "*" }
        if known == true { return Response(status: .notModified, headers: headers) }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
