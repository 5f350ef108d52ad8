import Hummingbird

extension RouteTable {
    /// `/problems/{code}`: what a problem document's `type` refers to.
    mutating func addProblems() {
        on(
            .get, "/problems",
            Operation(.open, "Lists the kinds of problems", .json(.list(of: .reference("ProblemKind"))))
        ) { _, _ in try .json(RequestProfile.table.map(ProblemPage.init)) }
        on(
            .get, "/problems/{code}", Operation(.open, "Shows a kind of problem", .json(.reference("ProblemKind")))
        ) { _, context in
            let code = try context.parameter("code")
            guard let profile = RequestProfile.table.first(where: { $0.code == code }) else {
                throw RequestFault.pathUnknown
            }
            return try .json(ProblemPage(profile))
        }
    }
}

/// What is said of a kind of problem.
private struct ProblemPage: Encodable {
    var code: String
    var title: String
    var status: Int

    init(_ profile: RequestProfile) {
        code = profile.code
        title = profile.title
        status = profile.status
    }
}
