-- Evaluation runs and the night: who ends, who stays, what is left alone, and that nothing happens twice.
begin;
select no_plan();
\ir refusals.psql
create function pg_temp.enter(today text default '2026-11-02', scopes text default 'protected:read', districts text default null,
                              town text default '0180') returns void language sql as $$
  select base.enter(town, 'anna', 'front', null, scopes, districts, null, null, null, null, today || 'T10:00:00+01:00')
$$;
select pg_temp.enter();
insert into base.municipalities (municipality, name) values ('0180', 'Provstad'), ('0126', 'Grannstad');
insert into base.units (municipality, name, administration, is_default) values ('0180', 'Alla', 'labour_market', true);
-- 1 stays; 2 turns 20 on 4 November; 3 begins school on 3 November; 4 has no birth date; 5 is registered by staff
-- on 2 November; 6 is protected and moves; 9 lives in another municipality and has moved from there
insert into base.youths (municipality, id, birth_date, given_name, family_name, protection, residence, compulsory_school_ended, enrolments, actual_municipality) values
  ('0180', pg_temp.u(1), '2009-05-05', 'Alva', 'Ek', 'none', '{"municipality": "0180", "status": "resident"}', '2025-06-12', '[]', null),
  ('0180', pg_temp.u(2), '2006-11-04', 'Bo', 'Al', 'none', '{"municipality": "0180", "status": "resident"}', '2022-06-12', '[]', null),
  ('0180', pg_temp.u(3), '2009-05-05', 'Cia', 'Lind', 'none', '{"municipality": "0180", "status": "resident"}', '2025-06-12', '[{"type": "komvux", "from": "2026-11-03"}, {"type": "introductory_programme", "from": "2026-11-03", "programme": "IMV"}]', null),
  ('0180', pg_temp.u(4), null, 'Dan', 'Gran', 'none', '{"municipality": "0180", "status": "resident"}', null, '[]', null),
  ('0180', pg_temp.u(5), '2009-05-05', 'Eli', 'Tall', 'none', '{"municipality": "0180", "status": "resident"}', '2025-06-12', '[{"type": "national_programme", "from": "2026-01-01"}]', null),
  ('0180', pg_temp.u(6), '2009-05-05', 'Fia', 'Alm', 'protected_registration', '{"municipality": "0180", "status": "resident"}', '2025-06-12', '[]', '0126'),
  ('0126', pg_temp.u(9), '2009-05-05', 'Gun', 'Asp', 'none', '{"municipality": "0180", "status": "resident"}', '2025-06-12', '[]', null);
insert into base.registrations (municipality, id, youth_id, start_date, reason)
select case n when 9 then '0126' else '0180' end, pg_temp.u(100 + n), pg_temp.u(n), case n when 5 then date '2026-11-02' else '2026-09-10' end, 'dropout'
from unnest(array[1, 2, 3, 4, 5, 6, 9]) n;
grant execute on all functions in schema pg_temp to kaa_service;

create function pg_temp.run(n int, body jsonb default '{}') returns text language plpgsql as $$
declare
  said text := pg_temp.refusal(format('select base.run_evaluation(%L, %L)', pg_temp.u(n), body));
begin
  return case when said <> 'done' then said
    else (select concat_ws(' ', to_char(v."asOf", 'MM-DD'), case when v."dryRun" then 'dry' end, 'evaluated:' || (v.counts ->> 'evaluated'), 'changed:' || (v.counts ->> 'changed'),
            'ended:' || (v.counts ->> 'ended'), 'opened:' || (v.counts ->> 'opened'), 'left:' || (v.counts ->> 'left')) from api.evaluation_runs v where v.id = pg_temp.u(n)) end;
end $$;
-- Every row that an evaluation could write, with its xmin.
create function pg_temp.places() returns text language sql as $$
  select md5(string_agg(x, ' ' order by x)) from (
    select 'y' || id || xmin from base.youths union all select 'r' || id || xmin from base.registrations
    union all select 'o' || id || xmin from base.occupations union all select 'e' || id || xmin from base.evaluations
    union all select 'v' || id || xmin from base.events union all select 'a' || id || xmin from base.outreach_attempts
    union all select 'm' || id || xmin from base.measures union all select 's' || youth_id || xmin from base.outreach_state
    union all select 'i' || id from base.school_event_inbox union all select 'c' || seq from base.changes where resource <> 'evaluation-runs'
    union all select 'l' || seq from base.access_log) rows(x)
