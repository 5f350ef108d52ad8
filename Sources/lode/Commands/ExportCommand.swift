import ArgumentParser
import Foundation
import LodeDomain
import LodeService
import LodeStore
import Synchronization

struct ExportCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes what a dataset holds as CSV.",
        discussion: """
            Lines series,time,channel,value, by series, time and channel, as of one moment. Ingested again they give the \
            same observations, and equal observations give equal bytes.

            --what statics, labels and channels write what `lode ingest --as` reads of the same name.

            Example: lode export co2 > co2.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(name: .shortAndLong, help: "The file to write, which must not exist (default: standard output).")
    var output: String?
    @Option(help: "What to write: observations, statics, labels, or channels with unit and kind.")
    var what = IngestCommand.Content.observations

    func perform(_ settings: Settings) async throws {
        try await Session.use(settings, for: .reading) { session in
            // Before the output is made: a mistyped name must leave no empty file.
            _ = try await session.catalog.describe(dataset: dataset)
            let target = try openOutput()
            switch what {
            case .observations: try await exportObservations(session, to: target)
            case .statics: try write(try await session.edit.export(facts: .statics, of: dataset), to: target)
            case .labels: try write(try await session.edit.export(facts: .labels, of: dataset), to: target)
            case .channels: try write(try await session.edit.export(channelsOf: dataset), to: target)
            }
        }
    }

    private func exportObservations(_ session: Session, to target: FileHandle) async throws {
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
    }

    private func write(_ text: [UInt8], to target: FileHandle) throws(InputError) {
        do {
            try target.write(contentsOf: Data(text))
        } catch {
            throw .fileUnwritable(path: output ?? "standard output")
        }
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
