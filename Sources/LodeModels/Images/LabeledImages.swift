public import LodeNumerics

/// Images of one size, each with the number of its class.
///
/// Safe to share: nothing is written after the initializer.
public final class LabeledImages<Scalar: KernelScalar>: @unchecked Sendable {
    private let pixels: AlignedBuffer<Scalar>
    /// Rows of an image.
    public let height: Int
    /// Columns of an image.
    public let width: Int
    /// The class of each image, from 0.
    public let labels: [Int]

    /// How many images there are.
    public var count: Int { labels.count }
    /// Values of an image.
    public var pixelCount: Int { height * width }

    /// Images from their values, row by row, one image after another.
    public init(pixels: [Scalar], height: Int, width: Int, labels: [Int]) {
        precondition(
            pixels.count == labels.count * height * width,
            "\(pixels.count) values for \(labels.count) images of \(height) × \(width)")
        self.height = height
        self.width = width
        self.labels = labels
        self.pixels = AlignedBuffer(count: pixels.count)
        pixels.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { self.pixels.pointer.update(from: base, count: source.count) }
        }
    }

    /// The same images in another element type.
    public func converted<Other>(to type: Other.Type = Other.self) -> LabeledImages<Other> {
        LabeledImages<Other>(
            pixels: UnsafeBufferPointer(start: pixels.pointer, count: pixels.count).map { Other($0) }, height: height,
            width: width, labels: labels)
    }

    /// Fills a block `[pixels][lanes]` with the images of up to a block of indices; lanes beyond are zero.
    func gather(_ indices: ArraySlice<Int>, into block: UnsafeMutablePointer<Scalar>, kernels: Kernels<Scalar>) {
        let lanes = Kernels<Scalar>.lanesPerBlock
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: lanes) { rows in
            rows.initialize(repeating: nil)
            for (lane, index) in indices.enumerated() {
                rows[lane] = UnsafeRawPointer(pixels.pointer + index * pixelCount)
            }
            guard let base = rows.baseAddress else { return }
            kernels.gatherRows(block, rows: base, components: pixelCount, lanes: lanes)
        }
    }
}
