/// A Rosenbrock method as its stepper reads it: sums over slope blocks 1 … stageCount, which hold the U_i.
final class RosenbrockPlan: Sendable {
    let stageCount: Int
    let degree: Int
    // Written by the initializer alone: immutable afterwards, so sharing is safe.
    nonisolated(unsafe) let states: [StageCombination]
    nonisolated(unsafe) let couplings: [StageCombination]
    nonisolated(unsafe) let weights: StageCombination
    nonisolated(unsafe) let error: StageCombination
    /// For the powers from 1 to the degree, at power − 1.
    nonisolated(unsafe) let powers: [StageCombination]

    init(_ method: RosenbrockMethod) {
        stageCount = method.stageCount
        let rows = method.interpolantWeights
        degree = rows.count + 1
        // θ: m + K_1, then K_p − K_(p−1), and −K_last: the product of the nested form.
        let zero = Array(repeating: 0.0, count: method.stageCount)
        let before = [method.weights.map { -$0 }] + rows
        let after = rows + [zero]
        states = method.coefficients.map { StageCombination($0, offset: 1) }
        couplings = method.couplings.map { StageCombination($0, offset: 1) }
        weights = StageCombination(method.weights, offset: 1)
        error = StageCombination(method.errorWeights, offset: 1)
        powers = (0..<rows.count + 1).map { power in
            StageCombination(zip(after[power], before[power]).map { $0 - $1 }, offset: 1)
        }
    }

    deinit {
        for combination in states + couplings + powers + [weights, error] { combination.deallocate() }
    }
}
