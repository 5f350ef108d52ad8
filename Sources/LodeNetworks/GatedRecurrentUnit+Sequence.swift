public import LodeNumerics

/// Whole sequences in which nothing happens to the hidden state between steps.
extension GatedRecurrentUnit {
    /// Runs all steps of `tape`, whose inputs and activity the caller has filled.
    public func record<Scalar>(
        _ tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>, kernels: Kernels<Scalar>
    ) {
        for step in 0..<tape.steps {
            record(step: step, from: tape.state(after: step), tape: tape, parameters: parameters, kernels: kernels)
        }
    }

    /// Adds the parameters' cotangents to `gradient`; turns the cotangent of the final state, `[H][lanes]`, into that
    /// of the first in place.
    public func pullback<Scalar>(
        _ cotangent: UnsafeMutablePointer<Scalar>, tape: Tape<Scalar>, parameters: UnsafePointer<Scalar>,
        gradient: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>, workspace: Workspace<Scalar>
    ) {
        for step in (0..<tape.steps).reversed() {
            pullback(
                step: step, cotangent: cotangent, from: tape.state(after: 0), tape: tape, parameters: parameters,
                gradient: gradient, kernels: kernels, workspace: workspace)
        }
    }
}

extension GatedRecurrentUnit.Tape {
    /// The hidden state after the last step, `[H][lanes]`.
    public var finalState: UnsafePointer<Scalar> { state(after: steps) }
}
