-- The baseline (spec 01 §10.2, 03a §9, 03 §2, 02 §12, 11 §4).
-- It also runs over tables the pool's earlier collector has created: columns are added, addresses widened, time tables rebuilt.
-- `tbg.storage` is set by the migrator to `native` or `timescale` (spec 03a §10).

-- Makes a time-partitioned table out of a shape. Rows of a table left behind by an earlier collector wait in legacy_<name>.
create function pg_temp.time_table(shape text, name text, time_column text, chunk interval) returns void language plpgsql as $$
begin
    if to_regclass(name) is not null then
        execute format('alter table %I rename to %I', name, 'legacy_' || name);
    end if;
    if current_setting('tbg.storage') = 'timescale' then
        execute format('create table %I (like %I including all)', name, shape);
        perform create_hypertable(name::regclass, time_column::name, chunk_time_interval => chunk, create_default_indexes => false);
    else
        execute format('create table %I (like %I including all) partition by range (%I)', name, shape, time_column);
        execute format('create table %I partition of %I default', name || '_default', name);
    end if;
    execute format('drop table %I', shape);
end $$;

-- Frees index names that an earlier collector's tables may occupy.
create function pg_temp.free_index_names(table_name text) returns void language plpgsql as $$
declare item record;
begin
    for item in select i.indexrelid::regclass::text as index_name, i.indexrelid as oid, c.conname
                from pg_index i
                left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x')
                where i.indrelid = to_regclass(table_name) loop
        if item.conname is null then
            execute format('drop index %s', item.index_name);
        else
            execute format('alter table %I drop constraint %I cascade', table_name, item.conname);
        end if;
    end loop;
end $$;

-- Gives a column that an earlier collector may have made the type, default and nullability it has here.
create function pg_temp.shape(table_name text, column_name text, type text, is_required boolean, fallback text default null)
    returns void language plpgsql as $$
begin
    execute format('alter table %I alter column %I drop default', table_name, column_name);
    execute format('alter table %I alter column %I type %s', table_name, column_name, type);
    if fallback is not null then
        execute format('alter table %I alter column %I set default %s', table_name, column_name, fallback);
        if is_required then
            execute format('update %I set %I = default where %I is null', table_name, column_name, column_name);
        end if;
    end if;
    execute format('alter table %I alter column %I %s not null', table_name, column_name, case when is_required then 'set' else 'drop' end);
end $$;

-- An earlier collector's aggregates hold nothing that cannot be computed again.
do $$ declare kind "char"; item text;
begin
    foreach item in array array['hourly_shares', 'daily_shares'] loop
        select relkind into kind from pg_class where oid = to_regclass(item);
        if kind = 'm' or (kind = 'v' and current_setting('tbg.storage') = 'timescale') then
            execute format('drop materialized view %I', item);
        elsif kind = 'v' then
            execute format('drop view %I', item);
        elsif kind is not null then
            execute format('drop table %I', item);
        end if;
    end loop;
end $$;

-- The ordinary tables an earlier collector may have made keep their rows; their keys, checks and indexes make room for those below.
do $$ declare item text; found record;
begin
    foreach item in array array['users', 'workers', 'blocks', 'weekly_best_diff'] loop
        for found in select conname from pg_constraint where conrelid = to_regclass(item) and contype in ('f', 'c') loop
            execute format('alter table %I drop constraint %I', item, found.conname);
        end loop;
    end loop;
    foreach item in array array['users', 'workers', 'blocks', 'weekly_best_diff'] loop
        perform pg_temp.free_index_names(item);
    end loop;
end $$;

------------------------------------------------------------------------------------------------------------------- users
create table if not exists users (
    id bigserial,
    btc_address varchar(90) not null
);
alter table users
    add primary key (id),
    alter column btc_address type varchar(90),
    add column if not exists is_verified boolean not null default false,
    add column if not exists display_name varchar(64),
    add column if not exists display_name_normalized text,
    add column if not exists country_code char(2),
    add column if not exists avatar_url varchar(512),
    add column if not exists bio varchar(280),
    add column if not exists ui_mode varchar(8) not null default 'full',
    add column if not exists email varchar(254),
    add column if not exists email_verified boolean not null default false,
    add column if not exists password_hash varchar(256),
    add column if not exists auth_method varchar(16) not null default 'wallet',
    add column if not exists is_banned boolean not null default false,
    add column if not exists banned_at timestamptz,
    add column if not exists ban_reason text,
    add column if not exists is_admin boolean not null default false,
    add column if not exists session_version int not null default 0,
    add column if not exists last_login timestamptz,
    add column if not exists login_count int not null default 0,
    add column if not exists last_seen timestamptz,
    add column if not exists created_at timestamptz not null default now(),
    add column if not exists updated_at timestamptz not null default now();
