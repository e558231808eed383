-- The register: youths, their numbers, registrations, occupations, assignments, districts over time, evaluations.

create table base.youths (
  like base.standard including defaults,
  status text not null default 'active' check (status in ('active', 'ended', 'preventive')),
  -- the register's members (never written by casework)
  birth_date date,
  sex text not null default 'unknown' check (sex in ('female', 'male', 'unknown')),
  given_name text not null check (length(given_name) between 1 and 100),
  family_name text not null check (length(family_name) between 1 and 100),
  protection text not null default 'none' check (protection in ('none', 'confidentiality_marking', 'protected_registration')),
  address jsonb,
  residence jsonb,
  actual_municipality text check (actual_municipality ~ '^[0-9]{4}$'),
  compulsory_school_ended date,
  enrolments jsonb not null default '[]',
  qualifications jsonb not null default '[]',
  source text,          -- who delivered the person last; null: entered by staff
  register_hash text,   -- of the register's members as delivered last
  district_id uuid,
  unit_id uuid,         -- follows the district
  merged_into uuid,     -- the same person's other youth, which is used instead; kept by youth-merges alone
  -- casework's members (never written by an import)
  contact_address jsonb,
  phones text[] not null default '{}' check (cardinality(phones) <= 5),
  email text,
  guardians jsonb not null default '[]' check (jsonb_typeof(guardians) = 'array' and jsonb_array_length(guardians) <= 4),
  external_ids jsonb not null default '{}',
  primary key (municipality, id),
  foreign key (municipality, district_id) references base.districts (municipality, id),
  foreign key (municipality, unit_id) references base.units (municipality, id),
  constraint protected_address_only_forwarding check (protection <> 'protected_registration'
    or (district_id is null and contact_address is null and (address is null or address ->> 'kind' = 'forwarding')))
);
create index youths_protected on base.youths (municipality, id) where protection <> 'none';
create index youths_merged on base.youths (municipality, merged_into) where merged_into is not null;

-- True when one of them is a protected person, whether or not the caller may know it: for the access log.
create function base.any_protected(youths uuid[]) returns boolean language plpgsql stable security definer
set search_path = pg_catalog as $$
begin
  return exists (select from base.youths y where y.municipality = base.municipality() and y.protection <> 'none' and y.id = any (youths));
end $$;
revoke all on function base.any_protected from public;
grant execute on function base.any_protected to kaa_service;

-- Who may see a youth: municipality, protection, preventive work, the token's districts. Every other table
-- with a youth_id asks this policy.
alter table base.youths enable row level security;
create policy visible on base.youths to kaa_service
  using (municipality = (select base.municipality())
         and (protection = 'none' or (select base.may('protected:read')))
         and (status <> 'preventive' or (select base.may('preventive:read')))
         and ((select base.districts()) is null or district_id = any ((select base.districts())::uuid[])));
grant select, insert, update on base.youths to kaa_service;
create index youths_modified on base.youths (municipality, modified_at, id);
create trigger touch before update on base.youths for each row execute function base.touch();

-- The feed of youths: one who becomes protected, or leaves a district, is removed for those who lose sight.
create function base.note_youths() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
  select n.municipality, 'youths', n.id, n.id, case tg_op when 'INSERT' then 'created' else 'updated' end,
         case when n.protection = 'none' then 'all' else 'protected' end, n.status = 'preventive', n.district_id
  from new_rows n;
  if tg_op = 'UPDATE' then
    insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
    select n.municipality, 'youths', n.id, n.id, 'removed',
           case when o.protection <> 'none' then 'protected' when n.protection <> 'none' then 'open' else 'all' end,
           o.status = 'preventive', o.district_id
    from new_rows n join old_rows o using (municipality, id)
    where (o.protection = 'none' and n.protection <> 'none') or o.district_id is distinct from n.district_id
    union all -- who may see protected persons, but that district alone
    select n.municipality, 'youths', n.id, n.id, 'removed', 'protected', o.status = 'preventive', o.district_id
    from new_rows n join old_rows o using (municipality, id)
    where o.protection = 'none' and n.protection <> 'none' and o.district_id is distinct from n.district_id;
  end if;
  return null;
end $$;
create trigger note_insert after insert on base.youths referencing new table as new_rows
  for each statement execute function base.note_youths();
create trigger note_update after update on base.youths referencing old table as old_rows new table as new_rows
  for each statement execute function base.note_youths();

-- Nobody is put into a district that another has replaced, and the unit follows the district.
create function base.follow_district() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  new.district_id := base.successor(new.municipality, new.district_id, base.today());
  new.unit_id := base.unit_of(new.municipality, new.district_id);
  return new;
end $$;
create trigger follow_district before insert or update of district_id on base.youths
  for each row execute function base.follow_district();

-- What null clears in a merge patch is empty here; guardians' data ends on the 18th birthday.
create function base.keep_casework_members() returns trigger language plpgsql as $$
begin
  new.phones := coalesce(new.phones, '{}');
  new.guardians := coalesce(new.guardians, '[]');
  new.external_ids := coalesce(new.external_ids, '{}');
  if new.guardians <> '[]' and (new.birth_date + interval '18 years')::date <= base.today()
     and (tg_op = 'INSERT' or new.guardians is distinct from old.guardians) then
    perform base.refuse(422, 'guardians-of-adult', '{"pointer": "/guardians"}');
  end if;
  return new;
end $$;
create trigger keep_casework_members before insert or update of phones, guardians, external_ids on base.youths
  for each row when (new.phones is null or new.external_ids is null or new.guardians is distinct from '[]')
  execute function base.keep_casework_members();

-- District and unit over time, for figures of a day or period that has passed.
create table base.district_periods (
  municipality text not null,
  youth_id uuid not null,
  district_id uuid,
  unit_id uuid,
  from_date date not null,
  to_date date,          -- exclusive; null: now
  primary key (municipality, youth_id, from_date),
  foreign key (municipality, youth_id) references base.youths (municipality, id)
);
alter table base.district_periods enable row level security;
create policy visible on base.district_periods to kaa_service
  using (municipality = (select base.municipality())
         and exists (select from base.youths y where y.municipality = district_periods.municipality and y.id = youth_id));
grant select on base.district_periods to kaa_service;

create function base.keep_district_periods() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_op = 'INSERT' then
    insert into base.district_periods (municipality, youth_id, district_id, unit_id, from_date)
    select n.municipality, n.id, n.district_id, n.unit_id, base.today() from new_rows n;
    return null;
  end if;
  update base.district_periods p set to_date = base.today()
  from new_rows n join old_rows o using (municipality, id)
  where (n.district_id, n.unit_id) is distinct from (o.district_id, o.unit_id)
    and p.municipality = n.municipality and p.youth_id = n.id and p.to_date is null and p.from_date < base.today()
    and (p.district_id, p.unit_id) is distinct from (n.district_id, n.unit_id);
  insert into base.district_periods (municipality, youth_id, district_id, unit_id, from_date)
  select n.municipality, n.id, n.district_id, n.unit_id, base.today() from new_rows n join old_rows o using (municipality, id)
  where (n.district_id, n.unit_id) is distinct from (o.district_id, o.unit_id)
    -- follow_organisation has written the day itself
    and not exists (select from base.district_periods p where p.municipality = n.municipality and p.youth_id = n.id
                    and p.to_date is null and (p.district_id, p.unit_id) is not distinct from (n.district_id, n.unit_id))
  on conflict (municipality, youth_id, from_date) do update
    set district_id = excluded.district_id, unit_id = excluded.unit_id, to_date = null;
  return null;
