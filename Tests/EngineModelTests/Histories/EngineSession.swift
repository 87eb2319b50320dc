import BackOpsTesting
import EngineModel
import LibPQ
import Testing

/// Calls the engine in a session whose clock a history moves, one round trip for a call and all rows after it.
struct EngineSession: Sendable {
    /// What the database answered to one call, and what it holds now.
    struct Reply: Sendable {
        let refusal: String?
        /// The answer's rows, or the message of a refusal.
        let text: String
        let state: String
        /// The lines of `state` that are about limits and rates, and the jobs where a queue has a limit.
        let limits: String
    }

    let connection: PQConnection
    let definitions: [Definition: String]

    /// Connects, and makes what histories need in the test's schema: the known plans, and two helpers.
    static func open(_ database: TestDatabase) async throws -> EngineSession {
        try await makeHelpers(database)
        var definitions: [Definition: String] = [:]
        for name in PlanCatalog.histories.known {
            let plan = PlanCatalog.histories.registered[name, default: []][0].json
            let id: Int64 = try await database.value("select register_definition(\(name), \(plan)::json)")
            definitions[Definition(name: name, version: 0)] = String(id)
        }
        for (name, key) in PlanCatalog.histories.secretKeys {
            try await database.query("insert into secret_keys values (\(name), \(key))")
        }
        // Every plan has said something of limits, which is to be seen.
        try await database.script("select advance_limits()")
        // The record of skipped slots names intervals in words, as the server's settings would have them.
        var options = database.options
        options.settings["intervalstyle"] = "postgres"
        return EngineSession(
            connection: try await PQConnection.connect(options),
            definitions: definitions
        )
    }

    /// Makes the functions of the tests' own.
    static func makeHelpers(_ database: TestDatabase) async throws {
        try await database.script(
            helpers + pinned("model_call(bigint, text)", database) + pinned("model_state()", database)
        )
    }

    /// Lets a function of the tests' own find its tables as the engine's do, which the invariants demand.
    static func pinned(_ function: String, _ database: TestDatabase) -> String {
        "alter function \(function) set search_path = \(database.schema), pg_temp;"
    }

    /// Makes one call within the open transaction; a refused one leaves no trace.
    static func call(_ sql: String, at seconds: Int, on session: inout PQSession) throws -> Reply {
        let result = try session.query(
            """
            select refusal, answer, state,
                   (select string_agg(line, e'\\n') from string_to_table(state, e'\\n') as line where line ~ '^(slot|limit|start|rate|queue)[|]'
                       or line ~ '^job[|]' and strpos(state, e'\\nqueue|') > 0)
              from (select refusal, answer, model_state() as state from model_call(\(Int64(Rendered.epoch + seconds)), \(sql)) offset 0) as reply
            """
        )
        let row = try #require(result.first)
        return Reply(
            refusal: try row.decode(0),
            text: try row.decode(1, as: String?.self) ?? "",
            state: try row.decode(2, as: String?.self) ?? "",
            limits: try row.decode(3, as: String?.self) ?? ""
        )
    }

    /// The violations that the engine's own `invariants()` finds, where it has that function.
    static func violations(on session: inout PQSession) throws -> String {
        let exists = try session.query("select to_regprocedure('invariants()') is not null")
        guard try #require(exists.first).decode(0, as: Bool.self) else { return "" }
        let rows = try session.query(
            "select coalesce(string_agg(i::text, e'\\n'), '') from invariants() as i"
        )
        return try #require(rows.first).decode(0)
    }

    /// The column, whoever has sent the signals in it.
    static let globals = """
        replace(globals::text, format('"sent_by": %s', to_json(session_user::text)), '"sent_by": "\(Rendered.sender)"')
        """

    /// What turns are shown in.
    private static let parts = Int(ModelFairLane.parts)
    private static let turns = "round(turn * \(parts))"

