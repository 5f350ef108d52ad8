import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// Background work.
    mutating func addJobs(_ services: APIServices) {
        on(
            .post, "/v1/jobs",
            Operation(
                .train, "Enqueues a job", body: .json(.reference("JobOrder")),
                .json(.reference("Job"), status: 202), problems: [404, 409])
        ) { _, context in
            let submission = try await context.json(JobSubmission.self)
            if JobKind.needsAdmin.contains(submission.kind) { try context.require(.admin) }
            return try .accepted(try await services.jobs.submit(submission))
        }
        on(
            .get, "/v1/jobs",
            Operation(
                .read, "Lists jobs, newest first",
                query: [
                    .text("state", "only in these states, separated by commas"), .text("kind", "only of this kind"),
                ] + .paging,
                .json(.page("jobs", of: .reference("Job"))))
        ) { request, _ in
            let query = request.query
            let limit = try query.pageLimit()
            let jobs = try await services.jobs.jobs(
                in: Self.states(query["state"]), kind: query["kind"],
                before: query["after"] == nil ? nil : Int64(query.wholeNumber("after", default: 0)), limit: limit + 1)
            return try .json(
                Page(
                    name: "jobs", items: Array(jobs.prefix(limit)),
                    next: jobs.count > limit ? "\(jobs[limit - 1].id)" : nil))
        }
        on(
            .get, "/v1/jobs/{job}",
            Operation(
                .read, "Shows a job with progress and learning curve",
                query: [.whole("after", 0...Int.max, "only the curve after this epoch")], .json(.reference("Job")))
        ) { request, context in
            let after = try request.query.wholeNumber("after", default: 0)
            return try .json(try await services.jobs.job(Self.jobNumber(context), curveAfter: after))
        }
        on(
            .delete, "/v1/jobs/{job}",
            Operation(.train, "Calls a job off", .json(.reference("Job")), problems: [409])
        ) { _, context in
            try .json(try await services.jobs.cancel(Self.jobNumber(context)))
        }
        on(
            .post, "/v1/jobs/{job}/retry",
            Operation(.train, "Makes a job available at once", .json(.reference("Job")), problems: [409])
        ) { _, context in
            try .json(try await services.jobs.retry(Self.jobNumber(context)))
        }
        on(
            .post, "/v1/jobs/{job}/cancel",
            Operation(
                .train, "Calls a job off", query: [.flag("keepBest", "a training publishes its best model so far")],
                .json(.reference("Job")), problems: [409])
        ) { request, context in
            let keepsBest = try request.query.flag("keepBest")
            return try .json(try await services.jobs.cancel(Self.jobNumber(context), keepingBest: keepsBest))
        }
        on(
            .get, "/v1/training-choices",
            Operation(
                .read, "Tells what a training chooses where a setting is left open",
                .json(.object(["choices": .list(of: .reference("OpenChoice"))])))
        ) { _, _ in try .json(["choices": services.openChoices]) }
        on(
            .get, "/v1/job-counts",
            Operation(.read, "Counts the jobs in each state", .json(.map(to: .integer)))
        ) { _, _ in try .json(try await services.jobs.counts()) }
    }

    static func jobNumber(_ context: APIContext) throws(RequestFault) -> Int64 {
        guard let number = Int64(try context.parameter("job")) else { throw .pathInvalid }
        return number
    }

    private static func states(_ text: String?) throws(RequestFault) -> Set<JobState> {
        var states: Set<JobState> = []
        for name in (text ?? "").split(separator: ",") {
            guard let state = JobState(rawValue: String(name)) else {
                let names = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw .queryInvalid(parameter: "state", expected: "some of \(names), separated by commas")
            }
            states.insert(state)
        }
        return states
    }
}

extension Response {
    /// A job that was accepted, with its place.
    static func accepted(_ job: JobDescription) throws -> Response {
        var headers = HTTPFields()
        headers[.location] = "/v1/jobs/\(job.id)"
        return try .json(job, status: .accepted, headers: headers)
    }
}
