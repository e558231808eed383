-- Organisation as data: municipalities with their policy, districts, units, recipients, code lists.

create table base.municipalities (
  like base.standard including defaults,
  code text not null generated always as (municipality) stored,
  name text not null check (length(name) between 1 and 100),
  policy jsonb not null default '{}',
  primary key (municipality),
  unique (municipality, id)
);

-- What a municipality has not decided for itself. The intervals are assumptions (see the handbook of the
-- municipality); durations are ISO 8601, days of the year MM-DD.
create function base.default_policy() returns jsonb language sql immutable parallel safe
return '{
  "newCohortFrom": "09-01", "massLetterDate": "09-15", "restartOn": "01-15", "firstContactWithin": "P1M",
  "phoneAfter": "P10D", "phoneTries": 3, "phoneInterval": "P3D", "furtherLetters": 1, "furtherLetterAfter": "P7D",
  "doorCardAfter": "P14D", "visitNoticeMin": "P3D", "visitNoticeMax": "P14D", "addressNotificationWithin": "P7D",
  "importMaxEndedPercent": 10, "importMinRows": 0, "importMaxRejectedPercent": 5,
  "guardianConsent": "one", "smallCellThreshold": 5, "retentionMonths": 24, "functionsOff": []
}'::jsonb;

-- True for a day of every year, MM-DD.
create function base.is_day_of_year(day text) returns boolean language sql immutable parallel safe
return day ~ '^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))$';

-- True for an ISO 8601 duration of whole days, weeks, months and years, of one day to two years.
create function base.is_duration(duration text) returns boolean language sql immutable parallel safe
return case when duration ~ '^P([0-9]{1,2}Y)?([0-9]{1,2}M)?([0-9]{1,3}W)?([0-9]{1,3}D)?$' and duration <> 'P'
       then duration::interval between interval '1 day' and interval '2 years' else false end;

