/// What the settings of a job may be.
enum JobLimits {
    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)``; `beneath` is the pointer of the object they are in.
    static func check(
        queue: String, priority: Int, maxAttempts: Int, tags: [String], timeoutSeconds: Double?, stallSeconds: Double?,
        beneath: String
    ) throws(ServiceError) {
        guard isName(queue) else {
            throw .invalidRequest(
                pointer: "\(beneath)/queue", value: "“\(queue)”", expected: "1 to 64 letters, digits, “-”, “_” and “.”")
        }
        guard (0...9).contains(priority) else {
            throw .invalidRequest(
                pointer: "\(beneath)/priority", value: "\(priority)",
                expected: "a whole number from 0 (first) to 9 (last)")
        }
        guard (1...100).contains(maxAttempts) else {
            throw .invalidRequest(
                pointer: "\(beneath)/maxAttempts", value: "\(maxAttempts)", expected: "a whole number from 1 to 100")
        }
        guard tags.count <= 32, tags.allSatisfy({ (1...128).contains($0.utf8.count) }) else {
            throw .invalidRequest(
                pointer: "\(beneath)/tags", value: nil, expected: "at most 32 tags of 1 to 128 bytes each")
        }
        for (name, seconds) in [("timeoutSeconds", timeoutSeconds), ("stallSeconds", stallSeconds)] {
            if let seconds, !(seconds > 0 && seconds <= 31_536_000) {
                throw .invalidRequest(
                    pointer: "\(beneath)/\(name)", value: "\(seconds)",
                    expected: "a number of seconds above 0, at most a year")
            }
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0))
            }
    }
}
