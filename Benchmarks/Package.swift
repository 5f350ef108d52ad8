// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "lode-benchmarks",
    dependencies: [.package(name: "lode", path: "..")],
    targets: [
        .target(name: "CPeak"),
        .executableTarget(
            name: "lode-benchmarks",
            dependencies: [
                "CPeak",
                .product(name: "LodeNumerics", package: "lode"),
                .product(name: "LodeSolvers", package: "lode"),
                .product(name: "LodeNetworks", package: "lode"),
                .product(name: "LodeModels", package: "lode"),
                .product(name: "LodePictures", package: "lode"),
            ],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
    ]
)
