-- Made-up youths for tests/bench/plan, :youths of them, all covered, with :attempts attempts each: some just begun, most
-- on their way down the ladder, one in six reached. Runs as kaa_owner in one transaction, after tests/http/towns.py.
\set ON_ERROR_STOP on
select base.enter('0180', 'bench', 'bench', null, 'protected:read preventive:read', null, null, null, null, null, null);
select setseed(0.29);

create temp table people as
select gen_random_uuid() as id, n, base.today() - 30 - floor(random() * 700)::int as start_date, random() as place, random() as far,
       (base.today() - interval '17 years')::date - n % 700 as born, n / 700 as serial
from generate_series(0, :youths - 1) n;

select base.hold_replan();
insert into base.youths (id, status, birth_date, sex, given_name, family_name, protection, address, residence, district_id, phones, source)
select id, 'active', born, case when n % 2 = 0 then 'male' else 'female' end, 'Annikaprov ' || n % 97, 'Fiktivsson ' || n % 89,
       case when n % 250 = 11 then 'confidentiality_marking' else 'none' end,
       jsonb_build_object('kind', 'registered', 'street', 'Provvägen ' || n % 90, 'postalCode', '11122', 'city', 'Provköping'),
       '{"municipality": "0180", "status": "resident"}',
       (select d.id from base.districts d where d.slug = case when place < 0.4 then 'jarva' when place < 0.7 then 'farsta'
          when place < 0.9 then 'bromma' when place < 0.98 then 'sodermalm' when place < 0.995 then 'kungsholmen' end),
       case when n % 2 = 0 then '{+46701740605}' else '{}' end::text[], 'ber'
from people;
insert into base.identity_numbers (youth_id, number, type)
select id, to_char(born, 'YYYYMMDD') || (array['TF', 'TX', 'UX', 'RA', 'PB'])[1 + serial / 100] || to_char(serial % 100, 'FM00'), 'temporary'
from people;
insert into base.registrations (youth_id, start_date, status, reason, source)
select id, start_date, 'open', 'no_upper_secondary', 'ber' from people;
insert into base.occupations (youth_id, code, from_date, source) select id, 'unknown', start_date, 'import' from people;

-- From the first day to yesterday, in the order in which one would try; of those who are reached, the last one is it.
insert into base.outreach_attempts (youth_id, channel, status, attempted_at, outcome_at, staff, announced_visit_at, note)
select p.id, a.channel, a.status, m.at, case when a.status <> 'sent' then m.at end, '{anna@example.com}',
       case when a.channel = 'door_card' then m.at + interval '7 days' end, 'Anteckning ' || k
from people p, generate_series(1, :attempts) k,
     lateral (select (p.start_date + time '10:00') at time zone 'UTC' + (base.today() - p.start_date - 1) * interval '1 day' * (k - 1) / :attempts as at) m,
     lateral (select case when k = :attempts and p.n % 6 = 0 then 'phone' when k = 1 then 'letter'
                          when p.far < 0.3 then 'email' when k < 5 then 'phone' when p.far < 0.6 then 'sms'
                          when k = 5 then 'letter' when p.far < 0.8 then 'phone' when k = 6 then 'door_card' else 'phone' end as channel) c,
     lateral (select c.channel, case when k = :attempts and p.n % 6 = 0 then 'reached'
                                     when c.channel in ('letter', 'email', 'sms', 'door_card') then 'sent' else 'no_answer' end as status) a;
select base.release_replan();
