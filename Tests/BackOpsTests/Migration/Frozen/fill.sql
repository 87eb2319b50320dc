-- Operations in every state that the schema knows, made by the functions of its own release.
-- Run with the schema first in search_path.

select register_definition('Fulfilment', '{"main": ["Charge", ["Ship", {"max_attempts": 3}], "Mail"], "refund": ["Refund"]}');
select register_definition('Report', '{"main": [["Build", {"max_attempts": 1}]]}');
insert into secret_keys (name, key) values ('Fulfilment', 'card');
select pause('imports', reason => 'the supplier is down');

do $$
declare
  v_worker bigint := register_worker('old-host', 1, '{default,reports}', '{Fulfilment/Charge,Fulfilment/Ship,Fulfilment/Mail,Fulfilment/Refund,Report/Build,/Own}', 8, '1.0', '1 hour');
  v_dead bigint;
  v_job claimed_job;
  v_next record;
begin
  -- 1: completed, with a log line, a checkpoint and progress.
  insert into operations (name, key, globals, tags) values ('Fulfilment', 'first', '{"subscription_id": 1, "card": "tok"}', '{gold}');
  select * into v_job from claim(v_worker, 1, '{default}', '{5}', '{-infinity}', '{0}');
  perform checkpoint(v_worker, v_job.operation_id, v_job.claim_id, '{"set": {"charged": true}}');
  perform report_progress(v_worker, array[v_job.operation_id], array[v_job.claim_id], array[0.5::real], array['half']);
  perform store_logs(v_worker, array[v_job.operation_id], array[v_job.claim_id],
                     array['[{"number": 1, "at": "2026-11-29T08:00:00Z", "level": "info", "message": "charging", "metadata": {}}]'::jsonb]);
  select * into v_next from complete_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], array[null::jsonb], array[null::integer]);
  select * into v_next from complete_many(v_worker, array[v_next.operation_id], array[v_next.next_claim_id], array[null::jsonb], array[null::integer]);
  select * into v_next from complete_many(v_worker, array[v_next.operation_id], array[v_next.next_claim_id], array[null::jsonb], array[null::integer]);
  -- 2: failed for good.
  insert into operations (name, queue) values ('Report', 'reports');
  select * into v_job from claim(v_worker, 1, '{reports}', '{5}', '{-infinity}', '{0}');
  perform fail_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], '{failed}', '{false}', array[null::interval], '{DiskFull}', '{no space left}',
                    '{main.swift:1}');
  -- 3: cancelled while it ran. 4: cancelled before.
  insert into operations (name) values ('Fulfilment');
  select * into v_job from claim(v_worker, 1, '{default}', '{5}', '{-infinity}', '{0}');
  perform cancel(v_job.operation_id, 'changed their mind');
  insert into operations (name, perform_at) values ('Fulfilment', '2999-01-01');
  perform cancel(4, 'never');
  -- 5: waits for its second attempt. 6: snoozed. 7: jumped to a branch.
  insert into operations (name) values ('Fulfilment');
  select * into v_job from claim(v_worker, 1, '{default}', '{5}', '{-infinity}', '{0}');
  select * into v_next from complete_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], array[null::jsonb], array[null::integer]);
  perform fail_many(v_worker, array[v_next.operation_id], array[v_next.next_claim_id], '{timed_out}', '{false}', array['1 hour'::interval], '{Timeout}', '{too slow}',
                    array[null::text]);
  insert into operations (name) values ('Fulfilment');
  select * into v_job from claim(v_worker, 1, '{default}', '{5}', '{-infinity}', '{0}');
  perform snooze_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], array[null::timestamptz], array['1 hour'::interval]);
  insert into operations (name) values ('Fulfilment');
  select * into v_job from claim(v_worker, 1, '{default}', '{5}', '{-infinity}', '{0}');
  perform complete_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], array[null::jsonb], '{4}', false);
  -- 8: runs on a worker whose process is no more. 9: due. 10: scheduled. 11: parked. 12: its own branches. 13: its queue is paused.
  insert into operations (name, priority) values ('Fulfilment', 3);
  v_dead := register_worker('dead-host', 2, '{default}', '{Fulfilment/Charge}', 1, '1.0', '1 second');
  perform claim(v_dead, 1, '{default}', '{3}', '{-infinity}', '{0}');
  insert into operations (name, key) values ('Fulfilment', 'due');
  insert into operations (name, perform_at) values ('Fulfilment', '2999-01-01');
  insert into operations (name) values ('Unknown');
  insert into operations (name, branches) values ('Ad hoc', '{"main": ["Own", "Own"]}');
  insert into operations (name, queue) values ('Fulfilment', 'imports');
  -- 14: failed, retried, and due again.
  insert into operations (name, queue) values ('Report', 'reports');
  select * into v_job from claim(v_worker, 1, '{reports}', '{5}', '{-infinity}', '{0}');
  perform fail_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], '{failed}', '{true}', array[null::interval], '{DiskFull}', '{no space left}',
                    array[null::text]);
  perform retry(v_job.operation_id, 'there is space');
  -- 15: runs on the worker that lives.
  insert into operations (name, priority) values ('Fulfilment', 7);
  perform claim(v_worker, 1, '{default}', '{7}', '{-infinity}', '{0}');
  -- 16: at a wait whose deadline comes. 17: at one that lasts, with a signal that it does not read. 18: has read one, and sleeps.
  insert into operations (name, branches) values ('Ask', '{"main": [["Answer", {"wait_for": "yes", "timeout": 3600, "on_timeout": "go_on", "as": "answer"}], "Own"]}');
  insert into operations (name, branches) values ('Ask', '{"main": [["Answer", {"wait_for": ["yes", "no"], "as": "answer"}], "Own"]}');
  perform signal(17, 'perhaps', '{"why": "rain"}');
  insert into operations (name, branches) values ('Ask', '{"main": [["Answer", {"wait_for": "yes"}], ["Nap", {"sleep": 3600}], "Own"]}');
  perform signal(18, 'yes', '5', 'click-1');
  -- 19: at an approval whose deadline comes. 20: at one that lasts. 21: was rejected, and asks again.
  insert into operations (name, branches) values ('Ask', '{"main": [["Boss", {"approval": "refund", "within": 3600, "else": "go_on", "as": "answer"}], "Own"]}');
  insert into operations (name, branches) values ('Ask', '{"main": [["Boss", {"approval": "refund", "question": "Refund?", "as": "answer"}], "Own"]}');
  insert into operations (name, branches) values ('Ask', '{"main": [["Boss", {"approval": "refund"}], "Own"]}');
  perform decide(21, 'refund', 'rejected', 'no receipt', 'ann');
  perform retry(21);
  perform record_actions('[{"queue": "default", "operation": "Fulfilment", "action": "main/Charge", "completed": 5, "failed": 1, "retried": 1, "max_ms": 12,
                            "buckets": [0,0,0,0,0,0,0,0,0,0,0,0,7,0,0,0,0,0,0,0,0,0,0,0,0]}]');
  perform heartbeat(v_worker, false, false);
  update workers set heartbeat_at = heartbeat_at - interval '1 hour' where id = v_dead;
end
$$;
