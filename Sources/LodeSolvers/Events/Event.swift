public import LodeNumerics

/// Something that happens where a function of time and state changes its sign.
public struct Event<Scalar: KernelScalar>: Sendable {
    /// Which changes of sign count, in the direction of solving.
    public enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
        /// From negative to positive.
        case rising
        /// From positive to negative.
        case falling
        /// Both.
        case either
    }

    /// A continuous function of the time, the state and the trajectory.
    ///
    /// It is called after every accepted step, and while a change of its sign is being located.
    public var function: @Sendable (_ time: Double, _ state: UnsafeBufferPointer<Scalar>, _ trajectory: Int) -> Double
    /// Which changes of sign count.
    public var direction: Direction
    /// Whether the trajectory ends there, with ``Outcome/eventOccurred(_:)``.
    public var isTerminal: Bool

    /// An event from its parts.
    public init(
        direction: Direction = .either, isTerminal: Bool,
        function:
            @escaping @Sendable (_ time: Double, _ state: UnsafeBufferPointer<Scalar>, _ trajectory: Int) -> Double
    ) {
        self.function = function
        self.direction = direction
        self.isTerminal = isTerminal
    }
}

/// An event that happened.
public struct EventOccurrence<Scalar: KernelScalar>: Sendable {
    /// The trajectory, by its index in the batch.
    public let trajectory: Int
    /// The event, by its index in the solver's list.
    public let event: Int
    /// When, to a few units in the last place of the time as far as dense output goes.
    public let time: Double
    /// The state there, `[D]`.
    public let state: [Scalar]
}
