--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: backops; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA backops;


--
-- Name: SCHEMA backops; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA backops IS 'BackOps: operations, their actions, and the jobs that workers claim.';


--
-- Name: claimed_job; Type: TYPE; Schema: backops; Owner: -
--

CREATE TYPE backops.claimed_job AS (
	operation_id bigint,
	claim_id bigint,
	definition_id bigint,
	"position" integer,
	run integer,
	attempt integer,
	max_attempts integer,
	priority smallint,
	timeout_ms bigint,
	run_at timestamp with time zone,
	enqueued_at timestamp with time zone,
	queue text,
	operation text,
	branch text,
	action text,
	globals jsonb,
	plan json,
	claimed_at timestamp with time zone,
	traceparent text,
	globals_version bigint,
	slot timestamp with time zone
);


--
-- Name: TYPE claimed_job; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TYPE backops.claimed_job IS 'What a worker must know to run the action that it claimed. plan is given where the operation brought its own branches: [[branch, action], …].';


--
-- Name: COLUMN claimed_job.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.operation_id IS 'The operation.';


--
-- Name: COLUMN claimed_job.claim_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.claim_id IS 'Name it in every call that concerns this claim.';


--
-- Name: COLUMN claimed_job.definition_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.definition_id IS 'Version of the registered plan; null where the operation brought its own branches.';


--
-- Name: COLUMN claimed_job."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job."position" IS 'The action''s place in the plan.';


--
-- Name: COLUMN claimed_job.run; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.run IS 'The run of the action, from 1.';


--
-- Name: COLUMN claimed_job.attempt; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.attempt IS 'The attempt of that run, from 1, this one included, and those before a retry.';


--
-- Name: COLUMN claimed_job.max_attempts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.max_attempts IS 'The attempt with which the operation fails.';


--
-- Name: COLUMN claimed_job.priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.priority IS 'Lane of the job: pass (queue, priority, run_at, operation_id) of the last one to claim behind it.';


--
-- Name: COLUMN claimed_job.timeout_ms; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.timeout_ms IS 'Longest time for the attempt in milliseconds, or null.';


--
-- Name: COLUMN claimed_job.run_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.run_at IS 'When the job was due.';


--
-- Name: COLUMN claimed_job.enqueued_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.enqueued_at IS 'When the operation was enqueued.';


--
-- Name: COLUMN claimed_job.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.queue IS 'Queue of the job.';


--
-- Name: COLUMN claimed_job.operation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.operation IS 'Name of the operation.';


--
-- Name: COLUMN claimed_job.branch; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.branch IS 'Branch of the action.';


--
-- Name: COLUMN claimed_job.action; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.action IS 'Name of the action.';


--
-- Name: COLUMN claimed_job.globals; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.globals IS 'The globals.';


--
-- Name: COLUMN claimed_job.plan; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.plan IS 'Branches and actions in order, for jumps.';


--
-- Name: COLUMN claimed_job.claimed_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.claimed_at IS 'When it was claimed: claimed_at - run_at is how long it was due before.';


--
-- Name: COLUMN claimed_job.traceparent; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.traceparent IS 'W3C trace context of the enqueue, or null.';


--
-- Name: COLUMN claimed_job.globals_version; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.globals_version IS 'Another number whenever the globals have changed, or null. Give it to complete_many, and the globals come again only if they have.';


--
-- Name: COLUMN claimed_job.slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.claimed_job.slot IS 'The slot of the schedule that enqueued the operation, or null.';


--
-- Name: explanation; Type: TYPE; Schema: backops; Owner: -
--

CREATE TYPE backops.explanation AS (
	reason text,
	detail text,
	advice text,
	worker_id bigint,
	since timestamp with time zone,
	until timestamp with time zone
);


--
-- Name: TYPE explanation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TYPE backops.explanation IS 'One reason why an operation is where it is.';


--
-- Name: COLUMN explanation.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.explanation.reason IS 'running, worker_missing, scheduled, retrying, waiting, wait_overdue, limit, rate, nobody_decides, queue_paused, queue_full, turn, queue_unserved, action_unknown, suspect, ready, parked, completed, failed, cancelled.';


--
-- Name: COLUMN explanation.detail; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.explanation.detail IS 'The reason in words.';


--
-- Name: COLUMN explanation.advice; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.explanation.advice IS 'What to do about it; null where there is nothing to do.';


--
-- Name: COLUMN explanation.worker_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.explanation.worker_id IS 'The worker that holds it, or held it.';


--
-- Name: COLUMN explanation.since; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.explanation.since IS 'Since when.';


--
-- Name: COLUMN explanation.until; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.explanation.until IS 'Until when; null where nobody knows.';


--
-- Name: found_operation; Type: TYPE; Schema: backops; Owner: -
--

CREATE TYPE backops.found_operation AS (
	id bigint,
	name text,
	state text,
	status text,
	action text,
	queue text,
	error_type text,
	error_message text,
	created_at timestamp with time zone
);


--
-- Name: TYPE found_operation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TYPE backops.found_operation IS 'An operation that find_operations found, in the words of operation_status.';


--
-- Name: COLUMN found_operation.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.id IS 'The operation.';


--
-- Name: COLUMN found_operation.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.name IS 'Its name.';


--
-- Name: COLUMN found_operation.state; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.state IS 'active, completed, failed or cancelled.';


--
-- Name: COLUMN found_operation.status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.status IS 'The state; of an active one ready, scheduled, running, retrying, waiting or parked.';


--
-- Name: COLUMN found_operation.action; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.action IS 'Where it is or has stopped: "branch/name".';


--
-- Name: COLUMN found_operation.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.queue IS 'The queue that it waits in.';


--
-- Name: COLUMN found_operation.error_type; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.error_type IS 'Type of the last error of that action.';


--
-- Name: COLUMN found_operation.error_message; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.error_message IS 'Message of that error.';


--
-- Name: COLUMN found_operation.created_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.found_operation.created_at IS 'When it was enqueued.';


--
-- Name: globals_document; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.globals_document AS jsonb
	CONSTRAINT operations_globals_are_an_object CHECK ((jsonb_typeof(VALUE) = 'object'::text))
	CONSTRAINT operations_globals_are_at_most_1_mib CHECK ((pg_column_size(VALUE) <= 1048576))
	CONSTRAINT operations_globals_are_at_most_512_deep CHECK (
CASE
    WHEN ((pg_column_size(VALUE) < 4096) AND (pg_column_compression(VALUE) IS NULL)) THEN true
    ELSE (NOT (VALUE @? 'strict $.**{512}?(@.type() == "array" || @.type() == "object")'::jsonpath))
END);


--
-- Name: DOMAIN globals_document; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.globals_document IS 'A JSON object of at most 1 MiB, with arrays and objects at most 512 deep.';


--
-- Name: key_mode; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.key_mode AS text
	CONSTRAINT operations_key_mode_is_known CHECK (((VALUE ~ '^(once|unless_active|replace_waiting|cancel_and_replace|throttle .+|debounce .+)$'::text) AND (length(VALUE) <= 100)));


--
-- Name: DOMAIN key_mode; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.key_mode IS 'What is done where the key is taken: once, unless_active, replace_waiting, cancel_and_replace, "throttle 1 min", or "debounce 5 s at most 1 min" with last, merge or append.';


--
-- Name: limit_name; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.limit_name AS text
	CONSTRAINT limits_name_is_valid CHECK (((VALUE ~ '^[^/[:cntrl:]]+$'::text) AND (length(VALUE) <= 200)));


--
-- Name: DOMAIN limit_name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.limit_name IS 'Name of a limit: 1 to 200 characters, without "/" and control characters.';


--
-- Name: operation_key; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.operation_key AS text
	CONSTRAINT operations_key_is_short CHECK (((VALUE <> ''::text) AND (length(VALUE) <= 500) AND (octet_length(VALUE) <= 1500)));


--
-- Name: DOMAIN operation_key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.operation_key IS 'Idempotency key: 1 to 500 characters, and at most 1500 bytes, so that an entry of operations_name_key_idx has room for it beside any name.';


--
-- Name: operation_name; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.operation_name AS text
	CONSTRAINT operations_name_is_valid CHECK (((VALUE ~ '^[^/[:cntrl:]]+$'::text) AND (length(VALUE) <= 200)));


--
-- Name: DOMAIN operation_name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.operation_name IS 'Name of an operation: 1 to 200 characters, without "/" and control characters.';


--
-- Name: operation_state; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.operation_state AS text
	CONSTRAINT operations_state_is_known CHECK ((VALUE = ANY (ARRAY['active'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])));


--
-- Name: DOMAIN operation_state; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.operation_state IS 'active, then completed, failed or cancelled.';


--
-- Name: queue_name; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.queue_name AS text
	CONSTRAINT operations_queue_is_valid CHECK (((VALUE ~ '^[a-z0-9_.-]+$'::text) AND (length(VALUE) <= 100)));


--
-- Name: DOMAIN queue_name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.queue_name IS 'Name of a queue: 1 to 100 lower-case letters, digits, dots, dashes and underscores.';


--
-- Name: queue_priority; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.queue_priority AS smallint
	CONSTRAINT operations_priority_is_0_to_9 CHECK (((VALUE >= 0) AND (VALUE <= 9)));


--
-- Name: DOMAIN queue_priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.queue_priority IS '0 is served first, 9 last.';


--
-- Name: schedule_event; Type: TYPE; Schema: backops; Owner: -
--

CREATE TYPE backops.schedule_event AS (
	schedule text,
	slot timestamp with time zone,
	operation_id bigint,
	outcome text,
	reason text,
	slots integer,
	late double precision
);


--
-- Name: TYPE schedule_event; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TYPE backops.schedule_event IS 'What happened to a slot, or to a run of slots, of a schedule.';


--
-- Name: COLUMN schedule_event.schedule; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.schedule IS 'The schedule.';


--
-- Name: COLUMN schedule_event.slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.slot IS 'The slot; of several that were skipped, the last.';


--
-- Name: COLUMN schedule_event.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.operation_id IS 'The operation that was enqueued, or that is in the way.';


--
-- Name: COLUMN schedule_event.outcome; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.outcome IS 'enqueued, buffered, skipped, or paused (because its operations fail).';


--
-- Name: COLUMN schedule_event.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.reason IS 'Why, in one word: that of skipped_slots.';


--
-- Name: COLUMN schedule_event.slots; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.slots IS 'How many slots this is about, counted up to 1001.';


--
-- Name: COLUMN schedule_event.late; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_event.late IS 'Seconds from the slot to its operation; null where there is none.';


--
-- Name: schedule_name; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.schedule_name AS text
	CONSTRAINT schedules_name_is_valid CHECK (((VALUE ~ '^[^/[:cntrl:]]+$'::text) AND (length(VALUE) <= 200)));


--
-- Name: DOMAIN schedule_name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.schedule_name IS 'Name of a schedule: 1 to 200 characters, without "/" and control characters.';


--
-- Name: signal_name; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.signal_name AS text
	CONSTRAINT signals_name_is_valid CHECK (((VALUE ~ '^[^/[:cntrl:]]+$'::text) AND (length(VALUE) <= 200)));


--
-- Name: DOMAIN signal_name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.signal_name IS 'Name of a signal: 1 to 200 characters, without "/" and control characters.';


--
-- Name: signal_payload; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.signal_payload AS jsonb
	CONSTRAINT signals_payload_is_at_most_256_deep CHECK (
CASE
    WHEN (pg_column_size(VALUE) < 2048) THEN true
    ELSE (NOT (VALUE @? 'strict $.**{256}?(@.type() == "array" || @.type() == "object")'::jsonpath))
END)
	CONSTRAINT signals_payload_is_at_most_256_kib CHECK ((pg_column_size(VALUE) <= 262144));


--
-- Name: DOMAIN signal_payload; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.signal_payload IS 'A JSON document of at most 256 KiB, with arrays and objects at most 256 deep.';


--
-- Name: start_time; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.start_time AS timestamp with time zone
	CONSTRAINT operations_perform_at_is_finite CHECK (isfinite(VALUE));


--
-- Name: DOMAIN start_time; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.start_time IS 'A time that can be waited for.';


--
-- Name: step_limit; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.step_limit AS integer
	CONSTRAINT operations_step_limit_is_positive CHECK ((VALUE > 0));


--
-- Name: DOMAIN step_limit; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.step_limit IS 'How many actions may complete: 1 or more.';


--
-- Name: tag_list; Type: DOMAIN; Schema: backops; Owner: -
--

CREATE DOMAIN backops.tag_list AS text[]
	CONSTRAINT operations_tags_are_a_list CHECK (
CASE
    WHEN ((array_ndims(VALUE) > 1) OR (array_lower(VALUE, 1) <> 1)) THEN false
    ELSE (array_position(VALUE, NULL::text) IS NULL)
END);


--
-- Name: DOMAIN tag_list; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON DOMAIN backops.tag_list IS 'Labels: a list of texts, none of them null.';


--
-- Name: violation; Type: TYPE; Schema: backops; Owner: -
--

CREATE TYPE backops.violation AS (
	invariant text,
	operation_id bigint,
	"position" integer,
	worker_id bigint,
	detail text,
	advice text
);


--
-- Name: TYPE violation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TYPE backops.violation IS 'One thing that must not be: a row that breaks an invariant.';


--
-- Name: COLUMN violation.invariant; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.violation.invariant IS 'Which invariant is broken; the comment on invariants() lists them.';


--
-- Name: COLUMN violation.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.violation.operation_id IS 'The operation, where it is about one.';


--
-- Name: COLUMN violation."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.violation."position" IS 'The action, where it is about one.';


--
-- Name: COLUMN violation.worker_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.violation.worker_id IS 'The worker, where it is about one.';


--
-- Name: COLUMN violation.detail; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.violation.detail IS 'What was found.';


--
-- Name: COLUMN violation.advice; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.violation.advice IS 'What to do.';


--
-- Name: advance_backfill(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.advance_backfill(p_operation_id bigint) RETURNS TABLE(next_after timestamp with time zone, active bigint[], done integer, slots integer, has_more boolean, pause interval)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_globals jsonb;
  v_since timestamptz;
  v_until timestamptz;
  v_newest boolean;
  v_concurrency integer;
  v_schedule schedules;
  v_cron bigint[];
  v_slot timestamptz;
  v_key text;
  v_id bigint;
  v_state text;
  v_started timestamptz;
begin
  select o.globals into v_globals from operations o where o.id = p_operation_id and o.name = 'backops.backfill' and o.state = 'active' for share;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no active backfill %s', p_operation_id);
  end if;
  v_since := (v_globals ->> 'since')::timestamptz;
  v_until := least((v_globals ->> 'until')::timestamptz, v_now);
  v_newest := coalesce((v_globals ->> 'newest_first')::boolean, false);
  v_concurrency := least(greatest(coalesce((v_globals ->> 'concurrency')::integer, 1), 1), 100);
  v_schedule := find_schedule(v_globals ->> 'schedule');
  slots := (v_globals ->> 'slots')::integer;
  done := coalesce((v_globals ->> 'done')::integer, 0);
  if isfinite(v_since) is not true or isfinite(v_until) is not true or (slots between done and backfill_limit()) is not true then
    raise exception using errcode = 'OP004', message = format('the globals of backfill %s have no time span, or no number of slots', p_operation_id),
      hint = 'Start it with backfill_schedule.';
  end if;
  v_schedule := begun_before(v_schedule, v_since);
  v_cron := case when v_schedule.cron is not null then parse_cron(v_schedule.cron) end;
  next_after := (v_globals ->> 'next_after')::timestamptz;
  active := array(
    select o.id from jsonb_array_elements_text(coalesce(v_globals -> 'active', '[]')) as a join operations o on o.id = a::bigint where o.state = 'active'
  );
  has_more := true;
  -- Slots that have an operation are passed over, in calls of a thousand at most.
  for v_turn in 1..1000 loop
    exit when cardinality(active) >= v_concurrency;
    v_slot := case
      when v_newest then last_schedule_slot(
        v_schedule, v_cron, v_since - interval '1 microsecond', coalesce(next_after - interval '1 microsecond', v_until)
      )
      else schedule_slot(v_schedule, v_cron, coalesce(next_after, v_since - interval '1 microsecond'))
    end;
    -- The rules of a time zone that have changed meanwhile do not make it endless.
    if v_slot is null or v_slot > v_until or done >= slots then
      has_more := false;
      exit;
    end if;
    v_key := v_schedule.name || '/' || slot_text(v_slot);
    select o.id, o.state into v_id, v_state from operations o where o.name = v_schedule.operation and o.key = v_key;
    if not found then
      v_id := enqueue_slot(v_schedule, v_slot, v_key);
      v_state := 'active';
    end if;
    -- Also one that this backfill has enqueued before its worker died counts, until it ends.
    if v_state = 'active' then
      active := active || v_id;
    end if;
    done := done + 1;
    next_after := v_slot;
  end loop;
  -- What takes long is looked at seldom: a quarter of the time that it has taken already.
  select max(o.created_at) into v_started from operations o where o.id = any (active);
  pause := case
    when cardinality(active) = 0 then interval '0'
    else least(greatest((v_now - v_started) / 4, interval '1 second'), interval '30 seconds')
  end;
  return next;
end
$$;


--
-- Name: FUNCTION advance_backfill(p_operation_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.advance_backfill(p_operation_id bigint) IS 'What the action of a backfill calls: enqueues its next slots until as many operations are active as may be, and returns how far it is then, for its globals, and when to call again. has_more = false and none active: it is done.';


--
-- Name: advance_limits(integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.advance_limits(p_limit integer DEFAULT 100) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_from timestamptz := look_from('limits', v_now);
  v_has_come boolean := exists (select from jobs where queue = '/limits' and run_at >= v_from and run_at <= v_now);
  v_has_left boolean := exists (select from limit_releases where released_at >= v_from);
  v_is_time boolean := exists (select from rate_gates where waiting > 0 and look_at >= v_from and look_at <= v_now);
  v_ids bigint[] := '{}';
  v_gates text[] := '{}';
  v_taken integer := 0;
  v_let_in record;
  v_admitted integer := 0;
  v_has_rates boolean := exists (select from rates);
  -- Each gate of a rate is an advisory lock, and the server has room for some thousands.
  v_many integer := least(10 * p_limit, 2000);
begin
  if (v_has_come or v_has_left or v_is_time) and not pg_try_advisory_xact_lock(limits_lock()) then
    return 0;
  end if;
  if v_has_left then
    select r.gates, r.taken into v_gates, v_taken from take_releases(v_from, v_many) as r;
  end if;
  if v_has_come then
    v_ids := array(
      select j.operation_id from jobs j where j.queue = '/limits' and j.run_at >= v_from and j.run_at <= v_now order by j.run_at, j.operation_id limit p_limit
         for update skip locked
    );
  end if;
  if v_from = '-infinity' and v_taken < v_many and cardinality(v_ids) < p_limit then
    perform note_look('limits', v_now);
    perform forget_rates(v_now);
  end if;

  if v_is_time or exists (select from unnest(v_gates) as gate where is_rate_gate(gate)) then
    select * into v_let_in from pace_waiters(v_gates, v_from, v_now, v_many);
    v_admitted := v_let_in.admitted;
    v_ids := v_ids || v_let_in.coming;
  end if;

  -- Whoever gets the slot of an operation may come to a rate next, and then to a limit of its action.
  while v_ids <> '{}' or v_gates <> '{}' loop
    if v_has_rates and v_ids <> '{}' then
      v_admitted := v_admitted + pace_newcomers(v_ids, v_now);
    end if;
    select * into v_let_in from let_in_newcomers(v_ids, v_now);
    perform turn_away(id) from unnest(v_let_in.excess) as id;
    v_ids := v_let_in.coming;
    v_admitted := v_admitted + v_let_in.admitted;
    select * into v_let_in from let_in_waiters(v_gates || v_let_in.gates, v_now, p_limit);
    v_ids := v_ids || v_let_in.coming;
    v_admitted := v_admitted + v_let_in.admitted;
    v_gates := '{}';
  end loop;
  return v_admitted;
end
$$;


--
-- Name: FUNCTION advance_limits(p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.advance_limits(p_limit integer) IS 'Lets jobs go on that have come to a limit with a free slot, and those in line as slots were given back; the others wait in line. Every claim does. Returns how many slots and starts it gave.';


--
-- Name: advance_waits(integer, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.advance_waits(p_limit integer DEFAULT 100, p_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_ids bigint[] := array(
    select j.operation_id
      from jobs j
      join operations o on o.id = j.operation_id
     where j.queue = '/waits' and j.run_at >= p_from and j.run_at <= v_now
     order by j.run_at, j.operation_id
     limit p_limit
       for update of j skip locked
       for no key update of o skip locked
  );
begin
  if v_ids <> '{}' then
    perform settle_wait(id) from (select id from unnest(v_ids) as id order by id) as due;
  end if;
  if p_from = '-infinity' and not exists (select from jobs where queue = '/waits' and run_at <= v_now) then
    perform note_look('waits', v_now);
  end if;
  return cardinality(v_ids);
end
$$;


--
-- Name: FUNCTION advance_waits(p_limit integer, p_from timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.advance_waits(p_limit integer, p_from timestamp with time zone) IS 'Lets operations go on whose sleep or timeout is over, at most p_limit of them, those whose deadline is p_from or later; returns how many it looked at. Every claim does.';


--
-- Name: apply_jump(bigint, integer, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.apply_jump(p_operation_id bigint, p_target integer, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
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


--
-- Name: FUNCTION apply_jump(p_operation_id bigint, p_target integer, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.apply_jump(p_operation_id bigint, p_target integer, p_now timestamp with time zone) IS 'Makes a position the next one of its branch: open actions before it are skipped, and whatever ended from it on is opened for a new run.';


--
-- Name: apply_privileges(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.apply_privileges() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_schema text := current_schema();
  v record;
begin
  for v in
    select p.oid::regprocedure as signature, p.proname in ('now', 'clock_now') as is_public,
           g.name is not null and p.prosqlbody is null and not p.prosecdef as becomes_definer
      from pg_proc p
      left join (select distinct g.name from privileges() as g where g.privilege = 'execute') as g on g.name = p.proname
     where p.pronamespace = v_schema::regnamespace
  loop
    -- The clock is the default of a column, so every role that may INSERT needs it, and it tells nobody anything. It is granted in words:
    -- default privileges may say that functions are not for everybody.
    if v.is_public then
      execute format('grant execute on function %s to public', v.signature);
    else
      execute format('revoke all on function %s from public', v.signature);
    end if;
    if v.becomes_definer then
      execute format('alter function %s security definer', v.signature);
    end if;
  end loop;

  for v in
    select r.rolname, g.role
      from (select distinct g.role from privileges() as g) as g
      join pg_roles r on r.rolname = v_schema || '_' || g.role
     order by r.rolname
  loop
    execute format('revoke all on all tables in schema %I from %I', v_schema, v.rolname);
    execute format('revoke all on all functions in schema %I from %I', v_schema, v.rolname);
    execute format('grant usage on schema %I to %I', v_schema, v.rolname);
    perform grant_privileges(v.role, v.rolname);
  end loop;
end
$$;


--
-- Name: FUNCTION apply_privileges(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.apply_privileges() IS 'Makes the rights in this schema what privileges() says, for those of the roles that exist; every migration ends with it. Rights that were given to other roles stay.';


--
-- Name: apply_schedule_set(text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.apply_schedule_set(p_application text, p_set_id bigint) RETURNS TABLE(schedule text, outcome text, detail text)
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_declared jsonb;
  v_one jsonb;
  v_old schedules;
  v_new schedules;
  v_changes jsonb := '{}';
begin
  if is_settled(p_application, p_set_id) then
    return;
  end if;
  select s.declared into strict v_declared from schedule_sets s where s.id = p_set_id;
  update schedule_sets s set current = false where s.application = p_application and s.current and s.id <> p_set_id;
  update schedule_sets s set current = true where s.id = p_set_id and not s.current;

  for schedule, v_one in
    select n.name, d.declared
      from (
        select s.name::text from schedules s where s.application = p_application and s.undeclared_at is null
        union
        select d ->> 'name' from jsonb_array_elements(v_declared) as d
      ) as n
      left join (select d ->> 'name' as name, d as declared from jsonb_array_elements(v_declared) as d) as d on d.name = n.name
     order by n.name collate "C"
  loop
    outcome := null;
    detail := null;
    v_old := hold_schedule(schedule);
    if v_one is null then
      continue when v_old.application is distinct from p_application or v_old.undeclared_at is not null;
      update schedules s set undeclared_at = v_now, due_at = null where s.id = v_old.id;
      outcome := 'paused';
      detail := undeclared_reason(p_application);
    else
      v_new := declared_schedule(v_one);
      continue when schedule_obstacle(v_old, v_new, p_application) is not null;
      if v_old.undeclared_at is not null then
        perform end_undeclared(v_old);
        outcome := 'continued';
        v_old := hold_schedule(schedule);
      end if;
      v_new := write_schedule(v_old, described_like(v_old, v_new, p_application));
      if v_new is distinct from v_old then
        outcome := case when v_old.id is null then 'created' else 'changed' end;
      end if;
    end if;
    if outcome is not null then
      v_changes := v_changes || jsonb_build_object(outcome, coalesce(v_changes -> outcome, '[]') || to_jsonb(schedule));
      return next;
    end if;
  end loop;
  if v_changes <> '{}' then
    perform write_audit('declare_schedules', null, null, jsonb_build_object('application', p_application) || v_changes);
  end if;
end
$$;


--
-- Name: FUNCTION apply_schedule_set(p_application text, p_set_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.apply_schedule_set(p_application text, p_set_id bigint) IS 'Makes the schedules of an application those of a set of declarations; returns what it did.';


--
-- Name: ask_approval(bigint, integer, integer, jsonb, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.ask_approval(p_operation_id bigint, p_position integer, p_run integer, p_wait jsonb, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  v_due timestamptz;
begin
  insert into approvals (operation_id, position, run, name, role, question, asked_at, deadline, remind_at)
    select o.id, p_position, p_run, p_wait ->> 'approval', p_wait ->> 'role',
           case when p_wait ? 'question' then asked_question(o.name, o.globals, p_wait ->> 'question') end, p_now,
           p_now + make_interval(secs => (p_wait ->> 'timeout')::double precision),
           p_now + make_interval(secs => (p_wait -> 'remind' ->> 'after')::double precision)
      from operations o
     where o.id = p_operation_id
  returning coalesce(least(deadline, remind_at), 'infinity') into v_due;
  -- What was decided before, about another question, must not be taken for the answer to this one.
  if p_wait ? 'as' then
    update operations set globals = globals - (p_wait ->> 'as') where id = p_operation_id and globals ? (p_wait ->> 'as');
  end if;
  return v_due;
end
$$;


--
-- Name: FUNCTION ask_approval(p_operation_id bigint, p_position integer, p_run integer, p_wait jsonb, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.ask_approval(p_operation_id bigint, p_position integer, p_run integer, p_wait jsonb, p_now timestamp with time zone) IS 'Asks for an approval that an operation has come to, and returns when its job is due: at its reminder or its deadline, whichever comes first.';


--
-- Name: asked_question(text, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.asked_question(p_operation text, p_globals jsonb, p_question text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select left(string_agg(
           case
             when n = 1 then piece
             when strpos(piece, '}') = 0 or not shown ? key then '{' || piece
             else coalesce(shown ->> key, 'null') || substr(piece, length(key) + 2)
           end, '' order by n
         ), 2000)
    from unnest(string_to_array(p_question, '{')) with ordinality as p (piece, n)
   cross join lateral (select split_part(piece, '}', 1) as key) as k
   cross join (select redacted(p_operation, p_globals) as shown) as s
$$;


--
-- Name: FUNCTION asked_question(p_operation text, p_globals jsonb, p_question text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.asked_question(p_operation text, p_globals jsonb, p_question text) IS 'A question with the globals that it names as {key}; those of secret_keys as [secret], and names that the globals do not have as they are.';


--
-- Name: attach_session(bigint, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.attach_session(p_worker_id bigint, p_backend_pid integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  -- A pooler invents the process ids that it tells its clients.
  if p_backend_pid is distinct from pg_backend_pid() then
    return false;
  end if;
  update workers
     set backend_pid = p_backend_pid,
         backend_started_at = (select backend_start from pg_stat_get_activity(p_backend_pid)),
         server_started_at = pg_postmaster_start_time(),
         missing_since = null
   where id = p_worker_id and heartbeat_at + lease > clock_now();
  if not found then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  return true;
end
$$;


--
-- Name: FUNCTION attach_session(p_worker_id bigint, p_backend_pid integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.attach_session(p_worker_id bigint, p_backend_pid integer) IS 'Makes the calling session the worker''s sign of life: when it ends and no other takes its place, the worker is rescued within seconds instead of at the end of its lease. p_backend_pid: the server process that the client believes it is connected to (PQbackendPID). False, and nothing done, when that is another one: then a pooler is in between, which is no sign of life and cannot LISTEN.';


--
-- Name: await_standby(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.await_standby() RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select pg_logical_emit_message(true, 'backops', '') where current_setting('synchronous_standby_names') <> '';
$$;


--
-- Name: FUNCTION await_standby(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.await_standby() IS 'Makes the commit of this transaction wait for the synchronous standby, if there is one, although nothing else was written.';


--
-- Name: awaited_signals(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.awaited_signals(p_wait jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select string_agg(format('"%s"', name), ' or ' order by n) from jsonb_array_elements_text(p_wait -> 'signals') with ordinality as s (name, n)
$$;


--
-- Name: FUNCTION awaited_signals(p_wait jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.awaited_signals(p_wait jsonb) IS 'The signals that a wait names, in words.';


--
-- Name: back_off(bigint, text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.back_off(operation_id bigint, name text, until timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_gate text := (
    select rate_gate_of(a.limits -> 'rate', o.globals, is_secret(o.name, a.limits -> 'rate' ->> 'by'))
      from jobs j
      join actions a on a.operation_id = j.operation_id and a.position = j.position
      join operations o on o.id = j.operation_id
     where j.operation_id = back_off.operation_id and a.limits -> 'rate' ->> 'name' = back_off.name
  );
begin
  if not exists (select from rates r where r.name = back_off.name) then
    perform refuse_unknown_limit('rate', name);
  end if;
  if until is null or not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('the rate "%s" can be closed until a finite time', name), hint = 'now() + interval ''30 seconds''';
  end if;
  perform close_gate(coalesce(v_gate, named_gate(name, null)), name, until);
end
$$;


--
-- Name: FUNCTION back_off(operation_id bigint, name text, until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.back_off(operation_id bigint, name text, until timestamp with time zone) IS 'Closes a rate until a time, as a service asks for with "429 Too Many Requests": for the key of the operation, where the rate of the action that it is at has keys. What is closed for longer stays so. SELECT backops.back_off(operation_id, ''stripe'', now() + interval ''30 seconds'')';


--
-- Name: backfill_limit(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.backfill_limit() RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN 10000;


--
-- Name: FUNCTION backfill_limit(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.backfill_limit() IS 'How many slots one backfill may have.';


--
-- Name: backfill_schedule(text, timestamp with time zone, timestamp with time zone, integer, boolean, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.backfill_schedule(name text, since timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, concurrency integer DEFAULT 1, newest_first boolean DEFAULT false, reason text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_schedule schedules := find_schedule(name);
  v_preview record;
  v_id bigint;
begin
  if concurrency is null or concurrency not between 1 and 100 then
    raise exception using errcode = 'OP004', message = format('concurrency: %s is not 1 to 100', coalesce(concurrency::text, 'null')),
      hint = 'It is how many operations of the backfill are active at once.';
  end if;
  if newest_first is null then
    raise exception using errcode = 'OP004', message = 'newest_first: null is not true or false';
  end if;
  until := coalesce(until, clock_now());
  select * into v_preview from preview_backfill(name, since, until);
  if v_preview.slots = 0 then
    raise exception using errcode = 'OP004', message = format('the schedule "%s" has no slot from %s to %s', v_schedule.name, since, until),
      hint = 'SELECT * FROM preview_slots(…, after => …) shows the slots of a cron expression.';
  end if;
  insert into operations (name, queue, priority, tags, globals, schedule)
    values (
      'backops.backfill', v_schedule.queue, v_schedule.priority, v_schedule.tags,
      jsonb_build_object(
        'schedule', v_schedule.name, 'since', slot_text(since), 'until', slot_text(until), 'concurrency', concurrency, 'newest_first', newest_first,
        'slots', v_preview.slots, 'done', 0
      ),
      v_schedule.name
    )
    returning id into v_id;
  perform write_audit('backfill_schedule', array[v_id], reason, jsonb_build_object(
    'schedule', v_schedule.name, 'since', since, 'until', until, 'slots', v_preview.slots
  ));
  return v_id;
end
$$;


--
-- Name: FUNCTION backfill_schedule(name text, since timestamp with time zone, until timestamp with time zone, concurrency integer, newest_first boolean, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.backfill_schedule(name text, since timestamp with time zone, until timestamp with time zone, concurrency integer, newest_first boolean, reason text) IS 'Runs the slots of a schedule from one time to another, both included, or up to now, that have no operation yet; also those before its start. Returns the id of an operation backops.backfill, whose globals say how far it is; cancel ends it. It starts the oldest slot first, and keeps as many operations active as concurrency says. SELECT backops.backfill_schedule(''nightly-report'', ''2027-01-01'', ''2027-01-31'', concurrency => 2)';


--
-- Name: backoff_delay(integer, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.backoff_delay(p_attempt integer, p_backoff jsonb) RETURNS interval
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_base double precision := coalesce((p_backoff ->> 'base')::double precision, 5);
  v_factor double precision := coalesce((p_backoff ->> 'factor')::double precision, 2);
  v_max double precision := coalesce((p_backoff ->> 'max')::double precision, 21600);
  v_jitter double precision := coalesce((p_backoff ->> 'jitter')::double precision, 0.2);
  v_delay double precision := v_base;
begin
  if coalesce(p_backoff ->> 'kind', 'exponential') = 'exponential' then
    -- The logarithm is compared first: the power itself would overflow after a few hundred attempts.
    v_delay := case
      when v_base <= 0 then 0
      when ln(v_base) + (p_attempt - 1) * ln(v_factor) >= ln(v_max) then v_max
      else v_base * power(v_factor, p_attempt - 1)
    end;
  end if;
  return make_interval(secs => v_delay * (1 - v_jitter * random()));
end
$$;


--
-- Name: FUNCTION backoff_delay(p_attempt integer, p_backoff jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.backoff_delay(p_attempt integer, p_backoff jsonb) IS 'Delay after the p_attempt-th failed attempt: {"kind": "exponential" or "constant", "base", "factor", "max" in seconds, "jitter" 0 to 1}; by default 5 s doubling up to 6 h, each shortened by up to a fifth so that many do not come back at once.';


--
-- Name: clock_now(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.clock_now() RETURNS timestamp with time zone
    LANGUAGE sql PARALLEL SAFE
    RETURN COALESCE((NULLIF(current_setting('backops.now'::text, true), ''::text))::timestamp with time zone, clock_timestamp());


--
-- Name: FUNCTION clock_now(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.clock_now() IS 'The engine''s clock: the server''s clock, or the setting backops.now of the session, by which tests move time.';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: schedules; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.schedules (
    id bigint NOT NULL,
    name backops.schedule_name NOT NULL,
    operation backops.operation_name NOT NULL,
    cron text,
    every interval,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    globals backops.globals_document DEFAULT '{}'::jsonb NOT NULL,
    queue backops.queue_name DEFAULT 'default'::text NOT NULL,
    priority backops.queue_priority DEFAULT 5 NOT NULL,
    tags backops.tag_list DEFAULT '{}'::text[] NOT NULL,
    overlap text DEFAULT 'skip'::text NOT NULL,
    catch_up text DEFAULT 'latest'::text NOT NULL,
    catch_up_limit integer DEFAULT 1000 NOT NULL,
    catch_up_window interval DEFAULT '1 day'::interval NOT NULL,
    jitter interval DEFAULT '00:00:00'::interval NOT NULL,
    pause_after_failures integer,
    paused_at timestamp with time zone,
    paused_until timestamp with time zone,
    paused_by text,
    pause_reason text,
    decided_until timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    due_at timestamp with time zone,
    buffered_slot timestamp with time zone,
    active_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    failures_count integer DEFAULT 0 NOT NULL,
    run_count bigint DEFAULT 0 NOT NULL,
    skipped_count bigint DEFAULT 0 NOT NULL,
    last_slot timestamp with time zone,
    last_operation_id bigint,
    last_error text,
    last_errored_at timestamp with time zone,
    application text,
    undeclared_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    changed_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    changed_by text DEFAULT (SESSION_USER)::text NOT NULL,
    CONSTRAINT schedules_catch_up_is_known CHECK ((catch_up = ANY (ARRAY['latest'::text, 'all'::text, 'none'::text]))),
    CONSTRAINT schedules_have_cron_or_every CHECK (((cron IS NULL) <> (every IS NULL))),
    CONSTRAINT schedules_overlap_is_known CHECK ((overlap = ANY (ARRAY['skip'::text, 'buffer'::text, 'allow'::text, 'cancel'::text]))),
    CONSTRAINT schedules_paused_whole CHECK (((paused_at IS NOT NULL) OR (COALESCE((paused_until)::text, paused_by, pause_reason) IS NULL))),
    CONSTRAINT schedules_undeclared_by_an_application CHECK (((undeclared_at IS NULL) OR (application IS NOT NULL)))
)
WITH (fillfactor='50');


--
-- Name: TABLE schedules; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.schedules IS 'One row per schedule: what it enqueues, at which slots, and how far it is. Written by schedule, unschedule, pause_schedule, resume_schedule and run_schedules; the view schedule_status shows it.';


--
-- Name: COLUMN schedules.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.id IS 'The schedule''s number.';


--
-- Name: COLUMN schedules.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.name IS 'Its name; the keys of its operations begin with it.';


--
-- Name: COLUMN schedules.operation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.operation IS 'Name of the operation that it enqueues.';


--
-- Name: COLUMN schedules.cron; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.cron IS 'When, as a cron expression of 5 or 6 fields; null where every says it.';


--
-- Name: COLUMN schedules.every; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.every IS 'When, as time that passes from starts_at on; null where cron says it.';


--
-- Name: COLUMN schedules.time_zone; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.time_zone IS 'Time zone of the cron expression.';


--
-- Name: COLUMN schedules.starts_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.starts_at IS 'No slot is before; the first slot of every.';


--
-- Name: COLUMN schedules.ends_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.ends_at IS 'No slot is after; null for no end.';


--
-- Name: COLUMN schedules.globals; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.globals IS 'Globals of its operations.';


--
-- Name: COLUMN schedules.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.queue IS 'Queue of its operations.';


--
-- Name: COLUMN schedules.priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.priority IS 'Priority of its operations.';


--
-- Name: COLUMN schedules.tags; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.tags IS 'Labels of its operations.';


--
-- Name: COLUMN schedules.overlap; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.overlap IS 'What a slot does while an operation of the schedule is active: skip, buffer (one), allow, cancel.';


--
-- Name: COLUMN schedules.catch_up; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.catch_up IS 'What becomes of slots that are more than a minute late: latest runs the last of them, all runs all, none runs none.';


--
-- Name: COLUMN schedules.catch_up_limit; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.catch_up_limit IS 'With catch_up all, how many late slots run at most; the latest ones.';


--
-- Name: COLUMN schedules.catch_up_window; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.catch_up_window IS 'Slots that are later than this are skipped, whatever catch_up says.';


--
-- Name: COLUMN schedules.jitter; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.jitter IS 'A slot becomes due up to this much after its time, always the same for the same slot.';


--
-- Name: COLUMN schedules.pause_after_failures; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.pause_after_failures IS 'Failed operations in a row after which it is paused; null for never.';


--
-- Name: COLUMN schedules.paused_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.paused_at IS 'Since when it is paused; null while it is not.';


--
-- Name: COLUMN schedules.paused_until; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.paused_until IS 'When it goes on by itself; null for when somebody resumes it.';


--
-- Name: COLUMN schedules.paused_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.paused_by IS 'Database role that paused it.';


--
-- Name: COLUMN schedules.pause_reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.pause_reason IS 'Why, in the words of the person who did it, or that its operations have failed.';


--
-- Name: COLUMN schedules.decided_until; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.decided_until IS 'All slots up to here were run or skipped.';


--
-- Name: COLUMN schedules.next_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.next_at IS 'The next slot; null when there is none any more.';


--
-- Name: COLUMN schedules.due_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.due_at IS 'When a worker has to look at it; null for never.';


--
-- Name: COLUMN schedules.buffered_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.buffered_slot IS 'A slot that waits for the end of the active operation.';


--
-- Name: COLUMN schedules.active_ids; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.active_ids IS 'Its operations whose end has not been seen, the latest 100 at most.';


--
-- Name: COLUMN schedules.failures_count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.failures_count IS 'Its operations in a row that have failed.';


--
-- Name: COLUMN schedules.run_count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.run_count IS 'Slots that enqueued an operation.';


--
-- Name: COLUMN schedules.skipped_count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.skipped_count IS 'Slots that did not: see skipped_slots.';


--
-- Name: COLUMN schedules.last_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.last_slot IS 'The last slot that enqueued an operation.';


--
-- Name: COLUMN schedules.last_operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.last_operation_id IS 'The last operation that it enqueued.';


--
-- Name: COLUMN schedules.last_error; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.last_error IS 'Why its last slot could not enqueue an operation; null if it did.';


--
-- Name: COLUMN schedules.last_errored_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.last_errored_at IS 'When that was.';


--
-- Name: COLUMN schedules.application; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.application IS 'The application whose code declares it; null where somebody created it by hand.';


--
-- Name: COLUMN schedules.undeclared_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.undeclared_at IS 'Since when the application''s code does not name it any more, which pauses it; null while it does.';


--
-- Name: COLUMN schedules.created_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.created_at IS 'When it was created.';


--
-- Name: COLUMN schedules.changed_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.changed_at IS 'When schedule created or changed it last.';


--
-- Name: COLUMN schedules.changed_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedules.changed_by IS 'Database role that did so.';


--
-- Name: begun_before(backops.schedules, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.begun_before(p_schedule backops.schedules, p_at timestamp with time zone) RETURNS backops.schedules
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v schedules := p_schedule;
  v_every double precision := extract(epoch from p_schedule.every);
begin
  if p_at < v.starts_at then
    v.starts_at := case
      when v.every is null then p_at
      else v.starts_at - make_interval(secs => v_every * ceil(extract(epoch from v.starts_at - p_at)::double precision / v_every))
    end;
  end if;
  return v;
end
$$;


--
-- Name: FUNCTION begun_before(p_schedule backops.schedules, p_at timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.begun_before(p_schedule backops.schedules, p_at timestamp with time zone) IS 'A schedule as if it had begun by an instant: every counts back from its start.';


--
-- Name: duration_bucket_limits(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.duration_bucket_limits() RETURNS double precision[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY[(0.1)::double precision, (0.2)::double precision, (0.5)::double precision, (1)::double precision, (2)::double precision, (5)::double precision, (10)::double precision, (20)::double precision, (50)::double precision, (100)::double precision, (200)::double precision, (500)::double precision, ('1000'::numeric)::double precision, ('2000'::numeric)::double precision, ('5000'::numeric)::double precision, ('10000'::numeric)::double precision, ('20000'::numeric)::double precision, ('50000'::numeric)::double precision, ('100000'::numeric)::double precision, ('200000'::numeric)::double precision, ('500000'::numeric)::double precision, ('1000000'::numeric)::double precision, ('2000000'::numeric)::double precision, ('5000000'::numeric)::double precision];


--
-- Name: FUNCTION duration_bucket_limits(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.duration_bucket_limits() IS 'Upper limits in milliseconds of the buckets that durations are counted in, each of them included; one more bucket takes what is longer.';


--
-- Name: bucket_quantile(bigint[], double precision, double precision); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.bucket_quantile(p_buckets bigint[], p_fraction double precision, p_max_ms double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT round((LEAST(bucket_quantile.p_max_ms, (l.low + (((GREATEST(LEAST(l.high, bucket_quantile.p_max_ms), l.low) - l.low) * ((bucket_quantile.p_fraction * (c.total)::double precision) - ((c.upto - (c.count)::numeric))::double precision)) / (c.count)::double precision))))::numeric, 2) AS round FROM ((SELECT b.n, b.count, sum(b.count) OVER (ORDER BY b.n) AS upto, sum(b.count) OVER () AS total FROM unnest(bucket_quantile.p_buckets) WITH ORDINALITY b(count, n)) c CROSS JOIN LATERAL (SELECT COALESCE((backops.duration_bucket_limits())[(c.n - 1)], (0)::double precision) AS low, COALESCE((backops.duration_bucket_limits())[c.n], bucket_quantile.p_max_ms) AS high) l) WHERE ((c.count > 0) AND ((c.upto)::double precision >= (bucket_quantile.p_fraction * (c.total)::double precision))) ORDER BY c.n LIMIT 1);


--
-- Name: FUNCTION bucket_quantile(p_buckets bigint[], p_fraction double precision, p_max_ms double precision); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.bucket_quantile(p_buckets bigint[], p_fraction double precision, p_max_ms double precision) IS 'The duration in milliseconds that a fraction of the counted ones does not exceed, as if they lay evenly within their bucket; null where none is counted.';


--
-- Name: bucket_sums(bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.bucket_sums(p_buckets bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT (sum(b.count))::bigint AS sum FROM unnest(bucket_sums.p_buckets) WITH ORDINALITY b(count, n) GROUP BY ((b.n - 1) % (25)::bigint) ORDER BY ((b.n - 1) % (25)::bigint));


--
-- Name: FUNCTION bucket_sums(p_buckets bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.bucket_sums(p_buckets bigint[]) IS 'Adds arrays of 25 buckets, given as an array of arrays, bucket by bucket.';


--
-- Name: caller(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.caller() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select coalesce(nullif(current_setting('role'), 'none'), session_user::text)
$$;


--
-- Name: FUNCTION caller(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.caller() IS 'The role that makes the call: the one of SET ROLE, else the one that is logged in, also inside functions of this schema.';


--
-- Name: can_be_payload(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.can_be_payload(p_payload jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  perform p_payload::signal_payload;
  return true;
exception when check_violation then
  return false;
end
$$;


--
-- Name: FUNCTION can_be_payload(p_payload jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.can_be_payload(p_payload jsonb) IS 'Whether a document can come with a signal: what the domain signal_payload allows.';


--
-- Name: operations; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.operations (
    id bigint NOT NULL,
    name backops.operation_name NOT NULL,
    state backops.operation_state DEFAULT 'active'::text NOT NULL,
    key backops.operation_key,
    key_mode backops.key_mode,
    active_key backops.operation_key,
    queue backops.queue_name DEFAULT 'default'::text NOT NULL,
    priority backops.queue_priority DEFAULT 5 NOT NULL,
    perform_at backops.start_time DEFAULT backops.clock_now() NOT NULL,
    step_limit backops.step_limit DEFAULT 10000 NOT NULL,
    created_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    ended_at timestamp with time zone,
    completed_at timestamp with time zone GENERATED ALWAYS AS (
CASE
    WHEN ((state)::text = 'completed'::text) THEN ended_at
    ELSE NULL::timestamp with time zone
END) STORED,
    parked_at timestamp with time zone,
    stopped_position integer,
    stop_reason text,
    enqueued_by text DEFAULT (SESSION_USER)::text NOT NULL,
    traceparent text DEFAULT NULLIF(current_setting('backops.traceparent'::text, true), ''::text),
    tags backops.tag_list DEFAULT '{}'::text[] NOT NULL,
    branches json,
    globals backops.globals_document DEFAULT '{}'::jsonb NOT NULL,
    schedule text,
    slot timestamp with time zone,
    CONSTRAINT operations_ended_or_active CHECK (((ended_at IS NULL) = ((state)::text = 'active'::text)))
)
WITH (fillfactor='50');
ALTER TABLE ONLY backops.operations ALTER COLUMN globals SET COMPRESSION lz4;


--
-- Name: TABLE operations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.operations IS 'One row per operation. INSERT (name, globals) starts one; everything else goes through the functions of this schema.';


--
-- Name: COLUMN operations.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.id IS 'The operation''s number.';


--
-- Name: COLUMN operations.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.name IS 'Name of its definition, or a free name where branches are given.';


--
-- Name: COLUMN operations.state; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.state IS 'active, then completed, failed or cancelled.';


--
-- Name: COLUMN operations.key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.key IS 'Idempotency key: at most one operation per name and key as long as the row exists.';


--
-- Name: COLUMN operations.key_mode; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.key_mode IS 'What an INSERT does where the key is taken; null is once. In every other mode the key goes to active_key.';


--
-- Name: COLUMN operations.active_key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.active_key IS 'Key of an operation that was enqueued in another mode than once: see operation_keys.';


--
-- Name: COLUMN operations.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.queue IS 'Queue that its actions wait in: lower-case letters, digits, dot, dash, underscore.';


--
-- Name: COLUMN operations.priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.priority IS '0 is served first, 9 last.';


--
-- Name: COLUMN operations.perform_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.perform_at IS 'The first action does not start before.';


--
-- Name: COLUMN operations.step_limit; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.step_limit IS 'Completed actions after which the operation fails: the end of an endless loop.';


--
-- Name: COLUMN operations.created_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.created_at IS 'When it was enqueued.';


--
-- Name: COLUMN operations.ended_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.ended_at IS 'When it completed, failed or was cancelled.';


--
-- Name: COLUMN operations.completed_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.completed_at IS 'When it completed; null for every other state.';


--
-- Name: COLUMN operations.parked_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.parked_at IS 'Set while no worker has registered its name: it starts as soon as one does.';


--
-- Name: COLUMN operations.stopped_position; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.stopped_position IS 'Where a failed or cancelled operation stopped, and a retry goes on.';


--
-- Name: COLUMN operations.stop_reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.stop_reason IS 'Why it was cancelled, in the words of the person who did.';


--
-- Name: COLUMN operations.enqueued_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.enqueued_by IS 'Database role that enqueued it.';


--
-- Name: COLUMN operations.traceparent; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.traceparent IS 'W3C trace context of the enqueue; from the setting backops.traceparent unless given.';


--
-- Name: COLUMN operations.tags; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.tags IS 'Free labels.';


--
-- Name: COLUMN operations.branches; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.branches IS 'Plan given with the INSERT instead of a registered one: {"main": ["A", ["B", {…options}]], …}.';


--
-- Name: COLUMN operations.globals; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.globals IS 'The document that all its actions share: a JSON object of at most 1 MiB.';


--
-- Name: COLUMN operations.schedule; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.schedule IS 'Name of the schedule whose slot it runs, or whose slots it backfills; null where there is none.';


--
-- Name: COLUMN operations.slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operations.slot IS 'The slot that it was enqueued for: the time that its work is about, however late it starts.';


--
-- Name: cancel(bigint[], text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.cancel(ids bigint[], reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('cancel', ids, reason)
$$;


--
-- Name: FUNCTION cancel(ids bigint[], reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.cancel(ids bigint[], reason text) IS 'Cancels those of the operations that are active, running ones too. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: cancel(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.cancel(id bigint, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('cancel', id, reason)
$$;


--
-- Name: FUNCTION cancel(id bigint, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.cancel(id bigint, reason text) IS 'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';


--
-- Name: cancel_operation(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.cancel_operation(id bigint, reason text) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(cancel_operation.id, 'cancel', '{active}', true);
  v_job record;
begin
  select j.*, a.run, a.earlier_attempts, w.host || ' pid ' || w.pid as worker into v_job
    from jobs j
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
    left join workers w on w.id = j.worker_id
   where j.operation_id = cancel_operation.id;
  if v_job.worker_id is not null then
    insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at, error_message)
      values (cancel_operation.id, v_job.position, v_job.run, v_job.earlier_attempts + v_job.attempt, 'cancelled', v_job.worker_id, v_job.worker, v_job.claim_id, v_job.claimed_at, v_now, reason);
    update actions set started_at = v_job.claimed_at, attempts_count = v_job.attempt where operation_id = cancel_operation.id and position = v_job.position;
    perform pg_notify(worker_channel(v_job.worker_id), 'lost ' || v_job.claim_id);
  end if;
  perform end_operation(cancel_operation.id, 'cancelled', v_job.position, v_now, reason);
  select * into v_operation from operations where operations.id = cancel_operation.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION cancel_operation(id bigint, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.cancel_operation(id bigint, reason text) IS 'Ends an active operation. An action that runs right now is told to stop, and its result is refused. retry lets it go on later.';


--
-- Name: cancel_where(text, jsonb, text, text, text[], timestamp with time zone, timestamp with time zone, bigint, integer, text, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.cancel_where(name text DEFAULT NULL::text, globals jsonb DEFAULT NULL::jsonb, state text DEFAULT 'active'::text, queue text DEFAULT NULL::text, tags text[] DEFAULT NULL::text[], since timestamp with time zone DEFAULT NULL::timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, after bigint DEFAULT NULL::bigint, at_most integer DEFAULT 1000, reason text DEFAULT NULL::text, preview boolean DEFAULT false) RETURNS SETOF backops.found_operation
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_where('cancel', name, globals, state, queue, tags, null, since, until, after, at_most, reason, coalesce(preview, true))
$$;


--
-- Name: FUNCTION cancel_where(name text, globals jsonb, state text, queue text, tags text[], since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer, reason text, preview boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.cancel_where(name text, globals jsonb, state text, queue text, tags text[], since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer, reason text, preview boolean) IS 'Cancels what find_operations finds, active operations of any status unless state names one, and returns them as they were found. preview => true shows them and does nothing. At most at_most in one call: call again until no row comes back. SELECT * FROM backops.cancel_where(''Fulfilment'', queue => ''mail'', reason => ''sent twice'')';


--
-- Name: check_batch(bigint[], bigint[], integer[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_batch(p_operation_ids bigint[], p_claim_ids bigint[], VARIADIC p_lengths integer[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_length integer := cardinality(p_operation_ids);
begin
  if v_length is null or v_length is distinct from cardinality(p_claim_ids) or v_length <> any (p_lengths) then
    raise exception using errcode = 'OP004', message = 'the arrays of a batch must have the same length',
      hint = 'Give one operation and one claim for every action, and null for what an action does not have.';
  end if;
  if array_position(p_operation_ids, null) is not null
    or (select count(distinct claim_id) from unnest(p_claim_ids) as claim_id) < v_length
  then
    raise exception using errcode = 'OP004', message = 'a batch must name operations and claims, each claim once';
  end if;
end
$$;


--
-- Name: FUNCTION check_batch(p_operation_ids bigint[], p_claim_ids bigint[], VARIADIC p_lengths integer[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_batch(p_operation_ids bigint[], p_claim_ids bigint[], VARIADIC p_lengths integer[]) IS 'Refuses a batch whose arrays differ in length, lack an id, or name a claim twice (SQLSTATE OP004). A length that is null is that of an array that was left out.';


--
-- Name: check_documents(text, jsonb[], text[], timestamp with time zone[], json); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_documents(p_name text, p_globals jsonb[], p_keys text[], p_times timestamp with time zone[], p_branches json) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_time_global text;
  v record;
begin
  if p_branches is not null then
    select perform_at_global into v_time_global from plan_rows(p_branches) where starts;
  else
    select a.perform_at_global into v_time_global
      from definitions d
      join definition_actions a on a.definition_id = d.id and a.starts
     where d.name = p_name and d.current;
  end if;
  -- What the columns refuse is refused here first, because PostgreSQL does not say which of many rows it was.
  select i.n, i.key, case
           when i.document is null then 'has no globals: null is no document'
           when jsonb_typeof(i.document) <> 'object' then format('has globals that are not a JSON object but of type %s', jsonb_typeof(i.document))
           when pg_column_size(i.document) > 1048576 then format('has globals of %s bytes, more than 1 MiB', pg_column_size(i.document))
           when i.key = '' then 'has an empty key'
           when length(i.key) > 500 or octet_length(i.key) > 1500 then
             format('has a key of %s characters (%s bytes): at most 500, and 1500 bytes', length(i.key), octet_length(i.key))
           when not isfinite(i.at) then format('has the time %s, which cannot be waited for', i.at)
           else format('has no time in the global "%s", which holds that of its first action', v_time_global)
         end as problem,
         case
           when jsonb_typeof(i.document) is distinct from 'object' then 'operations_globals_are_an_object'
           when pg_column_size(i.document) > 1048576 then 'operations_globals_are_at_most_1_mib'
           when i.key = '' or length(i.key) > 500 or octet_length(i.key) > 1500 then 'operations_key_is_short'
           when not isfinite(i.at) then 'operations_perform_at_is_finite'
         end as rule
    into v
    from unnest(p_globals, p_keys, p_times) with ordinality as i (document, key, at, n)
   where jsonb_typeof(i.document) is distinct from 'object'
      or pg_column_size(i.document) > 1048576
      or i.key = ''
      or octet_length(i.key) > 500 and (length(i.key) > 500 or octet_length(i.key) > 1500)
      or not isfinite(i.at)
      or v_time_global is not null and due_at(null, null, v_time_global, i.document, '-infinity') = 'infinity'
   order by i.n
   limit 1;
  if found then
    raise exception using errcode = case when v.rule is null then 'OP007' else 'check_violation' end, constraint = coalesce(v.rule, ''),
      message = format('operation %s of %s%s %s', v.n, cardinality(p_globals), ' (key "' || left(nullif(v.key, ''), 100) || '")', v.problem),
      hint = 'None of them was enqueued. Correct it, or leave it out, and call again.';
  end if;
end
$$;


--
-- Name: FUNCTION check_documents(p_name text, p_globals jsonb[], p_keys text[], p_times timestamp with time zone[], p_branches json); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_documents(p_name text, p_globals jsonb[], p_keys text[], p_times timestamp with time zone[], p_branches json) IS 'Refuses what enqueue_many cannot enqueue, and says which of the documents it is. SQLSTATE and constraint are those of an INSERT of that one.';


--
-- Name: check_limit_name(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_limit_name(p_kind text, p_name text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if is_plain_name(p_name) is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of a %s', left(p_name, 200), p_kind),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
end
$$;


--
-- Name: FUNCTION check_limit_name(p_kind text, p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_limit_name(p_kind text, p_name text) IS 'Refuses what is no name of a limit, or of a rate (SQLSTATE OP004).';


--
-- Name: check_names(text, text[], text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_names(p_kind text, p_names text[], p_pattern text, p_hint text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_bad record;
begin
  if array_ndims(p_names) > 1 or p_kind = 'queue' and cardinality(p_names) = 0 then
    raise exception using errcode = 'OP004', message = format('a worker needs a list of %ss', p_kind), hint = p_hint;
  end if;
  select name into v_bad from unnest(p_names) as name where (name ~ p_pattern) is not true limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('%s is no name of a %s', coalesce('"' || left(v_bad.name, 200) || '"', 'null'), p_kind), hint = p_hint;
  end if;
end
$$;


--
-- Name: FUNCTION check_names(p_kind text, p_names text[], p_pattern text, p_hint text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_names(p_kind text, p_names text[], p_pattern text, p_hint text) IS 'Refuses a list that holds what is no name, and an empty one of queues (SQLSTATE OP004).';


--
-- Name: check_patches(jsonb[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_patches(p_patches jsonb[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if exists (select from unnest(p_patches) as patch where patch is not null and not is_patch(patch)) then
    raise exception using errcode = 'OP004', message = 'a patch of the globals cannot be read',
      hint = 'Write {"set": {"key": value}, "unset": ["key"]}; either may be left out.';
  end if;
end
$$;


--
-- Name: FUNCTION check_patches(p_patches jsonb[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_patches(p_patches jsonb[]) IS 'Refuses what is no patch of globals (SQLSTATE OP004).';


--
-- Name: check_queue_name(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_queue_name(p_name text, p_place text DEFAULT ''::text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if not is_queue_name(p_name) then
    raise exception using errcode = 'OP004', message = format('%s%s is no name of a queue', p_place, coalesce('"' || left(p_name, 200) || '"', 'null')),
      hint = 'Names of queues are made of a-z, 0-9, dot, dash and underscore, at most 100 of them.';
  end if;
end
$$;


--
-- Name: FUNCTION check_queue_name(p_name text, p_place text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_queue_name(p_name text, p_place text) IS 'Refuses what is no name of a queue (SQLSTATE OP004).';


--
-- Name: check_schedule(backops.schedules); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_schedule(p_schedule backops.schedules) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_problem text := case
    when (p_schedule.cron is null) = (p_schedule.every is null) then 'a schedule has either cron or every'
    when p_schedule.every < interval '1 second' then format('every: %s is shorter than a second', p_schedule.every)
    when p_schedule.every > interval '3650 days' then format('every: %s is longer than ten years', p_schedule.every)
    when extract(month from p_schedule.every) <> 0 or extract(year from p_schedule.every) <> 0 then
      format('every: %s has months, whose length differs', p_schedule.every)
    when not isfinite(p_schedule.starts_at) then format('starts_at: %s never comes', p_schedule.starts_at)
    when p_schedule.ends_at < p_schedule.starts_at then format('ends_at: %s is before starts_at %s', p_schedule.ends_at, p_schedule.starts_at)
    when p_schedule.overlap in ('skip', 'buffer', 'allow', 'cancel') is not true then
      format('overlap: %s is not skip, buffer, allow or cancel', coalesce('"' || left(p_schedule.overlap, 100) || '"', 'null'))
    when p_schedule.catch_up in ('latest', 'all', 'none') is not true then
      format('catch_up: %s is not latest, all or none', coalesce('"' || left(p_schedule.catch_up, 100) || '"', 'null'))
    when p_schedule.catch_up_limit between 1 and 100000 is not true then
      format('catch_up_limit: %s is not 1 to 100000', coalesce(p_schedule.catch_up_limit::text, 'null'))
    when p_schedule.catch_up_window between interval '1 minute' and interval '3650 days' is not true then
      format('catch_up_window: %s is not a minute to ten years', coalesce(p_schedule.catch_up_window::text, 'null'))
    when p_schedule.jitter between interval '0' and interval '1 day' is not true then
      format('jitter: %s is not 0 to a day', coalesce(p_schedule.jitter::text, 'null'))
    when p_schedule.pause_after_failures < 1 then format('pause_after_failures: %s is not 1 or more', p_schedule.pause_after_failures)
  end;
begin
  if v_problem is not null then
    raise exception using errcode = 'OP004', message = v_problem,
      hint = 'cron is ''30 2 * * *'' with a time_zone, every an interval such as ''90 minutes'', counted from starts_at on.';
  end if;
  perform check_time_zone(p_schedule.time_zone);
end
$$;


--
-- Name: FUNCTION check_schedule(p_schedule backops.schedules); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_schedule(p_schedule backops.schedules) IS 'Refuses a schedule that makes no sense, with the argument at fault (SQLSTATE OP004).';


--
-- Name: check_schedules(text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_schedules(p_application text, p_schedules jsonb) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  c_keys constant text[] := '{name,operation,cron,every,time_zone,globals,queue,priority,tags,starts_at,ends_at,overlap,catch_up,catch_up_limit,'
    'catch_up_window,jitter,pause_after_failures}';
  v_declared jsonb;
  v schedules;
  v_bad text;
  v_message text;
  v_hint text;
begin
  if p_application is null or length(p_application) not between 1 and 200 or p_application ~ '[[:cntrl:]]' then
    raise exception using errcode = 'OP004', message = format('%s is no name of an application', coalesce('"' || left(p_application, 200) || '"', 'null')),
      hint = 'It has 1 to 200 characters, and no control characters.';
  end if;
  if jsonb_typeof(p_schedules) is distinct from 'array' or jsonb_array_length(p_schedules) > 1000 then
    raise exception using errcode = 'OP004', message = 'an application declares an array of at most 1000 schedules',
      hint = '[{"name": "nightly-report", "operation": "Report", "cron": "30 2 * * *", "time_zone": "Europe/Berlin"}]';
  end if;
  for v_declared in select * from jsonb_array_elements(p_schedules) loop
    if jsonb_typeof(v_declared) <> 'object' or v_declared ->> 'name' is null or v_declared ->> 'operation' is null then
      raise exception using errcode = 'OP004', message = format('%s is no declaration of a schedule', left(v_declared::text, 200)),
        hint = 'It is an object with a name, an operation, and cron or every.';
    end if;
    select key into v_bad from jsonb_object_keys(v_declared) as key where key <> all (c_keys) limit 1;
    if found then
      raise exception using errcode = 'OP004', message = format('schedule "%s": "%s" is no argument', left(v_declared ->> 'name', 200), left(v_bad, 200)),
        hint = format('Arguments are %s.', array_to_string(c_keys, ', '));
    end if;
    begin
      v := declared_schedule(v_declared);
      if v.cron is not null then
        perform parse_cron(v.cron);
      end if;
      perform check_schedule(v);
    exception
      when others then
        get stacked diagnostics v_message = message_text, v_hint = pg_exception_hint;
        raise exception using errcode = 'OP004', message = format('schedule "%s": %s', left(v_declared ->> 'name', 200), v_message), hint = v_hint;
    end;
  end loop;
  select d ->> 'name' into v_bad from jsonb_array_elements(p_schedules) as d group by 1 having count(*) > 1 limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('schedule "%s" is declared twice', v_bad), hint = 'Give each schedule a name of its own.';
  end if;
end
$$;


--
-- Name: FUNCTION check_schedules(p_application text, p_schedules jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_schedules(p_application text, p_schedules jsonb) IS 'Refuses declarations that cannot be schedules, with the schedule and the argument at fault (SQLSTATE OP004).';


--
-- Name: check_slot_count(integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_slot_count(p_count integer) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if p_count is null or p_count not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('cannot list %s slots at once', coalesce(p_count::text, 'null')), hint = 'n is 1 to 1000.';
  end if;
end
$$;


--
-- Name: FUNCTION check_slot_count(p_count integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_slot_count(p_count integer) IS 'Refuses a number of slots that is not 1 to 1000 (SQLSTATE OP004).';


--
-- Name: check_time_zone(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_time_zone(p_zone text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
begin
  -- Abbreviations and offsets have no rules of summer time, and POSIX specifications take any word for a name. Without a digit it is none of
  -- these; the list of all names is read from a file for each of them, which takes 30 ms.
  if p_zone ~ '^[A-Za-z_]+(/[A-Za-z_-]+)+$' then
    begin
      perform clock_now() at time zone p_zone;
      return;
    exception
      when invalid_parameter_value then
        null;
    end;
  end if;
  if p_zone is null or p_zone <> 'UTC' and not exists (select from pg_timezone_names where name = p_zone) then
    raise exception using errcode = 'OP004', message = format('time zone: %s is unknown', coalesce('"' || left(p_zone, 100) || '"', 'null')),
      hint = coalesce(
        (select format('Did you mean "%s"?', name) from pg_timezone_names where lower(name) = lower(p_zone) limit 1),
        'Give the name of a place, such as Europe/Berlin; pg_timezone_names lists them.'
      );
  end if;
end
$_$;


--
-- Name: FUNCTION check_time_zone(p_zone text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_time_zone(p_zone text) IS 'Refuses a time zone that the server does not know by its name (SQLSTATE OP004).';


--
-- Name: check_timeout_branches(text, jsonb[], text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.check_timeout_branches(p_place text, p_waits jsonb[], p_branches text[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_branch text;
begin
  select wait -> 'on_timeout' ->> 'branch' into v_branch
    from unnest(p_waits) as wait where (wait -> 'on_timeout' ->> 'branch') <> all (p_branches) limit 1;
  if found then
    raise exception using errcode = 'OP004', message = p_place || format('a wait goes to branch "%s" on its timeout, which is not there', v_branch),
      detail = format('Branches given: %s.', array_to_string(p_branches, ', '));
  end if;
  select wait -> 'on_rejected' ->> 'branch' into v_branch
    from unnest(p_waits) as wait where (wait -> 'on_rejected' ->> 'branch') <> all (p_branches) limit 1;
  if found then
    raise exception using errcode = 'OP004', message = p_place || format('an approval goes to branch "%s" when it is rejected, which is not there', v_branch),
      detail = format('Branches given: %s.', array_to_string(p_branches, ', '));
  end if;
end
$$;


--
-- Name: FUNCTION check_timeout_branches(p_place text, p_waits jsonb[], p_branches text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.check_timeout_branches(p_place text, p_waits jsonb[], p_branches text[]) IS 'Refuses a plan whose waits lead to branches that it does not have (SQLSTATE OP004).';


--
-- Name: checkpoint(bigint, bigint, bigint, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.checkpoint(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_patch jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if p_patch is null then
    raise exception using errcode = 'OP004', message = 'a checkpoint must say what to write';
  end if;
  perform check_patches(array[p_patch]);
  perform from jobs j
     join workers w on w.id = j.worker_id and w.heartbeat_at + w.lease > clock_now()
    where j.operation_id = p_operation_id and j.worker_id = p_worker_id and j.claim_id = p_claim_id
      for update of j;
  if not found then
    return false;
  end if;
  update operations set globals = patched(globals, p_patch) where id = p_operation_id;
  return true;
end
$$;


--
-- Name: FUNCTION checkpoint(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_patch jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.checkpoint(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_patch jsonb) IS 'Writes a patch of the globals ({"set": {…}, "unset": [keys]}) before the action has ended, so that it survives a failure. False, and nothing written, if the claim is not the worker''s any more.';


--
-- Name: claim(bigint, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.claim(p_worker_id bigint, p_limit integer DEFAULT 1) RETURNS SETOF backops.claimed_job
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  select c.*
    from (
      select array_agg(queue order by priority, n) as queues, array_agg(priority::smallint order by priority, n) as priorities
        from workers
       cross join unnest(queues) with ordinality as q (queue, n)
       cross join generate_series(0, 9) as priority
       where id = p_worker_id
    ) as lanes
   cross join lateral claim(
     p_worker_id, p_limit, lanes.queues, lanes.priorities,
     -- No lanes for a worker that is not there: the function below says so.
     array_fill('-infinity'::timestamptz, array[coalesce(cardinality(lanes.queues), 0)]),
     array_fill(0::bigint, array[coalesce(cardinality(lanes.queues), 0)])
   ) as c
$$;


--
-- Name: FUNCTION claim(p_worker_id bigint, p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.claim(p_worker_id bigint, p_limit integer) IS 'Claims up to p_limit due jobs of the worker''s queues from the start of each lane, best priority first: the simple form, for workers written in SQL.';


--
-- Name: claim(bigint, integer, text[], smallint[], timestamp with time zone[], bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.claim(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[]) RETURNS SETOF backops.claimed_job
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
  v_has_limits boolean;
  v_limited text[];
  v_fair fair_queues[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('cannot claim %s jobs at once', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 to 1000.';
  end if;
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select handlers, missing_since is not null,
           array(select name from paused_queues), exists (select from limits) or exists (select from rates) or exists (select from queue_limits),
           (select array_agg(queue::text) from queue_limits where maximum is not null),
           (select array_agg(f) from fair_queues f where f.by_global is not null or exists (select from jobs j where j.queue = fair_queue(f.queue) and j.turn is not null))
      into v_handlers, v_is_missing, v_paused, v_has_limits, v_limited, v_fair
      from workers where id = p_worker_id and heartbeat_at + lease > v_now and not stopping;
  end if;
  if v_handlers is null then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, is stopping, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  if v_is_missing then
    perform show_life(p_worker_id);
  end if;

  -- Operations whose wait is over go on first, and may be claimed below; also for others, however little this worker has room for.
  if advance_waits(greatest(p_limit, 100), look_from('waits', v_now)) > 0 then
    v_now := clock_now();
  end if;
  if v_has_limits and advance_limits(greatest(p_limit, 100)) > 0 then
    v_now := clock_now();
  end if;

  if v_limited is null and v_fair is null then
    return query select * from claim_lanes(p_worker_id, p_limit, p_queues, p_priorities, p_after_run_at, p_after_operation_id, v_handlers, v_paused, null, v_now);
  else
    return query
      select *
        from claim_lane_by_lane(p_worker_id, p_limit, p_queues, p_priorities, p_after_run_at, p_after_operation_id, v_handlers, v_paused, v_limited, v_fair, v_now);
  end if;
end
$$;


--
-- Name: FUNCTION claim(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.claim(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[]) IS 'Claims up to p_limit due jobs that the worker knows, lane by lane in the order given, each lane (queue, priority) behind the key (run_at, operation_id) that is given for it (''-infinity'', 0 to start over). Jobs whose worker died are left to claim_suspect, and those of a queue that is paused stay.';


--
-- Name: fair_queues; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.fair_queues (
    queue backops.queue_name NOT NULL,
    by_global text,
    weights jsonb DEFAULT '{}'::jsonb NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    reason text,
    CONSTRAINT fair_queues_by_global_is_valid CHECK (((length(by_global) >= 1) AND (length(by_global) <= 200))),
    CONSTRAINT fair_queues_weights_are_valid CHECK ((jsonb_typeof(weights) = 'object'::text))
);


--
-- Name: TABLE fair_queues; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.fair_queues IS 'Queues whose actions take turns by key. Written by set_queue_fairness.';


--
-- Name: COLUMN fair_queues.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_queues.queue IS 'Name of the queue; one without a row is served in the order in which its jobs are due.';


--
-- Name: COLUMN fair_queues.by_global; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_queues.by_global IS 'The global whose values take turns; null where they do no more.';


--
-- Name: COLUMN fair_queues.weights; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_queues.weights IS 'How much of the queue a value gets beside the others, {"acme": 3}: 1 where it does not stand here.';


--
-- Name: COLUMN fair_queues.set_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_queues.set_by IS 'Database role that called set_queue_fairness last.';


--
-- Name: COLUMN fair_queues.set_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_queues.set_at IS 'When it did.';


--
-- Name: COLUMN fair_queues.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_queues.reason IS 'Why.';


--
-- Name: claim_in_turn(bigint, integer, backops.fair_queues, smallint, timestamp with time zone, bigint, boolean, text[], text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.claim_in_turn(p_worker_id bigint, p_limit integer, p_fair backops.fair_queues, p_priority smallint, p_after_run_at timestamp with time zone, p_after_operation_id bigint, p_gives_turns boolean, p_handlers text[], p_queue_slot text, p_now timestamp with time zone) RETURNS SETOF backops.claimed_job
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_has_turns boolean := true;
  v_ids bigint[] := '{}';
begin
  if p_fair.by_global is not null and p_gives_turns then
    v_has_turns := take_turns(p_fair, p_priority, p_after_run_at, p_after_operation_id, p_limit, p_handlers, p_now);
  end if;
  if v_has_turns then
    v_ids := array(
      select j.operation_id
        from jobs j
       where j.queue = fair_queue(p_fair.queue) and j.priority = p_priority
         and j.turn >= (select l.first_turn from fair_lanes l where l.queue = p_fair.queue and l.priority = p_priority)
         and j.handler = any (p_handlers)
       order by j.turn, j.operation_id
       limit p_limit
         for update skip locked
    );
    update jobs j
       set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = p_now, attempt = j.attempt + 1, queue_slot = p_queue_slot, queue = p_fair.queue, turn = null
      from unnest(v_ids) as i (id)
     where j.operation_id = any (array[i.id]);
    return query select c.* from describe_claims(v_ids) as c order by array_position(v_ids, c.operation_id);
  end if;
  -- What has come since nobody takes turns any more, or where there is enough for all.
  if (p_fair.by_global is null or not v_has_turns) and cardinality(v_ids) < p_limit then
    return query
      select *
        from claim_lanes(
          p_worker_id, p_limit - cardinality(v_ids), array[p_fair.queue::text], array[p_priority], array[p_after_run_at], array[p_after_operation_id],
          p_handlers, '{}', p_queue_slot, p_now
        );
  end if;
end
$$;


--
-- Name: FUNCTION claim_in_turn(p_worker_id bigint, p_limit integer, p_fair backops.fair_queues, p_priority smallint, p_after_run_at timestamp with time zone, p_after_operation_id bigint, p_gives_turns boolean, p_handlers text[], p_queue_slot text, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.claim_in_turn(p_worker_id bigint, p_limit integer, p_fair backops.fair_queues, p_priority smallint, p_after_run_at timestamp with time zone, p_after_operation_id bigint, p_gives_turns boolean, p_handlers text[], p_queue_slot text, p_now timestamp with time zone) IS 'The part of claim() that looks into a priority of a fair queue: p_gives_turns says whether this transaction is the one that gives them.';


--
-- Name: claim_lane_by_lane(bigint, integer, text[], smallint[], timestamp with time zone[], bigint[], text[], text[], text[], backops.fair_queues[], timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.claim_lane_by_lane(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[], p_handlers text[], p_paused text[], p_limited text[], p_fair backops.fair_queues[], p_now timestamp with time zone) RETURNS SETOF backops.claimed_job
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_rooms integer[];
  v_turns boolean[];
  v_left integer := p_limit;
  v_first integer := 1;
  v_last integer;
  v_limit integer;
  v_fair integer;
  v_count integer;
  v_special text[];
  v_fair_queues text[];
begin
  p_limited := array(select queue from unnest(p_limited) as queue where queue = any (p_queues) order by queue);
  v_rooms := queue_rooms(p_limited);
  p_fair := array(select f from unnest(p_fair) as f where f.queue = any (p_queues) order by f.queue);
  v_fair_queues := array(select f.queue from unnest(p_fair) with ordinality as f order by ordinality);
  v_turns := array(select pg_try_advisory_xact_lock(gate_lock(queue_gate(queue))) from unnest(v_fair_queues) with ordinality as f (queue, n) order by n);
  v_special := p_limited || v_fair_queues;
  while v_left > 0 and v_first <= coalesce(cardinality(p_queues), 0) loop
    v_limit := array_position(p_limited, p_queues[v_first]);
    v_fair := array_position(v_fair_queues, p_queues[v_first]);
    v_last := v_first;
    if v_limit is null and v_fair is null then
      while v_last < cardinality(p_queues) and p_queues[v_last + 1] <> all (v_special) loop
        v_last := v_last + 1;
      end loop;
    end if;
    v_count := 0;
    if v_limit is not null and v_rooms[v_limit] = 0 then
      null;
    elsif v_fair is null then
      return query
        select *
          from claim_lanes(
            p_worker_id, least(v_left, v_rooms[v_limit]), p_queues[v_first:v_last], p_priorities[v_first:v_last], p_after_run_at[v_first:v_last],
            p_after_operation_id[v_first:v_last], p_handlers, p_paused, queue_gate(p_limited[v_limit]), p_now
          );
      get diagnostics v_count = row_count;
    elsif p_queues[v_first] <> all (p_paused) then
      return query
        select *
          from claim_in_turn(
            p_worker_id, least(v_left, v_rooms[v_limit]), p_fair[v_fair], p_priorities[v_first], p_after_run_at[v_first], p_after_operation_id[v_first],
            v_turns[v_fair], p_handlers, queue_gate(p_limited[v_limit]), p_now
          );
      get diagnostics v_count = row_count;
    end if;
    v_left := v_left - v_count;
    if v_limit is not null and v_count > 0 then
      v_rooms[v_limit] := v_rooms[v_limit] - v_count;
      update queue_limits set holding = holding + v_count where queue = p_limited[v_limit];
    end if;
    v_first := v_last + 1;
  end loop;
end
$$;


--
-- Name: FUNCTION claim_lane_by_lane(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[], p_handlers text[], p_paused text[], p_limited text[], p_fair backops.fair_queues[], p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.claim_lane_by_lane(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[], p_handlers text[], p_paused text[], p_limited text[], p_fair backops.fair_queues[], p_now timestamp with time zone) IS 'The part of claim() for a worker some of whose queues have a limit, or are fair.';


--
-- Name: claim_lanes(bigint, integer, text[], smallint[], timestamp with time zone[], bigint[], text[], text[], text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.claim_lanes(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[], p_handlers text[], p_paused text[], p_queue_slot text, p_now timestamp with time zone) RETURNS SETOF backops.claimed_job
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
  return query
    with picked as materialized (
      select job.*
        from unnest(p_queues, p_priorities, p_after_run_at, p_after_operation_id) as lane (queue, priority, run_at, operation_id)
       cross join lateral (
         select j.operation_id, a.run, a.earlier_attempts, a.max_attempts, a.timeout, a.branch, a.name as action,
                o.created_at, o.name as operation, o.globals, o.traceparent, o.slot, o.xmin as version
           from jobs j
           join actions a on a.operation_id = j.operation_id and a.position = j.position
           join operations o on o.id = j.operation_id
          where j.queue = lane.queue and j.priority = lane.priority
            and (j.run_at, j.operation_id) > (lane.run_at, lane.operation_id)
            and j.run_at <= p_now
            and j.worker_id is null
            and j.crashes = 0
            and j.handler = any (p_handlers)
          order by j.run_at, j.operation_id
          limit p_limit
            for update of j skip locked
       ) as job
       where lane.queue <> all (p_paused)
       limit p_limit
    ),
    claimed as (
      update jobs j
         set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = p_now, attempt = j.attempt + 1, queue_slot = p_queue_slot
        from picked p
       where j.operation_id = p.operation_id
      returning j.operation_id, j.claim_id, j.definition_id, j.position, p.run, p.earlier_attempts + j.attempt as attempt,
                p.earlier_attempts + p.max_attempts as max_attempts, j.priority, p.timeout,
                j.run_at, p.created_at, j.queue, p.operation, p.branch, p.action, p.globals, j.claimed_at, p.traceparent, p.slot, p.version
    )
    select c.operation_id, c.claim_id, c.definition_id, c.position, c.run, c.attempt, c.max_attempts, c.priority,
           (extract(epoch from c.timeout) * 1000)::bigint,
           c.run_at, c.created_at, c.queue, c.operation::text, c.branch, c.action, c.globals::jsonb,
           case when c.definition_id is null then (
             select json_agg(json_build_array(p.branch, p.name) order by p.position) from actions p where p.operation_id = c.operation_id
           ) end,
           c.claimed_at, c.traceparent, settled_version(c.version), c.slot
      from claimed c
     order by c.priority, c.run_at, c.operation_id;
end
$$;


--
-- Name: FUNCTION claim_lanes(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[], p_handlers text[], p_paused text[], p_queue_slot text, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.claim_lanes(p_worker_id bigint, p_limit integer, p_queues text[], p_priorities smallint[], p_after_run_at timestamp with time zone[], p_after_operation_id bigint[], p_handlers text[], p_paused text[], p_queue_slot text, p_now timestamp with time zone) IS 'The part of claim() that looks through lanes of queues, and gives what it claims there a slot of the queue, if it has a limit.';


--
-- Name: claim_suspect(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.claim_suspect(p_worker_id bigint) RETURNS SETOF backops.claimed_job
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_worker workers;
  v_id bigint;
  v_queue text;
  v_limited text[] := (select array_agg(queue::text) from queue_limits where maximum is not null);
  v_full text[] := '{}';
begin
  if pg_try_advisory_xact_lock_shared(worker_lock(p_worker_id)) then
    select * into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now and not stopping;
  end if;
  if v_worker.id is null then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, is stopping, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  if v_limited is not null then
    v_full := array(select queue from unnest(v_limited, queue_rooms(v_limited)) as q (queue, room) where room = 0);
  end if;
  select j.operation_id, j.queue into v_id, v_queue
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join operations o on o.id = j.operation_id
   where j.crashes > 0 and j.worker_id is null and j.run_at <= v_now and j.queue = any (v_worker.queues) and j.handler = any (v_worker.handlers)
     and j.queue not in (select name from paused_queues) and j.queue <> all (v_full)
   order by j.run_at, j.operation_id
   limit 1
     for update of j skip locked;
  update jobs
     set worker_id = p_worker_id, claim_id = next_claim_id(), claimed_at = v_now, attempt = attempt + 1,
         queue_slot = case when v_queue = any (v_limited) then queue_gate(v_queue) end
   where operation_id = v_id;
  update queue_limits set holding = holding + 1 where queue = v_queue and v_queue = any (v_limited);
  return query select * from describe_claims(array[v_id]);
end
$$;


--
-- Name: FUNCTION claim_suspect(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.claim_suspect(p_worker_id bigint) IS 'Claims one job whose worker died while it held it. It may be the killer: run it with nothing beside it; a clean end acquits it.';


--
-- Name: clock_change(text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.clock_change(p_zone text, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_offset interval := (p_from at time zone p_zone) - (p_from at time zone 'UTC');
  v_low timestamptz := p_from;
  v_high timestamptz := p_to;
  v_middle timestamptz;
begin
  while v_high - v_low > interval '1 second' loop
    v_middle := v_low + make_interval(secs => floor(extract(epoch from v_high - v_low) / 2)::double precision);
    if (v_middle at time zone p_zone) - (v_middle at time zone 'UTC') = v_offset then
      v_low := v_middle;
    else
      v_high := v_middle;
    end if;
  end loop;
  return v_high;
end
$$;


--
-- Name: FUNCTION clock_change(p_zone text, p_from timestamp with time zone, p_to timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.clock_change(p_zone text, p_from timestamp with time zone, p_to timestamp with time zone) IS 'The instant at which the clocks of a zone change between two instants of whole seconds that have other offsets from UTC: the first with the new one.';


--
-- Name: close_gate(text, text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.close_gate(p_gate text, p_name text, p_until timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz;
begin
  perform pg_advisory_xact_lock(gate_lock(p_gate));
  v_now := clock_now();
  insert into rate_gates as g (gate, name, used_until, version, closed_until, look_at)
    select p_gate, p_name, v_now, r.version, p_until, v_now from rates r where r.name = p_name
    on conflict on constraint rate_gates_pkey do update
      set closed_until = case when p_until is null then null else greatest(g.closed_until, p_until) end,
          look_at = case when p_until is null then v_now else g.look_at end;
  if p_until is null then
    perform offer_gates(array[rate_gate(p_name)]);
  end if;
end
$$;


--
-- Name: FUNCTION close_gate(p_gate text, p_name text, p_until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.close_gate(p_gate text, p_name text, p_until timestamp with time zone) IS 'Closes the gate of a rate until a time, where it is not closed for longer; null opens it, and what has started counts as before.';


--
-- Name: close_rate(text, timestamp with time zone, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.close_rate(name text, until timestamp with time zone, key text DEFAULT NULL::text, reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
begin
  if not exists (select from rates r where r.name = close_rate.name) then
    perform refuse_unknown_limit('rate', name);
  end if;
  if until is not null and not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('the rate "%s" can be closed until a finite time', name),
      hint = 'now() + interval ''30 seconds''; null opens it.';
  end if;
  perform close_gate(named_gate(name, key), name, until);
  perform write_audit('close_rate', '{}', reason, jsonb_build_object('rate', name, 'key', key, 'until', until));
end
$$;


--
-- Name: FUNCTION close_rate(name text, until timestamp with time zone, key text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.close_rate(name text, until timestamp with time zone, key text, reason text) IS 'Lets nothing more start under a rate, or under one key of it, until a time; null opens it. What was let in for the next two seconds still starts. SELECT backops.close_rate(''stripe'', now() + interval ''30 seconds'', reason => ''they are down'')';


--
-- Name: combined_globals(jsonb, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.combined_globals(p_former jsonb, p_new jsonb, p_payload text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case p_payload
    when 'merge' then p_former || p_new
    when 'append' then p_former || p_new || coalesce((
      select jsonb_object_agg(n.key, (p_former -> n.key) || n.value)
        from jsonb_each(p_new) as n
       where jsonb_typeof(n.value) = 'array' and jsonb_typeof(p_former -> n.key) = 'array'
    ), '{}')
    else p_new
  end
$$;


--
-- Name: FUNCTION combined_globals(p_former jsonb, p_new jsonb, p_payload text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.combined_globals(p_former jsonb, p_new jsonb, p_payload text) IS 'The globals of an operation that waits, with those of another that is enqueued under its key: the new ones (last), both with the new ones first (merge), or as merge, with arrays that both have one behind the other (append).';


--
-- Name: come_again(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.come_again(p_operation_id bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  update jobs set run_at = came_at, gate = null, ticket = null, came_at = null where operation_id = p_operation_id and ticket is not null
$$;


--
-- Name: FUNCTION come_again(p_operation_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.come_again(p_operation_id bigint) IS 'Takes a job out of its line, to come to the limit once more with the next look.';


--
-- Name: complete(bigint, bigint, bigint, jsonb, text[], text, text, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.complete(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_set jsonb DEFAULT NULL::jsonb, p_unset text[] DEFAULT NULL::text[], p_jump_branch text DEFAULT NULL::text, p_jump_action text DEFAULT NULL::text, p_continue boolean DEFAULT true) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, next_claim_id bigint, "position" integer, run integer, max_attempts integer, timeout_ms bigint, branch text, action text, globals jsonb, attempt integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_patch jsonb;
begin
  if jsonb_typeof(p_set) <> 'object' then
    raise exception using errcode = 'OP004', message = 'p_set must be a JSON object', hint = 'Give the keys that change: {"transaction_id": "ch_42"}.';
  end if;
  if p_set is not null or p_unset is not null then
    v_patch := jsonb_build_object('set', coalesce(p_set, '{}'), 'unset', to_jsonb(coalesce(p_unset, '{}')));
  end if;
  return query
    select c.operation_id, c.claim_id, c.outcome, c.next_claim_id, c.position, c.run, c.max_attempts, c.timeout_ms, c.branch, c.action, c.globals, c.attempt
      from complete_many(
        p_worker_id, array[p_operation_id], array[p_claim_id], array[v_patch],
        array[case when p_jump_branch is not null then find_position(p_operation_id, p_jump_branch, p_jump_action) end], p_continue
      ) as c;
end
$$;


--
-- Name: FUNCTION complete(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_set jsonb, p_unset text[], p_jump_branch text, p_jump_action text, p_continue boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.complete(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_set jsonb, p_unset text[], p_jump_branch text, p_jump_action text, p_continue boolean) IS 'complete_many for one claim, with the jump''s target by name.';


--
-- Name: complete_many(bigint, bigint[], bigint[], jsonb[], integer[], boolean, bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.complete_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_patches jsonb[], p_jumps integer[], p_continue boolean DEFAULT true, p_globals_versions bigint[] DEFAULT NULL::bigint[]) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, next_claim_id bigint, "position" integer, run integer, max_attempts integer, timeout_ms bigint, branch text, action text, globals jsonb, globals_version bigint, attempt integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker_id bigint;
  v_handlers text[];
  v_is_missing boolean;
  v_paused text[];
  v_jump record;
  v_invalid bigint[] := '{}';
  v_problem text;
  v_patch jsonb;
  v_due_queue text;
  v_due_queues text[];
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_patches), cardinality(p_jumps), cardinality(p_globals_versions));
  -- What cannot be done is an error where it stands alone; of many, it does not take the others with it.
  if cardinality(p_operation_ids) = 1 then
    perform check_patches(p_patches);
  elsif cardinality(array_remove(p_patches, null)) > 0 or cardinality(array_remove(p_jumps, null)) > 0 then
    -- Large globals are put together to see. Others cannot grow beyond the limit: what a row holds in less than 2 kB is not compressed, and
    -- what is compressed was 250 times as large at the most.
    select coalesce(array_agg(i.claim_id), '{}') into v_invalid
      from unnest(p_operation_ids, p_claim_ids, p_patches, p_jumps) as i (operation_id, claim_id, patch, target)
      left join lateral (select pg_column_size(globals) as size from operations where id = i.operation_id offset 0) as o on i.patch is not null
     where case
       when i.target is not null and not exists (select from actions where operation_id = i.operation_id and position = i.target) then true
       when i.patch is null then false
       when not is_patch(i.patch) then true
       when o.size <= 2000 and pg_column_size(i.patch) < 4096 then false
       else not fits(i.operation_id, i.patch)
     end;
  end if;
  -- Nothing is held without a lease. A queue that is paused is no lane to go on in, and in a fair one each action takes its turn.
  select id, handlers, missing_since is not null,
         array(select name from paused_queues union all select queue from fair_queues where by_global is not null)
    into v_worker_id, v_handlers, v_is_missing, v_paused
    from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if v_is_missing then
    perform show_life(p_worker_id);
  end if;

  -- 1. Actions that jump are completed, and what they jump to is opened.
  if cardinality(array_remove(p_jumps, null)) > 0 then
    for v_jump in
      select i.target, j.*
        from (select * from unnest(p_operation_ids, p_claim_ids, p_jumps) as i (operation_id, claim_id, target) order by operation_id) as i
       cross join lateral (
         select j.operation_id, j.position, j.attempt, j.claim_id, j.claimed_at
           from jobs j
          where j.operation_id = i.operation_id and j.worker_id = v_worker_id and j.claim_id = i.claim_id
            for update skip locked
       ) as j
       where i.target is not null and j.claim_id <> all (v_invalid)
    loop
      update actions
         set started_at = v_jump.claimed_at, completed_at = v_now, completed_claim_id = v_jump.claim_id, attempts_count = v_jump.attempt,
             errored_at = null, error_type = null, error_message = null, stack_trace = null
       where operation_id = v_jump.operation_id and position = v_jump.position;
      perform apply_jump(v_jump.operation_id, v_jump.target, v_now);
    end loop;
  end if;

  -- 2. The others are completed; every operation moves on, or ends.
  for operation_id, claim_id, outcome, next_claim_id, "position", run, max_attempts, timeout_ms, branch, action, globals, globals_version, attempt,
      v_problem, v_patch, v_due_queue in
    with held as materialized (
      select i.patch, i.target, i.known_version, j.*
        from (
          select *
            from unnest(p_operation_ids, p_claim_ids, p_patches, p_jumps, p_globals_versions)
              as i (operation_id, claim_id, patch, target, known_version)
           where i.claim_id <> all (v_invalid)
           order by operation_id
        ) as i
       cross join lateral (
         select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, j.queue, j.handler, j.steps_left, j.operation_slot
           from jobs j
          where j.operation_id = i.operation_id and j.worker_id = v_worker_id and j.claim_id = i.claim_id
            for update skip locked
       ) as j
    ),
    completed as (
      update actions a
         set started_at = h.claimed_at, completed_at = v_now, completed_claim_id = h.claim_id, attempts_count = h.attempt,
             errored_at = null, error_type = null, error_message = null, stack_trace = null
        from held h
       where h.target is null and a.operation_id = any (array[h.operation_id]) and a.position = h.position
      returning h.*, a.branch, a.name
    ),
    done as (
      select * from completed
      union all
      select h.*, a.branch, a.name
        from held h
       cross join lateral (
         select a.branch, a.name
           from actions a
          where a.operation_id = h.operation_id and a.position = h.position and a.completed_claim_id = h.claim_id
         offset 0
       ) as a
       where h.target is not null
    ),
    following as materialized (
      select d.operation_id, d.claim_id, d.patch, o.globals, d.known_version, o.version, n.position as next_position, n.run, n.earlier_attempts, n.max_attempts, n.timeout, n.branch, n.name,
             n.queue, n.operation_slot, n.handler, n.due,
             case
               when n.position is null then null
               when d.steps_left <= 1 then 'StepLimit'
               when n.due = 'infinity' then 'InvalidPerformAt'
             end as problem,
             -- Given, it is this worker's next claim; else the operation goes on elsewhere, later, or not at all.
             case
               when p_continue and d.steps_left > 1 and n.due <= v_now and n.queue = d.queue and n.handler = any (v_handlers)
                 and n.queue <> all (v_paused)
                 then next_claim_id()
             end as next_claim_id
        from done d
       cross join lateral (
         select o.queue, case when d.patch is null then o.globals else patched(o.globals, d.patch) end as globals,
                -- Nobody has seen the version that a patch makes below.
                case when d.patch is null then settled_version(o.xmin) end as version
           from operations o
          where o.id = d.operation_id
         offset 0
       ) as o
        left join lateral (
          select n.position, n.run, n.earlier_attempts, n.max_attempts, n.timeout, n.branch, n.name,
                 job_queue(n.wait, n.limits, d.operation_slot, null, null, n.queue, o.queue) as queue,
                 kept_slot(d.operation_slot, n.wait, n.limits) as operation_slot,
                 left(d.handler, length(d.handler) - length(d.name)) || n.name as handler,
                 case
                   when n.perform_at is null and n.perform_in is null and n.perform_at_global is null then v_now
                   else due_at(n.perform_at, n.perform_in, n.perform_at_global, o.globals, v_now)
                 end as due
            from actions n
           where n.operation_id = d.operation_id
             and n.position = case
               when d.target is not null then d.target
               when d.branch = 'main' then d.position + 1
               else position_after(d.operation_id, d.branch, d.position)
             end
             and (n.branch = 'main' or d.branch <> 'main' or d.target is not null)
          offset 0
        ) as n on true
    ),
    changed as (
      update operations o
         set globals = case when f.patch is null then o.globals else patched(o.globals, f.patch) end,
             state = case when f.next_position is null then 'completed' else o.state end,
             ended_at = case when f.next_position is null then v_now end
        from following f
       where o.id = any (array[f.operation_id]) and f.problem is null and (f.patch is not null or f.next_position is null)
    ),
    ended as (
      delete from jobs j
       using following f
       where j.operation_id = any (array[f.operation_id]) and f.next_position is null
    ),
    moved as (
      update jobs j
         set position = f.next_position,
             handler = f.handler,
             steps_left = j.steps_left - 1,
             crashes = 0,
             progress = null,
             progress_note = null,
             attempt = case when f.next_claim_id is null then 0 else 1 end,
             worker_id = case when f.next_claim_id is not null then p_worker_id end,
             claim_id = f.next_claim_id,
             claimed_at = case when f.next_claim_id is not null then v_now end,
             queue = f.queue,
             operation_slot = f.operation_slot,
             action_slot = null,
             queue_slot = case when f.next_claim_id is not null then j.queue_slot end,
             paced_at = null,
             run_at = case when f.next_claim_id is null then f.due else j.run_at end
        from following f
       where j.operation_id = any (array[f.operation_id]) and f.problem is null and f.next_position is not null
    )
    select f.operation_id, f.claim_id,
           case
             when f.next_position is null then 'completed'
             when f.problem is not null then 'failed'
             when f.next_claim_id is not null then 'advanced'
             else 'queued'
           end as outcome,
           f.next_claim_id, f.next_position, f.run, f.earlier_attempts + f.max_attempts, (extract(epoch from f.timeout) * 1000)::bigint,
           f.branch, f.name,
           -- Large globals cost more than all the rest, and the worker has them already unless they have changed.
           case when f.next_claim_id is not null and (f.version = f.known_version) is not true then f.globals end,
           case when f.next_claim_id is not null then f.version end,
           f.earlier_attempts + 1,
           f.problem,
           case when f.problem is not null then f.patch end,
           case when f.next_claim_id is null and f.problem is null and f.due <= v_now then f.queue end
      from following f
    union all
    -- The rest is told why.
    select i.operation_id, i.claim_id,
           case m.reason when 'busy' then case when i.claim_id = any (v_invalid) then 'invalid' else 'busy' end else m.reason end,
           null, null, null, null, null, null, null, null, null, null, null, null, null
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     cross join lateral (select missed_claim(p_worker_id, i.operation_id, i.claim_id) as reason offset 0) as m
     where i.claim_id not in (select claim_id from following)
  loop
    -- 3. The statement has left an operation whose next action cannot start as it was.
    if v_problem is not null then
      perform refuse_next(operation_id, "position", v_patch, v_problem);
    end if;
    if v_due_queue = '/waits' then
      perform settle_wait(operation_id);
    elsif v_due_queue is not null then
      v_due_queues := v_due_queues || v_due_queue;
    end if;
    return next;
  end loop;

  -- 4. Jobs that are due, and not this worker's, are somebody else's to claim.
  if v_due_queues is not null then
    perform wake(queue, count(*)) from unnest(v_due_queues) as queue group by queue;
  end if;
end
$$;


--
-- Name: FUNCTION complete_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_patches jsonb[], p_jumps integer[], p_continue boolean, p_globals_versions bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.complete_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_patches jsonb[], p_jumps integer[], p_continue boolean, p_globals_versions bigint[]) IS 'Completes the actions of a batch of claims, in one transaction: each with a patch of the globals ({"set": {…}, "unset": [keys]}) or null, and the position that it jumped to or null. outcome: advanced (the next action is this worker''s already, under next_claim_id), queued (it goes on later or elsewhere), completed or failed (the operation), invalid (of several, one that cannot be done: a patch that is none, or makes the globals too large or too deep, or a position that is not there; its job is still held, complete alone says why, and fail ends the attempt), done, stale, busy (see missed_claim). Globals come with the next action, but not where p_globals_versions gives the version that they still have.';


--
-- Name: concealed(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.concealed(p_operation_id bigint, p_text text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  v_secret record;
begin
  for v_secret in
    select distinct s.key, leaf #>> '{}' as value
      from operations o
      join secret_keys s on s.name in (o.name, '*')
     cross join jsonb_path_query(o.globals -> s.key, 'strict $.** ? (@.type() == "string" || @.type() == "number")') as leaf
     where o.id = p_operation_id and length(leaf #>> '{}') >= 4
     order by 2 desc
  loop
    p_text := replace(p_text, v_secret.value, format('[secret %s]', v_secret.key));
  end loop;
  return p_text;
end
$_$;


--
-- Name: FUNCTION concealed(p_operation_id bigint, p_text text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.concealed(p_operation_id bigint, p_text text) IS 'A text without the values that secret_keys names, as the operation has them now: every string and number of four characters or more is replaced. What an action makes of a secret, or what has changed since, is not recognised.';


--
-- Name: consume(text, integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.consume(name text, count integer DEFAULT 1, key text DEFAULT NULL::text) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_rate rates;
  v_gate text := named_gate(name, key);
  v_now timestamptz;
  v_base timestamptz;
  v_start timestamptz;
begin
  perform pg_advisory_xact_lock(gate_lock(v_gate));
  -- The numbers that hold when nobody else counts.
  select * into v_rate from rates r where r.name = consume.name;
  if not found then
    perform refuse_unknown_limit('rate', name);
  end if;
  if count between 1 and 1000000 is not true then
    raise exception using errcode = 'OP004', message = format('%s calls cannot be counted under the rate "%s"', coalesce(count::text, 'null'), name),
      hint = 'Give 1 to 1000000.';
  end if;
  v_now := clock_now();
  select g.base, greatest(g.closed_until, g.base - v_rate.tolerance) into v_base, v_start
    from (
      select g.closed_until, greatest(g.closed_until, rate_base(g.used_until, g.version = v_rate.version, v_rate.gap, v_now)) as base
        from rate_gates g
       where g.gate = v_gate
    ) as g;
  if v_start > v_now then
    return v_start;
  end if;
  if v_rate.gap > interval '0' then
    v_base := coalesce(v_base, v_now) + count * v_rate.gap;
    insert into rate_gates (gate, name, used_until, version, look_at)
      values (v_gate, consume.name, v_base, v_rate.version, v_now)
      on conflict on constraint rate_gates_pkey do update set used_until = excluded.used_until, version = excluded.version;
  end if;
  return null;
end
$$;


--
-- Name: FUNCTION consume(name text, count integer, key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.consume(name text, count integer, key text) IS 'Counts calls that an action makes under a rate, before it makes them: null where it may go on, else the time at which to ask again, and nothing is counted. To be called by itself: what it has counted is others'' to see when its transaction ends, and they wait for that. SELECT backops.consume(''stripe'', 1)';


--
-- Name: count_queue(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.count_queue(p_queue text) RETURNS TABLE(ready bigint, running bigint, retrying bigint, scheduled bigint, parked bigint, oldest_ready_at timestamp with time zone, capped boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_due bigint;
  v_future bigint;
begin
  select count(*), count(*) filter (where j.worker_id is null), count(*) filter (where j.worker_id is not null),
         min(j.run_at) filter (where j.worker_id is null)
    into v_due, ready, running, oldest_ready_at
    from unnest(array[p_queue, fair_queue(p_queue)]) as part (queue)
   cross join lateral front_of_queue(part.queue, 1000) as j;
  select count(*), count(*) filter (where j.attempt > 0), count(*) filter (where j.attempt = 0)
    into v_future, retrying, scheduled
    from (
      select j.attempt
        from generate_series(0, 9) as lane
       cross join lateral (
         select j.attempt
           from jobs j
          where j.queue = p_queue and j.priority = lane::smallint and j.run_at > statement_now() and j.run_at < 'infinity'
          order by j.run_at
          limit 1000
       ) as j
       limit 1000
    ) as j;
  select count(*) into parked
    from (
      select
        from generate_series(0, 9) as lane
       cross join lateral (
         select from jobs j where j.queue = p_queue and j.priority = lane::smallint and j.run_at = 'infinity' limit 1000
       ) as j
       limit 1000
    ) as j;
  capped := v_due >= 1000 or v_future >= 1000 or parked >= 1000;
  return next;
end
$$;


--
-- Name: FUNCTION count_queue(p_queue text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.count_queue(p_queue text) IS 'How many jobs of a queue are in which state, counted up to a cap, by the index that claims use.';


--
-- Name: count_running(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.count_running(p_queue text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_count integer;
begin
  with running as materialized (
    select operation_id from jobs where worker_id is not null and queue = p_queue and queue_slot is null for update skip locked
  ),
  counted as (
    update jobs j set queue_slot = queue_gate(p_queue) from running r where j.operation_id = any (array[r.operation_id]) returning 1
  )
  select count(*) into v_count from counted;
  return v_count;
end
$$;


--
-- Name: FUNCTION count_running(p_queue text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.count_running(p_queue text) IS 'Gives a slot of the queue to what runs there without one: it was claimed before the queue had a limit. Returns how many; the caller has the gate.';


--
-- Name: count_schedule_slots(backops.schedules, bigint[], timestamp with time zone, timestamp with time zone, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.count_schedule_slots(p_schedule backops.schedules, p_cron bigint[], p_from timestamp with time zone, p_until timestamp with time zone, p_limit integer) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_slot timestamptz := schedule_slot(p_schedule, p_cron, p_from);
  v_count integer := 0;
begin
  while v_slot <= p_until and v_count < p_limit loop
    v_count := v_count + 1;
    v_slot := schedule_slot(p_schedule, p_cron, v_slot);
  end loop;
  return v_count;
end
$$;


--
-- Name: FUNCTION count_schedule_slots(p_schedule backops.schedules, p_cron bigint[], p_from timestamp with time zone, p_until timestamp with time zone, p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.count_schedule_slots(p_schedule backops.schedules, p_cron bigint[], p_from timestamp with time zone, p_until timestamp with time zone, p_limit integer) IS 'How many slots a schedule has after p_from and up to p_until, counted up to p_limit.';


--
-- Name: count_waits(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.count_waits(p_kind text) RETURNS TABLE(waiting bigint, oldest_since timestamp with time zone, capped boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
  select count(*), min(w.waits_since), count(*) >= 1000 into waiting, oldest_since, capped
    from (
      select j.waits_since from jobs j where j.waits_for = p_kind and j.waits_since is not null order by j.waits_since limit 1000
    ) as w;
  return next;
end
$$;


--
-- Name: FUNCTION count_waits(p_kind text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.count_waits(p_kind text) IS 'How many operations are at a wait of a kind, counted up to 1000, and since when the first of them is.';


--
-- Name: counted_key(text, jsonb, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.counted_key(p_by text, p_globals jsonb, p_is_secret boolean DEFAULT false) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((length((p_globals ->> p_by)) <= 200) AND (NOT p_is_secret)) THEN (p_globals ->> p_by) ELSE COALESCE(('#'::text || md5((p_globals ->> p_by))), ''::text) END;


--
-- Name: FUNCTION counted_key(p_by text, p_globals jsonb, p_is_secret boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.counted_key(p_by text, p_globals jsonb, p_is_secret boolean) IS 'The key under which an operation is counted: the value of a global, never one that is secret.';


--
-- Name: create_roles(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.create_roles() RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_missing text[] := array(
    select format('%s_%s', current_schema(), g.role)
      from (select distinct g.role from privileges() as g) as g
     where not exists (select from pg_roles r where r.rolname = current_schema() || '_' || g.role)
     order by 1
  );
  v_role text;
begin
  foreach v_role in array v_missing loop
    begin
      execute format('create role %I nologin', v_role);
    exception
      when duplicate_object or unique_violation then
        null; -- Somebody else has made it at the same moment.
      when insufficient_privilege then
        raise exception using errcode = 'insufficient_privilege',
          message = format('role "%s" may not create the roles %s', current_user, array_to_string(v_missing, ', ')),
          hint = format('Let somebody with CREATEROLE run: %s Then call again: what exists is only granted its rights.',
                        (select string_agg(format('CREATE ROLE %I NOLOGIN;', missing), ' ') from unnest(v_missing) as missing));
    end;
  end loop;
  perform apply_privileges();
  return query select unnest(v_missing);
end
$$;


--
-- Name: FUNCTION create_roles(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.create_roles() IS 'Creates the roles SCHEMA_enqueue, SCHEMA_worker, SCHEMA_operator, SCHEMA_approver and SCHEMA_reader where they are missing, and grants them what privileges() lists; returns those that it created. Needs CREATEROLE. Then give them away: GRANT backops_worker TO shop_worker. They stay when the schema goes: other databases of the server may use them.';


--
-- Name: cron_field(text, text, integer, integer, text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.cron_field(p_field text, p_text text, p_low integer, p_high integer, p_names text[] DEFAULT NULL::text[]) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  v_mask bigint := 0;
  v_item text;
  v_parts text[];
  v_from integer;
  v_to integer;
  v_step integer;
begin
  foreach v_item in array string_to_array(p_text, ',') loop
    v_parts := regexp_match(v_item, '^([*?]|[^-/]+)(?:-([^-/]+))?(?:/([0-9]+))?$');
    if v_parts is null or v_parts[1] in ('*', '?') and v_parts[2] is not null then
      raise exception using errcode = 'OP004', message = format('%s: "%s" cannot be read', p_field, left(v_item, 100)),
        hint = format('Write %s to %s, *, a range such as %s-%s, a step such as */2, or a list of these.', p_low, p_high, p_low, p_low + 1);
    end if;
    if v_parts[1] in ('*', '?') then
      v_from := p_low;
      v_to := p_high;
    else
      v_from := cron_number(p_field, v_parts[1], p_low, p_high, p_names);
      v_to := case
        when v_parts[2] is not null then cron_number(p_field, v_parts[2], p_low, p_high, p_names)
        when v_parts[3] is not null then p_high
        else v_from
      end;
      -- Sunday ends the week, too.
      if p_field = 'day of week' and v_parts[2] is not null and v_to = 0 and v_from > 0 then
        v_to := 7;
      end if;
    end if;
    if v_to < v_from then
      raise exception using errcode = 'OP004', message = format('%s: the range %s ends before it begins', p_field, left(v_item, 100)),
        hint = format('Write two ranges: %s-%s,%s-%s.', v_from, p_high, p_low, v_to);
    end if;
    if length(v_parts[3]) > 9 or v_parts[3]::integer not between 1 and p_high - p_low then
      raise exception using errcode = 'OP004', message = format('%s: the step of %s is not 1 to %s', p_field, left(v_item, 100), p_high - p_low),
        hint = 'A step counts within its field. For a time that passes between two slots, give "every" instead of cron.';
    end if;
    v_step := coalesce(v_parts[3]::integer, 1);
    for v_number in v_from..v_to by v_step loop
      v_mask := v_mask | (1::bigint << v_number);
    end loop;
  end loop;
  if v_mask = 0 then
    raise exception using errcode = 'OP004', message = format('%s: it is empty', p_field);
  end if;
  return v_mask;
end
$_$;


--
-- Name: FUNCTION cron_field(p_field text, p_text text, p_low integer, p_high integer, p_names text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.cron_field(p_field text, p_text text, p_low integer, p_high integer, p_names text[]) IS 'The numbers that a field of a cron expression names, as bits; refuses what cannot be one (SQLSTATE OP004).';


--
-- Name: cron_number(text, text, integer, integer, text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.cron_number(p_field text, p_text text, p_low integer, p_high integer, p_names text[]) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  v_name integer := array_position(p_names, lower(p_text));
begin
  if v_name is not null then
    -- Months count from 1, days of the week from 0.
    return v_name - 1 + p_low;
  end if;
  if p_text !~ '^[0-9]+$' then
    raise exception using errcode = 'OP004', message = format('%s: "%s" is no number%s', p_field, left(p_text, 100), case when p_names is not null then ' and no name' end),
      hint = format('Write %s to %s%s, *, a range such as %s-%s, a step such as */2, or a list of these.', p_low, p_high,
                    case when p_names is not null then format(' or %s to %s', p_names[1], p_names[cardinality(p_names)]) end, p_low, p_low + 1);
  end if;
  if length(p_text) > 9 or p_text::integer not between p_low and p_high then
    raise exception using errcode = 'OP004', message = format('%s: %s is not %s to %s', p_field, left(p_text, 100), p_low, p_high);
  end if;
  return p_text::integer;
end
$_$;


--
-- Name: FUNCTION cron_number(p_field text, p_text text, p_low integer, p_high integer, p_names text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.cron_number(p_field text, p_text text, p_low integer, p_high integer, p_names text[]) IS 'A number or a name in a field of a cron expression; anything else is refused (SQLSTATE OP004).';


--
-- Name: approvals; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.approvals (
    id bigint NOT NULL,
    operation_id bigint NOT NULL,
    "position" integer NOT NULL,
    run integer NOT NULL,
    name backops.signal_name NOT NULL,
    role text,
    question text,
    asked_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    deadline timestamp with time zone,
    remind_at timestamp with time zone,
    reminded_at timestamp with time zone,
    decision text,
    decided_by text,
    vouched_by text,
    decided_at timestamp with time zone,
    reason text,
    CONSTRAINT approvals_decided_whole CHECK ((((decision IS NULL) = (decided_at IS NULL)) AND (COALESCE((decision = ANY (ARRAY['approved'::text, 'rejected'::text])), false) = (decided_by IS NOT NULL)) AND ((decided_by IS NULL) = (vouched_by IS NULL)))),
    CONSTRAINT approvals_decision_is_known CHECK ((decision = ANY (ARRAY['approved'::text, 'rejected'::text, 'lapsed'::text, 'withdrawn'::text])))
);


--
-- Name: TABLE approvals; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.approvals IS 'What people were asked to approve, and what they decided: one row each time an operation came to an approval. Written by the engine, decide and extend; gone with the operation.';


--
-- Name: COLUMN approvals.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.id IS 'In the order in which they were asked.';


--
-- Name: COLUMN approvals.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.operation_id IS 'The operation.';


--
-- Name: COLUMN approvals."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals."position" IS 'The step of the plan.';


--
-- Name: COLUMN approvals.run; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.run IS 'The run of that step.';


--
-- Name: COLUMN approvals.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.name IS 'What decide calls it.';


--
-- Name: COLUMN approvals.role; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.role IS 'Who may decide: a database role, or a role of approvers; null for everybody who may call decide.';


--
-- Name: COLUMN approvals.question; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.question IS 'What was asked, with the globals that it names as they were then.';


--
-- Name: COLUMN approvals.asked_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.asked_at IS 'When the operation came to it.';


--
-- Name: COLUMN approvals.deadline; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.deadline IS 'Until when it can be decided; null for as long as it takes. extend and reschedule move it.';


--
-- Name: COLUMN approvals.remind_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.remind_at IS 'When to remind; null for never.';


--
-- Name: COLUMN approvals.reminded_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.reminded_at IS 'When the operation was enqueued that reminds.';


--
-- Name: COLUMN approvals.decision; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.decision IS 'approved, rejected, lapsed (nobody decided in time), withdrawn (the operation was cancelled or led elsewhere); null while it is pending.';


--
-- Name: COLUMN approvals.decided_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.decided_by IS 'Who decided, in the words of the caller, who vouches for it.';


--
-- Name: COLUMN approvals.vouched_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.vouched_by IS 'Database role that was logged in.';


--
-- Name: COLUMN approvals.decided_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.decided_at IS 'When it was decided, lapsed or was withdrawn.';


--
-- Name: COLUMN approvals.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvals.reason IS 'Why, in the words of whoever decided.';


--
-- Name: decide(bigint, text, text, text, text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.decide(id bigint, name text, decision text, reason text DEFAULT NULL::text, decided_by text DEFAULT NULL::text, approval bigint DEFAULT NULL::bigint) RETURNS backops.approvals
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_approval approvals;
  v_wait jsonb;
begin
  if decision in ('approved', 'rejected') is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no decision', left(decision, 100)), hint = 'Give approved or rejected.';
  end if;
  v_approval := open_approval(decide.id, name, coalesce(decided_by, session_user::text), 'decide', approval);
  update approvals a
     set decision = decide.decision, decided_by = coalesce(decide.decided_by, session_user::text), vouched_by = session_user, decided_at = clock_now(),
         reason = left(concealed(decide.id, decide.reason), 2000)
   where a.id = v_approval.id
  returning * into v_approval;
  select a.wait into strict v_wait from actions a where a.operation_id = decide.id and a.position = v_approval.position;
  if v_wait ? 'as' and not fits(decide.id, decision_patch(v_wait, v_approval)) then
    raise exception using errcode = 'OP003', message = format('the decision would make the globals of operation %s larger than 1 MiB, or deeper than 512', decide.id),
      hint = format('Make room with set_global(%s, key, null), then decide again.', decide.id);
  end if;
  perform write_audit('decide', array[decide.id], v_approval.reason, jsonb_build_object(
    'name', v_approval.name, 'role', v_approval.role, 'decision', decision, 'by', v_approval.decided_by
  ));
  perform settle_wait(decide.id);
  return v_approval;
end
$$;


--
-- Name: FUNCTION decide(id bigint, name text, decision text, reason text, decided_by text, approval bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.decide(id bigint, name text, decision text, reason text, decided_by text, approval bigint) IS 'Approves or rejects what an operation asks for, once, and returns the row of approvals: the operation goes on in the same transaction. decided_by is whom the caller vouches for, else the role that is logged in; approval is the number that was shown, and refuses what was asked since. SELECT * FROM backops.decide(48213, ''refund'', ''approved'', ''the goods are back'')';


--
-- Name: decide(text, text, text, text, text, text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.decide(operation text, key text, name text, decision text, reason text DEFAULT NULL::text, decided_by text DEFAULT NULL::text, approval bigint DEFAULT NULL::bigint) RETURNS backops.approvals
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select decide(keyed_operation(operation, key), name, decision, reason, decided_by, approval)
$$;


--
-- Name: FUNCTION decide(operation text, key text, name text, decision text, reason text, decided_by text, approval bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.decide(operation text, key text, name text, decision text, reason text, decided_by text, approval bigint) IS 'Approves or rejects what the operation of that name and key asks for, the last one where several had it. SELECT * FROM backops.decide(''Refund'', ''order-42'', ''refund'', ''rejected'', ''no receipt'')';


--
-- Name: decision_patch(jsonb, backops.approvals); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.decision_patch(p_wait jsonb, p_approval backops.approvals) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select jsonb_build_object('set', jsonb_build_object(p_wait ->> 'as', case
    when p_approval.decision = 'lapsed' then '{"timed_out": true}'
    else jsonb_build_object(
      'decision', p_approval.decision, 'by', p_approval.decided_by, 'reason', p_approval.reason,
      'at', to_char(p_approval.decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
  end))
$$;


--
-- Name: FUNCTION decision_patch(p_wait jsonb, p_approval backops.approvals); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.decision_patch(p_wait jsonb, p_approval backops.approvals) IS 'What an approval that has ended writes into the globals.';


--
-- Name: declare_limits(jsonb[], boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.declare_limits(p_limits jsonb[], p_replaces boolean DEFAULT true) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
declare
  v_declared jsonb[];
  v_problem record;
begin
  if coalesce(p_limits, '{}') = '{}' then
    return;
  end if;
  v_declared := array(select each.value from unnest(p_limits) as step cross join lateral jsonb_each(step - 'rate') as each);
  select d.name, d.variants into v_problem
    from declared_numbers(v_declared) as d
   where d.variants > 1 or d.variants = 0 and not exists (select from limits l where l.name = d.name)
   order by d.name
   limit 1;
  if found then
    raise exception using errcode = 'OP004',
      message = case when v_problem.variants > 1 then format('the plan gives the limit "%s" several maxima', v_problem.name)
                     else format('there is no limit "%s" yet, and the plan gives it no maximum', v_problem.name) end,
      hint = format('Write {"limit": {"name": "%1$s", "max": 20}}, or call set_limit(''%1$s'', 20) first.', v_problem.name);
  end if;
  insert into limits (name, declared)
    select d.name, (d.numbers ->> 'max')::integer from declared_numbers(v_declared) as d where d.numbers is not null order by d.name
    on conflict (name) do update set declared = excluded.declared where p_replaces and limits.declared is distinct from excluded.declared;
  if found then
    perform offer_gates(array(select '/' || d.name from declared_numbers(v_declared) as d));
  end if;
  perform declare_rates(array(select step -> 'rate' from unnest(p_limits) as step where step ? 'rate'), p_replaces);
end
$_$;


--
-- Name: FUNCTION declare_limits(p_limits jsonb[], p_replaces boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.declare_limits(p_limits jsonb[], p_replaces boolean) IS 'Takes over the maxima of a plan: one that is registered replaces what former ones said, one that comes with an operation says only what nobody has said.';


--
-- Name: declare_rates(jsonb[], boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.declare_rates(p_rates jsonb[], p_replaces boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
declare
  v_problem record;
begin
  if p_rates = '{}' then
    return;
  end if;
  select d.name, d.variants into v_problem
    from declared_numbers(p_rates) as d
   where d.variants > 1 or d.variants = 0 and not exists (select from rates r where r.name = d.name)
   order by d.name
   limit 1;
  if found then
    raise exception using errcode = 'OP004',
      message = case when v_problem.variants > 1 then format('the plan gives the rate "%s" several counts', v_problem.name)
                     else format('there is no rate "%s" yet, and the plan gives it no count', v_problem.name) end,
      hint = format('Write {"rate": {"name": "%1$s", "count": 100, "per": "1 second"}}, or call set_rate(''%1$s'', 100) first.', v_problem.name);
  end if;
  insert into rates as r (name, declared_count, declared_per, declared_burst)
    select d.name, (d.numbers ->> 'count')::integer, (d.numbers ->> 'per')::double precision, (d.numbers ->> 'burst')::integer
      from declared_numbers(p_rates) as d
     where d.numbers is not null
     order by d.name
    on conflict (name) do update
      set declared_count = excluded.declared_count, declared_per = excluded.declared_per, declared_burst = excluded.declared_burst,
          version = case when r.set_at is null then r.version + 1 else r.version end
      where p_replaces and (r.declared_count, r.declared_per, r.declared_burst) is distinct from (excluded.declared_count, excluded.declared_per, excluded.declared_burst);
  if found then
    perform offer_gates(array(select rate_gate(d.name) from declared_numbers(p_rates) as d));
  end if;
end
$_$;


--
-- Name: FUNCTION declare_rates(p_rates jsonb[], p_replaces boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.declare_rates(p_rates jsonb[], p_replaces boolean) IS 'Takes over the numbers of the rates of a plan, as declare_limits those of limits.';


--
-- Name: declare_schedules(bigint, text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.declare_schedules(p_worker_id bigint, p_application text, p_schedules jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET lock_timeout TO '5s'
    SET jit TO 'off'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
declare
  v_sorted jsonb;
  v_digest text;
  v_id bigint;
begin
  perform check_schedules(p_application, p_schedules);
  v_sorted := coalesce((select jsonb_agg(d order by d ->> 'name' collate "C") from jsonb_array_elements(p_schedules) as d), '[]');
  v_digest := encode(sha256(convert_to(v_sorted::text, 'UTF8')), 'hex');
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/schedules/' || p_application, 0));
  select id into v_id from schedule_sets where application = p_application and digest = v_digest;
  -- An application that never had a schedule needs no set of none.
  if not found and (v_sorted <> '[]' or exists (select from schedule_sets where application = p_application)) then
    insert into schedule_sets (application, digest, declared) values (p_application, v_digest, v_sorted) returning id into v_id;
    delete from schedule_sets s
     where s.application = p_application and not s.current and s.id < v_id - 100 and s.first_at < clock_now() - interval '30 days'
       and not exists (select from workers w where w.schedule_set_id = s.id);
  end if;
  update workers set schedule_set_id = v_id where id = p_worker_id and heartbeat_at + lease > clock_now();
  if not found then
    raise exception using errcode = 'OP006', message = format('worker %s is not registered, or its lease has ended', p_worker_id),
      hint = 'Call register_worker again.';
  end if;
  return v_id;
end
$$;


--
-- Name: FUNCTION declare_schedules(p_worker_id bigint, p_application text, p_schedules jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.declare_schedules(p_worker_id bigint, p_application text, p_schedules jsonb) IS 'Says which schedules the code of a worker''s application names; settle_schedules makes it so. Returns the number of the set, null for an application that never had any. SELECT backops.declare_schedules(w, ''shop'', ''[{"name": "sync", "operation": "Sync", "every": "90 seconds"}]'')';


--
-- Name: declared_numbers(jsonb[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.declared_numbers(p_declared jsonb[]) RETURNS TABLE(name text, numbers jsonb, variants bigint)
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
begin
  return query select d ->> 'name', (array_agg(n.numbers) filter (where n.numbers is not null))[1], count(distinct n.numbers)
    from unnest(p_declared) as d
   cross join lateral (
     select case
       when d ? 'max' then jsonb_build_object('max', d -> 'max')
       when d ? 'count' then jsonb_build_object('count', d -> 'count', 'per', d -> 'per', 'burst', coalesce(d -> 'burst', '1'))
     end as numbers
   ) as n
   group by d ->> 'name';
end
$$;


--
-- Name: FUNCTION declared_numbers(p_declared jsonb[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.declared_numbers(p_declared jsonb[]) IS 'What the limits, or the rates, of a plan say, name by name: the numbers, null where it only names them, and how many different ones it gives.';


--
-- Name: declared_schedule(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.declared_schedule(p_declared jsonb) RETURNS backops.schedules
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v schedules;
begin
  v.name := p_declared ->> 'name';
  v.operation := p_declared ->> 'operation';
  v.cron := p_declared ->> 'cron';
  v.every := every_of(read_declared_interval(p_declared -> 'every'));
  v.time_zone := coalesce(p_declared ->> 'time_zone', 'UTC');
  v.globals := coalesce(p_declared -> 'globals', '{}');
  v.queue := coalesce(p_declared ->> 'queue', 'default');
  v.priority := coalesce((p_declared ->> 'priority')::integer, 5);
  v.tags := array(select jsonb_array_elements_text(coalesce(p_declared -> 'tags', '[]')));
  v.starts_at := (p_declared ->> 'starts_at')::timestamptz;
  v.ends_at := (p_declared ->> 'ends_at')::timestamptz;
  v.overlap := coalesce(p_declared ->> 'overlap', 'skip');
  v.catch_up := coalesce(p_declared ->> 'catch_up', 'latest');
  v.catch_up_limit := coalesce((p_declared ->> 'catch_up_limit')::integer, 1000);
  v.catch_up_window := elapsed(coalesce(read_declared_interval(p_declared -> 'catch_up_window'), '1 day'));
  v.jitter := elapsed(coalesce(read_declared_interval(p_declared -> 'jitter'), '0'));
  v.pause_after_failures := (p_declared ->> 'pause_after_failures')::integer;
  return v;
end
$$;


--
-- Name: FUNCTION declared_schedule(p_declared jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.declared_schedule(p_declared jsonb) IS 'A declaration as a schedule; what it leaves out is what schedule has as a default.';


--
-- Name: describe_claims(bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.describe_claims(p_operation_ids bigint[]) RETURNS SETOF backops.claimed_job
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  select j.operation_id, j.claim_id, j.definition_id, j.position, a.run, a.earlier_attempts + j.attempt, a.earlier_attempts + a.max_attempts, j.priority,
         (extract(epoch from a.timeout) * 1000)::bigint,
         j.run_at, o.created_at, j.queue, o.name, a.branch, a.name, o.globals,
         case when j.definition_id is null then (
           select json_agg(json_build_array(p.branch, p.name) order by p.position) from actions p where p.operation_id = j.operation_id
         ) end,
         j.claimed_at, o.traceparent, null::bigint, o.slot
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join operations o on o.id = j.operation_id
   where j.operation_id = any (p_operation_ids)
   order by j.priority, j.run_at, j.operation_id
$$;


--
-- Name: FUNCTION describe_claims(p_operation_ids bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.describe_claims(p_operation_ids bigint[]) IS 'What a worker must know of the jobs that it holds.';


--
-- Name: is_rate_gate(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_rate_gate(p_gate text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ("left"(p_gate, 6) = '/rate/'::text);


--
-- Name: FUNCTION is_rate_gate(p_gate text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_rate_gate(p_gate text) IS 'Whether a gate is that of a rate, and not of a limit.';


--
-- Name: rate_of_gate(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rate_of_gate(p_gate text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN substr(p_gate, 7);


--
-- Name: FUNCTION rate_of_gate(p_gate text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rate_of_gate(p_gate text) IS 'What rate_gate has made a gate of: the name of the rate, and behind a slash the key.';


--
-- Name: describe_limit(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.describe_limit(p_gate text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN backops.is_rate_gate(p_gate) THEN format('waits for a start under the rate "%s"'::text, backops.rate_of_gate(p_gate)) ELSE format('waits for a slot of the limit "%s"'::text, p_gate) END;


--
-- Name: FUNCTION describe_limit(p_gate text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.describe_limit(p_gate text) IS 'What a job that is in line waits for, in words.';


--
-- Name: describe_wait(jsonb, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.describe_wait(p_wait jsonb, p_since timestamp with time zone, p_until timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
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


--
-- Name: FUNCTION describe_wait(p_wait jsonb, p_since timestamp with time zone, p_until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.describe_wait(p_wait jsonb, p_since timestamp with time zone, p_until timestamp with time zone) IS 'What a wait that an operation is at waits for, in words.';


--
-- Name: described_like(backops.schedules, backops.schedules, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.described_like(p_old backops.schedules, p_new backops.schedules, p_application text) RETURNS backops.schedules
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v schedules := p_old;
begin
  v.name := p_new.name;
  v.operation := p_new.operation;
  v.cron := p_new.cron;
  v.every := p_new.every;
  v.time_zone := p_new.time_zone;
  v.globals := p_new.globals;
  v.queue := p_new.queue;
  v.priority := p_new.priority;
  v.tags := p_new.tags;
  v.starts_at := coalesce(p_new.starts_at, p_old.starts_at);
  v.ends_at := p_new.ends_at;
  v.overlap := p_new.overlap;
  v.catch_up := p_new.catch_up;
  v.catch_up_limit := p_new.catch_up_limit;
  v.catch_up_window := p_new.catch_up_window;
  v.jitter := p_new.jitter;
  v.pause_after_failures := p_new.pause_after_failures;
  v.application := p_application;
  return v;
end
$$;


--
-- Name: FUNCTION described_like(p_old backops.schedules, p_new backops.schedules, p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.described_like(p_old backops.schedules, p_new backops.schedules, p_application text) IS 'A schedule with the description of another one, in the hands of an application.';


--
-- Name: did_you_mean(text, text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.did_you_mean(p_word text, p_candidates text[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select coalesce(format('; did you mean "%s"?', nearest_name(p_word, p_candidates)), '') where nearest_name(p_word, p_candidates) is not null
  union all
  select '' where nearest_name(p_word, p_candidates) is null
$$;


--
-- Name: FUNCTION did_you_mean(p_word text, p_candidates text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.did_you_mean(p_word text, p_candidates text[]) IS 'The end of a sentence about a name that nobody knows; empty where no other is near.';


--
-- Name: doubtful_schedules(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.doubtful_schedules() RETURNS TABLE(application text, schedule text, doubt text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
  with live as materialized (
    select a.application, live_schedule_set(a.application) as set_id from (select distinct application from schedule_sets) as a
  )
  select l.application, r.schedule, 'refused', r.detail
    from live l
   cross join lateral refused_schedules(l.application) as r
  union all
  select s.application, s.name::text, 'abandoned', 'no live worker declares it'
    from schedules s
    left join live l on l.application = s.application
   where s.application is not null and s.undeclared_at is null and l.set_id is null
  union all
  select s.application, null, 'divided', format('live workers of version %s declare other schedules than those that count', string_agg(distinct coalesce(nullif(w.version, ''), 'unknown'), ', '))
    from workers w
    join schedule_sets s on s.id = w.schedule_set_id
    join live l on l.application = s.application
   where not w.stopping and w.heartbeat_at + w.lease > clock_now() and s.id <> l.set_id
   group by s.application
   order by 1, 2
$$;


--
-- Name: FUNCTION doubtful_schedules(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.doubtful_schedules() IS 'What is not as the code of applications declares it. refused: the schedule is another one''s, or somebody''s. abandoned: no live worker declares it, and it goes on. divided: live workers declare different schedules, as they do during a deploy.';


--
-- Name: due_at(timestamp with time zone, interval, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.due_at(p_perform_at timestamp with time zone, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_global jsonb := p_globals -> p_perform_at_global;
  v_time timestamptz;
begin
  if v_global <> 'null' then
    v_time := read_time(v_global #>> '{}');
    if v_time is null or jsonb_typeof(v_global) <> 'string' then
      return 'infinity';
    end if;
  end if;
  return greatest(p_perform_at, p_now + p_perform_in, v_time, p_now);
end
$$;


--
-- Name: FUNCTION due_at(p_perform_at timestamp with time zone, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.due_at(p_perform_at timestamp with time zone, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamp with time zone) IS 'When an action that the operation reaches at p_now may start; infinity where the global that it names is not a time.';


--
-- Name: edit_distance(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.edit_distance(p_first text, p_second text) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_first text[] := string_to_array(lower(left(p_first, 100)), null);
  v_second text[] := string_to_array(lower(left(p_second, 100)), null);
  v_before integer[];
  v_last integer[] := array(select generate_series(0, cardinality(v_second)));
  v_row integer[];
  v_best integer;
begin
  for i in 1..cardinality(v_first) loop
    v_row := array[i];
    for j in 1..cardinality(v_second) loop
      v_best := least(
        v_last[j + 1] + 1, v_row[j] + 1, v_last[j] + case when v_first[i] = v_second[j] then 0 else 1 end
      );
      if i > 1 and j > 1 and v_first[i] = v_second[j - 1] and v_first[i - 1] = v_second[j] then
        v_best := least(v_best, v_before[j - 1] + 1);
      end if;
      v_row := v_row || v_best;
    end loop;
    v_before := v_last;
    v_last := v_row;
  end loop;
  return v_last[cardinality(v_second) + 1];
end
$$;


--
-- Name: FUNCTION edit_distance(p_first text, p_second text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.edit_distance(p_first text, p_second text) IS 'Letters to insert, remove, replace or swap with their neighbour; upper and lower case are the same.';


--
-- Name: elapsed(interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.elapsed(p_interval interval) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN make_interval(secs => (EXTRACT(epoch FROM p_interval))::double precision);


--
-- Name: FUNCTION elapsed(p_interval interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.elapsed(p_interval interval) IS 'An interval as time that passes, the same in every session: a day is 24 hours whatever the clocks do, a month 30 days, a year 365.25.';


--
-- Name: end_operation(bigint, text, integer, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.end_operation(p_operation_id bigint, p_state text, p_position integer, p_now timestamp with time zone, p_reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  update operations
     set state = p_state, ended_at = p_now, stopped_position = p_position, stop_reason = p_reason, parked_at = null
   where id = p_operation_id;
  perform withdraw_approval(p_operation_id, p_now);
  delete from jobs where operation_id = p_operation_id;
end
$$;


--
-- Name: FUNCTION end_operation(p_operation_id bigint, p_state text, p_position integer, p_now timestamp with time zone, p_reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.end_operation(p_operation_id bigint, p_state text, p_position integer, p_now timestamp with time zone, p_reason text) IS 'Ends an active operation as failed or cancelled at an action.';


--
-- Name: end_schedule_pause(backops.schedules); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.end_schedule_pause(p_schedule backops.schedules) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_cron bigint[] := case when p_schedule.cron is not null then parse_cron(p_schedule.cron) end;
  v_until timestamptz := case when p_schedule.undeclared_at is null then least(p_schedule.paused_until, v_now) else v_now end;
  v_schedule schedules := p_schedule;
  v_last timestamptz := last_schedule_slot(p_schedule, v_cron, p_schedule.decided_until, v_until);
begin
  if v_last is not null then
    perform skip_slots(
      p_schedule, v_cron, v_last, 'paused',
      coalesce(p_schedule.pause_reason, case when p_schedule.undeclared_at is not null then undeclared_reason(p_schedule.application) end)
    );
    v_schedule.decided_until := v_last;
  end if;
  v_schedule.paused_at := null;
  v_schedule.paused_until := null;
  v_schedule.undeclared_at := null;
  v_schedule.next_at := schedule_slot(v_schedule, v_cron, v_schedule.decided_until);
  update schedules
     set paused_at = null, paused_until = null, paused_by = null, pause_reason = null, undeclared_at = null, failures_count = 0,
         decided_until = v_schedule.decided_until, next_at = v_schedule.next_at, due_at = schedule_due_at(v_schedule)
   where id = p_schedule.id;
end
$$;


--
-- Name: FUNCTION end_schedule_pause(p_schedule backops.schedules); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.end_schedule_pause(p_schedule backops.schedules) IS 'Ends the pause of a schedule, and records the slots that it skipped.';


--
-- Name: end_undeclared(backops.schedules); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.end_undeclared(p_schedule backops.schedules) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  -- The pause of a person may have ended while the code did not name the schedule.
  if p_schedule.paused_at is null or p_schedule.paused_until <= clock_now() then
    perform end_schedule_pause(p_schedule);
  else
    -- The pause of a person stays.
    update schedules set undeclared_at = null, due_at = paused_until where id = p_schedule.id;
  end if;
end
$$;


--
-- Name: FUNCTION end_undeclared(p_schedule backops.schedules); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.end_undeclared(p_schedule backops.schedules) IS 'Lets a schedule go on that code had stopped naming, unless somebody paused it as well.';


--
-- Name: enqueue(text, jsonb, text, text, integer, timestamp with time zone, interval, text[], json, integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.enqueue(name text, globals jsonb DEFAULT '{}'::jsonb, key text DEFAULT NULL::text, queue text DEFAULT 'default'::text, priority integer DEFAULT 5, perform_at timestamp with time zone DEFAULT NULL::timestamp with time zone, perform_in interval DEFAULT NULL::interval, tags text[] DEFAULT '{}'::text[], branches json DEFAULT NULL::json, step_limit integer DEFAULT 10000, traceparent text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_id bigint;
  v_perform_at timestamptz;
  v_traceparent text;
begin
  -- A key that is taken already is looked up first: an INSERT that ends in a conflict would burn an id.
  if enqueue.key is not null then
    select o.id into v_id from operations o where o.name = enqueue.name and o.key = enqueue.key;
    if found then
      perform await_standby(), note_other_globals(v_id, enqueue.globals);
      return v_id;
    end if;
  end if;
  v_perform_at := coalesce(enqueue.perform_at, clock_now());
  if enqueue.perform_in is not null then
    v_perform_at := v_perform_at + elapsed(enqueue.perform_in);
  end if;
  v_traceparent := coalesce(enqueue.traceparent, nullif(current_setting('backops.traceparent', true), ''));
  if enqueue.key is null then
    -- "On conflict" costs something even where there can be none.
    insert into operations (name, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      values (enqueue.name, enqueue.queue, enqueue.priority, v_perform_at, enqueue.step_limit, v_traceparent, enqueue.tags, enqueue.branches,
              enqueue.globals)
      returning id into v_id;
    return v_id;
  end if;
  insert into operations (name, key, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
    values (enqueue.name, enqueue.key, enqueue.queue, enqueue.priority, v_perform_at, enqueue.step_limit, v_traceparent, enqueue.tags,
            enqueue.branches, enqueue.globals)
    on conflict (name, key) where key is not null do nothing
    returning id into v_id;
  if v_id is null then
    select o.id into strict v_id from operations o where o.name = enqueue.name and o.key = enqueue.key;
    perform await_standby(), note_other_globals(v_id, enqueue.globals);
  end if;
  return v_id;
end
$$;


--
-- Name: FUNCTION enqueue(name text, globals jsonb, key text, queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.enqueue(name text, globals jsonb, key text, queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text) IS 'Enqueues one operation and returns its id; where the key is taken, returns the id that has it and changes nothing. SELECT backops.enqueue(''Fulfilment'', ''{"subscription_id": 42}'', key => ''fulfil-42'')';


--
-- Name: enqueue_each(text[], jsonb[], text[], text[], integer[], timestamp with time zone[], interval[], text[], json[], text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.enqueue_each(names text[], globals jsonb[], keys text[], queues text[], priorities integer[], times timestamp with time zone[] DEFAULT NULL::timestamp with time zone[], delays interval[] DEFAULT NULL::interval[], tags text[] DEFAULT NULL::text[], branches json[] DEFAULT NULL::json[], traceparents text[] DEFAULT NULL::text[]) RETURNS TABLE(id bigint, created boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET lock_timeout TO '50ms'
    AS $$
#variable_conflict use_column
declare
  v_count integer := cardinality(enqueue_each.names);
  v_now timestamptz := clock_now();
  v_traceparent text := nullif(current_setting('backops.traceparent', true), '');
  v_ids bigint[];
  v_numbers bigint[];
begin
  if num_nonnulls(enqueue_each.names, enqueue_each.globals, enqueue_each.queues, enqueue_each.priorities) < 4
     or v_count <> any (array[
          cardinality(enqueue_each.globals), coalesce(cardinality(enqueue_each.keys), v_count), cardinality(enqueue_each.queues),
          cardinality(enqueue_each.priorities), coalesce(cardinality(enqueue_each.times), v_count),
          coalesce(cardinality(enqueue_each.delays), v_count), coalesce(cardinality(enqueue_each.tags), v_count),
          coalesce(cardinality(enqueue_each.branches), v_count), coalesce(cardinality(enqueue_each.traceparents), v_count)
        ]) then
    raise exception using errcode = 'OP004', message = 'the arrays that describe the operations differ in length',
      hint = 'Give a name, globals, a queue and a priority for each operation; arrays of the other arguments are as long, or null.';
  end if;

  if enqueue_each.keys is null then
    -- Ids are drawn beforehand, so that they come back in the order of the operations.
    select array_agg(nextval('operations_id_seq')) into v_ids from generate_series(1, v_count);
    insert into operations (id, name, queue, priority, perform_at, traceparent, tags, branches, globals)
      select i.id, i.name, i.queue, i.priority,
             case when i.delay is null then coalesce(i.at, v_now) else coalesce(i.at, v_now) + elapsed(i.delay) end,
             coalesce(i.traceparent, v_traceparent), coalesce(i.tags, '{}')::text[], i.branches, i.document
        from unnest(
               v_ids, enqueue_each.names, enqueue_each.globals, enqueue_each.queues, enqueue_each.priorities, enqueue_each.times,
               enqueue_each.delays, enqueue_each.tags, enqueue_each.branches, enqueue_each.traceparents
             ) as i (id, name, document, queue, priority, at, delay, tags, branches, traceparent);
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;

  with input as materialized (
    select * from unnest(enqueue_each.names, enqueue_each.keys) with ordinality as i (name, key, n)
  ),
  -- Ids are drawn in the order of the operations, and none for a key that is known to be taken.
  fresh as materialized (
    select i.n, nextval('operations_id_seq') as id
      from (
        select i.n
          from (select distinct on (name, key) name, key, n from input where key is not null order by name, key, n) as i
         where not exists (select from operations o where o.name = i.name and o.key = i.key)
        union all
        select n from input where key is null
         order by n
      ) as i
  ),
  inserted as (
    insert into operations (id, name, key, queue, priority, perform_at, traceparent, tags, branches, globals)
      select f.id, i.name, i.key, i.queue, i.priority,
             case when i.delay is null then coalesce(i.at, v_now) else coalesce(i.at, v_now) + elapsed(i.delay) end,
             coalesce(i.traceparent, v_traceparent), coalesce(i.tags, '{}')::text[], i.branches, i.document
        from unnest(
               enqueue_each.names, enqueue_each.globals, enqueue_each.keys, enqueue_each.queues, enqueue_each.priorities, enqueue_each.times,
               enqueue_each.delays, enqueue_each.tags, enqueue_each.branches, enqueue_each.traceparents
             ) with ordinality as i (name, document, key, queue, priority, at, delay, tags, branches, traceparent, n)
        join fresh f using (n)
       order by i.name, i.key
      on conflict (name, key) where key is not null do nothing
      returning id
  )
  select array_agg(f.id order by f.n), array_agg(f.n order by f.n) into v_ids, v_numbers
    from fresh f
    join inserted using (id);
  if cardinality(v_ids) = v_count then
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;

  -- A key that is taken is enqueue's business: it looks it up, and notes other globals.
  return query
    select coalesce(own.id, enqueue(i.name, i.document, i.key, i.queue, i.priority, i.at, i.delay, coalesce(i.tags, '{}')::text[], i.branches,
                                    traceparent => i.traceparent)),
           own.id is not null
      from unnest(
             enqueue_each.names, enqueue_each.globals, enqueue_each.keys, enqueue_each.queues, enqueue_each.priorities, enqueue_each.times,
             enqueue_each.delays, enqueue_each.tags, enqueue_each.branches, enqueue_each.traceparents
           ) with ordinality as i (name, document, key, queue, priority, at, delay, tags, branches, traceparent, n)
      left join unnest(v_ids, v_numbers) as own (id, n) on own.n = i.n
     order by i.n;
end
$$;


--
-- Name: FUNCTION enqueue_each(names text[], globals jsonb[], keys text[], queues text[], priorities integer[], times timestamp with time zone[], delays interval[], tags text[], branches json[], traceparents text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.enqueue_each(names text[], globals jsonb[], keys text[], queues text[], priorities integer[], times timestamp with time zone[], delays interval[], tags text[], branches json[], traceparents text[]) IS 'Enqueues operations of independent callers in one statement: each has a name, a queue, a priority, tags (as the text of an array) and a trace context of its own. Returns (id, created) in their order; where a key is taken, the id that has it and created = false. One that is refused refuses all.';


--
-- Name: enqueue_keyed(text, text, text, jsonb, text, integer, timestamp with time zone, interval, text[], json, integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.enqueue_keyed(name text, key text, mode text, globals jsonb DEFAULT '{}'::jsonb, queue text DEFAULT 'default'::text, priority integer DEFAULT 5, perform_at timestamp with time zone DEFAULT NULL::timestamp with time zone, perform_in interval DEFAULT NULL::interval, tags text[] DEFAULT '{}'::text[], branches json DEFAULT NULL::json, step_limit integer DEFAULT 10000, traceparent text DEFAULT NULL::text) RETURNS TABLE(id bigint, outcome text)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from enqueue_keyed_many(
    enqueue_keyed.name, array[enqueue_keyed.globals], array[enqueue_keyed.key], enqueue_keyed.mode, enqueue_keyed.queue,
    enqueue_keyed.priority, enqueue_keyed.perform_at, enqueue_keyed.perform_in, enqueue_keyed.tags, enqueue_keyed.branches,
    enqueue_keyed.step_limit, enqueue_keyed.traceparent
  )
$$;


--
-- Name: FUNCTION enqueue_keyed(name text, key text, mode text, globals jsonb, queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.enqueue_keyed(name text, key text, mode text, globals jsonb, queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text) IS 'Enqueues one operation under a key, in a mode that says what is done where the key is taken, and returns its id with created, existing, replaced, merged or dropped. SELECT * FROM backops.enqueue_keyed(''Reindex'', ''shop-7'', ''debounce 5 s at most 1 min'')';


--
-- Name: enqueue_keyed_many(text, jsonb[], text[], text, text, integer, timestamp with time zone, interval, text[], json, integer, text, timestamp with time zone[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.enqueue_keyed_many(name text, globals jsonb[], keys text[], mode text, queue text DEFAULT 'default'::text, priority integer DEFAULT 5, perform_at timestamp with time zone DEFAULT NULL::timestamp with time zone, perform_in interval DEFAULT NULL::interval, tags text[] DEFAULT '{}'::text[], branches json DEFAULT NULL::json, step_limit integer DEFAULT 10000, traceparent text DEFAULT NULL::text, times timestamp with time zone[] DEFAULT NULL::timestamp with time zone[]) RETURNS TABLE(id bigint, outcome text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_kind text;
  v_payload text;
  v_delay interval := coalesce(elapsed(enqueue_keyed_many.perform_in), interval '0');
  v_perform_at timestamptz := coalesce(enqueue_keyed_many.perform_at, clock_now()) + v_delay;
  v_traceparent text := coalesce(enqueue_keyed_many.traceparent, nullif(current_setting('backops.traceparent', true), ''));
  v_ids bigint[] := '{}';
  v_outcomes text[] := '{}';
  v_new_id bigint;
  v_id bigint;
  v_replaced_id bigint;
  v_former_id bigint;
  v record;
begin
  select kind, payload into v_kind, v_payload from read_key_mode(enqueue_keyed_many.mode);
  if cardinality(keys) is distinct from cardinality(enqueue_keyed_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s keys were given for %s documents', coalesce(cardinality(keys), 0), coalesce(cardinality(enqueue_keyed_many.globals), 0)),
      hint = 'Give one key per document.';
  end if;
  if cardinality(times) <> cardinality(enqueue_keyed_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s times were given for %s documents', cardinality(times), cardinality(enqueue_keyed_many.globals)),
      hint = 'Give one time per document (null for perform_at), or no times at all.';
  end if;
  if array_position(keys, null) is not null then
    raise exception using errcode = 'OP004', message = format('operation %s of %s has no key', array_position(keys, null), cardinality(keys)),
      hint = 'Give one key per document, or call enqueue_many.';
  end if;
  perform check_documents(enqueue_keyed_many.name, enqueue_keyed_many.globals, keys, times, enqueue_keyed_many.branches);
  if v_kind = 'once' then
    return query
      select o.id, case when o.created then 'created' else 'existing' end
        from enqueue_many(enqueue_keyed_many.name, enqueue_keyed_many.globals, keys, enqueue_keyed_many.queue, enqueue_keyed_many.priority,
                          enqueue_keyed_many.perform_at, enqueue_keyed_many.perform_in, enqueue_keyed_many.tags, enqueue_keyed_many.branches,
                          enqueue_keyed_many.step_limit, v_traceparent, times) as o;
    return;
  end if;

  for v in
    select n, document, key, at from unnest(enqueue_keyed_many.globals, keys, times) with ordinality as i (document, key, at, n) order by key, n
  loop
    v_new_id := nextval('operations_id_seq');
    insert into operations (id, name, key, key_mode, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      values (v_new_id, enqueue_keyed_many.name, v.key, enqueue_keyed_many.mode, enqueue_keyed_many.queue, enqueue_keyed_many.priority,
              coalesce(v.at + v_delay, v_perform_at), enqueue_keyed_many.step_limit, v_traceparent, enqueue_keyed_many.tags,
              enqueue_keyed_many.branches, v.document)
      returning id into v_id;
    if v_id is null then
      perform await_standby();
    end if;
    select operation_id, replaced_id into v_former_id, v_replaced_id from operation_keys o where o.name = enqueue_keyed_many.name and o.key = v.key;
    v_ids[v.n] := v_former_id;
    v_outcomes[v.n] := case
      when v_id is null then case v_kind when 'throttle' then 'dropped' else 'existing' end
      when v_id <> v_new_id then case when v_payload in ('merge', 'append') then 'merged' else 'replaced' end
      when v_replaced_id is not null then 'replaced'
      else 'created'
    end;
  end loop;
  return query select i, o from unnest(v_ids, v_outcomes) as u (i, o);
end
$$;


--
-- Name: FUNCTION enqueue_keyed_many(name text, globals jsonb[], keys text[], mode text, queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text, times timestamp with time zone[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.enqueue_keyed_many(name text, globals jsonb[], keys text[], mode text, queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text, times timestamp with time zone[]) IS 'Enqueues one operation per document under a key of its own, in a mode that says what is done where the key is taken. Returns (id, outcome) in the order of the documents: created, existing, replaced, merged or dropped. Of several documents with one key, each is taken in its turn.';


--
-- Name: enqueue_many(text, jsonb[], text[], text, integer, timestamp with time zone, interval, text[], json, integer, text, timestamp with time zone[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.enqueue_many(name text, globals jsonb[], keys text[] DEFAULT NULL::text[], queue text DEFAULT 'default'::text, priority integer DEFAULT 5, perform_at timestamp with time zone DEFAULT NULL::timestamp with time zone, perform_in interval DEFAULT NULL::interval, tags text[] DEFAULT '{}'::text[], branches json DEFAULT NULL::json, step_limit integer DEFAULT 10000, traceparent text DEFAULT NULL::text, times timestamp with time zone[] DEFAULT NULL::timestamp with time zone[]) RETURNS TABLE(id bigint, created boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_delay interval := coalesce(elapsed(enqueue_many.perform_in), interval '0');
  v_perform_at timestamptz := coalesce(enqueue_many.perform_at, clock_now()) + v_delay;
  v_traceparent text := coalesce(enqueue_many.traceparent, nullif(current_setting('backops.traceparent', true), ''));
  v_ids bigint[];
  v_numbers bigint[];
  v_keys text[];
begin
  if cardinality(keys) <> cardinality(enqueue_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s keys were given for %s documents', cardinality(keys), cardinality(enqueue_many.globals)),
      hint = 'Give one key per document (null for none), or no keys at all.';
  end if;
  if cardinality(times) <> cardinality(enqueue_many.globals) then
    raise exception using errcode = 'OP004',
      message = format('%s times were given for %s documents', cardinality(times), cardinality(enqueue_many.globals)),
      hint = 'Give one time per document (null for perform_at), or no times at all.';
  end if;
  perform check_documents(enqueue_many.name, enqueue_many.globals, keys, times, enqueue_many.branches);

  if keys is null then
    -- Ids are drawn beforehand, so that they come back in the order of the documents.
    select array_agg(nextval('operations_id_seq')) into v_ids from generate_series(1, cardinality(enqueue_many.globals));
    insert into operations (id, name, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      select i.id, enqueue_many.name, enqueue_many.queue, enqueue_many.priority, coalesce(i.at + v_delay, v_perform_at), enqueue_many.step_limit,
             v_traceparent, enqueue_many.tags, enqueue_many.branches, i.document
        from unnest(v_ids, enqueue_many.globals, times) as i (id, document, at);
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;

  with input as materialized (
    select n, document, key, at from unnest(enqueue_many.globals, keys, times) with ordinality as i (document, key, at, n)
  ),
  -- Ids are drawn in the order of the documents, and none for a key that is known to be taken.
  fresh as materialized (
    select n, document, key, at, nextval('operations_id_seq') as id
      from (
        select n, document, key, at
          from (
            -- Of several documents with the same key the first one counts.
            select distinct on (key) n, document, key, at from input where key is not null order by key, n
          ) as i
         where not exists (select from operations o where o.name = enqueue_many.name and o.key = i.key)
        union all
        select n, document, key, at from input where key is null
         order by n
      ) as i
  ),
  inserted as (
    insert into operations (id, name, key, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals)
      select i.id, enqueue_many.name, i.key, enqueue_many.queue, enqueue_many.priority, coalesce(i.at + v_delay, v_perform_at),
             enqueue_many.step_limit,
             v_traceparent, enqueue_many.tags, enqueue_many.branches, i.document
        from fresh as i
       order by i.key
      on conflict (name, key) where key is not null do nothing
      returning id
  )
  select array_agg(i.id order by i.n), array_agg(i.n order by i.n), array_agg(i.key order by i.n)
    into v_ids, v_numbers, v_keys
    from fresh as i
    join inserted using (id);
  if cardinality(v_ids) = cardinality(keys) then
    return query select i, true from unnest(v_ids) as i;
    return;
  end if;
  perform await_standby();

  -- Only keys that were not inserted are looked up; one whose operation went away in between is enqueued alone.
  return query
    select coalesce(own.id, twin.id, o.id,
                    enqueue(enqueue_many.name, i.document, i.key, enqueue_many.queue, enqueue_many.priority,
                            coalesce(i.at + v_delay, v_perform_at), null,
                            enqueue_many.tags, enqueue_many.branches, enqueue_many.step_limit, v_traceparent)),
           own.id is not null or (twin.id is null and o.id is null)
      from unnest(enqueue_many.globals, keys, times) with ordinality as i (document, key, at, n)
      left join unnest(v_ids, v_numbers) as own (id, n) on own.n = i.n
      left join unnest(v_ids, v_keys) as twin (id, key) on twin.key = i.key
      left join operations o on twin.id is null and o.name = enqueue_many.name and o.key = i.key
     order by i.n;
end
$$;


--
-- Name: FUNCTION enqueue_many(name text, globals jsonb[], keys text[], queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text, times timestamp with time zone[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.enqueue_many(name text, globals jsonb[], keys text[], queue text, priority integer, perform_at timestamp with time zone, perform_in interval, tags text[], branches json, step_limit integer, traceparent text, times timestamp with time zone[]) IS 'Enqueues one operation per document, in one statement. Returns (id, created) in the order of the documents; where a key is taken, the id that has it and created = false. times, where given, is each one''s own perform_at.';


--
-- Name: enqueue_slot(backops.schedules, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.enqueue_slot(p_schedule backops.schedules, p_slot timestamp with time zone, p_key text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_id bigint;
begin
  insert into operations (name, key, queue, priority, tags, globals, schedule, slot)
    values (p_schedule.operation, p_key, p_schedule.queue, p_schedule.priority, p_schedule.tags, p_schedule.globals, p_schedule.name, p_slot)
    on conflict (name, key) where key is not null do nothing
    returning id into v_id;
  if v_id is null then
    select id into strict v_id from operations where name = p_schedule.operation and key = p_key;
  end if;
  return v_id;
end
$$;


--
-- Name: FUNCTION enqueue_slot(p_schedule backops.schedules, p_slot timestamp with time zone, p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.enqueue_slot(p_schedule backops.schedules, p_slot timestamp with time zone, p_key text) IS 'Enqueues the operation of a schedule for a slot, and returns its id; once for each key.';


--
-- Name: error_fingerprint(text, text, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.error_fingerprint(p_operation text, p_action text, p_error_type text, p_message text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select left(encode(sha256(convert_to(concat_ws(e'\n', p_operation, p_action, p_error_type, error_pattern(p_message)), 'UTF8')), 'hex'), 12)
$$;


--
-- Name: FUNCTION error_fingerprint(p_operation text, p_action text, p_error_type text, p_message text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.error_fingerprint(p_operation text, p_action text, p_error_type text, p_message text) IS 'Names a group of failures: the same operation, action ("branch/name"), type of error, and kind of message. Twelve hexadecimal digits.';


--
-- Name: error_pattern(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.error_pattern(p_message text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select left(
    regexp_replace(
      regexp_replace(
        regexp_replace(
          split_part(left(p_message, 2000), e'\n', 1),
          '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|0x[0-9a-f]+|[[:<:]](?=[a-f]*[0-9])[0-9a-f]{8,}[[:>:]]', '#', 'gi'
        ),
        '"[^"]*"|''[^'']*''|“[^”]*”', '""', 'g'
      ),
      '[0-9]+([.:,][0-9]+)*', '#', 'g'
    ),
    300
  )
$$;


--
-- Name: FUNCTION error_pattern(p_message text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.error_pattern(p_message text) IS 'What messages of the same kind have in common: the first line, without numbers, hexadecimal ids and quoted texts.';


--
-- Name: every_of(interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.every_of(p_every interval) RETURNS interval
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  -- One with months is refused in the words in which it was given.
  select case when extract(month from p_every) <> 0 or extract(year from p_every) <> 0 then p_every else elapsed(p_every) end
$$;


--
-- Name: FUNCTION every_of(p_every interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.every_of(p_every interval) IS 'The time that passes between two slots: days of 24 hours.';


--
-- Name: expand_operations(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.expand_operations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_id bigint;
  v_name text;
  v_queue text;
  v_priority smallint;
  v_perform_at timestamptz;
  v_step_limit integer;
  v_globals jsonb;
  v_is_plain boolean;
  v_definition_id bigint;
  v_run_at timestamptz;
  v_count bigint;
  v_named bigint;
  v_own bigint;
  v_keyed bigint;
  v_expanded bigint;
  v_at_waits bigint[];
  v_limits jsonb[];
begin
  -- What a dump brings back has its job already, because pg_dump writes tables in the order of their names. It says so by a setting
  -- that no other program touches. pg_restore may be told of another order, and then the jobs and actions of the dump would follow.
  if not current_setting('check_function_bodies')::boolean then
    perform from enqueued o where o.state = 'active' and not exists (select from jobs where operation_id = o.id);
    if not found then
      return null;
    end if;
    if current_setting('application_name') = 'pg_restore' then
      raise exception using errcode = 'OP003', message = 'operations are being restored before their jobs, and would be started from the beginning',
        hint = 'Restore with --disable-triggers, or in the order of the dump (without --jobs and --use-list).';
    end if;
  end if;

  -- 0. One operation with a registered plan. "Order by" keeps the planner from bitmaps, which take longer to set up.
  select id, name, queue, priority, perform_at, step_limit, globals, branches is null and state = 'active'
    into v_id, v_name, v_queue, v_priority, v_perform_at, v_step_limit, v_globals, v_is_plain
    from enqueued limit 1;
  if v_is_plain then
    perform from enqueued offset 1;
    if not found then
      select id into v_definition_id from definitions where name = v_name and current;
    end if;
  end if;
  if v_definition_id is not null then
    insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
      select v_id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue, a.wait, a.limits
        from definition_actions a
       where a.definition_id = v_definition_id
       order by a.position;
    insert into jobs (operation_id, run_at, waits_since, waits_for, definition_id, position, steps_left, priority, queue, handler)
      select v_id,
             case
               when a.wait is not null then coalesce(wait_end(a.wait, greatest(v_perform_at, v_now), v_now), v_perform_at)
               when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then v_perform_at
               else first_due_at(v_perform_at, a.perform_at, a.perform_in, a.perform_at_global, v_globals, v_now)
             end,
             case when wait_end(a.wait, greatest(v_perform_at, v_now), v_now) is not null then v_now end, wait_kind(a.wait),
             v_definition_id, a.position, v_step_limit, v_priority, job_queue(a.wait, a.limits, null, null, null, a.queue, v_queue), v_name || '/' || a.name
        from definition_actions a
       where a.definition_id = v_definition_id and a.starts
       order by a.position
      returning queue, run_at into v_queue, v_run_at;
    if v_queue = '/waits' then
      -- One that takes another's place has the signals that were kept for that.
      if v_run_at <= v_now or exists (select from signals where operation_id = v_id) then
        perform settle_wait(v_id);
      end if;
    elsif v_run_at <= v_now then
      perform from workers where sleeping limit 1;
      if found then
        perform wake(v_queue, 1);
      end if;
    end if;
    return null;
  end if;

  select count(*), count(*) filter (where branches is null and state = 'active'), count(branches) filter (where state = 'active'), count(active_key)
    into v_count, v_named, v_own, v_keyed
    from enqueued;

  -- 1. Plans that are registered. Where one of them begins with a time from the globals, a first look finds the operation that has none.
  if v_named > 0 then
    if v_count > 1 and exists (
      select from definitions d
        join definition_actions a on a.definition_id = d.id and a.starts and a.perform_at_global is not null
       where d.current and d.name in (select name from enqueued where branches is null and state = 'active')
    ) then
      perform first_due_at(
                o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now,
                place_in_batch(o.number, v_count, o.name, o.key)
              )
         from (select *, row_number() over () as number from enqueued) as o
         join definitions d on d.name = o.name and d.current
         join definition_actions a on a.definition_id = d.id and a.starts and a.perform_at_global is not null
        where o.branches is null and o.state = 'active';
    end if;
    with plan as materialized (
      select d.name as operation, a.*
        from definitions d
        join definition_actions a on a.definition_id = d.id
       where d.current and d.name in (select name from enqueued where branches is null and state = 'active')
    ),
    planned as (
      insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
        select o.id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue, a.wait, a.limits
          from enqueued o
          join plan a on a.operation = o.name
         where o.branches is null and o.state = 'active'
    ),
    queued as (
      insert into jobs (operation_id, run_at, waits_since, waits_for, definition_id, position, steps_left, priority, queue, handler)
        select o.id,
               case
                 when a.wait is not null then coalesce(wait_end(a.wait, greatest(o.perform_at, v_now), v_now), o.perform_at)
                 when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then o.perform_at
                 else first_due_at(o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now)
               end,
               case when wait_end(a.wait, greatest(o.perform_at, v_now), v_now) is not null then v_now end, wait_kind(a.wait),
               a.definition_id, a.position, o.step_limit, o.priority, job_queue(a.wait, a.limits, null, null, null, a.queue, o.queue), o.name || '/' || a.name
          from enqueued o
          join plan a on a.operation = o.name
         where a.starts and o.branches is null and o.state = 'active'
        returning operation_id, queue, run_at
    )
    select count(*), array_agg(operation_id) filter (where queue = '/waits' and run_at <= v_now) into v_expanded, v_at_waits from queued;

    -- 2. Names that nobody has registered yet wait for somebody who does.
    if v_expanded < v_named then
      insert into jobs (operation_id, run_at, steps_left, priority, queue, handler)
        select o.id, 'infinity', o.step_limit, o.priority, o.queue, o.name || '/'
          from enqueued o
         where o.branches is null and o.state = 'active' and not exists (select from jobs where operation_id = o.id);
      update operations set parked_at = v_now
        from enqueued o
       where operations.id = o.id and exists (select from jobs where operation_id = o.id and position is null);
    end if;
  end if;

  -- 3. Plans that came along, each text read once.
  if v_own > 0 then
    with numbered as materialized (
      select e.id, e.name, e.key, e.state, e.branches::text as branches, row_number() over () as number from enqueued e
    ),
    given as materialized (
      select branches, min(number) as number from numbered where branches is not null and state = 'active' group by branches
    ),
    plan as materialized (
      select g.branches as given, a.*
        from given g
        join numbered n using (number)
       cross join lateral plan_rows(g.branches::json, place_in_batch(n.number, v_count, n.name, n.key)) as a
    ),
    planned as (
      insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
        select o.id, a.position, a.branch, a.name, a.perform_at, a.perform_in, a.perform_at_global, a.max_attempts, a.backoff, a.timeout, a.queue, a.wait, a.limits
          from enqueued o
          join plan a on a.given = o.branches::text
         where o.state = 'active'
        returning limits
    ),
    queued as (
      insert into jobs (operation_id, run_at, waits_since, waits_for, position, steps_left, priority, queue, handler)
        select o.id,
               case
                 when a.wait is not null then coalesce(wait_end(a.wait, greatest(o.perform_at, v_now), v_now), o.perform_at)
                 when a.perform_at is null and a.perform_in is null and a.perform_at_global is null then o.perform_at
                 else first_due_at(
                   o.perform_at, a.perform_at, a.perform_in, a.perform_at_global, o.globals, v_now, place_in_batch(n.number, v_count, n.name, n.key)
                 )
               end,
               case when wait_end(a.wait, greatest(o.perform_at, v_now), v_now) is not null then v_now end, wait_kind(a.wait),
               a.position, o.step_limit, o.priority, job_queue(a.wait, a.limits, null, null, null, a.queue, o.queue), '/' || a.name
          from enqueued o
          join numbered n on n.id = o.id
          join plan a on a.given = n.branches
         where a.starts and o.state = 'active'
        returning operation_id, queue, run_at
    )
    select v_at_waits || array_agg(operation_id) filter (where queue = '/waits' and run_at <= v_now),
           (select array_agg(distinct limits) from planned where limits is not null)
      into v_at_waits, v_limits
      from queued;
    perform declare_limits(v_limits, false);
  end if;

  -- 4. Waits that come first and are over at once, or end at a time from the globals.
  perform settle_wait(id) from unnest(v_at_waits) as id;
  if v_keyed > 0 then
    perform settle_wait(o.id) from enqueued o where o.active_key is not null and exists (select from signals s where s.operation_id = o.id);
  end if;
  if exists (select from workers where sleeping) then
    perform wake(due.queue, due.jobs)
       from (
         select j.queue, count(*) as jobs
           from enqueued o
           join jobs j on j.operation_id = o.id
          where j.run_at <= v_now and j.queue <> '/waits'
          group by j.queue
       ) as due;
  end if;
  return null;
end
$$;


--
-- Name: FUNCTION expand_operations(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.expand_operations() IS 'What an INSERT into operations sets off: copies the plan, creates the job, parks unknown names, wakes workers. Operations that pg_restore or the script of pg_dump brings back, after their jobs, are left as they are. Runs with the rights of the schema''s owner, so that INSERT on operations is all that an enqueuer needs.';


--
-- Name: explain(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain(id bigint) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
#variable_conflict use_variable
declare
  v_now timestamptz := statement_now();
  v_schema text := quote_ident(current_schema());
  v_operation operations;
  v_job jobs;
  v_action actions;
  v_worker workers;
  v_queue queues;
  v_place text;
  v_first text;
  v_knowing integer;
  v_free boolean := true;
  v_is_limited boolean := false;
  r explanation;
begin
  select * into v_operation from operations o where o.id = explain.id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', explain.id);
  end if;
  select * into v_job from jobs where operation_id = explain.id;
  select * into v_action from actions a where a.operation_id = explain.id and a.position = coalesce(v_job.position, v_operation.stopped_position);
  v_place := coalesce(v_action.branch || '/' || v_action.name, 'its first action');

  if v_operation.state <> 'active' then
    select format('%L, %L', a.branch, a.name) into v_first from actions a where a.operation_id = explain.id order by a.position limit 1;
    r := row(
      v_operation.state,
      case v_operation.state
        when 'completed' then 'all of it is done'
        when 'failed' then concat_ws(': ',
          format('%s failed at attempt %s of %s', v_place, v_action.earlier_attempts + v_action.attempts_count,
                 v_action.earlier_attempts + v_action.max_attempts)
            || case when v_action.error_type = 'crashed' and v_action.attempts_count < v_action.max_attempts
                 then ' (the third crash in a row ends an operation)' else '' end,
          v_action.error_type, left(v_action.error_message, 500))
        else concat_ws(': ', format('it was cancelled at %s', v_place), v_operation.stop_reason)
      end,
      case v_operation.state
        when 'completed' then format('SELECT %1$s.run_from(%2$s, %3$s) runs it again from there on, SELECT %1$s.rerun(%2$s) all of it as a new operation.', v_schema, explain.id, v_first)
        when 'failed' then format('SELECT %1$s.retry(%2$s) lets it go on there, SELECT %1$s.skip(%2$s) behind it; jump and run_from lead elsewhere.', v_schema, explain.id)
        else format('SELECT %s.retry(%s) lets it go on there.', v_schema, explain.id)
      end,
      null, v_operation.ended_at, null
    );
    return next r;
    return;
  end if;
  if v_job.operation_id is null then
    r := row('changing', 'it has no job', format('Ask again; if it stays so, SELECT * FROM %s.invariants().', v_schema), null, null, null);
    return next r;
    return;
  end if;
  if v_operation.parked_at is not null then
    return query
      select o.reason, o.detail, o.advice, o.worker_id, v_operation.parked_at, o.until from obstacles(explain.id, v_operation.name, null, null, null, true) as o;
    return;
  end if;

  if v_job.queue = '/waits' then
    return query select e.* from explain_wait(v_job, v_action) as e;
    return;
  end if;

  if v_job.queue = '/limits' then
    v_job.queue := coalesce(v_action.queue, v_operation.queue);
    v_is_limited := true;
  end if;
  v_job.queue := served_queue(v_job.queue);
  select * into v_queue from paused_queues where name = v_job.queue;

  if v_job.worker_id is not null then
    select * into v_worker from workers w where w.id = v_job.worker_id;
    if v_worker.id is null or v_worker.missing_since is not null or v_worker.heartbeat_at + v_worker.lease <= v_now then
      r := row(
        'worker_missing',
        format('%s was running on %s', v_place, coalesce(format('%s pid %s, last heard of at %s', v_worker.host, v_worker.pid, v_worker.heartbeat_at), 'a worker that is gone')),
        format('Living workers take it back within seconds; run one, or SELECT * FROM %s.rescue().', v_schema),
        v_job.worker_id, coalesce(v_worker.missing_since, v_worker.heartbeat_at + v_worker.lease, v_job.claimed_at), v_worker.heartbeat_at + v_worker.lease
      );
    else
      r := row(
        'running',
        concat_ws(', ', format('%s runs on %s pid %s, attempt %s of %s', v_place, v_worker.host, v_worker.pid, v_action.earlier_attempts + v_job.attempt,
                         v_action.earlier_attempts + v_action.max_attempts),
                  round((v_job.progress * 100)::numeric) || ' %', v_job.progress_note),
        format('SELECT %s.cancel(%s) stops it.', v_schema, explain.id),
        v_job.worker_id, v_job.claimed_at, v_job.claimed_at + v_action.timeout
      );
    end if;
    return next r;
    if v_queue.name is not null then
      r := row(
        'queue_paused', concat_ws(': ', format('queue "%s" was paused by %s; the next action will wait', v_queue.name, v_queue.paused_by), v_queue.reason),
        format('SELECT %s.resume(%L)', v_schema, v_queue.name), null, v_queue.paused_at, v_queue.paused_until
      );
      return next r;
    end if;
    return;
  end if;

  if v_is_limited and (v_job.run_at <= v_now or v_job.ticket is not null) then
    return query select e.* from explain_limit(v_job, v_action) as e;
    v_free := false;
  elsif v_job.run_at > v_now then
    r := case when v_job.attempt > 0 then row(
      'retrying',
      concat_ws(': ', format('%s waits for attempt %s of %s after', v_place, v_action.earlier_attempts + v_job.attempt + 1, v_action.earlier_attempts + v_action.max_attempts),
                coalesce(v_action.error_type, 'an attempt that did not end well'), left(v_action.error_message, 500)),
      format('SELECT %s.retry(%s) tries at once.', v_schema, explain.id), null::bigint, v_action.errored_at, v_job.run_at
    ) else row(
      'scheduled', format('%s is due at %s', v_place, v_job.run_at),
      format('SELECT %s.reschedule(%s, now()) starts it at once.', v_schema, explain.id), null::bigint, null::timestamptz, v_job.run_at
    ) end;
    return next r;
    v_free := false;
  end if;
  for r in select * from obstacles(explain.id, null, v_job.queue, v_job.handler, v_job.crashes, true) loop
    r.since := coalesce(r.since, case when r.reason = 'suspect' then v_action.errored_at else coalesce(v_job.came_at, v_job.run_at) end);
    return next r;
    v_free := false;
  end loop;
  if v_free then
    return query select e.* from explain_full_queue(v_job.queue, v_place, v_job.run_at) as e;
    v_free := not found;
  end if;
  if v_free and v_job.turn is not null then
    return query select e.* from explain_turn(v_job, v_place) as e;
  elsif v_free then
    select count(*) into v_knowing
      from workers w
     where v_job.queue = any (w.queues) and v_job.handler = any (w.handlers) and not w.stopping and w.heartbeat_at + w.lease > v_now;
    r := row(
      'ready',
      format('%s waits for a free slot; %s live worker(s) know it', v_place, v_knowing),
      case when v_job.run_at < v_now - interval '1 minute' then 'All of them seem to be busy: start more, or look at worker_status.' end,
      null, v_job.run_at, null
    );
    return next r;
  end if;
end
$_$;


--
-- Name: FUNCTION explain(id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain(id bigint) IS 'Why an operation is not running, or what it is doing: every reason as a row, with what to do about it. SELECT * FROM backops.explain(48213)';


--
-- Name: actions; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.actions (
    operation_id bigint NOT NULL,
    "position" integer NOT NULL,
    run integer DEFAULT 1 NOT NULL,
    attempts_count integer DEFAULT 0 NOT NULL,
    earlier_attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    branch text NOT NULL,
    name text NOT NULL,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    completed_claim_id bigint,
    skipped_at timestamp with time zone,
    perform_at timestamp with time zone,
    perform_in interval,
    perform_at_global text,
    backoff jsonb,
    timeout interval,
    queue text,
    errored_at timestamp with time zone,
    error_type text,
    error_message text,
    stack_trace text,
    wait jsonb,
    wait_outcome text,
    limits jsonb,
    CONSTRAINT actions_completed_or_skipped CHECK (((completed_at IS NULL) OR (skipped_at IS NULL))),
    CONSTRAINT actions_wait_outcome_is_known CHECK ((wait_outcome = ANY (ARRAY['signalled'::text, 'timed_out'::text, 'slept'::text, 'woken'::text, 'approved'::text, 'rejected'::text])))
)
WITH (fillfactor='50');


--
-- Name: TABLE actions; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.actions IS 'The plan of every operation: one row per action from the enqueue on, with its outcome.';


--
-- Name: COLUMN actions.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.operation_id IS 'The operation.';


--
-- Name: COLUMN actions."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions."position" IS 'Place in the plan, 1 to n over all branches in declared order.';


--
-- Name: COLUMN actions.run; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.run IS 'Counts from 1; a jump back begins a new run.';


--
-- Name: COLUMN actions.attempts_count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.attempts_count IS 'Attempts of this run that have ended, and count against max_attempts.';


--
-- Name: COLUMN actions.earlier_attempts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.earlier_attempts IS 'Attempts of this run that do not count any more, because somebody gave the action a fresh budget: the next one is number earlier_attempts + attempts_count + 1 for those who look.';


--
-- Name: COLUMN actions.max_attempts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.max_attempts IS 'Attempts before the operation fails.';


--
-- Name: COLUMN actions.branch; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.branch IS 'Branch that the action belongs to; main is where an operation starts.';


--
-- Name: COLUMN actions.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.name IS 'Name of the action.';


--
-- Name: COLUMN actions.started_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.started_at IS 'When the last attempt that ended had begun.';


--
-- Name: COLUMN actions.completed_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.completed_at IS 'When it completed.';


--
-- Name: COLUMN actions.completed_claim_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.completed_claim_id IS 'The claim that completed it last: a repeated call of that claim learns that it is done.';


--
-- Name: COLUMN actions.skipped_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.skipped_at IS 'When a jump passed over it, or an operator skipped it.';


--
-- Name: COLUMN actions.perform_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.perform_at IS 'Not before this time.';


--
-- Name: COLUMN actions.perform_in; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.perform_in IS 'Not before this long after the operation reached the action.';


--
-- Name: COLUMN actions.perform_at_global; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.perform_at_global IS 'Not before the time in this key of the globals.';


--
-- Name: COLUMN actions.backoff; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.backoff IS 'Delay between attempts; null is the default (see backoff_delay).';


--
-- Name: COLUMN actions.timeout; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.timeout IS 'Longest time that one attempt may take.';


--
-- Name: COLUMN actions.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.queue IS 'Queue of this action; null is the queue of the operation.';


--
-- Name: COLUMN actions.errored_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.errored_at IS 'When its last attempt failed; cleared by success.';


--
-- Name: COLUMN actions.error_type; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.error_type IS 'Type of the last error; cleared by success, kept in attempts.';


--
-- Name: COLUMN actions.error_message; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.error_message IS 'Message of the last error; cleared by success, kept in attempts.';


--
-- Name: COLUMN actions.stack_trace; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.stack_trace IS 'Where the last error was thrown; cleared by success, kept in attempts.';


--
-- Name: COLUMN actions.wait; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.wait IS 'What the operation waits for at this step, which no worker runs; null for an action. {"for": seconds}, {"until": global}, {"signals": [names], "timeout": seconds, "on_timeout": "fail", "go_on" or {"branch": name}, "as": global}, or {"approval": name, "role": role, "question": text, "timeout": seconds, "on_timeout": …, "on_rejected": …, "as": global, "remind": {"after": seconds, "operation": name}}.';


--
-- Name: COLUMN actions.wait_outcome; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.wait_outcome IS 'How the wait ended: signalled, timed_out, slept, woken (by wake_up), approved, or rejected.';


--
-- Name: COLUMN actions.limits; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.actions.limits IS 'What must be held while the action runs; null for nothing. {"action": {"name": limit, "by": global}}, and beside it "operation", which the operation keeps from its first action to its end, or with "free_while_waiting": true until its next wait, and "rate", which says when an attempt may start.';


--
-- Name: explain_approval(backops.approvals, backops.actions, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain_approval(p_approval backops.approvals, p_step backops.actions, p_run_at timestamp with time zone) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
declare
  v_schema text := quote_ident(current_schema());
  v_asks boolean := nobody_decides(p_approval.role);
  r explanation;
begin
  r.reason := 'waiting';
  r.detail := concat_ws('; ',
    format('%s/%s %s', p_step.branch, p_step.name, describe_wait(p_step.wait, p_approval.asked_at, p_approval.deadline)),
    p_approval.question,
    case when p_approval.reminded_at is not null then format('it has reminded at %s', p_approval.reminded_at)
         when p_run_at <= statement_now() then 'a reminder is due, which workers send with their next claim' end,
    case when p_approval.role is not null and not v_asks then who_decides(p_approval.role) end
  );
  r.advice := format(
    'SELECT * FROM %1$s.decide(%2$s, %3$L, ''approved''%4$s) ends it, or ''rejected''; SELECT * FROM %1$s.extend(%2$s, %3$L, now() + interval ''1 day'') gives it more time.',
    v_schema, p_approval.operation_id, p_approval.name,
    case when p_approval.role is not null and not exists (select from pg_roles where rolname = p_approval.role) then ', decided_by => ''…''' else '' end
  );
  r.since := p_approval.asked_at;
  r.until := p_approval.deadline;
  return next r;
  if v_asks then
    r.reason := 'nobody_decides';
    r.detail := format('"%s" is neither a database role nor in approvers: nobody can decide', p_approval.role);
    r.advice := format(
      'INSERT INTO %1$s.approvers (role, member) VALUES (%2$L, ''…'') lets somebody; SELECT %1$s.skip(%3$s) leaves it out.',
      v_schema, p_approval.role, p_approval.operation_id
    );
    return next r;
  end if;
end
$_$;


--
-- Name: FUNCTION explain_approval(p_approval backops.approvals, p_step backops.actions, p_run_at timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain_approval(p_approval backops.approvals, p_step backops.actions, p_run_at timestamp with time zone) IS 'The part of explain() about an operation that waits for an approval.';


--
-- Name: explain_full_queue(text, text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain_full_queue(p_queue text, p_place text, p_run_at timestamp with time zone) RETURNS SETOF backops.explanation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  select 'queue_full', format('%s waits: %s of queue "%s" may run at once, and as many do', p_place, l.maximum, p_queue),
         format('It goes on when one has ended; SELECT %I.set_queue_limit(%L, %s) lets more run at once.', current_schema(), p_queue, l.maximum + 1),
         null::bigint, p_run_at, null::timestamptz
    from queue_limit_status l
   where l.queue = p_queue and l.running >= l.maximum
$$;


--
-- Name: FUNCTION explain_full_queue(p_queue text, p_place text, p_run_at timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain_full_queue(p_queue text, p_place text, p_run_at timestamp with time zone) IS 'The part of explain() about an operation that is due in a queue of which as many run as may: no row if there is room.';


--
-- Name: jobs; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.jobs (
    operation_id bigint NOT NULL,
    run_at timestamp with time zone NOT NULL,
    worker_id bigint,
    claim_id bigint,
    claimed_at timestamp with time zone,
    definition_id bigint,
    "position" integer,
    attempt integer DEFAULT 0 NOT NULL,
    steps_left integer NOT NULL,
    priority smallint NOT NULL,
    crashes smallint DEFAULT 0 NOT NULL,
    progress real,
    queue text NOT NULL,
    handler text NOT NULL,
    progress_note text,
    waits_since timestamp with time zone,
    waits_for text,
    operation_slot text,
    action_slot text,
    gate text,
    ticket bigint,
    came_at timestamp with time zone,
    paced_at timestamp with time zone,
    queue_slot text,
    turn double precision,
    CONSTRAINT jobs_claimed_whole CHECK ((((worker_id IS NULL) = (claim_id IS NULL)) AND ((worker_id IS NULL) = (claimed_at IS NULL)))),
    CONSTRAINT jobs_in_line_whole CHECK ((((ticket IS NULL) = (gate IS NULL)) AND ((ticket IS NULL) = (came_at IS NULL)))),
    CONSTRAINT jobs_in_turn_whole CHECK ((((turn IS NULL) = ("left"(queue, 6) <> '/fair/'::text)) AND ((turn IS NULL) OR (worker_id IS NULL)))),
    CONSTRAINT jobs_waits_for_is_known CHECK ((waits_for = ANY (ARRAY['sleep'::text, 'signal'::text, 'approval'::text])))
)
WITH (fillfactor='40', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.05', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE jobs; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.jobs IS 'The claimable row of every active operation: where it stands, when it may go on, and who holds it. None for an operation that has ended.';


--
-- Name: COLUMN jobs.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.operation_id IS 'The operation; the key forbids that it runs twice at once.';


--
-- Name: COLUMN jobs.run_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.run_at IS 'Due from this time on, and the deadline of a wait, or the time of an approval''s reminder if that comes first; infinity while the operation is parked, or waits for as long as it takes.';


--
-- Name: COLUMN jobs.worker_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.worker_id IS 'Worker that holds the job, or null.';


--
-- Name: COLUMN jobs.claim_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.claim_id IS 'The claim it holds it by: every write names worker and claim.';


--
-- Name: COLUMN jobs.claimed_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.claimed_at IS 'When the current attempt began.';


--
-- Name: COLUMN jobs.definition_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.definition_id IS 'Version of the plan; null where branches came with the INSERT.';


--
-- Name: COLUMN jobs."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs."position" IS 'The action that is next or running; null while the operation is parked.';


--
-- Name: COLUMN jobs.attempt; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.attempt IS 'Attempts of this action begun so far, the current one included: counted at claim.';


--
-- Name: COLUMN jobs.steps_left; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.steps_left IS 'Actions that may still complete before the step limit.';


--
-- Name: COLUMN jobs.priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.priority IS '0 is served first, 9 last.';


--
-- Name: COLUMN jobs.crashes; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.crashes IS 'Times in a row that a worker died while it held the action; above 0 it runs alone.';


--
-- Name: COLUMN jobs.progress; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.progress IS 'What the running action last reported, 0 to 1.';


--
-- Name: COLUMN jobs.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.queue IS 'Queue that the job waits in; "/waits", which no worker serves, at a wait, "/limits" before a limit, and "/fair/" and a name once it has its turn in a fair queue.';


--
-- Name: COLUMN jobs.handler; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.handler IS 'What a worker must know to run it: "Operation/Action", or "/Action" where branches came with the INSERT.';


--
-- Name: COLUMN jobs.progress_note; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.progress_note IS 'What the running action last said of its progress.';


--
-- Name: COLUMN jobs.waits_since; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.waits_since IS 'Since when the operation is at the wait; null for one that begins at run_at, and for an action.';


--
-- Name: COLUMN jobs.waits_for; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.waits_for IS 'What the operation waits for while waits_since is set: sleep, signal or approval.';


--
-- Name: COLUMN jobs.operation_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.operation_slot IS 'The gate of which the operation holds a slot.';


--
-- Name: COLUMN jobs.action_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.action_slot IS 'The gate of which it holds a slot for the action that it is at, from when that may start to the end of the attempt.';


--
-- Name: COLUMN jobs.gate; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.gate IS 'The gate in whose line it waits; that of a rate begins with "/rate/".';


--
-- Name: COLUMN jobs.ticket; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.ticket IS 'Its place in that line, among those of its priority.';


--
-- Name: COLUMN jobs.came_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.came_at IS 'When it was due, and had to wait.';


--
-- Name: COLUMN jobs.paced_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.paced_at IS 'The start that a rate has given to the next attempt, or to the one that runs.';


--
-- Name: COLUMN jobs.queue_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.queue_slot IS 'Of the queue with a limit from which it was claimed, "/queue/" and its name: it holds one of the slots until the attempt ends.';


--
-- Name: COLUMN jobs.turn; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.jobs.turn IS 'Its turn in a fair queue, until it is claimed.';


--
-- Name: explain_limit(backops.jobs, backops.actions); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain_limit(p_job backops.jobs, p_step backops.actions) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
declare
  v_schema text := quote_ident(current_schema());
  v_gate limit_gates;
  v_maximum integer;
  v_ahead bigint;
  v_holders text;
  r explanation;
begin
  if p_job.ticket is null then
    r.reason := 'limit';
    r.detail := format('%s has come to a limit, and the next claim of any worker says whether it may start', p_step.branch || '/' || p_step.name);
    r.advice := case
      when not exists (select from workers w where not w.stopping and w.heartbeat_at + w.lease > statement_now()) then 'No worker is alive: start one, any one does.'
    end;
    r.since := p_job.run_at;
    return next r;
    return;
  end if;
  if is_rate_gate(p_job.gate) then
    return query select e.* from explain_rate(p_job, p_step) as e;
    return;
  end if;
  select * into v_gate from limit_gates where gate = p_job.gate;
  select maximum into v_maximum from limits where name = v_gate.name;
  select count(*) into v_ahead
    from (
      select from jobs j where j.gate = p_job.gate and j.ticket is not null and (j.priority, j.ticket) < (p_job.priority, p_job.ticket) limit 1000
    ) as ahead;
  select string_agg(id::text, ', ' order by id) || case when count(*) = 10 then ' …' else '' end into v_holders
    from (
      (select operation_id as id from jobs where operation_slot = p_job.gate limit 10)
      union
      (select operation_id from jobs where action_slot = p_job.gate limit 10)
      limit 10
    ) as h;
  r.reason := 'limit';
  r.detail := format(
    '%s waits for a slot of the limit "%s": number %s%s in line, %s of %s held%s',
    p_step.branch || '/' || p_step.name, p_job.gate, v_ahead + 1, case when v_ahead = 1000 then ' or more' else '' end,
    coalesce(v_gate.holding, 0), coalesce(v_maximum::text, 'any number'), coalesce(' by operations ' || v_holders, '')
  );
  r.advice := case
    when v_maximum = 0 then format('The limit was set to 0 by hand: SELECT %1$s.reset_limit(%2$L), or SELECT %1$s.set_limit(%2$L, N).', v_schema, v_gate.name)
    when coalesce(v_gate.holding, 0) < coalesce(v_maximum, 2147483647) then 'A slot is free: the next claim of any worker gives it away.'
    else format('It goes on when they have ended; SELECT %s.set_limit(%L, %s) lets more run at once.', v_schema, v_gate.name, v_maximum + 1)
  end;
  r.since := p_job.came_at;
  return next r;
end
$_$;


--
-- Name: FUNCTION explain_limit(p_job backops.jobs, p_step backops.actions); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain_limit(p_job backops.jobs, p_step backops.actions) IS 'The part of explain() about an operation that waits for a slot.';


--
-- Name: explain_rate(backops.jobs, backops.actions); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain_rate(p_job backops.jobs, p_step backops.actions) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := statement_now();
  v_schema text := quote_ident(current_schema());
  v_gate rate_gates;
  v_rate rates;
  v_ahead bigint;
  r explanation;
begin
  select * into v_gate from rate_gates where gate = p_job.gate;
  select * into v_rate from rates where name = v_gate.name;
  select count(*) into v_ahead
    from (
      select from jobs j where j.gate = p_job.gate and j.ticket is not null and (j.priority, j.ticket) < (p_job.priority, p_job.ticket) limit 1000
    ) as ahead;
  r.reason := 'rate';
  r.detail := format(
    '%s waits for a start under the rate "%s", %s%s: number %s%s in line',
    p_step.branch || '/' || p_step.name, rate_of_gate(p_job.gate),
    case when v_rate.count is null then 'any number' else format('%s per %s', v_rate.count, justify_interval(make_interval(secs => v_rate.per))) end,
    case when v_gate.closed_until > v_now then format(', closed until %s', v_gate.closed_until) else '' end,
    v_ahead + 1, case when v_ahead = 1000 then ' or more' else '' end
  );
  r.advice := case
    when v_gate.closed_until > v_now then format('SELECT %s.close_rate(%L, null%s) opens it.', v_schema, v_gate.name,
                                                 case when p_job.gate <> rate_gate(v_gate.name) then ', ' || quote_literal(substr(rate_of_gate(p_job.gate), length(v_gate.name) + 2)) else '' end)
    else format('SELECT %s.set_rate(%L, N) lets more start.', v_schema, v_gate.name)
  end;
  r.since := p_job.came_at;
  r.until := greatest(
    v_now, v_gate.closed_until,
    greatest(v_gate.closed_until, rate_base(v_gate.used_until, v_gate.version = v_rate.version, v_rate.gap, v_now)) - v_rate.tolerance + v_ahead * v_rate.gap
  );
  return next r;
end
$$;


--
-- Name: FUNCTION explain_rate(p_job backops.jobs, p_step backops.actions); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain_rate(p_job backops.jobs, p_step backops.actions) IS 'The part of explain() about an operation that waits for a start; until is about when, if those before it weigh one each.';


--
-- Name: explain_turn(backops.jobs, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain_turn(p_job backops.jobs, p_place text) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_fair fair_queues;
  v_ahead bigint;
begin
  select * into v_fair from fair_queues where queue = p_job.queue;
  select count(*) into v_ahead
    from (
      select from jobs j
       where j.queue = fair_queue(p_job.queue) and j.priority = p_job.priority and (j.turn, j.operation_id) < (p_job.turn, p_job.operation_id)
       limit 1000
    ) as ahead;
  return query select
    'turn',
    format('%s waits for its turn: %s%s of queue "%s" %s before it%s', p_place, v_ahead,
           case when v_ahead = 1000 then ' or more actions' when v_ahead = 1 then ' action' else ' actions' end, p_job.queue,
           case when v_ahead = 1 then 'comes' else 'come' end, ', which takes turns by "' || v_fair.by_global || '"'),
    case when p_job.run_at < statement_now() - interval '1 minute' then 'All workers of the queue seem to be busy: start more, or look at worker_status.' end,
    null::bigint, p_job.run_at, null::timestamptz;
end
$$;


--
-- Name: FUNCTION explain_turn(p_job backops.jobs, p_place text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain_turn(p_job backops.jobs, p_place text) IS 'The part of explain() about an operation that has its turn in a fair queue, and waits for it.';


--
-- Name: explain_wait(backops.jobs, backops.actions); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.explain_wait(p_job backops.jobs, p_step backops.actions) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
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
$_$;


--
-- Name: FUNCTION explain_wait(p_job backops.jobs, p_step backops.actions); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.explain_wait(p_job backops.jobs, p_step backops.actions) IS 'The part of explain() about an operation at a wait.';


--
-- Name: extend(bigint, text, timestamp with time zone, text, text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.extend(id bigint, name text, until timestamp with time zone, reason text DEFAULT NULL::text, extended_by text DEFAULT NULL::text, approval bigint DEFAULT NULL::bigint) RETURNS backops.approvals
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_approval approvals;
  v_until timestamptz;
begin
  if isfinite(until) is not true then
    raise exception using errcode = 'OP004', message = 'extend must be told a finite time', hint = 'now() + interval ''2 days'', for example.';
  end if;
  v_approval := open_approval(extend.id, name, coalesce(extended_by, session_user::text), 'extend', approval);
  if until <= clock_now() then
    raise exception using errcode = 'OP004', message = format('an approval cannot be extended until %s, which has passed', until),
      hint = 'Give a time to come; decide ends it, and reschedule lets it lapse.';
  end if;
  v_until := v_approval.deadline;
  update jobs j set run_at = move_deadline(extend.id, until) where j.operation_id = extend.id;
  select * into strict v_approval from approvals a where a.id = v_approval.id;
  perform write_audit('extend', array[extend.id], reason, jsonb_build_object(
    'name', v_approval.name, 'role', v_approval.role, 'until', until, 'before', v_until, 'by', coalesce(extended_by, session_user::text)
  ));
  return v_approval;
end
$$;


--
-- Name: FUNCTION extend(id bigint, name text, until timestamp with time zone, reason text, extended_by text, approval bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.extend(id bigint, name text, until timestamp with time zone, reason text, extended_by text, approval bigint) IS 'Moves the deadline of an approval that is pending, and returns the row of approvals; who may decide it may, and so may operators. One without a deadline gets it. SELECT * FROM backops.extend(48213, ''refund'', now() + interval ''2 days'', ''ann is ill'')';


--
-- Name: extend(text, text, text, timestamp with time zone, text, text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.extend(operation text, key text, name text, until timestamp with time zone, reason text DEFAULT NULL::text, extended_by text DEFAULT NULL::text, approval bigint DEFAULT NULL::bigint) RETURNS backops.approvals
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select extend(keyed_operation(operation, key), name, until, reason, extended_by, approval)
$$;


--
-- Name: FUNCTION extend(operation text, key text, name text, until timestamp with time zone, reason text, extended_by text, approval bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.extend(operation text, key text, name text, until timestamp with time zone, reason text, extended_by text, approval bigint) IS 'Moves the deadline of an approval that the operation of that name and key asks for, the last one where several had it.';


--
-- Name: fail(bigint, bigint, bigint, text, text, text, boolean, interval, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.fail(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_error_type text, p_error_message text, p_stack_trace text DEFAULT NULL::text, p_permanent boolean DEFAULT false, p_retry_after interval DEFAULT NULL::interval, p_outcome text DEFAULT 'failed'::text) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from fail_many(
    p_worker_id, array[p_operation_id], array[p_claim_id], array[p_outcome], array[p_permanent], array[p_retry_after],
    array[p_error_type], array[p_error_message], array[p_stack_trace]
  )
$$;


--
-- Name: FUNCTION fail(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_error_type text, p_error_message text, p_stack_trace text, p_permanent boolean, p_retry_after interval, p_outcome text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.fail(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_error_type text, p_error_message text, p_stack_trace text, p_permanent boolean, p_retry_after interval, p_outcome text) IS 'fail_many for one claim.';


--
-- Name: fail_many(bigint, bigint[], bigint[], text[], boolean[], interval[], text[], text[], text[], interval[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.fail_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcomes text[], p_permanent boolean[], p_retry_after interval[], p_error_types text[], p_error_messages text[], p_stack_traces text[], p_ended_ago interval[] DEFAULT NULL::interval[]) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker text;
  v record;
  v_ends boolean;
  v_run_at timestamptz;
  v_seen bigint[] := '{}';
  v_secret boolean := exists (select from secret_keys);
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_outcomes), cardinality(p_permanent), cardinality(p_retry_after),
                      cardinality(p_error_types), cardinality(p_error_messages), cardinality(p_stack_traces), cardinality(p_ended_ago));
  select format('%s pid %s', host, pid) into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if found then
    for v in
      select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, a.run, a.max_attempts, a.earlier_attempts, a.backoff,
             i.outcome, i.permanent, i.retry_after, i.error_type,
             greatest(j.claimed_at, least(v_now, v_now - i.ended_ago)) as ended_at,
             left(case when v_secret then concealed(j.operation_id, i.error_message) else i.error_message end, 8192) as error_message,
             left(case when v_secret then concealed(j.operation_id, i.stack_trace) else i.stack_trace end, 65536) as stack_trace
        from (
          select *
            from unnest(
                   p_operation_ids, p_claim_ids, p_outcomes, p_permanent, p_retry_after, p_error_types, p_error_messages, p_stack_traces, p_ended_ago
                 ) as i (operation_id, claim_id, outcome, permanent, retry_after, error_type, error_message, stack_trace, ended_ago)
           order by operation_id
        ) as i
       cross join lateral (
         select * from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id for update skip locked
       ) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
    loop
      v_seen := v_seen || v.claim_id;
      v_ends := coalesce(v.permanent, false) or v.attempt >= v.max_attempts;
      v_run_at := case when not v_ends then time_after(v_now, coalesce(v.retry_after, backoff_delay(v.attempt, v.backoff))) end;
      if v.outcome not in ('failed', 'timed_out') or not isfinite(v_run_at) then
        perform refuse_single(cardinality(p_operation_ids), case
          when v.outcome not in ('failed', 'timed_out') then 'an attempt fails as "failed" or "timed_out"'
          else 'a job can wait for a finite time only'
        end);
        return query select v.operation_id, v.claim_id, 'invalid', null::timestamptz;
        continue;
      end if;
      insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, worker_id, worker, claim_id, started_at, ended_at,
                            error_type, error_message, stack_trace)
        values (v.operation_id, v.position, v.run, v.earlier_attempts + v.attempt, coalesce(v.outcome, 'failed'), v_ends, p_worker_id, v_worker, v.claim_id, v.claimed_at, v.ended_at,
                v.error_type, v.error_message, v.stack_trace);
      update actions
         set started_at = v.claimed_at, attempts_count = v.attempt, errored_at = v.ended_at,
             error_type = v.error_type, error_message = v.error_message, stack_trace = v.stack_trace
       where operation_id = v.operation_id and position = v.position;
      if v_ends then
        perform end_operation(v.operation_id, 'failed', v.position, v.ended_at);
      else
        perform give_back(v.operation_id, v_run_at, v.attempt);
      end if;
      return query select v.operation_id, v.claim_id, case when v_ends then 'failed' else 'retrying' end, v_run_at;
    end loop;
  end if;
  return query
    select i.operation_id, i.claim_id, missed_claim(p_worker_id, i.operation_id, i.claim_id), null::timestamptz
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where i.claim_id <> all (v_seen);
end
$$;


--
-- Name: FUNCTION fail_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcomes text[], p_permanent boolean[], p_retry_after interval[], p_error_types text[], p_error_messages text[], p_stack_traces text[], p_ended_ago interval[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.fail_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcomes text[], p_permanent boolean[], p_retry_after interval[], p_error_types text[], p_error_messages text[], p_stack_traces text[], p_ended_ago interval[]) IS 'Records that attempts failed (outcome failed or timed_out). Each is tried again after retry_after, or else its backoff, until its attempts are used up or permanent says so: then the operation has failed. outcome: retrying, failed, done, stale, busy, and of several attempts invalid for one that cannot be recorded (another word than failed or timed_out, a retry_after that is not finite): its job is still held. p_ended_ago: how long ago each one ended, where the worker had something to look up before it could tell.';


--
-- Name: attempts; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.attempts (
    id bigint NOT NULL,
    operation_id bigint NOT NULL,
    "position" integer NOT NULL,
    run integer NOT NULL,
    attempt integer NOT NULL,
    outcome text NOT NULL,
    ends_operation boolean DEFAULT false NOT NULL,
    worker_id bigint,
    worker text,
    claim_id bigint,
    started_at timestamp with time zone,
    ended_at timestamp with time zone NOT NULL,
    error_type text,
    error_message text,
    stack_trace text,
    fingerprint text,
    CONSTRAINT attempts_outcome_is_known CHECK ((outcome = ANY (ARRAY['completed'::text, 'failed'::text, 'timed_out'::text, 'crashed'::text, 'snoozed'::text, 'released'::text, 'cancelled'::text, 'refused'::text])))
);


--
-- Name: TABLE attempts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.attempts IS 'Every attempt that did not simply succeed, as long as its operation is there: failures, crashes, snoozes, hand-backs, and completions that a jump back made undone.';


--
-- Name: COLUMN attempts.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.id IS 'In the order in which they ended.';


--
-- Name: COLUMN attempts.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.operation_id IS 'The operation.';


--
-- Name: COLUMN attempts."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts."position" IS 'The action''s place in the plan.';


--
-- Name: COLUMN attempts.run; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.run IS 'The run of the action that it belonged to.';


--
-- Name: COLUMN attempts.attempt; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.attempt IS 'Which attempt of that run, from 1, over all retries; snoozes and hand-backs give their number back; 0 is no attempt at all.';


--
-- Name: COLUMN attempts.outcome; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.outcome IS 'failed, timed_out, crashed (its worker died), snoozed, released (handed back), cancelled, completed (and later run again), refused (could not start).';


--
-- Name: COLUMN attempts.ends_operation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.ends_operation IS 'True where it made the operation fail.';


--
-- Name: COLUMN attempts.worker_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.worker_id IS 'Worker that ran it.';


--
-- Name: COLUMN attempts.worker; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.worker IS 'That worker in words: host and process id.';


--
-- Name: COLUMN attempts.claim_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.claim_id IS 'The claim that it ran under.';


--
-- Name: COLUMN attempts.started_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.started_at IS 'When it was claimed.';


--
-- Name: COLUMN attempts.ended_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.ended_at IS 'When it ended.';


--
-- Name: COLUMN attempts.error_type; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.error_type IS 'Type of the error.';


--
-- Name: COLUMN attempts.error_message; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.error_message IS 'Message of the error.';


--
-- Name: COLUMN attempts.stack_trace; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.stack_trace IS 'Where it was thrown.';


--
-- Name: COLUMN attempts.fingerprint; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempts.fingerprint IS 'The group in failures that it counts in: set for the attempt that an operation has failed by, for as long as it has failed.';


--
-- Name: failure_fingerprint(backops.attempts); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.failure_fingerprint(p_attempt backops.attempts) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select error_fingerprint(o.name, a.branch || '/' || a.name, p_attempt.error_type, p_attempt.error_message)
    from operations o
    left join actions a on a.operation_id = o.id and a.position = p_attempt.position
   where o.id = p_attempt.operation_id
$$;


--
-- Name: FUNCTION failure_fingerprint(p_attempt backops.attempts); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.failure_fingerprint(p_attempt backops.attempts) IS 'The group in failures of an attempt that ended its operation.';


--
-- Name: fair_queue(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.fair_queue(p_queue text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ('/fair/'::text || p_queue);


--
-- Name: FUNCTION fair_queue(p_queue text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.fair_queue(p_queue text) IS 'Where the jobs of a fair queue lie that have their turn. No queue has such a name.';


--
-- Name: find_operations(text, jsonb, text, text, text[], text, timestamp with time zone, timestamp with time zone, bigint, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.find_operations(name text DEFAULT NULL::text, globals jsonb DEFAULT NULL::jsonb, state text DEFAULT NULL::text, queue text DEFAULT NULL::text, tags text[] DEFAULT NULL::text[], error text DEFAULT NULL::text, since timestamp with time zone DEFAULT NULL::timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, after bigint DEFAULT NULL::bigint, at_most integer DEFAULT 1000) RETURNS SETOF backops.found_operation
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
#variable_conflict use_variable
declare
  v_state text := coalesce(state, case when error is not null then 'failed' end);
  v_status text;
  v_secret text;
  v_from text := 'operations o left join jobs j on j.operation_id = o.id';
  v_where text := '';
begin
  if at_most is null or at_most not between 1 and 10000 then
    raise exception using errcode = 'OP004', message = format('cannot find %s operations at once', coalesce(at_most::text, 'null')),
      hint = 'at_most is 1 to 10000; go on with after => the last id.';
  end if;
  if v_state in ('ready', 'scheduled', 'running', 'retrying', 'waiting', 'parked') then
    v_status := v_state;
    v_state := 'active';
  elsif v_state not in ('active', 'completed', 'failed', 'cancelled') then
    raise exception using errcode = 'OP004', message = format('"%s" is no state of an operation', v_state),
      hint = 'States are active, completed, failed and cancelled; active is also ready, scheduled, running, retrying, waiting or parked.';
  end if;
  if jsonb_typeof(globals) <> 'object' then
    raise exception using errcode = 'OP004', message = 'globals must be a JSON object', hint = 'Give what is looked for: {"subscription_id": 42}.';
  end if;
  -- Who may not see a value may not find out by asking for it either.
  if globals is not null and not sees_secrets() then
    select key into v_secret from secret_keys s where globals ? s.key and (s.name = '*' or s.name = name or name is null) limit 1;
    if found then
      raise exception using errcode = 'insufficient_privilege', message = format('the global "%s" is secret: it cannot be searched for', v_secret),
        hint = 'Look for another key, or let the owner of the schema look.';
    end if;
  end if;

  -- There is no index on the state, which would make every completion more expensive: live operations have jobs, and failed ones are
  -- found through the attempts that ended them.
  if v_state = 'active' then
    v_from := 'jobs j join operations o on o.id = j.operation_id';
  elsif v_state = 'failed' then
    v_where := v_where || case when error is null
      then ' and o.id in (select t.operation_id from attempts t where t.ends_operation and t.fingerprint is not null)'
      else ' and o.id in (select t.operation_id from attempts t where t.fingerprint = $6)'
    end;
  end if;
  if globals is not null then
    v_from := '(select * from operations where globals @> $2 offset 0) as o left join jobs j on j.operation_id = o.id';
  end if;
  v_where := v_where
    || case when name is not null then ' and o.name = $1' else '' end
    || case when v_state is not null then ' and o.state = $3' else '' end
    || case when queue is not null then ' and coalesce(served_queue(j.queue), o.queue) = $4' else '' end
    || case when tags is not null then ' and o.tags @> $5' else '' end
    || case when since is not null then ' and o.created_at >= $7' else '' end
    || case when until is not null then ' and o.created_at < $8' else '' end
    || case when after is not null then ' and o.id > $9' else '' end
    || case when after is not null and v_state = 'active' then ' and j.operation_id > $9' else '' end
    || case v_status
         when 'parked' then ' and o.parked_at is not null'
         when 'running' then ' and j.worker_id is not null'
         when 'waiting' then ' and (j.waits_since is not null or j.ticket is not null)'
         when 'retrying' then ' and j.worker_id is null and j.attempt > 0 and j.ticket is null'
         when 'scheduled' then ' and j.worker_id is null and j.attempt = 0 and j.run_at > $11 and o.parked_at is null and j.waits_since is null and j.ticket is null'
         when 'ready' then ' and j.worker_id is null and j.attempt = 0 and j.run_at <= $11 and j.waits_since is null'
         else ''
       end;
  return query execute
    'select o.id, o.name, o.state,
            case when o.state <> ''active'' then o.state
                 when o.parked_at is not null then ''parked''
                 when o.worker_id is not null then ''running''
                 when o.waits_since is not null or o.ticket is not null then ''waiting''
                 when o.attempt > 0 then ''retrying''
                 when o.run_at > $11 then ''scheduled''
                 else ''ready'' end,
            a.branch || ''/'' || a.name, o.queue, a.error_type, a.error_message, o.created_at
       from (
         select o.id, o.name::text, o.state::text, o.parked_at, o.created_at, j.worker_id, j.attempt, j.run_at, j.waits_since, j.ticket,
                coalesce(served_queue(j.queue), o.queue::text) as queue, coalesce(j.position, o.stopped_position) as position
           from ' || v_from || ' where true' || v_where || '
          order by ' || case when v_state = 'active' and globals is null then 'j.operation_id' else 'o.id' end || '
          limit $10
       ) as o
       left join actions a on a.operation_id = o.id and a.position = o.position
      order by o.id'
    using name, globals, v_state, queue, tags, error, since, until, after, at_most, statement_now();
end
$_$;


--
-- Name: FUNCTION find_operations(name text, globals jsonb, state text, queue text, tags text[], error text, since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.find_operations(name text, globals jsonb, state text, queue text, tags text[], error text, since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer) IS 'Operations for which everything that is given holds, lowest ids first: at most at_most, those behind the id after. state is a state or a status of operation_status, error a fingerprint of failures, since and until concern the time of the enqueue. What it shows can be given to retry(ids), cancel(ids) …: exactly that is touched. SELECT * FROM backops.find_operations(''Fulfilment'', ''{"subscription_id": 42}'')';


--
-- Name: find_position(bigint, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.find_position(p_operation_id bigint, p_branch text, p_action text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
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


--
-- Name: FUNCTION find_position(p_operation_id bigint, p_branch text, p_action text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.find_position(p_operation_id bigint, p_branch text, p_action text) IS 'The position of an action in its branch (the first of that name), or of a branch''s first action; SQLSTATE OP005 where there is none.';


--
-- Name: find_schedule(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.find_schedule(p_name text) RETURNS backops.schedules
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_schedule schedules;
begin
  select * into v_schedule from schedules s where s.name = p_name;
  if not found then
    perform refuse_unknown_schedule(p_name);
  end if;
  return v_schedule;
end
$$;


--
-- Name: FUNCTION find_schedule(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.find_schedule(p_name text) IS 'The schedule of a name; one that does not exist is refused (SQLSTATE OP002).';


--
-- Name: first_due_at(timestamp with time zone, timestamp with time zone, interval, text, jsonb, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.first_due_at(p_operation timestamp with time zone, p_perform_at timestamp with time zone, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamp with time zone, p_place text DEFAULT ''::text) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_time timestamptz := greatest(p_operation, due_at(p_perform_at, p_perform_in, p_perform_at_global, p_globals, p_now));
begin
  if v_time = 'infinity' then
    raise exception using errcode = 'OP007',
      message = p_place || format('the global "%s", which holds the time of the first action, is not a time', p_perform_at_global),
      hint = 'Write it as text in ISO 8601, such as "2027-01-01T08:00:00Z"; without an offset it is in UTC.';
  end if;
  return v_time;
end
$$;


--
-- Name: FUNCTION first_due_at(p_operation timestamp with time zone, p_perform_at timestamp with time zone, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamp with time zone, p_place text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.first_due_at(p_operation timestamp with time zone, p_perform_at timestamp with time zone, p_perform_in interval, p_perform_at_global text, p_globals jsonb, p_now timestamp with time zone, p_place text) IS 'When an operation may start whose first action has a time of its own; refuses a global that is not a time (SQLSTATE OP007), and begins the message with p_place.';


--
-- Name: fits(bigint, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.fits(p_operation_id bigint, p_patch jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  perform patched(globals, p_patch)::globals_document from operations where id = p_operation_id;
  return true;
exception
  when check_violation then
    return false;
end
$$;


--
-- Name: FUNCTION fits(p_operation_id bigint, p_patch jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.fits(p_operation_id bigint, p_patch jsonb) IS 'Whether the globals of an operation are still what the domain globals_document allows after a patch.';


--
-- Name: flow(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.flow(id bigint) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_operation record;
  v_branch record;
  v_action record;
  v_line text;
  v_piece text;
  v_width integer;
begin
  select s.name, s.status, s.run_at, s.queue, coalesce(s.key, s.active_key || ' (' || s.key_mode || ')') as key, s.worker, s.note, s.error_type, s.error_message into v_operation
    from operation_status s where s.id = flow.id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', flow.id);
  end if;
  return next concat_ws('   ', format('%s #%s', v_operation.name, flow.id),
    concat_ws(' ', v_operation.status, 'on ' || v_operation.worker, case when v_operation.status in ('scheduled', 'retrying', 'waiting') then 'until ' || date_trunc('second', v_operation.run_at) end),
    'queue ' || v_operation.queue, 'key ' || v_operation.key);
  select max(length(branch)) into v_width from actions where operation_id = flow.id;
  for v_branch in
    select branch, row_number() over (order by min(position)) as n from actions where operation_id = flow.id group by branch order by min(position)
  loop
    v_line := ' ' || rpad(v_branch.branch, v_width + 1);
    for v_action in select * from action_status s where s.operation_id = flow.id and s.branch = v_branch.branch order by s.position loop
      v_piece := case v_action.status
          when 'completed' then '✓' when 'running' then '●' when 'retrying' then '↻' when 'scheduled' then '◷' when 'waiting' then '◇' when 'ready' then '◎'
          when 'failed' then '✗' when 'cancelled' then '⊘' when 'skipped' then '–' else '○'
        end || ' ' || v_action.name
        || case when v_action.run > 1 then ' run ' || v_action.run else '' end
        || case when v_action.attempts_count > 1 or v_action.status in ('running', 'retrying', 'failed')
             then format(' ×%s', v_action.attempts_count) else '' end
        || case when v_action.status in ('open', 'scheduled') and v_action.perform_at is not null
             then ' ' || to_char(v_action.perform_at, 'YYYY-MM-DD HH24:MI') else '' end
        || case when v_action.wait is not null then ' ' || wait_piece(v_action.wait, v_action.wait_outcome, coalesce(v_action.signal, 'by ' || v_action.decided_by)) else '' end;
      if length(v_line) + length(v_piece) > 110 then
        return next v_line || ' →';
        v_line := rpad('', v_width + 4);
      elsif right(v_line, 1) <> ' ' then
        v_line := v_line || ' → ';
      end if;
      v_line := v_line || v_piece;
    end loop;
    return next v_line;
  end loop;
  for v_action in
    select branch || '/' || (entry ->> 0) as place, string_agg(target, ', ') as targets
      from operations o
     cross join json_each(coalesce(o.branches, (select d.branches from definitions d where d.name = o.name and d.current))) as b (branch, entries)
     cross join json_array_elements(case json_typeof(b.entries) when 'array' then b.entries else '[]' end) as entry
     cross join json_array_elements_text(entry -> 1 -> 'may_jump') as target
     where o.id = flow.id and json_typeof(entry) = 'array'
     group by 1
     order by 1
  loop
    return next format(' %s may jump to %s', v_action.place, v_action.targets);
  end loop;
  if v_operation.error_type is not null then
    return next format(' last error: %s: %s', v_operation.error_type, left(v_operation.error_message, 500));
  end if;
  if v_operation.note is not null then
    return next ' ' || v_operation.note;
  end if;
  return next ' ✓ completed  ● running  ↻ retrying  ◷ scheduled  ◇ waiting  ◎ ready  ✗ failed  ⊘ cancelled  – skipped  ○ open  ×attempts';
end
$$;


--
-- Name: FUNCTION flow(id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.flow(id bigint) IS 'Draws an operation for psql: a line per branch with the outcome of every action, where it may jump, the last error. \t \pset format unaligned, then SELECT backops.flow(48213)';


--
-- Name: forget_failure(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.forget_failure(p_operation_id bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  update attempts set fingerprint = null where operation_id = p_operation_id and fingerprint is not null
$$;


--
-- Name: FUNCTION forget_failure(p_operation_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.forget_failure(p_operation_id bigint) IS 'Takes an operation out of its group in failures, because it goes on; its history stays.';


--
-- Name: fair_lanes; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.fair_lanes (
    queue backops.queue_name NOT NULL,
    priority smallint NOT NULL,
    clock double precision DEFAULT 0 NOT NULL,
    fresh double precision DEFAULT 0 NOT NULL,
    first_turn double precision DEFAULT 0 NOT NULL,
    forgotten double precision DEFAULT 0 NOT NULL,
    last_run_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    last_operation_id bigint DEFAULT 0 NOT NULL,
    CONSTRAINT fair_lanes_in_order CHECK (((forgotten <= clock) AND (first_turn <= clock)))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE fair_lanes; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.fair_lanes IS 'A row for each priority of a fair queue: turns are taken in each by itself. Written by claims, one at a time for each queue.';


--
-- Name: COLUMN fair_lanes.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.queue IS 'Name of the queue.';


--
-- Name: COLUMN fair_lanes.priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.priority IS 'The priority.';


--
-- Name: COLUMN fair_lanes.clock; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.clock IS 'The turn that it has come to: a new key is given none before it.';


--
-- Name: COLUMN fair_lanes.fresh; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.fresh IS 'The last turn that was given to a new key.';


--
-- Name: COLUMN fair_lanes.first_turn; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.first_turn IS 'No job has a turn before this one: claims begin there.';


--
-- Name: COLUMN fair_lanes.forgotten; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.forgotten IS 'Up to which turn fair_keys has been cleared.';


--
-- Name: COLUMN fair_lanes.last_run_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.last_run_at IS 'Up to when jobs were due that have been given turns: a claim that goes on behind its last one begins there.';


--
-- Name: COLUMN fair_lanes.last_operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_lanes.last_operation_id IS 'The last one of these.';


--
-- Name: forget_keys(backops.fair_lanes); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.forget_keys(p_lane backops.fair_lanes) RETURNS double precision
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_places tid[];
  v_last double precision;
begin
  select array_agg(place), max(turn) into v_places, v_last
    from (
      select k.ctid as place, k.turn
        from fair_keys k
       where k.queue = p_lane.queue and k.priority = p_lane.priority and k.turn > '-infinity' and k.turn >= p_lane.forgotten and k.turn <= p_lane.clock
       order by k.turn
       limit 1000
    ) as passed;
  -- By where they lie, which nobody else changes.
  delete from fair_keys where ctid = any (v_places);
  return case when cardinality(v_places) = 1000 then v_last else p_lane.clock end;
end
$$;


--
-- Name: FUNCTION forget_keys(p_lane backops.fair_lanes); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.forget_keys(p_lane backops.fair_lanes) IS 'Deletes the keys whose turns the clock has passed, which then count as new: there may be as many as operations. Returns up to which turn.';


--
-- Name: forget_rates(timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.forget_rates(p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
  if exists (select from rate_gates where waiting = 0 and used_until < p_now and (closed_until < p_now) is not false) and pg_try_advisory_xact_lock(limits_lock()) then
    delete from rate_gates g
      using (
        select idle.gate
          from (
            select gate from rate_gates where waiting = 0 and used_until < p_now and (closed_until < p_now) is not false order by used_until limit 1000
          ) as idle
         where pg_try_advisory_xact_lock(gate_lock(idle.gate))
        offset 0
      ) as f
     where g.gate = any (array[f.gate]) and g.waiting = 0 and g.used_until < p_now and (g.closed_until < p_now) is not false;
  end if;
end
$$;


--
-- Name: FUNCTION forget_rates(p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.forget_rates(p_now timestamp with time zone) IS 'Deletes the gates of rates that count as if they had never been used: there may be as many keys as operations.';


--
-- Name: free_remnants(bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.free_remnants(p_operation_ids bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  delete from jobs j
   where j.operation_id = any (p_operation_ids) and j.worker_id is not null and not exists (select from operations o where o.id = j.operation_id);
  update jobs j
     set worker_id = null, claim_id = null, claimed_at = null, queue_slot = null
   where j.operation_id = any (p_operation_ids) and j.worker_id is not null
     and not exists (select from actions a where a.operation_id = j.operation_id and a.position = j.position);
$$;


--
-- Name: FUNCTION free_remnants(p_operation_ids bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.free_remnants(p_operation_ids bigint[]) IS 'Frees held jobs that lack their action, and deletes those that lack their operation: what is left where somebody deleted rows with the triggers switched off. Nothing else can be done with them, and a worker that holds one could not be forgotten.';


--
-- Name: front_of_queue(text, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.front_of_queue(p_queue text, p_limit integer) RETURNS TABLE(operation_id bigint, "position" integer, priority smallint, worker_id bigint, run_at timestamp with time zone, claimed_at timestamp with time zone, attempt integer, crashes smallint, handler text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
begin
  return query
    select j.*
      from generate_series(0, 9) as lane
     cross join lateral (
       select j.operation_id, j.position, j.priority, j.worker_id, j.run_at, j.claimed_at, j.attempt, j.crashes, j.handler
         from jobs j
        where j.queue = p_queue and j.priority = lane::smallint and j.run_at <= statement_now()
        order by j.run_at, j.operation_id
        limit p_limit
     ) as j
     limit 2 * p_limit;
end
$$;


--
-- Name: FUNCTION front_of_queue(p_queue text, p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.front_of_queue(p_queue text, p_limit integer) IS 'The jobs of a queue that are due, held ones included: the first p_limit of each priority, twice as many in all. Held jobs are among the first, because workers take the first ones.';


--
-- Name: gate_lock(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.gate_lock(p_gate text) RETURNS bigint
    LANGUAGE sql STABLE
    RETURN hashtextextended((("current_schema"())::text || p_gate), (0)::bigint);


--
-- Name: FUNCTION gate_lock(p_gate text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.gate_lock(p_gate text) IS 'Key of the advisory lock of whoever counts under a rate, or claims of a queue with a limit, or gives the turns of one.';


--
-- Name: gate_of(jsonb, jsonb, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.gate_of(p_limit jsonb, p_globals jsonb, p_is_secret boolean DEFAULT false) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ((p_limit ->> 'name'::text) || CASE WHEN (p_limit ? 'by'::text) THEN ('/'::text || backops.counted_key((p_limit ->> 'by'::text), p_globals, p_is_secret)) ELSE ''::text END);


--
-- Name: FUNCTION gate_of(p_limit jsonb, p_globals jsonb, p_is_secret boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.gate_of(p_limit jsonb, p_globals jsonb, p_is_secret boolean) IS 'What must be held under a limit: its name, and behind a slash the value of the global by which it counts.';


--
-- Name: give_back(bigint, timestamp with time zone, integer, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.give_back(p_operation_id bigint, p_run_at timestamp with time zone, p_attempt integer, p_began boolean DEFAULT true) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  -- What goes on at once keeps its slot. A start is used up by whoever began.
  v_keeps boolean := p_run_at <= clock_now() and (not p_began or not exists (select from jobs where operation_id = p_operation_id and paced_at is not null));
begin
  update jobs
     set worker_id = null, claim_id = null, claimed_at = null, crashes = 0, progress = null, progress_note = null,
         run_at = p_run_at, attempt = p_attempt,
         queue = case when (action_slot is not null or paced_at is not null) and not v_keeps then '/limits' else queue end,
         action_slot = case when v_keeps then action_slot end,
         queue_slot = null,
         paced_at = case when v_keeps then paced_at end
   where operation_id = p_operation_id;
end
$$;


--
-- Name: FUNCTION give_back(p_operation_id bigint, p_run_at timestamp with time zone, p_attempt integer, p_began boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.give_back(p_operation_id bigint, p_run_at timestamp with time zone, p_attempt integer, p_began boolean) IS 'Frees a claimed job, to be claimed again from p_run_at on; the caller holds it.';


--
-- Name: go_on_at(bigint, integer, jsonb, integer, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.go_on_at(p_operation_id bigint, p_position integer, p_patch jsonb, p_steps_left integer, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations;
  v_next actions;
  v_due timestamptz;
  v_slot text;
  v_queue text;
begin
  if p_patch is not null or p_position is null then
    update operations
       set globals = case when p_patch is null then globals else patched(globals, p_patch) end,
           state = case when p_position is null then 'completed' else state end,
           ended_at = case when p_position is null then p_now end
     where id = p_operation_id;
  end if;
  if p_position is null then
    delete from jobs where operation_id = p_operation_id;
    return false;
  end if;

  select * into strict v_operation from operations where id = p_operation_id;
  select * into strict v_next from actions where operation_id = p_operation_id and position = p_position;
  v_due := case when v_next.wait is not null then p_now
                else due_at(v_next.perform_at, v_next.perform_in, v_next.perform_at_global, v_operation.globals, p_now) end;
  if p_steps_left <= 1 or v_due = 'infinity' then
    perform refuse_next(p_operation_id, p_position, null, case when p_steps_left <= 1 then 'StepLimit' else 'InvalidPerformAt' end);
    return false;
  end if;
  v_slot := (select operation_slot from jobs where operation_id = p_operation_id);
  v_queue := job_queue(v_next.wait, v_next.limits, v_slot, null, null, v_next.queue, v_operation.queue);
  update jobs
     set position = p_position, steps_left = p_steps_left - 1, run_at = v_due, queue = v_queue, waits_since = null, attempt = 0,
         operation_slot = kept_slot(v_slot, v_next.wait, v_next.limits),
         handler = case when v_operation.branches is null then v_operation.name else '' end || '/' || v_next.name
   where operation_id = p_operation_id;
  if v_next.wait is null and v_due <= p_now then
    perform wake(v_queue, 1);
  end if;
  return v_next.wait is not null;
end
$$;


--
-- Name: FUNCTION go_on_at(p_operation_id bigint, p_position integer, p_patch jsonb, p_steps_left integer, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.go_on_at(p_operation_id bigint, p_position integer, p_patch jsonb, p_steps_left integer, p_now timestamp with time zone) IS 'Brings an operation, after a patch of its globals, from a wait to the step at a position, or to its end for null. Returns whether that is a wait.';


--
-- Name: grant_privileges(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.grant_privileges(p_role text, p_grantee text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v record;
begin
  for v in
    select case
             when g.privilege = 'execute' then format('grant execute on function %s to %I', p.oid::regprocedure, p_grantee)
             else format('grant %s%s on %I.%I to %I', g.privilege, ' (' || g.columns || ')', current_schema(), g.name, p_grantee)
           end as statement
      from privileges() as g
      left join pg_proc p on g.privilege = 'execute' and p.proname = g.name and p.pronamespace = current_schema()::regnamespace
     where g.role = p_role
       -- What a later step brings is granted when that step is taken.
       and (p.oid is not null or to_regclass(format('%I.%I', current_schema(), g.name)) is not null)
  loop
    execute v.statement;
  end loop;
end
$$;


--
-- Name: FUNCTION grant_privileges(p_role text, p_grantee text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.grant_privileges(p_role text, p_grantee text) IS 'Grants what privileges() lists for one of the roles.';


--
-- Name: hand_back_many(bigint, bigint[], bigint[], text, timestamp with time zone[], interval[], boolean, integer[], interval[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.hand_back_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcome text, p_run_at timestamp with time zone[], p_delay interval[], p_began boolean DEFAULT true, p_at_most integer[] DEFAULT NULL::integer[], p_within interval[] DEFAULT NULL::interval[]) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_worker text;
  v record;
  v_run_at timestamptz;
  v_turns record;
  v_deadline timestamptz;
  v_problem text;
  v_seen bigint[] := '{}';
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_run_at), cardinality(p_delay), cardinality(p_at_most), cardinality(p_within));
  select format('%s pid %s', host, pid) into v_worker from workers where id = p_worker_id and heartbeat_at + lease > v_now;
  if found then
    for v in
      select j.operation_id, j.claim_id, j.position, j.attempt, j.claimed_at, j.queue, j.run_at, j.crashes, a.run, a.earlier_attempts,
             i.run_at as new_run_at, i.delay, i.at_most, i.within
        from (
          select *
            from unnest(p_operation_ids, p_claim_ids, p_run_at, p_delay, p_at_most, p_within) as i (operation_id, claim_id, run_at, delay, at_most, within)
           order by operation_id
        ) as i
       cross join lateral (
         select * from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id for update skip locked
       ) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
    loop
      v_seen := v_seen || v.claim_id;
      v_run_at := coalesce(v.new_run_at, time_after(v_now, v.delay));
      if v_run_at is null and p_outcome = 'released' then
        v_run_at := v.run_at;
      end if;
      if isfinite(v_run_at) is not true or v.at_most < 1 or v.within <= interval '0' then
        perform refuse_single(cardinality(p_operation_ids), case
          when v_run_at is null then 'a snooze must say until when, or for how long'
          when v.at_most < 1 then 'an action can be snoozed once or more often'
          when v.within <= interval '0' then 'the time within which an action may be snoozed must be longer than zero'
          else 'a job can wait for a finite time only'
        end);
        return query select v.operation_id, v.claim_id, 'invalid', null::timestamptz;
        continue;
      end if;
      if v.at_most is not null or v.within is not null then
        select count, since into v_turns from snoozes(v.operation_id, v.position, v.run);
        v_deadline := time_after(coalesce(v_turns.since, v.claimed_at), v.within);
        v_problem := snooze_problem(v_turns.count, v.at_most, v.within, v_deadline <= v_now);
        if v_problem is not null then
          return query
            select * from fail_many(p_worker_id, array[v.operation_id], array[v.claim_id], '{failed}', '{true}', '{null}', '{SnoozeLimit}', array[v_problem], '{null}');
          continue;
        end if;
        -- At the deadline it has one more turn.
        v_run_at := least(v_run_at, v_deadline);
      end if;
      if p_began then
        insert into attempts (operation_id, position, run, attempt, outcome, worker_id, worker, claim_id, started_at, ended_at)
          values (v.operation_id, v.position, v.run, v.earlier_attempts + v.attempt, p_outcome, p_worker_id, v_worker, v.claim_id, v.claimed_at, v_now);
      end if;
      perform give_back(v.operation_id, v_run_at, v.attempt - 1, p_began);
      -- A suspect that was interrupted has not shown yet that it lets its worker live.
      if p_outcome = 'released' and v.crashes > 0 then
        update jobs set crashes = v.crashes where operation_id = v.operation_id;
      end if;
      if v_run_at <= v_now then
        perform wake(v.queue, 1);
      end if;
      return query select v.operation_id, v.claim_id, p_outcome, v_run_at;
    end loop;
  end if;
  return query
    select i.operation_id, i.claim_id, missed_claim(p_worker_id, i.operation_id, i.claim_id), null::timestamptz
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where i.claim_id <> all (v_seen);
end
$$;


--
-- Name: FUNCTION hand_back_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcome text, p_run_at timestamp with time zone[], p_delay interval[], p_began boolean, p_at_most integer[], p_within interval[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.hand_back_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_outcome text, p_run_at timestamp with time zone[], p_delay interval[], p_began boolean, p_at_most integer[], p_within interval[]) IS 'Frees claimed jobs without costing an attempt: what snooze and release have in common. What has not even begun leaves no attempt in the history.';


--
-- Name: heartbeat(bigint, boolean, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.heartbeat(p_worker_id bigint, p_sleeping boolean DEFAULT NULL::boolean, p_stopping boolean DEFAULT NULL::boolean) RETURNS TABLE(alive boolean, suspects boolean, workers bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_now();
  v_queues text[];
  v_handlers text[];
begin
  -- A lease that has ended is not renewed: from then on anybody may have taken the jobs.
  update workers
     set heartbeat_at = v_now, missing_since = null,
         sleeping = coalesce(p_sleeping, sleeping), stopping = coalesce(p_stopping, stopping)
   where id = p_worker_id and heartbeat_at + lease > v_now
  returning queues, handlers into v_queues, v_handlers;
  if not found then
    return query select false, false, count(*) from workers;
    return;
  end if;
  return query select true, exists (
    select from jobs
     where crashes > 0 and worker_id is null and queue = any (v_queues) and run_at <= v_now and handler = any (v_handlers)
       and queue not in (select name from paused_queues)
  ), count(*) from workers;
end
$$;


--
-- Name: FUNCTION heartbeat(p_worker_id bigint, p_sleeping boolean, p_stopping boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.heartbeat(p_worker_id bigint, p_sleeping boolean, p_stopping boolean) IS 'Renews the worker''s lease. alive = false: it has ended, nothing the worker holds is its own any more, it must register again. suspects: there are jobs whose worker died; claim_suspect takes them, one at a time. workers: how many are registered, so that they can take turns in looking after each other.';


--
-- Name: held(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.held(p_worker_id bigint) RETURNS SETOF backops.claimed_job
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select *
    from describe_claims(array(
      select operation_id
        from jobs
       where worker_id = p_worker_id
         -- After that nothing is its own, although nobody may have taken it yet: what it started would be refused.
         and exists (select from workers where id = p_worker_id and heartbeat_at + lease > clock_now())
    ))
$$;


--
-- Name: FUNCTION held(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.held(p_worker_id bigint) IS 'The jobs that a worker holds: what it asks after a call whose answer it never got, to learn what was handed to it. None once its lease has ended.';


--
-- Name: hold_operation_keys(bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.hold_operation_keys(p_ids bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  insert into operation_keys as k (name, key, operation_id, window_began_at)
    select distinct on (o.name, o.active_key) o.name, o.active_key, o.id, clock_now()
      from operations o
     where o.id = any (p_ids) and o.state <> 'active' and o.key_mode in ('unless_active', 'cancel_and_replace')
     order by o.name, o.active_key, o.id
    on conflict (name, key) do update set operation_id = k.operation_id
$$;


--
-- Name: FUNCTION hold_operation_keys(p_ids bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.hold_operation_keys(p_ids bigint[]) IS 'Lets nobody enqueue under the keys of operations that have ended until the transaction ends, in the modes in which one is active.';


--
-- Name: hold_schedule(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.hold_schedule(p_name text) RETURNS backops.schedules
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_schedule schedules;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/schedule/' || p_name, 0));
  select * into v_schedule from schedules s where s.name = p_name for update;
  return v_schedule;
end
$$;


--
-- Name: FUNCTION hold_schedule(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.hold_schedule(p_name text) IS 'The schedule of a name, locked against changes; nulls where there is none, and nobody else can create it then.';


--
-- Name: invariants(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.invariants() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from violations_of_operations()
  union all
  select * from violations_of_jobs()
  union all
  select * from violations_of_actions()
  union all
  select * from violations_of_attempts()
  union all
  select * from violations_of_waits()
  union all
  select * from violations_of_approvals()
  union all
  select * from violations_of_limits()
  union all
  select * from violations_of_turns()
  union all
  select * from violations_of_schedules()
  union all
  select * from violations_of_the_schema()
$$;


--
-- Name: FUNCTION invariants(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.invariants() IS 'Everything that must not be, as rows; none where all is well. It locks nothing, may run beside workers at any time, and reads every table once or twice. active_means_one_job: active is to have exactly one job, ended is to have none. job_waits_at_an_open_action: a job points to an action of its operation that has not ended, or the operation is parked. claims_belong_to_workers: who holds a job is a worker whose lease runs, or ended so lately that nobody can have rescued it yet. claims_are_unique: no claim was given twice, and none before it was drawn. job_can_be_claimed: queue, priority, time and handler of a job are what a claim looks for. attempts_are_recorded: attempts are within their limit, and whatever did not succeed is in the history, numbered without gaps. action_is_in_one_state: completed, skipped, failed or open, never two of these. branch_runs_in_order: what has ended in a branch lies before what is open. completed_means_done: no action of main is open, and the last one ended when the operation did. failures_are_grouped: the view failures counts what has failed, once each, and nothing else. stop_is_recorded: a failed operation has the error that ended it, and a cancelled one the action where it goes on. keys_are_unique: one operation per name and key, and one active in the modes that say so. waits_move_on: no operation is at a wait that is over, while workers live. waits_are_counted: the job of an operation at a wait says what it waits for. waits_read_signals: no operation waits for a signal that is in its inbox. signals_are_read_once: a signal was read by a wait, and a run of a wait read one at most. waits_have_outcomes: a wait that has ended says how, and no action does. approvals_are_asked: an approval is pending exactly where an operation is at it. approvals_keep_deadlines: the job of a pending approval is due at its deadline or its reminder. approvals_end_steps: what was decided is what the step says, and a step that has ended so has its decision. slots_are_counted: a limit counts as many slots and places in line as there are. slots_are_for_limits: who holds a slot is where a limit asks for one, and who is in line holds none of it. lines_move_on: nobody is in line while a slot is free, while workers live. turns_are_found: who has a turn in a fair queue has it where claims look. turns_are_counted: the keys of a fair queue count the turns that were given. schedules_go_on: the next slot of a schedule is not decided yet, and a worker will look at it; or it is paused, or has ended. slots_run_once: a slot of a schedule enqueued one operation, others are repetitions by hand. plan_is_complete: positions are 1 to n, branches are whole, and there is a main. schema_is_sound: indexes valid, constraints validated, search_path pinned, triggers on, one owner, no rights for everybody, no row level security without a policy, no unlogged table, no rules, and a replica identity for what is published. What actions did elsewhere cannot be seen from here.';


--
-- Name: is_approver_name(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_approver_name(p_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((p_name ~ '^[^[:cntrl:]]+$'::text) AND (length(p_name) <= 200));


--
-- Name: FUNCTION is_approver_name(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_approver_name(p_name text) IS 'Whether a text can name an approver, or a role of approvers: 1 to 200 characters, without control characters.';


--
-- Name: is_declared(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_declared(p_name text, p_application text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select exists (
    select from schedule_sets s where s.id = live_schedule_set(p_application) and s.declared @> jsonb_build_array(jsonb_build_object('name', p_name))
  )
$$;


--
-- Name: FUNCTION is_declared(p_name text, p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_declared(p_name text, p_application text) IS 'Whether live workers of an application declare a schedule.';


--
-- Name: is_global_key(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_global_key(p_key text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((p_key <> ''::text) AND (length(p_key) <= 200));


--
-- Name: FUNCTION is_global_key(p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_global_key(p_key text) IS 'Whether a text can be the key of a global that a step names: 1 to 200 characters.';


--
-- Name: is_operator(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_operator() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select is_owner()
      or coalesce((select pg_has_role(caller(), oid, 'usage') from pg_roles where rolname = current_schema() || '_operator'), false)
$$;


--
-- Name: FUNCTION is_operator(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_operator() IS 'Whether the caller is an operator, or the owner of the schema.';


--
-- Name: is_owner(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_owner() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select pg_has_role(caller(), (select relowner from pg_class where oid = 'operations'::regclass), 'usage')
$$;


--
-- Name: FUNCTION is_owner(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_owner() IS 'Whether the caller is the owner of the schema, or has the owner''s rights.';


--
-- Name: is_patch(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_patch(p_patch jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (jsonb_typeof(p_patch) = 'object'::text) THEN ((((p_patch - 'set'::text) - 'unset'::text) = '{}'::jsonb) AND (COALESCE(jsonb_typeof((p_patch -> 'set'::text)), 'object'::text) = 'object'::text) AND (COALESCE(jsonb_typeof((p_patch -> 'unset'::text)), 'array'::text) = 'array'::text)) ELSE false END;


--
-- Name: FUNCTION is_patch(p_patch jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_patch(p_patch jsonb) IS 'Whether a document is a patch of globals: {"set": {…}, "unset": [keys]}, either of them optional.';


--
-- Name: is_plain_name(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_plain_name(p_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((p_name ~ '^[^/[:cntrl:]]+$'::text) AND (length(p_name) <= 200));


--
-- Name: FUNCTION is_plain_name(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_plain_name(p_name text) IS 'Whether a text can be the name of a signal, an approval or a limit: 1 to 200 characters, without "/" and control characters.';


--
-- Name: is_queue_gate(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_queue_gate(p_gate text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ("left"(p_gate, 7) = '/queue/'::text);


--
-- Name: FUNCTION is_queue_gate(p_gate text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_queue_gate(p_gate text) IS 'Whether a gate is that of a queue, and not of a limit or a rate.';


--
-- Name: is_queue_name(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_queue_name(p_name text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  perform p_name::queue_name;
  return p_name is not null;
exception
  when check_violation then
    return false;
end
$$;


--
-- Name: FUNCTION is_queue_name(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_queue_name(p_name text) IS 'Whether a queue may have this name.';


--
-- Name: is_secret(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_secret(p_name text, p_key text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select exists (select from secret_keys where name in (p_name, '*') and key = p_key)
$$;


--
-- Name: FUNCTION is_secret(p_name text, p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_secret(p_name text, p_key text) IS 'Whether secret_keys names a global of the operations of that name.';


--
-- Name: is_settled(text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_settled(p_application text, p_set_id bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select p_set_id is null or exists (
    select from schedule_sets s
     where s.id = p_set_id and s.current
       and not exists (
         select from jsonb_array_elements(s.declared) as d
          where not exists (
            select from schedules e
             where e.name = d ->> 'name'
               and (e.application = p_application and e.undeclared_at is null or schedule_obstacle(e, declared_schedule(d), p_application) is not null)
          )
       )
  )
$$;


--
-- Name: FUNCTION is_settled(p_application text, p_set_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_settled(p_application text, p_set_id bigint) IS 'Whether the schedules of an application are those of a set, except those that it may not have.';


--
-- Name: is_wait_choice(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.is_wait_choice(p_choice jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN ((p_choice = ANY (ARRAY['"fail"'::jsonb, '"go_on"'::jsonb])) OR ((jsonb_typeof(p_choice) = 'object'::text) AND COALESCE((jsonb_typeof((p_choice -> 'branch'::text)) = 'string'::text), false) AND ((p_choice - 'branch'::text) = '{}'::jsonb)));


--
-- Name: FUNCTION is_wait_choice(p_choice jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.is_wait_choice(p_choice jsonb) IS 'Whether a document says where a wait leads: "fail", "go_on" or {"branch": name}.';


--
-- Name: job_advice(backops.operations, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.job_advice(p_operation backops.operations, p_position integer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
  select format('delete from %1$I.jobs where operation_id = %2$s; ', current_schema(), p_operation.id)
    || case
         when p_operation.parked_at is not null and a.position is null then format(
           'insert into %1$I.jobs (operation_id, run_at, steps_left, priority, queue, handler) '
           'select id, ''infinity'', step_limit, priority, queue, name || ''/'' from %1$I.operations where id = %2$s; -- parks it again',
           current_schema(), p_operation.id
         )
         else format(
           'update %1$I.operations set parked_at = null where id = %2$s; '
           'select %1$I.point_at(o, %3$s) from %1$I.operations o where id = %2$s; -- writes its job again, at that action',
           current_schema(), p_operation.id, coalesce(a.position::text, 'POSITION')
         )
       end
    from (
      select min(position) filter (where position = p_position) as here, min(position) filter (where branch = 'main') as first
        from actions
       where operation_id = p_operation.id and completed_at is null and skipped_at is null
    ) as open
   cross join lateral (select coalesce(open.here, open.first) as position) as a
$_$;


--
-- Name: FUNCTION job_advice(p_operation backops.operations, p_position integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.job_advice(p_operation backops.operations, p_position integer) IS 'Statements that write the job of an active operation again: where it stood if that action is open, else at the first open one of main.';


--
-- Name: next_limit(jsonb, text, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_limit(p_limits jsonb, p_operation_slot text, p_paced_at timestamp with time zone, p_action_slot text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((p_limits ? 'operation'::text) AND (p_operation_slot IS NULL)) THEN 'operation'::text WHEN ((p_limits ? 'rate'::text) AND (p_paced_at IS NULL)) THEN 'rate'::text WHEN ((p_limits ? 'action'::text) AND (p_action_slot IS NULL)) THEN 'action'::text ELSE NULL::text END;


--
-- Name: FUNCTION next_limit(p_limits jsonb, p_operation_slot text, p_paced_at timestamp with time zone, p_action_slot text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_limit(p_limits jsonb, p_operation_slot text, p_paced_at timestamp with time zone, p_action_slot text) IS 'Which of the limits of its step a job comes to next, by what it has: that of its operation, then the rate, and at last the slot of its action, so that nobody holds one who waits for a rate; null for none.';


--
-- Name: job_queue(jsonb, jsonb, text, timestamp with time zone, text, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.job_queue(p_wait jsonb, p_limits jsonb, p_operation_slot text, p_paced_at timestamp with time zone, p_action_slot text, p_action text, p_operation text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (p_wait IS NOT NULL) THEN '/waits'::text WHEN ((p_limits IS NOT NULL) AND (backops.next_limit(p_limits, p_operation_slot, p_paced_at, p_action_slot) IS NOT NULL)) THEN '/limits'::text ELSE COALESCE(p_action, p_operation) END;


--
-- Name: FUNCTION job_queue(p_wait jsonb, p_limits jsonb, p_operation_slot text, p_paced_at timestamp with time zone, p_action_slot text, p_action text, p_operation text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.job_queue(p_wait jsonb, p_limits jsonb, p_operation_slot text, p_paced_at timestamp with time zone, p_action_slot text, p_action text, p_operation text) IS 'The queue of the job of an operation that has reached a step: one that no worker serves for a wait, or for an action that needs a slot or a start which it does not have, else the action''s own, or the operation''s.';


--
-- Name: jump(bigint[], text, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.jump(ids bigint[], branch text, action text DEFAULT NULL::text, reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('jump', ids, reason, branch, action)
$$;


--
-- Name: FUNCTION jump(ids bigint[], branch text, action text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.jump(ids bigint[], branch text, action text, reason text) IS 'Makes an action the next one of those of the operations that have it. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: jump(bigint, text, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.jump(id bigint, branch text, action text DEFAULT NULL::text, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('jump', id, reason, branch, action)
$$;


--
-- Name: FUNCTION jump(id bigint, branch text, action text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.jump(id bigint, branch text, action text, reason text) IS 'Makes an action (or the first of a branch) the next one of an operation that has not completed: what it passes over in that branch is skipped, what had ended from there on runs again. An action that has a time waits for it.';


--
-- Name: jump_operation(bigint, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.jump_operation(id bigint, branch text, action text) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations := open_for_steering(jump_operation.id, 'jump', '{active,failed,cancelled}');
  v_position integer := find_position(jump_operation.id, jump_operation.branch, jump_operation.action);
begin
  perform apply_jump(jump_operation.id, v_position, clock_now());
  perform point_at(v_operation, v_position);
  select * into v_operation from operations where operations.id = jump_operation.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION jump_operation(id bigint, branch text, action text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.jump_operation(id bigint, branch text, action text) IS 'Makes an action (or the first of a branch) the next one of an operation that has not completed: what it passes over in that branch is skipped, what had ended from there on runs again. An action that has a time waits for it.';


--
-- Name: kept_slot(text, jsonb, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.kept_slot(p_operation_slot text, p_wait jsonb, p_limits jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ((p_wait IS NULL) OR (NOT COALESCE(((p_limits -> 'operation'::text) ? 'free_while_waiting'::text), false))) THEN p_operation_slot ELSE NULL::text END;


--
-- Name: FUNCTION kept_slot(p_operation_slot text, p_wait jsonb, p_limits jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.kept_slot(p_operation_slot text, p_wait jsonb, p_limits jsonb) IS 'The slot that an operation still holds when it has reached a step: some give theirs back while they wait.';


--
-- Name: key_successor(backops.operations); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.key_successor(p_operation backops.operations) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select o.id
    from operation_keys k
    join operations o on o.id = k.operation_id
   where p_operation.key_mode in ('unless_active', 'cancel_and_replace')
     and k.name = p_operation.name and k.key = p_operation.active_key and o.id <> p_operation.id and o.state = 'active'
$$;


--
-- Name: FUNCTION key_successor(p_operation backops.operations); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.key_successor(p_operation backops.operations) IS 'The active operation that has the key of another one that has ended; null where there is none, or where the mode allows both.';


--
-- Name: keyed_operation(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.keyed_operation(p_operation text, p_key text) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_id bigint := coalesce(
    (select o.id from operations o where o.name = p_operation and o.key = p_key),
    (select k.operation_id from operation_keys k join operations o on o.id = k.operation_id where k.name = p_operation and k.key = p_key)
  );
begin
  if v_id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation "%s" with the key "%s"', p_operation, p_key),
      hint = 'Enqueue it first: nothing is kept for one that is not there.';
  end if;
  return v_id;
end
$$;


--
-- Name: FUNCTION keyed_operation(p_operation text, p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.keyed_operation(p_operation text, p_key text) IS 'The operation of a name and a key, the last one where several had it (SQLSTATE OP002 where none has).';


--
-- Name: last_schedule_slot(backops.schedules, bigint[], timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.last_schedule_slot(p_schedule backops.schedules, p_cron bigint[], p_from timestamp with time zone, p_until timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_step interval := interval '1 second';
  v_low timestamptz := greatest(p_until - v_step, p_from);
  v_high timestamptz := p_until;
  v_middle timestamptz;
  v_slot timestamptz;
begin
  if p_until <= p_from then
    return null;
  end if;
  -- Mostly there are few.
  v_middle := schedule_slot(p_schedule, p_cron, p_from);
  for v_look in 1..8 loop
    if coalesce(v_middle > p_until, true) then
      return v_slot;
    end if;
    v_slot := v_middle;
    v_middle := schedule_slot(p_schedule, p_cron, v_slot);
  end loop;
  -- Back in steps that double until a slot follows, then by halves: some fifty looks, however many slots there are.
  while v_low > p_from and coalesce(schedule_slot(p_schedule, p_cron, v_low) > p_until, true) loop
    v_high := v_low;
    v_step := v_step * 2;
    v_low := greatest(v_low - v_step, p_from);
  end loop;
  while v_high - v_low > interval '1 second' loop
    v_middle := v_low + make_interval(secs => extract(epoch from v_high - v_low)::double precision / 2);
    if schedule_slot(p_schedule, p_cron, v_middle) <= p_until then
      v_low := v_middle;
    else
      v_high := v_middle;
    end if;
  end loop;
  -- In the second that is left there may be two.
  v_middle := schedule_slot(p_schedule, p_cron, v_low);
  while v_middle <= p_until loop
    v_slot := v_middle;
    v_middle := schedule_slot(p_schedule, p_cron, v_slot);
  end loop;
  return v_slot;
end
$$;


--
-- Name: FUNCTION last_schedule_slot(p_schedule backops.schedules, p_cron bigint[], p_from timestamp with time zone, p_until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.last_schedule_slot(p_schedule backops.schedules, p_cron bigint[], p_from timestamp with time zone, p_until timestamp with time zone) IS 'The last slot of a schedule after p_from and up to p_until; null if there is none. It takes a few dozen steps, whatever the number of slots.';


--
-- Name: leave_wait(bigint, text, bigint, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.leave_wait(p_operation_id bigint, p_outcome text, p_signal_id bigint, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v record;
  v_approval approvals;
  v_choice jsonb;
  v_message text;
  v_patch jsonb;
  v_branch text;
  v_target integer;
begin
  select j.position, j.steps_left, j.run_at, j.waits_since, a.wait, a.branch, a.run, a.earlier_attempts into strict v
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   where j.operation_id = p_operation_id;

  -- One without a timeout has a deadline when somebody has given it one.
  v_choice := case p_outcome when 'timed_out' then coalesce(v.wait -> 'on_timeout', '"fail"') when 'rejected' then v.wait -> 'on_rejected' end;
  if v.wait ? 'approval' then
    select * into v_approval from approvals where operation_id = p_operation_id order by id desc limit 1;
  end if;
  if v_choice = '"fail"' then
    v_message := case p_outcome when 'rejected' then rejection_message(v_approval)
                                else timeout_message(v.wait, v.waits_since, coalesce(v_approval.deadline, v.run_at)) end;
    update actions
       set started_at = v.waits_since, attempts_count = 1, errored_at = p_now, error_message = v_message, stack_trace = null, wait_outcome = p_outcome,
           error_type = case p_outcome when 'rejected' then 'Rejected' else 'WaitTimedOut' end
     where operation_id = p_operation_id and position = v.position;
    insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, started_at, ended_at, error_type, error_message)
      select p_operation_id, v.position, v.run, v.earlier_attempts + 1, case p_outcome when 'rejected' then 'failed' else 'timed_out' end, true,
             v.waits_since, p_now, a.error_type, v_message
        from actions a
       where a.operation_id = p_operation_id and a.position = v.position;
    perform end_operation(p_operation_id, 'failed', v.position, p_now);
    return false;
  end if;

  if v.wait ? 'as' and v.wait ? 'approval' then
    v_patch := decision_patch(v.wait, v_approval);
  elsif v.wait ? 'as' then
    select jsonb_build_object('set', jsonb_build_object(v.wait ->> 'as', coalesce(
             (
               select jsonb_build_object('name', s.name, 'payload', s.payload, 'sent_by', s.sent_by,
                                         'sent_at', to_char(s.sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                 from signals s where s.id = p_signal_id
             ),
             '{"timed_out": true}'
           )))
      into v_patch;
  end if;
  -- The signal stays in the inbox: a retry reads it, once there is room. Of a decision decide has seen that it fits.
  if v_patch is not null and not fits(p_operation_id, v_patch) then
    perform refuse_action(p_operation_id, 'GlobalsTooLarge', format(
      'the %s would make the globals larger than 1 MiB, or deeper than 512, as "%s"; make room with set_global, then retry',
      case when v.wait ? 'approval' then 'end of the approval' else 'signal' end, v.wait ->> 'as'
    ));
    return false;
  end if;
  if p_signal_id is not null then
    update signals set read_at = p_now, read_position = v.position, read_run = v.run where id = p_signal_id;
  end if;
  update actions
     set started_at = v.waits_since, completed_at = p_now, completed_claim_id = next_claim_id(), attempts_count = 1, wait_outcome = p_outcome,
         errored_at = null, error_type = null, error_message = null, stack_trace = null
   where operation_id = p_operation_id and position = v.position;

  v_branch := v_choice ->> 'branch';
  if v_branch is not null then
    v_target := find_position(p_operation_id, v_branch);
    perform apply_jump(p_operation_id, v_target, p_now);
  elsif v.branch = 'main' then
    select a.position into v_target from actions a where a.operation_id = p_operation_id and a.position = v.position + 1 and a.branch = 'main';
  else
    v_target := position_after(p_operation_id, v.branch, v.position);
  end if;
  return go_on_at(p_operation_id, v_target, v_patch, v.steps_left, p_now);
end
$$;


--
-- Name: FUNCTION leave_wait(p_operation_id bigint, p_outcome text, p_signal_id bigint, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.leave_wait(p_operation_id bigint, p_outcome text, p_signal_id bigint, p_now timestamp with time zone) IS 'Ends the wait that an operation is at, by the signal that is given if there is one, or by what was decided, and brings the operation to its next step or its end. Returns whether that is a wait again.';


--
-- Name: let_in(bigint[], timestamp with time zone, timestamp with time zone[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.let_in(p_operation_ids bigint[], p_now timestamp with time zone, p_starts timestamp with time zone[] DEFAULT NULL::timestamp with time zone[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v record;
  v_coming bigint[] := '{}';
begin
  for v in
    with changed as (
      update jobs j
         set queue = w.queue,
             operation_slot = case w.stage when 'operation' then j.gate else j.operation_slot end,
             paced_at = case w.stage when 'rate' then w.starts_at else j.paced_at end,
             action_slot = case w.stage when 'action' then j.gate end,
             gate = null, ticket = null, came_at = null, run_at = coalesce(w.starts_at, j.came_at)
        from (
          select i.operation_id, i.starts_at, s.stage,
                 case
                   when next_limit(a.limits - s.stage, waiter.operation_slot, waiter.paced_at, waiter.action_slot) is not null then '/limits'
                   else coalesce(a.queue, o.queue)
                 end as queue
            from unnest(p_operation_ids, p_starts) as i (operation_id, starts_at)
           cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as waiter
           cross join lateral (select * from actions a where a.operation_id = i.operation_id and a.position = waiter.position offset 0) as a
           cross join lateral (select o.queue from operations o where o.id = i.operation_id offset 0) as o
           cross join lateral (select next_limit(a.limits, waiter.operation_slot, waiter.paced_at, waiter.action_slot) as stage) as s
        ) as w
       where j.operation_id = any (array[w.operation_id])
      returning j.operation_id, j.queue, j.run_at
    )
    select c.queue, count(*)::integer as jobs, array_agg(c.operation_id) filter (where c.run_at <= p_now) as ids from changed c group by c.queue
  loop
    if v.queue = '/limits' then
      v_coming := coalesce(v.ids, '{}');
    else
      perform wake(v.queue, v.jobs);
    end if;
  end loop;
  return v_coming;
end
$$;


--
-- Name: FUNCTION let_in(p_operation_ids bigint[], p_now timestamp with time zone, p_starts timestamp with time zone[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.let_in(p_operation_ids bigint[], p_now timestamp with time zone, p_starts timestamp with time zone[]) IS 'Gives jobs in line the slot, or the start, that they wait for, and returns those that come to a rate or a limit of their action next.';


--
-- Name: let_in_newcomers(bigint[], timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.let_in_newcomers(p_operation_ids bigint[], p_now timestamp with time zone) RETURNS TABLE(admitted integer, gates text[], excess bigint[], coming bigint[])
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v record;
  v_has_secrets boolean := exists (select from secret_keys);
begin
  admitted := 0;
  gates := '{}';
  excess := '{}';
  coming := '{}';
  for v in
    with come as materialized (
      select j.operation_id, j.priority, j.run_at, n.stage, n.limit_of ?| '{when_full,max_waiting}' as is_picky, n.limit_of ->> 'name' as name,
             gate_of(n.limit_of, o.globals, v_has_secrets and is_secret(o.name, n.limit_of ->> 'by')) as gate,
             next_limit(a.limits - n.stage, j.operation_slot, j.paced_at, j.action_slot) is not null as comes_again, coalesce(a.queue, o.queue) as queue
        from unnest(p_operation_ids) as i (operation_id)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select * from operations o where o.id = j.operation_id offset 0) as o
       cross join lateral (
         select s.stage, a.limits -> s.stage as limit_of from (select next_limit(a.limits, j.operation_slot, j.paced_at, j.action_slot) as stage) as s
       ) as n
       where n.stage in ('operation', 'action') and j.queue = '/limits' and j.ticket is null and j.run_at <= p_now
    ),
    -- By window functions: a join of two lists that nobody has statistics of would be a loop in a loop.
    ranked as materialized (
      select c.*, coalesce(l.maximum, 2147483647) as maximum, g.gate is null as is_new, coalesce(g.holding, 0) as holding, coalesce(g.waiting, 0) as waiting,
             coalesce(g.next_ticket, 1) as next_ticket,
             row_number() over (partition by c.gate order by c.priority, c.run_at, c.operation_id) as place,
             count(*) over (partition by c.gate) as jobs
        from come c
        left join limits l on l.name = c.name
        left join lateral (select * from limit_gates g where g.gate = c.gate offset 0) as g on true
    ),
    -- Nobody overtakes who is in line already.
    counted as materialized (
      select r.*, case when r.waiting = 0 then least(r.jobs, greatest(r.maximum - r.holding, 0)) else 0 end as admits from ranked r
    ),
    opened as (
      insert into limit_gates (gate, name, holding, waiting, next_ticket)
        select gate, name, admits, jobs - admits, 1 + jobs - admits from counted where is_new and place = 1
    ),
    grown as (
      update limit_gates g
         set holding = g.holding + c.admits, waiting = g.waiting + c.jobs - c.admits, next_ticket = g.next_ticket + c.jobs - c.admits
        from counted c
       where g.gate = any (array[c.gate]) and c.place = 1 and not c.is_new
    ),
    changed as (
      update jobs j
         set queue = case when r.place <= r.admits and not r.comes_again then r.queue else j.queue end,
             operation_slot = case when r.place <= r.admits and r.stage = 'operation' then r.gate else j.operation_slot end,
             action_slot = case when r.place <= r.admits and r.stage = 'action' then r.gate end,
             gate = case when r.place > r.admits then r.gate end,
             ticket = case when r.place > r.admits then r.next_ticket + r.place - r.admits - 1 end,
             came_at = case when r.place > r.admits then j.run_at end,
             run_at = case when r.place > r.admits then 'infinity' else j.run_at end
        from counted r
       where j.operation_id = any (array[r.operation_id])
      returning j.operation_id, j.queue, j.ticket is null as is_admitted, r.is_picky
    )
    select c.queue, count(*) filter (where c.is_admitted)::integer as jobs,
           array_agg(c.operation_id order by c.operation_id) filter (where c.is_picky and not c.is_admitted) as excess,
           array_agg(c.operation_id) filter (where c.is_admitted and c.queue = '/limits') as coming,
           (select array_agg(n.gate) from counted n where n.place = 1 and n.waiting > 0 and n.holding < n.maximum) as gates
      from changed c
     group by c.queue
  loop
    admitted := admitted + v.jobs;
    gates := coalesce(v.gates, '{}');
    excess := excess || coalesce(v.excess, '{}');
    coming := coming || coalesce(v.coming, '{}');
    if v.queue <> '/limits' then
      perform wake(v.queue, v.jobs);
    end if;
  end loop;
  return next;
end
$$;


--
-- Name: FUNCTION let_in_newcomers(p_operation_ids bigint[], p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.let_in_newcomers(p_operation_ids bigint[], p_now timestamp with time zone) IS 'Gives a slot to each job that has come to a limit which has one, and nobody in line, and a place in line to the others. Returns how many slots, before which gates there is a line although a slot is free, who is in line at a limit that does not let everybody wait, and who comes to a rate or a limit of its action next.';


--
-- Name: let_in_waiters(text[], timestamp with time zone, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.let_in_waiters(p_gates text[], p_now timestamp with time zone, p_limit integer) RETURNS TABLE(admitted integer, coming bigint[])
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_gate record;
  v_ids bigint[];
begin
  admitted := 0;
  coming := '{}';
  if exists (select from unnest(p_gates) as gate where left(gate, 1) = '/') then
    p_gates := p_gates || array(
      select g.gate
        from unnest(p_gates) as offered (gate)
       cross join lateral (select g.gate, g.waiting from limit_gates g where g.name = substr(offered.gate, 2) offset 0) as g
       where left(offered.gate, 1) = '/' and g.waiting > 0
    );
  end if;
  for v_gate in
    select g.gate, least(coalesce(l.maximum, 2147483647) - g.holding, g.waiting) as free
      from limit_gates g
      left join limits l on l.name = g.name
     where g.gate = any (p_gates) and g.waiting > 0 and g.holding < coalesce(l.maximum, 2147483647)
     order by g.gate
  loop
    v_ids := array(
      select j.operation_id from jobs j where j.gate = v_gate.gate and j.ticket is not null order by j.priority, j.ticket limit least(v_gate.free, p_limit - admitted)
         for update skip locked
    );
    admitted := admitted + cardinality(v_ids);
    update limit_gates set holding = holding + cardinality(v_ids), waiting = waiting - cardinality(v_ids) where gate = v_gate.gate;
    coming := coming || let_in(v_ids, p_now);
    -- Somebody has the others' rows, or they are too many for this look.
    if cardinality(v_ids) < v_gate.free then
      insert into limit_releases (gate, slots, waiters) values (v_gate.gate, 0, 0);
    end if;
  end loop;
  return next;
end
$$;


--
-- Name: FUNCTION let_in_waiters(p_gates text[], p_now timestamp with time zone, p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.let_in_waiters(p_gates text[], p_now timestamp with time zone, p_limit integer) IS 'Gives the free slots of some gates, or with a slash before it of all gates of a limit, to the first in line: by priority, then by ticket. Returns how many, and who comes to a rate or a limit of its action next.';


--
-- Name: lift_row_security(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.lift_row_security() RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid::regclass
      from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
       and not exists (select from pg_policy p where p.polrelid = c.oid)
     order by c.oid
  loop
    execute format('alter table %s no force row level security, disable row level security', v_table);
    return next v_table::text;
  end loop;
end
$$;


--
-- Name: FUNCTION lift_row_security(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.lift_row_security() IS 'Switches row level security off for the tables of this schema that have no policy, which only a setting of the platform can have switched on: nobody but the owner would see or insert a row. Every migrate up ends with it. Returns their names.';


--
-- Name: limits_lock(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.limits_lock() RETURNS bigint
    LANGUAGE sql STABLE
    RETURN hashtextextended((("current_schema"())::text || '/limits'::text), (0)::bigint);


--
-- Name: FUNCTION limits_lock(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.limits_lock() IS 'Key of the advisory lock of whoever looks at the limits: one at a time, and nobody waits for it.';


--
-- Name: live_schedule_set(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.live_schedule_set(p_application text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  -- A set of no schedules gives way to every other one: what has no schedules yet, or is another program under the same name, pauses nothing that
  -- live workers declare.
  select s.id
    from schedule_sets s
   where s.application = p_application
     and exists (select from workers w where w.schedule_set_id = s.id and not w.stopping and w.heartbeat_at + w.lease > clock_now())
   order by (s.declared <> '[]') desc, s.id desc
   limit 1
$$;


--
-- Name: FUNCTION live_schedule_set(p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.live_schedule_set(p_application text) IS 'The set of schedules that counts: the newest that a live worker of the application declares; null where none does.';


--
-- Name: local_instant(text, timestamp without time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.local_instant(p_zone text, p_local timestamp without time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  -- In a gap PostgreSQL goes by the offset before it, in an overlap by the one afterwards.
  v_instant timestamptz := p_local at time zone p_zone;
  v_gap interval := (v_instant at time zone p_zone) - p_local;
  v_earlier timestamptz;
begin
  if v_gap <> interval '0' then
    return clock_change(p_zone, v_instant - v_gap, v_instant);
  end if;
  -- A day and a bit before is before any overlap that this may be the second pass of.
  v_earlier := v_instant - interval '25 hours';
  v_earlier := p_local at time zone 'UTC' - ((v_earlier at time zone p_zone) - (v_earlier at time zone 'UTC'));
  return case when v_earlier < v_instant and v_earlier at time zone p_zone = p_local then v_earlier else v_instant end;
end
$$;


--
-- Name: FUNCTION local_instant(p_zone text, p_local timestamp without time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.local_instant(p_zone text, p_local timestamp without time zone) IS 'The instant at which a clock of the zone shows a local time: the first pass where it does twice, and the first instant after a gap that has it.';


--
-- Name: look_from(text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.look_from(p_what text, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  v_parts text[] := regexp_match(current_setting('backops.' || p_what || '_seen', true), '^([0-9.]+) (.*)$');
  v_seen timestamptz := to_timestamp(v_parts[1]::double precision);
begin
  return case
    when v_parts[2] = current_schema() and v_seen between p_now - interval '5 seconds' and p_now then v_seen - interval '2 seconds'
    else '-infinity'
  end;
end
$_$;


--
-- Name: FUNCTION look_from(p_what text, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.look_from(p_what text, p_now timestamp with time zone) IS 'From which time of what is due a look at the waits, or at the limits, has to begin: -infinity every five seconds of a session.';


--
-- Name: lost_claims(bigint, bigint[], bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.lost_claims(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[]) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_claim_ids));
  return query
    select i.claim_id
      from unnest(p_operation_ids, p_claim_ids) as i (operation_id, claim_id)
     where not exists (
       select from jobs j where j.operation_id = i.operation_id and j.worker_id = p_worker_id and j.claim_id = i.claim_id
     );
end
$$;


--
-- Name: FUNCTION lost_claims(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.lost_claims(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[]) IS 'Those of the claims that the worker does not hold any more: what it asks when it may have missed that one was taken away.';


--
-- Name: may_decide(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.may_decide(role text, member text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case
    when role is null then has_function_privilege(caller(), 'decide(bigint,text,text,text,text,bigint)', 'execute')
    when exists (select from pg_roles r where r.rolname = may_decide.role) then pg_has_role(session_user, may_decide.role::name, 'member')
    else exists (select from approvers a where a.role = may_decide.role and a.member = may_decide.member)
  end
$$;


--
-- Name: FUNCTION may_decide(role text, member text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.may_decide(role text, member text) IS 'Whether somebody may decide an approval of a role: anybody where it has none; members of a database role, and then the role that is logged in counts and not member; otherwise who is in approvers. SELECT * FROM backops.pending_approvals WHERE backops.may_decide(role, ''ann@example.com'')';


--
-- Name: may_steer(text, bigint, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.may_steer(p_verb text, p_id bigint, p_branch text, p_action text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_job jobs;
  v_operation operations;
begin
  select * into v_job from jobs where operation_id = p_id for update;
  select * into v_operation from operations where operations.id = p_id for no key update;
  return found and case
    when p_verb = 'set_global' then true
    when v_operation.state = 'active' and v_job.operation_id is null then false
    when p_verb = 'cancel' then v_operation.state = 'active'
    when v_job.worker_id is not null then false
    when v_operation.state <> 'active' and key_successor(v_operation) is not null then false
    when p_verb = 'retry' then v_operation.state in ('failed', 'cancelled') or v_operation.state = 'active' and v_job.attempt > 0
    when v_operation.parked_at is not null then false
    when p_verb = 'reschedule' then v_operation.state = 'active'
    when p_verb = 'wake_up' then v_operation.state = 'active' and v_job.run_at > clock_now() and v_job.ticket is null and not exists (
      select from actions a where a.operation_id = p_id and a.position = v_job.position and a.wait ?| '{signals,approval}' and v_job.waits_since is not null
    )
    when not exists (
      select from actions a
       where a.operation_id = p_id and (p_branch is null or a.branch = p_branch) and (p_action is null or a.name = p_action)
    ) then false
    else v_operation.state <> 'completed' or p_verb = 'run_from'
  end;
end
$$;


--
-- Name: FUNCTION may_steer(p_verb text, p_id bigint, p_branch text, p_action text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.may_steer(p_verb text, p_id bigint, p_branch text, p_action text) IS 'Locks an operation and tells whether its state allows what a bulk call asks for.';


--
-- Name: missed_claim(bigint, bigint, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.missed_claim(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if exists (
      select from jobs j
        join actions a on a.operation_id = j.operation_id and a.position = j.position
        join operations o on o.id = j.operation_id
       where j.operation_id = p_operation_id and j.worker_id = p_worker_id and j.claim_id = p_claim_id
    )
    and exists (select from workers where id = p_worker_id and heartbeat_at + lease > clock_now())
  then
    return 'busy';
  end if;
  if exists (
    select from actions a join operations o on o.id = a.operation_id where a.operation_id = p_operation_id and a.completed_claim_id = p_claim_id
  ) then
    -- No worker must be told so by a server whose standby takes over without knowing of it.
    perform await_standby();
    return 'done';
  end if;
  return 'stale';
end
$$;


--
-- Name: FUNCTION missed_claim(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.missed_claim(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint) IS 'Why an outcome was not taken: busy (somebody has the row locked: call again), done (this claim completed its action before), stale (the job is not the worker''s any more: stop).';


--
-- Name: missing_workers(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.missing_workers() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  update workers
     set missing_since = clock_now()
   where id in (
     select id
       from workers w
      where missing_since is null
        and server_started_at = pg_postmaster_start_time()
        and not exists (
          -- Whose start this role may not see counts as the same one.
          select from pg_stat_get_activity(w.backend_pid) as a where coalesce(a.backend_start = w.backend_started_at, true)
        )
        for update skip locked
   );
  return (select count(*) from workers where missing_since is not null or heartbeat_at + lease <= clock_now());
end
$$;


--
-- Name: FUNCTION missing_workers(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.missing_workers() IS 'Writes down which workers'' sessions have ended although the server has not; returns how many workers are missing, be it that their session is gone, now or since an earlier call, or that their lease has ended. Where there are some, call rescue.';


--
-- Name: move_deadline(bigint, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.move_deadline(p_operation_id bigint, p_until timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
  update approvals
     set deadline = p_until
   where operation_id = p_operation_id and decision is null
  returning least(deadline, case when reminded_at is null then remind_at end)
$$;


--
-- Name: FUNCTION move_deadline(p_operation_id bigint, p_until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.move_deadline(p_operation_id bigint, p_until timestamp with time zone) IS 'Moves the deadline of the approval that an operation is at, and returns when its job is due; null where it is at none.';


--
-- Name: rate_gate(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rate_gate(p_key text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ('/rate/'::text || p_key);


--
-- Name: FUNCTION rate_gate(p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rate_gate(p_key text) IS 'The gate of a rate, or of a key of one as "name/key". No limit has such a name.';


--
-- Name: rate_gate_of(jsonb, jsonb, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rate_gate_of(p_rate jsonb, p_globals jsonb, p_is_secret boolean DEFAULT false) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN backops.rate_gate(backops.gate_of(p_rate, p_globals, p_is_secret));


--
-- Name: FUNCTION rate_gate_of(p_rate jsonb, p_globals jsonb, p_is_secret boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rate_gate_of(p_rate jsonb, p_globals jsonb, p_is_secret boolean) IS 'What a job that has come to a rate is counted under: "/rate/", its name, and behind a slash the value of the global by which it counts.';


--
-- Name: named_gate(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.named_gate(p_name text, p_key text) RETURNS text
    LANGUAGE sql STABLE
    RETURN backops.rate_gate_of(CASE WHEN (p_key IS NULL) THEN jsonb_build_object('name', p_name) ELSE jsonb_build_object('name', p_name, 'by', 'key') END, jsonb_build_object('key', p_key));


--
-- Name: FUNCTION named_gate(p_name text, p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.named_gate(p_name text, p_key text) IS 'The gate of a rate, or of one key of it.';


--
-- Name: nearest_name(text, text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.nearest_name(p_word text, p_candidates text[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select candidate
    from (
      select candidate, edit_distance(p_word, candidate) as distance
        from (select distinct candidate from unnest(p_candidates) as candidate where abs(length(candidate) - length(p_word)) <= greatest(1, length(p_word) / 3)
               order by candidate limit 200) as near
    ) as rated
   where distance between 1 and greatest(1, length(p_word) / 3)
   order by distance, candidate
   limit 1
$$;


--
-- Name: FUNCTION nearest_name(p_word text, p_candidates text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.nearest_name(p_word text, p_candidates text[]) IS 'The name that somebody may have meant; null when all are too different.';


--
-- Name: claim_ids; Type: SEQUENCE; Schema: backops; Owner: -
--

CREATE SEQUENCE backops.claim_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: SEQUENCE claim_ids; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON SEQUENCE backops.claim_ids IS 'Numbers every claim and every in-place advance, so that no old claim can look current again.';


--
-- Name: next_claim_id(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_claim_id() RETURNS bigint
    LANGUAGE sql
    RETURN (((nextval('backops.claim_ids'::regclass) & '8796093022207'::bigint) << 20) | ((random() * (1048575)::double precision))::bigint);


--
-- Name: FUNCTION next_claim_id(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_claim_id() IS 'Numbers a claim: 43 bits of the sequence claim_ids, then 20 random ones, so that no number comes back when a fail-over sets the sequence back.';


--
-- Name: next_cron_day(bigint[], date); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_cron_day(p_cron bigint[], p_from date) RETURNS date
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_month date := p_from - (extract(day from p_from)::integer - 1);
  v_number integer := extract(month from p_from);
  v_day integer := extract(day from p_from);
  v_length integer;
  v_first integer;
  v_days bigint;
  v_weekdays bigint;
  v_week bigint;
begin
  for v_step in 0..480 loop
    if p_cron[5] >> v_number & 1 = 1 then
      v_length := (v_month + interval '1 month')::date - v_month;
      v_days := p_cron[4] & 4294967294;
      if p_cron[4] & 1 = 1 then
        v_days := v_days | (1::bigint << v_length);
      end if;
      if p_cron[4] >> 32 <> 0 then
        for v_before in 1..v_length - 1 loop
          if p_cron[4] >> (31 + v_before) & 1 = 1 then
            v_days := v_days | (1::bigint << (v_length - v_before));
          end if;
        end loop;
      end if;
      if p_cron[8] & 4 = 4 or p_cron[6] <> 127 then
        v_weekdays := 0;
        v_first := extract(dow from v_month);
        for v_weekday in 0..6 loop
          -- Days 1, 8, 15, 22 and 29, if the month began on that day of the week.
          v_week := 541098242::bigint << ((v_weekday - v_first + 7) % 7);
          if p_cron[6] >> v_weekday & 1 = 1 then
            v_weekdays := v_weekdays | v_week;
          end if;
          if p_cron[7] >> (v_weekday * 6) & 63 <> 0 then
            for v_occurrence in 1..5 loop
              if p_cron[7] >> (v_weekday * 6 + v_occurrence) & 1 = 1 then
                v_weekdays := v_weekdays | (v_week & (127::bigint << (v_occurrence * 7 - 6)));
              end if;
            end loop;
            if p_cron[7] >> (v_weekday * 6) & 1 = 1 then
              v_weekdays := v_weekdays | (v_week & (127::bigint << (v_length - 6)));
            end if;
          end if;
        end loop;
        v_days := case when p_cron[8] & 6 = 6 then v_days | v_weekdays else v_days & v_weekdays end;
      end if;
      for v_candidate in v_day..v_length loop
        if v_days >> v_candidate & 1 = 1 then
          return v_month + (v_candidate - 1);
        end if;
      end loop;
    end if;
    v_month := (v_month + interval '1 month')::date;
    v_number := v_number % 12 + 1;
    v_day := 1;
  end loop;
  return null;
end
$$;


--
-- Name: FUNCTION next_cron_day(p_cron bigint[], p_from date); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_cron_day(p_cron bigint[], p_from date) IS 'The first day from p_from on that a parsed cron expression means; null if there is none in 40 years. Where day of month and day of week are both restricted, either is enough; a field that begins with * restricts together with the other one, as Vixie''s cron has it.';


--
-- Name: next_due(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_due(p_worker_id bigint) RETURNS interval
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
begin
  return (
    select least(
             min(job.run_at), min(pause.until),
             -- One that is over already is left from a claim that had too many of them, or is somebody else's at this moment.
             (
               select greatest(j.run_at, statement_now() + interval '0.1 seconds') from jobs j
                where j.queue = '/waits' and j.run_at >= look_from('waits', statement_now()) and j.run_at < 'infinity'
                order by j.run_at
                limit 1
             ),
             (
               select greatest(j.run_at, statement_now() + interval '0.1 seconds') from jobs j
                where j.queue = '/limits' and j.run_at >= look_from('limits', statement_now()) and j.run_at < 'infinity'
                order by j.run_at
                limit 1
             ),
             (
               select greatest(g.look_at, statement_now() + interval '0.1 seconds') from rate_gates g
                where g.waiting > 0 and g.look_at >= look_from('limits', statement_now())
                order by g.look_at
                limit 1
             ),
             -- Somebody else's claim was at the limit or the turns of the queue, or is.
             (
               select statement_now() + interval '0.02 seconds'
                 from workers w
                 join (
                   select queue from queue_limits where holding < maximum
                   union
                   select f.queue from fair_queues f left join queue_limits l on l.queue = f.queue where f.by_global is not null and (l.holding >= l.maximum) is not true
                 ) as l on l.queue = any (w.queues)
                where w.id = p_worker_id and l.queue not in (select name from paused_queues)
                  and exists (
                    select from generate_series(0, 9) as lane (priority)
                     cross join unnest(array[l.queue, fair_queue(l.queue)]) as part (queue)
                     cross join lateral (
                       select from jobs j
                        where j.queue = part.queue and j.priority = lane.priority::smallint and j.run_at <= statement_now() and j.worker_id is null
                          and j.crashes = 0 and j.handler = any (w.handlers)
                        limit 1
                     ) as job
                  )
                limit 1
             ),
             (
               select statement_now() + interval '0.1 seconds' from limit_releases
                where released_at >= look_from('limits', statement_now())
                limit 1
             )
           ) - statement_now()
      from workers w
     cross join unnest(w.queues) as served (queue)
      left join lateral (
        select true as is_paused, paused_until as until from paused_queues where name = served.queue
      ) as pause on true
     cross join generate_series(0, 9) as lane (priority)
      left join lateral (
        select j.run_at
          from jobs j
         where pause.is_paused is null
           and j.queue = served.queue and j.priority = lane.priority::smallint and j.run_at > statement_now() and j.run_at < 'infinity'
         order by j.run_at
         limit 1
      ) as job on true
     where w.id = p_worker_id
  );
end
$$;


--
-- Name: FUNCTION next_due(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_due(p_worker_id bigint) IS 'How long until the next scheduled job of the worker''s queues is due, a pause of one ends, a wait is over, or the limits are to be looked at; null when there is none of them.';


--
-- Name: next_elapsed_slot(bigint[], text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_elapsed_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  c_near constant interval := '2 days';
  v_after timestamptz := p_after;
  v_local timestamp;
  v_offset interval;
  v_slot timestamptz;
begin
  -- Each turn passes a change of the clocks, or goes on to the days before the slot.
  for v_turn in 1..20 loop
    v_local := v_after at time zone p_zone;
    v_offset := v_local - (v_after at time zone 'UTC');
    v_local := next_local_slot(p_cron, v_local);
    if v_local is null then
      return null;
    end if;
    v_slot := (v_local - v_offset) at time zone 'UTC';
    if v_slot - v_after > 3 * c_near then
      -- A clock that is set back shows again only what it showed shortly before.
      v_slot := v_after + c_near;
      if (v_slot at time zone p_zone) - (v_slot at time zone 'UTC') = v_offset then
        v_after := (v_local at time zone p_zone) - c_near;
        continue;
      end if;
    elsif (v_slot at time zone p_zone) - (v_slot at time zone 'UTC') = v_offset then
      return v_slot;
    end if;
    -- The first instant with the new offset may be a slot itself.
    v_after := clock_change(p_zone, v_after, v_slot);
    v_local := v_after at time zone p_zone;
    if next_local_slot(p_cron, v_local - interval '1 second') = v_local then
      return v_after;
    end if;
  end loop;
  return null;
end
$$;


--
-- Name: FUNCTION next_elapsed_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_elapsed_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone) IS 'The first slot after an instant of an entry that goes by elapsed time: the next instant whose local time it names.';


--
-- Name: next_fixed_slot(bigint[], text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_fixed_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_local timestamp := next_local_slot(p_cron, p_after at time zone p_zone);
  v_instant timestamptz := local_instant(p_zone, v_local);
  v_change timestamptz;
  v_later timestamptz;
begin
  if v_instant <= p_after then
    -- In the second pass, all times up to the end of the overlap have had their turn.
    v_change := clock_change(p_zone, v_instant, p_after);
    v_later := v_change - interval '1 second';
    v_local := next_local_slot(p_cron, v_later at time zone p_zone);
    v_instant := local_instant(p_zone, v_local);
  end if;
  return v_instant;
end
$$;


--
-- Name: FUNCTION next_fixed_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_fixed_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone) IS 'The first slot after an instant of an entry that means fixed times: one in a gap of the clock comes right after it, one that comes twice in the first pass.';


--
-- Name: next_local_slot(bigint[], timestamp without time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_local_slot(p_cron bigint[], p_after timestamp without time zone) RETURNS timestamp without time zone
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_from timestamp := date_trunc('second', p_after) + interval '1 second';
  v_day date := next_cron_day(p_cron, v_from::date);
  v_hour integer := 0;
  v_minute integer := 0;
  v_second integer := 0;
begin
  if v_day = v_from::date then
    v_hour := extract(hour from v_from);
    v_minute := extract(minute from v_from);
    v_second := floor(extract(second from v_from));
  end if;
  for v_try in 1..2 loop
    exit when v_day is null;
    while v_hour < 24 loop
      if p_cron[3] >> v_hour & 1 = 1 then
        while v_minute < 60 loop
          if p_cron[2] >> v_minute & 1 = 1 then
            while v_second < 60 loop
              if p_cron[1] >> v_second & 1 = 1 then
                return v_day + make_interval(hours => v_hour, mins => v_minute, secs => v_second);
              end if;
              v_second := v_second + 1;
            end loop;
          end if;
          v_minute := v_minute + 1;
          v_second := 0;
        end loop;
      end if;
      v_hour := v_hour + 1;
      v_minute := 0;
      v_second := 0;
    end loop;
    v_day := next_cron_day(p_cron, v_day + 1);
    v_hour := 0;
  end loop;
  return null;
end
$$;


--
-- Name: FUNCTION next_local_slot(p_cron bigint[], p_after timestamp without time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_local_slot(p_cron bigint[], p_after timestamp without time zone) IS 'The first time on the clock after p_after that a parsed cron expression means, as if no clock ever changed.';


--
-- Name: next_slot(bigint[], text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case
    when p_cron[8] & 1 = 1 then next_elapsed_slot(p_cron, p_zone, date_trunc('second', p_after))
    else next_fixed_slot(p_cron, p_zone, date_trunc('second', p_after))
  end
$$;


--
-- Name: FUNCTION next_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_slot(p_cron bigint[], p_zone text, p_after timestamp with time zone) IS 'The first slot after an instant of a parsed cron expression (see parse_cron) in a time zone; null if there is none in 40 years.';


--
-- Name: next_slots(text, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.next_slots(name text, n integer DEFAULT 10) RETURNS TABLE(number integer, slot timestamp with time zone, utc timestamp without time zone, local timestamp without time zone, due_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_schedule schedules := find_schedule(next_slots.name);
  v_cron bigint[] := case when v_schedule.cron is not null then parse_cron(v_schedule.cron) end;
begin
  perform check_slot_count(next_slots.n);
  slot := v_schedule.decided_until;
  for v_number in 1..next_slots.n loop
    slot := schedule_slot(v_schedule, v_cron, slot);
    exit when slot is null;
    number := v_number;
    utc := slot at time zone 'UTC';
    local := slot at time zone v_schedule.time_zone;
    due_at := slot + slot_jitter(v_schedule.name, slot, v_schedule.jitter);
    return next;
  end loop;
end
$$;


--
-- Name: FUNCTION next_slots(name text, n integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.next_slots(name text, n integer) IS 'The next slots of a schedule, in UTC and on the clock of its zone, and when each becomes due with its jitter.';


--
-- Name: nobody_decides(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.nobody_decides(p_role text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select p_role is not null
    and not exists (select from pg_roles r where r.rolname = p_role)
    and not exists (select from approvers a where a.role = p_role)
$$;


--
-- Name: FUNCTION nobody_decides(p_role text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.nobody_decides(p_role text) IS 'Whether a role is neither a database role nor in approvers, so that nobody can decide for it.';


--
-- Name: note_look(text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.note_look(p_what text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  perform set_config('backops.' || p_what || '_seen', extract(epoch from p_now) || ' ' || current_schema(), false);
end
$$;


--
-- Name: FUNCTION note_look(p_what text, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.note_look(p_what text, p_now timestamp with time zone) IS 'Notes in the session that it has looked at all that was due.';


--
-- Name: note_other_globals(bigint, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.note_other_globals(p_id bigint, p_globals jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_keys text;
begin
  select string_agg(format('"%s"', g.key), ', ' order by g.key) into v_keys
    from (select o.globals, redacted(o.name, o.globals) as shown from operations o where o.id = p_id) as o
   cross join jsonb_each(p_globals) as g
   where o.shown -> g.key is distinct from g.value and o.shown -> g.key is not distinct from o.globals -> g.key;
  if v_keys is not null then
    -- Who may not read globals must not learn by trying which of a guess is right.
    if not has_table_privilege(caller(), 'operation_status', 'select') then
      v_keys := 'some global';
    end if;
    raise notice using message = format('operation %s has this key already, with another value of %s: nothing was enqueued', p_id, v_keys),
      hint = 'Another operation needs another key.';
  end if;
end
$$;


--
-- Name: FUNCTION note_other_globals(p_id bigint, p_globals jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.note_other_globals(p_id bigint, p_globals jsonb) IS 'Tells who enqueues under a key that is taken that the operation has other globals, as they are now, than those that were given.';


--
-- Name: now(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.now() RETURNS timestamp with time zone
    LANGUAGE sql PARALLEL SAFE
    RETURN backops.clock_now();


--
-- Name: FUNCTION now(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.now() IS 'The time by which the engine decides what is due. SET backops.now = ''2026-12-24 08:00+00'' moves it for one session.';


--
-- Name: obstacles(bigint, text, text, text, integer, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.obstacles(p_operation_id bigint, p_parked_name text, p_queue text, p_handler text, p_crashes integer, p_suggests boolean DEFAULT false) RETURNS SETOF backops.explanation
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $_$
declare
  v_schema text := quote_ident(current_schema());
  v_queue queues;
  v_limit queue_limits;
  v_serving integer;
  v_knowing integer;
  r explanation;
begin
  if p_parked_name is not null then
    r.reason := 'parked';
    r.detail := format('no worker has registered "%s"', p_parked_name)
      || case when p_suggests then did_you_mean(p_parked_name, array(select name from definitions where current)) else '' end;
    r.advice := format('Start a worker that knows it: it goes on by itself. If the name is wrong, SELECT %s.cancel(%s), and enqueue it under the right one.',
                       v_schema, p_operation_id);
    return next r;
    return;
  end if;

  select * into v_queue from paused_queues where name = p_queue;
  if found then
    r := row(
      'queue_paused', concat_ws(': ', format('queue "%s" was paused by %s', v_queue.name, v_queue.paused_by), v_queue.reason),
      format('SELECT %s.resume(%L)', v_schema, v_queue.name), null, v_queue.paused_at, v_queue.paused_until
    );
    return next r;
  end if;

  select * into v_limit from queue_limits where queue = p_queue and maximum = 0;
  if found then
    r := row(
      'queue_full', concat_ws(': ', format('nothing of queue "%s" may run, says %s', p_queue, v_limit.set_by), v_limit.reason),
      format('SELECT %1$s.set_queue_limit(%2$L, N), or SELECT %1$s.set_queue_limit(%2$L, null) for no limit', v_schema, p_queue), null, v_limit.set_at, null
    );
    return next r;
  end if;

  r := null;
  select count(*), count(*) filter (where p_handler = any (w.handlers)) into v_serving, v_knowing
    from workers w
   where p_queue = any (w.queues) and not w.stopping and w.heartbeat_at + w.lease > statement_now();
  if v_serving = 0 then
    r.reason := 'queue_unserved';
    r.detail := format('no live worker serves queue "%s"', p_queue)
      || case when p_suggests then did_you_mean(p_queue, array(select unnest(w.queues) from workers w where w.heartbeat_at + w.lease > statement_now())) else '' end;
    r.advice := format('Start a worker that serves it: work --queue %s.', p_queue);
    return next r;
  elsif v_knowing = 0 then
    r.reason := 'action_unknown';
    r.detail := format('none of the %s live workers of queue "%s" knows "%s"', v_serving, p_queue, p_handler)
      || case when p_suggests then did_you_mean(p_handler, array(select unnest(w.handlers) from workers w where w.heartbeat_at + w.lease > statement_now())) else '' end;
    r.advice := format('Start a worker that has the action, or SELECT %s.skip(%s).', v_schema, p_operation_id);
    return next r;
  elsif p_crashes > 0 then
    r.reason := 'suspect';
    r.detail := format('its worker died %s time(s); it runs alone next, once a worker has nothing else to do', p_crashes);
    r.advice := format('Wait, or SELECT %s.skip(%s) to leave it out.', v_schema, p_operation_id);
    return next r;
  end if;
end
$_$;


--
-- Name: FUNCTION obstacles(p_operation_id bigint, p_parked_name text, p_queue text, p_handler text, p_crashes integer, p_suggests boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.obstacles(p_operation_id bigint, p_parked_name text, p_queue text, p_handler text, p_crashes integer, p_suggests boolean) IS 'What keeps an operation from going on that is parked (p_parked_name), or whose job of this queue, handler and number of crashes is due: no row if nothing does.';


--
-- Name: offer_gates(text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.offer_gates(p_gates text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
begin
  insert into limit_releases (gate, slots, waiters) select gate, 0, 0 from unnest(p_gates) as gate order by gate;
  perform wake(queue, 16) from (select distinct unnest(queues) as queue from workers where sleeping) as q;
end
$$;


--
-- Name: FUNCTION offer_gates(p_gates text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.offer_gates(p_gates text[]) IS 'Has whoever looks at the limits next look at all lines of limits, named with a slash before them, and of rates, with "/rate/" before them, whose numbers have changed.';


--
-- Name: open_approval(bigint, text, text, text, bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.open_approval(p_operation_id bigint, p_name text, p_member text, p_verb text, p_approval bigint) RETURNS backops.approvals
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz;
  v_job jobs;
  v_state text;
  v_approval approvals;
  v_subject text := format('the approval "%s" of operation %s', left(p_name, 200), p_operation_id);
begin
  if is_approver_name(p_member) is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of somebody who decides', left(p_member, 200)),
      hint = 'Names have 1 to 200 characters, without control characters.';
  end if;
  if nullif(current_setting('backops.now', true), '') is not null and not is_owner() then
    raise exception using errcode = 'insufficient_privilege', message = format('only the owner of the schema may %s at another time than the server''s', p_verb),
      hint = 'RESET "backops.now".';
  end if;
  select * into v_job from jobs where operation_id = p_operation_id for update;
  select state into v_state from operations where id = p_operation_id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', p_operation_id);
  end if;
  if v_state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'serialization_failure', message = format('operation %s was changed at the same moment', p_operation_id),
      hint = 'Call again.';
  end if;
  v_now := clock_now();
  select * into v_approval from approvals where operation_id = p_operation_id and name = p_name order by id desc limit 1;
  if v_approval.id is null then
    perform refuse_unasked(p_operation_id, p_name, v_state, v_job.position);
  end if;
  if p_approval <> v_approval.id then
    v_approval := shown_approval(p_approval, v_approval);
  end if;
  if not may_decide(v_approval.role, p_member) and not (p_verb = 'extend' and is_operator()) then
    raise exception using errcode = 'insufficient_privilege', message = format('"%s" may not %s %s', p_member, p_verb, v_subject),
      hint = who_decides(v_approval.role);
  end if;
  if v_approval.decision is not null then
    raise exception using errcode = 'OP003',
      message = case v_approval.decision
        when 'lapsed' then format('%s has lapsed: it was due by %s', v_subject, v_approval.deadline)
        when 'withdrawn' then format('%s was withdrawn at %s', v_subject, v_approval.decided_at)
        else concat_ws(': ', format('%s was %s by "%s" at %s', v_subject, v_approval.decision, v_approval.decided_by, v_approval.decided_at), v_approval.reason)
      end,
      hint = case
        when v_state in ('failed', 'cancelled') then format('retry(%s) asks again.', p_operation_id)
        else 'run_from asks again, from that step on.'
      end;
  end if;
  if v_approval.deadline <= v_now then
    raise exception using errcode = 'OP003', message = format('%s was due by %s: it is too late', v_subject, v_approval.deadline),
      hint = 'The operation goes on as if nobody had decided, as soon as a worker has looked.';
  end if;
  return v_approval;
end
$$;


--
-- Name: FUNCTION open_approval(p_operation_id bigint, p_name text, p_member text, p_verb text, p_approval bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.open_approval(p_operation_id bigint, p_name text, p_member text, p_verb text, p_approval bigint) IS 'Locks an operation for somebody who may decide its approval, and returns that: OP002 no such operation, OP005 no such approval, OP003 not pending, or not the one that was shown, 42501 somebody who may not.';


--
-- Name: open_for_steering(bigint, text, text[], boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.open_for_steering(p_operation_id bigint, p_verb text, p_states text[], p_running boolean DEFAULT false) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations;
  v_job jobs;
begin
  select * into v_job from jobs where operation_id = p_operation_id for update;
  select * into v_operation from operations where id = p_operation_id for no key update;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', p_operation_id);
  end if;
  if v_operation.state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'serialization_failure', message = format('operation %s was changed at the same moment', p_operation_id),
      hint = 'Call again.';
  end if;
  if not v_operation.state = any (p_states) then
    raise exception using errcode = 'OP003', message = format('operation %s is %s: there is nothing to %s', p_operation_id, v_operation.state, p_verb),
      hint = case v_operation.state
        when 'completed' then 'run_from(id, branch, action) runs actions of a completed operation again.'
        when 'active' then 'It goes on by itself; see operation_status for what it waits for.'
        else 'retry(id) lets it go on.'
      end;
  end if;
  if v_job.worker_id is not null and not p_running then
    raise exception using errcode = 'OP003', message = format('operation %s is running an action right now', p_operation_id),
      hint = format('Wait until it has ended, or cancel(%s) first.', p_operation_id);
  end if;
  -- Parked, or cancelled while it was.
  if v_operation.parked_at is not null and p_verb <> 'cancel'
    or p_verb in ('skip', 'jump', 'run') and not exists (select from actions where operation_id = p_operation_id)
  then
    raise exception using errcode = 'OP003', message = format('operation %s has no actions yet: no worker has registered "%s"', p_operation_id, v_operation.name),
      hint = 'Start a worker that knows it.';
  end if;
  return v_operation;
end
$$;


--
-- Name: FUNCTION open_for_steering(p_operation_id bigint, p_verb text, p_states text[], p_running boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.open_for_steering(p_operation_id bigint, p_verb text, p_states text[], p_running boolean) IS 'Locks an operation for a change and checks that its state allows it: OP002 no such operation, OP003 wrong state.';


--
-- Name: options_in_seconds(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.options_in_seconds(p_options jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
  select p_options || coalesce(jsonb_object_agg(key, coalesce(to_jsonb(read_seconds(value)), value)), '{}')
           || case when p_options @? '$.remind.after' then jsonb_build_object(
                'remind', p_options -> 'remind' || jsonb_build_object('after', read_seconds(p_options -> 'remind' -> 'after'))
              ) else '{}' end
           || case when jsonb_typeof(p_options #> '{rate,per}') = 'string' then jsonb_build_object(
                'rate', p_options -> 'rate' || jsonb_build_object('per', read_seconds(p_options #> '{rate,per}'))
              ) else '{}' end
    from jsonb_each(p_options)
   where key in ('perform_in', 'timeout', 'sleep', 'within') and jsonb_typeof(value) = 'string'
$_$;


--
-- Name: FUNCTION options_in_seconds(p_options jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.options_in_seconds(p_options jsonb) IS 'The options of a step with the texts of its lengths of time as numbers of seconds.';


--
-- Name: pace_newcomers(bigint[], timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.pace_newcomers(p_operation_ids bigint[], p_now timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_has_secrets boolean := exists (select from secret_keys);
  v_ids bigint[];
  v_gates text[];
  v record;
  v_admitted integer := 0;
begin
  select array_agg(c.operation_id), array_agg(c.gate) into v_ids, v_gates
    from (
      select j.operation_id, rate_gate_of(a.limits -> 'rate', o.globals, v_has_secrets and is_secret(o.name, a.limits -> 'rate' ->> 'by')) as gate
        from unnest(p_operation_ids) as i (operation_id)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select * from operations o where o.id = j.operation_id offset 0) as o
       where j.queue = '/limits' and next_limit(a.limits, j.operation_slot, j.paced_at, j.action_slot) = 'rate'
      offset 0
    ) as c
   where pg_try_advisory_xact_lock(gate_lock(c.gate));
  if v_ids is null then
    return 0;
  end if;
  -- A statement of its own, which sees what was counted before the locks were there.
  for v in
    with come as materialized (
      select j.operation_id, j.priority, j.run_at, i.gate, a.limits -> 'rate' ->> 'name' as name, rate_weight(a.limits) as weight,
             next_limit(a.limits - 'rate', j.operation_slot, null, j.action_slot) is not null as comes_again, coalesce(a.queue, o.queue) as queue
        from unnest(v_ids, v_gates) as i (operation_id, gate)
       cross join lateral (select * from jobs j where j.operation_id = i.operation_id offset 0) as j
       cross join lateral (select * from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
       cross join lateral (select o.queue from operations o where o.id = j.operation_id offset 0) as o
    ),
    ranked as materialized (
      select c.*, r.gap, r.tolerance, r.version, g.gate is null as is_new, coalesce(g.waiting, 0) as waiting, coalesce(g.next_ticket, 1) as next_ticket, g.closed_until,
             greatest(g.closed_until, rate_base(g.used_until, g.version = r.version, r.gap, p_now)) as base,
             rate_base(g.used_until, g.version = r.version, r.gap, p_now) as unused,
             row_number() over by_place as place, count(*) over (partition by c.gate) as jobs, sum(c.weight) over by_place - c.weight as before
        from come c
        join rates r on r.name = c.name
        left join lateral (select * from rate_gates g where g.gate = c.gate offset 0) as g on true
      window by_place as (partition by c.gate order by c.priority, c.run_at, c.operation_id)
    ),
    timed as materialized (
      select r.*, greatest(p_now, r.closed_until, r.base + r.before * r.gap - r.tolerance) as starts_at from ranked r
    ),
    -- Nobody overtakes who is in line.
    admitted as materialized (
      select t.*, t.waiting = 0 and t.starts_at <= p_now + interval '2 seconds' as is_admitted from timed t
    ),
    -- Whoever closes a rate uses nothing up, so that it is as it was when somebody opens it.
    counted as materialized (
      select a.*, count(*) filter (where a.is_admitted) over (partition by a.gate) as admits,
             coalesce(a.base + sum(a.weight) filter (where a.is_admitted) over (partition by a.gate) * a.gap, a.unused) as used_until
        from admitted a
    ),
    totals as materialized (
      select c.gate, c.name, c.version, c.is_new, c.used_until, c.jobs - c.admits as rest, rate_look(c.used_until, c.tolerance, c.closed_until, p_now) as look_at
        from counted c
       where c.place = 1
    ),
    opened as (
      insert into rate_gates (gate, name, used_until, version, waiting, next_ticket, look_at)
        select gate, name, used_until, version, rest, 1 + rest, look_at from totals where is_new
    ),
    grown as (
      update rate_gates g
         set used_until = t.used_until, version = t.version, waiting = g.waiting + t.rest, next_ticket = g.next_ticket + t.rest,
             look_at = case when g.waiting = 0 then t.look_at else g.look_at end
        from totals t
       where g.gate = any (array[t.gate]) and not t.is_new
    ),
    changed as (
      update jobs j
         set queue = case when c.is_admitted and not c.comes_again then c.queue else j.queue end,
             paced_at = case when c.is_admitted then c.starts_at end,
             gate = case when not c.is_admitted then c.gate end,
             ticket = case when not c.is_admitted then c.next_ticket + c.place - c.admits - 1 end,
             came_at = case when not c.is_admitted then j.run_at end,
             run_at = case when c.is_admitted then c.starts_at else 'infinity' end
        from counted c
       where j.operation_id = any (array[c.operation_id])
      returning j.queue, c.is_admitted
    )
    select c.queue, count(*)::integer as jobs from changed c where c.is_admitted group by c.queue
  loop
    v_admitted := v_admitted + v.jobs;
    if v.queue <> '/limits' then
      perform wake(v.queue, v.jobs);
    end if;
  end loop;
  return v_admitted;
end
$$;


--
-- Name: FUNCTION pace_newcomers(p_operation_ids bigint[], p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.pace_newcomers(p_operation_ids bigint[], p_now timestamp with time zone) IS 'Gives a time to each job that has come to a rate and may start within two seconds, and a place in line to the others. Returns how many times.';


--
-- Name: pace_waiters(text[], timestamp with time zone, timestamp with time zone, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.pace_waiters(p_offered text[], p_from timestamp with time zone, p_now timestamp with time zone, p_limit integer) RETURNS TABLE(admitted integer, coming bigint[])
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_gate text;
  v record;
  v_ids bigint[];
  v_starts timestamptz[];
  v_used_until timestamptz;
  v_left text[] := '{}';
begin
  admitted := 0;
  coming := '{}';
  foreach v_gate in array array(
    select d.gate
      from (
        (select g.gate, g.look_at from rate_gates g where g.waiting > 0 and g.look_at >= p_from and g.look_at <= p_now order by g.look_at limit p_limit)
        union all
        select g.gate, p_now
          from unnest(p_offered) as offered (gate)
         cross join lateral (select g.gate, g.waiting from rate_gates g where g.name = rate_of_gate(offered.gate) offset 0) as g
         where is_rate_gate(offered.gate) and g.waiting > 0
      ) as d
     group by d.gate
     order by min(d.look_at), d.gate
  ) loop
    -- They are too many for this look, or somebody counts under it.
    if admitted >= p_limit or not pg_try_advisory_xact_lock(gate_lock(v_gate)) then
      v_left := v_left || v_gate;
      continue;
    end if;
    select g.closed_until, r.gap, r.tolerance, r.version, greatest(g.closed_until, rate_base(g.used_until, g.version = r.version, r.gap, p_now)) as base,
           rate_base(g.used_until, g.version = r.version, r.gap, p_now) as unused
      into v
      from rate_gates g
      join rates r on r.name = g.name
     where g.gate = v_gate and g.waiting > 0;
    continue when not found;
    select coalesce(array_agg(t.operation_id), '{}'), array_agg(t.starts_at), coalesce(v.base + sum(t.weight) * v.gap, v.unused) into v_ids, v_starts, v_used_until
      from (
        select l.operation_id, l.weight,
               greatest(p_now, v.closed_until, v.base + (sum(l.weight) over (order by l.priority, l.ticket) - l.weight) * v.gap - v.tolerance) as starts_at
          from (
            select j.operation_id, j.priority, j.ticket, rate_weight(a.limits) as weight
              from (
                select * from jobs j where j.gate = v_gate and j.ticket is not null order by j.priority, j.ticket limit least(
                  p_limit - admitted,
                  -- No more than may start soon, were each of weight one.
                  greatest(coalesce(ceil(extract(epoch from p_now + interval '2 seconds' + v.tolerance - v.base) / nullif(extract(epoch from v.gap), 0)), p_limit), 0) + 1
                )
                   for update skip locked
              ) as j
             cross join lateral (select a.limits from actions a where a.operation_id = j.operation_id and a.position = j.position offset 0) as a
          ) as l
      ) as t
     where t.starts_at <= p_now + interval '2 seconds';
    admitted := admitted + cardinality(v_ids);
    coming := coming || let_in(v_ids, p_now, v_starts);
    update rate_gates g
       set used_until = v_used_until, version = v.version, waiting = g.waiting - cardinality(v_ids),
           -- Somebody has the others' rows, or they are too many for this look.
           look_at = greatest(p_now + interval '0.05 seconds', rate_look(v_used_until, v.tolerance, v.closed_until, p_now))
     where g.gate = v_gate;
  end loop;
  -- What was left is due by the time of its look, or is offered once more.
  if v_left <> '{}' and p_offered <> '{}' then
    insert into limit_releases (gate, slots, waiters)
      select distinct rate_gate(g.name), 0, 0
        from unnest(v_left) as skipped (gate)
       cross join lateral (select g.name from rate_gates g where g.gate = skipped.gate offset 0) as g
       where rate_gate(g.name) = any (p_offered);
  end if;
  return next;
end
$$;


--
-- Name: FUNCTION pace_waiters(p_offered text[], p_from timestamp with time zone, p_now timestamp with time zone, p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.pace_waiters(p_offered text[], p_from timestamp with time zone, p_now timestamp with time zone, p_limit integer) IS 'Gives their times to those in line before rates that may start within two seconds: by priority, then by ticket. Returns how many, and who comes to a limit of its action next.';


--
-- Name: parse_cron(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.parse_cron(p_cron text) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  c_weekdays constant text[] := '{sun,mon,tue,wed,thu,fri,sat}';
  v_text text := lower(regexp_replace(btrim(p_cron, E' \t\n'), '[[:space:]]+', ' ', 'g'));
  v_fields text[];
  v_item text;
  v_parts text[];
  v_days bigint := 0;
  v_weekdays bigint := 0;
  v_occurrences bigint := 0;
  v_plain text[];
  v_cron bigint[];
begin
  v_text := case v_text
    when '@yearly' then '0 0 1 1 *' when '@annually' then '0 0 1 1 *' when '@monthly' then '0 0 1 * *' when '@weekly' then '0 0 * * 0'
    when '@daily' then '0 0 * * *' when '@midnight' then '0 0 * * *' when '@hourly' then '0 * * * *'
    else v_text
  end;
  if v_text like '@%' then
    raise exception using errcode = 'OP004', message = format('"%s" is no cron expression', left(p_cron, 100)),
      hint = 'Known are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly. For a time that passes between two slots, give "every" instead of cron.';
  end if;
  v_fields := string_to_array(v_text, ' ');
  if p_cron is null or cardinality(v_fields) not in (5, 6) or length(p_cron) > 1000 then
    raise exception using errcode = 'OP004',
      message = case
        when p_cron is null then 'a cron expression is missing'
        when length(p_cron) > 1000 then format('a cron expression of %s characters is too long', length(p_cron))
        else format('"%s" has %s fields, not 5 or 6', left(p_cron, 100), cardinality(v_fields))
      end,
      hint = 'The fields are minute, hour, day of month, month, day of week; six of them begin with seconds. "30 2 * * *" is every day at 02:30.';
  end if;
  if cardinality(v_fields) = 5 then
    v_fields := '{0}' || v_fields;
  end if;

  -- The day of the month knows L, the last day, and L-3.
  v_plain := '{}';
  foreach v_item in array string_to_array(v_fields[4], ',') loop
    v_parts := regexp_match(v_item, '^l(?:-([0-9]{1,2}))?$');
    if v_parts is null then
      v_plain := v_plain || v_item;
    elsif v_parts[1] is null then
      v_days := v_days | 1;
    else
      v_days := v_days | (1::bigint << (31 + cron_number('day of month', v_parts[1], 1, 30, null)));
    end if;
  end loop;
  if v_days = 0 or cardinality(v_plain) > 0 then
    v_days := v_days | cron_field('day of month', array_to_string(v_plain, ','), 1, 31);
  end if;

  -- The day of the week knows fri#2, the second Friday of the month, and friL, the last one.
  v_plain := '{}';
  foreach v_item in array string_to_array(v_fields[6], ',') loop
    v_parts := regexp_match(v_item, '^([a-z0-9]+)#([0-9]+)$');
    if v_parts is not null then
      v_occurrences := v_occurrences | (1::bigint << (
        cron_number('day of week', v_parts[1], 0, 7, c_weekdays) % 7 * 6 + cron_number('day of week, after #', v_parts[2], 1, 5, null)
      ));
    elsif v_item ~ '^([0-9]|[a-z]{3})l$' then
      v_occurrences := v_occurrences | (1::bigint << (cron_number('day of week', left(v_item, -1), 0, 7, c_weekdays) % 7 * 6));
    else
      v_plain := v_plain || v_item;
    end if;
  end loop;
  if v_occurrences = 0 or cardinality(v_plain) > 0 then
    v_weekdays := cron_field('day of week', array_to_string(v_plain, ','), 0, 7, c_weekdays);
    v_weekdays := (v_weekdays | (v_weekdays >> 7)) & 127;
  end if;

  v_cron := array[
    cron_field('second', v_fields[1], 0, 59), cron_field('minute', v_fields[2], 0, 59), cron_field('hour', v_fields[3], 0, 23),
    v_days, cron_field('month', v_fields[5], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'), v_weekdays, v_occurrences,
    case when v_fields[2] ~ '^[*?]' or v_fields[3] ~ '^[*?]' then 1 else 0 end
      + case when v_fields[4] ~ '^[*?]' then 0 else 2 end
      + case when v_fields[6] ~ '^[*?]' then 0 else 4 end
  ];
  -- In the 40 years from there, every date falls on every day of the week.
  if next_cron_day(v_cron, '2000-01-01') is null then
    raise exception using errcode = 'OP004', message = format('day of month: there is no day such as "%s" in the month "%s"%s', v_fields[4], v_fields[5],
        case when v_cron[8] & 4 = 4 or v_fields[6] not in ('*', '?') then format(' on the day of week "%s"', v_fields[6]) end),
      hint = 'L is the last day of a month, whatever its length.';
  end if;
  return v_cron;
end
$_$;


--
-- Name: FUNCTION parse_cron(p_cron text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.parse_cron(p_cron text) IS 'A cron expression as sets of bits, for next_slot: seconds, minutes, hours, days, months, days of the week, their occurrences in a month, flags. One that cannot be read, or whose day never comes, is refused with the field at fault (SQLSTATE OP004).';


--
-- Name: without_keys(jsonb, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.without_keys(p_globals jsonb, p_keys jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN (p_globals - ARRAY(SELECT jsonb_array_elements_text(p_keys) AS jsonb_array_elements_text));


--
-- Name: FUNCTION without_keys(p_globals jsonb, p_keys jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.without_keys(p_globals jsonb, p_keys jsonb) IS 'The document without the keys that the JSON array lists.';


--
-- Name: patched(jsonb, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.patched(p_globals jsonb, p_patch jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN (CASE WHEN (p_patch ? 'unset'::text) THEN backops.without_keys(p_globals, (p_patch -> 'unset'::text)) ELSE p_globals END || COALESCE((p_patch -> 'set'::text), '{}'::jsonb));


--
-- Name: FUNCTION patched(p_globals jsonb, p_patch jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.patched(p_globals jsonb, p_patch jsonb) IS 'The document after a patch {"set": {…}, "unset": [keys]}.';


--
-- Name: queues; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.queues (
    name backops.queue_name NOT NULL,
    paused_at timestamp with time zone,
    paused_until timestamp with time zone,
    paused_by text,
    reason text,
    CONSTRAINT queues_paused_whole CHECK (((paused_at IS NOT NULL) OR (COALESCE((paused_until)::text, paused_by, reason) IS NULL)))
);


--
-- Name: TABLE queues; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.queues IS 'Queues that were paused once. One without a row is not paused, and needs none. Written by pause and resume; queue_depth shows them.';


--
-- Name: COLUMN queues.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queues.name IS 'Name of the queue.';


--
-- Name: COLUMN queues.paused_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queues.paused_at IS 'Since when nothing of it is claimed; null while it runs.';


--
-- Name: COLUMN queues.paused_until; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queues.paused_until IS 'When it goes on by itself; null for when somebody resumes it.';


--
-- Name: COLUMN queues.paused_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queues.paused_by IS 'Database role that paused it.';


--
-- Name: COLUMN queues.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queues.reason IS 'Why, in the words of the person who did it.';


--
-- Name: pause(text, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.pause(queue text, until timestamp with time zone DEFAULT NULL::timestamp with time zone, reason text DEFAULT NULL::text) RETURNS backops.queues
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_now timestamptz := clock_now();
  v_queue queues;
begin
  perform check_queue_name(queue);
  if until <= v_now or not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('a queue cannot be paused until %s', until),
      hint = 'Give a time to come, such as now() + interval ''1 hour'', or none for until somebody resumes it.';
  end if;
  insert into queues as q (name, paused_at, paused_until, paused_by, reason)
    values (queue, v_now, until, session_user, left(reason, 2000))
    on conflict (name) do update
      set paused_at = case when q.paused_until <= v_now then v_now else coalesce(q.paused_at, v_now) end,
          paused_until = excluded.paused_until, paused_by = excluded.paused_by, reason = excluded.reason
    returning * into v_queue;
  perform write_audit('pause', null, reason, jsonb_build_object('queue', queue, 'until', until));
  if not exists (select from jobs j where j.queue in (pause.queue, fair_queue(pause.queue))) and not exists (select from workers w where pause.queue = any (w.queues)) then
    raise notice using message = format('nothing waits in the queue "%s", and no worker serves it', queue),
      hint = (
        select case when near is null then 'It stays paused for what comes.' else format('Did you mean "%s"?', near) end
          from nearest_name(queue, array(select n.queue from queue_names() as n (queue) where n.queue <> pause.queue)) as near
      );
  end if;
  if until is not null then
    -- Who sleeps has to learn when to wake.
    perform pg_notify(worker_channel(w.id), 'work') from workers w where w.sleeping and queue = any (w.queues);
  end if;
  return v_queue;
end
$$;


--
-- Name: FUNCTION pause(queue text, until timestamp with time zone, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.pause(queue text, until timestamp with time zone, reason text) IS 'Pauses a queue until a time, or until somebody resumes it: nothing of it is claimed any more. What runs finishes; the next action of its operation does not start. A queue that is paused gets the new time and reason. SELECT backops.pause(''mail'', now() + interval ''1 hour'', ''mail server down'')';


--
-- Name: pause_schedule(text, text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.pause_schedule(name text, reason text DEFAULT NULL::text, until timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_now timestamptz := clock_now();
begin
  if until <= v_now or not isfinite(until) then
    raise exception using errcode = 'OP004', message = format('a schedule cannot be paused until %s', until),
      hint = 'Give a time to come, such as now() + interval ''1 hour'', or none for until somebody resumes it.';
  end if;
  update schedules s
     set paused_at = coalesce(s.paused_at, v_now), paused_until = until, paused_by = session_user, pause_reason = left(reason, 2000),
         due_at = case when s.undeclared_at is null then until end
   where s.name = pause_schedule.name;
  if not found then
    perform refuse_unknown_schedule(name);
  end if;
  perform write_audit('pause_schedule', null, reason, jsonb_build_object('schedule', name, 'until', until));
end
$$;


--
-- Name: FUNCTION pause_schedule(name text, reason text, until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.pause_schedule(name text, reason text, until timestamp with time zone) IS 'Pauses a schedule until a time, or until somebody resumes it. Slots of the meantime are skipped, and recorded as such; an operation of it that is active goes on. One that is paused gets the new time and reason. SELECT backops.pause_schedule(''nightly-report'', ''bank holiday'')';


--
-- Name: place_in_batch(bigint, bigint, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.place_in_batch(p_number bigint, p_count bigint, p_name text, p_key text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (p_count > 1) THEN format('operation %s of %s ("%s"%s): '::text, p_number, p_count, p_name, ((', key "'::text || p_key) || '"'::text)) ELSE ''::text END;


--
-- Name: FUNCTION place_in_batch(p_number bigint, p_count bigint, p_name text, p_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.place_in_batch(p_number bigint, p_count bigint, p_name text, p_key text) IS 'How a message that refuses one of many operations begins; empty where there is only one.';


--
-- Name: plan_in_seconds(json); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.plan_in_seconds(p_branches json) RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select ('{' || string_agg(format('%s: %s', to_json(b.key), coalesce('[' || steps || ']', b.value::text)), ', ' order by b.n) || '}')::json
    from json_each(p_branches) with ordinality as b (key, value, n)
   cross join lateral (
     select string_agg(
              case
                when json_typeof(s.step -> 1) = 'object' then json_build_array(s.step -> 0, options_in_seconds((s.step -> 1)::jsonb))::text
                else s.step::text
              end, ', ' order by s.n
            ) as steps
       from json_array_elements(case json_typeof(b.value) when 'array' then b.value else '[]' end) with ordinality as s (step, n)
   ) as s
$$;


--
-- Name: FUNCTION plan_in_seconds(p_branches json); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.plan_in_seconds(p_branches json) IS 'A plan with the texts of its lengths of time, such as "2 days", as numbers of seconds, for programs that read it.';


--
-- Name: definition_actions; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.definition_actions (
    definition_id bigint NOT NULL,
    "position" integer NOT NULL,
    branch text NOT NULL,
    name text NOT NULL,
    perform_at timestamp with time zone,
    perform_in interval,
    perform_at_global text,
    max_attempts integer NOT NULL,
    backoff jsonb,
    timeout interval,
    queue text,
    starts boolean NOT NULL,
    wait jsonb,
    limits jsonb
);


--
-- Name: TABLE definition_actions; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.definition_actions IS 'The actions of every registered plan, one row each: what the enqueue trigger copies.';


--
-- Name: COLUMN definition_actions.definition_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.definition_id IS 'The version of the plan.';


--
-- Name: COLUMN definition_actions."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions."position" IS 'Place in the plan, 1 to n over all branches in declared order.';


--
-- Name: COLUMN definition_actions.branch; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.branch IS 'Branch that the action belongs to.';


--
-- Name: COLUMN definition_actions.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.name IS 'Name of the action.';


--
-- Name: COLUMN definition_actions.perform_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.perform_at IS 'Not before this time.';


--
-- Name: COLUMN definition_actions.perform_in; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.perform_in IS 'Not before this long after the operation reached the action.';


--
-- Name: COLUMN definition_actions.perform_at_global; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.perform_at_global IS 'Not before the time in this key of the globals.';


--
-- Name: COLUMN definition_actions.max_attempts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.max_attempts IS 'Attempts before the operation fails.';


--
-- Name: COLUMN definition_actions.backoff; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.backoff IS 'Delay between attempts; null is the default (see backoff_delay).';


--
-- Name: COLUMN definition_actions.timeout; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.timeout IS 'Longest time that one attempt may take.';


--
-- Name: COLUMN definition_actions.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.queue IS 'Queue of this action; null is the queue of the operation.';


--
-- Name: COLUMN definition_actions.starts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.starts IS 'True for the first action of main.';


--
-- Name: COLUMN definition_actions.wait; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.wait IS 'What the operation waits for at this step, which no worker runs; null for an action.';


--
-- Name: COLUMN definition_actions.limits; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definition_actions.limits IS 'The limits of the step, as in actions.';


--
-- Name: plan_rows(json, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.plan_rows(p_branches json, p_place text DEFAULT ''::text) RETURNS SETOF backops.definition_actions
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $$
declare
  v_branch record;
  v_entry record;
  v definition_actions;
  v_seen text[] := '{}';
  v_waits jsonb[] := '{}';
  v_place text;
  v_name text;
  v_options jsonb;
  v_position integer := 0;
  v_limit jsonb;
begin
  if json_typeof(p_branches) is distinct from 'object' then
    raise exception using errcode = 'OP004', message = p_place || 'branches must be a JSON object',
      hint = 'Write {"main": ["FirstAction", "SecondAction"], "other_branch": ["Third"]}.';
  end if;

  -- No branch can have this name.
  if (p_branches -> '/limit')::jsonb <> 'null' then
    v_limit := read_limit(p_place || 'the operation', (p_branches -> '/limit')::jsonb, true);
  end if;
  for v_branch in select key, value from json_each(p_branches) where key <> '/limit' loop
    if v_branch.key = any (v_seen) then
      raise exception using errcode = 'OP004', message = p_place || format('branch "%s" is given twice', v_branch.key);
    end if;
    v_seen := v_seen || v_branch.key;
    if length(v_branch.key) not between 1 and 200 or v_branch.key ~ '[/[:cntrl:]]' then
      raise exception using errcode = 'OP004', message = p_place || format('"%s" is no name of a branch', left(v_branch.key, 200)),
        hint = 'Names have 1 to 200 characters, without "/" and control characters.';
    end if;
    if json_typeof(v_branch.value) <> 'array' or json_array_length(v_branch.value) = 0 then
      raise exception using errcode = 'OP004', message = p_place || format('branch "%s" has no actions', v_branch.key),
        hint = 'Give it at least one, or leave the branch out.';
    end if;

    for v_entry in select value, n from json_array_elements(v_branch.value) with ordinality as e (value, n) loop
      v_position := v_position + 1;
      v_options := '{}';
      v_name := null;
      if json_typeof(v_entry.value) = 'string' then
        v_name := v_entry.value #>> '{}';
      elsif json_typeof(v_entry.value) = 'array'
        and json_typeof(v_entry.value -> 0) = 'string'
        and coalesce(json_typeof(v_entry.value -> 1), 'object') = 'object'
        and json_array_length(v_entry.value) <= 2
      then
        v_name := v_entry.value ->> 0;
        v_options := coalesce((v_entry.value -> 1)::jsonb, '{}');
      end if;
      v_place := p_place || format('action %s of branch "%s"', v_entry.n, v_branch.key);
      if v_name is null or length(v_name) not between 1 and 200 or v_name ~ '[/[:cntrl:]]' then
        raise exception using errcode = 'OP004', message = format('%s is not the name of an action', v_place),
          detail = left(v_entry.value::text, 200),
          hint = 'Write "Name" or ["Name", {"perform_at": "…"}]; names have 1 to 200 characters, without "/" and control characters.';
      end if;

      v := read_options(format('%s ("%s")', v_place, v_name), v_options);
      v.position := v_position;
      v.branch := v_branch.key;
      v.name := v_name;
      v.starts := v_branch.key = 'main' and v_entry.n = 1;
      -- With a maximum of one, it would wait for itself.
      if v.limits -> 'action' ->> 'name' = v_limit ->> 'name' then
        raise exception using errcode = 'OP004', message = format('%s ("%s") has the limit "%s" of its operation', v_place, v_name, v_limit ->> 'name'),
          hint = 'The operation would wait for a slot while it holds one: give one of them another name.';
      end if;
      if v_limit is not null then
        v.limits := coalesce(v.limits, '{}') || jsonb_build_object('operation', v_limit);
      end if;
      v_waits := v_waits || v.wait;
      return next v;
    end loop;
  end loop;

  if v_position = 0 then
    raise exception using errcode = 'OP004', message = p_place || 'branches has no actions',
      hint = 'Give at least {"main": ["FirstAction"]}.';
  end if;
  if not 'main' = any (v_seen) then
    raise exception using errcode = 'OP004', message = p_place || 'there is no branch "main", where an operation starts',
      detail = format('Branches given: %s.', array_to_string(v_seen, ', '));
  end if;
  perform check_timeout_branches(p_place, v_waits, v_seen);
end
$$;


--
-- Name: FUNCTION plan_rows(p_branches json, p_place text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.plan_rows(p_branches json, p_place text) IS 'Reads and checks branches: one row per action, in declared order. Refuses with SQLSTATE OP004 and a hint; the message begins with p_place.';


--
-- Name: point_at(backops.operations, integer, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.point_at(p_operation backops.operations, p_position integer, p_at_once boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_run_at timestamptz := v_now;
  v_action actions;
begin
  select * into strict v_action from actions where operation_id = p_operation.id and position = p_position;
  -- An action that has begun before has had its time.
  if v_action.wait is not null then
    v_run_at := case when p_at_once then v_now else greatest(p_operation.perform_at, v_now) end;
  elsif v_action.started_at is null and not p_at_once then
    v_run_at := greatest(
      p_operation.perform_at,
      due_at(v_action.perform_at, v_action.perform_in, v_action.perform_at_global, p_operation.globals, v_now)
    );
    if v_run_at = 'infinity' then
      raise exception using errcode = 'OP007',
        message = format('the global "%s" of operation %s, which holds the time of %s/%s, is not a time',
                         v_action.perform_at_global, p_operation.id, v_action.branch, v_action.name),
        hint = format('set_global(%s, ''%s'', ''"2027-01-01T08:00:00Z"'') sets it.', p_operation.id, v_action.perform_at_global);
    end if;
  end if;
  if p_operation.state <> 'active' then
    perform regain_operation_key(p_operation), forget_failure(p_operation.id);
    update operations set state = 'active', ended_at = null, stopped_position = null, stop_reason = null where id = p_operation.id;
  end if;
  perform withdraw_approval(p_operation.id, v_now);
  -- No definition_id: it went with the old job, and the one that is current now may have other positions. Who claims the job
  -- gets the plan from its actions.
  insert into jobs as j (operation_id, run_at, position, steps_left, priority, queue, handler)
    values (p_operation.id, v_run_at, p_position, p_operation.step_limit, p_operation.priority,
            job_queue(v_action.wait, v_action.limits, null, null, null, v_action.queue, p_operation.queue),
            case when p_operation.branches is null then p_operation.name else '' end || '/' || v_action.name)
    on conflict (operation_id) do update
      set run_at = excluded.run_at, position = excluded.position, steps_left = excluded.steps_left,
          queue = job_queue(v_action.wait, v_action.limits, j.operation_slot, null, null, v_action.queue, p_operation.queue),
          handler = excluded.handler, attempt = 0, crashes = 0, waits_since = null, action_slot = null, paced_at = null, gate = null, ticket = null, came_at = null, turn = null,
          operation_slot = kept_slot(j.operation_slot, v_action.wait, v_action.limits);
  update actions
     set earlier_attempts = earlier_attempts + attempts_count, attempts_count = 0, wait_outcome = null
   where operation_id = p_operation.id and position = p_position;
  if v_action.wait is not null then
    perform settle_wait(p_operation.id);
  elsif v_run_at <= v_now then
    perform wake(queue, 1) from jobs where operation_id = p_operation.id;
  end if;
end
$$;


--
-- Name: FUNCTION point_at(p_operation backops.operations, p_position integer, p_at_once boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.point_at(p_operation backops.operations, p_position integer, p_at_once boolean) IS 'Makes an action the next one, with a fresh budget of attempts: due now if it has begun before or p_at_once says so, else at its time. A wait begins anew.';


--
-- Name: position_after(bigint, text, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.position_after(p_operation_id bigint, p_branch text, p_position integer) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
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


--
-- Name: FUNCTION position_after(p_operation_id bigint, p_branch text, p_position integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.position_after(p_operation_id bigint, p_branch text, p_position integer) IS 'Where an operation goes on after an action of a side branch: the next of that branch, else the first that main has left.';


--
-- Name: preview_backfill(text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.preview_backfill(name text, since timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS TABLE(slots integer, first_slot timestamp with time zone, last_slot timestamp with time zone, already_run integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_schedule schedules := find_schedule(name);
  v_cron bigint[] := case when v_schedule.cron is not null then parse_cron(v_schedule.cron) end;
  v_slot timestamptz;
begin
  until := coalesce(until, clock_now());
  if isfinite(since) is not true or isfinite(until) is not true or since > until then
    raise exception using errcode = 'OP004',
      message = format('since %s, until %s: there is no such time span', coalesce(since::text, 'null'), until),
      hint = 'since is the earlier of two times that have passed.';
  end if;
  if until > clock_now() then
    raise exception using errcode = 'OP004', message = format('until: %s has not come yet', until), hint = 'The schedule runs slots to come by itself.';
  end if;
  v_schedule := begun_before(v_schedule, since);
  slots := 0;
  already_run := 0;
  v_slot := schedule_slot(v_schedule, v_cron, since - interval '1 microsecond');
  while v_slot <= until loop
    slots := slots + 1;
    if slots > backfill_limit() then
      raise exception using errcode = 'OP004', message = format('the schedule "%s" has more than %s slots from %s to %s', v_schedule.name, backfill_limit(), since, until),
        hint = 'Give a shorter time span, and the next one when that is done.';
    end if;
    first_slot := coalesce(first_slot, v_slot);
    last_slot := v_slot;
    if exists (select from operations o where o.name = v_schedule.operation and o.key = v_schedule.name || '/' || slot_text(v_slot)) then
      already_run := already_run + 1;
    end if;
    v_slot := schedule_slot(v_schedule, v_cron, v_slot);
  end loop;
  return next;
end
$$;


--
-- Name: FUNCTION preview_backfill(name text, since timestamp with time zone, until timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.preview_backfill(name text, since timestamp with time zone, until timestamp with time zone) IS 'How many slots a schedule has from one time to another, both included, and how many of them have an operation already, which a backfill leaves out.';


--
-- Name: preview_slots(text, text, integer, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.preview_slots(cron text, time_zone text DEFAULT 'UTC'::text, n integer DEFAULT 10, after timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS TABLE(number integer, slot timestamp with time zone, utc timestamp without time zone, local timestamp without time zone, shifted boolean, rule text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_cron bigint[] := parse_cron(preview_slots.cron);
begin
  perform check_time_zone(preview_slots.time_zone), check_slot_count(preview_slots.n);
  slot := coalesce(preview_slots.after, clock_now());
  if not isfinite(slot) then
    raise exception using errcode = 'OP004', message = format('there is no slot after %s', slot);
  end if;
  rule := slot_rule(v_cron);
  for v_number in 1..preview_slots.n loop
    slot := next_slot(v_cron, preview_slots.time_zone, slot);
    exit when slot is null;
    number := v_number;
    utc := slot at time zone 'UTC';
    local := slot at time zone preview_slots.time_zone;
    shifted := next_local_slot(v_cron, local - interval '1 second') <> local;
    return next;
  end loop;
end
$$;


--
-- Name: FUNCTION preview_slots(cron text, time_zone text, n integer, after timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.preview_slots(cron text, time_zone text, n integer, after timestamp with time zone) IS 'The next slots of a cron expression, in UTC and on the clock of the zone: shifted ones are those that a gap of the clock has moved. rule says what happens when clocks change. SELECT * FROM backops.preview_slots(''30 2 * * *'', ''Europe/Berlin'')';


--
-- Name: privileges(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.privileges() RETURNS TABLE(kind text, name text, role text, privilege text, columns text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  -- Kinds are table, view, function (of all argument lists), and part: a function that is granted because a view or a default calls it.
  select 'table', 'operations', 'enqueue', 'insert', 'name, key, key_mode, queue, priority, perform_at, step_limit, traceparent, tags, branches, globals'
  union all
  select 'table', 'operations', role, 'select', 'id, name, state, key, key_mode, active_key' from unnest('{enqueue,worker}'::text[]) as role
  union all
  select 'table', 'operations', 'operator', 'select',
         'id, name, state, key, key_mode, active_key, queue, priority, perform_at, step_limit, created_at, ended_at, completed_at, parked_at, stopped_position, stop_reason, '
         'enqueued_by, traceparent, tags, branches, schedule, slot'
  union all
  select 'table', name, 'operator', 'select', null from unnest('{actions,jobs,operation_keys}'::text[]) as name
  union all
  select 'table', name, role, 'select', null
    from unnest('{attempts,attempt_logs,definitions,definition_actions,workers,queues,skipped_slots,approvers,migrations,engine}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'table', name, 'worker', 'select', null from unnest('{definitions,workers,migrations,engine}'::text[]) as name
  union all
  -- Workers vacuum the table themselves; before PostgreSQL 17 only its owner may.
  select 'table', 'jobs', 'worker', 'maintain', null where current_setting('server_version_num')::integer >= 170000
  union all
  select 'view', name, role, 'select', null
    from unnest(
      '{operation_status,action_status,signal_status,approval_status,pending_approvals,timeline,audit,failures,queue_depth,wait_depth,paused_queues,worker_status,stuck,throughput,slow_actions,help,schedule_status,limit_status,limit_lines,rate_status,rate_lines,queue_limit_status,fair_queue_status,fair_queue_lines}'::text[]
    ) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'view', name, 'approver', 'select', null from unnest('{approval_status,pending_approvals}'::text[]) as name
  union all
  select 'function', name, 'approver', 'execute', null from unnest('{decide,extend,may_decide}'::text[]) as name
  union all
  select 'function', name, 'enqueue', 'execute', null from unnest('{enqueue,enqueue_many,enqueue_keyed,enqueue_keyed_many,enqueue_each,signal}'::text[]) as name
  union all
  select 'function', name, 'worker', 'execute', null
    from unnest(
      '{register_definition,register_worker,consume,back_off,heartbeat,attach_session,missing_workers,rescue,unregister_worker,unpark,
        claim,claim_suspect,next_due,held,lost_claims,missed_claim,complete,complete_many,fail,fail_many,snooze,snooze_many,release_many,
        checkpoint,report_progress,record_actions,store_logs,sampled_queue_depth,sampled_queue_limits,sampled_wait_depth,prune,schedules_due_in,run_schedules,check_schedules,declare_schedules,settle_schedules,advance_backfill}'::text[]
    ) as name
  union all
  select 'function', name, 'operator', 'execute', null
    from unnest(
      '{retry,cancel,skip,jump,run_from,set_global,reschedule,rerun,retry_where,cancel_where,wake_up,signal,signal_where,decide,extend,pause,resume,set_limit,reset_limit,set_queue_limit,set_queue_fairness,set_rate,reset_rate,close_rate,recount_limits,prune,rescue,unpark,invariants,
        schedule,unschedule,pause_schedule,resume_schedule,run_schedule,backfill_schedule}'::text[]
    ) as name
  union all
  select 'function', name, role, 'execute', null
    from unnest('{find_operations,explain,flow,wait,may_decide,next_slots,preview_slots,preview_backfill,doubtful_schedules}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'part', name, role, 'execute', null
    from unnest('{privileges,statement_now,sees_secrets,redacted,queue_names,front_of_queue,count_queue,count_waits,bucket_quantile,bucket_sums,duration_bucket_limits,obstacles,describe_wait,describe_limit,is_rate_gate,queue_gate,fair_queue,served_queue,counted_key,is_secret,rate_of_gate,rate_base,awaited_signals,nobody_decides,zone_time,undeclared_reason,plan_in_seconds}'::text[]) as name
   cross join unnest('{reader,operator}'::text[]) as role
  union all
  select 'part', name, role, 'execute', null
    from unnest('{clock_now,now}'::text[]) as name
   cross join unnest('{enqueue,worker,operator,approver,reader}'::text[]) as role
$$;


--
-- Name: FUNCTION privileges(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.privileges() IS 'What each of the roles may do: all of it, and nothing else. enqueue starts operations, worker runs them, operator steers, approver decides, reader looks.';


--
-- Name: problem_message(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.problem_message(p_problem text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE p_problem WHEN 'StepLimit'::text THEN 'the operation has completed as many actions as its step limit allows; does a jump go round in circles? retry lets it go on for as many again'::text WHEN 'InvalidPerformAt'::text THEN 'the global that holds the time of this action is not text such as "2027-01-01T08:00:00Z"; set it with set_global, then retry'::text ELSE NULL::text END;


--
-- Name: FUNCTION problem_message(p_problem text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.problem_message(p_problem text) IS 'What an operator is told when an action cannot start.';


--
-- Name: prune(interval, integer, bigint, interval, interval, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.prune(older_than interval DEFAULT NULL::interval, at_most integer DEFAULT 1000, after bigint DEFAULT NULL::bigint, completed interval DEFAULT NULL::interval, failed interval DEFAULT NULL::interval, cancelled interval DEFAULT NULL::interval) RETURNS TABLE(pruned integer, reached bigint, more boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  -- Small, because this is what a call costs that finds nothing.
  c_window constant integer := 200;
  v_completed_before timestamptz := clock_now() - coalesce(prune.completed, prune.older_than);
  v_failed_before timestamptz := clock_now() - coalesce(prune.failed, prune.older_than);
  v_cancelled_before timestamptz := clock_now() - coalesce(prune.cancelled, prune.older_than);
  v_youngest timestamptz := greatest(v_completed_before, v_failed_before, v_cancelled_before);
  v_position bigint := coalesce(prune.after, -9223372036854775808);
  v_read integer := 0;
  v_ids bigint[] := '{}';
  v_window record;
begin
  if v_youngest is null then
    raise exception using errcode = 'OP004', message = 'prune must be told how old an operation has to be',
      hint = 'prune(''30 days'') prunes whatever ended before; completed, failed and cancelled give a state its own age.';
  end if;
  if least(prune.older_than, prune.completed, prune.failed, prune.cancelled) < interval '0' then
    raise exception using errcode = 'OP004', message = 'an age must not be negative';
  end if;
  if prune.at_most is null or prune.at_most not between 1 and 100000 then
    raise exception using errcode = 'OP004', message = format('cannot prune %s operations at once', coalesce(prune.at_most::text, 'null')),
      hint = 'at_most is 1 to 100000.';
  end if;

  reached := prune.after;
  loop
    select count(*) as count, max(id) as last, max(id) filter (where created_at <= v_youngest) as last_old,
           coalesce(array_agg(id order by id) filter (where ended_before), '{}') as ids
      into v_window
      from (
        select id, created_at,
               ended_at <= case state
                 when 'completed' then v_completed_before when 'failed' then v_failed_before when 'cancelled' then v_cancelled_before
               end as ended_before
          from operations
         where id > v_position
         order by id
         limit c_window
      ) as w;
    v_ids := v_ids || v_window.ids;
    if cardinality(v_ids) >= prune.at_most then
      v_ids := v_ids[1:prune.at_most];
      reached := v_ids[prune.at_most];
      more := true;
      exit;
    end if;
    reached := coalesce(v_window.last_old, reached);
    v_position := v_window.last;
    v_read := v_read + v_window.count;
    more := v_window.count = c_window and v_window.last_old = v_window.last;
    exit when more is distinct from true or v_read >= 10 * prune.at_most;
  end loop;
  more := coalesce(more, false);

  -- Under the lock it counts whether it has ended: a retry may have been faster.
  v_ids := array(
    select o.id
      from operations o
     where o.id = any (v_ids)
       and o.ended_at <= case o.state
         when 'completed' then v_completed_before when 'failed' then v_failed_before when 'cancelled' then v_cancelled_before
       end
       and not exists (select from jobs j where j.operation_id = o.id)
     order by o.id
       for update of o skip locked
  );
  -- The rest goes with them: see take_along_deleted.
  delete from operations where id = any (v_ids);
  -- Keys that throttled for longer than their operation was kept.
  delete from operation_keys
   where (name, key) in (
     select k.name, k.key
       from operation_keys k
      where k.free_at <= clock_now() and not exists (select from operations o where o.id = k.operation_id)
      limit prune.at_most
        for update skip locked
   );
  pruned := cardinality(v_ids);
  return next;
end
$$;


--
-- Name: FUNCTION prune(older_than interval, at_most integer, after bigint, completed interval, failed interval, cancelled interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.prune(older_than interval, at_most integer, after bigint, completed interval, failed interval, cancelled interval) IS 'Deletes operations that ended longer ago than older_than, with their actions and attempts; completed, failed and cancelled give a state an age of its own, and a state without any age stays. At most at_most in one call, lowest ids first, and from those behind the id after; what somebody else has locked is passed over. Where more is true, call again with after => reached. Active operations always stay. SELECT * FROM backops.prune(''30 days'')';


--
-- Name: queue_gate(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.queue_gate(p_queue text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN ('/queue/'::text || p_queue);


--
-- Name: FUNCTION queue_gate(p_queue text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.queue_gate(p_queue text) IS 'The gate of a queue with a limit, or of a fair one. No limit has such a name.';


--
-- Name: queue_names(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.queue_names() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 5
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
  with recursive waiting (queue) as (
    (select queue from jobs order by queue limit 1)
    union all
    select next.queue
      from waiting
     cross join lateral (select j.queue from jobs j where j.queue > waiting.queue order by j.queue limit 1) as next
  )
  select queue from waiting where left(queue, 1) <> '/'
  union
  select name from queues where paused_at is not null
  union
  select queue from fair_queues where by_global is not null
  union
  select unnest(queues) from workers
$$;


--
-- Name: FUNCTION queue_names(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.queue_names() IS 'Queues in which something waits, that are paused or fair, or that a worker serves: from one to the next by the index.';


--
-- Name: queue_of_gate(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.queue_of_gate(p_gate text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN substr(p_gate, 8);


--
-- Name: FUNCTION queue_of_gate(p_gate text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.queue_of_gate(p_gate text) IS 'What queue_gate has made a gate of.';


--
-- Name: queue_rooms(text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.queue_rooms(p_queues text[]) RETURNS integer[]
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_is_had boolean[] := array(
    select pg_try_advisory_xact_lock(gate_lock(queue_gate(q.queue))) from unnest(p_queues) with ordinality as q (queue, n) order by n
  );
  v_queue text;
begin
  -- A claim that was under way when the limit was set has none of it.
  for v_queue in
    select q.queue from unnest(p_queues, v_is_had) as q (queue, is_had) join queue_limits l on l.queue = q.queue
     where q.is_had and l.set_at > clock_now() - interval '1 minute'
  loop
    update queue_limits l set holding = l.holding + n from count_running(v_queue) as n where l.queue = v_queue and n > 0;
  end loop;
  -- In a statement of its own: it sees what the session counted that had the gate before.
  return array(
    select case when q.is_had then coalesce((select greatest(coalesce(l.maximum, 2147483647) - l.holding, 0) from queue_limits l where l.queue = q.queue), 2147483647) else 0 end
      from unnest(p_queues, v_is_had) with ordinality as q (queue, is_had, n)
     order by n
  );
end
$$;


--
-- Name: FUNCTION queue_rooms(p_queues text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.queue_rooms(p_queues text[]) IS 'How many more of each queue with a limit may be claimed by this transaction; none where another one is at it at this moment.';


--
-- Name: rate_base(timestamp with time zone, boolean, interval, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rate_base(p_used_until timestamp with time zone, p_is_current boolean, p_gap interval, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    RETURN GREATEST(p_now, CASE WHEN (NOT p_is_current) THEN LEAST(p_used_until, (p_now + p_gap)) ELSE p_used_until END);


--
-- Name: FUNCTION rate_base(p_used_until timestamp with time zone, p_is_current boolean, p_gap interval, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rate_base(p_used_until timestamp with time zone, p_is_current boolean, p_gap interval, p_now timestamp with time zone) IS 'Up to when a rate is used up, never before now. What was counted by other numbers is forgotten, but for one start.';


--
-- Name: rate_look(timestamp with time zone, interval, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rate_look(p_used_until timestamp with time zone, p_tolerance interval, p_closed_until timestamp with time zone, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    RETURN GREATEST(p_now, (GREATEST(p_closed_until, (p_used_until - p_tolerance)) - '00:00:01'::interval));


--
-- Name: FUNCTION rate_look(p_used_until timestamp with time zone, p_tolerance interval, p_closed_until timestamp with time zone, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rate_look(p_used_until timestamp with time zone, p_tolerance interval, p_closed_until timestamp with time zone, p_now timestamp with time zone) IS 'When the line before a rate is looked at next: a second before another one may start, so that those of another second go with it.';


--
-- Name: rate_weight(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rate_weight(p_limits jsonb) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN COALESCE((((p_limits -> 'rate'::text) ->> 'weight'::text))::integer, 1);


--
-- Name: FUNCTION rate_weight(p_limits jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rate_weight(p_limits jsonb) IS 'As how many starts that of an action counts under its rate.';


--
-- Name: read_approval(text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_approval(p_place text, p_options jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_given jsonb := jsonb_strip_nulls(p_options);
  v_within double precision := read_seconds(v_given -> 'within');
  v_remind jsonb := v_given -> 'remind';
  v_after double precision := read_seconds(v_remind -> 'after');
  v_choice text;
begin
  if jsonb_typeof(v_given -> 'approval') is distinct from 'string' or not is_plain_name(v_given ->> 'approval') then
    raise exception using errcode = 'OP004', message = format('%s: approval must name what is approved', p_place), detail = left((p_options -> 'approval')::text, 200),
      hint = 'Write {"approval": "refund"}: a name of 1 to 200 characters, without "/" and control characters.';
  end if;
  -- Also where it is null: what makes the plan may have had no value for it, and then everybody could decide.
  if p_options ? 'role' and (jsonb_typeof(p_options -> 'role') <> 'string' or not is_approver_name(p_options ->> 'role')) then
    raise exception using errcode = 'OP004', message = format('%s: role must name who decides', p_place), detail = left((p_options -> 'role')::text, 200),
      hint = 'It is a database role, or a role of the table approvers: 1 to 200 characters, without control characters.';
  end if;
  if v_given ? 'question' and (jsonb_typeof(v_given -> 'question') <> 'string' or length(v_given ->> 'question') not between 1 and 2000) then
    raise exception using errcode = 'OP004', message = format('%s: question must be text of 1 to 2000 characters', p_place),
      hint = 'It may name globals: "Refund order {order}?".';
  end if;
  if v_given ? 'within' and (v_within is null or v_within not between 0 and 3155760000) then
    raise exception using errcode = 'OP004', message = format('%s: within is %s', p_place, left((p_options -> 'within')::text, 100)),
      hint = 'Give seconds, or an interval such as "2 days": 100 years at the most.';
  end if;
  foreach v_choice in array '{else,rejected}'::text[] loop
    if v_given ? v_choice and not is_wait_choice(v_given -> v_choice) then
      raise exception using errcode = 'OP004', message = format('%s: %s is %s', p_place, v_choice, left((p_options -> v_choice)::text, 100)),
        hint = format('%s is "fail", "go_on" or {"branch": "escalate"}.', v_choice);
    end if;
  end loop;
  if v_given ? 'else' and not v_given ? 'within' then
    raise exception using errcode = 'OP004', message = format('%s has else, but no within', p_place),
      hint = 'else says what comes when nobody has decided within a time; "rejected" says what a rejection does.';
  end if;
  if v_given ? 'as' and (jsonb_typeof(v_given -> 'as') <> 'string' or not is_global_key(v_given ->> 'as')) then
    raise exception using errcode = 'OP004', message = format('%s: as must name the global that takes the decision', p_place);
  end if;
  if v_given ? 'remind' and (
    jsonb_typeof(v_remind) <> 'object' or v_remind - '{after,operation}'::text[] <> '{}'
    or (v_after between 1 and 3155760000) is not true
    or (jsonb_typeof(v_remind -> 'operation') = 'string' and is_plain_name(v_remind ->> 'operation')) is not true
  ) then
    raise exception using errcode = 'OP004', message = format('%s: remind is %s', p_place, left((p_options -> 'remind')::text, 200)),
      hint = 'Write {"after": "24 hours", "operation": "RemindApprovers"}: a second at the least, and the name of the operation to enqueue.';
  end if;
  if v_after >= v_within then
    raise exception using errcode = 'OP004', message = format('%s would remind when it is over: after %s of %s seconds', p_place, v_after, v_within),
      hint = 'Let remind come before the time of within.';
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'approval', v_given -> 'approval', 'role', v_given -> 'role', 'question', v_given -> 'question', 'timeout', v_within,
    'on_timeout', case when v_within is not null then coalesce(v_given -> 'else', '"fail"') end,
    'on_rejected', coalesce(v_given -> 'rejected', v_given -> 'else', '"fail"'),
    'as', v_given -> 'as',
    'remind', case when v_remind is not null then jsonb_build_object('after', v_after, 'operation', v_remind -> 'operation') end
  ));
end
$$;


--
-- Name: FUNCTION read_approval(p_place text, p_options jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_approval(p_place text, p_options jsonb) IS 'What a step asks for, of its options approval, role, question, within, else, rejected, as and remind. Refuses what it does not know (SQLSTATE OP004).';


--
-- Name: read_declared_interval(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_declared_interval(p_value jsonb) RETURNS interval
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case jsonb_typeof(p_value) when 'number' then make_interval(secs => p_value::double precision) when 'null' then null else (p_value #>> '{}')::interval end
$$;


--
-- Name: FUNCTION read_declared_interval(p_value jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_declared_interval(p_value jsonb) IS 'A time span in a declaration: a number of seconds, or the text of an interval.';


--
-- Name: read_key_mode(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_key_mode(p_mode text) RETURNS TABLE(kind text, period interval, at_most interval, payload text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $_$
declare
  v_rest text := btrim(substr(p_mode, length(split_part(p_mode, ' ', 1)) + 1));
  v_parts text[];
begin
  kind := split_part(p_mode, ' ', 1);
  if kind = 'debounce' then
    payload := coalesce(substring(v_rest from ' (last|merge|append)$'), 'last');
    v_rest := regexp_replace(v_rest, ' +(last|merge|append)$', '');
  end if;
  v_parts := regexp_split_to_array(v_rest, ' +at +most +');
  if (case kind
    when 'debounce' then cardinality(v_parts) > 2
    when 'throttle' then cardinality(v_parts) > 1
    else kind not in ('once', 'unless_active', 'replace_waiting', 'cancel_and_replace') or v_rest <> ''
  end) is not false
  then
    raise exception using errcode = 'OP004', message = format('"%s" is no mode of a key', left(p_mode, 100)),
      hint = 'It is once, unless_active, replace_waiting, cancel_and_replace, "throttle 1 min", or "debounce 5 s at most 1 min" and then last, merge or append.';
  end if;
  begin
    if kind in ('debounce', 'throttle') then
      period := elapsed(v_parts[1]::interval);
      at_most := elapsed(v_parts[2]::interval);
    end if;
  exception when data_exception or interval_field_overflow then
    raise exception using errcode = 'OP004', message = format('"%s" is no mode of a key: it has no time that can be read', left(p_mode, 100)),
      hint = 'Write it as PostgreSQL does: 500 ms, 5 s, 2 min, 1 day.';
  end;
  if period <= interval '0' or period > interval '366 days' or at_most < period or at_most > interval '366 days' then
    raise exception using errcode = 'OP004', message = format('"%s" is no mode of a key: its time is not above 0 and at most 366 days', left(p_mode, 100)),
      hint = 'After "at most" comes a time that is not shorter than the first.';
  end if;
  return next;
end
$_$;


--
-- Name: FUNCTION read_key_mode(p_mode text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_key_mode(p_mode text) IS 'Takes a mode apart: "debounce 5 s at most 1 min merge" is of the kind debounce. Refuses what is none (SQLSTATE OP004).';


--
-- Name: read_limit(text, jsonb, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_limit(p_place text, p_limit jsonb, p_is_of_operation boolean) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_limit jsonb := case jsonb_typeof(p_limit) when 'string' then jsonb_build_object('name', p_limit) else p_limit end;
  v_unknown text;
begin
  if jsonb_typeof(v_limit) is distinct from 'object' or jsonb_typeof(v_limit -> 'name') is distinct from 'string' or not is_plain_name(v_limit ->> 'name') then
    raise exception using errcode = 'OP004', message = format('%s: a limit must have a name', p_place), detail = left(p_limit::text, 200),
      hint = 'Write {"name": "stripe", "max": 20}: a name of 1 to 200 characters, without "/" and control characters.';
  end if;
  v_limit := jsonb_strip_nulls(v_limit);
  select string_agg(format('"%s"', key), ', ') into v_unknown
    from jsonb_object_keys(v_limit) as key
   where key <> all (case when p_is_of_operation then '{name,max,by,free_while_waiting,when_full,max_waiting}'::text[] else '{name,max,by}' end);
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s: the limit "%s" has unknown options: %s', p_place, v_limit ->> 'name', v_unknown),
      hint = 'Options are name, max and by; that of an operation has free_while_waiting, when_full and max_waiting, too.';
  end if;
  if v_limit ? 'max' and (jsonb_typeof(v_limit -> 'max') <> 'number' or (v_limit ->> 'max')::numeric not between 1 and 1000000 or scale((v_limit ->> 'max')::numeric) > 0) then
    raise exception using errcode = 'OP004', message = format('%s: the limit "%s" has the maximum %s', p_place, v_limit ->> 'name', left(v_limit ->> 'max', 100)),
      hint = 'It is a whole number, 1 to 1000000.';
  end if;
  if v_limit ? 'by' and (jsonb_typeof(v_limit -> 'by') <> 'string' or not is_global_key(v_limit ->> 'by')) then
    raise exception using errcode = 'OP004', message = format('%s: "by" of the limit "%s" must name a global', p_place, v_limit ->> 'name'),
      hint = 'With {"by": "customer"} each value of the global "customer" has slots of its own.';
  end if;
  if v_limit ? 'free_while_waiting' and jsonb_typeof(v_limit -> 'free_while_waiting') <> 'boolean' then
    raise exception using errcode = 'OP004', message = format('%s: free_while_waiting of the limit "%s" is true or false', p_place, v_limit ->> 'name');
  end if;
  if v_limit ? 'when_full' and v_limit -> 'when_full' not in ('"wait"', '"drop"', '"cancel_oldest"', '"replace_waiting"') then
    raise exception using errcode = 'OP004', message = format('%s: when_full of the limit "%s" is %s', p_place, v_limit ->> 'name', left(v_limit ->> 'when_full', 100)),
      hint = 'It is "wait", "drop", "cancel_oldest" or "replace_waiting".';
  end if;
  if v_limit ? 'max_waiting' and (
    jsonb_typeof(v_limit -> 'max_waiting') <> 'number' or (v_limit ->> 'max_waiting')::numeric not between 0 and 1000000 or scale((v_limit ->> 'max_waiting')::numeric) > 0
  ) then
    raise exception using errcode = 'OP004', message = format('%s: max_waiting of the limit "%s" is %s', p_place, v_limit ->> 'name', left(v_limit ->> 'max_waiting', 100)),
      hint = 'It is a whole number, 0 to 1000000.';
  end if;
  v_limit := case when v_limit -> 'when_full' = '"wait"' then v_limit - 'when_full' else v_limit end;
  return case when v_limit -> 'free_while_waiting' = 'false' then v_limit - 'free_while_waiting' else v_limit end;
end
$$;


--
-- Name: FUNCTION read_limit(p_place text, p_limit jsonb, p_is_of_operation boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_limit(p_place text, p_limit jsonb, p_is_of_operation boolean) IS 'A limit of an action, or of an operation, as a plan has it: name, max, by, free_while_waiting, when_full, max_waiting. Refuses what it does not know (SQLSTATE OP004).';


--
-- Name: read_options(text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_options(p_place text, p_options jsonb) RETURNS backops.definition_actions
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v definition_actions;
  v_unknown text;
  v_backoff jsonb := p_options -> 'backoff';
begin
  v.wait := read_wait(p_place, p_options);
  if v.wait is not null then
    v.max_attempts := 1;
    return v;
  end if;

  select string_agg(format('"%s"', key), ', ') into v_unknown
    from jsonb_object_keys(p_options) as key
   where key not in ('perform_at', 'perform_in', 'perform_at_global', 'max_attempts', 'backoff', 'timeout', 'queue', 'limit', 'rate', 'may_jump');
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s has an unknown option: %s', p_place, v_unknown),
      hint = 'Options are perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, limit, rate and may_jump; a step that waits has sleep, '
             'sleep_until or wait_for instead, and one that asks approval.';
  end if;

  begin
    v.perform_at := read_time(p_options ->> 'perform_at');
    if v.perform_at is null and p_options ->> 'perform_at' is not null then
      raise invalid_datetime_format using message = format('perform_at is %s', left((p_options -> 'perform_at')::text, 100));
    end if;
    v.perform_in := case jsonb_typeof(p_options -> 'perform_in')
      when 'number' then make_interval(secs => (p_options ->> 'perform_in')::double precision)
      else elapsed((p_options ->> 'perform_in')::interval)
    end;
    v.perform_at_global := p_options ->> 'perform_at_global';
    v.max_attempts := coalesce((p_options ->> 'max_attempts')::integer, 25);
    v.timeout := case jsonb_typeof(p_options -> 'timeout')
      when 'number' then make_interval(secs => (p_options ->> 'timeout')::double precision)
      else elapsed((p_options ->> 'timeout')::interval)
    end;
    v.queue := p_options ->> 'queue';
    v.backoff := nullif(v_backoff, 'null');
    if p_options -> 'rate' <> 'null' then
      v.limits := jsonb_build_object('rate', read_rate(p_place, p_options -> 'rate'));
    end if;
    if p_options -> 'limit' <> 'null' then
      v.limits := coalesce(v.limits, '{}') || jsonb_build_object('action', read_limit(p_place, p_options -> 'limit', false));
    end if;
    if v.backoff is not null then
      perform (v_backoff ->> 'base')::double precision, (v_backoff ->> 'factor')::double precision,
              (v_backoff ->> 'max')::double precision, (v_backoff ->> 'jitter')::double precision;
    end if;
  exception when data_exception then
    raise exception using errcode = 'OP004', message = format('%s has an option that cannot be read: %s', p_place, sqlerrm),
      hint = 'perform_at is a time such as "2027-01-01T08:00:00Z", in UTC where it has no offset; perform_in and timeout are seconds or an interval '
             'such as "2 days".';
  end;

  if v.max_attempts not between 1 and 1000 then
    raise exception using errcode = 'OP004', message = format('%s: max_attempts is %s, not 1 to 1000', p_place, v.max_attempts);
  end if;
  if not isfinite(v.perform_at) then
    raise exception using errcode = 'OP004', message = format('%s: perform_at must be a finite time', p_place);
  end if;
  if v.timeout <= interval '0' or v.perform_in < interval '0' then
    raise exception using errcode = 'OP004', message = format('%s: timeout and perform_in must not be negative or zero', p_place);
  end if;
  if v.queue is not null then
    perform check_queue_name(v.queue, p_place || ': ');
  end if;
  if v.backoff is not null and (
    jsonb_typeof(v_backoff) <> 'object'
    or exists (select from jsonb_object_keys(v_backoff) as key where key not in ('kind', 'base', 'factor', 'max', 'jitter'))
    or coalesce(v_backoff ->> 'kind', 'exponential') not in ('exponential', 'constant')
    or (v_backoff ->> 'base')::double precision not between 0 and 31536000
    or (v_backoff ->> 'factor')::double precision not between 1 and 1000
    or (v_backoff ->> 'max')::double precision not between 0.001 and 31536000
    or (v_backoff ->> 'jitter')::double precision not between 0 and 1
  ) then
    raise exception using errcode = 'OP004', message = format('%s has a backoff that cannot be used: %s', p_place, v_backoff),
      hint = '{"kind": "exponential" or "constant", "base": seconds, "factor": 1 or more, "max": seconds, "jitter": 0 to 1}';
  end if;
  return v;
end
$$;


--
-- Name: FUNCTION read_options(p_place text, p_options jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_options(p_place text, p_options jsonb) IS 'The options of one action, or of one wait, as columns; refuses what it does not know (SQLSTATE OP004).';


--
-- Name: read_rate(text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_rate(p_place text, p_rate jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_rate jsonb := case jsonb_typeof(p_rate) when 'string' then jsonb_build_object('name', p_rate) else p_rate end;
  v_name text := v_rate ->> 'name';
  v_key text;
  v_unknown text;
  v_per double precision;
begin
  if jsonb_typeof(v_rate) is distinct from 'object' or jsonb_typeof(v_rate -> 'name') is distinct from 'string' or not is_plain_name(v_name) then
    raise exception using errcode = 'OP004', message = format('%s: a rate must have a name', p_place), detail = left(p_rate::text, 200),
      hint = 'Write {"name": "stripe", "count": 100, "per": "1 second"}: a name of 1 to 200 characters, without "/" and control characters.';
  end if;
  v_rate := jsonb_strip_nulls(v_rate);
  select string_agg(format('"%s"', key), ', ') into v_unknown from jsonb_object_keys(v_rate) as key where key <> all ('{name,count,per,burst,by,weight}'::text[]);
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s: the rate "%s" has unknown options: %s', p_place, v_name, v_unknown),
      hint = 'Options are name, count, per, burst, by and weight.';
  end if;
  foreach v_key in array '{count,burst,weight}'::text[] loop
    if v_rate ? v_key
      and (jsonb_typeof(v_rate -> v_key) <> 'number' or (v_rate ->> v_key)::numeric not between 1 and 1000000 or scale((v_rate ->> v_key)::numeric) > 0)
    then
      raise exception using errcode = 'OP004', message = format('%s: %s of the rate "%s" is %s', p_place, v_key, v_name, left(v_rate ->> v_key, 100)),
        hint = 'It is a whole number, 1 to 1000000.';
    end if;
  end loop;
  v_per := read_seconds(v_rate -> 'per');
  if v_rate ? 'per' and (v_per between 0.001 and 31536000) is not true then
    raise exception using errcode = 'OP004', message = format('%s: per of the rate "%s" is %s', p_place, v_name, left(v_rate ->> 'per', 100)),
      hint = 'Give seconds, or an interval such as "1 minute": a millisecond to a year.';
  end if;
  if v_rate ? 'count' <> (v_rate ? 'per') or v_rate ? 'burst' and not v_rate ? 'count' then
    raise exception using errcode = 'OP004', message = format('%s: the rate "%s" has %s', p_place, v_name,
                                                              case when v_rate ? 'count' then 'count without per' when v_rate ? 'per' then 'per without count' else 'burst without count' end),
      hint = 'Write {"count": 100, "per": "1 second"}, or the name alone where the number stands elsewhere.';
  end if;
  if v_rate ? 'by' and (jsonb_typeof(v_rate -> 'by') <> 'string' or not is_global_key(v_rate ->> 'by')) then
    raise exception using errcode = 'OP004', message = format('%s: "by" of the rate "%s" must name a global', p_place, v_name),
      hint = 'With {"by": "customer"} each value of the global "customer" has a rate of its own.';
  end if;
  return case when v_rate ? 'per' then v_rate || jsonb_build_object('per', v_per) else v_rate end;
end
$$;


--
-- Name: FUNCTION read_rate(p_place text, p_rate jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_rate(p_place text, p_rate jsonb) IS 'A rate of an action as a plan has it: name, count, per (in seconds), burst, by and weight. Refuses what it does not know (SQLSTATE OP004).';


--
-- Name: read_seconds(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_seconds(p_time jsonb) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $$
begin
  return case jsonb_typeof(p_time)
    when 'number' then (p_time #>> '{}')::double precision
    when 'string' then extract(epoch from elapsed((p_time #>> '{}')::interval))
  end;
exception when data_exception then
  return null;
end
$$;


--
-- Name: FUNCTION read_seconds(p_time jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_seconds(p_time jsonb) IS 'The seconds that a number, or a text such as "2 days", means; null for everything else.';


--
-- Name: read_time(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_time(p_text text) RETURNS timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  v_parts text[] := regexp_match(
    p_text, '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?([Zz]|[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?)?)?$'
  );
begin
  if v_parts is null then
    return null;
  end if;
  return format(
    '%s %s:%s%s%s', v_parts[1], coalesce(v_parts[2], '00:00'), coalesce(v_parts[3], '00'), '.' || left(v_parts[4], 6), coalesce(v_parts[5], 'Z')
  )::timestamptz;
exception when data_exception then
  return null;
end
$_$;


--
-- Name: FUNCTION read_time(p_text text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_time(p_text text) IS 'The time that a text in ISO 8601 means, the same in every session: 2027-01-01T08:00:00Z, 2027-01-01 08:00+02, 2027-01-01. Without an offset it is in UTC. Null for everything else, such as "tomorrow" or 01/04/2027.';


--
-- Name: read_wait(text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.read_wait(p_place text, p_options jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_kind text;
  v_kinds text;
  v_known text[];
  v_unknown text;
  v_names jsonb := case jsonb_typeof(p_options -> 'wait_for') when 'string' then jsonb_build_array(p_options -> 'wait_for') else p_options -> 'wait_for' end;
  v_on_timeout jsonb := coalesce(nullif(p_options -> 'on_timeout', 'null'), '"fail"');
  v_seconds double precision;
begin
  select string_agg(key, ' and ' order by key), max(key) into v_kinds, v_kind
    from jsonb_object_keys(p_options) as key where key in ('sleep', 'sleep_until', 'wait_for', 'approval');
  if v_kind is null then
    return null;
  end if;
  if v_kinds <> v_kind then
    raise exception using errcode = 'OP004', message = format('%s has %s: a step waits for one thing', p_place, v_kinds),
      hint = 'Make it two steps.';
  end if;
  v_known := case v_kind
    when 'wait_for' then '{wait_for,timeout,on_timeout,as}'::text[]
    when 'approval' then '{approval,role,question,within,else,rejected,as,remind}'
    else array[v_kind]
  end;
  select string_agg(format('"%s"', key), ', ') into v_unknown from jsonb_object_keys(p_options) as key where key <> all (v_known);
  if v_unknown is not null then
    raise exception using errcode = 'OP004', message = format('%s waits, and has options that no such step has: %s', p_place, v_unknown),
      hint = format('Options beside %s are: %s.', v_kind, case v_kind
        when 'wait_for' then 'timeout, on_timeout and as'
        when 'approval' then 'role, question, within, else, rejected, as and remind'
        else 'none'
      end);
  end if;

  if v_kind = 'approval' then
    return read_approval(p_place, p_options);
  end if;

  if v_kind = 'sleep_until' then
    if jsonb_typeof(p_options -> v_kind) is distinct from 'string' or not is_global_key(p_options ->> v_kind) then
      raise exception using errcode = 'OP004', message = format('%s: sleep_until must name a global', p_place),
        hint = '{"sleep_until": "due_at"} waits until the time that the global due_at holds.';
    end if;
    return jsonb_build_object('until', p_options -> v_kind);
  end if;

  v_seconds := read_seconds(p_options -> case v_kind when 'sleep' then 'sleep' else 'timeout' end);
  if v_seconds is null and (v_kind = 'sleep' or p_options ? 'timeout' and p_options -> 'timeout' <> 'null') or v_seconds not between 0 and 3155760000 then
    raise exception using errcode = 'OP004',
      message = format('%s: %s is %s', p_place, case v_kind when 'sleep' then 'sleep' else 'timeout' end,
                       left((p_options -> case v_kind when 'sleep' then 'sleep' else 'timeout' end)::text, 100)),
      hint = 'Give seconds, or an interval such as "2 days": 100 years at the most.';
  end if;
  if v_kind = 'sleep' then
    return jsonb_build_object('for', v_seconds);
  end if;

  if jsonb_typeof(v_names) is distinct from 'array' or jsonb_array_length(v_names) not between 1 and 20
    or exists (
      select from jsonb_array_elements(v_names) as name
       where jsonb_typeof(name) <> 'string' or not is_plain_name(name #>> '{}')
    )
    or jsonb_array_length(v_names) > (select count(distinct name) from jsonb_array_elements_text(v_names) as name)
  then
    raise exception using errcode = 'OP004', message = format('%s: wait_for must name signals', p_place), detail = left((p_options -> 'wait_for')::text, 200),
      hint = 'Write {"wait_for": "approved"} or {"wait_for": ["approved", "rejected"]}: 1 to 20 names of 1 to 200 characters, without "/" and control characters.';
  end if;
  if p_options ? 'as' and p_options -> 'as' <> 'null' and (jsonb_typeof(p_options -> 'as') <> 'string' or not is_global_key(p_options ->> 'as')) then
    raise exception using errcode = 'OP004', message = format('%s: as must name the global that takes the signal', p_place);
  end if;
  if not is_wait_choice(v_on_timeout) or v_seconds is null and p_options ? 'on_timeout' then
    raise exception using errcode = 'OP004',
      message = case when v_seconds is null then format('%s has on_timeout, but no timeout', p_place)
                     else format('%s: on_timeout is %s', p_place, left(v_on_timeout::text, 100)) end,
      hint = 'on_timeout is "fail", "go_on" or {"branch": "escalate"}, beside a timeout.';
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'signals', v_names, 'timeout', v_seconds, 'on_timeout', case when v_seconds is not null then v_on_timeout end, 'as', p_options -> 'as'
  ));
end
$$;


--
-- Name: FUNCTION read_wait(p_place text, p_options jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.read_wait(p_place text, p_options jsonb) IS 'What a step waits for, of its options sleep, sleep_until, approval (see read_approval), or wait_for with timeout, on_timeout and as; null for an action. Refuses what it does not know (SQLSTATE OP004).';


--
-- Name: record_actions(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.record_actions(p_counts jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_minute timestamptz := date_trunc('minute', clock_now());
  v_hour timestamptz := date_trunc('hour', clock_now(), 'UTC');
  v_rows integer;
begin
  if jsonb_typeof(p_counts) is distinct from 'array' then
    raise exception using errcode = 'OP004', message = 'counts of actions are a JSON array',
      hint = 'Give [{"queue", "operation", "action", "completed", "failed", "retried", "max_ms", "buckets": [25 counts]}, …].';
  end if;
  insert into operation_minutes as m (minute, queue, operation, completed, failed, retried, max_ms, buckets)
    select v_minute, i.queue, i.operation, sum(i.completed), sum(i.failed), sum(i.retried), max(i.max_ms), bucket_sums(array_agg(i.buckets))
      from jsonb_to_recordset(p_counts) as i (
        queue text, operation text, completed bigint, failed bigint, retried bigint, max_ms float8, buckets bigint[]
      )
     group by i.queue, i.operation
     order by i.queue, i.operation
    on conflict (minute, queue, operation) do update
       set completed = m.completed + excluded.completed, failed = m.failed + excluded.failed, retried = m.retried + excluded.retried,
           max_ms = greatest(m.max_ms, excluded.max_ms), buckets = bucket_sums(array[m.buckets, excluded.buckets]);
  get diagnostics v_rows = row_count;
  insert into action_hours as h (hour, operation, action, count, max_ms, buckets)
    select v_hour, i.operation, i.action, sum(i.completed + i.failed + i.retried), max(i.max_ms), bucket_sums(array_agg(i.buckets))
      from jsonb_to_recordset(p_counts) as i (
        operation text, action text, completed bigint, failed bigint, retried bigint, max_ms float8, buckets bigint[]
      )
     group by i.operation, i.action
     order by i.operation, i.action
    on conflict (hour, operation, action) do update
       set count = h.count + excluded.count, max_ms = greatest(h.max_ms, excluded.max_ms),
           buckets = bucket_sums(array[h.buckets, excluded.buckets]);
  delete from operation_minutes where ctid = any (array(
    select ctid from operation_minutes where minute < v_minute - interval '1 day' limit 1000 for update skip locked
  ));
  delete from action_hours where ctid = any (array(
    select ctid from action_hours where hour < v_hour - interval '30 days' limit 1000 for update skip locked
  ));
  return v_rows;
exception
  when invalid_text_representation or invalid_parameter_value or numeric_value_out_of_range or not_null_violation or check_violation
    or array_subscript_error or null_value_not_allowed then
    raise exception using errcode = 'OP004', message = 'counts of actions cannot be read: ' || sqlerrm,
      hint = 'Give [{"queue", "operation", "action", "completed", "failed", "retried", "max_ms", "buckets": [25 counts]}, …].';
end
$$;


--
-- Name: FUNCTION record_actions(p_counts jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.record_actions(p_counts jsonb) IS 'Adds what a worker has counted since it called last to the current minute and hour, and deletes minutes older than a day and hours older than 30 days. [{"queue": "default", "operation": "Fulfilment", "action": "main/Ship", "completed": 40, "failed": 0, "retried": 2, "max_ms": 81.5, "buckets": [25 counts, as duration_bucket_limits says]}, …]. Returns the number of rows. A call that failed changed nothing; one whose answer was lost should not be repeated.';


--
-- Name: record_crashes(bigint[], text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.record_crashes(p_operation_ids bigint[], p_worker text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_message text := format('the worker (%s) died, or stopped renewing its lease, while it ran this action', p_worker);
  v_job record;
  v_count integer := 0;
begin
  for v_job in
    select j.*, a.run, a.max_attempts, a.started_at, a.earlier_attempts
      from jobs j
      join actions a using (operation_id, position)
     where j.operation_id = any (p_operation_ids) and j.worker_id is not null
     order by j.operation_id
       for update of j
  loop
    insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, worker_id, worker, claim_id, started_at, ended_at, error_type, error_message)
      values (v_job.operation_id, v_job.position, v_job.run, v_job.earlier_attempts + v_job.attempt, 'crashed',
              v_job.crashes >= 2 or v_job.attempt >= v_job.max_attempts,
              v_job.worker_id, p_worker, v_job.claim_id, v_job.claimed_at, v_now, 'crashed', v_message);
    update actions
       set started_at = v_job.claimed_at, attempts_count = v_job.attempt, errored_at = v_now,
           error_type = 'crashed', error_message = v_message, stack_trace = null
     where operation_id = v_job.operation_id and position = v_job.position;
    if v_job.crashes >= 2 or v_job.attempt >= v_job.max_attempts then
      perform end_operation(v_job.operation_id, 'failed', v_job.position, v_now);
    else
      update jobs
         set worker_id = null, claim_id = null, claimed_at = null, queue_slot = null, crashes = crashes + 1, progress = null, progress_note = null
       where operation_id = v_job.operation_id;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;


--
-- Name: FUNCTION record_crashes(p_operation_ids bigint[], p_worker text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.record_crashes(p_operation_ids bigint[], p_worker text) IS 'Takes claimed jobs back from a worker that died: the attempt counts and is recorded; the third crash in a row, or one on the last attempt, ends the operation as failed.';


--
-- Name: record_schedule_error(bigint, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.record_schedule_error(p_id bigint, p_now timestamp with time zone, p_error text) RETURNS backops.schedule_event
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v schedules;
  v_cron bigint[];
  v_slot timestamptz;
  v_last timestamptz;
  v_count integer;
begin
  select * into strict v from schedules where id = p_id;
  begin
    v_cron := case when v.cron is not null then parse_cron(v.cron) end;
    v_slot := v.buffered_slot;
    v_count := 0;
    if v_slot is not null then
      v_count := skip_slots(v, v_cron, v_slot, 'error', p_error);
      v.buffered_slot := null;
    end if;
    v_last := last_schedule_slot(v, v_cron, v.decided_until, p_now);
    if v_last is not null then
      v_count := v_count + skip_slots(v, v_cron, v_last, 'error', p_error);
      v_slot := v_last;
      v.decided_until := v_last;
    end if;
    v.next_at := schedule_slot(v, v_cron, v.decided_until);
    v.due_at := schedule_due_at(v);
  exception
    when others then
      -- Not even its slots can be found, perhaps because its time zone is gone.
      select * into strict v from schedules where id = p_id;
      v_slot := null;
      v.due_at := p_now + interval '5 minutes';
      v_count := 0;
  end;
  update schedules
     set decided_until = v.decided_until, next_at = v.next_at, due_at = v.due_at, buffered_slot = v.buffered_slot,
         last_error = left(p_error, 2000), last_errored_at = p_now
   where id = p_id;
  return row(v.name, v_slot, null, 'skipped', 'error', v_count, null)::schedule_event;
end
$$;


--
-- Name: FUNCTION record_schedule_error(p_id bigint, p_now timestamp with time zone, p_error text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.record_schedule_error(p_id bigint, p_now timestamp with time zone, p_error text) IS 'Records why a schedule could not enqueue its operation, and lets it go on at its next slot.';


--
-- Name: recount_limits(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.recount_limits() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_count integer;
begin
  perform pg_advisory_xact_lock(limits_lock());
  -- Or what was given back of a queue would be left where it is, and taken off once more.
  perform pg_advisory_xact_lock(gate_lock(queue_gate(q.queue))) from (select queue from queue_limits union select queue from fair_queues order by queue) as q;
  -- Nobody gives anything back, or leaves a line, while it is counted.
  lock table jobs in share row exclusive mode;
  lock table limit_releases in share row exclusive mode;
  -- What was given back, and not looked at yet, is no mistake.
  perform take_releases('-infinity', 2147483647);
  with held as materialized (
    select gate, sum(slots)::integer as slots, sum(waiters)::integer as waiters, max(ticket) as last_ticket
      from (
        select operation_slot as gate, 1 as slots, 0 as waiters, 0 as ticket from jobs where operation_slot is not null
        union all
        select action_slot, 1, 0, 0 from jobs where action_slot is not null
        union all
        select gate, 0, 1, ticket from jobs where ticket is not null and not is_rate_gate(gate)
      ) as each
     group by gate
  ),
  wrong as materialized (
    select coalesce(h.gate, g.gate) as gate, coalesce(h.slots, 0) as slots, coalesce(h.waiters, 0) as waiters, coalesce(h.last_ticket, 0) as last_ticket
      from held h
      full join limit_gates g on g.gate = h.gate
     where g.gate is null or coalesce(g.holding, 0) <> coalesce(h.slots, 0) or coalesce(g.waiting, 0) <> coalesce(h.waiters, 0) or g.next_ticket <= h.last_ticket
  ),
  written as (
    insert into limit_gates as g (gate, name, holding, waiting, next_ticket)
      select gate, split_part(gate, '/', 1), slots, waiters, last_ticket + 1 from wrong
      on conflict (gate) do update set holding = excluded.holding, waiting = excluded.waiting, next_ticket = greatest(g.next_ticket, excluded.next_ticket)
    returning 1
  )
  select count(*) into v_count from written;
  delete from limit_gates where holding = 0 and waiting = 0;
  insert into limit_releases (gate, slots, waiters) select gate, 0, 0 from limit_gates where waiting > 0;
  v_count := v_count + recount_rates() + recount_queues() + recount_turns();
  if v_count > 0 then
    perform write_audit('recount_limits', '{}', null, jsonb_build_object('corrected', v_count));
  end if;
  return v_count;
end
$$;


--
-- Name: FUNCTION recount_limits(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.recount_limits() IS 'Counts the slots and lines of all limits and rates from the jobs, and the turns of fair queues, and has every line looked at: for when invariants() says that they are wrong. It holds up all work on jobs while it counts. Returns how many it corrected.';


--
-- Name: recount_queues(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.recount_queues() RETURNS integer
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  with counted as (
    select l.queue, (select count(*) from jobs j where j.queue_slot = queue_gate(l.queue))::integer as holding from queue_limits l
  ),
  written as (
    update queue_limits l set holding = c.holding from counted c where c.queue = l.queue and l.holding <> c.holding returning 1
  )
  select count(*)::integer from written
$$;


--
-- Name: FUNCTION recount_queues(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.recount_queues() IS 'The part of recount_limits() about queues: how many of each run.';


--
-- Name: recount_rates(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.recount_rates() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_count integer;
begin
  with held as materialized (
    select gate, count(*)::integer as waiters, max(ticket) as last_ticket from jobs where ticket is not null and is_rate_gate(gate) group by gate
  ),
  written as (
    insert into rate_gates as g (gate, name, used_until, version, waiting, next_ticket, look_at)
      select coalesce(h.gate, g.gate), split_part(rate_of_gate(coalesce(h.gate, g.gate)), '/', 1), coalesce(g.used_until, clock_now()), coalesce(g.version, 0), coalesce(h.waiters, 0),
             coalesce(h.last_ticket, 0) + 1, clock_now()
        from held h
        full join rate_gates g on g.gate = h.gate
       where g.gate is null or g.waiting <> coalesce(h.waiters, 0) or g.next_ticket <= h.last_ticket
      on conflict (gate) do update set waiting = excluded.waiting, next_ticket = greatest(g.next_ticket, excluded.next_ticket)
    returning 1
  )
  select count(*) into v_count from written;
  perform offer_gates(array(select distinct rate_gate(name) from rate_gates where waiting > 0));
  return v_count;
end
$$;


--
-- Name: FUNCTION recount_rates(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.recount_rates() IS 'The part of recount_limits() about rates: their lines.';


--
-- Name: recount_turns(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.recount_turns() RETURNS integer
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  with found as (
    select served_queue(j.queue) as queue, j.priority, min(j.turn) as first_turn, max(j.turn) as last_turn from jobs j where j.turn is not null group by j.queue, j.priority
  ),
  written as (
    insert into fair_lanes as l (queue, priority, clock, first_turn, forgotten)
      select f.queue, f.priority, f.last_turn, f.first_turn, f.first_turn from found f
      on conflict on constraint fair_lanes_pkey do update set first_turn = excluded.first_turn where l.first_turn > excluded.first_turn
    returning 1
  ),
  uncounted as materialized (
    select f.queue, f.priority
      from found f
      left join fair_lanes l on l.queue = f.queue and l.priority = f.priority
     where f.last_turn >= coalesce(l.clock, '-infinity')
       and f.last_turn >= coalesce((select max(k.turn) from fair_keys k where k.queue = f.queue and k.priority = f.priority), '-infinity')
  ),
  -- What comes of a key is given a turn behind the last one of it that waits.
  counted as (
    insert into fair_keys as k (queue, priority, key, turn)
      select j.queue, j.priority, j.key, max(j.turn) + 1 / coalesce((j.weights ->> j.key)::double precision, 1)
        from (
          select f.queue, f.weights, j.priority, j.turn,
                 coalesce(counted_key(f.by_global, o.globals, exists (select from secret_keys) and is_secret(o.name, f.by_global)), '') as key
            from uncounted u
            join fair_queues f on f.queue = u.queue
            join jobs j on j.queue = fair_queue(u.queue) and j.priority = u.priority
            join operations o on o.id = j.operation_id
           where j.turn is not null
        ) as j
       group by j.queue, j.priority, j.key, j.weights
      on conflict on constraint fair_keys_pkey do update set turn = excluded.turn where k.turn < excluded.turn
    returning 1
  )
  select ((select count(*) from written) + (select count(*) from counted))::integer
$$;


--
-- Name: FUNCTION recount_turns(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.recount_turns() IS 'The part of recount_limits() about fair queues: from which turn on claims have to look, and which turns keys have had.';


--
-- Name: redacted(text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.redacted(p_name text, p_globals jsonb) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER COST 1
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select coalesce(
    p_globals || (select jsonb_object_agg(key, '[secret]') from secret_keys where name in (p_name, '*') and p_globals ? key),
    p_globals
  )
$$;


--
-- Name: FUNCTION redacted(p_name text, p_globals jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.redacted(p_name text, p_globals jsonb) IS 'The globals of an operation of that name, with "[secret]" for every value that secret_keys names.';


--
-- Name: refuse_action(bigint, text, text, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_action(p_operation_id bigint, p_error_type text, p_message text, p_position integer DEFAULT NULL::integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_action record;
begin
  update actions
     set errored_at = v_now, error_type = p_error_type, error_message = p_message, stack_trace = null
   where operation_id = p_operation_id
     and position = coalesce(p_position, (select j.position from jobs j where j.operation_id = p_operation_id))
  returning position, run into v_action;
  insert into attempts (operation_id, position, run, attempt, outcome, ends_operation, ended_at, error_type, error_message)
    values (p_operation_id, v_action.position, v_action.run, 0, 'refused', true, v_now, p_error_type, p_message);
  perform end_operation(p_operation_id, 'failed', v_action.position, v_now);
end
$$;


--
-- Name: FUNCTION refuse_action(p_operation_id bigint, p_error_type text, p_message text, p_position integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_action(p_operation_id bigint, p_error_type text, p_message text, p_position integer) IS 'Fails an operation at an action, else the one that its job is at, which cannot start at all: the step limit, or a time that is none.';


--
-- Name: refuse_declared_schedule(backops.schedules, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_declared_schedule(p_schedule backops.schedules, p_hint text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if is_declared(p_schedule.name, p_schedule.application) then
    raise exception using errcode = 'OP003',
      message = format('the schedule "%s" is declared in the code of the application "%s"', p_schedule.name, p_schedule.application), hint = p_hint;
  end if;
end
$$;


--
-- Name: FUNCTION refuse_declared_schedule(p_schedule backops.schedules, p_hint text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_declared_schedule(p_schedule backops.schedules, p_hint text) IS 'Refuses to change by hand what live workers declare (SQLSTATE OP003).';


--
-- Name: refuse_next(bigint, integer, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_next(p_operation_id bigint, p_position integer, p_patch jsonb, p_problem text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if p_patch is not null then
    update operations set globals = patched(globals, p_patch) where id = p_operation_id;
  end if;
  perform refuse_action(p_operation_id, p_problem, problem_message(p_problem), p_position);
end
$$;


--
-- Name: FUNCTION refuse_next(p_operation_id bigint, p_position integer, p_patch jsonb, p_problem text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_next(p_operation_id bigint, p_position integer, p_patch jsonb, p_problem text) IS 'What complete_many does with an operation whose next action cannot start, after the patch of the one that completed.';


--
-- Name: refuse_single(integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_single(p_count integer, p_message text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if p_count = 1 then
    raise exception using errcode = 'OP004', message = p_message;
  end if;
end
$$;


--
-- Name: FUNCTION refuse_single(p_count integer, p_message text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_single(p_count integer, p_message text) IS 'Refuses an outcome that cannot be recorded, if it stands alone (SQLSTATE OP004): of several it is set aside.';


--
-- Name: refuse_unasked(bigint, text, text, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_unasked(p_operation_id bigint, p_name text, p_state text, p_position integer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  v_step text;
begin
  select branch || '/' || name into v_step
    from actions where operation_id = p_operation_id and wait ->> 'approval' = p_name order by position limit 1;
  if v_step is null then
    raise exception using errcode = 'OP005', message = format('operation %s has no approval "%s"', p_operation_id, left(p_name, 200)),
      hint = coalesce((
        select 'It has ' || string_agg(distinct format('"%s"', wait ->> 'approval'), ', ') || '.' from actions where operation_id = p_operation_id and wait ? 'approval'
      ), 'Its plan has none.');
  end if;
  raise exception using errcode = 'OP003',
    message = format('operation %s has not asked for the approval "%s"', p_operation_id, p_name)
      || case when p_state = 'active' then format(': it is at %s', (select branch || '/' || name from actions where operation_id = p_operation_id and position = p_position))
              else format(', and is %s', p_state) end,
    hint = format('It asks when it comes to %s; pending_approvals has what is asked now.', v_step);
end
$$;


--
-- Name: FUNCTION refuse_unasked(p_operation_id bigint, p_name text, p_state text, p_position integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_unasked(p_operation_id bigint, p_name text, p_state text, p_position integer) IS 'Refuses to decide what an operation has not asked for: OP005 no such approval, OP003 not yet.';


--
-- Name: refuse_unknown_limit(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_unknown_limit(p_kind text, p_name text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  raise exception using errcode = 'OP002', message = format('there is no %s "%s"', p_kind, left(p_name, 200)),
    hint = coalesce(
      (
        select initcap(p_kind) || 's are: ' || string_agg(k.name, ', ' order by k.name) || '.'
          from (select l.name from limits l where p_kind = 'limit' union all select r.name from rates r where p_kind = 'rate' order by name limit 20) as k
      ),
      case p_kind
        when 'limit' then 'No plan has any.'
        when 'rate' then 'Declare it with an action, {"rate": {"name": "stripe", "count": 100, "per": "1 second"}}, or call set_rate.'
      end
    );
end
$$;


--
-- Name: FUNCTION refuse_unknown_limit(p_kind text, p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_unknown_limit(p_kind text, p_name text) IS 'Refuses the name of a limit, or of a rate, that is not there (SQLSTATE OP002), and says which there are. Kinds are limit and rate.';


--
-- Name: refuse_unknown_schedule(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refuse_unknown_schedule(p_name text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  raise exception using errcode = 'OP002', message = format('there is no schedule %s', coalesce('"' || left(p_name, 200) || '"', 'null')),
    hint = coalesce(
      (select format('Did you mean "%s"?', near) from nearest_name(p_name, array(select s.name::text from schedules s)) as near where near is not null),
      'The view schedule_status lists them.'
    );
end
$$;


--
-- Name: FUNCTION refuse_unknown_schedule(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refuse_unknown_schedule(p_name text) IS 'Says that there is no such schedule (SQLSTATE OP002), and which one may have been meant.';


--
-- Name: refused_schedules(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.refused_schedules(p_application text) RETURNS TABLE(schedule text, detail text)
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select d ->> 'name', schedule_obstacle(s, declared_schedule(d), c.application)
    from schedule_sets c
   cross join jsonb_array_elements(c.declared) as d
    join schedules s on s.name = d ->> 'name' and s.application is distinct from c.application
   where c.current and c.application = p_application and schedule_obstacle(s, declared_schedule(d), c.application) is not null
$$;


--
-- Name: FUNCTION refused_schedules(p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.refused_schedules(p_application text) IS 'The schedules that an application declares and may not have, and why.';


--
-- Name: regain_operation_key(backops.operations); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.regain_operation_key(p_operation backops.operations) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_successor bigint;
begin
  if p_operation.key_mode in ('unless_active', 'cancel_and_replace') then
    perform hold_operation_keys(array[p_operation.id]);
    v_successor := key_successor(p_operation);
    if v_successor is not null then
      raise exception using errcode = 'OP003',
        message = format('operation %s cannot go on: operation %s has its key "%s" now', p_operation.id, v_successor, left(p_operation.active_key, 100)),
        hint = format('Cancel operation %s first, or wait for its end.', v_successor);
    end if;
    update operation_keys
       set operation_id = p_operation.id, replaced_id = null
     where name = p_operation.name and key = p_operation.active_key and operation_id is distinct from p_operation.id;
  end if;
end
$$;


--
-- Name: FUNCTION regain_operation_key(p_operation backops.operations); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.regain_operation_key(p_operation backops.operations) IS 'Gives an operation that goes on after its end its key again, in the modes in which one is active; refuses it while another active one has it.';


--
-- Name: register_definition(text, json); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.register_definition(p_name text, p_branches json) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $$
declare
  v_rows definition_actions[];
  v_fingerprint text;
  v_definition definitions;
begin
  if p_name is null or length(p_name) not between 1 and 200 or p_name ~ '[/[:cntrl:]]' then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of an operation', left(p_name, 200)),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
  -- A time counts as a number, because its text depends on the session's time zone. A plan without waits or limits has the
  -- fingerprint that it had before there were any.
  select array_agg(r order by r.position),
         encode(sha256(convert_to(
           jsonb_agg(to_jsonb(r) - array_remove(array[case when r.wait is null then 'wait' end, case when r.limits is null then 'limits' end], null) || jsonb_build_object('perform_at', extract(epoch from r.perform_at)) order by r.position)::text, 'UTF8'
         )), 'hex')
    into v_rows, v_fingerprint
    from plan_rows(p_branches) as r;

  perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/definition/' || p_name, 0));
  select * into v_definition from definitions where name = p_name and fingerprint = v_fingerprint;
  if not v_definition.current or v_definition.id is null then
    update definitions set current = false where name = p_name and current;
    insert into definitions (name, fingerprint, branches) values (p_name, v_fingerprint, p_branches)
      on conflict (name, fingerprint) do update set current = true, registered_at = clock_now(), branches = excluded.branches
      returning * into v_definition;
    insert into definition_actions
      select v_definition.id, r.position, r.branch, r.name, r.perform_at, r.perform_in, r.perform_at_global, r.max_attempts,
             r.backoff, r.timeout, r.queue, r.starts, r.wait, r.limits
        from unnest(v_rows) as r
      on conflict do nothing;
  end if;
  perform declare_limits(array(select distinct a.limits from definition_actions a where a.definition_id = v_definition.id and a.limits is not null));
  perform unpark(p_name);
  return v_definition.id;
end
$$;


--
-- Name: FUNCTION register_definition(p_name text, p_branches json); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.register_definition(p_name text, p_branches json) IS 'Makes branches the plan of new operations of that name, and starts those that were parked for want of it. Returns the version''s id.';


--
-- Name: register_worker(text, integer, text[], text[], integer, text, interval, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.register_worker(p_host text, p_pid integer, p_queues text[], p_handlers text[], p_slots integer DEFAULT 1, p_version text DEFAULT ''::text, p_lease interval DEFAULT '00:00:15'::interval, p_schema_version integer DEFAULT NULL::integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $_$
declare
  -- 59 random bits of a version 4 UUID; the sign is masked away because an operator has to type it.
  v_id bigint := ('x' || encode(substring(uuid_send(gen_random_uuid()) for 8), 'hex'))::bit(64)::bigint & 9223372036854775807;
begin
  perform check_names('queue', p_queues, '', 'Name each queue, such as {default}.');
  perform check_queue_name(name) from unnest(p_queues) as name;
  perform check_names('handler', p_handlers, '^[^/[:cntrl:]]{0,200}/[^/[:cntrl:]]{1,200}$',
                      'Write "Operation/Action" for registered plans, and "/Action" for operations that bring their own branches.');
  insert into workers (id, host, pid, queues, handlers, slots, version, lease, schema_version)
    values (v_id, p_host, p_pid, p_queues, p_handlers, p_slots, coalesce(p_version, ''), elapsed(p_lease), p_schema_version);
  return v_id;
end
$_$;


--
-- Name: FUNCTION register_worker(p_host text, p_pid integer, p_queues text[], p_handlers text[], p_slots integer, p_version text, p_lease interval, p_schema_version integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.register_worker(p_host text, p_pid integer, p_queues text[], p_handlers text[], p_slots integer, p_version text, p_lease interval, p_schema_version integer) IS 'Registers a worker process and returns its id. Handlers are "Operation/Action" for registered plans and "/Action" for operations that bring their own branches. From then on heartbeat must be called well within the lease.';


--
-- Name: rejection_message(backops.approvals); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rejection_message(p_approval backops.approvals) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select concat_ws(': ', format('"%s" rejected "%s"', p_approval.decided_by, p_approval.name), p_approval.reason)
$$;


--
-- Name: FUNCTION rejection_message(p_approval backops.approvals); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rejection_message(p_approval backops.approvals) IS 'The error of an operation that fails because somebody has rejected what it asked for.';


--
-- Name: release_many(bigint, bigint[], bigint[], boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.release_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_began boolean DEFAULT true) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'released', null, null, coalesce(p_began, true));
end
$$;


--
-- Name: FUNCTION release_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_began boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.release_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_began boolean) IS 'Hands claimed jobs back at once and at no cost in attempts: what a worker does that stops. p_began => false: their actions were not even begun, and no attempt is recorded. outcome: released, done, stale, busy.';


--
-- Name: release_slots(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.release_slots() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
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


--
-- Name: FUNCTION release_slots(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.release_slots() IS 'What every change of a job sets off that holds a slot, or is in line: what it holds no more is written down for the next look.';


--
-- Name: remind_approvers(backops.approvals, text, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.remind_approvers(p_approval backops.approvals, p_operation text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
begin
  update approvals set reminded_at = p_now where id = p_approval.id;
  update jobs set run_at = coalesce(p_approval.deadline, 'infinity') where operation_id = p_approval.operation_id;
  insert into operations (name, tags, globals)
    select p_operation, array['approval/' || p_approval.id], jsonb_build_object('approval', jsonb_build_object(
             'operation_id', o.id, 'operation', o.name, 'key', coalesce(o.key, o.active_key), 'name', p_approval.name, 'role', p_approval.role,
             'question', p_approval.question, 'deadline', to_char(p_approval.deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
           ))
      from operations o
     where o.id = p_approval.operation_id;
exception when others then
  -- A conflict with somebody else passes: the caller's transaction is tried again.
  if sqlstate like '40%' then
    raise;
  end if;
  update approvals set reminded_at = p_now where id = p_approval.id;
  update jobs set run_at = coalesce(p_approval.deadline, 'infinity') where operation_id = p_approval.operation_id;
  perform write_audit('remind', array[p_approval.operation_id], 'the operation that reminds could not be enqueued',
                      jsonb_build_object('name', p_approval.name, 'operation', p_operation, 'error', left(sqlerrm, 2000)));
end
$$;


--
-- Name: FUNCTION remind_approvers(p_approval backops.approvals, p_operation text, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.remind_approvers(p_approval backops.approvals, p_operation text, p_now timestamp with time zone) IS 'Enqueues the operation that reminds of a pending approval, once; the audit log has the error of one that cannot be enqueued.';


--
-- Name: report_progress(bigint, bigint[], bigint[], real[], text[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.report_progress(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_progress real[], p_notes text[]) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  with held as materialized (
    select j.operation_id, i.progress, left(i.note, 500) as note
      from unnest(p_operation_ids, p_claim_ids, p_progress, p_notes) as i (operation_id, claim_id, progress, note)
      join jobs j on j.operation_id = i.operation_id
      join workers w on w.id = j.worker_id and w.heartbeat_at + w.lease > clock_now()
     where j.worker_id = p_worker_id and j.claim_id = i.claim_id
     order by j.operation_id
       for update of j skip locked
  ),
  written as (
    update jobs j set progress = h.progress, progress_note = h.note from held h where j.operation_id = h.operation_id returning 1
  )
  select count(*)::integer from written
$$;


--
-- Name: FUNCTION report_progress(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_progress real[], p_notes text[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.report_progress(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_progress real[], p_notes text[]) IS 'Stores how far running actions say they are; returns how many were taken.';


--
-- Name: rerun(bigint[], text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rerun(ids bigint[], reason text DEFAULT NULL::text) RETURNS SETOF bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_ids bigint[] := array(select distinct o.id from operations o where o.id = any (ids) order by o.id);
  v_new bigint[];
begin
  if cardinality(v_ids) > 10000 then
    raise exception using errcode = 'OP004', message = format('%s operations are too many for one call', cardinality(v_ids)),
      hint = 'Give 10000 at most, and call again for the others.';
  end if;
  with inserted as (
    insert into operations (name, queue, priority, step_limit, tags, branches, globals, schedule, slot)
      select o.name, o.queue, o.priority, o.step_limit, o.tags, o.branches, o.globals, o.schedule, o.slot from operations o where o.id = any (v_ids) order by o.id
    returning operations.id
  )
  select array_agg(i.id order by i.id) into v_new from inserted as i;
  perform write_audit('rerun', v_ids, rerun.reason, jsonb_build_object('new', v_new));
  return query select n from unnest(v_new) as n;
end
$$;


--
-- Name: FUNCTION rerun(ids bigint[], reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rerun(ids bigint[], reason text) IS 'Enqueues every one of the operations once more; returns the new ids. At most 10000.';


--
-- Name: rerun(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rerun(id bigint, reason text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_id bigint;
begin
  insert into operations (name, queue, priority, step_limit, tags, branches, globals, schedule, slot)
    select o.name, o.queue, o.priority, o.step_limit, o.tags, o.branches, o.globals, o.schedule, o.slot from operations o where o.id = rerun.id
  returning id into v_id;
  if v_id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', rerun.id);
  end if;
  perform write_audit('rerun', array[rerun.id], rerun.reason, jsonb_build_object('new', v_id));
  return v_id;
end
$$;


--
-- Name: FUNCTION rerun(id bigint, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rerun(id bigint, reason text) IS 'Enqueues an operation once more: the same name, globals (as they are now), queue, priority, tags and slot, due at once, without its key; its own branches where it brought some, else the plan that is registered now. The old one stays as it is. Returns the new id.';


--
-- Name: reschedule(bigint[], timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.reschedule(ids bigint[], at timestamp with time zone, reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('reschedule', ids, reason, p_at => at)
$$;


--
-- Name: FUNCTION reschedule(ids bigint[], at timestamp with time zone, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.reschedule(ids bigint[], at timestamp with time zone, reason text) IS 'Lets the next action of every one of the operations start at another time. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: reschedule(bigint, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.reschedule(id bigint, at timestamp with time zone, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('reschedule', id, reason, p_at => at)
$$;


--
-- Name: FUNCTION reschedule(id bigint, at timestamp with time zone, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.reschedule(id bigint, at timestamp with time zone, reason text) IS 'Lets the next action of an active operation, or its next attempt, start at another time, or moves the deadline of its wait; attempts that were used stay used.';


--
-- Name: reschedule_operation(bigint, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.reschedule_operation(id bigint, at timestamp with time zone) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations := open_for_steering(reschedule_operation.id, 'reschedule', '{active}');
begin
  if at is null or not isfinite(at) then
    raise exception using errcode = 'OP004', message = 'reschedule must be told a finite time', hint = 'now() + interval ''1 hour'', or now() for at once.';
  end if;
  -- It comes to its limit anew, and has no slot and no start until then.
  update jobs
     set run_at = coalesce(move_deadline(reschedule_operation.id, at), at), gate = null, ticket = null, came_at = null,
         queue = case when action_slot is not null or paced_at is not null then '/limits' else coalesce(served_queue(queue), queue) end, action_slot = null,
         paced_at = null, turn = null
   where operation_id = reschedule_operation.id;
  perform settle_wait(reschedule_operation.id), wake(queue, 1) from jobs where operation_id = reschedule_operation.id and run_at <= clock_now();
  select * into v_operation from operations where operations.id = reschedule_operation.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION reschedule_operation(id bigint, at timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.reschedule_operation(id bigint, at timestamp with time zone) IS 'Lets the next action, or its next attempt, start at another time, or moves the deadline of a wait; attempts that were used stay used.';


--
-- Name: rescue(integer, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.rescue(p_limit integer DEFAULT 100, p_patience interval DEFAULT '00:00:00.75'::interval) RETURNS TABLE(worker_id bigint, worker text, rescued integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_worker record;
  v_ids bigint[];
  v_count integer;
begin
  if p_limit is null or p_limit < 1 then
    raise exception using errcode = 'OP004', message = format('cannot rescue %s workers', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 or more.';
  end if;
  if p_patience is not null then
    perform missing_workers();
  end if;
  for v_worker in
    select id, host, pid
      from workers
     where heartbeat_at + lease <= clock_now() or missing_since + p_patience <= clock_now()
     order by id
     limit p_limit
       for update skip locked
  loop
    -- There is no index on worker_id: it would make every claim more expensive, and workers seldom die.
    select array_agg(operation_id order by operation_id) into v_ids
      from (
        select operation_id from jobs where worker_id = v_worker.id order by operation_id limit p_limit for update skip locked
      ) as held;
    perform free_remnants(v_ids);
    v_count := record_crashes(coalesce(v_ids, '{}'), format('%s pid %s', v_worker.host, v_worker.pid));
    -- Two statements: the second must see what a claim committed before the first had the lock.
    if pg_try_advisory_xact_lock(worker_lock(v_worker.id)) then
      delete from workers where id = v_worker.id and not exists (select from jobs where worker_id = v_worker.id);
    end if;
    perform wake(queue, count(*), 'suspects') from jobs where operation_id = any (v_ids) group by queue;
    return query select v_worker.id, format('%s pid %s', v_worker.host, v_worker.pid), v_count;
  end loop;
end
$$;


--
-- Name: FUNCTION rescue(p_limit integer, p_patience interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.rescue(p_limit integer, p_patience interval) IS 'Takes back what dead workers held, at most p_limit jobs of each, and forgets those workers. Dead is whose lease has ended, and whose session has been gone for p_patience (null: only the lease counts). Anybody may call it; every worker does.';


--
-- Name: limits; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.limits (
    name backops.limit_name NOT NULL,
    declared integer,
    own integer,
    set_by text,
    set_at timestamp with time zone,
    reason text,
    maximum integer GENERATED ALWAYS AS (
CASE
    WHEN (set_at IS NULL) THEN declared
    ELSE own
END) STORED,
    CONSTRAINT limits_declared_is_valid CHECK (((declared >= 1) AND (declared <= 1000000))),
    CONSTRAINT limits_own_is_valid CHECK (((own >= 0) AND (own <= 1000000))),
    CONSTRAINT limits_set_whole CHECK ((((set_at IS NULL) = (set_by IS NULL)) AND ((set_at IS NOT NULL) OR ((own IS NULL) AND (reason IS NULL)))))
);


--
-- Name: TABLE limits; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.limits IS 'How many may run at once under a name, and of each key. Written by plans that are registered or enqueued, and by set_limit.';


--
-- Name: COLUMN limits.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.name IS 'What plans call it.';


--
-- Name: COLUMN limits.declared; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.declared IS 'What the plan says that was registered last; null where only set_limit has spoken.';


--
-- Name: COLUMN limits.own; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.own IS 'What set_limit says instead; null with set_at for no limit at all.';


--
-- Name: COLUMN limits.set_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.set_by IS 'Database role that called set_limit; null where the plan''s number holds.';


--
-- Name: COLUMN limits.set_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.set_at IS 'When it did.';


--
-- Name: COLUMN limits.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.reason IS 'Why.';


--
-- Name: COLUMN limits.maximum; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limits.maximum IS 'What holds; null for no limit.';


--
-- Name: reset_limit(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.reset_limit(name text, reason text DEFAULT NULL::text) RETURNS backops.limits
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_limit limits;
begin
  select * into v_limit from limits l where l.name = reset_limit.name for update;
  if not found then
    perform refuse_unknown_limit('limit', name);
  end if;
  if v_limit.declared is null then
    raise exception using errcode = 'OP003', message = format('no plan says how many may run at once under the limit "%s"', name),
      hint = 'set_limit(name, null) makes it no limit.';
  end if;
  update limits l set own = null, set_by = null, set_at = null, reason = null where l.name = reset_limit.name returning * into v_limit;
  perform write_audit('reset_limit', '{}', reason, jsonb_build_object('limit', name, 'maximum', v_limit.maximum));
  perform offer_gates(array['/' || name]);
  return v_limit;
end
$$;


--
-- Name: FUNCTION reset_limit(name text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.reset_limit(name text, reason text) IS 'Lets the number of the plan hold again, instead of that of set_limit.';


--
-- Name: rates; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.rates (
    name backops.limit_name NOT NULL,
    declared_count integer,
    declared_per double precision,
    declared_burst integer,
    own_count integer,
    own_per double precision,
    own_burst integer,
    set_by text,
    set_at timestamp with time zone,
    reason text,
    version integer DEFAULT 1 NOT NULL,
    count integer GENERATED ALWAYS AS (
CASE
    WHEN (set_at IS NULL) THEN declared_count
    ELSE own_count
END) STORED,
    per double precision GENERATED ALWAYS AS (
CASE
    WHEN (set_at IS NULL) THEN declared_per
    ELSE own_per
END) STORED,
    burst integer GENERATED ALWAYS AS (
CASE
    WHEN (set_at IS NULL) THEN declared_burst
    ELSE own_burst
END) STORED,
    gap interval GENERATED ALWAYS AS (make_interval(secs => COALESCE(
CASE
    WHEN (set_at IS NULL) THEN (declared_per / (declared_count)::double precision)
    ELSE (own_per / (own_count)::double precision)
END, (0)::double precision))) STORED,
    tolerance interval GENERATED ALWAYS AS (make_interval(secs => COALESCE(
CASE
    WHEN (set_at IS NULL) THEN ((declared_per / (declared_count)::double precision) * ((declared_burst - 1))::double precision)
    ELSE ((own_per / (own_count)::double precision) * ((own_burst - 1))::double precision)
END, (0)::double precision))) STORED,
    CONSTRAINT rates_are_whole CHECK ((((declared_count IS NULL) = (declared_per IS NULL)) AND ((declared_count IS NULL) = (declared_burst IS NULL)) AND ((own_count IS NULL) = (own_per IS NULL)) AND ((own_count IS NULL) = (own_burst IS NULL)))),
    CONSTRAINT rates_declared_burst_is_valid CHECK (((declared_burst >= 1) AND (declared_burst <= 1000000))),
    CONSTRAINT rates_declared_count_is_valid CHECK (((declared_count >= 1) AND (declared_count <= 1000000))),
    CONSTRAINT rates_declared_per_is_valid CHECK (((declared_per >= (0.001)::double precision) AND (declared_per <= (31536000)::double precision))),
    CONSTRAINT rates_own_burst_is_valid CHECK (((own_burst >= 1) AND (own_burst <= 1000000))),
    CONSTRAINT rates_own_count_is_valid CHECK (((own_count >= 1) AND (own_count <= 1000000))),
    CONSTRAINT rates_own_per_is_valid CHECK (((own_per >= (0.001)::double precision) AND (own_per <= (31536000)::double precision))),
    CONSTRAINT rates_set_whole CHECK ((((set_at IS NULL) = (set_by IS NULL)) AND ((set_at IS NOT NULL) OR ((own_count IS NULL) AND (reason IS NULL)))))
);


--
-- Name: TABLE rates; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.rates IS 'How many actions may start in a time under a name, and of each key. Written by plans that are registered or enqueued, and by set_rate.';


--
-- Name: COLUMN rates.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.name IS 'What plans call it.';


--
-- Name: COLUMN rates.declared_count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.declared_count IS 'How many the plan says that was registered last; null where only set_rate has spoken.';


--
-- Name: COLUMN rates.declared_per; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.declared_per IS 'In how many seconds, says that plan.';


--
-- Name: COLUMN rates.declared_burst; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.declared_burst IS 'How many at the same moment, says that plan.';


--
-- Name: COLUMN rates.own_count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.own_count IS 'What set_rate says instead; null with set_at for no rate at all.';


--
-- Name: COLUMN rates.own_per; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.own_per IS 'What set_rate says instead.';


--
-- Name: COLUMN rates.own_burst; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.own_burst IS 'What set_rate says instead.';


--
-- Name: COLUMN rates.set_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.set_by IS 'Database role that called set_rate; null where the plan''s numbers hold.';


--
-- Name: COLUMN rates.set_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.set_at IS 'When it did.';


--
-- Name: COLUMN rates.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.reason IS 'Why.';


--
-- Name: COLUMN rates.version; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.version IS 'How often the numbers have changed.';


--
-- Name: COLUMN rates.count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.count IS 'How many may start in that time; null for any number.';


--
-- Name: COLUMN rates.per; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.per IS 'In how many seconds.';


--
-- Name: COLUMN rates.burst; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.burst IS 'How many may start at the same moment after a pause.';


--
-- Name: COLUMN rates.gap; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.gap IS 'How far apart starts are; zero for no rate.';


--
-- Name: COLUMN rates.tolerance; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rates.tolerance IS 'How much earlier the starts of a burst may be.';


--
-- Name: reset_rate(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.reset_rate(name text, reason text DEFAULT NULL::text) RETURNS backops.rates
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_rate rates;
begin
  select * into v_rate from rates r where r.name = reset_rate.name for update;
  if not found then
    perform refuse_unknown_limit('rate', name);
  end if;
  if v_rate.declared_count is null then
    raise exception using errcode = 'OP003', message = format('no plan says how many may start under the rate "%s"', name),
      hint = 'set_rate(name, null) makes it no rate.';
  end if;
  update rates r
     set own_count = null, own_per = null, own_burst = null, set_by = null, set_at = null, reason = null, version = r.version + 1
   where r.name = reset_rate.name
  returning * into v_rate;
  perform write_audit('reset_rate', '{}', reason, jsonb_build_object('rate', name, 'count', v_rate.count, 'per', v_rate.per, 'burst', v_rate.burst));
  perform offer_gates(array[rate_gate(name)]);
  return v_rate;
end
$$;


--
-- Name: FUNCTION reset_rate(name text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.reset_rate(name text, reason text) IS 'Lets the numbers of the plan hold again, instead of those of set_rate.';


--
-- Name: resume(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.resume(queue text) RETURNS backops.queues
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_queue queues;
begin
  update queues q
     set paused_at = null, paused_until = null, paused_by = null, reason = null
   where q.name = queue and q.paused_at is not null
  returning * into v_queue;
  if not found then
    raise exception using errcode = 'OP003', message = format('queue "%s" is not paused', queue),
      hint = coalesce(
        (select 'Paused are ' || string_agg(format('"%s"', q.name), ', ' order by q.name) || '.' from queues q where q.paused_at is not null),
        'No queue is paused.'
      );
  end if;
  perform write_audit('resume', null, null, jsonb_build_object('queue', queue));
  perform wake(queue, 16);
  return v_queue;
end
$$;


--
-- Name: FUNCTION resume(queue text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.resume(queue text) IS 'Lets a paused queue go on, and wakes workers that sleep.';


--
-- Name: resume_schedule(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.resume_schedule(name text, reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_schedule schedules;
begin
  select * into v_schedule from schedules s where s.name = resume_schedule.name for update;
  if not found then
    perform refuse_unknown_schedule(resume_schedule.name);
  end if;
  if v_schedule.paused_at is null and v_schedule.undeclared_at is null then
    raise exception using errcode = 'OP003', message = format('schedule "%s" is not paused', v_schedule.name);
  end if;
  perform end_schedule_pause(v_schedule);
  if v_schedule.undeclared_at is not null then
    update schedules s set application = null, changed_at = clock_now(), changed_by = session_user where s.id = v_schedule.id;
  end if;
  perform wake_schedulers(s.due_at) from schedules s where s.id = v_schedule.id;
  perform write_audit('resume_schedule', null, reason, jsonb_build_object(
    'schedule', v_schedule.name, 'taken_from', case when v_schedule.undeclared_at is not null then v_schedule.application end
  ));
end
$$;


--
-- Name: FUNCTION resume_schedule(name text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.resume_schedule(name text, reason text) IS 'Lets a paused schedule go on with its next slot. Those of the pause are skipped. One that the code of an application no longer names belongs to nobody''s code from then on.';


--
-- Name: retry(bigint[], text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.retry(ids bigint[], reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('retry', ids, reason)
$$;


--
-- Name: FUNCTION retry(ids bigint[], reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.retry(ids bigint[], reason text) IS 'Retries those of the operations that have failed, were cancelled, or wait for their next attempt. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: retry(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.retry(id bigint, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('retry', id, reason)
$$;


--
-- Name: FUNCTION retry(id bigint, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.retry(id bigint, reason text) IS 'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';


--
-- Name: retry_failed(bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.retry_failed(p_ids bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  c_plain constant text[] := '{failed,cancelled}';
  v_now timestamptz := clock_now();
  v_ids bigint[];
begin
  if cardinality(p_ids) is distinct from (
    select count(*)
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (p_ids) and o.state = any (c_plain) and o.parked_at is null and a.started_at is not null and a.wait is null
       and (o.key_mode in ('unless_active', 'cancel_and_replace')) is not true
  ) then
    return '{}';
  end if;
  v_ids := array(
    select o.id from operations o where o.id = any (p_ids) and o.state = any (c_plain) order by o.id for no key update
  );
  v_ids := array(
    select o.id
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (v_ids) and o.parked_at is null and a.started_at is not null
     order by o.id
  );
  insert into jobs (operation_id, run_at, position, steps_left, priority, queue, handler)
    select o.id, v_now, a.position, o.step_limit, o.priority, job_queue(a.wait, a.limits, null, null, null, a.queue, o.queue),
           case when o.branches is null then o.name else '' end || '/' || a.name
      from operations o
      join actions a on a.operation_id = o.id and a.position = o.stopped_position
     where o.id = any (v_ids)
     order by o.id;
  update actions a
     set earlier_attempts = a.earlier_attempts + a.attempts_count, attempts_count = 0
    from operations o
   where o.id = any (v_ids) and a.operation_id = o.id and a.position = o.stopped_position;
  update attempts set fingerprint = null where operation_id = any (v_ids) and fingerprint is not null;
  update operations
     set state = 'active', ended_at = null, stopped_position = null, stop_reason = null
   where id = any (v_ids);
  perform wake(queue, count(*)) from jobs where operation_id = any (v_ids) group by queue;
  return v_ids;
end
$$;


--
-- Name: FUNCTION retry_failed(p_ids bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.retry_failed(p_ids bigint[]) IS 'Does what retry does for operations that all have failed, or were cancelled, in an action that had begun; returns those that it changed.';


--
-- Name: retry_operation(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.retry_operation(id bigint) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations := open_for_steering(retry_operation.id, 'retry', '{active,failed,cancelled}');
  v_position integer := v_operation.stopped_position;
begin
  if v_operation.state = 'active' then
    select position into v_position from jobs where operation_id = retry_operation.id and attempt > 0;
    if not found then
      raise exception using errcode = 'OP003', message = format('operation %s has not failed: there is nothing to retry', retry_operation.id),
        hint = 'It goes on by itself; see operation_status for what it waits for.';
    end if;
  end if;
  if v_position is null then
    -- Cancelled before anybody had registered its name: it waits for that again.
    perform regain_operation_key(v_operation);
    update operations set state = 'active', ended_at = null, stop_reason = null, parked_at = clock_now() where operations.id = retry_operation.id;
    insert into jobs (operation_id, run_at, steps_left, priority, queue, handler)
      values (retry_operation.id, 'infinity', v_operation.step_limit, v_operation.priority, v_operation.queue, v_operation.name || '/');
    perform unpark(v_operation.name);
  else
    perform point_at(v_operation, v_position);
  end if;
  select * into v_operation from operations where operations.id = retry_operation.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION retry_operation(id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.retry_operation(id bigint) IS 'Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts; completed actions stay completed. For an operation that waits for its next attempt: now. An action that has never begun waits for its time.';


--
-- Name: retry_where(text, jsonb, text, text, text[], text, timestamp with time zone, timestamp with time zone, bigint, integer, text, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.retry_where(name text DEFAULT NULL::text, globals jsonb DEFAULT NULL::jsonb, state text DEFAULT 'failed'::text, queue text DEFAULT NULL::text, tags text[] DEFAULT NULL::text[], error text DEFAULT NULL::text, since timestamp with time zone DEFAULT NULL::timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, after bigint DEFAULT NULL::bigint, at_most integer DEFAULT 1000, reason text DEFAULT NULL::text, preview boolean DEFAULT false) RETURNS SETOF backops.found_operation
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_where('retry', name, globals, state, queue, tags, error, since, until, after, at_most, reason, coalesce(preview, true))
$$;


--
-- Name: FUNCTION retry_where(name text, globals jsonb, state text, queue text, tags text[], error text, since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer, reason text, preview boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.retry_where(name text, globals jsonb, state text, queue text, tags text[], error text, since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer, reason text, preview boolean) IS 'Retries what find_operations finds, failed operations unless state says cancelled or retrying, and returns them as they were found. preview => true shows them and does nothing. At most at_most in one call: call again until no row comes back. SELECT * FROM backops.retry_where(error => ''9f8a03c2d1e4'', preview => true)';


--
-- Name: run_from(bigint[], text, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.run_from(ids bigint[], branch text, action text DEFAULT NULL::text, reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('run_from', ids, reason, branch, action)
$$;


--
-- Name: FUNCTION run_from(ids bigint[], branch text, action text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.run_from(ids bigint[], branch text, action text, reason text) IS 'Runs those of the operations that have the action from it on. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: run_from(bigint, text, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.run_from(id bigint, branch text, action text DEFAULT NULL::text, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('run_from', id, reason, branch, action)
$$;


--
-- Name: FUNCTION run_from(id bigint, branch text, action text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.run_from(id bigint, branch text, action text, reason text) IS 'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of the branch run again.';


--
-- Name: run_operation_from(bigint, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.run_operation_from(id bigint, branch text, action text) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations := open_for_steering(run_operation_from.id, 'run', '{active,completed,failed,cancelled}');
  v_position integer := find_position(run_operation_from.id, run_operation_from.branch, run_operation_from.action);
begin
  perform apply_jump(run_operation_from.id, v_position, clock_now());
  perform point_at(v_operation, v_position, true);
  select * into v_operation from operations where operations.id = run_operation_from.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION run_operation_from(id bigint, branch text, action text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.run_operation_from(id bigint, branch text, action text) IS 'Runs an operation from an action on, whatever its state, and at once, whatever the action''s time: completed actions from there to the end of the branch run again.';


--
-- Name: run_schedule(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.run_schedule(name text, reason text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_schedule schedules;
  v_id bigint;
begin
  select * into v_schedule from schedules s where s.name = run_schedule.name for no key update;
  if not found then
    perform refuse_unknown_schedule(run_schedule.name);
  end if;
  v_id := enqueue_slot(v_schedule, v_now, v_schedule.name || '/' || slot_text(v_now) || '/now');
  update schedules s
     set active_ids = (s.active_ids || v_id)[greatest(1, cardinality(s.active_ids) - 98):], last_operation_id = v_id
   where s.id = v_schedule.id;
  perform write_audit('run_schedule', array[v_id], run_schedule.reason, jsonb_build_object('schedule', v_schedule.name));
  return v_id;
end
$$;


--
-- Name: FUNCTION run_schedule(name text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.run_schedule(name text, reason text) IS 'Enqueues the operation of a schedule at once, paused or not, whatever is active; its slot is now. The slots of the schedule stay as they are, and the next one finds this operation active if it still is. Returns its id.';


--
-- Name: run_schedules(integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.run_schedules(p_limit integer DEFAULT 50) RETURNS SETOF backops.schedule_event
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_ids bigint[];
  v_id bigint;
  v_state text;
  v_message text;
  v_may_hold boolean;
begin
  -- A schedule costs a subtransaction, and a session remembers 64 of them for the others without further ado.
  if p_limit is null or p_limit not between 1 and 60 then
    raise exception using errcode = 'OP004', message = format('cannot run %s schedules at once', coalesce(p_limit::text, 'null')), hint = 'p_limit is 1 to 60.';
  end if;
  v_ids := array(select id from schedules where due_at <= v_now order by due_at limit p_limit for no key update skip locked);
  foreach v_id in array v_ids loop
    select overlap = 'cancel' and active_ids <> '{}' into v_may_hold from schedules where id = v_id;
    begin
      return query select * from take_slot(v_id, v_now);
    exception
      when others then
        get stacked diagnostics v_state = returned_sqlstate, v_message = message_text;
        -- The fault of the moment, and not of the schedule: the slot stays due.
        if left(v_state, 2) in ('08', '25', '40', '53', '55', '57', '58', 'XX') then
          raise;
        end if;
        return query select * from record_schedule_error(v_id, v_now, v_message);
    end;
    exit when v_may_hold;
  end loop;
end
$$;


--
-- Name: FUNCTION run_schedules(p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.run_schedules(p_limit integer) IS 'What every worker does for all, without a leader: takes schedules that are due and that nobody else has taken, enqueues their operations, and moves them on. Call it again until nothing is due (see schedules_due_in). A schedule that cannot enqueue has the reason in last_error, and goes on at its next slot.';


--
-- Name: sampled_queue_depth(interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.sampled_queue_depth(p_max_age interval DEFAULT '00:00:10'::interval) RETURNS TABLE(queue text, ready bigint, scheduled bigint, running bigint, retrying bigint, parked bigint, oldest_seconds double precision)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
declare
  v_depths jsonb;
  v_waits jsonb;
begin
  if p_max_age is null or p_max_age < interval '0' then
    raise exception using errcode = 'OP004', message = 'the age of a sample must be given, and not be negative';
  end if;
  if not exists (select from queue_samples where taken_at > clock_now() - p_max_age)
    and pg_try_advisory_xact_lock(hashtextextended(current_schema() || '/queue_samples', 0))
  then
    select coalesce(jsonb_agg(jsonb_build_object(
             'queue', d.queue, 'ready', d.ready, 'scheduled', d.scheduled, 'running', d.running, 'retrying', d.retrying, 'parked', d.parked,
             'oldest_seconds', coalesce(extract(epoch from d.oldest_ready_age), 0), 'maximum', d.maximum, 'limit_running', l.running
           )), '[]')
      into v_depths
      from queue_depth d
      left join queue_limit_status l on l.queue = d.queue;
    select jsonb_agg(jsonb_build_object('kind', d.kind, 'waiting', d.waiting, 'oldest_seconds', coalesce(extract(epoch from d.oldest_age), 0)))
      into v_waits
      from wait_depth d;
    insert into queue_samples as s (taken_at, depths, waits) values (clock_now(), v_depths, v_waits)
      on conflict (singleton) do update set taken_at = excluded.taken_at, depths = excluded.depths, waits = excluded.waits;
  end if;
  return query
    select d.*
      from queue_samples s
     cross join lateral jsonb_to_recordset(s.depths) as d (
       queue text, ready bigint, scheduled bigint, running bigint, retrying bigint, parked bigint, oldest_seconds float8
     );
end
$$;


--
-- Name: FUNCTION sampled_queue_depth(p_max_age interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.sampled_queue_depth(p_max_age interval) IS 'queue_depth as it was p_max_age ago at most, or a little older while somebody takes the next sample: what workers show as metrics, at the cost of one sample for all of them.';


--
-- Name: sampled_queue_limits(interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.sampled_queue_limits(p_max_age interval DEFAULT '00:00:10'::interval) RETURNS TABLE(queue text, maximum integer, running integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
begin
  perform from sampled_queue_depth(p_max_age);
  return query
    select d.*
      from queue_samples s
     cross join lateral jsonb_to_recordset(s.depths) as d (queue text, maximum integer, limit_running integer)
     where d.maximum is not null;
end
$$;


--
-- Name: FUNCTION sampled_queue_limits(p_max_age interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.sampled_queue_limits(p_max_age interval) IS 'The queues of that sample that have a limit, how many of each may run at once, and how many do: what workers show as metrics.';


--
-- Name: sampled_wait_depth(interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.sampled_wait_depth(p_max_age interval DEFAULT '00:00:10'::interval) RETURNS TABLE(kind text, waiting bigint, oldest_seconds double precision)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
begin
  perform from sampled_queue_depth(p_max_age);
  return query
    select d.* from queue_samples s cross join lateral jsonb_to_recordset(s.waits) as d (kind text, waiting bigint, oldest_seconds float8);
end
$$;


--
-- Name: FUNCTION sampled_wait_depth(p_max_age interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.sampled_wait_depth(p_max_age interval) IS 'wait_depth as it was p_max_age ago at most, from the sample that sampled_queue_depth takes: what workers show as metrics.';


--
-- Name: schedule(text, text, text, interval, text, jsonb, text, integer, text[], timestamp with time zone, timestamp with time zone, text, text, integer, interval, interval, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.schedule(name text, operation text, cron text DEFAULT NULL::text, every interval DEFAULT NULL::interval, time_zone text DEFAULT 'UTC'::text, globals jsonb DEFAULT '{}'::jsonb, queue text DEFAULT 'default'::text, priority integer DEFAULT 5, tags text[] DEFAULT '{}'::text[], starts_at timestamp with time zone DEFAULT NULL::timestamp with time zone, ends_at timestamp with time zone DEFAULT NULL::timestamp with time zone, overlap text DEFAULT 'skip'::text, catch_up text DEFAULT 'latest'::text, catch_up_limit integer DEFAULT 1000, catch_up_window interval DEFAULT '1 day'::interval, jitter interval DEFAULT '00:00:00'::interval, pause_after_failures integer DEFAULT NULL::integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
  v_old schedules;
  v_new schedules;
begin
  if schedule.cron is not null then
    perform parse_cron(schedule.cron);
  end if;
  v_old := hold_schedule(schedule.name);
  perform refuse_declared_schedule(v_old, 'Change it there, and deploy; pause_schedule stops it meanwhile.');
  if v_old.undeclared_at is not null then
    perform end_undeclared(v_old);
    v_old := find_schedule(schedule.name);
  end if;
  v_new := v_old;
  v_new.name := schedule.name;
  v_new.operation := schedule.operation;
  v_new.cron := schedule.cron;
  v_new.every := every_of(schedule.every);
  v_new.time_zone := schedule.time_zone;
  v_new.globals := schedule.globals;
  v_new.queue := schedule.queue;
  v_new.priority := schedule.priority;
  v_new.tags := schedule.tags;
  v_new.starts_at := schedule.starts_at;
  v_new.ends_at := schedule.ends_at;
  v_new.overlap := schedule.overlap;
  v_new.catch_up := schedule.catch_up;
  v_new.catch_up_limit := schedule.catch_up_limit;
  v_new.catch_up_window := elapsed(schedule.catch_up_window);
  v_new.jitter := elapsed(schedule.jitter);
  v_new.pause_after_failures := schedule.pause_after_failures;
  v_new.application := null;
  v_new := write_schedule(v_old, v_new);
  if v_new.next_at is null and v_old.id is null then
    raise exception using errcode = 'OP004', message = 'the schedule has no slot', hint = format('ends_at %s is before its first one.', v_new.ends_at);
  end if;
  if v_new is distinct from v_old then
    perform write_audit('schedule', null, null, jsonb_build_object(
      'schedule', v_new.name, 'operation', v_new.operation, 'cron', v_new.cron, 'every', v_new.every, 'time_zone', v_new.time_zone
    ));
  end if;
  return v_new.id;
end
$$;


--
-- Name: FUNCTION schedule(name text, operation text, cron text, every interval, time_zone text, globals jsonb, queue text, priority integer, tags text[], starts_at timestamp with time zone, ends_at timestamp with time zone, overlap text, catch_up text, catch_up_limit integer, catch_up_window interval, jitter interval, pause_after_failures integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.schedule(name text, operation text, cron text, every interval, time_zone text, globals jsonb, queue text, priority integer, tags text[], starts_at timestamp with time zone, ends_at timestamp with time zone, overlap text, catch_up text, catch_up_limit integer, catch_up_window interval, jitter interval, pause_after_failures integer) IS 'Creates a schedule, or makes the one of that name what the arguments say; where it is so already, nothing changes. Returns its number. SELECT backops.schedule(''nightly-report'', ''Report'', cron => ''30 2 * * *'', time_zone => ''Europe/Berlin'')';


--
-- Name: schedule_due_at(backops.schedules); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.schedule_due_at(p_schedule backops.schedules) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case
    when p_schedule.undeclared_at is not null then null
    when p_schedule.paused_at is not null then p_schedule.paused_until
    -- A slot that waits for the end of another operation is looked at every few seconds.
    when p_schedule.buffered_slot is not null then
      least(p_schedule.next_at + slot_jitter(p_schedule.name, p_schedule.next_at, p_schedule.jitter), clock_now() + interval '5 seconds')
    else p_schedule.next_at + slot_jitter(p_schedule.name, p_schedule.next_at, p_schedule.jitter)
  end
$$;


--
-- Name: FUNCTION schedule_due_at(p_schedule backops.schedules); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.schedule_due_at(p_schedule backops.schedules) IS 'When a worker has to look at a schedule; null for never.';


--
-- Name: schedule_obstacle(backops.schedules, backops.schedules, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.schedule_obstacle(p_old backops.schedules, p_new backops.schedules, p_application text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case
    when p_old.id is null or p_old.application = p_application then null
    when p_old.application is not null then
      case when is_declared(p_old.name, p_old.application) then format('the application "%s" declares it, too', p_old.application) end
    -- Code that says what is so already takes it over: nothing changes but who says it.
    when described_like(p_old, p_new, null) is distinct from p_old then
      format('it differs from what the code says, and is not the code''s (%s changed it last)', p_old.changed_by)
  end
$$;


--
-- Name: FUNCTION schedule_obstacle(p_old backops.schedules, p_new backops.schedules, p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.schedule_obstacle(p_old backops.schedules, p_new backops.schedules, p_application text) IS 'Why an application may not have a schedule as its code declares it: it is another one''s, or somebody''s. Null where it may.';


--
-- Name: schedule_slot(backops.schedules, bigint[], timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.schedule_slot(p_schedule backops.schedules, p_cron bigint[], p_after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_after timestamptz := greatest(p_after, p_schedule.starts_at - interval '1 microsecond');
  v_every double precision;
  v_slot timestamptz;
begin
  if p_schedule.every is null then
    v_slot := next_slot(p_cron, p_schedule.time_zone, v_after);
  elsif p_after < p_schedule.starts_at then
    v_slot := p_schedule.starts_at;
  else
    v_every := extract(epoch from p_schedule.every);
    v_slot := p_schedule.starts_at
      + make_interval(secs => v_every * (floor(extract(epoch from p_after - p_schedule.starts_at)::double precision / v_every) + 1));
  end if;
  return case when v_slot > p_schedule.ends_at then null else v_slot end;
end
$$;


--
-- Name: FUNCTION schedule_slot(p_schedule backops.schedules, p_cron bigint[], p_after timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.schedule_slot(p_schedule backops.schedules, p_cron bigint[], p_after timestamp with time zone) IS 'The first slot of a schedule after an instant; null when there is none any more.';


--
-- Name: schedules_due_in(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.schedules_due_in() RETURNS interval
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
  select due_at - clock_now() from schedules where due_at is not null order by due_at limit 1
$$;


--
-- Name: FUNCTION schedules_due_in(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.schedules_due_in() IS 'How long until a schedule is due, negative where one is already; null where none will be. One look into an index.';


--
-- Name: sees_secrets(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.sees_secrets() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select not exists (select from secret_keys)
      or is_owner()
      or coalesce((select pg_has_role(caller(), oid, 'usage') from pg_roles where rolname = current_schema() || '_worker'), false)
$$;


--
-- Name: FUNCTION sees_secrets(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.sees_secrets() IS 'Whether the caller may see what secret_keys names: workers and the owner of the schema may; and everybody where it names nothing.';


--
-- Name: served_queue(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.served_queue(p_queue text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN ("left"(p_queue, 6) = '/fair/'::text) THEN substr(p_queue, 7) WHEN ("left"(p_queue, 1) <> '/'::text) THEN p_queue ELSE NULL::text END;


--
-- Name: FUNCTION served_queue(p_queue text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.served_queue(p_queue text) IS 'The queue whose workers may claim a job that lies in this one; null at a wait and before a limit.';


--
-- Name: set_global(bigint[], text, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_global(ids bigint[], key text, value jsonb, reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('set_global', ids, reason, p_key => key, p_value => value)
$$;


--
-- Name: FUNCTION set_global(ids bigint[], key text, value jsonb, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_global(ids bigint[], key text, value jsonb, reason text) IS 'Sets one key of the globals of every one of the operations. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: set_global(bigint, text, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_global(id bigint, key text, value jsonb, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('set_global', id, reason, p_key => key, p_value => value)
$$;


--
-- Name: FUNCTION set_global(id bigint, key text, value jsonb, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_global(id bigint, key text, value jsonb, reason text) IS 'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';


--
-- Name: set_limit(text, integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_limit(name text, maximum integer, reason text DEFAULT NULL::text) RETURNS backops.limits
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_limit limits;
begin
  perform check_limit_name('limit', name);
  if maximum not between 0 and 1000000 then
    raise exception using errcode = 'OP004', message = format('the limit "%s" cannot have the maximum %s', name, maximum),
      hint = 'It is 0 to 1000000; 0 lets nothing start, and null is no limit.';
  end if;
  insert into limits as l (name, own, set_by, set_at, reason)
    values (set_limit.name, set_limit.maximum, session_user, clock_now(), left(set_limit.reason, 2000))
    on conflict on constraint limits_pkey do update set own = excluded.own, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
  returning * into v_limit;
  perform write_audit('set_limit', '{}', reason, jsonb_build_object('limit', name, 'maximum', coalesce(maximum::text, 'none')));
  perform offer_gates(array['/' || name]);
  return v_limit;
end
$$;


--
-- Name: FUNCTION set_limit(name text, maximum integer, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_limit(name text, maximum integer, reason text) IS 'Sets how many may run at once under a limit, whatever plans say: at once for what waits, and without stopping what runs. null is no limit, 0 lets nothing start. SELECT * FROM backops.set_limit(''stripe'', 5, ''they ask us to go slowly'')';


--
-- Name: set_operation_global(bigint, text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_operation_global(id bigint, key text, value jsonb) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_operation operations;
begin
  if key is null then
    raise exception using errcode = 'OP004', message = 'set_global must be told which key';
  end if;
  -- An enqueue under its key may have replaced it meanwhile, under the same id.
  loop
    update operations o
       set globals = case when value is null then o.globals - key else o.globals || jsonb_build_object(key, value) end
     where o.id = set_operation_global.id
    returning * into v_operation;
    exit when found or not exists (select from operations o where o.id = set_operation_global.id);
  end loop;
  if v_operation.id is null then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', set_operation_global.id);
  end if;
  return v_operation;
end
$$;


--
-- Name: FUNCTION set_operation_global(id bigint, key text, value jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_operation_global(id bigint, key text, value jsonb) IS 'Sets one key of the globals; SQL null removes it. An action that is running sees it from its next attempt on.';


--
-- Name: set_queue_fairness(text, text, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_queue_fairness(queue text, by text, weights jsonb DEFAULT '{}'::jsonb, reason text DEFAULT NULL::text) RETURNS backops.fair_queues
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_wrong text;
  v_fair fair_queues;
begin
  perform check_queue_name(queue);
  if length(by) not between 1 and 200 then
    raise exception using errcode = 'OP004', message = format('the queue "%s" cannot take turns by "%s"', queue, left(by, 200)),
      hint = 'Name the global whose values take turns, as in set_queue_fairness(''reports'', ''tenant''); null is for no turns.';
  end if;
  if weights is null or jsonb_typeof(weights) <> 'object' or (select count(*) from jsonb_object_keys(weights)) > 1000 then
    raise exception using errcode = 'OP004', message = format('the weights of the queue "%s" must be a JSON object of 1000 keys at most', queue),
      hint = 'As in {"acme": 3, "free": 0.5}; 1 is the weight of all others.';
  end if;
  if by is null and weights <> '{}' then
    raise exception using errcode = 'OP004', message = format('the queue "%s" cannot have weights without a global by which it takes turns', queue),
      hint = 'Name it, as in set_queue_fairness(''reports'', ''tenant'', ''{"acme": 3}'').';
  end if;
  select format('%s for "%s"', w.value, left(w.key, 200)) into v_wrong
    from jsonb_each(weights) as w
   where case jsonb_typeof(w.value) when 'number' then (w.value #>> '{}')::numeric not between 0.01 and 100 else true end
   limit 1;
  if found then
    raise exception using errcode = 'OP004', message = format('a weight of the queue "%s" cannot be %s', queue, v_wrong), hint = 'Weights are numbers from 0.01 to 100.';
  end if;
  perform pg_advisory_xact_lock(gate_lock(queue_gate(queue)));
  insert into fair_queues as f (queue, by_global, weights, set_by, set_at, reason)
    values (set_queue_fairness.queue, set_queue_fairness.by, set_queue_fairness.weights, session_user, clock_now(), left(set_queue_fairness.reason, 2000))
    on conflict on constraint fair_queues_pkey do update
      set by_global = excluded.by_global, weights = excluded.weights, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
  returning * into v_fair;
  perform write_audit('set_queue_fairness', '{}', reason, jsonb_build_object('queue', queue, 'by', coalesce(by, 'none'), 'weights', weights));
  perform wake(queue, 16);
  return v_fair;
end
$$;


--
-- Name: FUNCTION set_queue_fairness(queue text, by text, weights jsonb, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_queue_fairness(queue text, by text, weights jsonb, reason text) IS 'Makes the actions of a queue take turns by the value of a global, so that nobody waits for all that somebody else has enqueued: each value gets as much as its weight beside the others, and what one leaves the others have. null is for no turns. SELECT * FROM backops.set_queue_fairness(''reports'', ''tenant'', ''{"acme": 3}'', ''they pay for it'')';


--
-- Name: queue_limits; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.queue_limits (
    queue backops.queue_name NOT NULL,
    maximum integer,
    holding integer DEFAULT 0 NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    reason text,
    CONSTRAINT queue_limits_holding_is_valid CHECK ((holding >= 0)),
    CONSTRAINT queue_limits_maximum_is_valid CHECK (((maximum >= 0) AND (maximum <= 1000000)))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE queue_limits; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.queue_limits IS 'How many actions of a queue may run at once. Written by set_queue_limit, and by claims, one at a time for each queue.';


--
-- Name: COLUMN queue_limits.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_limits.queue IS 'Name of the queue; one without a row has no limit.';


--
-- Name: COLUMN queue_limits.maximum; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_limits.maximum IS 'How many; null for any number again.';


--
-- Name: COLUMN queue_limits.holding; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_limits.holding IS 'How many jobs hold a slot, those in limit_releases not yet taken off.';


--
-- Name: COLUMN queue_limits.set_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_limits.set_by IS 'Database role that called set_queue_limit last.';


--
-- Name: COLUMN queue_limits.set_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_limits.set_at IS 'When it did.';


--
-- Name: COLUMN queue_limits.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_limits.reason IS 'Why.';


--
-- Name: set_queue_limit(text, integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_queue_limit(queue text, maximum integer, reason text DEFAULT NULL::text) RETURNS backops.queue_limits
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_gate text := queue_gate(queue);
  v_limit queue_limits;
begin
  perform check_queue_name(queue);
  if maximum not between 0 and 1000000 then
    raise exception using errcode = 'OP004', message = format('the queue "%s" cannot have the limit %s', queue, maximum),
      hint = 'It is 0 to 1000000; 0 lets nothing start, and null is no limit.';
  end if;
  perform pg_advisory_xact_lock(gate_lock(v_gate));
  if maximum is not null then
    perform from jobs j where j.worker_id is not null and j.queue = set_queue_limit.queue and j.queue_slot is null order by j.operation_id for update;
    perform count_running(queue);
  end if;
  -- Those who hold one, and what was given back since, by one look.
  with taken as (
    delete from limit_releases r where r.gate = v_gate
  )
  insert into queue_limits as l (queue, maximum, holding, set_by, set_at, reason)
    select set_queue_limit.queue, set_queue_limit.maximum, (select count(*) from jobs j where j.worker_id is not null and j.queue_slot = v_gate),
           session_user, clock_now(), left(set_queue_limit.reason, 2000)
    on conflict on constraint queue_limits_pkey do update
      set maximum = excluded.maximum, holding = excluded.holding, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
  returning * into v_limit;
  perform write_audit('set_queue_limit', '{}', reason, jsonb_build_object('queue', queue, 'maximum', coalesce(maximum::text, 'none')));
  perform wake(queue, greatest(coalesce(v_limit.maximum, 1000000) - v_limit.holding, 0));
  return v_limit;
end
$$;


--
-- Name: FUNCTION set_queue_limit(queue text, maximum integer, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_queue_limit(queue text, maximum integer, reason text) IS 'Sets how many actions of a queue may run at once, all workers together: at once for what waits, and without stopping what runs. null is no limit, 0 lets nothing start. SELECT * FROM backops.set_queue_limit(''reports'', 4, ''they are heavy'')';


--
-- Name: set_rate(text, integer, interval, integer, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.set_rate(name text, count integer, per interval DEFAULT '00:00:01'::interval, burst integer DEFAULT 1, reason text DEFAULT NULL::text) RETURNS backops.rates
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  v_rate rates;
  v_per double precision := extract(epoch from elapsed(per));
begin
  perform check_limit_name('rate', name);
  if count is not null and (count between 1 and 1000000 and burst between 1 and 1000000 and v_per between 0.001 and 31536000) is not true then
    raise exception using errcode = 'OP004',
      message = format('the rate "%s" cannot be %s per %s with a burst of %s', name, count, coalesce(per::text, 'null'), coalesce(burst::text, 'null')),
      hint = 'count and burst are 1 to 1000000, per is a millisecond to a year; a count of null is no rate.';
  end if;
  insert into rates as r (name, own_count, own_per, own_burst, set_by, set_at, reason)
    values (set_rate.name, set_rate.count, case when set_rate.count is not null then v_per end, case when set_rate.count is not null then set_rate.burst end,
            session_user, clock_now(), left(set_rate.reason, 2000))
    on conflict on constraint rates_pkey do update
      set own_count = excluded.own_count, own_per = excluded.own_per, own_burst = excluded.own_burst, set_by = excluded.set_by, set_at = excluded.set_at,
          reason = excluded.reason, version = r.version + 1
  returning * into v_rate;
  perform write_audit('set_rate', '{}', reason, jsonb_build_object('rate', name, 'count', coalesce(count::text, 'any'), 'per', v_rate.per, 'burst', v_rate.burst));
  perform offer_gates(array[rate_gate(name)]);
  return v_rate;
end
$$;


--
-- Name: FUNCTION set_rate(name text, count integer, per interval, burst integer, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.set_rate(name text, count integer, per interval, burst integer, reason text) IS 'Sets how many actions may start in a time under a rate, whatever plans say, within two seconds; null is any number. SELECT * FROM backops.set_rate(''stripe'', 50, ''1 second'', burst => 10, reason => ''they ask us to go slowly'')';


--
-- Name: settle_approval(bigint, jsonb, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.settle_approval(p_operation_id bigint, p_wait jsonb, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  v_approval approvals;
begin
  select * into v_approval from approvals where operation_id = p_operation_id order by id desc limit 1;
  if v_approval.decision is null and v_approval.deadline <= p_now then
    update approvals set decision = 'lapsed', decided_at = p_now where id = v_approval.id;
    return 'timed_out';
  end if;
  if v_approval.decision is null and v_approval.reminded_at is null and v_approval.remind_at <= p_now then
    perform remind_approvers(v_approval, p_wait -> 'remind' ->> 'operation', p_now);
  end if;
  return case when v_approval.decision in ('approved', 'rejected') then v_approval.decision end;
end
$$;


--
-- Name: FUNCTION settle_approval(p_operation_id bigint, p_wait jsonb, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.settle_approval(p_operation_id bigint, p_wait jsonb, p_now timestamp with time zone) IS 'How the approval that an operation is at ends: approved, rejected, timed_out, or null while it is pending. Reminds where it is time.';


--
-- Name: settle_operation_key(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.settle_operation_key() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_mode record;
  v_entry operation_keys;
  v_former operations;
  v_job jobs;
  v_signals signals[];
  v_is_waiting boolean;
  v_put_off_until timestamptz;
  v_free_at timestamptz;
begin
  select * into v_mode from read_key_mode(new.key_mode);
  if v_mode.kind = 'once' then
    new.key_mode := null;
    return new;
  end if;
  if new.key is null then
    raise exception using errcode = 'OP004', message = format('the mode "%s" needs a key', new.key_mode),
      hint = 'Give the key that enqueues have in common which belong together.';
  end if;
  new.active_key := new.key;
  new.key := null;
  if v_mode.kind = 'debounce' then
    v_put_off_until := v_now + v_mode.period;
  elsif v_mode.kind = 'throttle' then
    v_free_at := v_now + v_mode.period;
  end if;

  loop
    select * into v_entry from operation_keys where name = new.name and key = new.active_key for update;
    exit when found;
    insert into operation_keys (name, key, operation_id, window_began_at, free_at)
      values (new.name, new.active_key, new.id, v_now, v_free_at)
      on conflict do nothing;
    if found then
      new.perform_at := greatest(new.perform_at, v_put_off_until);
      return new;
    end if;
  end loop;

  select * into v_job from jobs where operation_id = v_entry.operation_id for update;
  select * into v_former from operations where id = v_entry.operation_id and name = new.name and active_key = new.active_key;
  if v_former.state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'OP004', message = format('two operations of one INSERT have the key "%s"', left(new.active_key, 100)),
      hint = 'Insert them one after the other, or call enqueue_keyed_many.';
  end if;
  v_is_waiting := v_former.state = 'active' and v_job.worker_id is null and v_job.attempt = 0 and v_job.crashes = 0 and v_job.waits_since is null and not exists (
    select from actions
     where operation_id = v_former.id
       and (started_at is not null or completed_at is not null or skipped_at is not null or run > 1 or earlier_attempts > 0)
  );

  if v_mode.kind = 'unless_active' and v_former.state = 'active' or v_mode.kind = 'throttle' and v_entry.free_at > v_now then
    return null;
  end if;
  if v_mode.kind in ('replace_waiting', 'debounce') and v_is_waiting then
    if v_mode.kind = 'debounce' then
      -- Under its own lock: set_global asks for no job.
      select * into strict v_former from operations where id = v_former.id for no key update;
      new.globals := combined_globals(v_former.globals, new.globals, v_mode.payload);
      -- Its time has come, and only a worker is missing: to put it off again would be against what it was promised.
      new.perform_at := case
        when v_job.paced_at is not null or coalesce(v_job.came_at, v_job.run_at) <= v_now then v_former.perform_at
        else greatest(new.perform_at, least(v_put_off_until, v_entry.window_began_at + v_mode.at_most))
      end;
    end if;
    update operation_keys set operation_id = null where name = new.name and key = new.active_key;
    -- What was sent to it stays: a sender was told that it is kept.
    v_signals := array(select s from signals s where s.operation_id = v_former.id);
    delete from operations where id = v_former.id;
    insert into signals select s.* from unnest(v_signals) as s;
    new.id := v_former.id;
    new.created_at := v_former.created_at;
    update operation_keys set operation_id = new.id, replaced_id = null where name = new.name and key = new.active_key;
    return new;
  end if;
  if v_mode.kind = 'cancel_and_replace' and v_former.state = 'active' then
    perform cancel_operation(v_former.id, format('replaced by operation %s', new.id));
    perform write_audit('cancel', array[v_former.id], format('replaced by operation %s', new.id), jsonb_build_object('key', new.active_key));
  end if;
  new.perform_at := greatest(new.perform_at, v_put_off_until);
  update operation_keys
     set operation_id = new.id,
         replaced_id = case when v_mode.kind = 'cancel_and_replace' and v_former.state = 'active' then v_former.id end,
         window_began_at = v_now,
         free_at = v_free_at
   where name = new.name and key = new.active_key;
  return new;
end
$$;


--
-- Name: FUNCTION settle_operation_key(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.settle_operation_key() IS 'What an INSERT with a key_mode does where the key is taken: leaves the row out, replaces an operation that waits, or cancels one that is active.';


--
-- Name: settle_schedules(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.settle_schedules(p_application text DEFAULT NULL::text) RETURNS TABLE(application text, schedule text, outcome text, detail text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET lock_timeout TO '5s'
    SET jit TO 'off'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    AS $$
#variable_conflict use_column
declare
  v_application text;
  v_applications text[] := array(
    select distinct s.application from schedule_sets s where s.application = coalesce(p_application, s.application) order by s.application
  );
  v_unsettled text[] := '{}';
begin
  foreach v_application in array v_applications loop
    if not is_settled(v_application, live_schedule_set(v_application)) then
      perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/schedules/' || v_application, 0));
      v_unsettled := v_unsettled || v_application;
    end if;
  end loop;
  foreach v_application in array v_applications loop
    if v_application = any (v_unsettled) then
      return query select v_application, a.schedule, a.outcome, a.detail from apply_schedule_set(v_application, live_schedule_set(v_application)) as a;
    end if;
    return query select v_application, r.schedule, 'refused', r.detail from refused_schedules(v_application) as r;
  end loop;
end
$$;


--
-- Name: FUNCTION settle_schedules(p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.settle_schedules(p_application text) IS 'Makes the schedules of an application, or of all, what the newest set says that its live workers declare. Schedules that it does not name are paused, those that people created stay as they are. Returns what changed (created, changed, continued, paused), and with the reason what is refused. Every worker with schedules calls it when it starts, and now and then: that is how a rollback takes effect.';


--
-- Name: settle_wait(bigint, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.settle_wait(p_operation_id bigint, p_is_woken boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v record;
  v_signal_id bigint;
  v_outcome text;
  v_is_woken boolean := p_is_woken;
  v_decision text;
begin
  loop
    select j.position, j.run_at, j.waits_since, a.wait, a.branch, a.run, a.earlier_attempts into v
      from jobs j
      join actions a on a.operation_id = j.operation_id and a.position = j.position
     where j.operation_id = p_operation_id and j.queue = '/waits';
    exit when not found;

    if v.waits_since is null then
      exit when v.run_at > v_now;
      v.waits_since := v_now;
      v.run_at := case
        when v.wait ? 'approval' then ask_approval(p_operation_id, v.position, v.run, v.wait, v_now)
        when v.wait ? 'until' then (select due_at(null, null, v.wait ->> 'until', o.globals, v_now) from operations o where o.id = p_operation_id)
        else wait_end(v.wait, v_now, v_now)
      end;
      if v.wait ? 'until' and v.run_at = 'infinity' then
        perform refuse_action(p_operation_id, 'InvalidPerformAt', problem_message('InvalidPerformAt'));
        exit;
      end if;
      update jobs set waits_since = v.waits_since, waits_for = wait_kind(v.wait), run_at = v.run_at where operation_id = p_operation_id;
    end if;

    v_signal_id := null;
    if v.wait ? 'signals' then
      select s.id into v_signal_id
        from jsonb_array_elements_text(v.wait -> 'signals') as awaited (name)
       cross join lateral (
         select s.id from signals s where s.operation_id = p_operation_id and s.name = awaited.name and s.read_at is null order by s.id limit 1
       ) as s
       order by s.id
       limit 1;
    end if;
    v_decision := case when v.wait ? 'approval' then settle_approval(p_operation_id, v.wait, v_now) end;
    v_outcome := case
      when v.wait ? 'approval' then v_decision
      when v_signal_id is not null then 'signalled'
      when v_is_woken and not v.wait ? 'signals' then 'woken'
      when v.run_at > v_now then null
      when v.wait ? 'signals' then 'timed_out'
      else 'slept'
    end;
    exit when v_outcome is null;
    v_is_woken := false;
    exit when not leave_wait(p_operation_id, v_outcome, v_signal_id, v_now);
  end loop;
end
$$;


--
-- Name: FUNCTION settle_wait(p_operation_id bigint, p_is_woken boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.settle_wait(p_operation_id bigint, p_is_woken boolean) IS 'Lets an operation at a wait go on as far as signals, decisions, deadlines and p_is_woken (of a sleep) let it: to its next action, to a wait that lasts, or to its end.';


--
-- Name: settled_version(xid); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.settled_version(p_xmin xid) RETURNS bigint
    LANGUAGE sql STABLE
    RETURN CASE WHEN (((p_xmin)::text)::bigint < (((pg_current_xact_id())::text)::bigint & '4294967295'::bigint)) THEN ((p_xmin)::text)::bigint ELSE NULL::bigint END;


--
-- Name: FUNCTION settled_version(p_xmin xid); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.settled_version(p_xmin xid) IS 'The version of a row, by its xmin, or null if the running transaction may have written it: it could write it again without another xmin.';


--
-- Name: show_life(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.show_life(p_worker_id bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  update workers set missing_since = null where id = p_worker_id;
$$;


--
-- Name: FUNCTION show_life(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.show_life(p_worker_id bigint) IS 'A worker whose session seems to have gone has called: it is not missing.';


--
-- Name: shown(backops.operations); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.shown(p_operation backops.operations) RETURNS backops.operations
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  if not sees_secrets() then
    p_operation.globals := redacted(p_operation.name, p_operation.globals);
  end if;
  return p_operation;
end
$$;


--
-- Name: FUNCTION shown(p_operation backops.operations); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.shown(p_operation backops.operations) IS 'A row of operations as the caller may see it.';


--
-- Name: shown_approval(bigint, backops.approvals); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.shown_approval(p_approval bigint, p_latest backops.approvals) RETURNS backops.approvals
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
declare
  v_shown approvals;
  v_subject text := format('the approval "%s" of operation %s', p_latest.name, p_latest.operation_id);
begin
  select * into v_shown from approvals where id = p_approval and operation_id = p_latest.operation_id and name = p_latest.name;
  if not found then
    raise exception using errcode = 'OP005', message = format('%s is no number of %s', p_approval, v_subject),
      hint = format('approval_status has the numbers; the last one is %s.', p_latest.id);
  end if;
  if p_latest.decision is null then
    raise exception using errcode = 'OP003',
      message = case
        when v_shown.position = p_latest.position then format('%s was asked anew since %s: number %s is pending now', v_subject, v_shown.id, p_latest.id)
        else format('%s is asked by another step than %s was: number %s of %s is pending now', v_subject, v_shown.id, p_latest.id,
                    (select branch || '/' || name from actions where operation_id = p_latest.operation_id and position = p_latest.position))
      end,
      hint = format('pending_approvals has what is asked now. To answer that, give its number, %s.', p_latest.id);
  end if;
  return v_shown;
end
$$;


--
-- Name: FUNCTION shown_approval(p_approval bigint, p_latest backops.approvals); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.shown_approval(p_approval bigint, p_latest backops.approvals) IS 'The approval of a number that is not the last one of its name, and so was decided, lapsed or withdrawn; OP003 while the last one is pending, OP005 no such number.';


--
-- Name: signal(bigint, text, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.signal(id bigint, name text, payload jsonb DEFAULT NULL::jsonb, dedup_key text DEFAULT NULL::text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET jit TO 'off'
    AS $$
#variable_conflict use_variable
declare
  c_limit constant integer := 1000;
  c_bytes constant integer := 1048576;
  v_job jobs;
  v_state text;
  v_id bigint;
  v_inbox record;
begin
  if is_plain_name(name) is not true then
    raise exception using errcode = 'OP004', message = format('"%s" is no name of a signal', left(name, 200)),
      hint = 'Names have 1 to 200 characters, without "/" and control characters.';
  end if;
  if dedup_key = '' or length(dedup_key) > 500 or octet_length(dedup_key) > 1500 then
    raise exception using errcode = 'OP004', message = 'that cannot be the dedup_key of a signal',
      hint = 'It has 1 to 500 characters, and at most 1500 bytes.';
  end if;
  if not can_be_payload(payload) then
    raise exception using errcode = 'OP004', message = 'the payload of a signal is at most 256 KiB, with arrays and objects at most 256 deep',
      hint = 'Keep what is large elsewhere, and send where it is.';
  end if;
  select * into v_job from jobs j where j.operation_id = signal.id for update;
  select o.state into v_state from operations o where o.id = signal.id;
  if not found then
    raise exception using errcode = 'OP002', message = format('there is no operation %s', signal.id);
  end if;
  if v_state = 'active' and v_job.operation_id is null then
    raise exception using errcode = 'serialization_failure', message = format('operation %s was changed at the same moment', signal.id),
      hint = 'Call again.';
  end if;
  -- What was sent before keeps its answer, whatever the operation has done since.
  if dedup_key is not null and exists (
    select from signals s where s.operation_id = signal.id and s.name = signal.name and s.dedup_key = signal.dedup_key
  ) then
    return 'duplicate';
  end if;
  if v_state <> 'active' then
    return 'refused';
  end if;
  select count(*) as count, coalesce(sum(pg_column_size(s.payload)), 0) as bytes into v_inbox
    from signals s where s.operation_id = signal.id and s.read_at is null;
  if v_inbox.count >= c_limit or v_inbox.bytes + coalesce(pg_column_size(payload), 0) > c_bytes then
    raise exception using errcode = 'OP003',
      message = format('the inbox of operation %s is full: %s signals of %s bytes are unread', signal.id, v_inbox.count, v_inbox.bytes),
      hint = format('It holds %s signals and 1 MiB. A wait for them reads them; see signal_status.', c_limit);
  end if;
  insert into signals (operation_id, name, payload, dedup_key) values (signal.id, name, payload, dedup_key) returning signals.id into v_id;
  if v_job.queue = '/waits' then
    perform settle_wait(signal.id);
  end if;
  return (select case when s.read_at is null then 'kept' else 'delivered' end from signals s where s.id = v_id);
end
$$;


--
-- Name: FUNCTION signal(id bigint, name text, payload jsonb, dedup_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.signal(id bigint, name text, payload jsonb, dedup_key text) IS 'Sends a signal to an operation. Returns delivered (it was waiting for it, and goes on), kept (until it waits for it), duplicate (one of that name and dedup_key was sent before), or refused (the operation has ended). SELECT backops.signal(48213, ''approved'', ''{"by": "ann"}'')';


--
-- Name: signal(text, text, text, jsonb, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.signal(operation text, key text, name text, payload jsonb DEFAULT NULL::jsonb, dedup_key text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  select signal(keyed_operation(operation, key), name, payload, dedup_key)
$$;


--
-- Name: FUNCTION signal(operation text, key text, name text, payload jsonb, dedup_key text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.signal(operation text, key text, name text, payload jsonb, dedup_key text) IS 'Sends a signal to the operation of that name and key, the last one where several had it. SELECT backops.signal(''Refund'', ''order-42'', ''approved'')';


--
-- Name: signal_where(text, jsonb, text, text, jsonb, text, text, text[], timestamp with time zone, timestamp with time zone, bigint, integer, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.signal_where(signal text, payload jsonb DEFAULT NULL::jsonb, dedup_key text DEFAULT NULL::text, name text DEFAULT NULL::text, globals jsonb DEFAULT NULL::jsonb, state text DEFAULT 'waiting'::text, queue text DEFAULT NULL::text, tags text[] DEFAULT NULL::text[], since timestamp with time zone DEFAULT NULL::timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, after bigint DEFAULT NULL::bigint, at_most integer DEFAULT 1000, preview boolean DEFAULT false) RETURNS SETOF backops.found_operation
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_found found_operation;
begin
  for v_found in select * from find_operations(name, globals, state, queue, tags, null, since, until, after, at_most) loop
    if coalesce(preview, true) or signal(v_found.id, signal_where.signal, payload, dedup_key) in ('delivered', 'kept') then
      return next v_found;
    end if;
  end loop;
end
$$;


--
-- Name: FUNCTION signal_where(signal text, payload jsonb, dedup_key text, name text, globals jsonb, state text, queue text, tags text[], since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer, preview boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.signal_where(signal text, payload jsonb, dedup_key text, name text, globals jsonb, state text, queue text, tags text[], since timestamp with time zone, until timestamp with time zone, after bigint, at_most integer, preview boolean) IS 'Sends a signal to what find_operations finds, operations at a wait unless state says otherwise, and returns as they were found those that took it. preview => true shows them and sends nothing. At most at_most in one call. SELECT * FROM backops.signal_where(''price_changed'', name => ''Watch'', preview => true)';


--
-- Name: skip(bigint[], text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.skip(ids bigint[], reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('skip', ids, reason)
$$;


--
-- Name: FUNCTION skip(ids bigint[], reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.skip(ids bigint[], reason text) IS 'Leaves the next (or failed) action of every one of the operations out. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: skip(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.skip(id bigint, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('skip', id, reason)
$$;


--
-- Name: FUNCTION skip(id bigint, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.skip(id bigint, reason text) IS 'Leaves the next (or failed) action out and goes on after it.';


--
-- Name: skip_operation(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.skip_operation(id bigint) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_operation operations := open_for_steering(skip_operation.id, 'skip', '{active,failed,cancelled}');
  v_action actions;
  v_next integer;
begin
  select a.* into strict v_action
    from actions a
   where a.operation_id = skip_operation.id
     and a.position = coalesce(v_operation.stopped_position, (select j.position from jobs j where j.operation_id = skip_operation.id));
  update actions set skipped_at = v_now where operation_id = skip_operation.id and position = v_action.position;
  select position into v_next
    from actions
   where operation_id = skip_operation.id and completed_at is null and skipped_at is null
     and (branch = v_action.branch and position > v_action.position or branch = 'main')
   order by branch = v_action.branch desc, position
   limit 1;
  if found then
    perform point_at(v_operation, v_next);
  else
    perform withdraw_approval(skip_operation.id, v_now);
    delete from jobs where operation_id = skip_operation.id;
    perform forget_failure(skip_operation.id);
    update operations set state = 'completed', ended_at = v_now, stopped_position = null, stop_reason = null where operations.id = skip_operation.id;
  end if;
  select * into v_operation from operations where operations.id = skip_operation.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION skip_operation(id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.skip_operation(id bigint) IS 'Leaves the next (or failed) action out and goes on after it.';


--
-- Name: skip_slots(backops.schedules, bigint[], timestamp with time zone, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.skip_slots(p_schedule backops.schedules, p_cron bigint[], p_last timestamp with time zone, p_reason text, p_detail text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_first timestamptz := schedule_slot(p_schedule, p_cron, p_schedule.decided_until);
  -- A slot that waited in the buffer was decided before.
  v_count integer := case
    when v_first < p_last then count_schedule_slots(p_schedule, p_cron, p_schedule.decided_until, p_last, 1001)
    else 1
  end;
begin
  -- One row for a run of slots, so that an operation that hangs for a week leaves one. A slot in between that was not skipped ends the run.
  update skipped_slots
     set last_slot = p_last, count = least(count::bigint + v_count, 2147483647), detail = left(p_detail, 2000), at = clock_now()
   where id = (select s.id from skipped_slots s where s.schedule_id = p_schedule.id order by s.last_slot desc limit 1)
     and reason = p_reason and last_slot = p_schedule.decided_until and p_last > last_slot;
  if not found then
    insert into skipped_slots (schedule_id, first_slot, last_slot, count, reason, detail)
      values (p_schedule.id, least(v_first, p_last), p_last, v_count, p_reason, left(p_detail, 2000));
    delete from skipped_slots where schedule_id = p_schedule.id and last_slot < p_last - interval '30 days' and at < clock_now() - interval '30 days';
  end if;
  update schedules set skipped_count = skipped_count + v_count where id = p_schedule.id;
  return v_count;
end
$$;


--
-- Name: FUNCTION skip_slots(p_schedule backops.schedules, p_cron bigint[], p_last timestamp with time zone, p_reason text, p_detail text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.skip_slots(p_schedule backops.schedules, p_cron bigint[], p_last timestamp with time zone, p_reason text, p_detail text) IS 'Records that a schedule skips its slots from the last decided one up to p_last; returns how many they are, counted up to 1001.';


--
-- Name: slot_jitter(text, timestamp with time zone, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.slot_jitter(p_name text, p_slot timestamp with time zone, p_jitter interval) RETURNS interval
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select p_jitter * ((hashtextextended(p_name || '/' || extract(epoch from p_slot), 0) & 1048575) / 1048576.0)::double precision
$$;


--
-- Name: FUNCTION slot_jitter(p_name text, p_slot timestamp with time zone, p_jitter interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.slot_jitter(p_name text, p_slot timestamp with time zone, p_jitter interval) IS 'How much after its time a slot becomes due: the same whenever and wherever it is asked.';


--
-- Name: slot_rule(bigint[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.slot_rule(p_cron bigint[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case
    when p_cron[8] & 1 = 1 then
      'goes by elapsed time, because its minute or hour begins with *: both passes of an hour that comes twice, none of one that is skipped'
    else 'is a fixed time: once right after a gap of the clock that has it, once in the first pass of an hour that comes twice'
  end
$$;


--
-- Name: FUNCTION slot_rule(p_cron bigint[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.slot_rule(p_cron bigint[]) IS 'What a parsed cron expression does when clocks change, in words.';


--
-- Name: slot_text(timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.slot_text(p_slot timestamp with time zone) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select to_char(p_slot at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || case when extract(microseconds from p_slot)::bigint % 1000000 = 0 then '' else to_char(p_slot at time zone 'UTC', '.US') end || 'Z'
$$;


--
-- Name: FUNCTION slot_text(p_slot timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.slot_text(p_slot timestamp with time zone) IS 'A slot in ISO 8601 and UTC, as it stands in the key of its operation.';


--
-- Name: snooze(bigint, bigint, bigint, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from hand_back_many(p_worker_id, array[p_operation_id], array[p_claim_id], 'snoozed', null, array[p_delay])
$$;


--
-- Name: FUNCTION snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval) IS 'snooze_many for one claim.';


--
-- Name: snooze(bigint, bigint, bigint, interval, integer, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval, p_at_most integer, p_within interval DEFAULT NULL::interval) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from hand_back_many(p_worker_id, array[p_operation_id], array[p_claim_id], 'snoozed', null, array[p_delay], true, array[p_at_most], array[p_within])
$$;


--
-- Name: FUNCTION snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval, p_at_most integer, p_within interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.snooze(p_worker_id bigint, p_operation_id bigint, p_claim_id bigint, p_delay interval, p_at_most integer, p_within interval) IS 'snooze_many with limits for one claim.';


--
-- Name: snooze_many(bigint, bigint[], bigint[], timestamp with time zone[], interval[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.snooze_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamp with time zone[], p_delay interval[]) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'snoozed', p_until, p_delay);
end
$$;


--
-- Name: FUNCTION snooze_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamp with time zone[], p_delay interval[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.snooze_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamp with time zone[], p_delay interval[]) IS 'Puts claimed actions off, each until a time or for a while, at no cost in attempts. outcome: snoozed, done, stale, busy, and of several actions invalid for one whose time is missing or not finite: its job is still held.';


--
-- Name: snooze_many(bigint, bigint[], bigint[], timestamp with time zone[], interval[], integer[], interval[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.snooze_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamp with time zone[], p_delay interval[], p_at_most integer[], p_within interval[]) RETURNS TABLE(operation_id bigint, claim_id bigint, outcome text, run_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  return query select * from hand_back_many(p_worker_id, p_operation_ids, p_claim_ids, 'snoozed', p_until, p_delay, true, p_at_most, p_within);
end
$$;


--
-- Name: FUNCTION snooze_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamp with time zone[], p_delay interval[], p_at_most integer[], p_within interval[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.snooze_many(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_until timestamp with time zone[], p_delay interval[], p_at_most integer[], p_within interval[]) IS 'Puts claimed actions off, each at most so often in its run, and within so long from the start of the first attempt that was put off; null is no limit. One that would be put off once more fails for good, with the error SnoozeLimit; the last turn is at the deadline. outcome: snoozed, failed, done, stale, busy, and of several actions invalid for one whose time or limit makes no sense: its job is still held.';


--
-- Name: snooze_problem(integer, integer, interval, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.snooze_problem(p_count integer, p_at_most integer, p_within interval, p_is_over boolean) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $$
  select case
    when p_count >= p_at_most then format('the action was snoozed %s times, which is as often as it may be; retry allows it as many again', p_count)
    when p_is_over then format('the action was snoozed for %s, which is as long as it may be; retry allows it as long again', justify_interval(p_within))
  end
$$;


--
-- Name: FUNCTION snooze_problem(p_count integer, p_at_most integer, p_within interval, p_is_over boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.snooze_problem(p_count integer, p_at_most integer, p_within interval, p_is_over boolean) IS 'Why an action that was snoozed that often cannot be snoozed again; null when it can.';


--
-- Name: snoozes(bigint, integer, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.snoozes(p_operation_id bigint, p_position integer, p_run integer) RETURNS TABLE(count integer, since timestamp with time zone)
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
  select count(*), min(a.started_at)
    from attempts a
   where a.operation_id = p_operation_id and a.position = p_position and a.run = p_run and a.outcome = 'snoozed'
     and a.id > coalesce(
       (select max(e.id) from attempts e where e.operation_id = p_operation_id and e.position = p_position and e.run = p_run and e.ends_operation), 0
     )
$$;


--
-- Name: FUNCTION snoozes(p_operation_id bigint, p_position integer, p_run integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.snoozes(p_operation_id bigint, p_position integer, p_run integer) IS 'How often an action was snoozed in a run, and since when; what came before the operation failed there, and was retried, does not count.';


--
-- Name: stamp_failure(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.stamp_failure() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  -- What a dump brings back, before its operation, says itself whether it counts: what was retried since does not.
  if not current_setting('check_function_bodies')::boolean and not exists (select from operations where id = new.operation_id) then
    return new;
  end if;
  new.fingerprint := failure_fingerprint(new);
  return new;
end
$$;


--
-- Name: FUNCTION stamp_failure(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.stamp_failure() IS 'Gives the attempt that an operation fails by the fingerprint of its error.';


--
-- Name: statement_now(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.statement_now() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((NULLIF(current_setting('backops.now'::text, true), ''::text))::timestamp with time zone, statement_timestamp());


--
-- Name: FUNCTION statement_now(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.statement_now() IS 'The engine''s clock for views: it stands still for a statement. With a function that may change in between, the planner would take a view as it is and read all of it, whatever ORDER BY id DESC LIMIT 20 asks for.';


--
-- Name: steer(text, bigint, text, text, text, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.steer(p_verb text, p_id bigint, p_reason text, p_branch text DEFAULT NULL::text, p_action text DEFAULT NULL::text, p_key text DEFAULT NULL::text, p_value jsonb DEFAULT NULL::jsonb, p_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS backops.operations
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select o from steer_many(p_verb, array[p_id], p_reason, p_branch, p_action, p_key, p_value, p_at, p_is_strict => true) as o
$$;


--
-- Name: FUNCTION steer(p_verb text, p_id bigint, p_reason text, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.steer(p_verb text, p_id bigint, p_reason text, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone) IS 'Does one thing to one operation, and writes it down: what retry, cancel and the like have in common.';


--
-- Name: steer_many(text, bigint[], text, text, text, text, jsonb, timestamp with time zone, jsonb, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.steer_many(p_verb text, p_ids bigint[], p_reason text, p_branch text DEFAULT NULL::text, p_action text DEFAULT NULL::text, p_key text DEFAULT NULL::text, p_value jsonb DEFAULT NULL::jsonb, p_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_details jsonb DEFAULT '{}'::jsonb, p_is_strict boolean DEFAULT false) RETURNS SETOF backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_id bigint;
  v_ids bigint[] := case when p_is_strict then p_ids else array(select distinct given from unnest(p_ids) as given where given is not null order by given) end;
  v_done bigint[] := '{}';
  v_operation operations;
begin
  if cardinality(v_ids) > 10000 then
    raise exception using errcode = 'OP004', message = format('%s operations are too many for one call', cardinality(v_ids)),
      hint = 'Give 10000 at most, and call again for the others: the rows stay locked until the transaction ends.';
  end if;
  if not p_is_strict and p_verb in ('retry', 'skip', 'jump', 'run_from') then
    perform hold_operation_keys(v_ids);
  end if;
  if p_verb = 'retry' and not p_is_strict then
    v_done := retry_failed(v_ids);
    return query select s.* from operations o cross join lateral shown(o) as s where o.id = any (v_done) order by o.id;
  end if;
  foreach v_id in array case when v_done = '{}' then v_ids else '{}' end loop
    if p_is_strict or may_steer(p_verb, v_id, p_branch, p_action) then
      v_operation := steer_one(p_verb, v_id, p_branch, p_action, p_key, p_value, p_at, p_reason);
      v_done := v_done || v_id;
      return next shown(v_operation);
    end if;
  end loop;
  perform write_audit(p_verb, v_done, p_reason, p_details || steering_details(p_branch, p_action, p_key, p_value, p_at, v_operation.name)
    || case when cardinality(v_done) < cardinality(v_ids) then jsonb_build_object('left_out', cardinality(v_ids) - cardinality(v_done)) else '{}' end);
end
$$;


--
-- Name: FUNCTION steer_many(p_verb text, p_ids bigint[], p_reason text, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_details jsonb, p_is_strict boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.steer_many(p_verb text, p_ids bigint[], p_reason text, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_details jsonb, p_is_strict boolean) IS 'Does one thing to those of the operations whose state allows it, and writes it down in one row.';


--
-- Name: steer_one(text, bigint, text, text, text, jsonb, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.steer_one(p_verb text, p_id bigint, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_reason text) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  return case p_verb
    when 'retry' then retry_operation(p_id)
    when 'cancel' then cancel_operation(p_id, p_reason)
    when 'skip' then skip_operation(p_id)
    when 'jump' then jump_operation(p_id, p_branch, p_action)
    when 'run_from' then run_operation_from(p_id, p_branch, p_action)
    when 'set_global' then set_operation_global(p_id, p_key, p_value)
    when 'reschedule' then reschedule_operation(p_id, p_at)
    when 'wake_up' then wake_up_operation(p_id)
  end;
end
$$;


--
-- Name: FUNCTION steer_one(p_verb text, p_id bigint, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.steer_one(p_verb text, p_id bigint, p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_reason text) IS 'Does one thing to one operation.';


--
-- Name: steer_where(text, text, jsonb, text, text, text[], text, timestamp with time zone, timestamp with time zone, bigint, integer, text, boolean); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.steer_where(p_verb text, p_name text, p_globals jsonb, p_state text, p_queue text, p_tags text[], p_error text, p_since timestamp with time zone, p_until timestamp with time zone, p_after bigint, p_at_most integer, p_reason text, p_preview boolean) RETURNS SETOF backops.found_operation
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_found found_operation[] := array(
    select f from find_operations(p_name, p_globals, p_state, p_queue, p_tags, p_error, p_since, p_until, p_after, p_at_most) as f
  );
  v_done bigint[];
begin
  if not p_preview then
    v_done := array(
      select id
        from steer_many(
          p_verb, array(select id from unnest(v_found)), p_reason,
          p_details => jsonb_strip_nulls(jsonb_build_object('where', jsonb_build_object(
            'name', p_name, 'globals', redacted(coalesce(p_name, '*'), p_globals), 'state', p_state, 'queue', p_queue, 'tags', p_tags,
            'error', p_error, 'since', p_since, 'until', p_until, 'after', p_after
          )))
        )
    );
  end if;
  return query select * from unnest(v_found) as f where p_preview or f.id = any (v_done) order by f.id;
end
$$;


--
-- Name: FUNCTION steer_where(p_verb text, p_name text, p_globals jsonb, p_state text, p_queue text, p_tags text[], p_error text, p_since timestamp with time zone, p_until timestamp with time zone, p_after bigint, p_at_most integer, p_reason text, p_preview boolean); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.steer_where(p_verb text, p_name text, p_globals jsonb, p_state text, p_queue text, p_tags text[], p_error text, p_since timestamp with time zone, p_until timestamp with time zone, p_after bigint, p_at_most integer, p_reason text, p_preview boolean) IS 'What retry_where and cancel_where have in common: finds, and unless it is a preview does, and writes it down.';


--
-- Name: steering_details(text, text, text, jsonb, timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.steering_details(p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_name text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select jsonb_build_object('branch', p_branch, 'action', p_action, 'at', p_at, 'key', p_key)
    || case when p_key is null then '{}' else jsonb_build_object('value', redacted(p_name, jsonb_build_object(p_key, p_value)) -> p_key) end
$$;


--
-- Name: FUNCTION steering_details(p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.steering_details(p_branch text, p_action text, p_key text, p_value jsonb, p_at timestamp with time zone, p_name text) IS 'What the audit log says of a call beside its verb and the operations.';


--
-- Name: store_logs(bigint, bigint[], bigint[], jsonb[]); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.store_logs(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_lines jsonb[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
  v_rows integer;
  v_secret boolean := exists (select from secret_keys);
begin
  perform check_batch(p_operation_ids, p_claim_ids, cardinality(p_lines));
  if exists (select from unnest(p_lines) as lines where jsonb_typeof(lines) is distinct from 'array') then
    raise exception using errcode = 'OP004', message = 'the lines of an attempt are a JSON array',
      hint = 'Give [{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "…", "metadata": {…}}, …] for each.';
  end if;
  insert into attempt_logs (operation_id, claim_id, number, position, run, attempt, logged_at, level, message, metadata)
    select i.operation_id, i.claim_id, l.number, a.position, a.run, a.attempt, l.at, l.level,
           left(case when v_secret then concealed(i.operation_id, l.message) else l.message end, 8192),
           coalesce(case when v_secret then concealed(i.operation_id, l.metadata::text)::jsonb else l.metadata end, '{}')
      from unnest(p_operation_ids, p_claim_ids, p_lines) as i (operation_id, claim_id, lines)
     cross join lateral (
       -- Held still, or ended under this claim: a line that comes late belongs to it as well.
       select j.position, a.run, a.earlier_attempts + j.attempt as attempt
         from jobs j
         join actions a on a.operation_id = j.operation_id and a.position = j.position
        where j.operation_id = i.operation_id and j.claim_id = i.claim_id and j.worker_id = p_worker_id
       union all
       select t.position, t.run, t.attempt
         from attempts t
        where t.operation_id = i.operation_id and t.claim_id = i.claim_id and t.worker_id = p_worker_id
       union all
       select a.position, a.run, a.earlier_attempts + a.attempts_count from actions a where a.operation_id = i.operation_id and a.completed_claim_id = i.claim_id
       limit 1
     ) as a
     cross join lateral jsonb_to_recordset(i.lines) as l (number integer, at timestamptz, level text, message text, metadata jsonb)
     where l.number between 1 and 1000
    on conflict do nothing;
  get diagnostics v_rows = row_count;
  return v_rows;
exception
  when invalid_text_representation or invalid_parameter_value or invalid_datetime_format or datetime_field_overflow
    or numeric_value_out_of_range or not_null_violation or check_violation then
    raise exception using errcode = 'OP004', message = 'the lines of an attempt cannot be read: ' || sqlerrm,
      hint = 'Give [{"number": 1, "at": "2027-01-01T08:00:00Z", "level": "info", "message": "…", "metadata": {…}}, …] for each.';
end
$$;


--
-- Name: FUNCTION store_logs(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_lines jsonb[]); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.store_logs(p_worker_id bigint, p_operation_ids bigint[], p_claim_ids bigint[], p_lines jsonb[]) IS 'Stores what attempts logged, at most 1000 lines of each, in attempt_logs; call it together with their outcomes, before or after. Lines of a claim that is not this worker''s are left out, and those that are stored already. Returns how many were stored.';


--
-- Name: take_along_deleted(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.take_along_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_ids bigint[] := array(select id from deleted order by id);
  v_busy bigint;
  v_tries integer := 0;
begin
  loop
    select operation_id into v_busy from jobs where operation_id = any (v_ids) order by operation_id limit 1;
    exit when not found;
    if v_tries > 100 then
      raise exception using errcode = 'lock_not_available', message = format('operation %s is being written at this moment', v_busy),
        hint = format('Delete it again, or call cancel(%s) first.', v_busy);
    end if;
    if v_tries > 0 then
      perform pg_sleep(0.01);
    end if;
    v_tries := v_tries + 1;
    with free as materialized (
      select operation_id from jobs where operation_id = any (v_ids) order by operation_id for update skip locked
    ),
    gone as (
      delete from jobs j using free f where j.operation_id = any (array[f.operation_id]) returning j.worker_id, j.claim_id
    )
    select count(pg_notify(worker_channel(worker_id), 'lost ' || claim_id)) into v_busy from gone where worker_id is not null;
  end loop;
  delete from attempts where operation_id = any (v_ids);
  delete from attempt_logs where operation_id = any (v_ids);
  delete from signals where operation_id = any (v_ids);
  delete from approvals where operation_id = any (v_ids);
  delete from actions where operation_id = any (v_ids);
  -- A key that somebody enqueues under at this moment stays, and so does one that throttles.
  if exists (select from deleted where active_key is not null) then
    delete from operation_keys
     where (name, key) in (
       select k.name, k.key
         from deleted d
         join operation_keys k on k.name = d.name and k.key = d.active_key
        where k.operation_id = d.id and coalesce(k.free_at <= clock_now(), true)
          for update of k skip locked
     );
  end if;
  return null;
end
$$;


--
-- Name: FUNCTION take_along_deleted(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.take_along_deleted() IS 'What a DELETE from operations sets off: their jobs, actions, attempts, log lines, signals and approvals go with them. A worker that runs one of them is told to stop, and its outcome is refused.';


--
-- Name: take_along_truncated(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.take_along_truncated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_table text;
  v_is_empty boolean;
begin
  perform pg_notify(worker_channel(worker_id), 'lost ' || claim_id) from jobs where worker_id is not null;
  -- A table that the same TRUNCATE names cannot be truncated again, and is empty already.
  foreach v_table in array '{jobs,actions,attempts,attempt_logs,signals,approvals,operation_keys}'::text[] loop
    execute format('select not exists (select from %I)', v_table) into v_is_empty;
    if not v_is_empty then
      execute format('truncate %I', v_table);
    end if;
  end loop;
  return null;
end
$$;


--
-- Name: FUNCTION take_along_truncated(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.take_along_truncated() IS 'What TRUNCATE operations sets off: jobs, actions, attempts, log lines, signals, approvals and keys go, too.';


--
-- Name: take_releases(timestamp with time zone, integer); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.take_releases(p_from timestamp with time zone, p_limit integer) RETURNS TABLE(gates text[], taken integer)
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_gates text[];
  v_slots integer[];
  v_waiters integer[];
begin
  with front as materialized (
    select released_at, id
      from limit_releases
     where released_at >= p_from and (not is_rate_gate(gate) and not is_queue_gate(gate) or pg_try_advisory_xact_lock(gate_lock(gate)))
     order by released_at, id
     limit p_limit
       for update skip locked
  ),
  taken as (
    delete from limit_releases r using front f where r.released_at = any (array[f.released_at]) and r.id = f.id returning r.gate, r.slots, r.waiters
  )
  select coalesce(array_agg(gate), '{}'), array_agg(slots), array_agg(waiters), coalesce(sum(releases), 0)
    into v_gates, v_slots, v_waiters, taken
    from (select gate, sum(slots)::integer as slots, sum(waiters)::integer as waiters, count(*) as releases from taken group by gate) as summed;
  -- A gate of a key is gone with the last who needs it: there may be as many keys as operations.
  merge into limit_gates g
    using (select * from unnest(v_gates, v_slots, v_waiters) as r (gate, slots, waiters)) as r
    on g.gate = any (array[r.gate])
    when matched and g.holding <= r.slots and g.waiting <= r.waiters then
      delete
    when matched then
      update set holding = greatest(g.holding - r.slots, 0), waiting = greatest(g.waiting - r.waiters, 0);
  update rate_gates g
     set waiting = greatest(g.waiting - r.waiters, 0)
    from (select * from unnest(v_gates, v_waiters) as r (gate, waiters) where is_rate_gate(gate)) as r
   where g.gate = any (array[r.gate]) and r.waiters > 0;
  update queue_limits q
     set holding = greatest(q.holding - r.slots, 0)
    from (select queue_of_gate(gate) as queue, slots from unnest(v_gates, v_slots) as r (gate, slots) where is_queue_gate(gate)) as r
   where q.queue = any (array[r.queue]) and r.slots > 0;
  gates := v_gates;
  return next;
end
$$;


--
-- Name: FUNCTION take_releases(p_from timestamp with time zone, p_limit integer); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.take_releases(p_from timestamp with time zone, p_limit integer) IS 'Takes what was given back off the gates, and returns which ones, and how many rows of limit_releases that were.';


--
-- Name: take_slot(bigint, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.take_slot(p_id bigint, p_now timestamp with time zone) RETURNS SETOF backops.schedule_event
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  c_late constant interval := '1 minute';
  v schedules;
  v_cron bigint[];
  v_slot timestamptz;
  v_last timestamptz;
  v_low timestamptz;
  v_high timestamptz;
  v_is_late boolean;
  v_waits boolean;
  v_reason text;
  v_active bigint[];
  v_failures integer;
  v_failed bigint;
  v_id bigint;
  v_count integer;
begin
  select * into strict v from schedules where id = p_id;
  v_cron := case when v.cron is not null then parse_cron(v.cron) end;

  if v.paused_at is not null then
    perform end_schedule_pause(v);
    perform write_audit('resume_schedule', null, 'its pause has ended', jsonb_build_object('schedule', v.name));
    return;
  end if;

  -- 1. How the operations ended that were active.
  select coalesce(array_agg(o.id order by o.id) filter (where o.state = 'active'), '{}'),
         count(*) filter (where o.state = 'failed' and o.id > coalesce(done.id, 0)) + case when done.id is null then v.failures_count else 0 end,
         max(o.id) filter (where o.state = 'failed')
    into v_active, v_failures, v_failed
    from (select max(o.id) filter (where o.state = 'completed') as id from operations o where o.id = any (v.active_ids)) as done
    left join operations o on o.id = any (v.active_ids)
   group by done.id;
  v.active_ids := v_active;
  v.failures_count := v_failures;

  -- 2. The slot is found again by the rules of today: the database of time zones may be another one since it was.
  v_slot := schedule_slot(v, v_cron, v.decided_until);

  if v.pause_after_failures <= v_failures and v_failed is not null then
    v.pause_reason := format('%s operations in a row have failed, operation %s the last', v_failures, v_failed);
    if v.buffered_slot is not null then
      v_count := skip_slots(v, v_cron, v.buffered_slot, 'paused', v.pause_reason);
      return next row(v.name, v.buffered_slot, v_failed, 'skipped', 'paused', v_count, null)::schedule_event;
    end if;
    update schedules
       set active_ids = v_active, failures_count = v_failures, next_at = v_slot, due_at = null, buffered_slot = null,
           paused_at = p_now, paused_until = null, paused_by = session_user, pause_reason = v.pause_reason
     where id = v.id;
    perform write_audit('pause_schedule', array[v_failed], v.pause_reason, jsonb_build_object('schedule', v.name));
    return next row(v.name, v_slot, v_failed, 'paused', 'failures', 0, null)::schedule_event;
    return;
  end if;

  -- 3. A slot that waits goes first.
  if v.buffered_slot is not null and cardinality(v_active) = 0 then
    v_id := enqueue_slot(v, v.buffered_slot, v.name || '/' || slot_text(v.buffered_slot));
    return next row(v.name, v.buffered_slot, v_id, 'enqueued', 'buffered', 1, extract(epoch from p_now - v.buffered_slot))::schedule_event;
    v.last_slot := v.buffered_slot;
    v.last_operation_id := v_id;
    v.run_count := v.run_count + 1;
    v.active_ids := array[v_id];
    v.buffered_slot := null;
    v_active := v.active_ids;
  end if;

  -- 4. What is too late is passed over, and of the rest what catch_up leaves out.
  v_is_late := v_slot < p_now - c_late - v.jitter;
  if v_slot < p_now - v.catch_up_window - v.jitter then
    v_last := last_schedule_slot(v, v_cron, v.decided_until, p_now - v.catch_up_window - v.jitter - interval '1 microsecond');
    v_count := skip_slots(v, v_cron, v_last, 'window', format('more than %s late', v.catch_up_window));
    return next row(v.name, v_last, null, 'skipped', 'window', v_count, null)::schedule_event;
    v.decided_until := v_last;
    v_slot := schedule_slot(v, v_cron, v_last);
    v_is_late := v_slot < p_now - c_late - v.jitter;
  end if;
  if v_is_late then
    v_last := case v.catch_up
      when 'none' then last_schedule_slot(v, v_cron, v.decided_until, p_now - c_late - v.jitter - interval '1 microsecond')
      when 'latest' then last_schedule_slot(
        v, v_cron, v.decided_until, last_schedule_slot(v, v_cron, v.decided_until, p_now) - interval '1 microsecond'
      )
    end;
    if v.catch_up = 'all' and count_schedule_slots(v, v_cron, v.decided_until, p_now, v.catch_up_limit + 1) > v.catch_up_limit then
      -- From which instant on there are as many as may run.
      v_low := v.decided_until;
      v_high := p_now;
      while v_high - v_low > interval '1 second' loop
        v_last := v_low + (v_high - v_low) / 2;
        if count_schedule_slots(v, v_cron, v_last, p_now, v.catch_up_limit + 1) > v.catch_up_limit then
          v_low := v_last;
        else
          v_high := v_last;
        end if;
      end loop;
      v_last := last_schedule_slot(v, v_cron, v.decided_until, v_high);
    end if;
    if v_last is not null then
      v_count := skip_slots(v, v_cron, v_last, 'late', format('catch_up is %s', v.catch_up));
      return next row(v.name, v_last, null, 'skipped', 'late', v_count, null)::schedule_event;
      v.decided_until := v_last;
      v_slot := schedule_slot(v, v_cron, v_last);
    end if;
  end if;

  -- 5. The slot itself, if it is due; of late ones that may run side by side a few more, so that a thousand take few calls.
  v_waits := false;
  for v_turn in 1..20 loop
    exit when coalesce(v_slot + slot_jitter(v.name, v_slot, v.jitter) > p_now, true);
    if cardinality(v_active) > 0 and v.overlap = 'cancel' then
      perform steer_many('cancel', v_active, format('the schedule "%s" has its next slot', v.name));
      v_active := '{}';
      v.active_ids := '{}';
    end if;
    if cardinality(v_active) = 0 or v.overlap = 'allow' then
      v_id := enqueue_slot(v, v_slot, v.name || '/' || slot_text(v_slot));
      return next row(v.name, v_slot, v_id, 'enqueued', null, 1, extract(epoch from p_now - v_slot))::schedule_event;
      v.last_slot := v_slot;
      v.last_operation_id := v_id;
      v.run_count := v.run_count + 1;
      v.active_ids := (v.active_ids || v_id)[greatest(1, cardinality(v.active_ids) - 98):];
    elsif v.catch_up = 'all' and v_is_late then
      -- One after the other: it waits.
      v_waits := true;
      exit;
    elsif v.overlap = 'buffer' and v.buffered_slot is null then
      v.buffered_slot := v_slot;
      return next row(v.name, v_slot, v_active[1], 'buffered', 'active', 1, null)::schedule_event;
    else
      v_reason := case when v.overlap = 'buffer' then 'buffered' else 'active' end;
      v_count := skip_slots(
        v, v_cron, v_slot, v_reason,
        case when v.overlap = 'buffer' then format('slot %s waits already', slot_text(v.buffered_slot)) else format('operation %s is active', v_active[1]) end
      );
      return next row(v.name, v_slot, v_active[1], 'skipped', v_reason, v_count, null)::schedule_event;
    end if;
    v.decided_until := v_slot;
    v_slot := schedule_slot(v, v_cron, v_slot);
    exit when v.catch_up <> 'all' or v.overlap <> 'allow';
  end loop;

  v.next_at := v_slot;
  update schedules
     set active_ids = v.active_ids, failures_count = v.failures_count, run_count = v.run_count, last_slot = v.last_slot,
         last_operation_id = v.last_operation_id, buffered_slot = v.buffered_slot, decided_until = v.decided_until, next_at = v.next_at,
         due_at = case when v_waits then p_now + interval '5 seconds' else schedule_due_at(v) end, last_error = null, last_errored_at = null
   where id = v.id;
end
$$;


--
-- Name: FUNCTION take_slot(p_id bigint, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.take_slot(p_id bigint, p_now timestamp with time zone) IS 'Does what is due for one schedule: runs, buffers or skips its next slot, passes over those that are too late, and moves it on. Returns what it did.';


--
-- Name: take_turns(backops.fair_queues, smallint, timestamp with time zone, bigint, integer, text[], timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.take_turns(p_fair backops.fair_queues, p_priority smallint, p_after_run_at timestamp with time zone, p_after_operation_id bigint, p_limit integer, p_handlers text[], p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    AS $$
declare
  v_queue text := fair_queue(p_fair.queue);
  v_has_secrets boolean := exists (select from secret_keys);
  v_is_new boolean;
  v_lane fair_lanes;
  v_first double precision;
  v_known double precision;
  v_last double precision;
  v_arrivals integer;
  v_come record;
  -- Turns of their own, so that claims need not begin at all that have the same; a million of them are one action of a key.
  c_step constant double precision := 2 ^ -20;
begin
  select * into v_lane from fair_lanes l where l.queue = p_fair.queue and l.priority = p_priority;
  v_is_new := not found;
  if v_is_new then
    v_lane := row(p_fair.queue, p_priority, 0, 0, 0, 0, '-infinity', 0);
  end if;
  -- What has its turn left the lane long before it is claimed, and may have left dead versions there.
  if p_after_run_at > '-infinity' and (v_lane.last_run_at, v_lane.last_operation_id) > (p_after_run_at, p_after_operation_id) then
    p_after_run_at := v_lane.last_run_at;
    p_after_operation_id := v_lane.last_operation_id;
  end if;
  -- The clock does not stand still for those in front that this worker cannot run.
  select min(turn), min(turn) filter (where handler = any (p_handlers)), max(turn) into v_first, v_known, v_last
    from (
      select j.turn, j.handler
        from jobs j
       where j.queue = v_queue and j.priority = p_priority and j.turn >= v_lane.first_turn
       order by j.turn, j.operation_id
       limit 100
    ) as front;
  select count(*) into v_arrivals
    from (
      select
        from jobs j
       where j.queue = p_fair.queue and j.priority = p_priority and (j.run_at, j.operation_id) > (p_after_run_at, p_after_operation_id)
         and j.run_at <= p_now and j.worker_id is null and j.crashes = 0
       limit case when v_first is null then p_limit else 0 end + 1
    ) as arrivals;
  -- Where all that is due is claimed now, no order matters.
  if v_first is null and v_arrivals <= p_limit then
    return false;
  end if;
  if v_first is null then
    select max(turn) into v_first from fair_keys k where k.queue = p_fair.queue and k.priority = p_priority and k.turn > '-infinity';
  end if;
  v_lane.clock := greatest(v_lane.clock, coalesce(v_known, v_last, v_first));
  v_lane.first_turn := least(coalesce(v_first, v_lane.clock), v_lane.clock);
  v_lane.fresh := greatest(v_lane.fresh, v_lane.clock);
  v_lane.forgotten := forget_keys(v_lane);
  if v_arrivals > 0 then
    with come as materialized (
      select j.operation_id, j.run_at, counted_key(p_fair.by_global, o.globals, v_has_secrets and is_secret(o.name, p_fair.by_global)) as key
        from jobs j
        join operations o on o.id = j.operation_id
       where j.queue = p_fair.queue and j.priority = p_priority and (j.run_at, j.operation_id) > (p_after_run_at, p_after_operation_id)
         and j.run_at <= p_now and j.worker_id is null and j.crashes = 0
       order by j.run_at, j.operation_id
       limit greatest(10 * p_limit, 1000)
         for update of j skip locked
    ),
    numbered as materialized (
      select c.*, k.turn, coalesce((p_fair.weights ->> c.key)::double precision, 1) as weight,
             row_number() over (partition by c.key order by c.run_at, c.operation_id) - 1 as ahead,
             count(*) over (partition by c.key) as jobs
        from come c
        left join lateral (
          select k.turn from fair_keys k where k.queue = p_fair.queue and k.priority = p_priority and k.key = c.key and k.turn > v_lane.clock offset 0
        ) as k on true
    ),
    -- By window functions: a join of two lists that nobody has statistics of would be a loop in a loop.
    counted as materialized (
      select n.*, count(*) filter (where n.ahead = 0 and n.turn is null) over (order by n.run_at, n.operation_id) as fresh from numbered n
    ),
    ranked as materialized (
      select c.operation_id, c.run_at, c.key, c.weight, c.ahead, c.jobs, c.fresh,
             coalesce(c.turn, v_lane.fresh + c_step * first_value(c.fresh) over (partition by c.key order by c.run_at, c.operation_id)) as turn
        from counted c
    ),
    noted as (
      insert into fair_keys (queue, priority, key, turn)
        select p_fair.queue, p_priority, key, turn + jobs / weight from ranked where ahead = 0
        on conflict on constraint fair_keys_pkey do update set turn = excluded.turn
    ),
    turned as (
      update jobs j
         set queue = v_queue, turn = r.turn + r.ahead / r.weight
        from ranked r
       where j.operation_id = any (array[r.operation_id])
    )
    select * into v_come from ranked order by run_at desc, operation_id desc limit 1;
    if found then
      v_lane.last_run_at := v_come.run_at;
      v_lane.last_operation_id := v_come.operation_id;
      v_lane.fresh := v_lane.fresh + c_step * v_come.fresh;
    end if;
  end if;
  if v_is_new then
    insert into fair_lanes values (v_lane.*);
  else
    update fair_lanes l
       set clock = v_lane.clock, fresh = v_lane.fresh, first_turn = v_lane.first_turn, forgotten = v_lane.forgotten,
           last_run_at = v_lane.last_run_at, last_operation_id = v_lane.last_operation_id
     where l.queue = p_fair.queue and l.priority = p_priority;
  end if;
  return true;
end
$$;


--
-- Name: FUNCTION take_turns(p_fair backops.fair_queues, p_priority smallint, p_after_run_at timestamp with time zone, p_after_operation_id bigint, p_limit integer, p_handlers text[], p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.take_turns(p_fair backops.fair_queues, p_priority smallint, p_after_run_at timestamp with time zone, p_after_operation_id bigint, p_limit integer, p_handlers text[], p_now timestamp with time zone) IS 'Gives turns to what is due in a priority of a fair queue: ten times as many as the claim takes, a thousand at least. Returns false, and gives none, where the claim takes all that there is.';


--
-- Name: time_after(timestamp with time zone, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.time_after(p_time timestamp with time zone, p_delay interval) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((EXTRACT(epoch FROM p_delay) >= ('-100000000000'::bigint)::numeric) AND (EXTRACT(epoch FROM p_delay) <= ('100000000000'::bigint)::numeric)) THEN (p_time + backops.elapsed(p_delay)) WHEN (p_delay IS NOT NULL) THEN 'infinity'::timestamp with time zone ELSE NULL::timestamp with time zone END;


--
-- Name: FUNCTION time_after(p_time timestamp with time zone, p_delay interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.time_after(p_time timestamp with time zone, p_delay interval) IS 'A time and a delay; infinity, which nobody can wait for, where the sum is thousands of years away.';


--
-- Name: timeout_message(jsonb, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.timeout_message(p_wait jsonb, p_since timestamp with time zone, p_deadline timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $$
  select case
    when p_wait ? 'approval' then format('nobody decided the approval "%s" ', p_wait ->> 'approval')
    else format('no signal %s came ', awaited_signals(p_wait))
  end || coalesce(
    (
      select 'within ' || justify_interval(timeout)
        from make_interval(secs => (p_wait ->> 'timeout')::double precision) as timeout
       where time_after(p_since, timeout) = p_deadline
    ),
    'before its deadline'
  )
$$;


--
-- Name: FUNCTION timeout_message(p_wait jsonb, p_since timestamp with time zone, p_deadline timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.timeout_message(p_wait jsonb, p_since timestamp with time zone, p_deadline timestamp with time zone) IS 'The error of a wait that has failed; somebody may have moved its deadline.';


--
-- Name: turn_away(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.turn_away(p_operation_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v record;
  v_other record;
begin
  select j.gate, j.position, j.came_at, a.limits -> 'operation' as limit_of into v
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   where j.operation_id = p_operation_id and j.ticket is not null;
  if not found then
    return;
  end if;
  perform from operations where id = p_operation_id for no key update skip locked;
  if not found then
    perform come_again(p_operation_id);
    return;
  end if;

  if v.limit_of ->> 'when_full' = 'drop' then
    perform end_operation(p_operation_id, 'cancelled', v.position, clock_now(), format('the limit "%s" was full', v.gate));
    return;
  end if;
  if v.limit_of ->> 'when_full' = 'replace_waiting' then
    for v_other in
      select j.operation_id
        from jobs j
        join operations o on o.id = j.operation_id
       where j.gate = v.gate and j.ticket is not null and (j.came_at, j.operation_id) < (v.came_at, p_operation_id)
       order by j.operation_id
         for update of j skip locked
         for no key update of o skip locked
    loop
      perform cancel_operation(v_other.operation_id, format('operation %s took its place in the line of the limit "%s"', p_operation_id, v.gate));
    end loop;
  elsif v.limit_of ->> 'when_full' = 'cancel_oldest' then
    select j.operation_id into v_other
      from jobs j
      join operations o on o.id = j.operation_id
     where (j.operation_slot = v.gate or j.gate = v.gate and j.ticket is not null) and j.operation_id <> p_operation_id
     order by j.operation_id
     limit 1
       for update of j skip locked
       for no key update of o skip locked;
    if not found then
      perform come_again(p_operation_id);
      return;
    end if;
    perform cancel_operation(v_other.operation_id, format('operation %s came to the limit "%s"', p_operation_id, v.gate));
  end if;
  if (v.limit_of ->> 'max_waiting')::integer <= (
    select count(*) from jobs j where j.gate = v.gate and j.ticket is not null and (j.came_at, j.operation_id) < (v.came_at, p_operation_id)
  ) then
    perform end_operation(p_operation_id, 'cancelled', v.position, clock_now(), format('the line of the limit "%s" was full', v.gate));
  end if;
end
$$;


--
-- Name: FUNCTION turn_away(p_operation_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.turn_away(p_operation_id bigint) IS 'Does what a limit says about an operation that has come and found it full, where that is not to wait: cancels it, or others in its favour.';


--
-- Name: undeclared_reason(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.undeclared_reason(p_application text) RETURNS text
    LANGUAGE sql IMMUTABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select format('the code of the application "%s" no longer declares it', p_application)
$$;


--
-- Name: FUNCTION undeclared_reason(p_application text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.undeclared_reason(p_application text) IS 'Why a schedule is paused that the code of its application does not name any more.';


--
-- Name: unpark(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.unpark(p_name text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_count integer := 0;
  v_definition_id bigint;
  v_id bigint;
  v_parked operations;
begin
  select id into v_definition_id from definitions where name = p_name and current;
  if not found then
    return 0;
  end if;
  for v_id in
    select j.operation_id
      from operations o
      join jobs j on j.operation_id = o.id
     where o.name = p_name and o.parked_at is not null and j.position is null
     order by j.operation_id
       for update of j skip locked
  loop
    -- A session that cancels it must have the job first, so it is still parked; its globals may have changed since it was found.
    update operations set parked_at = null where id = v_id returning * into v_parked;
    insert into actions (operation_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits)
      select v_id, position, branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, wait, limits
        from definition_actions
       where definition_id = v_definition_id;
    update jobs
       set definition_id = v_definition_id,
           position = a.position,
           handler = v_parked.name || '/' || a.name,
           queue = job_queue(a.wait, a.limits, null, null, null, a.queue, v_parked.queue),
           run_at = greatest(v_parked.perform_at, due_at(a.perform_at, a.perform_in, a.perform_at_global, v_parked.globals, v_now))
      from definition_actions a
     where jobs.operation_id = v_id and a.definition_id = v_definition_id and a.starts;
    if exists (select from jobs where operation_id = v_id and run_at = 'infinity') then
      perform refuse_action(v_id, 'InvalidPerformAt', problem_message('InvalidPerformAt'));
    end if;
    perform settle_wait(v_id), wake(queue, 1) from jobs where operation_id = v_id and run_at <= v_now;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;


--
-- Name: FUNCTION unpark(p_name text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.unpark(p_name text) IS 'Starts the operations that were enqueued before anybody had registered their name; returns how many.';


--
-- Name: unregister_worker(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.unregister_worker(p_worker_id bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_ids bigint[];
  v_claims bigint[];
  v_count integer := 0;
begin
  perform pg_advisory_xact_lock(worker_lock(p_worker_id));
  select array_agg(operation_id), array_agg(claim_id) into v_ids, v_claims from jobs where worker_id = p_worker_id;
  if v_ids is not null then
    perform free_remnants(v_ids);
    select count(*) into v_count from release_many(p_worker_id, v_ids, v_claims) where outcome = 'released';
  end if;
  delete from workers where id = p_worker_id and not exists (select from jobs where worker_id = p_worker_id);
  return v_count;
end
$$;


--
-- Name: FUNCTION unregister_worker(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.unregister_worker(p_worker_id bigint) IS 'Says goodbye: hands back whatever the worker still holds, at no cost in attempts, and forgets it. Returns how many jobs that were.';


--
-- Name: unschedule(text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.unschedule(name text, reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_id bigint;
begin
  perform refuse_declared_schedule(s, 'Remove it there, and deploy, which pauses it; then it can be removed. pause_schedule stops it meanwhile.')
     from schedules s
    where s.name = unschedule.name
      for update;
  delete from schedules s where s.name = unschedule.name returning s.id into v_id;
  if not found then
    perform refuse_unknown_schedule(name);
  end if;
  delete from skipped_slots s where s.schedule_id = v_id;
  perform write_audit('unschedule', null, reason, jsonb_build_object('schedule', name));
end
$$;


--
-- Name: FUNCTION unschedule(name text, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.unschedule(name text, reason text) IS 'Removes a schedule, and what is known of its skipped slots. Its operations stay, and go on.';


--
-- Name: violations_of_actions(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_actions() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
  select 'action_is_in_one_state', a.operation_id, a.position, null::bigint,
         case
           when a.completed_at is not null and a.skipped_at is not null then 'it is completed and skipped'
           when a.completed_at is null then 'it has an error, but no time of it'
           when a.errored_at is not null or a.error_type is not null then 'it is completed, but carries an error'
           when a.completed_claim_id is null or a.started_at is null then 'it is completed, but nobody claimed it'
           else 'it was completed before the operation was enqueued'
         end,
         'Look at the operation: action_status and attempts tell what happened. Then correct the row.'
    from actions a
    join operations o on o.id = a.operation_id
   where a.completed_at is not null and (
           a.skipped_at is not null
           or coalesce(a.errored_at::text, a.error_type, a.error_message, a.stack_trace) is not null
           or a.completed_claim_id is null
           or a.started_at is null
           -- A clock that was set back a little is no fault of the tables.
           or a.completed_at < o.created_at - interval '1 minute'
         )
      or a.errored_at is null and coalesce(a.error_type, a.error_message, a.stack_trace) is not null
  union all
  select 'branch_runs_in_order', a.operation_id, a.position, null,
         format('%s/%s has ended, though %s before it is open', a.branch, a.name, b.name),
         'run_from(id, branch, action) runs the branch from the open action on.'
    from actions a
    join actions b on b.operation_id = a.operation_id and b.position = a.position - 1 and b.branch = a.branch
   where (a.completed_at is not null or a.skipped_at is not null) and b.completed_at is null and b.skipped_at is null
  union all
  select 'plan_is_complete', operation_id, min(position), null,
         format('branch "%s" lies in pieces', branch),
         'Correct the branch of the actions that lie apart.'
    from actions
   group by operation_id, branch
  having max(position) - min(position) + 1 <> count(*)
  union all
  select 'plan_is_complete', null, null, null,
         case
           when count(*) filter (where d.current) = 0 then format('no definition of "%s" is the current one', d.name)
           else format('a definition of "%s" does not have exactly one first action', d.name)
         end,
         'Start a worker that knows it: it registers its plan.'
    from definitions d
    left join lateral (select count(*) as count from definition_actions a where a.definition_id = d.id and a.starts) as start on true
   group by d.name
  having count(*) filter (where d.current) = 0 or bool_or(start.count <> 1)
$$;


--
-- Name: FUNCTION violations_of_actions(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_actions() IS 'The part of invariants() that begins at actions and definitions.';


--
-- Name: violations_of_approvals(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_approvals() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
  select 'approvals_are_asked', coalesce(j.operation_id, p.operation_id), coalesce(j.position, p.position), null::bigint,
         case when p.id is null then 'it waits for an approval that nobody is asked for'
              else format('the approval "%s" is pending, and the operation does not wait for it', p.name) end,
         case
           when p.id is null then format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- asks for it', current_schema(), j.position, j.operation_id)
           else format('update %1$I.approvals set decision = ''withdrawn'', decided_at = %1$I.clock_now() where id = %2$s; -- takes it back', current_schema(), p.id)
         end
    from (
      select j.operation_id, j.position, a.run, a.wait ->> 'approval' as name
        from jobs j
        join actions a on a.operation_id = j.operation_id and a.position = j.position
       where j.queue = '/waits' and j.waits_since is not null and a.wait ? 'approval'
    ) as j
    full join (select id, operation_id, position, run, name::text as name from approvals where decision is null) as p
      on p.operation_id = j.operation_id and p.position = j.position and p.run = j.run and p.name = j.name
   where j.operation_id is null or p.id is null
  union all
  select 'approvals_keep_deadlines', j.operation_id, j.position, null,
         format('its job is due at %s, and the approval "%s" at %s', j.run_at, p.name, d.due),
         format('update %I.jobs set run_at = %L where operation_id = %s; -- mends it', current_schema(), d.due, j.operation_id)
    from jobs j
    join approvals p on p.operation_id = j.operation_id and p.position = j.position and p.decision is null
   cross join lateral (select coalesce(least(p.deadline, case when p.reminded_at is null then p.remind_at end), 'infinity') as due) as d
   where j.waits_since is not null and j.run_at <> d.due
  union all
  select 'approvals_end_steps', coalesce(a.operation_id, p.operation_id), coalesce(a.position, p.position), null,
         case
           when a.position is null then format('the approval "%s" is of an operation or a step that is not there', p.name)
           when a.wait is null or not a.wait ? 'approval' then format('%s asks for nothing, and has the approval "%s"', a.branch || '/' || a.name, p.name)
           when p.run > a.run then format('the approval "%s" is of run %s of %s', p.name, p.run, a.run)
           else format('%s ended as %s, and its approval as %s', a.branch || '/' || a.name, a.wait_outcome, coalesce(p.decision, 'none'))
         end,
         'A row was written by hand: look at approval_status and action_status.'
    from (select * from actions where wait is not null) as a
    full join (
      select distinct on (operation_id, position, run) operation_id, position, run, name, decision from approvals order by operation_id, position, run, id desc
    ) as p on p.operation_id = a.operation_id and p.position = a.position and p.run = a.run
   where case
     when a.position is null then not exists (
       select from actions x where x.operation_id = p.operation_id and x.position = p.position and x.wait ? 'approval' and p.run < x.run
     )
     when not a.wait ? 'approval' then p.run is not null
     when a.wait_outcome is null then false
     else p.decision is distinct from case a.wait_outcome when 'timed_out' then 'lapsed' else a.wait_outcome end
   end
$_$;


--
-- Name: FUNCTION violations_of_approvals(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_approvals() IS 'The part of invariants() about approvals.';


--
-- Name: violations_of_attempts(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_attempts() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
  -- 1. Numbers: they begin at 1, an attempt that counted is followed by the next number, one that gave its number back by the same.
  select 'attempts_are_recorded', t.operation_id, t.position, t.worker_id,
         case
           when a.position is null or t.run > a.run then format('attempt %s.%s (%s) is of an action or a run that is not there', t.run, t.attempt, t.outcome)
           else format('attempt %s.%s (%s) follows %s', t.run, t.attempt, t.outcome, coalesce(format('attempt %s (%s)', attempt_before, outcome_before), 'none'))
         end,
         'A row of attempts was lost, or written by hand: the history is not complete.'
    from (
      select t.operation_id, t.position, t.run, t.attempt, t.outcome, t.worker_id,
             lag(t.attempt) over budget as attempt_before,
             lag(t.outcome) over budget as outcome_before
        from attempts t
       window budget as (partition by t.operation_id, t.position, t.run, t.outcome = 'refused' order by t.id)
    ) as t
    left join actions a on a.operation_id = t.operation_id and a.position = t.position
   where a.position is null
      or t.run > a.run
      or case
           when t.outcome = 'refused' then t.attempt <> 0
           else t.attempt is distinct from case
             when outcome_before is null then 1
             when outcome_before in ('failed', 'timed_out', 'crashed', 'cancelled') then attempt_before + 1
             when outcome_before in ('snoozed', 'released') then attempt_before
           end
         end
  union all
  -- 2. Counts: what an action says of its attempts is in the history.
  select 'attempts_are_recorded', a.operation_id, a.position, null,
         case
           when a.attempts_count not between 0 and a.max_attempts then format('it has had %s of %s attempts', a.attempts_count, a.max_attempts)
           else format('it counts %s attempts, but the history does not have them', a.attempts_count)
         end,
         'A row of attempts was lost, or the count was written by hand: the history is not complete.'
    from actions a
    left join lateral (
      select t.attempt, t.outcome
        from attempts t
       where t.operation_id = a.operation_id and t.position = a.position and t.run = a.run and t.outcome <> 'refused'
         and (a.completed_at is not null or t.attempt = a.earlier_attempts + a.attempts_count and t.outcome in ('failed', 'timed_out', 'crashed', 'cancelled'))
       order by t.id desc
       limit 1
    ) as last on a.attempts_count > case when a.completed_at is null then 0 else 1 end
   where a.attempts_count > a.max_attempts
      or a.attempts_count < case when a.completed_at is null then 0 else 1 end
      or a.attempts_count > 0 and a.completed_at is null and last.attempt is null
      or a.attempts_count > 1 and a.completed_at is not null
        and a.earlier_attempts + a.attempts_count is distinct from last.attempt + case when last.outcome in ('snoozed', 'released') then 0 else 1 end
  union all
  -- 3. A job has begun the attempts that its action counts, and one more where it is claimed.
  select 'attempts_are_recorded', j.operation_id, j.position, j.worker_id,
         format('its job is at attempt %s of %s, after %s that ended', j.attempt, a.max_attempts, a.attempts_count),
         format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- gives it a fresh budget, once nobody holds it',
                current_schema(), j.position, j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   cross join lateral (select j.attempt - case when j.worker_id is null then 0 else 1 end as ended) as n
   where n.ended not between 0 and a.max_attempts - 1
      or n.ended > 0 and n.ended <> a.attempts_count
  union all
  -- 4. Groups: what has failed counts in failures once, by the attempt that ended it, and nothing else does.
  select 'failures_are_grouped', coalesce(o.id, t.operation_id), coalesce(t.position, o.stopped_position), null,
         case
           when o.id is null then 'failures counts it, though it has not failed'
           when t.operation_id is null then 'it has failed, but failures does not count it'
           else 'failures counts it by another attempt than the one that ended it'
         end,
         format('update %1$I.attempts set fingerprint = null where operation_id = %2$s; ', current_schema(), coalesce(o.id, t.operation_id))
         || case
              when o.id is null then '-- it goes on, or has ended otherwise'
              else format('with last as (select max(id) as id from %1$I.attempts where operation_id = %2$s and ends_operation) '
                          'update %1$I.attempts t set fingerprint = %1$I.failure_fingerprint(t) from last where t.id = last.id; -- counts it',
                          current_schema(), o.id)
            end
    from (select id, ended_at, stopped_position from operations where state = 'failed') as o
    full join (
      select operation_id, count(*) as count, min(ended_at) as ended_at, min(position) as position
        from attempts
       where fingerprint is not null
       group by operation_id
    ) as t on t.operation_id = o.id
   where t.count > 1
      or o.id is null and exists (select from operations x where x.id = t.operation_id)
      -- A failed operation that lacks the attempt itself is told above.
      or (t.ended_at, t.position) is distinct from (o.ended_at, o.stopped_position) and exists (
        select from attempts y
         where y.operation_id = o.id and y.ends_operation and y.ended_at = o.ended_at and y.position = o.stopped_position
      )
$_$;


--
-- Name: FUNCTION violations_of_attempts(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_attempts() IS 'The part of invariants() that counts attempts.';


--
-- Name: violations_of_jobs(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_jobs() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
  with clock as materialized (
    select now, exists (
             select from workers where heartbeat_at + lease > now and started_at < now - interval '1 minute'
           ) as has_rescuers
      from clock_now() as now
  )
  select 'active_means_one_job', coalesce(o.id, j.operation_id), j.position, j.worker_id,
         case
           when o.id is null then 'there is a job without an operation'
           when j.operation_id is null then 'active, without a job: nobody will ever run it'
           else format('%s, but it has a job', o.state)
         end,
         case
           when j.operation_id is null then job_advice(o, null)
           else format('delete from %I.jobs where operation_id = %s; -- nothing else needs it', current_schema(), j.operation_id)
         end
    from operations o
    full join jobs j on j.operation_id = o.id
   where (o.state = 'active') is distinct from (j.operation_id is not null)
  union all
  select 'job_waits_at_an_open_action', j.operation_id, j.position, j.worker_id,
         case
           when j.position is null then 'its job points nowhere, though it is not parked'
           when o.parked_at is not null then 'parked, though its job points to an action'
           when a.position is null then 'its job points to an action that is not there'
           else 'its job points to an action that has ended'
         end,
         job_advice(o, j.position)
    from jobs j
    join operations o on o.id = j.operation_id and o.state = 'active'
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
   where case
     when j.position is null then
       o.parked_at is null or j.worker_id is not null or exists (select from actions x where x.operation_id = j.operation_id)
     else o.parked_at is not null or a.position is null or a.completed_at is not null or a.skipped_at is not null
   end
  union all
  select 'claims_belong_to_workers', j.operation_id, j.position, j.worker_id,
         case
           when (j.worker_id is null) <> (j.claim_id is null) or (j.worker_id is null) <> (j.claimed_at is null) then 'it is half claimed'
           when w.id is null then 'its job is held by a worker that is not there'
           else format('its job is held by %s pid %s, whose lease ended at %s', w.host, w.pid, w.heartbeat_at + w.lease)
         end,
         case
           when (j.worker_id is null) <> (j.claim_id is null) or (j.worker_id is null) <> (j.claimed_at is null) then job_advice(o, j.position)
           when w.id is not null then 'Living workers rescue it within seconds, unless somebody has the row of the job or the worker locked: look into pg_locks.'
           else format('select %I.record_crashes(''{%s}'', ''unknown''); -- frees it: the attempt counts as crashed', current_schema(), j.operation_id)
         end
    from jobs j
    join operations o on o.id = j.operation_id and o.state = 'active'
   cross join clock
    left join workers w on w.id = j.worker_id
   where (j.worker_id is null) <> (j.claim_id is null)
      or (j.worker_id is null) <> (j.claimed_at is null)
      or j.worker_id is not null and w.id is null
      or has_rescuers and w.heartbeat_at + w.lease + greatest(w.lease, interval '1 minute') < now
  union all
  select 'job_can_be_claimed', j.operation_id, j.position, j.worker_id,
         case
           when coalesce(served_queue(j.queue), j.queue) <> job_queue(a.wait, a.limits, j.operation_slot, j.paced_at, j.action_slot, a.queue, o.queue) or not is_queue_name(a.queue) then format('its job waits in queue "%s"', j.queue)
           when j.priority not between 0 and 9 then format('its job has priority %s', j.priority)
           when j.handler <> e.handler then format('its job waits for a worker that knows "%s" instead of "%s"', j.handler, e.handler)
           when isfinite(j.run_at) is distinct from (j.position is not null and j.ticket is null) and not (j.waits_since is not null and a.wait ?| '{signals,approval}') then format('its job waits until %s', j.run_at)
           when j.waits_since is not null and (a.wait is null or j.worker_id is not null) then 'its job is at a wait and is not'
           when j.steps_left < 1 or j.crashes not between 0 and 2 then format('its job has %s steps left and %s crashes behind it', j.steps_left, j.crashes)
           else format('its job follows definition %s, which is not there', j.definition_id)
         end,
         job_advice(o, j.position)
    from jobs j
    join operations o on o.id = j.operation_id and o.state = 'active'
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
   cross join lateral (
     select case when o.branches is null then o.name else '' end || '/' || case when j.position is null then '' else a.name end as handler
   ) as e
   where coalesce(served_queue(j.queue), j.queue) <> job_queue(a.wait, a.limits, j.operation_slot, j.paced_at, j.action_slot, a.queue, o.queue)
      -- That of the operation is one by its type.
      or a.queue is not null and not is_queue_name(a.queue)
      or j.priority not between 0 and 9
      or j.handler <> e.handler
      or isfinite(j.run_at) is distinct from (j.position is not null and j.ticket is null) and not (j.waits_since is not null and coalesce(a.wait ?| '{signals,approval}', false))
      or j.waits_since is not null and (a.wait is null or j.worker_id is not null)
      or j.steps_left < 1
      or j.crashes not between 0 and 2
      or j.definition_id is not null and not exists (select from definitions d where d.id = j.definition_id)
  union all
  select 'claims_are_unique', min(operation_id), min(position), null,
         case when count(*) > 1 then format('claim %s was given %s times', claim_id, count(*)) else format('claim %s was never given', claim_id) end,
         'The sequence claim_ids was set back: select setval(''claim_ids'', N), with an N above claim_id >> 20 of all of them.'
    from (
      select claim_id, operation_id, position from jobs where claim_id is not null
      union all
      select completed_claim_id, operation_id, position from actions where completed_claim_id is not null
    ) as given
   cross join lateral (select last_value from claim_ids) as s
   group by claim_id, last_value
  having count(*) > 1 or claim_id >> 20 > last_value
$$;


--
-- Name: FUNCTION violations_of_jobs(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_jobs() IS 'The part of invariants() that begins at jobs.';


--
-- Name: violations_of_limits(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_limits() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
  with held as materialized (
    select gate, sum(slots)::bigint as slots, sum(waiters)::bigint as waiters
      from (
        select operation_slot as gate, 1 as slots, 0 as waiters from jobs where operation_slot is not null
        union all
        select action_slot, 1, 0 from jobs where action_slot is not null
        union all
        select queue_slot, 1, 0 from jobs where queue_slot in (select '/queue/' || queue from queue_limits)
        union all
        select gate, 0, 1 from jobs where ticket is not null
        union all
        select gate, slots, waiters from limit_releases where left(gate, 7) <> '/queue/' or substr(gate, 8) in (select queue from queue_limits)
      ) as each
     group by gate
  )
  select 'slots_are_counted', null::bigint, null::integer, null::bigint,
         format('limit "%s" counts %s slots and %s in line, and there are %s and %s',
                coalesce(h.gate, g.gate), coalesce(g.holding, 0), coalesce(g.waiting, 0), coalesce(h.slots, 0), coalesce(h.waiters, 0)),
         format('select %I.recount_limits(); -- counts again', current_schema())
    from held h
    full join (
      select gate, holding, waiting from limit_gates
      union all
      select gate, 0, waiting from rate_gates
      union all
      select '/queue/' || queue, holding, 0 from queue_limits
    ) as g on g.gate = h.gate
   where coalesce(g.holding, 0) <> coalesce(h.slots, 0) or coalesce(g.waiting, 0) <> coalesce(h.waiters, 0)
  union all
  select 'slots_are_for_limits', j.operation_id, j.position, j.worker_id,
         case
           when j.ticket is not null then format('its job is in the line of "%s", and in the queue "%s", due at %s', j.gate, j.queue, j.run_at)
           else format('its job holds %s, and is in the queue "%s"', concat_ws(' and ', j.operation_slot, j.action_slot, 'a start at ' || j.paced_at), j.queue)
         end,
         format('select %1$I.point_at(o, %2$s) from %1$I.operations o where id = %3$s; -- has it come to its limit again', current_schema(), j.position, j.operation_id)
    from jobs j
    left join actions a on a.operation_id = j.operation_id and a.position = j.position
   where case
     when j.ticket is not null then j.queue <> '/limits' or j.run_at <> 'infinity' or j.action_slot is not null
     else j.action_slot is not null and (j.queue = '/limits' or (a.limits ? 'action') is not true) or j.paced_at is not null and (a.limits ? 'rate') is not true
          or j.operation_slot is not null and (a.limits ? 'operation') is not true
   end
  union all
  select 'slots_are_for_claims', j.operation_id, j.position, null, format('its job holds a slot of "%s", and nobody runs it', substr(j.queue_slot, 8)),
         format('update %I.jobs set queue_slot = null where operation_id = %s;', current_schema(), j.operation_id)
    from jobs j
   where j.queue_slot is not null and j.worker_id is null
  union all
  select 'lines_move_on', j.operation_id, j.position, null,
         case when j.ticket is null then format('it came to a limit at %s, and nobody has let it in or put it in line', j.run_at)
              when left(j.gate, 6) = '/rate/' then format('the line of the rate "%s" was to be looked at at %s, and it waits there since %s', substr(j.gate, 7), p.look_at, j.came_at)
              else format('a slot of "%s" is free, and it waits in line since %s', j.gate, j.came_at) end,
         format('select %I.recount_limits(); -- and the next claim goes through the lines', current_schema())
    from jobs j
   cross join (
     select now from clock_now() as now
      where exists (select from workers where heartbeat_at + lease > now and started_at < now - interval '1 minute')
   ) as living
    left join limit_gates g on g.gate = j.gate
    left join limits l on l.name = g.name
    left join rate_gates p on p.gate = j.gate
    left join (select gate, max(released_at) as released_at from limit_releases group by gate) as r on r.gate = j.gate
    left join (select gate, max(released_at) as released_at from limit_releases group by gate) as offered on offered.gate = '/' || g.name
   where j.queue = '/limits'
     and case
       when j.ticket is null then j.run_at < now - interval '5 minutes'
       when left(j.gate, 6) = '/rate/' then p.look_at < now - interval '5 minutes' and j.came_at < now - interval '5 minutes'
       else g.holding < coalesce(l.maximum, 2147483647) and j.came_at < now - interval '5 minutes' and (greatest(r.released_at, offered.released_at) > now - interval '5 minutes') is not true
     end
$_$;


--
-- Name: FUNCTION violations_of_limits(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_limits() IS 'The part of invariants() about limits.';


--
-- Name: violations_of_operations(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_operations() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
  with plan as materialized (
    select coalesce(o.id, a.operation_id) as operation_id, o.id is null as is_orphan, o.state, o.parked_at, o.stopped_position, o.ended_at,
           o.created_at,
           count(a.position) as actions,
           count(a.position) = coalesce(max(a.position), 0) and coalesce(min(a.position), 1) = 1 as is_dense,
           coalesce(bool_or(a.branch = 'main'), false) as has_main,
           min(a.position) filter (where a.branch = 'main' and a.completed_at is null and a.skipped_at is null) as open_in_main,
           coalesce(bool_or(o.ended_at in (a.completed_at, a.skipped_at)), false) as ends_with_an_action
      from operations o
      full join actions a on a.operation_id = o.id
     group by o.id, a.operation_id
  )
  select 'plan_is_complete', operation_id, null::integer, null::bigint,
         case
           when is_orphan then 'there are actions without an operation'
           when actions = 0 then format('%s, without a single action', state)
           when not is_dense then 'its positions are not 1, 2, 3 …'
           else 'it has no branch "main"'
         end,
         case
           when is_orphan then format('delete from actions where operation_id = %s removes them.', operation_id)
           else 'Enqueue it again: its plan is lost.'
         end
    from plan
   where is_orphan
      or actions = 0 and parked_at is null and (state <> 'cancelled' or stopped_position is not null)
      or not is_dense
      or actions > 0 and not has_main
  union all
  select 'completed_means_done', operation_id, open_in_main, null,
         case when open_in_main is not null then 'completed, though an action of main is open' else 'completed at another time than its last action' end,
         'run_from(id, branch, action) runs it from an action on.'
    from plan
   where state = 'completed' and actions > 0 and (open_in_main is not null or not ends_with_an_action)
  union all
  select 'stop_is_recorded', o.id, o.stopped_position, null,
         case
           when o.state in ('active', 'completed') then format('%s, with a place or a reason to have stopped', o.state)
           when o.parked_at is not null then format('%s and parked at the same time', o.state)
           when o.state = 'cancelled' then 'cancelled, without an open action where it would go on'
           else 'failed, without the action and the attempt that ended it'
         end,
         'run_from(id, branch, action) lets it go on at an action that you name.'
    from plan p
    join operations o on o.id = p.operation_id
    left join actions a on a.operation_id = o.id and a.position = o.stopped_position and a.completed_at is null and a.skipped_at is null
   where p.actions > 0 and case o.state
     when 'failed' then
       a.errored_at is distinct from o.ended_at or not exists (
         select from attempts t
          where t.operation_id = o.id and t.ends_operation and t.position = o.stopped_position and t.ended_at = o.ended_at
       )
     when 'cancelled' then a.position is null
     else o.stopped_position is not null or o.stop_reason is not null
   end
   or o.state <> 'active' and o.parked_at is not null
  union all
  select 'keys_are_unique', min(id), null, null,
         format('%s operations "%s" have the key "%s"', count(*), name, key),
         'Its index is damaged, perhaps by a change of the collation: delete the surplus, then reindex index operations_name_key_idx.'
    from operations
   where key is not null
   group by name, key
  having count(*) > 1
  union all
  select 'keys_are_unique', min(o.id), null, null,
         format('%s active operations "%s" have the key "%s"', count(*), o.name, o.active_key),
         'Cancel all but one of them. One of them was written past the trigger operations_settle_key.'
    from jobs j
    join operations o on o.id = j.operation_id
   where o.key_mode in ('unless_active', 'cancel_and_replace')
   group by o.name, o.active_key
  having count(*) > 1
$$;


--
-- Name: FUNCTION violations_of_operations(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_operations() IS 'The part of invariants() that begins at operations.';


--
-- Name: violations_of_schedules(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_schedules() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $_$
  select 'schedules_go_on', null::bigint, null::integer, null::bigint,
         format('the schedule "%s" ', s.name) || case
           when s.next_at <= s.decided_until then format('has the next slot %s, which is decided already', s.next_at)
           when s.undeclared_at is not null then 'is not declared any more, and looked at nevertheless'
           when s.paused_at is not null then 'is paused, and looked at when its pause does not end'
           else 'has slots to come, and is never looked at'
         end,
         format('SELECT pause_schedule(%1$L); SELECT resume_schedule(%1$L); find its next slot again.', s.name)
    from schedules s
   where s.next_at <= s.decided_until
      or s.undeclared_at is not null and s.due_at is not null
      or s.undeclared_at is null and s.paused_at is not null and s.due_at is distinct from s.paused_until
      or s.undeclared_at is null and s.paused_at is null and s.due_at is null and coalesce(s.next_at, s.buffered_slot) is not null
  union all
  select 'slots_run_once', min(o.id), null, null,
         format('the slot %s of the schedule "%s" has %s operations with a key', o.slot, o.schedule, count(*)),
         'Cancel those that are too many.'
    from operations o
   where o.slot is not null and o.key not like '%/now'
   group by o.schedule, o.slot
  having count(*) > 1
$_$;


--
-- Name: FUNCTION violations_of_schedules(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_schedules() IS 'The part of invariants() that begins at schedules.';


--
-- Name: violations_of_the_schema(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_the_schema() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select 'schema_is_sound', null::bigint, null::integer, null::bigint, detail, advice
    from (
      -- 1. An index that is being built right now is not valid yet.
      select format('index %s is not valid', i.indexrelid::regclass) as detail,
             format('reindex index concurrently %s;', i.indexrelid::regclass) as advice
        from pg_index i
        join pg_class c on c.oid = i.indrelid and c.relnamespace = current_schema()::regnamespace
       where not (i.indisvalid and i.indisready and i.indislive)
         and not exists (
           select from pg_stat_progress_create_index p where p.datname = current_database() and coalesce(p.relid, i.indrelid) = i.indrelid
         )
      union all
      select format('constraint %s of %s is not validated', conname, conrelid::regclass),
             format('alter table %s validate constraint %I;', conrelid::regclass, conname)
        from pg_constraint
       where connamespace = current_schema()::regnamespace and not convalidated
      union all
      select format('function %s takes its tables from the caller''s search_path', oid::regprocedure),
             format('alter function %s set search_path = %I, pg_temp;', oid::regprocedure, current_schema())
        from pg_proc
       where pronamespace = current_schema()::regnamespace
         and prosqlbody is null
         and not exists (
           select from unnest(proconfig) as setting where replace(setting, '"', '') = format('search_path=%s, pg_temp', current_schema())
         )
      union all
      select format('function %s runs with the rights of its owner, and everybody may call it', oid::regprocedure),
             format('revoke execute on function %s from public;', oid::regprocedure)
        from pg_proc
       where pronamespace = current_schema()::regnamespace
         and prosecdef
         and prorettype <> 'trigger'::regtype
         and exists (
           select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0 and privilege_type = 'EXECUTE'
         )
      union all
      -- 2. The engine's own list says which there must be.
      select format('the trigger %s of %s is missing or switched off: %s', t.name, t.relation, case t.name
               when 'operations_expand' then 'an INSERT starts nothing'
               when 'operations_take_along' then 'a DELETE leaves jobs and actions behind'
               when 'operations_take_along_all' then 'a TRUNCATE leaves jobs and actions behind'
               when 'attempts_stamp_failure' then 'the view failures does not see what fails'
               else 'the engine relies on it'
             end),
             case when g.oid is null then 'backops migrate up' else format('alter table %s enable trigger %s;', t.relation, t.name) end
        from engine e
       cross join jsonb_object_keys(e.objects) as o (object)
       cross join lateral (select split_part(o.object, ' ', 2) as name, split_part(o.object, ' ', 4) as relation) as t
        left join pg_trigger g on g.tgrelid = to_regclass(t.relation) and g.tgname = t.name
       where o.object like 'trigger %' and (g.oid is null or g.tgenabled not in ('O', 'A'))
      union all
      select format('row level security is on for table %s%s', c.oid::regclass, case
               when c.relforcerowsecurity then ', even for its owner, as whom the functions of this schema run'
               else ' and it has no policy: nobody but its owner sees or inserts a row'
             end),
             format('alter table %s no force row level security, disable row level security; or backops migrate up, as its owner', c.oid::regclass)
        from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
         and c.relrowsecurity
         and (c.relforcerowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid))
      union all
      select format('table %s is unlogged: a crash of the server empties it', oid::regclass),
             format('alter table %s set logged;', oid::regclass)
        from pg_class
       where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relpersistence <> 'p'
      union all
      select format('table %s is published without a replica identity: nothing in it can be updated or deleted', c.oid::regclass),
             format('alter table %s replica identity default;', c.oid::regclass)
        from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relreplident = 'n'
         and exists (
           select from pg_publication_tables t join pg_publication p on p.pubname = t.pubname and (p.pubupdate or p.pubdelete)
            where t.schemaname = current_schema() and t.tablename = c.relname
         )
      union all
      select format('table %s has the rule %s: PostgreSQL does something else than the engine asks for', ev_class::regclass, rulename),
             format('drop rule %I on %s;', rulename, ev_class::regclass)
        from pg_rewrite r
        join pg_class c on c.oid = r.ev_class and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      union all
      select format('%s belongs to %s, operations to %s', o.name, pg_get_userbyid(o.owner), pg_get_userbyid(t.relowner)),
             'Give everything in this schema to one role: alter … owner to ….'
        from (
          select relname::text as name, relowner as owner from pg_class where relnamespace = current_schema()::regnamespace
          union all
          select oid::regprocedure::text, proowner from pg_proc where pronamespace = current_schema()::regnamespace
        ) as o
        join pg_class t on t.oid = 'operations'::regclass and t.relowner <> o.owner
    ) as found
$$;


--
-- Name: FUNCTION violations_of_the_schema(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_the_schema() IS 'The part of invariants() that looks at the schema itself.';


--
-- Name: violations_of_turns(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_turns() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
  select 'turns_are_found', j.operation_id, j.position, null::bigint,
         case
           when f.queue is null then format('its job has a turn in "%s", which is not fair', substr(j.queue, 7))
           else format('its job has the turn %s in "%s", where claims begin at %s', j.turn, f.queue, coalesce(l.first_turn::text, 'none'))
         end,
         case
           when f.queue is null then format('update %I.jobs set queue = %L, turn = null where operation_id = %s;', current_schema(), substr(j.queue, 7), j.operation_id)
           else format('select %I.recount_limits();', current_schema())
         end
    from jobs j
    left join fair_queues f on f.queue = substr(j.queue, 7)
    left join fair_lanes l on l.queue = f.queue and l.priority = j.priority
   where left(j.queue, 6) = '/fair/' and (f.queue is null or l.queue is null or j.turn < l.first_turn)
  union all
  select 'turns_are_counted', null, null, null,
         format('the last job with a turn in "%s", of priority %s, has %s, and no key counts as many', substr(j.queue, 7), j.priority, j.turn),
         format('select %I.recount_limits();', current_schema())
    from (select queue, priority, max(turn) as turn from jobs where left(queue, 6) = '/fair/' group by queue, priority) as j
    join fair_lanes l on l.queue = substr(j.queue, 7) and l.priority = j.priority
   where j.turn >= l.clock
     and not exists (select from fair_keys k where k.queue = l.queue and k.priority = l.priority and k.turn > j.turn)
$$;


--
-- Name: FUNCTION violations_of_turns(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_turns() IS 'The part of invariants() about fair queues.';


--
-- Name: violations_of_waits(); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.violations_of_waits() RETURNS SETOF backops.violation
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET jit TO 'off'
    AS $$
  select 'waits_move_on', j.operation_id, j.position, null::bigint,
         format('its wait was over at %s, and it has not gone on', j.run_at),
         format('select %I.advance_waits(); -- lets it go on, unless somebody has its job locked: look into pg_locks', current_schema())
    from jobs j
   cross join (
     select now from clock_now() as now
      where exists (select from workers where heartbeat_at + lease > now and started_at < now - interval '1 minute')
   ) as rescued
   where j.queue = '/waits' and j.run_at < now - interval '5 minutes'
  union all
  select 'waits_are_counted', j.operation_id, j.position, null,
         format('it waits for a %s, and its job says %s', wait_kind(a.wait), coalesce(j.waits_for, 'nothing')),
         format('update %I.jobs set waits_for = %L where operation_id = %s; -- mends it', current_schema(), wait_kind(a.wait), j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
   where j.waits_since is not null and j.waits_for is distinct from wait_kind(a.wait)
  union all
  select 'waits_read_signals', j.operation_id, j.position, null,
         format('it waits for the signal "%s", which is in its inbox', s.name),
         format('select %I.settle_wait(%s); -- reads it', current_schema(), j.operation_id)
    from jobs j
    join actions a on a.operation_id = j.operation_id and a.position = j.position
    join signals s on s.operation_id = j.operation_id and s.read_at is null and a.wait -> 'signals' ? s.name
   where j.queue = '/waits' and j.waits_since is not null
  union all
  select 'signals_are_read_once', s.operation_id, s.read_position, null,
         case
           when o.id is null then 'there is a signal of an operation that is not there'
           when a.position is null then format('signal %s was read by a step that is not there', s.id)
           when s.read_run > a.run then format('signal %s was read by run %s of %s', s.id, s.read_run, a.run)
           when a.wait is null then format('signal %s was read by %s, which is an action', s.id, a.branch || '/' || a.name)
           else format('%s was ended by %s signals', a.branch || '/' || a.name, s.readings)
         end,
         case when o.id is null then format('delete from %I.signals where operation_id = %s; -- nothing else needs it', current_schema(), s.operation_id)
              else 'A row was written by hand: look at signal_status and action_status.' end
    from (
      select *, count(*) over (partition by operation_id, read_position, read_run) as readings from signals
    ) as s
    left join operations o on o.id = s.operation_id
    left join actions a on a.operation_id = s.operation_id and a.position = s.read_position
   where o.id is null
      or s.read_position is not null and (a.position is null or a.wait is null or s.read_run > a.run or s.readings > 1)
  union all
  select 'waits_have_outcomes', a.operation_id, a.position, null,
         case
           when a.wait is null then 'it is an action, and has the outcome of a wait'
           when a.wait_outcome = 'signalled' then 'no signal is there that ended it'
           when a.completed_at is null then format('it is open, and ended as %s', a.wait_outcome)
           else 'it is completed, and has no outcome'
         end,
         'A row was written by hand: look at signal_status and action_status.'
    from actions a
    left join signals s on s.operation_id = a.operation_id and s.read_position = a.position and s.read_run = a.run
   where a.wait is null and a.wait_outcome is not null
      or a.wait is not null and case
        when a.completed_at is not null then a.wait_outcome is null or (a.wait_outcome = 'signalled') is distinct from (s.id is not null)
        else a.wait_outcome is not null and a.wait_outcome not in ('timed_out', 'rejected')
      end
$$;


--
-- Name: FUNCTION violations_of_waits(); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.violations_of_waits() IS 'The part of invariants() about waits and signals.';


--
-- Name: wait(bigint, interval); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wait(id bigint, timeout interval DEFAULT '00:00:30'::interval) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
#variable_conflict use_variable
declare
  v_end timestamptz := clock_timestamp() + timeout;
  v_pause double precision := 0.02;
  v_state text;
begin
  if timeout is null or timeout not between interval '0' and interval '5 minutes' then
    raise exception using errcode = 'OP004', message = 'wait must be told how long, five minutes at most',
      hint = 'wait(id, ''30 seconds''); call it again to wait longer.';
  end if;
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception using errcode = 'OP004', message = 'wait never sees an operation end in a transaction that is ' || current_setting('transaction_isolation'),
      hint = 'Call it in a transaction of its own.';
  end if;
  loop
    select state into v_state from operations o where o.id = wait.id;
    if not found then
      raise exception using errcode = 'OP002', message = format('there is no operation %s', wait.id);
    end if;
    exit when v_state <> 'active' or clock_timestamp() >= v_end;
    perform pg_sleep(least(v_pause, greatest(0, extract(epoch from v_end - clock_timestamp()))));
    v_pause := least(v_pause * 1.5, 1);
  end loop;
  return v_state;
end
$$;


--
-- Name: FUNCTION wait(id bigint, timeout interval); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wait(id bigint, timeout interval) IS 'Waits until an operation has ended, at most for a while; returns its state, "active" where it has not ended. It holds a snapshot meanwhile: not for programs that wait for many. SELECT backops.wait(48213, ''10 seconds'')';


--
-- Name: wait_end(jsonb, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wait_end(p_wait jsonb, p_begin timestamp with time zone, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((p_begin > p_now) OR (p_wait IS NULL) OR (p_wait ?| '{until,approval}'::text[])) THEN NULL::timestamp with time zone ELSE COALESCE((p_begin + make_interval(secs => (COALESCE((p_wait ->> 'for'::text), (p_wait ->> 'timeout'::text)))::double precision)), 'infinity'::timestamp with time zone) END;


--
-- Name: FUNCTION wait_end(p_wait jsonb, p_begin timestamp with time zone, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wait_end(p_wait jsonb, p_begin timestamp with time zone, p_now timestamp with time zone) IS 'The deadline of a wait that begins at a time which has come, infinity where it has none; null for one that has not begun, for an action, and for what settle_wait begins: an approval, and a wait whose end is in the globals.';


--
-- Name: wait_kind(jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wait_kind(p_wait jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (p_wait ? 'signals'::text) THEN 'signal'::text WHEN (p_wait ? 'approval'::text) THEN 'approval'::text WHEN (p_wait IS NOT NULL) THEN 'sleep'::text ELSE NULL::text END;


--
-- Name: FUNCTION wait_kind(p_wait jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wait_kind(p_wait jsonb) IS 'What a wait waits for: sleep, signal or approval; null for an action.';


--
-- Name: wait_piece(jsonb, text, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wait_piece(p_wait jsonb, p_outcome text, p_signal text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    SET "IntervalStyle" TO 'postgres'
    AS $$
  select case
    when p_outcome is not null then concat_ws(' ', replace(p_outcome, '_', ' '), p_signal)
    when p_wait ? 'signals' then 'for ' || array_to_string(array(select jsonb_array_elements_text(p_wait -> 'signals')), ' or ')
    when p_wait ? 'approval' then 'by ' || coalesce(p_wait ->> 'role', 'anybody')
    when p_wait ? 'until' then 'until ' || (p_wait ->> 'until')
    else justify_interval(make_interval(secs => (p_wait ->> 'for')::double precision))::text
  end
$$;


--
-- Name: FUNCTION wait_piece(p_wait jsonb, p_outcome text, p_signal text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wait_piece(p_wait jsonb, p_outcome text, p_signal text) IS 'What flow says of a wait.';


--
-- Name: wake(text, bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wake(p_queue text, p_jobs bigint, p_reason text DEFAULT 'work'::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  perform pg_notify(worker_channel(id), p_reason)
     from (
       select id
         from workers
        where sleeping and (p_queue = any (queues) or p_queue = '/limits')
          and not exists (select from paused_queues where name = p_queue)
        order by random() limit least(p_jobs, 16)
     ) as sleeper;
end
$$;


--
-- Name: FUNCTION wake(p_queue text, p_jobs bigint, p_reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wake(p_queue text, p_jobs bigint, p_reason text) IS 'Wakes sleeping workers of a queue, of any for "/limits", at most one per job, unless it is paused. The reason is work, or suspects for jobs whose worker died.';


--
-- Name: wake_schedulers(timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wake_schedulers(p_due_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  -- Workers look a few times a minute anyway: a NOTIFY, which takes a lock at commit that the whole server shares, is sent for what is
  -- due before.
  if p_due_at < clock_now() + interval '30 seconds' then
    perform pg_notify(current_schema() || '_schedules', '');
  end if;
end
$$;


--
-- Name: FUNCTION wake_schedulers(p_due_at timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wake_schedulers(p_due_at timestamp with time zone) IS 'Lets workers that listen on the channel of schedules look at once, when one is due within half a minute that was not before.';


--
-- Name: wake_up(bigint[], text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wake_up(ids bigint[], reason text DEFAULT NULL::text) RETURNS SETOF backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select * from steer_many('wake_up', ids, reason)
$$;


--
-- Name: FUNCTION wake_up(ids bigint[], reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wake_up(ids bigint[], reason text) IS 'Wakes up those of the operations that sleep, or wait for the time of an action or an attempt. What is in another state, or runs right now, is left out; the rows that come back are those that were changed. At most 10000 ids.';


--
-- Name: wake_up(bigint, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wake_up(id bigint, reason text DEFAULT NULL::text) RETURNS backops.operations
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select steer('wake_up', id, reason)
$$;


--
-- Name: FUNCTION wake_up(id bigint, reason text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wake_up(id bigint, reason text) IS 'Ends the sleep that an operation is at; an action, or an attempt, that waits for its time starts at once. Other sleeps of the plan are as long as they are.';


--
-- Name: wake_up_operation(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.wake_up_operation(id bigint) RETURNS backops.operations
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_operation operations := open_for_steering(wake_up_operation.id, 'wake up', '{active}');
  -- One that has not begun yet waits for the time of the operation, as an action does.
  v_wait jsonb := (
    select a.wait from jobs j join actions a using (operation_id, position) where j.operation_id = wake_up_operation.id and j.waits_since is not null
  );
  v_gate text;
begin
  if v_wait ? 'approval' then
    raise exception using errcode = 'OP003',
      message = format('operation %s waits for the approval "%s": it does not sleep', wake_up_operation.id, v_wait ->> 'approval'),
      hint = format('decide(%s, %L, ''approved'') ends the wait; extend moves its deadline, and skip leaves it out.', wake_up_operation.id, v_wait ->> 'approval');
  end if;
  if v_wait ? 'signals' then
    raise exception using errcode = 'OP003', message = format('operation %s waits for the signal %s: it does not sleep', wake_up_operation.id, awaited_signals(v_wait)),
      hint = format('signal(%s, %L) ends the wait; reschedule moves its deadline, and skip leaves it out.', wake_up_operation.id, v_wait -> 'signals' ->> 0);
  end if;
  v_gate := (select j.gate from jobs j where j.operation_id = wake_up_operation.id);
  if v_gate is not null then
    raise exception using errcode = 'OP003', message = format('operation %s %s: it does not sleep', wake_up_operation.id, describe_limit(v_gate)),
      hint = case when is_rate_gate(v_gate) then format('set_rate(%L, N) lets more start; skip leaves it out.', split_part(rate_of_gate(v_gate), '/', 1))
                  else format('set_limit(%L, N) lets more run at once; skip leaves it out.', split_part(v_gate, '/', 1)) end;
  end if;
  if v_wait is null then
    return reschedule_operation(wake_up_operation.id, clock_now());
  end if;
  update jobs set run_at = least(run_at, clock_now()) where operation_id = wake_up_operation.id;
  perform settle_wait(wake_up_operation.id, true);
  select * into v_operation from operations where operations.id = wake_up_operation.id;
  return v_operation;
end
$$;


--
-- Name: FUNCTION wake_up_operation(id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.wake_up_operation(id bigint) IS 'Ends a sleep, or lets an action that waits for its time start at once.';


--
-- Name: who_decides(text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.who_decides(p_role text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  select case
    when nobody_decides(p_role) then format(
      'Nobody may: "%s" is neither a database role nor in approvers. INSERT INTO %I.approvers (role, member) VALUES (%L, ''…'') lets somebody.',
      p_role, current_schema(), p_role
    )
    when exists (select from pg_roles r where r.rolname = p_role) then format('Members of the database role "%s" may, logged in as such', p_role)
      || case when exists (select from approvers a where a.role = p_role) then '; what approvers lists for it does not count.' else '.' end
    else format('For "%s" may, as decided_by: %s.', p_role, (
      select string_agg(format('"%s"', member), ', ' order by member) || case when count(*) > 20 then ' …' else '' end
        from (select member from approvers a where a.role = p_role order by member limit 21) as a
    ))
  end
$$;


--
-- Name: FUNCTION who_decides(p_role text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.who_decides(p_role text) IS 'Who may decide an approval of a role, in a sentence.';


--
-- Name: withdraw_approval(bigint, timestamp with time zone); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.withdraw_approval(p_operation_id bigint, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
begin
  update approvals set decision = 'withdrawn', decided_at = p_now where operation_id = p_operation_id and decision is null;
end
$$;


--
-- Name: FUNCTION withdraw_approval(p_operation_id bigint, p_now timestamp with time zone); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.withdraw_approval(p_operation_id bigint, p_now timestamp with time zone) IS 'Takes back what an operation has asked for and does not wait for any more.';


--
-- Name: worker_channel(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.worker_channel(p_worker_id bigint) RETURNS text
    LANGUAGE sql STABLE
    RETURN ((("current_schema"())::text || '_w_'::text) || p_worker_id);


--
-- Name: FUNCTION worker_channel(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.worker_channel(p_worker_id bigint) IS 'The channel that a worker listens on. With a schema''s name of 40 characters and a worker''s id of 19 digits it has 62, and 63 is PostgreSQL''s limit.';


--
-- Name: worker_lock(bigint); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.worker_lock(p_worker_id bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  return hashtextextended(current_schema() || '/worker/' || p_worker_id, 0);
end
$$;


--
-- Name: FUNCTION worker_lock(p_worker_id bigint); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.worker_lock(p_worker_id bigint) IS 'The key of a worker''s advisory lock: a claim shares it until it commits, and who wants to forget the worker must have it alone. Otherwise a claim that commits late would leave its jobs to a worker that nobody finds any more.';


--
-- Name: write_audit(text, bigint[], text, jsonb); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.write_audit(p_action text, p_operation_ids bigint[], p_reason text, p_details jsonb DEFAULT '{}'::jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
  insert into audit_log (action, operation_ids, reason, details)
    values (p_action, coalesce(p_operation_ids, '{}'), left(p_reason, 2000), jsonb_strip_nulls(coalesce(p_details, '{}')))
$$;


--
-- Name: FUNCTION write_audit(p_action text, p_operation_ids bigint[], p_reason text, p_details jsonb); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.write_audit(p_action text, p_operation_ids bigint[], p_reason text, p_details jsonb) IS 'Writes down who did what to which operations, and why.';


--
-- Name: write_schedule(backops.schedules, backops.schedules); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.write_schedule(p_old backops.schedules, p_new backops.schedules) RETURNS backops.schedules
    LANGUAGE plpgsql
    SET search_path TO 'backops', 'pg_temp'
    AS $$
declare
  v_now timestamptz := clock_now();
  v_new schedules := p_new;
  v_cron bigint[] := case when p_new.cron is not null then parse_cron(p_new.cron) end;
begin
  v_new.starts_at := coalesce(p_new.starts_at, p_old.starts_at, date_trunc('second', v_now));
  v_new.ends_at := nullif(p_new.ends_at, 'infinity');
  perform check_schedule(v_new);
  if p_old.id is not null and v_new is not distinct from p_old then
    return p_old;
  end if;

  -- A changed time applies to slots to come; slots of the old one that nobody took yet are not made up for.
  v_new.decided_until := case
    when (p_old.cron, p_old.every, p_old.time_zone, p_old.starts_at) is not distinct from (v_new.cron, v_new.every, v_new.time_zone, v_new.starts_at)
      then p_old.decided_until
    else greatest(v_now, v_new.starts_at - interval '1 microsecond')
  end;
  v_new.next_at := schedule_slot(v_new, v_cron, v_new.decided_until);
  v_new.due_at := schedule_due_at(v_new);

  if p_old.id is null then
    insert into schedules as s (
      name, operation, cron, every, time_zone, starts_at, ends_at, globals, queue, priority, tags, overlap, catch_up, catch_up_limit, catch_up_window,
      jitter, pause_after_failures, application, decided_until, next_at, due_at
    ) values (
      v_new.name, v_new.operation, v_new.cron, v_new.every, v_new.time_zone, v_new.starts_at, v_new.ends_at, v_new.globals, v_new.queue, v_new.priority,
      v_new.tags, v_new.overlap, v_new.catch_up, v_new.catch_up_limit, v_new.catch_up_window, v_new.jitter, v_new.pause_after_failures,
      v_new.application, v_new.decided_until, v_new.next_at, v_new.due_at
    )
    returning * into v_new;
  else
    update schedules s
       set operation = v_new.operation, cron = v_new.cron, every = v_new.every, time_zone = v_new.time_zone, starts_at = v_new.starts_at,
           ends_at = v_new.ends_at, globals = v_new.globals, queue = v_new.queue, priority = v_new.priority, tags = v_new.tags,
           overlap = v_new.overlap, catch_up = v_new.catch_up, catch_up_limit = v_new.catch_up_limit, catch_up_window = v_new.catch_up_window,
           jitter = v_new.jitter, pause_after_failures = v_new.pause_after_failures, application = v_new.application,
           decided_until = v_new.decided_until, next_at = v_new.next_at, due_at = v_new.due_at, changed_at = v_now, changed_by = session_user
     where s.id = p_old.id
    returning * into v_new;
  end if;
  perform wake_schedulers(v_new.due_at);
  return v_new;
end
$$;


--
-- Name: FUNCTION write_schedule(p_old backops.schedules, p_new backops.schedules); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.write_schedule(p_old backops.schedules, p_new backops.schedules) IS 'Creates a schedule, or gives the old one the description of the new one; returns it as it is now, and the old one where nothing changes.';


--
-- Name: zone_time(timestamp with time zone, text); Type: FUNCTION; Schema: backops; Owner: -
--

CREATE FUNCTION backops.zone_time(p_at timestamp with time zone, p_zone text) RETURNS timestamp without time zone
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'backops', 'pg_temp'
    AS $$
begin
  return p_at at time zone p_zone;
exception
  when invalid_parameter_value then
    return null;
end
$$;


--
-- Name: FUNCTION zone_time(p_at timestamp with time zone, p_zone text); Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON FUNCTION backops.zone_time(p_at timestamp with time zone, p_zone text) IS 'What the clock of a zone shows; null where the server does not know the zone any more, so that one such schedule does not hide all others.';


--
-- Name: action_hours; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.action_hours (
    hour timestamp with time zone NOT NULL,
    operation text NOT NULL,
    action text NOT NULL,
    count bigint NOT NULL,
    max_ms double precision NOT NULL,
    buckets bigint[] NOT NULL,
    CONSTRAINT action_hours_counts_up CHECK ((count >= 0)),
    CONSTRAINT action_hours_has_25_buckets CHECK ((cardinality(buckets) = 25))
)
WITH (fillfactor='50');


--
-- Name: TABLE action_hours; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.action_hours IS 'The same attempts counted per hour and action, for 30 days: the view slow_actions reads it.';


--
-- Name: COLUMN action_hours.hour; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.action_hours.hour IS 'The hour in which they were reported.';


--
-- Name: COLUMN action_hours.operation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.action_hours.operation IS 'Name of the operation; "(ad hoc)" for all that brought their own branches.';


--
-- Name: COLUMN action_hours.action; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.action_hours.action IS 'Branch and name of the action.';


--
-- Name: COLUMN action_hours.count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.action_hours.count IS 'Attempts that completed or failed.';


--
-- Name: COLUMN action_hours.max_ms; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.action_hours.max_ms IS 'The longest of them.';


--
-- Name: COLUMN action_hours.buckets; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.action_hours.buckets IS 'How many took how long: see duration_bucket_limits.';


--
-- Name: audit_log; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    who text DEFAULT (SESSION_USER)::text NOT NULL,
    action text NOT NULL,
    operation_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    reason text,
    details jsonb DEFAULT '{}'::jsonb NOT NULL
);


--
-- Name: TABLE audit_log; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.audit_log IS 'One row for every call of a function that steers. The view audit shows it. It grows by what people do; nothing deletes from it.';


--
-- Name: COLUMN audit_log.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.id IS 'In the order of the calls.';


--
-- Name: COLUMN audit_log.at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.at IS 'When.';


--
-- Name: COLUMN audit_log.who; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.who IS 'Database role that was logged in, whatever SET ROLE says.';


--
-- Name: COLUMN audit_log.action; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.action IS 'The function: retry, cancel, skip, jump, run_from, set_global, reschedule, rerun, pause, resume …';


--
-- Name: COLUMN audit_log.operation_ids; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.operation_ids IS 'The operations that it changed.';


--
-- Name: COLUMN audit_log.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.reason IS 'Why, in the words of the person who did it.';


--
-- Name: COLUMN audit_log.details; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.audit_log.details IS 'What else the call said: the target of a jump, a key, a queue.';


--
-- Name: audit_log_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME backops.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: signals; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.signals (
    id bigint DEFAULT nextval('backops.audit_log_id_seq'::regclass) NOT NULL,
    operation_id bigint NOT NULL,
    name backops.signal_name NOT NULL,
    payload backops.signal_payload,
    dedup_key backops.operation_key,
    sent_by text DEFAULT (SESSION_USER)::text NOT NULL,
    sent_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    read_at timestamp with time zone,
    read_position integer,
    read_run integer,
    CONSTRAINT signals_read_whole CHECK ((((read_at IS NULL) = (read_position IS NULL)) AND ((read_at IS NULL) = (read_run IS NULL))))
);


--
-- Name: TABLE signals; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.signals IS 'What was sent to operations: the inbox of each, and what it has read. Written by signal; gone with the operation.';


--
-- Name: COLUMN signals.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.id IS 'In the order in which they came; numbers of audit_log and of this table come from one sequence.';


--
-- Name: COLUMN signals.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.operation_id IS 'The operation.';


--
-- Name: COLUMN signals.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.name IS 'What a wait names.';


--
-- Name: COLUMN signals.payload; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.payload IS 'What came with it.';


--
-- Name: COLUMN signals.dedup_key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.dedup_key IS 'Another one of this name and key is a duplicate; null is never one.';


--
-- Name: COLUMN signals.sent_by; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.sent_by IS 'Database role that was logged in.';


--
-- Name: COLUMN signals.sent_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.sent_at IS 'When it was sent.';


--
-- Name: COLUMN signals.read_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.read_at IS 'When a wait read it; null while it is in the inbox.';


--
-- Name: COLUMN signals.read_position; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.read_position IS 'The wait that read it.';


--
-- Name: COLUMN signals.read_run; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.signals.read_run IS 'The run of that wait.';


--
-- Name: action_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.action_status AS
 SELECT a.operation_id,
    a."position",
    a.branch,
    a.name,
        CASE
            WHEN (a.completed_at IS NOT NULL) THEN 'completed'::text
            WHEN (a.skipped_at IS NOT NULL) THEN 'skipped'::text
            WHEN ((j."position" IS NOT NULL) AND (j.worker_id IS NOT NULL)) THEN 'running'::text
            WHEN ((j.waits_since IS NOT NULL) OR (j.ticket IS NOT NULL)) THEN 'waiting'::text
            WHEN ((j."position" IS NOT NULL) AND (j.attempt > 0)) THEN 'retrying'::text
            WHEN ((j."position" IS NOT NULL) AND (j.run_at > backops.statement_now())) THEN 'scheduled'::text
            WHEN (j."position" IS NOT NULL) THEN 'ready'::text
            WHEN (o.stopped_position = a."position") THEN (o.state)::text
            ELSE 'open'::text
        END AS status,
    a.run,
    (a.earlier_attempts + COALESCE(j.attempt, a.attempts_count)) AS attempts_count,
    (a.earlier_attempts + a.max_attempts) AS max_attempts,
    COALESCE(
        CASE
            WHEN (j.worker_id IS NOT NULL) THEN j.claimed_at
            ELSE NULL::timestamp with time zone
        END, j.waits_since, j.came_at, a.started_at) AS started_at,
    a.completed_at,
    a.skipped_at,
        CASE
            WHEN ((a.wait ? 'approval'::text) AND (j.waits_since IS NOT NULL)) THEN ( SELECT p.deadline
               FROM backops.approvals p
              WHERE ((p.operation_id = a.operation_id) AND (p.decision IS NULL)))
            ELSE COALESCE(
            CASE
                WHEN ((j.worker_id IS NULL) AND (j.run_at < 'infinity'::timestamp with time zone)) THEN j.run_at
                ELSE NULL::timestamp with time zone
            END, a.perform_at)
        END AS perform_at,
    (a.completed_at - a.started_at) AS ran_for,
    a.errored_at,
    a.error_type,
    a.error_message,
    a.stack_trace,
    a.wait,
    a.wait_outcome,
    s.name AS signal,
        CASE
            WHEN (a.wait_outcome = ANY (ARRAY['approved'::text, 'rejected'::text])) THEN ( SELECT p.decided_by
               FROM backops.approvals p
              WHERE ((p.operation_id = a.operation_id) AND (p."position" = a."position") AND (p.run = a.run))
              ORDER BY p.id DESC
             LIMIT 1)
            ELSE NULL::text
        END AS decided_by
   FROM (((backops.actions a
     JOIN backops.operations o ON ((o.id = a.operation_id)))
     LEFT JOIN backops.jobs j ON (((j.operation_id = a.operation_id) AND (j."position" = a."position"))))
     LEFT JOIN backops.signals s ON (((a.wait_outcome = 'signalled'::text) AND (s.operation_id = a.operation_id) AND (s.read_position = a."position") AND (s.read_run = a.run))));


--
-- Name: VIEW action_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.action_status IS 'One row per step, an action or a wait: its outcome, or what it waits for.';


--
-- Name: approval_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.approval_status AS
 SELECT p.id,
    p.operation_id,
    ( SELECT o.name
           FROM backops.operations o
          WHERE (o.id = p.operation_id)) AS operation,
    ( SELECT COALESCE(o.key, o.active_key) AS "coalesce"
           FROM backops.operations o
          WHERE (o.id = p.operation_id)) AS key,
    ( SELECT ((a.branch || '/'::text) || a.name)
           FROM backops.actions a
          WHERE ((a.operation_id = p.operation_id) AND (a."position" = p."position"))) AS action,
    p.run,
    p.name,
    p.role,
    p.question,
    COALESCE(p.decision, 'pending'::text) AS status,
    p.asked_at,
    p.deadline,
    p.remind_at,
    p.reminded_at,
    p.decided_by,
    p.vouched_by,
    p.decided_at,
    p.reason
   FROM backops.approvals p;


--
-- Name: VIEW approval_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.approval_status IS 'One row for each time that an operation has asked for an approval: pending, approved, rejected, lapsed or withdrawn, by whom and why. SELECT * FROM backops.approval_status WHERE operation_id = 48213 ORDER BY id';


--
-- Name: approvals_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.approvals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME backops.approvals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: approvers; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.approvers (
    role text NOT NULL,
    member text NOT NULL,
    CONSTRAINT approvers_are_named CHECK (((role <> ''::text) AND (member <> ''::text))),
    CONSTRAINT approvers_are_short CHECK (((length(role) <= 200) AND (length(member) <= 200)))
);


--
-- Name: TABLE approvers; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.approvers IS 'Who may decide for a role that is no database role, in the application''s own names. INSERT INTO backops.approvers VALUES (''finance'', ''ann@example.com'')';


--
-- Name: COLUMN approvers.role; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvers.role IS 'The role that a plan names. One that is a database role, too, is that: what stands here does not count then.';


--
-- Name: COLUMN approvers.member; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.approvers.member IS 'Who may decide: what decide is given as decided_by.';


--
-- Name: attempt_logs; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.attempt_logs (
    operation_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    number integer NOT NULL,
    "position" integer NOT NULL,
    run integer NOT NULL,
    attempt integer NOT NULL,
    logged_at timestamp with time zone NOT NULL,
    level text NOT NULL,
    message text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT attempt_logs_level_is_known CHECK ((level = ANY (ARRAY['trace'::text, 'debug'::text, 'info'::text, 'notice'::text, 'warning'::text, 'error'::text, 'critical'::text])))
);


--
-- Name: TABLE attempt_logs; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.attempt_logs IS 'What actions logged, one row per line, where their worker stores it (WorkerConfiguration.attemptLogs): written with the outcome of the attempt, never line by line, so a crash loses the lines of what ran. Gone with the operation. SELECT logged_at, level, message, metadata FROM backops.attempt_logs WHERE operation_id = 48213 ORDER BY claim_id, number';


--
-- Name: COLUMN attempt_logs.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.operation_id IS 'The operation.';


--
-- Name: COLUMN attempt_logs.claim_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.claim_id IS 'The claim of the attempt: claims grow with time, so claim_id, number is the order of an operation''s lines.';


--
-- Name: COLUMN attempt_logs.number; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.number IS 'Place of the line in its attempt, from 1; what is left out for want of room leaves a gap.';


--
-- Name: COLUMN attempt_logs."position"; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs."position" IS 'The action''s place in the plan.';


--
-- Name: COLUMN attempt_logs.run; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.run IS 'The run of the action.';


--
-- Name: COLUMN attempt_logs.attempt; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.attempt IS 'The attempt of that run.';


--
-- Name: COLUMN attempt_logs.logged_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.logged_at IS 'When it was logged, by the clock of the worker''s host.';


--
-- Name: COLUMN attempt_logs.level; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.level IS 'trace, debug, info, notice, warning, error or critical.';


--
-- Name: COLUMN attempt_logs.message; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.message IS 'The message, cut off after some kB.';


--
-- Name: COLUMN attempt_logs.metadata; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.attempt_logs.metadata IS 'The metadata of the line as an object of texts, without what the columns say.';


--
-- Name: attempts_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.attempts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME backops.attempts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: signal_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.signal_status AS
 SELECT s.id,
    s.operation_id,
    ( SELECT o.name
           FROM backops.operations o
          WHERE (o.id = s.operation_id)) AS operation,
    s.name,
        CASE
            WHEN (s.read_at IS NOT NULL) THEN 'read'::text
            WHEN ((( SELECT o.state
               FROM backops.operations o
              WHERE (o.id = s.operation_id)))::text = 'active'::text) THEN 'unread'::text
            ELSE 'left'::text
        END AS status,
        CASE
            WHEN ((jsonb_typeof((s.payload)::jsonb) = 'object'::text) AND (NOT ( SELECT backops.sees_secrets() AS sees_secrets))) THEN backops.redacted((( SELECT o.name
               FROM backops.operations o
              WHERE (o.id = s.operation_id)))::text, (s.payload)::jsonb)
            ELSE (s.payload)::jsonb
        END AS payload,
    s.dedup_key,
    s.sent_by,
    s.sent_at,
    s.read_at,
    ( SELECT ((a.branch || '/'::text) || a.name)
           FROM backops.actions a
          WHERE ((a.operation_id = s.operation_id) AND (a."position" = s.read_position))) AS read_by
   FROM backops.signals s;


--
-- Name: VIEW signal_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.signal_status IS 'One row per signal that was sent to an operation: unread (in its inbox), read (and by which wait), or left (the operation ended without reading it). SELECT * FROM backops.signal_status WHERE operation_id = 48213 ORDER BY id';


--
-- Name: audit; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.audit AS
 SELECT audit_log.id,
    audit_log.at,
    audit_log.who,
    audit_log.action,
    audit_log.operation_ids,
    cardinality(audit_log.operation_ids) AS count,
    audit_log.reason,
    audit_log.details
   FROM backops.audit_log
UNION ALL
 SELECT signal_status.id,
    signal_status.sent_at AS at,
    signal_status.sent_by AS who,
    'signal'::text AS action,
    ARRAY[signal_status.operation_id] AS operation_ids,
    1 AS count,
    NULL::text AS reason,
    ((jsonb_build_object('name', signal_status.name) ||
        CASE
            WHEN (signal_status.payload IS NULL) THEN '{}'::jsonb
            ELSE jsonb_build_object('payload', signal_status.payload)
        END) ||
        CASE
            WHEN (signal_status.dedup_key IS NULL) THEN '{}'::jsonb
            ELSE jsonb_build_object('dedup_key', signal_status.dedup_key)
        END) AS details
   FROM backops.signal_status;


--
-- Name: VIEW audit; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.audit IS 'Who did what to which operations, why and when: one row for every call that steered, and every signal that was taken, as long as its operation is there. SELECT * FROM backops.audit ORDER BY id DESC LIMIT 20';


--
-- Name: definitions; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.definitions (
    id bigint NOT NULL,
    name text NOT NULL,
    fingerprint text NOT NULL,
    branches json NOT NULL,
    current boolean DEFAULT true NOT NULL,
    registered_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL
);


--
-- Name: TABLE definitions; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.definitions IS 'Plans by operation name, as workers registered them. The current one expands a plain INSERT; older ones stay for operations in flight.';


--
-- Name: COLUMN definitions.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definitions.id IS 'Number of this version of the plan.';


--
-- Name: COLUMN definitions.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definitions.name IS 'Name of the operation.';


--
-- Name: COLUMN definitions.fingerprint; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definitions.fingerprint IS 'SHA-256 over the actions and their options: two workers with the same plan share one row.';


--
-- Name: COLUMN definitions.branches; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definitions.branches IS 'The plan as it was registered: {"main": ["A", ["B", {…options}]], …}.';


--
-- Name: COLUMN definitions.current; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definitions.current IS 'True for the version that new operations get: the one registered last.';


--
-- Name: COLUMN definitions.registered_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.definitions.registered_at IS 'When this version was last made the current one.';


--
-- Name: definitions_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.definitions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME backops.definitions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: engine; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.engine (
    singleton boolean DEFAULT true NOT NULL,
    release text NOT NULL,
    checksum text NOT NULL,
    objects jsonb NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT engine_is_one_row CHECK (singleton)
);


--
-- Name: TABLE engine; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.engine IS 'Whose functions and views this schema has, in one row; none while it has no functions.';


--
-- Name: COLUMN engine.singleton; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.engine.singleton IS 'Always true: there is one row.';


--
-- Name: COLUMN engine.release; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.engine.release IS 'The release of BackOps that they belong to.';


--
-- Name: COLUMN engine.checksum; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.engine.checksum IS 'A number over the text of all of them.';


--
-- Name: COLUMN engine.objects; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.engine.objects IS 'What was created, with the MD5 of the bodies of functions, so that a change by hand is seen.';


--
-- Name: COLUMN engine.applied_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.engine.applied_at IS 'When they were put here.';


--
-- Name: failures; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.failures AS
 WITH RECURSIVE groups(fingerprint, n) AS (
        ( SELECT attempts.fingerprint,
            1 AS "?column?"
           FROM backops.attempts
          WHERE (attempts.fingerprint IS NOT NULL)
          ORDER BY attempts.fingerprint
         LIMIT 1)
        UNION ALL
         SELECT next.fingerprint,
            (groups_1.n + 1)
           FROM (groups groups_1
             CROSS JOIN LATERAL ( SELECT t.fingerprint
                   FROM backops.attempts t
                  WHERE (t.fingerprint > groups_1.fingerprint)
                  ORDER BY t.fingerprint
                 LIMIT 1) next)
          WHERE (groups_1.n < 1000)
        )
 SELECT (o.name)::text AS operation,
    ((a.branch || '/'::text) || a.name) AS action,
    last.error_type,
    groups.fingerprint,
    ( SELECT count(*) AS count
           FROM ( SELECT
                   FROM backops.attempts t
                  WHERE (t.fingerprint = groups.fingerprint)
                 LIMIT 1000) counted) AS count,
    ( SELECT min(t.ended_at) AS min
           FROM backops.attempts t
          WHERE (t.fingerprint = groups.fingerprint)) AS first_at,
    last.ended_at AS last_at,
    last.operation_id AS example_id,
    last.error_message AS example_message,
    (EXISTS ( SELECT
           FROM backops.attempts t
          WHERE (t.fingerprint = groups.fingerprint)
         OFFSET 1000)) AS capped
   FROM (((groups
     CROSS JOIN LATERAL ( SELECT t.operation_id,
            t."position",
            t.error_type,
            t.error_message,
            t.ended_at
           FROM backops.attempts t
          WHERE (t.fingerprint = groups.fingerprint)
          ORDER BY t.ended_at DESC
         LIMIT 1) last)
     CROSS JOIN LATERAL ( SELECT o_1.name
           FROM backops.operations o_1
          WHERE (o_1.id = last.operation_id)) o)
     LEFT JOIN LATERAL ( SELECT a_1.branch,
            a_1.name
           FROM backops.actions a_1
          WHERE ((a_1.operation_id = last.operation_id) AND (a_1."position" = last."position"))) a ON (true));


--
-- Name: VIEW failures; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.failures IS 'What has failed and still is, grouped by operation, action and kind of error. count stops at 1000, then capped is true; at most 1000 groups. SELECT * FROM backops.failures ORDER BY last_at DESC LIMIT 20; then SELECT * FROM backops.retry_where(error => ''fingerprint'')';


--
-- Name: fair_keys; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.fair_keys (
    queue backops.queue_name NOT NULL,
    priority smallint NOT NULL,
    key text NOT NULL,
    turn double precision NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE fair_keys; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.fair_keys IS 'A row for each key of a fair queue that has a turn later than the clock, or had one lately. Written by claims, one at a time for each queue.';


--
-- Name: COLUMN fair_keys.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_keys.queue IS 'Name of the queue.';


--
-- Name: COLUMN fair_keys.priority; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_keys.priority IS 'The priority.';


--
-- Name: COLUMN fair_keys.key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_keys.key IS 'The value of the global; what is long or secret as a hash, and what lacks it as nothing.';


--
-- Name: COLUMN fair_keys.turn; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.fair_keys.turn IS 'The turn that its next job is given.';


--
-- Name: secret_keys; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.secret_keys (
    name text NOT NULL,
    key text NOT NULL,
    CONSTRAINT secret_keys_are_short CHECK (((octet_length(name) <= 800) AND (octet_length(key) <= 1500))),
    CONSTRAINT secret_keys_key_is_not_empty CHECK ((key <> ''::text))
);


--
-- Name: TABLE secret_keys; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.secret_keys IS 'Keys of the globals whose values only workers and the owner of this schema see. INSERT INTO backops.secret_keys VALUES (''Fulfilment'', ''card_token''); the name * means every operation.';


--
-- Name: COLUMN secret_keys.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.secret_keys.name IS 'Name of the operation, or * for all.';


--
-- Name: COLUMN secret_keys.key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.secret_keys.key IS 'The key, at the top of the globals; all that lies under it is secret.';


--
-- Name: fair_queue_lines; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.fair_queue_lines AS
 SELECT (f.queue)::text AS queue,
    j.priority,
    backops.counted_key(f.by_global, (o.globals)::jsonb, ((EXISTS ( SELECT
           FROM backops.secret_keys)) AND backops.is_secret((o.name)::text, f.by_global))) AS key,
    count(*) AS waiting,
    min(j.run_at) AS oldest_ready_at,
    min(j.ahead) AS ahead
   FROM ((backops.fair_queues f
     CROSS JOIN LATERAL ( SELECT j_1.operation_id,
            j_1.priority,
            j_1.run_at,
            (row_number() OVER (ORDER BY j_1.priority, j_1.turn, j_1.operation_id) - 1) AS ahead
           FROM ( SELECT j_2.operation_id,
                    j_2.priority,
                    j_2.run_at,
                    j_2.turn
                   FROM (generate_series(0, 9) lane(lane)
                     CROSS JOIN LATERAL ( SELECT j_3.operation_id,
                            j_3.priority,
                            j_3.run_at,
                            j_3.turn
                           FROM backops.jobs j_3
                          WHERE ((j_3.queue = backops.fair_queue((f.queue)::text)) AND (j_3.priority = (lane.lane)::smallint) AND (j_3.turn IS NOT NULL))
                          ORDER BY j_3.turn, j_3.operation_id
                         LIMIT 10000) j_2)
                 LIMIT 10000) j_1) j)
     JOIN backops.operations o ON ((o.id = j.operation_id)))
  WHERE (f.by_global IS NOT NULL)
  GROUP BY (f.queue)::text, j.priority, (backops.counted_key(f.by_global, (o.globals)::jsonb, ((EXISTS ( SELECT
           FROM backops.secret_keys)) AND backops.is_secret((o.name)::text, f.by_global))));


--
-- Name: VIEW fair_queue_lines; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.fair_queue_lines IS 'One row per key that has jobs with a turn in a fair queue: how many, since when the oldest is due, and how many jobs are before its first; among the first 10000 of each queue. SELECT * FROM backops.fair_queue_lines WHERE queue = ''reports'' ORDER BY ahead LIMIT 20';


--
-- Name: fair_queue_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.fair_queue_status AS
 SELECT (f.queue)::text AS queue,
    f.by_global,
    f.weights,
    w.waiting,
    (w.waiting = 1000) AS capped,
    f.set_by,
    f.set_at,
    f.reason
   FROM (backops.fair_queues f
     CROSS JOIN LATERAL ( SELECT count(*) AS waiting
           FROM ( SELECT
                   FROM (generate_series(0, 9) lane(lane)
                     CROSS JOIN LATERAL ( SELECT
                           FROM backops.jobs j_2
                          WHERE ((j_2.queue = backops.fair_queue((f.queue)::text)) AND (j_2.priority = (lane.lane)::smallint) AND (j_2.turn IS NOT NULL))
                         LIMIT 1000) j_1)
                 LIMIT 1000) j) w);


--
-- Name: VIEW fair_queue_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.fair_queue_status IS 'One row per fair queue, or one that was: by which global its actions take turns (null: no more), with which weights, how many have their turn and wait, counted up to 1000 (capped), and who has set it. SELECT * FROM backops.fair_queue_status ORDER BY queue';


--
-- Name: help; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.help AS
 SELECT
        CASE c.relkind
            WHEN 'v'::"char" THEN 'view'::text
            ELSE 'table'::text
        END AS kind,
    (c.relname)::text AS name,
    ( SELECT string_agg((a.attname)::text, ', '::text ORDER BY a.attnum) AS string_agg
           FROM pg_attribute a
          WHERE ((a.attrelid = c.oid) AND (a.attnum > 0) AND (NOT a.attisdropped))) AS signature,
    obj_description(c.oid, 'pg_class'::name) AS comment
   FROM pg_class c
  WHERE ((c.relnamespace = ( SELECT pg_class.relnamespace
           FROM pg_class
          WHERE (pg_class.oid = ('backops.operations'::regclass)::oid))) AND (c.relname IN ( SELECT p.name
           FROM backops.privileges() p(kind, name, role, privilege, columns)
          WHERE (p.kind = ANY (ARRAY['table'::text, 'view'::text])))) AND (c.relkind = ANY (ARRAY['r'::"char", 'v'::"char"])))
UNION ALL
 SELECT 'function'::text AS kind,
    (p.proname)::text AS name,
    pg_get_function_arguments(p.oid) AS signature,
    obj_description(p.oid, 'pg_proc'::name) AS comment
   FROM pg_proc p
  WHERE ((p.pronamespace = ( SELECT pg_class.relnamespace
           FROM pg_class
          WHERE (pg_class.oid = ('backops.operations'::regclass)::oid))) AND (p.proname IN ( SELECT p_1.name
           FROM backops.privileges() p_1(kind, name, role, privilege, columns)
          WHERE (p_1.kind = 'function'::text))));


--
-- Name: VIEW help; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.help IS 'Every view, table and function of this schema that is meant to be used, with its columns or arguments and what it does. SELECT * FROM backops.help ORDER BY kind DESC, name; SELECT comment FROM backops.help WHERE name = ''retry_where''';


--
-- Name: limit_gates; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.limit_gates (
    gate text NOT NULL,
    name backops.limit_name NOT NULL,
    holding integer DEFAULT 0 NOT NULL,
    waiting integer DEFAULT 0 NOT NULL,
    next_ticket bigint DEFAULT 1 NOT NULL,
    CONSTRAINT limit_gates_count_whole CHECK (((holding >= 0) AND (waiting >= 0)))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE limit_gates; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.limit_gates IS 'A row for each limit, or each key of one, that somebody holds or waits for. Written by whoever looks at the limits, one at a time.';


--
-- Name: COLUMN limit_gates.gate; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_gates.gate IS 'The name of the limit, or the name, a slash and the key.';


--
-- Name: COLUMN limit_gates.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_gates.name IS 'The limit.';


--
-- Name: COLUMN limit_gates.holding; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_gates.holding IS 'How many jobs hold a slot, those in limit_releases not yet taken off.';


--
-- Name: COLUMN limit_gates.waiting; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_gates.waiting IS 'How many jobs are in line, those in limit_releases not yet taken off.';


--
-- Name: COLUMN limit_gates.next_ticket; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_gates.next_ticket IS 'The next place in line.';


--
-- Name: limit_lines; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.limit_lines AS
 SELECT (g.name)::text AS name,
    NULLIF(substr(g.gate, (length((g.name)::text) + 2)), ''::text) AS key,
    l.maximum,
    g.holding,
    g.waiting,
    g.gate
   FROM (backops.limit_gates g
     LEFT JOIN backops.limits l ON (((l.name)::text = (g.name)::text)));


--
-- Name: VIEW limit_lines; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.limit_lines IS 'One row per limit, or per key of one, that somebody holds or waits for; what was given back a moment ago counts until the next claim. SELECT * FROM backops.limit_lines WHERE name = ''stripe'' ORDER BY gate LIMIT 100';


--
-- Name: limit_releases; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.limit_releases (
    id bigint NOT NULL,
    gate text NOT NULL,
    slots smallint NOT NULL,
    waiters smallint NOT NULL,
    released_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE limit_releases; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.limit_releases IS 'Slots that were given back, and places in line that were left, until the next look at the limits takes them off: whoever ends an action waits for nobody.';


--
-- Name: COLUMN limit_releases.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_releases.id IS 'Number; the key begins with the time, so that a look can begin with the latest.';


--
-- Name: COLUMN limit_releases.gate; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_releases.gate IS 'Of what; with a slash before it a limit whose maximum has changed, "/rate/" and a name for a rate whose numbers have, or whose line somebody has left, and "/queue/" and a name for a queue.';


--
-- Name: COLUMN limit_releases.slots; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_releases.slots IS 'How many slots.';


--
-- Name: COLUMN limit_releases.waiters; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_releases.waiters IS 'How many places.';


--
-- Name: COLUMN limit_releases.released_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.limit_releases.released_at IS 'When.';


--
-- Name: limit_releases_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.limit_releases ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME backops.limit_releases_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: limit_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.limit_status AS
 SELECT (l.name)::text AS name,
    l.maximum,
    l.declared,
    l.set_by,
    l.set_at,
    l.reason,
    k.keys,
    k.holding,
    k.waiting,
    k.capped
   FROM (backops.limits l
     CROSS JOIN LATERAL ( SELECT count(*) AS keys,
            COALESCE(sum(g.holding), (0)::bigint) AS holding,
            COALESCE(sum(g.waiting), (0)::bigint) AS waiting,
            (count(*) = 1000) AS capped
           FROM ( SELECT g_1.holding,
                    g_1.waiting
                   FROM backops.limit_gates g_1
                  WHERE ((g_1.name)::text = (l.name)::text)
                  ORDER BY g_1.name, g_1.gate
                 LIMIT 1000) g) k);


--
-- Name: VIEW limit_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.limit_status IS 'One row per limit: how many may run at once (null: any number), what the plan declares, who has set another number, how many keys are in use, and how many slots are held and jobs in line, counted over a thousand keys at most. SELECT * FROM backops.limit_status ORDER BY name';


--
-- Name: migrations; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: TABLE migrations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.migrations IS 'The steps that this schema has taken.';


--
-- Name: COLUMN migrations.version; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.migrations.version IS 'Number of the step.';


--
-- Name: COLUMN migrations.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.migrations.name IS 'What it was about.';


--
-- Name: COLUMN migrations.checksum; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.migrations.checksum IS 'SHA-256 of its text.';


--
-- Name: COLUMN migrations.applied_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.migrations.applied_at IS 'When it was taken.';


--
-- Name: operation_keys; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.operation_keys (
    name backops.operation_name NOT NULL,
    key backops.operation_key NOT NULL,
    operation_id bigint,
    replaced_id bigint,
    window_began_at timestamp with time zone NOT NULL,
    free_at timestamp with time zone
);


--
-- Name: TABLE operation_keys; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.operation_keys IS 'The last operation of every key that was enqueued in another mode than once. Its row is what enqueues of one key wait for.';


--
-- Name: COLUMN operation_keys.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_keys.name IS 'Name of the operation.';


--
-- Name: COLUMN operation_keys.key; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_keys.key IS 'The key.';


--
-- Name: COLUMN operation_keys.operation_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_keys.operation_id IS 'The operation that had the key last; null within a transaction that replaces it.';


--
-- Name: COLUMN operation_keys.replaced_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_keys.replaced_id IS 'The operation that was cancelled for it.';


--
-- Name: COLUMN operation_keys.window_began_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_keys.window_began_at IS 'When the first of those was enqueued that were replaced or merged into it.';


--
-- Name: COLUMN operation_keys.free_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_keys.free_at IS 'Before this time, throttle drops.';


--
-- Name: operation_minutes; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.operation_minutes (
    minute timestamp with time zone NOT NULL,
    queue text NOT NULL,
    operation text NOT NULL,
    completed bigint NOT NULL,
    failed bigint NOT NULL,
    retried bigint NOT NULL,
    max_ms double precision NOT NULL,
    buckets bigint[] NOT NULL,
    CONSTRAINT operation_minutes_counts_up CHECK ((LEAST(completed, failed, retried) >= 0)),
    CONSTRAINT operation_minutes_has_25_buckets CHECK ((cardinality(buckets) = 25))
)
WITH (fillfactor='50');


--
-- Name: TABLE operation_minutes; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.operation_minutes IS 'Attempts that ended, counted per minute for a day by the workers that ran them: what the view throughput shows. A worker adds what it counted every few seconds: one that is killed loses that much, and nothing is counted twice.';


--
-- Name: COLUMN operation_minutes.minute; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.minute IS 'The minute in which a worker reported them, seconds after they ended.';


--
-- Name: COLUMN operation_minutes.queue; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.queue IS 'Queue of the jobs.';


--
-- Name: COLUMN operation_minutes.operation; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.operation IS 'Name of the operation; "(ad hoc)" for all that brought their own branches.';


--
-- Name: COLUMN operation_minutes.completed; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.completed IS 'Attempts that completed their action.';


--
-- Name: COLUMN operation_minutes.failed; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.failed IS 'Attempts whose failure ended the operation.';


--
-- Name: COLUMN operation_minutes.retried; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.retried IS 'Attempts that failed and are tried again.';


--
-- Name: COLUMN operation_minutes.max_ms; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.max_ms IS 'The longest of them.';


--
-- Name: COLUMN operation_minutes.buckets; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.operation_minutes.buckets IS 'How many took how long: see duration_bucket_limits.';


--
-- Name: visible_operations; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.visible_operations AS
 SELECT o.id,
    o.name,
    o.state,
    o.key,
    o.queue,
    o.priority,
    o.perform_at,
    o.step_limit,
    o.created_at,
    o.ended_at,
    o.completed_at,
    o.parked_at,
    o.stopped_position,
    o.stop_reason,
    o.enqueued_by,
    o.traceparent,
    o.tags,
    o.branches,
    o.globals,
    o.key_mode,
    o.active_key,
    o.schedule,
    o.slot
   FROM ( SELECT operations.id,
            (operations.name)::text AS name,
            (operations.state)::text AS state,
            (operations.key)::text AS key,
            (operations.queue)::text AS queue,
            (operations.priority)::smallint AS priority,
            (operations.perform_at)::timestamp with time zone AS perform_at,
            (operations.step_limit)::integer AS step_limit,
            operations.created_at,
            operations.ended_at,
            operations.completed_at,
            operations.parked_at,
            operations.stopped_position,
            operations.stop_reason,
            operations.enqueued_by,
            operations.traceparent,
            (operations.tags)::text[] AS tags,
            operations.branches,
            (operations.globals)::jsonb AS globals,
            (operations.key_mode)::text AS key_mode,
            (operations.active_key)::text AS active_key,
            operations.schedule,
            operations.slot,
            true AS is_whole
           FROM backops.operations
        UNION ALL
         SELECT operations.id,
            (operations.name)::text AS name,
            (operations.state)::text AS state,
            (operations.key)::text AS key,
            (operations.queue)::text AS queue,
            (operations.priority)::smallint AS priority,
            (operations.perform_at)::timestamp with time zone AS perform_at,
            (operations.step_limit)::integer AS step_limit,
            operations.created_at,
            operations.ended_at,
            operations.completed_at,
            operations.parked_at,
            operations.stopped_position,
            operations.stop_reason,
            operations.enqueued_by,
            operations.traceparent,
            (operations.tags)::text[] AS tags,
            operations.branches,
            backops.redacted((operations.name)::text, (operations.globals)::jsonb) AS redacted,
            (operations.key_mode)::text AS key_mode,
            (operations.active_key)::text AS active_key,
            operations.schedule,
            operations.slot,
            false
           FROM backops.operations) o
  WHERE ((o.is_whole = ( SELECT backops.sees_secrets() AS sees_secrets)) AND (o.is_whole OR (o.id = (o.id + 0))));


--
-- Name: VIEW visible_operations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.visible_operations IS 'The operations as the caller may see them: secret globals are redacted for all but workers and the owner.';


--
-- Name: workers; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.workers (
    id bigint NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text DEFAULT ''::text NOT NULL,
    queues text[] NOT NULL,
    slots integer NOT NULL,
    started_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    heartbeat_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    lease interval NOT NULL,
    sleeping boolean DEFAULT false NOT NULL,
    stopping boolean DEFAULT false NOT NULL,
    handlers text[] NOT NULL,
    schema_version integer,
    backend_pid integer,
    backend_started_at timestamp with time zone,
    server_started_at timestamp with time zone,
    missing_since timestamp with time zone,
    schedule_set_id bigint,
    CONSTRAINT workers_lease_is_positive CHECK ((lease > '00:00:00'::interval)),
    CONSTRAINT workers_slots_are_positive CHECK ((slots > 0))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='200');


--
-- Name: TABLE workers; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.workers IS 'One row per live worker process; gone when it stops, or when it died and its jobs were rescued.';


--
-- Name: COLUMN workers.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.id IS 'Random, and new for every registration: never from a sequence, which a restore would rewind.';


--
-- Name: COLUMN workers.host; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.host IS 'Host name.';


--
-- Name: COLUMN workers.pid; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.pid IS 'Process id on that host.';


--
-- Name: COLUMN workers.version; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.version IS 'Version of the application that it runs.';


--
-- Name: COLUMN workers.queues; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.queues IS 'Queues that it serves.';


--
-- Name: COLUMN workers.slots; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.slots IS 'Actions that it runs at once.';


--
-- Name: COLUMN workers.started_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.started_at IS 'When it registered.';


--
-- Name: COLUMN workers.heartbeat_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.heartbeat_at IS 'When it last renewed its lease.';


--
-- Name: COLUMN workers.lease; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.lease IS 'Its jobs are its own until heartbeat_at + lease.';


--
-- Name: COLUMN workers.sleeping; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.sleeping IS 'True while it waits to be woken by NOTIFY.';


--
-- Name: COLUMN workers.stopping; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.stopping IS 'True while it finishes what it holds and claims nothing more.';


--
-- Name: COLUMN workers.handlers; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.handlers IS 'What it can run: "Operation/Action" and "/Action".';


--
-- Name: COLUMN workers.schema_version; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.schema_version IS 'Newest version of this schema that it knows; null where it did not say.';


--
-- Name: COLUMN workers.backend_pid; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.backend_pid IS 'Server process of the connection that the worker keeps for as long as it lives; null without a direct connection.';


--
-- Name: COLUMN workers.backend_started_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.backend_started_at IS 'When that server process began, because process ids come back.';


--
-- Name: COLUMN workers.server_started_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.server_started_at IS 'When the server had begun that runs it: after a restart all connections are gone, and nobody died.';


--
-- Name: COLUMN workers.missing_since; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.missing_since IS 'Since when others have seen that connection gone.';


--
-- Name: COLUMN workers.schedule_set_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.workers.schedule_set_id IS 'The set of schedules that its application declares; null where it declares none.';


--
-- Name: operation_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.operation_status AS
 SELECT o.id,
    o.name,
        CASE
            WHEN (o.state <> 'active'::text) THEN o.state
            WHEN (o.parked_at IS NOT NULL) THEN 'parked'::text
            WHEN (j.worker_id IS NOT NULL) THEN 'running'::text
            WHEN ((j.waits_since IS NOT NULL) OR (j.ticket IS NOT NULL)) THEN 'waiting'::text
            WHEN (j.attempt > 0) THEN 'retrying'::text
            WHEN (j.run_at > backops.statement_now()) THEN 'scheduled'::text
            ELSE 'ready'::text
        END AS status,
    o.state,
    ((p.done || '/'::text) || p.total) AS progress,
    ((a.branch || '/'::text) || a.name) AS action,
    COALESCE((a.earlier_attempts + COALESCE(j.attempt, a.attempts_count)), 0) AS attempt,
    (a.earlier_attempts + a.max_attempts) AS max_attempts,
        CASE
            WHEN ((a.wait ? 'approval'::text) AND (j.waits_since IS NOT NULL)) THEN ( SELECT p_1.deadline
               FROM backops.approvals p_1
              WHERE ((p_1.operation_id = o.id) AND (p_1.decision IS NULL)))
            WHEN ((j.worker_id IS NULL) AND (j.run_at < 'infinity'::timestamp with time zone)) THEN j.run_at
            ELSE NULL::timestamp with time zone
        END AS run_at,
    COALESCE(backops.served_queue(j.queue), a.queue, o.queue) AS queue,
    o.priority,
    o.key,
    o.tags,
    j.progress AS reported_progress,
    j.progress_note,
    ((w.host || ' pid '::text) || w.pid) AS worker,
    a.error_type,
    a.error_message,
    a.errored_at,
        CASE
            WHEN ((o.state = 'failed'::text) AND (a.error_type = 'crashed'::text) AND (a.attempts_count < a.max_attempts)) THEN 'the third crash in a row ended it: an action that takes its worker down three times is not tried again by itself'::text
            WHEN (o.state = 'cancelled'::text) THEN COALESCE(('cancelled: '::text || o.stop_reason), 'cancelled'::text)
            WHEN ((j.queue = '/waits'::text) AND (a.wait ? 'approval'::text) AND (j.waits_since IS NOT NULL)) THEN backops.describe_wait(a.wait, j.waits_since, ( SELECT p_1.deadline
               FROM backops.approvals p_1
              WHERE ((p_1.operation_id = o.id) AND (p_1.decision IS NULL))))
            WHEN ((j.queue = '/waits'::text) AND (o.parked_at IS NULL)) THEN backops.describe_wait(a.wait, j.waits_since, j.run_at)
            WHEN (j.ticket IS NOT NULL) THEN backops.describe_limit(j.gate)
            WHEN ((o.parked_at IS NOT NULL) OR ((j.worker_id IS NULL) AND (j.queue <> '/limits'::text) AND ((j.run_at <= backops.statement_now()) OR (j.crashes > 0)))) THEN ( SELECT b.detail
               FROM backops.obstacles(o.id,
                    CASE
                        WHEN (o.parked_at IS NOT NULL) THEN o.name
                        ELSE NULL::text
                    END, backops.served_queue(j.queue), j.handler, (j.crashes)::integer) b(reason, detail, advice, worker_id, since, until)
             LIMIT 1)
            ELSE NULL::text
        END AS note,
    o.globals,
    o.created_at,
    o.ended_at,
    o.key_mode,
    o.active_key,
    o.schedule,
    o.slot
   FROM ((((backops.visible_operations o
     LEFT JOIN backops.jobs j ON ((j.operation_id = o.id)))
     LEFT JOIN backops.workers w ON ((w.id = j.worker_id)))
     LEFT JOIN backops.actions a ON (((a.operation_id = o.id) AND (a."position" = COALESCE(j."position", o.stopped_position)))))
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (actions.completed_at IS NOT NULL)) AS done,
            count(*) FILTER (WHERE ((actions.skipped_at IS NULL) AND ((actions.branch = 'main'::text) OR (actions.completed_at IS NOT NULL) OR (actions."position" = j."position")))) AS total
           FROM backops.actions
          WHERE (actions.operation_id = o.id)) p);


--
-- Name: VIEW operation_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.operation_status IS 'One row per operation: where it stands, what it waits for, what went wrong. Add WHERE id = … or ORDER BY id DESC LIMIT …: it reads only what it shows.';


--
-- Name: operations_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.operations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME backops.operations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: paused_queues; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.paused_queues AS
 SELECT queues.name,
    queues.paused_at,
    queues.paused_until,
    queues.paused_by,
    queues.reason
   FROM backops.queues
  WHERE ((queues.paused_at IS NOT NULL) AND (COALESCE(queues.paused_until, 'infinity'::timestamp with time zone) > backops.statement_now()));


--
-- Name: VIEW paused_queues; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.paused_queues IS 'Queues that are paused now: nothing of them is claimed, and nobody is woken for them.';


--
-- Name: pending_approvals; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.pending_approvals AS
 SELECT p.id,
    p.operation_id,
    ( SELECT o.name
           FROM backops.operations o
          WHERE (o.id = p.operation_id)) AS operation,
    ( SELECT COALESCE(o.key, o.active_key) AS "coalesce"
           FROM backops.operations o
          WHERE (o.id = p.operation_id)) AS key,
    p.name,
    p.role,
    p.question,
    p.asked_at,
    p.deadline,
    p.reminded_at,
    backops.may_decide(p.role, (SESSION_USER)::text) AS may_decide
   FROM backops.approvals p
  WHERE (p.decision IS NULL);


--
-- Name: VIEW pending_approvals; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.pending_approvals IS 'What operations ask for now, and whether the role that is logged in may decide it. For the application''s own approvers: SELECT * FROM backops.pending_approvals WHERE backops.may_decide(role, ''ann@example.com'') ORDER BY id';


--
-- Name: queue_depth; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.queue_depth AS
 SELECT n.queue,
    c.ready,
    c.scheduled,
    c.running,
    c.retrying,
    c.parked,
    c.oldest_ready_at,
    (backops.statement_now() - c.oldest_ready_at) AS oldest_ready_age,
    q.paused_at,
    q.paused_until,
    q.paused_by,
    q.reason AS paused_reason,
    ( SELECT count(*) AS count
           FROM backops.workers w
          WHERE ((n.queue = ANY (w.queues)) AND (NOT w.stopping) AND ((w.heartbeat_at + w.lease) > backops.statement_now()))) AS workers,
    c.capped,
    l.maximum,
    f.by_global AS fair_by
   FROM ((((backops.queue_names() n(queue)
     CROSS JOIN LATERAL backops.count_queue(n.queue) c(ready, running, retrying, scheduled, parked, oldest_ready_at, capped))
     LEFT JOIN backops.paused_queues q ON (((q.name)::text = n.queue)))
     LEFT JOIN backops.queue_limits l ON (((l.queue)::text = n.queue)))
     LEFT JOIN backops.fair_queues f ON (((f.queue)::text = n.queue)));


--
-- Name: VIEW queue_depth; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.queue_depth IS 'What waits in every queue: ready (due, also for another attempt), scheduled (for later), running, retrying (after an error, for later), parked (until a worker registers their name), who paused it, how many may run at once (maximum), and by which global they take turns (fair_by). Counting stops at 1000 or 2000 of a kind, then capped is true: there are at least as many. SELECT * FROM backops.queue_depth ORDER BY queue';


--
-- Name: queue_limit_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.queue_limit_status AS
 SELECT (l.queue)::text AS queue,
    l.maximum,
    (GREATEST((l.holding - COALESCE(( SELECT sum(r.slots) AS sum
           FROM backops.limit_releases r
          WHERE (r.gate = backops.queue_gate((l.queue)::text))), (0)::bigint)), (0)::bigint))::integer AS running,
    l.set_by,
    l.set_at,
    l.reason
   FROM backops.queue_limits l;


--
-- Name: VIEW queue_limit_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.queue_limit_status IS 'One row per queue that has a limit, or had one: how many of its actions may run at once (null: any number again), how many do that count, and who has set it. SELECT * FROM backops.queue_limit_status ORDER BY queue';


--
-- Name: queue_samples; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.queue_samples (
    singleton boolean DEFAULT true NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    depths jsonb NOT NULL,
    waits jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT queue_samples_is_one_row CHECK (singleton)
);


--
-- Name: TABLE queue_samples; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.queue_samples IS 'The last sample of queue_depth, in one row: fifty workers whose metrics are collected every few seconds read it, and one of them renews it.';


--
-- Name: COLUMN queue_samples.singleton; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_samples.singleton IS 'Always true: there is one row.';


--
-- Name: COLUMN queue_samples.taken_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_samples.taken_at IS 'When it was taken.';


--
-- Name: COLUMN queue_samples.depths; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_samples.depths IS 'The rows of queue_depth, as far as metrics show them.';


--
-- Name: COLUMN queue_samples.waits; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.queue_samples.waits IS 'The rows of wait_depth, as far as metrics show them.';


--
-- Name: rate_gates; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.rate_gates (
    gate text NOT NULL,
    name backops.limit_name NOT NULL,
    used_until timestamp with time zone NOT NULL,
    version integer NOT NULL,
    closed_until timestamp with time zone,
    waiting integer DEFAULT 0 NOT NULL,
    next_ticket bigint DEFAULT 1 NOT NULL,
    look_at timestamp with time zone NOT NULL,
    CONSTRAINT rate_gates_count_whole CHECK ((waiting >= 0))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');


--
-- Name: TABLE rate_gates; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.rate_gates IS 'A row for each rate, or each key of one, that was used lately. Written by whoever looks at the limits, one at a time, and by consume and close_rate.';


--
-- Name: COLUMN rate_gates.gate; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.gate IS '"/rate/" and the name of the rate, and behind another slash the key.';


--
-- Name: COLUMN rate_gates.name; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.name IS 'The rate.';


--
-- Name: COLUMN rate_gates.used_until; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.used_until IS 'Up to when the rate is used up: another start is due then, or as much earlier as a burst allows.';


--
-- Name: COLUMN rate_gates.version; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.version IS 'The version of the rate whose numbers it was counted by.';


--
-- Name: COLUMN rate_gates.closed_until; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.closed_until IS 'Until when nothing starts, by close_rate.';


--
-- Name: COLUMN rate_gates.waiting; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.waiting IS 'How many jobs are in line, those in limit_releases not yet taken off.';


--
-- Name: COLUMN rate_gates.next_ticket; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.next_ticket IS 'The next place in line.';


--
-- Name: COLUMN rate_gates.look_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.rate_gates.look_at IS 'When those in line are looked at next.';


--
-- Name: rate_lines; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.rate_lines AS
 SELECT (g.name)::text AS name,
    NULLIF(substr(backops.rate_of_gate(g.gate), (length((g.name)::text) + 2)), ''::text) AS key,
    g.waiting,
    g.closed_until,
        CASE
            WHEN (g.waiting > 0) THEN GREATEST(backops.statement_now(), g.closed_until, (backops.rate_base(g.used_until, (g.version = r.version), r.gap, backops.statement_now()) - r.tolerance))
            ELSE NULL::timestamp with time zone
        END AS next_start,
    g.gate
   FROM (backops.rate_gates g
     JOIN backops.rates r ON (((r.name)::text = (g.name)::text)));


--
-- Name: VIEW rate_lines; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.rate_lines IS 'One row per rate, or per key of one, that was used lately: how many are in line, when the first of them may start, and until when it is closed. SELECT * FROM backops.rate_lines WHERE name = ''stripe'' ORDER BY gate LIMIT 100';


--
-- Name: rate_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.rate_status AS
 SELECT (r.name)::text AS name,
    r.count,
    make_interval(secs => r.per) AS per,
    r.burst,
    r.declared_count,
    make_interval(secs => r.declared_per) AS declared_per,
    r.declared_burst,
    r.set_by,
    r.set_at,
    r.reason,
    k.keys,
    k.waiting,
    k.closed,
    k.capped
   FROM (backops.rates r
     CROSS JOIN LATERAL ( SELECT count(*) AS keys,
            COALESCE(sum(g.waiting), (0)::bigint) AS waiting,
            count(*) FILTER (WHERE (g.closed_until > backops.statement_now())) AS closed,
            (count(*) = 1000) AS capped
           FROM ( SELECT g_1.waiting,
                    g_1.closed_until
                   FROM backops.rate_gates g_1
                  WHERE ((g_1.name)::text = (r.name)::text)
                  ORDER BY g_1.name, g_1.gate
                 LIMIT 1000) g) k);


--
-- Name: VIEW rate_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.rate_status IS 'One row per rate: how many actions may start in which time (null: any number), and how many at the same moment, what the plan declares, who has set other numbers, how many keys were used lately, how many jobs are in line, and how many keys are closed, counted over a thousand keys at most. SELECT * FROM backops.rate_status ORDER BY name';


--
-- Name: schedule_sets; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.schedule_sets (
    id bigint NOT NULL,
    application text NOT NULL,
    digest text NOT NULL,
    declared jsonb NOT NULL,
    current boolean DEFAULT false NOT NULL,
    first_at timestamp with time zone DEFAULT backops.clock_now() NOT NULL
);


--
-- Name: TABLE schedule_sets; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.schedule_sets IS 'Sets of schedules that applications declare in their code. Written by declare_schedules and settle_schedules; schedule_status shows the schedules.';


--
-- Name: COLUMN schedule_sets.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_sets.id IS 'In the order in which the sets were seen first: the greater is the newer.';


--
-- Name: COLUMN schedule_sets.application; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_sets.application IS 'The application.';


--
-- Name: COLUMN schedule_sets.digest; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_sets.digest IS 'SHA-256 of the declarations, in the order of their names.';


--
-- Name: COLUMN schedule_sets.declared; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_sets.declared IS 'The declarations: an array of objects whose keys are the arguments of schedule.';


--
-- Name: COLUMN schedule_sets.current; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_sets.current IS 'Whether the schedules are as this set says.';


--
-- Name: COLUMN schedule_sets.first_at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.schedule_sets.first_at IS 'When a worker declared it first.';


--
-- Name: schedule_sets_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.schedule_sets ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME backops.schedule_sets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: skipped_slots; Type: TABLE; Schema: backops; Owner: -
--

CREATE TABLE backops.skipped_slots (
    id bigint NOT NULL,
    schedule_id bigint NOT NULL,
    first_slot timestamp with time zone NOT NULL,
    last_slot timestamp with time zone NOT NULL,
    count integer NOT NULL,
    reason text NOT NULL,
    detail text,
    at timestamp with time zone DEFAULT backops.clock_now() NOT NULL,
    CONSTRAINT skipped_slots_are_in_order CHECK (((first_slot <= last_slot) AND (count > 0)))
);


--
-- Name: TABLE skipped_slots; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TABLE backops.skipped_slots IS 'Slots that enqueued nothing: one row per run of them that were skipped for one reason. Rows older than 30 days go.';


--
-- Name: COLUMN skipped_slots.id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.id IS 'In the order in which they were skipped.';


--
-- Name: COLUMN skipped_slots.schedule_id; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.schedule_id IS 'The schedule.';


--
-- Name: COLUMN skipped_slots.first_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.first_slot IS 'The first of them.';


--
-- Name: COLUMN skipped_slots.last_slot; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.last_slot IS 'The last of them.';


--
-- Name: COLUMN skipped_slots.count; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.count IS 'How many they are; a run that was missed is counted up to 1001, which stands for more than a thousand.';


--
-- Name: COLUMN skipped_slots.reason; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.reason IS 'active (an operation of the schedule was), buffered (one slot was already), window (too late), late (catch_up leaves it out), paused, error.';


--
-- Name: COLUMN skipped_slots.detail; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.detail IS 'More about it: the operation that was active, the error.';


--
-- Name: COLUMN skipped_slots.at; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON COLUMN backops.skipped_slots.at IS 'When the last of them was skipped.';


--
-- Name: schedule_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.schedule_status AS
 SELECT (s.name)::text AS name,
        CASE
            WHEN (COALESCE(s.paused_at, s.undeclared_at) IS NOT NULL) THEN 'paused'::text
            WHEN ((s.next_at IS NULL) AND (s.buffered_slot IS NULL)) THEN 'ended'::text
            WHEN (s.due_at < (backops.statement_now() - '00:01:00'::interval)) THEN 'overdue'::text
            WHEN (s.last_error IS NOT NULL) THEN 'failing'::text
            ELSE 'active'::text
        END AS status,
    (s.operation)::text AS operation,
    COALESCE(s.cron, ('every '::text || rtrim(rtrim(to_char(s.every, 'HH24:MI:SS.US'::text), '0'::text), '.'::text))) AS slots,
    s.time_zone,
    s.next_at,
    backops.zone_time(s.next_at, s.time_zone) AS next_local,
    s.due_at,
    s.last_slot,
    s.last_operation_id,
    (o.state)::text AS last_state,
    s.run_count,
    s.skipped_count,
    k.reason AS last_skip_reason,
    k.last_slot AS last_skipped_slot,
    k.detail AS last_skip_detail,
    s.last_error,
    s.last_errored_at,
    s.failures_count,
    COALESCE(s.paused_at, s.undeclared_at) AS paused_at,
    s.paused_until,
    s.paused_by,
    COALESCE(s.pause_reason,
        CASE
            WHEN (s.undeclared_at IS NOT NULL) THEN backops.undeclared_reason(s.application)
            ELSE NULL::text
        END) AS pause_reason,
    s.buffered_slot,
    s.overlap,
    s.catch_up,
    s.catch_up_limit,
    s.catch_up_window,
    s.jitter,
    s.pause_after_failures,
    s.starts_at,
    s.ends_at,
    (s.queue)::text AS queue,
    (s.priority)::smallint AS priority,
    (s.tags)::text[] AS tags,
    backops.redacted((s.operation)::text, (s.globals)::jsonb) AS globals,
    s.created_at,
    s.changed_at,
    s.changed_by,
    s.application,
    s.undeclared_at
   FROM ((backops.schedules s
     LEFT JOIN backops.operations o ON ((o.id = s.last_operation_id)))
     LEFT JOIN LATERAL ( SELECT skipped_slots.reason,
            skipped_slots.last_slot,
            skipped_slots.detail
           FROM backops.skipped_slots
          WHERE (skipped_slots.schedule_id = s.id)
          ORDER BY skipped_slots.last_slot DESC
         LIMIT 1) k ON (true));


--
-- Name: VIEW schedule_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.schedule_status IS 'One row per schedule: what it enqueues, when next, what became of its last slot, and why it does not go on. Overdue means that no worker looks.';


--
-- Name: schedules_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.schedules ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME backops.schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: skipped_slots_id_seq; Type: SEQUENCE; Schema: backops; Owner: -
--

ALTER TABLE backops.skipped_slots ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME backops.skipped_slots_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: slow_actions; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.slow_actions AS
 SELECT h.operation,
    h.action,
    h.count,
    backops.bucket_quantile(h.buckets, (0.5)::double precision, h.max_ms) AS p50_ms,
    backops.bucket_quantile(h.buckets, (0.95)::double precision, h.max_ms) AS p95_ms,
    h.max_ms,
    h.since
   FROM ( SELECT action_hours.operation,
            action_hours.action,
            (sum(action_hours.count))::bigint AS count,
            max(action_hours.max_ms) AS max_ms,
            backops.bucket_sums(array_agg(action_hours.buckets)) AS buckets,
            min(action_hours.hour) AS since
           FROM backops.action_hours
          WHERE (action_hours.hour = ANY (ARRAY[( SELECT date_trunc('hour'::text, backops.clock_now(), 'UTC'::text) AS date_trunc), ( SELECT (date_trunc('hour'::text, backops.clock_now(), 'UTC'::text) - '01:00:00'::interval))]))
          GROUP BY action_hours.operation, action_hours.action) h;


--
-- Name: VIEW slow_actions; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.slow_actions IS 'How long attempts of each action ran in this hour and the one before. Quantiles are taken from buckets and exact to their width; action_hours has the last 30 days. SELECT * FROM backops.slow_actions ORDER BY p95_ms DESC LIMIT 20';


--
-- Name: stuck; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.stuck AS
 SELECT s.operation_id,
    (o.name)::text AS name,
    s.queue,
    ((a.branch || '/'::text) || a.name) AS action,
    s.since,
    s.reason,
    s.advice
   FROM (((( SELECT o_1.id AS operation_id,
            NULL::integer AS "position",
            o_1.queue,
            o_1.parked_at AS since,
            b.detail AS reason,
            b.advice
           FROM (backops.operations o_1
             CROSS JOIN LATERAL backops.obstacles(o_1.id, (o_1.name)::text, NULL::text, NULL::text, NULL::integer) b(reason, detail, advice, worker_id, since, until))
          WHERE (o_1.parked_at IS NOT NULL)
         LIMIT 100)
        UNION ALL
        ( SELECT j.operation_id,
            j."position",
            j.queue,
            j.run_at,
            b.detail,
            b.advice
           FROM (backops.jobs j
             CROSS JOIN LATERAL ( SELECT obstacles.reason,
                    obstacles.detail,
                    obstacles.advice,
                    obstacles.worker_id,
                    obstacles.since,
                    obstacles.until
                   FROM backops.obstacles(j.operation_id, NULL::text, j.queue, j.handler, (j.crashes)::integer) obstacles(reason, detail, advice, worker_id, since, until)
                 LIMIT 1) b)
          WHERE ((j.crashes > 0) AND (j.worker_id IS NULL))
         LIMIT 100)
        UNION ALL
         SELECT f.operation_id,
            f."position",
            n.queue,
            COALESCE(f.claimed_at, f.run_at) AS "coalesce",
                CASE
                    WHEN ((f.worker_id IS NOT NULL) AND (w.id IS NULL)) THEN 'the worker that held it is gone'::text
                    WHEN ((f.worker_id IS NOT NULL) AND ((w.heartbeat_at + w.lease) <= backops.statement_now())) THEN format('its worker, %s pid %s, was last heard of at %s'::text, w.host, w.pid, w.heartbeat_at)
                    WHEN (f.worker_id IS NOT NULL) THEN format('it has run for over an hour on %s pid %s'::text, w.host, w.pid)
                    ELSE COALESCE(b.detail, 'workers that know it are busy'::text)
                END AS "coalesce",
                CASE
                    WHEN ((f.worker_id IS NOT NULL) AND ((w.heartbeat_at + w.lease) > backops.statement_now())) THEN 'cancel(id) stops it; a timeout on the action would.'::text
                    WHEN (f.worker_id IS NOT NULL) THEN 'Living workers take it back; run one, or call rescue().'::text
                    ELSE COALESCE(b.advice, 'Start more workers, or give them more slots.'::text)
                END AS "coalesce"
           FROM ((((backops.queue_names() n(queue)
             CROSS JOIN LATERAL unnest(ARRAY[n.queue, backops.fair_queue(n.queue)]) part(queue))
             CROSS JOIN LATERAL backops.front_of_queue(part.queue, 100) f(operation_id, "position", priority, worker_id, run_at, claimed_at, attempt, crashes, handler))
             LEFT JOIN backops.workers w ON ((w.id = f.worker_id)))
             LEFT JOIN LATERAL ( SELECT obstacles.reason,
                    obstacles.detail,
                    obstacles.advice,
                    obstacles.worker_id,
                    obstacles.since,
                    obstacles.until
                   FROM backops.obstacles(f.operation_id, NULL::text, n.queue, f.handler, (f.crashes)::integer) obstacles(reason, detail, advice, worker_id, since, until)
                 LIMIT 1) b ON ((f.worker_id IS NULL)))
          WHERE ((f.crashes = 0) AND
                CASE
                    WHEN (f.worker_id IS NULL) THEN (f.run_at < (backops.statement_now() - '00:01:00'::interval))
                    WHEN ((w.id IS NULL) OR ((w.heartbeat_at + w.lease) <= backops.statement_now())) THEN true
                    ELSE (f.claimed_at < (backops.statement_now() - '01:00:00'::interval))
                END)
        UNION ALL
        ( SELECT j.operation_id,
            j."position",
            o_1.queue,
            GREATEST(j.run_at, ( SELECT p.deadline
                   FROM backops.approvals p
                  WHERE ((p.operation_id = j.operation_id) AND (p.decision IS NULL) AND (p.deadline <= backops.statement_now())))) AS "greatest",
                CASE
                    WHEN (EXISTS ( SELECT
                       FROM backops.approvals p
                      WHERE ((p.operation_id = j.operation_id) AND (p.decision IS NULL) AND ((p.deadline <= backops.statement_now()) IS NOT TRUE)))) THEN 'it is time to remind of its approval, and no worker has'::text
                    ELSE 'its wait is over, and no worker has let it go on'::text
                END AS "case",
            'Start a worker: any one does.'::text
           FROM (backops.jobs j
             JOIN backops.operations o_1 ON ((o_1.id = j.operation_id)))
          WHERE ((j.queue = '/waits'::text) AND (j.run_at < (backops.statement_now() - '00:01:00'::interval)))
         LIMIT 100)
        UNION ALL
        ( SELECT j.operation_id,
            j."position",
            o_1.queue,
            j.run_at,
            'it has come to a limit, and no worker has looked whether it may start'::text,
            'Start a worker: any one does.'::text
           FROM (backops.jobs j
             JOIN backops.operations o_1 ON ((o_1.id = j.operation_id)))
          WHERE ((j.queue = '/limits'::text) AND (j.run_at < (backops.statement_now() - '00:01:00'::interval)))
         LIMIT 100)
        UNION ALL
        ( SELECT p.operation_id,
            p."position",
            o_1.queue,
            p.asked_at,
            format('nobody can decide its approval: "%s" is neither a database role nor in approvers'::text, p.role) AS format,
            'Let somebody, in the table approvers, or skip(id).'::text
           FROM (backops.approvals p
             JOIN backops.operations o_1 ON ((o_1.id = p.operation_id)))
          WHERE ((p.decision IS NULL) AND (p.role IN ( SELECT asked.role
                   FROM ( SELECT DISTINCT a_1.role
                           FROM backops.approvals a_1
                          WHERE ((a_1.decision IS NULL) AND (a_1.role IS NOT NULL))) asked
                  WHERE backops.nobody_decides(asked.role))))
         LIMIT 100)) s
     JOIN backops.operations o ON ((o.id = s.operation_id)))
     LEFT JOIN backops.actions a ON (((a.operation_id = s.operation_id) AND (a."position" = s."position"))));


--
-- Name: VIEW stuck; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.stuck IS 'Operations that should go on and do not: due for a minute and not claimed, running for an hour, held by a worker that is gone, suspects, parked, at a wait that is over, at a limit where nobody has looked, or asking for what nobody can decide. The first hundred of each kind and queue. SELECT * FROM backops.stuck ORDER BY since LIMIT 20';


--
-- Name: throughput; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.throughput AS
 SELECT operation_minutes.minute,
    operation_minutes.queue,
    operation_minutes.operation,
    operation_minutes.completed,
    operation_minutes.failed,
    operation_minutes.retried,
    backops.bucket_quantile(operation_minutes.buckets, (0.5)::double precision, operation_minutes.max_ms) AS p50_ms,
    backops.bucket_quantile(operation_minutes.buckets, (0.95)::double precision, operation_minutes.max_ms) AS p95_ms
   FROM backops.operation_minutes;


--
-- Name: VIEW throughput; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.throughput IS 'Attempts per minute, queue and operation over the last day: completed, failed (and ended their operation), retried (failed, and are tried again), and how long their actions ran. Counted by the workers, seconds behind; one that is killed loses what it counted in its last seconds. SELECT * FROM backops.throughput ORDER BY minute DESC LIMIT 20';


--
-- Name: timeline; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.timeline AS
 SELECT t.operation_id,
    t."position",
    t.branch,
    t.action,
    t.run,
    t.attempt,
    t.started_at,
    t.ended_at,
    t.outcome,
    t.worker
   FROM ( SELECT t_1.operation_id,
            t_1."position",
            a.branch,
            a.name AS action,
            t_1.run,
            t_1.attempt,
            t_1.started_at,
            t_1.ended_at,
            t_1.outcome,
            t_1.worker
           FROM (backops.attempts t_1
             CROSS JOIN LATERAL ( SELECT a_1.branch,
                    a_1.name
                   FROM backops.actions a_1
                  WHERE ((a_1.operation_id = t_1.operation_id) AND (a_1."position" = t_1."position"))
                 OFFSET 0) a)
        UNION ALL
         SELECT a.operation_id,
            a."position",
            a.branch,
            a.name,
            a.run,
            (a.earlier_attempts + a.attempts_count),
            a.started_at,
            a.completed_at,
            'completed'::text,
            NULL::text
           FROM backops.actions a
          WHERE (a.completed_at IS NOT NULL)
        UNION ALL
         SELECT j.operation_id,
            j."position",
            a.branch,
            a.name,
            a.run,
            (a.earlier_attempts + j.attempt),
            j.claimed_at,
            NULL::timestamp with time zone,
            'running'::text,
            ((w.host || ' pid '::text) || w.pid)
           FROM ((backops.jobs j
             CROSS JOIN LATERAL ( SELECT a_1.branch,
                    a_1.name,
                    a_1.run,
                    a_1.earlier_attempts
                   FROM backops.actions a_1
                  WHERE ((a_1.operation_id = j.operation_id) AND (a_1."position" = j."position"))
                 OFFSET 0) a)
             LEFT JOIN backops.workers w ON ((w.id = j.worker_id)))
          WHERE (j.worker_id IS NOT NULL)) t;


--
-- Name: VIEW timeline; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.timeline IS 'Every attempt of an operation, whatever its outcome, with the one that runs now: what a chart of it is drawn from. SELECT * FROM backops.timeline WHERE operation_id = 48213 ORDER BY started_at';


--
-- Name: wait_depth; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.wait_depth AS
 SELECT k.kind,
    c.waiting,
    c.oldest_since,
    (backops.statement_now() - c.oldest_since) AS oldest_age,
    c.capped
   FROM (unnest('{sleep,signal,approval}'::text[]) k(kind)
     CROSS JOIN LATERAL backops.count_waits(k.kind) c(waiting, oldest_since, capped));


--
-- Name: VIEW wait_depth; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.wait_depth IS 'How many operations sleep, wait for a signal, or for an approval, and since when the first of them does. Counting stops at 1000 of a kind, then capped is true: there are at least as many. SELECT * FROM backops.wait_depth';


--
-- Name: worker_status; Type: VIEW; Schema: backops; Owner: -
--

CREATE VIEW backops.worker_status AS
 SELECT w.id,
    w.host,
    w.pid,
    w.version,
    w.queues,
    w.slots,
    COALESCE(b.busy, (0)::bigint) AS busy,
    w.started_at,
    w.heartbeat_at,
    (backops.statement_now() - w.heartbeat_at) AS last_seen,
    w.sleeping,
    w.stopping,
    ((w.missing_since IS NOT NULL) OR ((w.heartbeat_at + w.lease) <= backops.statement_now())) AS missing,
    w.schema_version,
    COALESCE(b.capped, false) AS capped
   FROM (backops.workers w
     LEFT JOIN ( SELECT j.worker_id,
            count(*) AS busy,
            bool_or(j.is_capped) AS capped
           FROM (backops.queue_names() n(queue)
             CROSS JOIN LATERAL ( SELECT f.worker_id,
                    (count(*) OVER () >= 1000) AS is_capped
                   FROM backops.front_of_queue(n.queue, 1000) f(operation_id, "position", priority, worker_id, run_at, claimed_at, attempt, crashes, handler)) j)
          WHERE (j.worker_id IS NOT NULL)
          GROUP BY j.worker_id) b ON ((b.worker_id = w.id)));


--
-- Name: VIEW worker_status; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON VIEW backops.worker_status IS 'Worker processes: how many jobs they hold (busy; more than slots while actions of no time are claimed ahead), when they were last heard of, and whether they are missing. busy is looked for among the first thousands of jobs that are due in each queue; capped says that there were more. SELECT * FROM backops.worker_status ORDER BY host, pid';


--
-- Data for Name: action_hours; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.action_hours (hour, operation, action, count, max_ms, buckets) FROM stdin;
2026-12-01 03:00:00+00	Fulfilment	main/Charge	7	12	{0,0,0,0,0,0,0,0,0,0,0,0,7,0,0,0,0,0,0,0,0,0,0,0,0}
\.


--
-- Data for Name: actions; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.actions (operation_id, "position", run, attempts_count, earlier_attempts, max_attempts, branch, name, started_at, completed_at, completed_claim_id, skipped_at, perform_at, perform_in, perform_at_global, backoff, timeout, queue, errored_at, error_type, error_message, stack_trace, wait, wait_outcome, limits) FROM stdin;
1	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	1	1	1	0	25	main	Charge	2026-12-01 03:42:06.110349+00	2026-12-01 03:42:06.124735+00	1496381	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	2	1	1	0	3	main	Ship	2026-12-01 03:42:06.124735+00	2026-12-01 03:42:06.129776+00	3013178	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
1	3	1	1	0	25	main	Mail	2026-12-01 03:42:06.129776+00	2026-12-01 03:42:06.130547+00	4103394	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
2	1	1	1	0	1	main	Build	2026-12-01 03:42:06.132176+00	\N	\N	\N	\N	\N	\N	\N	\N	\N	2026-12-01 03:42:06.133335+00	DiskFull	no space left	main.swift:1	\N	\N	\N
3	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
3	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
3	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
3	1	1	1	0	25	main	Charge	2026-12-01 03:42:06.139169+00	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
4	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
5	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
5	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
5	1	1	1	0	25	main	Charge	2026-12-01 03:42:06.149271+00	2026-12-01 03:42:06.150015+00	7137944	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
5	2	1	1	0	3	main	Ship	2026-12-01 03:42:06.150015+00	\N	\N	\N	\N	\N	\N	\N	\N	\N	2026-12-01 03:42:06.150841+00	Timeout	too slow	\N	\N	\N	\N
6	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
6	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
6	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
6	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
7	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
7	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
7	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
7	1	1	1	0	25	main	Charge	2026-12-01 03:42:06.156902+00	2026-12-01 03:42:06.157618+00	9884932	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
8	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
8	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
8	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
8	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
9	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
9	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
9	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
9	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
10	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
10	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
10	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
10	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
12	1	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
12	2	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
13	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
13	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
13	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
13	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
14	1	1	0	1	1	main	Build	2026-12-01 03:42:06.173792+00	\N	\N	\N	\N	\N	\N	\N	\N	\N	2026-12-01 03:42:06.174447+00	DiskFull	no space left	\N	\N	\N	\N
15	1	1	0	0	25	main	Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
15	2	1	0	0	3	main	Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
15	3	1	0	0	25	main	Mail	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
15	4	1	0	0	25	refund	Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
16	1	1	0	0	1	main	Answer	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	{"as": "answer", "signals": ["yes"], "timeout": 3600, "on_timeout": "go_on"}	\N	\N
16	2	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
17	1	1	0	0	1	main	Answer	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	{"as": "answer", "signals": ["yes", "no"]}	\N	\N
17	2	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
18	2	1	0	0	1	main	Nap	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	{"for": 3600}	\N	\N
18	3	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
18	1	1	1	0	1	main	Answer	2026-12-01 03:42:06.192863+00	2026-12-01 03:42:06.195786+00	13918882	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	{"signals": ["yes"]}	signalled	\N
19	1	1	0	0	1	main	Boss	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	{"as": "answer", "timeout": 3600, "approval": "refund", "on_timeout": "go_on", "on_rejected": "go_on"}	\N	\N
19	2	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
20	1	1	0	0	1	main	Boss	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	{"as": "answer", "approval": "refund", "question": "Refund?", "on_rejected": "fail"}	\N	\N
20	2	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
21	2	1	0	0	25	main	Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
21	1	1	0	1	1	main	Boss	2026-12-01 03:42:06.211319+00	\N	\N	\N	\N	\N	\N	\N	\N	\N	2026-12-01 03:42:06.214632+00	Rejected	"ann" rejected "refund": no receipt	\N	{"approval": "refund", "on_rejected": "fail"}	\N	\N
\.


--
-- Data for Name: approvals; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.approvals (id, operation_id, "position", run, name, role, question, asked_at, deadline, remind_at, reminded_at, decision, decided_by, vouched_by, decided_at, reason) FROM stdin;
1	19	1	1	refund	\N	\N	2026-12-01 03:42:06.204777+00	2026-12-01 04:42:06.204777+00	\N	\N	\N	\N	\N	\N	\N
2	20	1	1	refund	\N	Refund?	2026-12-01 03:42:06.209258+00	\N	\N	\N	\N	\N	\N	\N	\N
3	21	1	1	refund	\N	\N	2026-12-01 03:42:06.211319+00	\N	\N	\N	rejected	ann	postgres	2026-12-01 03:42:06.213798+00	no receipt
4	21	1	1	refund	\N	\N	2026-12-01 03:42:06.217238+00	\N	\N	\N	\N	\N	\N	\N	\N
\.


--
-- Data for Name: approvers; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.approvers (role, member) FROM stdin;
\.


--
-- Data for Name: attempt_logs; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.attempt_logs (operation_id, claim_id, number, "position", run, attempt, logged_at, level, message, metadata) FROM stdin;
1	1496381	1	1	1	1	2026-11-29 08:00:00+00	info	charging	{}
\.


--
-- Data for Name: attempts; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.attempts (id, operation_id, "position", run, attempt, outcome, ends_operation, worker_id, worker, claim_id, started_at, ended_at, error_type, error_message, stack_trace, fingerprint) FROM stdin;
1	2	1	1	1	failed	t	3262395326824531152	old-host pid 1	4581936	2026-12-01 03:42:06.132176+00	2026-12-01 03:42:06.133335+00	DiskFull	no space left	main.swift:1	b46a917a8c91
2	3	1	1	1	cancelled	f	3262395326824531152	old-host pid 1	5990582	2026-12-01 03:42:06.139169+00	2026-12-01 03:42:06.14121+00	\N	changed their mind	\N	\N
3	5	2	1	1	timed_out	f	3262395326824531152	old-host pid 1	7482313	2026-12-01 03:42:06.150015+00	2026-12-01 03:42:06.150841+00	Timeout	too slow	\N	\N
4	6	1	1	1	snoozed	f	3262395326824531152	old-host pid 1	9217743	2026-12-01 03:42:06.15333+00	2026-12-01 03:42:06.154486+00	\N	\N	\N	\N
5	14	1	1	1	failed	t	3262395326824531152	old-host pid 1	12142935	2026-12-01 03:42:06.173792+00	2026-12-01 03:42:06.174447+00	DiskFull	no space left	\N	\N
6	21	1	1	1	failed	t	\N	\N	\N	2026-12-01 03:42:06.211319+00	2026-12-01 03:42:06.214632+00	Rejected	"ann" rejected "refund": no receipt	\N	\N
\.


--
-- Data for Name: audit_log; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.audit_log (id, at, who, action, operation_ids, reason, details) FROM stdin;
1	2026-12-01 03:42:06.100665+00	postgres	pause	{}	the supplier is down	{"queue": "imports"}
2	2026-12-01 03:42:06.145667+00	postgres	cancel	{3}	changed their mind	{}
3	2026-12-01 03:42:06.148174+00	postgres	cancel	{4}	never	{}
4	2026-12-01 03:42:06.180124+00	postgres	retry	{14}	there is space	{}
7	2026-12-01 03:42:06.214557+00	postgres	decide	{21}	no receipt	{"by": "ann", "name": "refund", "decision": "rejected"}
8	2026-12-01 03:42:06.218005+00	postgres	retry	{21}	\N	{}
\.


--
-- Data for Name: definition_actions; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.definition_actions (definition_id, "position", branch, name, perform_at, perform_in, perform_at_global, max_attempts, backoff, timeout, queue, starts, wait, limits) FROM stdin;
1	1	main	Charge	\N	\N	\N	25	\N	\N	\N	t	\N	\N
1	2	main	Ship	\N	\N	\N	3	\N	\N	\N	f	\N	\N
1	3	main	Mail	\N	\N	\N	25	\N	\N	\N	f	\N	\N
1	4	refund	Refund	\N	\N	\N	25	\N	\N	\N	f	\N	\N
2	1	main	Build	\N	\N	\N	1	\N	\N	\N	t	\N	\N
\.


--
-- Data for Name: definitions; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.definitions (id, name, fingerprint, branches, current, registered_at) FROM stdin;
1	Fulfilment	9c2bd0852abc3bd5e43a4693d6fb2ebcd9c2452a656e6cc1288d8707092ea667	{"main": ["Charge", ["Ship", {"max_attempts": 3}], "Mail"], "refund": ["Refund"]}	t	2026-12-01 03:42:06.092122+00
2	Report	cf7d12f3a3fd4acb104844f9ad304b370428fb3733ddd490fd8b8c712b7da212	{"main": [["Build", {"max_attempts": 1}]]}	t	2026-12-01 03:42:06.098141+00
\.


--
-- Data for Name: engine; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.engine (singleton, release, checksum, objects, applied_at) FROM stdin;
t	0.1.0	d0b7ba20b3640ca3	{"view help": null, "view audit": null, "view stuck": null, "view failures": null, "view timeline": null, "type violation": null, "view rate_lines": null, "view throughput": null, "view wait_depth": null, "type claimed_job": null, "type explanation": null, "view limit_lines": null, "view queue_depth": null, "view rate_status": null, "function caller()": "376c913cc8401d4b7fa6974fe8ae81fb", "view limit_status": null, "view slow_actions": null, "view action_status": null, "view paused_queues": null, "view signal_status": null, "view worker_status": null, "function is_owner()": "a8084b34b8ada972f96a0b612d17a9b5", "type schedule_event": null, "type found_operation": null, "view approval_status": null, "view schedule_status": null, "function flow(bigint)": "cdd173275d16730d7008f2e9e0e13586", "function held(bigint)": "c4344cfaa7b8db91a64d21c7ed08b3f5", "function invariants()": "d9f918862bb0fda22aeaa116a4076bec", "function privileges()": "a85529930c69ec5e58c9dcc9ac77e367", "function resume(text)": "a9d3e23dd2f6e8d9b7f8f5e574f3920c", "function unpark(text)": "743a6279fccbd1b74adff0074050f42b", "view fair_queue_lines": null, "view operation_status": null, "function is_operator()": "9a57698513eb28b2065707203be50a41", "function limits_lock()": "d41d8cd98f00b204e9800998ecf8427e", "function queue_names()": "17e3cab1bf96a404f5c2e0934f26abfd", "view fair_queue_status": null, "view pending_approvals": null, "function create_roles()": "7d927d088fbc9e06daee18fa593836a4", "function sees_secrets()": "82bb944660e034ddd66b333b1a3c1c9d", "view queue_limit_status": null, "view visible_operations": null, "function await_standby()": "8106e37503ff26aac73fb907d4f4f62f", "function explain(bigint)": "68b2cc7447dbab0fc61ea5c14e0cbb50", "function gate_lock(text)": "d41d8cd98f00b204e9800998ecf8427e", "function is_patch(jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function next_claim_id()": "d41d8cd98f00b204e9800998ecf8427e", "function rate_gate(text)": "d41d8cd98f00b204e9800998ecf8427e", "function read_time(text)": "df0fcd6723851502b995bcd48d514f36", "function recount_rates()": "3e06eb395e0566faa095cd4c6edbda7b", "function recount_turns()": "c26e7576963851f4723c323b37025d6c", "function release_slots()": "4afb16189e68382dc62ac2f39d7c17dd", "function stamp_failure()": "eb43a6d8df30a28edb4fc5c0c0085a2c", "function statement_now()": "d41d8cd98f00b204e9800998ecf8427e", "function backfill_limit()": "d41d8cd98f00b204e9800998ecf8427e", "function fair_queue(text)": "d41d8cd98f00b204e9800998ecf8427e", "function next_due(bigint)": "0fef7f32cfb216f4394ce59b34b1bca1", "function parse_cron(text)": "b45e74d7821f768f24ca8a497432691b", "function queue_gate(text)": "d41d8cd98f00b204e9800998ecf8427e", "function recount_limits()": "7ffa30131f6659240da7e75c2b54793d", "function recount_queues()": "8e4cf17773ab7a2dfbc01c98da020875", "function wait_kind(jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function count_queue(text)": "95480813d0c7269dee5f90d8ba05696b", "function count_waits(text)": "8afdc1d610e04816c971b5add7d09bb7", "function elapsed(interval)": "d41d8cd98f00b204e9800998ecf8427e", "function missing_workers()": "2cc76f2ec10f3b429a01b8fbaaa4c88c", "function show_life(bigint)": "6d0d965d9c2fa715a06459a86c8ecf17", "function shown(operations)": "3ab0bf11850bc29458c86eefa5abb567", "function turn_away(bigint)": "57bbd434f6e0414992727f5e52435f3f", "function who_decides(text)": "14142c0e1e3cb5556968a51813327043", "function apply_privileges()": "20ded909654022db532de519b9ece43c", "function come_again(bigint)": "e9625337845fc8e89166c22906a151b9", "function every_of(interval)": "236b49d247ebd858317ebbc41aff72a9", "function is_rate_gate(text)": "d41d8cd98f00b204e9800998ecf8427e", "function rate_of_gate(text)": "d41d8cd98f00b204e9800998ecf8427e", "function rate_weight(jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function schedules_due_in()": "3377ad226979d450ae8565d22e4933eb", "function served_queue(text)": "d41d8cd98f00b204e9800998ecf8427e", "function skip(bigint, text)": "1117f3dd3f05f0dde269a0a8c5f4be8a", "function count_running(text)": "a606e0780f661428b9d4df4a6d7d7d67", "function error_pattern(text)": "1be23c4aeca636399114f1b407b68ca6", "function expand_operations()": "a25288e99acffb85504059ac6c90514f", "function find_schedule(text)": "29ecabd25bf0ed629598e230fd80e35c", "function fits(bigint, jsonb)": "b6098d3fb48d499f93fce8173032d545", "function hold_schedule(text)": "c84ce7d587183029f78df77be6c918cc", "function is_global_key(text)": "d41d8cd98f00b204e9800998ecf8427e", "function is_plain_name(text)": "d41d8cd98f00b204e9800998ecf8427e", "function is_queue_gate(text)": "d41d8cd98f00b204e9800998ecf8427e", "function is_queue_name(text)": "bed8763fe9646ef164130367a17ab2eb", "function lift_row_security()": "d7b97d2feccd53712a01a78aa38073df", "function offer_gates(text[])": "fe8f2d71bb810801c077e2e026ae143d", "function queue_of_gate(text)": "d41d8cd98f00b204e9800998ecf8427e", "function queue_rooms(text[])": "58f50c433813f619cf49ef36770988d9", "function read_key_mode(text)": "1ec73db1441cb85d8e11da07630a49f6", "function read_seconds(jsonb)": "8f6a144fdb0b21446ff14df8a2b20c45", "function rerun(bigint, text)": "2c9da35d0298052f93f98def52fd2bbb", "function retry(bigint, text)": "c70817f6c2d85a4d2325b2398311489b", "function slot_rule(bigint[])": "b1e919ccf332ceee6e51ee101de5425b", "function worker_lock(bigint)": "7c768a251059d56ba8223f1d6815fbae", "function cancel(bigint, text)": "15c2649c948f0714571efe6b7a5ab833", "function describe_limit(text)": "d41d8cd98f00b204e9800998ecf8427e", "function doubtful_schedules()": "d04bd1407adf4a502f2c7646dbabc3ef", "function nobody_decides(text)": "7bf4fed4c53ccd4573252f5198b3a436", "function settled_version(xid)": "d41d8cd98f00b204e9800998ecf8427e", "function skip(bigint[], text)": "99e056aaff561b5e18ec05188a35c9a0", "function take_along_deleted()": "65c463105c52e02d41db63768d2a9252", "function violations_of_jobs()": "456389a695e9a5ca07758ac8099b3884", "function bucket_sums(bigint[])": "d41d8cd98f00b204e9800998ecf8427e", "function can_be_payload(jsonb)": "3e1c4665f815e1901223b52eafb9231e", "function check_time_zone(text)": "1c031ff358093584d4961fc400479250", "function claim_suspect(bigint)": "ecc59b38a9f28cd0a8c7987698773a42", "function is_secret(text, text)": "56c65ef51fc0a8db78e984f731a21001", "function is_wait_choice(jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function patched(jsonb, jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function plan_in_seconds(json)": "76e84121cc976a3ec32d07f72c3a5e45", "function plan_rows(json, text)": "5743702a30913cf80530c609338e8959", "function problem_message(text)": "d41d8cd98f00b204e9800998ecf8427e", "function record_actions(jsonb)": "682d5aa26b360dc31d5d1f54ff18a982", "function redacted(text, jsonb)": "b9dee3fad0e722f8104c58b749f246e7", "function rerun(bigint[], text)": "d8820a02779b911648c881451cef6413", "function retry(bigint[], text)": "a055a78ede1e9acf8c06d82cb192872d", "function violations_of_turns()": "eb46b675e69c5af5955f8558b52bd535", "function violations_of_waits()": "e0e9cefa80c062cacdb3b20f35c24c9f", "function wake_up(bigint, text)": "f956ba2d71bf3b9d16ffb915dc6c9c99", "function awaited_signals(jsonb)": "42ccac4cfb153aa5cc9a9628bd3876f8", "function cancel(bigint[], text)": "368ad8471d413abc17a40827ccb623b0", "function check_patches(jsonb[])": "4b3c4a66e26462b69830bc2c71b04526", "function claim(bigint, integer)": "bbbf3389c1ff34e718d7674a01415c96", "function forget_failure(bigint)": "36329710879a9f257f36ab47513865fd", "function is_approver_name(text)": "d41d8cd98f00b204e9800998ecf8427e", "function may_decide(text, text)": "63e33fbb930c0696ca7342df19e213ab", "function named_gate(text, text)": "d41d8cd98f00b204e9800998ecf8427e", "function read_rate(text, jsonb)": "3e6841107e4f7a1c1d0472982e8b6308", "function read_wait(text, jsonb)": "6fc995bab169b9dfd3aa7afb380c19e2", "function reset_rate(text, text)": "600b82b169436699b2943abc030d271e", "function retry_failed(bigint[])": "497a2f9ddf720dcefe8bcfc19e4ae360", "function run_schedules(integer)": "0c7f84f424a75b04c900a3b87cb6fc07", "function settle_operation_key()": "ec15b3be92ed63e1102388ab0975dca7", "function settle_schedules(text)": "042b5e2c19a9e0cc5df6ff6096176d2e", "function skip_operation(bigint)": "25c0863a89635bfdeb88e4d856c97cf2", "function slot_text(timestamptz)": "5b598433c74afdd3b1525735d69ba742", "function take_along_truncated()": "90459f00ce52680735739df2f81c540d", "function unschedule(text, text)": "8b326eef01943544e8cbfd6699651810", "function violations_of_limits()": "3a983257713774635247e1c5a4eb2338", "function wait(bigint, interval)": "099f35019042f98dab20bf4faa21c138", "function worker_channel(bigint)": "d41d8cd98f00b204e9800998ecf8427e", "function advance_limits(integer)": "891b41f875a2b6c413875725f396e5e4", "function concealed(bigint, text)": "ac013c9e7f7c0c04d0acbc6c4cabc6ef", "function forget_keys(fair_lanes)": "ffac2f53405da961c583421707297e53", "function free_remnants(bigint[])": "35b4403df2552d2c5db94acd7ebbf484", "function is_declared(text, text)": "c051fe0da52c9c93c3dc9682f9595dc8", "function live_schedule_set(text)": "3fcec2a61ef8c398eeb7fa5ca6659844", "function refused_schedules(text)": "f9072dc57b080287cc98d487a252bb35", "function reset_limit(text, text)": "b5825a2cd4bbf0cb105e974cad65eb72", "function retry_operation(bigint)": "5bcaec0efdba6128930773eb0eb85d4e", "function undeclared_reason(text)": "8a15133788bc9b9cd7d04d0aa56e608e", "function violations_of_actions()": "b8330e89dc7d5ca2ec1b284b5371fde9", "function wake_up(bigint[], text)": "4d9272bc1b30bee3bfe8820887c63b62", "function advance_backfill(bigint)": "abc0ae6ec96721f953330951a90a05d4", "function declared_schedule(jsonb)": "c588b8a53cc22c20f7ebeb30fc71a9c6", "function duration_bucket_limits()": "d41d8cd98f00b204e9800998ecf8427e", "function explain_turn(jobs, text)": "9a600ef1f931acdaf65322d792412602", "function is_settled(text, bigint)": "dddd4e5ef64b8cb2c9b00daa355c8a8d", "function run_schedule(text, text)": "4f1ecc993b72ae5f5ff2579c481679a8", "function violations_of_attempts()": "b949352374b55346d8c967ed5d8c4d2e", "function wake(text, bigint, text)": "a95916d9583d1eb5fab45114d5bc3d32", "function check_schedule(schedules)": "0e3b173ec6970fa75825da3cfc28d4d9", "function check_slot_count(integer)": "d0c0a1273553e1df45a1546ccf7fc9dd", "function declared_numbers(jsonb[])": "3fdf459519734219a53dd7b495ef7802", "function describe_claims(bigint[])": "350946884108a86d994cab0633bd446f", "function edit_distance(text, text)": "f7fd6d75d216f5b5d8a8322f708419a0", "function end_undeclared(schedules)": "86aa21bfee5b40ea7e18fba78a93f6d3", "function forget_rates(timestamptz)": "a5dc617e375e9f30cb3756b3dbfb8e29", "function key_successor(operations)": "ac49dc896aed2acf2f0b450c35493159", "function next_slots(text, integer)": "502eac8b579c8ad50bc8a536cd24d6bf", "function options_in_seconds(jsonb)": "794839c96de8860b1a6963f18f141194", "function read_options(text, jsonb)": "4efd3eba62567227b9f97698fe0678df", "function rescue(integer, interval)": "77fff924baec2d9ec7b243341b8d4176", "function unregister_worker(bigint)": "9f14a7c07f3b6193c95a80bff021972d", "function violations_of_approvals()": "985bda2e96f35d0a434e79cba1bf24c9", "function violations_of_schedules()": "f833022c9445437494d3741d2420faf7", "function wake_up_operation(bigint)": "3e3b828fd9fbd129188746ff5d8601ad", "trigger jobs_release_slots on jobs": null, "function did_you_mean(text, text[])": "34f650aa8b2f18579d3487e66a645b36", "function nearest_name(text, text[])": "781c4450b80f55944ebe51b2f30a6134", "function read_approval(text, jsonb)": "f1f0b345fc7f0d5129a22ac3c32529fe", "function schedule_due_at(schedules)": "64b7cc923527e7ecb4dbe5abd80b1d73", "function violations_of_operations()": "8813b8dfaacf5189a3aa07d459fc8656", "function violations_of_the_schema()": "866d65bb8169ec325a594dd4d7ef6850", "function without_keys(jsonb, jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function explain_rate(jobs, actions)": "8dabe886605a448a6b34acae23585b9c", "function explain_wait(jobs, actions)": "b1ec8ce4ff015f46dd69bed207873cce", "function keyed_operation(text, text)": "5cdaf8f9247037e272848fdb8d54337d", "function resume_schedule(text, text)": "d7df5f45e973e41ce3ce428194999131", "function check_limit_name(text, text)": "3aecac401bdbc8d58cfc0e4beb0b2056", "function check_queue_name(text, text)": "259fa262a702f89b29629f95c37439d8", "function check_schedules(text, jsonb)": "2b4248e3d56e6bd9832ec4861d82d3e9", "function consume(text, integer, text)": "f61d7a360a023297bd1c881ca2fbbd90", "function explain_limit(jobs, actions)": "cd733a734461c0b166ca77edc4cae178", "function grant_privileges(text, text)": "75e1120b71395e9080f529e61e7fc54c", "function look_from(text, timestamptz)": "e4d3decfde75933a5ed530c28dccff6f", "function note_look(text, timestamptz)": "0381269f18438b5ca1732a380ef0ac98", "function refuse_single(integer, text)": "fcc7f906b22c375be103b081be35ba32", "function rejection_message(approvals)": "ee4c88143fbb1e13a3d6e87b27c1c58a", "function sampled_wait_depth(interval)": "5e3d9763786283ff82f2ee1aa9cd3f3e", "function settle_wait(bigint, boolean)": "bc97b489eb5c425226bac0b527bcc5e4", "function wake_schedulers(timestamptz)": "b342ffe55a26aff4b1df559843c5e445", "function zone_time(timestamptz, text)": "657891b145f14614513ce4dce1fecaa8", "function backoff_delay(integer, jsonb)": "f91e56f74599316211b3ba9e98513e51", "function end_schedule_pause(schedules)": "01f5b4d81e827368dd26d206df9e8dda", "function failure_fingerprint(attempts)": "1e517656949b9f27d97cc7cb01e241ab", "function front_of_queue(text, integer)": "48fdc7850198c17e1dff88cd5f9d3fd7", "function hold_operation_keys(bigint[])": "5408daeba32d5819c066d57c55b8e120", "function kept_slot(text, jsonb, jsonb)": "d41d8cd98f00b204e9800998ecf8427e", "function next_cron_day(bigint[], date)": "6632870b748f919393fdf771e577f90f", "function read_declared_interval(jsonb)": "c37ee3444174f1cf3d3293f720b38efd", "function refuse_unknown_schedule(text)": "f93756149a9aad717db6b028122149ff", "function sampled_queue_depth(interval)": "155ac792610896c25283383728f4bfc8", "function wait_piece(jsonb, text, text)": "2f85f9c7c58a4b541160c41b91ccfc7b", "function cancel_operation(bigint, text)": "ec049c7e3072d04a5a61b81dfa49732d", "function gate_of(jsonb, jsonb, boolean)": "d41d8cd98f00b204e9800998ecf8427e", "function jump(bigint, text, text, text)": "2b0e02bdcbc0c2856f3fe3bcc4b99d90", "function local_instant(text, timestamp)": "2591d2c2b2a7c95706ee7ed3d1e6fdf1", "function pause(text, timestamptz, text)": "2616b907a7175088dcfac06e905c7ba8", "function record_crashes(bigint[], text)": "0fd9140e4af8469cce31243d8c976aeb", "function sampled_queue_limits(interval)": "078bc2bb02978874f81d70d1b736c2a8", "function set_limit(text, integer, text)": "dc13cef5cb226bebf0a3bc9511a7244c", "function take_slot(bigint, timestamptz)": "78e25427bf649454b94ca3d7a356f933", "trigger operations_expand on operations": null, "function attach_session(bigint, integer)": "b3ba020e1ccfc3f5b9826fcb70c8280c", "function declare_rates(jsonb[], boolean)": "fe9d7021c797e2773792b8518ce31cce", "function job_advice(operations, integer)": "5b11e78554028912730b145a20f83724", "function register_definition(text, json)": "ca7df268a9dcd9e07e49667ee8894f90", "function apply_schedule_set(text, bigint)": "0b50825f0d733fe7bca3b642ff5ac232", "function decision_patch(jsonb, approvals)": "8bfded4623f868b9e9ac96b70af92acd", "function declare_limits(jsonb[], boolean)": "09047c8e4dffbeacaa0acfba91b1d9d9", "function jump(bigint[], text, text, text)": "f9f4de3f66bfa2990cae080aaae1bfee", "function read_limit(text, jsonb, boolean)": "103fb75ff311428e7851e7724281ec9a", "function refuse_unknown_limit(text, text)": "0468c88f68faf6bea13bc12dd8005d53", "function regain_operation_key(operations)": "ba9a90b46d2db56f988b6b7adc70894c", "trigger jobs_release_slots_at_end on jobs": null, "function asked_question(text, jsonb, text)": "985d1bed4d134c97e115a119e95494b0", "function counted_key(text, jsonb, boolean)": "d41d8cd98f00b204e9800998ecf8427e", "function find_position(bigint, text, text)": "5ec8bc9f549b6548cbcbe0abf5b83d0e", "function note_other_globals(bigint, jsonb)": "95f760b3fea4b7767fa7286a1baf45ef", "function shown_approval(bigint, approvals)": "d9b8ac2116236a12bc2aba9a919beec4", "function signal(bigint, text, jsonb, text)": "27012e1f84d7e4c507823c96c5035533", "function snoozes(bigint, integer, integer)": "403d40a97f7fd408ece05c058aa2e105", "function time_after(timestamptz, interval)": "d41d8cd98f00b204e9800998ecf8427e", "trigger attempts_stamp_failure on attempts": null, "function jump_operation(bigint, text, text)": "a0adfb1d250bd02cbd4b7e99d854cef8", "function move_deadline(bigint, timestamptz)": "893fc0bc5541cc8f6b034abbf26c6aa5", "function run_from(bigint, text, text, text)": "37f60aa3f36d265df0d160b6969d6703", "trigger operations_settle_key on operations": null, "trigger operations_take_along on operations": null, "function advance_waits(integer, timestamptz)": "ecea74b0997e9e62ed79355c9d7c07b5", "function back_off(bigint, text, timestamptz)": "1b1292f11a1dfad9da744a92ea26bafb", "function close_gate(text, text, timestamptz)": "3969b3afa414ff99304608caaf71cfd8", "function heartbeat(bigint, boolean, boolean)": "3a46d666d1ab7c124178c6b4bd0549f3", "function may_steer(text, bigint, text, text)": "d2d2b3d8794ea28cbbc5af0d282079fe", "function rate_gate_of(jsonb, jsonb, boolean)": "d41d8cd98f00b204e9800998ecf8427e", "function take_releases(timestamptz, integer)": "4ea19561cc9de57b58b3a13e1dfc84a0", "function begun_before(schedules, timestamptz)": "64498f849a3067ba83e0a83ddbc7fd59", "function combined_globals(jsonb, jsonb, text)": "4a383d4359e9a61624aeeb11c1601e29", "function missed_claim(bigint, bigint, bigint)": "26b12510e491933d19e88cdad5609f6c", "function next_local_slot(bigint[], timestamp)": "d9b4388e042ab418f28d7ce557117def", "function run_from(bigint[], text, text, text)": "094b4941472cb3e55b03b70403d9d04e", "function set_queue_limit(text, integer, text)": "2e127c538c822b0390491e5e817ca83c", "function write_schedule(schedules, schedules)": "690e5c88a17f3ad2aa16c8b2f05e382a", "function check_names(text, text[], text, text)": "b50d274fd451dec1079be5dc2b6c60c3", "function pace_newcomers(bigint[], timestamptz)": "fabaa4fdcae0749bfdb2f44210191e35", "function position_after(bigint, text, integer)": "7615f9e7ac4ce29ae0f8fca34ab4ff6a", "function reschedule(bigint, timestamptz, text)": "aab95e1c8883318d3e57782d168a8a0b", "function set_global(bigint, text, jsonb, text)": "be128dde5b7c5722bdc12b45feaec782", "function signal(text, text, text, jsonb, text)": "9106a56e5633f6e5e2c8e742a5db6d76", "function declare_schedules(bigint, text, jsonb)": "5eb49decafcabf7d5f6bb9b1bc32d22a", "function next_slot(bigint[], text, timestamptz)": "6aaa77db16db2e2ff1c68c3dfb7ef8b5", "function point_at(operations, integer, boolean)": "aa94bef03095cf696ba1bd9d10aad42a", "function run_operation_from(bigint, text, text)": "788bbef2ec1ad3b681078ab60381c41b", "function withdraw_approval(bigint, timestamptz)": "da61123af32601b4d75ada7e61134dea", "trigger operations_take_along_all on operations": null, "function let_in_newcomers(bigint[], timestamptz)": "355cb9706274f70a7b4978f20030a5ed", "function lost_claims(bigint, bigint[], bigint[])": "0b89eadee9783b40f385237a10ec143c", "function pause_schedule(text, text, timestamptz)": "05d5b6ca1e985b4a775e82a6f7b420db", "function reschedule(bigint[], timestamptz, text)": "e8a309af2c9a8bca7b020acc29d67d75", "function set_global(bigint[], text, jsonb, text)": "a6df04a2cd7a1985f7d414c25bd50937", "function apply_jump(bigint, integer, timestamptz)": "02993a4dc03c15714350e1235f994fc2", "function slot_jitter(text, timestamptz, interval)": "877b8f066939064540c94c782514e3fb", "function snooze(bigint, bigint, bigint, interval)": "31a5d3db3cb72e5fd2da4c2662e7ab01", "function write_audit(text, bigint[], text, jsonb)": "e714c9739be65180addd1337edb6d90f", "function bucket_quantile(bigint[], float8, float8)": "d41d8cd98f00b204e9800998ecf8427e", "function checkpoint(bigint, bigint, bigint, jsonb)": "989ce885f2c4e42b3f3a34542fda48d0", "function close_rate(text, timestamptz, text, text)": "fc72f6a13557b629325b589c81b20930", "function error_fingerprint(text, text, text, text)": "61fbde7fb5cda945187a462b0f14e94a", "function refuse_declared_schedule(schedules, text)": "dfe9719d33d500a0a72fd8986fc3445b", "function refuse_next(bigint, integer, jsonb, text)": "08c7d5203a45e00aea9b6f5f74e9e5d2", "function reschedule_operation(bigint, timestamptz)": "7d50db098ac97b8544864083d64ff54d", "function set_operation_global(bigint, text, jsonb)": "21ddfc1abd2fb5c41dc5055516ef4089", "function wait_end(jsonb, timestamptz, timestamptz)": "d41d8cd98f00b204e9800998ecf8427e", "function check_batch(bigint[], bigint[], integer[])": "bec9895b8458ba2a029fc1437c44080e", "function described_like(schedules, schedules, text)": "94cafbd4ee97d3546dc46f890a7ea264", "function enqueue_slot(schedules, timestamptz, text)": "434829e336cae7cf964e0cbc61b5eac3", "function next_limit(jsonb, text, timestamptz, text)": "d41d8cd98f00b204e9800998ecf8427e", "function place_in_batch(bigint, bigint, text, text)": "d41d8cd98f00b204e9800998ecf8427e", "function refuse_action(bigint, text, text, integer)": "87da5075809065ad2be6e054494d58c5", "function explain_full_queue(text, text, timestamptz)": "93dad0e5e44b873e94d2e65364eba8ae", "function refuse_unasked(bigint, text, text, integer)": "c0b3c15ecbe1f718f819d60549e4c9a8", "function set_queue_fairness(text, text, jsonb, text)": "1a34e1d2fb603ada098fd776c10ef052", "function settle_approval(bigint, jsonb, timestamptz)": "0b5eb989bdd2c9a1f7b1e6fdf7e40aae", "function clock_change(text, timestamptz, timestamptz)": "96ebd7115687f24291b1542a6280a79a", "function let_in(bigint[], timestamptz, timestamptz[])": "b825aee2e93a7301e148964294b14fc2", "function let_in_waiters(text[], timestamptz, integer)": "0e1f5ded33340f08da2e5d04f4742f5b", "function next_fixed_slot(bigint[], text, timestamptz)": "b8c72d7182bdbd7ca43e369d4fe22a4e", "function check_timeout_branches(text, jsonb[], text[])": "22922bde414622ea5c5cc9649a8762f5", "function leave_wait(bigint, text, bigint, timestamptz)": "c4dcfcc6ca91fba801b39c4a66a4ca7d", "function schedule_obstacle(schedules, schedules, text)": "c67084a3bf5e1f7d25b19816b552173b", "function decide(bigint, text, text, text, text, bigint)": "76d9355c6100f859168e7cd4c05c2974", "function describe_wait(jsonb, timestamptz, timestamptz)": "df48a20748e403cc7d46343720665f8d", "function next_elapsed_slot(bigint[], text, timestamptz)": "e3698fd4d395b4af59c9a63e546da8cd", "function remind_approvers(approvals, text, timestamptz)": "347f48e48ae50c1f445a65aa462a377b", "function open_approval(bigint, text, text, text, bigint)": "bdf4899f7ae5e34cdd7a64c9c3d42055", "function preview_slots(text, text, integer, timestamptz)": "eb1ef2e1da6085b2d11a91188969b7e5", "function schedule_slot(schedules, bigint[], timestamptz)": "4fce0478ee23b8c05fda3852d150fe97", "function store_logs(bigint, bigint[], bigint[], jsonb[])": "8a6499b76ea0dac80190de937df48d05", "function cron_field(text, text, integer, integer, text[])": "bf26d98df44f2faad426a4a8c0bdef67", "function give_back(bigint, timestamptz, integer, boolean)": "09dd8e5d4ff8adaeac24128e08d90d7d", "function open_for_steering(bigint, text, text[], boolean)": "6074955c0c9a92093c70b12b1c9c60c6", "function preview_backfill(text, timestamptz, timestamptz)": "0e4cafb00bd3209b3b1d723f16623ce8", "function record_schedule_error(bigint, timestamptz, text)": "48da127bb06cd96f98f1aef6b3929004", "function set_rate(text, integer, interval, integer, text)": "8f61e1dea59d04a00e2fc09783c90d0b", "function timeout_message(jsonb, timestamptz, timestamptz)": "8c3297363c0857d71bdd2afc193f7b99", "function cron_number(text, text, integer, integer, text[])": "bad420a0feb44e83e19fd9f784c454b9", "function explain_approval(approvals, actions, timestamptz)": "c3eb0cc41c8f8ababc3ac999c5114e7a", "function release_many(bigint, bigint[], bigint[], boolean)": "d696a04e273ce3347d06595104c349e1", "function decide(text, text, text, text, text, text, bigint)": "559440ad1bb1822b5135768ecfe17c3f", "function snooze_problem(integer, integer, interval, boolean)": "5c351caf1e239d2ed9deceffbb9f3b69", "function extend(bigint, text, timestamptz, text, text, bigint)": "ccafb9bf3eb517afb60d570c3e7d617f", "function obstacles(bigint, text, text, text, integer, boolean)": "6cfd45fdf10d663d6a6108b204167f76", "function go_on_at(bigint, integer, jsonb, integer, timestamptz)": "37626136bab7d750510e4dd8f240ef16", "function rate_base(timestamptz, boolean, interval, timestamptz)": "d41d8cd98f00b204e9800998ecf8427e", "function due_at(timestamptz, interval, text, jsonb, timestamptz)": "5352ca4b9d9afa22a158287d9142cfaf", "function end_operation(bigint, text, integer, timestamptz, text)": "2b493e874b56f2b3bfe6dce5c89cb083", "function pace_waiters(text[], timestamptz, timestamptz, integer)": "9ceb48fc9ffc3f70a61a472e589803fd", "function skip_slots(schedules, bigint[], timestamptz, text, text)": "0c19d229bfb3c13d0fb2282e1acf9c3f", "function extend(text, text, text, timestamptz, text, text, bigint)": "ec8b7c0fbccee4b4c188807f8a2337ff", "function ask_approval(bigint, integer, integer, jsonb, timestamptz)": "ae3afd91855db1145c93ad312406a974", "function rate_look(timestamptz, interval, timestamptz, timestamptz)": "d41d8cd98f00b204e9800998ecf8427e", "function check_documents(text, jsonb[], text[], timestamptz[], json)": "b0cab325a7a2691cea50683b6b1c7ddf", "function report_progress(bigint, bigint[], bigint[], real[], text[])": "9de6d3a6cebf2ed22c59c263839d5abc", "function snooze(bigint, bigint, bigint, interval, integer, interval)": "b76e7c7f39d4d3a58bc101488dc59657", "function job_queue(jsonb, jsonb, text, timestamptz, text, text, text)": "d41d8cd98f00b204e9800998ecf8427e", "function steering_details(text, text, text, jsonb, timestamptz, text)": "51a697932b256f738011d133a4730cf8", "function prune(interval, integer, bigint, interval, interval, interval)": "5465c843d253bee4197c2028d33eff7a", "function steer(text, bigint, text, text, text, text, jsonb, timestamptz)": "fee75b46cb17a6f50405e86132cfc9cb", "function last_schedule_slot(schedules, bigint[], timestamptz, timestamptz)": "a05e830912931d7bd4605b9e71d6aeb6", "function snooze_many(bigint, bigint[], bigint[], timestamptz[], interval[])": "acb1b95ea213b574a4ee7d8dd70d777c", "function claim(bigint, integer, text[], smallint[], timestamptz[], bigint[])": "4b5b78d00b328459235620469cbd5a79", "function steer_one(text, bigint, text, text, text, jsonb, timestamptz, text)": "2c973f689560c02fce7c7074a4b00800", "function complete(bigint, bigint, bigint, jsonb, text[], text, text, boolean)": "aec1d16d20bae8e1899102371386c5ba", "function fail(bigint, bigint, bigint, text, text, text, boolean, interval, text)": "99b3f8342327d09c7151aa7092ac15fe", "function backfill_schedule(text, timestamptz, timestamptz, integer, boolean, text)": "5c97c5fdc3496d31daec0682c2c23ac1", "function count_schedule_slots(schedules, bigint[], timestamptz, timestamptz, integer)": "95b8b9140244c5e017b1971545f38723", "function complete_many(bigint, bigint[], bigint[], jsonb[], integer[], boolean, bigint[])": "b96c9446c1f08d53f997256d8c74c242", "function first_due_at(timestamptz, timestamptz, interval, text, jsonb, timestamptz, text)": "0dd81a17fc1988f304ac7c1b79a841a9", "function register_worker(text, integer, text[], text[], integer, text, interval, integer)": "b0968616a31d9dc9d0d9b1212948836b", "function take_turns(fair_queues, smallint, timestamptz, bigint, integer, text[], timestamptz)": "45e650329f8b72c4bfbda5171d0292e2", "function steer_many(text, bigint[], text, text, text, text, jsonb, timestamptz, jsonb, boolean)": "31bef1b51536b151052b3481a9fc5009", "function snooze_many(bigint, bigint[], bigint[], timestamptz[], interval[], integer[], interval[])": "6c20d6cbab6e0922121a115120227349", "function enqueue(text, jsonb, text, text, integer, timestamptz, interval, text[], json, integer, text)": "b04cc83d58c3be55251ad2e83e2b3594", "function find_operations(text, jsonb, text, text, text[], text, timestamptz, timestamptz, bigint, integer)": "c18524db22bb6925fb3e5a1bab4c6e6c", "function cancel_where(text, jsonb, text, text, text[], timestamptz, timestamptz, bigint, integer, text, boolean)": "20f35ed33c2a72b43e829e2cdf66f8d9", "function fail_many(bigint, bigint[], bigint[], text[], boolean[], interval[], text[], text[], text[], interval[])": "ac0f61c4806bd227372fa248570d8188", "function enqueue_keyed(text, text, text, jsonb, text, integer, timestamptz, interval, text[], json, integer, text)": "103421c91dbe6dbae6c57fa23d52a2c5", "function enqueue_each(text[], jsonb[], text[], text[], integer[], timestamptz[], interval[], text[], json[], text[])": "3a0522751011c6295ec1cec7f17a0ee9", "function hand_back_many(bigint, bigint[], bigint[], text, timestamptz[], interval[], boolean, integer[], interval[])": "c037b1647f38713c038c6da7af263269", "function claim_lanes(bigint, integer, text[], smallint[], timestamptz[], bigint[], text[], text[], text, timestamptz)": "6cd451d8b2ef7454ea09aefbbea97a53", "function retry_where(text, jsonb, text, text, text[], text, timestamptz, timestamptz, bigint, integer, text, boolean)": "1d7ec2b3aa4c5397f2f2da9581b918b5", "function claim_in_turn(bigint, integer, fair_queues, smallint, timestamptz, bigint, boolean, text[], text, timestamptz)": "4e0e03695d51b39a38af8d4147e33778", "function steer_where(text, text, jsonb, text, text, text[], text, timestamptz, timestamptz, bigint, integer, text, boolean)": "ef30347e754f29e65836e00591bd491b", "function signal_where(text, jsonb, text, text, jsonb, text, text, text[], timestamptz, timestamptz, bigint, integer, boolean)": "f09760aec2ea0ec17a1921943f4d8081", "function enqueue_many(text, jsonb[], text[], text, integer, timestamptz, interval, text[], json, integer, text, timestamptz[])": "f83b75e5e0709a323322ce9cdb7b2355", "function enqueue_keyed_many(text, jsonb[], text[], text, text, integer, timestamptz, interval, text[], json, integer, text, timestamptz[])": "986752640d00a394ec432c810b80c4df", "function claim_lane_by_lane(bigint, integer, text[], smallint[], timestamptz[], bigint[], text[], text[], text[], fair_queues[], timestamptz)": "20c5d800c05b1832f38cb84b89660e73", "function schedule(text, text, text, interval, text, jsonb, text, integer, text[], timestamptz, timestamptz, text, text, integer, interval, interval, integer)": "873f775f70ac3ead95f79b25e00f1dc0"}	2026-12-01 03:42:05.799816+00
\.


--
-- Data for Name: fair_keys; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.fair_keys (queue, priority, key, turn) FROM stdin;
\.


--
-- Data for Name: fair_lanes; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.fair_lanes (queue, priority, clock, fresh, first_turn, forgotten, last_run_at, last_operation_id) FROM stdin;
\.


--
-- Data for Name: fair_queues; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.fair_queues (queue, by_global, weights, set_by, set_at, reason) FROM stdin;
\.


--
-- Data for Name: jobs; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.jobs (operation_id, run_at, worker_id, claim_id, claimed_at, definition_id, "position", attempt, steps_left, priority, crashes, progress, queue, handler, progress_note, waits_since, waits_for, operation_slot, action_slot, gate, ticket, came_at, paced_at, queue_slot, turn) FROM stdin;
5	2026-12-01 04:42:06.150841+00	\N	\N	\N	1	2	1	9999	5	0	\N	default	Fulfilment/Ship	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
6	2026-12-01 04:42:06.154486+00	\N	\N	\N	1	1	0	10000	5	0	\N	default	Fulfilment/Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
7	2026-12-01 03:42:06.157618+00	\N	\N	\N	1	4	0	9999	5	0	\N	default	Fulfilment/Refund	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
8	2026-12-01 03:42:06.160989+00	7914639308702630658	10525299	2026-12-01 03:42:06.161872+00	1	1	1	10000	3	0	\N	default	Fulfilment/Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
9	2026-12-01 03:42:06.162654+00	\N	\N	\N	1	1	0	10000	5	0	\N	default	Fulfilment/Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
10	2999-01-01 00:00:00+00	\N	\N	\N	1	1	0	10000	5	0	\N	default	Fulfilment/Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
11	infinity	\N	\N	\N	\N	\N	0	10000	5	0	\N	default	Unknown/	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
12	2026-12-01 03:42:06.167156+00	\N	\N	\N	\N	1	0	10000	5	0	\N	default	/Own	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
13	2026-12-01 03:42:06.171751+00	\N	\N	\N	1	1	0	10000	5	0	\N	imports	Fulfilment/Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
14	2026-12-01 03:42:06.176446+00	\N	\N	\N	\N	1	0	10000	5	0	\N	reports	Report/Build	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
15	2026-12-01 03:42:06.18035+00	3262395326824531152	12895127	2026-12-01 03:42:06.180718+00	1	1	1	10000	7	0	\N	default	Fulfilment/Charge	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
16	2026-12-01 04:42:06.18158+00	\N	\N	\N	\N	1	0	10000	5	0	\N	/waits	/Answer	\N	2026-12-01 03:42:06.18158+00	signal	\N	\N	\N	\N	\N	\N	\N	\N
17	infinity	\N	\N	\N	\N	1	0	10000	5	0	\N	/waits	/Answer	\N	2026-12-01 03:42:06.186407+00	signal	\N	\N	\N	\N	\N	\N	\N	\N
18	2026-12-01 04:42:06.195786+00	\N	\N	\N	\N	2	0	9999	5	0	\N	/waits	/Nap	\N	2026-12-01 03:42:06.195786+00	sleep	\N	\N	\N	\N	\N	\N	\N	\N
19	2026-12-01 04:42:06.204777+00	\N	\N	\N	\N	1	0	10000	5	0	\N	/waits	/Boss	\N	2026-12-01 03:42:06.204777+00	approval	\N	\N	\N	\N	\N	\N	\N	\N
20	infinity	\N	\N	\N	\N	1	0	10000	5	0	\N	/waits	/Boss	\N	2026-12-01 03:42:06.209258+00	approval	\N	\N	\N	\N	\N	\N	\N	\N
21	infinity	\N	\N	\N	\N	1	0	10000	5	0	\N	/waits	/Boss	\N	2026-12-01 03:42:06.217238+00	approval	\N	\N	\N	\N	\N	\N	\N	\N
\.


--
-- Data for Name: limit_gates; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.limit_gates (gate, name, holding, waiting, next_ticket) FROM stdin;
\.


--
-- Data for Name: limit_releases; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.limit_releases (id, gate, slots, waiters, released_at) FROM stdin;
\.


--
-- Data for Name: limits; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.limits (name, declared, own, set_by, set_at, reason) FROM stdin;
\.


--
-- Data for Name: migrations; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.migrations (version, name, checksum, applied_at) FROM stdin;
1	domains	5e1812095368b9f9f564875f38359810d95c804e8887cbe21b27d5cfe5faa66d	2026-12-01 03:42:04.972136+00
2	plans	1a81439773558ef7f314be713a080f38864636031218633674c1085be930fdb7	2026-12-01 03:42:04.983293+00
3	operations	ac9aa6b4dfb9146fcec8383d332107575723ae256742282107c70433952a11ee	2026-12-01 03:42:05.009448+00
4	attempts	f9c3c02b4a4e86ac2b687223dca990768e5e129b7d5bd2a57bb1c4dd545a4df9	2026-12-01 03:42:05.02141+00
5	workers	8f6948b71c185d172c622a2c20fcc2e445d34eeabdf3f40dcc573b6573888384	2026-12-01 03:42:05.026357+00
6	queues	f483576215705911f0fb704ceab66b00d2d70487105bfa522fff0bb3abf32c23	2026-12-01 03:42:05.034005+00
7	secrets_and_audit	ecf5defb63d0ecd4c93f8d4ddd8eb6c985c702dfe8f49a42543c36d6832a2342	2026-12-01 03:42:05.04255+00
8	throughput	8bd251c28c4a0862d623347d0af31eef28c342b8fc4339d22c65e82673f96e91	2026-12-01 03:42:05.050789+00
9	schedules	c7a09d2a72d14ffc60a38b3a78e056ebff6405ce39506ac58abca18879191cae	2026-12-01 03:42:05.073375+00
10	waits	9f563c27e45993b7e2805ffc38a412891cbcd9a1890298ee4b34b91db070ef10	2026-12-01 03:42:05.082059+00
11	approvals	afd86af3a9fc2fe05a5ab7be71552468e2210109d7804c5ade7a9292bd9a4a1e	2026-12-01 03:42:05.097006+00
12	limits	51bf3456ce91374163af42ea061492e2bb09d03dee3632ab197647321539c652	2026-12-01 03:42:05.115059+00
13	rates	faec91ace06705b718d1717f2f63a8c9d14b5848b63c9a22efe42684b971bff1	2026-12-01 03:42:05.129218+00
14	queue_limits	8472032545659c94253d7f3082ca366f5aa179bc3c75c469057e4f8bf0cb8b0c	2026-12-01 03:42:05.134159+00
15	fair_queues	ed6cd1ec63c0acf92b90e302a87686753d455ba119d00b364dc18ba99c6b452a	2026-12-01 03:42:05.148671+00
\.


--
-- Data for Name: operation_keys; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.operation_keys (name, key, operation_id, replaced_id, window_began_at, free_at) FROM stdin;
\.


--
-- Data for Name: operation_minutes; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.operation_minutes (minute, queue, operation, completed, failed, retried, max_ms, buckets) FROM stdin;
2026-12-01 03:42:00+00	default	Fulfilment	5	1	1	12	{0,0,0,0,0,0,0,0,0,0,0,0,7,0,0,0,0,0,0,0,0,0,0,0,0}
\.


--
-- Data for Name: operations; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.operations (id, name, state, key, key_mode, active_key, queue, priority, perform_at, step_limit, created_at, ended_at, parked_at, stopped_position, stop_reason, enqueued_by, traceparent, tags, branches, globals, schedule, slot) FROM stdin;
1	Fulfilment	completed	first	\N	\N	default	5	2026-12-01 03:42:06.106618+00	10000	2026-12-01 03:42:06.106619+00	2026-12-01 03:42:06.130547+00	\N	\N	\N	postgres	\N	{gold}	\N	{"card": "tok", "charged": true, "subscription_id": 1}	\N	\N
2	Report	failed	\N	\N	\N	reports	5	2026-12-01 03:42:06.131281+00	10000	2026-12-01 03:42:06.131281+00	2026-12-01 03:42:06.133335+00	\N	1	\N	postgres	\N	{}	\N	{}	\N	\N
3	Fulfilment	cancelled	\N	\N	\N	default	5	2026-12-01 03:42:06.138294+00	10000	2026-12-01 03:42:06.138294+00	2026-12-01 03:42:06.14121+00	\N	1	changed their mind	postgres	\N	{}	\N	{}	\N	\N
4	Fulfilment	cancelled	\N	\N	\N	default	5	2999-01-01 00:00:00+00	10000	2026-12-01 03:42:06.145907+00	2026-12-01 03:42:06.146847+00	\N	1	never	postgres	\N	{}	\N	{}	\N	\N
5	Fulfilment	active	\N	\N	\N	default	5	2026-12-01 03:42:06.148398+00	10000	2026-12-01 03:42:06.148399+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
6	Fulfilment	active	\N	\N	\N	default	5	2026-12-01 03:42:06.152397+00	10000	2026-12-01 03:42:06.152397+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
7	Fulfilment	active	\N	\N	\N	default	5	2026-12-01 03:42:06.156524+00	10000	2026-12-01 03:42:06.156525+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
8	Fulfilment	active	\N	\N	\N	default	3	2026-12-01 03:42:06.160989+00	10000	2026-12-01 03:42:06.16099+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
9	Fulfilment	active	due	\N	\N	default	5	2026-12-01 03:42:06.162654+00	10000	2026-12-01 03:42:06.162655+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
10	Fulfilment	active	\N	\N	\N	default	5	2999-01-01 00:00:00+00	10000	2026-12-01 03:42:06.163098+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
11	Unknown	active	\N	\N	\N	default	5	2026-12-01 03:42:06.163497+00	10000	2026-12-01 03:42:06.163497+00	\N	2026-12-01 03:42:06.163559+00	\N	\N	postgres	\N	{}	\N	{}	\N	\N
12	Ad hoc	active	\N	\N	\N	default	5	2026-12-01 03:42:06.167156+00	10000	2026-12-01 03:42:06.167157+00	\N	\N	\N	\N	postgres	\N	{}	{"main": ["Own", "Own"]}	{}	\N	\N
13	Fulfilment	active	\N	\N	\N	imports	5	2026-12-01 03:42:06.171751+00	10000	2026-12-01 03:42:06.171752+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
14	Report	active	\N	\N	\N	reports	5	2026-12-01 03:42:06.173429+00	10000	2026-12-01 03:42:06.173429+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
15	Fulfilment	active	\N	\N	\N	default	7	2026-12-01 03:42:06.18035+00	10000	2026-12-01 03:42:06.180351+00	\N	\N	\N	\N	postgres	\N	{}	\N	{}	\N	\N
16	Ask	active	\N	\N	\N	default	5	2026-12-01 03:42:06.181529+00	10000	2026-12-01 03:42:06.181529+00	\N	\N	\N	\N	postgres	\N	{}	{"main": [["Answer", {"wait_for": "yes", "timeout": 3600, "on_timeout": "go_on", "as": "answer"}], "Own"]}	{}	\N	\N
17	Ask	active	\N	\N	\N	default	5	2026-12-01 03:42:06.186356+00	10000	2026-12-01 03:42:06.186357+00	\N	\N	\N	\N	postgres	\N	{}	{"main": [["Answer", {"wait_for": ["yes", "no"], "as": "answer"}], "Own"]}	{}	\N	\N
18	Ask	active	\N	\N	\N	default	5	2026-12-01 03:42:06.1928+00	10000	2026-12-01 03:42:06.1928+00	\N	\N	\N	\N	postgres	\N	{}	{"main": [["Answer", {"wait_for": "yes"}], ["Nap", {"sleep": 3600}], "Own"]}	{}	\N	\N
19	Ask	active	\N	\N	\N	default	5	2026-12-01 03:42:06.199408+00	10000	2026-12-01 03:42:06.199409+00	\N	\N	\N	\N	postgres	\N	{}	{"main": [["Boss", {"approval": "refund", "within": 3600, "else": "go_on", "as": "answer"}], "Own"]}	{}	\N	\N
20	Ask	active	\N	\N	\N	default	5	2026-12-01 03:42:06.206984+00	10000	2026-12-01 03:42:06.206985+00	\N	\N	\N	\N	postgres	\N	{}	{"main": [["Boss", {"approval": "refund", "question": "Refund?", "as": "answer"}], "Own"]}	{}	\N	\N
21	Ask	active	\N	\N	\N	default	5	2026-12-01 03:42:06.21044+00	10000	2026-12-01 03:42:06.21044+00	\N	\N	\N	\N	postgres	\N	{}	{"main": [["Boss", {"approval": "refund"}], "Own"]}	{}	\N	\N
\.


--
-- Data for Name: queue_limits; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.queue_limits (queue, maximum, holding, set_by, set_at, reason) FROM stdin;
\.


--
-- Data for Name: queue_samples; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.queue_samples (singleton, taken_at, depths, waits) FROM stdin;
\.


--
-- Data for Name: queues; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.queues (name, paused_at, paused_until, paused_by, reason) FROM stdin;
imports	2026-12-01 03:42:06.099399+00	\N	postgres	the supplier is down
\.


--
-- Data for Name: rate_gates; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.rate_gates (gate, name, used_until, version, closed_until, waiting, next_ticket, look_at) FROM stdin;
\.


--
-- Data for Name: rates; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.rates (name, declared_count, declared_per, declared_burst, own_count, own_per, own_burst, set_by, set_at, reason, version) FROM stdin;
\.


--
-- Data for Name: schedule_sets; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.schedule_sets (id, application, digest, declared, current, first_at) FROM stdin;
\.


--
-- Data for Name: schedules; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.schedules (id, name, operation, cron, every, time_zone, starts_at, ends_at, globals, queue, priority, tags, overlap, catch_up, catch_up_limit, catch_up_window, jitter, pause_after_failures, paused_at, paused_until, paused_by, pause_reason, decided_until, next_at, due_at, buffered_slot, active_ids, failures_count, run_count, skipped_count, last_slot, last_operation_id, last_error, last_errored_at, application, undeclared_at, created_at, changed_at, changed_by) FROM stdin;
\.


--
-- Data for Name: secret_keys; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.secret_keys (name, key) FROM stdin;
Fulfilment	card
\.


--
-- Data for Name: signals; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.signals (id, operation_id, name, payload, dedup_key, sent_by, sent_at, read_at, read_position, read_run) FROM stdin;
5	17	perhaps	{"why": "rain"}	\N	postgres	2026-12-01 03:42:06.191195+00	\N	\N	\N
6	18	yes	5	click-1	postgres	2026-12-01 03:42:06.195719+00	2026-12-01 03:42:06.195786+00	1	1
\.


--
-- Data for Name: skipped_slots; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.skipped_slots (id, schedule_id, first_slot, last_slot, count, reason, detail, at) FROM stdin;
\.


--
-- Data for Name: workers; Type: TABLE DATA; Schema: backops; Owner: -
--

COPY backops.workers (id, host, pid, version, queues, slots, started_at, heartbeat_at, lease, sleeping, stopping, handlers, schema_version, backend_pid, backend_started_at, server_started_at, missing_since, schedule_set_id) FROM stdin;
3262395326824531152	old-host	1	1.0	{default,reports}	8	2026-12-01 03:42:06.105826+00	2026-12-01 03:42:06.220965+00	01:00:00	f	f	{Fulfilment/Charge,Fulfilment/Ship,Fulfilment/Mail,Fulfilment/Refund,Report/Build,/Own}	\N	\N	\N	\N	\N	\N
7914639308702630658	dead-host	2	1.0	{default}	1	2026-12-01 03:42:06.161784+00	2026-12-01 02:42:06.161785+00	00:00:01	f	f	{Fulfilment/Charge}	\N	\N	\N	\N	\N	\N
\.


--
-- Name: approvals_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.approvals_id_seq', 4, true);


--
-- Name: attempts_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.attempts_id_seq', 6, true);


--
-- Name: audit_log_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.audit_log_id_seq', 8, true);


--
-- Name: claim_ids; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.claim_ids', 13, true);


--
-- Name: definitions_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.definitions_id_seq', 2, true);


--
-- Name: limit_releases_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.limit_releases_id_seq', 1, false);


--
-- Name: operations_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.operations_id_seq', 21, true);


--
-- Name: schedule_sets_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.schedule_sets_id_seq', 1, false);


--
-- Name: schedules_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.schedules_id_seq', 1, false);


--
-- Name: skipped_slots_id_seq; Type: SEQUENCE SET; Schema: backops; Owner: -
--

SELECT pg_catalog.setval('backops.skipped_slots_id_seq', 1, false);


--
-- Name: action_hours action_hours_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.action_hours
    ADD CONSTRAINT action_hours_pkey PRIMARY KEY (hour, operation, action);


--
-- Name: actions actions_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.actions
    ADD CONSTRAINT actions_pkey PRIMARY KEY (operation_id, "position");


--
-- Name: approvals approvals_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (id);


--
-- Name: approvers approvers_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.approvers
    ADD CONSTRAINT approvers_pkey PRIMARY KEY (role, member);


--
-- Name: attempt_logs attempt_logs_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.attempt_logs
    ADD CONSTRAINT attempt_logs_pkey PRIMARY KEY (operation_id, claim_id, number);


--
-- Name: attempts attempts_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);


--
-- Name: definition_actions definition_actions_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.definition_actions
    ADD CONSTRAINT definition_actions_pkey PRIMARY KEY (definition_id, "position");


--
-- Name: definitions definitions_name_fingerprint_key; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.definitions
    ADD CONSTRAINT definitions_name_fingerprint_key UNIQUE (name, fingerprint);


--
-- Name: definitions definitions_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.definitions
    ADD CONSTRAINT definitions_pkey PRIMARY KEY (id);


--
-- Name: engine engine_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.engine
    ADD CONSTRAINT engine_pkey PRIMARY KEY (singleton);


--
-- Name: fair_keys fair_keys_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.fair_keys
    ADD CONSTRAINT fair_keys_pkey PRIMARY KEY (queue, priority, key);


--
-- Name: fair_lanes fair_lanes_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.fair_lanes
    ADD CONSTRAINT fair_lanes_pkey PRIMARY KEY (queue, priority);


--
-- Name: fair_queues fair_queues_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.fair_queues
    ADD CONSTRAINT fair_queues_pkey PRIMARY KEY (queue);


--
-- Name: jobs jobs_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (operation_id);


--
-- Name: limit_gates limit_gates_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.limit_gates
    ADD CONSTRAINT limit_gates_pkey PRIMARY KEY (gate);


--
-- Name: limit_releases limit_releases_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.limit_releases
    ADD CONSTRAINT limit_releases_pkey PRIMARY KEY (released_at, id);


--
-- Name: limits limits_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.limits
    ADD CONSTRAINT limits_pkey PRIMARY KEY (name);


--
-- Name: migrations migrations_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (version);


--
-- Name: operation_keys operation_keys_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.operation_keys
    ADD CONSTRAINT operation_keys_pkey PRIMARY KEY (name, key);


--
-- Name: operation_minutes operation_minutes_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.operation_minutes
    ADD CONSTRAINT operation_minutes_pkey PRIMARY KEY (minute, queue, operation);


--
-- Name: operations operations_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);


--
-- Name: queue_limits queue_limits_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.queue_limits
    ADD CONSTRAINT queue_limits_pkey PRIMARY KEY (queue);


--
-- Name: queue_samples queue_samples_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.queue_samples
    ADD CONSTRAINT queue_samples_pkey PRIMARY KEY (singleton);


--
-- Name: queues queues_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.queues
    ADD CONSTRAINT queues_pkey PRIMARY KEY (name);


--
-- Name: rate_gates rate_gates_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.rate_gates
    ADD CONSTRAINT rate_gates_pkey PRIMARY KEY (gate);


--
-- Name: rates rates_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.rates
    ADD CONSTRAINT rates_pkey PRIMARY KEY (name);


--
-- Name: schedule_sets schedule_sets_digest_key; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.schedule_sets
    ADD CONSTRAINT schedule_sets_digest_key UNIQUE (application, digest);


--
-- Name: schedule_sets schedule_sets_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.schedule_sets
    ADD CONSTRAINT schedule_sets_pkey PRIMARY KEY (id);


--
-- Name: schedules schedules_name_key; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.schedules
    ADD CONSTRAINT schedules_name_key UNIQUE (name);


--
-- Name: schedules schedules_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (id);


--
-- Name: secret_keys secret_keys_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.secret_keys
    ADD CONSTRAINT secret_keys_pkey PRIMARY KEY (name, key);


--
-- Name: signals signals_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.signals
    ADD CONSTRAINT signals_pkey PRIMARY KEY (id);


--
-- Name: skipped_slots skipped_slots_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.skipped_slots
    ADD CONSTRAINT skipped_slots_pkey PRIMARY KEY (id);


--
-- Name: workers workers_pkey; Type: CONSTRAINT; Schema: backops; Owner: -
--

ALTER TABLE ONLY backops.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);


--
-- Name: approvals_inbox_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX approvals_inbox_idx ON backops.approvals USING btree (id) WHERE (decision IS NULL);


--
-- Name: INDEX approvals_inbox_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.approvals_inbox_idx IS 'What is pending in the order in which it was asked, however much was decided before.';


--
-- Name: approvals_operation_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX approvals_operation_idx ON backops.approvals USING btree (operation_id, id);


--
-- Name: INDEX approvals_operation_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.approvals_operation_idx IS 'All approvals of an operation.';


--
-- Name: approvals_pending_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE UNIQUE INDEX approvals_pending_idx ON backops.approvals USING btree (operation_id) WHERE (decision IS NULL);


--
-- Name: INDEX approvals_pending_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.approvals_pending_idx IS 'What is pending: one approval of an operation at the most.';


--
-- Name: attempts_ended_operations_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX attempts_ended_operations_idx ON backops.attempts USING btree (operation_id) WHERE ends_operation;


--
-- Name: INDEX attempts_ended_operations_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.attempts_ended_operations_idx IS 'Finds failed operations without an index on their state, which would make every completion more expensive.';


--
-- Name: attempts_fingerprint_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX attempts_fingerprint_idx ON backops.attempts USING btree (fingerprint, ended_at) WHERE (fingerprint IS NOT NULL);


--
-- Name: INDEX attempts_fingerprint_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.attempts_fingerprint_idx IS 'Groups what has failed; success never touches it.';


--
-- Name: attempts_operation_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX attempts_operation_idx ON backops.attempts USING btree (operation_id, id);


--
-- Name: INDEX attempts_operation_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.attempts_operation_idx IS 'The history of one operation.';


--
-- Name: definitions_current_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE UNIQUE INDEX definitions_current_idx ON backops.definitions USING btree (name) WHERE current;


--
-- Name: INDEX definitions_current_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.definitions_current_idx IS 'At most one current version per name; the look-up of the enqueue trigger.';


--
-- Name: fair_keys_turn_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX fair_keys_turn_idx ON backops.fair_keys USING btree (queue, priority, turn) WHERE (turn > '-Infinity'::double precision);


--
-- Name: INDEX fair_keys_turn_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.fair_keys_turn_idx IS 'The keys whose turns the clock has passed are forgotten.';


--
-- Name: jobs_limits_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_limits_idx ON backops.jobs USING btree (run_at, operation_id) WHERE (queue = '/limits'::text);


--
-- Name: INDEX jobs_limits_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_limits_idx IS 'What has come to a limit, and what comes to one.';


--
-- Name: jobs_line_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_line_idx ON backops.jobs USING btree (gate, priority, ticket) WHERE (ticket IS NOT NULL);


--
-- Name: INDEX jobs_line_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_line_idx IS 'The lines before the gates.';


--
-- Name: jobs_operation_slot_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_operation_slot_idx ON backops.jobs USING btree (operation_slot) WHERE (operation_slot IS NOT NULL);


--
-- Name: INDEX jobs_operation_slot_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_operation_slot_idx IS 'Who holds the slots of a limit of operations.';


--
-- Name: jobs_ready_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_ready_idx ON backops.jobs USING btree (queue, priority, run_at, operation_id);


--
-- Name: INDEX jobs_ready_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_ready_idx IS 'The order in which jobs are claimed.';


--
-- Name: jobs_suspects_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_suspects_idx ON backops.jobs USING btree (queue, priority, run_at, operation_id) WHERE (crashes > 0);


--
-- Name: INDEX jobs_suspects_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_suspects_idx IS 'Jobs whose worker died; nearly always empty.';


--
-- Name: jobs_turn_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_turn_idx ON backops.jobs USING btree (queue, priority, turn, operation_id) WHERE (turn IS NOT NULL);


--
-- Name: INDEX jobs_turn_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_turn_idx IS 'The order in which fair queues are claimed.';


--
-- Name: jobs_waiting_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_waiting_idx ON backops.jobs USING btree (waits_for, waits_since) WHERE (waits_since IS NOT NULL);


--
-- Name: INDEX jobs_waiting_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_waiting_idx IS 'Operations at waits of a kind, the oldest first: what wait_depth counts.';


--
-- Name: jobs_waits_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX jobs_waits_idx ON backops.jobs USING btree (run_at, operation_id) WHERE (queue = '/waits'::text);


--
-- Name: INDEX jobs_waits_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.jobs_waits_idx IS 'Waits in the order of their deadlines.';


--
-- Name: limit_gates_name_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX limit_gates_name_idx ON backops.limit_gates USING btree (name, gate);


--
-- Name: INDEX limit_gates_name_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.limit_gates_name_idx IS 'The keys of a limit.';


--
-- Name: operation_keys_free_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX operation_keys_free_idx ON backops.operation_keys USING btree (free_at) WHERE (free_at IS NOT NULL);


--
-- Name: INDEX operation_keys_free_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.operation_keys_free_idx IS 'Finds entries that count for nothing any more.';


--
-- Name: operations_globals_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX operations_globals_idx ON backops.operations USING gin (globals jsonb_path_ops);


--
-- Name: INDEX operations_globals_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.operations_globals_idx IS 'Answers globals @> ''{"subscription_id": 42}''.';


--
-- Name: operations_name_key_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE UNIQUE INDEX operations_name_key_idx ON backops.operations USING btree (name, key) WHERE (key IS NOT NULL);


--
-- Name: INDEX operations_name_key_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.operations_name_key_idx IS 'Makes (name, key) unique.';


--
-- Name: operations_parked_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX operations_parked_idx ON backops.operations USING btree (name) WHERE (parked_at IS NOT NULL);


--
-- Name: INDEX operations_parked_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.operations_parked_idx IS 'Finds what waits for a definition; nearly always empty.';


--
-- Name: rate_gates_idle_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX rate_gates_idle_idx ON backops.rate_gates USING btree (used_until) WHERE (waiting = 0);


--
-- Name: INDEX rate_gates_idle_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.rate_gates_idle_idx IS 'Where nobody is, to be forgotten.';


--
-- Name: rate_gates_look_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX rate_gates_look_idx ON backops.rate_gates USING btree (look_at) WHERE (waiting > 0);


--
-- Name: INDEX rate_gates_look_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.rate_gates_look_idx IS 'Where somebody is in line, by the time of the next look.';


--
-- Name: rate_gates_name_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX rate_gates_name_idx ON backops.rate_gates USING btree (name, gate);


--
-- Name: INDEX rate_gates_name_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.rate_gates_name_idx IS 'The keys of a rate.';


--
-- Name: schedule_sets_current_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE UNIQUE INDEX schedule_sets_current_idx ON backops.schedule_sets USING btree (application) WHERE current;


--
-- Name: INDEX schedule_sets_current_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.schedule_sets_current_idx IS 'One set of each application counts.';


--
-- Name: schedules_due_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX schedules_due_idx ON backops.schedules USING btree (due_at) WHERE (due_at IS NOT NULL);


--
-- Name: INDEX schedules_due_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.schedules_due_idx IS 'Finds what is due.';


--
-- Name: signals_dedup_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE UNIQUE INDEX signals_dedup_idx ON backops.signals USING btree (operation_id, name, dedup_key);


--
-- Name: INDEX signals_dedup_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.signals_dedup_idx IS 'Makes the key of a signal unique for its operation and name; all signals of an operation.';


--
-- Name: signals_unread_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX signals_unread_idx ON backops.signals USING btree (operation_id, name, id) WHERE (read_at IS NULL);


--
-- Name: INDEX signals_unread_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.signals_unread_idx IS 'The inbox of an operation, first in, first out for each name.';


--
-- Name: skipped_slots_schedule_idx; Type: INDEX; Schema: backops; Owner: -
--

CREATE INDEX skipped_slots_schedule_idx ON backops.skipped_slots USING btree (schedule_id, last_slot);


--
-- Name: INDEX skipped_slots_schedule_idx; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON INDEX backops.skipped_slots_schedule_idx IS 'Finds the last ones of a schedule.';


--
-- Name: attempts attempts_stamp_failure; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER attempts_stamp_failure BEFORE INSERT ON backops.attempts FOR EACH ROW WHEN (new.ends_operation) EXECUTE FUNCTION backops.stamp_failure();


--
-- Name: TRIGGER attempts_stamp_failure ON attempts; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER attempts_stamp_failure ON backops.attempts IS 'Only for attempts that end an operation: no other failure, and no success, pays for it.';


--
-- Name: jobs jobs_release_slots; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER jobs_release_slots AFTER UPDATE ON backops.jobs FOR EACH ROW WHEN ((((old.action_slot IS NOT NULL) AND (old.action_slot IS DISTINCT FROM new.action_slot)) OR ((old.operation_slot IS NOT NULL) AND (old.operation_slot IS DISTINCT FROM new.operation_slot)) OR ((old.queue_slot IS NOT NULL) AND (old.queue_slot IS DISTINCT FROM new.queue_slot)) OR ((old.ticket IS NOT NULL) AND (new.ticket IS NULL)))) EXECUTE FUNCTION backops.release_slots();


--
-- Name: TRIGGER jobs_release_slots ON jobs; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER jobs_release_slots ON backops.jobs IS 'Gives back what an action held, whatever ended it.';


--
-- Name: jobs jobs_release_slots_at_end; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER jobs_release_slots_at_end AFTER DELETE ON backops.jobs FOR EACH ROW WHEN (((old.action_slot IS NOT NULL) OR (old.operation_slot IS NOT NULL) OR (old.queue_slot IS NOT NULL) OR (old.ticket IS NOT NULL))) EXECUTE FUNCTION backops.release_slots();


--
-- Name: TRIGGER jobs_release_slots_at_end ON jobs; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER jobs_release_slots_at_end ON backops.jobs IS 'Gives back what an operation held, whatever ended it.';


--
-- Name: operations operations_expand; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER operations_expand AFTER INSERT ON backops.operations REFERENCING NEW TABLE AS enqueued FOR EACH STATEMENT EXECUTE FUNCTION backops.expand_operations();


--
-- Name: TRIGGER operations_expand ON operations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER operations_expand ON backops.operations IS 'Makes a plain INSERT enough.';


--
-- Name: operations operations_settle_key; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER operations_settle_key BEFORE INSERT ON backops.operations FOR EACH ROW WHEN ((new.key_mode IS NOT NULL)) EXECUTE FUNCTION backops.settle_operation_key();


--
-- Name: TRIGGER operations_settle_key ON operations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER operations_settle_key ON backops.operations IS 'Decides what becomes of an operation whose key is taken.';


--
-- Name: operations operations_take_along; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER operations_take_along AFTER DELETE ON backops.operations REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION backops.take_along_deleted();


--
-- Name: TRIGGER operations_take_along ON operations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER operations_take_along ON backops.operations IS 'Leaves nothing of an operation that is deleted.';


--
-- Name: operations operations_take_along_all; Type: TRIGGER; Schema: backops; Owner: -
--

CREATE TRIGGER operations_take_along_all AFTER TRUNCATE ON backops.operations FOR EACH STATEMENT EXECUTE FUNCTION backops.take_along_truncated();


--
-- Name: TRIGGER operations_take_along_all ON operations; Type: COMMENT; Schema: backops; Owner: -
--

COMMENT ON TRIGGER operations_take_along_all ON backops.operations IS 'Leaves nothing of operations that are truncated.';


--
-- PostgreSQL database dump complete
--


