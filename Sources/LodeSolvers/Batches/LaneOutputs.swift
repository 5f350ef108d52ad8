/// Where each lane stands in its trajectory's evaluation times; one thread owns an instance.
///
/// Times are kept times 1 or −1, the lane's direction: so that directions compare alike.
final class LaneOutputs {
    private let lanes: Int
    /// The place, in the order of solving, of the next evaluation.
    let cursor: UnsafeMutablePointer<Int>
    /// The end of the trajectory's evaluations.
    let end: UnsafeMutablePointer<Int>
    /// The directed time of the next evaluation; infinity behind the last.
    let next: UnsafeMutablePointer<Double>
    /// The directed time up to which evaluations are due; −infinity where the attempt does not count.
    let limit: UnsafeMutablePointer<Double>
    /// 1 forward in time, −1 backward.
    let direction: UnsafeMutablePointer<Double>

    init(lanes: Int) {
        self.lanes = lanes
        cursor = .allocate(capacity: 2 * lanes)
        cursor.initialize(repeating: 0, count: 2 * lanes)
        end = cursor + lanes
        next = .allocate(capacity: 3 * lanes)
        next.initialize(repeating: .infinity, count: 3 * lanes)
        limit = next + lanes
        direction = next + 2 * lanes
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
        next[lane] = places.isEmpty ? .infinity : direction[lane] * times.time(places.lowerBound)
    }

    /// Sets the limits to the ends of accepted attempts; returns whether any evaluation is due.
    func findDue(_ control: LaneControl) -> Bool {
        var isAny = false
        for lane in 0..<lanes {
            limit[lane] = control.isAccepted[lane] ? direction[lane] * control.newTime[lane] : -.infinity
            isAny = isDue(lane) || isAny
        }
        return isAny
    }

    /// Whether a lane has a due evaluation.
    func isDue(_ lane: Int) -> Bool { next[lane] <= limit[lane] }
}