select pg_temp.shape('users', 'display_name', 'varchar(64)', false), pg_temp.shape('users', 'created_at', 'timestamptz', true, 'now()'),
    pg_temp.shape('users', 'last_seen', 'timestamptz', false);
create unique index if not exists users_address_key on users (btc_address);
create unique index if not exists users_display_name_key on users (display_name_normalized) where display_name_normalized is not null;
create unique index if not exists users_email_key on users (lower(email)) where email is not null;
alter table users
    add constraint users_auth_method_known check (auth_method in ('wallet', 'email', 'both')),
    add constraint users_password_matches_method check ((auth_method = 'wallet') = (password_hash is null)),
    add constraint users_email_matches_method check (auth_method = 'wallet' or email is not null),
    add constraint users_email_verified_has_email check (email is not null or not email_verified);

create table wallet_address_history (
    id bigserial primary key,
    user_id bigint not null references users on delete cascade,
    old_address varchar(90) not null,
    new_address varchar(90) not null,
    proven boolean not null,
    changed_at timestamptz not null,
    ip_address inet
);
create index wallet_address_history_user on wallet_address_history (user_id, changed_at desc);
create index wallet_address_history_old on wallet_address_history (old_address, changed_at);

-- One row: raised whenever an address changes hands or a user goes, so that cached owners are known to be stale.
create table ownership_epoch (
    only_row boolean primary key default true check (only_row),
    epoch bigint not null default 0
);
insert into ownership_epoch default values;

----------------------------------------------------------------------------------------------------------------- workers
create table if not exists workers (
    id bigserial,
    user_id bigint,
    worker_name varchar(128) not null
);
delete from workers where user_id is null;
alter table workers
    add primary key (id),
    alter column user_id set not null,
    add column if not exists first_seen timestamptz not null default now(),
    add column if not exists last_share timestamptz,
    add column if not exists current_diff double precision,
    add column if not exists hashrate_1m double precision,
    add column if not exists hashrate_5m double precision,
    add column if not exists hashrate_1h double precision,
    add column if not exists hashrate_24h double precision,
    add column if not exists is_online boolean not null default false,
    add column if not exists source varchar(16) not null default 'hosted',
    add column if not exists connected_at timestamptz,
    add column if not exists disconnected_at timestamptz,
    add column if not exists last_seen timestamptz,
    add column if not exists accepted_shares bigint not null default 0,
    add column if not exists rejected_shares bigint not null default 0,
    add column if not exists total_work double precision not null default 0,
    add column if not exists best_diff double precision not null default 0,
    add column if not exists best_diff_at timestamptz,
    add column if not exists user_agent varchar(256),
    add column if not exists region varchar(8),
    add column if not exists archived_at timestamptz;
alter table workers add constraint workers_user_fk foreign key (user_id) references users on delete cascade;
select pg_temp.shape('workers', 'worker_name', 'varchar(128)', true), pg_temp.shape('workers', 'first_seen', 'timestamptz', true, 'now()'),
    pg_temp.shape('workers', 'last_share', 'timestamptz', false), pg_temp.shape('workers', 'current_diff', 'double precision', false),
    pg_temp.shape('workers', 'hashrate_1m', 'double precision', false), pg_temp.shape('workers', 'hashrate_5m', 'double precision', false),
    pg_temp.shape('workers', 'hashrate_1h', 'double precision', false), pg_temp.shape('workers', 'hashrate_24h', 'double precision', false),
    pg_temp.shape('workers', 'is_online', 'boolean', true, 'false'), pg_temp.shape('workers', 'source', 'varchar(16)', true, '''hosted''');
create unique index if not exists workers_name_key on workers (user_id, worker_name);
create index if not exists workers_current on workers (user_id) where archived_at is null;
create index if not exists workers_online on workers (id) where is_online;
alter table workers set (fillfactor = 70);

