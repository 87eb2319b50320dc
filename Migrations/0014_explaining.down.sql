drop function wait(bigint, interval);
drop function flow(bigint);
drop function explain(bigint);
drop function did_you_mean(text, text[]);
drop type explanation;
