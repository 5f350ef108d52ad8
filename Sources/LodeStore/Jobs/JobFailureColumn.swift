import LodeDomain

/// One element of the JSON array in `job.failures`.
struct JobFailureColumn: Codable {
    private var attempt: Int
    /// Microseconds since 1970, as in the columns.
    private var at: Int64
    private var code: String
    private var message: String

    static func encode(_ failure: JobFailure) throws -> String {
        try JSONColumn.encode(
            JobFailureColumn(
                attempt: failure.attempt, at: failure.at.microseconds, code: failure.code,
                message: failure.message))
    }

    static func decode(_ text: String) throws -> [JobFailure] {
        // Most jobs never fail.
        guard text != "[]" else { return [] }
        return try JSONColumn.decode([JobFailureColumn].self, text).map {
            JobFailure(
                attempt: $0.attempt, at: Timestamp(microseconds: $0.at), code: $0.code, message: $0.message)
        }
    }
}
