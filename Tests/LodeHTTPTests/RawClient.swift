import Dispatch
import Foundation
import Glibc

/// A client that speaks HTTP no better than a test wants it to.
final class RawClient: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            // Sockets take any family's address by the general type.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard status == 0 else { throw URLError(.cannotConnectToHost) }
    }

    deinit { close(descriptor) }

    /// Sends all of a text.
    func send(_ text: String) async throws {
        let isSent = await Self.apart { [descriptor] in Self.sendAll(text, to: descriptor) }
        guard isSent else { throw URLError(.networkConnectionLost) }
    }

    /// Sends a text again and again until the other side has closed; how often it went out whole.
    func sendUntilClosed(_ text: String, times: Int) async -> Int {
        await Self.apart { [descriptor] in
            for count in 0..<times where !Self.sendAll(text, to: descriptor) { return count }
            return times
        }
    }

    /// Everything that comes until the other side closes, or until `end` has come.
    func received(until end: String? = nil) async -> String {
        await Self.apart { [descriptor] in
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                bytes += buffer[..<count]
                if let end, String(decoding: bytes, as: UTF8.self).contains(end) { break }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func sendAll(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            start += count
        }
        return true
    }

    /// On a thread that may wait, none of the cooperative pool.
    private static func apart<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "raw-client").async { continuation.resume(returning: work()) }
        }
    }
}
