import Crypto
import Foundation

/// The text of a token: `lode_` and 256 random bits, so that one in the wrong place is recognised.
enum TokenText {
    private static let prefix = "lode_"
    static let secretBytes = 32

    /// The text for a secret of ``secretBytes`` bytes, in the alphabet of base64 that needs no escaping in a URL.
    static func text(of secret: [UInt8]) -> String {
        precondition(secret.count == secretBytes, "a token has 256 bits, not \(secret.count * 8)")
        let text = Data(secret).base64EncodedString()
        return prefix + text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// What is stored of a token.
    ///
    /// One round of SHA-256 is enough: nobody guesses 256 random bits.
    static func digest(of text: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(text.utf8)))
    }

    /// Compares in a time that does not depend on where they differ.
    static func digest(of text: String, is stored: [UInt8]) -> Bool {
        SHA256.hash(data: Data(text.utf8)) == stored
    }
}
