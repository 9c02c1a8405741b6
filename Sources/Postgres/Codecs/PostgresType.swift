/// A PostgreSQL data type, by object identifier (`pg_type.oid`).
public struct PostgresType: Hashable, Sendable {
    /// The type's own object identifier.
    public let oid: UInt32
    /// The object identifier of the array of this type; 0 where there is none.
    public let arrayOID: UInt32

    /// A type known by its object identifiers.
    public init(oid: UInt32, arrayOID: UInt32 = 0) {
        self.oid = oid
        self.arrayOID = arrayOID
    }

    /// The array of this type.
    public var array: PostgresType { PostgresType(oid: arrayOID) }
}

extension PostgresType {
    /// `boolean`
    public static let bool = PostgresType(oid: 16, arrayOID: 1000)
    /// `bytea`
    public static let bytea = PostgresType(oid: 17, arrayOID: 1001)
    /// `smallint`
    public static let int2 = PostgresType(oid: 21, arrayOID: 1005)
    /// `integer`
    public static let int4 = PostgresType(oid: 23, arrayOID: 1007)
    /// `bigint`
    public static let int8 = PostgresType(oid: 20, arrayOID: 1016)
    /// `real`
    public static let float4 = PostgresType(oid: 700, arrayOID: 1021)
    /// `double precision`
    public static let float8 = PostgresType(oid: 701, arrayOID: 1022)
    /// `numeric`
    public static let numeric = PostgresType(oid: 1700, arrayOID: 1231)
    /// `text`
    public static let text = PostgresType(oid: 25, arrayOID: 1009)
    /// `character varying`
    public static let varchar = PostgresType(oid: 1043, arrayOID: 1015)
    /// `character`, blank-padded
    public static let bpchar = PostgresType(oid: 1042, arrayOID: 1014)
    /// `name`, the catalogue's identifier type
    public static let name = PostgresType(oid: 19, arrayOID: 1003)
    /// `"char"`, one byte
    public static let char = PostgresType(oid: 18, arrayOID: 1002)
    /// `oid`
    public static let oid = PostgresType(oid: 26, arrayOID: 1028)
    /// `uuid`
    public static let uuid = PostgresType(oid: 2950, arrayOID: 2951)
    /// `timestamp with time zone`
    public static let timestamptz = PostgresType(oid: 1184, arrayOID: 1185)
    /// `timestamp without time zone`
    public static let timestamp = PostgresType(oid: 1114, arrayOID: 1115)
    /// `date`
    public static let date = PostgresType(oid: 1082, arrayOID: 1182)
    /// `json`
    public static let json = PostgresType(oid: 114, arrayOID: 199)
    /// `jsonb`
    public static let jsonb = PostgresType(oid: 3802, arrayOID: 3807)
    /// `inet`
    public static let inet = PostgresType(oid: 869, arrayOID: 1041)
    /// `cidr`
    public static let cidr = PostgresType(oid: 650, arrayOID: 651)
    /// `unknown`, the type of an untyped constant
    public static let unknown = PostgresType(oid: 705)
    /// `void`, the result of functions that return nothing
    public static let void = PostgresType(oid: 2278)
}
