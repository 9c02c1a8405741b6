/// The pictures beside `badges.json`, by slug.
enum BadgePictures {
    static let bySlug: [String: [UInt8]] = [
        "first_share": PackageResources.first_share_svg,
        "shares_1k": PackageResources.shares_1k_svg,
        "shares_1m": PackageResources.shares_1m_svg,
        "block_finder": PackageResources.block_finder_svg,
        "diff_1e6": PackageResources.diff_1e6_svg,
        "diff_1e9": PackageResources.diff_1e9_svg,
        "diff_1e12": PackageResources.diff_1e12_svg,
        "weekly_diff_champion": PackageResources.weekly_diff_champion_svg,
        "streak_4": PackageResources.streak_4_svg,
        "streak_12": PackageResources.streak_12_svg,
        "streak_52": PackageResources.streak_52_svg,
        "node_runner": PackageResources.node_runner_svg,
        "node_pruned": PackageResources.node_pruned_svg,
        "node_archival": PackageResources.node_archival_svg,
        "world_cup_participant": PackageResources.world_cup_participant_svg,
        "world_cup_winner": PackageResources.world_cup_winner_svg,
        "orange_piller": PackageResources.orange_piller_svg,
        "rabbit_hole_complete": PackageResources.rabbit_hole_complete_svg,
        "coop_founder": PackageResources.coop_founder_svg,
        "coop_block": PackageResources.coop_block_svg,
    ]
}
