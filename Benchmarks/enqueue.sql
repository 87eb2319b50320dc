-- What the parts of one enqueue cost inside the server: each part is taken away in turn, for good, and the difference is its cost.
--
--   backops dev --temporary --durable -- psql -qf Benchmarks/enqueue.sql
--
-- Each figure is the time of one statement in µs, without its commit: the tenth percentile of 2,000, each a transaction of its own. It is
-- that of the undisturbed statement, also on a machine that does other things. An INSERT into a table with one column and one index
-- is what a statement costs at all.

set synchronous_commit = off;
set search_path = backops, public;

create table public.smallest (id bigint generated always as identity primary key, n bigint not null);
do $$ begin perform backops.register_definition('OneAction', '{"main": ["One"]}'); end $$;

create procedure public.measure(p_what text, p_statement text) language plpgsql as $$
declare
  v_times float8[];
  v_before float8 := nullif(current_setting('measure.before', true), '')::float8;
  v_now float8;
begin
  -- As a function, so that the statement is planned once.
  execute format('create or replace procedure public.measured(inout p_times float8[]) language plpgsql as %L', format($body$
    declare
      v_start timestamptz;
    begin
      for i in 1 .. 2000 loop
        v_start := clock_timestamp();
        %s;
        p_times[i] := extract(epoch from clock_timestamp() - v_start) * 1e6;
        commit;
      end loop;
    end $body$, p_statement));
  commit;
  -- What a change leaves behind is read once before.
  call public.measured(v_times);
  call public.measured(v_times);
  v_now := (select percentile_cont(0.1) within group (order by t) from unnest(v_times) as t);
  raise notice '% µs (%): %', lpad(round(v_now)::text, 3), lpad(coalesce(round(v_now - v_before)::text, ''), 3), p_what;
  perform set_config('measure.before', v_now::text, false);
end
$$;

create procedure public.measure_enqueue(p_what text) language plpgsql as $$
begin
  call public.measure(
    p_what,
    $call$perform backops.enqueue('OneAction', '{"n": 1}'::jsonb, null, 'default', 5, null, null, '{}', null, traceparent => null)$call$
  );
end
$$;

-- Takes the statements of the trigger's function away from a place on.
create procedure public.cut(p_before text) language plpgsql as $$
declare
  v_definition text := pg_get_functiondef('backops.expand_operations'::regproc);
begin
  if strpos(v_definition, p_before) = 0 then
    raise exception 'expand_operations has no more "%"', p_before;
  end if;
  execute replace(v_definition, p_before, 'return null; ' || p_before);
end
$$;

call public.measure('an INSERT into the smallest table', 'insert into public.smallest (n) values (i)');
set measure.before = '';
call public.measure_enqueue('enqueue');
call public.cut('if v_run_at <= v_now then');
call public.measure_enqueue('without the look for sleeping workers');
call public.cut(E'insert into jobs (operation_id, run_at, definition_id, position, steps_left, priority, queue, handler)\n      select v_id,');
call public.measure_enqueue('without the job');
call public.cut('if v_definition_id is not null then');
call public.measure_enqueue('without the actions');
call public.cut('-- 0. One operation');
call public.measure_enqueue('without the look at the new row and for its plan');
call public.cut('if not current_setting(');
call public.measure_enqueue('without the look for a restore');
alter table operations disable trigger operations_expand;
call public.measure_enqueue('without the trigger');
drop index operations_globals_idx, operations_parked_idx, operations_name_key_idx;
call public.measure_enqueue('without indexes but the primary key');
alter table operations drop constraint operations_ended_or_active;
call public.measure_enqueue('without the CHECK of operations');
set client_min_messages = warning;
alter table operations drop column completed_at cascade;
reset client_min_messages;
call public.measure_enqueue('without the generated column');
call public.measure(
  'its INSERT alone, without the function',
  $call$insert into operations (name, queue, priority, perform_at, step_limit, tags, globals)
          values ('OneAction', 'default', 5, clock_timestamp(), 10000, '{}', '{"n": 1}')$call$
);
