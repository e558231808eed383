-- Youths: who sees them, who writes which member, numbers, and the night's work.
begin;
select no_plan();
\ir refusals.psql
create function pg_temp.enter(scopes text default '', town text default '0180', districts text default null, today text default '2026-10-01')
returns void language sql as $$
  select base.enter(town, 'anna', 'front', null, scopes, districts, null, null, null, null, today || 'T12:00:00+02:00')
$$;

select pg_temp.enter();
insert into base.municipalities (municipality, name) values ('0180', 'Provstad'), ('0126', 'Grannstad');
insert into base.units (id, name, administration, is_default) values (pg_temp.u(901), 'Alla', 'labour_market', true), (pg_temp.u(902), 'Nord', 'labour_market', false);
insert into base.districts (id, name, slug, unit_id) values (pg_temp.u(801), 'Järva', 'jarva', pg_temp.u(902)), (pg_temp.u(802), 'Farsta', 'farsta', null);
-- 1 in Järva, 2 in Farsta, 3 marked, 4 protected, 5 preventive, 6 without district, 9 in another municipality
insert into base.youths (municipality, id, birth_date, given_name, family_name, protection, status, district_id, address) values
  ('0180', pg_temp.u(1), '2009-05-05', 'Alva', 'Ek', 'none', 'active', pg_temp.u(801), null),
  ('0180', pg_temp.u(2), '2009-05-05', 'Bo', 'Al', 'none', 'active', pg_temp.u(802), null),
  ('0180', pg_temp.u(3), '2009-05-05', 'Cia', 'Lind', 'confidentiality_marking', 'active', pg_temp.u(801), null),
  ('0180', pg_temp.u(4), '2009-05-05', 'Dan', 'Gran', 'protected_registration', 'active', null, '{"kind": "forwarding"}'),
  ('0180', pg_temp.u(5), '2010-05-05', 'Eli', 'Tall', 'none', 'preventive', pg_temp.u(801), null),
  ('0180', pg_temp.u(6), '2009-05-05', 'Fia', 'Alm', 'none', 'active', null, null),
  ('0126', pg_temp.u(9), '2009-05-05', 'Gun', 'Asp', 'none', 'active', null, null);
insert into base.identity_numbers (municipality, youth_id, number, type)
select case n when 9 then '0126' else '0180' end, pg_temp.u(n), '20090505TF0' || n, 'temporary' from unnest(array[1, 2, 3, 4, 5, 6, 9]) n;
set local role kaa_service;

-- Who is seen
create function pg_temp.seen() returns text language sql as $$
  select string_agg(v."givenName", ' ' order by v."givenName") from api.youths v
$$;
select is(pg_temp.seen(), 'Alva Bo Fia', 'protected and preventive persons are not seen');
select pg_temp.enter('protected:read');
select is(pg_temp.seen(), 'Alva Bo Cia Dan Fia', 'but with protected:read');
select pg_temp.enter('preventive:read');
select is(pg_temp.seen(), 'Alva Bo Eli Fia', 'and preventive:read');
select pg_temp.enter('protected:read', districts => '{00000000-0000-4000-8000-000000000801}');
select is(pg_temp.seen(), 'Alva Cia', 'a token of a district sees that district');
select pg_temp.enter('protected:read preventive:read', '0126');
select is(pg_temp.seen(), 'Gun', 'another municipality sees its own');
select pg_temp.enter();
select is((select count(*) from api.identity_numbers), 3::bigint, 'numbers are seen with their youth');
select is((select count(*) from base.district_periods), 3::bigint, 'and where they lived');
select is(pg_temp.refusal(format('insert into edit.%s (id, "youthId", %s) values (gen_random_uuid(), %L, %s)', t, c, pg_temp.u(n), v)), 'unknown-reference',
          format('%s of a %s youth is refused as of an absent one', t, n))
from (values ('registrations', '"startDate", reason', '''2026-09-01'', ''dropout'''), ('occupations', 'code', '''work'''), ('assignments', 'staff', '''anna''')) w(t, c, v),
     unnest(array[3, 4, 5, 9, 77]) n;
