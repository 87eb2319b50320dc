drop function prune(interval, integer, bigint, interval, interval, interval);
