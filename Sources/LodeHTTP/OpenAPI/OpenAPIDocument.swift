import HTTPTypes
import LodeDomain
import LodeService

/// The OpenAPI 3.1 document of a route table.
enum OpenAPIDocument {
    /// Failures that any route may have: a wrong host, a fault inside, or a daemon that is too busy.
    private static let everywhere = [400, 403, 421, 422, 500, 503]

    static func json(of routes: [RouteTable.Route], version: String) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for route in routes { paths[route.path, default: [:]][route.method.rawValue.lowercased()] = json(of: route) }
        return .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Lode"), "version": .string(version.isEmpty ? "development" : version),
                "description": .string("Learns from irregular series, answers at any time with a band."),
            ]),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "schemas": .object(Schema.components.mapValues(\.json)),
                "securitySchemes": .object([
                    "token": .object(["type": .string("http"), "scheme": .string("bearer")])
                ]),
            ]),
        ])
    }

    private static func json(of route: RouteTable.Route) -> JSONValue {
        let operation = route.operation
        var members: [String: JSONValue] = [
            "summary": .string(operation.summary), "operationId": .string(route.name),
            "responses": .object(responses(of: route)),
        ]
        let parameters = route.parameters.map(pathParameter) + (operation.query ?? []).map(queryParameter)
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        if case .scope(let scope) = operation.access {
            members["security"] = .array([.object([:]), .object(["token": .array([.string(scope.rawValue)])])])
        }
        if let body = operation.body {
            members["requestBody"] = .object(["required": .bool(true), "content": .object(content(of: body))])
        }
        return .object(members)
    }

    private static func content(of body: Operation.Body) -> [String: JSONValue] {
        switch body {
        case .json(let schema): ["application/json": .object(["schema": schema.json])]
        case .text(let types):
            Dictionary(uniqueKeysWithValues: types.map { ($0, .object(["schema": Schema.string.json])) })
        case .anything: ["text/plain": .object(["schema": Schema.string.json])]
        }
    }

    private static func responses(of route: RouteTable.Route) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        for answer in route.operation.answers {
            var members: [String: JSONValue] = [
                "description": .string(answer.status == 204 ? "Nothing to tell." : "Done.")
            ]
            if !answer.content.isEmpty {
                members["content"] = .object(answer.content.mapValues { .object(["schema": $0.json]) })
            }
            responses["\(answer.status)"] = .object(members)
        }
        if route.isTagged { responses["304"] = .object(["description": .string("As the client has it.")]) }
        let (type, schema) =
            route.operation.failures == .problem
            ? ("application/problem+json", Schema.reference("Problem"))
            : ("application/json", Schema.reference("InfluxError"))
        for status in problems(of: route) {
            responses["\(status)"] = .object([
                "description": .string(titles[status] ?? "It failed."),
                "content": .object([type: .object(["schema": schema.json])]),
            ])
        }
        return responses
    }

    /// The statuses by which a route may fail.
    static func problems(of route: RouteTable.Route) -> Set<Int> {
        var statuses = Set(everywhere + route.operation.problems)
        if route.operation.access != .open { statuses.insert(401) }
        if !route.parameters.isEmpty { statuses.insert(404) }
        if route.operation.body != nil { statuses.formUnion([413, 415]) }
        // Whatever writes may find the disk full.
        if route.method != .get { statuses.insert(507) }
        return statuses
    }

    private static let titles = [
        400: "The request is malformed.", 401: "A token is missing or worth nothing.",
        403: "The token does not permit it, or a page of another site asks.", 404: "There is no such thing.",
        406: "No form of the answer is wanted.", 409: "What is stored does not allow it.",
        413: "The body is too large.", 415: "The body is of another type than expected.",
        421: "The request is for another server.", 422: "A value does not fit.",
        500: "Something went wrong inside Lode.", 503: "It cannot be done now.", 507: "The disk is full.",
    ]

    private static func pathParameter(_ name: String) -> JSONValue {
        let schema = name == "job" ? Schema.integer : Schema.string(1...1024)
        return .object([
            "name": .string(name), "in": .string("path"), "required": .bool(true), "schema": schema.json,
        ])
    }

    private static func queryParameter(_ parameter: Operation.Parameter) -> JSONValue {
        .object([
            "name": .string(parameter.name), "in": .string("query"), "required": .bool(parameter.isRequired),
            "schema": parameter.schema.json,
        ])
    }
}
