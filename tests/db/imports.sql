-- Imports: what a row does to the register, what it must not do, and that nothing is kept of those not covered.
begin;
select no_plan();
\ir refusals.psql
create function pg_temp.enter(scopes text default 'imports:read imports:write protected:read', town text default '0180',
                              today text default '2026-10-01', districts text default null) returns void language sql as $$
  select base.enter(town, 'ber', 'ber', null, scopes, districts, null, null, null, null, today || 'T01:00:00+02:00')
$$;
select pg_temp.enter();
insert into base.municipalities (municipality, name) values ('0180', 'Provstad'), ('0126', 'Grannstad');
insert into base.units (name, administration, is_default) values ('Alla', 'labour_market', true);
insert into base.districts (name, slug) values ('Farsta', 'farsta'), ('Järva', 'jarva');
insert into base.districts (name, slug, valid_to) values ('Gammal', 'gammal', '2023-06-30');

-- A row: person n, covered by rule 15 unless changed.
create function pg_temp.line(n int, patch jsonb default '{}') returns jsonb language sql as $$
  select base.merge_patch(jsonb_build_object('personalNumber', '20080510TF' || lpad(n::text, 2, '0'), 'numberType', 'temporary',
    'birthDate', '2008-05-10', 'sex', 'female', 'givenName', 'Prov', 'familyName', 'Person' || n, 'protection', 'none',
    'address', '{"kind": "registered", "street": "Provgatan 1"}'::jsonb,
    'residence', '{"municipality": "0180", "status": "resident", "district": "farsta"}'::jsonb,
    'compulsorySchoolEnded', '2024-06-12', 'enrolments', '[]'::jsonb, 'qualifications', '[]'::jsonb), patch)
$$;
-- Opens an import of the lines, one part of 1000 each; a line without personalNumber stands for one with faults.
create function pg_temp.open(lines jsonb[], mode text default 'delta', source text default 'ber', as_of date default base.today())
returns uuid language plpgsql as $$
declare
  import uuid := gen_random_uuid();
begin
  insert into edit.imports (id, source, mode, "asOf") values (import, open.source, open.mode, open.as_of);
  perform base.put_import_part(import, p::int, rows)
  from (select (n - 1) / 1000 + 1 as p, jsonb_agg(case when l ? 'personalNumber' then jsonb_build_object('row', n, 'value', l)
               else jsonb_build_object('row', n, 'errors', '[{"pointer": "", "code": "invalid-json"}]'::jsonb) end order by n) as rows
        from unnest(lines) with ordinality u(l, n) group by 1) parts;
  return import;
end $$;
create function pg_temp.event(import uuid, type text) returns text language plpgsql as $$
begin
  perform base.import_event(import, jsonb_build_object('type', type),
                            jsonb_build_object('@version', (select i.version from base.imports i where i.id = import)));
  return (select v.status from api.imports v where v.id = import);
end $$;
-- status and the counts that are not 0, of a commit.
create function pg_temp.result(import uuid) returns text language sql as $$
  select concat_ws(' ', v.status, v.brake, (select string_agg(c.key || ':' || c.value, ' ' order by c.key)
                                            from jsonb_each_text(v.counts) c where c.value <> '0'))
  from api.imports v where v.id = import
$$;
create function pg_temp.import(lines jsonb[], mode text default 'delta', source text default 'ber', as_of date default base.today(),
                               approved boolean default false)
returns text language plpgsql as $$
declare
  import uuid := pg_temp.open(lines, mode, source, as_of);
begin
  if pg_temp.event(import, 'committed') = 'stopped' and approved then perform pg_temp.event(import, 'approved'); end if;
  return pg_temp.result(import);
end $$;
create function pg_temp.youth(n int) returns base.youths language sql as $$
  select y from base.youths y join base.identity_numbers i on i.youth_id = y.id
  where i.number = '20080510TF' || lpad(n::text, 2, '0')
$$;
create function pg_temp.registrations(n int) returns text language sql as $$
  select string_agg(concat_ws(' ', r.start_date, r.reason, r.end_date, r.exit_reason, r.source), ', ' order by r.start_date)
  from base.registrations r where r.youth_id = (pg_temp.youth(n)).id
$$;
-- Every row of the register with its xmin.
create function pg_temp.places() returns text language sql as $$
  select md5(string_agg(x, ' ' order by x)) from (
    select 'y' || id || xmin from base.youths union all select 'r' || id || xmin from base.registrations
    union all select 'n' || id || xmin from base.identity_numbers union all select 'o' || id || xmin from base.occupations
    union all select 'e' || id || xmin from base.evaluations union all select 'd' || youth_id || from_date || xmin from base.district_periods
    union all select 's' || youth_id || xmin from base.outreach_state) rows(x)
$$;
grant execute on all functions in schema pg_temp to kaa_service;
set local role kaa_service;

