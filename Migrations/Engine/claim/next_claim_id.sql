-- A standby that takes over without having heard of the last commits (an asynchronous fail-over) goes on numbering from where its
-- primary was some moments before. A worker may outlive that, and must not take the end of its new claim for that of the old one:
-- hence the random bits. The 43 bits of the number last for 28 years of 10,000 claims a second, and begin again then.
--
-- Planned into the statement that calls it: no function call for each row.
create or replace function next_claim_id() returns bigint
  language sql volatile
  return (nextval('claim_ids') & 8796093022207) << 20 | (random() * 1048575)::bigint;
comment on function next_claim_id() is
  'Numbers a claim: 43 bits of the sequence claim_ids, then 20 random ones, so that no number comes back when a fail-over sets the sequence back.';
