import Foundation
import LodeService

/// What the program goes by, whichever way it was told.
struct Settings: Hashable, Codable {
    /// The database file.
    var database: String
    /// The daemon that commands ask in the place of the file; none where empty.
    var server: String
    /// What they show it; nothing where empty.
    var token: String
    /// A file in PEM with certificates to trust beside those of the system; none where empty.
    var serverCertificate: String
    /// The address that the daemon listens at.
    var httpAddress: String
    /// The daemon's port; 0 takes a free one.
    var httpPort: Int
    /// Whether clients need tokens on the loopback too.
    var httpRequireTokens: Bool
    /// The file of the certificate chain, in PEM; no TLS where empty.
    var httpTLSCertificate: String
    /// The file of its key.
    var httpTLSKey: String
    /// The most bytes of a request's body.
    var httpBodyLimit: Int
    /// Names by which clients may ask the daemon, beside those of the loopback, separated by commas.
    var httpHosts: String
    /// The folders that the files of jobs must lie in or below that are asked for over HTTP, separated by commas; the database's where
    /// empty.
    var httpJobFolders: String
    /// The most memory that the daemon spends on series that models have read, in MiB.
    var httpCacheSize: Int
    /// The most memory that bodies of requests take together, in MiB.
    var httpBodyMemory: Int
    /// How many questions to models the daemon works on at once; 0 for as many as there are cores.
    var httpPredictions: Int
    /// How many more may wait in line.
    var httpPredictionQueue: Int
    /// How many clients may be connected.
    var httpConnections: Int
    /// How long the head of a request may take to come, in seconds.
    var httpHeadSeconds: Double
    /// How long the body of a request may take to come, in seconds.
    var httpBodySeconds: Double
    /// How long a client may take none of its answer, in seconds.
    var httpWriteSeconds: Double
    /// How long a connection may go without a request, in seconds.
    var httpIdleSeconds: Double
    /// How long a request may be worked on, in seconds.
    var httpRequestSeconds: Double
    /// How long requests in flight are waited for when the daemon is stopped, in seconds.
    var httpShutdownSeconds: Double
    /// How often an idle worker looks for a job, in seconds.
    var workerPollSeconds: Double
    /// How long a worker's claim holds without a heartbeat, in seconds.
    var workerLeaseSeconds: Double
    /// How often a worker renews its claim, in seconds.
    var workerHeartbeatSeconds: Double
    /// Threads that a worker's jobs use together; 0 for all cores.
    var workerThreads: Int
    /// How many jobs a worker runs at once.
    var workerSlots: Int
    /// The queues that a worker serves, separated by commas; all where empty.
    var workerQueues: String
    /// How often a training run saves a snapshot, in seconds.
    var workerSnapshotSeconds: Double
    /// By how much an attempt's process gives way to others, 0 to 19.
    var workerNice: Int
    /// The most memory that an attempt's process may take, in MiB; 0 for any.
    var workerMemoryLimit: Int
    /// What is logged: trace, debug, info, notice, warning, error or critical.
    var logLevel: String

    /// The folder that the database lies in.
    var databaseFolder: String {
        URL(fileURLWithPath: database).deletingLastPathComponent().path(percentEncoded: false)
    }

    /// A folder for what is too long for memory: beside the database, or where a daemon has that, the system's.
    var spoolFolder: String {
        server.isEmpty ? databaseFolder : FileManager.default.temporaryDirectory.path(percentEncoded: false)
    }

    static let defaults = Settings(
        database: "lode.db", server: "", token: "", serverCertificate: "", httpAddress: "127.0.0.1", httpPort: 7433,
        httpRequireTokens: false,
        httpTLSCertificate: "", httpTLSKey: "", httpBodyLimit: 64 << 20, httpHosts: "", httpJobFolders: "",
        httpCacheSize: 256, httpBodyMemory: 512, httpPredictions: 0, httpPredictionQueue: 256, httpConnections: 2048,
        httpHeadSeconds: 10,
        httpBodySeconds: 120, httpWriteSeconds: 30, httpIdleSeconds: 60, httpRequestSeconds: 60,
        httpShutdownSeconds: 30,
        workerPollSeconds: 0.5, workerLeaseSeconds: 20, workerHeartbeatSeconds: 5, workerThreads: 0, workerSlots: 1,
        workerQueues: "",
        workerSnapshotSeconds: 15, workerNice: 5, workerMemoryLimit: 0, logLevel: "info")
}

extension Settings {
    /// ``httpHosts`` one by one.
    var hosts: [String] {
        httpHosts.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    }
}

extension Settings {
    /// ``httpJobFolders`` one by one, or that of the database.
    var jobFolders: JobFolders {
        let folders = httpJobFolders.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        let own = URL(fileURLWithPath: databaseFolder).absoluteURL.path(percentEncoded: false)
        return JobFolders(folders.isEmpty ? [own] : folders)
    }
}
