-- What partitions would cost: the UPDATE of a batch of actions by primary key, as a completion makes it, on one table and on the same
-- rows in 11 and in 102 partitions by ranges of ids.
--
--   backops dev --temporary --durable -- psql -qf Benchmarks/partitions.sql
--
-- Each figure is the time of the server in µs for one action, in batches of 100 by a generic plan, the median of five runs.

create schema partitions;
set search_path = partitions;
set jit = off;

create function make(p_table text, p_partitions integer) returns void language plpgsql as $$
begin
  execute format(
    'create table %I (operation_id bigint, position integer, name text, started_at timestamptz, completed_at timestamptz, attempts_count integer,
       primary key (operation_id, position)) %s',
    p_table, case when p_partitions > 1 then 'partition by range (operation_id)' else 'with (fillfactor = 67)' end
  );
  for i in 1 .. case when p_partitions > 1 then p_partitions else 0 end loop
    execute format(
      'create table %I partition of %I for values from (%s) to (%s) with (fillfactor = 67)',
      p_table || '_' || i, p_table, (i - 1) * 200000 / p_partitions + 1, i * 200000 / p_partitions + 1
    );
  end loop;
  execute format('insert into %I select id, position, ''A'', null, null, 0 from generate_series(1, 200000) as id, generate_series(1, 3) as position', p_table);
end
$$;

-- Batches lie within the newest tenth, as running operations do.
create procedure complete(p_table text, p_batches integer, inout p_microseconds float8) language plpgsql as $$
declare
  v_ids bigint[];
  v_start timestamptz;
  v_seconds float8 := 0;
begin
  execute format(
    'prepare complete_%1$s (bigint[]) as
       with done as (
         update %1$I a set started_at = now(), completed_at = now(), attempts_count = 1
           from unnest($1) as i (id) where a.operation_id = i.id and a.position = 2
         returning a.operation_id
       )
       select count(*) from done join %1$I n on n.operation_id = done.operation_id and n.position = 3', p_table);
  for i in 1 .. p_batches loop
    v_ids := array(select 180000 + (random() * 19999)::bigint from generate_series(1, 100));
    v_start := clock_timestamp();
    execute format('execute complete_%s (%L)', p_table, v_ids);
    v_seconds := v_seconds + extract(epoch from clock_timestamp() - v_start);
  end loop;
  execute format('deallocate complete_%s', p_table);
  p_microseconds := v_seconds * 1e6 / (p_batches * 100);
end
$$;

create procedure measure(p_table text, p_partitions integer) language plpgsql as $$
declare
  v_microseconds float8[] := '{}';
  v_one float8;
begin
  perform make(p_table, p_partitions);
  commit;
  execute format('analyze %I', p_table);
  for run in 1 .. 5 loop
    call complete(p_table, 200, v_one);
    v_microseconds := v_microseconds || v_one;
    commit;
  end loop;
  raise notice '% partitions: % µs for an action', p_partitions,
    (select round(percentile_disc(0.5) within group (order by m)::numeric, 1) from unnest(v_microseconds) as m);
end
$$;

set plan_cache_mode = force_generic_plan;
set enable_seqscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
call measure('one', 1);
call measure('eleven', 11);
call measure('hundred', 102);
