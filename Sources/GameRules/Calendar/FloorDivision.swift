extension BinaryInteger {
    /// The quotient rounded towards negative infinity, so that instants before 1970 fall into the right bucket.
    func floorDivided(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The remainder that goes with ``floorDivided(by:)``: never negative for a positive divisor.
    func floorModulo(_ divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
