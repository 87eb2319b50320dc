drop function sampled_queue_depth(interval);
drop table queue_samples;
