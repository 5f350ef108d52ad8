import Foundation

/// Documents that were right before they were bent, one after the other, each given by a seed and its number.
///
/// `LODE_FUZZ_CASES` says how many there are of each format, `LODE_FUZZ_SEED` of which seed, and `LODE_FUZZ_FIRST` from which number
/// on. What crashes the process is found by the number in the file that the campaign names at its start:
/// `LODE_FUZZ_FIRST=NUMBER LODE_FUZZ_CASES=1` runs it again.
public struct FuzzCampaign: Sendable {
    /// The seed of all cases.
    public let seed: UInt64
    private let cases: Range<UInt64>
    private let recordPath: String

    /// A campaign of as many cases as the environment says, else of `standard`.
    public init(_ name: String, standard: UInt64) {
        let environment = ProcessInfo.processInfo.environment
        func number(_ key: String) -> UInt64? { environment[key].flatMap { UInt64($0) } }
        seed = number("LODE_FUZZ_SEED") ?? 1
        let first = number("LODE_FUZZ_FIRST") ?? 0
        cases = first..<first + (number("LODE_FUZZ_CASES") ?? standard)
        recordPath = FileManager.default.temporaryDirectory.appending(path: "lode-fuzz-\(name)-\(getpid())")
            .path(percentEncoded: false)
    }

    /// Whether more cases are asked for than belong to a test.
    public static var isLong: Bool { ProcessInfo.processInfo.environment["LODE_FUZZ_CASES"] != nil }

    /// Runs `body` on each case: one of the `documents`, bent in up to four places.
    ///
    /// `words` are what is put into documents of this format. `body` says what is wrong with the outcome, nil where nothing is;
    /// the first such case ends the campaign and is returned.
    public func run(
        _ documents: [[UInt8]], words: [String], _ body: (_ text: [UInt8], _ random: inout SplitMix64) throws -> String?
    ) throws -> String? {
        let record = open(recordPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard record >= 0 else { return "\(recordPath) cannot be made: errno \(errno)" }
        defer {
            close(record)
            unlink(recordPath)
        }
        print("seed \(seed), cases \(cases); the one that runs stands in \(recordPath)")
        let bend = DocumentBend(words: words.map { Array($0.utf8) }, documents: documents)
        for number in cases {
            let mark = Array("\(number)          \n".utf8)
            guard pwrite(record, mark, mark.count, 0) == mark.count else { return "errno \(errno) in \(recordPath)" }
            var random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ number)
            var text = documents[Int.random(in: 0..<documents.count, using: &random)]
            for _ in 0..<Int.random(in: 0...4, using: &random) { bend.apply(to: &text, &random) }
            if let fault = try body(text, &random) {
                return
                    "seed \(seed), case \(number): \(fault)\n\(String(decoding: text.prefix(2000), as: UTF8.self).debugDescription)"
            }
        }
        return nil
    }
}

/// One change of a document: of its bytes, or of its words and numbers.
struct DocumentBend: Sendable {
    /// What the format has a meaning for.
    let words: [[UInt8]]
    /// Other documents, of which stretches are put in.
    let documents: [[UInt8]]

    /// Numbers at which something ends: of types, of exactness, of calendars.
    private static let numbers: [[UInt8]] = [
        "0", "-0", "-1", "1e308", "-1e308", "1e309", "1e-320", "1e999999999", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "-9223372036854775809", "18446744073709551616", "4294967296", "2147483648", "NaN", "inf",
        "0x1p3",
        "00000000000000000000001", "0.1", "1.", ".5", "1e", "1684-07-28T00:12:25.259008Z",
        "2255-06-05T23:47:34.740992Z",
        "2255-06-05T23:47:34.740993Z", "2024-02-30T00:00:00Z", "2024-05-01T12:00:00.1234567+02:00", "0000-00-00",
    ].map { Array($0.utf8) }

    /// Bytes that end, escape or break something.
    private static let bytes: [UInt8] =
        Array("\"'\\,;|\t \n\r={}[]:#@*/-+.eE0i".utf8) + [0, 0x7F, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]

    /// Letters of more than one byte: a mark that joins the letter before it, a blank, a byte order mark, a letter that grows in
    /// lower case, one beyond 16 bits.
    private static let letters: [[UInt8]] = ["\u{301}", "\u{A0}", "\u{FEFF}", "\u{130}", "\u{1F9EA}", "é", "e\u{301}"]
        .map { Array($0.utf8) }

    /// The longest document that grows further.
    private static let mostBytes = 20_000

    func apply(to text: inout [UInt8], _ random: inout SplitMix64) {
        let one = Int.random(in: 0...text.count, using: &random)
        let other = Int.random(in: 0...text.count, using: &random)
        let stretch = min(one, other)..<max(one, other)
        /// A stretch of a few bytes, which most changes are about.
        let short = one..<min(text.count, one + Int.random(in: 1...8, using: &random))
        switch Int.random(in: 0..<13, using: &random) {
        case 0: text.insert(Self.bytes.randomElement(using: &random) ?? 0, at: one)
        case 1: if one < text.count { text[one] = Self.bytes.randomElement(using: &random) ?? 0 }
        case 2: if one < text.count { text[one] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 3: text.removeSubrange(stretch)
        case 4: text.removeSubrange(short)
        case 5: text.removeSubrange(one...)
        case 6: if text.count < Self.mostBytes { text.insert(contentsOf: text[stretch], at: one) }
        case 7: text.insert(contentsOf: words.randomElement(using: &random) ?? [], at: one)
        case 8: text.insert(contentsOf: Self.letters.randomElement(using: &random) ?? [], at: one)
        case 9: replaceNumber(in: &text, from: one, &random)
        case 10:
            // A stretch of another document.
            let source = documents[Int.random(in: 0..<documents.count, using: &random)]
            let start = Int.random(in: 0...source.count, using: &random)
            let end = Int.random(in: start...source.count, using: &random)
            if text.count < Self.mostBytes { text.replaceSubrange(short, with: source[start..<end]) }
        case 11:
            // Nested, or long.
            let unit = text[short]
            let times = [2, 20, 600].randomElement(using: &random) ?? 2
            if text.count < Self.mostBytes {
                text.insert(contentsOf: repeatElement(unit, count: times).joined(), at: one)
            }
        default: text.replaceSubrange(short, with: words.randomElement(using: &random) ?? [])
        }
    }

    /// Puts another number in the place of the first one after `start`.
    private func replaceNumber(in text: inout [UInt8], from start: Int, _ random: inout SplitMix64) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text[start...].firstIndex(where: digits.contains) else { return }
        let end = text[first...].firstIndex { !digits.contains($0) } ?? text.count
        text.replaceSubrange(first..<end, with: Self.numbers.randomElement(using: &random) ?? [])
    }
}
