import Redis

/// The fields of a work ring's hash (spec 03a §8.2), and how scripts read and write them.
///
/// What a minute brings is added to a field for each bucket, as `m29533680`. The first share of the user's next minute sweeps them into one
/// field of entries for each kind of bucket, as `m`, so that a read asks Redis for some ten fields where there would be 122: reads are many,
/// sweeps one a minute. The sum of a bucket is that of its entry and of its own field.
enum RingFields {
    /// An entry is the bucket (32 bits without sign) and its sum (double), little-endian; a field of entries lists the earliest first.
    static let entryBytes = 12
    /// Life of a ring without shares, seconds: a little more than the oldest bucket that is shown.
    static let lifeSeconds = 90_000

    /// Hands over the entries of a field; an incomplete one at the end is passed over.
    static func forEachEntry(of field: RESPText, _ body: (_ bucket: Int64, _ amount: Double) -> Void) {
        let bytes = field.bytes
        for start in stride(from: 0, through: bytes.count - entryBytes, by: entryBytes) {
            let bucket = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
            let amount = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt64.self))
            body(Int64(bucket), Double(bitPattern: amount))
        }
    }

    /// Lua functions for scripts that change whole rings:
    /// - `readRing(key)` answers, each by the letter of the kind of bucket, the fields of entries and the sums of single buckets, then the
    ///   names of the single buckets' fields;
    /// - `fold(entries, sums, oldest, combine)` answers entries with the sums among them and without buckets before the oldest; only those
    ///   from the first sum's bucket on are looked into; `add` is the usual way to combine;
    /// - `writeRing(key, entries, fields)` stores entries in place of single fields.
    static let functions = """
        local function readRing(key)
            local entries, sums, fields = { s = '', m = '', h = '', n = '' }, { s = {}, m = {}, h = {}, n = {} }, {}
            local all = redis.call('HGETALL', key)
            for i = 1, #all, 2 do
                local name, value = all[i], all[i + 1]
                local letter, digits = string.match(name, '^([smhn])(%d*)$')
                if letter and digits == '' then
                    entries[letter] = string.sub(value, 1, #value - #value % \(entryBytes))
                elseif letter then
                    sums[letter][tonumber(digits)] = tonumber(value)
                    fields[#fields + 1] = name
                end
            end
            return entries, sums, fields
        end

        local function fold(entries, sums, oldest, combine)
            local lowest = math.huge
            for bucket in pairs(sums) do lowest = math.min(lowest, bucket) end
            local last = #entries
            while last > 0 do
                local bucket, sum = struct.unpack('<I4d', entries, last - \(entryBytes - 1))
                if bucket < lowest then break end
                sums[bucket] = sums[bucket] and combine(sums[bucket], sum) or sum
                last = last - \(entryBytes)
            end
            local first = 1
            while first < last and struct.unpack('<I4', entries, first) < oldest do first = first + \(entryBytes) end
            local buckets, changed = {}, {}
            for bucket in pairs(sums) do
                if bucket >= oldest then buckets[#buckets + 1] = bucket end
            end
            table.sort(buckets)
            for i, bucket in ipairs(buckets) do changed[i] = struct.pack('<I4d', bucket, sums[bucket]) end
            return string.sub(entries, first, last) .. table.concat(changed)
        end

        local function add(one, other) return one + other end

        local function writeRing(key, entries, fields)
            local values = {}
            for letter, text in pairs(entries) do
                if text == '' then
                    fields[#fields + 1] = letter
                else
                    values[#values + 1] = letter
                    values[#values + 1] = text
                end
            end
            if #values > 0 then redis.call('HSET', key, unpack(values)) end
            if #fields > 0 then redis.call('HDEL', key, unpack(fields)) end
            redis.call('EXPIRE', key, \(lifeSeconds))
        end
        """
}