end $$;
create trigger keep_district_periods_insert after insert on base.youths referencing new table as new_rows
  for each statement execute function base.keep_district_periods();
create trigger keep_district_periods_update after update on base.youths referencing old table as old_rows new table as new_rows
  for each statement execute function base.keep_district_periods();

-- When a district is merged into another, changes its unit, or a unit its work or its last day, the youths follow.
-- A retirement counts from the day after the last day, also when it is entered later; a change of unit, which
-- has no day, from today. Days before are left as they were: so are the figures of a time that has passed.
-- Only rows that change are written; the night does the same for what was entered ahead of its day.
-- entered: the district or unit that is being written; refused when its last day is more than 31 days ago and youths
-- have belonged to it since: figures may have been reported, and a slip would move people for good.
create function base.follow_organisation(town text, entered uuid default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog as $$
declare
  moved uuid[];
  changed int;
  split int;
  first_day date;
begin
  with serving as (
    select d.id as district_id, base.unit_of(town, d.id) as unit_id from base.districts d where d.municipality = town
    union all select null, base.unit_of(town, null)
  ), changed as materialized (
    select s.*, p.from_date as since, case when p.from_date is null then '-infinity'
             else greatest(p.from_date, coalesce(u.valid_to + 1, base.today())) end as day
    from serving s
    left join base.serving_periods p on p.municipality = town and p.district_id is not distinct from s.district_id and p.to_date is null
    left join base.units u on u.municipality = town and u.id = p.unit_id and u.valid_to < base.today()
    where s.unit_id is distinct from p.unit_id
  ), closed as (
    update base.serving_periods p set to_date = c.day from changed c
    where p.municipality = town and p.district_id is not distinct from c.district_id and p.to_date is null and p.from_date < c.day
  )
  insert into base.serving_periods as p (municipality, district_id, unit_id, from_date)
  select town, c.district_id, c.unit_id, c.day from changed c
  on conflict on constraint one_serving_unit do update set unit_id = excluded.unit_id;
  get diagnostics changed = row_count;

  loop -- until nobody is left in what has been retired: a successor may have been, too
    with late as materialized (
      select p.youth_id, p.from_date, p.to_date, l.day, d.valid_to < l.day as merged, p.unit_id as unit_then,
             coalesce(d.id = entered and d.valid_to < l.day, false) or coalesce(u.id = entered and u.valid_to < l.day, false) as entered,
             case when d.valid_to < l.day then d.replaced_by else p.district_id end as district_id
      from base.district_periods p
      left join base.districts d on d.municipality = town and d.id = p.district_id and d.replaced_by is not null
      left join base.units u on u.municipality = town and u.id = p.unit_id,
      lateral (select greatest(p.from_date, least(d.valid_to, u.valid_to) + 1) as day) l
      where p.municipality = town and least(d.valid_to, u.valid_to) < base.today() and coalesce(l.day < p.to_date, true)
    ), place as materialized (
      select w.*, case when base.in_force(town, s.id, w.day) then s.id
                  else base.unit_of(town, case when w.merged then w.district_id end, w.day) end as unit_id
      from (select distinct l.district_id, l.day, l.merged, l.unit_then from late l) w,
      lateral (select case when w.merged is not true then base.successor(town, w.unit_then, w.day) end as id) s
    ), wanted as materialized (
      select l.youth_id, l.from_date, l.to_date, p.day, p.district_id, p.unit_id
      from late l join place p on p.day = l.day and (p.district_id, p.merged, p.unit_then) is not distinct from (l.district_id, l.merged, l.unit_then)
    ), cut as (
      update base.district_periods p set to_date = w.day from wanted w
      where p.municipality = town and p.youth_id = w.youth_id and p.from_date = w.from_date and w.from_date < w.day
    ), whole as (
      update base.district_periods p set district_id = w.district_id, unit_id = w.unit_id from wanted w
      where p.municipality = town and p.youth_id = w.youth_id and p.from_date = w.from_date and w.from_date = w.day
    ), added as (
      insert into base.district_periods (municipality, youth_id, district_id, unit_id, from_date, to_date)
      select town, w.youth_id, w.district_id, w.unit_id, w.day, w.to_date from wanted w where w.from_date < w.day
    )
    select count(*), min(l.day) filter (where l.entered) into split, first_day from late l;
    if first_day <= base.today() - 31 then perform base.refuse(422, 'retired-too-long-ago', '{"pointer": "/validTo"}'); end if;
    exit when split = 0;
    changed := changed + split;
  end loop;
  if changed > 0 and entered is null then -- at night: what has changed is no row that the feed tells of
    insert into base.changes (municipality, resource, id, change)
    select town, 'municipalities', m.id, 'updated' from base.municipalities m where m.municipality = town;
  end if;

  with place as materialized (
    select distinct y.district_id, y.unit_id from base.youths y where y.municipality = town
  ), wrong as materialized (
    select p.* from place p, lateral (select base.successor(town, p.district_id, base.today()) as district_id) s
    where s.district_id is distinct from p.district_id or base.unit_of(town, s.district_id) is distinct from p.unit_id
  ), written as (
    update base.youths y set district_id = y.district_id from wrong w
    where y.municipality = town and y.district_id is not distinct from w.district_id and y.unit_id is not distinct from w.unit_id
    returning y.id
  )
  select coalesce(array_agg(w.id), '{}') into moved from written w;
  perform base.log_written('youths', 'follow-organisation', null, moved);
  return jsonb_build_object('moved', cardinality(moved));
end $$;
revoke all on function base.follow_organisation from public;
insert into base.nightly_steps (position, name, doc) values
  (90, 'follow_organisation', 'Moves youths to what has replaced their district or unit.');

-- No place is left without a unit.
create function base.organisation_changed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_table_name = 'units' and new.valid_to is not null
     and exists (select from base.serving_periods p -- not the youths: whether one lives there may not be the caller's to know
                 where p.municipality = new.municipality and p.unit_id = new.id and p.to_date is null
                   and base.unit_of(new.municipality, p.district_id, new.valid_to + 1) is null) then
    perform base.refuse(422, 'successor-missing', '{"pointer": "/replacedBy"}');
  end if;
  perform base.follow_organisation(new.municipality, new.id);
  return null;
end $$;
create trigger follow after insert or update of unit_id, valid_from, valid_to, replaced_by on base.districts
  for each row execute function base.organisation_changed();
create trigger follow after insert or update of is_default, valid_from, valid_to, replaced_by on base.units
  for each row execute function base.organisation_changed();

-- Numbers ------------------------------------------------------------------------------------------

-- The type of a number of 12 characters, null when it is none (domain.md 7): the check digit by Luhn over the
-- last ten digits; real coordination numbers also have month 00 and day 60.
create function base.number_type(number text) returns text language sql immutable parallel safe
return case
  when number ~ '^[0-9]{8}[A-Z]{2}[0-9]{2}$' then 'temporary'
  when number !~ '^[0-9]{12}$' or substr(number, 9, 3) = '000' then null
  -- the codes of ten digits add up to 0 beyond the digits themselves, modulo 10
  when (ascii(translate(substr(number, 3, 1), '0123456789', '0246813579')) + ascii(substr(number, 4, 1))
      + ascii(translate(substr(number, 5, 1), '0123456789', '0246813579')) + ascii(substr(number, 6, 1))
      + ascii(translate(substr(number, 7, 1), '0123456789', '0246813579')) + ascii(substr(number, 8, 1))
      + ascii(translate(substr(number, 9, 1), '0123456789', '0246813579')) + ascii(substr(number, 10, 1))
      + ascii(translate(substr(number, 11, 1), '0123456789', '0246813579')) + ascii(substr(number, 12, 1))) % 10 <> 0 then null
  when number ~ '^[0-9]{4}(0[0-9]|1[0-2])([678][0-9]|9[01])' then 'coordination'
  when number ~ '^[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])' then 'personal' end;

-- Every number a person has had, a row for each time; one is current.
create table base.identity_numbers (
  like base.standard including defaults,
  youth_id uuid not null,
  number text not null,
  type text not null check (type in ('personal', 'coordination', 'temporary')),
  current boolean not null default true,
  again boolean not null default true, -- the person has had it before: of the other rows a number has one only;
                                       -- true until take_number has looked, false by who knows that there is none
  valid_from date not null default base.today(),
  valid_to date,                        -- the day another took its place
  primary key (municipality, id),
  constraint number_wrong check (base.number_type(number) is not distinct from type),
  constraint number_ends_before_start check (valid_to >= valid_from),
  constraint number_current_without_end check (current = (valid_to is null))
);
create unique index number_taken on base.identity_numbers (municipality, number) where not again;
create unique index one_current_number on base.identity_numbers (municipality, youth_id) where current;

-- Whose a number is, present or former, one row a number: of a merged duplicate it is the survivor's. Whoever looks
-- for a person by number looks here; it has no policy, so what is found must be read through the youth's.
create view base.numbers_of_persons as
select n.municipality, n.number, coalesce(y.merged_into, y.id) as youth_id
from base.identity_numbers n join base.youths y on y.municipality = n.municipality and y.id = n.youth_id
where not n.again and n.municipality = base.municipality();
grant select on base.numbers_of_persons to kaa_service;

-- The number that becomes current takes the place of the former one, whoever writes it. (An import does without
-- nested loops; looking up one person does not.)
create function base.take_number() returns trigger language plpgsql security definer
set search_path = pg_catalog set enable_nestloop = on as $$
declare
  former base.identity_numbers;
begin
  new.again := exists (select from base.numbers_of_persons p where p.number = new.number and p.youth_id = new.youth_id);
  if not new.current then return new; end if;
  select * into former from base.identity_numbers n
  where n.municipality = new.municipality and n.youth_id = new.youth_id and n.current;
  if found then
    new.valid_from := greatest(new.valid_from, former.valid_from);
    update base.identity_numbers n set current = false, valid_to = new.valid_from
    where n.municipality = new.municipality and n.id = former.id;
  end if;
  return new;
end $$;
create trigger take_number before insert on base.identity_numbers for each row when (new.again)
  execute function base.take_number();

-- Registrations ------------------------------------------------------------------------------------

create table base.registrations (
  like base.standard including defaults,
  youth_id uuid not null,
  start_date date not null,
  end_date date,      -- the day it ended; a new one may begin that day
  reason text not null check (reason in ('no_upper_secondary', 'dropout', 'dropout_introductory', 'study_certificate',
                                         'newly_registered', 'unknown')),
  exit_reason text check (exit_reason in ('national_programme', 'introductory_programme', 'adapted_upper_secondary',
    'equivalent_started', 'completed', 'turned_20', 'moved', 'emigrated', 'deceased', 'registered_in_error', 'left_source')),
  latest_school text check (length(latest_school) <= 200),
  latest_programme text check (length(latest_programme) <= 100),
  source text,        -- who opened it; null: staff
  status text not null default 'open' check (status in ('open', 'ended')),
  primary key (municipality, id),
  constraint status_with_end check ((status = 'ended') = (end_date is not null)),
  constraint end_before_start check (end_date >= start_date),
  constraint exit_reason_with_end check ((end_date is null) = (exit_reason is null)),
  constraint registrations_overlap exclude using gist
    (youth_id with =, municipality with =, daterange(start_date, end_date, '[)') with &&)
);
create unique index one_open_registration on base.registrations (municipality, youth_id) where end_date is null;
create index registrations_latest on base.registrations (municipality, youth_id, start_date desc, created_at desc);
create index registrations_start on base.registrations (municipality, start_date);
create index registrations_end on base.registrations (municipality, end_date) where end_date is not null;

-- Occupations: history; the latest by holds_from holds, of one day the one written last: that is its first day, but
-- what is learnt after a register has said that nothing is known holds from that day. Past its review date it counts
-- as unknown.
create table base.occupations (
  like base.standard including defaults,
  youth_id uuid not null,
  code text not null check (code in ('unknown', 'none', 'national_programme', 'introductory_programme', 'komvux', 'sfi',
    'folk_high_school', 'other_education', 'work', 'internship', 'labour_market_programme', 'military_service',
    'parental_leave', 'abroad', 'unable', 'declined_contact')),
  from_date date not null,
  holds_from date not null,
  source text not null default 'contact' check (source in ('register', 'contact', 'school', 'import')),
  confirmed_at timestamptz not null default base.now(),
  review_date date,
  primary key (municipality, id),
  constraint review_before_start check (review_date >= from_date)
);
create index occupations_code on base.occupations (municipality, code);
create index occupations_latest on base.occupations (municipality, youth_id, holds_from desc, created_at desc);

-- An occupation is a fact, not a plan. Without a first day it is the one known, confirmed, or begins today.
create function base.rule_occupation() returns trigger language plpgsql as $$
declare
  known base.occupations;
begin
  select * into known from base.occupations o
  where o.municipality = new.municipality and o.youth_id = new.youth_id order by o.holds_from desc, o.created_at desc limit 1;
  new.from_date := coalesce(new.from_date, case known.code when new.code then known.from_date end, base.today());
  new.holds_from := case when known.code = 'unknown' and known.source <> 'contact' and new.code <> 'unknown'
                         then greatest(new.from_date, known.holds_from) else new.from_date end;
  new.confirmed_at := coalesce(new.confirmed_at, base.now());
  new.created_at := greatest(new.created_at, known.created_at + interval '1 microsecond'); -- two of one moment: the second holds
  if new.from_date > base.today() then perform base.refuse(422, 'in-the-future', '{"pointer": "/from"}'); end if;
  if new.confirmed_at > base.now() + interval '1 minute' then perform base.refuse(422, 'in-the-future', '{"pointer": "/confirmedAt"}'); end if;
  return new;
end $$;
create trigger rule_occupation before insert on base.occupations for each row execute function base.rule_occupation();

create table base.assignments (
  like base.standard including defaults,
  youth_id uuid not null,
  staff text not null check (length(staff) between 1 and 200), -- token subject
  unit_id uuid,
  from_date date not null default base.today(),
  to_date date,
  primary key (municipality, id),
  foreign key (municipality, unit_id) references base.units (municipality, id),
  constraint assignment_end_before_start check (to_date >= from_date),
  constraint assignments_overlap exclude using gist
    (youth_id with =, municipality with =, staff with =, daterange(from_date, to_date, '[]') with &&)
);
create trigger require_unit_in_force before insert or update on base.assignments
  for each row execute function base.require_in_force('unit_id', 'unitId', 'from_date', 'to_date');
create index assignments_staff on base.assignments (municipality, staff);

-- Which rule of domain.md 4 decided, when, on what. Kept for persons with a registration only.
create table base.evaluations (
  municipality text not null default base.municipality(),
  id uuid not null default gen_random_uuid(),
  youth_id uuid not null,
  as_of date not null,
  rule int not null check (rule between 0 and 15),
  result text not null check (result in ('in', 'out', 'review')),
  occupation text, -- that the inputs tell of; null: none
  inputs jsonb not null,
  import_id uuid,
  run_id uuid,
  created_at timestamptz not null default base.now(),
  primary key (municipality, id),
  foreign key (municipality, youth_id) references base.youths (municipality, id)
);
create index evaluations_youth on base.evaluations (municipality, youth_id, as_of desc, created_at desc);
alter table base.evaluations enable row level security;
create policy visible on base.evaluations to kaa_service
  using (municipality = (select base.municipality())
         and exists (select from base.youths y where y.municipality = evaluations.municipality and y.id = youth_id));
grant select, insert on base.evaluations to kaa_service;

select base.guard(t, 'youth') from unnest(array['identity_numbers', 'registrations', 'occupations', 'assignments']) t;
revoke insert, update on base.identity_numbers from kaa_service;
grant insert (id, youth_id, number, type, valid_from) on base.identity_numbers to kaa_service;

-- Rules of registrations ----------------------------------------------------------------------------

-- The 20th birthday. A birth on 29 February has it on 29 February, until the year 2100.
create function base.twentieth(birth_date date) returns date language sql immutable parallel safe
return (birth_date + interval '20 years')::date;

-- A registration begins before the 20th birthday and not in the future; turned_20 is dated that day. Youths
-- are active while one is open. Other tables hang their own triggers on the same end.
create function base.keep_registrations() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_op = 'INSERT' then
    if exists (select from new_rows n where n.start_date > base.today()) then
      perform base.refuse(422, 'in-the-future', '{"pointer": "/startDate"}');
    end if;
    if exists (select from new_rows n join base.youths y on y.municipality = n.municipality and y.id = n.youth_id
               where n.start_date >= base.twentieth(y.birth_date)) then
      perform base.refuse(422, 'registered-after-twenty', '{"pointer": "/startDate"}');
    end if;
    -- what a merged duplicate was registered for is the survivor's
    if exists (select from new_rows n join base.youths d on d.municipality = n.municipality and d.merged_into = n.youth_id
               join base.registrations r on r.municipality = d.municipality and r.youth_id = d.id
               where daterange(r.start_date, r.end_date, '[)') && daterange(n.start_date, n.end_date, '[)')) then
      perform base.refuse(409, 'registrations-overlap', '{"pointer": "/startDate"}');
    end if;
    -- one that ended the day it began is an empty range to the constraint
    if exists (select from new_rows n join base.registrations r on r.municipality = n.municipality and r.youth_id = n.youth_id
               where r.start_date = r.end_date and r.start_date > n.start_date
                 and (n.end_date is null or r.start_date < n.end_date)) then
      perform base.refuse(409, 'registrations-overlap', '{"pointer": "/startDate"}');
    end if;
  end if;
  if exists (select from new_rows n join base.youths y on y.municipality = n.municipality and y.id = n.youth_id
             where n.exit_reason = 'turned_20' and n.end_date <> greatest(n.start_date, base.twentieth(y.birth_date))) then
    perform base.refuse(422, 'turned-20-on-birthday', '{"pointer": "/endDate"}');
  end if;
  update base.youths y set status = now_is.status
  from (select n.municipality, n.youth_id,
               case when bool_or(r.status = 'open') then 'active' else 'ended' end as status
        from (select distinct municipality, youth_id from new_rows) n
        join base.registrations r using (municipality, youth_id) group by 1, 2) now_is
  where y.municipality = now_is.municipality and y.id = now_is.youth_id and y.status <> now_is.status;
  return null;
end $$;
create trigger keep_registrations_insert after insert on base.registrations referencing new table as new_rows
  for each statement execute function base.keep_registrations();
create trigger keep_registrations_update after update on base.registrations referencing new table as new_rows
  for each statement execute function base.keep_registrations();

-- A correction keeps what it replaces: an event with the members as they were. left_source is an import's word for
-- not knowing; it is to be replaced, and nothing else by it. An end is moved back only: whoever ended it learnt of it
-- afterwards, and what has happened since stays as it was.
create function base.correct_registration() returns trigger language plpgsql as $$
declare
  before jsonb := jsonb_build_object('reason', old.reason, 'latestSchool', old.latest_school,
                                     'latestProgramme', old.latest_programme, 'exitReason', old.exit_reason, 'endDate', old.end_date);
  changed text[];
  hidden boolean;
begin
  if new.exit_reason = 'left_source' and old.exit_reason <> 'left_source' then
    perform base.refuse(422, 'left-source-by-hand');
  end if;
  if new.end_date > old.end_date then perform base.refuse(422, 'end-moved-forward'); end if;
  select array_agg(m.key order by m.key) into changed
  from jsonb_each(jsonb_build_object('reason', new.reason, 'latestSchool', new.latest_school,
                                     'latestProgramme', new.latest_programme, 'exitReason', new.exit_reason, 'endDate', new.end_date)) m
  where m.value <> before -> m.key;
  if changed is null then return new; end if;
  select y.protection = 'protected_registration' into hidden from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select new.municipality, 'registrations', new.id, new.youth_id, 'corrected', base.now(),
         jsonb_build_object('corrected', to_jsonb(changed), 'before', coalesce(jsonb_object_agg(m.key, m.value)
           filter (where m.value <> 'null' and not (hidden and m.key = 'latestSchool')), '{}')), 'staff'
  from jsonb_each(before) m where m.key = any (changed);
  return new;
end $$;
create trigger correct_registration before update on base.registrations for each row
  when (old.status = new.status) execute function base.correct_registration();

-- With protected registration no school is shown, a corrected one neither.
create function base.forget_corrected_schools() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.events e set details = e.details #- '{before,latestSchool}'
  where e.municipality = new.municipality and e.youth_id = new.id and e.resource = 'registrations' and e.type = 'corrected';
  return null;
end $$;
create trigger forget_corrected_schools after update of protection on base.youths for each row
  when (new.protection = 'protected_registration' and old.protection <> new.protection)
  execute function base.forget_corrected_schools();

-- A youth and the duplicates merged into it: one person.
create function base.same_person(town text, youth uuid) returns uuid[] language sql stable set search_path = pg_catalog
return array[youth] || array(select d.id from base.youths d where d.municipality = town and d.merged_into = youth);

-- The day until which the youth's merged duplicates were registered; null: never.
create function base.duplicates_end(town text, youth uuid) returns date language sql stable
set search_path = pg_catalog set enable_nestloop = on
return (select max(r.end_date) from base.youths d join base.registrations r on r.municipality = d.municipality and r.youth_id = d.id
        where d.municipality = town and d.merged_into = youth);

insert into base.transitions (resource, "from", event, "to", sets, requires) values
  ('registrations', 'open', 'ended', 'ended', '{exitReason=exit_reason,endDate=end_date}', 'registration_may_end');

create function base.registration_may_end(id uuid, body jsonb) returns void language plpgsql as $$
begin
  if (body ->> 'endDate')::date > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/endDate"}');
  end if;
end $$;

-- Events of all resources are seen with their youth.
alter table base.events enable row level security;
create policy visible on base.events to kaa_service
  using (municipality = (select base.municipality()) and (youth_id is null
         or exists (select from base.youths y where y.municipality = events.municipality and y.id = youth_id)));
grant select, insert on base.events to kaa_service;

-- What lists of youths ask for, one row a youth: copies of the youth's own columns, the latest registration and
-- occupation, and the next step of the outreach ladder while a registration is open. So that a list is filtered,
-- ordered and paged in one table. Kept by base.replan alone.
create table base.outreach_state (
  municipality text not null,
  youth_id uuid not null,
  -- of the youth
  changed_at timestamptz not null, -- its modified_at
  status text not null,
  protection text not null,
  district_id uuid,
  unit_id uuid,
  sex text not null,
  birth_key date not null,  -- infinity: not known
  name text not null,       -- family name first
  -- of the latest registration and occupation
  registered_on date,
  exit_reason text,
  occupation text,
  occupation_until date not null default 'infinity', -- past this day it counts as unknown
  -- of the ladder; null without an open registration
  registration_id uuid,
  step text check (step in ('letter', 'phone', 'further_letter', 'door_card', 'home_visit',
    'address_notification', 'manual_contact', 'paused', 'follow_up', 'exhausted')),
  why text,                 -- stable code: what made this the next step
  due_date date,
  overdue_after date not null default 'infinity', -- overdue from the day after
  due_key date not null default 'infinity',       -- due_date for order: 9999-12-31 without a day
  never_contacted boolean not null default false,
  attempts int not null default 0,
  first_contact_at timestamptz,
  informed_of_turning_twenty boolean not null default false, -- in this registration
  primary key (municipality, youth_id),
  foreign key (municipality, youth_id) references base.youths (municipality, id),
  constraint step_with_registration check ((step is null) = (registration_id is null))
);

-- One index an order, and in each what a filter may ask for: a page is found within the index, also where few rows
-- match or all of them lie at its other end.
do $$
declare
  sort record;
begin
  for sort in select * from (values ('changed', 'changed_at'), ('name', 'name'), ('birth', 'birth_key'), ('due', 'due_key')) s (name, key) loop
    execute format('create index outreach_state_by_%s on base.outreach_state (municipality, %I, youth_id, status, protection,
      district_id, unit_id, sex, %sregistered_on, exit_reason, occupation, occupation_until, step, overdue_after,
      never_contacted, informed_of_turning_twenty%s)', sort.name, sort.key, case when sort.name <> 'birth' then 'birth_key, ' else '' end,
      case when sort.name <> 'changed' then ', changed_at' else '' end);
  end loop;
