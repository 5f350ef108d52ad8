public import ArgumentParser
internal import LodeService

/// How an input is said to be read, as `CHANNEL=READING` on the command line.
struct KnownInputReading: ExpressibleByArgument {
    let channel: String
    let reading: TrainingRequest.InputReading

    init?(argument: String) {
        // A channel's name may hold an equals sign; a reading does not.
        guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex,
            let reading = TrainingRequest.InputReading(rawValue: String(argument[argument.index(after: equals)...]))
        else { return nil }
        channel = String(argument[..<equals])
        self.reading = reading
    }
}

extension TrainingRequest.Encoder: ExpressibleByArgument {}
extension TrainingRequest.Dynamics: ExpressibleByArgument {}
extension TrainingRequest.BoundKind: ExpressibleByArgument {}
extension TrainingRequest.PathMeasure: ExpressibleByArgument {}
extension TrainingRequest.Posterior: ExpressibleByArgument {}
