import LodeNumerics
import Testing

@Suite struct ArraySumTests {
    @Test func `A buffer is added to an array`() {
        let kernels = Kernels<Float>(.best)
        let buffer = AlignedBuffer<Float>(count: 19)
        for index in 0..<19 { buffer.pointer[index] = Float(index) }
        var sum = [Float](repeating: 1, count: 19)
        kernels.add(buffer, to: &sum)
        #expect(sum == (0..<19).map { Float($0) + 1 })
        var empty: [Float] = []
        kernels.add(AlignedBuffer(count: 0), to: &empty)
        #expect(empty.isEmpty)
    }

    // Zeros added to what follows the storage of empty arrays made quiet NaNs of the standard library's jump tables.
    @Test func `Adding to an empty array traps instead of writing beyond it`() async {
        await #expect(processExitsWith: .failure) {
            var empty: [Float] = []
            Kernels<Float>(.best).add(AlignedBuffer(count: 64), to: &empty)
        }
    }
}
