-- A made-up year of work for tests/bench/reports-served: :youths youths covered in the year :year, with :attempts attempts each, and
-- with moves, measures, exits and all that may be lacking. Runs as a superuser in one transaction, after tests/http/towns.py, and
-- without triggers: work lists and logs take most of the time, and no report reads them.
\set ON_ERROR_STOP on
select base.enter('0180', 'bench', 'bench', null, 'protected:read preventive:read', null, null, null, null, null, null);
select setseed(0.29);
set local session_replication_role = replica;

create temp table people as
select gen_random_uuid() as id, n, p.start_date, d.id as district_id, d.unit_id, e.id as district_before, e.unit_id as unit_before,
       case when p.ends < 0.35 then p.start_date + 120 + floor(p.length * 300)::int end as end_date,
       case when p.moves < 0.08 then make_date(:year, 2, 1) + floor(p.length * 300)::int end as moved_on, p.far
from (select n, make_date(:year, 1, 1) + floor(random() * 600)::int - 250 as start_date, random() as ends, random() as length,
             random() as moves, random() as far, random() as place from generate_series(0, :youths - 1) n) p
left join (select d.*, row_number() over (order by d.slug) as nth from base.districts d where d.municipality = '0180') d
  on d.nth = 1 + floor(p.place * p.place * 6.2)::int and n % 250 <> 7
left join (select d.*, row_number() over (order by d.slug) as nth from base.districts d where d.municipality = '0180') e on e.nth = 1 + n % 6;

insert into base.youths (id, status, birth_date, sex, given_name, family_name, protection, address, residence, district_id, unit_id, phones, email, source)
select id, case when end_date is null then 'active' else 'ended' end, make_date(:year - 17, 1, 1) - n % 700,
       case when n % 50 = 3 then 'unknown' when n % 2 = 0 then 'male' else 'female' end, 'Annikaprov ' || n % 97, 'Fiktivsson ' || n % 89,
       case n % 250 when 7 then 'protected_registration' when 11 then 'confidentiality_marking' else 'none' end,
       case when n % 20 <> 9 and n % 250 <> 7
            then jsonb_build_object('kind', 'registered', 'street', 'Provvägen ' || n % 90, 'postalCode', '11122', 'city', 'Provköping') end,
       '{"municipality": "0180", "status": "resident"}', district_id, unit_id,
       case when n % 3 = 0 then '{+46701740605}' else '{}' end::text[], case when n % 5 = 0 then 'prov@example.com' end, 'ber'
from people;
insert into base.district_periods (municipality, youth_id, district_id, unit_id, from_date, to_date)
select '0180', id, district_id, unit_id, coalesce(moved_on, start_date), null from people
union all select '0180', id, district_before, unit_before, least(start_date, moved_on - 1), moved_on from people where moved_on is not null;

insert into base.registrations (youth_id, start_date, end_date, status, reason, exit_reason, latest_school, source)
select id, start_date, end_date, case when end_date is null then 'open' else 'ended' end,
       (array['no_upper_secondary', 'dropout', 'study_certificate', 'newly_registered', 'unknown'])[1 + n % 5],
       case when end_date is not null then (array['national_programme', 'introductory_programme', 'turned_20', 'moved', 'left_source'])[1 + n % 5] end,
       case when n % 4 <> 0 then 'Provskolan' end, 'ber' from people
union all -- who has come back
select id, end_date + 20, null, 'open', 'dropout', null, 'Provskolan', 'ber' from people where n % 10 = 2 and end_date is not null;
insert into base.occupations (youth_id, code, from_date, holds_from, source)
select id, 'unknown', start_date, start_date, 'import' from people;
insert into base.occupations (youth_id, code, from_date, holds_from, source, review_date)
select id, (array['none', 'work', 'komvux', 'internship'])[1 + n % 4], start_date + 40 + n % 200, start_date + 40 + n % 200, 'contact',
       case when n % 3 = 0 then start_date + 250 + n % 200 end from people where n % 8 < 5;

-- From the first day to the last of the registration or of the year, in the order in which one would try. Some are not tried at all.
insert into base.outreach_attempts (youth_id, channel, status, attempted_at, outcome_at, staff, announced_visit_at, note)
select p.id, a.channel, a.status, m.at, case when a.status <> 'sent' then m.at end, '{anna@example.com}',
       case when a.channel = 'door_card' then m.at + interval '7 days' end, 'Anteckning ' || k
from people p, generate_series(1, :attempts) k,
     lateral (select (p.start_date + case when p.far < 0.05 then 45 else 3 end + time '10:00') at time zone 'UTC'
                + greatest(least(p.end_date, make_date(:year, 12, 28)) - p.start_date - 3, 1) * interval '1 day' * (k - 1) / :attempts as at) m,
     lateral (select case when k = 1 then 'letter' when k = 4 and p.n % 3 = 0 then 'phone' when p.far < 0.3 then 'email' when k < 5 then 'phone'
                          when p.far < 0.6 then 'sms' when k = 5 then 'letter' when p.far < 0.8 then 'phone' when k = 6 then 'door_card' else 'phone' end as channel) c,
     lateral (select c.channel, case when k = 4 and p.n % 3 = 0 then 'reached'
                                     when c.channel in ('letter', 'email', 'sms', 'door_card') then 'sent' else 'no_answer' end as status) a
where p.n % 20 <> 13;

insert into base.measures (youth_id, type, unit_id, status, start_date, end_date, end_reason, occupation_after)
select p.id, (array['coaching', 'internship', 'health_promoting', 'komvux_studies', 'group_activity'])[1 + (n + k) % 5], p.unit_id,
       case when m.end_date is null then 'started' else 'ended' end, m.start_date, m.end_date,
       case when m.end_date is not null then (array['completed_goal_reached', 'interrupted_by_youth', 'left_target_group'])[1 + n % 3] end,
       case when m.end_date is not null and n % 4 > 0 then (array['work', 'komvux', 'none'])[n % 4] end
from people p, generate_series(1, 2) k,
     lateral (select p.start_date + 60 + 30 * k as start_date, case when n % 3 > 0 then p.start_date + 120 + n % 150 else p.end_date end as end_date) m
where p.n % 10 < 4 - k;
set local session_replication_role = origin;
update base.youths set source = 'bench' where id = (select id from people where n = 0); -- for the feed
