import HTTPTypes
import Hummingbird
import LodeWeb
import NIOCore

extension RouteTable {
    /// The web page at `/`, and its files.
    mutating func addWeb() {
        on(.get, "/", Operation(.open, "Gives the web page", .text("text/html"))) { _, _ in
            Self.answer(WebPage.document)
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
        ) { _, context in
            guard let file = WebPage.files[try context.parameter("file")] else { throw RequestFault.pathUnknown }
            return Self.answer(file)
        }
    }
}

extension RouteTable {
    /// Of each file, worked out once.
    private static let webTags = Dictionary(
        uniqueKeysWithValues: ([WebPage.document] + WebPage.files.values).map {
            ($0.name, EntityTag.text(of: $0.bytes))
        })

    private static func answer(_ file: WebFile) -> Response {
        var headers = HTTPFields()
        headers[.eTag] = webTags[file.name]
        headers[.contentType] = file.kind.rawValue
        // All of it comes from here, and nothing in a text that people upload can become a script or a style.
        headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        if let name = HTTPField.Name("referrer-policy") { headers[name] = "no-referrer" }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
