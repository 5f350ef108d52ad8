import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// Background work.
    mutating func addJobs(_ services: APIServices, bodyLimit: Int) {
        on(.post, "/v1/jobs") { request, _ in
            let submission = try await request.json(JobSubmission.self, limit: bodyLimit)
            let job = try await services.jobs.submit(submission)
            var headers = HTTPFields()
            headers[.location] = "/v1/jobs/\(job.id)"
            return try .json(job, status: .accepted, headers: headers)
        }
        on(.get, "/v1/jobs") { request, _ in
            let query = try request.query(known: ["state", "limit"])
            let jobs = try await services.jobs.jobs(
                in: Self.states(query["state"]), limit: query.wholeNumber("limit", default: 100))
            return try .json(["jobs": jobs])
        }
        on(.get, "/v1/jobs/{job}") { request, context in
            let after = try request.query(known: ["after"]).wholeNumber("after", default: 0)
            return try .json(try await services.jobs.job(Self.jobNumber(context), curveAfter: after))
        }
        on(.delete, "/v1/jobs/{job}") { _, context in
            try .json(try await services.jobs.cancel(Self.jobNumber(context)))
        }
        on(.post, "/v1/jobs/{job}/retry") { _, context in
            try .json(try await services.jobs.retry(Self.jobNumber(context)))
        }
        on(.get, "/v1/job-counts") { _, _ in try .json(try await services.jobs.counts()) }
        on(.post, "/v1/jobs/{job}/cancel") { request, context in
            let keepsBest = try IngestBody.flag("keepBest", request.query(known: ["keepBest"]))
            return try .json(try await services.jobs.cancel(Self.jobNumber(context), keepingBest: keepsBest))
        }
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
