-- School events: received alike for everyone, taken for the known and the preventive, heard until the register's own word.
begin;
select no_plan();
\ir refusals.psql
create function pg_temp.enter(today text default '2026-11-02', scopes text default 'protected:read preventive:read', client text default 'school',
                              unit text default '100', town text default '0180') returns void language sql as $$
  select base.enter(town, 'rektor', client, null, scopes, null, null, null, unit, null, today || 'T01:00:00+01:00')
$$;
select pg_temp.enter();
insert into base.municipalities (municipality, name) values ('0180', 'Provstad'), ('0126', 'Grannstad');
insert into base.units (municipality, name, administration, is_default) values ('0180', 'Alla', 'labour_market', true);
insert into base.recipients (municipality, id, name, kind) values ('0180', pg_temp.u(900), 'Region', 'region_health_care');

-- An event about person n; e is its eventId.
create sequence pg_temp.drawn;
create function pg_temp.told(e text, n int, patch jsonb default '{}') returns jsonb language sql as $$
  select base.merge_patch(jsonb_build_object('eventId', e, 'personalNumber', '20080510TF' || lpad(n::text, 2, '0'), 'birthDate', '2008-05-10',
    'givenName', 'Prov', 'familyName', 'Person' || n, 'type', 'absence', 'date', '2026-11-01'), patch)
$$;
create function pg_temp.post(e text, n int, patch jsonb default '{}') returns text language plpgsql as $$
declare
  drawn uuid := pg_temp.u(5000 + nextval('pg_temp.drawn')::int);
  said text := pg_temp.refusal(format('select base.receive_school_event(%L, %L)', drawn, pg_temp.told(e, n, patch)));
begin
  return case when said = 'done' then right(base.school_event_receipt(e)::text, 4) else said end;
end $$;
create function pg_temp.youth(n int) returns base.youths language sql as $$
  select y from base.youths y join base.identity_numbers i on i.youth_id = y.id where i.number = '20080510TF' || lpad(n::text, 2, '0')
$$;
-- Days on which the next steps happen; taking and evaluating as a night does, in figures that are not 0.
create function pg_temp.night() returns text language sql as $$
  select string_agg(c.key || ':' || c.value, ' ' order by c.key)
  from jsonb_each_text(base.take_school_events('0180') || base.reevaluate_register('0180')) c where c.value <> '0'
$$;
create function pg_temp.registrations(n int) returns text language sql as $$
  select string_agg(concat_ws(' ', to_char(r.start_date, 'MM-DD'), r.reason, to_char(r.end_date, 'MM-DD'), r.exit_reason), ', ' order by r.start_date, r.created_at)
  from base.registrations r where r.youth_id = (pg_temp.youth(n)).id
$$;
-- A file of one row of person n.
create function pg_temp.import(n int, patch jsonb default '{}', as_of date default base.today()) returns text language plpgsql as $$
declare
  import uuid := gen_random_uuid();
begin
  insert into base.imports (id, source, mode, as_of) values (import, 'ber', 'delta', import.as_of);
  perform base.put_import_part(import, 1, jsonb_build_array(jsonb_build_object('row', 1, 'value',
    base.merge_patch(jsonb_build_object('personalNumber', '20080510TF' || lpad(n::text, 2, '0'), 'numberType', 'temporary',
      'birthDate', '2008-05-10', 'sex', 'female', 'givenName', 'Prov', 'familyName', 'Person' || n, 'protection', 'none',
      'residence', '{"municipality": "0180", "status": "resident"}'::jsonb,
      'compulsorySchoolEnded', '2024-06-12', 'enrolments', '[]'::jsonb, 'qualifications', '[]'::jsonb), patch))));
  perform base.import_event(import, '{"type": "committed"}', '{"@version": 1}');
  return (select i.status || coalesce(' ' || (select string_agg(c.key || ':' || c.value, ' ' order by c.key) from jsonb_each_text(i.counts) c where c.value <> '0'), '')
          from base.imports i where i.id = import);
end $$;
create function pg_temp.studies(type text, "from" text, "to" text default null) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('type', type, 'school', 'Exempelskolan', 'from', "from", 'to', "to")))
$$;
grant execute on all functions in schema pg_temp to kaa_service;
grant usage on sequence pg_temp.drawn to kaa_service;

