-- The two latest active weeks of the calendar, in the row that everybody who shows a streak reads anyway (spec 05 §9 no. 9). They change
-- with the first share of a day, so a trigger costs next to nothing, and whoever writes the calendar cannot forget them.
alter table user_gamification
    add column latest_active_week date, -- its Monday
    add column latest_day_mask smallint not null default 0, -- days of that week with a share; bit 0 is Monday
    add column active_week_before date;

create function latest_active_weeks(owner bigint, out latest date, out days smallint, out before date) language sql stable as $$
    select (array_agg(week_start order by week_start desc))[1], coalesce((array_agg(day_mask order by week_start desc))[1], 0::smallint),
           (array_agg(week_start order by week_start desc))[2]
    from (select week_start, day_mask from streak_calendar where user_id = owner and is_active order by week_start desc limit 2) weeks
$$;
update user_gamification g set (latest_active_week, latest_day_mask, active_week_before) = (select * from latest_active_weeks(g.user_id));

create function show_active_weeks() returns trigger language plpgsql as $$
declare
    owner bigint := coalesce(new.user_id, old.user_id);
begin
    update user_gamification set (latest_active_week, latest_day_mask, active_week_before) = (select * from latest_active_weeks(owner))
    where user_id = owner;
    return null;
end $$;
create trigger streak_calendar_grown after insert or delete on streak_calendar
    for each row execute function show_active_weeks();
create trigger streak_calendar_changed after update on streak_calendar
    for each row when ((old.is_active, old.day_mask, old.week_start, old.user_id) is distinct from
                       (new.is_active, new.day_mask, new.week_start, new.user_id)) execute function show_active_weeks();
-- Whoever comes to have a row after the calendar.
create trigger user_gamification_begun after insert on user_gamification
    for each row execute function show_active_weeks();
