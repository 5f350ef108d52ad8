public import LodeNumerics
public import LodeTraining

/// What comes before a time is seen, and the next few measurements are scored.
///
/// E. De Brouwer, J. Simm, A. Arany, Y. Moreau, NeurIPS 2019, arXiv:1905.12374, section 5.3. The encoder reads the last
/// part before the time; training moves the time to the same season of earlier years, and about it.
public struct NextMeasurementsTasks: TaskDesign {
    /// Times up to this are seen.
    public var cut: Double
    /// How long before the cut the encoder begins to read.
    public var window: Double
    /// How many measured times after the cut are scored.
    public var count: Int
    /// The period by which training moves the cut back.
    public var period: Double
    /// How many periods back training goes at most.
    public var earlierPeriods: Int
    /// By how much at most training moves the cut about.
    public var jitter: Double

    /// A design.
    public init(cut: Double, window: Double, count: Int, period: Double, earlierPeriods: Int, jitter: Double) {
        self.cut = cut
        self.window = window
        self.count = count
        self.period = period
        self.earlierPeriods = earlierPeriods
        self.jitter = jitter
    }

    /// The published roles about a moved cut; what is seen counts too.
    public func training(times: [Double], random: CounterRandom) -> TimeRoles {
        let periods = random.integer(0, below: earlierPeriods + 1)
        let moved = earlierCut(periods) + jitter * (2 * random.uniform(1) - 1)
        var roles = roles(times: times, cut: moved)
        roles.scored = zip(roles.seen, roles.scored).map { $0 || $1 }
        return roles
    }

    /// The longest that a moved window and the measurements after it may take.
    ///
    /// Where the cut moves on between two measured times, its targets stay and come nearer: the longest begin with the
    /// earliest cut or at a measured time.
    public func trainedReach(times: [Double], origin: Double) -> Double {
        (0...earlierPeriods).reduce(window) { longest, periods in
            let cuts = earlierCut(periods) - jitter...earlierCut(periods) + jitter
            return ([cuts.lowerBound] + times.filter(cuts.contains)).reduce(longest) { longest, cut in
                let last = times.filter { $0 > cut }.prefix(count).last
                return max(longest, (last ?? cut) - cut + window)
            }
        }
    }

    private func earlierCut(_ periods: Int) -> Double { cut - Double(periods) * period }

    /// The published roles.
    public func validation(
        _ task: ContextSampler.Task, times: [Double], repetition: Int, random: CounterRandom
    ) -> TimeRoles? {
        task == .extrapolation ? published(times: times) : nil
    }

    /// The published roles.
    public func published(times: [Double]) -> TimeRoles { roles(times: times, cut: cut) }

    private func roles(times: [Double], cut: Double) -> TimeRoles {
        let next = Set(times.filter { $0 > cut }.prefix(count))
        return TimeRoles(
            seen: times.map { $0 <= cut && $0 > cut - window }, scored: times.map { next.contains($0) },
            origin: cut - window)
    }
}
