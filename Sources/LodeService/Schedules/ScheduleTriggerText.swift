import LodeDomain

/// A trigger as it is written on the wire.
///
/// One of `{"cron":…,"timeZone":…}`, `{"everySeconds":…}`, `{"dataset":…,"newObservations":…}`,
/// `{"dataset":…,"newSeries":…}` and `{"model":…,"likelihoodDrop":…,"newObservations":…}`.
public struct ScheduleTriggerText: Hashable, Sendable, Codable {
    /// A cron expression.
    public var cron: String?
    /// Its time zone, UTC if not given.
    public var timeZone: String?
    /// Seconds between firings.
    public var everySeconds: Double?
    /// The dataset that is watched.
    public var dataset: String?
    /// The model that must still fit what comes in, as ``ModelReference`` reads it.
    public var model: String?
    /// By how many nats for each observation the likelihood of the newest ones must be lower.
    public var likelihoodDrop: Double?
    /// How many observations it must gain.
    public var newObservations: Int64?
    /// How many series it must gain.
    public var newSeries: Int64?

    /// A trigger; what does not apply is nil.
    public init(
        cron: String? = nil, timeZone: String? = nil, everySeconds: Double? = nil, dataset: String? = nil,
        newObservations: Int64? = nil, newSeries: Int64? = nil, model: String? = nil, likelihoodDrop: Double? = nil
    ) {
        self.model = model
        self.likelihoodDrop = likelihoodDrop
        self.cron = cron
        self.timeZone = timeZone
        self.everySeconds = everySeconds
        self.dataset = dataset
        self.newObservations = newObservations
        self.newSeries = newSeries
    }

    /// A stored trigger, to be shown.
    init(_ trigger: ScheduleTrigger) {
        switch trigger {
        case .cron(let expression, let zone): self.init(cron: expression, timeZone: zone)
        case .interval(let seconds, _): self.init(everySeconds: seconds)
        case .observations(let dataset, let count): self.init(dataset: dataset, newObservations: count)
        case .series(let dataset, let count): self.init(dataset: dataset, newSeries: count)
        case .drift(let watch):
            self.init(newObservations: watch.count, model: watch.model, likelihoodDrop: watch.drop)
        case .unreadable: self.init()
        }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case cron, timeZone, everySeconds, dataset, newObservations, newSeries, model, likelihoodDrop
    }

    /// Reads a trigger; an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            cron: try container.decodeIfPresent(String.self, forKey: .cron),
            timeZone: try container.decodeIfPresent(String.self, forKey: .timeZone),
            everySeconds: try container.decodeIfPresent(Double.self, forKey: .everySeconds),
            dataset: try container.decodeIfPresent(String.self, forKey: .dataset),
            newObservations: try container.decodeIfPresent(Int64.self, forKey: .newObservations),
            newSeries: try container.decodeIfPresent(Int64.self, forKey: .newSeries),
            model: try container.decodeIfPresent(String.self, forKey: .model),
            likelihoodDrop: try container.decodeIfPresent(Double.self, forKey: .likelihoodDrop))
    }

    /// The trigger that is meant; an interval counts from `now`.
    func trigger(at now: Timestamp) throws(ServiceError) -> ScheduleTrigger {
        if model != nil || likelihoodDrop != nil { return .drift(try driftWatch()) }
        switch (cron, everySeconds, dataset, newObservations, newSeries) {
        case (let cron?, nil, nil, nil, nil): return .cron(expression: cron, timeZone: timeZone ?? "UTC")
        case (nil, let seconds?, nil, nil, nil) where timeZone == nil:
            return .interval(seconds: seconds, anchor: now)
        case (nil, nil, let dataset?, let count?, nil) where timeZone == nil:
            return .observations(dataset: dataset, count: try positive(count, "newObservations"))
        case (nil, nil, let dataset?, nil, let count?) where timeZone == nil:
            return .series(dataset: dataset, count: try positive(count, "newSeries"))
        default:
            throw .invalidRequest(
                pointer: "/trigger", value: nil,
                expected:
                    "either cron (and timeZone), or everySeconds, or dataset with newObservations or newSeries, or "
                    + "model with likelihoodDrop and newObservations")
        }
    }

    private func driftWatch() throws(ServiceError) -> DriftWatch {
        guard let model, let likelihoodDrop, let count = newObservations, cron == nil, timeZone == nil,
            everySeconds == nil, dataset == nil, newSeries == nil
        else {
            throw .invalidRequest(
                pointer: "/trigger", value: nil,
                expected: "model, likelihoodDrop and newObservations together, and nothing else beside them")
        }
        guard likelihoodDrop > 0, likelihoodDrop.isFinite else {
            throw .invalidRequest(
                pointer: "/trigger/likelihoodDrop", value: "\(likelihoodDrop)", expected: "a number of nats above 0")
        }
        return DriftWatch(
            dataset: try Self.dataset(of: model), model: model, drop: likelihoodDrop,
            count: try positive(count, "newObservations"))
    }

    private static func dataset(of model: String) throws(ServiceError) -> String {
        do {
            return try ModelReference(parsing: model).dataset
        } catch {
            guard case .invalidRequest(_, let value, let expected) = error else { throw error }
            throw .invalidRequest(pointer: "/trigger/model", value: value, expected: expected)
        }
    }

    private func positive(_ count: Int64, _ name: String) throws(ServiceError) -> Int64 {
        guard count >= 1 else {
            throw .invalidRequest(pointer: "/trigger/\(name)", value: "\(count)", expected: "a whole number from 1")
        }
        return count
    }
}
