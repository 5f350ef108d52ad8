import LodeService
import LodeTestSupport
import Testing

@Suite struct RecentValuesTests {
    /// The plainest thing that does the same: a list, the value used last at its end.
    private struct Reference {
        var budget: Int
        var entries: [(key: Int, value: Int, size: Int)] = []
        var byteCount: Int { entries.reduce(0) { $0 + $1.size } }

        mutating func value(_ key: Int) -> Int? {
            guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
            entries.append(entries.remove(at: index))
            return entries.last?.value
        }

        mutating func keep(_ value: Int, under key: Int, byteCount size: Int) {
            entries.removeAll { $0.key == key }
            guard size <= budget else { return }
            entries.append((key, value, size))
            while byteCount > budget { entries.removeFirst() }
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `it keeps what a list in order of use would`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var recent = RecentValues<Int, Int>(budget: 100)
        var reference = Reference(budget: 100)
        for round in 0..<2000 {
            let key = Int.random(in: 0..<12, using: &generator)
            if Bool.random(using: &generator) {
                let size = Int.random(in: 0..<120, using: &generator) / Int.random(in: 1...8, using: &generator)
                recent.keep(round, under: key, byteCount: size)
                reference.keep(round, under: key, byteCount: size)
            } else {
                #expect(recent.value(key) == reference.value(key), "seed \(seed), round \(round)")
            }
            #expect(recent.byteCount == reference.byteCount && recent.count == reference.entries.count)
        }
    }

    @Test func `without a budget nothing is kept`() {
        var recent = RecentValues<String, Int>(budget: 0)
        recent.keep(1, under: "a", byteCount: 1)
        #expect(recent.value("a") == nil && recent.count == 0)
    }
}
