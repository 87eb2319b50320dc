-- Runs of lanes whose queues have no limit, and are not fair, are one look; of a queue that has a limit, a lane takes as many as it has slots.
--
-- Locks: those of claim_lanes and claim_in_turn; the gate of each queue with a limit and each fair one, which no claim waits for: another
-- claim meanwhile leaves that queue out, and its worker looks again a moment later.
create or replace function claim_lane_by_lane(
  p_worker_id bigint, p_limit integer,
  p_queues text[], p_priorities smallint[], p_after_run_at timestamptz[], p_after_operation_id bigint[],
  p_handlers text[], p_paused text[], p_limited text[], p_fair fair_queues[], p_now timestamptz
) returns setof claimed_job
  language plpgsql
  set search_path from current
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_rooms integer[];
  v_turns boolean[];
  v_left integer := p_limit;
  v_first integer := 1;
  v_last integer;
  v_limit integer;
  v_fair integer;
  v_count integer;
  v_special text[];
  v_fair_queues text[];
begin
  p_limited := array(select queue from unnest(p_limited) as queue where queue = any (p_queues) order by queue);
  v_rooms := queue_rooms(p_limited);
  p_fair := array(select f from unnest(p_fair) as f where f.queue = any (p_queues) order by f.queue);
  v_fair_queues := array(select f.queue from unnest(p_fair) with ordinality as f order by ordinality);
  v_turns := array(select pg_try_advisory_xact_lock(gate_lock(queue_gate(queue))) from unnest(v_fair_queues) with ordinality as f (queue, n) order by n);
  v_special := p_limited || v_fair_queues;
  while v_left > 0 and v_first <= coalesce(cardinality(p_queues), 0) loop
    v_limit := array_position(p_limited, p_queues[v_first]);
    v_fair := array_position(v_fair_queues, p_queues[v_first]);
    v_last := v_first;
    if v_limit is null and v_fair is null then
      while v_last < cardinality(p_queues) and p_queues[v_last + 1] <> all (v_special) loop
        v_last := v_last + 1;
      end loop;
    end if;
    v_count := 0;
    if v_limit is not null and v_rooms[v_limit] = 0 then
      null;
    elsif v_fair is null then
      return query
        select *
          from claim_lanes(
            p_worker_id, least(v_left, v_rooms[v_limit]), p_queues[v_first:v_last], p_priorities[v_first:v_last], p_after_run_at[v_first:v_last],
            p_after_operation_id[v_first:v_last], p_handlers, p_paused, queue_gate(p_limited[v_limit]), p_now
          );
      get diagnostics v_count = row_count;
    elsif p_queues[v_first] <> all (p_paused) then
      return query
        select *
          from claim_in_turn(
            p_worker_id, least(v_left, v_rooms[v_limit]), p_fair[v_fair], p_priorities[v_first], p_after_run_at[v_first], p_after_operation_id[v_first],
            v_turns[v_fair], p_handlers, queue_gate(p_limited[v_limit]), p_now
          );
      get diagnostics v_count = row_count;
    end if;
    v_left := v_left - v_count;
    if v_limit is not null and v_count > 0 then
      v_rooms[v_limit] := v_rooms[v_limit] - v_count;
      update queue_limits set holding = holding + v_count where queue = p_limited[v_limit];
    end if;
    v_first := v_last + 1;
  end loop;
end
$$;
comment on function claim_lane_by_lane(bigint, integer, text[], smallint[], timestamptz[], bigint[], text[], text[], text[], fair_queues[], timestamptz) is
  'The part of claim() for a worker some of whose queues have a limit, or are fair.';
