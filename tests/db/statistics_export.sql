-- The statistics export: what a row says, and each numbered check by a record that breaks just that rule.
begin;
select no_plan();
\ir refusals.psql

create function pg_temp.as_caller(at text default '2026-11-16T12:00:00Z', districts text default null, scopes text default
  'statistics-export:read protected:read personal-numbers:read', town text default '9980') returns void language sql
return base.enter(town, 'anna', 'front', null, scopes, districts, null, null, null, '0123456789abcdef0123456789abcdef', at);
select pg_temp.as_caller();
insert into base.municipalities (municipality, name) values ('9980', 'Provstad'), ('9981', 'Grannstad');

-- A youth with a registration, made as if nothing in the database watched over it: the checks must see what no rule keeps out.
alter table base.registrations drop constraint end_before_start, drop constraint exit_reason_with_end, drop constraint status_with_end,
  drop constraint registrations_overlap;
alter table base.registrations disable trigger user;
alter table base.measures drop constraint measure_ends_before_start;
alter table base.measures disable trigger user;
alter table base.identity_numbers drop constraint number_wrong;
create function pg_temp.born(n int, number text, birth date default '2008-03-04', protection text default 'none', town text default '9980')
returns void language sql as $$
  insert into base.youths (municipality, id, birth_date, given_name, family_name, protection)
  values (town, pg_temp.u(n), birth, 'Namn', 'Namnsson', protection);
  insert into base.identity_numbers (municipality, youth_id, number, type)
  values (town, pg_temp.u(n), number, coalesce(base.number_type(number), 'personal'));
$$;
create function pg_temp.registered(n int, start_date date, end_date date default null, exit_reason text default null, part int default 0, town text default '9980')
returns void language sql as $$
  insert into base.registrations (municipality, id, youth_id, start_date, end_date, exit_reason, reason, status, latest_school, latest_programme)
  values (town, pg_temp.u(1000 + n * 10 + part), pg_temp.u(n), start_date, end_date, exit_reason, 'dropout',
          case when end_date is null and exit_reason is null then 'open' else 'ended' end, 'Provskolan', 'EE')
$$;
create function pg_temp.measured(n int, start_date date, end_date date default null, occupation_after text default null, part int default 0,
                                 type text default 'coaching') returns void language sql as $$
  insert into base.measures (municipality, id, youth_id, type, status, start_date, end_date, end_reason, occupation_after)
  values ('9980', pg_temp.u(5000 + n * 10 + part), pg_temp.u(n), type, case when end_date is null then 'started' else 'ended' end,
          start_date, end_date, case when end_date is not null then 'completed_goal_reached' end, occupation_after)
$$;
-- The rules that records of the youth break in a half-year: rule and the record.
create function pg_temp.broken(n int, half_year text default 'H2-2026', room int default null) returns text[] language sql as $$
  select coalesce(array_agg(f.rule || coalesce(' ' || right(f.measure_id::text, 4)::int, '') order by f.rule, f.measure_id), '{}')
  from base.half_year(half_year) h,
       lateral base.statistics_faults(array(select r from base.statistics_rows('9980', h.first_day, h.last_day) r), h.first_day, h.last_day, room) f
  where f.youth_id = pg_temp.u(n)
$$;
create function pg_temp.line(n int, half_year text default 'H2-2026', part int default 0) returns base.statistics_row language sql as $$
  select r from base.half_year(half_year) h, lateral base.statistics_rows('9980', h.first_day, h.last_day) r
  where r.registration_id = pg_temp.u(1000 + n * 10 + part)
$$;

-- Official test numbers; the youths of the broken rules have numbers of others' years, which no rule forbids.
create temp table numbers (n int generated always as identity, number text);
\copy numbers (number) from ../data/test_personnummer_2005_2011.txt
create function pg_temp.number(k int) returns text language sql return (select number from numbers where n = k);

-- A clean one ------------------------------------------------------------------------------------------

