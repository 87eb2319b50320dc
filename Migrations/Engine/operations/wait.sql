-- Every look is a statement of its own, with a new snapshot. The statement that calls it keeps its own all the while, and with it
-- rows that are dead already: hence the limit.
create or replace function wait(id bigint, timeout interval default '30 seconds') returns text
  language plpgsql
  set search_path from current
as $$
#variable_conflict use_variable
declare
  v_end timestamptz := clock_timestamp() + timeout;
  v_pause double precision := 0.02;
  v_state text;
begin
  if timeout is null or timeout not between interval '0' and interval '5 minutes' then
    raise exception using errcode = 'OP004', message = 'wait must be told how long, five minutes at most',
      hint = 'wait(id, ''30 seconds''); call it again to wait longer.';
  end if;
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception using errcode = 'OP004', message = 'wait never sees an operation end in a transaction that is ' || current_setting('transaction_isolation'),
      hint = 'Call it in a transaction of its own.';
  end if;
  loop
    select state into v_state from operations o where o.id = wait.id;
    if not found then
      raise exception using errcode = 'OP002', message = format('there is no operation %s', wait.id);
    end if;
    exit when v_state <> 'active' or clock_timestamp() >= v_end;
    perform pg_sleep(least(v_pause, greatest(0, extract(epoch from v_end - clock_timestamp()))));
    v_pause := least(v_pause * 1.5, 1);
  end loop;
  return v_state;
end
$$;
comment on function wait(bigint, interval) is
  'Waits until an operation has ended, at most for a while; returns its state, "active" where it has not ended. It holds a snapshot meanwhile: '
  'not for programs that wait for many. SELECT backops.wait(48213, ''10 seconds'')';
