import BackOps
import Testing

@Suite struct `Describing a stack frame` {
    @Test(arguments: [
        ("/home/me/shop/Sources/Shop/Receipt.swift", "Sources/Shop/Receipt.swift"),
        ("/build/Tests/ShopTests/A.swift", "Tests/ShopTests/A.swift"),
        ("/src/Examples/Shop/Sources/Shop/A.swift", "Sources/Shop/A.swift"),
        ("/.build/checkouts/kit/Sources/Kit/K.swift", "Sources/Kit/K.swift"),
        ("/opt/shop/lib/receipt.c", "lib/receipt.c"),
        ("/a.swift", "a.swift"),
        ("Sources", "Sources"),
        ("", ""),
    ])
    func `a path does not say where it was built`(path: String, shortened: String) {
        #expect(StackFrame.shortened(path) == shortened)
    }

    @Test func `a frame with debug information names its line`() {
        let frame = StackFrame(
            mangledName: "$s4Shop7ReceiptV4sendyyKF",
            name: "Receipt.send()",
            image: "shop",
            path: "/build/Sources/Shop/Receipt.swift",
            line: 18
        )
        #expect(frame.text == "Receipt.send() at Sources/Shop/Receipt.swift:18")
    }

    @Test func `a frame without debug information is a name`() {
        let frame = StackFrame(
            mangledName: "$s4Shop7ReceiptV4sendyyKF",
            name: "Receipt.send()",
            image: "shop"
        )
        #expect(frame.text == "Receipt.send()")
    }

    @Test(arguments: [
        ("$s4Shop7ReceiptV4sendyyKF", "shop", FrameOwner.application),  // Shop.Receipt.send()
        ("$s4Shop7ReceiptV4sendyyKF", "libShop.so", .application),
        ("$sSi4ShopE5priceyyKF", "shop", .application),  // extension of Int in Shop
        ("$s7BackOps13ActionContextV4ShopE4billyyKF", "shop", .application),  // of BackOps' in Shop
        ("$s12BackOpsTests7ReceiptV4sendyyKF", "shop", .application),
        ("$s7BackOps13ActionContextV7requireyyKF", "shop", .engine),
        ("throw_hook_on_throw", "shop", .engine),
        ("$sSTsE7forEachyyy7ElementQzKXEKF", "shop", .system),  // Sequence.forEach, specialized here
        ("$s20FoundationEssentials11JSONDecoderC6decode_4fromxxm_AA4DataVtKSeRzlF", "shop", .system),
        ("$sScG7cancelyyF", "shop", .system),
        ("$s20swift_willThrowTyped4Shop4OopsV_Tg5", "shop", .system),
        ("swift_job_run", "shop", .system),
        ("_ZN5swift34runJobInEstablishedExecutorContextEPNS_3JobE", "shop", .system),
        ("_ZL22completeTaskAndReleasePN5swift12AsyncContextEPNS_10SwiftErrorE", "shop", .system),
        ("_ZN4shop4billEv", "shop", .application),  // C++ of the application
        ("qsort", "libc.so.6", .system),
        ("sqlite3_step", "libsqlite3.so.0", .application),
    ])
    func `a frame belongs to the module that defines it`(mangled: String, image: String, owner: FrameOwner) {
        #expect(StackFrame(mangledName: mangled, name: mangled, image: image).owner == owner)
    }
}