-- Who may, and what an import must be
select pg_temp.enter('imports:read imports:write');
select is(pg_temp.refusal($$insert into edit.imports (source, mode, "asOf") values ('ber', 'full', '2026-10-01')$$), 'scope-missing', 'not without protected:read');
select pg_temp.enter(districts => '{00000000-0000-4000-8000-000000000001}');
select is(pg_temp.refusal($$insert into edit.imports (source, mode, "asOf") values ('ber', 'full', '2026-10-01')$$), 'districts-limited', 'not with a token for some districts');
select pg_temp.enter();
select is(pg_temp.refusal($$insert into edit.imports (source, mode, "asOf") values ('BER!', 'full', '2026-10-01')$$), 'imports_source_check', 'the source is a word for machines');
select is(pg_temp.refusal($$insert into edit.imports (source, mode, "asOf") values ('ber', 'full', '2026-10-02')$$), 'in-the-future', 'not as of tomorrow');
select is(pg_temp.refusal('select count(*) from base.import_parts'), 'permission denied for table import_parts', 'the service cannot read parts');
select is(pg_temp.refusal($$update base.import_rows set row = 1$$), 'permission denied for table import_rows', 'nor write rows');
select is(pg_temp.refusal($$select base.put_import_part(gen_random_uuid(), 1, '[]')$$), 'not-found', 'a part of no import');

-- The first rows: covered, not covered, to review, held back
create temp table made as select pg_temp.open(array[
  pg_temp.line(1), pg_temp.line(2, '{"residence": {"municipality": "0126", "district": "hudiksgatan"}}'),
  pg_temp.line(3, '{"birthDate": null}'), pg_temp.line(4, '{"qualifications": [{"type": "study_certificate", "date": "2026-06-10"}], "enrolments": [{"type": "national_programme", "school": "Exempelgymnasiet", "programme": "EE", "from": "2024-08-20", "to": "2026-06-10"}]}'),
  pg_temp.line(5, '{"enrolments": [{"type": "komvux", "school": "Komvux", "from": "2026-08-20"}]}')]) as id;
select is(pg_temp.event(id, 'validated'), 'open', 'a dry run leaves it open') from made;
select is(pg_temp.result(id), 'open new:3 notCovered:1 toReview:1', 'and counts as a commit would') from made;
select is((select count(*) from base.youths), 0::bigint, 'and writes nobody');
select is(pg_temp.event(id, 'validated'), 'open', 'any number of times') from made;
select is(pg_temp.event(id, 'committed'), 'committed', 'it is committed') from made;
select is(pg_temp.result(id), 'committed new:3 notCovered:1 toReview:1', 'with those counts') from made;
select is((select count(*) from base.youths), 3::bigint, 'only the target group is stored');
select is((select string_agg(concat_ws(' ', r.part, r.row, r.result, r.rule, r.errors::text), ', ') from base.import_rows r), '1 3 review 0 []',
          'of the one to review: where, and by which rule');
reset role;
select is((select count(*) from base.import_parts), 0::bigint, 'the parts are deleted');
select ok(not exists (select from base.youths y where y::text like '%Person2%' or y::text like '%Person3%'), 'nothing of the others');
select is((select array_agg(cardinality(l.subjects)) from base.access_log l, made where l.resource_id = made.id and l.action = 'import'), '{3}',
          'whom it wrote is in the access log');
set local role kaa_service;
select is(pg_temp.registrations(1), '2026-10-01 no_upper_secondary ber', 'registered as of the import');
select is(pg_temp.registrations(4), '2026-10-01 study_certificate ber', 'with the reason');
select is((select r.latest_school || ' ' || r.latest_programme from base.registrations r where r.youth_id = (pg_temp.youth(4)).id), 'Exempelgymnasiet EE', 'and the latest school');
select is((select string_agg(o.code || ' ' || o.source, ', ') from base.occupations o where o.youth_id = (pg_temp.youth(1)).id), 'unknown import', 'the occupation is unknown at first');
select is((select o.code from base.occupations o where o.youth_id = (pg_temp.youth(5)).id), 'komvux', 'or the enrolment''s');
select is((select e.rule || ' ' || e.result from base.evaluations e where e.youth_id = (pg_temp.youth(5)).id), '11 in', 'and how it was decided');
select ok(not exists (select from base.evaluations e where e.inputs::text ~ 'Komvux|Exempelgymnasiet|Prov'), 'without school, name or address');
select is((pg_temp.youth(1)).district_id, (select d.id from base.districts d where d.slug = 'farsta'), 'the district by its slug');
select is(pg_temp.refusal(format('select base.put_import_part(%L, 2, ''[]'')', id)), 'import-not-open', 'no part after the end') from made;
select is(pg_temp.refusal(format('select pg_temp.event(%L, %L)', id, e)), 'transition-not-allowed', 'nothing after the end: ' || e)
from made, unnest(array['validated', 'committed', 'approved', 'cancelled']) e;

-- Unchanged rows write nothing
create temp table was as select pg_temp.places() as p;
select is(pg_temp.import(array[pg_temp.line(1), pg_temp.line(4, '{"qualifications": [{"type": "study_certificate", "date": "2026-06-10"}], "enrolments": [{"type": "national_programme", "school": "Exempelgymnasiet", "programme": "EE", "from": "2024-08-20", "to": "2026-06-10"}]}')]),
          'committed unchanged:2', 'the same rows again');
select is(pg_temp.places(), p, 'no row of the register is written') from was;

-- Changed rows: the register's members, never casework's
reset role;
update base.youths set phones = '{+46701740605}', email = 'prov@example.com', contact_address = '{"street": "Andra gatan"}',
  guardians = '[]' where id = (pg_temp.youth(1)).id;