-- Receiving
set local role kaa_service;
select pg_temp.enter(scopes => 'school-events:write');
select is(pg_temp.post('a', 1), '5001', 'an event gets an id');
select is(pg_temp.post('a', 1), '5001', 'the same event again has it already');
select is(pg_temp.post('a', 2, '{"type": "completed"}'), '5001', 'also with other content, even wrong: the first holds');
select pg_temp.enter(scopes => 'school-events:write', unit => '200');
select isnt(pg_temp.post('a', 1), '5001', 'another school unit has event ids of its own');
select pg_temp.enter(scopes => 'school-events:write', client => 'other');
select isnt(pg_temp.post('a', 1), '5001', 'and another client');
select pg_temp.enter(scopes => 'school-events:write', unit => null);
select is(pg_temp.post('a', 1), pg_temp.post('a', 1), 'who has no unit has one set of ids');
select pg_temp.enter(scopes => 'school-events:write', town => '0126');
select isnt(pg_temp.post('a', 1), '5001', 'and another municipality');
select pg_temp.enter(scopes => 'school-events:write');
select is(pg_temp.post('wrong', 1, p), r, 'refused: ' || p::text)
from (values ('{"personalNumber": "200501012398"}'::jsonb, 'number-wrong'), ('{"numberType": "personal"}', 'number-wrong'),
             ('{"type": "completed"}', 'result-with-completed'), ('{"result": "diploma"}', 'result-with-completed'),
             ('{"enrolmentType": "komvux"}', 'enrolment-type-with-event'), ('{"date": "2026-11-03"}', 'in-the-future'),
             ('{"type": "ended", "date": "2026-11-03"}', 'in-the-future'), ('{"type": "started", "date": "2027-11-03"}', 'in-the-future'),
             ('{"type": "not_applied", "date": "2027-11-03"}', 'in-the-future'), ('{"birthDate": "2026-11-03"}', 'in-the-future')) v(p, r);
select isnt(pg_temp.post('wrong', 1), 'wrong', 'what was refused has not taken its id');
select isnt(pg_temp.post('ahead' || t, 99, jsonb_build_object('type', t, 'date', d)), 'in-the-future', t || ' on ' || d)
from (values ('absence', '2026-11-02'), ('started', '2027-11-02'), ('not_applied', '2027-11-02')) v(t, d);
select is(pg_temp.refusal('select count(*) from base.' || t), 'permission denied for table ' || t, 'the service cannot read ' || t)
from unnest(array['school_event_inbox', 'school_event_receipts']) t;
select is(pg_temp.refusal($$insert into base.school_events (youth_id) values (gen_random_uuid())$$), 'permission denied for table school_events', 'nor write events');
reset role;
select pg_temp.enter();
delete from base.school_event_inbox;

-- Whose events are kept
select pg_temp.post('k1', 11, '{"type": "absence", "phones": ["+46701740605"], "email": "prov@example.com", "sex": "male", "school": "Exempelskolan"}'),
       pg_temp.post('k2', 12, '{"type": "at_risk"}'), pg_temp.post('k3', 13, '{"type": "ended"}'),
       pg_temp.post('k4', 14, '{"type": "not_applied"}'), pg_temp.post('k5', 15, '{"type": "started"}'),
       pg_temp.post('k6', 16, '{"type": "completed", "result": "diploma"}'), pg_temp.post('k7', 17, '{"birthDate": "2006-11-02"}'),
       pg_temp.post('k8', 18, '{"birthDate": "2006-11-03"}'), pg_temp.post('k9', 19, '{"birthDate": null}');
