package import Foundation

extension UUID {
    /// Lower case, as the service writes identifiers everywhere.
    package var text: String {
        String(unsafeUninitializedCapacity: 36) { target in
            let digits: StaticString = "0123456789abcdef"
            return withUnsafeBytes(of: uuid) { bytes in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        target[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    target[position] = digits.utf8Start[Int(byte >> 4)]
                    target[position + 1] = digits.utf8Start[Int(byte & 15)]
                    position += 2
                }
                return position
            }
        }
    }
}
