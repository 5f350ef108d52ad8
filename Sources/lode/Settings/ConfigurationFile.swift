import Foundation
import LodeService
import Yams

/// The settings that a file in YAML names, each with the text of its value.
struct ConfigurationFile {
    /// A file that is longer holds something else.
    private static let mostBytes = 1 << 20

    private let path: String
    /// By key, such as `http.port`.
    private(set) var values: [String: String] = [:]

    /// Reads a file; one without any setting is a file too.
    ///
    /// Throws ``SettingsError/fileUnreadable(path:detail:)``, ``SettingsError/keyUnknown(_:path:line:nearest:)``, and
    /// ``SettingsError/valueInvalid(key:detail:)`` for what is no single value.
    init(path: String) throws(SettingsError) {
        self.path = path
        let root: Node?
        do {
            root = try compose(yaml: Self.text(path))
        } catch let error as SettingsError {
            throw error
        } catch {
            throw .fileUnreadable(path: path, detail: Self.reason(error))
        }
        guard let root, root.null == nil else { return }
        guard let mapping = root.mapping else {
            throw .fileUnreadable(path: path, detail: "it holds no names with values")
        }
        try take(mapping, beneath: "")
    }

    private static func text(_ path: String) throws -> String {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer {
            do {
                try handle.close()
            } catch {
                // It was read, which is what it was for.
            }
        }
        let data = try handle.read(upToCount: mostBytes + 1) ?? Data()
        guard data.count <= mostBytes else {
            throw SettingsError.fileUnreadable(path: path, detail: "it is longer than \(mostBytes) bytes")
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw SettingsError.fileUnreadable(path: path, detail: "it is not UTF-8")
        }
        return text
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            "\(problem) in line \(mark.line), column \(mark.column)"
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            "\(duplicates.joined(separator: ", ")) stands twice in the group that begins in line \(context.mark.line)"
        case YamlError.reader(let problem, _, _, _): problem
        case let error as YamlError: "\(error)"
        default: error.systemReason
        }
    }

    private mutating func take(_ mapping: Node.Mapping, beneath group: String) throws(SettingsError) {
        for (name, value) in mapping {
            let key = group + (name.string ?? "")
            let line = name.mark?.line ?? 1
            let isGroup = Settings.keys.contains { $0.hasPrefix(key + ".") }
            guard isGroup || Settings.keys.contains(key), !key.hasSuffix(".") else {
                throw .keyUnknown(key, path: path, line: line, nearest: NearestName.of(key, among: Settings.keys))
            }
            // Nothing but comments stands beneath the name.
            if value.null != nil { continue }
            if isGroup {
                guard let members = value.mapping else {
                    throw .fileUnreadable(
                        path: path, detail: "“\(key)” in line \(line) is a group of settings, and has none beneath it")
                }
                try take(members, beneath: key + ".")
            } else {
                guard let text = value.scalar?.string else {
                    throw .valueInvalid(
                        key: key, detail: "in line \(line) of \(path) is a list or a group, not one value")
                }
                guard values.updateValue(text, forKey: key) == nil else {
                    throw .fileUnreadable(path: path, detail: "it sets “\(key)” twice, the second time in line \(line)")
                }
            }
        }
    }
}
