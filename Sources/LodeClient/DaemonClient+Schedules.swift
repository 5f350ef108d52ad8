package import LodeService

extension DaemonClient: ScheduleUseCases {
    package func schedules() async throws -> [ScheduleDescription] {
        try await list("schedules", Call(.get, "v1", "schedules"))
    }

    package func schedule(_ name: String, nextTimes count: Int) async throws -> ScheduleDescription {
        try await value(Call(.get, "v1", "schedules", name, query: [("next", "\(count)")]))
    }

    package func create(_ request: ScheduleRequest) async throws -> ScheduleDescription {
        try await value(Call(.post, "v1", "schedules").sending(request))
    }

    package func change(_ name: String, to change: ScheduleChange) async throws -> ScheduleDescription {
        try await value(Call(.patch, "v1", "schedules", name).sending(change))
    }

    package func delete(_ name: String) async throws {
        try await perform(Call(.delete, "v1", "schedules", name))
    }

    package func run(_ name: String) async throws -> JobDescription {
        try await value(Call(.post, "v1", "schedules", name, "run"))
    }
}
