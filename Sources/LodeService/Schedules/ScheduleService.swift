public import LodeDomain
internal import LodeJobs

/// Makes, shows and changes schedules.
public struct ScheduleService: Sendable {
    private let store: any ScheduleStore
    private let kinds: JobKinds
    private let now: Now

    /// Keeps schedules in `store`, for jobs of `kinds`.
    public init(store: any ScheduleStore, kinds: JobKinds, now: @escaping Now) {
        self.store = store
        self.kinds = kinds
        self.now = now
    }

    /// All schedules, by name.
    public func schedules() async throws(ServiceError) -> [ScheduleDescription] {
        let schedules = try await callStore { () async throws(StoreError) in try await store.schedules() }
        var descriptions: [ScheduleDescription] = []
        for schedule in schedules {
            descriptions.append(try ScheduleDescription(schedule, nextTimes: 1, firings: nil))
        }
        return descriptions
    }

    /// One schedule with its next `count` fire times and last firings.
    public func schedule(_ name: String, nextTimes count: Int = 5) async throws(ServiceError) -> ScheduleDescription {
        guard (1...100).contains(count) else {
            throw .invalidRequest(pointer: "next", value: "\(count)", expected: "a whole number from 1 to 100")
        }
        return try await describe(try await existing(name), nextTimes: count)
    }

    /// Makes a schedule.
    ///
    /// Throws what its job's kind finds wrong with the arguments, ``ServiceError/invalidRequest(pointer:value:expected:)``, and
    /// `schedule-exists`.
    public func create(_ request: ScheduleRequest) async throws(ServiceError) -> ScheduleDescription {
        let now = now()
        guard Dataset.isValidName(request.name) else {
            throw .invalidRequest(
                pointer: "/name", value: "“\(request.name)”", expected: "1 to 128 letters, digits, “-”, “_” and “.”")
        }
        guard let triggerText = request.settings.trigger, let jobText = request.settings.job else {
            throw .invalidRequest(pointer: "/trigger", value: nil, expected: "a trigger, and a job beside it")
        }
        let trigger = try triggerText.trigger(at: now)
        try await checkModel(of: trigger)
        let first = try firstFireTime(of: trigger, after: now)
        let draft = ScheduleDraft(
            name: request.name, trigger: trigger, job: try await checked(jobText),
            missedRuns: try request.settings.missedRunsPolicy() ?? .once,
            isPaused: request.settings.isPaused ?? false, nextFireAt: first)
        let schedule = try await callStore { () async throws(StoreError) in try await store.create(draft, at: now) }
        return try await describe(schedule, nextTimes: 5)
    }

    /// Changes a schedule; a time trigger's next fire time is reckoned anew where it was changed or had been paused.
    public func change(_ name: String, to change: ScheduleChange) async throws(ServiceError) -> ScheduleDescription {
        let now = now()
        var schedule = try await existing(name)
        let wasPaused = schedule.isPaused
        if case .unreadable(let detail) = schedule.trigger { throw .store(.corrupt(detail: detail)) }
        if let text = change.trigger {
            schedule.trigger = try text.trigger(at: now)
            try await checkModel(of: schedule.trigger)
        }
        if let text = change.job { schedule.job = try await checked(text) }
        schedule.missedRuns = try change.missedRunsPolicy() ?? schedule.missedRuns
        schedule.isPaused = change.isPaused ?? schedule.isPaused
        if change.trigger != nil || wasPaused && !schedule.isPaused {
            schedule.nextFireAt = try firstFireTime(of: schedule.trigger, after: now)
        }
        let wanted = schedule
        let stored = try await callStore { () async throws(StoreError) in
            try await store.replaceIfUnchanged(wanted, at: now)
        }
        guard let stored else { throw .scheduleChanged(name) }
        return try await describe(stored, nextTimes: 5)
    }

