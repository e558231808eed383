-- A year of made-up casework for the municipality that base.enter named; read by the file of that municipality.
--
-- It always draws the same youths; dates are relative to the day it runs. Nobody here exists: identity numbers are
-- official test numbers and, beyond those, temporary numbers; phone numbers are of the series reserved for fiction.
-- The municipality's file says in variables: youths (how many), city, letters (of temporary numbers), homes
-- (districts, the more often the more live there), moves_from (a district that some have left), job_centres (by
-- district, "" for all others), partners, social_services (for those without a district), school_unit and job_units
-- (who give measures). In numbers stand the official test numbers to use, in moved_in who came from elsewhere: the
-- same person, another youth.

-- The work list is made at the end, once for each.
select base.hold_replan();

-- Who ---------------------------------------------------------------------------------------------

-- 16 to 19 years old today, and done with compulsory school (June of the year of turning 16).
create temp table ages as
select base.today() - interval '20 years' + interval '2 days' as oldest,
       least(base.today() - interval '16 years',
             make_date(extract(year from base.today() - 175)::int - 16, 12, 31)) as youngest;

create temp table people as
with official as (
  select n.number, to_date(substr(n.number, 1, 8), 'YYYYMMDD') as birth_date
  from numbers n, ages where to_date(substr(n.number, 1, 8), 'YYYYMMDD') between ages.oldest and ages.youngest
), counted as (
  select count(*) as n from official
), moved as (
  select count(*) as n from moved_in
), drawn as (
  select null as number, (ages.oldest + random() * (ages.youngest - ages.oldest))::date as birth_date
  from ages, counted, moved, generate_series(1, :youths - counted.n - moved.n)
), person as (
  select number, birth_date from official union all select number, birth_date from drawn
  union all select number, birth_date from moved_in
), numbered as (
  select row_number() over (order by md5(coalesce(number, '') || birth_date), number) as n, number, birth_date,
         row_number() over (partition by birth_date, number is null order by number) - 1 as nth
  from person
)
select n, birth_date,
       coalesce(number, to_char(birth_date, 'YYYYMMDD') || pg_temp.pick(:'letters', (nth / 99 % 4) / 4.0) || to_char(nth % 99 + 1, 'FM00')) as number,
       case when number ~ '^[0-9]+$' then case when substr(number, 11, 1)::int % 2 = 1 then 'male' else 'female' end
            when random() < 0.54 then 'male' else 'female' end as sex,
       random() as name_draw, random() as family_draw, random() as place_draw, random() as start_draw, random() as reason_draw,
       random() as reach_draw, random() as end_draw, random() as exit_draw, random() as occupation_draw, random() as measure_draw,
       random() as consent_draw, random() as staff_draw
from numbered;

alter table people add column id uuid, add column start_date date, add column end_date date, add column protection text,
  add column district text, add column moved_from text, add column given_name text, add column family_name text;
update people set
  id = pg_temp.uid('youth ' || number),
  protection = case when n % 331 = 7 then 'protected_registration' when n % 200 = 11 then 'confidentiality_marking' else 'none' end,
  district = case when n % 97 = 5 or n % 331 = 7 then null else pg_temp.pick(:'homes', place_draw) end,
  -- a year of registrations, none before the end of compulsory school
  start_date = greatest((base.today() - (start_draw * 364)::int)::date,
                        least(make_date(extract(year from birth_date)::int + 16, 6, 15), base.today() - 3));
update people set
  end_date = case when end_draw < 0.18 and start_date < base.today() - 45
                  then start_date + 30 + (exit_draw * (base.today() - start_date - 31))::int end,
  moved_from = case when n % 40 = 3 and district is not null and protection = 'none' and start_date < base.today() - 60 then nullif(:'moves_from', '') end;
update people p set sex = m.sex, given_name = m.given_name, family_name = m.family_name, protection = 'none', start_date = m.start_date, end_date = null
from moved_in m where m.number = p.number;
create index on people (id);
analyze people;

