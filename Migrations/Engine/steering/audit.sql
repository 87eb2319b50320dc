create or replace view audit as
  select id, at, who, action, operation_ids, cardinality(operation_ids) as count, reason, details from audit_log
   union all
  select id, sent_at, sent_by, 'signal', array[operation_id], 1, null,
         jsonb_build_object('name', name)
           || case when payload is null then '{}' else jsonb_build_object('payload', payload) end
           || case when dedup_key is null then '{}' else jsonb_build_object('dedup_key', dedup_key) end
    from signal_status;
comment on view audit is
  'Who did what to which operations, why and when: one row for every call that steered, and every signal that was taken, as long as its operation is there. '
  'SELECT * FROM backops.audit ORDER BY id DESC LIMIT 20';
