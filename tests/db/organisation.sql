-- Organisation as data: what the rules of municipalities, units, districts, recipients and code lists refuse.
begin;
select no_plan();

select base.enter('0980', 'admin', 'test', null, 'configuration:read configuration:write', null, null, null, null, null, null);
insert into base.municipalities (name) values ('Provstad');
insert into base.units (id, name, administration, is_default) values ('00000000-0000-4000-8000-000000000001', 'Laget', 'education', true),
  ('00000000-0000-4000-8000-000000000002', 'Andra', 'labour_market', false);
select base.enter('0981', 'admin', 'test', null, 'configuration:read configuration:write', null, null, null, null, null, null);
insert into base.municipalities (name) values ('Grannstad');
insert into base.units (id, name, administration) values ('00000000-0000-4000-8000-000000000009', 'Grannens', 'education');

-- Policy --------------------------------------------------------------------------------------------

select is(base.policy_fault(base.default_policy()), null, 'the defaults are a right policy');
select is(base.policy_fault('{}'), null, 'no decisions of one''s own are right');
select is(base.policy_fault(p::jsonb), m, m || ' ' || p) from (values
  ('{"newCohortFrom": "13-01"}', 'newCohortFrom'), ('{"massLetterDate": "02-29"}', 'massLetterDate'),
  ('{"restartOn": "1-15"}', 'restartOn'), ('{"massLetterDate": 915}', 'massLetterDate'),
  ('{"firstContactWithin": "1 month"}', 'firstContactWithin'), ('{"phoneAfter": "P"}', 'phoneAfter'),
  ('{"phoneAfter": "P0D"}', 'phoneAfter'), ('{"phoneInterval": "PT3H"}', 'phoneInterval'),
  ('{"furtherLetterAfter": "P3Y"}', 'furtherLetterAfter'), ('{"doorCardAfter": "-P1D"}', 'doorCardAfter'),
  ('{"visitNoticeMin": "P5D", "visitNoticeMax": "P4D"}', 'visitNoticeMax'), ('{"visitNoticeMax": "P2D"}', 'visitNoticeMax'),
  ('{"visitNoticeMin": "P15D"}', 'visitNoticeMin'),
  ('{"addressNotificationWithin": null}', 'addressNotificationWithin'), ('{"phoneTries": 0}', 'phoneTries'),
  ('{"phoneTries": 2.5}', 'phoneTries'), ('{"furtherLetters": 2}', 'furtherLetters'),
  ('{"importBrakeFrom": 0}', 'importBrakeFrom'), ('{"importMaxEndedPercent": 101}', 'importMaxEndedPercent'), ('{"importMaxRejectedPercent": -1}', 'importMaxRejectedPercent'),
  ('{"importMinRows": 99999999999}', 'importMinRows'), ('{"smallCellThreshold": 2}', 'smallCellThreshold'),
  ('{"retentionMonths": "24"}', 'retentionMonths'), ('{"guardianConsent": "none"}', 'guardianConsent'),
  ('{"functionsOff": ["youths"]}', 'functionsOff'), ('{"functionsOff": "sip-requests"}', 'functionsOff'),
  ('{"unheardOf": 1}', 'unheardOf')) wrong (p, m);
select is(base.policy_fault(p::jsonb), null, 'right: ' || p) from (values
  ('{"phoneAfter": "P2W"}'), ('{"firstContactWithin": "P1M15D"}'), ('{"visitNoticeMin": "P14D"}'),
  ('{"functionsOff": ["sip-requests", "disclosures"]}'), ('{"smallCellThreshold": 50}')) fine (p);
select throws_ok($$update base.municipalities set policy = '{"phoneAfter": "ten"}' where municipality = '0980'$$, 'KA422', 'policy-wrong',
                 'a wrong policy is refused with the member''s name');
alter table base.municipalities disable trigger check_policy;
select throws_like($$update base.municipalities set policy = '{"phoneAfter": "ten"}' where municipality = '0980'$$, '%"policy_wrong"%',
                   'and by the constraint');
select throws_like($$update base.municipalities set policy = '[]' where municipality = '0980'$$, '%"policy_wrong"%', 'a policy is an object');
alter table base.municipalities enable trigger check_policy;

-- The service's own role ----------------------------------------------------------------------------