insert into base.youths (id, created_at, modified_at, birth_date, sex, given_name, family_name, protection, address, residence,
                         compulsory_school_ended, source, district_id, contact_address, phones, email, guardians)
select p.id, w.day, w.day, p.birth_date, p.sex,
       coalesce(p.given_name, pg_temp.pick(case p.sex
         when 'female' then '{Alice,Maja,Elsa,Amina,Linnea,Ebba,Nora,Wilma,Fatima,Ella,Julia,Saga,Leila,Klara,Alva,Hanna,Zahra,Tuva,Stella,Agnes}'::text[]
         else '{Liam,Noah,Ali,Omar,Hugo,Lucas,William,Elias,Adam,Mohamed,Leo,Oscar,Viktor,Ibrahim,Axel,Anton,Emil,Yusuf,Melvin,Filip}' end, p.name_draw)),
       coalesce(p.family_name, pg_temp.pick('{Andersson,Johansson,Karlsson,Nilsson,Eriksson,Larsson,Olsson,Persson,Svensson,Gustafsson,Hassan,Ali,Ahmed,Lindberg,Lundgren,Berg,Holm,Sandberg,Kaya,Yilmaz,Haddad,Novak,Kowalska,Nguyen}', p.family_draw)),
       p.protection,
       case when p.protection = 'protected_registration'
            then jsonb_build_object('kind', 'forwarding', 'street', 'Box 10', 'postalCode', '10000', 'city', :'city')
            when p.n % 61 <> 9
            then jsonb_build_object('kind', 'registered', 'street', 'Exempelgatan ' || (p.n % 180 + 1), 'postalCode', '1' || to_char(p.n % 9000 + 1000, 'FM0000'),
                                    'city', :'city') end,
       jsonb_build_object('municipality', base.municipality(), 'status', 'resident'),
       make_date(extract(year from p.birth_date)::int + 16, 6, 12), 'ber', pg_temp.uid(p.district), null,
       case when p.n % 5 <> 0 then array['+467017406' || to_char(p.n % 95 + 5, 'FM00')] else '{}' end,
       case when p.n % 3 = 0 then 'youth' || p.n || '@example.com' end,
       case when p.birth_date + interval '18 years' > base.today()
            then jsonb_build_array(jsonb_build_object('name', 'Kim Vårdnadshavare', 'phone', '+467017406' || to_char((p.n * 7) % 95 + 5, 'FM00')),
                                   jsonb_build_object('name', 'Robin Vårdnadshavare', 'email', 'guardian' || p.n || '@example.com')) else '[]' end
from people p, lateral (select pg_temp.morning(p.start_date, (p.n % 300)::int) as day) w
order by p.n;

-- Where they have lived while registered.
update base.district_periods d set from_date = p.birth_date
from people p where d.municipality = base.municipality() and d.youth_id = p.id and p.moved_from is null;
update base.district_periods d set from_date = p.start_date + 40
from people p where d.municipality = base.municipality() and d.youth_id = p.id and p.moved_from is not null;
insert into base.district_periods (municipality, youth_id, district_id, unit_id, from_date, to_date)
select base.municipality(), p.id, pg_temp.uid(p.moved_from), base.unit_of(base.municipality(), pg_temp.uid(p.moved_from)), p.birth_date, p.start_date + 40
from people p where p.moved_from is not null;

insert into base.identity_numbers (youth_id, number, type, valid_from)
select id, number, base.number_type(number), birth_date from people order by n;

-- Registered --------------------------------------------------------------------------------------

-- Some were registered before, and came back.
insert into base.registrations (id, created_at, modified_at, youth_id, start_date, end_date, reason, exit_reason, source, status)
select pg_temp.uid('earlier ' || p.number), pg_temp.morning(p.start_date - 150, 0), pg_temp.morning(p.start_date - 60, 0), p.id,
       p.start_date - 150, p.start_date - 60, 'no_upper_secondary', 'introductory_programme', 'ber', 'ended'
