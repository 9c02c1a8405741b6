-- Dashboard and live messages (spec 04 §2, activity 08 §1).

-- What everybody may read of what happened. The text may hold `{actor}` once in title and description each; names are put in when read.
create table activity_feed (
    id bigserial primary key,
    event_type varchar(32) not null,
    user_id bigint references users on delete set null,
    title text not null,
    description text,
    metadata jsonb not null default '{}',
    is_global boolean not null default true,
    dedup_key varchar(160),
    created_at timestamptz not null
);
create unique index activity_feed_once on activity_feed (dedup_key) where dedup_key is not null;
create index activity_feed_newest on activity_feed (id desc) where is_global;
create index activity_feed_by_user on activity_feed (user_id, id desc);
create index activity_feed_personal_age on activity_feed (created_at) where not is_global;

create table upcoming_events (
    id varchar(64) primary key,
    event_type varchar(32) not null check (event_type in ('world-cup', 'lottery', 'streak', 'competition', 'maintenance')),
    title varchar(256) not null,
    description text,
    starts_at timestamptz,
    ends_at timestamptz not null,
    action_label varchar(64),
    action_href varchar(256),
    is_active boolean not null default true,
    target_user_id bigint references users on delete cascade,
    metadata jsonb not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint upcoming_events_order check (starts_at is null or starts_at < ends_at),
    constraint upcoming_events_action_complete check ((action_label is null) = (action_href is null))
);
create index upcoming_events_everybody on upcoming_events (ends_at) where is_active and target_user_id is null;
create index upcoming_events_personal on upcoming_events (target_user_id, ends_at) where is_active;
create index upcoming_events_ended on upcoming_events (ends_at);

-- Reminders sent or skipped; user 0 stands for everybody.
create table event_reminders (
    event_id varchar(64) not null,
    user_id bigint not null,
    lead_seconds int not null,
    sent_at timestamptz not null,
    primary key (event_id, user_id, lead_seconds)
);
create index event_reminders_by_age on event_reminders (sent_at);

-- A user's own history.
create table activity_events (
    id bigserial primary key,
    user_id bigint references users on delete cascade,
    activity_type varchar(64) not null,
    category varchar(16) not null check (category in ('mining', 'badge', 'game', 'competition', 'social', 'education', 'system')),
    title varchar(256) not null,
    description text,
    metadata jsonb not null default '{}',
    link varchar(256),
    xp int,
    is_global boolean not null default false,
    dedupe_key varchar(160),
    created_at timestamptz not null
);
create unique index activity_events_once on activity_events (user_id, dedupe_key) where dedupe_key is not null;
create index activity_events_newest on activity_events (user_id, created_at desc, id desc);
create index activity_events_global on activity_events (created_at desc, id desc) where is_global;

-- Ranks and percentiles leave out the banned, who are few.
create index users_banned on users (id) where is_banned;
