import API
import AsyncHTTPClient
import Foundation
import NIOCore

/// An Esplora-compatible HTTP service: `/blocks/tip/height`, `/block-height/:height`, `/block/:hash`.
package struct EsploraSource: ChainSource {
    package let name = "esplora"
    private let url: String
    private let endpoint: ChainEndpoint

    /// - Parameter url: without a slash at its end.
    package init(url: String, endpoint: ChainEndpoint = ChainEndpoint()) {
        self.url = url
        self.endpoint = endpoint
    }

    package func tip() async throws(ChainTrouble) -> ChainBlock {
        let text = try await get("/blocks/tip/height").text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let height = Int64(text), BlockFound.heights.contains(height) else { throw .unreadable }
        return try await block(try await hash(at: height)).expected(at: height)
    }

    package func hash(at height: Int64) async throws(ChainTrouble) -> String {
        let text = try await get("/block-height/\(height)").text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let hash = ChainBlock.hash(text) else { throw .unreadable }
        return hash
    }

    package func block(_ hash: String) async throws(ChainTrouble) -> ChainBlock {
        let answer = try await get("/block/\(hash)")
        guard let object = try? JSONParser().parse(answer.body.readableBytesView) else { throw .unreadable }
        let block = try ChainBlock(object, hash: "id", time: "timestamp")
        guard block.hash == hash else { throw .unreadable }
        return block
    }

    private func get(_ path: String) async throws(ChainTrouble) -> ChainEndpoint.Answer {
        let answer = try await endpoint.send(HTTPClientRequest(url: url + path))
        switch answer.status {
        case 200: return answer
        case 404: throw .unknownBlock
        default: throw .refused(status: answer.status)
        }
    }
}
