-- Two halves, of which a query runs one: who may see everything has the table itself, with its indexes, so that globals @> … is an
-- index look-up. For the others a condition on globals sees what they see, and so cannot be used to guess a secret. The halves have
-- no conditions of their own and the same types: only then the planner goes through them in the order of an index. The second line is true of every row,
-- and makes the planner expect few of the half that it cannot look up: else it would compile the query, for half a second.
create or replace view visible_operations as
  select id, name, state, key, queue, priority, perform_at, step_limit, created_at, ended_at, completed_at, parked_at,
       stopped_position, stop_reason, enqueued_by, traceparent, tags, branches, globals, key_mode, active_key, schedule, slot
    from (
      select id, name::text, state::text, key::text, queue::text, priority::smallint, perform_at::timestamptz, step_limit::integer,
                 created_at, ended_at, completed_at, parked_at,
                 stopped_position, stop_reason, enqueued_by, traceparent, tags::text[], branches, globals::jsonb, key_mode::text, active_key::text, schedule, slot, true as is_whole
        from operations
       union all
      select id, name::text, state::text, key::text, queue::text, priority::smallint, perform_at::timestamptz, step_limit::integer,
                 created_at, ended_at, completed_at, parked_at,
                 stopped_position, stop_reason, enqueued_by, traceparent, tags::text[], branches, redacted(name, globals), key_mode::text, active_key::text, schedule, slot, false
        from operations
    ) as o
   where is_whole = (select sees_secrets())
     and (is_whole or id = id + 0);
comment on view visible_operations is 'The operations as the caller may see them: secret globals are redacted for all but workers and the owner.';
