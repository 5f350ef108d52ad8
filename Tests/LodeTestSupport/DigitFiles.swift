public import Foundation
internal import LodeNumerics

/// IDX files with small images whose bright bar tells their class.
public enum DigitFiles {
    /// The side of an image.
    public static let side = 12

    /// Writes the four files of a set into a folder.
    public static func write(training: Int, test: Int, to folder: URL) throws {
        for (prefix, count, seed) in [("train", training, UInt64(1)), ("test", test, 2)] {
            try images(count, seed: seed).write(to: folder.appending(path: "\(prefix)-images-idx3-ubyte"))
            try labels(count).write(to: folder.appending(path: "\(prefix)-labels-idx1-ubyte"))
        }
    }

    /// A header of unsigned bytes.
    public static func header(_ axes: [Int]) -> Data {
        let lengths = axes.flatMap { axis in [24, 16, 8, 0].map { UInt8((axis >> $0) & 255) } }
        return Data([0, 0, 8, UInt8(axes.count)] + lengths)
    }

    /// The classes 0 to 9 in turn.
    public static func labels(_ count: Int) -> Data { header([count]) + Data((0..<count).map { UInt8($0 % 10) }) }

    private static func images(_ count: Int, seed: UInt64) -> Data {
        let random = CounterRandom(seed: seed, stream: 0)
        let pixels = (0..<count * side * side).map { index -> UInt8 in
            let place = index % (side * side)
            let isBright = place / side == index / (side * side) % 10 + 1
            return UInt8(60 * random.uniform(UInt64(index))) + (isBright ? 180 : 0)
        }
        return header([count, side, side]) + Data(pixels)
    }
}
