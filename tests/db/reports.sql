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
-- Who may have what ---------------------------------------------------------------------------------

select pg_temp.as_caller('0980', 'reports:read');
select throws_ok($$select base.report_items(pg_temp.question('follow-up', true, 'T1-2026'))$$, 'KA403', 'scope-missing', 'exact figures need reports:exact');
select set_has($$select distinct split_part(f, '.', 1) from pg_temp.counted(pg_temp.question('exits', false, 'T1-2026'))$$,
  $$values ('covered'), ('attempts'), ('exits'), ('results'), ('timeliness'), ('firstContactBy'), ('lacking')$$, 'to be masked, all reports are counted together');
select is_empty($$select * from pg_temp.counted(pg_temp.question('exits', false, 'T1-2026')) where f ~ '^(participantsBy|exitsBy)'$$,
  'without what only exact ones have');
select pg_temp.as_caller('0980', 'youths:read reports:write');
select throws_ok(format('select base.report_items(pg_temp.question(''follow-up'', %L, ''T1-2026''))', e), 'KA403', 'scope-missing', 'a scope of reports is needed')
from unnest(array[true, false]) e;
select pg_temp.as_caller('0981', 'reports:exact');
select is_empty($$select * from pg_temp.figures('2026')$$, 'another municipality has its own figures');
select pg_temp.as_caller('0980', 'reports:read', '{' || pg_temp.id(11) || '}');
select set_eq($$select n from pg_temp.counted(pg_temp.question('follow-up', false, 'T1-2026')) where f = 'covered'$$, $$values (6)$$,
  'the whole is counted for a token of one district too, whose masks are those of the whole');

select finish();
rollback;
