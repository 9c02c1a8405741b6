// swift-tools-version: 6.2
import PackageDescription

// Shown by `/version`; the Makefile and the gates pass it.
let commit = Context.environment["BUILD_COMMIT"] ?? "unknown"

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// Third-party products, named once.
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let jwtKit: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let algorithms: Target.Dependency = .product(name: "Algorithms", package: "swift-algorithms")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")

let web: [Target.Dependency] = [hummingbird, hummingbirdCore, httpTypes, nioCore, nioPosix, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1]

func room(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "thebitcoingame",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "tbg", targets: ["tbg"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // Floor 0: C libraries from Debian's -dev packages.
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CEpoll"),
        .target(name: "CBuildInfo", cSettings: [.define("TBG_BUILD_COMMIT", to: "\"\(commit)\"")]),

        // Floor 1, tools: know nothing of Bitcoin or games.
        room("Postgres", ["CPostgres", "CEpoll", logging, metrics, deque]),
        tests("Postgres", ["Postgres", "LocalServers", "TestServers", logging, coreMetrics]),
        room("Redis", [algorithms, nioCore, nioPosix, nioSSL, logging, metrics, deque, crypto]),
        tests("Redis", ["Redis", nioCore, nioPosix, nioEmbedded, nioSSL, logging]),
        room("WebSockets", web + [logging, crypto, lifecycle]),
        tests("WebSockets", ["WebSockets", "TestServers", nioEmbedded, lifecycle, logging] + web),
        room("API", web + [logging], resources: [.embedInCode("Docs/reference.html")]),
        tests("API", ["API", "TestServers", hummingbirdTesting] + web),
        room("Prometheus", [metrics, coreMetrics]),
        tests("Prometheus", ["Prometheus", coreMetrics]),
        room("Scheduler", [logging, metrics]),
        tests("Scheduler", ["Scheduler", logging]),
        room("LocalServers", ["CSpawn"]),
        .executableTarget(name: "ServerParent", dependencies: ["LocalServers"], path: "Tests/ServerParent", swiftSettings: settings),
        tests("LocalServers", ["LocalServers", "ServerParent"]),
        .target(name: "TestServers", dependencies: ["LocalServers"], path: "Tests/Support", swiftSettings: settings),
        tests("TestServers", ["TestServers"]),

        // Floor 1, maths: know the domain, do no I/O.
        room("Bitcoin", ["CSecp256k1", crypto]),
        tests("Bitcoin", ["Bitcoin", "TestServers"], resources: [.copy("Vectors")]),
        room("GameRules", []),
        tests("GameRules", ["GameRules", "TestServers"], resources: [.copy("Data")]),

        // Texts and pictures, as data.
        .target(
            name: "Content",
            path: "Content",
            resources: [.embedInCode("Badges"), .embedInCode("Levels")],
            swiftSettings: settings
        ),
        tests("Content", ["Content"], resources: [.copy("Data")]),

        // Floor 2: what every role stands on.
        room(
            "Platform",
            [
                "API", "Bitcoin", "CBuildInfo", "GameRules", "Postgres", "Prometheus", "Redis", "Scheduler", "WebSockets", algorithms,
                configuration, crypto, cryptoExtras, deque, lifecycle, metrics,
            ]
                + [logging] + web,
            resources: [
                "0001_baseline", "0002_accounts", "0003_dashboard", "0004_gamification", "0005_rejects", "0006_days", "0007_summary",
                "0008_active_weeks",
            ].map { .embedInCode("Database/Migrations/\($0).sql") }
        ),
        tests(
            "Platform",
            [
                "Platform", "API", "Bitcoin", "GameRules", "LocalServers", "Postgres", "Prometheus", "Redis", "Scheduler", "TestServers",
                cryptoExtras, httpTypes,
                hummingbird, logging, nioCore, nioPosix,
            ],
            resources: [.copy("Keys")]
        ),

        // What the tests of features share; see Tests/FeatureRig.
        .target(
            name: "FeatureRig",
            dependencies: [
                "Accounts", "API", "GameRules", "LocalServers", "Platform", "Postgres", "Prometheus", "Redis", "TestServers", cryptoExtras,
                httpTypes, hummingbird, hummingbirdCore, logging, nioCore, nioEmbedded,
            ],
            path: "Tests/FeatureRig",
            swiftSettings: settings
        ),

        // Floor 3: features; none imports one that stands below it in this list.
        room(
            "Accounts",
            [
                "Platform", "API", "Bitcoin", "CArgon2", "GameRules", "Postgres", "Redis", asyncHTTPClient, crypto, jwtKit, httpTypes,
                hummingbird, lifecycle, logging, metrics, nioCore, nioHTTP1, nioPosix, nioSSL,
            ],
            resources: [.embedInCode("Passwords/common-passwords.txt")]
        ),
        tests(
            "Accounts",
            [
                "FeatureRig", "Accounts", "Platform", "API", "Bitcoin", "GameRules", "Postgres", "Prometheus", "Redis", "TestServers",
                "LocalServers",
                asyncHTTPClient, crypto, cryptoExtras, jwtKit, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nioCore,
                nioPosix,
                nioEmbedded, nioHTTP1, nioSSL,
            ],
            resources: [.copy("Vectors")]
        ),
        room(
            "Feed",
            [
                "Platform", "Accounts", "API", "GameRules", "Postgres", "Redis", "Scheduler", "WebSockets", algorithms,
                deque, lifecycle, logging, metrics, nioCore, hummingbird, httpTypes,
            ]
        ),
        tests(
            "Feed",
            [
                "FeatureRig", "Feed", "Accounts", "Platform", "API", "GameRules", "LocalServers", "Postgres", "Prometheus", "Redis",
                "Scheduler",
                "TestServers", "WebSockets",
                coreMetrics, cryptoExtras, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nioCore, nioPosix,
            ]
        ),
        room(
            "Mining",
            [
                "Platform", "Accounts", "Feed", "API", "Bitcoin", "GameRules", "Postgres", "Redis", "Scheduler", algorithms,
                asyncHTTPClient, crypto, deque, lifecycle, logging, metrics, nioCore, nioHTTP1, nioPosix, httpTypes, hummingbird,
            ]
        ),
        tests(
            "Mining",
            [
                "FeatureRig", "Mining", "Accounts", "Platform", "API", "Bitcoin", "LocalServers", "GameRules", "Postgres", "Prometheus",
                "Redis",
                "Scheduler", "TestServers",
                cryptoExtras, httpTypes, hummingbird, hummingbirdCore, logging, nioCore, nioEmbedded, nioHTTP1, nioPosix,
            ]
        ),

        room(
            "Gamification",
            [
                "Platform", "Accounts", "Feed", "Mining", "API", "GameRules", "Postgres", "Redis", "Scheduler", lifecycle, logging, metrics,
                nioCore, httpTypes, hummingbird, "Content",
            ]
        ),
        tests(
            "Gamification",
            [
                "FeatureRig", "Gamification", "Mining", "Feed", "Accounts", "Platform", "API", "Bitcoin", "GameRules", "Postgres",
                "Prometheus", "Redis",
                "Scheduler", "LocalServers", "TestServers", cryptoExtras, httpTypes, hummingbird, hummingbirdCore, logging, nioCore,
                nioPosix,
            ],
            resources: [.copy("Data")]
        ),
        room(
            "Dashboard",
            [
                "Platform", "Accounts", "Feed", "Mining", "Gamification", "API", "Bitcoin", "GameRules", "Postgres", "Redis", "Scheduler",
                algorithms, lifecycle, logging, metrics, nioCore, httpTypes, hummingbird,
            ]
        ),
        tests(
            "Dashboard",
            [
                "FeatureRig", "Dashboard", "Gamification", "Mining", "Feed", "Accounts", "Platform", "API", "Bitcoin", "GameRules",
                "Postgres",
                "Prometheus",
                "Redis", "Scheduler", "TestServers", "WebSockets", cryptoExtras, httpTypes, hummingbird, hummingbirdCore, logging, nioCore,
                nioPosix,
            ]
        ),
        room(
            "Public",
            ["Platform", "API", "Content", crypto, nioCore, httpTypes],
            resources: [.embedInCode("Pages")]
        ),
        tests("Public", ["Public", "Content", nioCore]),
        tests("Docs", ["Platform", "Dashboard", "Gamification", "Mining", "Feed", "API", "Bitcoin", "GameRules", "Prometheus"]),

        // Floor 4: the program, and the instance it runs on a developer's machine.
        room("Development", [heap, "LocalServers", "Bitcoin", asyncHTTPClient, crypto, cryptoExtras, nioCore, nioHTTP1]),
        .executableTarget(name: "StubProgram", dependencies: [], path: "Tests/StubProgram", swiftSettings: settings),
        tests("Development", ["Development", "LocalServers", "StubProgram", "Bitcoin"]),
        .executableTarget(
            name: "tbg",
            dependencies: [
                "Development", "Public", "Dashboard", "Gamification", "Mining", "Feed", "Accounts", "Platform", "API", "Bitcoin",
                "GameRules", "Postgres", "Prometheus",
                "Scheduler", "WebSockets",
                arguments, cryptoExtras, coreMetrics, httpTypes, hummingbird, lifecycle, signals, logging, metrics, nioCore, nioPosix,
            ],
            swiftSettings: settings
        ),
        // Measures the others; see Benchmarks/README.md.
        .executableTarget(
            name: "bench",
            dependencies: [
                "API", "Accounts", "Bitcoin", "CEpoll", "Development", "Feed", "Gamification", "GameRules", "LocalServers", "Mining",
                "Platform", "Postgres", "Prometheus", "Redis", "WebSockets",
                arguments, asyncHTTPClient, crypto, cryptoExtras, hummingbird, logging, nioCore, nioHTTP1, nioPosix,
            ],
            path: "Benchmarks",
            exclude: ["README.md", "run"],
            sources: ["Sources"],
            swiftSettings: settings
        ),
        tests(
            "tbg",
            [
                "tbg", "Accounts", "Content", "Dashboard", "Feed", "Gamification", "Mining", "API", "Bitcoin", "GameRules", "LocalServers",
                "Platform",
                "Postgres", "Prometheus", "Redis",
                "TestServers",
                coreMetrics, cryptoExtras, httpTypes, lifecycle, logging, nioCore, nioPosix,
            ]
        ),
    ]
)