create function base.is_count(value jsonb, low int, high int) returns boolean language sql immutable parallel safe
return case when jsonb_typeof(value) = 'number' and value #>> '{}' ~ '^[0-9]{1,7}$'
       then (value #>> '{}')::int between low and high else false end;

-- The first member of a policy that is unknown or wrong; null when all are right.
create function base.policy_fault(policy jsonb) returns text language sql immutable parallel safe
return (
  select member.key
  from jsonb_each(policy) member, lateral (select case when jsonb_typeof(member.value) = 'string' then member.value #>> '{}' end as word) v
  where not coalesce(case
    when member.key in ('newCohortFrom', 'massLetterDate', 'restartOn') then base.is_day_of_year(v.word)
    when member.key in ('firstContactWithin', 'phoneAfter', 'phoneInterval', 'furtherLetterAfter', 'doorCardAfter',
                        'visitNoticeMin', 'addressNotificationWithin') then base.is_duration(v.word)
    when member.key = 'visitNoticeMax' then base.is_duration(v.word)
      and v.word::interval >= coalesce(policy ->> 'visitNoticeMin', base.default_policy() ->> 'visitNoticeMin')::interval
    when member.key = 'phoneTries' then base.is_count(member.value, 1, 20)
    when member.key = 'furtherLetters' then base.is_count(member.value, 0, 1)
    when member.key in ('importMaxEndedPercent', 'importMaxRejectedPercent') then base.is_count(member.value, 0, 100)
    when member.key = 'importMinRows' then base.is_count(member.value, 0, 1000000)
    when member.key = 'smallCellThreshold' then base.is_count(member.value, 3, 50)
    when member.key = 'retentionMonths' then base.is_count(member.value, 1, 1200)
    when member.key = 'guardianConsent' then v.word in ('one', 'all')
    when member.key = 'functionsOff' then jsonb_typeof(member.value) = 'array'
      and member.value <@ '["sip-requests", "concern-reports", "safety-notices", "outreach-pauses", "disclosures"]'::jsonb
    else false end, false)
  order by member.key limit 1);

-- Refuses with the member that is wrong; the constraint below it is what holds.
alter table base.municipalities add constraint policy_wrong
  check (jsonb_typeof(policy) = 'object' and base.policy_fault(policy) is null);
create function base.check_policy() returns trigger language plpgsql as $$
begin
  if base.policy_fault(new.policy) is not null then
    perform base.refuse(422, 'policy-wrong', jsonb_build_object('pointer', '/policy/' || base.policy_fault(new.policy)));
  end if;
  return new;
end $$;
create trigger check_policy before insert or update of policy on base.municipalities
  for each row when (jsonb_typeof(new.policy) = 'object') execute function base.check_policy();

-- The policy in force for the caller's municipality: its own decisions over the defaults.
create function base.policy() returns jsonb language sql stable
return base.default_policy() || coalesce((select m.policy from base.municipalities m where m.municipality = base.municipality()), '{}');

create table base.units (
  like base.standard including defaults,
  name text not null check (length(name) between 1 and 100),
  administration text not null check (administration in ('labour_market', 'education', 'social_services', 'district')),
  is_default boolean not null default false,
  valid_from date not null default '2000-01-01',
  valid_to date,
  primary key (municipality, id),
  constraint valid_to_before_valid_from check (valid_to >= valid_from)
);
create unique index one_default_unit on base.units (municipality) where is_default and valid_to is null;

create table base.districts (
  like base.standard including defaults,
  name text not null check (length(name) between 1 and 100),
  slug text not null constraint slug_wrong check (slug ~ '^[a-z0-9-]{1,60}$'),
  unit_id uuid,
  valid_from date not null default '2000-01-01',
  valid_to date,
  primary key (municipality, id),
  constraint district_slug_taken unique (municipality, slug),
  constraint districts_unit_id_fkey foreign key (municipality, unit_id) references base.units (municipality, id),
  constraint valid_to_before_valid_from check (valid_to >= valid_from)
);

create table base.recipients (
  like base.standard including defaults,
  name text not null check (length(name) between 1 and 200),
  kind text not null check (kind in ('social_services', 'region_health_care', 'youth_clinic', 'addiction_care',
    'psychiatry', 'honour_violence_centre', 'social_intervention_group', 'lss_services',
    'public_employment_service', 'adult_education', 'folk_high_school', 'upper_secondary_school',
    'career_guidance_centre', 'job_centre', 'newcomer_service', 'tax_agency', 'adult_unit', 'other')),
  district_id uuid,
  unit_id uuid,
  sensitive boolean not null default false,
  requires_consent boolean not null default true,
  disclosure_ground text check (length(disclosure_ground) between 1 and 200),
  system text constraint system_wrong check (system ~ '^[a-z0-9-]{1,40}$'),
  respond_within_days int check (respond_within_days between 1 and 365),
  contact jsonb,
  valid_from date not null default '2000-01-01',
  valid_to date,
  primary key (municipality, id),
  constraint recipients_district_id_fkey foreign key (municipality, district_id) references base.districts (municipality, id),
  constraint recipients_unit_id_fkey foreign key (municipality, unit_id) references base.units (municipality, id),
  constraint disclosure_ground_missing check (requires_consent or disclosure_ground is not null),
  constraint sensitive_kind check (sensitive or kind not in ('addiction_care', 'psychiatry', 'honour_violence_centre',
    'social_intervention_group', 'lss_services')),
  constraint valid_to_before_valid_from check (valid_to >= valid_from)
);
create index recipients_system on base.recipients (municipality, system) where system is not null;

select base.guard('municipalities', 'configuration');
select base.guard('units', 'configuration');
select base.guard('districts', 'configuration');
select base.guard('recipients', 'configuration');

-- The recipients that the token speaks for: the ids it names and all with its system.
create function base.my_recipients() returns uuid[] language sql stable security definer set search_path = pg_catalog
return coalesce(nullif(current_setting('kaa.recipients', true), '')::uuid[], '{}')
  || array(select r.id from base.recipients r
           where r.municipality = base.municipality() and r.system = nullif(current_setting('kaa.recipient_system', true), ''));

-- The unit that serves a district, or the municipality's default unit.
create function base.unit_of(town text, district uuid) returns uuid language sql stable
return coalesce((select d.unit_id from base.districts d where d.municipality = town and d.id = district),
                (select u.id from base.units u where u.municipality = town and u.is_default and u.valid_to is null));

-- When a district changes its unit, or the municipality its default unit, the youths follow.
create function base.follow_units() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.youths y set district_id = y.district_id
  where y.municipality = new.municipality and y.unit_id is distinct from base.unit_of(y.municipality, y.district_id);
  return null;
end $$;
create trigger follow_units after update of unit_id on base.districts
  for each row when (new.unit_id is distinct from old.unit_id) execute function base.follow_units();
create trigger follow_units after insert or update of is_default, valid_to on base.units
  for each row execute function base.follow_units();

-- The code lists are the same for all; codes are retired, never deleted.
create table base.codes (
  list text not null check (list ~ '^[a-z][a-z-]{0,39}$'),
  code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  position int not null,
  sv text not null,
  en text not null,
  scb_codes jsonb not null default '{}', -- {"H2-2026": "…"}; official codes are not public here
  valid_from date not null default '2000-01-01',
  valid_to date,
  primary key (list, code),
  unique (list, position)
);
grant select on base.codes to kaa_service;

create view api.municipalities with (security_invoker) as
select m.id, m.version, m.created_at as "createdAt", m.created_by as "createdBy", m.modified_at as "modifiedAt",
       m.modified_by as "modifiedBy", m.code, m.name, base.default_policy() || m.policy as policy
from base.municipalities m;
create view edit.municipalities with (security_invoker) as
select id, code, name, policy from base.municipalities;

create view api.units with (security_invoker) as
select u.id, u.version, u.created_at as "createdAt", u.created_by as "createdBy", u.modified_at as "modifiedAt",
       u.modified_by as "modifiedBy", u.name, u.administration, u.is_default as "default",
       (select coalesce(array_agg(d.id order by d.name), '{}') from base.districts d
        where d.municipality = u.municipality and d.unit_id = u.id) as "districtIds",
       u.valid_from as "validFrom", u.valid_to as "validTo"
from base.units u;
create view edit.units with (security_invoker) as
select id, name, administration, is_default as "default", valid_from as "validFrom", valid_to as "validTo" from base.units;

create view api.districts with (security_invoker) as
select d.id, d.version, d.created_at as "createdAt", d.created_by as "createdBy", d.modified_at as "modifiedAt",
       d.modified_by as "modifiedBy", d.name, d.slug, d.unit_id as "unitId", d.valid_from as "validFrom", d.valid_to as "validTo"
from base.districts d;
create view edit.districts with (security_invoker) as
select id, name, slug, unit_id as "unitId", valid_from as "validFrom", valid_to as "validTo" from base.districts;

create view api.recipients with (security_invoker) as
select r.id, r.version, r.created_at as "createdAt", r.created_by as "createdBy", r.modified_at as "modifiedAt",
       r.modified_by as "modifiedBy", r.name, r.kind, r.district_id as "districtId", r.unit_id as "unitId", r.sensitive,
       r.requires_consent as "requiresConsent", r.disclosure_ground as "disclosureGround", r.system,
       r.respond_within_days as "respondWithinDays", r.contact, r.valid_from as "validFrom", r.valid_to as "validTo"
from base.recipients r;
create view edit.recipients with (security_invoker) as
select id, name, kind, district_id as "districtId", unit_id as "unitId", sensitive, requires_consent as "requiresConsent",
       disclosure_ground as "disclosureGround", system, respond_within_days as "respondWithinDays", contact,
       valid_from as "validFrom", valid_to as "validTo" from base.recipients;

create view api.code_lists with (security_invoker) as
select md5(c.list)::uuid as id, c.list as name,
       jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', c.code, 'sv', c.sv, 'en', c.en, 'validFrom', c.valid_from, 'validTo', c.valid_to))
                 order by c.position) as codes
from base.codes c group by c.list;

select base.publish(v) from unnest(array['api.municipalities', 'edit.municipalities', 'api.units', 'edit.units',
  'api.districts', 'edit.districts', 'api.recipients', 'edit.recipients', 'api.code_lists']) v;
