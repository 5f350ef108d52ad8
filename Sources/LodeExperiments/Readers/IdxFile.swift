/// A file of the IDX format, in which MNIST is published: bytes in one or more dimensions.
///
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", yann.lecun.com/exdb/mnist.
struct IdxFile {
    /// The lengths of the axes, slowest first.
    let shape: [Int]
    /// The elements.
    let elements: ArraySlice<UInt8>

    /// Reads a file of unsigned bytes with `dimensions` axes.
    init(path: String, dimensions: Int) throws(ExperimentError) {
        let bytes = try DataFile.bytes(at: path)
        func fault(_ detail: String) -> ExperimentError { .badFile(path: path, detail: detail) }
        let header = 4 + 4 * dimensions
        guard bytes.count >= header else {
            throw fault("it has \(bytes.count) bytes, and an IDX header of \(dimensions) axes has \(header)")
        }
        // Two zeros, the type (8 is an unsigned byte), the number of axes.
        guard bytes[..<4].elementsEqual([0, 0, 8, UInt8(dimensions)]) else {
            let magic = bytes[..<4].map { String($0, radix: 16) }.joined(separator: " ")
            throw fault("it begins with the bytes \(magic) (hexadecimal), not with 0 0 8 \(dimensions)")
        }
        var shape: [Int] = []
        var count = 1
        for axis in 0..<dimensions {
            let length = bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
            shape.append(length)
            // No file holds more bytes than fit into memory; the product of its axes may not overflow either.
            let (product, overflows) = count.multipliedReportingOverflow(by: length)
            guard !overflows, length > 0 else {
                throw fault("axis \(axis) at byte \(4 + 4 * axis) has the length \(length)")
            }
            count = product
        }
        guard bytes.count - header == count else {
            let axes = shape.map { "\($0)" }.joined(separator: " × ")
            throw fault(
                "\(bytes.count - header) bytes follow the header, and \(axes) elements are \(count): it is "
                    + (bytes.count - header < count ? "truncated" : "too long"))
        }
        self.shape = shape
        elements = bytes[header...]
    }
}