set local role kaa_service;
select base.enter('0980', 'admin', 'test', null, 'configuration:read configuration:write', null, null, null, null, null, null);

select results_eq('select code from api.municipalities', array['0980'], 'one sees the own municipality alone');
select results_eq('select name from api.units order by 1', array['Andra', 'Laget'], 'and its units');
update edit.units set name = 'Kapad' where id = '00000000-0000-4000-8000-000000000009';
select throws_ok($$delete from base.units$$, '42501', null, 'nothing is deleted: units');
select throws_ok($$delete from base.districts$$, '42501', null, 'nothing is deleted: districts');
select throws_ok($$delete from base.recipients$$, '42501', null, 'nothing is deleted: recipients');
select throws_ok($$update base.codes set sv = 'x'$$, '42501', null, 'codes are not for the service to change');
select throws_ok($$insert into base.units (municipality, name, administration) values ('0981', 'Smyg', 'education')$$, '42501', null,
                 'nothing is put into another municipality');

select throws_like($$insert into edit.units (id, name, administration, "default") values (gen_random_uuid(), 'Två', 'education', true)$$,
                   '%"one_default_unit"%', 'one default unit');
select throws_like($$insert into edit.units (id, name, administration) values (gen_random_uuid(), 'Fel', 'police')$$,
                   '%administration%', 'a unit belongs to an administration');
select throws_like($$insert into edit.units (id, name, administration, "validFrom", "validTo") values (gen_random_uuid(), 'Bak', 'education', '2026-02-01', '2026-01-01')$$,
                   '%"valid_to_before_valid_from"%', 'a unit does not end before it begins');

insert into edit.districts (id, name, slug, "unitId") values ('00000000-0000-4000-8000-000000000011', 'Ett', 'ett', '00000000-0000-4000-8000-000000000002');
select throws_like($$insert into edit.districts (id, name, slug) values (gen_random_uuid(), 'Dubbel', 'ett')$$, '%"district_slug_taken"%', 'slugs are unique');
select throws_like($$insert into edit.districts (id, name, slug) values (gen_random_uuid(), 'Stor', 'Stor')$$, '%"slug_wrong"%', 'slugs are for machines');
select throws_like($$insert into edit.districts (id, name, slug, "validFrom", "validTo") values (gen_random_uuid(), 'Bak', 'bak', '2026-02-01', '2026-01-01')$$,
                   '%"valid_to_before_valid_from"%', 'a district does not end before it begins');
select throws_like($$insert into edit.districts (id, name, slug, "unitId") values (gen_random_uuid(), 'Hos grannen', 'granne', '00000000-0000-4000-8000-000000000009')$$,
                   '%"districts_unit_id_fkey"%', 'a unit of another municipality is none');

select throws_like($$insert into edit.recipients (id, name, kind, "requiresConsent") values (gen_random_uuid(), 'Utan grund', 'adult_unit', false)$$,
                   '%"disclosure_ground_missing"%', 'without consent there must be a ground');
select throws_like(format($$insert into edit.recipients (id, name, kind) values (gen_random_uuid(), 'Öppen', %L)$$, kind),
                   '%"sensitive_kind"%', kind || ' is sensitive')
from unnest(array['addiction_care', 'psychiatry', 'honour_violence_centre', 'social_intervention_group', 'lss_services']) kind;
select throws_like($$insert into edit.recipients (id, name, kind, system) values (gen_random_uuid(), 'System', 'job_centre', 'VERA 2')$$,
                   '%"system_wrong"%', 'a system has a plain name');
select throws_like($$insert into edit.recipients (id, name, kind, "unitId") values (gen_random_uuid(), 'Granne', 'job_centre', '00000000-0000-4000-8000-000000000009')$$,
                   '%"recipients_unit_id_fkey"%', 'a recipient''s unit is the municipality''s own');
select throws_like($$insert into edit.recipients (id, name, kind, "validFrom", "validTo") values (gen_random_uuid(), 'Bak', 'other', '2026-02-01', '2026-01-01')$$,
                   '%"valid_to_before_valid_from"%', 'a recipient does not end before it begins');
select throws_like($$insert into edit.recipients (id, name, kind) values (gen_random_uuid(), 'Slag', 'police')$$, '%kind%', 'a recipient is of a known kind');
select lives_ok($$insert into edit.recipients (id, name, kind, sensitive) values (gen_random_uuid(), 'Mini', 'addiction_care', true)$$, 'a sensitive one');

