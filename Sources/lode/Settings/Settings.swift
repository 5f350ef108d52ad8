import Foundation

/// What the program goes by, whichever way it was told.
struct Settings: Hashable, Codable {
    /// The database file.
    var database: String
    /// The daemon's port on 127.0.0.1; 0 takes a free one.
    var httpPort: Int
    /// The most bytes of a request's body.
    var httpBodyLimit: Int
    /// Names by which clients may ask the daemon, beside those of the loopback, separated by commas.
    var httpHosts: String
    /// The most memory that the daemon spends on series that models have read, in MiB.
    var httpCacheSize: Int
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

    static let defaults = Settings(
        database: "lode.db", httpPort: 7433, httpBodyLimit: 64 << 20, httpHosts: "", httpCacheSize: 256,
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
