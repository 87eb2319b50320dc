-- Whatever ends an action or an operation, or leads it elsewhere, gives back what it held: nothing can forget to. No gate is locked for it,
-- so nobody waits for a gate who has a job.
--
-- Locks: nothing.
create or replace function release_slots() returns trigger
  language plpgsql
  set search_path from current
  set jit = off
as $$
declare
  v_gates text[] := '{}';
begin
  -- Of a row that is deleted, new is null.
  if old.operation_slot is not null and old.operation_slot is distinct from new.operation_slot then
    v_gates := v_gates || old.operation_slot;
  end if;
  if old.action_slot is not null and old.action_slot is distinct from new.action_slot then
    v_gates := v_gates || old.action_slot;
  end if;
  if old.queue_slot is not null and old.queue_slot is distinct from new.queue_slot then
    v_gates := v_gates || old.queue_slot;
  end if;
  if v_gates <> '{}' then
    insert into limit_releases (gate, slots, waiters) select gate, 1, 0 from unnest(v_gates) as gate;
    if exists (select from limit_gates where gate = any (v_gates) and waiting > 0)
      or old.queue_slot is not null and exists (select from queue_limits q where q.queue = queue_of_gate(old.queue_slot) and q.holding >= q.maximum)
    then
      -- Whoever had it has room now, also where it does not sleep.
      if old.worker_id is not null then
        perform pg_notify(worker_channel(old.worker_id), 'work');
      else
        perform wake('/limits', 1);
      end if;
    end if;
  end if;
  -- Who has a slot or a start instead of a place was let in, and was counted.
  if old.ticket is not null and new.ticket is null and new.action_slot is null
    and (new.operation_slot is null or new.operation_slot is not distinct from old.operation_slot)
    and (new.paced_at is null or new.paced_at is not distinct from old.paced_at)
  then
    insert into limit_releases (gate, slots, waiters) values (old.gate, 0, 1);
  end if;
  return null;
end
$$;
comment on function release_slots() is 'What every change of a job sets off that holds a slot, or is in line: what it holds no more is written down for the next look.';

do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'jobs'::regclass and tgname = 'jobs_release_slots') then
    create trigger jobs_release_slots
      after update on jobs for each row
      when (old.action_slot is not null and old.action_slot is distinct from new.action_slot
            or old.operation_slot is not null and old.operation_slot is distinct from new.operation_slot
            or old.queue_slot is not null and old.queue_slot is distinct from new.queue_slot
            or old.ticket is not null and new.ticket is null)
      execute function release_slots();
    create trigger jobs_release_slots_at_end
      after delete on jobs for each row
      when (old.action_slot is not null or old.operation_slot is not null or old.queue_slot is not null or old.ticket is not null)
      execute function release_slots();
    comment on trigger jobs_release_slots on jobs is 'Gives back what an action held, whatever ended it.';
    comment on trigger jobs_release_slots_at_end on jobs is 'Gives back what an operation held, whatever ended it.';
  end if;
end
$$;
