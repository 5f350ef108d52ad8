import Foundation
import LodePictures
import Testing

@Suite struct PictureFrameTests {
    /// 192 by 202 pixels: margins leave 100 by 100 for the data, from (64, 40) to (164, 140).
    private func frame(x: PictureFrame.Axis, y: PictureFrame.Axis) -> PictureFrame {
        PictureFrame(title: "a < b & c", width: 192, height: 202, x: x, y: y)
    }

    private func parses(_ svg: String) -> Bool { XMLCheck.isWellFormed(svg) }

    @Test func `a linear axis keeps differences, a logarithmic one quotients`() {
        var picture = frame(x: .init(0...10), y: .logarithmic(1...100))
        picture.dots([(5, 10), (0, 1), (10, 100), (11, 10)], .blue, legend: nil)
        #expect(picture.svg.contains("cx=\"114.0\" cy=\"90.0\""))
        #expect(picture.svg.contains("cx=\"64.0\" cy=\"140.0\""))
        #expect(picture.svg.contains("cx=\"164.0\" cy=\"40.0\""))
        #expect(picture.svg.matches(of: /<circle/).count == 3)
    }

    @Test func `a linear axis of one value is one unit long`() {
        let axis = PictureFrame.Axis(3...3)
        #expect(axis.range == 3...4 && axis.ticks.count > 1)
    }

    @Test func `ticks of a logarithmic axis are powers of ten, and more where these are few`() {
        #expect(PictureFrame.Axis.logarithmic(1e-6...1e-1).ticks.map(\.text).contains("1e-05"))
        #expect(PictureFrame.Axis.logarithmic(1...100).ticks.map(\.value) == [1, 2, 5, 10, 20, 50, 100])
    }

    @Test func `cells of one shade become one path, runs of neighbours one piece of it`() throws {
        var picture = frame(x: .init(0...4), y: .init(0...2))
        picture.cells([1, 1, 0, 0.5, .nan, 1, 1, 1], columns: 4, x: 0...4, y: 0...2, .green)
        let full = try #require(picture.svg.firstMatch(of: /<path d="([^"]*)" fill="#1c7a5a" fill-opacity="1.0"/))
        // The lower row's first two cells, and the upper row's last three.
        #expect(full.1 == "M64.0 90.0H114.0V140.0H64.0ZM89.0 40.0H164.0V90.0H89.0Z")
        #expect(picture.svg.contains("fill-opacity=\"0.5\" shape-rendering"))
    }

    @Test func `a sheet sets frames side by side, then below`() {
        let one = frame(x: .init(0...1), y: .init(0...1))
        let sheet = PictureSheet(title: "four", columns: 2, frames: [one, one, one]).svg
        for place in ["translate(0.0 34.0)", "translate(192.0 34.0)", "translate(0.0 236.0)"] {
            #expect(sheet.contains(place), "\(place)")
        }
        #expect(sheet.contains("viewBox=\"0 0 384.0 438.0\""))
        #expect(parses(sheet))
    }

    @Test func `what is drawn is well-formed XML, whatever the title`() {
        var picture = frame(x: .init(0...1), y: .init(0...1))
        picture.line([0, 0.5, 1], [0, .nan, 3], .orange, legend: "<line>")
        picture.band([0, 1], lower: [0, 0], upper: [1, 1], .blue, opacity: 0.2, legend: "80 % & more")
        picture.shade(0...1, text: "\"beyond\"")
        #expect(parses(picture.svg))
    }
}
