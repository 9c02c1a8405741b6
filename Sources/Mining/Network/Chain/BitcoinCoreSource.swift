import API
import AsyncHTTPClient
package import Bitcoin
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
package import Platform

/// A Bitcoin Core node over its JSON-RPC. Three read-only methods are called: `getblockchaininfo`, `getblockhash`, `getblockheader`.
package struct BitcoinCoreSource: ChainSource {
    package let name = "bitcoin_core"
    private let settings: ChainSettings.BitcoinRPC
    private let network: BitcoinNetwork
    private let endpoint: ChainEndpoint

    package init(_ settings: ChainSettings.BitcoinRPC, network: BitcoinNetwork, endpoint: ChainEndpoint = ChainEndpoint()) {
        self.settings = settings
        self.network = network
        self.endpoint = endpoint
    }

    /// A node of another network, or one that still downloads the chain, knows no tip that would help.
    package func tip() async throws(ChainTrouble) -> ChainBlock {
        let info = try await call("getblockchaininfo")
        guard let chain = info["chain"]?.stringValue, let height = info["blocks"]?.int64Value,
            let hash = info["bestblockhash"]?.stringValue.flatMap(ChainBlock.hash)
        else { throw .unreadable }
        guard Self.chains(network).contains(chain) else { throw .otherNetwork }
        // A private chain whose newest block is a day old calls itself behind, for want of anybody to ask.
        if network != .regtest, info["initialblockdownload"]?.boolValue != false { throw .syncing }
        return try await block(hash).expected(at: height)
    }

    package func hash(at height: Int64) async throws(ChainTrouble) -> String {
        guard let hash = try await call("getblockhash", .integer(height)).stringValue.flatMap(ChainBlock.hash) else { throw .unreadable }
        return hash
    }

    package func block(_ hash: String) async throws(ChainTrouble) -> ChainBlock {
        let block = try ChainBlock(await call("getblockheader", .string(hash), .bool(true)), hash: "hash", time: "time")
        guard block.hash == hash else { throw .unreadable }
        return block
    }

    /// Core's names of a network.
    private static func chains(_ network: BitcoinNetwork) -> Set<String> {
        switch network {
        case .mainnet: ["main"]
        case .testnet: ["test", "testnet4"]
        case .signet: ["signet"]
        case .regtest: ["regtest"]
        }
    }

    // MARK: JSON-RPC

    private func call(_ method: String, _ parameters: JSONValue...) async throws(ChainTrouble) -> JSONValue {
        let message: JSONValue = ["jsonrpc": "1.0", "id": "tbg", "method": .string(method), "params": .array(parameters)]
        var writer = JSONWriter()
        message.encode(to: &writer)
        var request = HTTPClientRequest(url: settings.url)
        request.method = .POST
        request.headers = ["content-type": "application/json", "authorization": "Basic " + (try await credentials())]
        request.body = .bytes(writer.buffer)
        let answer = try await endpoint.send(request)
        guard answer.status != 401, answer.status != 403 else { throw .refused(status: answer.status) }
        guard let reply = try? JSONParser().parse(answer.body.readableBytesView), reply.objectValue != nil else {
            throw answer.status == 200 ? .unreadable : .refused(status: answer.status)
        }
        // Version 1.0 answers errors with status 500, version 2.0 with 200; both name them in `error`.
        if let error = reply["error"], !error.isNull { throw Self.trouble(error["code"]?.int64Value, status: answer.status) }
        guard let result = reply["result"], !result.isNull else { throw .unreadable }
        return result
    }

    /// What Core's error codes mean (`rpc/protocol.h`): -5 no such block, -8 no such height, -28 still starting.
    private static func trouble(_ code: Int64?, status: Int) -> ChainTrouble {
        switch code {
        case -28: .syncing
        case -5, -8: .unknownBlock
        default: .refused(status: status)
        }
    }

    /// `user:password` in Base64.
    private func credentials() async throws(ChainTrouble) -> String {
        var text = "\(settings.user ?? ""):\(settings.password?.revealed ?? "")"
        if let path = settings.cookieFile {
            let cookie = try? await NIOThreadPool.singleton.runIfActive { try String(contentsOfFile: path, encoding: .utf8) }
            guard let cookie else { throw .noCookie }
            text = cookie.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return Data(text.utf8).base64EncodedString()
    }
}
