import GameRules
import Mining

/// What a batch's shares, records and blocks deserve, without what is known to be given. Pure: it reads counts, and gathers effects.
struct ShareJudge {
    let page: BadgeBook.Page
    let known: KnownAwards
    var effects = GameEffects()
    private(set) var learned = KnownAwards.Learned()

    init(page: BadgeBook.Page, known: KnownAwards) {
        self.page = page
        self.known = known
        learned.stamp = page.stamp
    }

    /// - Parameter standings: totals with the fold's counts in them.
    mutating func judge(_ fold: ShareFold, _ standings: [UserID: GameStanding]) {
        for user in fold.allUsers.sorted() {
            guard let standing = standings[user] else { continue }
            payDays(fold.users[user] ?? [], user)
            let steps = fold.steps[user] ?? []
            payBests(steps, user)
            award(standing, before: standing.totalShares - fold.count(user), steps, user)
        }
    }

    mutating func judge(_ blocks: FoundBlocks, _ standings: [UserID: GameStanding]) {
        var first: [UserID: FoundBlock] = [:]
        for (user, block) in blocks.paying {
            effects.grant(.block(at: block.height, by: user))
            first[user] = first[user] ?? block
        }
        for (user, block) in first.sorted(by: { $0.key < $1.key }) {
            guard let standing = standings[user] else { continue }
            var shown = BadgeMetadata(["blockHeight": GroupedNumber.text(block.height)])
            if !block.isProvisional { shown["blockHash"] = block.hash }
            let metadata = shown
            effects.award(.blocksFound(standing.blocksFound), to: user, from: page) { _ in metadata }
        }
    }

    private mutating func payDays(_ weeks: [ShareFold.Week], _ user: UserID) {
        for week in weeks {
            for day in week.days where !known.hasPaid(day: day, to: user) {
                effects.grant(.firstShare(of: day, by: user))
                learned.days.append(.init(user: user, index: day.index))
            }
        }
    }

    private mutating func payBests(_ steps: [ShareFold.Step], _ user: UserID) {
        for step in steps where step.isBeaten && !known.hasPaid(week: step.week, to: user) {
            effects.grant(.personalBest(in: step.week, by: user))
            effects.tell(
                PersonalBestNews(user: user, week: step.week, difficulty: step.difficulty, worker: step.worker, time: step.time)
            )
            learned.weeks.append(.init(user: user, index: step.week.index))
        }
    }

    /// Offers all badges a total deserves as soon as there is one more than is known to be held.
    private mutating func award(_ standing: GameStanding, before: Int64, _ steps: [ShareFold.Step], _ user: UserID) {
        let held = known.badges(of: user, stamp: page.stamp)
        let met = KnownAwards.Badges(shares: page.met(shares: standing.totalShares), bests: page.met(best: standing.bestDifficulty))
        guard met != held else { return }
        learned.badges[user] = met
        effects.award(.shareCount(standing.totalShares), to: user, from: page) { trigger in
            guard case .shareCount(let threshold) = trigger else { return BadgeMetadata() }
            // The share that reached the threshold is the one that earned it, wherever its batch ended.
            return BadgeMetadata(["totalShares": GroupedNumber.text(before < threshold ? threshold : standing.totalShares)])
        }
        effects.award(.bestDifficulty(standing.bestDifficulty), to: user, from: page) { trigger in
            guard case .bestDifficulty(let threshold) = trigger else { return BadgeMetadata() }
            let step = steps.first { $0.difficulty >= threshold }
            var shown = BadgeMetadata(["difficulty": GroupedNumber.text(step?.difficulty ?? standing.bestDifficulty)])
            shown["worker"] = step?.worker
            return shown
        }
    }
}
