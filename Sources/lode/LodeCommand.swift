import ArgumentParser
import Glibc
import LodeClient
import LodeDomain
import LodeHTTP
import LodeService

/// A command whose errors become one line on standard error and the exit status of the shared table.
protocol LodeCommand: AsyncParsableCommand {
    var common: CommonOptions { get }

    /// What to do instead where a daemon is named; nil for what works with one.
    static var adviceWithServer: String? { get }

    /// Does what the command is for.
    func perform(_ settings: Settings) async throws
}

extension LodeCommand {
    static var adviceWithServer: String? { nil }

    var notices: Notices { Notices(isQuiet: common.quiet) }

    /// Says what was done, or what may come next.
    func note(_ text: String) { notices.note(text) }

    mutating func run() async throws {
        do {
            try Clock.check()
            let settings = try common.settings()
            if !settings.server.isEmpty, let advice = Self.adviceWithServer {
                throw InputError.fileNeeded(advice: advice)
            }
            try await perform(settings)
        } catch let error as ServiceError {
            throw Terminal.fail(error.message, status: error.profile.exitStatus)
        } catch let error as StoreError {
            throw Terminal.fail(error.message, status: error.profile.exitStatus)
        } catch let error as SettingsError {
            throw Terminal.fail(error.message, status: 78)
        } catch let error as DaemonError {
            throw Terminal.fail(error.message, status: 69)
        } catch let error as ClientError {
            throw Terminal.fail(error.message, status: error.exitStatus)
        } catch let error as InputError {
            throw Terminal.fail(error.message, status: error.exitStatus)
        }
    }
}

/// Why a file or an option's value cannot be taken.
enum InputError: Error, Hashable {
    /// With the system's number of the error.
    case fileUnreadable(path: String, code: Int32)
    case fileDamaged(path: String, detail: String)
    case fileUnwritable(path: String, detail: String)
    case fileExists(path: String)
    case spoolFailed(folder: String, detail: String)
    case timesMissing
    /// What renders images is not installed.
    case rendererMissing
    case rendererFailed(detail: String)
    /// The command works on a database file, and a daemon was named.
    case fileNeeded(advice: String)
    case seriesHasNothingToShow(String)
    case modelHasNothingToShow(String, what: String)

    var message: String {
        switch self {
        case .fileUnreadable(let path, let code): "\(path) cannot be read: \(Self.reason(code))."
        case .fileDamaged(let path, let detail): "\(path) cannot be read: \(detail). Make it anew."
        case .fileUnwritable(let path, let detail):
            "\(path) cannot be written: \(detail). Name another file, or free some space."
        case .fileExists(let path): "\(path) exists already; it was not touched. Remove it, or name another file."
        case .spoolFailed(let folder, let detail):
            "\(folder) cannot take the unpacked input: \(detail). Free some space, or ingest the file unpacked."
        case .timesMissing:
            "Which times? Name them with --at 10,20.5, or a range with --from 0 --to 100 --count 11."
        case .rendererMissing:
            "PNG is made by rsvg-convert, which is not here. Install Debian's package librsvg2-bin, or name a file that ends "
                + "in .svg, which needs nothing."
        case .rendererFailed(let detail):
            "rsvg-convert did not render the image: \(detail). Name a file that ends in .svg, which needs nothing."
        case .fileNeeded(let advice):
            "This works on a database file, and not by way of a daemon (--server, LODE_SERVER). \(advice)"
        case .seriesHasNothingToShow(let series):
            "Series “\(series)” has no observations, and there is no model to predict it. Ingest some."
        case .modelHasNothingToShow(let model, let what):
            "Nothing is recorded of \(model) to draw a \(what) from. An imported version has no job; train one here."
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file. Check its name"
        case EISDIR: "it is a folder. Name a file in it"
        case EACCES, EPERM: "permission denied. Check its owner and permissions"
        default: String(cString: strerror(code))
        }
    }

    var exitStatus: Int32 {
        switch self {
        case .fileUnreadable(_, let code):
            switch code {
            case EACCES, EPERM: 77
            case ENOENT, ENOTDIR, EISDIR: 66
            default: 74
            }
        case .fileDamaged: 65
        case .rendererMissing: 69
        case .rendererFailed: 70
        case .fileUnwritable, .fileExists: 73
        case .spoolFailed: 74
        case .timesMissing, .fileNeeded: 64
        case .seriesHasNothingToShow, .modelHasNothingToShow: 66
        }
    }
}
