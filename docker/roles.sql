-- The two roles of the service: kaa_owner owns the database and migrates it, kaa_service owns nothing. Run by a
-- superuser, and once more whenever this file has changed.
do $$
declare
  name text;
begin
  foreach name in array array['kaa_owner', 'kaa_service'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login', name);
    end if;
    -- PostgreSQL's own log must hold nothing of persons. The message of an error quotes the value, so errors are left to
    -- the service's log, which names SQLSTATE, constraint and place; terse: no row of a broken constraint, and no
    -- parameters of a slow statement.
    execute format('alter role %I set log_min_messages = log', name);
    execute format('alter role %I set log_error_verbosity = terse', name);
  end loop;
end $$;
