/// A kind of background work as it is asked for: its name, and what its arguments must be.
///
/// What does the work is a `JobHandler` of the same kind.
public struct JobKind: Sendable {
    /// The name, such as `train`.
    public let name: String
    private let check: @Sendable (JSONValue) async throws(ServiceError) -> JSONValue

    /// A kind whose arguments `check` looks at; it returns them as they are to be stored, with defaults filled in.
    public init(name: String, check: @escaping @Sendable (JSONValue) async throws(ServiceError) -> JSONValue) {
        self.name = name
        self.check = check
    }

    /// A kind whose arguments are read as `Arguments`, and then checked and completed.
    public init<Arguments: Codable & Sendable>(
        name: String, _ type: Arguments.Type,
        check: @escaping @Sendable (inout Arguments) async throws(ServiceError) -> Void
    ) {
        self.init(name: name) { value throws(ServiceError) in
            var arguments: Arguments
            do throws(ServiceError) {
                arguments = try JSONText.decode(Arguments.self, from: JSONText.bytes(value))
            } catch {
                throw error.beneath("/arguments")
            }
            try await check(&arguments)
            return try JSONValue(parsing: JSONText.string(arguments))
        }
    }

    /// The arguments as they are to be stored.
    func checked(_ arguments: JSONValue) async throws(ServiceError) -> String {
        try JSONText.string(await check(arguments))
    }
}

extension ServiceError {
    /// The same fault, of a field below `pointer`.
    func beneath(_ pointer: String) -> ServiceError {
        guard case .invalidRequest(let inner, let value, let expected) = self, !inner.hasPrefix(pointer) else {
            return self
        }
        return .invalidRequest(pointer: inner == "/" ? pointer : pointer + inner, value: value, expected: expected)
    }
}

/// The kinds of background work that may be asked for.
public struct JobKinds: Sendable {
    private let kinds: [JobKind]

    /// These kinds, each with a name of its own.
    public init(_ kinds: [JobKind]) {
        self.kinds = kinds
    }

    /// Their names.
    public var names: [String] { kinds.map(\.name) }

    /// The arguments of a job of `kind` as they are to be stored.
    ///
    /// Throws ``ServiceError/jobKindUnknown(_:known:)``, and what the kind finds wrong with its arguments.
    func checked(_ arguments: JSONValue, of kind: String) async throws(ServiceError) -> String {
        guard let found = kinds.first(where: { $0.name == kind }) else {
            throw .jobKindUnknown(kind, known: names)
        }
        return try await found.checked(arguments)
    }
}
