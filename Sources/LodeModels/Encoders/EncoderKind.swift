/// How an encoder reads a series.
public enum EncoderKind: Sendable, Hashable, Codable {
    /// Observation by observation; see ``RecurrentEncoder``.
    case recurrent
    /// Through values interpolated at reference times by attention; see ``AttentionEncoder``.
    ///
    /// - referencePoints: R, spread evenly over the model times from 0 to `span`.
    /// - heads: interpolations of each channel.
    /// - embedding: features of a time, a multiple of `heads`.
    case attention(referencePoints: Int, heads: Int, embedding: Int, span: Double)

    /// Whether an encoder of these sizes can be made.
    public var isSound: Bool {
        switch self {
        case .recurrent: true
        case .attention(let referencePoints, let heads, let embedding, let span):
            (1...65_536).contains(referencePoints) && (1...1024).contains(heads) && (heads...65_536).contains(embedding)
                && embedding % heads == 0 && span > 0 && span.isFinite
        }
    }
}

/// Which observation a recurrent encoder reads first; the one read last says most.
public enum ReadingOrder: String, Sendable, Hashable, Codable, CaseIterable {
    /// From the last to the first, for a latent state at the start of a series.
    case latestFirst
    /// From the first to the last, for a latent state at the end of what was observed.
    case earliestFirst
}
