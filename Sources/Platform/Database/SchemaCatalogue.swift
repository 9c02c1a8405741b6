package import Postgres

/// What the current schema of a database consists of, as one line for each thing: tables, columns, constraints, indexes, triggers,
/// functions. Two databases have the same schema when they have the same lines; the order of columns does not count.
package struct SchemaCatalogue: Sendable, Equatable {
    package let lines: Set<String>

    package init(lines: Set<String>) {
        self.lines = lines
    }

    /// Reads the catalogue. Partitions and chunks are left out: they come and go with time.
    package init(of database: PostgresClient) async throws {
        lines = Set(try await database.query(Self.query, access: .read).map { try $0.decode(String.self) })
    }

    /// What `actual` has too little (`-`) and too much (`+`), sorted.
    package static func differences(expected: SchemaCatalogue, actual: SchemaCatalogue) -> [String] {
        let missing = expected.lines.subtracting(actual.lines).map { (line: $0, sign: "-") }
        let surplus = actual.lines.subtracting(expected.lines).map { (line: $0, sign: "+") }
        return (missing + surplus).sorted { ($0.line, $0.sign) < ($1.line, $1.sign) }.map { "\($0.sign) \($0.line)" }
    }

    private static let query: SQL = """
        with relation as (
            select c.oid, c.relname, c.relkind, c.reloptions from pg_class c
            where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
                and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        )
        select format('table %s %s%s%s', relname,
                      case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
                      case when relkind = 'p' then ' partitioned by ' || pg_get_partkeydef(oid) else '' end,
                      coalesce(' with ' || array_to_string(reloptions, ', '), ''))
        from relation
        union all
        select format('column %s.%s %s%s%s%s', r.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                      case when a.attnotnull then ' not null' else '' end,
                      case a.attidentity when '' then '' else ' identity' end,
                      coalesce(case a.attgenerated when '' then ' default ' else ' generated ' end || pg_get_expr(d.adbin, d.adrelid), ''))
        from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
        union all
        select format('constraint %s.%s %s', r.relname, c.conname, pg_get_constraintdef(c.oid))
        from relation r join pg_constraint c on c.conrelid = r.oid and c.contype in ('p', 'u', 'f', 'c')
        union all
        select format('index %s %s', r.relname, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '))
               || case when i.indisvalid then '' else ' invalid' end
        from relation r join pg_index i on i.indrelid = r.oid
        union all
        select format('trigger %s %s', r.relname, pg_get_triggerdef(t.oid))
        from relation r join pg_trigger t on t.tgrelid = r.oid
        where not t.tgisinternal and t.tgname not like 'ts\\_%'
        union all
        select format('function %s(%s) %s', p.proname, pg_get_function_identity_arguments(p.oid), md5(p.prosrc))
        from pg_proc p
        where p.pronamespace = current_schema()::regnamespace
            and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
        """
}
