-- A made-up Stockholm (0180) with a year of casework for 2,000 youths.
--
-- psql --single-transaction -f db/seed/stockholm.sql, as kaa_owner, from the project's folder. The organisation is
-- that of the city's plan for the years 2025–2027 as far as it says; assumptions are marked.
\ir draw.sql
select base.enter('0180', 'seed', 'seed', null, 'protected:read preventive:read', null, null, null, null, null, null);

insert into base.municipalities (id, name) values (pg_temp.uid('stockholm'), 'Stockholm');

insert into base.units (id, name, administration)
select pg_temp.uid(name), name, administration
from (values ('KAA Nord', 'labour_market'), ('KAA Syd', 'labour_market'), ('Skolslussen', 'education'),
             ('Jobbtorg Kista', 'labour_market'), ('Jobbtorg Vällingby', 'labour_market'),
             ('Jobbtorg Farsta', 'labour_market'), ('Jobbtorg Skärholmen', 'labour_market')) u (name, administration);

-- Which districts belong to KAA Nord and which to KAA Syd is an assumption.
insert into base.districts (id, name, slug, unit_id)
select pg_temp.uid(slug), name, slug, pg_temp.uid(unit)
from (values ('Järva', 'jarva', 'KAA Nord'), ('Hässelby-Vällingby', 'hasselby-vallingby', 'KAA Nord'),
             ('Bromma', 'bromma', 'KAA Nord'), ('Kungsholmen', 'kungsholmen', 'KAA Nord'),
             ('Norra innerstaden', 'norra-innerstaden', 'KAA Nord'), ('Södermalm', 'sodermalm', 'KAA Syd'),
             ('Enskede-Årsta-Vantör', 'enskede-arsta-vantor', 'KAA Syd'), ('Skarpnäck', 'skarpnack', 'KAA Syd'),
             ('Farsta', 'farsta', 'KAA Syd'), ('Hägersten-Älvsjö', 'hagersten-alvsjo', 'KAA Syd'),
             ('Skärholmen', 'skarholmen', 'KAA Syd')) d (name, slug, unit);
-- The mergers of 2023 are public knowledge; they do not stand in the city's plan for 2025–2027.
update base.districts set valid_from = '2023-07-01' where slug in ('jarva', 'norra-innerstaden');
insert into base.districts (id, name, slug, unit_id, valid_to, replaced_by)
select pg_temp.uid(slug), name, slug, pg_temp.uid('KAA Nord'), '2023-06-30', pg_temp.uid(successor)
from (values ('Rinkeby-Kista', 'rinkeby-kista', 'jarva'), ('Spånga-Tensta', 'spanga-tensta', 'jarva'),
             ('Norrmalm', 'norrmalm', 'norra-innerstaden'), ('Östermalm', 'ostermalm', 'norra-innerstaden'))
     d (name, slug, successor);

insert into base.recipients (id, name, kind, unit_id, system, respond_within_days, contact)
select pg_temp.uid('recipient ' || name), name, 'job_centre', pg_temp.uid(name), 'vera', 14,
       jsonb_build_object('phone', '+468465004' || to_char(row_number() over (order by name), 'FM00'))
from base.units where name like 'Jobbtorg%';
insert into base.recipients (id, name, kind, district_id, respond_within_days, contact)
select pg_temp.uid('recipient social services ' || slug), 'Socialtjänsten ' || name, 'social_services', id, 14,
       jsonb_build_object('name', 'Mottagningsenheten', 'email', 'socialtjansten.' || slug || '@example.com')
from base.districts where valid_to is null;
insert into base.recipients (id, name, kind, unit_id, sensitive, requires_consent, disclosure_ground, system, respond_within_days)
select pg_temp.uid('recipient ' || name), name, kind, case when unit is not null then pg_temp.uid(unit) end, sensitive,
       ground is null, ground, system, days
from (values ('Skolslussen', 'career_guidance_centre', 'Skolslussen', false, null, null, 10),
             ('Start Stockholm', 'newcomer_service', null, false, null, null, 14),
             ('Vuxenutbildningen', 'adult_education', null, false, null, null, 14),
             ('Arbetsförmedlingen', 'public_employment_service', null, false, null, null, 21),
             ('Skatteverket', 'tax_agency', null, false, 'Folkbokföringslagen 32 c §', null, null),
             ('Vuxenenheten', 'adult_unit', null, false, 'Samma nämnd', null, 14),
             ('Ungdomsmottagningen City', 'youth_clinic', null, false, null, null, 14),
             ('Region Stockholm, primärvården', 'region_health_care', null, false, null, 'region', 21),
             ('Barn- och ungdomspsykiatrin', 'psychiatry', null, true, null, 'region', 21),
             ('Mini Maria', 'addiction_care', null, true, null, 'region', 14),
             ('Origo', 'honour_violence_centre', null, true, null, null, 7),
             ('Sociala insatsgrupper', 'social_intervention_group', null, true, null, null, 14))
     r (name, kind, unit, sensitive, ground, system, days);

-- Casework ----------------------------------------------------------------------------------------

\copy numbers from 'tests/data/test_personnummer_2005_2011.txt'
\set youths 2000
\set city Stockholm
\set letters '{TF,TA,TB,TC}'
\set homes '{jarva,jarva,jarva,hasselby-vallingby,hasselby-vallingby,bromma,kungsholmen,norra-innerstaden,norra-innerstaden,sodermalm,sodermalm,enskede-arsta-vantor,enskede-arsta-vantor,skarpnack,farsta,farsta,hagersten-alvsjo,hagersten-alvsjo,skarholmen,skarholmen}'
\set moves_from skarpnack
\set job_centres '{"jarva": "Jobbtorg Kista", "bromma": "Jobbtorg Kista", "kungsholmen": "Jobbtorg Kista", "norra-innerstaden": "Jobbtorg Kista", "hasselby-vallingby": "Jobbtorg Vällingby", "skarholmen": "Jobbtorg Skärholmen", "hagersten-alvsjo": "Jobbtorg Skärholmen", "": "Jobbtorg Farsta"}'
\set partners '{Skolslussen,Start Stockholm,Vuxenutbildningen,Arbetsförmedlingen,Barn- och ungdomspsykiatrin}'
\set social_services jarva
\set school_unit Skolslussen
\set job_units '{Jobbtorg Kista,Jobbtorg Vällingby,Jobbtorg Farsta,Jobbtorg Skärholmen}'
\ir casework.sql
