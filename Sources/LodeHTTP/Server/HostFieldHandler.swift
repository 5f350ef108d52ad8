import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Lets ``HostGuard`` see that a request of HTTP/1.1 has no field “host”, which RFC 9112, section 3.2, wants refused: gives it an empty
/// one.
///
/// A request of HTTP/1.0 needs none, and what comes after the codec does not tell the version any more.
final class HostFieldHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.version != .http1_0, head.version != .http0_9,
            !head.headers.contains(name: "host")
        else { return context.fireChannelRead(data) }
        head.headers.add(name: "host", value: "")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}

/// Puts a ``HostFieldHandler`` before the codec, where the server lets none be put itself.
final class HostFieldInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(
                HostFieldHandler(), position: .before(pipeline.handler(type: HTTP1ToHTTPServerCodec.self)))
            pipeline.removeHandler(self, promise: nil)
        } catch {
            // No connection may go unguarded.
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