insert into base.occupations (youth_id, code, from_date) values ((pg_temp.youth(1)).id, 'work', '2026-10-01');
set local role kaa_service;
select pg_temp.enter(today => '2026-10-02');
select is(pg_temp.import(array[pg_temp.line(1, '{"givenName": "Ny", "address": {"street": "Nygatan 2"}, "residence": {"district": "jarva"}}')]),
          'committed updated:1', 'a changed row');
select is(concat_ws(' ', y.given_name, y.address ->> 'street', y.phones[1], y.email, y.contact_address ->> 'street'),
          'Ny Nygatan 2 +46701740605 prov@example.com Andra gatan', 'the register''s members are new, casework''s as they were')
from (select (pg_temp.youth(1)).*) y;
select is((select string_agg(d.slug || ' ' || p.from_date || coalesce(' ' || p.to_date, ''), ', ' order by p.from_date)
           from base.district_periods p join base.districts d on d.id = p.district_id where p.youth_id = (pg_temp.youth(1)).id),
          'farsta 2026-10-01 2026-10-02, jarva 2026-10-02', 'where the youth lived is kept');
select is((select o.code from base.occupations o where o.youth_id = (pg_temp.youth(1)).id order by o.holds_from desc, o.created_at desc, o.source limit 1),
          'work', 'what contact told stays');
select is(pg_temp.registrations(1), '2026-10-01 no_upper_secondary ber', 'and the registration');

-- Out ends, return begins anew, review stays
select is(pg_temp.import(array[pg_temp.line(1, '{"birthDate": null}')]), 'committed updated:1', 'review of a registered youth');
select is((pg_temp.youth(1)).status, 'active', 'stays registered');
select pg_temp.enter(today => '2026-10-03');
select is(pg_temp.import(array[pg_temp.line(1, '{"residence": {"municipality": "0126"}, "address": {"street": "Hemligt 1"}}')]), 'committed ended:1', 'moved away');
select is(pg_temp.registrations(1), '2026-10-01 no_upper_secondary 2026-10-03 moved ber', 'ends that day');
select is((select string_agg(k, ' ' order by k) from base.evaluations e, jsonb_object_keys(e.inputs) k where e.youth_id = (pg_temp.youth(1)).id and e.rule = 3),
          'birthDate compulsorySchoolEnded protection residence', 'what it was decided on is kept, and no schooling elsewhere');
select is((pg_temp.youth(1)).status, 'ended', 'the youth is ended');
select isnt((pg_temp.youth(1)).address ->> 'street', 'Hemligt 1', 'the new address is not ours to know');
select is((select e.type || ' ' || (e.details ->> 'exitReason') from base.events e where e.youth_id = (pg_temp.youth(1)).id), 'ended moved', 'the end is an event');
select is(pg_temp.import(array[pg_temp.line(1, '{"residence": {"municipality": "0126"}, "address": {"street": "Hemligt 2"}}')]), 'committed notCovered:1', 'later rows of who moved are not kept');
select pg_temp.enter(today => '2026-10-05');
select is(pg_temp.import(array[pg_temp.line(1)]), 'committed new:1', 'who returns');
select is(pg_temp.registrations(1), '2026-10-01 no_upper_secondary 2026-10-03 moved ber, 2026-10-05 no_upper_secondary ber', 'gets a new registration');
select is((pg_temp.youth(1)).status, 'active', 'and is active');
select is((select count(*) from base.youths), 3::bigint, 'and is the same youth');

-- Staff ended it: an unchanged row does not open it again, a changed one does
select base.transit('registrations', 'staff', r.id, '{"type": "ended", "endDate": "2026-10-05", "exitReason": "completed"}', jsonb_build_object('@version', r.version))
from base.registrations r where r.youth_id = (pg_temp.youth(1)).id and r.end_date is null;
select pg_temp.enter(today => '2026-10-06');
select is(pg_temp.import(array[pg_temp.line(1)]), 'committed unchanged:1', 'ended by staff, unchanged in the register');
select is(pg_temp.import(array[pg_temp.line(1)], source => 'schools'), 'committed unchanged:1', 'another source says the same');
select is((pg_temp.youth(1)).status, 'ended', 'stays ended');
select is(pg_temp.import(array[pg_temp.line(1, '{"qualifications": [{"type": "study_certificate"}]}')]), 'committed new:1', 'something new in the register');

