import LodeNumerics
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 5])
    func `every iteration runs once, and slots never overlap`(_ threads: Int) {
        let pool = ThreadPool(threadCount: threads)
        for count in [0, 1, 2, 7, 1000] {
            let counts = Mutex(Array(repeating: 0, count: count))
            let busy = Mutex(Array(repeating: false, count: threads))
            pool.forEach(count) { iteration, slot in
                let wasBusy = busy.withLock { busy in
                    defer { busy[slot] = true }
                    return busy[slot]
                }
                #expect(!wasBusy)
                counts.withLock { $0[iteration] += 1 }
                busy.withLock { $0[slot] = false }
            }
            #expect(counts.withLock { $0 } == Array(repeating: 1, count: count))
        }
    }

    @Test func `thousands of short loops end, and their closures are let go`() {
        final class Token: Sendable {}
        let pool = ThreadPool(threadCount: 4)
        let total = Atomic<Int>(0)
        weak var last: Token?
        for _ in 0..<5000 {
            let token = Token()
            last = token
            pool.forEach(3) { iteration, _ in
                withExtendedLifetime(token) { _ = total.add(iteration, ordering: .relaxed) }
            }
        }
        #expect(total.load(ordering: .relaxed) == 15_000)
        #expect(last == nil)
    }

    @Test func `a loop inside an iteration runs on its thread alone`() {
        let pool = ThreadPool(threadCount: 2)
        let slots = Mutex<[[Int]]>([])
        pool.forEach(8) { _, _ in
            let inner = Mutex<[Int]>([])
            pool.forEach(3) { iteration, slot in inner.withLock { $0.append(10 * slot + iteration) } }
            slots.withLock { $0.append(inner.withLock { $0 }) }
        }
        #expect(slots.withLock { $0 } == Array(repeating: [0, 1, 2], count: 8))
    }

    @Test func `loops from several threads are each done whole`() async {
        let pool = ThreadPool(threadCount: 3)
        let sums = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let sum = Atomic<Int>(0)
                    for _ in 0..<200 { pool.forEach(10) { iteration, _ in _ = sum.add(iteration, ordering: .relaxed) } }
                    return sum.load(ordering: .relaxed)
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(sums == Array(repeating: 9000, count: 4))
    }
}
