-- Rows of a day lie together, because days are written one after the other: a summary of each stretch of pages finds the days past
-- retention, and those to be computed anew, at almost no cost for writers.
create index daily_shares_by_day on daily_shares using brin (bucket) with (pages_per_range = 16);
create index worker_rejects_by_day on worker_rejects using brin (bucket) with (pages_per_range = 16);
