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
  "importMaxEndedPercent": 10, "importMaxRejectedPercent": 5, "importBrakeFrom": 2, "importMinRows": 0,
  "guardianConsent": "one", "smallCellThreshold": 5, "retentionMonths": 24, "preventiveMonths": 12,
  "functionsOff": []
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
                        'addressNotificationWithin') then base.is_duration(v.word)
    when member.key = 'visitNoticeMin' then base.is_duration(v.word)
      and (policy ? 'visitNoticeMax' or v.word::interval <= (base.default_policy() ->> 'visitNoticeMax')::interval)
    when member.key = 'visitNoticeMax' then base.is_duration(v.word)
      and v.word::interval >= coalesce(policy ->> 'visitNoticeMin', base.default_policy() ->> 'visitNoticeMin')::interval
    when member.key = 'phoneTries' then base.is_count(member.value, 1, 20)
    when member.key = 'furtherLetters' then base.is_count(member.value, 0, 1)
    when member.key in ('importMaxEndedPercent', 'importMaxRejectedPercent') then base.is_count(member.value, 0, 100)
    when member.key = 'importMinRows' then base.is_count(member.value, 0, 1000000)
    when member.key = 'importBrakeFrom' then base.is_count(member.value, 1, 1000)
    when member.key = 'smallCellThreshold' then base.is_count(member.value, 3, 50)
    when member.key = 'retentionMonths' then base.is_count(member.value, 1, 1200)
    when member.key = 'preventiveMonths' then base.is_count(member.value, 1, 60)
    when member.key = 'guardianConsent' then v.word in ('one', 'all')
    when member.key = 'functionsOff' then jsonb_typeof(member.value) = 'array'
      and member.value <@ to_jsonb(base.functions())
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
  replaced_by uuid, -- who takes over the day after valid_to
  primary key (municipality, id),
  constraint valid_to_before_valid_from check (valid_to >= valid_from),
  constraint replaced_by_without_valid_to check (replaced_by is null or valid_to is not null),
  constraint units_replaced_by_fkey foreign key (municipality, replaced_by) references base.units (municipality, id),
  constraint one_default_unit exclude using gist
    (municipality with =, daterange(valid_from, valid_to, '[]') with &&) where (is_default)
);