end $$;
-- What is rare is found at once.
create index outreach_state_step on base.outreach_state (municipality, step) where step is not null;
create index outreach_state_occupation on base.outreach_state (municipality, occupation);
create index outreach_state_exit_reason on base.outreach_state (municipality, exit_reason) where exit_reason is not null;
create index outreach_state_registered_on on base.outreach_state (municipality, registered_on);

-- Who may see the youth may see the row: the very same condition over the copies.
alter table base.outreach_state enable row level security;
do $$
begin
  execute format('create policy visible on base.outreach_state to kaa_service using (%s)',
    (select pg_get_expr(p.polqual, p.polrelid) from pg_policy p where p.polrelid = 'base.youths'::regclass and p.polname = 'visible'));
end $$;
grant select on base.outreach_state to kaa_service;

-- Views --------------------------------------------------------------------------------------------

-- A youth's parts without their own policies, for api.youths alone: it has asked the youth's policy already, and
-- asking it again for every part cost more than the read itself.
create view base.parts_numbers as
select municipality, youth_id, number, type from base.identity_numbers where current and municipality = base.municipality();
create view base.parts_registrations as
select municipality, youth_id, id, start_date, reason, latest_school, latest_programme, end_date, exit_reason, created_at
from base.registrations where municipality = base.municipality();
create view base.parts_occupations as
select municipality, youth_id, code, from_date, holds_from, source, confirmed_at, review_date, created_at
from base.occupations where municipality = base.municipality();
create view base.parts_merged as
select municipality, merged_into, id from base.youths where merged_into is not null and municipality = base.municipality();
create view base.parts_assignments as
select municipality, youth_id, id, staff, unit_id, from_date from base.assignments
where municipality = base.municipality() and (to_date is null or to_date >= base.today());
create view base.parts_outreach as
select municipality, youth_id, step, why, due_date, overdue_after, attempts, first_contact_at, informed_of_turning_twenty
from base.outreach_state where municipality = base.municipality() and step is not null;
grant select on base.parts_numbers, base.parts_registrations, base.parts_occupations, base.parts_merged,
  base.parts_assignments, base.parts_outreach to kaa_service;

