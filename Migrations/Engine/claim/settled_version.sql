-- An xmin is another one whenever the row was changed, unless the same transaction changes it twice.
create or replace function settled_version(p_xmin xid) returns bigint
  language sql stable
  return case when p_xmin::text::bigint < pg_current_xact_id()::text::bigint & 4294967295 then p_xmin::text::bigint end;
comment on function settled_version(xid) is
  'The version of a row, by its xmin, or null if the running transaction may have written it: it could write it again without another xmin.';
