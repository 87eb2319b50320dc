create or replace function explain_wait(p_job jobs, p_step actions) returns setof explanation
  language plpgsql stable
  set search_path from current
  set jit = off
as $$
declare
  v_now timestamptz := statement_now();
  v_schema text := quote_ident(current_schema());
  v_place text := p_step.branch || '/' || p_step.name;
  v_inbox text;
  v_approval approvals;
  r explanation;
begin
  if p_step.wait ? 'approval' and p_job.waits_since is not null then
    select * into v_approval from approvals where operation_id = p_job.operation_id and decision is null;
  end if;
  if p_job.run_at <= v_now and (v_approval.deadline <= v_now or v_approval.id is null) then
    r.reason := 'wait_overdue';
    r.detail := case
      when p_job.waits_since is null then format('%s begins at %s, and no worker has looked', v_place, p_job.run_at)
      else format('%s was over at %s, and no worker has let it go on', v_place, coalesce(v_approval.deadline, p_job.run_at))
    end;
    r.advice := case
      when exists (select from workers w where not w.stopping and w.heartbeat_at + w.lease > v_now) then 'Workers do so with their next claim.'
      else 'No worker is alive: start one, any one does.'
    end;
    r.since := coalesce(v_approval.deadline, p_job.run_at);
    return next r;
    return;
  end if;
  if p_job.waits_since is null then
    r.reason := 'scheduled';
    r.detail := format('%s begins at %s', v_place, p_job.run_at);
    r.advice := format('SELECT %s.reschedule(%s, now()) starts it at once.', v_schema, p_job.operation_id);
    r.until := p_job.run_at;
    return next r;
    return;
  end if;
  if v_approval.id is not null then
    return query select e.* from explain_approval(v_approval, p_step, p_job.run_at) as e;
    return;
  end if;
  select string_agg(distinct format('"%s"', name), ', ') into v_inbox from signals where operation_id = p_job.operation_id and read_at is null;
  r.reason := 'waiting';
  r.detail := concat_ws('; ',
    format('%s %s', v_place, describe_wait(p_step.wait, p_job.waits_since, p_job.run_at)),
    'unread are signals ' || v_inbox
  );
  r.advice := case when p_step.wait ? 'signals'
    then format('SELECT %1$s.signal(%2$s, %3$L) ends it, SELECT %1$s.skip(%2$s) leaves it out.', v_schema, p_job.operation_id, p_step.wait -> 'signals' ->> 0)
    else format('SELECT %s.wake_up(%s) ends it.', v_schema, p_job.operation_id)
  end;
  r.since := p_job.waits_since;
  r.until := nullif(p_job.run_at, 'infinity');
  return next r;
end
$$;
comment on function explain_wait(jobs, actions) is 'The part of explain() about an operation at a wait.';

create or replace function describe_wait(p_wait jsonb, p_since timestamptz, p_until timestamptz) returns text
  language sql stable
  set search_path from current
as $$
  select case
    when p_since is null then format('begins at %s', p_until)
    when p_wait ?| '{signals,approval}' then case
      when p_wait ? 'approval' then format('waits for the approval "%s"', p_wait ->> 'approval') || coalesce(' by "' || (p_wait ->> 'role') || '"', '')
      else format('waits for the signal %s', awaited_signals(p_wait))
    end || case
      when isfinite(p_until) then format(' until %s, then %s', p_until, case
        when p_wait -> 'on_timeout' ? 'branch' then format('goes to branch "%s"', p_wait -> 'on_timeout' ->> 'branch')
        when p_wait -> 'on_timeout' = '"go_on"' then 'goes on'
        else 'fails'
      end)
      else ''
    end
    else format('sleeps until %s', p_until)
  end
$$;
comment on function describe_wait(jsonb, timestamptz, timestamptz) is 'What a wait that an operation is at waits for, in words.';

create or replace function wait_piece(p_wait jsonb, p_outcome text, p_signal text) returns text
  language sql stable
  set search_path from current
  set intervalstyle = 'postgres'
as $$
  select case
    when p_outcome is not null then concat_ws(' ', replace(p_outcome, '_', ' '), p_signal)
    when p_wait ? 'signals' then 'for ' || array_to_string(array(select jsonb_array_elements_text(p_wait -> 'signals')), ' or ')
    when p_wait ? 'approval' then 'by ' || coalesce(p_wait ->> 'role', 'anybody')
    when p_wait ? 'until' then 'until ' || (p_wait ->> 'until')
    else justify_interval(make_interval(secs => (p_wait ->> 'for')::double precision))::text
  end
$$;
comment on function wait_piece(jsonb, text, text) is 'What flow says of a wait.';
