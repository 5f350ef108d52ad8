import Foundation

/// The code of a DocC catalogue's articles, against a file of tests that has it compiled.
package enum ArticleCode {
    /// The blocks of code that do not stand in `source`, apart from blanks and line ends; and how many there are.
    package static func blocks(
        ofCatalogueOf target: String, missingIn source: String
    ) throws -> (count: Int, missing: [String]) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "Sources/\(target)/\(target).docc")
        let compiled = trimmed(try String(contentsOf: URL(fileURLWithPath: source), encoding: .utf8))
        var count = 0
        var missing: [String] = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for block in text.matches(of: #/```swift\n((?s).*?)```/#) {
                count += 1
                if !compiled.contains(trimmed(String(block.1))) {
                    missing.append("\(file.lastPathComponent): \(block.1)")
                }
            }
        }
        return (count, missing)
    }

    /// The words of a text, whatever stands between them.
    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
