// swift-tools-version: 6.3

import PackageDescription

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "fulfilment",
    products: [
        .executable(name: "fulfilment", targets: ["FulfilmentCommand"]),
        .executable(name: "place-orders", targets: ["PlaceOrders"]),
    ],
    dependencies: [
        // In a package of your own: .package(url: "…/backops", from: "…")
        .package(name: "backops", path: "../..")
    ],
    targets: [
        // What is done: the operation and its actions. Knows nothing of processes and databases.
        .target(
            name: "Fulfilment",
            dependencies: [.product(name: "BackOps", package: "backops")],
            swiftSettings: settings
        ),
        // The payments of a shop: limits that all share, and a refund that somebody must approve.
        .target(
            name: "Payments",
            dependencies: [.product(name: "BackOps", package: "backops")],
            swiftSettings: settings
        ),
        // Who does it: the worker, which is also the command line.
        .executableTarget(
            name: "FulfilmentCommand",
            dependencies: [
                "Fulfilment",
                "Payments",
                .product(name: "BackOps", package: "backops"),
                .product(name: "BackOpsCommand", package: "backops"),
            ],
            swiftSettings: settings
        ),
        // Who asks for it: any other program.
        .executableTarget(
            name: "PlaceOrders",
            dependencies: ["Fulfilment", .product(name: "BackOps", package: "backops")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FulfilmentTests",
            dependencies: [
                "Fulfilment",
                .product(name: "BackOps", package: "backops"),
                .product(name: "BackOpsTesting", package: "backops"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PaymentsTests",
            dependencies: [
                "Payments",
                .product(name: "BackOps", package: "backops"),
                .product(name: "BackOpsTesting", package: "backops"),
                .product(name: "BackOpsTestingTraits", package: "backops"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
