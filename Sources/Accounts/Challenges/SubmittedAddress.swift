package import API
package import Bitcoin
import HTTPTypes

extension APIError {
    /// 422 for a text that cannot be the address wanted, with the reason as its code (spec 02 §2.1).
    package static func address(_ error: AddressError) -> APIError {
        let (code, detail) =
            switch error {
            case .invalid: ("address_invalid", "This is not a Bitcoin address.")
            case .networkMismatch: ("address_network_mismatch", "This address belongs to another Bitcoin network.")
            case .typeUnsupported: ("address_type_unsupported", "This kind of address cannot be used here.")
            }
        let fault = FieldFault(field: "btc_address", code: FaultCode(rawValue: code), message: detail)
        return APIError(.unprocessableContent, code, detail, faults: [fault])
    }
}

extension DocumentedError {
    /// Why a submitted address may be refused.
    static let addresses: [DocumentedError] = [
        .unprocessable("address_invalid"), .unprocessable("address_network_mismatch"), .unprocessable("address_type_unsupported"),
    ]
}

extension BitcoinAddress {
    /// An address as a client wrote it.
    /// - Throws: 422 with the first reason that applies.
    package init(submitted text: String, network: BitcoinNetwork) throws(APIError) {
        do {
            try self.init(parsing: text, network: network)
        } catch {
            throw .address(error)
        }
    }
}

extension FieldRule where Value == String {
    /// A text that should be an address; the handler parses it, because its errors have codes of their own and come after the rate limit.
    package static var addressText: FieldRule { .string(0...1000, trims: false) }
}
