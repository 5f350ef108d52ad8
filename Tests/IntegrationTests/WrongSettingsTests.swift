import Foundation
import LodeTestSupport
import Testing

/// What the command line says of settings that it cannot use.
@Suite struct WrongSettingsTests {
    private struct Setting: CustomTestStringConvertible {
        var variable: String
        var value: String
        var words: String

        var testDescription: String { "\(variable)=\(value)" }
    }

    private static let settings = [
        Setting(variable: "LODE_HTTP_PORT", value: "65536", words: "is 65536, not in 0 to 65535"),
        Setting(variable: "LODE_HTTP_BODY_LIMIT", value: "10 MB", words: "is “10 MB”, not a whole number"),
        Setting(variable: "LODE_HTTP_CONNECTIONS", value: "0", words: "is 0, not in 1 to 1000000"),
        Setting(variable: "LODE_HTTP_REQUIRE_TOKENS", value: "perhaps", words: "is “perhaps”, not true or false"),
        Setting(variable: "LODE_HTTP_TLS_KEY", value: "key.pem", words: "set both or none"),
        Setting(variable: "LODE_HTTP_IDLE_SECONDS", value: "a minute", words: "is “a minute”, not a number of seconds"),
        Setting(variable: "LODE_HTTP_IDLE_SECONDS", value: "-1", words: "not a number of seconds above 0"),
        Setting(variable: "LODE_WORKER_HEARTBEAT_SECONDS", value: "20", words: "must be less than worker.leaseSeconds"),
        Setting(variable: "LODE_WORKER_NICE", value: "20", words: "is 20, not in 0 to 19"),
        Setting(variable: "LODE_LOG_LEVEL", value: "loud", words: "not one of trace, debug, info"),
        Setting(variable: "LODE_WORKER_SLOT", value: "2", words: "Did you mean LODE_WORKER_SLOTS?"),
        Setting(variable: "LODE_ZZZZZZZZZZZZZZZZ", value: "2", words: "Unset it, or mend its name"),
    ]

    @Test(arguments: settings)
    private func `a value out of range or of another kind is named with its variable`(setting: Setting) throws {
        let outcome = try Tool.run(Package.lode, ["datasets"], environment: [setting.variable: setting.value])
        #expect(outcome.status == 78 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.error.contains(setting.variable) && outcome.error.contains(setting.words), "\(outcome.error)")
    }

    @Test func `a configuration file that is missing or no YAML is named`() throws {
        let place = try Workplace()
        for path in ["/nowhere.yaml", try place.file("lode.yaml", "database: [\n")] {
            let outcome = try Tool.run(Package.lode, ["datasets", "--config", path])
            #expect(outcome.status == 78 && outcome.error.contains("The configuration file \(path)"), "\(outcome)")
            #expect(outcome.error.contains("config/lode.yaml shows the form"), "\(outcome.error)")
        }
    }

    @Test func `a daemon that others can reach wants tokens, and files of TLS that can be read`() throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let key = try place.file("key.pem", "not a key")
        for path in ["/nowhere.pem", key] {
            let outcome = try Tool.run(
                Package.lode, ["serve", "--port", "0"],
                environment: place.environment.merging([
                    "LODE_HTTP_TLS_CERTIFICATE": path, "LODE_HTTP_TLS_KEY": key,
                ]) { $1 })
            #expect([69, 78].contains(outcome.status) && outcome.error.contains(path), "\(outcome)")
            #expect(outcome.output.isEmpty)
        }
        // An address of documentation (RFC 5737), which no machine has.
        func elsewhere() throws -> Tool.Outcome {
            try Tool.run(
                Package.lode, ["serve", "--port", "0"],
                environment: place.environment.merging(["LODE_HTTP_ADDRESS": "192.0.2.1"]) { $1 })
        }
        let open = try elsewhere()
        #expect(open.status == 69 && open.error.contains("lode tokens create NAME --scope read"), "\(open)")
        #expect(try place.lode("tokens", "create", "t", "--scope", "read").status == 0)
        let closed = try elsewhere()
        #expect(closed.status == 69 && closed.error.contains("This machine has no address 192.0.2.1"), "\(closed)")
    }
}
