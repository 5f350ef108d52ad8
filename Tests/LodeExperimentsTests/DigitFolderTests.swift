import Foundation
import LodeExperiments
import LodeModels
import LodeTestSupport
import Testing

@Suite struct DigitFolderTests {
    private func digits() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try DigitFiles.write(training: 40, test: 20, to: folder.url)
        return folder
    }

    @Test func `images and labels are read, with values from 0 to 1`() throws {
        let files = try digits()
        let images = try DigitFolder(path: files.url.path).images(.training)
        #expect(images.count == 40 && images.height == 12 && images.width == 12)
        #expect(images.labels.prefix(12) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
        #expect(try DigitFolder(path: files.url.path).images(.test, limit: 7).count == 7)
    }

    /// The file that is damaged, what is made of it, and what must be said.
    private struct Damage {
        let file: String
        let words: [String]
        let make: (Data) -> Data
    }

    @Test func `a damaged file is named, with the place`() throws {
        let images = "train-images-idx3-ubyte"
        let labels = "train-labels-idx1-ubyte"
        let damages = [
            Damage(file: images, words: ["5759 bytes follow", "40 × 12 × 12", "5760", "truncated"]) { $0.dropLast() },
            Damage(file: images, words: ["too long"]) { $0 + [1] },
            Damage(file: images, words: ["3 bytes", "has 16"]) { $0.prefix(3) },
            Damage(file: images, words: ["begins with the bytes 0 0 8 1", "not with 0 0 8 3"]) { _ in
                DigitFiles.labels(40)
            },
            Damage(file: labels, words: ["39 labels", "40 images", images]) { _ in DigitFiles.labels(39) },
            Damage(file: labels, words: ["label 3 is 12"]) { data in
                var data = data
                data[8 + 3] = 12
                return data
            },
            Damage(file: images, words: ["axis 1 at byte 8", "0"]) { _ in DigitFiles.header([40, 0, 12]) },
        ]
        for damage in damages {
            let files = try digits()
            let url = files.url.appending(path: damage.file)
            try damage.make(Data(contentsOf: url)).write(to: url)
            let error = #expect(throws: ExperimentError.self) {
                try DigitFolder(path: files.url.path).images(.training)
            }
            let message = error?.message ?? ""
            #expect(message.contains(url.path), "\(message)")
            for word in damage.words { #expect(message.contains(word), "\(word) in \(message)") }
        }
    }

    @Test func `a folder without digits says which file it lacks`() {
        #expect(
            throws: ExperimentError.fileUnreadable(
                path: "/nowhere/train-images-idx3-ubyte.gz", detail: "there is no such file")
        ) { try DigitFolder(path: "/nowhere").images(.training) }
        #expect(throws: ExperimentError.dataFolderNeeded(experiment: "odenet")) {
            try ODENetExperiment(effort: .quick, folders: [])
        }
    }
}
