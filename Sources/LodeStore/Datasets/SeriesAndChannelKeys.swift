import GRDB
import LodeDomain

/// Finds the keys of a dataset's series and channels by name while a batch is written; makes those that are new.
struct SeriesAndChannelKeys {
    /// A series, as far as a write needs to know it.
    struct Series {
        var key: Int64
        /// The time of its last observation; minus infinity where it has none.
        var lastTime: Double
    }

    private let db: Database
    private let findSeries: RawStatement
    private let insertSeries: RawStatement
    private let findChannel: RawStatement
    private let insertChannel: RawStatement

    init(dataset: Identifier<Dataset>, _ db: Database) throws {
        self.db = db
        findSeries = try RawStatement(
            "SELECT id, ifnull(last_time, -9e999) FROM series WHERE dataset = ?1 AND name = ?2", db)
        insertSeries = try RawStatement("INSERT INTO series (dataset, name) VALUES (?1, ?2)", db)
        findChannel = try RawStatement("SELECT id FROM channel WHERE dataset = ?1 AND name = ?2", db)
        insertChannel = try RawStatement("INSERT INTO channel (dataset, name) VALUES (?1, ?2)", db)
        findSeries.bind(dataset.rawValue, at: 1)
        insertSeries.bind(dataset.rawValue, at: 1)
        findChannel.bind(dataset.rawValue, at: 1)
        insertChannel.bind(dataset.rawValue, at: 1)
    }

    /// The series of that name.
    func series(_ name: String) throws -> Series {
        findSeries.bind(name, at: 2)
        let found = try findSeries.step() ? Series(key: findSeries.integer(0), lastTime: findSeries.double(1)) : nil
        findSeries.reset()
        return try found ?? Series(key: insert(name, insertSeries), lastTime: -.infinity)
    }

    /// The key of the channel of that name.
    func channel(_ name: String) throws -> Int64 {
        findChannel.bind(name, at: 2)
        let found = try findChannel.step() ? findChannel.integer(0) : nil
        findChannel.reset()
        return try found ?? insert(name, insertChannel)
    }

    private func insert(_ name: String, _ statement: RawStatement) throws -> Int64 {
        statement.bind(name, at: 2)
        _ = try statement.run()
        return db.lastInsertedRowID
    }
}
