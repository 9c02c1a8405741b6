/// The first byte of a RESP3 value (RESP3 specification, "Types equivalent to RESP version 2" and "New types").
public enum RESPType: UInt8, Sendable {
    case simpleString = 0x2B  // +
    case error = 0x2D  // -
    case integer = 0x3A  // :
    case bulkString = 0x24  // $
    case array = 0x2A  // *
    case null = 0x5F  // _
    case boolean = 0x23  // #
    case double = 0x2C  // ,
    case bigNumber = 0x28  // (
    case bulkError = 0x21  // !
    case verbatimString = 0x3D  // =
    case map = 0x25  // %
    case set = 0x7E  // ~
    case push = 0x3E  // >
    case attribute = 0x7C  // |

    /// Whether a value of this type reports a failed command.
    public var isError: Bool { self == .error || self == .bulkError }

    /// Whether a value of this type is made of other values.
    var isAggregate: Bool {
        switch self {
        case .array, .map, .set, .push, .attribute: true
        default: false
        }
    }
}
