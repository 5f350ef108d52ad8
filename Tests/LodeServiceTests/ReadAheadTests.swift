import Dispatch
import LodeDomain
import LodeService
import Synchronization
import Testing

/// The reading of a text beside the writing of what was read before.
@Suite struct ReadAheadTests {
    private static let part = ObservationTable([ObservationRow(series: "a", time: 1, channel: "x", value: 1)])
    private static let fault = IngestFault(line: 3, problem: .notANumber)

    @Test func `a fault that was read ahead and not asked for is not told`() throws {
        let isRead = DispatchSemaphore(value: 0)
        let ahead = ReadAhead(Self.part, isRead: false) { () throws(IngestFault) in
            isRead.signal()
            throw Self.fault
        }
        // The fault lies in the part after this one: whatever fails before that is taken has another cause.
        #expect(try ahead.next()?.rows.count == 1)
        isRead.wait()
        #expect(ahead.fault == nil)
        #expect(throws: Self.fault) { try ahead.next() }
        #expect(ahead.fault == Self.fault)
        #expect(try ahead.next() == nil)
    }

    @Test func `parts come in their order, then the end`() throws {
        let parts = Mutex([Self.part, Self.part])
        let ahead = ReadAhead(Self.part, isRead: false) { () throws(IngestFault) in parts.withLock { $0.popLast() } }
        var count = 0
        while try ahead.next() != nil { count += 1 }
        #expect(count == 3 && ahead.fault == nil)
    }

    @Test func `a text that was read to its end is handed out as it is`() throws {
        let whole = ReadAhead(Self.part, isRead: true) { () throws(IngestFault) in throw Self.fault }
        #expect(try whole.next() != nil)
        #expect(try whole.next() == nil)
        let empty = ReadAhead(nil, isRead: false) { () throws(IngestFault) in throw Self.fault }
        #expect(try empty.next() == nil)
    }
}
