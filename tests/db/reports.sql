-- The follow-up figures on a handful of youths, reckoned by hand; who may have them; and what is masked.
begin;
select no_plan();

create function pg_temp.id(n int) returns uuid language sql return ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function pg_temp.as_caller(town text, scopes text, districts text default null) returns void language sql
return base.enter(town, 'someone', 'test', null, scopes, districts, null, null, null, null, '2026-11-16T12:00:00Z');

select pg_temp.as_caller('0981', '');
insert into base.municipalities (name) values ('Grannstad');
select pg_temp.as_caller('0980', 'protected:read');
insert into base.municipalities (name) values ('Provstad');
insert into base.units (id, name, administration) values (pg_temp.id(1), 'Norr', 'labour_market'), (pg_temp.id(2), 'Söder', 'education');
insert into base.districts (id, name, slug, unit_id, valid_to) values (pg_temp.id(11), 'Ekbacken', 'd1', pg_temp.id(1), null),
  (pg_temp.id(12), 'Björkhagen', 'd2', pg_temp.id(2), null), (pg_temp.id(13), 'Alviken', 'd3', pg_temp.id(2), null),
  (pg_temp.id(14), 'Nedlagda', 'd4', pg_temp.id(2), '2020-12-31');

insert into base.youths (id, birth_date, sex, given_name, family_name, protection, status, district_id)
select pg_temp.id(100 + n), '2008-05-05', sex, 'A', 'B', protection, status, case when d is not null then pg_temp.id(d) end
from (values (1, 'female', 'none', 'active', 11), (2, 'male', 'none', 'active', 11), (3, 'female', 'none', 'active', 13),
             (4, 'male', 'protected_registration', 'active', null), (5, 'unknown', 'none', 'active', 12), (6, 'female', 'none', 'active', 11),
             (7, 'male', 'confidentiality_marking', 'active', 11), (8, 'male', 'none', 'preventive', 11),
             (9, 'female', 'none', 'active', 12)) y (n, sex, protection, status, d);
update base.district_periods set from_date = '2020-01-01' where municipality = '0980' and youth_id <> pg_temp.id(103);
-- the third lived in Björkhagen until 1 March
update base.district_periods set from_date = '2026-03-01' where municipality = '0980' and youth_id = pg_temp.id(103);
insert into base.district_periods values ('0980', pg_temp.id(103), pg_temp.id(12), pg_temp.id(2), '2020-01-01', '2026-03-01');

insert into base.registrations (youth_id, start_date, end_date, reason, exit_reason, status)
select pg_temp.id(100 + n), s::date, e::date, 'unknown', x, case when e is null then 'open' else 'ended' end
from (values (1, '2025-10-01', null, null), (2, '2026-01-31', '2026-04-30', 'national_programme'), (3, '2026-02-10', null, null),
             (4, '2026-04-30', null, null), (5, '2024-05-01', '2026-01-01', 'moved'), (6, '2025-01-01', '2025-12-31', 'completed'),
             (7, '2026-05-01', null, null), (9, '2026-03-01', null, null)) r (n, s, e, x);

