public import LodeJobs
internal import LodeTraining

/// How much memory a job may take.
public struct MemoryBudget: Sendable {
    /// The bytes that one attempt may take; nil for any.
    public var limit: Int?
    /// The bytes that the machine has left, or nil where that is not known.
    public var available: @Sendable () -> Int?

    /// A budget.
    public init(limit: Int?, available: @escaping @Sendable () -> Int?) {
        self.limit = limit
        self.available = available
    }

    /// Any amount.
    public static let unlimited = MemoryBudget(limit: nil, available: { nil })

    /// Throws where a training run that is estimated to take `bytes` should not begin.
    ///
    /// Above the limit no retry helps. Memory that others have taken may come back.
    public func require(_ bytes: Int) throws(JobError) {
        let need = ChildProcessHandler.mebibytes(bytes)
        if let limit, bytes > limit {
            throw .permanent(
                code: "memory-limit-too-low",
                message: "Training would take about \(need), more than the memory limit of "
                    + "\(ChildProcessHandler.mebibytes(limit)); it was not begun. Train on fewer or shorter series, with a "
                    + "smaller hiddenDimension or fewer threads, or raise worker.memoryLimit.")
        }
        if let available = available(), bytes > available {
            throw .transient(
                code: "memory-short",
                message: "Training would take about \(need), and the machine has "
                    + "\(ChildProcessHandler.mebibytes(available)) left; it was not begun. Free some memory, or train on "
                    + "fewer or shorter series, with a smaller hiddenDimension or fewer threads.")
        }
    }
}