-- The latest registration and occupation may be those of a merged duplicate.
create view api.youths with (security_invoker) as
select y.id, y.version, y.created_at as "createdAt", y.created_by as "createdBy", y.modified_at as "modifiedAt",
       y.modified_by as "modifiedBy", y.status, n.number as "personalNumber", n.type as "numberType",
       y.birth_date as "birthDate", y.sex, y.given_name as "givenName", y.family_name as "familyName", y.protection,
       y.address, y.contact_address as "contactAddress", y.phones, y.email,
       case when y.birth_date + interval '18 years' <= base.today() then '[]' else y.guardians end as guardians, y.district_id as "districtId",
       y.unit_id as "unitId", y.external_ids as "externalIds", y.merged_into as "mergedInto",
       (select jsonb_strip_nulls(jsonb_build_object('id', r.id, 'startDate', r.start_date, 'reason', r.reason,
               'latestSchool', case when y.protection <> 'protected_registration' then r.latest_school end,
               'latestProgramme', r.latest_programme, 'endDate', r.end_date, 'exitReason', r.exit_reason))
        from base.parts_registrations r where r.municipality = y.municipality and r.youth_id = any (m.persons)
        order by r.start_date desc, r.created_at desc limit 1) as registration,
       (select jsonb_strip_nulls(jsonb_build_object(
               'code', case when o.review_date < base.today() then 'unknown' else o.code end, 'from', o.from_date,
               'source', o.source, 'confirmedAt', base.utc(o.confirmed_at), 'reviewDate', o.review_date))
        from base.parts_occupations o where o.municipality = y.municipality and o.youth_id = any (m.persons)
        order by o.holds_from desc, o.created_at desc limit 1) as occupation,
       case when s.youth_id is not null then
         jsonb_strip_nulls(jsonb_build_object('step', s.step, 'why', s.why, 'dueDate', s.due_date,
               'overdue', s.overdue_after < base.today(), 'overdueAfter', nullif(s.overdue_after, 'infinity'), 'attempts', s.attempts,
               'firstContactAt', base.utc(s.first_contact_at), 'informedOfTurningTwenty', s.informed_of_turning_twenty)) end as outreach,
       (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', a.id, 'staff', a.staff, 'unitId', a.unit_id, 'from', a.from_date))
                                  order by a.from_date, a.id), '[]')
        from base.parts_assignments a where a.municipality = y.municipality and a.youth_id = y.id) as assignments
