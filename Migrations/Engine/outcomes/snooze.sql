create or replace function snooze_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamptz[], p_delay interval[]
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
as $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'snoozed', p_until, p_delay);
end
$$;
comment on function snooze_many(bigint, bigint[], bigint[], timestamptz[], interval[]) is
  'Puts claimed actions off, each until a time or for a while, at no cost in attempts. outcome: snoozed, done, stale, busy, and of several actions '
  'invalid for one whose time is missing or not finite: its job is still held.';

create or replace function snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval)
returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language sql
  set search_path from current
as $$
  select * from hand_back_many(p_worker_id, array[p_operation_id], array[p_claim_id], 'snoozed', null, array[p_delay])
$$;
comment on function snooze(bigint, bigint, bigint, interval) is 'snooze_many for one claim.';

create or replace function snooze_many(
  p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamptz[], p_delay interval[], p_at_most integer[], p_within interval[]
) returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language plpgsql
  set search_path from current
as $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'snoozed', p_until, p_delay, true, p_at_most, p_within);
end
$$;
comment on function snooze_many(bigint, bigint[], bigint[], timestamptz[], interval[], integer[], interval[]) is
  'Puts claimed actions off, each at most so often in its run, and within so long from the start of the first attempt that was put off; null is no limit. '
  'One that would be put off once more fails for good, with the error SnoozeLimit; the last turn is at the deadline. outcome: snoozed, failed, done, stale, busy, '
  'and of several actions invalid for one whose time or limit makes no sense: its job is still held.';

create or replace function snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval, p_at_most integer, p_within interval default null)
returns table (operation_id bigint, claim_id bigint, outcome text, run_at timestamptz)
  language sql
  set search_path from current
as $$
  select * from hand_back_many(p_worker_id, array[p_operation_id], array[p_claim_id], 'snoozed', null, array[p_delay], true, array[p_at_most], array[p_within])
$$;
comment on function snooze(bigint, bigint, bigint, interval, integer, interval) is 'snooze_many with limits for one claim.';
