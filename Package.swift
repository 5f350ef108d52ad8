// swift-tools-version: 6.2

import Foundation
import PackageDescription

// The web page's charts are Debian's, embedded in the binary by way of a link in Sources/LodeWeb/Page. SwiftPM passes over a link
// that leads nowhere without a word.
if !FileManager.default.fileExists(atPath: "/usr/share/javascript/dygraphs/dygraph.min.js") {
    let advice = "Debian's package libjs-dygraphs is missing. Install it: apt-get install libjs-dygraphs\n"
    FileHandle.standardError.write(Data(advice.utf8))
    exit(1)
}

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target; `imports` are the package's own targets, `products` come from other packages.
func library(
    _ name: String, imports: [String] = [], products: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: imports.map { .byName(name: $0) } + products, resources: resources,
        swiftSettings: strict)
}

/// A test target; every one may use `LodeTestSupport`.
func tests(_ name: String, imports: [String], products: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name, dependencies: (["LodeTestSupport"] + imports).map { .byName(name: $0) } + products,
        swiftSettings: strict)
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "lode",
    products: [
        .library(name: "LodeNumerics", targets: ["LodeNumerics"]),
        .library(name: "LodeSolvers", targets: ["LodeSolvers"]),
        .library(name: "LodeNetworks", targets: ["LodeNetworks"]),
        .library(name: "LodeModels", targets: ["LodeModels"]),
        // For Benchmarks.
        .library(name: "LodePictures", targets: ["LodePictures"]),
        .executable(name: "lode", targets: ["lode"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.20.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.29.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Compressed files, for the service and the experiments.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        library("LodeGzip", imports: ["CZlib"]),

        // Numerics: know nothing of data, storage or processes.
        .target(name: "CLodeKernels"),
        // How glibc counts and keeps memory, which its Swift module leaves out.
        .systemLibrary(name: "CMalloc"),
        library("LodeNumerics", imports: ["CMalloc", "CLodeKernels"]),
        library("LodeSolvers", imports: ["LodeNumerics"]),
        library("LodeNetworks", imports: ["LodeNumerics", "LodeSolvers"]),
        library("LodeModels", imports: ["LodeNumerics", "LodeSolvers", "LodeNetworks"]),
        library("LodeTraining", imports: ["LodeNumerics", "LodeSolvers", "LodeNetworks", "LodeModels"]),

        // Pictures, for the commands and the experiments.
        library("LodePictures"),

        library(
            "LodeExperiments",
            imports: [
                "CMalloc", "LodeGzip", "LodeNumerics", "LodeSolvers", "LodeNetworks", "LodeModels", "LodeTraining",
                "LodePictures",
            ]),

        // Service: LodeDomain's values and ports, and what implements them.
        library("LodeDomain"),
        library("LodeJobs", imports: ["LodeDomain"]),
        library(
            "LodeStore", imports: ["LodeDomain"], products: [grdb, sqlite], resources: [.embedInCode("Migrations")]),
        library("LodeService", imports: ["LodeDomain", "LodeJobs"], products: [crypto]),
        library(
            "LodeWork",
            imports: [
                "LodeNumerics", "LodeSolvers", "LodeNetworks", "LodeModels", "LodeTraining", "LodeDomain", "LodeJobs",
                "LodeService",
            ]),
        library(
            "LodeClient", imports: ["LodeDomain", "LodeService"],
            products: [asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL]),
        library("LodeWeb", resources: [.embedInCode("Page")]),
        library(
            "LodeHTTP", imports: ["LodeGzip", "LodeDomain", "LodeService", "LodeWeb"],
            products: [
                httpTypes, hummingbird, hummingbirdCore, hummingbirdTLS, lifecycle, logging, nioCore, nioHTTP1,
                nioHTTPTypes, nioHTTPTypesHTTP1, nioSSL, unixSignals,
            ]),
        .executableTarget(
            name: "lode",
            dependencies: [
                "LodeGzip", "LodeNumerics", "LodeDomain", "LodeJobs", "LodeStore", "LodeService", "LodeClient",
                "LodeWork", "LodeHTTP", "LodePictures", "LodeExperiments", arguments, configuration, lifecycle,
                logging, unixSignals, yams,
            ],
            swiftSettings: strict),

        // Tests.
        .target(
            name: "LodeTestSupport", dependencies: ["LodeNumerics", "LodeSolvers", "LodeDomain", "LodeJobs"],
            path: "Tests/LodeTestSupport", swiftSettings: strict),
        .target(
            name: "LodeServiceTestSupport",
            dependencies: ["LodeTestSupport", "LodeDomain", "LodeStore", "LodeService"],
            path: "Tests/LodeServiceTestSupport", swiftSettings: strict),
        tests("LodeGzipTests", imports: ["LodeGzip"]),
        tests("LodePicturesTests", imports: ["LodePictures"]),
        tests("LodeNumericsTests", imports: ["CLodeKernels", "LodeNumerics"]),
        tests("LodeSolversTests", imports: ["LodeNumerics", "LodeSolvers"]),
        tests("LodeNetworksTests", imports: ["LodeNumerics", "LodeSolvers", "LodeNetworks"]),
        tests("LodeModelsTests", imports: ["LodeNumerics", "LodeSolvers", "LodeNetworks", "LodeModels"]),
        tests(
            "LodeTrainingTests",
            imports: ["LodeNumerics", "LodeSolvers", "LodeNetworks", "LodeModels", "LodeTraining"]),
        tests(
            "LodeExperimentsTests",
            imports: ["LodeNumerics", "LodeSolvers", "LodeNetworks", "LodeModels", "LodeTraining", "LodeExperiments"]),
        tests("LodeJobsTests", imports: ["LodeDomain", "LodeJobs"]),
        // A disk that fails on demand, below SQLite.
        .target(name: "CFaultDisk", path: "Tests/CFaultDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        tests("LodeStoreTests", imports: ["CFaultDisk", "LodeDomain", "LodeJobs", "LodeStore"], products: [grdb]),
        tests(
            "LodeServiceTests",
            imports: ["LodeGzip", "LodeDomain", "LodeStore", "LodeService", "LodeServiceTestSupport"],
            products: [crypto]),
        tests("LodeClientTests", imports: ["LodeClient", "LodeService"]),
        tests(
            "LodeWorkTests",
            imports: ["LodeNumerics", "LodeDomain", "LodeJobs", "LodeStore", "LodeService", "LodeTraining", "LodeWork"]),
        tests(
            "LodeHTTPTests", imports: ["LodeDomain", "LodeService", "LodeServiceTestSupport", "LodeWeb", "LodeHTTP"],
            products: [logging]),
        tests("IntegrationTests", imports: ["LodeService"]),
    ]
)
