import ArgumentParser
import LodeDomain
import LodeService
import LodeStore

struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "Makes, lists and revokes the tokens that clients of the daemon show.",
        discussion: """
            A daemon on 127.0.0.1 asks for none unless http.requireTokens is set; one on any other address always does.

            Example: lode tokens create grafana --scope read --expires 90d
            Example: lode tokens list
            """,
        subcommands: [CreateToken.self, ListTokens.self, RevokeToken.self])

    /// Who may make tokens over the network could make any.
    static let adviceWithServer = "Run it on the daemon's machine, with the daemon's database."
}

struct CreateToken: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a token and prints it, once: only its digest is kept.",
        discussion: """
            Each scope permits reading; admin permits everything.
              read   ask questions, look at everything
              write  change observations and what describes them
              train  ask for jobs and schedules, choose which version answers
              admin  delete datasets, make backups, run jobs that touch files

            Example: lode tokens create telegraf --scope write --expires 52w
            """)

    static let adviceWithServer: String? = TokensCommand.adviceWithServer

    @OptionGroup var common: CommonOptions
    @Argument(help: "What it is called.") var name: String
    @Option(help: "What it permits: read, write, train or admin; may be given more than once.", transform: Self.scope)
    var scope: [AccessScope]
    @Option(help: "When it ends by itself: hours, days or weeks such as 12h, 90d or 52w, or never.")
    var expires = TokenLifetime(seconds: 90 * 86_400)
    @Flag(help: "Print the result as JSON.") var json = false

    func perform(_ settings: Settings) async throws {
        let token = try await Session.use(settings) { session in
            try await session.tokens.create(named: name, scopes: scope, lifetime: expires.seconds)
        }
        if json { return try Terminal.result(json: token) }
        Terminal.result(token.token ?? "")
        note(
            "Keep it: it is not shown again. It permits \(token.scopes.map(\.rawValue).joined(separator: ", ")), "
                + (token.expiresAt.map { "until \($0)." } ?? "and does not end by itself."))
        note("Clients send it as “Authorization: Bearer …”.")
    }

    private static func scope(_ text: String) throws -> AccessScope {
        if let scope = AccessScope(rawValue: text) { return scope }
        let names = AccessScope.allCases.map(\.rawValue)
        let hint = NearestName.of(text, among: names).map { " Did you mean “\($0)”?" } ?? ""
        throw ValidationError("“\(text)” is no scope.\(hint) The scopes are \(names.joined(separator: ", ")).")
    }
}

struct ListTokens: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists tokens, the oldest first, also those that are worth nothing any more.",
        discussion: "Example: lode tokens list --json")

    static let adviceWithServer: String? = TokensCommand.adviceWithServer

    @OptionGroup var common: CommonOptions
    @OptionGroup var form: TableOptions

    func perform(_ settings: Settings) async throws {
        let tokens = try await Session.use(settings, for: .reading) { try await $0.tokens.tokens() }
        try form.show(
            tokens, ListTable(tokens, Self.columns), notices: notices,
            note: "No tokens. Make one with lode tokens create.")
    }

    private static let columns: [ListTable<TokenDescription>.Column] = [
        .words("token") { $0.name }, .words("scopes") { $0.scopes.map(\.rawValue).joined(separator: ",") },
        .words("state") { $0.state.rawValue }, .words("created") { $0.createdAt },
        .words("expires") { $0.expiresAt ?? "never" }, .words("last used") { $0.lastUsedAt },
    ]
}

struct RevokeToken: LodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Makes a token worth nothing; daemons see it within a second. Asks on a terminal.",
        discussion: "Example: lode tokens revoke grafana")

    static let adviceWithServer: String? = TokensCommand.adviceWithServer

    @OptionGroup var common: CommonOptions
    @Argument(help: "The token's name.") var name: String
    @OptionGroup var confirmation: ConfirmationOptions

    func perform(_ settings: Settings) async throws {
        guard confirmation.agrees(to: "Make the token “\(name)” worth nothing?") else {
            return note("Nothing was revoked.")
        }
        let token = try await Session.use(settings) { try await $0.tokens.revoke(name) }
        note("Token “\(token.name)” is revoked.")
    }
}

/// How long a token is worth something, such as `90d`; `never` where it does not end by itself.
struct TokenLifetime: ExpressibleByArgument {
    private static let units: [Character: Double] = ["h": 3600, "d": 86_400, "w": 604_800]

    var seconds: Double?

    init(seconds: Double?) {
        self.seconds = seconds
    }

    init?(argument: String) {
        if argument == "never" {
            seconds = nil
            return
        }
        guard let unit = argument.last.flatMap({ Self.units[$0] }), let count = Int(argument.dropLast()),
            (1...100_000).contains(count)
        else { return nil }
        seconds = Double(count) * unit
    }

    var defaultValueDescription: String {
        seconds.map { "\(Int($0 / 86_400))d" } ?? "never"
    }
}
