import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends connections whose client keeps the daemon waiting: with the head of a request, with its body, or with taking its answer.
///
/// A request that is answered before its body has come in ends its connection too, with what is still on its way read and thrown
/// away for a moment, so that the client sees the answer and not a reset.
final class PatienceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private static let lingering: TimeAmount = .seconds(2)
    private static let mostLingeringBytes = 16 << 20

    private let limits: DaemonLimits
    /// Ends the connection unless what it waits for comes before.
    private var readTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    private var isReadingBody = false
    /// Whether the answer has been given, and nothing more is read but to be thrown away.
    private var isLingering = false
    private var lingeringBytes = 0
    /// What was still to be written when the timer was last set.
    private var pendingBytes = 0

    init(_ limits: DaemonLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) { wait(limits.headSeconds, context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        readTimer?.cancel()
        writeTimer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isLingering {
            if case .body(let bytes) = part { lingeringBytes += bytes.readableBytes }
            if case .end = part { return context.close(promise: nil) }
            if lingeringBytes > Self.mostLingeringBytes { context.close(promise: nil) }
            return
        }
        switch part {
        case .head:
            isReadingBody = true
            wait(limits.bodySeconds, context)
        case .body: break
        case .end:
            isReadingBody = false
            readTimer?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard isReadingBody, head.status.kind != .informational else { break }
            head.headerFields[.connection] = "close"
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: break
        case .end:
            guard isReadingBody else {
                // The state handler of Hummingbird bounds how long the connection then stays idle.
                break
            }
            linger(data, context, promise)
            return
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeTimer?.cancel()
        if !context.channel.isWritable { watchWriting(context) }
        context.fireChannelWritabilityChanged()
    }

    /// Throws away what comes in: backpressure from above must not keep it from being read.
    private func linger(_ end: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isLingering = true
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(end).whenComplete { _ in
            bound.value.close(mode: .output, promise: nil)
        }
        promise?.succeed()
        readTimer?.cancel()
        readTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) {
            context.close(promise: nil)
        }
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isLingering { context.read() }
        context.fireChannelReadComplete()
    }

    private func wait(_ seconds: Double, _ context: ChannelHandlerContext) {
        readTimer?.cancel()
        readTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.amount(seconds)) {
            context.close(promise: nil)
        }
    }

    /// Ends the connection where nothing more of the answer was taken when the timer fires.
    private func watchWriting(_ context: ChannelHandlerContext) {
        pendingBytes = Self.pendingBytes(context)
        writeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.amount(limits.writeSeconds)) { [self] in
            let pending = Self.pendingBytes(context)
            if pending > 0, pending >= pendingBytes {
                context.close(promise: nil)
            } else {
                watchWriting(context)
            }
        }
    }

    private static func pendingBytes(_ context: ChannelHandlerContext) -> Int {
        do {
            return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        } catch {
            // A channel that is closed has nothing left to write.
            return 0
        }
    }

    private static func amount(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }
}
