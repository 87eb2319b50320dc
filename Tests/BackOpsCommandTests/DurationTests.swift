import Testing

@testable import BackOpsCommand

@Suite struct `Durations on the command line` {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("10m", .seconds(600)),
        ("2h", .seconds(7200)),
        ("3d", .seconds(259_200)), ("1h30m", .seconds(5400)), ("0s", .zero),
    ])
    func `are a number and a unit`(text: String, duration: Duration) throws {
        #expect(try DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", "10", "s", "10x", "-5s", "1.5h", "10 m", "99999999999999999999s", "9223372036854775807d", "１０m",
    ])
    func `are refused when they are anything else`(text: String) {
        #expect(throws: ArgumentError.self) { try DurationText.parse(text) }
    }

    @Test(arguments: [
        (Duration.milliseconds(88), "88ms"), (.milliseconds(1420), "1.4s"), (.seconds(41), "41s"),
        (.seconds(840), "14m"),
        (.milliseconds(599_990), "10m"), (.milliseconds(3_599_990), "60m"), (.milliseconds(99_700), "2m"),
        (.seconds(7199), "2h"), (.seconds(2 * 86_400 - 1), "2d"), (.milliseconds(9960), "10s"),
        (.seconds(7200), "2h"), (.seconds(31 * 86_400), "31d"), (.seconds(-3), "0ms"),
    ])
    func `are shown in one unit`(duration: Duration, text: String) {
        #expect(DurationText.short(duration) == text)
    }
}
