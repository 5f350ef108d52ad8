import ArgumentParser
import LodeDomain
import LodeHTTP
import LodeService

/// A command whose errors become one line on standard error and the exit status of the shared table.
protocol LodeCommand: AsyncParsableCommand {
    var common: CommonOptions { get }

    /// Does what the command is for.
    func perform(_ settings: Settings) async throws
}

extension LodeCommand {
    mutating func run() async throws {
        do {
            try await perform(try await common.settings())
        } catch let error as ServiceError {
            throw Terminal.fail(error.message, status: error.profile.exitStatus)
        } catch let error as StoreError {
            throw Terminal.fail(error.message, status: error.profile.exitStatus)
        } catch let error as SettingsError {
            throw Terminal.fail(error.message, status: 78)
        } catch let error as DaemonError {
            throw Terminal.fail(error.message, status: 69)
        } catch let error as InputError {
            throw Terminal.fail(error.message, status: error.exitStatus)
        }
    }
}

/// Why a file or an option's value cannot be taken.
enum InputError: Error, Hashable {
    case fileUnreadable(path: String, detail: String)
    case fileUnwritable(path: String)
    case spoolFailed(folder: String, detail: String)
    case timesMissing
    case seriesHasNothingToShow(String)

    var message: String {
        switch self {
        case .fileUnreadable(let path, let detail): "\(path) cannot be read: \(detail). Check its name."
        case .fileUnwritable(let path):
            "\(path) cannot be written, or exists already. Name another file, or free some space."
        case .spoolFailed(let folder, let detail):
            "\(folder) cannot take the unpacked input: \(detail). Free some space, or ingest the file unpacked."
        case .timesMissing:
            "Which times? Name them with --at 10,20.5, or a range with --from 0 --to 100 --count 11."
        case .seriesHasNothingToShow(let series):
            "Series “\(series)” has no observations, and there is no model to predict it. Ingest some."
        }
    }

    var exitStatus: Int32 {
        switch self {
        case .fileUnreadable: 66
        case .fileUnwritable: 73
        case .spoolFailed: 74
        case .timesMissing: 64
        case .seriesHasNothingToShow: 66
        }
    }
}