-- one that cannot be taken, between the others
insert into base.school_event_inbox (id, client, school_unit, body) values (pg_temp.u(4999), 'school', '100', pg_temp.told('bad', 51, jsonb_build_object('school', repeat('x', 201))));
select pg_temp.post('k0', 17, '{"birthDate": "2006-11-02"}');
select is(base.take_school_events('0180'), '{"kept": 6, "taken": 10, "failed": 1}', 'ten taken, six kept, and one held up no other');
select is((select array_agg(b.id) from base.school_event_inbox b), array[pg_temp.u(4999)], 'that one waits');
select is((select count(*) from base.identity_numbers i where i.number like '%TF51'), 0::bigint, 'and has left nothing behind');
select is(base.take_school_events('0180'), '{"kept": 0, "taken": 0, "failed": 1}', 'the others are taken once');
delete from base.school_event_inbox;
select throws_like($$insert into base.school_event_inbox (municipality, id, client, school_unit, body) values ('0199', gen_random_uuid(), '', '', '{}')$$,
                   '%school_event_inbox_municipality_fkey%', 'nothing waits for a municipality that has no nights');
select is((select string_agg((n || ' ' || (pg_temp.youth(n)).status), ', ' order by n) from generate_series(11, 19) n),
          '11 preventive, 12 preventive, 13 preventive, 14 preventive, 18 preventive, 19 preventive',
          'unknown: absence, risk, drop-out and not applied make preventive; started, completed, or 20 nothing');
select is(concat_ws(' ', y.given_name, y.family_name, y.birth_date, y.sex, y.phones, y.email, y.created_by), 'Prov Person11 2008-05-10 male {+46701740605} prov@example.com rektor',
          'with identity and contact from the event') from (select (pg_temp.youth(11)).*) y;
select is((select count(*) from base.school_event_inbox), 0::bigint, 'nothing stays in the inbox');
select ok(not exists (select from base.school_event_receipts r where r::text ~ 'Person|TF1'), 'receipts name nobody');
select is((select array_agg(distinct l.action || ' ' || cardinality(l.subjects)) from base.access_log l where l.resource = 'school-events'), '{"take 6"}', 'whom it wrote is in the access log');
select is((select string_agg(concat_ws(' ', v.type, v.date, v."schoolUnit", v."eventId", v.school, v."createdBy"), ', ') from api.school_events v where v."youthId" = (pg_temp.youth(11)).id),
          'absence 2026-11-01 100 k1 Exempelskolan rektor', 'the event is the youth''s');
select is((select e."enrolmentType" from api.school_events e where e."eventId" = 'k3'), 'national_programme', 'what was left is a national programme unless said');
select pg_temp.post('k10', 11, '{"phones": ["+46701740606"], "email": "ny@example.com"}'), pg_temp.post('k11', 12, '{"phones": ["+46701740607"]}'),
       pg_temp.post('k12', 19, '{"birthDate": "2008-05-11", "type": "completed", "result": "diploma"}');
select is(base.take_school_events('0180') ->> 'kept', '3', 'later events of theirs are kept, of whatever type');
select is((pg_temp.youth(11)).phones || (pg_temp.youth(12)).phones, '{+46701740605,+46701740607}', 'missing contact data is completed, other is left');
select is((pg_temp.youth(19)).birth_date, '2008-05-11', 'so is the birth date');
-- of a registered person contact data is casework's
select pg_temp.import(20);
select pg_temp.post('k13', 20, '{"phones": ["+46701740605"], "givenName": "Annat", "school": "Exempelskolan"}');
select base.take_school_events('0180');
select is((pg_temp.youth(20)).phones::text || (pg_temp.youth(20)).given_name, '{}Prov', 'a registered person''s members are left alone');
select is((select count(*) from api.school_events v where v."youthId" = (pg_temp.youth(20)).id and v.school = 'Exempelskolan'), 1::bigint, 'the event is there');
-- with protected registration no school
select pg_temp.import(21, '{"protection": "protected_registration"}');
select pg_temp.post('k14', 21, '{"school": "Dold"}');
select base.take_school_events('0180');
select is((select count(*) from base.school_events e where e.youth_id = (pg_temp.youth(21)).id and e.school is null), 1::bigint, 'protected registration: no school is kept');
select pg_temp.import(20, '{"protection": "protected_registration"}');
select is((select count(*) from base.school_events e where e.youth_id = (pg_temp.youth(20)).id and e.school is null), 1::bigint, 'nor when it comes later');

