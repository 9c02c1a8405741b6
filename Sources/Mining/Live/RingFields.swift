import GameRules
import Redis

/// The fields of a work ring's hash (spec 03a §8.2), and how scripts read and write them.
///
/// What a minute brings is added to a field for each bucket, as `m29533680`. The first share of the next minute sweeps all of it into one field
/// of packed entries, so that a read asks Redis for a dozen fields where there would be 122: reads are many, sweeps one a minute. The sum
/// of a bucket is that of its entry and of its own field.
enum RingFields {
    /// Name of the field of all entries.
    static let packed: Unicode.Scalar = "p"
    /// An entry: the letter of its kind (one byte), its bucket (32 bits without sign), its sum (double), all little-endian.
    static let entryBytes = 13
    /// Life of a ring without shares, seconds: a little more than the oldest bucket that is shown.
    static let lifeSeconds = 90_000

    /// Hands over the entries of a packed field; an incomplete one at the end is passed over.
    static func forEachEntry(of field: RESPText, _ body: (_ letter: UInt8, _ bucket: Int64, _ amount: Double) -> Void) {
        let bytes = field.bytes
        for start in stride(from: 0, through: bytes.count - entryBytes, by: entryBytes) {
            let bucket = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 1, as: UInt32.self))
            let amount = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 5, as: UInt64.self))
            body(bytes[start], Int64(bucket), Double(bitPattern: amount))
        }
    }

    /// Lua functions for scripts that change whole rings. A bucket of a kind has one number: 2³² times the letter's code, and the bucket.
    ///
    /// `readRing(key)` answers the sums by that number, and the names of the fields of single buckets; `writeRing(key, sums, fields)` packs
    /// the sums, and removes those fields.
    static let functions = """
        local function readRing(key)
            local sums, fields = {}, {}
            local function add(number, amount)
                -- Neither infinite nor no number: nothing else would ever get rid of them.
                if amount - amount == 0 then sums[number] = (sums[number] or 0) + amount end
            end
            local all = redis.call('HGETALL', key)
            for i = 1, #all, 2 do
                local name, value = all[i], all[i + 1]
                local bucket = tonumber(string.match(name, '^[smhn](%d+)$'))
                if bucket then
                    add(string.byte(name) * 4294967296 + bucket, tonumber(value) or 0)
                    fields[#fields + 1] = name
                elseif name == '\(packed)' then
                    for start = 1, #value - \(entryBytes - 1), \(entryBytes) do
                        local letter, bucket, amount = struct.unpack('<BI4d', value, start)
                        add(letter * 4294967296 + bucket, amount)
                    end
                end
            end
            return sums, fields
        end

        local function writeRing(key, sums, fields)
            local entries = {}
            for number, amount in pairs(sums) do
                entries[#entries + 1] = struct.pack('<BI4d', math.floor(number / 4294967296), number % 4294967296, amount)
            end
            redis.call('HSET', key, '\(packed)', table.concat(entries))
            if #fields > 0 then redis.call('HDEL', key, unpack(fields)) end
            redis.call('EXPIRE', key, \(lifeSeconds))
        end
        """
}
