internal import LodeNumerics

extension DenseSolution {
    /// Writes the states of a trajectory at times of its span in the order that it passes them, each as a row of D scalars.
    ///
    /// The same bits as ``state(of:at:)`` gives at each. Cost: one walk along the steps, and D polynomials a time.
    /// Traps for a time outside the span, or one that lies before its predecessor.
    ///
    /// - Parameters:
    ///   - places: which row each time's state goes to.
    ///   - rows: memory of at least D times as many scalars as the highest row asks for.
    public func read(
        _ trajectory: Int, atSuccessive times: ArraySlice<Double>, rows places: ArraySlice<Int>,
        into rows: UnsafeMutablePointer<Scalar>
    ) {
        precondition(times.count == places.count, "\(places.count) rows for \(times.count) times")
        let record = groups[trajectory / groupSize]
        let steps = record.stepIndices[trajectory % groupSize]
        let length = (degree + 1) * dimension
        let span = span(of: trajectory)
        let start = startTimes[trajectory]
        var current = 0
        for (time, place) in zip(times, places) {
            precondition(span.contains(time), "\(time) outside \(span)")
            let out = rows + place * dimension
            if time == start {
                for component in 0..<dimension {
                    out[component] = initialStates[trajectory * dimension + component]
                }
                continue
            }
            while current + 1 < steps.count, record.steps.pointer[steps[current + 1]].starts(before: time) {
                current += 1
            }
            let step = record.steps.pointer[steps[current]]
            precondition(current == 0 || step.starts(before: time), "\(time) before its predecessor")
            kernels.polynomial(
                out, coefficients: record.coefficients.pointer + steps[current] * length, stride: dimension,
                theta: (time - step.time) / step.size, degree: degree, components: dimension)
        }
    }
}

extension StepRecord {
    /// Whether a time lies behind the step's start, in the step's direction.
    func starts(before time: Double) -> Bool {
        size > 0 ? self.time < time : self.time > time
    }
}
