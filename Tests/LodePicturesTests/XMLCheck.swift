/// Whether tags open and close in pairs and text is escaped: enough of XML's rules to catch a broken picture.
enum XMLCheck {
    static func isWellFormed(_ text: String) -> Bool {
        var open: [Substring] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "<") {
            guard isEscaped(rest[..<start]) else { return false }
            rest = rest[rest.index(after: start)...]
            guard let end = rest.firstIndex(of: ">") else { return false }
            let tag = rest[..<end]
            guard !tag.contains("<"), tag.count(where: { $0 == "\"" }).isMultiple(of: 2) else { return false }
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { !$0.isWhitespace })
            }
        }
        return open.isEmpty && !rest.contains(">")
    }

    private static func isEscaped(_ text: Substring) -> Bool {
        guard !text.contains(">") else { return false }
        return text.ranges(of: "&").allSatisfy { range in
            ["&amp;", "&lt;", "&gt;", "&quot;"].contains { text[range.lowerBound...].hasPrefix($0) }
        }
    }
}
