/// Several frames in one vector image, side by side and below one another.
public struct PictureSheet: Sendable {
    private let title: String
    private let columns: Int
    private let frames: [PictureFrame]

    /// A sheet of `frames` in rows of `columns`, under a title.
    public init(title: String, columns: Int, frames: [PictureFrame]) {
        precondition(columns > 0, "a sheet of \(columns) columns")
        self.title = title
        self.columns = columns
        self.frames = frames
    }

    /// The image's text.
    public var svg: String {
        let head = title.isEmpty ? 0.0 : 34
        let width = frames.map(\.width).max() ?? 0
        let height = frames.map(\.height).max() ?? 0
        var lines: [String] = []
        if !title.isEmpty {
            lines.append(
                PictureFrame.text(title, 20, 26, "font-size=\"18\" font-weight=\"600\" fill=\"#1c2330\""))
        }
        for (index, frame) in frames.enumerated() {
            let x = PictureFrame.number(Double(index % columns) * width)
            let y = PictureFrame.number(head + Double(index / columns) * height)
            lines.append("<g transform=\"translate(\(x) \(y))\">")
            lines += frame.drawing
            lines.append("</g>")
        }
        let rows = (frames.count + columns - 1) / columns
        return PictureFrame.document(
            width: Double(min(columns, frames.count)) * width, height: head + Double(rows) * height, lines)
    }
}
