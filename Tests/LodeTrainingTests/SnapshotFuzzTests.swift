import LodeTestSupport
import LodeTraining
import Testing

/// Snapshots of training runs with anything wrong in them.
@Suite struct SnapshotFuzzTests {
    private static var snapshot: TrainingSnapshot {
        var snapshot = TrainingSnapshot(parameters: [1, 2, 3, 4])
        snapshot.epoch = 12
        snapshot.bestParameters = [4, 3, 2, 1]
        (snapshot.bestLoss, snapshot.bestEpoch, snapshot.earlierEpochs) = (0.25, 7, 100)
        return snapshot
    }

    private static let words = [
        "\"epoch\":\"", "-1", "9223372036854775807", "nan", "inf", "0x1p9", "true", "lode-training-snapshot-3",
        "\"champion\"", "[4]", "[0]", ",",
    ]

    @Test func `a snapshot is read or refused, and a run can go on from what was read`() throws {
        let documents = [try Self.snapshot.encoded()]
        let fault = try FuzzCampaign("snapshot", standard: 5000).run(documents, words: Self.words) { bytes, _ in
            let read: TrainingSnapshot
            do throws(TrainingError) {
                read = try TrainingSnapshot(decoding: bytes)
            } catch {
                guard case .corruptSnapshot = error else { return "\(error)" }
                return nil
            }
            let winner = read.winner
            guard winner.parameters.count == read.parameters.count, winner.epoch >= 0, read.totalEpochs >= 0 else {
                return "\(winner.epoch) of \(read.totalEpochs)"
            }
            return try TrainingSnapshot(decoding: read.encoded()).encoded() == read.encoded()
                ? nil : "written it is another"
        }
        #expect(fault == nil)
    }
}