from people p where p.n % 50 = 21 and p.start_date - 150 > make_date(extract(year from p.birth_date)::int + 16, 6, 15);

insert into base.registrations (id, created_at, modified_at, youth_id, start_date, end_date, reason, exit_reason, latest_school, latest_programme, source, status)
select pg_temp.uid('registration ' || p.number), pg_temp.morning(p.start_date, (p.n % 300)::int),
       pg_temp.morning(coalesce(p.end_date, p.start_date), (p.n % 300)::int), p.id, p.start_date, p.end_date, w.reason,
       case when p.end_date is not null then pg_temp.pick('{national_programme,national_programme,introductory_programme,introductory_programme,introductory_programme,adapted_upper_secondary,equivalent_started,completed,completed,moved,moved,emigrated}', p.exit_draw) end,
       case when w.reason <> 'newly_registered' then pg_temp.pick('{Norra gymnasiet,Södra gymnasiet,Exempelgymnasiet,Mälargymnasiet,Praktiska gymnasiet}', p.place_draw) end,
       case w.reason when 'dropout' then pg_temp.pick('{SA,EK,BA,EE,FT,HV,VO}', p.exit_draw) when 'dropout_introductory' then 'IMI' end,
       'ber', case when p.end_date is null then 'open' else 'ended' end
from people p, lateral (select case when p.n % 50 = 21 then 'dropout_introductory'
  else pg_temp.pick('{no_upper_secondary,no_upper_secondary,no_upper_secondary,dropout,dropout,dropout,dropout_introductory,dropout_introductory,dropout_introductory,study_certificate,study_certificate,newly_registered,unknown}', p.reason_draw) end as reason) w
order by p.n;

insert into base.evaluations (id, youth_id, as_of, rule, result, inputs, created_at)
select pg_temp.uid('evaluation ' || p.number), p.id, p.start_date,
       case r.reason when 'dropout' then 13 when 'dropout_introductory' then 13 when 'study_certificate' then 13 else 15 end, 'in',
       jsonb_build_object('reason', r.reason), pg_temp.morning(p.start_date, 0)
from people p join base.registrations r on r.id = pg_temp.uid('registration ' || p.number);

insert into base.occupations (id, created_at, modified_at, youth_id, code, from_date, source, confirmed_at)
select pg_temp.uid('first occupation ' || p.number), w.day, w.day, p.id, 'unknown', p.start_date, 'register', w.day
from people p, lateral (select pg_temp.morning(p.start_date, (p.n % 300)::int) as day) w;

-- Sought out --------------------------------------------------------------------------------------

-- One ladder each: where it ends (reached), and which of its steps lie in the past. One in sixteen was forgotten.
create temp table steps as
select p.n, p.id, p.number, s.step, s.days, p.protection, p.reach_draw, p.staff_draw, p.end_date,
       case when p.protection = 'protected_registration' or p.n % 61 = 9 then 'phone'
            when s.step in (2, 3, 4) and p.n % 5 = 0 then 'email' when s.step = 3 then 'sms' else s.channel end as channel,
       least(1 + floor(p.reach_draw * 9)::int, 8) as reached_at,
       p.start_date + s.days + (p.n % 4)::int as day, random() as draw
from people p, (values (1, 0, 'letter'), (2, 12, 'phone'), (3, 16, 'sms'), (4, 20, 'phone'), (5, 28, 'letter'),
                       (6, 43, 'door_card'), (7, 49, 'home_visit')) s (step, days, channel)
where p.n % 16 <> 4
order by p.n, s.step;

