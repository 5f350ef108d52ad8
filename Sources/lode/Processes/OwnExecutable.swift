import Foundation

/// The program that this process runs, to be started again.
enum OwnExecutable {
    private static let link = "/proc/self/exe"

    /// The file that was started, by its name where that still leads to it.
    ///
    /// An upgrade puts another file in its place, or none for a moment. Then the kernel's link to what runs is taken, which
    /// outlives the name: an attempt is of the same build as its worker, and speaks with it.
    static var url: URL {
        let path = named
        return URL(fileURLWithPath: isSameFile(path, link) ? path : link)
    }

    private static let named = URL(fileURLWithPath: link).resolvingSymlinksInPath().path(percentEncoded: false)

    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}
