internal import LodeNumerics

extension DenseSolution {
    /// The states of a trajectory at times of its span in the order that it passes them, `[T][D]`.
    ///
    /// The same bits as ``state(of:at:)`` gives at each. Cost: one walk along the steps, and D polynomials a time.
    /// Traps for a time outside the span, or one that lies before its predecessor.
    public func states(of trajectory: Int, atSuccessive times: ArraySlice<Double>) -> [Scalar] {
        let record = groups[trajectory / groupSize]
        let steps = record.stepIndices[trajectory % groupSize]
        let length = (degree + 1) * dimension
        let span = span(of: trajectory)
        let start = startTimes[trajectory]
        var place = 0
        return [Scalar](unsafeUninitializedCapacity: times.count * dimension) { buffer, initialized in
            initialized = times.count * dimension
            guard var out = buffer.baseAddress else { return }
            for time in times {
                precondition(span.contains(time), "\(time) outside \(span)")
                if time == start {
                    for component in 0..<dimension {
                        out[component] = initialStates[trajectory * dimension + component]
                    }
                } else {
                    while place + 1 < steps.count, record.steps.pointer[steps[place + 1]].starts(before: time) {
                        place += 1
                    }
                    let step = record.steps.pointer[steps[place]]
                    precondition(place == 0 || step.starts(before: time), "\(time) before its predecessor")
                    kernels.polynomial(
                        out, coefficients: record.coefficients.pointer + steps[place] * length, stride: dimension,
                        theta: (time - step.time) / step.size, degree: degree, components: dimension)
                }
                out += dimension
            }
        }
    }
}

extension StepRecord {
    /// Whether a time lies behind the step's start, in the step's direction.
    func starts(before time: Double) -> Bool {
        size > 0 ? self.time < time : self.time > time
    }
}
