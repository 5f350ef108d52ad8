import LodeService

/// Why a daemon gave no answer, or which problem it told of.
package enum ClientError: Error, Hashable {
    /// The daemon refused; `message` is what the same error says on a database file.
    case problem(code: String, message: String)
    /// Nobody answers at that address, or the connection broke.
    case unreachable(address: String, detail: String)
    /// The answer is not what a daemon of this version gives.
    case unreadable(address: String, detail: String)
    /// The address is none of a daemon.
    case invalidAddress(String)
    /// The file of certificates cannot be read.
    case invalidCertificate(path: String, detail: String)

    /// What happened, with which value, and what to do.
    package var message: String {
        switch self {
        case .problem(_, let message): message
        case .unreachable(let address, let detail):
            "No daemon answers at \(address): \(detail). Check the address, or start one there with lode up."
        case .unreadable(let address, let detail):
            "What \(address) answers is not an answer of a daemon of this version: \(detail). Check the address and "
                + "lode --version on both sides."
        case .invalidAddress(let text):
            "“\(text)” is no address of a daemon. Write it like http://127.0.0.1:7433 or https://lode.example.org."
        case .invalidCertificate(let path, let detail):
            "The certificates of \(path) cannot be read: \(detail). Name a file in PEM."
        }
    }

    /// The exit status of the command line, the same as of the error on a database file.
    package var exitStatus: Int32 {
        switch self {
        case .problem(let code, _):
            ErrorProfile.table.first { $0.code == code }?.exitStatus ?? Self.exitStatuses[code] ?? 70
        case .unreachable: 69
        case .unreadable: 70
        case .invalidAddress: 64
        case .invalidCertificate: 66
        }
    }

    /// Of the problems that only HTTP knows.
    private static let exitStatuses: [String: Int32] = [
        "token-missing": 77, "token-invalid": 77, "scope-missing": 77, "body-too-large": 65, "host-unknown": 69,
        "too-many-streams": 75, "too-many-bodies": 75, "too-many-questions": 75, "deadline-passed": 75,
    ]
}
