public import Foundation

/// A folder that is removed with its contents when the last reference goes.
public final class TemporaryFolder: Sendable {
    /// Where it lies.
    public let url: URL

    /// Makes a new, empty folder beneath `place`, or where the system wants temporary files.
    public init(beneath place: String? = nil) throws {
        let parent = place.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
        url = parent.appending(path: "lode-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // A leftover in the system's temporary folder hurts nobody.
        try? FileManager.default.removeItem(at: url)
    }

    /// The path of a file in the folder.
    public func path(_ name: String) -> String {
        url.appending(path: name).path(percentEncoded: false)
    }
}
