import Foundation
import Glibc

/// A server that answers every request with the same bytes, whatever was asked.
final class ScriptedServer {
    let address: String
    private let listener: Int32

    /// Listens on a free port of the loopback; an empty answer closes the connection.
    init(answering answer: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            // Sockets take any family's address by the general type.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                bind(listener, general, size) | listen(listener, 8) | getsockname(listener, general, &size)
            }
        }
        guard status == 0 else { throw URLError(.cannotConnectToHost) }
        self.listener = listener
        self.address = "http://127.0.0.1:\(in_port_t(bigEndian: address.sin_port))"
        Thread.detachNewThread { Self.serve(listener, Array(answer.utf8)) }
    }

    /// Ends the thread, which closes the socket.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func serve(_ listener: Int32, _ answer: [UInt8]) {
        defer { close(listener) }
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            var request: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 12)
            // The client sends no body.
            while !request.suffix(4).elementsEqual("\r\n\r\n".utf8),
                case let count = recv(connection, &buffer, buffer.count, 0), count > 0
            { request += buffer[..<count] }
            send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            close(connection)
        }
    }
}
