import Dispatch
package import LodeDomain
import Synchronization

/// Reads a text one part ahead of whoever writes it, on a thread of its own, so that the writer need not wait for the parser.
package final class ReadAhead: Sendable {
    private struct State: Sendable {
        var parts: [Result<ObservationTable?, IngestFault>] = []
        var isStopped = false
        /// Whether what comes next is the end or a fault that was handed out already.
        var isOver = false
        /// The fault that was handed out.
        var fault: IngestFault?
    }

    private let state: Mutex<State>
    /// Counts the places for parts that are free, and the parts that are there.
    private let free = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    /// Begins to read on, part after part, until `read` gives nil.
    ///
    /// `first` is the part that was read already, nil where there was none; where the text `isRead` to its end, that is all.
    package init(
        _ first: ObservationTable?, isRead: Bool,
        _ read: @escaping @Sendable () throws(IngestFault) -> ObservationTable?
    ) {
        let isWhole = first == nil || isRead
        state = Mutex(State(parts: [.success(first)] + (isWhole && first != nil ? [.success(nil)] : [])))
        for _ in 0..<(isWhole && first != nil ? 2 : 1) { filled.signal() }
        guard !isWhole else { return }
        free.signal()
        DispatchQueue(label: "lode.read-ahead", qos: .userInitiated).async { [self] in readOn(read) }
    }

    /// The next part, nil at the end; waits for it.
    package func next() throws(IngestFault) -> ObservationTable? {
        if state.withLock({ $0.isOver }) { return nil }
        filled.wait()
        let part = state.withLock { state in
            let part = state.parts.removeFirst()
            switch part {
            case .success(.some): break
            case .success(nil): state.isOver = true
            case .failure(let fault): (state.isOver, state.fault) = (true, fault)
            }
            return part
        }
        free.signal()
        return try part.get()
    }

    /// The fault that ``next()`` threw.
    ///
    /// One that lies in a part which was read ahead and nobody asked for is none: what went wrong before it has another cause.
    package var fault: IngestFault? { state.withLock { $0.fault } }

    /// Takes what is left, without writing it.
    package func readToEnd() -> Result<Void, IngestFault> {
        do throws(IngestFault) {
            while try next() != nil {}
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Ends the reading; to be called where the writing has failed.
    package func stop() {
        state.withLock { $0.isStopped = true }
        free.signal()
    }

    private func readOn(_ read: () throws(IngestFault) -> ObservationTable?) {
        while true {
            free.wait()
            if state.withLock({ $0.isStopped }) { return }
            let part: Result<ObservationTable?, IngestFault>
            do throws(IngestFault) {
                part = .success(try read())
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
