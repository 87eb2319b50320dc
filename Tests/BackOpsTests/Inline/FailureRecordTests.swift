import BackOps
import Foundation
import Testing

private enum SMTPError: Error {
    case timeout
    case refused(code: Int)
    case unknown(Int)
}

enum MailError: Error {
    case timeout
    case refused(code: Int)
}

enum DescribedError: Error, CustomStringConvertible {
    case one
    var description: String { "a description" }
}

struct LocalisedError: LocalizedError {
    var errorDescription: String? { "what people read" }
}

struct LongError: Error, CustomStringConvertible {
    let description: String
}

@Suite struct `A failure's record` {
    @Test func `names the type without its module, and the case of an enum`() {
        #expect(FailureRecord(MailError.timeout).errorType == "MailError.timeout")
        #expect(FailureRecord(MailError.refused(code: 5)).errorType == "MailError.refused")
        #expect(FailureRecord(DescribedError.one).errorType == "DescribedError")
        #expect(FailureRecord(BackOpsError.missingGlobal("a")).errorType == "BackOpsError.missingGlobal")
        #expect(FailureRecord(Failure.permanent("No")).errorType == "Failure.permanent")
        #expect(
            FailureRecord(Failure.permanent("No", underlying: MailError.timeout)).errorType
                == "MailError.timeout"
        )
    }

    @Test func `names a private type as it is written`() {
        #expect(FailureRecord(SMTPError.timeout).errorType == "SMTPError.timeout")
        #expect(FailureRecord(SMTPError.unknown(1)).errorType == "SMTPError.unknown")
    }

    @Test func `prefers the message that is meant for people`() {
        #expect(FailureRecord(LocalisedError()).message == "what people read")
        #expect(FailureRecord(MailError.refused(code: 5)).message == "refused(code: 5)")
        #expect(FailureRecord(DescribedError.one).message == "a description")
    }

    @Test func `holds at most 8 kB of message, cut between characters`() {
        let family = "👨‍👩‍👧‍👦"
        let message = FailureRecord(LongError(description: String(repeating: family, count: 1000))).message
        #expect(message.utf8.count <= 8192)
        #expect(message.hasSuffix(family + "…"))
        #expect(
            FailureRecord(LongError(description: String(repeating: "x", count: 8192))).message.utf8.count
                == 8192
        )
        #expect(
            FailureRecord(LongError(description: String(repeating: "x", count: 8193))).message.hasSuffix("x…")
        )
    }

    @Test func `leaves out the character that PostgreSQL cannot store`() {
        #expect(FailureRecord(LongError(description: "a\0b\0")).message == "ab")
    }
}
