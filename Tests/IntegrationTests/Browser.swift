import Foundation
import LodeService
import LodeTestSupport
import Testing

/// A headless Chromium of Debian's, driven over WebDriver (W3C Recommendation, 2018) by its own driver.
final class Browser {
    private static let driver = "/usr/bin/chromedriver"
    private static let program = "/usr/bin/chromium"
    /// Where pictures go; kept for people to look at.
    private static let pictures = Package.root.appending(path: ".build/screenshots")

    private let folder: TemporaryFolder
    private let process: Process
    private var session = ""

    /// Starts driver and browser.
    init() async throws {
        for path in [Self.driver, Self.program] where !FileManager.default.isExecutableFile(atPath: path) {
            throw BrowserError(message: "\(path) is missing: apt-get install chromium chromium-driver")
        }
        folder = try TemporaryFolder()
        let output = URL(fileURLWithPath: folder.path("driver.out"))
        try Data().write(to: output)
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.driver)
        process.arguments = ["--port=0"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        let port = try await eventually("the driver's port") {
            try String(contentsOf: output, encoding: .utf8).firstMatch(of: /successfully on port (\d+)/).map { $0.1 }
        }
        address = "http://127.0.0.1:\(port)"
        // Chromium's sandbox refuses to run as root, as tests in containers do.
        let sandbox = geteuid() == 0 ? #","--no-sandbox""# : ""
        let answer = try await send(
            "POST", "/session",
            """
            {"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:loggingPrefs":{"browser":"ALL"},
            "goog:chromeOptions":{"binary":"\(Self.program)","args":["--headless=new","--disable-gpu",
            "--disable-dev-shm-usage","--hide-scrollbars","--user-data-dir=\(folder.path("profile"))"\(sandbox)]}}}}
            """)
        session = try #require(answer["sessionId"]?.text)
    }

    private var address = ""

    /// Ends both.
    func stop() async throws {
        _ = try await send("DELETE", "/session/\(session)", nil)
        // Asked, and not by a signal, which a process that Foundation starts has blocked.
        _ = try await send("GET", "/shutdown", nil)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Goes to an address and waits until its document is there.
    func open(_ url: String) async throws {
        _ = try await send("POST", "/session/\(session)/url", "{\"url\":\(try JSONText.string(url))}")
    }

    /// What a script returns.
    @discardableResult func run(_ script: String) async throws -> JSONValue {
        try await send(
            "POST", "/session/\(session)/execute/sync", "{\"script\":\(try JSONText.string(script)),\"args\":[]}")
    }

    /// Waits until a script returns something that is true.
    func wait(until script: String) async throws {
        do {
            _ = try await eventually("\(script)") {
                try await run("return Boolean(\(script))") == .bool(true) ? true : nil
            }
        } catch {
            try await picture("failed")
            throw error
        }
    }

    /// Waits until the page has a text.
    func wait(forText text: String) async throws {
        try await wait(until: "document.getElementById('content').innerText.includes(\(try JSONText.string(text)))")
    }

    /// Presses the button or link of that text, once it is there.
    func press(_ text: String) async throws {
        let found = """
            [...document.querySelectorAll('button, a, summary')].find((one) => one.innerText.trim() === \
            \(try JSONText.string(text)) && !one.disabled)
            """
        try await wait(until: found)
        try await run("\(found).click()")
    }

    /// Types a value into the field of that identifier.
    func fill(_ identifier: String, _ value: String) async throws {
        try await run(
            """
            const field = document.getElementById('\(identifier)');
            field.value = \(try JSONText.string(value));
            field.dispatchEvent(new Event('input', { bubbles: true }));
            """)
    }

    /// Sends keys to the element that has the focus.
    func type(_ keys: String) async throws {
        let active = try await send("GET", "/session/\(session)/element/active", nil)
        guard case .object(let members) = active, let element = members.values.first?.text else {
            throw BrowserError(message: "nothing has the focus")
        }
        _ = try await send(
            "POST", "/session/\(session)/element/\(element)/value", "{\"text\":\(try JSONText.string(keys))}")
    }

    /// Drops a file on the page as a person would.
    func drop(_ name: String, _ text: String) async throws {
        try await wait(until: "document.querySelector('.drop')")
        try await run(
            """
            const data = new DataTransfer();
            data.items.add(new File([\(try JSONText.string(text))], \(try JSONText.string(name))));
            const event = { bubbles: true, cancelable: true, dataTransfer: data };
            document.querySelector('.drop').dispatchEvent(new DragEvent('drop', event));
            """)
    }

    /// How the page is looked at.
    func look(width: Int, scheme: String = "light", media: String = "") async throws {
        try await command(
            "Emulation.setDeviceMetricsOverride",
            "{\"width\":\(width),\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}")
        try await command(
            "Emulation.setEmulatedMedia",
            "{\"media\":\"\(media)\",\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"\(scheme)\"}]}")
    }

    /// Keeps a picture of the whole page under .build/screenshots.
    func picture(_ name: String) async throws {
        let answer = try await command("Page.captureScreenshot", "{\"captureBeyondViewport\":true}")
        let text = try #require(answer["data"]?.text)
        let data = try #require(Data(base64Encoded: text))
        try FileManager.default.createDirectory(at: Self.pictures, withIntermediateDirectories: true)
        try data.write(to: Self.pictures.appending(path: "\(name).png"))
    }

    /// What the console has said since it was asked last, faults and warnings alone.
    func complaints() async throws -> [String] {
        let log = try await send("POST", "/session/\(session)/se/log", "{\"type\":\"browser\"}")
        guard case .array(let entries) = log else { return [] }
        return entries.filter { $0["level"]?.text != "INFO" }.compactMap { $0["message"]?.text }
    }

    @discardableResult private func command(_ name: String, _ parameters: String) async throws -> JSONValue {
        try await send(
            "POST", "/session/\(session)/goog/cdp/execute", "{\"cmd\":\"\(name)\",\"params\":\(parameters)}")
    }

    /// Sends a command by curl: the driver writes headers without a blank after the colon, which URLSession cannot read.
    private func send(_ method: String, _ path: String, _ body: String?) async throws -> JSONValue {
        let outcome = try Tool.run(
            "/usr/bin/curl",
            ["--silent", "--show-error", "--max-time", "60", "--request", method, address + path]
                + (body == nil ? [] : ["--header", "content-type: application/json", "--data-binary", "@-"]),
            input: body ?? "")
        guard outcome.status == 0 else { throw BrowserError(message: outcome.error) }
        let answer = try JSONValue(parsing: outcome.output)
        if let error = answer["value"]?["error"]?.text {
            throw BrowserError(message: "\(error): \(answer["value"]?["message"]?.text ?? "")\n\(body ?? "")")
        }
        return answer["value"] ?? .null
    }
}

/// What the browser or its driver did not do.
struct BrowserError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
}
