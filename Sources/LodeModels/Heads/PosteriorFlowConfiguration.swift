/// A continuous flow that samples of the approximate posterior pass through, so that it need not be Gaussian.
///
/// Its planar units read the time and the mean and log variance that the encoder gives the series. R. T. Q. Chen et al.,
/// NeurIPS 2018, arXiv:1806.07366, section 4; W. Grathwohl et al., ICLR 2019, arXiv:1810.01367, section 4.3.
public struct PosteriorFlowConfiguration: Sendable, Hashable, Codable {
    /// Hidden units of the flow.
    public var units: Int
    /// Widths of the hidden layers of the network that makes the units' weights.
    public var hidden: [Int]

    /// A flow of `units` units.
    public init(units: Int, hidden: [Int]) {
        self.units = units
        self.hidden = hidden
    }

    /// Whether a flow with these numbers can be made.
    public var isSound: Bool { ([units] + hidden).allSatisfy { (1...65_536).contains($0) } }
}
