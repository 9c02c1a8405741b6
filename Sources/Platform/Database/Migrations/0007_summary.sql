-- What the summary shows beside lifetime totals, in the row it reads anyway: every table joined costs as much as that row (spec 03 §4.6).
-- Only the latest day and week are kept here; whatever is asked for earlier ones is in user_daily_stats and personal_bests.
-- A node of before this migration adds no shares to the latest day. If one still ran, `tbg rebuild rollups --from DAY --to DAY --apply` mends it.
alter table user_share_totals
    add column latest_day date, -- the latest with a share
    add column day_total_shares bigint not null default 0,
    add column day_accepted_shares bigint not null default 0,
    add column day_best_diff double precision not null default 0,
    add column latest_week varchar(8), -- the latest with a best
    add column week_best_diff double precision not null default 0,
    add column workers_total int not null default 0; -- not archived

insert into user_share_totals (user_id) select distinct user_id from workers on conflict do nothing;
update user_share_totals t set
    latest_day = d.day, day_total_shares = coalesce(d.total_shares, 0), day_accepted_shares = coalesce(d.accepted_shares, 0),
    day_best_diff = coalesce(d.best_diff, 0), latest_week = b.period_key, week_best_diff = coalesce(b.best_difficulty, 0),
    workers_total = (select count(*) from workers w where w.user_id = u.id and w.archived_at is null)
from users u
left join lateral (
    select day, total_shares, accepted_shares, best_diff from user_daily_stats
    where user_id = u.id and total_shares > 0 order by day desc limit 1
) d on true
left join lateral (
    select period_key, best_difficulty from personal_bests
    where user_id = u.id and timeframe = 'week' order by period_key desc limit 1
) b on true
where t.user_id = u.id;

-- Workers come by shares and by sessions, leave by night and come back: whoever makes them, they are counted. At commit, because a
-- transaction makes its workers before it takes its users' totals in the order that keeps two of them from waiting for each other.
create function count_worker() returns trigger language plpgsql as $$
declare
    change int := case when tg_op = 'DELETE' or new.archived_at is not null then -1 else 1 end;
begin
    insert into user_share_totals as t (user_id, workers_total)
    select id, change from users where id = coalesce(new.user_id, old.user_id)
    on conflict (user_id) do update set workers_total = t.workers_total + excluded.workers_total;
    return null;
end $$;
create constraint trigger workers_counted after insert on workers
    deferrable initially deferred for each row when (new.archived_at is null) execute function count_worker();
create constraint trigger workers_recounted after update of archived_at on workers
    deferrable initially deferred for each row when ((old.archived_at is null) <> (new.archived_at is null)) execute function count_worker();
create constraint trigger workers_discounted after delete on workers
    deferrable initially deferred for each row when (old.archived_at is null) execute function count_worker();