reset role;
select is(name, 'Grannens', 'another municipality''s unit stays as it was') from base.units where id = '00000000-0000-4000-8000-000000000009';

-- Youths follow their district's unit ---------------------------------------------------------------

insert into base.youths (id, birth_date, given_name, family_name, protection, district_id) values
  ('00000000-0000-4000-8000-000000000021', '2009-01-01', 'A', 'B', 'none', '00000000-0000-4000-8000-000000000011'),
  ('00000000-0000-4000-8000-000000000022', '2009-01-01', 'A', 'C', 'confidentiality_marking', '00000000-0000-4000-8000-000000000011'),
  ('00000000-0000-4000-8000-000000000023', '2009-01-01', 'A', 'D', 'none', null);
select is(unit_id, case right(id::text, 1) when '3' then '00000000-0000-4000-8000-000000000001' else '00000000-0000-4000-8000-000000000002' end::uuid,
          'the district''s unit, or the default one') from base.youths where municipality = '0980' order by id;
set local role kaa_service;
update edit.districts set "unitId" = '00000000-0000-4000-8000-000000000001' where id = '00000000-0000-4000-8000-000000000011';
reset role;
select is(count(*), 3::bigint, 'all follow to the new unit, also whom the administrator does not see')
from base.youths where unit_id = '00000000-0000-4000-8000-000000000001';
update base.units set is_default = false where id = '00000000-0000-4000-8000-000000000001';
update base.units set is_default = true where id = '00000000-0000-4000-8000-000000000002';
select is(unit_id, '00000000-0000-4000-8000-000000000002'::uuid, 'who has no district follows the default unit')
from base.youths where id = '00000000-0000-4000-8000-000000000023';

-- Organisation over time ----------------------------------------------------------------------------

-- In Flyttstad: districts Rinken (1) and Spången (2) become Järvan (3) on 1 July 2026; Farst (4) stays.
create function pg_temp.o(n int) returns uuid language sql immutable
return ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid;
create function pg_temp.on_day(day text) returns void language sql
return base.enter('0982', 'admin', 'test', null, 'configuration:read configuration:write', null, null, null, null, null, day || 'T08:00:00Z');
-- What a statement is refused with, and where; 'done' when it is not. Nothing of it stays.
create function pg_temp.said(statement text) returns text language plpgsql as $$
declare
  rule text;
  code text;
  place text;
begin
  execute statement;
  raise exception using errcode = 'XX999';
exception when others then
  get stacked diagnostics rule = constraint_name, code = message_text, place = pg_exception_detail;
  return case when sqlstate = 'XX999' then 'done'
    else coalesce(nullif(rule, ''), code) || case when place like '{%' then ' ' || (place::jsonb ->> 'pointer') else '' end end;
end $$;
-- Where a youth has belonged: district/unit since when.
create function pg_temp.places(youth int) returns text language sql
return (select string_agg(coalesce(d.slug, '-') || '/' || coalesce(u.name, '-') || ' ' || case when p.from_date <= '2026-01-01' then '' else to_char(p.from_date, 'MM-DD') end
                          || '..' || coalesce(to_char(p.to_date, 'MM-DD'), ''), ', ' order by p.from_date)
        from base.district_periods p left join base.districts d on d.id = p.district_id left join base.units u on u.id = p.unit_id
        where p.youth_id = pg_temp.o(youth));
create function pg_temp.serving(district int) returns text language sql
return (select string_agg(u.name || ' ' || s.from_date, ', ' order by s.from_date) from base.serving_periods s join base.units u on u.id = s.unit_id
        where s.municipality = '0982' and s.district_id is not distinct from pg_temp.o(district));

select pg_temp.on_day('2026-01-01');
insert into base.municipalities (name) values ('Flyttstad');
insert into base.units (id, name, administration, is_default, valid_from, valid_to) values
  (pg_temp.o(21), 'Norr', 'education', false, '2000-01-01', null), (pg_temp.o(22), 'Syd', 'education', true, '2000-01-01', null),
  (pg_temp.o(23), 'Nytt', 'education', false, '2026-07-01', null), (pg_temp.o(24), 'Förr', 'education', false, '2000-01-01', '2020-12-31');
