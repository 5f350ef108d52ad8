import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// Background work.
    mutating func addJobs(_ services: APIServices, bodyLimit: Int) {
        on(.post, "/v1/jobs") { request, _ in
            let submission = try await request.json(JobSubmission.self, limit: bodyLimit)
            let job = try await services.training.requestTraining(submission.arguments)
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
        on(.post, "/v1/jobs/{job}/cancel") { _, context in
            try .json(try await services.jobs.cancel(Self.jobNumber(context)))
        }
    }

    private static func jobNumber(_ context: APIContext) throws(RequestFault) -> Int64 {
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

/// A job as it is sent.
private struct JobSubmission: Decodable {
    var kind: String
    var arguments: TrainingRequest

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, arguments
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(String.self, forKey: .kind)
        guard kind == TrainingRequest.jobKind else {
            throw ServiceError.jobKindUnknown(kind, known: [TrainingRequest.jobKind])
        }
        arguments = try container.decode(TrainingRequest.self, forKey: .arguments)
    }
}
