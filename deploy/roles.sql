-- Two roles and a database: events_owner changes the schema (events migrate), events_app only works with the rows.
-- psql --set=owner_password=… --set=app_password=… --file=deploy/roles.sql, as a role that may create roles and databases.
create role events_owner login password :'owner_password';
create role events_app login password :'app_password';
-- A superuser may create for others; anybody else has to belong to the owner.
grant events_owner to current_user;
create database events owner events_owner;
revoke connect, temporary on database events from public;
grant connect on database events to events_app;

\connect events
alter default privileges for role events_owner grant select, insert, update, delete on tables to events_app;
alter default privileges for role events_owner grant usage on sequences to events_app;
