internal import Foundation
package import LodeModels

/// A folder with the four files of MNIST, or of a set like it; packed by gzip or not.
package struct DigitFolder: Sendable {
    /// Where it lies.
    package let path: String

    /// A folder.
    package init(path: String) {
        self.path = path
    }

    /// The classes of digits.
    static let classes = 10

    /// Which images.
    package enum Part: String {
        /// To learn from.
        case training = "train"
        /// To be tested on; `t10k` in the published names.
        case test = "test"
    }

    /// The digits of the first folder that an experiment trains on, and those it is tested on.
    static func sets(
        in folders: [DataFolder], sizes: ClassifierSizes, experiment: String
    ) throws(ExperimentError) -> (training: LabeledImages<Float>, test: LabeledImages<Float>) {
        guard let folder = folders.first else { throw .dataFolderNeeded(experiment: experiment) }
        let digits = DigitFolder(path: folder.path)
        return (
            try digits.images(.training, limit: sizes.trainingImages), try digits.images(.test, limit: sizes.testImages)
        )
    }

    /// Reads the images and labels of a part, with values from 0 to 1; `limit` takes the first so many.
    package func images(_ part: Part, limit: Int? = nil) throws(ExperimentError) -> LabeledImages<Float> {
        let imagePath = try file(part, "images-idx3-ubyte")
        let labelPath = try file(part, "labels-idx1-ubyte")
        let images = try IdxFile(path: imagePath, dimensions: 3)
        let labels = try IdxFile(path: labelPath, dimensions: 1)
        guard images.shape[0] == labels.shape[0] else {
            throw .badFile(
                path: labelPath,
                detail: "it has \(labels.shape[0]) labels, and \(imagePath) has \(images.shape[0]) images")
        }
        // Downsampling halves an image twice, after a kernel of 3.
        guard min(images.shape[1], images.shape[2]) >= 8 else {
            throw .badFile(
                path: imagePath, detail: "its images are \(images.shape[1]) × \(images.shape[2]); 8 × 8 is the least")
        }
        for (index, label) in labels.elements.enumerated() where label >= Self.classes {
            throw .badFile(path: labelPath, detail: "label \(index) is \(label); labels are from 0 to 9")
        }
        let count = min(limit ?? .max, images.shape[0])
        let pixels = images.shape[1] * images.shape[2]
        return LabeledImages(
            pixels: images.elements.prefix(count * pixels).map { Float($0) / 255 }, height: images.shape[1],
            width: images.shape[2], labels: labels.elements.prefix(count).map { Int($0) })
    }

    private func file(_ part: Part, _ name: String) throws(ExperimentError) -> String {
        let prefixes = part == .test ? ["test", "t10k"] : ["train"]
        for prefix in prefixes {
            for suffix in [".gz", ""] {
                let candidate = "\(path)/\(prefix)-\(name)\(suffix)"
                if FileManager.default.fileExists(atPath: candidate) { return candidate }
            }
        }
        throw .fileUnreadable(path: "\(path)/\(part.rawValue)-\(name).gz", detail: "there is no such file")
    }
}