insert into base.districts (id, name, slug, unit_id, valid_from) values
  (pg_temp.o(1), 'Rinken', 'rinken', pg_temp.o(21), '2007-01-01'), (pg_temp.o(2), 'Spången', 'spangen', pg_temp.o(21), '2007-01-01'),
  (pg_temp.o(3), 'Järvan', 'jarvan', pg_temp.o(21), '2026-07-01'), (pg_temp.o(4), 'Farst', 'farst', null, '2007-01-01'),
  (pg_temp.o(5), 'Sist', 'sist', null, '2026-12-01');
insert into base.districts (id, name, slug, valid_to) values (pg_temp.o(6), 'Förr', 'forr', '2020-12-31');
insert into base.youths (id, birth_date, given_name, family_name, district_id)
select pg_temp.o(100 + n), '2009-05-05', 'A', 'B', pg_temp.o(d) from (values (1, 1), (2, 2), (3, 2), (4, 4), (5, null), (6, 1)) y (n, d);

select pg_temp.on_day('2026-06-15');
select is(pg_temp.said(s), r, n) from (values
  ($$update base.districts set replaced_by = pg_temp.o(3) where id = pg_temp.o(1)$$, 'replaced_by_without_valid_to', 'what is replaced has a last day'),
  ($$update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(1) where id = pg_temp.o(1)$$, 'successor-not-in-force /replacedBy', 'nothing replaces itself'),
  ($$update base.districts set valid_to = '2026-06-29', replaced_by = pg_temp.o(3) where id = pg_temp.o(1)$$, 'successor-not-in-force /replacedBy', 'there is no day between'),
  ($$update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(6) where id = pg_temp.o(1)$$, 'successor-not-in-force /replacedBy', 'what is retired replaces nothing'),
  ($$update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(77) where id = pg_temp.o(1)$$, 'districts_replaced_by_fkey', 'a successor exists'),
  ($$update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(21) where id = pg_temp.o(1)$$, 'districts_replaced_by_fkey', 'and is a district'),
  ($$update base.districts set valid_to = '2026-06-30', replaced_by = '00000000-0000-4000-8000-000000000011' where id = pg_temp.o(1)$$, 'districts_replaced_by_fkey', 'of the same municipality'),
  ($$update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(3) where id = pg_temp.o(1)$$, 'done', 'a merger ahead of its day'),
  ($$update base.districts set valid_to = '2026-05-14', replaced_by = pg_temp.o(4) where id = pg_temp.o(1)$$, 'retired-too-long-ago /validTo', 'a last day of 32 days ago, where youths have lived since'),
  ($$update base.districts set valid_to = '2026-05-15', replaced_by = pg_temp.o(4) where id = pg_temp.o(1)$$, 'done', 'one of 31 days ago'),
  ($$update base.districts set valid_to = '2024-05-15' where id = pg_temp.o(1)$$, 'done', 'without a successor nobody moves'),
  ($$insert into base.districts (name, slug, valid_to, replaced_by) values ('Äldst', 'aldst', '2006-12-31', pg_temp.o(1))$$, 'done', 'history in which nobody lived'),
  ($$update base.units set valid_to = '2026-06-30' where id = pg_temp.o(22)$$, 'successor-missing /replacedBy', 'the default unit is not retired from its youths'),
  ($$update base.units set valid_to = '2026-06-30', replaced_by = pg_temp.o(23) where id = pg_temp.o(22)$$, 'done', 'but it hands over'),
  ($$update base.units set valid_to = '2026-06-30' where id = pg_temp.o(21)$$, 'done', 'what another unit served falls to the default one'),
  ($$insert into base.units (name, administration, is_default, valid_from, valid_to) values ('Förr', 'education', true, '1990-01-01', '1999-12-31')$$, 'done', 'a default unit of other days'),
  ($$insert into base.units (name, administration, is_default, valid_from, valid_to) values ('Förr', 'education', true, '1990-01-01', '2000-01-01')$$, 'one_default_unit', 'but one a day'),
  ($$insert into base.districts (name, slug, unit_id) values ('X', 'x', pg_temp.o(24))$$, 'unit-not-in-force /unitId', 'a retired unit serves no district'),
  ($$insert into base.districts (name, slug, unit_id) values ('X', 'x', pg_temp.o(23))$$, 'unit-not-in-force /unitId', 'nor does one of the future'),
  ($$insert into base.districts (name, slug, unit_id, valid_from) values ('X', 'x', pg_temp.o(23), '2026-07-01')$$, 'done', 'before the district is one, too'),
  ($$insert into base.districts (name, slug, unit_id, valid_to) values ('X', 'x', pg_temp.o(24), '2020-12-31')$$, 'done', 'what was, was'),
  ($$insert into base.recipients (name, kind, unit_id) values ('X', 'other', pg_temp.o(24))$$, 'unit-not-in-force /unitId', 'a recipient is no retired unit'),
  ($$insert into base.recipients (name, kind, district_id) values ('X', 'other', pg_temp.o(6))$$, 'district-not-in-force /districtId', 'nor does it serve a retired district'),
  ($$insert into base.recipients (name, kind, district_id) values ('X', 'other', pg_temp.o(3))$$, 'district-not-in-force /districtId', 'or one of the future'),
  ($$insert into base.recipients (name, kind, district_id, valid_from) values ('X', 'other', pg_temp.o(3), '2026-07-01')$$, 'done', 'before its own first day'),
  ($$insert into base.assignments (youth_id, staff, unit_id) values (pg_temp.o(101), 'x', pg_temp.o(24))$$, 'unit-not-in-force /unitId', 'nobody works for a retired unit'),
  ($$insert into base.assignments (youth_id, staff, unit_id, from_date, to_date) values (pg_temp.o(101), 'x', pg_temp.o(24), '2020-01-01', '2020-12-31')$$, 'done', 'but has'),
  ($$insert into base.assignments (youth_id, staff, unit_id, from_date, to_date) values (pg_temp.o(101), 'x', pg_temp.o(24), '2020-01-01', '2021-01-01')$$, 'unit-not-in-force /unitId', 'until its last day')
) w (s, r, n);
insert into base.assignments (id, youth_id, staff, from_date, to_date) values (pg_temp.o(301), pg_temp.o(101), 'x', '2026-02-01', '2026-02-28'),
  (pg_temp.o(302), pg_temp.o(101), 'x', '2026-04-01', null), (pg_temp.o(303), pg_temp.o(101), 'y', '2026-02-10', null), (pg_temp.o(304), pg_temp.o(102), 'x', '2026-02-10', null);
