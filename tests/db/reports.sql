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

-- What is above zero in the report's rows: group, figure, number.
create function pg_temp.figures(query text) returns table (g text, f text, n int) language sql as $$
  select coalesce(d -> 'group' ->> 'district', d -> 'group' ->> 'unit', '') || coalesce(' ' || (d -> 'group' ->> 'sex'), ''), x.f, x.n
  from jsonb_array_elements(base.follow_up(query::jsonb)::jsonb -> 'data') d,
       lateral (select m.key || coalesce('.' || p.key, '') as f, coalesce(p.value, m.value)::text::int as n
                from jsonb_each(d - 'group') m
                left join lateral (select q.* from jsonb_each(case jsonb_typeof(m.value) when 'object' then m.value else '{}' end) q) p on true
                where coalesce(p.value, m.value) not in ('{}', 'null', '0')) x
$$;

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
    'from', coalesce(n.first_day, split_part(p, '/', 1)::date), 'to', coalesce(n.last_day, split_part(p, '/', 2)::date)) order by i))
  from unnest(periods) with ordinality u (p, i) left join lateral (select r.* from base.report_period(p) r where p not like '%/%') n on true
$$;

select set_eq($$select f, n from pg_temp.counted(pg_temp.question('follow-up', true, 'T1-2026'))$$, $$values
  ('covered', 6), ('soughtOut', 4), ('reached', 2), ('reachedBy.phone', 1), ('reachedBy.letter', 1), ('attempts.letter', 4), ('attempts.phone', 2),
  ('attempts.email', 1), ('participants', 2), ('participantsByAdministration.labour_market', 1), ('participantsByAdministration.education', 1),
  ('participantsByMeasureType.other', 1), ('participantsByMeasureType.coaching', 1),
  ('exits.national_programme', 1), ('exits.moved', 1), ('exitsOfParticipants.national_programme', 1), ('exitsOfParticipants.moved', 1),
  ('exitsByMeasureType.coaching.national_programme', 1), ('exitsByMeasureType.internship.moved', 1), ('results.completed_goal_reached', 1),
  ('occupationAfter.work', 1), ('timeliness.begun', 4), ('timeliness.firstContactInTime', 2), ('timeliness.firstContactLate', 1),
  ('timeliness.noContact', 1)$$, 'tertial 1 in all');

-- Exact figures -------------------------------------------------------------------------------------

select set_eq($$select f, n from pg_temp.figures('{"period": "T1-2026"}')$$, $$values
  ('covered', 6), ('soughtOut', 4), ('reached', 2), ('reachedBy.phone', 1), ('reachedBy.letter', 1), ('attempts.letter', 4), ('attempts.phone', 2),
  ('attempts.email', 1), ('participants', 2), ('participantsByAdministration.labour_market', 1), ('participantsByAdministration.education', 1),
  ('exits.national_programme', 1), ('exits.moved', 1), ('exitsOfParticipants.national_programme', 1), ('exitsOfParticipants.moved', 1),
  ('exitsByMeasureType.coaching.national_programme', 1), ('exitsByMeasureType.internship.moved', 1), ('results.completed_goal_reached', 1),
  ('occupationAfter.work', 1), ('timeliness.begun', 4), ('timeliness.firstContactInTime', 2), ('timeliness.noContact', 1)$$, 'tertial 1 in all');
select set_eq($$select g, f, n from pg_temp.figures('{"period": "T1-2026", "groupBy": "district"}')
               where f in ('covered', 'soughtOut', 'attempts.letter', 'attempts.email', 'timeliness.begun', 'exits.moved')$$, $$values
  ('Ekbacken', 'covered', 2), ('Björkhagen', 'covered', 2), ('Alviken', 'covered', 1), ('undisclosed', 'covered', 1), ('Ekbacken', 'soughtOut', 2),
  ('Björkhagen', 'soughtOut', 1), ('Alviken', 'soughtOut', 1), ('Ekbacken', 'attempts.letter', 2), ('Björkhagen', 'attempts.letter', 1),
  ('Alviken', 'attempts.letter', 1), ('Björkhagen', 'attempts.email', 1), ('Ekbacken', 'timeliness.begun', 1), ('Björkhagen', 'timeliness.begun', 1),
  ('Alviken', 'timeliness.begun', 1), ('undisclosed', 'timeliness.begun', 1), ('Björkhagen', 'exits.moved', 1)$$,
  'persons count at their last place, attempts at that day''s, the protected nowhere');
