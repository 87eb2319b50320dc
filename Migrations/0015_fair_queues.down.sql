update jobs set queue = substr(queue, 7), turn = null where turn is not null;
alter table jobs drop constraint jobs_in_turn_whole;
alter table jobs drop column turn;
drop table fair_keys;
drop table fair_lanes;
drop table fair_queues;
comment on column jobs.queue is 'Queue that the job waits in; "/waits", which no worker serves, at a wait, and "/limits" before a limit.';
