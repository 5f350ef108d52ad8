import Foundation
import LodeTestSupport
import Testing

/// Each target imports nothing but what the manifest declares for it.
///
/// The compiler lets a target import what only a dependency of a dependency declares, so this is left to a test.
@Suite struct ImportTests {
    /// Modules of the toolchain, which nobody declares.
    private static let toolchain: Set<String> = [
        "Swift", "Foundation", "FoundationNetworking", "Dispatch", "Glibc", "Synchronization", "Testing",
    ]

    @Test func `every import is declared`() throws {
        let targets = try Manifest.load().targets
        #expect(targets.count > 15)
        for target in targets {
            let undeclared = try target.imports().subtracting(target.declared).subtracting(Self.toolchain)
            #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared.sorted()) undeclared")
        }
    }

    @Test func `no part of the product imports what is for tests`() throws {
        for target in try Manifest.load().targets where target.isProduct {
            #expect(try target.imports().filter { $0.hasSuffix("TestSupport") }.isEmpty, "\(target.name)")
        }
    }
}

/// The package as SwiftPM reads it.
private struct Manifest: Decodable {
    var targets: [Target]

    struct Target: Decodable {
        var name: String
        var type: String
        var path: String?
        var dependencies: [[String: [JSONElement]]]

        /// Whether users get it, rather than tests.
        var isProduct: Bool { type != "test" && path?.hasPrefix("Tests/") != true }

        /// The modules that the manifest lets the target import.
        var declared: Set<String> {
            Set(dependencies.flatMap(\.values).compactMap { $0.first?.text })
        }

        /// The modules that the target's files import.
        func imports() throws -> Set<String> {
            let folder = Package.root.appending(path: path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)"))
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            var modules: Set<String> = []
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                    let importing =
                        /^(@\w+ )*((public|package|internal|fileprivate|private) )?import (\w+ )?(?<module>\w+)/
                    if let match = line.firstMatch(of: importing) { modules.insert(String(match.module)) }
                }
            }
            return modules
        }
    }

    /// A member of a dependency's list, of which only the names count here.
    struct JSONElement: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    static func load() throws -> Manifest {
        // Another scratch path: the test run itself holds the lock of the package's own.
        let scratch = try TemporaryFolder()
        let dump = try Tool.run(
            "/usr/bin/env",
            [
                "swift", "package", "--package-path", Package.root.path(percentEncoded: false), "--scratch-path",
                scratch.path("build"), "dump-package",
            ])
        try #require(dump.status == 0, "\(dump.error)")
        return try JSONDecoder().decode(Manifest.self, from: Data(dump.output.utf8))
    }
}
