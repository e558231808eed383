-- The rows that test_report_items.py counts, but for those of its rules: a handful of youths of Provstad, reckoned by hand;
-- Kantstad, where each lacks one thing or is at the edge of lacking it; and persons who are there twice.
create function pg_temp.id(n int) returns uuid language sql return ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function pg_temp.as_caller(town text) returns void language sql
return base.enter(town, 'someone', 'test', null, 'protected:read preventive:read', null, null, null, null, null, '2026-11-16T12:00:00Z');

-- Provstad, and Grannstad beside it --------------------------------------------------------------------

select pg_temp.as_caller('0981');
insert into base.municipalities (name) values ('Grannstad');
select pg_temp.as_caller('0980');
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

-- Kantstad: one who lacks a thing, and one at the edge who does not -----------------------------------

select pg_temp.as_caller('0982');
insert into base.municipalities (name) values ('Kantstad');
insert into base.units (id, name, administration, is_default) values (pg_temp.id(30), 'Enheten', 'education', true);
insert into base.districts (id, name, slug) values (pg_temp.id(31), 'Alby', 'a'), (pg_temp.id(32), 'Berga', 'b');
create temp table edge (n int primary key, what text) on commit drop;
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

-- Dubbelstad: 03 has been registered and is not now; 08 is since then; 04 in preventive work is 08, 11 with a marking and 07 are 12,
-- and 14 and 15 are one person of whom the town does not yet know it ------------------------------------

select pg_temp.as_caller('9980');
insert into base.municipalities (name) values ('Dubbelstad');
insert into base.youths (id, birth_date, given_name, family_name, address, protection, status)
select pg_temp.id(n), '2009-05-05', 'A', 'B', jsonb_build_object('kind', case n when 2 then 'forwarding' else 'registered' end, 'street', 'Storgatan 1'), p, s
from (values (1, 'none', 'active'), (2, 'protected_registration', 'active'), (3, 'none', 'ended'), (4, 'none', 'preventive'), (5, 'none', 'active'),
             (6, 'none', 'active'), (7, 'none', 'ended'), (8, 'none', 'active'), (11, 'confidentiality_marking', 'ended'),
             (14, 'none', 'ended'), (15, 'none', 'ended')) y (n, p, s);
insert into base.youths (id, birth_date, given_name, family_name, protection) values (pg_temp.id(12), '2009-05-05', 'A', 'B', 'protected_registration');
insert into base.registrations (youth_id, start_date, end_date, status, reason, exit_reason)
select pg_temp.id(n), f::date, t::date, case when t is null then 'open' else 'ended' end, 'dropout', case when t is not null then 'completed' end
from (values (1, '2026-09-10', null), (2, '2026-09-10', null), (5, '2026-09-10', null), (6, '2026-09-10', null), (3, '2026-02-01', '2026-04-01'),
             (7, '2026-05-01', '2026-06-01'), (8, '2026-09-01', null), (11, '2026-03-01', '2026-04-15'), (12, '2026-09-01', null),
             (14, '2026-01-10', '2026-03-01'), (15, '2026-03-01', '2026-05-01')) r (n, f, t);
insert into base.outreach_attempts (youth_id, channel, status, attempted_at, outcome_at, staff)
select pg_temp.id(n), 'phone', 'reached', d::timestamptz, d::timestamptz, '{anna}' from (values (14, '2026-01-20T10:00Z'), (15, '2026-03-20T10:00Z')) a (n, d);
insert into base.measures (youth_id, type, status, start_date, end_date, end_reason)
select pg_temp.id(n), 'coaching', 'ended', d::date, d::date, 'interrupted_by_youth' from (values (14, '2026-01-25'), (15, '2026-03-25')) m (n, d);
insert into edit.youth_merges (id, "youthId", "mergedInto")
select gen_random_uuid(), pg_temp.id(d), pg_temp.id(s) from (values (4, 8), (11, 12), (7, 12)) v (d, s);
