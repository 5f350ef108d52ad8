/// Reads server-sent events from a text that comes in pieces (HTML standard, section 9.2).
struct EventReader {
    /// An event's name and data.
    struct Event: Hashable {
        var name = "message"
        var data = ""
    }

    private var line: [UInt8] = []
    private var event = Event()
    private var hasData = false

    /// The events that a further piece completes.
    mutating func add(_ piece: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in piece {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                if hasData { events.append(event) }
                (event, hasData) = (Event(), false)
            } else {
                take(String(decoding: line, as: UTF8.self))
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func take(_ line: String) {
        // What begins with a colon is a comment.
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return }
        let rest = line[line.index(after: colon)...]
        let value = String(rest.hasPrefix(" ") ? rest.dropFirst() : rest)
        switch line[..<colon] {
        case "event": event.name = value
        case "data":
            event.data += (hasData ? "\n" : "") + value
            hasData = true
        default: break
        }
    }
}
