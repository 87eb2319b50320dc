create or replace function backoff_delay(p_attempt integer, p_backoff jsonb) returns interval
  language plpgsql volatile
  set search_path from current
as $$
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
comment on function backoff_delay(integer, jsonb) is
  'Delay after the p_attempt-th failed attempt: {"kind": "exponential" or "constant", "base", "factor", "max" in seconds, "jitter" 0 to 1}; '
  'by default 5 s doubling up to 6 h, each shortened by up to a fifth so that many do not come back at once.';
