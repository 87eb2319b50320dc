drop table skipped_slots, schedules, schedule_sets;
alter table workers drop column schedule_set_id;
alter table operations drop column schedule, drop column slot;
drop domain schedule_name;
