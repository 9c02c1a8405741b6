-- Badges, experience, levels, streaks (spec 05 §8; game_configs 06 §8).

create table badge_definitions (
    id int generated always as identity primary key,
    slug varchar(64) not null,
    name varchar(128) not null,
    description text not null,
    category varchar(32) not null check (category in ('mining', 'streak', 'node', 'competition', 'social')),
    rarity varchar(16) not null check (rarity in ('common', 'rare', 'epic', 'legendary')),
    xp_reward int not null check (xp_reward >= 0),
    trigger_type varchar(32) not null check (trigger_type in ('share_count', 'best_diff', 'streak', 'block_found', 'event')),
    trigger_config jsonb not null default '{}',
    icon_url varchar(256),
    sort_order int not null,
    is_active boolean not null default true,
    created_at timestamptz not null,
    constraint badge_definitions_slug_key unique (slug)
);
create index badge_definitions_by_trigger on badge_definitions (trigger_type) where is_active;

create table user_badges (
    id bigint generated always as identity primary key,
    user_id bigint not null references users on delete cascade,
    badge_id int not null references badge_definitions on delete restrict,
    earned_at timestamptz not null,
    metadata jsonb not null default '{}',
    notified boolean not null default false,
    constraint user_badges_once unique (user_id, badge_id)
);
create index user_badges_newest on user_badges (user_id, earned_at desc, id desc);
create index user_badges_by_badge on user_badges (badge_id, earned_at desc, id desc);

create table badge_stats (
    badge_id int primary key references badge_definitions on delete cascade,
    total_earned int not null default 0,
    percentage numeric(5, 2) not null default 0,
    last_earned_at timestamptz,
    updated_at timestamptz not null
);

-- The truth about experience: rows are added, never changed.
create table xp_ledger (
    id bigint generated always as identity primary key,
    user_id bigint not null references users on delete cascade,
    amount int not null,
    source varchar(32) not null
        check (source in ('badge', 'share', 'personal_best', 'streak', 'block', 'lottery', 'education', 'competition', 'social', 'adjustment')),
    source_id varchar(128),
    description varchar(256),
    idempotency_key varchar(256) not null,
    created_at timestamptz not null,
    constraint xp_ledger_once unique (idempotency_key),
    constraint xp_ledger_amount check (amount > 0 or (amount < 0 and source = 'adjustment'))
);
create index xp_ledger_newest on xp_ledger (user_id, created_at desc, id desc);
create index xp_ledger_by_source on xp_ledger (source, created_at);

-- Totals of a user: a cache of the ledger, the badges and the calendar, which can be computed anew.
create table user_gamification (
    user_id bigint primary key references users on delete cascade,
    total_xp bigint not null default 0 check (total_xp >= 0),
    level int not null default 1,
    level_title varchar(64) not null default 'Nocoiner',
    badges_earned int not null default 0,
    current_streak int not null default 0,
    longest_streak int not null default 0,
    streak_start_date date,
    last_active_week varchar(8),
    streak_evaluated_week varchar(8),
    total_shares bigint not null default 0,
    best_difficulty double precision not null default 0,
    blocks_found int not null default 0,
    lottery_wins int not null default 0,
    updated_at timestamptz not null -- of experience, badges and streak; counting a share leaves it, so that no index is touched
) with (fillfactor = 70);
create index user_gamification_by_xp on user_gamification (total_xp desc);
create index user_gamification_streaks on user_gamification (current_streak) where current_streak > 0;
create index user_gamification_changed on user_gamification (updated_at);

-- The hash of the best share, where the pool tells it (spec 06 §8).
alter table weekly_best_diff add column best_hash char(64);
alter table weekly_best_diff set (fillfactor = 70);

-- The truth about streaks.
create table streak_calendar (
    id bigint generated always as identity primary key,
    user_id bigint not null references users on delete cascade,
    week_iso varchar(8) not null,
    week_start date not null,
    share_count bigint not null default 0,
    best_diff double precision not null default 0,
    is_active boolean not null default false,
    day_mask smallint not null default 0,
    constraint streak_calendar_once unique (user_id, week_iso)
) with (fillfactor = 70);
create index streak_calendar_active on streak_calendar (week_start, user_id) where is_active;
create index streak_calendar_newest on streak_calendar (user_id, week_start desc);

create table level_celebrations (
    id bigint generated always as identity primary key,
    user_id bigint not null references users on delete cascade,
    old_level int not null,
    new_level int not null,
    new_title varchar(100) not null,
    celebrated boolean not null default false,
    created_at timestamptz not null,
    celebrated_at timestamptz,
    constraint level_celebrations_once unique (user_id, new_level)
);
create index level_celebrations_pending on level_celebrations (user_id) where not celebrated;

create table streak_celebrations (
    id bigint generated always as identity primary key,
    user_id bigint not null references users on delete cascade,
    streak_weeks int not null,
    milestone varchar(100) not null,
    celebrated boolean not null default false,
    created_at timestamptz not null,
    celebrated_at timestamptz,
    constraint streak_celebrations_once unique (user_id, streak_weeks)
);
create index streak_celebrations_pending on streak_celebrations (user_id) where not celebrated;

-- Shares of an address from before its account are counted once (spec 05 §6.4).
create table gamification_backfills (
    user_id bigint not null references users on delete cascade,
    btc_address varchar(90) not null,
    done_at timestamptz not null,
    primary key (user_id, btc_address)
);

create table game_configs (
    key varchar(32) primary key,
    name varchar(64) not null,
    slug varchar(32) not null,
    enabled boolean not null default true,
    sort_order int not null default 0,
    config jsonb not null default '{}',
    updated_at timestamptz not null
);
insert into game_configs (key, name, slug, sort_order, config, updated_at)
values ('platform', 'Platform', 'platform', 100, '{"excused_weeks": []}', '2026-01-01T00:00:00Z');
