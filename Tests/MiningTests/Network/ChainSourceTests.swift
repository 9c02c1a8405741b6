import Bitcoin
import Foundation
import GameRules
import Platform
import TestServers
import Testing

@testable import Mining

/// Bitcoin Core and Esplora over real sockets, well and unwell.
@Suite("Chain sources")
struct ChainSourceTests {
    private static let user = "miner"
    private static let password = "correct horse: battery"
    private static var authorization: String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }

    /// Long enough for any machine; tests of servers that never answer take less.
    private static let patience = Duration.seconds(20)

    private static func core(
        _ server: ChainServer,
        cookie: String? = nil,
        patience: Duration = ChainSourceTests.patience
    ) -> BitcoinCoreSource {
        BitcoinCoreSource(
            .init(url: server.url, user: cookie == nil ? user : nil, password: cookie == nil ? Secret(password) : nil, cookieFile: cookie),
            network: .mainnet,
            endpoint: ChainEndpoint(patience: patience)
        )
    }

    private static func esplora(_ server: ChainServer, patience: Duration = ChainSourceTests.patience) -> EsploraSource {
        EsploraSource(url: server.url, endpoint: ChainEndpoint(patience: patience))
    }

    /// What a source says instead of its tip.
    private func trouble(_ source: any ChainSource) async -> ChainTrouble? {
        do throws(ChainTrouble) {
            _ = try await source.tip()
            return nil
        } catch { return error }
    }

    @Test("both tell the same of the same chain")
    func well() async throws {
        try await ChainServer.run { server in
            server.mine(100...105, until: 1_771_934_000, difficulty: 125_864_590_119_494.3)
            server.set { $0.authorization = Self.authorization }
            for source in [Self.core(server), Self.esplora(server)] as [any ChainSource] {
                let tip = try await source.tip()
                #expect(
                    tip
                        == ChainBlock(
                            height: 105,
                            hash: ChainServer.hash(105),
                            previousHash: ChainServer.hash(104),
                            time: Instant(secondsSinceUnixEpoch: 1_771_934_000),
                            difficulty: 125_864_590_119_494.3
                        )
                )
                #expect(try await source.hash(at: 101) == ChainServer.hash(101))
                #expect(try await source.block(ChainServer.hash(101)).height == 101)
                do throws(ChainTrouble) {
                    _ = try await source.hash(at: 106)
                    Issue.record("height 106 is known")
                } catch { #expect(error == .unknownBlock, "\(source.name)") }
            }
        }
    }

    @Test("whatever the other side does, there is a trouble and no answer")
    func unwell() async throws {
        try await ChainServer.run { server in
            server.mine(100...105, until: 1_771_934_000)
            let faults: [(ChainServer.Fault, ChainTrouble)] = [
                (.hangsUp, .unreachable), (.huge, .tooLarge),
                (.status(500), .refused(status: 500)), (.status(301), .refused(status: 301)), (.status(503), .refused(status: 503)),
                (.text(""), .unreadable), (.text("<html>"), .unreadable), (.text("[1]"), .unreadable), (.text("{}"), .unreadable),
                (.text("-1"), .unreadable), (.text("99999999999999999999"), .unreadable), (.text("null"), .unreadable),
                (.text(#"{"result":{"chain":"main","bestblockhash":7}}"#), .unreadable),
            ]
            for (fault, expected) in faults {
                server.set { $0.fault = fault }
                for source in [Self.core(server), Self.esplora(server)] as [any ChainSource] {
                    #expect(await trouble(source) == expected, "\(source.name) \(fault)")
                }
            }
            for fault in [.silent, .dripping] as [ChainServer.Fault] {
                server.set { $0.fault = fault }
                #expect(await trouble(Self.core(server, patience: .milliseconds(300))) == .unreachable, "\(fault)")
                #expect(await trouble(Self.esplora(server, patience: .milliseconds(300))) == .unreachable, "\(fault)")
            }
            server.set { $0.fault = nil }
            #expect(await trouble(Self.core(server)) == nil)
            await server.stop()
            #expect(await trouble(Self.core(server)) == .unreachable)
            #expect(await trouble(Self.esplora(server)) == .unreachable)
        }
    }

    @Test("headers that cannot be are refused", arguments: [0, -1, Double.infinity])
    func impossible(difficulty: Double) async throws {
        try await ChainServer.run { server in
            server.mine(100...105, until: 1_771_934_000, difficulty: difficulty)
            #expect(await trouble(Self.core(server)) == .unreadable)
            #expect(await trouble(Self.esplora(server)) == .unreadable)
        }
    }

    @Test("a source that points elsewhere is not followed, so that credentials go nowhere")
    func redirect() async throws {
        try await ChainServer.run { server in
            try await ChainServer.run { other in
                other.mine(100...105, until: 1_771_934_000)
                server.set { $0.fault = .redirect(other.url) }
                #expect(await trouble(Self.core(server)) == .refused(status: 307))
                #expect(await trouble(Self.esplora(server)) == .refused(status: 307))
                #expect(other.calls.isEmpty)
            }
        }
    }

    @Test("another block than was asked for is no answer")
    func lies() async throws {
        try await ChainServer.run { server in
            server.mine(100...105, until: 1_771_934_000)
            for lie in ChainServer.Lie.allCases {
                server.set { $0.lie = lie }
                #expect(await trouble(Self.core(server)) == .unreadable, "\(lie)")
                #expect(await trouble(Self.esplora(server)) == .unreadable, "\(lie)")
            }
        }
    }

    @Test("a node of another network, a node that starts or downloads, and wrong credentials are told apart")
    func nodes() async throws {
        try await ChainServer.run { server in
            server.mine(100...105, until: 1_771_934_000)
            server.set { $0.name = "test" }
            #expect(await trouble(Self.core(server)) == .otherNetwork)
            server.set { ($0.name, $0.isDownloading) = ("main", true) }
            #expect(await trouble(Self.core(server)) == .syncing)
            for with200 in [false, true] {
                server.set { ($0.errorCode, $0.answersErrorsWith200) = (-28, with200) }
                #expect(await trouble(Self.core(server)) == .syncing)
            }
            server.set { ($0.isDownloading, $0.errorCode, $0.authorization) = (false, nil, "Basic other") }
            #expect(await trouble(Self.core(server)) == .refused(status: 401))
        }
    }

    @Test("the cookie file is read anew at every call")
    func cookie() async throws {
        try await ChainServer.run { server in
            server.mine(100...105, until: 1_771_934_000)
            let path = try await TestServers.temporaryDirectory("cookie") + "/.cookie"
            let source = Self.core(server, cookie: path)
            #expect(await trouble(source) == .noCookie)
            for secret in ["__cookie__:0123", "__cookie__:4567\n"] {
                try secret.write(toFile: path, atomically: true, encoding: .utf8)
                let text = secret.trimmingCharacters(in: .whitespacesAndNewlines)
                server.set { $0.authorization = "Basic " + Data(text.utf8).base64EncodedString() }
                #expect(await trouble(source) == nil)
            }
        }
    }
}
