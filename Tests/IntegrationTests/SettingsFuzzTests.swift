import Foundation
import LodeTestSupport
import Testing

/// Configuration files and environments that were right before they were bent: what comes of them are settings, or an error that names the
/// file, the key or the variable.
@Suite(.serialized, .timeLimit(.minutes(60))) struct SettingsFuzzTests {
    private static let files = [
        "database: lode.db\nlog:\n  level: warning\n",
        """
        # Comments, quotes, flow style, an anchor, an empty group.
        http: {port: 7433, requireTokens: true, hosts: "lode.example.org, other.example.org", jobFolders: '/srv/in,/srv/out'}
        worker:
          leaseSeconds: &lease 30
          heartbeatSeconds: 2.5
          pollSeconds: *lease
          queues: |
            a,b
        log:

        """,
        "http.port: 0\nworker:\n  slots: 2\n  threads: 0\n  nice: 19\n  memoryLimit: 4096\n",
        "http:\n  tlsCertificate: chain.pem\n  tlsKey: key.pem\n  bodyLimit: 67108864\n  headSeconds: 1e-3\n---\n",
    ]
    private static let environments = [
        "LODE_LOG_LEVEL=warning\nLODE_HTTP_PORT=7433\nLODE_HTTP_REQUIRE_TOKENS=true\n",
        "LODE_WORKER_LEASE_SECONDS=30\nLODE_WORKER_HEARTBEAT_SECONDS=2.5\nLODE_WORKER_SLOTS=2\nLODE_CONFIG=lode.yaml\n",
        "LODE_HTTP_HOSTS=a.example.org,b\nLODE_HTTP_JOB_FOLDERS=/srv/in\nLODE_HTTP_TLS_CERTIFICATE=a\nLODE_HTTP_TLS_KEY=b\n",
    ]
    private static let words = [
        "http", "worker:", "log: ", "port", "slots: ", "~", "null", "true", "no", "- ", "? ", "&a ", "*a", "!!int ",
        "|\n", ">-\n",
        "%YAML 1.2\n", "---\n", "...\n", "<<: ", "{}", "[a, b]", "\n  ", "LODE_", "_SECONDS", "LODE_HTTP_", "=", ".inf",
        ".nan",
        "/../", "\\x41", "\u{2028}",
    ]

    private let place: Workplace

    init() throws {
        place = try Workplace()
        #expect(try run(["init"]).status == 0)
        _ = try place.file("lode.yaml", Self.files[0])
    }

    /// Runs the binary without the settings of campaigns, which are none of its.
    private func run(_ arguments: [String], environment: [String: String]? = nil) throws -> Tool.Outcome {
        let environment = environment ?? place.environment
        let others = ProcessInfo.processInfo.environment.keys
            .filter { $0.hasPrefix("LODE_") && environment[$0] == nil }.flatMap { ["-u", $0] }
        return try Tool.run("/usr/bin/env", others + [Package.lode] + arguments, environment: environment)
    }

    /// What is wrong with the outcome of a command that reads settings and the list of datasets.
    private func fault(
        _ arguments: [String], environment: [String: String], naming words: [String]
    ) throws -> String? {
        let outcome = try run(
            ["datasets", "--database", place.folder.path("lode.db")] + arguments, environment: environment)
        switch outcome.status {
        case 0: return nil
        case 78 where words.contains { outcome.error.contains($0) }: return nil
        default: return "status \(outcome.status): \(outcome.error)"
        }
    }

    @Test func `a file gives settings, or an error that names it or the key`() throws {
        let path = place.folder.path("bent.yaml")
        let found = try FuzzCampaign("settings-files", standard: 100)
            .run(Self.files.map { Array($0.utf8) }, words: Self.words) { text, _ in
                try Data(text).write(to: URL(filePath: path))
                return try fault(["--config", path], environment: [:], naming: [path, "Setting “"])
            }
        #expect(found == nil)
    }

    @Test func `an environment gives settings, or an error that names the variable`() throws {
        let found = try FuzzCampaign("settings-environment", standard: 100)
            .run(Self.environments.map { Array($0.utf8) }, words: Self.words) { text, _ in
                var environment: [String: String] = [:]
                for line in text.split(separator: UInt8(ascii: "\n")) {
                    let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                        // No environment can hold a zero byte.
                        .map { String(decoding: $0.filter { $0 != 0 }, as: UTF8.self) }
                    if parts.count == 2, parts[0].hasPrefix("LODE_") { environment[parts[0]] = parts[1] }
                }
                return try fault(
                    [], environment: environment,
                    naming: ["Setting “", "There is no setting LODE_", "configuration file", "there is no setting “"])
            }
        #expect(found == nil)
    }

    @Test(arguments: [
        ("worker:\n  slot: 3\n", "line 2: there is no setting “worker.slot”. Did you mean “worker.slots”?"),
        ("wroker:\n  slots: 3\n", "there is no setting “wroker”"),
        ("http:\n  requireTokens: [true]\n", "is a list or a group"),
        ("http:\n  port:\n    number: 1\n", "is a list or a group"), ("worker: 5\n", "“worker” in line 1 is a group"),
        ("http:\n  port: 1\nhttp.port: 2\n", "sets “http.port” twice"),
        ("http:\n  port: 1\n  port: 2\n", "stands twice"),
        ("- a\n", "no names with values"), ("http:\n  port: \"a\n", "line"),
    ])
    func `what a file says and is no setting is told, and not passed over`(text: String, told: String) throws {
        let file = try place.file("wrong.yaml", text)
        let outcome = try run(["datasets", "--config", file])
        #expect(outcome.status == 78 && outcome.error.contains(told), "\(outcome.error)")
    }

    @Test(arguments: ["", "# nothing\n", "log:\n  # level: info\n", "http: {port: \"7433\", hosts: ~}\n"])
    func `a file need not set anything`(text: String) throws {
        let file = try place.file("right.yaml", text)
        #expect(try run(["datasets", "--config", file]).status == 0)
    }
}
