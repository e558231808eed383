-- The target group: each rule of the table, its boundary days, and the order of the rules.
begin;
select no_plan();

-- Somebody born on 10 May 2008 who ended compulsory school in 2024 and did nothing since: rule 15.
create function pg_temp.person(patch jsonb) returns jsonb language sql as $$
  select base.merge_patch('{"birthDate": "2008-05-10", "protection": "none", "compulsorySchoolEnded": "2024-06-12",
    "residence": {"municipality": "0180", "status": "resident"}, "enrolments": [], "qualifications": []}', patch)
$$;
-- rule result exit_reason reason occupation held_back, without what is not said.
create function pg_temp.says(patch jsonb, as_of date default '2026-10-01', registered boolean default false) returns text language sql as $$
  select concat_ws(' ', t.rule, t.result, t.exit_reason, t.reason, t.occupation, case when t.held_back then 'held' end)
  from base.target_group(pg_temp.person(patch), '0180', as_of, base.default_policy(), registered) t
$$;
create function pg_temp.studies(type text, "from" text default '2024-08-20', "to" text default null, cancelled text default null)
returns jsonb language sql as $$
  select jsonb_build_object('enrolments', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'type', type, 'school', 'Exempelskolan', 'from', "from", 'to', "to", 'cancelled', cancelled))))
$$;
create function pg_temp.holds(type text, date text default '2026-06-10') returns jsonb language sql as $$
  select jsonb_build_object('qualifications', jsonb_build_array(jsonb_build_object('type', type, 'date', date)))
$$;

-- 0
select is(pg_temp.says('{"birthDate": null}'), '0 review', 'rule 0: birth date unknown');
select is(pg_temp.says('{"birthDate": null, "residence": {"status": "deceased"}}'), '0 review', 'rule 0 comes before rule 1');
-- 1
select is(pg_temp.says('{"residence": {"status": "deceased"}}'), '1 out deceased', 'rule 1: deceased');
select is(pg_temp.says('{"residence": {"status": "emigrated"}}'), '1 out emigrated', 'rule 1: emigrated');
select is(pg_temp.says('{"residence": {"status": "emigrated"}}', '2028-05-10'), '1 out emigrated', 'rule 1 comes before rule 2');
-- 2
select is(pg_temp.says('{}', '2028-05-09'), '15 in no_upper_secondary', 'rule 2: the day before the 20th birthday is in');
select is(pg_temp.says('{}', '2028-05-10'), '2 out turned_20', 'rule 2: out on the birthday itself');
select is(pg_temp.says('{"birthDate": "2008-02-29"}', '2028-02-28'), '15 in no_upper_secondary', 'born 29 February: in on the 28th');
select is(pg_temp.says('{"birthDate": "2008-02-29"}', '2028-02-29'), '2 out turned_20', 'born 29 February: out on the 29th');
select is(pg_temp.says('{"residence": {"municipality": "0126"}}', '2028-05-10'), '2 out turned_20', 'rule 2 comes before rule 3');
-- 3
select is(pg_temp.says('{"residence": {"municipality": "0126"}}'), '3 out moved', 'rule 3: another home municipality');
select is(pg_temp.says('{"residence": {"municipality": "0126"}, "protection": "protected_registration", "actualMunicipality": "0180"}'),
          '15 in no_upper_secondary', 'rule 3: with protected registration the actual stay decides');
select is(pg_temp.says('{"protection": "protected_registration", "actualMunicipality": "0126"}'), '3 out moved',
          'rule 3: with protected registration, staying elsewhere');