from base.youths y
left join base.parts_numbers n on n.municipality = y.municipality and n.youth_id = y.id
left join base.parts_outreach s on s.municipality = y.municipality and s.youth_id = y.id
cross join lateral (select array[y.id] || array(select d.id from base.parts_merged d where d.municipality = y.municipality
                                                and d.merged_into = y.id) as persons offset 0) m;

-- What lists of youths are filtered, ordered and paged by.
create view api.youth_keys with (security_invoker) as
select s.youth_id as id, s.youth_id as "youthId", s.changed_at as "modifiedAt", s.status, s.district_id as "districtId",
       s.unit_id as "unitId", s.sex, s.birth_key as "birthDate", s.name, s.registered_on as "registeredOn",
       s.exit_reason as "exitReason", s.occupation, s.occupation_until as "occupationUntil", s.step, s.due_key as "dueDate",
       s.overdue_after as "overdueAfter", s.never_contacted as "neverContacted",
       s.informed_of_turning_twenty as "informedOfTurningTwenty"
from base.outreach_state s;

create view edit.youths with (security_invoker) as
select id, contact_address as "contactAddress", phones, email, guardians, external_ids as "externalIds" from base.youths;

create view api.registrations with (security_invoker) as
select r.id, r.version, r.created_at as "createdAt", r.created_by as "createdBy", r.modified_at as "modifiedAt",
       r.modified_by as "modifiedBy", r.youth_id as "youthId", r.start_date as "startDate", r.reason,
       case when y.protection <> 'protected_registration' then r.latest_school end as "latestSchool",
       r.latest_programme as "latestProgramme", r.end_date as "endDate", r.exit_reason as "exitReason", r.source,
       r.status
