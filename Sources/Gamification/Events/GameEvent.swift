package import GameRules

/// What other parts of the product tell of users (spec 05 §4.3). The raw value is what badge definitions name.
package enum GameEvent: String, Sendable, CaseIterable {
    /// Rank 1 of a closed week: when the lottery fixes the ranking.
    case weeklyDiffChampion = "weekly_diff_champion"
    /// Registered for a World Cup.
    case worldCupParticipate = "world_cup_participate"
    /// Registered for the country that won.
    case worldCupWin = "world_cup_win"
    /// Completed the last lesson of a track.
    case trackComplete = "track_complete"
    /// Founded a cooperative.
    case coopCreated = "coop_created"
    /// Member of a cooperative when a member found a block.
    case coopBlockFound = "coop_block_found"
    /// Gave a miner that has a share accepted.
    case giftBitaxe = "gift_bitaxe"
    /// A node of the user was checked.
    case nodeVerifiedFull = "node_verified_full"
    case nodeVerifiedPruned = "node_verified_pruned"
    case nodeVerifiedArchival = "node_verified_archival"
}

/// One thing that happened to one user.
package struct GameOccurrence: Sendable {
    package let event: GameEvent
    package let user: UserID
    /// Which one it was, such as a week, a tournament or a track: kept with the badge.
    package let id: String
    /// What the emitter wants shown with the badge, camel-case keys.
    package let metadata: BadgeMetadata

    package init(_ event: GameEvent, of user: UserID, id: String, metadata: BadgeMetadata = BadgeMetadata()) {
        self.event = event
        self.user = user
        self.id = id
        self.metadata = metadata
    }
}
