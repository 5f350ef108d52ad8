public import LodeNumerics
public import LodeTraining

/// A design of one published task at several shares of times seen.
///
/// Training and validation draw one of ``fractions`` for each series and epoch, so that one model serves all of them;
/// the published models were trained for one each.
public protocol PublishedDesign: TaskDesign {
    /// The shares of times that are seen, each in (0, 1].
    var fractions: [Double] { get }

    /// The roles of a test series' times where `fraction` of them is seen; `random` differs between series.
    func published(times: [Double], fraction: Double, random: CounterRandom) -> TimeRoles
}

extension PublishedDesign {
    /// The published roles at a random one of the fractions.
    func published(times: [Double], random: CounterRandom) -> TimeRoles {
        // Word T of the stream: the choice of times uses those before it.
        let fraction = fractions[random.integer(UInt64(times.count), below: fractions.count)]
        return published(times: times, fraction: fraction, random: random)
    }
}
