/// How large the error estimate of a step may be: absolute + relative · max(|y at start|, |y at end|), per component.
///
/// There is no default: what is small depends on the units of the state. A solve checks the values, which must be
/// finite, not negative, and not both zero for any component.
public struct Tolerances: Sendable, Hashable {
    /// Relative tolerance: one value for all components, or one each.
    public var relative: [Double]
    /// Absolute tolerance, in units of the state: one value for all components, or one each.
    public var absolute: [Double]

    /// The same tolerances for all components.
    public init(relative: Double, absolute: Double) {
        self.relative = [relative]
        self.absolute = [absolute]
    }

    /// Tolerances for each component, `[D]`; a single element stands for all.
    public init(relative: [Double], absolute: [Double]) {
        self.relative = relative
        self.absolute = absolute
    }

    /// The tolerances of (y, a) and of `extra` more components, which get the largest.
    func repeated(dimension: Int, extra: Int) -> Tolerances {
        let expand = { (values: [Double]) -> [Double] in
            guard values.count > 1 else { return values }
            return values + values + Array(repeating: values.reduce(0, max), count: extra)
        }
        return Tolerances(relative: expand(relative), absolute: expand(absolute))
    }

    /// Throws ``SolveError/invalidTolerance(component:relative:absolute:)`` or a shape mismatch.
    func validate(dimension: Int) throws(SolveError) {
        for (name, values) in [("relative tolerances", relative), ("absolute tolerances", absolute)]
        where values.count != 1 && values.count != dimension {
            throw .shapeMismatch(what: name, expected: dimension, actual: values.count)
        }
        for component in 0..<max(relative.count, absolute.count) {
            let r = relative[relative.count == 1 ? 0 : component]
            let a = absolute[absolute.count == 1 ? 0 : component]
            guard r.isFinite, a.isFinite, r >= 0, a >= 0, r + a > 0 else {
                throw .invalidTolerance(component: component, relative: r, absolute: a)
            }
        }
    }
}
