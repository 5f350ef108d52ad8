public import LodeTraining

/// What a method is shown of a series, and what it is asked for.
public struct Question: Sendable, Hashable {
    /// What is shown.
    public var seen: ChannelSeries
    /// The times asked for, with the values that are right.
    public var answers: ChannelSeries
    /// The time of model time 0.
    public var origin: Double

    /// A question.
    public init(seen: ChannelSeries, answers: ChannelSeries, origin: Double) {
        self.seen = seen
        self.answers = answers
        self.origin = origin
    }

    /// The question of a series whose times have roles.
    public init(_ series: ChannelSeries, roles: TimeRoles, normalization: Normalization) {
        self.init(
            seen: series.filtered { roles.seen[$0] }, answers: series.filtered { roles.scored[$0] },
            origin: roles.origin ?? normalization.origin(of: series))
    }

    /// The same question with the answers of one channel.
    func only(channel: Int) -> Question {
        var question = self
        for index in answers.mask.indices where index % answers.channelCount != channel {
            question.answers.mask[index] = false
        }
        return question
    }

    /// Calls `body(index in values, channel, value)` for every answer.
    func forEachAnswer(_ body: (_ index: Int, _ channel: Int, _ value: Double) -> Void) {
        for index in answers.values.indices where answers.mask[index] {
            body(index, index % answers.channelCount, answers.values[index])
        }
    }
}
