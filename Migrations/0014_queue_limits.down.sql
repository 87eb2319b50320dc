drop trigger if exists jobs_release_slots on jobs;
drop trigger if exists jobs_release_slots_at_end on jobs;
delete from limit_releases where left(gate, 7) = '/queue/';
alter table jobs drop column queue_slot;
drop table queue_limits;
comment on column limit_releases.gate is
  'Of what; with a slash before it a limit whose maximum has changed, and "/rate/" and a name for a rate whose numbers have, or whose line somebody has left.';
