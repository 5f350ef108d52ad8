import ArgumentParser
import Foundation
import LodeExperiments
import LodeService

struct ReproduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Trains and tests Lode by a published protocol, beside the published figures.",
        discussion: """
            spirals, periodic, flow and poisson are built in; odenet and error-control read the four IDX files of MNIST, packed or not, and \
            the others a folder with observations.csv.gz. Tables go to standard output, progress \
            to standard error. Equal seeds give equal figures for any number of threads. With --output, the folder gets \
            EXPERIMENT.json and one EXPERIMENT-NAME.svg for each picture; older files of these names are replaced.

            Example: lode reproduce spirals --quick
            Example: lode reproduce hopper --data data/hopper --seeds 1,2,3
            """)

    @Argument(help: "\(Reproduction.Name.allCases.map(\.rawValue).joined(separator: ", ")).")
    var experiment: String
    @Option(help: "A data folder; more than one where an experiment can train on more.") var data: [String] = []
    @Option(help: "Seeds, separated by commas; one run for each (default: 1,2,3, and 1 with --quick).")
    var seeds: String?
    @Option(help: "Threads to compute with (default: one for each processor).") var threads: Int?
    @Flag(help: "Train for minutes only; the figures are worse.") var quick = false
    @Option(help: "A folder for the result as JSON and for the pictures.") var output: String?
    @Flag(help: "Print the result as JSON.") var json = false

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads is at least 1.") }
        _ = try seedNumbers()
        _ = try name()
    }

    private func name() throws -> Reproduction.Name {
        guard let name = Reproduction.Name(rawValue: experiment) else {
            let known = Reproduction.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no experiment “\(experiment)”. There are \(known).")
        }
        return name
    }

    private func seedNumbers() throws -> [UInt64] {
        let text = seeds ?? (quick ? "1" : "1,2,3")
        let numbers = text.split(separator: ",").map { UInt64($0.trimmingCharacters(in: .whitespaces)) }
        let known = numbers.compactMap(\.self)
        guard !known.isEmpty, known.count == numbers.count else {
            throw ValidationError("--seeds are whole numbers separated by commas, such as 1,2,3.")
        }
        return known
    }

    func run() async throws {
        do {
            let reproduction = try Reproduction(
                name(), effort: quick ? .quick : .full, seeds: seedNumbers(), data: data)
            Terminal.say(reproduction.command)
            // Before hours of training, not after them.
            let folder = try output.map { try OutputFolder(path: $0) }
            let result = try reproduction.run(
                threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
                clock: { Double(Clock.uptime()) / 1e9 }, report: { Terminal.say($0) })
            // Printed first: a disk that has become full meanwhile must not cost the result.
            if json { try Terminal.result(json: result) } else { Terminal.result(result.text) }
            if let folder {
                try folder.write(JSONText.bytes(result, pretty: true), to: "\(experiment).json")
                for picture in result.pictures {
                    try folder.write(Data(picture.svg.utf8), to: "\(experiment)-\(picture.name).svg")
                }
            }
        } catch let error as ExperimentError {
            throw Terminal.fail(error.message, status: error.exitStatus)
        } catch let error as InputError {
            throw Terminal.fail(error.message, status: error.exitStatus)
        } catch let error as ServiceError {
            throw Terminal.fail(error.message, status: error.profile.exitStatus)
        }
    }
}

extension ExperimentError {
    /// By the table of `lode --help`.
    fileprivate var exitStatus: Int32 {
        switch self {
        case .dataFolderNeeded: 64
        case .corruptGzip, .badFile, .badLine, .unsuitableData: 65
        case .fileUnreadable: 66
        case .training, .solver: 70
        }
    }
}
