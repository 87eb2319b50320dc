drop view help;
drop function create_roles();
drop function grant_privileges(text, text);
drop function lift_row_security();
drop function apply_privileges();
drop function privileges();