select pg_temp.born(1, pg_temp.number(1));
select pg_temp.registered(1, '2026-02-01', '2026-10-05', 'national_programme');
insert into base.occupations (municipality, youth_id, code, from_date, review_date, created_at) values
  ('9980', pg_temp.u(1), 'work', '2026-03-01', '2026-08-01', '2026-03-01'), ('9980', pg_temp.u(1), 'komvux', '2026-09-01', null, '2026-09-01'),
  ('9980', pg_temp.u(1), 'abroad', '2026-10-20', null, '2026-10-20');
insert into base.outreach_attempts (municipality, youth_id, channel, status, attempted_at, outcome_at, staff, purpose, void_reason)
select '9980', pg_temp.u(1), 'phone', s, a::timestamptz, o::timestamptz, '{x}', p, case s when 'voided' then 'fel' end
from (values ('no_answer', '2026-02-10T10:00Z', '2026-02-10T10:00Z', 'outreach'), ('voided', '2026-07-02T10:00Z', '2026-07-02T10:00Z', 'outreach'),
             ('sent', '2026-06-30T22:30Z', null, 'outreach'), -- 1 July in Stockholm
             ('reached', '2026-09-03T10:00Z', '2026-09-04T10:00Z', 'follow_up')) v (s, a, o, p);
select pg_temp.measured(1, '2026-01-15', '2026-05-01', 'none', 0);
select pg_temp.measured(1, '2026-03-01', '2026-08-01', 'work', 1, 'health_promoting');
select pg_temp.measured(1, '2026-09-01', '2026-10-05', 'national_programme', 2);
select is(pg_temp.broken(1), '{}', 'what is as it should be breaks no rule');
select is((l.number, l.start_date, l.reason, l.latest_school, l.latest_programme)::text, (pg_temp.number(1), '2026-02-01'::date, 'dropout', 'Provskolan', 'EE')::text,
          'number and registration') from pg_temp.line(1) l;
select is((l.first_attempt, l.first_reached)::text, '(2026-07-01,2026-09-04)', 'contacts of the half-year, dated in Sweden; a voided one is none') from pg_temp.line(1) l;
select is((l.occupation, l.occupation_after, l.exit_date, l.exit_reason)::text, '(komvux,national_programme,2026-10-05,national_programme)',
          'the occupation of the last day covered, and the exit') from pg_temp.line(1) l;
select is((select jsonb_agg(m - 'measureId') from jsonb_array_elements((pg_temp.line(1)).measures) m),
          '[{"type": "other", "startDate": "2026-03-01", "endDate": "2026-08-01", "occupationAfter": "work"},
            {"type": "coaching", "startDate": "2026-09-01", "endDate": "2026-10-05", "occupationAfter": "national_programme"}]'::jsonb,
          'measures of the half-year in order; a sensitive type is not told');
select is((l.occupation, l.exit_date, l.exit_reason, l.first_attempt, l.first_reached)::text, '(work,,,2026-02-10,)',
          'in the half-year before it is open: what happened later is not in the file') from pg_temp.line(1, 'H1-2026') l;
select is((select jsonb_agg(m - 'measureId') from jsonb_array_elements((pg_temp.line(1, 'H1-2026')).measures) m),
          '[{"type": "coaching", "startDate": "2026-01-15", "endDate": "2026-05-01", "occupationAfter": "none"},
            {"type": "other", "startDate": "2026-03-01"}]'::jsonb, 'nor that a measure ended');
select is((pg_temp.line(1, 'H1-2026')).occupation_after, null, 'while one goes on there is no occupation after');
select is(pg_temp.line(1, 'H2-2025') is null, true, 'a half-year that it does not overlap is without it');

-- The rules --------------------------------------------------------------------------------------------

