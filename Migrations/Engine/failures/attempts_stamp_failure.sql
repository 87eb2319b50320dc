-- A trigger is not replaced in place, because that would lock the table against writing: one that changes gets another name.
do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'attempts'::regclass and tgname = 'attempts_stamp_failure') then
    create trigger attempts_stamp_failure
      before insert on attempts
      for each row when (new.ends_operation) execute function stamp_failure();
    comment on trigger attempts_stamp_failure on attempts is 'Only for attempts that end an operation: no other failure, and no success, pays for it.';
  end if;
end
$$;
