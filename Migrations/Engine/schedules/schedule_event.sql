-- A type cannot be replaced in place: what returns other columns returns another type.
do $$
begin
  if to_regtype('schedule_event') is null then
    create type schedule_event as (
      schedule     text,
      slot         timestamptz,
      operation_id bigint,
      outcome      text,
      reason       text,
      slots        integer,
      late         double precision
    );
    comment on type schedule_event is 'What happened to a slot, or to a run of slots, of a schedule.';
    comment on column schedule_event.schedule is 'The schedule.';
    comment on column schedule_event.slot is 'The slot; of several that were skipped, the last.';
    comment on column schedule_event.operation_id is 'The operation that was enqueued, or that is in the way.';
    comment on column schedule_event.outcome is 'enqueued, buffered, skipped, or paused (because its operations fail).';
    comment on column schedule_event.reason is 'Why, in one word: that of skipped_slots.';
    comment on column schedule_event.slots is 'How many slots this is about, counted up to 1001.';
    comment on column schedule_event.late is 'Seconds from the slot to its operation; null where there is none.';
  end if;
end
$$;
