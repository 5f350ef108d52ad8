import HTTPTypes
import Hummingbird
import LodeDomain
import LodeService

extension RouteTable {
    /// The state of the database, and copies of it.
    mutating func addCare(_ services: APIServices) {
        on(
            .get, "/v1/doctor",
            Operation(.admin, "Looks the database over and says what to do", .json(.reference("Examination")))
        ) { _, _ in try .json(Examination(findings: try await services.care.examine())) }
        on(
            .post, "/v1/backups",
            Operation(
                .admin, "Copies the database and checks the copy", .json(.reference("Backup"), status: 201),
                problems: [409])
        ) { _, _ in try .json(try await services.care.backup(), status: .created) }
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
