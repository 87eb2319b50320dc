-- Keys of the globals that are secret, and the log of what people did.

create table secret_keys (
  name text not null,
  key  text not null,
  constraint secret_keys_pkey primary key (name, key),
  constraint secret_keys_key_is_not_empty check (key <> ''),
  constraint secret_keys_are_short check (octet_length(name) <= 800 and octet_length(key) <= 1500)
);
comment on table secret_keys is
  'Keys of the globals whose values only workers and the owner of this schema see. '
  'INSERT INTO backops.secret_keys VALUES (''Fulfilment'', ''card_token''); the name * means every operation.';
comment on column secret_keys.name is 'Name of the operation, or * for all.';
comment on column secret_keys.key is 'The key, at the top of the globals; all that lies under it is secret.';

create table audit_log (
  id            bigint generated always as identity constraint audit_log_pkey primary key,
  at            timestamptz not null default clock_now(),
  who           text        not null default session_user::text,
  action        text        not null,
  operation_ids bigint[]    not null default '{}',
  reason        text,
  details       jsonb       not null default '{}'
);
comment on table audit_log is
  'One row for every call of a function that steers. The view audit shows it. It grows by what people do; nothing deletes from it.';
comment on column audit_log.id is 'In the order of the calls.';
comment on column audit_log.at is 'When.';
comment on column audit_log.who is 'Database role that was logged in, whatever SET ROLE says.';
comment on column audit_log.action is 'The function: retry, cancel, skip, jump, run_from, set_global, reschedule, rerun, pause, resume …';
comment on column audit_log.operation_ids is 'The operations that it changed.';
comment on column audit_log.reason is 'Why, in the words of the person who did it.';
comment on column audit_log.details is 'What else the call said: the target of a jump, a key, a queue.';