-- What changes with the calendar, in unchanged rows
select is(pg_temp.import(array[pg_temp.line(6, '{"enrolments": [{"type": "national_programme", "from": "2026-10-10"}]}')]), 'committed new:1', 'will start school');
select pg_temp.enter(today => '2026-10-10');
select is(pg_temp.import(array[pg_temp.line(6, '{"enrolments": [{"type": "national_programme", "from": "2026-10-10"}]}')]), 'committed ended:1', 'and has started, in the same row');
select is(pg_temp.registrations(6), '2026-10-06 no_upper_secondary 2026-10-10 national_programme ber', 'so it ends');
select is(pg_temp.import(array[pg_temp.line(8, '{"enrolments": [{"type": "adapted_upper_secondary", "from": "2025-01-10", "to": "2025-06-10"}, {"type": "adapted_upper_secondary", "from": "2026-10-11", "to": "2026-10-12"}]}')]), 'committed new:1', 'two days of school ahead');
select is(pg_temp.import(array[pg_temp.line(7, '{"birthDate": "2006-10-15", "personalNumber": "20080510TF07"}')]), 'committed new:1', 'soon twenty');
select is(pg_temp.import(array[pg_temp.line(9, '{"qualifications": [{"type": "study_certificate"}], "enrolments": [{"type": "sfi", "from": "2026-09-01", "to": "2026-10-12"}]}')]), 'committed new:1', 'two days of SFI left');
select pg_temp.enter(today => '2026-10-20');
select is(pg_temp.import(array[pg_temp.line(7, '{"birthDate": "2006-10-15", "personalNumber": "20080510TF07"}')]), 'committed ended:1', 'twenty');
select is(pg_temp.registrations(7), '2026-10-10 no_upper_secondary 2026-10-15 turned_20 ber', 'ends on the birthday');
select is(pg_temp.import(array[pg_temp.line(7, '{"birthDate": "2006-10-15", "personalNumber": "20080510TF07", "givenName": "Ny"}')], source => 'behind', as_of => '2026-10-14'),
          'committed notCovered:1', 'a file of the day before the birthday comes late');
select pg_temp.import(array[pg_temp.line(6)], source => 'far-behind', as_of => '2026-10-09');
select is(pg_temp.registrations(6), '2026-10-06 no_upper_secondary 2026-10-10 national_programme ber', 'or of a day on which who has left since was registered');
reset role;
select base.nightly('0180', '2026-10-11T01:00:00+02:00') is not null as a_night;
select pg_temp.enter(today => '2026-10-20');
set local role kaa_service;
select is(pg_temp.import(array[pg_temp.line(8, '{"enrolments": [{"type": "adapted_upper_secondary", "from": "2025-01-10", "to": "2025-06-10"}, {"type": "adapted_upper_secondary", "from": "2026-10-11", "to": "2026-10-12"}]}')]),
          'committed new:1', 'a night ended it: the same row and rule open it again');
select is(pg_temp.registrations(8), '2026-10-10 unknown 2026-10-11 adapted_upper_secondary ber, 2026-10-20 unknown ber', 'with the days of school between');
select is(pg_temp.import(array[pg_temp.line(5, '{"enrolments": [{"type": "komvux", "school": "Komvux", "from": "2026-08-20", "to": "2026-10-11"}]}')]), 'committed updated:1', 'komvux ended');
select is((select string_agg(o.code, ' ' order by o.from_date) from base.occupations o where o.youth_id = (pg_temp.youth(5)).id), 'komvux unknown', 'so the occupation is unknown again');

select is(pg_temp.import(array[pg_temp.line(9, '{"qualifications": [{"type": "study_certificate"}], "enrolments": [{"type": "sfi", "from": "2026-09-01", "to": "2026-10-12"}]}')]), 'committed updated:1', 'an enrolment that ended by the calendar, in the same row, under the same rule');
select is((select string_agg(o.code, ' ' order by o.from_date) from base.occupations o where o.youth_id = (pg_temp.youth(9)).id), 'sfi unknown', 'is no occupation any more');
select is(pg_temp.import(array[pg_temp.line(9, '{"qualifications": [{"type": "study_certificate"}], "enrolments": [{"type": "sfi", "from": "2026-09-01", "to": "2026-10-12"}]}')]), 'committed unchanged:1', 'told once');

-- A file that speaks of days ago comes late: what began since is not its to end
select is(pg_temp.import(array[pg_temp.line(10, '{"enrolments": [{"type": "national_programme", "from": "2026-08-10", "to": "2026-10-15"}]}')]), 'committed new:1', 'left school five days ago');
select is(pg_temp.import(array[pg_temp.line(10, '{"enrolments": [{"type": "national_programme", "from": "2026-08-10"}]}')], source => 'laggard', as_of => '2026-10-19'), 'committed updated:1', 'which another source had not heard of the day before');
select is(pg_temp.import('{}', 'full', 'laggard', '2026-10-19', approved => true), 'committed importMinRows', 'nor is who it leaves out');
select is(pg_temp.registrations(10), '2026-10-20 dropout ber', 'is registered');
select is(pg_temp.import(array[pg_temp.line(10, '{"enrolments": [{"type": "national_programme", "from": "2026-08-10"}]}')], source => 'laggard'), 'committed ended:1', 'until it says so of today');

-- Faults
select is(pg_temp.import(array[pg_temp.line(11), pg_temp.line(11, '{"givenName": "Annan"}'), pg_temp.line(12),
  pg_temp.line(13, '{"personalNumber": "200501012398", "numberType": "personal"}'), pg_temp.line(14, '{"numberType": "personal"}'),
  pg_temp.line(15, '{"residence": {"district": "gammal"}}'), pg_temp.line(16, '{"residence": {"district": "finns-ej"}}'),
  pg_temp.line(17, '{"residence": {"municipality": null}}'), '{}'], approved => true), 'committed importMaxRejectedPercent new:1 rejected:8', 'the good one of nine');
