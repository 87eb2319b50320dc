-- A type cannot be replaced in place: what returns other columns returns another type.
do $$
begin
  if to_regtype('found_operation') is null then
    create type found_operation as (
      id            bigint,
      name          text,
      state         text,
      status        text,
      action        text,
      queue         text,
      error_type    text,
      error_message text,
      created_at    timestamptz
    );
  end if;
end
$$;
comment on type found_operation is 'An operation that find_operations found, in the words of operation_status.';
comment on column found_operation.id is 'The operation.';
comment on column found_operation.name is 'Its name.';
comment on column found_operation.state is 'active, completed, failed or cancelled.';
comment on column found_operation.status is 'The state; of an active one ready, scheduled, running, retrying, waiting or parked.';
comment on column found_operation.action is 'Where it is or has stopped: "branch/name".';
comment on column found_operation.queue is 'The queue that it waits in.';
comment on column found_operation.error_type is 'Type of the last error of that action.';
comment on column found_operation.error_message is 'Message of that error.';
comment on column found_operation.created_at is 'When it was enqueued.';