------------------------------------------------------------------------------------------------------------------ shares
select pg_temp.free_index_names('shares');
create table shares_shape (
    time timestamptz not null,
    btc_address varchar(90) not null,
    worker_name varchar(128) not null default '',
    difficulty double precision not null,
    share_diff double precision not null,
    is_valid boolean not null default true,
    is_block boolean not null default false,
    ip_address inet,
    nonce varchar(16),
    nonce2 varchar(32),
    block_hash varchar(64),
    source varchar(16) not null default 'hosted',
    region varchar(8) not null default 'eu',
    event_id uuid not null,
    user_id bigint not null,
    worker_id bigint not null,
    is_best boolean not null default false,
    reject_reason varchar(32)
);
select pg_temp.time_table('shares_shape', 'shares', 'time', interval '1 day');
create unique index shares_by_user on shares (user_id, time desc, event_id desc);
create index shares_by_worker on shares (worker_id, time desc, event_id desc);
create index shares_rejected on shares (user_id, time desc, event_id desc) where not is_valid;
create index shares_by_time on shares using brin (time);

do $$ begin
    if to_regclass('legacy_shares') is not null then
        alter table legacy_shares
            alter column btc_address type varchar(90),
            add column if not exists is_block boolean not null default false,
            add column if not exists nonce varchar(16),
            add column if not exists nonce2 varchar(32),
            add column if not exists block_hash varchar(64),
            add column if not exists source varchar(16) not null default 'hosted',
            add column if not exists region varchar(8) not null default 'eu';
        insert into users (btc_address, created_at)
            select btc_address, min(time) from legacy_shares where is_valid group by btc_address on conflict do nothing;
        insert into workers (user_id, worker_name, first_seen, last_share)
            select u.id, l.worker_name, min(l.time), max(l.time) from legacy_shares l join users u using (btc_address)
            group by 1, 2 on conflict do nothing;
        insert into shares (time, btc_address, worker_name, difficulty, share_diff, is_valid, is_block, nonce, nonce2, block_hash,
                            source, region, event_id, user_id, worker_id)
            select l.time, l.btc_address, l.worker_name, l.difficulty, l.share_diff, l.is_valid, l.is_block, l.nonce, l.nonce2,
                   l.block_hash, l.source, l.region, gen_random_uuid(), u.id, w.id
            from legacy_shares l join users u using (btc_address)
            join workers w on w.user_id = u.id and w.worker_name = l.worker_name;
        drop table legacy_shares;
    end if;
end $$;

------------------------------------------------------------------------------------------------------------------ blocks
create table if not exists blocks (
    id bigserial,
    block_height int not null,
    block_hash varchar(64) not null
);
alter table blocks
    add primary key (id),
    alter column block_hash type varchar(64),
    add column if not exists prev_hash varchar(64),
    add column if not exists user_id bigint,
    add column if not exists worker_id bigint,
    add column if not exists btc_address varchar(90),
    add column if not exists reward_btc numeric(16, 8),
    add column if not exists fees_btc numeric(16, 8),
    add column if not exists difficulty double precision,
    add column if not exists confirmations int not null default 0,
    add column if not exists found_at timestamptz not null default now(),
    add column if not exists confirmed boolean not null default false,
    add column if not exists coinbase_sig varchar(128),
    add column if not exists source varchar(16) not null default 'hosted',
    add column if not exists region varchar(8) not null default 'eu',
    add column if not exists event_id uuid,
    add column if not exists status varchar(10) not null default 'pending',
    add column if not exists network_difficulty double precision,
    add column if not exists reward_is_estimate boolean not null default false;
select pg_temp.shape('blocks', 'prev_hash', 'varchar(64)', false), pg_temp.shape('blocks', 'user_id', 'bigint', false),
    pg_temp.shape('blocks', 'worker_id', 'bigint', false), pg_temp.shape('blocks', 'btc_address', 'varchar(90)', false),
    pg_temp.shape('blocks', 'reward_btc', 'numeric(16, 8)', false), pg_temp.shape('blocks', 'fees_btc', 'numeric(16, 8)', false),
    pg_temp.shape('blocks', 'difficulty', 'double precision', false), pg_temp.shape('blocks', 'confirmations', 'int', true, '0'),
    pg_temp.shape('blocks', 'found_at', 'timestamptz', true, 'now()'), pg_temp.shape('blocks', 'confirmed', 'boolean', true, 'false'),
    pg_temp.shape('blocks', 'coinbase_sig', 'varchar(128)', false), pg_temp.shape('blocks', 'source', 'varchar(16)', true, '''hosted'''),
    pg_temp.shape('blocks', 'region', 'varchar(8)', true, '''eu''');
