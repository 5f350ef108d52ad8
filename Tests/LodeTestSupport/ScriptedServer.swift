internal import Dispatch
internal import Foundation
internal import Glibc
internal import Synchronization

/// A server on a free port of the loopback that answers requests without a body by a script, whatever was asked, and ends each connection.
public final class ScriptedServer: Sendable {
    /// Its URL.
    public let address: String
    private let descriptor: Int32
    private let asked = Asked()

    /// The targets of the requests so far.
    public var targets: [String] { asked.targets.withLock(\.self) }

    private final class Asked: Sendable {
        let targets = Mutex<[String]>([])
    }

    /// - Parameter script: all that is sent to a request, by its number from 0; nothing where it is empty.
    public init(script: @escaping @Sendable (Int) -> String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let status = withUnsafeMutablePointer(to: &place) { pointer in
            // Sockets take any family's address by the general type.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard status else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        // A thread that may wait, none of the cooperative pool.
        DispatchQueue(label: "scripted-server").async { [descriptor, asked] in
            Self.serve(descriptor, asked, script)
            close(descriptor)
        }
    }

    /// Ends the wait for another connection.
    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func serve(_ descriptor: Int32, _ asked: Asked, _ script: (Int) -> String) {
        var number = 0
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return }
            defer { close(connection) }
            guard let target = target(connection) else { continue }
            asked.targets.withLock { $0.append(target) }
            let bytes = Array(script(number).utf8)
            number += 1
            // A client may have gone in between; the next one is answered all the same.
            send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// The target of the request that comes in; nil where the connection ends before.
    private static func target(_ connection: Int32) -> String? {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !text.contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text.split(separator: " ").dropFirst().first.map(String.init)
    }
}
