internal import Foundation
internal import LodeNumerics
internal import LodeService

/// One set of settings that a search has tried, or will.
struct TuningTrial: Codable, Sendable, Hashable {
    /// Counted from 0; trial 0 has the settings that training chooses by itself.
    var number: Int
    /// What was trained.
    var request: TrainingRequest
    /// The best validation loss; nil where training diverged.
    var loss: Double?

    /// The settings of trial `number`: drawn at random, except what `base` fixes.
    ///
    /// The split of the data follows the seed, which stays, so that losses are of the same values.
    static func request(_ number: Int, base: TrainingRequest) -> TrainingRequest {
        guard number > 0 else { return base }
        let random = CounterRandom(seed: base.seed, path: 0x7475_6E65, UInt64(number))
        func choice<Value>(_ stream: UInt64, _ values: [Value]) -> Value {
            values[random.integer(stream, below: values.count)]
        }
        var request = base
        request.latentDimension = base.latentDimension ?? choice(0, [3, 4, 6, 8, 12, 16, 20])
        request.hiddenDimension = base.hiddenDimension ?? choice(1, [16, 24, 32, 48, 64, 96])
        // Between 0.001 and 0.02, evenly in the logarithm.
        request.learningRate = base.learningRate ?? 0.001 * pow(20, random.uniform(2))
        request.weightDecay = base.weightDecay ?? choice(3, [1e-5, 1e-4, 1e-3, 1e-2])
        request.encoder = base.encoder ?? choice(4, [.recurrent, .decay, .attention])
        request.dynamics = base.dynamics ?? choice(5, [.autonomous, .autonomous, .timeDependent])
        return request
    }

    /// The settings that were drawn, for people.
    var description: String {
        var parts: [String] = []
        if let latent = request.latentDimension { parts.append("latent \(latent)") }
        if let hidden = request.hiddenDimension { parts.append("hidden \(hidden)") }
        if let rate = request.learningRate { parts.append("learning rate \(String(format: "%.4f", rate))") }
        if let decay = request.weightDecay { parts.append("weight decay \(decay)") }
        if let encoder = request.encoder { parts.append("encoder \(encoder.rawValue)") }
        if let dynamics = request.dynamics { parts.append("\(dynamics.rawValue) dynamics") }
        return number == 0 ? "the settings that training chooses" : parts.joined(separator: ", ")
    }
}
