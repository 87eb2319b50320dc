drop function store_logs(bigint, bigint[], bigint[], jsonb[]);
drop view slow_actions;
drop view throughput;
drop function record_actions(jsonb);
drop table action_hours;
drop table operation_minutes;
drop function bucket_quantile(bigint[], float8, float8);
drop function bucket_sums(bigint[]);
drop function duration_bucket_limits();
