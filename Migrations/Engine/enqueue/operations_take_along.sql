-- A trigger is not replaced in place, because that would lock the table against writing: one that changes gets another name.
do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'operations'::regclass and tgname = 'operations_take_along') then
    create trigger operations_take_along
      after delete on operations
      referencing old table as deleted
      for each statement execute function take_along_deleted();
    comment on trigger operations_take_along on operations is 'Leaves nothing of an operation that is deleted.';
  end if;
  if not exists (select from pg_trigger where tgrelid = 'operations'::regclass and tgname = 'operations_take_along_all') then
    create trigger operations_take_along_all
      after truncate on operations
      for each statement execute function take_along_truncated();
    comment on trigger operations_take_along_all on operations is 'Leaves nothing of operations that are truncated.';
  end if;
end
$$;