select is((select string_agg(r.row || ' ' || (r.errors -> 0 ->> 'pointer') || ' ' || (r.errors -> 0 ->> 'code'), ', ' order by r.row)
           from base.import_rows r where r.import_id = (select i.id from base.imports i where i.counts ->> 'rejected' = '8')),
  '1 /personalNumber person-twice, 2 /personalNumber person-twice, 4 /personalNumber number-wrong, 5 /numberType number-type-wrong, '
  '6 /residence/district district-unknown, 7 /residence/district district-unknown, 8 /residence/municipality required, 9  invalid-json',
  'each with its fault');
select ok(not exists (select from base.youths y where y.family_name = 'Person11'), 'who comes twice is not taken');
reset role;
insert into base.identity_numbers (youth_id, number, type, current, valid_from, valid_to) values ((pg_temp.youth(12)).id, '20080510TX12', 'temporary', false, '2025-01-01', '2026-01-01');
set local role kaa_service;
select is(pg_temp.import(array[pg_temp.line(12), pg_temp.line(12, '{"personalNumber": "20080510TX12"}')], approved => true), 'committed importMaxRejectedPercent rejected:2', 'twice by two numbers');
select is(pg_temp.import(array[pg_temp.line(12, '{"personalNumber": "20080510TX12"}')]), 'committed unchanged:1', 'found by any number');
reset role;
select ok(not exists (select from base.import_rows r where r::text like '%TF1%'), 'no number in what is listed');

-- Full files
set local role kaa_service;
select is(pg_temp.import(array(select pg_temp.line(20 + n) from generate_series(1, 4) n), 'full', 'other'), 'committed new:4', 'another source');
reset role;
update base.registrations set source = null where youth_id = (pg_temp.youth(24)).id;
set local role kaa_service;
select is(pg_temp.import(array[pg_temp.line(21), pg_temp.line(22)], 'full', 'other'), 'committed ended:1 unchanged:2', 'absent from a full file');
select is(pg_temp.registrations(23), '2026-10-20 no_upper_secondary 2026-10-20 left_source other', 'has left the source');
select is((pg_temp.youth(24)).status, 'active', 'but not whom staff registered');
select is((pg_temp.youth(4)).status, 'active', 'nor whom another source delivered');
select is(pg_temp.import(array[pg_temp.line(21), pg_temp.line(22), pg_temp.line(23)], 'full', 'other'), 'committed new:1 unchanged:2', 'back in the file: registered again, though unchanged');
select is(pg_temp.import(array[pg_temp.line(21), pg_temp.line(22), pg_temp.line(23, '{"residence": {"district": "finns-ej"}}')], 'full', 'other'),
          'committed rejected:1 unchanged:2', 'whose row is rejected is not absent');
select is(pg_temp.import(array[pg_temp.line(21), pg_temp.line(22), '{}'], 'full', 'other'), 'stopped unreadableRows ended:1 rejected:1 unchanged:2', 'a row that names nobody may be the absent one');
select is(pg_temp.import('{}', 'full', 'other'), 'stopped importMinRows ended:3', 'an empty file ends nobody');

-- Brakes
select is(pg_temp.import(array(select pg_temp.line(30 + n) from generate_series(1, 30) n), 'full', 'big'), 'committed new:30', 'thirty');
select is(pg_temp.import(array(select pg_temp.line(30 + n) from generate_series(1, 27) n), 'full', 'big'), 'committed ended:3 unchanged:27', 'three of thirty are a tenth: they pass');
reset role;
update base.municipalities set policy = '{"importBrakeFrom": 4}' where municipality = '0180';
set local role kaa_service;
select is(pg_temp.import(array(select pg_temp.line(30 + n) from generate_series(1, 24) n), 'full', 'big'), 'committed ended:3 unchanged:24', 'below importBrakeFrom no percentage stops');
reset role;
update base.municipalities set policy = '{}' where municipality = '0180';
set local role kaa_service;
create temp table stopped as select pg_temp.open(array(select pg_temp.line(30 + n) from generate_series(1, 11) n), 'full', 'big') as id;
update was set p = pg_temp.places();
select is(pg_temp.event(id, 'committed'), 'stopped', '13 of 24 do not') from stopped;
select is(pg_temp.result(id), 'stopped importMaxEndedPercent ended:13 unchanged:11', 'and it says which brake') from stopped;
select is(pg_temp.places(), p, 'and nothing is changed') from was;
select is((select string_agg(e.type, ' ' order by e.created_at) from base.events e where e.resource_id = stopped.id), 'stopped', 'the history says stopped, not committed') from stopped;
select is((select array_agg(v."youthId" order by v."youthId") from api.import_rows v where v."importId" = stopped.id and v.result = 'ended'
             and v.part is null and v.rule is null and v."exitReason" = 'left_source'),
          (select array_agg((pg_temp.youth(30 + n)).id order by (pg_temp.youth(30 + n)).id) from generate_series(12, 24) n), 'who would be ended is listed') from stopped;