create temp table attempts as
select s.*, pg_temp.uid('attempt ' || s.number || ' ' || s.step) as attempt,
       array['coach' || (s.n % 12 + 1) || '@example.com'] || case when s.channel = 'home_visit' then array['coach' || ((s.n + 5) % 12 + 1) || '@example.com'] else '{}' end as staff,
       case when s.step = s.reached_at then case when s.draw < 0.92 then 'reached' else 'reached_declined' end
            when s.channel in ('letter', 'email', 'door_card') then case when s.channel = 'letter' and s.draw < 0.06 then 'returned' else 'sent' end
            when s.channel = 'home_visit' then case when s.draw < 0.2 then 'not_at_address' else 'no_answer' end
            when s.channel = 'sms' then 'sent'
            when s.draw < 0.1 then 'wrong_contact_details' else 'no_answer' end as status,
       pg_temp.morning(s.day, (s.n % 300)::int) as made_at,
       -- a letter is answered after some days
       case when s.channel in ('letter', 'email', 'sms', 'door_card') then 3 else 0 end as later
from steps s
where s.step <= s.reached_at and s.day < base.today() - 3 and (s.end_date is null or s.day + 3 <= s.end_date);

insert into base.outreach_attempts (id, created_at, modified_at, created_by, youth_id, purpose, channel, status, planned_at, attempted_at,
                                    outcome_at, staff, announced_visit_at)
select a.attempt, a.made_at, a.made_at + make_interval(days => a.later), a.staff[1], a.id, 'outreach', a.channel, a.status, a.made_at, a.made_at,
       case when a.status <> 'sent' then a.made_at + make_interval(days => a.later) end, a.staff,
       case when a.channel = 'door_card' then a.made_at + interval '6 days' end
from attempts a order by a.n, a.step;

-- Those who were reached, and when: the ground of all that follows.
create temp table reached as
select a.n, a.id, a.number, (a.made_at + make_interval(days => a.later))::date as day, a.status, p.birth_date, p.end_date, p.district,
       p.measure_draw, p.consent_draw, p.occupation_draw, p.exit_draw, p.protection
from attempts a join people p on p.id = a.id
where a.step = a.reached_at;

insert into base.outreach_attempts (id, created_at, modified_at, created_by, youth_id, purpose, channel, status, planned_at, attempted_at,
                                    outcome_at, staff)
select pg_temp.uid('follow-up ' || r.number), w.day, w.day, w.staff, r.id, 'follow_up', 'phone',
       case when r.occupation_draw < 0.7 then 'reached' else 'no_answer' end, w.day, w.day, w.day, array[w.staff]
from reached r, lateral (select pg_temp.morning(r.day + 30, (r.n % 300)::int) as day, 'coach' || (r.n % 12 + 1) || '@example.com' as staff) w
where r.status = 'reached' and r.day + 30 < base.today() and (r.end_date is null or r.day + 30 < r.end_date) and r.n % 3 <> 0;

-- Planned for the next days, and one that was written in error.
insert into base.outreach_attempts (id, youth_id, channel, planned_at, staff)
select pg_temp.uid('planned ' || p.number), p.id, 'phone', base.now() + make_interval(days => 1 + (p.n % 7)::int),
       array['coach' || (p.n % 12 + 1) || '@example.com']
from people p
where p.n % 25 = 8 and p.end_date is null and not exists (select from reached r where r.id = p.id);

-- A mailing that waits to be sent, to those who are soon 20, and the draft of another.
insert into base.outreach_batches (id, name, status, channel, purpose, filter, staff) values
  (pg_temp.uid('batch 20'), 'Information inför 20-årsdagen', 'planned', 'letter', 'turning_20',
   jsonb_build_object('turningTwentyBefore', base.today() + 90, 'informedOfTurningTwenty', false), '{coordinator@example.com}'),
  (pg_temp.uid('batch reminder'), 'Påminnelse till dem som inte har svarat', 'draft', 'letter', 'outreach',
   '{"step": ["further_letter"]}', '{coordinator@example.com}');
insert into base.outreach_attempts (id, youth_id, purpose, channel, staff, batch_id)
select pg_temp.uid('letter before 20 ' || p.number), p.id, 'turning_20', 'letter', '{coordinator@example.com}', pg_temp.uid('batch 20')
from people p join base.youths y on y.municipality = base.municipality() and y.id = p.id
where p.end_date is null and y.protection = 'none' and base.usable_address(y.protection, y.address, y.contact_address)
  and (y.birth_date + interval '20 years')::date between base.today() + 1 and base.today() + 90
  and p.id not in (select base.paused_on(base.today()));

