create or replace function position_after(p_operation_id bigint, p_branch text, p_position integer) returns integer
  language plpgsql stable
  set search_path from current
as $$
begin
  return coalesce(
    (select s.position from actions s where s.operation_id = p_operation_id and s.position = p_position + 1 and s.branch = p_branch),
    (
      select m.position
        from actions m
       where m.operation_id = p_operation_id and m.branch = 'main' and m.completed_at is null and m.skipped_at is null
       order by m.position
       limit 1
    )
  );
end
$$;
comment on function position_after(bigint, text, integer) is
  'Where an operation goes on after an action of a side branch: the next of that branch, else the first that main has left.';

create or replace function find_position(p_operation_id bigint, p_branch text, p_action text default null) returns integer
  language plpgsql stable
  set search_path from current
as $$
declare
  v_position integer;
begin
  select min(position) into v_position
    from actions
   where operation_id = p_operation_id and branch = p_branch and (p_action is null or name = p_action);
  if v_position is null then
    raise exception using errcode = 'OP005',
      message = format('operation %s has no %s', p_operation_id, concat_ws('/', p_branch, p_action)),
      hint = coalesce((
        select 'It has ' || string_agg(branch || '/' || name, ', ' order by position) || '.' from actions where operation_id = p_operation_id
      ), 'It has no actions: does it exist, and has somebody registered its name?');
  end if;
  return v_position;
end
$$;
comment on function find_position(bigint, text, text) is
  'The position of an action in its branch (the first of that name), or of a branch''s first action; SQLSTATE OP005 where there is none.';

-- Locks: the actions of operations whose jobs the caller holds.
create or replace function apply_jump(p_operation_id bigint, p_target integer, p_now timestamptz) returns void
  language plpgsql
  set search_path from current
as $$
declare
  v_branch text;
begin
  select branch into v_branch from actions where operation_id = p_operation_id and position = p_target;
  if not found then
    raise exception using errcode = 'OP005', message = format('operation %s has no action at position %s', p_operation_id, p_target);
  end if;
  -- 1. What the jump passes over is skipped, and does not come back by itself.
  update actions
     set skipped_at = p_now
   where operation_id = p_operation_id and branch = v_branch and position < p_target and completed_at is null and skipped_at is null;
  -- 2. What has been tried, and is left for now, has a fresh budget of attempts when the operation comes back to it; a wait begins anew.
  update actions
     set earlier_attempts = earlier_attempts + attempts_count, attempts_count = 0, wait_outcome = null
   where operation_id = p_operation_id and attempts_count > 0 and completed_at is null and skipped_at is null;
  -- 3. What has ended from the target on begins a new run; the completion that it replaces stays in the history.
  insert into attempts (operation_id, position, run, attempt, outcome, claim_id, started_at, ended_at)
    select operation_id, position, run, earlier_attempts + attempts_count, 'completed', completed_claim_id, started_at, completed_at
      from actions
     where operation_id = p_operation_id and branch = v_branch and position >= p_target and completed_at is not null
     order by position;
  update actions
     set run = run + 1, attempts_count = 0, earlier_attempts = 0, started_at = null, completed_at = null, skipped_at = null,
         errored_at = null, error_type = null, error_message = null, stack_trace = null, wait_outcome = null
   where operation_id = p_operation_id and branch = v_branch and position >= p_target and (completed_at is not null or skipped_at is not null);
end
$$;
comment on function apply_jump(bigint, integer, timestamptz) is
  'Makes a position the next one of its branch: open actions before it are skipped, and whatever ended from it on is opened for a new run.';
