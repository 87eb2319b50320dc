-- Runs of lanes whose queues have no limit are one look; a lane of a queue that has one takes as many as it has slots.
--
-- Locks: those of claim_lanes; the gate of each queue with a limit, which no claim waits for: whoever comes meanwhile looks again a moment later.
create or replace function claim_within_limits(
  p_worker_id bigint, p_limit integer,
  p_queues text[], p_priorities smallint[], p_after_run_at timestamptz[], p_after_operation_id bigint[],
  p_handlers text[], p_paused text[], p_limited text[], p_now timestamptz
) returns setof claimed_job
  language plpgsql
  set search_path from current
  set plan_cache_mode = force_generic_plan
  set jit = off
as $$
declare
  v_rooms integer[];
  v_left integer := p_limit;
  v_first integer := 1;
  v_last integer;
  v_at integer;
  v_count integer;
begin
  p_limited := array(select queue from unnest(p_limited) as queue where queue = any (p_queues) order by queue);
  v_rooms := queue_rooms(p_limited);
  while v_left > 0 and v_first <= coalesce(cardinality(p_queues), 0) loop
    v_at := array_position(p_limited, p_queues[v_first]);
    v_last := v_first;
    if v_at is null then
      while v_last < cardinality(p_queues) and array_position(p_limited, p_queues[v_last + 1]) is null loop
        v_last := v_last + 1;
      end loop;
    end if;
    if v_at is null or v_rooms[v_at] > 0 then
      return query
        select *
          from claim_lanes(
            p_worker_id, least(v_left, v_rooms[v_at]), p_queues[v_first:v_last], p_priorities[v_first:v_last], p_after_run_at[v_first:v_last],
            p_after_operation_id[v_first:v_last], p_handlers, p_paused, queue_gate(p_limited[v_at]), p_now
          );
      get diagnostics v_count = row_count;
      v_left := v_left - v_count;
      if v_at is not null and v_count > 0 then
        v_rooms[v_at] := v_rooms[v_at] - v_count;
        update queue_limits set holding = holding + v_count where queue = p_limited[v_at];
      end if;
    end if;
    v_first := v_last + 1;
  end loop;
end
$$;
comment on function claim_within_limits(bigint, integer, text[], smallint[], timestamptz[], bigint[], text[], text[], text[], timestamptz) is
  'The part of claim() for a worker some of whose queues have a limit: as many of them as they have slots.';
