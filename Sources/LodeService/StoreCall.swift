import LodeDomain

/// Does `body`, with a store's error in the terms of the use cases.
func callStore<Result: Sendable>(
    _ body: () async throws(StoreError) -> Result
) async throws(ServiceError) -> Result {
    do {
        return try await body()
    } catch {
        throw ServiceError(error)
    }
}
