create or replace function statement_now() returns timestamptz
  language sql stable parallel safe
  return coalesce(nullif(current_setting('backops.now', true), '')::timestamptz, statement_timestamp());
comment on function statement_now() is
  'The engine''s clock for views: it stands still for a statement. With a function that may change in between, the planner would take a view as it is '
  'and read all of it, whatever ORDER BY id DESC LIMIT 20 asks for.';