select pg_temp.born(n, pg_temp.number(n)) from generate_series(11, 30) n where n not in (17, 19);
-- 1: it begins on a day to come
select pg_temp.registered(11, '2026-12-01');
select is(pg_temp.broken(11), '{1}', '1: a date of the half-year that has not come');
select pg_temp.registered(12, '2026-08-01');
select pg_temp.measured(12, '2026-08-10', '2026-12-20', 'work');
select is(pg_temp.broken(12), '{1 5120}', '1: a measure''s');
-- 2: it ends before it begins
select pg_temp.registered(13, '2026-09-10', '2026-09-01', 'moved');
select is(pg_temp.broken(13), '{2}', '2: a registration that ends before it begins');
select pg_temp.registered(14, '2026-08-01');
select pg_temp.measured(14, '2026-09-10', '2026-09-01', 'work');
select is(pg_temp.broken(14), '{2 5140}', '2: a measure that does');
-- 3: a measure outside
select pg_temp.registered(15, '2026-08-01', '2026-10-01', 'moved');
select pg_temp.measured(15, '2026-07-20', '2026-09-01', 'work', 0);
select pg_temp.measured(15, '2026-09-02', '2026-10-15', 'work', 1);
select pg_temp.measured(15, '2026-09-02', '2026-10-01', 'work', 2);
select pg_temp.measured(15, '2026-10-02', '2026-10-03', 'work', 3);
select is(pg_temp.broken(15), '{3 5150,3 5151,3 5153}', '3: measures that begin before, end after, and come after the registration');
-- 4: one without the other
select pg_temp.registered(16, '2026-08-01', null, 'moved');
select is(pg_temp.broken(16), '{4}', '4: an exit reason without a date');
select pg_temp.born(17, pg_temp.number(17)), pg_temp.registered(17, '2026-08-01', '2026-09-01', null);
select is(pg_temp.broken(17), '{4}', '4: and a date without a reason');
-- 5: no occupation after the last one
select pg_temp.registered(18, '2026-08-01');
select pg_temp.measured(18, '2026-08-10', '2026-09-01', 'work', 0), pg_temp.measured(18, '2026-09-02', '2026-10-01', null, 1);
select is(pg_temp.broken(18), '{5 5181}', '5: the last measure has ended without an occupation after');
select pg_temp.measured(18, '2026-10-02', null, null, 2);
select is(pg_temp.broken(18), '{}', '5: not while another goes on');
-- 6: two at a time
select pg_temp.born(19, pg_temp.number(19));
select pg_temp.registered(19, '2026-07-01', '2026-09-02', 'moved', 0), pg_temp.registered(19, '2026-09-01', null, null, 1);
select is(pg_temp.broken(19), '{6,6}', '6: overlapping registrations, both named');
select pg_temp.registered(20, '2026-07-01', '2026-09-01', 'moved', 0), pg_temp.registered(20, '2026-09-01', null, null, 1);
select is(pg_temp.broken(20), '{}', '6: the day one ends another may begin');
-- 7 and 8: the 20th birthday
update base.youths set birth_date = '2006-08-15' where id in (pg_temp.u(21), pg_temp.u(22), pg_temp.u(23)) and municipality = '9980';
select pg_temp.registered(21, '2026-08-15', '2026-09-01', 'moved');
select is(pg_temp.broken(21), '{7}', '7: registered on the 20th birthday');
select pg_temp.registered(22, '2026-07-01', '2026-08-16', 'turned_20');
select is(pg_temp.broken(22), '{8}', '8: turned_20 the day after');
select pg_temp.registered(23, '2026-08-14', '2026-08-15', 'turned_20');
select is(pg_temp.broken(23), '{}', '7, 8: registered the day before it, ended on it');
-- 9: numbers
select pg_temp.registered(24, '2026-08-01'), pg_temp.registered(25, '2026-08-01'), pg_temp.registered(26, '2026-08-01');
update base.identity_numbers set number = left(number, 11) || (right(number, 1)::int + 1) % 10 where municipality = '9980' and youth_id = pg_temp.u(24);
update base.identity_numbers set number = '20080304TF01', type = 'temporary' where municipality = '9980' and youth_id = pg_temp.u(25);
update base.identity_numbers set current = false, valid_to = valid_from where municipality = '9980' and youth_id = pg_temp.u(26);
select is(pg_temp.broken(24), '{9}', '9: a wrong check digit');
select is(pg_temp.broken(25), '{9}', '9: a temporary number');
select is(pg_temp.broken(26), '{9}', '9: none');
-- 10: left_source
select pg_temp.registered(27, '2026-02-01', '2026-08-01', 'left_source');
select is(pg_temp.broken(27), '{10}', '10: to be completed');
select is(pg_temp.broken(27, 'H1-2026'), '{}', '10: not in the file of the half-year before, where it is open');

