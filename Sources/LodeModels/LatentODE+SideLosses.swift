internal import Foundation
internal import LodeNetworks
internal import LodeNumerics

/// What is trained beside the likelihood of values: the rate of observation times, and the head.
extension LatentODE {
    /// A row of states whose loss is linear in what the network makes of it, or in a label's loss.
    struct WeightedRow: Sendable {
        /// The row's position in the states.
        var row: Int
        /// What the row weighs in the loss; 0 leaves it out.
        var weight: Double
        /// What it stands for.
        var meaning: Meaning

        /// What a row stands for.
        enum Meaning: Sendable {
            /// Something was observed at its time.
            case event
            /// A node of the integral of the intensity, with the node's weight.
            case node(Double)
            /// The outcome that the head should tell.
            case label(Double)
        }
    }

    /// Beyond these the logarithm of an intensity over its base is cut, as its slope is.
    static var intensityRange: ClosedRange<Double> { -15...15 }

    /// The loss −Σ weight · (Σ log λ(events) − ∫ λ) of rows, whose values are their shares of the log likelihood.
    ///
    /// The inhomogeneous Poisson process of R. T. Q. Chen et al., NeurIPS 2018, arXiv:1806.07366, section 5.2.
    func intensityPass<Scalar>(
        _ placed: PlacedNetwork, base: Double, rows: [WeightedRow], states: [Scalar],
        cotangents: RowCotangents<Scalar>?,
        parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool
    ) -> RowPass<Scalar> {
        sidePass(
            placed, rows: rows, states: states, cotangents: cotangents, parameters: parameters, kernels: kernels,
            pool: pool
        ) { output, meaning in
            let range = Self.intensityRange
            let cut = min(max(output, range.lowerBound), range.upperBound)
            let slope = cut == output ? 1.0 : 0
            switch meaning {
            case .node(let weight):
                let rate = weight * base * exp(cut)
                return (-rate, rate * slope)
            case .event: return (cut + log(base), -slope)
            case .label: return (0, 0)
            }
        }
    }

    /// The head's loss Σ weight · loss(label) of rows, whose values are their negative losses.
    func headPass<Scalar>(
        _ placed: PlacedNetwork, target: HeadConfiguration.Target, rows: [WeightedRow], states: [Scalar],
        cotangents: RowCotangents<Scalar>?, parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>,
        pool: ThreadPool
    ) -> RowPass<Scalar> {
        sidePass(
            placed, rows: rows, states: states, cotangents: cotangents, parameters: parameters, kernels: kernels,
            pool: pool
        ) { output, meaning in
            guard case .label(let label) = meaning else { return (0, 0) }
            switch target {
            case .probability:
                let softplus = max(output, 0) + log1p(exp(-abs(output)))
                return (label * output - softplus, 1 / (1 + exp(-output)) - label)
            case .value: return (-0.5 * (output - label) * (output - label), output - label)
            }
        }
    }

    /// A pass of a network of one output over rows; `term` gives each row's value and the slope of its negative.
    private func sidePass<Scalar>(
        _ placed: PlacedNetwork, rows: [WeightedRow], states: [Scalar], cotangents: RowCotangents<Scalar>?,
        parameters: ParameterVector<Scalar>, kernels: Kernels<Scalar>, pool: ThreadPool,
        term: @Sendable (_ output: Double, _ meaning: WeightedRow.Meaning) -> (value: Double, slope: Double)
    ) -> RowPass<Scalar> {
        RowPass(
            RowPass.Input(
                network: placed.network, range: placed.range, count: rows.count, position: { rows[$0].row },
                weight: { rows[$0].weight }),
            states: states, cotangents: cotangents, parameters: parameters, kernels: kernels, pool: pool
        ) { block, _ in
            for (lane, position) in block.rows.enumerated() where rows[position].weight != 0 {
                let (value, slope) = term(Double(block.outputs[lane]), rows[position].meaning)
                block.values[lane] = value
                block.cotangents[lane] = Scalar(rows[position].weight * slope)
            }
        }
    }
}
