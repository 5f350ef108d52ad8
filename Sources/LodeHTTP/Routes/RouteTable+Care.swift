import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// The state of the database, and copies of it.
    mutating func addCare(_ services: APIServices) {
        on(.get, "/v1/doctor") { request, _ in
            _ = try request.query(known: [])
            let findings = try await services.care.examine()
            return try .json(Examination(findings: findings))
        }
        on(.post, "/v1/backups") { request, _ in
            _ = try request.query(known: [])
            return try .json(try await services.care.backup(), status: .created)
        }
    }
}

/// What was found, and the worst of it.
private struct Examination: Encodable {
    var severity: Finding.Severity
    var findings: [Finding]

    init(findings: [Finding]) {
        self.findings = findings
        severity = findings.map(\.severity).max() ?? .ok
    }
}
