-- Sign-in and users (spec 02 §12, notification preferences: 08 §1).

create table refresh_tokens (
    id uuid primary key,
    user_id bigint not null references users on delete cascade,
    family_id uuid not null,
    token_hash char(64) not null,
    auth_method varchar(16) not null check (auth_method in ('wallet', 'email')),
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    family_started_at timestamptz not null,
    family_expires_at timestamptz not null,
    rotated_at timestamptz,
    replaced_by uuid,
    revoked_at timestamptz,
    revoke_reason varchar(16)
        check (revoke_reason in ('logout', 'logout_all', 'reuse', 'password', 'takeover', 'ban', 'limit', 'user')),
    ip_address inet,
    user_agent varchar(512),
    constraint refresh_tokens_hash_key unique (token_hash),
    constraint refresh_tokens_rotation_complete check ((rotated_at is null) = (replaced_by is null)),
    constraint refresh_tokens_revocation_complete check ((revoked_at is null) = (revoke_reason is null))
);
create index refresh_tokens_by_user on refresh_tokens (user_id, family_id);
create index refresh_tokens_by_family on refresh_tokens (family_id);
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

create table api_keys (
    id uuid primary key,
    user_id bigint not null references users on delete cascade,
    key_prefix varchar(16) not null,
    key_hash varchar(256) not null,
    name varchar(128) not null,
    permissions jsonb not null default '["read"]',
    last_used_at timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
);
create unique index api_keys_prefix_key on api_keys (key_prefix) where revoked_at is null;
create index api_keys_by_user on api_keys (user_id);

create table user_settings (
    user_id bigint primary key references users on delete cascade,
    privacy jsonb not null default '{}',
    mining jsonb not null default '{}',
    sound jsonb not null default '{}',
    updated_at timestamptz not null
);

-- The only authority on notifications; the settings endpoint shows it as its group `notifications`.
create table notification_preferences (
    user_id bigint primary key references users on delete cascade,
    personal_best boolean not null default true,
    badge_earned boolean not null default true,
    world_cup_match boolean not null default true,
    lottery_results boolean not null default true,
    block_found_any boolean not null default false,
    leaderboard_change boolean not null default false,
    coop_activity boolean not null default false,
    education_recommendation boolean not null default false,
    in_app boolean not null default true,
    browser_push boolean not null default false,
    email_notifications boolean not null default false,
    email varchar(320),
    updated_at timestamptz not null
);

create table email_verification_tokens (
    id uuid primary key,
    user_id bigint not null references users on delete cascade,
    token_hash char(64) not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint email_verification_tokens_hash_key unique (token_hash)
);
create index email_verification_tokens_open on email_verification_tokens (user_id) where used_at is null;
create index email_verification_tokens_by_expiry on email_verification_tokens (expires_at);

create table password_reset_tokens (
    id uuid primary key,
    user_id bigint not null references users on delete cascade,
    token_hash char(64) not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    ip_address inet,
    constraint password_reset_tokens_hash_key unique (token_hash)
);
create index password_reset_tokens_open on password_reset_tokens (user_id) where used_at is null;
create index password_reset_tokens_by_expiry on password_reset_tokens (expires_at);

-- Mails to be sent. `user_id` is absent when a password reset was asked for an address nobody registered.
create table email_outbox (
    id bigserial primary key,
    kind varchar(32) not null
        check (kind in ('welcome', 'verify_email', 'password_reset', 'password_changed', 'wallet_changed', 'account_claimed')),
    user_id bigint references users on delete cascade,
    recipient varchar(254) not null,
    params jsonb not null default '{}',
    state varchar(8) not null default 'pending' check (state in ('pending', 'sent', 'failed', 'skipped')),
    attempts smallint not null default 0,
    next_attempt_at timestamptz not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    request_id varchar(64)
);
create index email_outbox_due on email_outbox (next_attempt_at) where state = 'pending';
create index email_outbox_finished on email_outbox (finished_at) where finished_at is not null;

-- Notifications of a user (spec 08 §1): written from here on by sign-in and security events.
create table notifications (
    id bigserial primary key,
    user_id bigint not null references users on delete cascade,
    type varchar(16) not null check (type in ('mining', 'gamification', 'competition', 'social', 'system')),
    subtype varchar(64) not null,
    title varchar(256) not null,
    description text,
    action_url varchar(256),
    action_label varchar(64),
    metadata jsonb not null default '{}',
    in_app boolean not null default true,
    read boolean not null default false,
    read_at timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz,
    dedupe_key varchar(160),
    dispatch_state varchar(8) not null default 'pending' check (dispatch_state in ('pending', 'done', 'failed')),
    attempts smallint not null default 0,
    next_attempt_at timestamptz not null,
    email_state varchar(8) not null default 'none' check (email_state in ('none', 'pending', 'sent', 'skipped', 'failed'))
);
create unique index notifications_once on notifications (user_id, dedupe_key) where dedupe_key is not null;
create index notifications_newest on notifications (user_id, created_at desc, id desc);
create index notifications_unread on notifications (user_id) where not read and in_app;
create index notifications_due on notifications (next_attempt_at) where dispatch_state = 'pending';
