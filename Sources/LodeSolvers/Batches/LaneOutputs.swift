/// Where each lane stands in its trajectory's evaluation times; one thread owns an instance.
final class LaneOutputs {
    private let lanes: Int
    /// The place, in the order of solving, of the next evaluation.
    let cursor: UnsafeMutablePointer<Int>
    /// The end of the trajectory's evaluations.
    let end: UnsafeMutablePointer<Int>
    /// The place behind the last evaluation of the step at hand.
    let due: UnsafeMutablePointer<Int>
    // The time of the next evaluation, or infinity, and 1 or −1, its factor: so that directions compare alike.
    private let next: UnsafeMutablePointer<Double>
    private let direction: UnsafeMutablePointer<Double>

    init(lanes: Int) {
        self.lanes = lanes
        cursor = .allocate(capacity: 3 * lanes)
        cursor.initialize(repeating: 0, count: 3 * lanes)
        end = cursor + lanes
        due = cursor + 2 * lanes
        next = .allocate(capacity: 2 * lanes)
        next.initialize(repeating: .infinity, count: 2 * lanes)
        direction = next + lanes
    }

    deinit {
        cursor.deallocate()
        next.deallocate()
    }

    /// Sets where a lane's evaluations lie in the order of solving.
    func enter(_ lane: Int, _ places: Range<Int>, isForward: Bool, _ times: BatchTimes) {
        cursor[lane] = places.lowerBound
        end[lane] = places.upperBound
        direction[lane] = isForward ? 1 : -1
        setNext(lane, times)
    }

    private func setNext(_ lane: Int, _ times: BatchTimes) {
        next[lane] = cursor[lane] < end[lane] ? direction[lane] * times.time(cursor[lane]) : .infinity
    }

    /// Finds the evaluations in the accepted steps, their ends included; returns whether there are any.
    func findDue(_ control: LaneControl, _ times: BatchTimes) -> Bool {
        var isAny = false
        for lane in 0..<lanes {
            let place = cursor[lane]
            due[lane] = place
            guard next[lane] <= direction[lane] * control.newTime[lane], control.isAccepted[lane] else { continue }
            due[lane] = times.firstPlace(
                beyond: control.newTime[lane], isForward: direction[lane] > 0, from: place, to: end[lane])
            isAny = true
        }
        return isAny
    }

    /// The due evaluations have been written.
    func advance(_ times: BatchTimes) {
        for lane in 0..<lanes where due[lane] > cursor[lane] {
            cursor[lane] = due[lane]
            setNext(lane, times)
        }
    }
}
