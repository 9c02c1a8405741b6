/// Something that is a member of one ``LoopMembers`` and remembers its place there.
protocol LoopMember: AnyObject {
    var place: Int { get set }
}

/// An unordered set with constant-time insertion and removal and no hashing: members know their index.
struct LoopMembers<Member: LoopMember> {
    private(set) var all: [Member] = []

    mutating func insert(_ member: Member) {
        member.place = self.all.count
        self.all.append(member)
    }

    mutating func remove(_ member: Member) {
        let place = member.place
        guard self.all.indices.contains(place), self.all[place] === member, let last = self.all.popLast() else { return }
        if last !== member {
            self.all[place] = last
            last.place = place
        }
        member.place = -1
    }
}
