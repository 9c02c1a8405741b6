import Testing

@testable import Postgres

@Suite("StatementCache")
struct StatementCacheTests {
    @Test("a statement is prepared once")
    func reuse() {
        var cache = StatementCache<String>(capacity: 2)
        #expect(cache.plan("a") == .prepare(1, evicting: nil))
        #expect(cache.plan("a") == .reuse(1))
    }

    @Test("the least recently used statement goes first")
    func eviction() {
        var cache = StatementCache<String>(capacity: 2)
        _ = cache.plan("a")
        _ = cache.plan("b")
        _ = cache.plan("a")
        #expect(cache.plan("c") == .prepare(3, evicting: 2))
        #expect(cache.plan("a") == .reuse(1))
        #expect(cache.plan("b") == .prepare(4, evicting: 3))
        #expect(cache.count == 2)
    }

    @Test("a forgotten statement is prepared again under a new number")
    func forget() {
        var cache = StatementCache<String>(capacity: 2)
        _ = cache.plan("a")
        cache.forget(number: 1)
        #expect(cache.plan("a") == .prepare(2, evicting: nil))
        #expect(cache.forget("a") == 2)
        #expect(cache.forget("a") == nil)
        cache.forget(number: 99)
        #expect(cache.count == 0)
    }

    @Test("a capacity below one counts as one")
    func capacity() {
        var cache = StatementCache<String>(capacity: 0)
        _ = cache.plan("a")
        #expect(cache.plan("b") == .prepare(2, evicting: 1))
    }
}
