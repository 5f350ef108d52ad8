import Foundation
import LodeExperiments
import LodeTraining
import Testing

@Suite struct DataFolderTests {
    private func folder(_ observations: String) throws -> (folder: DataFolder, url: URL) {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("lode-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try Data(observations.utf8).write(to: url.appendingPathComponent("observations.csv"))
        return (DataFolder(path: url.path), url)
    }

    @Test func `rows become series with masks`() throws {
        let (folder, url) = try folder("series,time,channel,value\na,0.5,y,1\na,0.5,x,-2e1\na,2,y,3\nb,1,x,4\n")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: url) } }
        let contents = try folder.observations()
        #expect(contents.channels == ["x", "y"])
        #expect(contents.series.map(\.name) == ["a", "b"])
        #expect(contents.series[0].times == [0.5, 2])
        #expect(contents.series[0].values == [-20, 1, 0, 3])
        #expect(contents.series[0].mask == [true, true, false, true])
        #expect(contents.series[1].mask == [true, false])
    }

    @Test(arguments: ["a,0,x", "a,zero,x,1", "a,0,x,nan", "a,0,x,1,2"])
    func `a bad line is named`(line: String) throws {
        let (folder, url) = try folder("series,time,channel,value\na,0,x,1\n\(line)\n")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: url) } }
        #expect(throws: ExperimentError.badLine(path: folder.path + "/observations.csv", line: 3)) {
            try folder.observations()
        }
    }

    @Test func `rows out of order are refused`() throws {
        let (folder, url) = try folder("series,time,channel,value\na,1,x,1\na,0,x,1\n")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: url) } }
        #expect(throws: ExperimentError.self) { try folder.observations() }
    }

    @Test func `a folder without observations says which file it lacks`() {
        #expect(
            throws: ExperimentError.fileUnreadable(
                path: "/nowhere/observations.csv.gz", detail: "there is no such file")
        ) { try DataFolder(path: "/nowhere").observations() }
    }

    @Test func `a rollout of the test may not train`() throws {
        func rollouts(_ range: Range<Int>) -> String {
            range.reduce(into: "series,time,channel,value\n") { text, rollout in
                for time in 0..<200 { text += "r\(rollout),\(time),x,\(rollout + time)\n" }
            }
        }
        // Of ten rollouts the last two are the test.
        let (folder, url) = try folder(rollouts(10..<20))
        let (other, otherURL) = try self.folder(rollouts(20..<22))
        let (same, sameURL) = try self.folder(rollouts(19..<21))
        defer {
            for one in [url, otherURL, sameURL] {
                #expect(throws: Never.self) { try FileManager.default.removeItem(at: one) }
            }
        }
        let notes = try HopperExperiment(effort: .quick, folders: [folder, other]).notes
        #expect(notes[0].contains("10 complete ones train"))
        #expect(throws: ExperimentError.self) { try HopperExperiment(effort: .quick, folders: [folder, same]) }
    }
}