insert into base.outreach_attempts (youth_id, purpose, channel, status, attempted_at, outcome_at, staff, void_reason)
select pg_temp.id(100 + n), p, c, s, a::timestamptz, o::timestamptz, '{x}', case when s = 'voided' then 'fel' end
from (values (1, 'outreach', 'phone', 'no_answer', '2025-12-31T23:30Z', '2025-12-31T23:30Z'), -- 1 January in Stockholm
             (1, 'outreach', 'letter', 'sent', '2026-01-10T10:00Z', null), (1, 'outreach', 'phone', 'reached', '2026-02-05T10:00Z', '2026-02-05T10:00Z'),
             (1, 'follow_up', 'phone', 'reached', '2026-06-10T10:00Z', '2026-06-10T10:00Z'),
             (1, 'outreach', 'sms', 'sent', '2026-04-30T22:30Z', null), -- 1 May in Stockholm
             (2, 'outreach', 'letter', 'reached', '2026-02-28T10:00Z', '2026-03-05T10:00Z'), -- a month after 31 January is 28 February
             (3, 'outreach', 'email', 'sent', '2026-02-15T10:00Z', null), (3, 'outreach', 'letter', 'returned', '2026-03-12T10:00Z', '2026-03-20T10:00Z'),
             (3, 'outreach', 'phone', 'voided', '2026-02-16T10:00Z', '2026-02-16T10:00Z'), (3, 'outreach', 'meeting', 'cancelled', null, null),
             (3, 'follow_up', 'meeting', 'no_answer', '2026-02-17T10:00Z', '2026-02-17T10:00Z'),
             (8, 'outreach', 'phone', 'reached', '2026-02-05T10:00Z', '2026-02-05T10:00Z'),
             (9, 'outreach', 'letter', 'sent', '2026-04-01T22:30Z', null)) a (n, p, c, s, a, o); -- 2 April: a day late

insert into base.measures (youth_id, type, unit_id, status, start_date, end_date, end_reason, occupation_after)
select pg_temp.id(100 + n), t, case when u is not null then pg_temp.id(u) end, s, f::date, e::date, r, o
from (values (1, 'health_promoting', 1, 'started', '2026-03-01', null, null, null), (1, 'coaching', 1, 'planned', '2026-03-02', null, null, null),
             (2, 'coaching', 2, 'ended', '2026-03-10', '2026-04-20', 'completed_goal_reached', 'work'),
             (5, 'internship', null, 'ended', '2025-06-01', '2025-12-31', 'interrupted_by_youth', null)) m (n, t, u, s, f, e, r, o);

set local role kaa_service;
select pg_temp.as_caller('0980', 'reports:exact');

-- What is counted ------------------------------------------------------------------------------------