select is(pg_temp.says('{"actualMunicipality": "0126"}'), '15 in no_upper_secondary', 'rule 3: without it the registration decides');
select is(pg_temp.says('{"residence": {"municipality": "0126", "status": "not_resident"}}'), '3 out moved', 'rule 3 comes before rule 4');
-- 4
select is(pg_temp.says('{"residence": {"status": "not_resident"}}'), '4 review', 'rule 4: not a registered resident');
select is(pg_temp.says('{"residence": {"status": "not_resident"}}', '2024-01-01'), '4 review', 'rule 4 comes before rule 5');
-- 5
select is(pg_temp.says('{}', '2024-06-11'), '5 out registered_in_error', 'rule 5: the day before compulsory school ends');
select is(pg_temp.says('{}', '2024-06-12', true), '15 in no_upper_secondary', 'rule 5: ended on the day itself');
select is(pg_temp.says('{"compulsorySchoolEnded": null}', '2024-06-14'), '5 out registered_in_error', 'rule 5: 15 June of the year of turning 16 is assumed');
select is(pg_temp.says('{"compulsorySchoolEnded": null}', '2024-06-15', true), '15 in unknown', 'rule 5: and has then ended');
select is(pg_temp.says('{"compulsorySchoolEnded": "2027-06-10"}', '2026-05-09'), '5 out registered_in_error', 'rule 5: until the 18th birthday');
select is(pg_temp.says('{"compulsorySchoolEnded": "2027-06-10"}', '2026-05-10', true), '15 in no_upper_secondary', 'rule 5: at the latest then');
select is(pg_temp.says(pg_temp.holds('upper_secondary_diploma', '2024-01-01'), '2024-06-11'), '5 out registered_in_error', 'rule 5 comes before rule 6');
-- 6
select is(pg_temp.says(pg_temp.holds('upper_secondary_diploma')), '6 out completed', 'rule 6: diploma');
select is(pg_temp.says(pg_temp.holds('adapted_upper_secondary_certificate')), '6 out completed', 'rule 6: adapted upper secondary');
select is(pg_temp.says(pg_temp.holds('upper_secondary_diploma'), '2026-06-09'), '15 in no_upper_secondary', 'rule 6: not before its day');
select is(pg_temp.says(pg_temp.holds('upper_secondary_diploma'), '2026-06-10'), '6 out completed', 'rule 6: on its day');
select is(pg_temp.says(pg_temp.holds('upper_secondary_diploma') || pg_temp.studies('national_programme')), '6 out completed', 'rule 6 comes before rule 8');
-- 7
select is(pg_temp.says(pg_temp.holds(t)), '7 out completed', 'rule 7: ' || t)
from unnest(array['ib_diploma', 'foreign_upper_secondary', 'folk_high_school_eligibility']) t;
-- 8
select is(pg_temp.says(pg_temp.studies(t)), '8 out national_programme', 'rule 8: ' || t)
from unnest(array['national_programme', 'apprenticeship', 'rh_adapted', 'fourth_technical_year']) t;
select is(pg_temp.says(pg_temp.studies('introductory_programme')), '8 out introductory_programme', 'rule 8: introductory programme');
select is(pg_temp.says(pg_temp.studies('national_programme', '2026-10-02')), '15 in no_upper_secondary', 'an enrolment that has not begun does not count');
select is(pg_temp.says(pg_temp.studies('national_programme', '2026-10-01')), '8 out national_programme', 'it counts from its first day');
select is(pg_temp.says(pg_temp.studies('national_programme', '2024-08-20', '2026-10-01')), '8 out national_programme', 'to its last day');
select is(pg_temp.says(pg_temp.studies('national_programme', '2024-08-20', '2026-09-30')), '13 in dropout', 'and no longer');
select is(pg_temp.says(pg_temp.studies('national_programme', '2024-08-20', '2027-06-10', '2026-10-01')), '13 in dropout', 'cancelled: not from that day on');
select is(pg_temp.says(pg_temp.studies('national_programme', '2026-08-20', null, '2026-08-20')), '15 in no_upper_secondary', 'cancelled on its first day: never begun');
-- 9, 10
select is(pg_temp.says(pg_temp.studies('adapted_upper_secondary')), '9 out adapted_upper_secondary', 'rule 9');
select is(pg_temp.says(pg_temp.studies(t)), '10 out equivalent_started', 'rule 10: ' || t)
from unnest(array['international_baccalaureate', 'upper_secondary_abroad']) t;
-- 11
select is(pg_temp.says(pg_temp.studies('komvux')), '11 in no_upper_secondary komvux', 'rule 11: komvux');
select is(pg_temp.says(pg_temp.studies('folk_high_school')), '11 in no_upper_secondary folk_high_school', 'rule 11: folk high school');
select is(pg_temp.says(pg_temp.studies('komvux') || pg_temp.holds('study_certificate')), '11 in study_certificate komvux', 'rule 11: reason by rule 13');
select is(pg_temp.says(pg_temp.studies('komvux', '2025-01-10', '2026-06-10')), '15 in no_upper_secondary', 'rule 11: only while it lasts');
-- 12
select is(pg_temp.says(pg_temp.studies('compulsory_school', '2015-08-15')), '12 review', 'rule 12: still in compulsory school');
select is(pg_temp.says('{"compulsorySchoolEnded": null}' || pg_temp.studies('compulsory_school', '2015-08-15', '2024-06-10'), '2024-06-05'),
          '5 out registered_in_error', 'rule 12 is for those past compulsory school age');
