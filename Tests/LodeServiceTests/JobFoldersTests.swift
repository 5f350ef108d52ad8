import Foundation
import LodeService
import LodeServiceTestSupport
import LodeTestSupport
import Testing

/// Where the files of jobs may lie that come over a network.
@Suite struct JobFoldersTests {
    private let folder: TemporaryFolder
    private var inside: String { folder.path("inside") }
    private var outside: String { folder.path("outside") }
    private var folders: JobFolders { JobFolders([inside]) }

    init() throws {
        folder = try TemporaryFolder()
        let files = FileManager.default
        for path in ["inside/deep", "outside", "inside-too"] {
            try files.createDirectory(atPath: folder.path(path), withIntermediateDirectories: true)
        }
        for path in ["inside/a.csv", "inside/deep/b.csv", "outside/c.csv", "inside-too/d.csv"] {
            try Data().write(to: URL(filePath: folder.path(path)))
        }
        for (link, target) in [
            ("inside/out", outside), ("inside/file", outside + "/c.csv"), ("inside/nowhere", outside + "/new.csv"),
            ("inside/back", inside + "/deep"), ("way", inside), ("inside/loop", inside + "/loop"),
        ] { try files.createSymbolicLink(atPath: folder.path(link), withDestinationPath: target) }
    }

    @Test(arguments: [
        "inside", "inside/", "inside/a.csv", "inside/deep/b.csv", "inside/deep/../a.csv", "inside/back/b.csv",
        "way/a.csv", "outside/../inside/a.csv", "inside/new.csv", "inside/new/other/new.csv", "inside/new/",
    ])
    func `what leads in or below the folders is permitted`(path: String) {
        #expect(folders.resolve(folder.path(path)) != nil)
    }

    @Test(arguments: [
        "outside/c.csv", "inside/../outside/c.csv", "inside/out", "inside/out/c.csv", "inside/out/new.csv",
        "inside/file", "inside/nowhere", "inside/loop", "inside-too/d.csv", "inside/new/../../outside/c.csv",
        "inside/new/../a.csv", "",
        "inside/..", "inside/deep/../..", "outside/new.csv", "inside/a.csv/..", "inside/a.csv/b",
        "inside/out/\u{301}new.csv", "inside/nowhere/\u{301}new.csv",
    ])
    func `what leads elsewhere, or may later, is not`(path: String) {
        #expect(folders.resolve(folder.path(path)) == nil)
    }

    @Test func `neither are relative paths, zero bytes, and anything where no folder is named`() {
        for path in ["a.csv", "inside/a.csv", "", "\(inside)/a.csv\0", "/"] { #expect(folders.resolve(path) == nil) }
        #expect(JobFolders([]).resolve(inside + "/a.csv") == nil)
        #expect(JobFolders(["/"]).resolve(outside + "/c.csv") == outside + "/c.csv")
        // Through a link to a folder, it is named by where it leads.
        #expect(JobFolders([folder.path("way")]).resolve(folder.path("way/a.csv")) == inside + "/a.csv")
    }

    @Test func `a folder is another where its name has other bytes, however alike it looks`() {
        let folders = JobFolders([folder.path("caf\u{e9}")])
        #expect(folders.resolve(folder.path("caf\u{e9}/a.csv")) != nil)
        #expect(folders.resolve(folder.path("caf\u{e9}/\u{301}a.csv")) == folder.path("caf\u{e9}/\u{301}a.csv"))
        #expect(folders.resolve(folder.path("cafe\u{301}/a.csv")) == nil)
        #expect(folders.resolve(folder.path("cafe\u{301}")) == nil)
    }

    @Test func `a path longer than the system takes is refused, however many its parts`() {
        for part in ["/a", "/", "/..", "/" + String(repeating: "a", count: 300)] {
            #expect(folders.resolve(inside + String(repeating: part, count: 100_000)) == nil)
        }
        #expect(folders.resolve(inside + String(repeating: "/a", count: 1500)) != nil)
    }

    @Test func `a job carries the folders, and one that leads out of them is refused`() async throws {
        let fixture = try ServiceFixture()
        let jobs = fixture.jobs(within: folders)
        func submit(_ kind: String, _ arguments: [String: JSONValue]) async throws -> JSONValue {
            try await jobs.submit(JobSubmission(kind: kind, arguments: .object(arguments))).arguments
        }
        let backup = try await submit(
            "backup", ["folder": .string(inside), "within": .array([.string("/")])])
        #expect(backup == .object(["folder": .string(inside), "within": .array([.string(inside)])]))
        await #expect(throws: ServiceError.self) { try await submit("backup", ["folder": .string(outside)]) }
        await #expect(throws: ServiceError.self) {
            try await submit("import", ["file": .string(inside + "/file"), "dataset": .string("d")])
        }
    }
}
