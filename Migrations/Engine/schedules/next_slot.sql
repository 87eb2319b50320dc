-- Clocks change. An entry whose minute or hour field begins with * goes by elapsed time: it runs at every instant whose local time it
-- names, in both passes of an hour that comes twice, and has nothing to make up for an hour that was skipped. Every other entry is a
-- fixed time: where the clock skips it, it runs once, at the first instant afterwards; where it comes twice, it runs in the first pass.

create or replace function clock_change(p_zone text, p_from timestamptz, p_to timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
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
comment on function clock_change(text, timestamptz, timestamptz) is
  'The instant at which the clocks of a zone change between two instants of whole seconds that have other offsets from UTC: the first with the new one.';

create or replace function local_instant(p_zone text, p_local timestamp) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
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
comment on function local_instant(text, timestamp) is
  'The instant at which a clock of the zone shows a local time: the first pass where it does twice, and the first instant after a gap that has it.';

create or replace function next_fixed_slot(p_cron bigint[], p_zone text, p_after timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
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
comment on function next_fixed_slot(bigint[], text, timestamptz) is
  'The first slot after an instant of an entry that means fixed times: one in a gap of the clock comes right after it, one that comes twice in the first pass.';

create or replace function next_elapsed_slot(p_cron bigint[], p_zone text, p_after timestamptz) returns timestamptz
  language plpgsql stable
  set search_path from current
as $$
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
comment on function next_elapsed_slot(bigint[], text, timestamptz) is
  'The first slot after an instant of an entry that goes by elapsed time: the next instant whose local time it names.';

create or replace function next_slot(p_cron bigint[], p_zone text, p_after timestamptz) returns timestamptz
  language sql stable
  set search_path from current
as $$
  select case
    when p_cron[8] & 1 = 1 then next_elapsed_slot(p_cron, p_zone, date_trunc('second', p_after))
    else next_fixed_slot(p_cron, p_zone, date_trunc('second', p_after))
  end
$$;
comment on function next_slot(bigint[], text, timestamptz) is
  'The first slot after an instant of a parsed cron expression (see parse_cron) in a time zone; null if there is none in 40 years.';
