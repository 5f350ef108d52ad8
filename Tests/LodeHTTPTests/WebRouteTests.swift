import Foundation
import FoundationNetworking
import LodeWeb
import Testing

/// The web page's routes and files.
@Suite struct WebRouteTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/LodeWeb/Page")

    private func get(
        _ path: String, from daemon: RunningDaemon, known tag: String? = nil
    ) async throws -> (data: Data, response: HTTPURLResponse) {
        var request = URLRequest(
            url: try #require(URL(string: daemon.address + path)), cachePolicy: .reloadIgnoringLocalCacheData)
        if let tag { request.setValue(tag, forHTTPHeaderField: "if-none-match") }
        let (data, response) = try await URLSession.shared.data(for: request)
        return (data, try #require(response as? HTTPURLResponse))
    }

    @Test func `the page and every file it names are served, with a policy that lets in nothing else`() async throws {
        try await RunningDaemon.run { daemon in
            for path in ["/"] + WebPage.files.keys.map({ "/web/\($0)" }) {
                let (data, response) = try await get(path, from: daemon)
                #expect(response.statusCode == 200)
                let file = path == "/" ? WebPage.document : WebPage.files[String(path.dropFirst(5))]
                #expect(data == Data(try #require(file).bytes), "\(path)")
                let policy = try #require(response.value(forHTTPHeaderField: "content-security-policy"))
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
                #expect(!policy.contains("unsafe"))
            }
            #expect(try await get("/web/passwd", from: daemon).response.statusCode == 404)
        }
    }

    @Test func `a file that the browser has is not sent again, and one that changed is`() async throws {
        try await RunningDaemon.run { daemon in
            let first = try await get("/web/main.js", from: daemon)
            let tag = try #require(first.response.value(forHTTPHeaderField: "etag"))
            let again = try await get("/web/main.js", from: daemon, known: tag)
            #expect(again.response.statusCode == 304)
            #expect(again.data.isEmpty)
            // What comes with it takes the place of what the browser kept.
            let policies = [first, again].map { $0.response.value(forHTTPHeaderField: "content-security-policy") }
            #expect(policies[0] == policies[1])
            #expect(try await get("/web/main.js", from: daemon, known: "\"other\"").response.statusCode == 200)
        }
    }

    @Test func `every file of the folder is embedded, and every name in a module or the document leads to one`() throws
    {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(names) == Set(WebPage.files.keys).union([WebPage.document.name]))
        for file in WebPage.files.values where file.kind == .script && file.name != "dygraph.min.js" {
            let text = String(decoding: file.bytes, as: UTF8.self)
            for found in text.matches(of: /from "\.\/([^"]+)"|send\("\/web\/([^"]+)"/) {
                let name = String(found.1 ?? found.2 ?? "")
                #expect(WebPage.files[name] != nil, "\(file.name) names \(name)")
            }
        }
        let document = String(decoding: WebPage.document.bytes, as: UTF8.self)
        for found in document.matches(of: /(?:src|href)="\/web\/([^"]+)"/) {
            #expect(WebPage.files[String(found.1)] != nil, "\(found.1)")
        }
        // Nothing is fetched from elsewhere.
        #expect(!document.contains("//"))
    }

    @Test func `the page weighs less than 400 kB`() {
        let loaded = [WebPage.document] + WebPage.files.values.filter { $0.kind != .table }
        #expect(loaded.reduce(0) { $0 + $1.bytes.count } < 400_000)
    }
}