-- 13
select is(pg_temp.says(pg_temp.holds('study_certificate')), '13 in study_certificate', 'rule 13: study certificate without diploma');
select is(pg_temp.says(pg_temp.studies('introductory_programme', '2024-08-20', '2025-06-10')), '13 in dropout_introductory', 'rule 13: ended an introductory programme');
select is(pg_temp.says(jsonb_build_object('enrolments', (pg_temp.studies('introductory_programme', '2024-08-20', '2025-06-10') -> 'enrolments')
            || (pg_temp.studies('national_programme', '2025-08-20', '2026-01-10') -> 'enrolments'))), '13 in dropout', 'rule 13: the latest one left says which');
select is(pg_temp.says(pg_temp.studies('sfi') || pg_temp.holds('study_certificate')), '13 in study_certificate', 'rule 13 comes before rule 14');
-- 14
select is(pg_temp.says(pg_temp.studies('sfi')), '14 in no_upper_secondary sfi', 'rule 14: SFI');
-- 15
select is(pg_temp.says('{}'), '15 in no_upper_secondary', 'rule 15: never in upper secondary');
select is(pg_temp.says('{"compulsorySchoolEnded": null}'), '15 in unknown', 'rule 15: history missing');
select is(pg_temp.says(pg_temp.studies('international_baccalaureate', '2024-08-20', '2025-06-10')), '15 in unknown', 'rule 15: left the IB, which no reason names');
select is(pg_temp.says('{"compulsorySchoolEnded": null, "residence": {"firstRegisteredInSweden": "2025-02-01"}}'), '15 in newly_registered',
          'rule 15: arrived past compulsory school');
select is(pg_temp.says('{"compulsorySchoolEnded": null, "residence": {"firstRegisteredInSweden": "2024-06-15"}}'), '15 in unknown',
          'rule 15: arrived while of compulsory school age');
select is(pg_temp.says('{"compulsorySchoolEnded": null, "residence": {"firstRegisteredInSweden": "2025-02-01"}}'
            || pg_temp.studies('komvux', '2025-03-01', '2025-06-01')), '15 in no_upper_secondary', 'rule 15: arrived, but has been enrolled here');

-- The new cohort
select is(pg_temp.says('{"compulsorySchoolEnded": "2026-06-12"}', '2026-08-31'), '15 in no_upper_secondary held', 'who ended this spring is held back');
select is(pg_temp.says('{"compulsorySchoolEnded": "2026-06-12"}', '2026-09-01'), '15 in no_upper_secondary', 'until newCohortFrom');
select is(pg_temp.says('{"compulsorySchoolEnded": "2026-06-12"}', '2026-08-31', true), '15 in no_upper_secondary', 'but not who has been registered');
select is(pg_temp.says('{"compulsorySchoolEnded": "2025-06-12"}', '2026-08-31'), '15 in no_upper_secondary', 'nor who ended a year before');
select is(pg_temp.says('{"compulsorySchoolEnded": "2026-06-12"}' || pg_temp.studies('national_programme', '2026-08-18', '2026-08-25'), '2026-08-31'),
          '13 in dropout', 'nor a drop-out');
select is(pg_temp.says('{"compulsorySchoolEnded": "2026-06-12"}' || pg_temp.studies('sfi', '2026-08-18'), '2026-08-31'),
          '14 in no_upper_secondary sfi held', 'rules 11 and 14 alike');
select is((select t.held_back from base.target_group(pg_temp.person('{"compulsorySchoolEnded": "2026-06-12"}'), '0180', '2026-08-31',
             base.default_policy() || '{"newCohortFrom": "08-15"}', false) t), false, 'the date is the municipality''s');

-- Numbers
select is(base.number_type(n), t, n || ' is ' || coalesce(t, 'none'))
from (values ('200501012397', 'personal'), ('200501012398', null), ('200500882394', 'coordination'), ('200500882395', null),
             ('20080101TF01', 'temporary'), ('20080101tf01', null), ('20080101T101', null), ('0501012397', null),
             ('200501010005', null), ('200513012391', null)) v(n, t);
-- Every official test number is taken for what it is.
create temp table numbers (number text);
\copy numbers from '../data/test_personnummer_2005_2011.txt'
select is((select count(*) from numbers where base.number_type(number) is distinct from 'personal'), 0::bigint, 'all test numbers are personal numbers');
truncate numbers;
\copy numbers from '../data/test_samordningsnummer_2005_2011.txt'
select is((select count(*) from numbers where base.number_type(number) is distinct from 'coordination'), 0::bigint, 'all test coordination numbers are');
select * from finish();
rollback;
