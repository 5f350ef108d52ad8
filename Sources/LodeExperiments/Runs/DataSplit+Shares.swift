internal import LodeNumerics
package import LodeTraining

extension DataSplit {
    /// A random split of `count` series: one in `testing` tests, one in `validating` of the others validates.
    ///
    /// Series that test with one share of validation test with every other: tables of one data set share them.
    package init(count: Int, seed: UInt64, stream: UInt64, testing: Int, validating: Int) {
        let order = CounterRandom(seed: seed, path: stream).permutation(count)
        let test = count / testing
        let validation = (count - test) / validating
        self.init(
            training: order[(test + validation)...].sorted(), validation: order[test..<test + validation].sorted(),
            test: order[..<test].sorted())
    }
}
