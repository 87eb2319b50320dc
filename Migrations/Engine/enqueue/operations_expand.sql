-- A trigger is not replaced in place, because that would lock the table against writing: one that changes gets another name.
do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'operations'::regclass and tgname = 'operations_expand') then
    create trigger operations_expand
      after insert on operations
      referencing new table as enqueued
      for each statement execute function expand_operations();
    comment on trigger operations_expand on operations is 'Makes a plain INSERT enough.';
  end if;
end
$$;