from base.registrations r join base.youths y on y.municipality = r.municipality and y.id = r.youth_id;
create view edit.registrations with (security_invoker) as
select id, youth_id as "youthId", start_date as "startDate", reason, latest_school as "latestSchool",
       latest_programme as "latestProgramme", end_date as "endDate", exit_reason as "exitReason" from base.registrations;

create view api.occupations with (security_invoker) as
select o.id, o.version, o.created_at as "createdAt", o.created_by as "createdBy", o.modified_at as "modifiedAt",
       o.modified_by as "modifiedBy", o.youth_id as "youthId", o.code, o.from_date as "from", o.source,
       o.confirmed_at as "confirmedAt", o.review_date as "reviewDate"
from base.occupations o;
create view edit.occupations with (security_invoker) as
select id, youth_id as "youthId", code, from_date as "from", confirmed_at as "confirmedAt", review_date as "reviewDate"
from base.occupations;

create view api.assignments with (security_invoker) as
select a.id, a.version, a.created_at as "createdAt", a.created_by as "createdBy", a.modified_at as "modifiedAt",
       a.modified_by as "modifiedBy", a.youth_id as "youthId", a.staff, a.unit_id as "unitId", a.from_date as "from", a.to_date as "to"
from base.assignments a;
create view edit.assignments with (security_invoker) as
select id, youth_id as "youthId", staff, unit_id as "unitId", from_date as "from", to_date as "to" from base.assignments;

create view api.identity_numbers with (security_invoker) as
select n.id, n.version, n.created_at as "createdAt", n.created_by as "createdBy", n.modified_at as "modifiedAt",
       n.modified_by as "modifiedBy", n.youth_id as "youthId", n.number as "personalNumber", n.type as "numberType",
       n.current, n.valid_from as "validFrom", n.valid_to as "validTo"
from base.identity_numbers n;

create view api.evaluations with (security_invoker) as
select e.id, e.youth_id as "youthId", e.as_of as "asOf", e.rule, e.result, e.inputs, e.import_id as "importId",
       e.run_id as "runId", e.created_at as "createdAt"
from base.evaluations e;

select base.publish(v) from unnest(array['api.youths', 'api.youth_keys', 'edit.youths', 'api.registrations', 'edit.registrations',
  'api.occupations', 'edit.occupations', 'api.assignments', 'edit.assignments', 'api.identity_numbers',
  'api.evaluations']) v;

-- Entry by hand -------------------------------------------------------------------------------------

-- Refuses callers from whom somebody is hidden: those without one of the scopes, and those with a token of some
-- districts. Who adds persons, or counts all, would learn of them: by numbers that are taken, and by the counts.
create function base.needs_to_see(variadic scopes text[]) returns void language plpgsql as $$
declare
  scope text;
begin
  foreach scope in array scopes loop
    if not base.may(scope) then perform base.refuse(403, 'scope-missing', jsonb_build_object('scope', scope)); end if;
  end loop;
  if base.districts() is not null then perform base.refuse(403, 'districts-limited'); end if;
end $$;

-- A number that is taken, or a person who is there twice, may be a preventive one.
create function base.needs_everyone() returns void language plpgsql as $$
begin
  perform base.needs_to_see('protected:read', 'preventive:read');
