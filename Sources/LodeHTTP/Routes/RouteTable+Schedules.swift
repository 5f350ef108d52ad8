import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// What enqueues jobs again and again.
    mutating func addSchedules(_ services: APIServices) {
        on(
            .post, "/v1/schedules",
            Operation(
                .train, "Makes a schedule", body: .json(.reference("ScheduleOrder")),
                .json(.reference("Schedule"), status: 201), problems: [404, 409])
        ) { _, context in
            let wanted = try await context.json(ScheduleRequest.self)
            try context.requireScope(of: wanted.settings.job)
            let schedule = try await services.schedules.create(wanted)
            var headers = HTTPFields()
            headers[.location] = "/v1/schedules/\(schedule.name)"
            return try .json(schedule, status: .created, headers: headers)
        }
        on(
            .get, "/v1/schedules",
            Operation(
                .read, "Lists schedules by name", query: [.flag("paused", "only those that are, or are not")] + .paging,
                .json(.page("schedules", of: .reference("Schedule"))))
        ) { request, _ in
            let query = request.query
            var schedules = try await services.schedules.schedules()
            if query["paused"] != nil {
                let isPaused = try query.flag("paused")
                schedules = schedules.filter { $0.paused == isPaused }
            }
            return try .json(Page("schedules", schedules, query, byName: \.name))
        }
        on(
            .get, "/v1/schedules/{schedule}",
            Operation(
                .read, "Shows a schedule with its last firings",
                query: [.whole("next", 1...100, "how many fire times to come (5)")], .json(.reference("Schedule")))
        ) { request, context in
            let count = try request.query.wholeNumber("next", default: 5)
            return try .json(
                try await services.schedules.schedule(context.parameter("schedule"), nextTimes: count))
        }
        on(
            .patch, "/v1/schedules/{schedule}",
            Operation(
                .train, "Changes a schedule", body: .json(.reference("ScheduleChange")), .json(.reference("Schedule")),
                problems: [409])
        ) { _, context in
            let name = try context.parameter("schedule")
            let change = try await context.json(ScheduleChange.self)
            try context.requireScope(of: change.job)
            return try .json(try await services.schedules.change(name, to: change))
        }
        on(
            .delete, "/v1/schedules/{schedule}", Operation(.train, "Deletes a schedule; its jobs stay", .empty)
        ) { _, context in
            try await services.schedules.delete(context.parameter("schedule"))
            return Response(status: .noContent)
        }
        for (verb, isPaused) in [("pause", true), ("resume", false)] {
            on(
                .post, "/v1/schedules/{schedule}/\(verb)",
                Operation(
                    .train, isPaused ? "Keeps a schedule from firing" : "Lets a schedule fire again",
                    .json(.reference("Schedule")), problems: [409])
            ) { _, context in
                let name = try context.parameter("schedule")
                return try .json(
                    try await services.schedules.change(name, to: ScheduleChange(isPaused: isPaused)))
            }
        }
        on(
            .post, "/v1/schedules/{schedule}/run",
            Operation(
                .train, "Enqueues a schedule's job at once", .json(.reference("Job"), status: 202), problems: [409])
        ) { _, context in
            try .accepted(try await services.schedules.run(context.parameter("schedule")))
        }
    }
}

extension APIContext {
    /// Throws where a schedule's job needs more than the token shown permits.
    fileprivate func requireScope(of job: ScheduledJobText?) throws(RequestFault) {
        if let job, JobKind.needsAdmin.contains(job.kind) { try require(.admin) }
    }
}
