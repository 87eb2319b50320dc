import BackOps
import Testing

@Suite struct `Asking what a worker holds` {
    private var reconciliation = Reconciliation()

    @Test mutating func `ends with the answer`() {
        #expect(!reconciliation.isOpen)
        reconciliation.request()
        #expect(reconciliation.isOpen)
        reconciliation.ask()
        reconciliation.read()
        reconciliation.answered()
        #expect(!reconciliation.isOpen)
    }

    @Test mutating func `begins again when the answer was lost or refused`() {
        reconciliation.request()
        reconciliation.ask()
        reconciliation.read()
        reconciliation.hasRead()
        #expect(reconciliation.isOpen)
    }

    @Test mutating func `begins again when there was a new reason after the question`() {
        reconciliation.request()
        reconciliation.ask()
        reconciliation.request()
        reconciliation.read()
        reconciliation.answered()
        reconciliation.hasRead()
        #expect(reconciliation.isOpen)
    }

    @Test mutating func `needs no repetition for what came back with the answer`() {
        reconciliation.request()
        reconciliation.ask()
        reconciliation.read()
        reconciliation.request()
        reconciliation.answered()
        reconciliation.hasRead()
        #expect(!reconciliation.isOpen)
    }
}