end $$;

-- A youth entered by staff, with number, registration and the occupation that is unknown at first.
create function base.add_youth(id uuid, body jsonb) returns void language plpgsql as $$
declare
  number text := body ->> 'personalNumber';
  registration jsonb := body -> 'registration';
begin
  perform base.needs_everyone();
  if not base.in_force(base.municipality(), (body ->> 'districtId')::uuid, base.today()) then
    perform base.refuse(422, 'district-not-in-force', '{"pointer": "/districtId"}');
  end if;
  insert into base.youths (id, birth_date, sex, given_name, family_name, protection, address, contact_address, phones,
                           email, guardians, district_id, external_ids)
  select add_youth.id, r.birth_date, coalesce(r.sex, 'unknown'), r.given_name, r.family_name,
         coalesce(r.protection, 'none'), r.address, r.contact_address, coalesce(r.phones, '{}'), r.email,
         coalesce(r.guardians, '[]'), r.district_id, coalesce(r.external_ids, '{}')
  from jsonb_populate_record(null::base.youths, body || jsonb_build_object(
    'birth_date', body -> 'birthDate', 'given_name', body -> 'givenName', 'family_name', body -> 'familyName',
    'contact_address', body -> 'contactAddress', 'district_id', body -> 'districtId', 'external_ids', body -> 'externalIds')) r;
  insert into base.identity_numbers (youth_id, number, type)
  values (add_youth.id, number, coalesce(body ->> 'numberType', base.number_type(number), 'personal'));
  insert into base.registrations (youth_id, start_date, reason, latest_school, latest_programme)
  values (add_youth.id, (registration ->> 'startDate')::date, registration ->> 'reason', registration ->> 'latestSchool',
          registration ->> 'latestProgramme');
  insert into base.occupations (youth_id, code, from_date, source)
  values (add_youth.id, 'unknown', (registration ->> 'startDate')::date, 'register');
end $$;

-- A number that a youth has got: the former one ends that day. One that belongs to somebody else is refused, which
-- only those may learn from whom nobody is hidden.
create function base.add_number(id uuid, youth uuid, body jsonb) returns void language plpgsql as $$
declare
  wanted text := body ->> 'personalNumber';
  day date := coalesce((body ->> 'validFrom')::date, base.today());
  survivor uuid;
  former base.identity_numbers;
begin
  perform base.needs_everyone();
  -- two new numbers at a time wait for each other
  select y.merged_into into survivor from base.youths y
  where y.municipality = base.municipality() and y.id = youth for no key update;
  if not found then perform base.refuse(404, 'not-found'); end if;
  if survivor is not null then perform base.refuse(409, 'merged', jsonb_build_object('mergedInto', survivor)); end if;
  select * into former from base.identity_numbers n
  where n.municipality = base.municipality() and n.youth_id = youth and n.current;
  if former.number = wanted then perform base.refuse(409, 'number-current'); end if;
  if exists (select from base.numbers_of_persons p where p.number = wanted and p.youth_id <> youth) then
    perform base.refuse(409, 'number-of-another');
  end if;
  if day > base.today() then perform base.refuse(422, 'in-the-future', '{"pointer": "/validFrom"}'); end if;
  if day < former.valid_from then perform base.refuse(422, 'number-before-former'); end if;
  insert into base.identity_numbers (id, youth_id, number, type, valid_from)
  values (add_number.id, youth, wanted, coalesce(body ->> 'numberType', base.number_type(wanted), 'personal'), day);
end $$;

-- The target group ----------------------------------------------------------------------------------

