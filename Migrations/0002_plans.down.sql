drop table definition_actions, definitions;
