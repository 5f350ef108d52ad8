/// A weighted sum of stages, without the terms whose weight is zero: those could only turn infinity into NaN.
struct StageCombination {
    /// How many terms there are.
    let count: Int
    /// Which stages, `[count]`.
    let stages: UnsafePointer<Int>
    /// Their weights, `[count]`.
    let weights: UnsafePointer<Double>

    /// The sum over slope blocks from `offset` on; the memory lives until ``deallocate()``.
    init(_ weights: [Double], offset: Int = 0) {
        let kept = weights.indices.filter { weights[$0] != 0 }
        let stages = UnsafeMutablePointer<Int>.allocate(capacity: max(kept.count, 1))
        let values = UnsafeMutablePointer<Double>.allocate(capacity: max(kept.count, 1))
        for (place, index) in kept.enumerated() {
            (stages + place).initialize(to: index + offset)
            (values + place).initialize(to: weights[index])
        }
        count = kept.count
        self.stages = UnsafePointer(stages)
        self.weights = UnsafePointer(values)
    }

    /// Frees the memory of the weights.
    func deallocate() {
        stages.deallocate()
        weights.deallocate()
    }
}

/// A method as steppers read it: plain memory, prepared once for each method.
///
/// Whatever the tableau, the last stage of a plan is f at the end of the step. It costs nothing on an accepted step,
/// whose successor starts with it, and so every method is first-same-as-last and has the slopes for dense output.
final class StepPlan: Sendable {
    /// Stages of a step, the first (known from the step before) and the last included.
    let stageCount: Int
    /// Stages that dense output needs besides.
    let extraCount: Int
    /// The degree of the dense output.
    let degree: Int
    /// The order of the error estimate plus one: what the step-size controller takes the root of.
    let errorExponent: Int?

    // Written by the initializer alone, freed by deinit: immutable in between, so sharing is safe.
    nonisolated(unsafe) let nodes: UnsafePointer<Double>
    /// For all stages but the first, the extra ones behind the others: what is added to the state.
    nonisolated(unsafe) let stages: UnsafePointer<StageCombination>
    /// The error estimate and the coarser one that damps it; no terms where there is none.
    nonisolated(unsafe) let errors: UnsafePointer<StageCombination>
    /// The polynomial's coefficients for the powers from 1 to the degree, at power − 1.
    nonisolated(unsafe) let powers: UnsafePointer<StageCombination>
    /// For all stages: what later stages' states weigh this slope with, a_mi over m.
    nonisolated(unsafe) let columns: UnsafePointer<StageCombination>
    /// For all stages: what the powers weigh this slope with, over power − 1.
    nonisolated(unsafe) let interpolantRows: UnsafePointer<StageCombination>

    init(tableau: ButcherTableau, interpolant: Interpolant) {
        let isExtended = !tableau.isFirstSameAsLast
        let steps = tableau.coefficients + (isExtended ? [tableau.weights] : [])
        let rows = steps + interpolant.extraCoefficients
        stageCount = steps.count
        extraCount = interpolant.extraCoefficients.count
        degree = interpolant.degree
        errorExponent = tableau.embeddedOrder.map { min($0, tableau.order) + 1 }
        precondition(interpolant.weights.count == rows.count, "\(interpolant.weights.count) rows of dense output")
        nodes = Self.copy(tableau.nodes + (isExtended ? [1] : []) + interpolant.extraNodes)
        stages = Self.copy(rows.map { StageCombination($0) })
        errors = Self.copy(
            [tableau.errorWeights, tableau.secondErrorWeights].map { StageCombination($0 ?? []) })
        powers = Self.copy(
            (0..<interpolant.degree).map { power in StageCombination(interpolant.weights.map { $0[power] }) })
        columns = Self.copy(
            rows.indices.map { stage in
                StageCombination(rows.map { stage < $0.count ? $0[stage] : 0 })
            })
        interpolantRows = Self.copy(interpolant.weights.map { StageCombination($0) })
    }

    deinit {
        for stage in 0..<stageCount + extraCount {
            stages[stage].deallocate()
            columns[stage].deallocate()
            interpolantRows[stage].deallocate()
        }
        for power in 0..<degree { powers[power].deallocate() }
        errors[0].deallocate()
        errors[1].deallocate()
        nodes.deallocate()
        stages.deallocate()
        errors.deallocate()
        powers.deallocate()
        columns.deallocate()
        interpolantRows.deallocate()
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        pointer.initialize(from: elements, count: elements.count)
        return UnsafePointer(pointer)
    }
}
