import Foundation

/// What a file's directory entry says, symbolic links not followed; nil members where there is no file.
struct FileFacts: Sendable {
    let isPresent: Bool
    let isSocket: Bool
    let inode: UInt64?
    let byteCount: Int

    init(path: String) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        isPresent = attributes != nil
        isSocket = attributes?[.type] as? FileAttributeType == .typeSocket
        inode = (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
        byteCount = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}
