import GRDB
import LodeDomain

/// Finds the keys of a dataset's series and channels by name while a batch is written; makes those that are new.
struct SeriesAndChannelKeys {
    private var seriesKeys: KeyTable
    private var channelKeys: KeyTable

    init(dataset: Identifier<Dataset>) {
        seriesKeys = KeyTable(table: "series", dataset: dataset.rawValue)
        channelKeys = KeyTable(table: "channel", dataset: dataset.rawValue)
    }

    mutating func series(_ name: String, _ db: Database) throws -> Int64 {
        try seriesKeys.key(of: name, db)
    }

    mutating func channel(_ name: String, _ db: Database) throws -> Int64 {
        try channelKeys.key(of: name, db)
    }
}

private struct KeyTable {
    let table: String
    let dataset: Int64
    private var keys: [String: Int64] = [:]
    // Neighbouring rows mostly name the same series; comparing is cheaper than hashing.
    private var last: (name: String, key: Int64)?

    init(table: String, dataset: Int64) {
        self.table = table
        self.dataset = dataset
    }

    mutating func key(of name: String, _ db: Database) throws -> Int64 {
        if let last, last.name == name { return last.key }
        let key = try keys[name] ?? findOrInsert(name, db)
        keys[name] = key
        last = (name, key)
        return key
    }

    private func findOrInsert(_ name: String, _ db: Database) throws -> Int64 {
        let select = try db.cachedStatement(sql: "SELECT id FROM \(table) WHERE dataset = ? AND name = ?")
        if let key = try Int64.fetchOne(select, arguments: [dataset, name]) { return key }
        let insert = try db.cachedStatement(sql: "INSERT INTO \(table) (dataset, name) VALUES (?, ?)")
        try insert.execute(arguments: [dataset, name])
        return db.lastInsertedRowID
    }
}