insert into base.occupations (id, created_at, modified_at, created_by, youth_id, code, from_date, source, confirmed_at, review_date)
select pg_temp.uid('occupation ' || r.number), w.day, w.day, 'coach' || (r.n % 12 + 1) || '@example.com', r.id,
       case when r.status = 'reached_declined' then 'declined_contact'
            else pg_temp.pick('{none,none,none,none,work,work,internship,komvux,komvux,sfi,folk_high_school,other_education,labour_market_programme,military_service,parental_leave,abroad,unable}', r.occupation_draw) end,
       r.day, 'contact', w.day, r.day + 120
from reached r, lateral (select pg_temp.morning(r.day, (r.n % 300)::int) as day) w;

insert into base.assignments (id, created_at, modified_at, youth_id, staff, unit_id, from_date, to_date)
select pg_temp.uid('assignment ' || r.number), w.day, w.day, r.id,
       case when r.n % 20 = 1 then 'coordinator@example.com' else 'coach' || (r.n % 12 + 1) || '@example.com' end,
       (select y.unit_id from base.youths y where y.id = r.id), r.day, r.end_date
from reached r, lateral (select pg_temp.morning(r.day, (r.n % 300)::int) as day) w
where r.status = 'reached';

-- Consents, referrals, SIP ------------------------------------------------------------------------

create temp table agreed as
select r.*, w.purpose, pg_temp.uid('consent ' || r.number) as consent,
       pg_temp.uid('recipient ' || case w.purpose when 'crm' then w.job_centre when 'sharing' then pg_temp.pick(:'partners', r.exit_draw)
                                   else 'social services ' || coalesce(r.district, :'social_services') end) as recipient
from reached r,
     lateral (select coalesce(j.all ->> r.district, j.all ->> '') as job_centre from (select :'job_centres'::jsonb as all) j) j,
     lateral (select j.job_centre, case when r.consent_draw < 0.16 and j.job_centre is not null then 'crm'
                                        when r.consent_draw < 0.24 then 'sharing' else 'sip' end as purpose) w
where r.status = 'reached' and r.consent_draw < 0.26 and r.day < base.today() - 8;

insert into base.consents (id, created_at, modified_at, created_by, youth_id, purpose, recipient_ids, shares, given_by_youth, guardians, medium,
                           given_at, valid_until, evidence_reference)
select a.consent, w.day, w.day, 'coach' || (a.n % 12 + 1) || '@example.com', a.id, a.purpose, array[a.recipient],
       case when a.purpose = 'crm' then '{identity,contact,registration,message}'::text[] else '{identity,contact,message}' end, true,
       case when a.birth_date + interval '18 years' > base.today()
            then jsonb_build_array(jsonb_build_object('name', 'Kim Vårdnadshavare', 'givenAt', base.utc(w.day))) else '[]' end,
       case when a.n % 3 = 0 then 'oral' when a.n % 3 = 1 then 'written' else 'digital' end, w.day, (base.today() + 300)::date, 'S-' || a.n
from agreed a, lateral (select pg_temp.morning(a.day + 2, (a.n % 300)::int) as day) w
order by a.n;

insert into base.referrals (id, created_at, modified_at, created_by, youth_id, recipient_id, reason, message, consent_id)
select pg_temp.uid('referral ' || a.number), pg_temp.morning(a.day + 3, 0), pg_temp.morning(a.day + 3, 0), 'coach' || (a.n % 12 + 1) || '@example.com',
       a.id, a.recipient, 'Vill komma igång med studier eller arbete', 'Kontakta gärna via sms först.', a.consent
from agreed a where a.purpose <> 'sip' order by a.n;

