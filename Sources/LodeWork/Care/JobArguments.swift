internal import Foundation
internal import LodeDomain
internal import LodeJobs
internal import LodeService

extension Job {
    /// The arguments as a value; a job that was enqueued past the service may hold anything.
    func decodedArguments<Arguments: Decodable>(_ type: Arguments.Type) throws(JobError) -> Arguments {
        do {
            return try JSONText.decode(type, from: Data(arguments.utf8))
        } catch {
            throw .permanent(
                code: "malformed-arguments",
                message: "The job's arguments are none of kind \(kind): \(error.message) Enqueue it anew.")
        }
    }
}

extension JobError {
    /// A store's error: worth another attempt where waiting or an operator mends it, such as a disk that is full.
    init(_ error: StoreError) {
        let profile = error.profile
        switch profile.disposition {
        case .transient, .operatorNeeded: self = .transient(code: profile.code, message: error.message)
        case .caller, .defect: self = .permanent(code: profile.code, message: error.message)
        }
    }

    /// A use case's error; a model version that cannot be read stays so.
    init(_ error: ServiceError) {
        if case .store(let error) = error {
            self.init(error)
        } else {
            self = .permanent(code: error.profile.code, message: error.message)
        }
    }
}

/// Where a path among a job's arguments leads, if that is in or below one of `folders`; the path as it is where those are nil.
func permitted(_ path: String, within folders: [String]?) throws(JobError) -> String {
    guard let folders else { return path }
    guard let target = JobFolders(folders).resolve(path) else {
        throw .permanent(
            code: "path-outside",
            message:
                "\(path) leads out of \(folders.joined(separator: ", ")), where the files of jobs lie that are asked for "
                + "over HTTP (http.jobFolders). Move it there, or enqueue the job on the machine itself.")
    }
    return target
}

/// A job's result as JSON.
func jobResult(_ value: some Encodable) throws(JobError) -> JobOutput {
    do {
        return JobOutput(result: try JSONText.string(value))
    } catch {
        throw .permanent(code: error.profile.code, message: error.message)
    }
}
