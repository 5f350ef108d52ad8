import Foundation
import LodeTestSupport
import Testing

/// What is put in place beside the binary, and what others read from Lode.
@Suite struct ExamplesTests {
    @Test func `what scripts/install puts in place, scripts/uninstall takes away`() throws {
        let folder = try TemporaryFolder()
        let environment = ["DESTDIR": folder.path("root"), "PREFIX": "/opt/lode", "LODE": Package.lode]
        func run(_ script: String) throws -> Tool.Outcome {
            try Tool.run(
                Package.root.appending(path: "scripts/\(script)").path(percentEncoded: false), [],
                environment: environment)
        }
        func files() -> Set<String> {
            let found = FileManager.default.enumerator(atPath: folder.path("root"))?.allObjects as? [String] ?? []
            return Set(
                found.filter { path in
                    var isFolder: ObjCBool = false
                    return FileManager.default.fileExists(atPath: folder.path("root/\(path)"), isDirectory: &isFolder)
                        && !isFolder.boolValue
                })
        }
        let install = try run("install")
        #expect(install.status == 0, "\(install.error)")
        #expect(
            files() == [
                "opt/lode/bin/lode", "opt/lode/share/bash-completion/completions/lode",
                "opt/lode/share/zsh/site-functions/_lode", "opt/lode/share/fish/vendor_completions.d/lode.fish",
                "opt/lode/share/man/man1/lode.1", "etc/systemd/system/lode-serve.service",
                "etc/systemd/system/lode-worker.service",
            ])
        let binary = folder.path("root/opt/lode/bin/lode")
        for unit in ["serve", "worker"] {
            let text = try String(
                contentsOfFile: folder.path("root/etc/systemd/system/lode-\(unit).service"), encoding: .utf8)
            let command = try #require(text.firstMatch(of: /\nExecStart=\/opt\/lode\/bin\/lode ([a-z]+)\n/))
            #expect(String(command.1) == unit)
            #expect(!text.contains("@"))
            #expect(try Tool.run(binary, [unit, "--help"]).status == 0)
        }
        let page = try String(contentsOfFile: folder.path("root/opt/lode/share/man/man1/lode.1"), encoding: .utf8)
        let help = try Tool.run(binary, ["--help"]).output
        let commands = try #require(help.split(separator: "SUBCOMMANDS:").last)
            .split(separator: "\n").compactMap { $0.firstMatch(of: #/^  ([a-z]+)  /#).map { String($0.1) } }
        for command in commands { #expect(page.contains(".SH LODE \(command.uppercased())"), "\(command)") }
        let completions = folder.path("root/opt/lode/share/bash-completion/completions/lode")
        #expect(try Tool.run("/bin/bash", ["-n", completions]).status == 0)

        #expect(try run("uninstall").status == 0)
        #expect(files().isEmpty)
    }

    @Test
    func `docs/metrics.md lists the metrics that the daemon has, and the dashboard asks for no others`() async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let up = try await place.up()
        let text = try await up.text("/metrics")
        let known = Set(text.matches(of: #/\# TYPE ([a-z_]+) /#).map { String($0.1) })
        #expect(up.stop() == 0)
        let document = try String(contentsOf: Package.root.appending(path: "docs/metrics.md"), encoding: .utf8)
        #expect(Set(document.matches(of: /\n\| `([a-z_]+)/).map { String($0.1) }) == known)
        let dashboard = try String(
            contentsOf: Package.root.appending(path: "Examples/grafana-dashboard.json"), encoding: .utf8)
        let asked = Set(dashboard.matches(of: /\b((?:lode|process)_[a-z_]+)/).map { String($0.1) })
        #expect(asked.count > 6)
        for name in asked { #expect(known.contains(name.replacing("_bucket", with: "")), "\(name)") }
    }
}
