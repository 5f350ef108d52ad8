import NIOCore
import Synchronization

/// Keeps answers to questions that were asked before, byte for byte, for as long as nothing has changed.
///
/// A dashboard asks the same again and again; the answer is the same as long as the database is.
final class AnswerCache: Sendable {
    /// A question: the body, and the form of the answer.
    struct Key: Hashable {
        var body: ByteBuffer
        var format: PredictionFormat
    }

    private struct Slot {
        var answer: ByteBuffer
        var lastUse: UInt64
    }

    private struct State {
        var mark: UInt64 = 0
        var slots: [Key: Slot] = [:]
        var byteCount = 0
        var clock: UInt64 = 0
    }

    private let budget: Int
    private let state = Mutex(State())

    /// A cache of up to `budget` bytes.
    init(budget: Int) {
        self.budget = budget
    }

    /// The answer that was given while the database had `mark`.
    func answer(to key: Key, mark: UInt64) -> ByteBuffer? {
        state.withLock { state in
            guard state.mark == mark, var slot = state.slots[key] else { return nil }
            state.clock += 1
            slot.lastUse = state.clock
            state.slots[key] = slot
            return slot.answer
        }
    }

    /// Keeps an answer that was made of what the database held at `mark`; what was kept for another mark goes.
    func keep(_ answer: ByteBuffer, to key: Key, mark: UInt64) {
        let size = answer.readableBytes + key.body.readableBytes
        guard size <= budget / 8 else { return }
        state.withLock { state in
            if state.mark != mark { state = State(mark: mark, clock: state.clock) }
            state.clock += 1
            if let old = state.slots[key] { state.byteCount -= old.answer.readableBytes + key.body.readableBytes }
            state.slots[key] = Slot(answer: answer, lastUse: state.clock)
            state.byteCount += size
            while state.byteCount > budget, let oldest = state.slots.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.byteCount -= oldest.value.answer.readableBytes + oldest.key.body.readableBytes
                state.slots[oldest.key] = nil
            }
        }
    }
}
