/// How much of the digits is used, for how long, and which depths are measured.
package struct ClassifierSizes: Sendable {
    /// nil is all there are.
    package var trainingImages: Int?
    /// nil is all there are.
    package var testImages: Int?
    /// Of convolutional classifiers.
    package var epochs: Int
    /// Of the perceptron, whose epochs cost hardly anything.
    package var perceptronEpochs: Int
    /// Blocks or steps whose memory is measured.
    package var depths: [Int]
    /// Tolerances whose memory or error is measured, from coarse to fine.
    package var tolerances: [Double]

    /// Sizes of their own.
    package init(
        trainingImages: Int?, testImages: Int?, epochs: Int, perceptronEpochs: Int, depths: [Int], tolerances: [Double]
    ) {
        self.trainingImages = trainingImages
        self.testImages = testImages
        self.epochs = epochs
        self.perceptronEpochs = perceptronEpochs
        self.depths = depths
        self.tolerances = tolerances
    }

    /// The sizes of an effort.
    init(_ effort: Effort) {
        switch effort {
        case .quick:
            self.init(
                trainingImages: 4_000, testImages: 1_000, epochs: 5, perceptronEpochs: 20, depths: [2, 4, 8],
                tolerances: [1e-1, 1e-2, 1e-3, 1e-4])
        case .full:
            self.init(
                trainingImages: nil, testImages: nil, epochs: 15, perceptronEpochs: 30,
                depths: [2, 4, 6, 8, 12, 16, 32],
                tolerances: [1, 1e-1, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5])
        }
    }

    /// Steps of the RK-Net in the table.
    static let runSteps = 4
    /// What the ODE-Net of the table is trained to.
    static let tolerance = 1e-3
}