-- Who is covered by 29 kap. 9 § skollagen on as_of: the first rule of domain.md 4 that matches, 0 to 15.
-- member: the register's members as in an import row. registered: has ever had a registration here.
-- exit_reason is for result out, reason and occupation (null: nothing known) are for result in.
-- held_back: in, but not to be registered before the policy's newCohortFrom: compulsory school ended this
-- spring, never registered, and neither drop-out, study certificate nor newly arrived.
--
-- An enrolment counts from its first day to its last (to, included) or to the day before `cancelled`.
-- Compulsory school ends on the day given, else on 15 June (assumed) of the year of turning 16; at the latest
-- on the 18th birthday. Inlined by the planner into the statement that asks, so it is one SELECT; offset 0 keeps
-- each step from being worked out again wherever it is named.
create function base.target_group(member jsonb, town text, as_of date, policy jsonb, registered boolean)
returns table (rule int, result text, exit_reason text, reason text, occupation text, held_back boolean)
language sql stable parallel safe as $$
  select d.rule,
         case when d.rule in (0, 4, 12) then 'review' when d.rule in (11, 13, 14, 15) then 'in' else 'out' end,
         case d.rule when 1 then m.residence when 2 then 'turned_20' when 3 then 'moved' when 5 then 'registered_in_error'
           when 6 then 'completed' when 7 then 'completed'
           when 8 then case when e.national then 'national_programme' else 'introductory_programme' end
           when 9 then 'adapted_upper_secondary' when 10 then 'equivalent_started' end,
         case when d.rule in (11, 13, 14, 15) then w.reason end,
         case when d.rule = 11 then case when e.folk_high_school then 'folk_high_school' else 'komvux' end
              when d.rule in (13, 14) and e.sfi then 'sfi' end,
         d.rule in (11, 14, 15) and not registered and w.reason in ('no_upper_secondary', 'unknown')
           and coalesce(m.arrived <= n.normally, true)
           and extract(year from s.ended) = extract(year from as_of) and extract(month from s.ended) <= 6
           and to_char(as_of, 'MM-DD') < policy ->> 'newCohortFrom'
  from (select (member ->> 'birthDate')::date as born, member #>> '{residence,status}' as residence,
               (member #>> '{residence,firstRegisteredInSweden}')::date as arrived,
               case when member ->> 'protection' = 'protected_registration'
                    then coalesce(member ->> 'actualMunicipality', member #>> '{residence,municipality}')
                    else member #>> '{residence,municipality}' end as home offset 0) m,
  lateral (select make_date(extract(year from m.born)::int + 16, 6, 15) as normally) n,
  lateral (select least(coalesce((member ->> 'compulsorySchoolEnded')::date, n.normally),
                        (m.born + interval '18 years')::date) as ended offset 0) s,
  lateral (select
      coalesce(bool_or(x.now and x.kind = 'national'), false) as national,
      coalesce(bool_or(x.now and x.kind = 'introductory'), false) as introductory,
      coalesce(bool_or(x.now and x.kind = 'adapted'), false) as adapted,
      coalesce(bool_or(x.now and x.kind = 'equivalent'), false) as equivalent,
      coalesce(bool_or(x.now and x.type = 'folk_high_school'), false) as folk_high_school,
      coalesce(bool_or(x.now and x.type = 'komvux'), false) as komvux,
      coalesce(bool_or(x.now and x.type = 'sfi'), false) as sfi,
      coalesce(bool_or(x.now and x.type = 'compulsory_school'), false) as compulsory,
      max(x.until) filter (where x.kind = 'national') as left_national,
      max(x.until) filter (where x.kind = 'introductory') as left_introductory,
      coalesce(bool_or(x.kind is not null), false) as ever_upper,
      coalesce(bool_or(x.type <> 'upper_secondary_abroad'), false) as ever_here
    from (select y.type, y.kind, y.until > as_of as now, y.until
          from (select z.type,
                       case when z.type in ('national_programme', 'apprenticeship', 'rh_adapted', 'fourth_technical_year') then 'national'
                            when z.type = 'introductory_programme' then 'introductory'
                            when z.type = 'adapted_upper_secondary' then 'adapted'
                            when z.type in ('international_baccalaureate', 'upper_secondary_abroad') then 'equivalent' end as kind,
                       z.begun, least(z.last + 1, z.cancelled, 'infinity') as until
                from (select r.value ->> 'type' as type, coalesce((r.value ->> 'from')::date, '-infinity') as begun,
                             (r.value ->> 'to')::date as last, (r.value ->> 'cancelled')::date as cancelled
                      from jsonb_array_elements(member -> 'enrolments') r(value) offset 0) z offset 0) y
          where y.begun <= as_of and y.until > y.begun) x) e,
  lateral (select
      coalesce(bool_or(x.type in ('upper_secondary_diploma', 'adapted_upper_secondary_certificate')), false) as diploma,
      coalesce(bool_or(x.type in ('ib_diploma', 'foreign_upper_secondary', 'folk_high_school_eligibility')), false) as equivalent,
      coalesce(bool_or(x.type = 'study_certificate'), false) as certificate
    from (select r.value ->> 'type' as type from jsonb_array_elements(member -> 'qualifications') r(value)
          where coalesce((r.value ->> 'date')::date, '-infinity') <= as_of) x) q,
  lateral (select case
      when q.certificate then 'study_certificate'
      when e.left_introductory > coalesce(e.left_national, '-infinity') then 'dropout_introductory'
      when e.left_national is not null then 'dropout'
      when m.arrived > n.normally and not e.ever_here then 'newly_registered'
      when e.ever_upper then 'unknown'
      when member ->> 'compulsorySchoolEnded' is not null or e.ever_here then 'no_upper_secondary'
      else 'unknown' end as reason offset 0) w,
  lateral (select case
      when m.born is null then 0
      when m.residence in ('deceased', 'emigrated') then 1
      when as_of >= base.twentieth(m.born) then 2
      when m.home <> town then 3
      when m.residence is distinct from 'resident' then 4
      when as_of < s.ended then 5
      when q.diploma then 6
      when q.equivalent then 7
      when e.national or e.introductory then 8
      when e.adapted then 9
      when e.equivalent then 10
      when e.folk_high_school or e.komvux then 11
      when e.compulsory then 12
      when w.reason in ('study_certificate', 'dropout', 'dropout_introductory') then 13
      when e.sfi then 14
      else 15 end as rule offset 0) d
$$;

-- Enrolments without the schools' names, which a protected registration must not show.
create function base.without_schools(enrolments jsonb) returns jsonb language sql immutable parallel safe
return (select coalesce(jsonb_agg(e.value - 'school' order by e.n), '[]')
        from jsonb_array_elements(enrolments) with ordinality e(value, n));

-- What an evaluation keeps of the members it was made of: no name, address or school.
create function base.evaluation_inputs(member jsonb) returns jsonb language sql stable parallel safe
return jsonb_strip_nulls(jsonb_build_object(
  'birthDate', member -> 'birthDate', 'residence', (member -> 'residence') - 'district', 'protection', member -> 'protection',
  'actualMunicipality', member -> 'actualMunicipality', 'compulsorySchoolEnded', member -> 'compulsorySchoolEnded',
  'enrolments', base.without_schools(member -> 'enrolments'), 'qualifications', member -> 'qualifications'));

-- The register's members of a stored youth, as target_group takes them.
create function base.register_members(y base.youths) returns jsonb language sql stable parallel safe
return jsonb_strip_nulls(jsonb_build_object('birthDate', y.birth_date, 'protection', y.protection,
  'residence', y.residence, 'actualMunicipality', y.actual_municipality,
  'compulsorySchoolEnded', y.compulsory_school_ended, 'enrolments', y.enrolments, 'qualifications', y.qualifications));

-- Imports may work on the register side by side (shared); a night or an evaluation run has it alone. Held until the
-- transaction ends.
create function base.lock_register(town text, shared boolean) returns void language plpgsql as $$
begin
  if shared then
    perform pg_advisory_xact_lock_shared(hashtextextended('register ' || town, 0));
  else
    perform pg_advisory_xact_lock(hashtextextended('register ' || town, 0));
  end if;
end $$;

-- Ends registrations as the register or a night does: the day, or the start when that is later.
create function base.end_registrations(town text, ids uuid[], end_dates date[], exit_reasons text[])
returns int language plpgsql set search_path = pg_catalog as $$
declare
  ended int;
begin
  with gone as (
    update base.registrations r set status = 'ended', end_date = greatest(r.start_date, g.end_date), exit_reason = g.exit_reason
    from unnest(ids, end_dates, exit_reasons) g(id, end_date, exit_reason)
    where r.municipality = town and r.id = g.id and r.end_date is null
    returning r.id, r.youth_id, r.end_date, r.exit_reason)
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select town, 'registrations', gone.id, gone.youth_id, 'ended', base.now(),
         jsonb_build_object('endDate', gone.end_date, 'exitReason', gone.exit_reason), 'system' from gone;
  get diagnostics ended = row_count;
  return ended;
end $$;

-- One night -------------------------------------------------------------------------------------

-- Guardians' data ends on the 18th birthday: in the youth, and their names in consents, of which the days stay.
create function base.clear_guardians(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
declare
  cleared uuid[];
begin
  with emptied as (
    update base.youths y set guardians = '[]'
    where y.municipality = town and y.guardians <> '[]' and (y.birth_date + interval '18 years')::date <= base.today()
    returning y.id
  ), nameless as (
    update base.consents c set guardians = (select jsonb_agg(g.value - 'name' order by g.n) from jsonb_array_elements(c.guardians) with ordinality g(value, n))
    from base.youths y
    where c.municipality = town and jsonb_path_exists(c.guardians, '$[*].name') and y.municipality = town and y.id = c.youth_id
      and (y.birth_date + interval '18 years')::date <= base.today()
    returning c.youth_id)
  select coalesce(array_agg(distinct e.id), '{}') into cleared from (select id from emptied union all select youth_id from nameless) e;
  perform base.log_written('youths', 'clear-guardians', null, cleared);
  return jsonb_build_object('cleared', cardinality(cleared));
end $$;

insert into base.nightly_steps (position, name, doc) values
  (110, 'clear_guardians', 'Removes guardians'' data on the 18th birthday.');