-- What became of them; each step on its day. Sending checks the consent and writes the disclosure.
create temp table referred as
select a.*, pg_temp.uid('referral ' || a.number) as referral,
       case when a.n % 9 = 0 then 'draft' when a.n % 9 in (1, 2) then 'sent' when a.n % 9 = 3 then 'received' when a.n % 9 = 4 then 'accepted'
            when a.n % 9 = 5 then 'declined' when a.n % 9 in (6, 7) then 'started' else 'completed' end as ends_as
from agreed a where a.purpose <> 'sip';

create temp table moves as
select r.n, r.id, r.referral, m.event, pg_temp.morning(r.day + m.days, (r.n % 300)::int) as at, m.actor, m.days,
       case m.event when 'declined' then 'Fullt just nu' when 'completed' then 'Började studera' end as words
from referred r, (values ('sent', 3, 'staff', '{sent,received,accepted,declined,started,completed}'::text[]),
                         ('received', 4, 'recipient', '{received,accepted,declined,started,completed}'),
                         ('accepted', 5, 'recipient', '{accepted,started,completed}'), ('declined', 5, 'recipient', '{declined}'),
                         ('started', 6, 'recipient', '{started,completed}'), ('completed', 7, 'recipient', '{completed}'))
                 m (event, days, actor, of_those)
where r.ends_as = any (m.of_those);

update base.referrals f set status = 'sent', sent_at = m.at from moves m where m.referral = f.id and m.event = 'sent';
update base.referrals f set status = 'received', received_at = m.at from moves m where m.referral = f.id and m.event = 'received';
update base.referrals f set status = m.event, answered_at = m.at, status_reason = m.words
from moves m where m.referral = f.id and m.event in ('accepted', 'declined');
update base.referrals f set status = 'started', started_at = m.at from moves m where m.referral = f.id and m.event = 'started';
update base.referrals f set status = 'completed', ended_at = m.at, result = m.words from moves m where m.referral = f.id and m.event = 'completed';
update base.disclosures d set created_at = m.at, modified_at = m.at from moves m where m.referral = d.resource_id and m.event = 'sent';

insert into base.sip_requests (id, created_at, modified_at, created_by, youth_id, initiated_by, invited, participants, consent_id, responsible)
select pg_temp.uid('sip ' || a.number), pg_temp.morning(a.day + 3, 0), pg_temp.morning(a.day + 3, 0), 'coach' || (a.n % 12 + 1) || '@example.com', a.id, 'kaa',
       jsonb_build_array(jsonb_build_object('recipientId', a.recipient)), '{}', a.consent, 'Coachen'
from agreed a where a.purpose = 'sip';
update base.sip_requests q set status = 'sent', sent_at = pg_temp.morning(a.day + 4, 0)
from agreed a where q.id = pg_temp.uid('sip ' || a.number) and a.n % 3 > 0;

-- Measures ----------------------------------------------------------------------------------------

create temp table measured as
select r.*, r.day + 10 as first_day, least(r.end_date, r.day + 40 + (r.occupation_draw * 90)::int) as last_day
from reached r
where r.status = 'reached' and r.measure_draw < 0.55 and r.day + 10 < base.today() and (r.end_date is null or r.day + 10 < r.end_date);

insert into base.measures (id, created_at, modified_at, created_by, youth_id, status, type, unit_id, planning, goal, youth_responsibility,
                           municipality_responsibility, offered_at, start_date, end_date, started_at, ended_at, end_reason, occupation_after, follow_up_dates)
