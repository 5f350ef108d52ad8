/// Makes, shows and changes schedules; see ``ScheduleService``.
public protocol ScheduleUseCases: Sendable {
    /// All schedules, by name.
    func schedules() async throws -> [ScheduleDescription]
    /// One schedule with its next `count` fire times and last firings.
    func schedule(_ name: String, nextTimes count: Int) async throws -> ScheduleDescription
    /// Makes a schedule.
    func create(_ request: ScheduleRequest) async throws -> ScheduleDescription
    /// Changes a schedule.
    func change(_ name: String, to change: ScheduleChange) async throws -> ScheduleDescription
    /// Deletes a schedule; its jobs stay.
    func delete(_ name: String) async throws
    /// Enqueues the schedule's job at once.
    func run(_ name: String) async throws -> JobDescription
}

extension ScheduleService: ScheduleUseCases {}