select set_eq($$select g, n from pg_temp.figures('{"period": "T1-2026", "groupBy": "unit"}') where f = 'covered'$$,
  $$values ('Norr', 2), ('Söder', 3), ('undisclosed', 1)$$, 'by unit');
select set_eq($$select g, n from pg_temp.figures('{"period": "T1-2026", "groupBy": "sex"}') where f = 'covered'$$,
  $$values (' female', 3), (' male', 2), (' unknown', 1)$$, 'by sex');
select set_eq($$select g, n from pg_temp.figures('{"period": "T1-2026", "groupBy": "district,sex"}') where f = 'covered'$$,
  $$values ('Ekbacken female', 1), ('Ekbacken male', 1), ('Björkhagen unknown', 1), ('Björkhagen female', 1), ('Alviken female', 1), ('undisclosed male', 1)$$,
  'by district and sex');
select set_eq($$select g, n from pg_temp.figures('{"period": "T1-2026", "groupBy": "unit,sex"}') where f = 'soughtOut'$$,
  $$values ('Norr female', 1), ('Norr male', 1), ('Söder female', 2)$$, 'by unit and sex');
select set_eq($$select f, n from pg_temp.figures('{"period": "T2-2026"}') where f in ('covered', 'attempts.sms', 'timeliness.begun', 'reached', 'reachedBy.phone')$$,
  $$values ('covered', 7), ('attempts.sms', 1), ('timeliness.begun', 5), ('reached', 2), ('reachedBy.phone', 1)$$, 'tertial 2 begins in January');
select set_eq($$select f, n from pg_temp.figures('{"period": "H1-2026"}') where f in ('covered', 'reached')$$, $$values ('covered', 7), ('reached', 2)$$, 'a half-year');
select set_eq($$select f, n from pg_temp.figures('{"from": "2026-06-01", "to": "2026-06-30"}') where f in ('covered', 'soughtOut', 'reached', 'participants')$$,
  $$values ('covered', 5), ('reached', 1), ('participants', 1)$$, 'from and to; a follow-up reaches but does not seek out');
select set_eq($$select f, n from pg_temp.figures('{"from": "2025-12-31", "to": "2025-12-31"}')$$,
  $$values ('covered', 3), ('participants', 1), ('exits.completed', 1), ('results.interrupted_by_youth', 1), ('occupationAfter.unknown', 1)$$,
  'the first and the last day belong to a registration and to the period');