reset role;
select isnt((select count(*) from base.import_parts p join stopped s on s.id = p.import_id), 0::bigint, 'its parts wait');
-- meanwhile staff end two, one is registered anew, one is delivered by another source, and one more by this
update base.registrations set status = 'ended', end_date = '2026-10-20', exit_reason = 'completed'
where end_date is null and youth_id in ((pg_temp.youth(42)).id, (pg_temp.youth(43)).id);
insert into base.registrations (youth_id, start_date, reason, source) values ((pg_temp.youth(43)).id, '2026-10-20', 'dropout', 'big');
update base.youths set source = 'elsewhere' where id = (pg_temp.youth(44)).id;
update base.youths set source = 'big' where id = (pg_temp.youth(21)).id;
set local role kaa_service;
select is(pg_temp.refusal(format('select pg_temp.event(%L, ''validated'')', id)), 'transition-not-allowed', 'a stopped one is approved or cancelled') from stopped;
select is(pg_temp.event(id, 'approved'), 'committed', 'approved, it commits') from stopped;
select is(pg_temp.result(id), 'committed importMaxEndedPercent ended:10 unchanged:11', 'it ends those listed who are still open') from stopped;
select is((select string_agg(n::text, ' ' order by n) from generate_series(21, 61) n
           where exists (select from base.registrations r where r.youth_id = (pg_temp.youth(n)).id and r.end_date is null)),
          '21 22 23 24 31 32 33 34 35 36 37 38 39 40 41 43 44', 'and nobody else who is absent');
select is((select count(*) from api.import_rows v where v."importId" = stopped.id and v.result = 'ended'), 10::bigint, 'they stay listed') from stopped;

-- A stopped one that a later delivery has overtaken
create temp table overtaken as select pg_temp.open(array[pg_temp.line(31)], 'full', 'big') as id;
select is(pg_temp.event(id, 'committed'), 'stopped', 'stopped') from overtaken;
select is(pg_temp.import(array[pg_temp.line(31)], 'delta', 'big'), 'committed unchanged:1', 'and then one of the same day is committed');
select is(pg_temp.refusal(format('select pg_temp.event(%L, ''approved'')', id)), 'import-superseded', 'the stopped one is not approved') from overtaken;
select is((select v.status from api.imports v where v.id = overtaken.id), 'stopped', 'and stays stopped') from overtaken;
select is(pg_temp.event(id, 'cancelled'), 'cancelled', 'until it is cancelled') from overtaken;
select is((select count(*) from api.import_rows v where v."importId" = overtaken.id), 0::bigint, 'and whom it would have ended is forgotten') from overtaken;

-- Who is listed is seen with the youth
create temp table dry as select pg_temp.open(array[pg_temp.line(31, '{"residence": {"municipality": "0126"}}'), pg_temp.line(32, '{"protection": "confidentiality_marking", "residence": {"status": "emigrated"}}')], 'delta', 'big') as id;
select is(pg_temp.event(id, 'validated'), 'open', 'a dry run') from dry;
select is((select string_agg(concat_ws(' ', v.row, v.result, v.rule, v."exitReason"), ', ' order by v.row) from api.import_rows v where v."importId" = dry.id),
          '1 ended 3 moved, 2 ended 1 emigrated', 'lists who would be ended, by which row and rule') from dry;
reset role;
update base.youths set protection = 'confidentiality_marking' where id = (pg_temp.youth(32)).id;
set local role kaa_service;
select pg_temp.enter('imports:read', today => '2026-10-20');
select is((select count(*) from base.import_rows r where r.import_id = dry.id and r.result = 'ended'), 1::bigint, 'a protected person is not listed to everyone') from dry;
select pg_temp.enter(districts => '{00000000-0000-4000-8000-000000000001}', today => '2026-10-20');
select is((select count(*) from base.import_rows r where r.import_id = dry.id and r.result = 'ended'), 0::bigint, 'nor another district''s youths') from dry;
select pg_temp.enter(today => '2026-10-20');
select pg_temp.event(id, 'cancelled') from dry;
reset role;
update base.youths set protection = 'none' where id = (pg_temp.youth(32)).id;
set local role kaa_service;
create temp table cancelled as select pg_temp.open('{}', 'full', 'big') as id;
select is(pg_temp.event(id, 'cancelled'), 'cancelled', 'one can be cancelled') from cancelled;
reset role;
select is((select count(*) from base.import_parts p join cancelled s on s.id = p.import_id), 0::bigint, 'and its parts go');
set local role kaa_service;
select is(pg_temp.import(array(select pg_temp.line(70 + n, '{"numberType": "personal"}') from generate_series(1, 2) n)), 'stopped importMaxRejectedPercent rejected:2', 'too many rejected');
reset role;
update base.municipalities set policy = '{"importMinRows": 12}' where municipality = '0180';
set local role kaa_service;
select is(pg_temp.import(array(select pg_temp.line(30 + n) from generate_series(1, 11) n), 'full', 'big'), 'stopped importMinRows ended:2 unchanged:11', 'too few rows');
reset role;
update base.municipalities set policy = '{}' where municipality = '0180';
set local role kaa_service;

