#!/usr/bin/env bash
# Run once by the database's container when its volume is new: the roles, their passwords, the database.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U postgres -d postgres \
  -v "owner_password=$KAA_OWNER_PASSWORD" -v "service_password=$KAA_SERVICE_PASSWORD" <<'END'
\i /kaa/roles.sql
alter role kaa_owner password :'owner_password';
alter role kaa_service password :'service_password';
create database kaa owner kaa_owner;
\c kaa
create extension btree_gist;
END
