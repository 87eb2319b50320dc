-- What a worker of release 0.1.0 calls, with the argument lists and result columns that it uses. Run with the schema first in search_path, against a
-- database that holds what fill.sql made: it finds the jobs of dead workers, and runs everything that is due until nothing is.
do $$
declare
  v_worker bigint := register_worker('frozen-host', 3, '{default,reports}'::text[],
                                     '{Fulfilment/Charge,Fulfilment/Ship,Fulfilment/Mail,Fulfilment/Refund,Report/Build,/Own}'::text[], 4, '1.0'::text,
                                     '30 seconds'::interval, 8);
  v_queue text;
  v_priority smallint;
  v_jobs claimed_job[];
  v_job claimed_job;
  v_answer record;
  v_alive boolean;
  v_idle boolean;
  v_count integer := 0;
begin
  perform register_definition('Fulfilment', '{"main": ["Charge", ["Ship", {"max_attempts": 3}], "Mail"], "refund": ["Refund"]}'::json);
  perform unpark('Fulfilment');
  if attach_session(v_worker, pg_backend_pid()) is null then
    raise exception 'attach_session gave null';
  end if;
  perform missing_workers();
  perform worker_id, worker, rescued from rescue(p_patience => interval '0');
  loop
    v_idle := true;
    select alive into v_alive from heartbeat(v_worker, false, null::boolean);
    if not v_alive then
      raise exception 'the lease ended';
    end if;
    for v_queue, v_priority in select q, p from unnest('{default,reports}'::text[]) as q, generate_series(0, 9) as p loop
      v_jobs := array(
        select c from claim(v_worker, 2, array[v_queue], array[v_priority], '{-infinity}', '{0}') as c
      );
      if cardinality(v_jobs) = 0 then
        v_jobs := array(select c from claim_suspect(v_worker) as c);
      end if;
      foreach v_job in array v_jobs loop
        v_idle := false;
        v_count := v_count + 1;
        if v_job.operation is null or v_job.branch is null or v_job.action is null or v_job.globals is null or v_job.claimed_at is null
          or v_job.attempt > v_job.max_attempts or v_job.queue <> v_queue
        then
          raise exception 'a claimed job lacks something: %', v_job;
        end if;
        select operation_id, claim_id, outcome, next_claim_id, "position", run, max_attempts, timeout_ms, branch, action, globals, globals_version, attempt
          into v_answer
          from complete_many(v_worker, array[v_job.operation_id], array[v_job.claim_id], array['{"set": {"frozen": true}}'::jsonb], array[null::integer],
                             v_count % 2 = 0, array[v_job.globals_version]);
        while v_answer.outcome = 'advanced' loop
          select operation_id, claim_id, outcome, next_claim_id, "position", run, max_attempts, timeout_ms, branch, action, globals, globals_version, attempt
            into v_answer
            from complete_many(v_worker, array[v_answer.operation_id], array[v_answer.next_claim_id], array[null::jsonb], array[null::integer],
                               true, array[v_answer.globals_version]);
        end loop;
        if v_answer.outcome is null or v_answer.outcome not in ('completed', 'queued', 'failed') then
          raise exception 'complete_many answered % for operation %', v_answer.outcome, v_job.operation_id;
        end if;
      end loop;
    end loop;
    exit when v_idle;
    if v_count > 100 then
      raise exception 'it does not end';
    end if;
  end loop;
  perform next_due(v_worker);
  perform from held(v_worker);
  perform lost_claims(v_worker, array[1::bigint], array[1::bigint]);
  perform unregister_worker(v_worker);
end
$$;
