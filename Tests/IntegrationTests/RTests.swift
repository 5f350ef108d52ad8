import Foundation
import LodeTestSupport
import Testing

/// docs/how-to/r.md, run as it stands.
@Suite struct RTests {
    private static let interpreter = "/usr/bin/Rscript"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: interpreter), "Rscript is not installed: r-base-core"),
        .timeLimit(.minutes(5)))
    func `the program uploads, trains and asks`() async throws {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        let up = try await place.up()
        let text = try String(contentsOf: Package.root.appending(path: "docs/how-to/r.md"), encoding: .utf8)
        let program = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { $0.hasPrefix("    ") || $0.isEmpty }.map { $0.dropFirst(4) }.joined(separator: "\n")
            .replacing("http://127.0.0.1:7433", with: up.address)
        let outcome = try Tool.run(Self.interpreter, [try place.file("program.R", program)])
        #expect(up.stop() == 0)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.hasPrefix("training completed"), "\(outcome.output)")
        let regimes = outcome.output.matches(of: /(inter|extra)polation/).map { String($0.0) }
        #expect(regimes == ["interpolation", "extrapolation", "extrapolation"], "\(outcome.output)")
    }
}
