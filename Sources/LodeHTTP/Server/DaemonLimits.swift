/// What a daemon takes on at most, so that no client can use up what the others need.
public struct DaemonLimits: Hashable, Sendable {
    /// The most bytes of a body, packed and unpacked.
    public var bodyBytes: Int
    /// The most bytes of all bodies that are held at once.
    public var heldBodyBytes: Int
    /// How many questions to models are worked on at once.
    public var predictions: Int
    /// How many more may wait in line.
    public var waitingPredictions: Int
    /// How many clients may be connected; more wait to be accepted.
    public var connections: Int
    /// How long a request's head may take to come, in seconds.
    public var headSeconds: Double
    /// How long a request's body may take to come, in seconds.
    public var bodySeconds: Double
    /// How long a client may take none of its answer, in seconds.
    public var writeSeconds: Double
    /// How long a connection may go without a request, in seconds.
    public var idleSeconds: Double
    /// How long a request may be worked on, in seconds.
    public var requestSeconds: Double
    /// How long requests in flight are waited for when the daemon is stopped, in seconds.
    public var shutdownSeconds: Double

    /// Limits; what is not given is as the settings have it by default.
    public init(
        bodyBytes: Int = 64 << 20, heldBodyBytes: Int = 512 << 20, predictions: Int = 2, waitingPredictions: Int = 256,
        connections: Int = 2048, headSeconds: Double = 10, bodySeconds: Double = 120, writeSeconds: Double = 30,
        idleSeconds: Double = 60, requestSeconds: Double = 60, shutdownSeconds: Double = 30
    ) {
        self.bodyBytes = bodyBytes
        self.heldBodyBytes = heldBodyBytes
        self.predictions = predictions
        self.waitingPredictions = waitingPredictions
        self.connections = connections
        self.headSeconds = headSeconds
        self.bodySeconds = bodySeconds
        self.writeSeconds = writeSeconds
        self.idleSeconds = idleSeconds
        self.requestSeconds = requestSeconds
        self.shutdownSeconds = shutdownSeconds
    }
}