select is(pg_temp.said(format($$insert into base.assignments (youth_id, staff, from_date, to_date) values (pg_temp.o(101), 'x', %L, %L)$$, f, t)), r,
          'the same staff from ' || f || coalesce(' to ' || t, ''))
from (values ('2026-02-28', '2026-03-05', 'assignments_overlap'), ('2026-03-01', '2026-03-31', 'done'), ('2026-03-01', '2026-04-01', 'assignments_overlap'),
             ('2026-03-01', null, 'assignments_overlap'), ('2027-01-01', null, 'assignments_overlap'), ('2026-01-01', '2026-01-31', 'done')) a (f, t, r);

-- Ahead of its day
update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(3) where id = pg_temp.o(1);
select is(pg_temp.places(101), 'rinken/Norr ..', 'until the last day nobody moves');
select is(base.follow_organisation('0982'), '{"moved": 0}', 'nor in the nights before');
select pg_temp.on_day('2026-06-30');
select is(base.follow_organisation('0982'), '{"moved": 0}', 'the last day is the district''s own');
select pg_temp.on_day('2026-07-01');
insert into base.youths (id, birth_date, given_name, family_name, district_id) values (pg_temp.o(107), '2009-05-05', 'A', 'B', pg_temp.o(1));
select is(pg_temp.places(107), 'jarvan/Norr 07-01..', 'who comes in the morning of the merger is in the new one');
select is(base.follow_organisation('0982'), '{"moved": 2}', 'the night moves those who lived there');
select is(base.follow_organisation('0982'), '{"moved": 0}', 'once');
select is((select array_agg(cardinality(l.subjects)) from base.access_log l where l.municipality = '0982' and l.action = 'follow-organisation' and pg_temp.o(101) = any (l.subjects)), '{2}',
          'and says in the access log whom');
