-- The target group: each rule of the table just before, on and just after the day that decides (or what decides
-- when no day does), and the order of the rules by pairs of neighbours that both apply.
begin;
select no_plan();
create schema made;

-- Somebody born on 10 May 2008 who ended compulsory school in 2024 and did nothing since: rule 15.
create function made.person(patch jsonb) returns jsonb language sql as $$
  select base.merge_patch('{"birthDate": "2008-05-10", "protection": "none", "compulsorySchoolEnded": "2024-06-12",
    "residence": {"municipality": "0180", "status": "resident"}, "enrolments": [], "qualifications": []}', patch)
$$;
-- rule result -exit_reason +reason occupation held, without what is not said.
create function made.says(patch jsonb, as_of date, registered boolean) returns text language sql as $$
  select concat_ws(' ', t.rule, t.result, '-' || t.exit_reason, '+' || t.reason, t.occupation, case when t.held_back then 'held' end)
  from base.target_group(made.person(patch), '0180', as_of, base.default_policy(), registered) t
$$;
create function made.born(day text) returns jsonb language sql as $$ select jsonb_build_object('birthDate', day) $$;
-- lives('emigrated'), lives('resident', '0126', arrived)
create function made.lives(status text, town text default '0180', arrived text default null) returns jsonb language sql as $$
  select jsonb_build_object('residence', jsonb_build_object('status', status, 'municipality', town, 'firstRegisteredInSweden', arrived))
$$;
create function made.protected(protection text, town text, stays text default null) returns jsonb language sql as $$
  select made.lives('resident', town) || jsonb_build_object('protection', protection, 'actualMunicipality', stays)
$$;
create function made.school(ended text) returns jsonb language sql as $$ select jsonb_build_object('compulsorySchoolEnded', ended) $$;
-- studies('komvux', '2026-01-10', '2026-06-10', '2026-03-01'); several are put together by also().
create function made.studies(type text, "from" text default '2024-08-20', "to" text default null, cancelled text default null)
returns jsonb language sql as $$
  select jsonb_build_object('enrolments', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'type', type, 'school', 'Exempelskolan', 'from', "from", 'to', "to", 'cancelled', cancelled))))
$$;
create function made.holds(type text, date text default '2026-06-10') returns jsonb language sql as $$
  select jsonb_build_object('qualifications', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('type', type, 'date', date))))
$$;
create function made.also(one jsonb, other jsonb) returns jsonb language sql as $$
  select one || other || jsonb_build_object('enrolments', coalesce(one -> 'enrolments', '[]') || coalesce(other -> 'enrolments', '[]'),
    'qualifications', coalesce(one -> 'qualifications', '[]') || coalesce(other -> 'qualifications', '[]'))
$$;
set local search_path = made, public, pg_catalog;