-- Who sees them
set local role kaa_service;
select pg_temp.enter(scopes => 'school-events:read');
select is((select count(*) from api.school_events), 0::bigint, 'events of protected and preventive persons are hidden');
select pg_temp.enter(scopes => 'school-events:read protected:read');
select is((select count(*) from api.school_events), 2::bigint, 'protected:read shows those of the protected');
select pg_temp.enter(scopes => 'school-events:read preventive:read');
select is((select count(*) from api.school_events), 9::bigint, 'preventive:read those of the preventive');
select is((select count(*) from api.timeline t where t.resource = 'school-events'), 9::bigint, 'the timeline has them');
select pg_temp.enter(scopes => 'youths:read preventive:read');
select is((select count(*) from api.timeline t where t.resource = 'school-events'), 0::bigint, 'for those with the scope');
select pg_temp.enter(scopes => 'school-events:read protected:read preventive:read', town => '0126');
select is((select count(*) from api.school_events), 0::bigint, 'another municipality sees none');
reset role;

-- What they mean: the enrolments after a drop-out
create function pg_temp.after(enrolments jsonb, kind text default 'national_programme', day date default '2026-10-10') returns text language sql as $$
  select string_agg(concat_ws(' ', e ->> 'type', e ->> 'from', e ->> 'to'), ', ') from jsonb_array_elements(base.end_enrolments(enrolments, kind, day)) e
$$;
select is(pg_temp.after(pg_temp.studies('national_programme', '2024-08-20')), 'national_programme 2024-08-20 2026-10-09', 'it ends the day before');
select is(pg_temp.after(pg_temp.studies('national_programme', '2024-08-20', '2026-10-09')), 'national_programme 2024-08-20 2026-10-09', 'one that is over stays');
select is(pg_temp.after(pg_temp.studies('national_programme', '2024-08-20', '2026-10-10')), 'national_programme 2024-08-20 2026-10-09', 'one with its last day that day does not');
select is(pg_temp.after(pg_temp.studies('national_programme', '2026-10-11')), 'national_programme 2026-10-11', 'one to come stays');
select is(pg_temp.after(pg_temp.studies('komvux', '2026-01-01') || pg_temp.studies('national_programme', '2024-08-20')),
          'komvux 2026-01-01, national_programme 2024-08-20 2026-10-09', 'that of the type');
select is(pg_temp.after(pg_temp.studies('introductory_programme', '2025-08-20') || pg_temp.studies('komvux', '2024-08-20')),
          'introductory_programme 2025-08-20 2026-10-09, komvux 2024-08-20', 'without one of the type the one begun last');
select is(pg_temp.after(pg_temp.studies('national_programme', '2024-08-20') || pg_temp.studies('national_programme', '2025-08-20')),
          'national_programme 2024-08-20 2026-10-09, national_programme 2025-08-20 2026-10-09', 'all of the type');
select is(pg_temp.after('[]'), null, 'nothing from nothing');

