extension Trainer {
    /// About how many seconds the run takes at most, every epoch of every start counted.
    ///
    /// One minibatch of the last epoch, whose targets reach as far as any, and one look at the validation series are
    /// measured. The state of the run does not change.
    ///
    /// - Parameter clock: seconds since any fixed time.
    public func estimatedSeconds(clock: () -> Double) throws(TrainingError) -> Double {
        let size = min(options.batchSize, data.split.training.count)
        let indices = Array(0..<size)
        let last = max(options.maxEpochs - 1, 0)
        // The first minibatch also pays for memory that later ones find ready.
        _ = try minibatchBound(of: indices, epoch: last)
        let start = clock()
        _ = try minibatchBound(of: indices, epoch: last)
        let step = clock() - start
        _ = try validationLoss()
        let look = clock() - start - step
        let steps = (data.split.training.count + size - 1) / size
        let looks = (options.maxEpochs + options.validationInterval - 1) / options.validationInterval
        return Double(options.restarts) * (Double(options.maxEpochs * steps) * step + Double(looks) * look)
    }
}
