/// When a request that failed is worth another try.
enum RetryDelay {
    /// Whole seconds, as the header `Retry-After` has them; nil where trying again does not help.
    static func seconds(status: Int) -> Int? {
        switch status {
        case 503: 1
        // A full disk is mended by a person.
        case 507: 30
        default: nil
        }
    }
}