alter table blocks
    add constraint blocks_user_id_fkey foreign key (user_id) references users on delete set null,
    add constraint blocks_worker_id_fkey foreign key (worker_id) references workers on delete set null,
    add constraint blocks_status_known check (status in ('pending', 'confirmed', 'orphaned'));
create unique index if not exists blocks_hash_key on blocks (block_hash);
create index if not exists blocks_newest on blocks (found_at desc, id desc);
create index if not exists blocks_by_user on blocks (user_id, found_at desc);
create index if not exists blocks_by_height on blocks (block_height desc);

create table block_celebrations (
    id bigserial primary key,
    block_id bigint not null references blocks on delete cascade,
    user_id bigint not null references users on delete cascade,
    celebrated boolean not null default false,
    created_at timestamptz not null,
    celebrated_at timestamptz,
    constraint block_celebrations_once unique (block_id, user_id)
);
create index block_celebrations_pending on block_celebrations (user_id) where not celebrated;

-------------------------------------------------------------------------------------------------------- weekly best, bests
create table if not exists weekly_best_diff (
    id bigserial,
    btc_address varchar(90) not null,
    week_start date not null,
    best_difficulty double precision not null
);
alter table weekly_best_diff
    add primary key (id),
    alter column btc_address type varchar(90),
    add column if not exists user_id bigint,
    add column if not exists best_share_time timestamptz,
    add column if not exists total_shares bigint not null default 0;
alter table weekly_best_diff add constraint weekly_best_diff_user_id_fkey foreign key (user_id) references users on delete set null;
select pg_temp.shape('weekly_best_diff', 'user_id', 'bigint', false),
    pg_temp.shape('weekly_best_diff', 'best_difficulty', 'double precision', true),
    pg_temp.shape('weekly_best_diff', 'best_share_time', 'timestamptz', false),
    pg_temp.shape('weekly_best_diff', 'total_shares', 'bigint', true, '0');
create unique index if not exists weekly_best_diff_key on weekly_best_diff (btc_address, week_start);
create index if not exists weekly_best_diff_by_user on weekly_best_diff (user_id, week_start);
create index if not exists weekly_best_diff_board on weekly_best_diff (week_start, best_difficulty desc);

create table personal_bests (
    id bigserial primary key,
    user_id bigint not null references users on delete cascade,
    timeframe varchar(16) not null check (timeframe in ('week', 'month', 'alltime')),
    period_key varchar(16) not null,
    best_difficulty double precision not null,
    previous_best double precision not null default 0,
    share_time timestamptz not null,
    worker_name varchar(128),
    event_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint personal_bests_once unique (user_id, timeframe, period_key)
);
create index personal_bests_rank on personal_bests (timeframe, period_key, best_difficulty desc);

------------------------------------------------------------------------------------------------------- events, rate limits
select pg_temp.free_index_names('mining_events');
create table mining_events_shape (
    ts timestamptz not null,
    event_type text not null,
    source varchar(16) not null default 'hosted',
    payload jsonb not null,
    region varchar(8) not null default 'eu',
    event_id uuid not null,
    recv_at timestamptz not null,
    ts_fixed boolean not null default false
);
select pg_temp.time_table('mining_events_shape', 'mining_events', 'ts', interval '1 day');
create unique index mining_events_key on mining_events (ts, event_id);
create index mining_events_by_type on mining_events (event_type, ts desc);
do $$ begin
    if to_regclass('legacy_mining_events') is not null then
        alter table legacy_mining_events
            add column if not exists source varchar(16) not null default 'hosted',
            add column if not exists region varchar(8) not null default 'eu';
        insert into mining_events (ts, event_type, source, payload, region, event_id, recv_at)
            select ts, event_type, source, payload, region, gen_random_uuid(), ts from legacy_mining_events;
        drop table legacy_mining_events;
    end if;
end $$;

