import ArgumentParser
import Foundation
import LodeDomain
import LodeService
import Synchronization

struct ExportCommand: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes what a dataset holds as CSV.",
        discussion: """
            Lines series,time,channel,value, by series, time and channel, as of one moment. Ingested again they give the \
            same observations, and equal observations give equal bytes.

            --what statics, labels and channels write what `lode ingest --as` reads of the same name.

            With -o the file is called FILE.partial until it is whole, so that a file of that name is never a part.

            Example: lode export co2 > co2.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.") var dataset: String
    @Option(name: .shortAndLong, help: "The file to write, which must not exist (default: standard output).")
    var output: String?
    @Option(help: "What to write: observations, statics, labels, or channels with unit and kind.")
    var what = IngestCommand.Content.observations

    func perform(_ settings: Settings) async throws {
        try await UseCases.reach(settings, for: .reading) { useCases in
            // Before the output is made: a mistyped name must leave no empty file.
            _ = try await useCases.catalog.describe(dataset: dataset)
            guard let output else { return try await write(useCases, to: .standardOutput) }
            try await OutputFile(path: output).write { try await write(useCases, to: $0) }
        }
    }

    private func write(_ useCases: UseCases, to target: FileHandle) async throws {
        switch what {
        case .observations: try await writeObservations(useCases, to: target)
        case .statics: try write(try await useCases.edit.export(facts: .statics, of: dataset), to: target)
        case .labels: try write(try await useCases.edit.export(facts: .labels, of: dataset), to: target)
        case .channels: try write(try await useCases.edit.export(channelsOf: dataset), to: target)
        }
    }

    private func writeObservations(_ useCases: UseCases, to target: FileHandle) async throws {
        let failure = Mutex<InputError?>(nil)
        try await useCases.edit.export(dataset: dataset) { part in
            do throws(InputError) {
                try write(part, to: target)
                return true
            } catch {
                failure.withLock { $0 = error }
                return false
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func write(_ text: [UInt8], to target: FileHandle) throws(InputError) {
        do {
            try target.write(contentsOf: Data(text))
        } catch {
            throw .fileUnwritable(path: output ?? "Standard output", detail: error.systemReason)
        }
    }
}
