-- Made-up youths for tests/bench/lists, :youths of them: eight years of registrations, most of them ended, and for
-- every filter a common and a rare value. Runs as kaa_owner in one transaction, after tests/http/towns.py.
\set ON_ERROR_STOP on
select base.enter('0180', 'bench', 'bench', null, 'protected:read preventive:read', null, null, null, null, null, null);
select setseed(0.29);

create temp table drawn as
select gen_random_uuid() as id, base.today() - floor(random() * case when n % 100 = 6 then 7 else 2900 end)::int as start_date, random() as age, random() as sex,
       random() as name, random() as place, random() as exit, random() as stay, random() as occupation, random() as reached,
       random() as touched, n
from generate_series(1, :youths) n;

create temp table people as
select d.*, b.born, b.born + interval '20 years' <= base.today() as grown, d.n % 400 = 7 as preventive,
       row_number() over (partition by b.born order by d.n) as serial
from drawn d, lateral (select (d.start_date - interval '16 years' - make_interval(days => (d.age * 1300)::int))::date as born) b;
alter table people add column end_date date, add column exit_reason text, add column modified_at timestamptz, add column district uuid;
update people set
  exit_reason = case when not preventive and exit < 0.25 then (array['national_programme', 'moved', 'introductory_programme',
                       'adapted_upper_secondary', 'completed', 'emigrated'])[1 + floor(power(stay, 3) * 6)::int]
                     when not preventive and n % 1000 = 3 then 'deceased' when not preventive and grown and n % 5000 <> 9 then 'turned_20' end,
  district = (select x.id from base.districts x where x.slug = case when place < 0.4 then 'jarva' when place < 0.7 then 'farsta'
                       when place < 0.9 then 'bromma' when place < 0.989 then 'sodermalm' when place < 0.99 then 'kungsholmen' end);
update people set end_date = case when exit_reason = 'turned_20' then greatest(start_date, (born + interval '20 years')::date)
                                  when exit_reason is not null then least(start_date + (stay * 500)::int, base.today()) end;
-- a youth is written last when something happens to them: at the end, or at some time since the start
update people set modified_at = least(base.now(), (coalesce(end_date, start_date + ((base.today() - start_date) * touched)::int)
                                                   + time '08:00' + make_interval(secs => n % 30000)) at time zone 'UTC');

insert into base.youths (id, status, birth_date, sex, given_name, family_name, protection, address, residence, district_id, phones,
                         created_at, modified_at, source)
select id, case when preventive then 'preventive' when end_date is null then 'active' else 'ended' end,
       case when n % 5000 <> 9 then born end,
       case when sex < 0.52 then 'male' when sex < 0.998 then 'female' else 'unknown' end,
       (array['Annikaprov', 'Britaprov', 'Eskilprov', 'Folkeprov', 'Kimprov', 'Robinprov'])[1 + floor(name * 6)::int] || ' ' || n % 97,
       (array['Fiktivsson', 'Provlund', 'Exempelgren', 'Påhittberg', 'Testdotter'])[1 + floor(place * 5)::int] || ' ' || n % 89,
       case when n % 250 = 11 then 'confidentiality_marking' else 'none' end,
       jsonb_build_object('kind', 'registered', 'street', 'Provvägen ' || n % 90, 'postalCode', '11122', 'city', 'Provköping'),
       '{"municipality": "0180", "status": "resident"}', district, case when n % 2 = 0 then '{+46701740605}' else '{}' end::text[],
       modified_at, modified_at, 'ber'
from people;
insert into base.identity_numbers (youth_id, number, type)
select id, to_char(born, 'YYYYMMDD') || (array['TF', 'TX', 'UX', 'RA', 'PB'])[1 + serial / 100] || to_char(serial % 100, 'FM00'), 'temporary'
from people;
-- one in twenty has been registered before
insert into base.registrations (youth_id, start_date, end_date, status, reason, exit_reason, source)
select id, start_date - 200, start_date - 100, 'ended', 'unknown', 'introductory_programme', 'ber' from people where not preventive and n % 20 = 1
union all
select id, start_date, end_date, case when end_date is null then 'open' else 'ended' end, 'no_upper_secondary', exit_reason, 'ber'
from people where not preventive;
insert into base.occupations (youth_id, code, from_date, source, review_date)
select id, 'unknown', start_date, 'import', null from people where not preventive
union all
select id, case when occupation < 0.001 then 'military_service' when occupation < 0.1 then 'komvux' when occupation < 0.25 then 'none' else 'work' end,
       least(start_date + 60, base.today()), 'contact', case when n % 25 = 1 then base.today() else least(start_date + 60, base.today()) + case when n % 3 = 0 then 90 else 2000 end end
from people where not preventive and occupation < 0.4;
insert into base.outreach_attempts (youth_id, channel, status, attempted_at, outcome_at, staff)
select id, case when reached < 0.3 then 'phone' else 'letter' end, case when reached < 0.3 then 'reached' else 'sent' end, made.at,
       case when reached < 0.3 then made.at end, '{anna@example.com}'
from people, lateral (select least(base.now(), (start_date + 20 + time '10:00') at time zone 'UTC') as at) made
where not preventive and end_date is null and reached < 0.7;
insert into base.outreach_attempts (youth_id, purpose, channel, status, attempted_at, staff)
select id, 'turning_20', 'letter', 'sent', least(base.now(), (start_date + 25 + time '10:00') at time zone 'UTC'), '{anna@example.com}'
from people where not preventive and end_date is null and n % 9 = 1;
insert into base.outreach_pauses (youth_id, requested_by, evidence_reference, from_date, until_date)
select id, 'Socialtjänsten', 'S-' || n, base.today(), base.today() + n % 20 from people where not preventive and end_date is null and n % 8 = 2;
insert into base.assignments (youth_id, staff, from_date)
select id, case when n % 20 = 3 then 'anna@example.com' when n % 900 = 4 then 'bo@example.com' else 'coordinator@example.com' end, base.today() - 1
from people where n % 20 = 3 or n % 900 = 4 or n % 200 = 5;
