import Foundation
import LodeTestSupport
import Testing

/// What the command line says of files that it cannot read or make.
@Suite struct FileErrorTests {
    private func place() throws -> Workplace {
        let place = try Workplace()
        #expect(try place.lode("init").status == 0)
        #expect(try place.lode("ingest", "-", "--dataset", "waves", input: Workplace.waves).status == 0)
        return place
    }

    @Test func `a folder, a damaged archive and an empty list of times are told apart`() throws {
        let place = try place()
        let folder = try place.lode("ingest", place.folder.path(""), "--dataset", "d")
        #expect(folder.status == 66 && folder.error.contains("it is a folder. Name a file in it"), "\(folder)")
        let packed = place.folder.path("packed.gz")
        let text = try place.file("plain.csv", Workplace.waves)
        #expect(try Tool.run("/bin/sh", ["-c", #"gzip -c "$0" | head -c 100 > "$1""#, text, packed]).status == 0)
        let damaged = try place.lode("ingest", packed, "--dataset", "d")
        #expect(damaged.status == 65 && damaged.error.contains("it begins as gzip"), "\(damaged)")
        #expect(damaged.error.contains("Make it anew"))
        let times = try place.lode("predict", "waves", "wave 1", "--at", "-")
        #expect(times.status == 64 && times.error.contains("Which times?"), "\(times)")
        let quantiles = try place.lode("predict", "waves", "wave 1", "--at", "1", "--quantiles", "0.1,x")
        #expect(quantiles.status == 65 && quantiles.error.contains("“0.1,x”"), "\(quantiles)")
        #expect(try !place.lode("datasets").output.contains("\nd "))
    }

    @Test func `a long text that comes packed goes through a file without a name, and is the same`() throws {
        let place = try place()
        // Beyond the 32 MiB that stay in memory, nearly all of it one comment.
        let comment = "#" + String(repeating: "x", count: 1 << 20) + "\n"
        let plain = try place.file("long.lp", String(repeating: comment, count: 34) + "m,site=a level=2 100\n")
        let packed = place.folder.path("long.lp.gz")
        #expect(try Tool.run("/bin/sh", ["-c", #"gzip -1 -c "$0" > "$1""#, plain, packed]).status == 0)
        let before = try FileManager.default.contentsOfDirectory(atPath: place.folder.path("")).sorted()
        let outcome = try place.lode("ingest", packed, "--dataset", "long", "--precision", "s")
        #expect(outcome.status == 0 && outcome.output.contains("1 new"), "\(outcome)")
        let after = try FileManager.default.contentsOfDirectory(atPath: place.folder.path("")).sorted()
        #expect(after.filter { !$0.hasPrefix("lode.db") } == before.filter { !$0.hasPrefix("lode.db") })
    }

    @Test func `a file that cannot be made, or is being made by another, is named and nothing is left`() throws {
        let place = try place()
        let nowhere = try place.lode("export", "waves", "--output", "/nowhere/waves.csv")
        #expect(nowhere.status == 73 && nowhere.error.contains("/nowhere/waves.csv cannot be written"), "\(nowhere)")
        let path = place.folder.path("waves.csv")
        let partial = try place.file("waves.csv.partial", "another's")
        let busy = try place.lode("export", "waves", "--output", path)
        #expect(busy.status == 73 && busy.error.contains("\(partial) exists already"), "\(busy)")
        #expect(try String(contentsOfFile: partial, encoding: .utf8) == "another's")
        #expect(!FileManager.default.fileExists(atPath: path))
        // What takes nothing, as a full disk.
        let full = try Tool.run(
            "/bin/sh", ["-c", #"exec "$0" export waves > /dev/full"#, Package.lode], environment: place.environment)
        #expect(full.status == 73 && full.error.contains("written: No space left on device. "), "\(full)")
    }

    @Test func `a renderer that fails is told, and leaves no file`() throws {
        let place = try place()
        let bin = place.folder.path("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: false)
        let renderer = try place.file("bin/rsvg-convert", "#!/bin/sh\nexit 3\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: renderer)
        var environment = place.environment
        environment["PATH"] = bin
        let picture = place.folder.path("wave.png")
        let failed = try Tool.run(
            Package.lode, ["plot", "waves", "wave 1", "--output", picture], environment: environment)
        #expect(failed.status == 70 && failed.error.contains("it ended with status 3"), "\(failed)")
        try Data("not a program\n".utf8).write(to: URL(fileURLWithPath: renderer))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: renderer)
        let broken = try Tool.run(
            Package.lode, ["plot", "waves", "wave 1", "--output", picture], environment: environment)
        #expect(broken.status == 70 && broken.error.contains("image: Exec format error. "), "\(broken)")
        let left = try FileManager.default.contentsOfDirectory(atPath: place.folder.path(""))
        #expect(!left.contains { $0.hasPrefix("wave") }, "\(left)")
    }
}
