/// What the operator reads when everything runs.
enum Welcome {
    /// Lines with the URL, a token and commands to try.
    static func text(endpoints: Endpoints, directory: String) -> String {
        let base = endpoints.baseURL
        guard let token = endpoints.demoUsers.lazy.compactMap(\.token).first else {
            return """

                The Bitcoin Game is at \(base)
                  reference   \(base)/docs
                  logs        \(directory)/logs

                  curl \(base)/ready

                """
        }
        return """

            The Bitcoin Game is at \(base)
              reference   \(base)/docs
              socket      \(endpoints.wsURL)
              metrics     \(endpoints.metricsURL)
              logs        \(directory)/logs
              demo miner  \(endpoints.demoUsers[0].address)
              demo token  \(token)

            Try (TOKEN is the demo token, good for an hour):
              TOKEN='\(token)'
              curl \(base)/ready
              curl -H "Authorization: Bearer $TOKEN" \(base)/api/v1/mining/summary
              curl -H "Authorization: Bearer $TOKEN" \(base)/api/v1/users/me

            Ctrl-C stops everything; the state stays in \(directory).

            """
    }
}
