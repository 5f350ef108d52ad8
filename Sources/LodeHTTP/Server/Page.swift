import LodeService

/// A part of a list, with the cursor of the next part.
struct Page<Item: Encodable>: Encodable {
    /// What the list is called in the answer.
    var name: String
    var items: [Item]
    /// The `after` of the next part; nil where this is the last.
    var next: String?

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: Key(name))
        try container.encodeIfPresent(next, forKey: Key("next"))
    }
}

extension Page {
    /// Those of `all`, in order of their keys, that come after the query's `after`; at most its `limit`.
    init(
        _ name: String, _ all: [Item], _ query: [String: String], key: (Item) -> String,
        follows: (_ item: Item, _ cursor: String) throws -> Bool
    ) throws {
        let limit = try query.pageLimit()
        let rest = try query["after"].map { cursor in try all.filter { try follows($0, cursor) } } ?? all
        self.init(
            name: name, items: Array(rest.prefix(limit)),
            next: rest.count > limit ? rest.prefix(limit).last.map(key) : nil)
    }

    /// A list in ascending order of names.
    init(_ name: String, _ all: [Item], _ query: [String: String], byName: (Item) -> String) throws {
        // As the database orders them: by bytes.
        try self.init(
            name, all, query, key: byName,
            follows: { item, cursor in cursor.utf8.lexicographicallyPrecedes(byName(item).utf8) })
    }

    /// A list with the oldest first, to which more is added at the end; the cursor is a place in it.
    init(_ name: String, oldestFirst all: [Item], _ query: [String: String]) throws {
        let page = try Page<Int>(
            name, Array(all.indices), query, key: { "\($0 + 1)" },
            follows: { index, cursor in
                guard let place = Int(cursor) else { throw Self.cursorFault }
                return index >= place
            })
        self.init(name: name, items: page.items.map { all[$0] }, next: page.next)
    }

    /// A list with the highest number first.
    init(_ name: String, _ all: [Item], _ query: [String: String], byNumber: (Item) -> Int) throws {
        try self.init(
            name, all, query, key: { "\(byNumber($0))" },
            follows: { item, cursor in
                guard let number = Int(cursor) else { throw Self.cursorFault }
                return byNumber(item) < number
            })
    }

    private static var cursorFault: RequestFault {
        .queryInvalid(parameter: "after", expected: "the “next” of the page before")
    }
}

extension Operation.Parameter {
    /// The most entries of one page.
    static let mostEntries = 1000
}

extension [Operation.Parameter] {
    /// What every list is asked with.
    static let paging = paging(upTo: Operation.Parameter.mostEntries)

    /// What a list is asked with that comes in pages of that many entries.
    static func paging(upTo most: Int) -> Self {
        [
            .text("after", "where the page begins: the “next” of the page before"),
            .whole("limit", 1...most, "the most entries (100)"),
        ]
    }
}

extension [String: String] {
    /// The most entries of a page.
    func pageLimit() throws(RequestFault) -> Int {
        let limit = try wholeNumber("limit", default: 100)
        guard (1...Operation.Parameter.mostEntries).contains(limit) else {
            throw .queryInvalid(
                parameter: "limit", expected: "a whole number from 1 to \(Operation.Parameter.mostEntries)")
        }
        return limit
    }
}
