import ArgumentParser
import LodeService

/// In which form a list is printed.
struct TableOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON.") var json = false
    @Flag(help: "Print the result as CSV.") var csv = false

    func validate() throws {
        if json, csv { throw ValidationError("--json and --csv are two different outputs: choose one.") }
    }

    /// Prints `value` as JSON, or `table`; to people an empty one is told by `note` alone.
    func show<Row>(
        _ value: some Encodable, _ table: ListTable<Row>, notices: Notices, note: String? = nil
    ) throws {
        if json { return try Terminal.result(json: value) }
        if csv { return table.records.forEach(Terminal.result) }
        if table.rows.isEmpty, let note { return notices.note(note) }
        table.lines.forEach(Terminal.result)
    }
}
