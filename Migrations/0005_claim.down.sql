drop function held(bigint);
drop function next_due(bigint);
drop function claim(bigint, integer);
drop function claim_suspect(bigint);
drop function claim(bigint, integer, text[], smallint[], timestamptz[], bigint[]);
drop function describe_claims(bigint[]);
drop type claimed_job;
drop function settled_version(xid);
