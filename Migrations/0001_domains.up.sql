-- The clock, and the domains of the columns.

create function clock_now() returns timestamptz
  language sql volatile parallel safe
  return coalesce(nullif(current_setting('backops.now', true), '')::timestamptz, clock_timestamp());
comment on function clock_now() is
  'The engine''s clock: the server''s clock, or the setting backops.now of the session, by which tests move time.';

create function now() returns timestamptz
  language sql volatile parallel safe
  return clock_now();
-- Without its schema, now() is PostgreSQL's own.
do $$
begin
  execute format(
    'comment on function %I.now() is %L', current_schema(),
    'The time by which the engine decides what is due. SET backops.now = ''2026-12-24 08:00+00'' moves it for one session.'
  );
end
$$;

-- What one column must be is the type of the column: a session prepares the conditions of a domain once, those of a table at every
-- statement. As ten CHECKs of the table they took 28 of the 45 µs of inserting one row; as domains they take 3.
create domain operation_name as text
  constraint operations_name_is_valid check (value ~ '^[^/[:cntrl:]]+$' and length(value) <= 200);
comment on domain operation_name is 'Name of an operation: 1 to 200 characters, without "/" and control characters.';
create domain operation_state as text
  constraint operations_state_is_known check (value in ('active', 'completed', 'failed', 'cancelled'));
comment on domain operation_state is 'active, then completed, failed or cancelled.';
create domain operation_key as text
  constraint operations_key_is_short check (value <> '' and length(value) <= 500 and octet_length(value) <= 1500);
comment on domain operation_key is
  'Idempotency key: 1 to 500 characters, and at most 1500 bytes, so that an entry of operations_name_key_idx has room for it beside any name.';
create domain queue_name as text
  constraint operations_queue_is_valid check (value ~ '^[a-z0-9_.-]+$' and length(value) <= 100);
comment on domain queue_name is 'Name of a queue: 1 to 100 lower-case letters, digits, dots, dashes and underscores.';
create domain queue_priority as smallint
  constraint operations_priority_is_0_to_9 check (value between 0 and 9);
comment on domain queue_priority is '0 is served first, 9 last.';
create domain start_time as timestamptz
  constraint operations_perform_at_is_finite check (isfinite(value));
comment on domain start_time is 'A time that can be waited for.';
create domain step_limit as integer
  constraint operations_step_limit_is_positive check (value > 0);
comment on domain step_limit is 'How many actions may complete: 1 or more.';
create domain globals_document as jsonb
  constraint operations_globals_are_an_object check (jsonb_typeof(value) = 'object')
  constraint operations_globals_are_at_most_1_mib check (pg_column_size(value) <= 1048576)
  -- A document of that depth has 8 bytes a level at the least, so small ones need no look; a compressed one may be larger than it says.
  constraint operations_globals_are_at_most_512_deep check (
    case
      when pg_column_size(value) < 4096 and pg_column_compression(value) is null then true
      else not value @? 'strict $.**{512} ? (@.type() == "array" || @.type() == "object")'
    end
  );
comment on domain globals_document is 'A JSON object of at most 1 MiB, with arrays and objects at most 512 deep.';
create domain tag_list as text[]
  constraint operations_tags_are_a_list check (
    case when array_ndims(value) > 1 or array_lower(value, 1) <> 1 then false else array_position(value, null) is null end
  );
comment on domain tag_list is 'Labels: a list of texts, none of them null.';
create domain key_mode as text
  constraint operations_key_mode_is_known check (
    value ~ '^(once|unless_active|replace_waiting|cancel_and_replace|throttle .+|debounce .+)$' and length(value) <= 100
  );
comment on domain key_mode is
  'What is done where the key is taken: once, unless_active, replace_waiting, cancel_and_replace, "throttle 1 min", or '
  '"debounce 5 s at most 1 min" with last, merge or append.';
