-- A type cannot be replaced in place: what returns other columns returns another type.
do $$
begin
  if to_regtype('violation') is null then
    create type violation as (
      invariant    text,
      operation_id bigint,
      "position"   integer,
      worker_id    bigint,
      detail       text,
      advice       text
    );
    comment on type violation is 'One thing that must not be: a row that breaks an invariant.';
    comment on column violation.invariant is 'Which invariant is broken; the comment on invariants() lists them.';
    comment on column violation.operation_id is 'The operation, where it is about one.';
    comment on column violation.position is 'The action, where it is about one.';
    comment on column violation.worker_id is 'The worker, where it is about one.';
    comment on column violation.detail is 'What was found.';
    comment on column violation.advice is 'What to do.';
  end if;
end
$$;
