import Foundation
import LodeTestSupport
import Testing

/// Images that the command line makes.
@Suite struct PictureTests {
    private static let renderer = "/usr/bin/rsvg-convert"

    private func place() throws -> Workplace {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        #expect(try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves).status == 0)
        return place
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: renderer)))
    func `an image whose name ends in png is one, twice as wide as it is drawn`() throws {
        let place = try place()
        let file = place.folder.path("wave.png")
        let outcome = try place.lode("plot", "waves", "wave 1", "--output", file)
        #expect(outcome.status == 0, "\(outcome.error)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        // The signature, then the header with width and height, big-endian (PNG specification, sections 5.2 and 11.2.2).
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        #expect(bytes[16..<24].elementsEqual([0, 0, 0x07, 0x08, 0, 0, 0x02, 0xF8]))
        let again = try place.lode("plot", "waves", "wave 1", "--output", file)
        #expect(again.status == 73 && again.error.contains("exists already"))
    }

    @Test func `where the renderer is missing, its package is named, and nothing is left behind`() throws {
        let place = try place()
        let file = place.folder.path("wave.png")
        var environment = place.environment
        environment["PATH"] = place.folder.path("")
        let outcome = try Tool.run(
            Package.lode, ["plot", "waves", "wave 1", "-o", file], environment: environment)
        #expect(outcome.status == 69 && outcome.error.contains("librsvg2-bin") && outcome.error.contains(".svg"))
        let left = try FileManager.default.contentsOfDirectory(atPath: place.folder.path(""))
        #expect(!left.contains { $0.hasPrefix("wave") }, "\(left)")
        let vector = try Tool.run(
            Package.lode, ["plot", "waves", "wave 1", "-o", place.folder.path("wave.svg")], environment: environment)
        #expect(vector.status == 0)
        #expect(try place.lode("plot", "waves", "wave 1", "-o", "wave.gif").status == 64)
    }
}