-- 11: more measures than there is room for
select pg_temp.registered(28, '2026-08-01');
select pg_temp.measured(28, '2026-08-10', '2026-09-01', 'work', 0), pg_temp.measured(28, '2026-09-02', null, null, 1);
select is(pg_temp.broken(28, room => 2), '{}', '11: as many measures as the layout has room for');
select is(pg_temp.broken(28, room => 1), '{11}', '11: one more');
select is(pg_temp.broken(28), '{}', '11: a layout that tells of no measures');

-- The edges of the half-year ---------------------------------------------------------------------------

select pg_temp.born(n, pg_temp.number(n)) from generate_series(50, 55) n;
select pg_temp.registered(50, '2026-02-01', '2026-07-01', 'moved'), pg_temp.registered(51, '2026-02-01', '2026-06-30', 'moved'),
       pg_temp.registered(52, '2025-12-31', '2026-01-01', 'moved'), pg_temp.registered(53, '2026-06-30');
select is((pg_temp.line(50)).exit_date, '2026-07-01', 'one that ended on the first day is in it');
select is(pg_temp.line(51) is null and (pg_temp.line(51, 'H1-2026')).exit_date = '2026-06-30', true, 'on the day before, in the one before');
select is((pg_temp.line(53, 'H1-2026')).start_date = (pg_temp.line(53)).start_date, true, 'one that began on the last day is in both');
select is(pg_temp.broken(n, h), '{}', 'no rule is broken at the edge ' || n || ' ' || h)
from unnest(array[50, 51, 52, 53]) n, unnest(array['H2-2025', 'H1-2026', 'H2-2026']) h;
-- One began and ended on a day, and another began that day: the measure is the other's, whichever has the lower id.
select pg_temp.registered(54, '2026-08-01', '2026-08-01', 'registered_in_error', 0), pg_temp.registered(54, '2026-08-01', null, null, 1);
select pg_temp.registered(55, '2026-08-01', '2026-08-01', 'registered_in_error', 1), pg_temp.registered(55, '2026-08-01', null, null, 0);
select pg_temp.measured(n, '2026-08-01', '2026-09-01', 'work') from unnest(array[54, 55]) n;
select is(pg_temp.broken(n), '{}', 'a measure belongs to the one that goes on ' || n) from unnest(array[54, 55]) n;
-- The 20th birthday of who was born on a leap day.
update base.youths set birth_date = '2004-02-29' where municipality = '9980' and id = pg_temp.u(30);
select pg_temp.registered(30, '2024-02-28', '2024-02-29', 'turned_20');
select is(pg_temp.broken(30, 'H1-2024'), '{}', 'the 20th birthday of a leap day is one');

-- Who is in it -----------------------------------------------------------------------------------------

select pg_temp.born(40, '20080304TF40', protection => 'protected_registration'), pg_temp.registered(40, '2026-08-01');
select is((l.youth_id, l.latest_school, l.latest_programme)::text, format('(%s,,EE)', pg_temp.u(40)), 'those protected are, without a school') from pg_temp.line(40) l;
select pg_temp.born(41, '20080304TF41'), pg_temp.registered(41, '2026-08-01');
update base.youths set status = 'preventive' where municipality = '9980' and id = pg_temp.u(41);
select is(pg_temp.line(41) is null, true, 'those in preventive work never are');
select pg_temp.born(42, '20080304TF42'), pg_temp.registered(42, '2026-07-01', '2026-08-01', 'moved');
select pg_temp.born(43, '20080304TF43'), pg_temp.registered(43, '2026-09-01');
update base.youths set merged_into = pg_temp.u(43) where municipality = '9980' and id = pg_temp.u(42);
select is((l.youth_id, l.number)::text, format('(%s,20080304TF43)', pg_temp.u(43)), 'a duplicate''s registration is its survivor''s') from pg_temp.line(42) l;
select pg_temp.born(44, '20080304TF44', town => '9981'), pg_temp.registered(44, '2026-08-01', town => '9981');
select is(pg_temp.line(44) is null, true, 'another municipality''s are not');