$$;
grant execute on all functions in schema pg_temp to kaa_service;
set local role kaa_service;

-- Who may
select pg_temp.enter(scopes => 'evaluation-runs:write');
select is(pg_temp.run(201), 'scope-missing', 'not without protected:read: the counts are of everyone');
select pg_temp.enter(districts => '{00000000-0000-4000-8000-000000000801}');
select is(pg_temp.run(201), 'districts-limited', 'nor with a token of some districts');
select pg_temp.enter();
select is(pg_temp.run(201, '{"asOf": "2026-11-03"}'), 'in-the-future', 'nor as of tomorrow');
select is(pg_temp.refusal($$insert into base.evaluation_runs (as_of, counts) values ('2026-11-01', '{}')$$), 'permission denied for table evaluation_runs', 'nor by writing it');

-- A dry run
reset role;
select base.receive_school_event(pg_temp.u(301), '{"eventId": "e1", "personalNumber": "20090505TF09", "givenName": "Prov", "familyName": "Ny", "type": "absence", "date": "2026-11-01"}');
create temp table was as select pg_temp.places() as p;
set local role kaa_service;
select is(pg_temp.run(202, '{"dryRun": true}'), '11-02 dry evaluated:6 changed:6 ended:2 opened:0 left:0', 'a dry run counts');
reset role;
select is(pg_temp.places(), p, 'and changes nothing') from was;
set local role kaa_service;
select is(pg_temp.run(203, '{"asOf": "2026-11-01"}'), '11-01 evaluated:5 changed:5 ended:1 opened:0 left:1', 'as of a day that has passed: who was registered since is left alone');
reset role;
select is((select string_agg(r.end_date || ' ' || r.exit_reason, ', ') from base.registrations r where r.end_date is not null), '2026-11-01 moved', 'who moved is ended as of that day');
select is((select count(*) from base.evaluations e where e.run_id = pg_temp.u(203) and e.as_of = '2026-11-01'), 5::bigint, 'evaluations carry the run''s id');
select is((select e.result || ' ' || e.rule from base.evaluations e where e.youth_id = pg_temp.u(4)), 'review 0', 'who must be looked at');
select is((select r.status from base.registrations r where r.youth_id = pg_temp.u(4)), 'open', 'stays');
select is((select y.status from base.youths y join base.identity_numbers n on n.youth_id = y.id where n.number = '20090505TF09'), 'preventive', 'what schools have told is taken');
select is((select string_agg(l.action || ' ' || cardinality(l.subjects) || l.protected, ', ' order by l.protected) from base.access_log l where l.resource_id = pg_temp.u(203)), 'evaluate 4false, evaluate 1true', 'whom it wrote is in the access log');
select is((select e.actor from base.events e where e.resource_id = pg_temp.u(106) and e.type = 'ended'), 'system', 'nobody''s hand ended it');
update was set p = pg_temp.places();
set local role kaa_service;
select is(pg_temp.run(204, '{"asOf": "2026-11-01"}'), '11-01 evaluated:4 changed:0 ended:0 opened:0 left:1', 'run again');
reset role;
select is(pg_temp.places(), p, 'nothing changes') from was;
set local role kaa_service;
select is(pg_temp.run(205), '11-02 evaluated:5 changed:1 ended:1 opened:0 left:0', 'as of today: who is in school by the register''s word ends');
select is(pg_temp.run(206, '{"asOf": "2026-10-20"}'), '10-20 evaluated:0 changed:0 ended:0 opened:0 left:4', 'who was evaluated as of a later day is left alone');
select is((select count(*) from api.evaluation_runs), 5::bigint, 'runs are listed');
select pg_temp.enter(town => '0126');
select is((select count(*) from api.evaluation_runs), 0::bigint, 'for the municipality alone');
reset role;
select is((select r.status from base.registrations r where r.youth_id = pg_temp.u(9)), 'open', 'and another one''s youths are left alone');

