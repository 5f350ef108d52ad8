internal import LodeDomain
internal import LodeJobs
internal import LodeModels
internal import LodeService
internal import LodeTraining

/// Which channels of a dataset a model predicts, and which it follows.
struct ChannelRoles: Sendable {
    /// The measured channels, in the dataset's order.
    let channels: [String]
    /// The inputs, in the dataset's order.
    let inputs: [KnownInput]
    /// Each channel's place among the channels followed by the inputs.
    private let places: [Int]

    /// Inputs are the channels that `kinds` calls so, and those named in `readings`.
    init(
        _ names: [String], kinds: [Channel], readings: [String: TrainingRequest.InputReading]
    ) throws(JobError) {
        for name in readings.keys.sorted() where !names.contains(name) {
            throw .permanent(
                code: "unknown-channel",
                message: "There is no channel “\(name)” to be an input. The dataset has "
                    + names.joined(separator: ", ") + ".")
        }
        let stored = Set(kinds.filter { $0.kind == .input }.map(\.name))
        let isInput = names.map { stored.contains($0) || readings[$0] != nil }
        channels = zip(names, isInput).filter { !$0.1 }.map(\.0)
        inputs = zip(names, isInput).filter(\.1).map { name, _ in
            KnownInput(name: name, interpolation: readings[name] == .linear ? .linear : .hold)
        }
        guard !channels.isEmpty else {
            throw .permanent(
                code: "no-measured-channel",
                message: "All channels are inputs (\(names.joined(separator: ", "))): nothing is left to predict. "
                    + "Say that one is measured with `lode channel`, or name fewer inputs.")
        }
        var channel = 0
        var input = channels.count
        places = isInput.map { isInput in
            defer { if isInput { input += 1 } else { channel += 1 } }
            return isInput ? input : channel
        }
    }

    /// A stored series as the trainer sees it.
    func series(_ observations: SeriesObservations) -> ChannelSeries {
        var observations = observations
        for index in observations.points.indices {
            observations.points[index].channel = places[observations.points[index].channel]
        }
        return ChannelSeries(observations, channels: channels.count, inputs: inputs.count)
    }
}