    /// Functions of the tests' own: a call that may be refused, and all rows as text.
    private static let helpers = """
        create function model_call(p_now bigint, p_sql text, out refusal text, out answer text) language plpgsql as $$
        begin
          perform set_config('backops.now', to_timestamp(p_now)::text, true);
          execute p_sql into answer;
        exception when others then
          refusal := sqlstate;
          answer := sqlerrm;
        end
        $$;

        create function model_state() returns text language plpgsql as $$
        begin
          return concat_ws(e'\\n',
            (select string_agg(format('operation|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', id, name, state, key, active_key, queue, priority,
                      date_part('epoch', perform_at), step_limit, date_part('epoch', created_at), date_part('epoch', ended_at),
                      date_part('epoch', parked_at), stopped_position, stop_reason, \(globals),
                      schedule, date_part('epoch', slot)), e'\\n' order by id) from operations),
            (select string_agg(format('action|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', operation_id, position, run, earlier_attempts, attempts_count,
                      max_attempts, branch, name, date_part('epoch', started_at), date_part('epoch', completed_at),
                      case when wait is not null and completed_claim_id is not null then 'wait' else completed_claim_id::text end,
                      date_part('epoch', skipped_at), date_part('epoch', errored_at), error_type, wait_outcome),
                      e'\\n' order by operation_id, position) from actions),
            (select string_agg(format('job|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', operation_id, date_part('epoch', run_at),
                      worker_id, claim_id, date_part('epoch', claimed_at), definition_id, position, attempt, steps_left, priority,
                      crashes, queue, handler, date_part('epoch', waits_since), gate, ticket, date_part('epoch', came_at), queue_slot, \(turns)), e'\\n' order by operation_id) from jobs),
            (select string_agg(format('attempt|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', operation_id, position, run, attempt, outcome,
                      ends_operation, worker_id,
                      case when claim_id is not null and (select wait is not null from actions a
                        where a.operation_id = t.operation_id and a.position = t.position) then 'wait' else claim_id::text end,
                      date_part('epoch', started_at), date_part('epoch', ended_at), error_type),
                      e'\\n' order by operation_id, id) from attempts t),
            (select string_agg(format('signal|%s|%s|%s|%s|%s|%s|%s|%s', operation_id, name, payload, dedup_key, date_part('epoch', sent_at),
                      date_part('epoch', read_at), read_position, read_run), e'\\n' order by operation_id, id) from signals),
            (select string_agg(format('approval|%s|%s|%s|%s|%s|%s|%s|%s|%s', operation_id, position, run, name, date_part('epoch', asked_at),
                      date_part('epoch', deadline), decision, decided_by, date_part('epoch', decided_at)), e'\\n' order by operation_id, id)
               from approvals),
            (select string_agg(format('worker|%s|%s|%s|%s', id, date_part('epoch', heartbeat_at), date_part('epoch', lease), stopping),
                      e'\\n' order by id::text collate "C") from workers),
            (select string_agg(format('key|%s|%s|%s|%s|%s|%s', name, key, operation_id, replaced_id, date_part('epoch', window_began_at),
                      date_part('epoch', free_at)), e'\\n' order by name collate "C", key collate "C") from operation_keys),
            (select string_agg(line, e'\\n' order by line collate "C") from (
               select format('slot|operation|%s|%s', operation_slot, operation_id) as line from jobs where operation_slot is not null
               union all
               select format('slot|action|%s|%s', action_slot, operation_id) from jobs where action_slot is not null) as slots),
            (select string_agg(format('limit|%s|%s|%s|%s|%s', name, declared, own, set_at is not null, maximum), e'\\n'
                      order by format('limit|%s|', name) collate "C") from limits),
            (select string_agg(format('gate|%s|%s|%s|%s|%s', gate, name, holding, waiting, next_ticket), e'\\n'
                      order by format('gate|%s|', gate) collate "C") from limit_gates),
            (select string_agg(format('queue|%s|%s|%s', queue, maximum, holding), e'\\n' order by queue collate "C") from queue_limits),
            (select string_agg(format('release|%s|%s|%s', gate, slots, waiters), e'\\n' order by format('release|%s|', gate) collate "C")
               from (select gate, sum(slots) as slots, sum(waiters) as waiters from limit_releases group by gate) as r),
            (select string_agg(format('fair|%s|%s|%s', queue, by_global, (select string_agg(key || ':' || value, ',' order by key) from jsonb_each_text(weights))),
                      e'\\n' order by queue collate "C") from fair_queues),
            (select string_agg(line, e'\\n' order by line collate "C") from (
               select format('lane|%s|%s|%s|%s|%s', queue, priority, round(clock * \(parts)), round(fresh * \(parts)), round(first_turn * \(parts))) as line
                 from fair_lanes) as lanes),
            (select string_agg(line, e'\\n' order by line collate "C") from (
               select format('turns|%s|%s|%s|%s', queue, priority, key, round(turn * \(parts))) as line from fair_keys) as turns),
            (select string_agg(line, e'\\n' order by line collate "C") from (
               select format('start|%s|%s|%s|%s|%s', rate_gate_of(a.limits -> 'rate', o.globals, is_secret(o.name, a.limits -> 'rate' ->> 'by')),
                        case when a.limits ? 'rate' then coalesce(a.limits -> 'rate' ->> 'weight', '1') end, date_part('epoch', j.paced_at), j.operation_id,
                        date_part('epoch', j.claimed_at)) as line
                 from jobs j
                 join operations o on o.id = j.operation_id
                 left join actions a on a.operation_id = j.operation_id and a.position = j.position
                where j.paced_at is not null) as starts),
            (select string_agg(line, e'\\n' order by line collate "C") from (
               select format('rate|%s|%s|%s|%s|%s|%s|%s|%s|%s', name, declared_count, declared_per, declared_burst, own_count, own_per, own_burst,
                        set_at is not null, version) as line from rates) as numbers),
            (select string_agg(line, e'\\n' order by line collate "C") from (
               select format('pace|%s|%s|%s|%s|%s|%s|%s|%s', gate, name, date_part('epoch', used_until), version, date_part('epoch', closed_until), waiting,
                        next_ticket, round(extract(epoch from look_at) * \(ModelRateGate.fraction))) as line from rate_gates) as paces),
            (select string_agg(format('definition|%s|%s', name, id), e'\\n' order by name collate "C") from definitions where current),
            (select string_agg(concat_ws(e'\\n', format('schedule|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', s.name,
                      s.operation, coalesce(s.cron, date_part('epoch', s.every)::text), s.globals, date_part('epoch', s.starts_at),
                      date_part('epoch', s.ends_at), s.overlap, s.catch_up, s.catch_up_limit, date_part('epoch', s.catch_up_window), s.pause_after_failures,
                      floor(date_part('epoch', s.decided_until)), date_part('epoch', s.next_at), date_part('epoch', s.due_at),
                      date_part('epoch', s.buffered_slot), array_to_string(s.active_ids, ','), s.failures_count, s.run_count, s.skipped_count,
                      date_part('epoch', s.last_slot), s.last_operation_id, date_part('epoch', s.paused_at) || '-' || coalesce(date_part('epoch', s.paused_until)::text, ''),
                      s.pause_reason, date_part('epoch', s.last_errored_at)),
                      (select string_agg(format('skip|%s|%s|%s|%s|%s|%s|%s', s.name, date_part('epoch', k.first_slot), date_part('epoch', k.last_slot), k.count,
                                k.reason, case when k.reason <> 'error' then k.detail end, date_part('epoch', k.at)), e'\\n' order by k.id)
                         from skipped_slots k where k.schedule_id = s.id)), e'\\n' order by s.name collate "C") from schedules s)
          );
        end
        $$;
        """
}
