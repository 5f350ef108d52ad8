import HTTPTypes
import Hummingbird
import LodeService

extension RouteTable {
    /// What enqueues jobs again and again.
    mutating func addSchedules(_ services: APIServices, bodyLimit: Int) {
        on(.post, "/v1/schedules") { request, _ in
            let wanted = try await request.json(ScheduleRequest.self, limit: bodyLimit)
            let schedule = try await services.schedules.create(wanted)
            var headers = HTTPFields()
            headers[.location] = "/v1/schedules/\(schedule.name)"
            return try .json(schedule, status: .created, headers: headers)
        }
        on(.get, "/v1/schedules") { request, _ in
            _ = try request.query(known: [])
            return try .json(["schedules": try await services.schedules.schedules()])
        }
        on(.get, "/v1/schedules/{schedule}") { request, context in
            let count = try request.query(known: ["next"]).wholeNumber("next", default: 5)
            return try .json(
                try await services.schedules.schedule(context.parameter("schedule"), nextTimes: count))
        }
        on(.patch, "/v1/schedules/{schedule}") { request, context in
            let name = try context.parameter("schedule")
            let change = try await request.json(ScheduleChange.self, limit: bodyLimit)
            return try .json(try await services.schedules.change(name, to: change))
        }
        on(.delete, "/v1/schedules/{schedule}") { _, context in
            try await services.schedules.delete(context.parameter("schedule"))
            return Response(status: .noContent)
        }
        for (verb, isPaused) in [("pause", true), ("resume", false)] {
            on(.post, "/v1/schedules/{schedule}/\(verb)") { _, context in
                let name = try context.parameter("schedule")
                return try .json(
                    try await services.schedules.change(name, to: ScheduleChange(isPaused: isPaused)))
            }
        }
        on(.post, "/v1/schedules/{schedule}/run") { _, context in
            let job = try await services.schedules.run(context.parameter("schedule"))
            var headers = HTTPFields()
            headers[.location] = "/v1/jobs/\(job.id)"
            return try .json(job, status: .accepted, headers: headers)
        }
    }
}
