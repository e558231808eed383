-- What the made-up data is drawn with. Everything of it is temporary.
\set ON_ERROR_STOP on
discard temp;
select setseed(0.29);

-- A UUID that stays the same for the same name in the same municipality.
create function pg_temp.uid(name text) returns uuid language sql stable
return overlay(overlay(md5(base.municipality() || ' ' || name) placing '4' from 13) placing 'a' from 17)::uuid;
create function pg_temp.pick(choices text[], draw double precision) returns text language sql immutable
return choices[1 + floor(draw * cardinality(choices))::int];
-- 10 o'clock of a day in Stockholm, and a few minutes that tell rows apart; never later than now.
create function pg_temp.morning(day date, minutes int) returns timestamptz language sql stable
return least((day + time '09:00' + make_interval(mins => minutes)) at time zone 'Europe/Stockholm', base.now());
-- The official test numbers to use, and who came from elsewhere.
create temp table numbers (number text);
create temp table moved_in (number text, birth_date date, sex text, given_name text, family_name text, start_date date);
