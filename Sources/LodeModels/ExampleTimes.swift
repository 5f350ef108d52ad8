/// The model times at which one example's trajectory is looked at, and what for.
struct ExampleTimes: Sendable {
    /// When values count in the likelihood.
    var targets: [Double]
    /// When something was observed; empty for a model without an intensity.
    var events: [Double] = []
    /// Where the intensity is integrated.
    var intensityNodes: [Double] = []
    /// What each of those weighs.
    var intensityWeights: [Double] = []
    /// Where the head reads.
    var headNodes: [Double] = []
    /// What each of those weighs; they sum to 1.
    var headWeights: [Double] = []
    /// Where the penalty of the path is integrated.
    var pathNodes: [Double] = []
    /// What each of those weighs.
    var pathWeights: [Double] = []

    /// All times, in the order targets, events, intensity nodes, head nodes, path nodes.
    var all: [Double] { count == targets.count ? targets : targets + events + intensityNodes + headNodes + pathNodes }

    /// How many times ``all`` holds.
    var count: Int { targets.count + events.count + intensityNodes.count + headNodes.count + pathNodes.count }

    /// Panels of the intensity's integral and of the head's average along a trajectory.
    private static let intensityPanels = 8
    private static let headPanels = 2
    private static let pathPanels = 4

    /// The times of `example` for a model of `configuration`; with those of a path that is priced.
    init(_ example: SeriesExample, configuration: LatentODE.Configuration, pricesPath: Bool) {
        targets = example.targets.times
        // A window without an event tells as much of a rate as one with many.
        if configuration.intensity != nil, let events = example.events {
            let rule = Quadrature(over: events.window, panels: Self.intensityPanels)
            self.events = events.times
            intensityNodes = rule.nodes
            intensityWeights = rule.weights
        }
        if let head = configuration.head {
            (headNodes, headWeights) = Self.head(head.source, contextTimes: example.context.times)
        }
        let end = all.reduce(0, max)
        if pricesPath, end > 0 {
            let rule = Quadrature(over: 0...end, panels: Self.pathPanels)
            pathNodes = rule.nodes
            pathWeights = rule.weights
        }
    }

    /// Where a head reads a trajectory whose observations are at `contextTimes`, with weights that sum to 1.
    static func head(
        _ source: HeadConfiguration.Source, contextTimes: [Double]
    ) -> (nodes: [Double], weights: [Double]) {
        let end = max(contextTimes.last ?? 0, 0)
        guard source == .trajectory, end > 0 else { return ([0], [1]) }
        let rule = Quadrature(over: 0...end, panels: headPanels)
        return (rule.nodes, rule.weights.map { $0 / end })
    }
}