select is(pg_temp.places(101), 'rinken/Norr ..07-01, jarvan/Norr 07-01..', 'from the first day of the new one');
select is(district_id, pg_temp.o(3), 'and there they are') from base.youths where id = pg_temp.o(101);
select is((select count(*) from base.changes c where c.municipality = '0982' and c.id = pg_temp.o(101) and c.change = 'removed' and c.district_id = pg_temp.o(1)),
          1::bigint, 'the old district''s readers are told');
select ok(exists (select from base.nightly_steps where name = 'follow_organisation'), 'a step of every night');

-- Entered when it has passed; in between one has come to the district and one has left it
select pg_temp.on_day('2026-07-05');
update base.youths set district_id = pg_temp.o(4) where id = pg_temp.o(103);
update base.youths set district_id = pg_temp.o(2) where id = pg_temp.o(104);
select pg_temp.on_day('2026-07-10');
update base.districts set valid_to = '2026-06-30', replaced_by = pg_temp.o(3) where id = pg_temp.o(2);
select is(pg_temp.places(102), 'spangen/Norr ..07-01, jarvan/Norr 07-01..', 'counted from the day it was');
select is(pg_temp.places(103), 'spangen/Norr ..07-01, jarvan/Norr 07-01..07-05, farst/Syd 07-05..', 'also for who has left since');
select is(pg_temp.places(104), 'farst/Syd ..07-05, jarvan/Norr 07-05..', 'and for who has come');
select is(pg_temp.said($$update base.districts set valid_from = '2026-07-02' where id = pg_temp.o(3)$$), 'successor-not-in-force /validTo', 'a successor begins in time');
select is(pg_temp.said($$update base.districts set valid_to = '2026-12-31', replaced_by = pg_temp.o(1) where id = pg_temp.o(3)$$), 'successor-not-in-force /replacedBy',
          'and is not replaced by what it replaced');

-- A successor that is replaced in its turn, before the night has come
update base.districts set valid_to = '2026-11-30', replaced_by = pg_temp.o(5) where id = pg_temp.o(3);
-- nights may have failed for longer than a last day may be entered late: that stops nobody else's change
select pg_temp.on_day('2027-01-20');
select is(pg_temp.said($$update base.districts set unit_id = pg_temp.o(21) where id = pg_temp.o(4)$$), 'done', 'another district''s change');
select pg_temp.on_day('2026-12-10');
insert into base.youths (id, birth_date, given_name, family_name, district_id) values (pg_temp.o(108), '2009-05-05', 'A', 'B', pg_temp.o(2));
select is(district_id, pg_temp.o(5), 'all the way') from base.youths where id = pg_temp.o(108);
select base.follow_organisation('0982');
select is(pg_temp.places(102), 'spangen/Norr ..07-01, jarvan/Norr 07-01..12-01, sist/Syd 12-01..', 'each for its time');
select is(count(*), 0::bigint, 'nobody is left in what is retired') from base.youths y join base.districts d on d.id = y.district_id
where y.municipality = '0982' and d.valid_to < '2026-12-10';

-- Units: a district changes its unit from today; a retired unit hands over from the day after
select pg_temp.on_day('2026-12-15');
update base.districts set unit_id = pg_temp.o(21) where id = pg_temp.o(5);
select is(pg_temp.places(104), 'farst/Syd ..07-05, jarvan/Norr 07-05..12-01, sist/Syd 12-01..12-15, sist/Norr 12-15..', 'another unit from today');
select is(pg_temp.serving(5), 'Syd -infinity, Norr 2026-12-15', 'and it is known who served the district when');
update base.units set valid_to = '2026-12-12', replaced_by = pg_temp.o(23) where id = pg_temp.o(22);
select is(pg_temp.places(103), 'spangen/Norr ..07-01, jarvan/Norr 07-01..07-05, farst/Syd 07-05..12-13, farst/Nytt 12-13..', 'a unit''s successor serves its districts');
select is(pg_temp.places(105), '-/Syd ..12-13, -/Nytt 12-13..', 'and those without one, when it was the default');
select is(pg_temp.places(104), 'farst/Syd ..07-05, jarvan/Norr 07-05..12-01, sist/Syd 12-01..12-13, sist/Nytt 12-13..12-15, sist/Norr 12-15..', 'also for days between');
select is(pg_temp.serving(null), 'Syd -infinity, Nytt 2026-12-13', 'known of the default unit, too');
update base.units set valid_to = '2026-12-14' where id = pg_temp.o(21);
select is(pg_temp.places(102), 'spangen/Norr ..07-01, jarvan/Norr 07-01..12-01, sist/Syd 12-01..12-13, sist/Nytt 12-13..12-15, sist/Nytt 12-15..', 'without a successor to the default unit');
select is(count(*), 0::bigint, 'nobody is without a unit') from base.youths y where y.municipality = '0982' and y.unit_id is null;
select is(pg_temp.said($$update base.units set valid_to = '2026-12-31' where id = pg_temp.o(23)$$), 'successor-missing /replacedBy', 'the last one stays');