-- The file ---------------------------------------------------------------------------------------------

create function pg_temp.export(question text default '{}') returns jsonb language sql as $$
  select e.body::jsonb from base.statistics_export('{"period": "H2-2026", "@layout":
    {"name": "prov", "official": false, "recipient": "SCB", "ground": "Prov", "codes": {"exit-reasons": {"moved": "7"}}}}'::jsonb || question::jsonb) e
$$;
set local role kaa_service;
select is(pg_temp.refusal('select pg_temp.export()'), 'statistics-export-errors', 'refused while records break rules');
select is(pg_temp.refusal($$select pg_temp.export('{"acceptErrors": "true"}')$$), 'statistics-export-errors', 'left_source is accepted by nobody');
reset role;
delete from base.registrations where municipality = '9980' and exit_reason = 'left_source';
set local role kaa_service;
select is(pg_temp.refusal('select pg_temp.export()'), 'statistics-export-errors', 'the others are refused');
create temp table given as select pg_temp.export('{"acceptErrors": "true"}') as body;
select is((body ->> 'acceptedErrors')::int, 19, 'or accepted, all of them') from given;
select is(body -> 'layout', '{"name": "prov", "official": false}', 'it says which layout') from given;
select is(body -> 'codes', '[{"list": "exit-reasons", "code": "moved", "value": "7"}]', 'and the codes that are other ones in it') from given;
select is(body -> 'period', '{"name": "H2-2026", "from": "2026-07-01", "to": "2026-12-31", "complete": false}', 'and of when') from given;
reset role;
select set_eq($$select (r ->> 'youthId')::uuid, 1::bigint from given, jsonb_array_elements(body -> 'data') r$$,
              $$select youth_id, count(*) from base.disclosures where municipality = '9980' and resource = 'statistics-export' and recipient = 'SCB'
                and recipient_id is null and ground = 'Prov' and resource_id = '01234567-89ab-cdef-0123-456789abcdef' group by 1$$,
              'a disclosure for each person, of this request');
select is(l.code, 'rules 1 2 3 4 6 7 8 9', 'what was accepted is in the log')
from base.access_log l where l.municipality = '9980' and l.resource = 'statistics-export' and l.action = 'accept-errors';
select is(l.subjects @> array[pg_temp.u(11), pg_temp.u(24)] and not l.subjects @> array[pg_temp.u(1)], true, 'with those whom it concerns')
from base.access_log l where l.municipality = '9980' and l.action = 'accept-errors';
set local role kaa_service;
select is(jsonb_array_length(pg_temp.export('{"acceptErrors": "true", "@head": true}') -> 'data') > 0, true, 'HEAD asks for the same');
reset role;
select is(count(*), (select jsonb_array_length(body -> 'data') - 5 from given)::bigint, 'and gives out nothing; five are in it twice')
from base.disclosures where municipality = '9980' and resource = 'statistics-export';
set local role kaa_service;
select is(pg_temp.refusal($$select pg_temp.export('{"acceptErrors": "true", "@layout": {"ownCodes": false, "codes": {}}}')$$), 'statistics-codes-missing',
          'a layout without codes of our own lets none into the file');

select is(pg_temp.refusal(format($$select pg_temp.export('{"acceptErrors": "true", "@layout": %s}')$$, l)), r, 'codes of ' || l)
from (values ('{"official": true, "codes": {}}', 'statistics-codes-missing'),
             ('{"official": true, "lists": {"exit-reasons": true}, "codes": {"exit-reasons": {}}}', 'statistics-codes-missing'),
             ('{"official": true, "lists": {}, "recipient": "SCB", "ground": "Prov"}', 'done'),
             ('{"official": true, "ownCodes": true, "recipient": "SCB", "ground": "Prov"}', 'done')) v (l, r);

-- The checks -------------------------------------------------------------------------------------------

