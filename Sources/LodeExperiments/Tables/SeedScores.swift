/// What one seed measured: for each setting, each method's score.
public struct SeedScores: Sendable, Hashable {
    /// One method in one setting.
    public struct Entry: Sendable, Hashable {
        /// The setting's name.
        public var setting: String
        /// The method's name.
        public var method: String
        /// The figure, in the table's unit.
        public var value: Double
        /// The share of values within the 80 % band; nil for a method without bands.
        public var coverage80: Double?
    }

    /// In the order of the table.
    public private(set) var entries: [Entry] = []
    /// What the run draws.
    public var pictures: [ReportPicture] = []

    /// No scores yet.
    public init() {}

    /// Adds a method's score in a setting.
    public mutating func add(_ setting: String, _ method: String, value: Double, coverage80: Double? = nil) {
        entries.append(Entry(setting: setting, method: method, value: value, coverage80: coverage80))
    }

    /// The methods of a setting over several seeds, in the first seed's order.
    static func collected(_ seeds: [SeedScores], setting: String) -> [MeasuredFigure] {
        guard let first = seeds.first else { return [] }
        return first.entries.filter { $0.setting == setting }.map { entry in
            let same = seeds.flatMap { $0.entries.filter { $0.setting == setting && $0.method == entry.method } }
            return MeasuredFigure(
                method: entry.method, values: same.map(\.value), coverage80: same.compactMap(\.coverage80))
        }
    }
}
