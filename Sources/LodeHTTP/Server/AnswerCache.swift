import LodeService
import NIOCore
import Synchronization

/// Keeps answers to questions that were asked before, byte for byte, for as long as nothing has changed.
///
/// A dashboard asks the same again and again; the answer is the same as long as the database is.
final class AnswerCache: Sendable {
    /// A question: the body, and the form of the answer.
    struct Key: Hashable {
        var body: [UInt8]
        var format: PredictionFormat
    }

    private struct State {
        var mark: UInt64 = 0
        var recent: RecentValues<Key, ByteBuffer>
    }

    private let budget: Int
    private let state: Mutex<State>

    /// A cache of up to `budget` bytes.
    init(budget: Int) {
        self.budget = budget
        state = Mutex(State(recent: RecentValues(budget: budget)))
    }

    /// The answer that was given while the database had `mark`.
    func answer(to key: Key, mark: UInt64) -> ByteBuffer? {
        state.withLock { $0.mark == mark ? $0.recent.value(key) : nil }
    }

    /// Keeps an answer that was made of what the database held at `mark`; what was kept for another mark goes.
    func keep(_ answer: ByteBuffer, to key: Key, mark: UInt64) {
        let size = answer.readableBytes + key.body.count
        // One answer must not drive out all others.
        guard size <= budget / 8 else { return }
        state.withLock { state in
            if state.mark != mark {
                state.mark = mark
                state.recent.removeAll()
            }
            state.recent.keep(answer, under: key, byteCount: size)
        }
    }
}
