drop table queue_samples, queues;
