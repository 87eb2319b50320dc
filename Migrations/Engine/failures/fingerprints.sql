create or replace function error_pattern(p_message text) returns text
  language sql immutable
  set search_path from current
as $$
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
comment on function error_pattern(text) is
  'What messages of the same kind have in common: the first line, without numbers, hexadecimal ids and quoted texts.';

create or replace function error_fingerprint(p_operation text, p_action text, p_error_type text, p_message text) returns text
  language sql immutable
  set search_path from current
as $$
  select left(encode(sha256(convert_to(concat_ws(e'\n', p_operation, p_action, p_error_type, error_pattern(p_message)), 'UTF8')), 'hex'), 12)
$$;
comment on function error_fingerprint(text, text, text, text) is
  'Names a group of failures: the same operation, action ("branch/name"), type of error, and kind of message. Twelve hexadecimal digits.';

create or replace function failure_fingerprint(p_attempt attempts) returns text
  language sql stable
  set search_path from current
as $$
  select error_fingerprint(o.name, a.branch || '/' || a.name, p_attempt.error_type, p_attempt.error_message)
    from operations o
    left join actions a on a.operation_id = o.id and a.position = p_attempt.position
   where o.id = p_attempt.operation_id
$$;
comment on function failure_fingerprint(attempts) is 'The group in failures of an attempt that ended its operation.';