-- The items, summed: group, figure and key, period (1 is the question's first), number.
create function pg_temp.counted(question jsonb, by text default 'total') returns table (g text, f text, period int, n int) language sql as $$
  with r as materialized (select base.report_items(question)::jsonb as j)
  select m.g, m.f, b + 1, sum((i ->> 5)::int)::int
  from r, jsonb_array_elements(j -> 'items') i, jsonb_array_elements_text(i -> 6) p (part), generate_series(0, 4) b,
       lateral (select (j #>> array['keys', (part::int / 32)::text, '0'])
                       || coalesce('.' || nullif(j #>> array['keys', (part::int / 32)::text, '1'], ''), '') as f,
                       coalesce(case when by like 'district%' and i ->> 2 <> '-1' then j #>> array['districts', i ->> 2, 'name']
                                     when by like 'unit%' and i ->> 1 <> '-1' then j #>> array['units', i ->> 1, 'name']
                                     when by ~ '^(unit|district)' then 'undisclosed' end, '')
                       || case when by like '%sex' then ' ' || (j #>> array['lists', 'sexes', i ->> 3, 'code']) else '' end as g) m
  where part::int >> b & 1 = 1 group by 1, 2, 3
$$;
create function pg_temp.question(report text, exact boolean, variadic periods text[]) returns jsonb language sql as $$
  select jsonb_build_object('report', report, 'exact', exact, 'periods', jsonb_agg(jsonb_build_object(
    'from', coalesce(right(p, 4) || n.first_day, split_part(p, '/', 1)), 'to', coalesce(right(p, 4) || n.last_day, split_part(p, '/', 2))) order by i))
  from unnest(periods) with ordinality u (p, i)
  left join (values ('T1-____', '-01-01', '-04-30'), ('H1-____', '-01-01', '-06-30'), ('T2-____', '-01-01', '-08-31'), ('____', '-01-01', '-12-31'),
                    ('H2-____', '-07-01', '-12-31')) n (name, first_day, last_day) on p like n.name
$$;
-- The follow-up report of one period, exact.
create function pg_temp.figures(period text, by text default 'total') returns table (g text, f text, n int) language sql as $$
  select c.g, c.f, c.n from pg_temp.counted(pg_temp.question('follow-up', true, figures.period), by) c
$$;

select set_eq($$select f, n from pg_temp.counted(pg_temp.question('follow-up', true, 'T1-2026'))$$, $$values
  ('covered', 6), ('soughtOut', 4), ('reached', 2), ('reachedBy.phone', 1), ('reachedBy.letter', 1), ('attempts.letter', 4), ('attempts.phone', 2),
  ('attempts.email', 1), ('participants', 2), ('participantsByAdministration.labour_market', 1), ('participantsByAdministration.education', 1),
  ('participantsByMeasureType.other', 1), ('participantsByMeasureType.coaching', 1),
  ('exits.national_programme', 1), ('exits.moved', 1), ('exitsOfParticipants.national_programme', 1), ('exitsOfParticipants.moved', 1),
  ('exitsByMeasureType.coaching.national_programme', 1), ('exitsByMeasureType.internship.moved', 1), ('results.completed_goal_reached', 1),
  ('occupationAfter.work', 1), ('timeliness.begun', 4), ('timeliness.firstContactInTime', 2), ('timeliness.firstContactLate', 1),
  ('timeliness.noContact', 1)$$, 'tertial 1 in all');

-- Places and periods ---------------------------------------------------------------------------------

select set_eq($$select g, f, n from pg_temp.figures('T1-2026', 'district')
               where f in ('covered', 'soughtOut', 'attempts.letter', 'attempts.email', 'timeliness.begun', 'exits.moved')$$, $$values
  ('Ekbacken', 'covered', 2), ('Björkhagen', 'covered', 2), ('Alviken', 'covered', 1), ('undisclosed', 'covered', 1), ('Ekbacken', 'soughtOut', 2),
  ('Björkhagen', 'soughtOut', 1), ('Alviken', 'soughtOut', 1), ('Ekbacken', 'attempts.letter', 2), ('Björkhagen', 'attempts.letter', 1),
  ('Alviken', 'attempts.letter', 1), ('Björkhagen', 'attempts.email', 1), ('Ekbacken', 'timeliness.begun', 1), ('Björkhagen', 'timeliness.begun', 1),
  ('Alviken', 'timeliness.begun', 1), ('undisclosed', 'timeliness.begun', 1), ('Björkhagen', 'exits.moved', 1)$$,
  'persons count at their last place, attempts at that day''s, the protected nowhere');
select set_eq($$select g, n from pg_temp.figures('T1-2026', 'unit') where f = 'covered'$$,
  $$values ('Norr', 2), ('Söder', 3), ('undisclosed', 1)$$, 'by unit');
select set_eq($$select g, n from pg_temp.figures('T1-2026', 'sex') where f = 'covered'$$,
  $$values (' female', 3), (' male', 2), (' unknown', 1)$$, 'by sex');
select set_eq($$select g, n from pg_temp.figures('T1-2026', 'district,sex') where f = 'covered'$$,
  $$values ('Ekbacken female', 1), ('Ekbacken male', 1), ('Björkhagen unknown', 1), ('Björkhagen female', 1), ('Alviken female', 1), ('undisclosed male', 1)$$,
  'by district and sex');
select set_eq($$select g, n from pg_temp.figures('T1-2026', 'unit,sex') where f = 'soughtOut'$$,
  $$values ('Norr female', 1), ('Norr male', 1), ('Söder female', 2)$$, 'by unit and sex');
select set_eq($$select f, n from pg_temp.figures('T2-2026') where f in ('covered', 'attempts.sms', 'timeliness.begun', 'reached', 'reachedBy.phone')$$,
  $$values ('covered', 7), ('attempts.sms', 1), ('timeliness.begun', 5), ('reached', 2), ('reachedBy.phone', 1)$$, 'tertial 2 begins in January');
select set_eq($$select f, n from pg_temp.figures('H1-2026') where f in ('covered', 'reached')$$, $$values ('covered', 7), ('reached', 2)$$, 'a half-year');
select set_eq($$select f, n from pg_temp.figures('2026-06-01/2026-06-30') where f in ('covered', 'soughtOut', 'reached', 'participants')$$,
  $$values ('covered', 5), ('reached', 1), ('participants', 1)$$, 'from and to; a follow-up reaches but does not seek out');
select set_eq($$select f, n from pg_temp.figures('2025-12-31/2025-12-31')$$,
  $$values ('covered', 3), ('participants', 1), ('exits.completed', 1), ('results.interrupted_by_youth', 1),
           ('participantsByMeasureType.internship', 1), ('occupationAfter.unknown', 1)$$,
  'the first and the last day belong to a registration and to the period');
select set_eq($$select f, n from pg_temp.counted(pg_temp.question('outreach-timeliness', true, '2010-01-01/2026-04-30')) where f ~ '^firstContact'$$,
  $$select f, n from pg_temp.counted(pg_temp.question('outreach-timeliness', true, '2024-05-01/2026-04-30')) where f ~ '^firstContact'$$,
  'a first contact has the same channel in however long a period');
-- Who may have what ---------------------------------------------------------------------------------

select pg_temp.as_caller('0980', 'reports:read');
select throws_ok($$select base.report_items(pg_temp.question('follow-up', true, 'T1-2026'))$$, 'KA403', 'scope-missing', 'exact figures need reports:exact');
select set_has($$select distinct split_part(f, '.', 1) from pg_temp.counted(pg_temp.question('follow-up', false, 'T1-2026'))$$,
  $$values ('covered'), ('attempts'), ('exits'), ('results'), ('timeliness'), ('firstContactBy'), ('lacking')$$,
  'to be masked, things are counted with all that other reports tell of them');
select is_empty($$select * from pg_temp.counted(pg_temp.question('follow-up', false, 'T1-2026')) where f ~ '^(participantsBy|exitsBy)'$$,
  'without what only exact ones have');
-- Alike wherever a figure occurs: else two reports would be masked differently.
select is_empty(format($$(select f, period, n, g from pg_temp.counted(pg_temp.question(%L, false, 'T1-2026', '2026'), 'district,sex')
    except select f, period, n, g from pg_temp.counted(pg_temp.question('follow-up', false, 'T1-2026', '2026'), 'district,sex'))$$, r), r || ': the same as in the follow-up')
from unnest('{exits,outreach-timeliness,register-quality}'::text[]) r;
create function pg_temp.things(report text) returns table (family int, thing text) language sql as $$
  with r as materialized (select base.report_items(pg_temp.question(report, false, 'T1-2026', '2026'))::jsonb as j)
  select (i ->> 0)::int, concat_ws('|', case when i ->> 1 <> '-1' then j #>> array['units', i ->> 1, 'name'] end,
                                   case when i ->> 2 <> '-1' then j #>> array['districts', i ->> 2, 'name'] end, i ->> 3, i ->> 4, i ->> 5,
                                   string_agg((j -> 'keys' -> (p::int / 32))::text || (p::int % 32), ',' order by p::int / 32))
  from r, jsonb_array_elements(j -> 'items') with ordinality x (i, n), jsonb_array_elements(i -> 6) p group by j, n, i
$$;
select set_eq(format('select * from pg_temp.things(%L)', r), format($$select * from pg_temp.things('follow-up') where family = any (%L)$$, f),
              r || ': the same things')
from (values ('exits', '{2,3}'), ('outreach-timeliness', '{4}'), ('register-quality', '{0}')) v (r, f);
select pg_temp.as_caller('0980', 'youths:read reports:write');
select throws_ok(format('select base.report_items(pg_temp.question(''follow-up'', %L, ''T1-2026''))', e), 'KA403', 'scope-missing', 'a scope of reports is needed')
from unnest(array[true, false]) e;
select pg_temp.as_caller('0980', 'reports:exact');
select throws_ok($$select base.report_items(pg_temp.question('exits', false, 'T1-2026', 'T1-2027'))$$, 'KA422', 'period-not-begun',
  'nothing is counted of a period that has not begun');
select pg_temp.as_caller('0981', 'reports:exact');
select is_empty($$select * from pg_temp.figures('2026')$$, 'another municipality has its own figures');
select pg_temp.as_caller('0980', 'reports:read', '{' || pg_temp.id(11) || '}');
select set_eq($$select n from pg_temp.counted(pg_temp.question('follow-up', false, 'T1-2026')) where f = 'covered'$$, $$values (6)$$,
  'the whole is counted for a token of one district too, whose masks are those of the whole');


-- What is lacking, late and overdue, each by one who is and one at the edge who is not -----------------------------------------------

reset role;
select pg_temp.as_caller('0982', 'protected:read');
insert into base.municipalities (name) values ('Kantstad');
insert into base.units (id, name, administration, is_default) values (pg_temp.id(30), 'Enheten', 'education', true);
insert into base.districts (id, name, slug) values (pg_temp.id(31), 'Alby', 'a'), (pg_temp.id(32), 'Berga', 'b');
create temp table edge (n int primary key, what text);
insert into edge values (1, 'nothing'), (2, 'reason'), (3, 'school'), (4, 'no school, newly registered'), (5, 'occupation'),
  (6, 'review date the day before the last'), (7, 'review date on the last day'), (8, 'phone and e-mail'), (9, 'phone alone'), (10, 'address'),
  (11, 'registered address alone'), (12, 'district'), (13, 'protected'), (14, 'attempt'), (15, 'attempt on the last day'),
  (16, 'attempt the day after'), (17, 'left the source on the last day'), (18, 'left the source the day after'),
  (19, 'occupation after'), (20, 'occupation after is unknown'), (21, 'attempt, and there was time until the last day'), (22, 'moved later');
insert into base.youths (id, birth_date, given_name, family_name, protection, district_id, phones, email, address, contact_address)
select pg_temp.id(300 + n), '2008-05-05', 'A', 'B', case when n = 13 then 'protected_registration' else 'none' end,
       case when n not in (12, 13) then pg_temp.id(case when n = 22 then 32 else 31 end) end,
       case when n in (8, 9) then '{}' else '{+46701740605}' end::text[], case when n = 9 then 'prov@example.com' end,
       case when n not in (10, 11, 13) then '{"kind": "registered", "street": "Provvägen 1"}'::jsonb end,
       case when n = 11 then '{"street": "Provvägen 2"}'::jsonb end from edge;
update base.district_periods set from_date = case when youth_id = pg_temp.id(322) then date '2026-06-01' else '2026-02-01' end where municipality = '0982';
insert into base.district_periods values ('0982', pg_temp.id(322), pg_temp.id(31), pg_temp.id(30), '2026-02-01', '2026-06-01');
insert into base.registrations (youth_id, start_date, end_date, reason, latest_school, exit_reason, status)
select pg_temp.id(300 + n), case when n = 21 then date '2026-03-31' else '2026-02-01' end,
       case n when 17 then date '2026-04-30' when 18 then '2026-05-01' end, case n when 2 then 'unknown' when 4 then 'newly_registered' else 'dropout' end,
       case when n not in (3, 4) then 'Provskolan' end, case when n in (17, 18) then 'left_source' end,
       case when n in (17, 18) then 'ended' else 'open' end from edge;
insert into base.occupations (youth_id, code, from_date, review_date)
select pg_temp.id(300 + n), case when n = 5 then 'unknown' else 'work' end, '2026-02-01', case n when 6 then date '2026-04-29' when 7 then '2026-04-30' end from edge;
insert into base.outreach_attempts (youth_id, channel, status, attempted_at, staff)
select pg_temp.id(300 + n), 'phone', 'no_answer', case n when 15 then timestamptz '2026-04-30T21:59Z' when 16 then '2026-04-30T22:00Z' else '2026-02-10T10:00Z' end, '{x}'::text[]
from edge where n not in (14, 21)
union all select pg_temp.id(301), 'letter', 'sent', '2026-02-05T10:00Z', '{x}'
union all select pg_temp.id(302), 'letter', 'sent', '2026-02-10T10:00Z', '{x}';
insert into base.measures (youth_id, type, status, start_date, end_date, end_reason, occupation_after)
select pg_temp.id(300 + n), 'coaching', 'ended', '2026-03-01', '2026-04-10', 'completed_goal_reached', case when n = 20 then 'unknown' end from edge where n in (19, 20);
set local role kaa_service;
select pg_temp.as_caller('0982', 'reports:exact');
select set_eq($$select f, period, n from pg_temp.counted(pg_temp.question('register-quality', true, 'T1-2026', '2026'))$$, $$values
  ('covered', 1, 22), ('lacking.registrationReason', 1, 1), ('lacking.latestSchool', 1, 1), ('lacking.occupation', 1, 2),
  ('lacking.contactDetails', 1, 1), ('lacking.address', 1, 2), ('lacking.district', 1, 1), ('lacking.firstContact', 1, 3),
  ('lacking.exitReason', 1, 1), ('lacking.occupationAfter', 1, 1),
  ('covered', 2, 22), ('lacking.registrationReason', 2, 1), ('lacking.latestSchool', 2, 1), ('lacking.occupation', 2, 3),
  ('lacking.contactDetails', 2, 1), ('lacking.address', 2, 2), ('lacking.district', 2, 1), ('lacking.firstContact', 2, 2),
  ('lacking.exitReason', 2, 2), ('lacking.occupationAfter', 2, 1)$$, 'who lacks what, on the last day of each period');
select set_eq($$select f, period, n from pg_temp.counted(pg_temp.question('outreach-timeliness', true, 'T1-2026', '2026'))$$, $$values
  ('timeliness.begun', 1, 22), ('timeliness.firstContactInTime', 1, 18), ('timeliness.firstContactLate', 1, 2), ('timeliness.noContact', 1, 2),
  ('firstContactBy.letter', 1, 2), ('firstContactBy.phone', 1, 18), ('overdue', 1, 1),
  ('timeliness.begun', 2, 22), ('timeliness.firstContactInTime', 2, 18), ('timeliness.firstContactLate', 2, 2), ('timeliness.noContact', 2, 2),
  ('firstContactBy.letter', 2, 2), ('firstContactBy.phone', 2, 18), ('overdue', 2, 2)$$,
  'the first contact, of two at a time by the channel that comes first in the list; what is due on the last day is not overdue');
select set_eq($$select g, period, n from pg_temp.counted(pg_temp.question('register-quality', true, 'T1-2026', '2026'), 'district') where f = 'covered'$$,
  $$values ('Alby', 1, 20), ('undisclosed', 1, 2), ('Alby', 2, 19), ('Berga', 2, 1), ('undisclosed', 2, 2)$$, 'who moved counts in each period at the last place');
create temp table items as select base.report_items(pg_temp.question('follow-up', false, 'T1-2026', '2026'))::jsonb as j;
select set_eq($$select (i ->> 2)::int as d, (i ->> 4)::int as e from items, jsonb_array_elements(j -> 'items') i where i ->> 0 = '0' and i ->> 4 <> '0'$$,
  $$values (0, 2), (1, 1)$$, 'and says in which periods it counts elsewhere');
select is(j #> '{districts,0,serving}', '[[0, 3]]', 'which unit serves a district in which periods') from items;
select is(j #> '{units,0,periods}', '3', 'and when a unit is in force') from items;
select is_empty($$select k from items, jsonb_array_elements(j -> 'keys') k where k ->> 0 in ('participantsByAdministration', 'participantsByMeasureType', 'exitsByMeasureType')$$,
  'what is published holds no crosses');
select ok(j @> '{"keys": [["lacking", "address"], ["overdue", ""], ["attempts", "phone"]]}', 'but the figures of all reports, whichever is asked for') from items;
select is(j #>> '{seen,xmin}', pg_snapshot_xmin(pg_current_snapshot())::text, 'seen: what is older than the oldest transaction that runs') from items;
select ok(j #> '{seen,xids}' @> to_jsonb(pg_current_xact_id()::text), 'and which of the others') from items;
select throws_ok(format('select base.report_items(%L)', q), 'P0001', null, 'no question: ' || q)
from unnest(array['{"report": "all", "exact": true, "periods": [{"from": "2026-01-01", "to": "2026-01-31"}]}', '{"report": "exits", "exact": true, "periods": []}']) q;
select pg_temp.as_caller('0982', 'reports:read');
select throws_ok($$select base.report_items(pg_temp.question('exits', true, '2026'))$$, 'KA403', 'scope-missing', 'exact items need reports:exact');
select lives_ok($$select base.report_items(pg_temp.question('exits', false, '2026'))$$, 'what is published needs reports:read');
select pg_temp.as_caller('0982', 'youths:read');
select throws_ok($$select base.report_items(pg_temp.question('exits', false, '2026'))$$, 'KA403', 'scope-missing', 'or one of the two at least');
reset role;

-- What is counted is told in the feed: an answer is kept until a change says that it is old -----------------------------------------

create temp view read_by_reports as
select distinct t.oid, t.relname::text as name
from pg_proc p, regexp_matches(p.prosrc, 'base\.([a-z_]+)', 'g') m (name), pg_class t
where p.pronamespace = 'base'::regnamespace and p.proname in ('report_items', 'policy', 'list_codes') and t.relnamespace = 'base'::regnamespace
  and t.relname = m.name[1] and t.relkind in ('r', 'v');
select set_eq($$select name from read_by_reports r where not exists (select from pg_trigger g where g.tgrelid = r.oid and g.tgname = 'note_update')$$,
  -- the feed itself; what a migration alone writes; what is written with their youths or organisation, see below
  $$values ('changes'), ('codes'), ('district_periods'), ('serving_periods')$$, 'all that the items are made of is in the feed');
select set_eq($$select distinct p.proname::text from pg_proc p where p.pronamespace = 'base'::regnamespace and p.prosrc ~ '(insert into|update|delete from) base\.(district|serving)_periods'$$,
  $$values ('keep_district_periods'), ('follow_organisation')$$, 'places over time are written with the youth''s own row, or as the organisation changes');
select pg_temp.as_caller('0982', 'protected:read');
insert into base.units (id, name, administration) values (pg_temp.id(33), 'Nya', 'education');
update base.districts set unit_id = pg_temp.id(33) where id = pg_temp.id(32);
update base.units set valid_to = '2026-11-17', replaced_by = pg_temp.id(30) where id = pg_temp.id(33);
delete from base.changes where municipality = '0982';
select is(base.follow_organisation('0982') -> 'moved', '0', 'nothing has come yet');
select is_empty($$select from base.changes where municipality = '0982'$$, 'and nothing is told');
update base.youths set district_id = pg_temp.id(31) where id = pg_temp.id(322);
delete from base.changes where municipality = '0982';
select base.enter('0982', 'nightly', 'kaa', null, 'protected:read', null, null, null, null, null, '2026-11-18T12:00:00Z');
select is(base.follow_organisation('0982') -> 'moved', '0', 'the unit''s last day has come, and nobody is left in it');
select set_eq($$select resource from base.changes where municipality = '0982'$$, $$values ('municipalities')$$, 'but who serves the district is told');

select finish();
rollback;
