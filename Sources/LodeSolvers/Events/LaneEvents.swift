internal import LodeNumerics

/// Watches the lanes of a block for events; one thread owns an instance.
///
/// The functions are looked at at the ends of accepted steps: two changes of one sign within a step go unseen.
final class LaneEvents<Scalar: KernelScalar> {
    private let events: [Event<Scalar>]
    private let control: LaneControl
    private let blocks: StepBlocks<Scalar>
    private let lanes: Int
    private let dimension: Int
    // The functions' values at the start of each lane's step, `[events][lanes]`.
    private let values: AlignedBuffer<Double>
    private let newValues: AlignedBuffer<Double>
    private let row: AlignedBuffer<Scalar>
    private let column: AlignedBuffer<Scalar>
    private var occurrences: [EventOccurrence<Scalar>] = []

    init(events: [Event<Scalar>], control: LaneControl, blocks: StepBlocks<Scalar>) {
        self.events = events
        self.control = control
        self.blocks = blocks
        lanes = control.lanes
        dimension = blocks.dimension
        values = AlignedBuffer(count: events.count * control.lanes)
        newValues = AlignedBuffer(count: events.count)
        row = AlignedBuffer(count: blocks.dimension)
        column = AlignedBuffer(count: (blocks.degree + 1) * blocks.dimension)
    }

    /// Hands over what has happened since the last call.
    func takeOccurrences() -> [EventOccurrence<Scalar>] {
        defer { occurrences = [] }
        return occurrences
    }

    private func value(_ event: Int, _ time: Double, _ lane: Int) -> Double {
        events[event].function(
            time, UnsafeBufferPointer(start: row.pointer, count: dimension), control.trajectory[lane])
    }

    /// A trajectory has entered a lane.
    func enter(_ lane: Int) {
        blocks.kernels.getLane(lane, of: blocks.state, into: row.pointer, components: dimension, lanes: lanes)
        for event in events.indices { values.pointer[event * lanes + lane] = value(event, control.time[lane], lane) }
    }

    /// Looks at a lane whose attempt was accepted; returns whether dense output is needed to locate changes of sign.
    func hasChange(_ lane: Int) -> Bool {
        blocks.kernels.getLane(lane, of: blocks.candidate, into: row.pointer, components: dimension, lanes: lanes)
        var isAny = false
        for event in events.indices {
            let new = value(event, control.newTime[lane], lane)
            newValues.pointer[event] = new
            isAny = isAny || counts(event, from: values.pointer[event * lanes + lane], to: new)
        }
        return isAny
    }

    private func counts(_ event: Int, from old: Double, to new: Double) -> Bool {
        switch events[event].direction {
        case .rising: old < 0 && new >= 0
        case .falling: old > 0 && new <= 0
        case .either: (old < 0 && new >= 0) || (old > 0 && new <= 0)
        }
    }

    /// The functions' values at the end of a step become those at the start of the next.
    func advance(_ lane: Int) {
        for event in events.indices { values.pointer[event * lanes + lane] = newValues.pointer[event] }
    }

    /// Locates a lane's changes of sign by the polynomials of dense output; ends the lane at the first terminal one.
    func locate(_ lane: Int) {
        blocks.copyPolynomial(lane, into: column.pointer)
        var found: [(event: Int, time: Double)] = []
        for event in events.indices {
            let old = values.pointer[event * lanes + lane]
            let new = newValues.pointer[event]
            guard counts(event, from: old, to: new) else { continue }
            found.append((event, root(event, lane, old, new)))
        }
        let isForward = control.attempted[lane] > 0
        found.sort { $0.time != $1.time ? ($0.time < $1.time) == isForward : $0.event < $1.event }
        for (event, time) in found {
            setRow(lane, time)
            occurrences.append(
                EventOccurrence(
                    trajectory: control.trajectory[lane], event: event, time: time,
                    state: Array(UnsafeBufferPointer(start: row.pointer, count: dimension))))
            guard events[event].isTerminal else { continue }
            control.newTime[lane] = time
            control.ending[lane] = .eventOccurred(event)
            control.hasEndings = true
            blocks.kernels.setLane(
                lane, of: blocks.candidate, to: row.pointer, components: dimension, lanes: lanes)
            return
        }
    }

    private func setRow(_ lane: Int, _ time: Double) {
        let theta = (time - control.time[lane]) / control.attempted[lane]
        blocks.kernels.polynomial(
            row.pointer, coefficients: column.pointer, stride: dimension, theta: theta, degree: blocks.degree,
            components: dimension)
    }

    /// The first time, to rounding, at which the sign is no longer that at the start.
    ///
    /// Source: the Illinois variant of false position, M. Dowell, P. Jarratt, BIT 11, 1971, doi:10.1007/BF01934364, with
    /// a bisection whenever three steps have not halved the bracket.
    private func root(_ event: Int, _ lane: Int, _ old: Double, _ new: Double) -> Double {
        var a = control.time[lane]
        var b = control.newTime[lane]
        var fa = old
        var fb = new
        var side = 0
        var reference = abs(b - a)
        for iteration in 1...200 where fb != 0 {
            if abs(b - a) <= 2 * max(abs(a), abs(b)).ulp { break }
            var middle = a + 0.5 * (b - a)
            let needsBisection = iteration % 3 == 0 && abs(b - a) > 0.5 * reference
            if iteration % 3 == 0 { reference = abs(b - a) }
            if !needsBisection {
                let secant = b - fb * (b - a) / (fb - fa)
                if secant.isFinite && min(a, b) < secant && secant < max(a, b) { middle = secant }
            }
            setRow(lane, middle)
            let value = value(event, middle, lane)
            if (value < 0) == (old < 0) && value != 0 {
                a = middle
                fa = value
                if side == -1 { fb *= 0.5 }
                side = -1
            } else {
                b = middle
                fb = value
                if side == 1 { fa *= 0.5 }
                side = 1
            }
        }
        return b
    }
}