-- The register's word for a district
select is((select d.slug from base.districts d where d.id = base.successor('0982', pg_temp.o(1), day::date)), slug, 'Rinken on ' || day)
from (values ('2026-06-30', 'rinken'), ('2026-07-01', 'jarvan'), ('2026-11-30', 'jarvan'), ('2026-12-01', 'sist')) w (day, slug);
select is(base.in_force('0982', pg_temp.o(1), day::date), good, 'in force on ' || day)
from (values ('2006-12-31', false), ('2007-01-01', true), ('2026-06-30', true), ('2026-07-01', false)) w (day, good);
select is(base.in_force('0982', pg_temp.o(77), '2026-01-01'), null, 'an absent one is neither in force nor not');
select is(base.in_force('0981', pg_temp.o(4), '2026-01-01'), null, 'another municipality''s is absent');

-- Code lists are what the constraints allow ---------------------------------------------------------

select set_eq(
  format($$select c.code from base.codes c where c.list = %L$$, list),
  format($$select m[1] from pg_constraint k, regexp_matches(pg_get_constraintdef(k.oid), '''([a-z0-9_]+)''::text', 'g') m
           where k.conrelid = %L::regclass and k.contype = 'c' and k.conname = %L$$, 'base.' || tbl, tbl || '_' || col || '_check'),
  list || ' has the codes of ' || tbl || '.' || col)
from (values
  ('registration-reasons', 'registrations', 'reason'), ('exit-reasons', 'registrations', 'exit_reason'),
  ('registration-statuses', 'registrations', 'status'), ('occupations', 'occupations', 'code'),
  ('occupations', 'measures', 'occupation_after'), ('outreach-channels', 'outreach_attempts', 'channel'),
  ('outreach-purposes', 'outreach_attempts', 'purpose'), ('outreach-attempt-statuses', 'outreach_attempts', 'status'),
  ('outreach-steps', 'outreach_state', 'step'), ('measure-types', 'measures', 'type'), ('measure-statuses', 'measures', 'status'),
  ('measure-end-reasons', 'measures', 'end_reason'), ('recipient-kinds', 'recipients', 'kind'), ('administrations', 'units', 'administration'),
  ('sexes', 'youths', 'sex'), ('protections', 'youths', 'protection'), ('youth-statuses', 'youths', 'status'),
  ('consent-purposes', 'consents', 'purpose'), ('consent-media', 'consents', 'medium'), ('referral-statuses', 'referrals', 'status'),
  ('sip-request-statuses', 'sip_requests', 'status'), ('import-statuses', 'imports', 'status'),
  ('concern-report-statuses', 'concern_reports', 'status'),
  ('outreach-batch-statuses', 'outreach_batches', 'status'), ('incoming-referral-statuses', 'incoming_referrals', 'status')) l (list, tbl, col);
select is(count(*), 0::bigint, 'every code has words') from base.codes where length(trim(sv)) = 0 or length(trim(en)) = 0;

-- Whether a unit may be retired does not tell whether somebody, perhaps hidden, lives where it serves
select base.enter('0984', 'admin', 'test', null, 'configuration:read configuration:write', null, null, null, null, null, '2026-06-15T08:00:00Z');
insert into base.municipalities (name) values ('Nystad');
insert into base.units (id, name, administration, is_default) values (pg_temp.o(401), 'Alla', 'labour_market', true);
select is(pg_temp.said($$update base.units set valid_to = '2026-12-31' where id = pg_temp.o(401)$$), 'successor-missing /replacedBy', 'the default unit stays, also where nobody lives');

select finish();
rollback;
