-- What lists of youths are made of is always what the youths' own tables say.
begin;
select no_plan();
\ir fixture.psql
-- the fixture writes as a caller of one municipality
select pg_temp.caller('', '9981');
select base.replan(array[pg_temp.u(9)]);
select pg_temp.caller();
insert into base.units (municipality, id, name, administration, is_default) values ('9980', pg_temp.u(901), 'Alla', 'labour_market', true),
  ('9980', pg_temp.u(902), 'Nord', 'labour_market', false);
insert into base.districts (municipality, id, name, slug, unit_id) values ('9980', pg_temp.u(801), 'Järva', 'jarva', pg_temp.u(902)),
  ('9980', pg_temp.u(802), 'Farsta', 'farsta', null);

-- Reckoned anew and in another way: by arrays, not by the latest row of an index.
create function pg_temp.truth() returns table (youth_id uuid, state text) language sql as $$
  select y.id, concat_ws('|', y.modified_at, y.status, y.protection, y.district_id, y.unit_id, y.sex, coalesce(y.birth_date, 'infinity'),
           y.family_name || ' ' || y.given_name,
           r.list[1] ->> 'start_date', case when r.open is null then r.list[1] ->> 'exit_reason' end,
           o.list[1] ->> 'code', coalesce(o.list[1] ->> 'review_date', 'infinity'), r.open)
  from base.youths y,
  lateral (select array_agg(to_jsonb(r) order by r.start_date desc, r.created_at desc) as list,
                  max(r.id::text) filter (where r.status = 'open') as open
           from base.registrations r join base.youths d on d.id = r.youth_id where y.id in (d.id, d.merged_into)) r,
  lateral (select array_agg(to_jsonb(o) order by o.holds_from desc, o.created_at desc) as list
           from base.occupations o join base.youths d on d.id = o.youth_id where y.id in (d.id, d.merged_into)) o
  where y.merged_into is null
$$;
create function pg_temp.is_true(what text) returns text language sql as $$
  select set_eq('select * from pg_temp.truth()',
    $q$select s.youth_id, concat_ws('|', s.changed_at, s.status, s.protection, s.district_id, s.unit_id, s.sex, s.birth_key, s.name,
         s.registered_on, s.exit_reason, s.occupation, s.occupation_until, s.registration_id) from base.outreach_state s$q$, what)
$$;
create function pg_temp.later(minutes int) returns void language sql as $$
  select base.enter('9980', 'anna', 'front', null, 'protected:read preventive:read', null, null, null, null, null, '2026-09-20T10:00:00Z'::timestamptz
                    + make_interval(mins => minutes) || '')
$$;

select is((select count(*) from base.outreach_state), (select count(*) from base.youths), 'one row a youth, also without a registration');
select pg_temp.is_true('youths and registrations as they began');
select pg_temp.later(1);
insert into base.occupations (municipality, youth_id, code, from_date, review_date) values ('9980', pg_temp.u(1), 'work', '2026-09-15', '2026-12-01'),
  ('9980', pg_temp.u(6), 'none', '2026-09-15', null);
select pg_temp.is_true('occupations');
select pg_temp.later(2);
insert into base.occupations (municipality, youth_id, code, from_date) values ('9980', pg_temp.u(1), 'sfi', '2026-09-14'), ('9980', pg_temp.u(6), 'abroad', '2026-09-15');
update base.occupations set review_date = '2026-10-10' where code = 'abroad';
select pg_temp.is_true('an older one, one of the same day, and one that was changed');
select pg_temp.later(3);
update base.youths set district_id = pg_temp.u(801), birth_date = null, sex = 'female', family_name = 'Å' where id = pg_temp.u(1);
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.u(6);
update base.youths set email = 'nobody@example.com' where municipality = '9980';
select pg_temp.is_true('what the register and casework write');
select pg_temp.later(4);
update base.districts set unit_id = pg_temp.u(901) where id = pg_temp.u(801);
select pg_temp.is_true('another unit serves the district');
update base.registrations set status = 'ended', end_date = '2026-09-20', exit_reason = 'moved' where youth_id in (pg_temp.u(1), pg_temp.u(6));
select pg_temp.is_true('registrations that end');
insert into base.registrations (municipality, youth_id, start_date, reason) values ('9980', pg_temp.u(1), '2026-09-20', 'unknown'), ('9980', pg_temp.u(4), '2026-09-20', 'unknown');
insert into base.occupations (municipality, youth_id, code, from_date) values ('9980', pg_temp.u(4), 'komvux', '2026-09-20');
select pg_temp.is_true('and begin again, also of one in preventive work');
select is((select status from base.outreach_state where youth_id = pg_temp.u(4)), 'active', 'who is then active');

-- While replanning is held nothing is written; then everything at once.
create temp table before_it as select youth_id, ctid as at from base.outreach_state;
select base.hold_replan();
update base.youths set sex = 'male' where id in (pg_temp.u(1), pg_temp.u(2));
insert into base.occupations (municipality, youth_id, code) values ('9980', pg_temp.u(1), 'none'), ('9980', pg_temp.u(3), 'none');
select is_empty('select 1 from base.outreach_state s join before_it b using (youth_id) where s.ctid <> b.at', 'held back');
select base.release_replan();
select pg_temp.is_true('and made up for');
select is((select count(*)::int from base.outreach_state s join before_it b using (youth_id) where s.ctid <> b.at), 3, 'once for each');
update base.youths set sex = 'unknown' where id = pg_temp.u(2);
select pg_temp.is_true('and no longer held');

-- A merged duplicate is in no list; what belongs to it is the survivor's.
update base.youths set merged_into = pg_temp.u(3) where id = pg_temp.u(5);
select pg_temp.is_true('merged');
select isnt((select registered_on from base.outreach_state where youth_id = pg_temp.u(3)), null, 'the survivor has the registration');
update base.registrations set start_date = '2026-09-11' where youth_id = pg_temp.u(5);
select pg_temp.is_true('and what comes of it later');
update base.youths set merged_into = null where id = pg_temp.u(5);
select pg_temp.is_true('and no longer, when it was an error');

-- Who sees a youth sees the row, and nobody else.
set local role kaa_service;
create function pg_temp.seen(scopes text, districts text default null, town text default '9980') returns boolean language sql as $$
  select base.enter(town, 'anna', 'front', null, scopes, districts, null, null, null, null, null) is null
$$;
create function pg_temp.same() returns boolean language sql as $$
  select coalesce(array_agg(k.id order by k.id) = (select array_agg(y.id order by y.id) from base.youths y where y.merged_into is null),
                  not exists (select from base.youths)) from api.youth_keys k
$$;
select ok(pg_temp.seen(s, d, t) is not null and pg_temp.same(), format('seen with %s %s in %s', s, d, t))
from (values (''), ('protected:read'), ('preventive:read'), ('protected:read preventive:read')) s(s),
     (values (null), ('{00000000-0000-4000-8000-000000000801}'), ('{00000000-0000-4000-8000-000000000802}')) d(d), (values ('9980'), ('9981'), ('9999')) t(t);
select is(pg_temp.refusal($$insert into base.outreach_state (municipality, youth_id) values ('9980', pg_temp.u(1))$$),
          'permission denied for table outreach_state', 'nobody else writes it');

select * from finish();
rollback;
