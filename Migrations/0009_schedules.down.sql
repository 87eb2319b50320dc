drop table skipped_slots, schedules;
alter table operations drop column schedule, drop column slot;
drop domain schedule_name;
