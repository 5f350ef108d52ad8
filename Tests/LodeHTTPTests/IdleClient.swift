import Foundation
import Glibc

/// A client that sends a request and never reads the answer.
final class IdleClient: Sendable {
    private let descriptor: Int32

    init(port: Int, request: String) throws {
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
        guard status == 0, write(descriptor, request, request.utf8.count) == request.utf8.count else {
            throw URLError(.cannotConnectToHost)
        }
    }

    deinit { close(descriptor) }
}
