import Foundation
import HTTPTypes
import Hummingbird

/// Finds the token that a request shows.
enum Credentials {
    /// The token's text: `Authorization: Bearer …`, `Token …` as clients of InfluxDB 2 send it, or the password of `Basic …`.
    ///
    /// From clients of InfluxDB 1 also the query parameter `p`; from nobody else, for addresses end up in logs.
    static func token(in request: Request, isInflux: Bool) -> String? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            let rest = parts[1].trimmingCharacters(in: .whitespaces)
            switch parts[0].lowercased() {
            case "bearer", "token": return rest
            case "basic":
                return Data(base64Encoded: rest).flatMap { data in
                    String(decoding: data, as: UTF8.self)
                        .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).last.map(String.init)
                }
            default: return nil
            }
        }
        return isInflux ? request.uri.queryParameters["p"].map(String.init) : nil
    }
}
