-- Roles and database for a PostgreSQL of your own (15 or newer, 18 recommended).
-- Run it as superuser, as often as you like; it reads the two passwords from files:
--
--   export TRAMXA_OWNER_PASSWORD_FILE=/etc/tramxa/secrets/database_owner_password
--   export TRAMXA_APP_PASSWORD_FILE=/etc/tramxa/secrets/database_app_password
--   psql -v ON_ERROR_STOP=1 -f roles.sql postgres
--
-- tramxa_owner runs migrations and owns the tables. tramxa_app is what the programs
-- sign in as: row-level security always applies to it, and it owns nothing.

\set owner_password `cat "$TRAMXA_OWNER_PASSWORD_FILE"`
\set app_password `cat "$TRAMXA_APP_PASSWORD_FILE"`

set password_encryption = 'scram-sha-256';

select 'create role tramxa_owner'
where not exists (select from pg_roles where rolname = 'tramxa_owner') \gexec
select 'create role tramxa_app'
where not exists (select from pg_roles where rolname = 'tramxa_app') \gexec

alter role tramxa_owner login nosuperuser nobypassrls nocreatedb nocreaterole
  noreplication password :'owner_password';
alter role tramxa_app login nosuperuser nobypassrls nocreatedb nocreaterole
  noreplication password :'app_password';

select 'create database tramxa owner tramxa_owner template template0 encoding ''UTF8'''
where not exists (select from pg_database where datname = 'tramxa') \gexec
\connect tramxa

-- in tramxa
revoke all on database tramxa from public;
grant connect on database tramxa to tramxa_app;

create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists unaccent;

alter schema public owner to tramxa_owner;
revoke all on schema public from public;
grant usage on schema public to tramxa_app;
