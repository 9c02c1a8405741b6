import Foundation
import Platform
import Testing

@Suite("UUID as text")
struct UUIDTextTests {
    @Test("text and value turn into each other, upper case is read too")
    func roundTrip() {
        for _ in 0..<1_000 {
            let uuid = UUID()
            #expect(uuid.text == uuid.uuidString.lowercased())
            #expect(UUID(text: uuid.text) == uuid)
            #expect(UUID(text: uuid.uuidString) == uuid)
        }
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "0198f3a2-7c1e-7d6a-9b7e-2f4c8d1e0a5", "0198f3a2-7c1e-7d6a-9b7e-2f4c8d1e0a555", "0198f3a27c1e7d6a9b7e2f4c8d1e0a550000",
            "0198f3a2-7c1e-7d6a-9b7e-2f4c8d1e0a5g", "0198f3a2_7c1e-7d6a-9b7e-2f4c8d1e0a55", "0198f3a-27c1e-7d6a-9b7e-2f4c8d1e0a55",
            "{198f3a2-7c1e-7d6a-9b7e-2f4c8d1e0a55", "０198f3a2-7c1e-7d6a-9b7e-2f4c8d1e0a5",
        ]
    )
    func refusal(text: String) {
        #expect(UUID(text: text) == nil)
    }
}
