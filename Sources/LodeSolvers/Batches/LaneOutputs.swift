/// Where each lane stands in its trajectory's evaluation times; one thread owns an instance.
final class LaneOutputs {
    private let lanes: Int
    /// The place, in the order of solving, of the next evaluation.
    let cursor: UnsafeMutablePointer<Int>
    /// The end of the trajectory's evaluations.
    let end: UnsafeMutablePointer<Int>
    /// The place behind the last evaluation of the step at hand.
    let due: UnsafeMutablePointer<Int>

    init(lanes: Int) {
        self.lanes = lanes
        cursor = .allocate(capacity: 3 * lanes)
        cursor.initialize(repeating: 0, count: 3 * lanes)
        end = cursor + lanes
        due = cursor + 2 * lanes
    }

    deinit {
        cursor.deallocate()
    }

    /// Finds the evaluations in the accepted steps, their ends included; returns whether there are any.
    func findDue(_ control: LaneControl, _ times: BatchTimes) -> Bool {
        var isAny = false
        for lane in 0..<lanes {
            let place = cursor[lane]
            due[lane] = place
            guard control.isAccepted[lane], place < end[lane] else { continue }
            due[lane] = times.firstPlace(
                beyond: control.newTime[lane], isForward: control.attempted[lane] > 0, from: place, to: end[lane])
            isAny = isAny || due[lane] > place
        }
        return isAny
    }
}