-- Former numbers
select is(pg_temp.import(array[pg_temp.line(81), pg_temp.line(82)]), 'committed new:2', 'two with their first numbers');
create temp table was_81 as select (pg_temp.youth(81)).id;
select is(pg_temp.import(array[pg_temp.line(81, '{"personalNumber": "20080510TX81", "formerNumbers": ["20080510TX80", "20080510TF81"]}')]), 'committed updated:1', 'a new number of one who is known by a former');
select is((select string_agg(concat_ws(' ', i.number, i.current, i.valid_to), ', ' order by i.number) from base.identity_numbers i join was_81 w on i.youth_id = w.id),
          '20080510TF81 f 2026-10-20, 20080510TX80 f 2026-10-20, 20080510TX81 t', 'is the same person''s, and current; all former ones are kept');
select is((select count(*) from base.youths y where y.family_name = 'Person81'), 1::bigint, 'nobody is made twice');
select is(pg_temp.import(array[pg_temp.line(81, '{"personalNumber": "20080510TX81", "formerNumbers": ["20080510TX80", "20080510TF81"]}')]), 'committed unchanged:1', 'the same again is nothing new');
create temp table faulty as select pg_temp.open(array[
  pg_temp.line(81, '{"personalNumber": "20080510TX83", "formerNumbers": ["20080510TF81", "20080510TF82"]}'),
  pg_temp.line(84, '{"personalNumber": "20080510TX84"}'),
  pg_temp.line(85, '{"formerNumbers": ["20080510TX84"]}'),
  pg_temp.line(86, '{"formerNumbers": ["20080510TX86", "200501012398"]}'),
  pg_temp.line(87, '{"formerNumbers": ["20080510TF87", "20080510TX87"]}')], 'delta', 'other') as id;
select is(pg_temp.event(id, 'validated'), 'open', 'a dry run') from faulty;
select is((select string_agg(r.row || ' ' || (r.errors -> 0 ->> 'pointer') || ' ' || (r.errors -> 0 ->> 'code'), ', ' order by r.row) from base.import_rows r where r.import_id = faulty.id),
  '1 /formerNumbers person-ambiguous, 2 /personalNumber person-twice, 3 /personalNumber person-twice, 4 /formerNumbers/1 number-wrong', 'each with its fault') from faulty;
select pg_temp.event(id, 'cancelled') from faulty;
select is(pg_temp.import(array[pg_temp.line(82), pg_temp.line(81, '{"personalNumber": "20080510TX85", "formerNumbers": ["20080510TF82"]}')], approved => true), 'committed importMaxRejectedPercent rejected:2', 'twice by a former number');
create temp table absent as select pg_temp.open(array[pg_temp.line(81, '{"personalNumber": "20080510TX83", "formerNumbers": ["20080510TX81", "20080510TF82"]}')], 'full') as id;
select is(pg_temp.event(id, 'validated'), 'open', 'a full file') from absent;
select ok(not exists (select from base.import_rows r where r.import_id = absent.id and r.youth_id in ((pg_temp.youth(81)).id, (pg_temp.youth(82)).id)), 'in which neither of the two is absent') from absent;
select pg_temp.event(id, 'cancelled') from absent;

-- At a glance: out only where the rules say out
select ok(not exists (
  select from unnest(array[null, '2006-10-19', '2006-10-20', '2006-10-21', '2009-01-01', '2011-05-05']) b,
    unnest(array['none', 'confidentiality_marking', 'protected_registration']) p,
    unnest(array['resident', 'not_resident', 'emigrated', 'deceased']) st, unnest(array[null, '0180', '0126']) m, unnest(array[null, '0180', '0126']) am,
    unnest(array['[]', '[{"type": "national_programme"}]', '[{"type": "national_programme", "from": "2026-10-20"}]',
      '[{"type": "national_programme", "from": "2026-10-21"}]', '[{"type": "national_programme", "to": "2026-10-20"}]',
      '[{"type": "national_programme", "to": "2026-10-19"}]', '[{"type": "national_programme", "cancelled": "2026-10-20"}]',
      '[{"type": "national_programme", "cancelled": "2026-10-21"}]', '[{"type": "national_programme", "from": "2026-10-20", "to": "2026-10-10"}]',
      '[{"type": "national_programme", "from": null, "to": null, "cancelled": null}]', '[{"type": "komvux"}, {"type": "compulsory_school"}]']) e,
    lateral (select jsonb_build_object('birthDate', b, 'protection', p, 'residence', jsonb_build_object('status', st, 'municipality', m),
               'actualMunicipality', am, 'enrolments', e::jsonb, 'qualifications', '[]'::jsonb) as full_member) f,
    unnest(array[f.full_member, jsonb_strip_nulls(f.full_member)]) member, base.target_group(member, '0180', '2026-10-20', base.policy(), false) t
  where base.plainly_out(member, '0180', '2026-10-20') and t.result <> 'out'), 'plainly_out is never wrong');
select is(array(select base.plainly_out(pg_temp.line(1, patch), '0180', '2026-10-20') from unnest(array['{}', '{"residence": {"municipality": "0126"}}',
  '{"birthDate": "2006-10-20"}', '{"enrolments": [{"type": "national_programme", "from": "2024-08-20"}]}']::jsonb[]) patch), '{f,t,t,t}', 'and sees what most of a file is');