select pg_temp.free_index_names('rate_limit_events');
create table rate_limit_events_shape (
    ts timestamptz not null,
    ip_address inet not null,
    event_type varchar(32) not null,
    details jsonb,
    region varchar(8) not null default 'eu'
);
select pg_temp.time_table('rate_limit_events_shape', 'rate_limit_events', 'ts', interval '1 day');
create index rate_limit_events_by_address on rate_limit_events (ip_address, ts desc);
do $$ begin
    if to_regclass('legacy_rate_limit_events') is not null then
        alter table legacy_rate_limit_events
            add column if not exists details jsonb,
            add column if not exists region varchar(8) not null default 'eu';
        insert into rate_limit_events (ts, ip_address, event_type, details, region)
            select ts, ip_address, event_type, details, region from legacy_rate_limit_events;
        drop table legacy_rate_limit_events;
    end if;
end $$;

----------------------------------------------------------------------------------------------------------------- roll-ups
create table hourly_shares_shape (
    user_id bigint not null,
    bucket timestamptz not null,
    total_shares bigint not null,
    accepted_shares bigint not null,
    rejected_shares bigint not null,
    work double precision not null,
    share_diff_sum double precision not null,
    best_diff double precision not null,
    avg_diff double precision not null
        generated always as (case when accepted_shares = 0 then 0 else share_diff_sum / accepted_shares end) stored
);
select pg_temp.time_table('hourly_shares_shape', 'hourly_shares', 'bucket', interval '30 days');
alter table hourly_shares add constraint hourly_shares_pkey primary key (user_id, bucket);

create table daily_shares (
    user_id bigint not null,
    worker_id bigint not null,
    bucket date not null,
    total_shares bigint not null,
    accepted_shares bigint not null,
    rejected_shares bigint not null,
    work double precision not null,
    best_diff double precision not null,
    primary key (user_id, bucket, worker_id)
) with (fillfactor = 70);
create index daily_shares_by_worker on daily_shares (worker_id, bucket desc);

create table pool_hourly (
    bucket timestamptz primary key,
    total_shares bigint not null,
    accepted_shares bigint not null,
    rejected_shares bigint not null,
    work double precision not null,
    share_diff_sum double precision not null,
    best_diff double precision not null,
    diff_hist bigint[] not null
) with (fillfactor = 50);

create table user_share_totals (
    user_id bigint primary key references users on delete cascade,
    total_shares bigint not null default 0,
    accepted_shares bigint not null default 0,
    rejected_shares bigint not null default 0,
    work double precision not null default 0,
    best_diff double precision not null default 0,
    best_diff_at timestamptz,
    best_before double precision not null default 0, -- the best before the last change of this row, so that an upsert can answer it
    blocks_found int not null default 0,
    days_active int not null default 0,
    first_share_at timestamptz,
    last_share_at timestamptz
) with (fillfactor = 70);

create table user_daily_stats (
    user_id bigint not null references users on delete cascade,
    day date not null,
    total_shares bigint not null default 0,
    accepted_shares bigint not null default 0,
    rejected_shares bigint not null default 0,
    total_work double precision not null default 0,
    share_diff_sum double precision not null default 0,
    best_diff double precision not null default 0,
    best_diff_at timestamptz,
    avg_diff double precision not null
        generated always as (case when accepted_shares = 0 then 0 else share_diff_sum / accepted_shares end) stored,
    diff_hist bigint[] not null,
    presence bytea not null,
    uptime_minutes int not null default 0,
    workers_seen int not null default 0,
    updated_at timestamptz not null,
    primary key (user_id, day)
) with (fillfactor = 70);
create index user_daily_stats_by_day on user_daily_stats (day);

create table hashrate_snapshots_shape (
    time timestamptz not null,
    user_id bigint not null,
    worker_name varchar(128) not null,
    hashrate_1m double precision,
    hashrate_5m double precision,
    hashrate_1h double precision,
    hashrate_24h double precision,
    workers_online int not null default 0
);
select pg_temp.time_table('hashrate_snapshots_shape', 'hashrate_snapshots', 'time', interval '1 day');
create unique index hashrate_snapshots_key on hashrate_snapshots (user_id, worker_name, time desc);

