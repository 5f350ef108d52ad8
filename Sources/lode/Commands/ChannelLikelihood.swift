public import ArgumentParser
import LodeService

/// What a channel is said to hold, as `CHANNEL=KIND` on the command line.
struct ChannelLikelihood: ExpressibleByArgument {
    let channel: String
    let kind: TrainingRequest.Likelihood

    init?(argument: String) {
        // A channel's name may hold an equals sign; a kind does not.
        guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex,
            let kind = TrainingRequest.Likelihood(rawValue: String(argument[argument.index(after: equals)...]))
        else { return nil }
        channel = String(argument[..<equals])
        self.kind = kind
    }
}

extension TrainingRequest.Noise: ExpressibleByArgument {}
extension TrainingRequest.OutcomeSource: ExpressibleByArgument {}