select pg_temp.uid('measure ' || m.number), w.offered, w.offered, 'coach' || (m.n % 12 + 1) || '@example.com', m.id, w.status,
       pg_temp.pick('{career_guidance,career_guidance,motivational_talks,coaching,coaching,single_talk,internship,job_support,health_promoting,group_activity,school_transfer_support,komvux_studies}', m.exit_draw),
       coalesce(pg_temp.uid(case when m.measure_draw < 0.2 then nullif(:'school_unit', '')
                                 when m.measure_draw < 0.35 then pg_temp.pick(:'job_units', m.exit_draw) end),
                (select y.unit_id from base.youths y where y.municipality = base.municipality() and y.id = m.id)),
       'Samtal varannan vecka', 'Studier eller arbete', 'Komma på de avtalade tiderna', 'Erbjuda coachning', w.offered,
       case when w.status in ('started', 'ended') then m.first_day end, case when w.status = 'ended' then m.last_day end,
       case when w.status in ('started', 'ended') then pg_temp.morning(m.first_day, 0) end,
       case when w.status = 'ended' then pg_temp.morning(m.last_day, 0) end,
       case when w.status <> 'ended' then null when m.last_day = m.end_date then 'left_target_group'
            else pg_temp.pick('{completed_goal_reached,completed_goal_reached,completed_goal_reached,completed_goal_not_reached,interrupted_by_youth,interrupted_by_municipality}', m.consent_draw) end,
       case when w.status = 'ended' then pg_temp.pick('{introductory_programme,national_programme,komvux,work,work,internship,folk_high_school,none,unknown}', m.occupation_draw) end,
       case when w.status = 'started' then array[(base.today() + (m.n % 40)::int - 5)::date] else '{}' end
from measured m,
     lateral (select case when m.n % 11 = 2 then case when m.end_date is null then 'offered' else 'declined' end
                          when m.last_day < base.today() then 'ended' else 'started' end as status,
                     pg_temp.morning(m.day + 3, (m.n % 300)::int) as offered) w
order by m.n;

-- Reports, notices and what partners ask ----------------------------------------------------------

-- A report in forty; of most an answer has come. Some of the covered need care at a visit.
insert into base.concern_reports (id, created_at, modified_at, created_by, youth_id, made_at, reference)
select pg_temp.uid('concern ' || p.number), w.day, w.day, 'coordinator@example.com', p.id, w.day, 'Dnr ' || p.n
from people p, lateral (select pg_temp.morning(least(p.start_date + 5 + (p.n % 40)::int, base.today() - (p.n % 3)::int), (p.n % 300)::int) as day) w
where p.n % 40 = 14 order by p.n;
update base.concern_reports c
set status = pg_temp.pick('{opened,not_opened,not_opened,already_ongoing,no_answer}', p.exit_draw), outcome_at = c.made_at + interval '10 days'
from people p
where c.municipality = base.municipality() and c.youth_id = p.id and c.made_at < base.now() - interval '12 days' and p.n % 120 <> 14;
insert into base.safety_notices (id, created_by, youth_id, measures, valid_until, concern_report_id)
select pg_temp.uid('notice ' || p.number), 'coordinator@example.com', p.id, 'Besök görs alltid av tre och anmäls till enheten före och efter.',
       (base.today() + 30 + (p.n % 120)::int)::date, c.id
from people p join base.concern_reports c on c.municipality = base.municipality() and c.youth_id = p.id
where p.end_date is null and p.n % 80 = 14;

-- Who did not live at the address: the tax agency is told two days later, when that has come.
insert into base.address_notifications (id, created_by, youth_id, attempt_id, sent_at, reference)
select pg_temp.uid('notification ' || a.number), a.staff[1], a.id, a.attempt, a.made_at + interval '2 days', 'SKV ' || a.n
from attempts a where a.status = 'not_at_address' and a.made_at + interval '2 days' < base.now() and a.n % 4 > 0;

-- Social services ask to wait with some who have not been reached.
insert into base.outreach_pauses (id, created_by, youth_id, requested_by, evidence_reference, from_date, until_date)
select pg_temp.uid('pause ' || p.number), 'coordinator@example.com', p.id, 'Socialtjänsten', 'SOC ' || p.n, base.today(), base.today() + 14 + (p.n % 30)::int
from people p where p.n % 70 = 33 and p.end_date is null and not exists (select from reached r where r.id = p.id);

