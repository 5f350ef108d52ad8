import LodeDomain
import LodeStore
import Synchronization

/// A machine whose wall clock can be set, and which can be started again.
final class SimulatedMachine: Sendable {
    private let state = Mutex((boot: 1, sinceBoot: Int64(1_000_000_000), wall: Int64(1_700_000_000_000_000)))

    var reading: BootClock.Reading {
        state.withLock { .init(boot: "boot \($0.boot)", sinceBoot: $0.sinceBoot, wall: $0.wall) }
    }

    var clock: BootClock { BootClock { self.reading } }

    var now: Timestamp { Timestamp(microseconds: state.withLock { $0.wall }) }

    func pass(microseconds: Int64) {
        state.withLock { state in
            state.sinceBoot += microseconds
            state.wall += microseconds
        }
    }

    func pass(seconds: Int64) { pass(microseconds: seconds * 1_000_000) }

    func setClock(by seconds: Int64) { state.withLock { $0.wall += seconds * 1_000_000 } }

    func restart() {
        state.withLock { state in
            state.boot += 1
            state.sinceBoot = 0
        }
    }
}