-- Order and other imports
select is(pg_temp.refusal($$select pg_temp.import('{}', 'delta', 'big', '2026-10-19')$$), 'import-outdated', 'older than the last committed of the source');
select is(pg_temp.import('{}', 'delta', 'big', '2026-10-20'), 'committed', 'the same day is not older');
select is(pg_temp.import('{}', 'delta', 'slow', '2026-10-19'), 'committed', 'nor is another source');
reset role;
-- opened before a later one was committed
insert into base.imports (source, mode, as_of) values ('late', 'delta', '2026-10-10'), ('late', 'delta', '2026-10-12');
set local role kaa_service;
select is(pg_temp.event(i.id, 'committed'), 'committed', 'the later first') from base.imports i where i.source = 'late' and i.as_of = '2026-10-12';
select is(pg_temp.refusal(format('select pg_temp.event(%L, ''committed'')', i.id)), 'import-superseded', 'then the older is refused')
from base.imports i where i.source = 'late' and i.as_of = '2026-10-10';

-- Protected persons
select is(pg_temp.import(array[pg_temp.line(90, '{"protection": "protected_registration", "actualMunicipality": "0180", "enrolments": [{"type": "national_programme", "school": "Dold", "from": "2024-08-20", "to": "2025-06-10"}]}'),
  pg_temp.line(91, '{"protection": "protected_registration", "address": {"kind": "forwarding", "street": "Box 1"}}'), pg_temp.line(92)]), 'committed new:3', 'protected persons');
select is((pg_temp.youth(90)).address, null, 'no registered address is kept');
select is((pg_temp.youth(90)).district_id, null, 'nor a district');
select ok(not exists (select from base.youths y, base.registrations r where y.id = (pg_temp.youth(90)).id and r.youth_id = y.id and (y::text || r::text) ~ 'Dold|farsta|Provgatan'), 'nor a school');
select is((pg_temp.youth(91)).address ->> 'street', 'Box 1', 'a forwarding address is');
select is(pg_temp.import(array[pg_temp.line(92, '{"protection": "protected_registration"}')]), 'committed updated:1', 'who becomes protected');
select is(concat_ws(' ', (pg_temp.youth(92)).address, (pg_temp.youth(92)).district_id), '', 'loses address and district');
select is(pg_temp.import(array[pg_temp.line(6, '{"protection": "confidentiality_marking", "residence": {"municipality": "0126"}, "givenName": "Annat"}')]), 'committed updated:1', 'also one who has left');
select is((pg_temp.youth(6)).protection || ' ' || (pg_temp.youth(6)).given_name, 'confidentiality_marking Prov', 'is protected, and nothing else is taken');

-- Preventive persons: nothing is said of who is here for that alone
reset role;
with made as (insert into base.youths (status, given_name, family_name) select 'preventive', 'Prov', 'Förebyggd' from generate_series(1, 2) returning id)
insert into base.identity_numbers (youth_id, number, type)
select m.id, '20080510TF' || (95 + row_number() over ()), 'temporary' from made m;
set local role kaa_service;
select is(pg_temp.import(array[pg_temp.line(96, '{"protection": "confidentiality_marking", "residence": {"municipality": "0126"}}'),
                               pg_temp.line(97, '{"protection": "confidentiality_marking", "birthDate": null}')]), 'committed notCovered:1 toReview:1', 'as of the unknown');
reset role;
select is((pg_temp.youth(96)).protection || ' ' || (pg_temp.youth(97)).protection, 'confidentiality_marking confidentiality_marking', 'though a protection is taken at once');
delete from base.identity_numbers n using base.youths y where y.id = n.youth_id and y.status = 'preventive';
set local role kaa_service;

-- Other municipalities
select pg_temp.enter(town => '0126', today => '2026-10-20');
select is((select count(*) from api.imports), 0::bigint, 'imports of others are not seen');
select is((select count(*) from api.import_rows), 0::bigint, 'nor their rows');
select is(pg_temp.import(array[pg_temp.line(4, '{"residence": {"municipality": "0126", "district": null}}')]), 'committed new:1', 'the same person elsewhere');
reset role;
select is((select count(*) from base.identity_numbers i where i.number = '20080510TF04'), 2::bigint, 'is another youth, without a link');

-- What breaks a rule of the data fails as a whole
select pg_temp.enter(today => '2026-10-20');
set local role kaa_service;
update was set p = pg_temp.places();
select is(pg_temp.import(array[pg_temp.line(95), pg_temp.line(96, '{"sex": "x"}')]), 'failed', 'a row that the checks should not have let through');
select is((select i.failure from base.imports i where i.status = 'failed'), '23514', 'says what kind of rule');
select is(pg_temp.places(), p, 'and nothing is written') from was;
select is((select e.type from base.events e join base.imports i on i.id = e.resource_id where i.status = 'failed'), 'failed', 'and so says the history');
reset role;
select is((select count(*) from base.import_parts p join base.imports i on i.id = p.import_id where i.status = 'failed'), 0::bigint, 'its parts are deleted');

-- A night: imports nobody ended
select base.cancel_old_imports('0180');
select is((select count(*) from base.imports i where i.status = 'stopped'), 4::bigint, 'stopped imports wait');
select pg_temp.enter(today => '2026-10-28');
select is(base.cancel_old_imports('0180'), '{"cancelled": 5}', 'for a week');
select is((select count(*) from base.import_parts), 0::bigint, 'and their parts go');
select * from finish();
rollback;