-- And to take on others: persons who are known, and one who is not.
insert into base.incoming_referrals (id, created_at, modified_at, created_by, client, personal_number, given_name, family_name, phones, reason,
                                     evidence_reference)
select pg_temp.uid('incoming ' || p.number), w.day, w.day, 'socialtjansten@example.com', 'socialtjansten', p.number, y.given_name, y.family_name, y.phones,
       'Vill ha hjälp att komma igång med studier', 'SOC ' || p.n
from people p join base.youths y on y.municipality = base.municipality() and y.id = p.id,
     lateral (select pg_temp.morning(base.today() - (p.n % 20)::int, 60) as day) w
where p.n % 150 = 41 and p.end_date is null order by p.n;
insert into base.incoming_referrals (id, created_by, client, personal_number, given_name, family_name, reason, evidence_reference)
values (pg_temp.uid('incoming unknown'), 'socialtjansten@example.com', 'socialtjansten', '20090101TF98', 'Alva', 'Exempel', 'Har nyss flyttat hit', 'SOC 0');
update base.incoming_referrals i set status = 'accepted', youth_id = p.id, answered_at = least(i.created_at + interval '1 day', base.now())
from people p where i.id = pg_temp.uid('incoming ' || p.number) and p.n % 300 = 41;

-- What happened, in the order it did --------------------------------------------------------------

insert into base.events (id, resource, resource_id, youth_id, type, at, details, actor, created_at, created_by)
select pg_temp.uid('event ' || a.id || a.status), 'outreach-attempts', a.id, a.youth_id, a.status, coalesce(a.outcome_at, a.attempted_at), '{}', 'staff',
       coalesce(a.outcome_at, a.attempted_at), a.staff[1]
from base.outreach_attempts a where a.municipality = base.municipality() and a.status not in ('planned', 'cancelled')
union all
select pg_temp.uid('event ' || m.referral || m.event), 'referrals', m.referral, m.id, m.event, m.at,
       jsonb_strip_nulls(jsonb_build_object(case m.event when 'completed' then 'result' else 'reason' end, m.words)), m.actor, m.at + m.days * interval '1 second',
       case m.actor when 'staff' then 'coach' || (m.n % 12 + 1) || '@example.com' else 'vera' end
from moves m
union all
select pg_temp.uid('event ' || q.id || 'sent'), 'sip-requests', q.id, q.youth_id, 'sent', q.sent_at, '{}', 'staff', q.sent_at, q.created_by
from base.sip_requests q where q.municipality = base.municipality() and q.sent_at is not null
union all
select pg_temp.uid('event ' || m.id || e.type), 'measures', m.id, m.youth_id, e.type, e.at, '{}', 'staff', e.at, m.created_by
from base.measures m, lateral (values ('started', m.started_at), ('ended', m.ended_at)) e (type, at)
where m.municipality = base.municipality() and e.at is not null
union all
select pg_temp.uid('event ' || c.id || c.status), 'concern-reports', c.id, c.youth_id, c.status, c.outcome_at, '{}', 'staff', c.outcome_at, c.created_by
from base.concern_reports c where c.municipality = base.municipality() and c.status <> 'made'
union all
select pg_temp.uid('event ' || i.id || 'accepted'), 'incoming-referrals', i.id, i.youth_id, 'accepted', i.answered_at,
       jsonb_build_object('youthId', i.youth_id), 'staff', i.answered_at, 'coordinator@example.com'
from base.incoming_referrals i where i.municipality = base.municipality() and i.status = 'accepted'
union all
select pg_temp.uid('event ' || r.id || 'ended'), 'registrations', r.id, r.youth_id, 'ended', r.modified_at,
       jsonb_build_object('exitReason', r.exit_reason, 'endDate', r.end_date), 'system', r.modified_at, 'ber'
from base.registrations r where r.municipality = base.municipality() and r.status = 'ended';

analyze base.youths, base.registrations, base.occupations, base.outreach_attempts;
select base.release_replan();