select is(count(*), 4::bigint, 'a row each district in force and one undisclosed')
from jsonb_array_elements(base.follow_up('{"period": "T1-2026", "groupBy": "district"}')::jsonb -> 'data');
select is(base.follow_up('{"period": "T1-2026"}')::jsonb #> '{period}', '{"name": "T1-2026", "from": "2026-01-01", "to": "2026-04-30"}', 'the period is told');

select results_eq(format($$select first_day, last_day from base.report_period(%L)$$, p), format($$values (%L::date, %L::date)$$, f, t), p)
from (values ('T1-2026', '2026-01-01', '2026-04-30'), ('T2-2026', '2026-01-01', '2026-08-31'), ('2026', '2026-01-01', '2026-12-31'),
             ('H1-2026', '2026-01-01', '2026-06-30'), ('H2-2026', '2026-07-01', '2026-12-31')) l (p, f, t);

-- A stable answer -----------------------------------------------------------------------------------

select is(base.follow_up('{"period": "2026"}'), base.follow_up('{"period": "2026"}'), 'unchanged data, unchanged answer');

-- Who may have what ---------------------------------------------------------------------------------

select throws_ok(format('select base.follow_up(%L)', q), 'KA400', 'invalid-period', 'no period: ' || q)
from unnest(array['{}', '{"period": "T3-2026"}', '{"period": "2026-T1"}', '{"period": "H1-26"}', '{"from": "2026-01-01"}', '{"to": "2026-01-01"}',
                  '{"from": "2026-02-01", "to": "2026-01-01"}', '{"period": "2026", "from": "2026-01-01"}']) q;
select throws_ok('select * from base.follow_up_cells(''0980'', ''2026-01-01'', ''2026-04-30'')', '42501', null, 'the cells are not for callers');
select pg_temp.as_caller('0980', 'reports:read');
select throws_ok(format('select base.follow_up(%L)', q), 'KA403', 'scope-missing', 'reports:exact is needed for ' || q)
from unnest(array['{"period": "2026", "masked": "false"}', '{"from": "2026-01-01", "to": "2026-01-31"}']) q;
select is_empty($$select * from pg_temp.figures('{"period": "T1-2026"}') where f like '%.%.%' or f like 'participantsBy%'$$, 'no crosses without reports:exact');
select pg_temp.as_caller('0980', 'youths:read');
select throws_ok('select base.follow_up(''{"period": "2026"}'')', 'KA403', 'scope-missing', 'a scope of reports is needed');
select pg_temp.as_caller('0981', 'reports:exact');
select is_empty($$select * from pg_temp.figures('{"period": "2026"}')$$, 'another municipality has its own figures');
select pg_temp.as_caller('0980', 'reports:exact', '{' || pg_temp.id(11) || '}');
select set_eq($$select g, n from pg_temp.figures('{"period": "T1-2026", "groupBy": "district"}') where f = 'covered'$$, $$values ('Ekbacken', 2)$$,
  'a token of one district');
select is(jsonb_array_length(base.follow_up('{"period": "T1-2026", "groupBy": "district"}')::jsonb -> 'data'), 1, 'gets that row alone');
select set_eq($$select n from pg_temp.figures('{"period": "T1-2026"}') where f in ('covered', 'attempts.letter')$$, $$values (2)$$, 'and its total');

-- Masks ---------------------------------------------------------------------------------------------

select pg_temp.as_caller('0980', 'reports:read');
select is(base.follow_up('{"period": "T1-2026"}')::jsonb #> '{data,0,covered}', '6', 'five and more are shown');
select is(base.follow_up('{"period": "T1-2026"}')::jsonb #> '{data,0,soughtOut}', 'null', 'less are masked');
select is(base.follow_up('{"period": "T1-2026"}')::jsonb #> '{data,0,attempts,sms}', '0', 'nothing is shown as nothing');
select is(base.follow_up('{"period": "T1-2026"}')::jsonb -> 'masked', 'true', 'and the answer says so');
select pg_temp.as_caller('0980', 'reports:exact');
select is(base.follow_up('{"period": "T1-2026", "masked": "true"}')::jsonb #> '{data,0,soughtOut}', 'null', 'masked on request');
reset role;
update base.municipalities set policy = '{"smallCellThreshold": 3}' where municipality = '0980';
set local role kaa_service;
select pg_temp.as_caller('0980', 'reports:read');
select is(base.follow_up('{"period": "T1-2026"}')::jsonb #> '{data,0,soughtOut}', '4', 'the threshold is policy');
reset role;

-- cells: district numbers of one figure, by unit, and what must be masked.
create function pg_temp.masked(numbers int[], units int[]) returns text language sql as $$
  with c as (
    select i, n, pg_temp.id(u) as unit_id, pg_temp.id(10 + i::int) as district_id from unnest(numbers, units) with ordinality x (n, u, i)
  ), cells as (
    select ('district', unit_id, district_id, null, 'covered', '', n, false)::base.cell as cell from c
    union all select ('unit', unit_id, null, null, 'covered', '', sum(n), false)::base.cell from c group by unit_id
    union all select ('total', null, null, null, 'covered', '', sum(n), false)::base.cell from c
  )
  select string_agg(case when m.masked then '-' else m.n::text end, ' ' order by m.district_id)
  from unnest(base.mask_cells((select array_agg(cell) from cells), 5)) m where m.level = 'district'
$$;
select is(pg_temp.masked(n, u), w, array_to_string(n, ' ') || ' in units ' || array_to_string(u, ' ')) from (values
  (array[10, 20, 30], array[1, 1, 1], '10 20 30'),
  (array[3, 20, 30], array[1, 1, 1], '- - 30'),          -- the next smallest goes with a single one
  (array[3, 4, 30], array[1, 1, 1], '- - 30'),           -- two hold together
  (array[1, 2, 30, 40], array[1, 1, 1, 1], '- - - 40'),  -- unless they hold less than the threshold
  (array[3, 20, 9, 30], array[1, 1, 2, 2], '- - 9 30'),  -- cover is found within the unit, whose sum is known
  (array[3, 9, 30, 40], array[1, 2, 2, 2], '- - 30 40'), -- a unit that is small itself needs another unit's cover
  (array[2, 1], array[1, 1], '- -')) x (n, u, w);

select finish();
rollback;