create temp table checks as select c.body::jsonb as body, c.subjects from base.statistics_checks('{"period": "H2-2026"}') c;
select is((select jsonb_object_agg(r ->> 'rule', r -> 'count') from jsonb_array_elements(body -> 'rules') r),
          '{"1": 2, "2": 2, "3": 3, "4": 2, "5": 0, "6": 2, "7": 1, "8": 1, "9": 6, "10": 0, "11": 0}'::jsonb, 'how many records break each rule') from checks;
select is(jsonb_array_length(body -> 'data'), 19, 'and which') from checks;
select is(cardinality(subjects), (select count(distinct r ->> 'youthId')::int from jsonb_array_elements(body -> 'data') r), 'of whom the log tells') from checks;
select is((select c.body::jsonb -> 'data' from base.statistics_checks('{"period": "H2-2026", "rule": "7"}') c),
          jsonb_build_array(jsonb_build_object('rule', 7, 'youthId', pg_temp.u(21), 'registrationId', pg_temp.u(1210))), 'of one rule');
select is((select c.body::jsonb -> 'data' from base.statistics_checks('{"period": "H2-2026", "page": "2"}') c), '[]', 'page by page');
select is((select c.body::jsonb -> 'data' @> jsonb_build_array(jsonb_build_object('rule', 11, 'youthId', pg_temp.u(28)))
           from base.statistics_checks('{"period": "H2-2026", "rule": "11", "@layout": {"room": 1}}') c), true, 'also those that a layout breaks');
select is(pg_temp.export('{"acceptErrors": "true", "@layout": {"room": 1, "recipient": "SCB", "ground": "Prov"}}') @> '{"acceptedErrors": 23}', true,
          'which are accepted as the others');

-- Who is named is bounded: the first hundred.
reset role;
select pg_temp.born(n, '20080304' || chr(65 + n % 26) || 'X' || n % 100), pg_temp.registered(n, '2026-08-01') from generate_series(300, 399) n;
create function pg_temp.named() returns int language plpgsql as $$
declare
  said text;
begin
  perform pg_temp.export('{}');
  return null;
exception when others then
  get stacked diagnostics said = pg_exception_detail;
  return jsonb_array_length(said::jsonb -> 'records');
end $$;
select is(pg_temp.named(), 100, 'a refusal names a hundred at most');
select is(jsonb_array_length((select c.body::jsonb -> 'data' from base.statistics_checks('{"period": "H2-2026"}') c)), 100, 'a page of the checks does');
select is(jsonb_array_length((select c.body::jsonb -> 'data' from base.statistics_checks('{"period": "H2-2026", "page": "2"}') c)), 19, 'and the next the rest');
set local role kaa_service;

-- Who may ----------------------------------------------------------------------------------------------

select is(pg_temp.refusal(format('select base.statistics_checks(%L)', jsonb_build_object('period', p))), r, 'period ' || coalesce(p, 'none'))
from (values ('H1-2026', 'done'), ('H1-2027', 'half-year-not-begun'), ('T1-2026', 'invalid-half-year'), ('2026', 'invalid-half-year'), (null, 'invalid-half-year')) v (p, r);
select pg_temp.as_caller(districts => '{' || pg_temp.u(1) || '}');
select is(pg_temp.refusal('select pg_temp.export()'), 'districts-limited', 'a token of some districts is refused the file');
select is(pg_temp.refusal($$select base.statistics_checks('{"period": "H2-2026"}')$$), 'districts-limited', 'and the checks');
select is(pg_temp.refusal('select pg_temp.export()'), 'scope-missing', 'not with ' || s)
from unnest(array['protected:read personal-numbers:read', 'statistics-export:read personal-numbers:read', 'statistics-export:read protected:read']) s,
     lateral pg_temp.as_caller(scopes => s);
reset role;
select is(pg_temp.refusal($$insert into base.disclosures (municipality, youth_id, resource, resource_id, ground, shares)
  values ('9980', pg_temp.u(1), 'statistics-export', pg_temp.u(1), 'x', '{identity}')$$), 'disclosure_without_recipient', 'a disclosure is to somebody');

select finish();
rollback;