    /// Deletes a schedule; its jobs stay.
    public func delete(_ name: String) async throws(ServiceError) {
        let isDeleted = try await callStore { () async throws(StoreError) in
            try await store.deleteSchedule(named: name)
        }
        if !isDeleted { throw try await notFound(name) }
    }

    /// Enqueues the schedule's job at once, paused or not.
    public func run(_ name: String) async throws(ServiceError) -> JobDescription {
        let job = try await callStore { () async throws(StoreError) in try await store.runNow(name, at: now()) }
        guard let job else { throw try await notFound(name) }
        return try JobDescription(job, curve: nil)
    }

    // MARK: - Steps

    /// Throws where a drift trigger asks a model that does not exist.
    private func checkModel(of trigger: ScheduleTrigger) async throws(ServiceError) {
        guard case .drift(let watch) = trigger else { return }
        let check = DriftRequest(model: watch.model, drop: watch.drop, newObservations: 1)
        _ = try await kinds.checked(JSONValue(parsing: JSONText.string(check)), of: DriftRequest.jobKind)
    }

    private func checked(_ text: ScheduledJobText) async throws(ServiceError) -> ScheduledJob {
        let arguments: String
        do {
            arguments = try await kinds.checked(text.arguments, of: text.kind)
        } catch {
            throw error.beneath("/job")
        }
        return try text.job(arguments: arguments)
    }

    /// Nil for a data trigger; throws where a time trigger cannot be read or never fires.
    private func firstFireTime(of trigger: ScheduleTrigger, after now: Timestamp) throws(ServiceError) -> Timestamp? {
        do throws(ScheduleFault) {
            guard let times = try FireTimes(trigger) else { return nil }
            if let first = times.next(after: now) { return first }
        } catch {
            throw .invalidRequest(trigger: trigger, error)
        }
        throw .invalidRequest(
            pointer: "/trigger/cron", value: nil, expected: "a date that exists; this one never comes in 40 years")
    }

    private func describe(_ schedule: Schedule, nextTimes: Int) async throws(ServiceError) -> ScheduleDescription {
        let firings = try await callStore { () async throws(StoreError) in
            try await store.firings(of: schedule.id, limit: 10)
        }
        return try ScheduleDescription(schedule, nextTimes: nextTimes, firings: firings)
    }

    private func existing(_ name: String) async throws(ServiceError) -> Schedule {
        let found = try await callStore { () async throws(StoreError) in try await store.schedule(named: name) }
        guard let found else { throw try await notFound(name) }
        return found
    }

    private func notFound(_ name: String) async throws(ServiceError) -> ServiceError {
        let names = try await callStore { () async throws(StoreError) in try await store.schedules().map(\.name) }
        return .scheduleNotFound(name, nearest: NearestName.of(name, among: names))
    }
}

extension ServiceError {
    /// What is wrong with a trigger, with the field's pointer.
    fileprivate static func invalidRequest(trigger: ScheduleTrigger, _ fault: ScheduleFault) -> ServiceError {
        switch fault {
        case .cron(let cron):
            let text = if case .cron(let expression, _) = trigger { "“\(expression)”" } else { "" }
            let field = cron.field.map { " in field “\($0.rawValue)”" } ?? ""
            let found = cron.found.isEmpty ? "the end" : "“\(cron.found)”"
            return .invalidRequest(
                pointer: "/trigger/cron", value: text,
                expected: "\(cron.expected)\(field) at character \(cron.column), but there stands \(found)")
        case .timeZoneUnknown(let name):
            let near = NearestName.of(name, among: CronCalendar.timeZoneNames).map { "; did you mean “\($0)”?" } ?? ""
            return .invalidRequest(
                pointer: "/trigger/timeZone", value: "“\(name)”",
                expected: "a name of the IANA database, such as Europe/Zurich or UTC\(near)")
        case .unreadable(let detail): return .store(.corrupt(detail: detail))
        case .intervalOutOfRange(let seconds):
            return .invalidRequest(
                pointer: "/trigger/everySeconds", value: "\(seconds)", expected: "a number from 1 to 31622400")
        }
    }
}
