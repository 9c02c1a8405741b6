/// What the operator reads when everything runs.
enum Welcome {
    /// Lines with the URL, a token and commands to try, each of which works as it stands.
    ///
    /// - Parameters:
    ///   - paths: of the instance's state.
    ///   - program: path of `tbg`.
    static func text(endpoints: Endpoints, paths: StatePaths, program: String) -> String {
        let base = endpoints.baseURL
        guard let user = endpoints.demoUsers.first(where: { $0.token != nil }), let token = user.token else {
            return """

                The Bitcoin Game is at \(base)
                  reference   \(base)/docs
                  logs        \(paths.logs)

                  curl \(base)/ready

                """
        }
        let authorization = "-H \"Authorization: Bearer $(cat \(word(paths.demoToken)))\""
        return """

            The Bitcoin Game is at \(base)
              start page  \(base)/
              reference   \(base)/docs
              socket      \(endpoints.wsURL)
              metrics     \(endpoints.metricsURL)
              logs        \(paths.logs)
              mails       \(paths.mail)
              demo miner  \(user.address)
              demo token  \(token)

            Try (the token is good for an hour, the file always holds a fresh one):
              curl \(base)/ready
              curl \(authorization) \(base)/api/v1/mining/summary
              curl \(authorization) \(base)/api/v1/users/me
              \(word(program)) login --url \(base) --key-file \(word(paths.keys + "/demo-miner-1"))

            Ctrl-C stops everything; the state stays in \(paths.directory).

            """
    }

    /// One word of a shell's command line.
    static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
            default: "/._-+:@".utf8.contains(byte)
            }
        }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
