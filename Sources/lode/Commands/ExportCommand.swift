import ArgumentParser
import Foundation
import LodeService
import Synchronization

struct ExportCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the observations of a dataset as CSV.",
        discussion: """
            Lines series,time,channel,value, by series, time and channel, as of one moment. Ingested again they give the \
            same observations, and equal observations give equal bytes.

            Example: lode export co2 > co2.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(name: .shortAndLong, help: "The file to write, which must not exist (default: standard output).")
    var output: String?

    func perform(_ settings: Settings) async throws {
        let session = try Session(settings)
        let target = try openOutput()
        let failure = Mutex<(any Error)?>(nil)
        try await session.edit.export(dataset: dataset) { part in
            do {
                try target.write(contentsOf: Data(part))
                return true
            } catch {
                failure.withLock { $0 = error }
                return false
            }
        }
        if failure.withLock({ $0 != nil }) { throw InputError.fileUnwritable(path: output ?? "standard output") }
        try session.close()
    }

    private func openOutput() throws(InputError) -> FileHandle {
        guard let output else { return .standardOutput }
        guard !FileManager.default.fileExists(atPath: output),
            FileManager.default.createFile(atPath: output, contents: nil),
            let handle = FileHandle(forWritingAtPath: output)
        else { throw .fileUnwritable(path: output) }
        return handle
    }
}
