public import LodeDomain

/// Looks after the database; see ``CareService``.
public protocol CareUseCases: Sendable {
    /// What is good and what is wrong with the database, and what to do about it.
    func examine() async throws -> [Finding]
}

extension CareService: CareUseCases {}
