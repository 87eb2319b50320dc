-- A commit that waits for a synchronous standby can be made to wait no longer: its caller is told that the outcome is not known, but
-- everybody on this server sees the row. A caller that then asks again under the same key only reads, and a transaction that only
-- read waits for nobody: it would be told of an operation that is lost if the standby takes over. So it writes, too.
create or replace function await_standby() returns void
  language sql
  set search_path from current
as $$
  select pg_logical_emit_message(true, 'backops', '') where current_setting('synchronous_standby_names') <> '';
$$;
comment on function await_standby() is
  'Makes the commit of this transaction wait for the synchronous standby, if there is one, although nothing else was written.';
