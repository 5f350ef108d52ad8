import GRDB
import LodeDomain

extension Configuration {
    /// How every connection to a Lode database is set up.
    static func lode(
        path: String, mayCreate: Bool, schema: Schema, options: LodeDatabase.Options
    ) -> Configuration {
        var configuration = Configuration()
        configuration.label = "lode"
        configuration.maximumReaderCount = options.readerCount
        // Between Lode processes the writer lock decides; this is for other programs, such as the sqlite3 shell.
        configuration.busyMode = .timeout(options.busyTimeout)
        configuration.prepareDatabase { db in
            if !db.configuration.readonly {
                // Before anything is written, the switch to WAL included.
                try schema.requireSupported(db, path: path, mayCreate: mayCreate)
            }
            // WriteQueue checkpoints, under the writer lock.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // The log is kept and overwritten after a checkpoint; one that a long read made long is cut back.
            try db.execute(sql: "PRAGMA journal_size_limit = \(2 * options.checkpointPages * 4096)")
            // A mapped file turns a read error of the disk into a SIGBUS.
            try db.execute(sql: "PRAGMA mmap_size = 0")
            // In KiB: 64 MiB for the writer, whose inserts touch many pages; 8 MiB for each reader.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -8192 : -65536)")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }
}
