import GameRules
import Logging
import Postgres
import TestServers

@testable import Platform

/// Databases and steps for tests of migrations.
enum MigrationRig {
    static let now = Instant(millisecondsSinceUnixEpoch: 1_772_020_800_000)

    static func client(_ url: String) throws -> PostgresClient {
        var configuration = try PostgresConfiguration(url: url)
        configuration.poolSize = 1...4
        return PostgresClient(configuration: configuration, logger: Logger(label: "test"))
    }

    /// Lends an empty database with a client.
    static func withEmpty(_ body: (PostgresClient, String) async throws -> Void) async throws {
        try await withDatabase { database in
            let client = try client(database.url)
            do { try await body(client, database.url) } catch {
                await client.close()
                throw error
            }
            await client.close()
        }
    }

    /// The tables of the pool's earlier collector: the columns of spec 01 §10.2 with short addresses, names, keys and checks of its own, and
    /// none of the columns that came later.
    static let collectorTables = """
        create table users (id bigserial primary key, btc_address varchar(62) not null unique, display_name varchar(32),
            created_at timestamptz default now(), last_seen timestamptz);
        create table workers (id bigserial primary key, user_id bigint references users(id), worker_name varchar(64) not null,
            first_seen timestamptz, last_share timestamptz, current_diff double precision, hashrate_1m double precision,
            hashrate_5m double precision, hashrate_1h double precision, hashrate_24h double precision,
            is_online boolean default true, source varchar(16) not null default 'hosted', unique (user_id, worker_name));
        create index idx_workers_online on workers (is_online) where is_online;
        create table shares (time timestamptz not null, btc_address varchar(62) not null, worker_name varchar(128) not null default '',
            difficulty double precision not null, share_diff double precision not null, is_valid boolean not null default true,
            is_block boolean not null default false, ip_address inet, nonce varchar(16), nonce2 varchar(32), block_hash varchar(64),
            source varchar(16) not null default 'hosted');
        create index idx_shares_address on shares (btc_address, time desc);
        create index shares_by_user on shares (is_valid, time desc);
        create table blocks (id bigserial primary key, block_height int not null, block_hash varchar(64) not null unique,
            user_id bigint references users(id), worker_id bigint references workers(id), btc_address varchar(62),
            reward_btc numeric(16,8), difficulty double precision check (difficulty > 0), confirmations int default 6,
            found_at timestamptz not null default now(), confirmed boolean);
        create table weekly_best_diff (id bigserial primary key, user_id bigint references users(id), btc_address varchar(62) not null,
            week_start date not null, best_difficulty double precision, best_share_time timestamptz,
            constraint uq_week unique (btc_address, week_start));
        create table mining_events (ts timestamptz not null, event_type text not null, source varchar(16) not null default 'hosted',
            payload jsonb not null);
        create index idx_events_user on mining_events ((payload->>'user'));
        create table rate_limit_events (ts timestamptz not null, ip_address inet not null, event_type varchar(32) not null, details jsonb,
            region varchar(8) not null default 'eu');
        create view hourly_shares as select date_trunc('hour', time) as bucket, btc_address, count(*) as total_shares from shares group by 1, 2;
        create materialized view daily_shares as select date_trunc('day', time) as bucket, btc_address, count(*) as total_shares
            from shares group by 1, 2;
        create table schema_migrations (version int primary key, name varchar(255) not null, applied_at timestamptz not null default now(),
            checksum varchar(64) not null);
        insert into users (btc_address) values ('bc1qold');
        insert into workers (user_id, worker_name) values (1, 'rig1'), (null, 'stray');
        insert into shares (time, btc_address, worker_name, difficulty, share_diff, is_valid) values
            ('2026-02-20T10:00:00Z', 'bc1qold', 'rig1', 1000, 1500, true), ('2026-02-21T10:00:00Z', 'bc1qnew', 'rig9', 1000, 2500, true),
            ('2026-02-21T11:00:00Z', 'bc1qnobody', '', 1000, 10, false);
        insert into blocks (block_height, block_hash, user_id, worker_id, btc_address, difficulty) values
            (800000, repeat('0', 64), 1, 1, 'bc1qold', 5e13);
        insert into weekly_best_diff (user_id, btc_address, week_start, best_difficulty) values (1, 'bc1qold', '2026-02-16', 1500);
        insert into mining_events (ts, event_type, payload) values ('2026-02-20T10:00:00Z', 'share_submitted', '{"user": "bc1qold"}');
        insert into rate_limit_events (ts, ip_address, event_type) values ('2026-02-20T10:00:00Z', '10.0.0.1', 'softban');
        """
}
