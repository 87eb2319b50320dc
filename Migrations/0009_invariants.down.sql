drop function invariants();
drop function violations_of_the_schema();
drop function violations_of_attempts();
drop function violations_of_actions();
drop function violations_of_jobs();
drop function job_advice(operations, integer);
drop function violations_of_operations();
drop type violation;