-- who, as of, registered before, what is decided, why
create temp table cases (n int generated always as identity, person jsonb, as_of date, registered boolean, wanted text, why text);
insert into cases (person, as_of, registered, wanted, why) values
  -- 0 birth date unknown
  (born('2008-05-10'), '2026-10-01', false, '15 in +no_upper_secondary', '0: a birth date that is known'),
  (born(null), '2026-10-01', false, '0 review', '0: a coordination number without a birth date'),
  (born(null), '2026-10-01', true, '0 review', '0: also who is registered, who stays so'),
  (born(null), '2040-01-01', true, '0 review', '0: whatever the day'),
  (born(null) || lives('deceased'), '2026-10-01', true, '0 review', '0 comes before 1'),
  (born(null) || lives('resident', '0126'), '2026-10-01', true, '0 review', '0 comes before 3'),
  (also(born(null), holds('upper_secondary_diploma')), '2026-10-01', true, '0 review', '0 comes before 6'),
  -- 1 deceased, emigrated
  (lives('resident'), '2026-10-01', true, '15 in +no_upper_secondary', '1: a resident'),
  (lives('deceased'), '2026-10-01', true, '1 out -deceased', '1: deceased'),
  (lives('emigrated'), '2026-10-01', true, '1 out -emigrated', '1: emigrated'),
  (lives('emigrated', null), '2026-10-01', true, '1 out -emigrated', '1: emigrated, of no municipality'),
  (lives('not_resident'), '2026-10-01', true, '4 review', '1: not registered is another thing'),
  (lives('deceased'), '2028-05-10', true, '1 out -deceased', '1 comes before 2: on the 20th birthday'),
  (lives('emigrated', '0126'), '2026-10-01', true, '1 out -emigrated', '1 comes before 3'),
  (also(lives('deceased'), holds('upper_secondary_diploma')), '2026-10-01', true, '1 out -deceased', '1 comes before 6'),
  -- 2 the 20th birthday
  ('{}', '2028-05-09', true, '15 in +no_upper_secondary', '2: the day before the 20th birthday'),
  ('{}', '2028-05-10', true, '2 out -turned_20', '2: on the birthday itself'),
  ('{}', '2028-05-11', true, '2 out -turned_20', '2: the day after'),
  (born('2008-02-29'), '2028-02-28', true, '15 in +no_upper_secondary', '2: born 29 February, the 28th'),
  (born('2008-02-29'), '2028-02-29', true, '2 out -turned_20', '2: born 29 February, the 29th'),
  (born('2008-02-29'), '2028-03-01', true, '2 out -turned_20', '2: born 29 February, 1 March'),
  (born('2008-02-28'), '2028-02-27', true, '15 in +no_upper_secondary', '2: born the day before, the day before'),
  (born('2008-02-28'), '2028-02-28', true, '2 out -turned_20', '2: born the day before, on the birthday'),
  (born('2008-03-01'), '2028-02-29', true, '15 in +no_upper_secondary', '2: born the day after, on the 29th'),
  (born('2008-03-01'), '2028-03-01', true, '2 out -turned_20', '2: born the day after, on the birthday'),
  (born('2006-12-31'), '2026-12-30', true, '15 in +no_upper_secondary', '2: born on the last day of a year, the day before'),
  (born('2006-12-31'), '2026-12-31', true, '2 out -turned_20', '2: and on it'),
  (lives('resident', '0126'), '2028-05-10', true, '2 out -turned_20', '2 comes before 3'),
  (lives('not_resident'), '2028-05-10', true, '2 out -turned_20', '2 comes before 4'),
  (studies('national_programme'), '2028-05-10', true, '2 out -turned_20', '2 comes before 8'),
  -- 3 another home municipality; with protected registration where the youth stays (29:6)
  (lives('resident', '0180'), '2026-10-01', true, '15 in +no_upper_secondary', '3: of this municipality'),
  (lives('resident', '0126'), '2026-10-01', true, '3 out -moved', '3: of another'),
  (lives('resident', '0126'), '2026-10-01', false, '3 out -moved', '3: of another, never registered'),
  (protected('protected_registration', '0126', '0180'), '2026-10-01', true, '15 in +no_upper_secondary', '3: protected, of another and staying here'),
  (protected('protected_registration', '0180', '0126'), '2026-10-01', true, '3 out -moved', '3: protected, of this and staying elsewhere'),
  (protected('protected_registration', '0180', '0180'), '2026-10-01', true, '15 in +no_upper_secondary', '3: protected, of this and staying here'),
  (protected('protected_registration', '0126', '0126'), '2026-10-01', true, '3 out -moved', '3: protected, of another and staying there'),
  (protected('protected_registration', '0180'), '2026-10-01', true, '15 in +no_upper_secondary', '3: protected, of this, staying nobody knows where'),
  (protected('protected_registration', '0126'), '2026-10-01', true, '3 out -moved', '3: protected, of another, staying nobody knows where'),
  (protected('protected_registration', null, '0180'), '2026-10-01', true, '15 in +no_upper_secondary', '3: protected, of none, staying here'),
  (protected('protected_registration', null, '0126'), '2026-10-01', true, '3 out -moved', '3: protected, of none, staying elsewhere'),
  (protected('confidentiality_marking', '0126', '0180'), '2026-10-01', true, '3 out -moved', '3: a marking alone, the home decides'),
  (protected('confidentiality_marking', '0180', '0126'), '2026-10-01', true, '15 in +no_upper_secondary', '3: a marking alone, both ways'),
  (protected('none', '0126', '0180'), '2026-10-01', true, '3 out -moved', '3: without protection the home decides'),
  (protected('none', '0180', '0126'), '2026-10-01', true, '15 in +no_upper_secondary', '3: without protection, both ways'),
  (lives('not_resident', '0126'), '2026-10-01', true, '3 out -moved', '3 comes before 4'),
  (lives('resident', '0126'), '2024-06-11', true, '3 out -moved', '3 comes before 5'),
  (also(lives('resident', '0126'), holds('upper_secondary_diploma')), '2026-10-01', true, '3 out -moved', '3 comes before 6'),
  -- 4 not a registered resident
  (lives('resident'), '2026-10-01', false, '15 in +no_upper_secondary', '4: a registered resident'),
  (lives('not_resident'), '2026-10-01', false, '4 review', '4: not one'),
  (lives('not_resident'), '2026-10-01', true, '4 review', '4: not one, registered here, who stays so'),
  (lives('not_resident', null), '2026-10-01', false, '4 review', '4: not one, of no municipality'),
  (lives('not_resident') || '{"protection": "protected_registration", "actualMunicipality": "0180"}', '2026-10-01', false, '4 review', '4: nor with protection'),
  (lives('not_resident'), '2024-06-11', false, '4 review', '4 comes before 5'),
  (also(lives('not_resident'), holds('upper_secondary_diploma')), '2026-10-01', true, '4 review', '4 comes before 6'),
  (also(lives('not_resident'), studies('national_programme')), '2026-10-01', true, '4 review', '4 comes before 8'),
  -- 5 compulsory school: the day given, else 15 June of the year of turning 16, at the latest the 18th birthday
  ('{}', '2024-06-11', true, '5 out -registered_in_error', '5: the day before it ends'),
  ('{}', '2024-06-12', true, '15 in +no_upper_secondary', '5: on the day'),
  ('{}', '2024-06-13', true, '15 in +no_upper_secondary', '5: the day after'),
  (school(null), '2024-06-14', true, '5 out -registered_in_error', '5: no day given, 14 June'),
  (school(null), '2024-06-15', true, '15 in +unknown', '5: no day given, 15 June'),
  (school(null), '2024-06-16', true, '15 in +unknown', '5: no day given, 16 June'),
  (born('2008-12-31') || school(null), '2024-06-14', true, '5 out -registered_in_error', '5: sixteen at the end of the year, 14 June'),
  (born('2008-12-31') || school(null), '2024-06-15', true, '15 in +unknown', '5: sixteen at the end of the year, 15 June'),
  (born('2008-12-31'), '2026-10-01', true, '15 in +no_upper_secondary', '5: the birthday of that year is not waited for'),
  (school('2027-06-10'), '2026-05-09', true, '5 out -registered_in_error', '5: given later than the 18th birthday, the day before that'),
  (school('2027-06-10'), '2026-05-10', true, '15 in +no_upper_secondary', '5: on the 18th birthday'),
  (school('2027-06-10'), '2026-05-11', true, '15 in +no_upper_secondary', '5: the day after'),
  (born('2008-02-29') || school('2027-06-10'), '2026-02-27', true, '5 out -registered_in_error', '5: born 29 February, 18 in a common year, the 27th'),
  (born('2008-02-29') || school('2027-06-10'), '2026-02-28', true, '15 in +no_upper_secondary', '5: born 29 February, 18 on the 28th'),
  (born('2008-02-29') || school('2027-06-10'), '2026-03-01', true, '15 in +no_upper_secondary', '5: born 29 February, 1 March'),
  (born('2008-03-01') || school('2027-06-10'), '2026-02-28', true, '5 out -registered_in_error', '5: born on 1 March, the 28th'),
  (school('2025-06-11'), '2025-06-10', true, '5 out -registered_in_error', '5: an extra year, the day before'),
  (school('2025-06-11'), '2025-06-11', true, '15 in +no_upper_secondary', '5: an extra year, on the day'),
  (school('2023-06-10'), '2023-06-10', true, '15 in +no_upper_secondary', '5: a year early'),
  (also(holds('upper_secondary_diploma', '2024-01-01'), '{}'), '2024-06-11', true, '5 out -registered_in_error', '5 comes before 6'),
  (studies('national_programme', '2024-06-01'), '2024-06-11', true, '5 out -registered_in_error', '5 comes before 8'),
  (studies('compulsory_school', '2015-08-15'), '2024-06-11', true, '5 out -registered_in_error', '5 comes before 12'),
  -- 6 diploma, certificate of adapted upper-secondary school
  (holds('upper_secondary_diploma'), '2026-06-09', true, '15 in +no_upper_secondary', '6: the day before the diploma'),
  (holds('upper_secondary_diploma'), '2026-06-10', true, '6 out -completed', '6: on its day'),
  (holds('upper_secondary_diploma'), '2026-06-11', true, '6 out -completed', '6: the day after'),
  (holds('upper_secondary_diploma', null), '2026-10-01', true, '6 out -completed', '6: without a day, long ago'),
  (holds('adapted_upper_secondary_certificate'), '2026-06-09', true, '15 in +no_upper_secondary', '6: the day before the certificate'),
  (holds('adapted_upper_secondary_certificate'), '2026-06-10', true, '6 out -completed', '6: on its day'),
  (holds('adapted_upper_secondary_certificate'), '2026-06-11', true, '6 out -completed', '6: the day after'),
  (also(holds('upper_secondary_diploma'), holds('ib_diploma')), '2026-10-01', true, '6 out -completed', '6 comes before 7'),
  (also(holds('ib_diploma'), holds('upper_secondary_diploma')), '2026-10-01', true, '6 out -completed', '6 comes before 7, in any order'),
  (also(holds('upper_secondary_diploma'), studies('national_programme')), '2026-10-01', true, '6 out -completed', '6 comes before 8'),
  (also(holds('upper_secondary_diploma'), studies('komvux')), '2026-10-01', true, '6 out -completed', '6 comes before 11'),
  (also(holds('upper_secondary_diploma'), holds('study_certificate')), '2026-10-01', true, '6 out -completed', '6 comes before 13'),
  -- 7 IB diploma, foreign exam, folk high school with basic eligibility
  (holds('ib_diploma'), '2026-06-09', true, '15 in +no_upper_secondary', '7: the day before the IB diploma'),
  (holds('ib_diploma'), '2026-06-10', true, '7 out -completed', '7: on its day'),
  (holds('ib_diploma'), '2026-06-11', true, '7 out -completed', '7: the day after'),
  (holds('foreign_upper_secondary'), '2026-06-09', true, '15 in +no_upper_secondary', '7: the day before the foreign exam'),
  (holds('foreign_upper_secondary'), '2026-06-10', true, '7 out -completed', '7: on its day'),
  (holds('foreign_upper_secondary', null), '2026-10-01', true, '7 out -completed', '7: without a day, long ago'),
  (holds('folk_high_school_eligibility'), '2026-06-09', true, '15 in +no_upper_secondary', '7: the day before basic eligibility'),
  (holds('folk_high_school_eligibility'), '2026-06-10', true, '7 out -completed', '7: on its day'),
  (also(holds('ib_diploma'), studies('national_programme')), '2026-10-01', true, '7 out -completed', '7 comes before 8'),
  (also(holds('ib_diploma'), studies('international_baccalaureate')), '2026-10-01', true, '7 out -completed', '7 comes before 10'),
  (also(holds('folk_high_school_eligibility'), studies('folk_high_school')), '2026-10-01', true, '7 out -completed', '7 comes before 11'),
  -- 8 national programme, apprenticeship, Rh, fourth technical year; introductory programme
  (studies('national_programme', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '8: the day before it begins'),
  (studies('national_programme', '2026-08-18'), '2026-08-18', true, '8 out -national_programme', '8: from its first day'),
  (studies('national_programme', '2026-08-18'), '2026-08-19', true, '8 out -national_programme', '8: the day after'),
  (studies('national_programme', '2024-08-20', '2026-06-10'), '2026-06-09', true, '8 out -national_programme', '8: the day before its last'),
  (studies('national_programme', '2024-08-20', '2026-06-10'), '2026-06-10', true, '8 out -national_programme', '8: to its last day'),
  (studies('national_programme', '2024-08-20', '2026-06-10'), '2026-06-11', true, '13 in +dropout', '8: and no longer'),
  (studies('national_programme', '2024-08-20', '2027-06-10', '2026-02-01'), '2026-01-31', true, '8 out -national_programme', '8: the day before it is cancelled'),
  (studies('national_programme', '2024-08-20', '2027-06-10', '2026-02-01'), '2026-02-01', true, '13 in +dropout', '8: cancelled, not from that day on'),
  (studies('national_programme', '2024-08-20', '2027-06-10', '2026-02-01'), '2026-02-02', true, '13 in +dropout', '8: nor later'),
  (studies('national_programme', '2026-08-20', null, '2026-08-20'), '2026-08-20', true, '15 in +no_upper_secondary', '8: cancelled on its first day it never was'),
  (studies('national_programme', '2026-08-20', null, '2026-08-10'), '2026-10-01', true, '15 in +no_upper_secondary', '8: nor cancelled before'),
  (studies('national_programme', null), '2026-10-01', true, '8 out -national_programme', '8: without a first day, long ago'),
  (studies('apprenticeship'), '2026-10-01', true, '8 out -national_programme', '8: apprenticeship'),
  (studies('rh_adapted'), '2026-10-01', true, '8 out -national_programme', '8: Rh'),
  (studies('fourth_technical_year'), '2026-10-01', true, '8 out -national_programme', '8: fourth technical year'),
  (studies('introductory_programme', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '8: the day before an introductory programme'),
  (studies('introductory_programme', '2026-08-18'), '2026-08-18', true, '8 out -introductory_programme', '8: introductory programme, from its first day'),
  (studies('introductory_programme', '2024-08-20', '2026-06-10'), '2026-06-10', true, '8 out -introductory_programme', '8: to its last'),
  (studies('introductory_programme', '2024-08-20', '2026-06-10'), '2026-06-11', true, '13 in +dropout_introductory', '8: and no longer'),
  (also(studies('introductory_programme', '2024-08-20', '2026-06-10'), studies('national_programme', '2026-08-18')), '2026-10-01', true, '8 out -national_programme', '8: from the introductory to a national one'),
  (also(studies('adapted_upper_secondary'), studies('introductory_programme')), '2026-10-01', true, '8 out -introductory_programme', '8 comes before 9'),
  (also(studies('international_baccalaureate'), studies('national_programme')), '2026-10-01', true, '8 out -national_programme', '8 comes before 10'),
  (also(studies('komvux'), studies('national_programme')), '2026-10-01', true, '8 out -national_programme', '8 comes before 11'),
  (also(studies('national_programme'), holds('study_certificate')), '2026-10-01', true, '8 out -national_programme', '8 comes before 13'),
  -- 9 adapted upper-secondary school
  (studies('adapted_upper_secondary', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '9: the day before it begins'),
  (studies('adapted_upper_secondary', '2026-08-18'), '2026-08-18', true, '9 out -adapted_upper_secondary', '9: from its first day'),
  (studies('adapted_upper_secondary', '2024-08-20', '2026-06-10'), '2026-06-10', true, '9 out -adapted_upper_secondary', '9: to its last'),
  (studies('adapted_upper_secondary', '2024-08-20', '2026-06-10'), '2026-06-11', true, '15 in +unknown', '9: and no longer; no reason names having left it'),
  (also(studies('international_baccalaureate'), studies('adapted_upper_secondary')), '2026-10-01', true, '9 out -adapted_upper_secondary', '9 comes before 10'),
  (also(studies('komvux'), studies('adapted_upper_secondary')), '2026-10-01', true, '9 out -adapted_upper_secondary', '9 comes before 11'),
  -- 10 IB, upper secondary abroad
  (studies('international_baccalaureate', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '10: the day before the IB'),
  (studies('international_baccalaureate', '2026-08-18'), '2026-08-18', true, '10 out -equivalent_started', '10: from its first day'),
  (studies('international_baccalaureate', '2024-08-20', '2026-06-10'), '2026-06-10', true, '10 out -equivalent_started', '10: to its last'),
  (studies('international_baccalaureate', '2024-08-20', '2026-06-10'), '2026-06-11', true, '15 in +unknown', '10: and no longer; no reason names having left it'),
  (studies('upper_secondary_abroad', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '10: the day before school abroad'),
  (studies('upper_secondary_abroad', '2026-08-18'), '2026-08-18', true, '10 out -equivalent_started', '10: school abroad, from its first day'),
  (studies('upper_secondary_abroad', '2024-08-20', '2026-06-10'), '2026-06-11', true, '15 in +unknown', '10: and no longer than its last'),
  (also(studies('folk_high_school'), studies('international_baccalaureate')), '2026-10-01', true, '10 out -equivalent_started', '10 comes before 11'),
  -- 11 folk high school, komvux
  (studies('komvux', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '11: the day before komvux'),
  (studies('komvux', '2026-08-18'), '2026-08-18', true, '11 in +no_upper_secondary komvux', '11: komvux, from its first day'),
  (studies('komvux', '2025-08-18', '2026-06-10'), '2026-06-10', true, '11 in +no_upper_secondary komvux', '11: to its last'),
  (studies('komvux', '2025-08-18', '2026-06-10'), '2026-06-11', true, '15 in +no_upper_secondary', '11: and no longer'),
  (studies('folk_high_school', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '11: the day before folk high school'),
  (studies('folk_high_school', '2026-08-18'), '2026-08-18', true, '11 in +no_upper_secondary folk_high_school', '11: folk high school, from its first day'),
  (studies('folk_high_school', '2025-08-18', '2026-06-10'), '2026-06-11', true, '15 in +no_upper_secondary', '11: and no longer than its last'),
  (also(studies('komvux'), holds('study_certificate')), '2026-10-01', true, '11 in +study_certificate komvux', '11 comes before 13, which gives the reason'),
  (also(studies('komvux'), studies('national_programme', '2024-08-20', '2026-06-10')), '2026-10-01', true, '11 in +dropout komvux', '11 comes before 13, also a drop-out'),
  (also(studies('komvux'), studies('compulsory_school', '2015-08-15')), '2026-10-01', true, '11 in +no_upper_secondary komvux', '11 comes before 12'),
  (also(studies('sfi'), studies('komvux')), '2026-10-01', true, '11 in +no_upper_secondary komvux', '11 comes before 14'),
  -- 12 still in compulsory school
  (studies('compulsory_school', '2015-08-15', '2024-12-20'), '2024-06-11', true, '5 out -registered_in_error', '12: the day before it normally ends, rule 5'),
  (studies('compulsory_school', '2015-08-15', '2024-12-20'), '2024-06-12', true, '12 review', '12: still there when it has ended'),
  (studies('compulsory_school', '2015-08-15', '2024-12-20'), '2024-12-20', true, '12 review', '12: to its last day'),
  (studies('compulsory_school', '2015-08-15', '2024-12-20'), '2024-12-21', true, '15 in +no_upper_secondary', '12: and no longer'),
  (also(studies('compulsory_school', '2015-08-15'), holds('study_certificate')), '2026-10-01', true, '12 review', '12 comes before 13'),
  (also(studies('compulsory_school', '2015-08-15'), studies('sfi')), '2026-10-01', true, '12 review', '12 comes before 14'),
  -- 13 study certificate, left a national or an introductory programme
  (holds('study_certificate'), '2026-06-09', true, '15 in +no_upper_secondary', '13: the day before the certificate'),
  (holds('study_certificate'), '2026-06-10', true, '13 in +study_certificate', '13: on its day'),
  (holds('study_certificate'), '2026-06-11', true, '13 in +study_certificate', '13: the day after'),
  (also(holds('study_certificate'), studies('national_programme', '2024-08-20', '2026-06-10')), '2026-06-11', true, '13 in +study_certificate', '13: the certificate before having left'),
  (studies('national_programme', '2024-08-20', '2026-01-10'), '2026-01-10', true, '8 out -national_programme', '13: on the last day of a national programme'),
  (studies('national_programme', '2024-08-20', '2026-01-10'), '2026-01-11', true, '13 in +dropout', '13: the day after'),
  (studies('apprenticeship', '2024-08-20', '2026-01-10'), '2026-01-11', true, '13 in +dropout', '13: an apprenticeship likewise'),
  (studies('introductory_programme', '2024-08-20', '2026-01-10'), '2026-01-10', true, '8 out -introductory_programme', '13: on the last day of an introductory programme'),
  (studies('introductory_programme', '2024-08-20', '2026-01-10'), '2026-01-11', true, '13 in +dropout_introductory', '13: the day after'),
  (also(studies('introductory_programme', '2024-08-20', '2025-06-10'), studies('national_programme', '2025-08-20', '2026-01-10')), '2026-10-01', true, '13 in +dropout', '13: the later of two says which'),
  (also(studies('national_programme', '2024-08-20', '2025-01-10'), studies('introductory_programme', '2025-01-20', '2026-01-10')), '2026-10-01', true, '13 in +dropout_introductory', '13: the later of two, the other way'),
  (also(studies('introductory_programme', '2025-01-20', '2026-01-10'), studies('national_programme', '2024-08-20', '2025-01-10')), '2026-10-01', true, '13 in +dropout_introductory', '13: in any order of the row'),
  (studies('national_programme', '2024-08-20', '2026-01-10') || lives('resident', '0180', '2025-01-01'), '2026-10-01', true, '13 in +dropout', '13: also of who arrived late'),
  (also(studies('sfi'), holds('study_certificate')), '2026-10-01', true, '13 in +study_certificate sfi', '13 comes before 14, which gives the occupation'),
  (also(studies('sfi'), studies('introductory_programme', '2024-08-20', '2026-01-10')), '2026-10-01', true, '13 in +dropout_introductory sfi', '13 comes before 14, also after an introductory programme'),
  -- 14 SFI
  (studies('sfi', '2026-08-18'), '2026-08-17', true, '15 in +no_upper_secondary', '14: the day before SFI'),
  (studies('sfi', '2026-08-18'), '2026-08-18', true, '14 in +no_upper_secondary sfi', '14: from its first day'),
  (studies('sfi', '2026-01-18', '2026-06-10'), '2026-06-10', true, '14 in +no_upper_secondary sfi', '14: to its last'),
  (studies('sfi', '2026-01-18', '2026-06-10'), '2026-06-11', true, '15 in +no_upper_secondary', '14: and no longer'),
  -- 15 anything else; its reasons
  ('{}', '2026-10-01', false, '15 in +no_upper_secondary', '15: never in upper secondary'),
  (school(null), '2026-10-01', false, '15 in +unknown', '15: the history is missing'),
  (school(null) || studies('komvux', '2025-01-10', '2025-06-10'), '2026-10-01', false, '15 in +no_upper_secondary', '15: known by an enrolment'),
  (studies('international_baccalaureate', '2024-08-20', '2025-06-10'), '2026-10-01', false, '15 in +unknown', '15: left the IB, which no reason names'),
  (lives('resident', '0180', '2024-06-14') || school(null), '2026-10-01', false, '15 in +unknown', '15: arrived the day before compulsory school normally ends'),
  (lives('resident', '0180', '2024-06-15') || school(null), '2026-10-01', false, '15 in +unknown', '15: arrived on the day'),
  (lives('resident', '0180', '2024-06-16') || school(null), '2026-10-01', false, '15 in +newly_registered', '15: arrived the day after'),
  (lives('resident', '0180', '2026-10-01') || school(null), '2026-10-01', false, '15 in +newly_registered', '15: arrived today'),
  (lives('resident', '0180', '2025-02-01') || school(null) || studies('komvux', '2025-03-01', '2025-06-01'), '2026-10-01', false, '15 in +no_upper_secondary', '15: arrived, and has been enrolled here'),
  -- The new cohort: held back until newCohortFrom, 1 September
  (school('2026-06-12'), '2026-06-12', false, '15 in +no_upper_secondary held', 'cohort: who ended today'),
  (school('2026-06-12'), '2026-08-31', false, '15 in +no_upper_secondary held', 'cohort: the day before newCohortFrom'),
  (school('2026-06-12'), '2026-09-01', false, '15 in +no_upper_secondary', 'cohort: on it'),
  (school('2026-06-12'), '2026-09-02', false, '15 in +no_upper_secondary', 'cohort: the day after'),
  (school('2026-06-12'), '2026-08-31', true, '15 in +no_upper_secondary', 'cohort: not who has been registered'),
  (school('2025-06-12'), '2026-08-31', false, '15 in +no_upper_secondary', 'cohort: nor who ended a year before'),
  (school('2026-01-01'), '2026-03-01', false, '15 in +no_upper_secondary held', 'cohort: ended on the first day of the spring'),
  (school('2025-12-31'), '2026-03-01', false, '15 in +no_upper_secondary', 'cohort: ended the day before'),
  (school('2026-06-30') || born('2009-05-10'), '2026-08-31', false, '15 in +no_upper_secondary held', 'cohort: ended on the last day of June'),
  (school('2026-07-01') || born('2009-05-10'), '2026-08-31', false, '15 in +no_upper_secondary', 'cohort: ended after the spring'),
  (school(null) || born('2010-05-10'), '2026-08-31', false, '15 in +unknown held', 'cohort: no day given, 15 June is this spring'),
  (school(null) || born('2009-05-10'), '2026-08-31', false, '15 in +unknown', 'cohort: or that of a year before'),
  (school('2026-06-12') || studies('sfi', '2026-08-18'), '2026-08-31', false, '14 in +no_upper_secondary sfi held', 'cohort: rule 14 alike'),
  (school('2026-06-12') || studies('komvux', '2026-08-18'), '2026-08-31', false, '11 in +no_upper_secondary komvux held', 'cohort: rule 11 alike'),
  (school('2026-06-12') || studies('national_programme', '2026-08-18', '2026-08-25'), '2026-08-31', false, '13 in +dropout', 'cohort: not a drop-out'),
  (also(school('2026-06-12'), holds('study_certificate')), '2026-08-31', false, '13 in +study_certificate', 'cohort: nor a study certificate'),
  (born('2010-05-10') || school(null) || lives('resident', '0180', '2026-06-16'), '2026-08-31', false, '15 in +newly_registered', 'cohort: nor an arrival'),
  (born('2010-05-10') || school(null) || lives('resident', '0180', '2026-06-15') || studies('sfi', '2026-08-18'), '2026-08-31', false, '14 in +no_upper_secondary sfi held', 'cohort: arrived while it lasted'),
  (born('2010-05-10') || school(null) || lives('resident', '0180', '2026-06-16') || studies('sfi', '2026-08-18'), '2026-08-31', false, '14 in +no_upper_secondary sfi', 'cohort: nor an arrival who studies'),
  (school('2026-06-12') || lives('resident', '0126'), '2026-08-31', false, '3 out -moved', 'cohort: and out is out');
select is(made.says(c.person, c.as_of, c.registered), c.wanted, c.why) from cases c order by c.n;
select is(array(select distinct split_part(c.wanted, ' ', 1)::int from cases c order by 1), array(select generate_series(0, 15)), 'every rule decides somewhere');
select is((select t.held_back from base.target_group(made.person('{"compulsorySchoolEnded": "2026-06-12"}'), '0180', d, base.default_policy() || '{"newCohortFrom": "08-15"}', false) t),
          d < '2026-08-15', 'the date of the cohort is the municipality''s: ' || d)
from unnest(array['2026-08-14', '2026-08-15', '2026-08-16']::date[]) d;

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
