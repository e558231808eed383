-- The two roles of the service: kaa_owner owns the database and migrates it, kaa_service owns nothing.
select format('create role %I login', name)
from unnest(array['kaa_owner', 'kaa_service']) name
where not exists (select from pg_roles where rolname = name)
\gexec
