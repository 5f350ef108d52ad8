internal import Foundation

/// Compass search over the logarithms of a process's three parameters: no derivatives, and it cannot diverge.
enum CompassSearch {
    /// The best process found and its value; steps begin at e^`step` and end below e^0.05.
    static func minimum(
        from start: MaternProcess, step: Double, isSensible: (MaternProcess) -> Bool,
        of objective: (MaternProcess) -> Double
    ) -> (process: MaternProcess, value: Double) {
        var best = start
        var value = objective(start)
        var step = step
        while step > 0.05 {
            var improved = false
            for parameter in [\MaternProcess.deviation, \.lengthScale, \.noise] {
                for direction in [step, -step] {
                    var candidate = best
                    candidate[keyPath: parameter] *= exp(direction)
                    guard isSensible(candidate) else { continue }
                    let next = objective(candidate)
                    if next < value {
                        best = candidate
                        value = next
                        improved = true
                        break
                    }
                }
            }
            if !improved { step /= 2 }
        }
        return (best, value)
    }
}