-- A registered person starts school
select pg_temp.enter('2026-11-02');
select is(pg_temp.import(30), 'committed new:1', 'registered');
select pg_temp.post('s1', 30, '{"type": "started", "date": "2026-11-04"}');
select pg_temp.night();
select is(pg_temp.registrations(30), '11-02 no_upper_secondary', 'not before the day');
select pg_temp.enter('2026-11-03');
select is(pg_temp.import(30), 'committed unchanged:1', 'nor for an import');
select pg_temp.enter('2026-11-04');
select is(pg_temp.night() ~ 'ended:1', true, 'on the day the night ends it');
select is(pg_temp.registrations(30), '11-02 no_upper_secondary 11-04 national_programme', 'as by rule 8');
select is((select e.inputs #>> '{enrolments,0,from}' || ' ' || e.rule from base.evaluations e where e.youth_id = (pg_temp.youth(30)).id order by e.as_of desc limit 1), '2026-11-04 8', 'the evaluation says on what');
select is(pg_temp.night() ~ 'changed|opened|ended', false, 'the night again changes nothing');
select is(pg_temp.import(30), 'committed notCovered:1', 'an unchanged row does not bring them back');
-- the register catches up: the event is absorbed
select pg_temp.enter('2026-11-06');
select is(pg_temp.import(30, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-04'))), 'committed updated:1', 'the register says so too');
select is((select v."absorbedOn" from api.school_events v where v."eventId" = 's1'), '2026-11-06', 'from then on the row counts');
select is((pg_temp.youth(30)).enrolments #>> '{0,type}', 'national_programme', 'and is stored');
select is(pg_temp.import(30, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-04'))), 'committed notCovered:1', 'once');
-- drop-out: the night opens
select pg_temp.enter('2026-11-20');
select pg_temp.post('s2', 30, '{"type": "ended", "date": "2026-11-20"}');
select is(pg_temp.night() ~ 'opened:1', true, 'a drop-out is registered by the night');
select is(pg_temp.registrations(30), '11-02 no_upper_secondary 11-04 national_programme, 11-20 dropout', 'as a drop-out');
select is((pg_temp.youth(30)).status, 'active', 'and is active');
select is((select o.code || ' ' || o.source from base.occupations o where o.youth_id = (pg_temp.youth(30)).id order by o.holds_from desc, o.created_at desc limit 1), 'unknown school', 'with the occupation unknown');
select is(pg_temp.night() ~ 'changed|opened|ended', false, 'once');
select pg_temp.enter('2026-11-21');
select is(pg_temp.import(30, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-04'))), 'committed updated:1', 'a row that has not caught up is heard together with the event');
select is(pg_temp.import(30, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-04'))), 'committed unchanged:1', 'and then unchanged');
select pg_temp.enter('2026-11-22');
select is(pg_temp.import(30, jsonb_build_object('familyName', 'Ny', 'enrolments', pg_temp.studies('national_programme', '2026-11-04'))), 'committed updated:1', 'another name');
select is((select v."absorbedOn" from api.school_events v where v."eventId" = 's2'), null, 'is no word about schooling');
select is(pg_temp.import(30, jsonb_build_object('enrolments', '[{"type": "national_programme", "school": "Annan", "from": "2026-11-04"}]'::jsonb)), 'committed updated:1', 'nor is another school''s name');
select is((pg_temp.youth(30)).status, 'active', 'so they stay');
select is(pg_temp.import(30, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-04') || pg_temp.studies('national_programme', '2026-11-22'))), 'committed ended:1', 'a new word about schooling counts alone');
select is((select v."absorbedOn" from api.school_events v where v."eventId" = 's2'), '2026-11-22', 'and absorbs the event');

-- An event dated after the import's day is not absorbed by it
select pg_temp.enter('2026-11-23');
select pg_temp.import(31);
select pg_temp.post('s3', 31, '{"type": "started", "date": "2026-11-25"}');
select pg_temp.night();
select is(pg_temp.import(31, jsonb_build_object('enrolments', pg_temp.studies('komvux', '2026-11-23'))), 'committed updated:1', 'a new word before the event''s day');
select pg_temp.enter('2026-11-25');
select is(pg_temp.night() ~ 'ended:1', true, 'leaves the event to count on its day');

-- Completed
select pg_temp.import(32), pg_temp.import(33);
select pg_temp.post('c1', 32, '{"type": "completed", "result": "diploma", "date": "2026-11-25"}'), pg_temp.post('c2', 33, '{"type": "completed", "result": "study_certificate", "date": "2026-11-25"}');
select pg_temp.night();
select is(pg_temp.registrations(32), '11-25 no_upper_secondary 11-25 completed', 'a diploma ends');
select is((select e.rule from base.evaluations e where e.youth_id = (pg_temp.youth(33)).id order by e.as_of desc, e.rule limit 1), 13, 'a study certificate does not, but is rule 13');
select is(pg_temp.registrations(33), '11-25 no_upper_secondary', 'in the registration that is open');
-- who has left for school and gets a study certificate
select pg_temp.import(34);
select is(pg_temp.import(34, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-01'))), 'committed ended:1', 'in school');
select is(pg_temp.import(34, jsonb_build_object('enrolments', pg_temp.studies('apprenticeship', '2026-11-01'))), 'committed updated:1', 'in another one');
select is(pg_temp.import(34, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-01'))), 'committed updated:1', 'and back in the first, by the row that there was');
select pg_temp.enter('2026-11-27');
select pg_temp.post('c3', 34, '{"type": "completed", "result": "study_certificate", "date": "2026-11-26"}');
select pg_temp.night();
select is(pg_temp.registrations(34), '11-25 no_upper_secondary 11-25 national_programme, 11-27 study_certificate', 'is registered, as of the night');

-- The night opens for nobody else
select pg_temp.import(35), pg_temp.import(36), pg_temp.import(37);
select base.end_registrations('0180', array_agg(r.id), array_agg(base.today()), array_agg(case r.youth_id when (pg_temp.youth(35)).id then 'registered_in_error' else 'national_programme' end))
from base.registrations r where r.youth_id in ((pg_temp.youth(35)).id, (pg_temp.youth(36)).id, (pg_temp.youth(37)).id);
select pg_temp.post('o1', 35, '{"type": "ended", "date": "2026-11-27"}'), pg_temp.post('o2', 36, '{"type": "ended", "date": "2026-11-26"}'),
       pg_temp.post('o3', 37, '{"type": "absence", "date": "2026-11-27"}'), pg_temp.post('o4', 38, '{"type": "ended", "date": "2026-11-27"}');
select is(pg_temp.night() ~ 'opened', false, 'nobody is opened');
select is(pg_temp.registrations(35), '11-27 no_upper_secondary 11-27 registered_in_error', 'whose registration ended for something else');
select is(pg_temp.registrations(36), '11-27 no_upper_secondary 11-27 national_programme', 'whose event is older than the end');
select is(pg_temp.registrations(37), '11-27 no_upper_secondary 11-27 national_programme', 'whose event is not about having left');
select is((pg_temp.youth(38)).status, 'preventive', 'or who was never registered');

-- A preventive person is found covered by an import
select is(pg_temp.import(38, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2024-08-20'))), 'committed new:1', 'the first row is heard together with the event');
select is(pg_temp.registrations(38), '11-27 dropout', 'registered as a drop-out');
select is((pg_temp.youth(38)).status, 'active', 'and preventive no longer');
select is((select count(*) from base.identity_numbers i where i.youth_id = (pg_temp.youth(38)).id), 1::bigint, 'with the number there was');
select is(pg_temp.import(13, '{"residence": {"municipality": "0126"}}'), 'committed notCovered:1', 'one who lives elsewhere');
select is((pg_temp.youth(13)).status || coalesce((pg_temp.youth(13)).register_hash, ''), 'preventive', 'stays preventive, and nothing is taken');

-- Two youths who are one person are heard as one
select pg_temp.import(40), pg_temp.import(41);
select pg_temp.import(n, jsonb_build_object('enrolments', pg_temp.studies('national_programme', '2026-11-01'))) from unnest(array[40, 41]) n;
select pg_temp.enter('2026-11-29');
select pg_temp.post('m1', 40, '{"type": "absence", "date": "2026-11-28"}');
select base.take_school_events('0180');
update base.registrations r set end_date = r.start_date, start_date = r.start_date where r.youth_id = (pg_temp.youth(41)).id;
create temp table two as select (pg_temp.youth(40)).id as survivor, (pg_temp.youth(41)).id as duplicate;
select pg_temp.post('m2', 41, '{"type": "ended", "date": "2026-11-29"}');
select base.take_school_events('0180');
insert into base.youth_merges (youth_id, merged_into) select duplicate, survivor from two;
select pg_temp.post('m3', 41, '{"type": "at_risk", "date": "2026-11-29"}');
select is(pg_temp.night() ~ 'opened:1', true, 'what was told of the duplicate opens the survivor''s registration');
select is((select string_agg(r.start_date || ' ' || r.reason, ', ') from base.registrations r, two where r.youth_id = two.survivor and r.end_date is null), '2026-11-29 dropout', 'as a drop-out');
select is((select count(*) from base.registrations r, two where r.youth_id = two.duplicate and r.end_date is null), 0::bigint, 'and not the duplicate''s');
select is((select e.youth_id from base.school_events e where e.event_id = 'm3'), survivor, 'events by its numbers are the survivor''s') from two;

-- What is kept of preventive persons
select is(pg_temp.refusal(format('insert into base.%s (municipality, youth_id, %s) values (''0180'', %L, %s)', t, c, (pg_temp.youth(n)).id, v)), r, t || ' of ' || n)
from (values ('occupations', 'code', '''work'''), ('assignments', 'staff', '''anna'''), ('sip_requests', 'participants', '''{}'''),
             ('consents', 'purpose, given_by_youth, medium, given_at', '''outreach_pause'', true, ''oral'', ''2026-11-01T10:00Z'''),
             ('referrals', 'recipient_id, reason', format('%L, ''Stöd''', pg_temp.u(900)))) w(t, c, v),
     (values (11, 'preventive-person'), (38, 'done')) p(n, r);

-- Deletion
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff) values ('0180', pg_temp.u(71), (pg_temp.youth(11)).id, 'phone', '{anna}');
insert into base.measures (municipality, id, youth_id, type) values ('0180', pg_temp.u(72), (pg_temp.youth(11)).id, 'coaching');
select pg_temp.enter('2027-10-31');
select is(base.forget_preventive('0180'), '{"deleted": 0}', 'not within twelve months of the last event');
create temp table gone as select (pg_temp.youth(11)).id;
select pg_temp.enter('2027-11-01');
select is(base.forget_preventive('0180'), '{"deleted": 6}', 'after that they are deleted');
select is(base.forget_preventive('0180'), '{"deleted": 0}', 'once');
select is((select count(*) from base.youths y where y.status = 'preventive'), 0::bigint, 'all of them');
with tables as materialized (
  select t.oid::regclass as name from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attname = 'youth_id' and not a.attisdropped
  where t.relkind = 'r' and t.relnamespace = 'base'::regnamespace and t.relname <> 'changes')
select is(array(select t.name::text from tables t
                where query_to_xml(format('select count(*) as n from %s t where t.youth_id = %L', t.name, gone.id), false, true, '')::text !~ '<n>0</n>'),
          '{}', 'with everything that hangs on them') from gone;
select is((select string_agg(c.resource, ' ' order by c.resource) from base.changes c, gone where c.youth_id = gone.id and c.change = 'removed' and c.preventive),
          'identity-numbers measures outreach-attempts school-events school-events youths', 'the feed tells those who saw them');
select is((select count(*) from base.access_log l, gone where l.action = 'delete' and gone.id = any (l.subjects)), 1::bigint, 'the log stays, and says so');
select is((pg_temp.youth(38)).status || (pg_temp.youth(30)).status, 'activeended', 'who has been registered is not deleted');
update base.municipalities set policy = '{"preventiveMonths": 1}' where municipality = '0180';
select pg_temp.post('d1', 50, '{"date": "2027-10-01"}');
select base.take_school_events('0180');
select is(base.forget_preventive('0180'), '{"deleted": 1}', 'the time is the municipality''s');
insert into base.school_event_inbox (id, client, school_unit, body, received_at) values (pg_temp.u(4997), 'school', '100', '{}', '2027-10-01T23:00:00+02:00'), (pg_temp.u(4998), 'school', '100', '{}', '2027-10-02T00:00:00+02:00');
select base.forget_preventive('0180');
select is((select array_agg(b.id) from base.school_event_inbox b), array[pg_temp.u(4998)], 'nor does an event wait longer that cannot be taken');
delete from base.school_event_inbox;

-- What a merged duplicate was registered for is the person's
select pg_temp.enter('2028-05-08');
select pg_temp.import(60), pg_temp.import(61);
select base.end_registrations('0180', array_agg(r.id), array_agg(base.today()), array_agg('completed'::text)) from base.registrations r where r.youth_id = (pg_temp.youth(60)).id;
select pg_temp.enter('2028-05-10');
select pg_temp.night();
select is(pg_temp.registrations(61), '05-08 no_upper_secondary 05-10 turned_20', 'twenty');
insert into base.youth_merges (youth_id, merged_into) values ((pg_temp.youth(61)).id, (pg_temp.youth(60)).id);
select is(pg_temp.import(60, '{"familyName": "Ny"}', '2028-05-09'), 'committed notCovered:1', 'who was registered on the file''s day as the other is not registered by it, nor does that refuse the file');
select * from finish();
rollback;
