import GRDB
import LodeDomain

/// Keeps leases and retries right where the machine's wall clock is set.
///
/// Columns hold wall-clock time, which people read and which schedules mean. `job_clock` remembers by how much it was ahead of
/// the time since boot; where that has changed the clock was set, and what waits for a span of time to pass moves with it, in
/// the transaction that notices. All processes on the machine see the same step, and the first of them corrects it.
enum JobClock {
    /// A difference up to this many microseconds is drift, well within what a lease of 20 s forgives.
    static let tolerance: Int64 = 5_000_000

    /// Whether ``adjust(to:_:)`` has something to do; reads only.
    static func isOff(_ reading: BootClock.Reading, _ db: Database) throws -> Bool {
        guard let row = try stored(db) else { return true }
        return row.boot != reading.boot || abs(reading.wall - reading.sinceBoot - row.wallAtBoot) > tolerance
    }

    /// Moves leases and retries by a step of the clock since the last transaction that looked.
    static func adjust(to reading: BootClock.Reading, _ db: Database) throws {
        let wallAtBoot = reading.wall - reading.sinceBoot
        guard let row = try stored(db) else { return try store(reading.boot, wallAtBoot, db) }
        if row.boot != reading.boot {
            // Whoever held a lease died with the machine.
            try db.executeCached(
                sql: "UPDATE job SET lease_expires_at = min(lease_expires_at, ?) WHERE state = 'running'",
                arguments: [reading.wall])
            return try store(reading.boot, wallAtBoot, db)
        }
        let step = wallAtBoot - row.wallAtBoot
        guard abs(step) > tolerance else { return }
        try db.executeCached(
            sql: "UPDATE job SET lease_expires_at = lease_expires_at + ? WHERE state = 'running'", arguments: [step])
        try db.executeCached(
            sql: "UPDATE job SET available_at = available_at + ? WHERE state = 'retryable'", arguments: [step])
        try store(reading.boot, wallAtBoot, db)
    }

    private static func stored(_ db: Database) throws -> (boot: String, wallAtBoot: Int64)? {
        try db.firstRow(sql: "SELECT boot, wall_at_boot FROM job_clock", arguments: []).map {
            ($0["boot"], $0["wall_at_boot"])
        }
    }

    private static func store(_ boot: String, _ wallAtBoot: Int64, _ db: Database) throws {
        try db.executeCached(
            sql: "INSERT OR REPLACE INTO job_clock (id, boot, wall_at_boot) VALUES (1, ?, ?)",
            arguments: [boot, wallAtBoot])
    }
}
