/// The OIDs of the built-in types that this module knows; they never change.
///
/// Source: `pg_type.dat` in PostgreSQL.
enum PQType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let xml: UInt32 = 142
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let timestamp: UInt32 = 1114
    static let timestamptz: UInt32 = 1184
    static let interval: UInt32 = 1186
    static let void: UInt32 = 2278
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802
    static let xid8: UInt32 = 5069

    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let int2Array: UInt32 = 1005
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let float4Array: UInt32 = 1021
    static let float8Array: UInt32 = 1022
    static let timestamptzArray: UInt32 = 1185
    static let intervalArray: UInt32 = 1187
    static let uuidArray: UInt32 = 2951
    static let jsonbArray: UInt32 = 3807

    /// Types whose bytes might be mistaken for an array's.
    static let scalars: Set<UInt32> = [
        bool, bytea, char, name, int8, int2, int4, text, oid, json, xml, float4, float8, unknown, bpchar,
        varchar,
        timestamp, timestamptz, interval, uuid, jsonb, xid8,
    ]

    /// The first OID that `create type` hands out.
    static let firstUserDefined: UInt32 = 16384
}