update base.youths set email = 'x@example.com' where id in (pg_temp.u(3), pg_temp.u(9));
select pg_temp.enter('protected:read');
select is((select y.email from base.youths y where y.id = pg_temp.u(3)), null, 'what is hidden is not changed');

-- The unit follows the district; so does the history
select is((select v."unitId" from api.youths v where v.id = pg_temp.u(1)), pg_temp.u(902), 'the district''s unit');
select is((select v."unitId" from api.youths v where v.id = pg_temp.u(6)), pg_temp.u(901), 'or the default unit');
reset role;
select pg_temp.enter(today => '2026-10-02');
update base.districts set unit_id = pg_temp.u(901) where id = pg_temp.u(801);
select is((select count(*) from base.youths y where y.unit_id = pg_temp.u(902)), 0::bigint, 'the district gets another unit: its youths follow, hidden ones too');
select is((select string_agg(p.unit_id || ' ' || p.from_date || coalesce(' ' || p.to_date, ''), ', ' order by p.from_date) from base.district_periods p where p.youth_id = pg_temp.u(3)),
          pg_temp.u(902) || ' 2026-10-01 2026-10-02, ' || pg_temp.u(901) || ' 2026-10-02', 'and it is known since when');
update base.youths set district_id = pg_temp.u(802) where id = pg_temp.u(1);
update base.youths set district_id = pg_temp.u(801) where id = pg_temp.u(1);
select is((select count(*) from base.district_periods p where p.youth_id = pg_temp.u(1)), 2::bigint, 'one period a day');
update base.youths set email = 'a@example.com' where id = pg_temp.u(2);
select is((select count(*) from base.district_periods p where p.youth_id = pg_temp.u(2)), 1::bigint, 'another change is no move');

-- The feed
select is((select string_agg(c.change || ' ' || c.audience, ', ' order by c.seq) from base.changes c where c.id = pg_temp.u(2)), 'created all, updated all', 'a change is in the feed');
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.u(2);
select is((select string_agg(c.change || ' ' || c.audience, ', ' order by c.seq) from base.changes c where c.id = pg_temp.u(2)),
          'created all, updated all, removed open, updated protected', 'who becomes protected is removed for those who may not see');
update base.youths set protection = 'none' where id = pg_temp.u(2);

-- Members
select is(pg_temp.refusal(format($$insert into base.youths (given_name, family_name, protection, address) values ('A', 'B', 'protected_registration', %L)$$, a)),
          'protected_address_only_forwarding', 'protected registration: no address of kind ' || (a::jsonb ->> 'kind'))
from unnest(array['{"kind": "registered"}', '{"kind": "special_postal"}']) a;
select is(pg_temp.refusal(format($$insert into base.youths (given_name, family_name, protection, district_id) values ('A', 'B', 'protected_registration', %L)$$, pg_temp.u(801))),
          'protected_address_only_forwarding', 'nor a district');
select is(pg_temp.refusal($$update base.youths set guardians = '[{"name": "Kim"}]' where family_name = 'Ek'$$), 'done', 'a minor has guardians');
select is(pg_temp.refusal($$update base.youths set guardians = '[{"name": "Kim"}, {"name": "Kim"}, {"name": "Kim"}, {"name": "Kim"}, {"name": "Kim"}]' where family_name = 'Ek'$$),
          'youths_guardians_check', 'four at most');
select pg_temp.enter(today => '2027-05-05');
select is(pg_temp.refusal($$update base.youths set guardians = '[{"name": "Robin"}]' where family_name = 'Ek'$$), 'guardians-of-adult', 'who is 18 has none');
select is(pg_temp.refusal($$update base.youths set email = 'e@example.com' where family_name = 'Ek'$$), 'done', 'until the night, other members can be written');
select is(base.clear_guardians('0180'), '{"cleared": 1}', 'the night of the 18th birthday clears them');
select is((select y.guardians from base.youths y where y.id = pg_temp.u(1)), '[]', 'they are gone');
select is(base.clear_guardians('0180'), '{"cleared": 0}', 'once');
select is((select l.resource || ' ' || l.action || ' ' || l.outcome from base.access_log l where l.subjects = array[pg_temp.u(1)] and l.sub = 'anna' and l.action <> 'follow-organisation'), 'youths clear-guardians written', 'it is in the access log');
update base.youths set phones = null, external_ids = null, guardians = null where id = pg_temp.u(1);
select is((select y.phones::text || y.external_ids || y.guardians from base.youths y where y.id = pg_temp.u(1)), '{}{}[]', 'null clears');