create table base.districts (
  like base.standard including defaults,
  name text not null check (length(name) between 1 and 100),
  slug text not null constraint slug_wrong check (slug ~ '^[a-z0-9-]{1,60}$'),
  unit_id uuid,
  valid_from date not null default '2000-01-01',
  valid_to date,
  replaced_by uuid, -- what it became a part of the day after valid_to
  primary key (municipality, id),
  constraint replaced_by_without_valid_to check (replaced_by is null or valid_to is not null),
  constraint districts_replaced_by_fkey foreign key (municipality, replaced_by) references base.districts (municipality, id),
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
revoke all on function base.my_recipients from public;
grant execute on function base.my_recipients to kaa_service;

-- Over time ---------------------------------------------------------------------------------------

create view base.organisation as
select municipality, id, valid_from, valid_to, replaced_by from base.districts
union all select municipality, id, valid_from, valid_to, replaced_by from base.units;

-- Whether a district or unit is valid on the day; null when there is none.
create function base.in_force(town text, part uuid, day date) returns boolean language plpgsql stable strict security definer
set search_path = pg_catalog as $$
begin
  return (select o.valid_from <= day and coalesce(o.valid_to >= day, true) from base.organisation o
          where o.municipality = town and o.id = part);
end $$;
revoke all on function base.in_force from public;
grant execute on function base.in_force to kaa_service;

-- The district or unit itself, or what has replaced it by the day.
create function base.successor(town text, part uuid, day date) returns uuid language plpgsql stable strict security definer
set search_path = pg_catalog as $$
declare
  next uuid := part;
begin
  while next is not null loop
    part := next;
    next := (select o.replaced_by from base.organisation o where o.municipality = town and o.id = part and o.valid_to < day);
  end loop;
  return part;
end $$;
revoke all on function base.successor from public;
grant execute on function base.successor to kaa_service;

-- The unit that serves a district on the day: the district's own or what replaced it, else the default one
-- (without a district: that); null when none is in force.
create function base.unit_of(town text, district uuid, day date default base.today()) returns uuid language plpgsql stable as $$
declare
  unit uuid := base.successor(town, (select d.unit_id from base.districts d where d.municipality = town and d.id = district), day);
begin
  if base.in_force(town, unit, day) then return unit; end if;
  unit := base.successor(town, (select u.id from base.units u where u.municipality = town and u.is_default and u.valid_from <= day
                                order by u.valid_from desc limit 1), day);
  return case when base.in_force(town, unit, day) then unit end;
end $$;

-- Who is replaced hands over to one that is in force the day after and outlives it. So last days grow along a
-- chain of successors, and none can lead back to where it began.
create function base.check_successor() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  good boolean;
begin
  if new.replaced_by is not null then
    -- locked, so that its own last day does not change meanwhile
    execute format('select valid_from <= $3 + 1 and coalesce(valid_to > $3, true) from base.%I '
                   'where municipality = $1 and id = $2 for share', tg_table_name)
      into good using new.municipality, new.replaced_by, new.valid_to;
    if not good then perform base.refuse(422, 'successor-not-in-force', '{"pointer": "/replacedBy"}'); end if;
  end if;
  if exists (select from base.organisation o where o.municipality = new.municipality and o.replaced_by = new.id
             and (new.valid_from > o.valid_to + 1 or new.valid_to <= o.valid_to)) then
    perform base.refuse(422, 'successor-not-in-force', '{"pointer": "/validTo"}');
  end if;
  return null;
end $$;
create trigger check_successor after insert or update of valid_from, valid_to, replaced_by on base.districts
  for each row execute function base.check_successor();
create trigger check_successor after insert or update of valid_from, valid_to, replaced_by on base.units
  for each row execute function base.check_successor();

-- Refuses a reference to a district or unit that is not in force while the row is: today, or on the row's first
-- day when that is yet to come, or on its last when that has passed. Arguments: the column that refers, its
-- member, the columns of the row's first and last day. What was right when it was written stays.
create function base.require_in_force() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  row_new jsonb := to_jsonb(new);
  part uuid := row_new ->> tg_argv[0];
  day date := least((row_new ->> tg_argv[3])::date, greatest((row_new ->> tg_argv[2])::date, base.today()));
begin
  if tg_op = 'UPDATE' and part::text is not distinct from to_jsonb(old) ->> tg_argv[0] then return new; end if;
  if not base.in_force(new.municipality, part, day) then
    perform base.refuse(422, split_part(tg_argv[0], '_', 1) || '-not-in-force', jsonb_build_object('pointer', '/' || tg_argv[1]));
  end if;
  return new;
end $$;
create trigger require_unit_in_force before insert or update on base.districts
  for each row execute function base.require_in_force('unit_id', 'unitId', 'valid_from', 'valid_to');
create trigger require_unit_in_force before insert or update on base.recipients
  for each row execute function base.require_in_force('unit_id', 'unitId', 'valid_from', 'valid_to');
create trigger require_district_in_force before insert or update on base.recipients
  for each row execute function base.require_in_force('district_id', 'districtId', 'valid_from', 'valid_to');

-- Which unit has served a district, or (null) those without one, when: for figures of a time that has passed.
-- What was before the first known unit counts to it. Kept by base.follow_organisation alone.
create table base.serving_periods (
  municipality text not null,
  district_id uuid,
  unit_id uuid,
  from_date date not null,
  to_date date,          -- exclusive; null: now
  constraint one_serving_unit unique nulls not distinct (municipality, district_id, from_date)
);

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
        where d.municipality = u.municipality and d.unit_id = u.id and coalesce(d.valid_to >= base.today(), true)) as "districtIds",
       u.valid_from as "validFrom", u.valid_to as "validTo", u.replaced_by as "replacedBy"
from base.units u;
create view edit.units with (security_invoker) as
select id, name, administration, is_default as "default", valid_from as "validFrom", valid_to as "validTo",
       replaced_by as "replacedBy" from base.units;

create view api.districts with (security_invoker) as
select d.id, d.version, d.created_at as "createdAt", d.created_by as "createdBy", d.modified_at as "modifiedAt",
       d.modified_by as "modifiedBy", d.name, d.slug, d.unit_id as "unitId", d.valid_from as "validFrom", d.valid_to as "validTo",
       d.replaced_by as "replacedBy"
from base.districts d;
create view edit.districts with (security_invoker) as
select id, name, slug, unit_id as "unitId", valid_from as "validFrom", valid_to as "validTo", replaced_by as "replacedBy" from base.districts;

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