-- Nights
create function pg_temp.night(today text) returns jsonb language sql as $$ select base.nightly('0180', today || 'T02:00:00+01:00') $$;
select is(pg_temp.night('2026-11-03') -> 'reevaluate_register', '{"evaluated": 4, "changed": 1, "ended": 1, "opened": 0, "left": 0}', 'the day a programme begins');
select is((select r.end_date || ' ' || r.exit_reason from base.registrations r where r.youth_id = pg_temp.u(3)), '2026-11-03 introductory_programme', 'its registration ends');
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, planned_at) values ('0180', pg_temp.u(401), pg_temp.u(2), 'phone', '{anna}', '2026-11-10T10:00Z');
insert into base.measures (municipality, id, youth_id, type, status, start_date) values ('0180', pg_temp.u(402), pg_temp.u(2), 'coaching', 'started', '2026-10-01');
-- two nights late
select is(pg_temp.night('2026-11-06') -> 'reevaluate_register' ->> 'ended', '1', 'the 20th birthday');
select is((select r.end_date || ' ' || r.exit_reason from base.registrations r where r.youth_id = pg_temp.u(2)), '2026-11-04 turned_20', 'is the day it ends, though seen later');
select is((select a.status || ' ' || m.status || ' ' || m.end_date || ' ' || m.end_reason from base.outreach_attempts a, base.measures m where a.id = pg_temp.u(401) and m.id = pg_temp.u(402)),
          'cancelled ended 2026-11-04 left_target_group', 'what hung on it ends with it');
update was set p = pg_temp.places();
select pg_temp.night('2026-11-06');
select is(pg_temp.places(), p, 'the same night again writes nothing, not even into the log') from was;
select is((select count(distinct l.subjects)::int from base.access_log l where l.sub = 'nightly' and l.resource = 'registrations'), 2, 'nights are in the access log as well');

-- Guardians and consents that run out
update base.youths set birth_date = '2008-11-07', guardians = '[{"name": "Kim Prov", "phone": "+46701740605"}]' where id = pg_temp.u(1);
insert into base.recipients (municipality, id, name, kind) values ('0180', pg_temp.u(21), 'Region', 'region_health_care');
select pg_temp.enter('2026-11-06');
insert into base.consents (municipality, id, youth_id, purpose, recipient_ids, guardians, medium, given_at) values
  ('0180', pg_temp.u(501), pg_temp.u(1), 'sharing', array[pg_temp.u(21)], '[{"name": "Kim Prov", "givenAt": "2026-11-01T10:00:00Z"}]', 'oral', '2026-11-01T10:00:00Z');
insert into base.referrals (municipality, id, youth_id, recipient_id, reason, consent_id) values ('0180', pg_temp.u(502), pg_temp.u(1), pg_temp.u(21), 'Stöd', pg_temp.u(501));
select pg_temp.night('2026-11-06');
select is((select y.guardians ->> 0 || r.status from base.youths y, base.referrals r where y.id = pg_temp.u(1) and r.id = pg_temp.u(502)), '{"name": "Kim Prov", "phone": "+46701740605"}draft', 'until the 18th birthday');
select is(pg_temp.night('2026-11-07') -> 'clear_guardians', '{"cleared": 1}', 'on it');
select is((select y.guardians::text || r.status from base.youths y, base.referrals r where y.id = pg_temp.u(1) and r.id = pg_temp.u(502)), '[]cancelled', 'guardians are gone, and what rested on their consent');
select ok(not exists (select from base.consents c where c::text like '%Kim Prov%'), 'their names in consents, too');
select is((select c.guardians from base.consents c), '[{"givenAt": "2026-11-01T10:00:00Z"}]', 'of which the day stays');
select is((select array_agg(l.resource || ' ' || l.action order by l.resource, l.action) from base.access_log l where l.sub = 'nightly' and l.subjects = array[pg_temp.u(1)]),
          '{"consents expire","youths clear-guardians"}', 'both are in the access log');
select ok(not exists (select from jsonb_each(pg_temp.night('2026-11-07')) d, jsonb_each_text(d.value) c where c.key not in ('evaluated') and c.value <> '0'), 'once');

-- A night that fails leaves nothing behind
insert into base.nightly_steps values (999, 'fail_for_this_test', 'Fails.');
create function base.fail_for_this_test(town text) returns jsonb language plpgsql as $$ begin perform 1 / 0; return null; end $$;
update was set p = pg_temp.places();
select is(pg_temp.refusal($$select pg_temp.night('2029-11-07')$$), 'division by zero', 'a step that fails');
select is(pg_temp.places(), p, 'undoes its municipality''s night') from was;
select * from finish();
rollback;
