import LodeDomain

/// Which model version is meant: `co2`, `co2@production`, `co2@3` or `co2@latest`.
public struct ModelReference: Hashable, Sendable, CustomStringConvertible {
    /// Which version of the dataset's model.
    public enum Selector: Hashable, Sendable {
        /// The one that `production` points at, else the newest.
        case standard
        /// The newest.
        case latest
        /// The one of that number.
        case number(Int)
        /// The one that the alias points at.
        case alias(String)
    }

    /// The dataset whose model is meant.
    public var dataset: String
    /// Which of its versions.
    public var selector: Selector

    /// A reference.
    public init(dataset: String, selector: Selector = .standard) {
        self.dataset = dataset
        self.selector = selector
    }

    /// Reads `DATASET`, `DATASET@NUMBER`, `DATASET@ALIAS` or `DATASET@latest`; `number` is told apart from the text.
    ///
    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)``.
    public init(parsing text: String, number: Int? = nil) throws(ServiceError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        dataset = parts[0]
        switch (parts.dropFirst().first, number) {
        case (nil, nil): selector = .standard
        case (nil, let number?): selector = .number(number)
        case (let version?, nil): selector = try Selector(parsing: version)
        case (_?, let number?):
            throw .invalidRequest(
                pointer: "version", value: "\(number)", expected: "no version beside “\(text)”, which names one")
        }
    }

    /// The reference as it is written.
    public var description: String {
        switch selector {
        case .standard: dataset
        case .latest: "\(dataset)@\(ModelAlias.latest)"
        case .number(let number): "\(dataset)@\(number)"
        case .alias(let alias): "\(dataset)@\(alias)"
        }
    }
}

extension ModelReference.Selector {
    /// Reads `3`, `latest` or an alias.
    public init(parsing text: String) throws(ServiceError) {
        if let number = Int(text), number >= 1 {
            self = .number(number)
        } else if text == ModelAlias.latest {
            self = .latest
        } else {
            try ModelReference.requireAlias(text)
            self = .alias(text)
        }
    }
}

extension ModelReference {
    /// Throws ``ServiceError/invalidRequest(pointer:value:expected:)`` for a text that cannot be an alias.
    static func requireAlias(_ name: String) throws(ServiceError) {
        guard ModelAlias.isValidName(name) else {
            throw .invalidRequest(
                pointer: "alias", value: "“\(name)”",
                expected: "1 to 64 letters, digits, “-”, “_” and “.”, a letter first, and not “latest”")
        }
    }
}

extension ModelReference {
    /// Throws where no version is named, for what must not happen to whichever one answers.
    package func requireSelector(for verb: String) throws(ServiceError) {
        guard selector == .standard else { return }
        throw .invalidRequest(
            pointer: "model", value: "“\(self)”", expected: "the version to \(verb), such as \(dataset)@3")
    }
}
