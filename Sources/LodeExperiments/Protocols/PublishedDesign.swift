public import LodeNumerics
public import LodeTraining

/// A design with the roles that the published test gives.
public protocol PublishedDesign: TaskDesign {
    /// The roles of a test series' times; `random` differs between series.
    func published(times: [Double], random: CounterRandom) -> TimeRoles
}