create table network_difficulty (
    block_height int primary key,
    time timestamptz not null,
    difficulty double precision not null check (difficulty > 0),
    block_hash varchar(64) not null,
    is_epoch_start boolean not null
);
create index network_difficulty_newest on network_difficulty (time desc);
create index network_difficulty_epochs on network_difficulty (block_height desc) where is_epoch_start;

create table consumer_offsets (
    consumer_group varchar(64) not null,
    stream varchar(128) not null,
    last_id varchar(64) not null,
    updated_at timestamptz not null,
    primary key (consumer_group, stream)
);

------------------------------------------------------------------------------------------------------ operations (spec 11)
create table audit_log (
    id bigint generated always as identity,
    timestamp timestamptz not null default now(),
    actor_type varchar(16) not null check (actor_type in ('user', 'admin', 'system', 'anonymous', 'api_key')),
    user_id bigint,
    action varchar(64) not null,
    resource_type varchar(50),
    resource_id varchar(200),
    ip_address inet,
    user_agent varchar(500),
    request_id varchar(64),
    details jsonb not null default '{}' check (octet_length(details::text) <= 4096),
    status varchar(16) not null check (status in ('success', 'failure', 'denied')),
    primary key (id, timestamp)
) partition by range (timestamp);
create table audit_log_default partition of audit_log default;
create index audit_log_newest on audit_log (timestamp desc, id desc);
create index audit_log_by_user on audit_log (user_id, timestamp desc);
create index audit_log_by_action on audit_log (action text_pattern_ops, timestamp desc);
create index audit_log_by_resource on audit_log (resource_type, resource_id, timestamp desc);
create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit_log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_append_only before update or delete on audit_log
    for each row execute function audit_log_is_append_only();

create table system_health_shape (
    time timestamptz not null,
    node_id varchar(64) not null,
    component varchar(64) not null,
    role varchar(16) not null,
    status varchar(16) not null,
    latency_ms double precision,
    details jsonb not null default '{}'
);
select pg_temp.time_table('system_health_shape', 'system_health', 'time', interval '7 days');
alter table system_health add constraint system_health_pkey primary key (time, node_id, component);
create index system_health_by_component on system_health (component, time desc);

--------------------------------------------------------------------------------------------------- ranges of time tables
-- Makes the range [lower, upper) of a natively partitioned table; rows the default partition caught for it move in.
-- Answers whether it was new. On a hypertable there is nothing to do: chunks appear by themselves.
create function ensure_range(parent text, lower timestamptz, upper timestamptz) returns boolean language plpgsql as $$
declare
    child text := parent || '_' || to_char(lower at time zone 'UTC', 'YYYYMMDD');
    remainder text := parent || '_default';
    time_column text;
    columns text;
    stray boolean;
begin
    if (select relkind from pg_class where oid = to_regclass(parent)) <> 'p' or to_regclass(child) is not null then
        return false;
    end if;
    select a.attname into time_column from pg_partitioned_table p join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
        where p.partrelid = to_regclass(parent);
    execute format('select exists (select from %I where %I >= $1 and %I < $2)', remainder, time_column, time_column)
        into stray using lower, upper;
    if not stray then
        execute format('create table %I partition of %I for values from (%L) to (%L)', child, parent, lower, upper);
        return true;
    end if;
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns from pg_attribute
        where attrelid = to_regclass(parent) and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('create table %I (like %I including all)', child, parent);
    execute format('alter table %I disable trigger user', remainder);
    execute format('with moved as (delete from %I where %I >= $1 and %I < $2 returning %s) insert into %I (%s) overriding system value select %s from moved',
                   remainder, time_column, time_column, columns, child, columns, columns) using lower, upper;
    execute format('alter table %I enable trigger user', remainder);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, lower, upper);
    return true;
end $$;

-- Drops every range that ended at or before an instant; answers how many.
create function drop_ranges_before(parent text, cutoff timestamptz) returns int language plpgsql as $$
declare
    child record;
    dropped int := 0;
begin
    if (select relkind from pg_class where oid = to_regclass(parent)) <> 'p' then
        select count(*) into dropped from drop_chunks(parent::regclass, older_than => cutoff);
        return dropped;
    end if;
    for child in
        select c.relname, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([^'']+)''\)')::timestamptz as upper
        from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass(parent)
    loop
        if child.upper <= cutoff then
            execute format('drop table %I', child.relname);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;
