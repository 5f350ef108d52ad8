import Dispatch
import LodeDomain
import Synchronization

/// Reads a text one part ahead of whoever writes it, on a thread of its own, so that the writer need not wait for the parser.
final class ReadAhead: Sendable {
    private struct State: Sendable {
        var parts: [Result<ObservationTable?, IngestFault>] = []
        var isStopped = false
        /// Whether what comes next is the end or a fault that was handed out already.
        var isOver = false
    }

    private let state: Mutex<State>
    /// Counts the places for parts that are free, and the parts that are there.
    private let free = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    /// Begins to read on; `first` is the part that was read already, nil where there was none.
    init(_ first: ObservationTable?, _ reading: IngestReading) {
        let isWhole = first == nil || reading.isDone
        state = Mutex(State(parts: [.success(first)] + (isWhole && first != nil ? [.success(nil)] : [])))
        for _ in 0..<(isWhole && first != nil ? 2 : 1) { filled.signal() }
        guard !isWhole else { return }
        free.signal()
        DispatchQueue(label: "lode.read-ahead", qos: .userInitiated).async { [self] in readOn(reading) }
    }

    /// The next part, nil at the end; waits for it.
    func next() throws(IngestFault) -> ObservationTable? {
        if state.withLock({ $0.isOver }) { return nil }
        filled.wait()
        let part = state.withLock { state in
            let part = state.parts.removeFirst()
            if case .success(.some) = part {} else { state.isOver = true }
            return part
        }
        free.signal()
        return try part.get()
    }

    /// Takes what is left, without writing it.
    func readToEnd() -> Result<Void, IngestFault> {
        do throws(IngestFault) {
            while try next() != nil {}
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Ends the reading; to be called where the writing has failed.
    func stop() {
        state.withLock { $0.isStopped = true }
        free.signal()
    }

    private func readOn(_ reading: IngestReading) {
        while true {
            free.wait()
            if state.withLock({ $0.isStopped }) { return }
            let part: Result<ObservationTable?, IngestFault>
            do throws(IngestFault) {
                part = .success(try reading.nextTable())
            } catch {
                part = .failure(error)
            }
            state.withLock { $0.parts.append(part) }
            filled.signal()
            if case .success(.some) = part { continue }
            return
        }
    }
}
