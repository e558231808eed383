-- A made-up Huddinge (0126) with a year of casework for 150 youths: one team, no districts.
--
-- psql --single-transaction -f db/seed/huddinge.sql, as kaa_owner, from the project's folder, after Stockholm's:
-- some of its youths have moved from there. The municipality's plan names one team (studie- och yrkesvägledning and
-- socionomer) of the coordination unit, at gymnasie- och arbetsmarknadsförvaltningen, and says that it works with
-- schools, authorities and organisations; which ones, and that the administration is `education`, are assumptions.
\ir draw.sql
select base.enter('0126', 'seed', 'seed', null, 'protected:read preventive:read', null, null, null, null, null, null);

insert into base.municipalities (id, name) values (pg_temp.uid('huddinge'), 'Huddinge');
insert into base.units (id, name, administration, is_default) values (pg_temp.uid('KAA-teamet'), 'KAA-teamet', 'education', true);
insert into base.recipients (id, name, kind, unit_id, sensitive, requires_consent, disclosure_ground, system, respond_within_days, contact)
select pg_temp.uid('recipient ' || name), name, kind, null, sensitive, ground is null, ground, system, days,
       case when mail is not null then jsonb_build_object('email', mail || '@example.com') end
from (values ('Gymnasieskolorna i Huddinge', 'upper_secondary_school', false, null, null, 10, 'gymnasieskolorna'),
             ('Vuxenutbildningen Huddinge', 'adult_education', false, null, null, 14, 'vuxenutbildningen'),
             ('Arbetsförmedlingen', 'public_employment_service', false, null, null, 21, null),
             ('Arbetsmarknadsenheten', 'adult_unit', false, 'Samma nämnd', null, 14, null),
             ('Skatteverket', 'tax_agency', false, 'Folkbokföringslagen 32 c §', null, null, null),
             ('Region Stockholm, primärvården', 'region_health_care', false, null, 'region', 21, null),
             ('Barn- och ungdomspsykiatrin', 'psychiatry', true, null, 'region', 21, null))
     r (name, kind, sensitive, ground, system, days, mail);
insert into base.recipients (id, name, kind, respond_within_days, contact)
values (pg_temp.uid('recipient social services huddinge'), 'Socialtjänsten Huddinge', 'social_services', 14,
        '{"name": "Mottagningen", "email": "socialtjansten@example.com"}');

-- Casework ----------------------------------------------------------------------------------------

-- Five who have left Stockholm: two youths without a link.
insert into moved_in
select n.number, y.birth_date, y.sex, y.given_name, y.family_name, r.end_date
from base.registrations r
join base.youths y using (municipality) join base.identity_numbers n using (municipality)
where r.municipality = '0180' and r.youth_id = y.id and n.youth_id = y.id and n.current and r.exit_reason = 'moved' and y.protection = 'none'
order by n.number limit 5;
\set youths 150
\set city Huddinge
\set letters '{HF,HA,HB,HC}'
\set homes '{}'
\set moves_from ''
\set job_centres '{}'
\set partners '{Gymnasieskolorna i Huddinge,Vuxenutbildningen Huddinge,Arbetsförmedlingen,Barn- och ungdomspsykiatrin}'
\set social_services huddinge
\set school_unit ''
\set job_units '{}'
\ir casework.sql
