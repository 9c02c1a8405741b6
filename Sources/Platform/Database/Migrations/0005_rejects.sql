-- Why the pool rejected shares, counted per worker and UTC day: answers do not depend on how many shares there are, nor on how long they
-- are kept. Empty stands for a share rejected without a reason.
create table worker_rejects (
    worker_id bigint not null references workers on delete cascade,
    bucket date not null,
    reason varchar(32) not null,
    rejected_shares bigint not null,
    primary key (worker_id, bucket, reason)
) with (fillfactor = 70);