-- Numbers
select pg_temp.enter('protected:read');
select is(pg_temp.refusal(format($$insert into base.identity_numbers (youth_id, number, type) values (%L, %L, %L)$$, pg_temp.u(1), n, t)), r, n || ' as ' || t)
from (values ('20090505TF02', 'temporary', 'number_taken'), ('200501012398', 'personal', 'number_wrong'), ('200501012397', 'coordination', 'number_wrong'),
             ('200500882394', 'personal', 'number_wrong'), ('0501012397', 'personal', 'number_wrong'), ('200501012397', 'personal', 'done')) v(n, t, r);

-- Entry by hand
set local role kaa_service;
create function pg_temp.add(n int, patch jsonb default '{}') returns text language sql as $$
  select pg_temp.refusal(format('select base.add_youth(%L, %L)', pg_temp.u(n), base.merge_patch('{"personalNumber": "20081010TF01", "givenName": "Ny",
    "familyName": "Ung", "birthDate": "2008-10-10", "registration": {"startDate": "2026-09-15", "reason": "dropout"}}', patch)))
$$;
select pg_temp.enter('youths:write');
select is(pg_temp.add(20), 'scope-missing', 'not without protected:read');
select pg_temp.enter('protected:read');
select is(pg_temp.add(20), 'scope-missing', 'nor without preventive:read');
select pg_temp.enter('protected:read preventive:read');
select is(pg_temp.add(20, '{"personalNumber": "20090505TF05"}'), 'number_taken', 'not with a number that is taken');
select is(pg_temp.add(20, '{"numberType": "personal"}'), 'number_wrong', 'not with another type');
select is(pg_temp.add(20, '{"registration": {"startDate": "2026-10-02"}}'), 'in-the-future', 'not from tomorrow');
select is(pg_temp.add(20, '{"birthDate": "2006-09-15"}'), 'registered-after-twenty', 'not from the 20th birthday');
select is(pg_temp.add(20, '{"protection": "protected_registration", "address": {"kind": "registered"}}'), 'protected_address_only_forwarding', 'not with an address that is not to be kept');
select pg_temp.enter('protected:read preventive:read', districts => '{00000000-0000-4000-8000-000000000801}');
select matches(pg_temp.add(20, format('{"districtId": "%s"}', pg_temp.u(802))::jsonb), 'districts-limited', 'not with a token of some districts: a number that is taken would tell of the others');
select pg_temp.enter('protected:read preventive:read');
select is((select count(*) from base.youths y where y.id = pg_temp.u(20)), 0::bigint, 'a refusal leaves nothing');
select is(pg_temp.add(20, '{"phones": ["+46701740605"], "numberType": "temporary"}'), 'done', 'a youth');
select is((select concat_ws(' ', v.status, v."personalNumber", v."numberType", v.sex, v.registration ->> 'startDate', v.registration ->> 'reason', v.occupation ->> 'code', v.phones[1]) from api.youths v where v.id = pg_temp.u(20)),
          'active 20081010TF01 temporary unknown 2026-09-15 dropout unknown +46701740605', 'with number, registration and unknown occupation');
select is((select r.source from base.registrations r where r.youth_id = pg_temp.u(20)), null, 'opened by staff');

-- Occupations and assignments
select is(pg_temp.refusal(format($$insert into edit.occupations (id, "youthId", code, "from", "reviewDate") values (gen_random_uuid(), %L, 'work', '2026-10-01', '2026-09-01')$$, pg_temp.u(20))),
          'review_before_start', 'a review before the start');
insert into edit.occupations (id, "youthId", code, "from", "reviewDate") values (gen_random_uuid(), pg_temp.u(20), 'work', '2026-10-01', '2026-10-05');
select is((select v.occupation ->> 'code' from api.youths v where v.id = pg_temp.u(20)), 'work', 'the latest holds');
select pg_temp.enter('protected:read', today => '2026-10-05');
select is((select v.occupation ->> 'code' from api.youths v where v.id = pg_temp.u(20)), 'work', 'on its review date too');
select pg_temp.enter('protected:read', today => '2026-10-06');
select is((select v.occupation ->> 'code' from api.youths v where v.id = pg_temp.u(20)), 'unknown', 'past it, it counts as unknown');
select is(pg_temp.refusal(format($$insert into edit.assignments (id, "youthId", staff, "from", "to") values (gen_random_uuid(), %L, 'anna', '2026-10-01', '2026-09-01')$$, pg_temp.u(20))),
          'assignment_end_before_start', 'an assignment ends after it starts');
select is(pg_temp.refusal(format($$insert into edit.assignments (id, "youthId", staff, "unitId") values (gen_random_uuid(), %L, 'anna', %L)$$, pg_temp.u(20), pg_temp.u(1))),
          'assignments_municipality_unit_id_fkey', 'at a unit that exists');

-- A night
reset role;
-- evaluated, changed, ended, opened
create function pg_temp.night() returns text language sql as $$
  select concat_ws(' ', n ->> 'evaluated', n ->> 'changed', n ->> 'ended', n ->> 'opened') from base.reevaluate_register('0180') n
$$;
select pg_temp.enter('protected:read preventive:read', today => '2028-10-09');
select lives_ok($$select base.reevaluate_register('0180')$$, 'the night before the 20th birthday');
select is((select y.status from base.youths y where y.id = pg_temp.u(20)), 'active', 'covered');
select pg_temp.enter('protected:read preventive:read', today => '2028-10-10');
select is(base.reevaluate_register('0180') ->> 'ended', '1', 'on it');
select is((select concat_ws(' ', y.status, r.end_date, r.exit_reason) from base.youths y join base.registrations r on r.youth_id = y.id where y.id = pg_temp.u(20)),
          'ended 2028-10-10 turned_20', 'ended that day');
select is((select e.rule || ' ' || e.result from base.evaluations e where e.youth_id = pg_temp.u(20) order by e.as_of desc limit 1), '2 out', 'by rule 2');
select is(pg_temp.night(), '0 0 0 0', 'once');
insert into base.youths (id, birth_date, given_name, family_name, residence, compulsory_school_ended, enrolments, source)
values (pg_temp.u(30), '2011-01-01', 'Ida', 'Sen', '{"municipality": "0180", "status": "resident"}', '2027-06-10', '[{"type": "introductory_programme", "from": "2028-10-20"}]', 'ber');
insert into base.registrations (youth_id, start_date, reason, source) values (pg_temp.u(30), '2028-09-01', 'no_upper_secondary', 'ber');
select is(pg_temp.night(), '1 1 0 0', 'before school starts');
select pg_temp.enter('protected:read preventive:read', today => '2028-10-25');
select is(pg_temp.night(), '1 1 1 0', 'a night or more after');
select is((select r.end_date || ' ' || r.exit_reason from base.registrations r where r.youth_id = pg_temp.u(30)), '2028-10-25 introductory_programme', 'ends when it is seen');
select is((select count(*) from base.nightly_steps s where s.name in ('reevaluate_register', 'clear_guardians', 'cancel_old_imports')), 3::bigint, 'the night runs all three');
-- The views without policies of their own are read by api.youths alone, which has asked the youth's.
reset role;
select set_eq($$select distinct v.oid::regclass::text from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
                join pg_class p on p.oid = d.refobjid where p.relname like 'parts\_%' and v.oid <> p.oid$$,
              array['api.youths'], 'parts of a youth are seen through the youth alone');

select * from finish();
rollback;
