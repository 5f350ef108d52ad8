internal import LodeNumerics
internal import Synchronization

/// The order in which trajectories reach their evaluation times.
enum EvaluationOrder {
    /// A permutation that sorts each trajectory's times in its direction; nil where they are sorted already.
    ///
    /// Equal times keep the caller's order.
    static func sorting(
        times: [Double], offsets: [Int], startTimes: [Double], endTimes: [Double]
    ) -> [Int]? {
        var order: [Int]?
        for b in 0..<startTimes.count where offsets[b + 1] - offsets[b] > 1 {
            let range = offsets[b]..<offsets[b + 1]
            let isForward = endTimes[b] >= startTimes[b]
            let isSorted = range.dropFirst().allSatisfy {
                isForward ? times[$0 - 1] <= times[$0] : times[$0 - 1] >= times[$0]
            }
            if isSorted { continue }
            var indices = order ?? Array(0..<times.count)
            // The index breaks ties, since the library's sort does not promise to be stable.
            indices[range].sort {
                times[$0] != times[$1] ? (isForward ? times[$0] < times[$1] : times[$0] > times[$1]) : $0 < $1
            }
            order = indices
        }
        return order
    }

    /// Whether every trajectory's span is finite, and whether its times lie in the span and in the order of solving.
    ///
    /// The fast look at a batch, shared by the threads; what is wrong or unsorted is for slower code to say.
    static func look<Scalar>(
        _ batch: TrajectoryBatch<Scalar>, pool: ThreadPool
    ) -> (isValid: Bool, isSorted: Bool) {
        let isValid = Atomic<Bool>(true)
        let isSorted = Atomic<Bool>(true)
        let count = batch.count
        // A thread takes some thousand times at once: less than waking it is worth.
        let share = max(count * 4096 / max(batch.evaluationTimes.count, 1), 64)
        func call(
            _ times: UnsafePointer<Double>, _ offsets: UnsafePointer<Int>, _ starts: UnsafePointer<Double>,
            _ ends: UnsafePointer<Double>
        ) {
            let memory = TimesMemory(
                times: times, timeCount: batch.evaluationTimes.count, offsets: offsets, starts: starts, ends: ends)
            pool.forEach((count + share - 1) / share) { part, _ in
                for b in part * share..<min((part + 1) * share, count) {
                    let (valid, sorted) = memory.look(b)
                    if !valid { isValid.store(false, ordering: .relaxed) }
                    if !sorted { isSorted.store(false, ordering: .relaxed) }
                }
            }
        }
        call(batch.evaluationTimes, batch.evaluationOffsets, batch.startTimes, batch.endTimes)
        return (isValid.load(ordering: .relaxed), isSorted.load(ordering: .relaxed))
    }
}

/// The times of a batch as plain memory; safe to share between threads, since it is only read.
private struct TimesMemory: @unchecked Sendable {
    let times: UnsafePointer<Double>
    let timeCount: Int
    let offsets: UnsafePointer<Int>
    let starts: UnsafePointer<Double>
    let ends: UnsafePointer<Double>

    func look(_ b: Int) -> (isValid: Bool, isSorted: Bool) {
        let start = starts[b]
        let end = ends[b]
        let first = offsets[b]
        let last = offsets[b + 1]
        guard (end - start).isFinite, 0 <= first, first <= last, last <= timeCount else { return (false, true) }
        // Steps in the direction of solving from the start over the times to the end: sorted, they never turn back.
        let sign: Double = end >= start ? 1 : -1
        var isSorted = true
        var isValid = true
        var before = sign * start
        let highest = sign * end
        let lowest = before
        for place in first..<last {
            let time = sign * times[place]
            // A NaN compares false, and is not valid.
            isValid = isValid && time >= lowest && time <= highest
            isSorted = isSorted && time >= before
            before = time
        }
        return (isValid, isSorted)
    }
}
