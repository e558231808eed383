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
  ('{"addressNotificationWithin": null}', 'addressNotificationWithin'), ('{"phoneTries": 0}', 'phoneTries'),
  ('{"phoneTries": 2.5}', 'phoneTries'), ('{"furtherLetters": 2}', 'furtherLetters'),
  ('{"importMaxEndedPercent": 101}', 'importMaxEndedPercent'), ('{"importMaxRejectedPercent": -1}', 'importMaxRejectedPercent'),
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
  ('sip-request-statuses', 'sip_requests', 'status'), ('import-statuses', 'imports', 'status')) l (list, tbl, col);
select is(count(*), 0::bigint, 'every code has words') from base.codes where length(trim(sv)) = 0 or length(trim(en)) = 0;

select finish();
rollback;
