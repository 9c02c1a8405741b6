import ArgumentParser
import Bitcoin
import Development
import Foundation
import Platform

/// `tbg login`: signs in with a key of this machine, so that anyone can try the flow without a wallet.
struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign in with a local key and print the tokens.",
        discussion: "The key never leaves this machine; only the signature of the challenge is sent."
    )

    enum KeyType: String, ExpressibleByArgument, CaseIterable {
        case p2pkh, p2sh, p2wpkh, p2tr

        var addressType: AddressType {
            switch self {
            case .p2pkh: .p2pkh
            case .p2sh: .p2sh
            case .p2wpkh: .p2wpkh
            case .p2tr: .p2tr
            }
        }
    }

    @Option(help: "Address of the instance.")
    var url = "http://localhost:8000"

    @Option(help: "File with the private key: wallet import format, or 64 hexadecimal digits.")
    var keyFile: String?

    @Flag(help: "Ask for the key in wallet import format; it is not shown.")
    var wif = false

    @Option(help: "Kind of the key's address.")
    var type = KeyType.p2wpkh

    @Option(help: "mainnet, testnet, signet or regtest.")
    var network = "mainnet"

    @Flag(help: "Print the access token alone.")
    var tokenOnly = false

    func validate() throws {
        guard (keyFile != nil) != wif else { throw ValidationError("give either --key-file or --wif") }
        guard BitcoinNetwork(rawValue: network) != nil else {
            throw ValidationError("--network must be mainnet, testnet, signet or regtest")
        }
    }

    func run() async throws {
        let signer = try signer(network: BitcoinNetwork(rawValue: network) ?? .mainnet)
        let tokens: SignInClient.Tokens
        do {
            tokens = try await SignInClient(baseURL: url).signIn(signer)
        } catch {
            Console.error("tbg login: \(error)")
            throw ExitCode(1)
        }
        guard !tokenOnly else { return Console.line(tokens.accessToken) }
        Console.line("address       \(signer.address.canonical)")
        Console.line("access token  \(tokens.accessToken)")
        Console.line("refresh token \(tokens.refreshToken)")
        Console.line("expires in    \(tokens.expiresIn) s")
    }

    private func signer(network: BitcoinNetwork) throws -> MessageSigner {
        let text: String
        if let keyFile {
            guard let content = try? String(contentsOfFile: keyFile, encoding: .utf8) else {
                throw ValidationError("\(keyFile) cannot be read")
            }
            text = content
        } else {
            text = HiddenPrompt.ask("Private key (WIF): ") ?? ""
        }
        guard let key = KeyText.key(text, network: network), let signer = MessageSigner(key: key, type: type.addressType, network: network)
        else { throw ValidationError("this is no private key for \(network.rawValue) and \(type.rawValue)") }
        return signer
    }
}

/// A question whose answer is not shown.
private enum HiddenPrompt {
    /// - Returns: nil at the end of input. From a pipe it reads one line.
    static func ask(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return readLine() }
        FileHandle.standardError.write(Data(question.utf8))
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        let shown = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        var original = shown
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &original)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return readLine()
    }
}
