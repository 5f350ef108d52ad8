import LodeDomain
import LodeService

/// What a route declares of itself: who may ask, what goes in and what comes out.
///
/// The daemon goes by it (it checks the token, the query and the body before the route's action), and the OpenAPI document is made of
/// it, so that neither can say what the other does not.
struct Operation: Sendable {
    /// Who may ask, where tokens are required.
    enum Access: Hashable, Sendable {
        /// Anybody: it tells nothing of what is stored.
        case open
        /// Those whose token permits it.
        case scope(AccessScope)

        static let read = Access.scope(.read)
        static let write = Access.scope(.write)
        static let train = Access.scope(.train)
        static let admin = Access.scope(.admin)
    }

    /// A query parameter.
    struct Parameter: Hashable, Sendable {
        var name: String
        var schema: Schema
        var isRequired = false
    }

    /// What a body is.
    enum Body: Hashable, Sendable {
        case json(Schema)
        /// Text of one of these media types.
        case text([String])
        /// Whatever its type is said to be: clients of InfluxDB differ.
        case anything

        /// The media types that are taken; nil for all.
        var mediaTypes: [String]? {
            switch self {
            case .json: ["application/json"]
            case .text(let types): types
            case .anything: nil
            }
        }
    }

    /// A way in which it succeeds.
    struct Answer: Hashable, Sendable {
        var status: Int
        /// The media types, each with what it is; none where there is no body.
        var content: [String: Schema]

        static func json(_ schema: Schema, status: Int = 200) -> Answer {
            Answer(status: status, content: ["application/json": schema])
        }

        static func text(_ type: String, status: Int = 200) -> Answer {
            Answer(status: status, content: [type: .string])
        }

        static let csv = text("text/csv")
        static let empty = Answer(status: 204, content: [:])
    }

    /// How its failures are written.
    enum FailureForm: Hashable, Sendable {
        /// As problem documents.
        case problem
        /// As clients of InfluxDB read them.
        case influx
    }

    var access: Access
    /// What it does, in a clause.
    var summary: String
    /// The query parameters; nil where any are taken.
    var query: [Parameter]?
    var body: Body?
    var answers: [Answer]
    /// Statuses of failures beyond those that any route of its kind may have.
    var problems: [Int]
    var failures: FailureForm
    /// Whether the answer goes on as long as the client wants, so that no deadline holds.
    var isEndless: Bool

    init(
        _ access: Access, _ summary: String, query: [Parameter]? = [], body: Body? = nil, _ answers: Answer...,
        problems: [Int] = [], failures: FailureForm = .problem, isEndless: Bool = false
    ) {
        self.access = access
        self.summary = summary
        self.query = query
        self.body = body
        self.answers = answers
        self.problems = problems
        self.failures = failures
        self.isEndless = isEndless
    }
}

extension Operation.Parameter {
    static func text(_ name: String, _ text: String, isRequired: Bool = false) -> Self {
        Self(name: name, schema: Schema.string.described(text), isRequired: isRequired)
    }

    static func flag(_ name: String, _ text: String) -> Self {
        Self(name: name, schema: Schema.boolean.described(text))
    }

    static func whole(_ name: String, _ range: ClosedRange<Int>, _ text: String) -> Self {
        Self(name: name, schema: Schema.integer(range).described(text))
    }

    static func word(_ name: String, _ words: [String], _ text: String) -> Self {
        Self(name: name, schema: Schema.word(words).described(text))
    }
}
