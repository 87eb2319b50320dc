extension Corruption {
    /// What somebody changes about tables, indexes, triggers and functions.
    static let schema = [
        Corruption(
            "schema_is_sound",
            nil,
            "a constraint that was never validated",
            "alter table operations add constraint late check (priority < 9) not valid"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a function that finds its tables by the caller's search_path",
            "alter function rescue(integer, interval) reset search_path"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a function that gives everybody its owner's rights",
            "grant execute on function enqueue to public"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a trigger that is switched off",
            "alter table operations disable trigger operations_expand"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a trigger that is missing",
            "drop trigger operations_expand on operations"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a trigger for DELETE that is switched off",
            "alter table operations disable trigger operations_take_along"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a trigger for TRUNCATE that is missing",
            "drop trigger operations_take_along_all on operations"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a trigger of another table that is missing",
            "drop trigger attempts_stamp_failure on attempts"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a trigger of another table that is switched off",
            "alter table attempts disable trigger attempts_stamp_failure"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "row level security that nobody has a policy for",
            "alter table jobs enable row level security"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "row level security that holds for the owner, too",
            "alter table jobs enable row level security; alter table jobs force row level security; create policy p on jobs using (true)"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "an unlogged table",
            "alter table jobs set unlogged"
        ),
        Corruption(
            "schema_is_sound",
            nil,
            "a rule that does something else",
            "create rule nothing as on delete to workers do instead nothing"
        ),
    ]
}
