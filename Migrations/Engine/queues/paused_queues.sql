create or replace view paused_queues as
  select name, paused_at, paused_until, paused_by, reason
    from queues
   where paused_at is not null and coalesce(paused_until, 'infinity') > statement_now();
comment on view paused_queues is 'Queues that are paused now: nothing of them is claimed, and nobody is woken for them.';
