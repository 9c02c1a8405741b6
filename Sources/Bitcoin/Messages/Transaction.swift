/// A transaction as far as message signing needs one.
struct Transaction: Equatable {
    /// What an input spends: a transaction id in internal byte order and an output index.
    struct OutPoint: Equatable {
        var transactionID: [UInt8]
        var index: UInt32

        var serialized: [UInt8] {
            var bytes = transactionID
            bytes.append(littleEndian: index)
            return bytes
        }
    }

    struct Input: Equatable {
        var outPoint: OutPoint
        var script: [UInt8] = []
        var sequence: UInt32 = 0
        var witness = Witness([])
    }

    struct Output: Equatable {
        /// Satoshi.
        var value: UInt64
        var script: [UInt8]

        var serialized: [UInt8] {
            var bytes: [UInt8] = []
            bytes.append(littleEndian: value)
            bytes.append(sized: script)
            return bytes
        }
    }

    var version: UInt32 = 0
    var inputs: [Input]
    var outputs: [Output]
    var lockTime: UInt32 = 0

    /// Double SHA-256 of the form without witnesses, in internal byte order.
    var id: [UInt8] { Hash.doubleSHA256(serialized(withWitness: false)) }
}

extension Transaction {
    /// The bytes, with marker, flag and witnesses (BIP-144) if asked for and any input has one.
    func serialized(withWitness: Bool = true) -> [UInt8] {
        let isExtended = withWitness && inputs.contains { !$0.witness.items.isEmpty }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: version)
        if isExtended { bytes.append(contentsOf: Self.markerAndFlag) }
        bytes.append(compactSize: inputs.count)
        for input in inputs {
            bytes.append(contentsOf: input.outPoint.serialized)
            bytes.append(sized: input.script)
            bytes.append(littleEndian: input.sequence)
        }
        bytes.append(compactSize: outputs.count)
        for output in outputs { bytes.append(contentsOf: output.serialized) }
        if isExtended {
            for input in inputs { bytes.append(contentsOf: input.witness.serialized) }
        }
        bytes.append(littleEndian: lockTime)
        return bytes
    }

    /// Reads one transaction; nil if it is malformed, carries a flag without any witness, or is followed by anything.
    init?(serialized bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let version = reader.readUInt32() else { return nil }
        let isExtended = reader.skip(Self.markerAndFlag)
        guard var inputs = Self.readList(&reader, Self.readInput), let outputs = Self.readList(&reader, Self.readOutput) else { return nil }
        if isExtended {
            for index in inputs.indices {
                guard let witness = Witness(reading: &reader) else { return nil }
                inputs[index].witness = witness
            }
            guard inputs.contains(where: { !$0.witness.items.isEmpty }) else { return nil }
        }
        guard let lockTime = reader.readUInt32(), reader.isAtEnd else { return nil }
        self.init(version: version, inputs: inputs, outputs: outputs, lockTime: lockTime)
    }

    private static let markerAndFlag: [UInt8] = [0, 1]

    private static func readList<Element>(_ reader: inout ByteReader, _ read: (inout ByteReader) -> Element?) -> [Element]? {
        guard let count = reader.readCompactSize() else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let element = read(&reader) else { return nil }
            elements.append(element)
        }
        return elements
    }

    private static func readInput(_ reader: inout ByteReader) -> Input? {
        guard let transactionID = reader.readBytes(32), let index = reader.readUInt32(), let script = reader.readSized(),
            let sequence = reader.readUInt32()
        else { return nil }
        return Input(outPoint: OutPoint(transactionID: transactionID, index: index), script: script, sequence: sequence)
    }

    private static func readOutput(_ reader: inout ByteReader) -> Output? {
        guard let value = reader.readUInt64(), let script = reader.readSized() else { return nil }
        return Output(value: value, script: script)
    }
}
