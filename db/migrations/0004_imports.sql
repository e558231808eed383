-- Imports: the register's rows, delivered in parts, evaluated, and kept for those who are covered.
--
-- A part holds personal data of people who may not be covered, so it is readable by nobody but
-- base.run_import and is deleted when the import ends. What stays of such rows is a row number, codes and a rule.

create table base.imports (
  like base.standard including defaults,
  source text not null check (source ~ '^[a-z0-9-]{1,40}$'),
  mode text not null check (mode in ('full', 'delta')),
  as_of date not null,
  status text not null default 'open' check (status in ('open', 'committed', 'stopped', 'cancelled', 'failed')),
  counts jsonb,
  brake text,         -- the policy's setting that stops it, or would
  failure text,       -- SQLSTATE, never a message: it could hold personal data
  row_count int,
  turn bigint,        -- drawn when it was stopped or committed: which of two of a day came later
  ended_at timestamptz,
  primary key (municipality, id)
);
create sequence base.import_turns;
create index imports_source on base.imports (municipality, source, as_of) where status = 'committed';
select base.guard('imports', 'configuration');

create table base.import_parts (
  municipality text not null default base.municipality(),
  import_id uuid not null,
  n int not null check (n between 1 and 100000),
  rows jsonb compression lz4 not null, -- [{"row", "value"} | {"row", "errors"}]
  primary key (municipality, import_id, n),
  foreign key (municipality, import_id) references base.imports (municipality, id)
);
alter table base.import_parts enable row level security;

-- Rows that were rejected, or that a person must look at: where in the file, and why. And the registrations that
-- the import ends or would end: by a row and its rule, or, without them, because the person is absent.
create table base.import_rows (
  municipality text not null,
  id uuid not null default gen_random_uuid(),
  import_id uuid not null,
  part int,
  row int,
  result text not null check (result in ('rejected', 'review', 'ended')),
  rule int check (rule between 0 and 15),
  errors jsonb not null default '[]',
  youth_id uuid,
  registration_id uuid,
  exit_reason text,
  primary key (municipality, id),
  foreign key (municipality, import_id) references base.imports (municipality, id),
  foreign key (municipality, youth_id) references base.youths (municipality, id),
  constraint one_row_a_line unique (municipality, import_id, part, row),
  constraint only_the_ended_have_a_name check (
    case result when 'ended' then num_nulls(youth_id, registration_id, exit_reason) = 0
                else num_nonnulls(youth_id, registration_id, exit_reason) = 0 and num_nulls(part, row) = 0 end)
);
alter table base.import_rows enable row level security;
create policy visible on base.import_rows to kaa_service
  using (municipality = (select base.municipality()) and (youth_id is null
         or exists (select from base.youths y where y.municipality = import_rows.municipality and y.id = youth_id)));
grant select on base.import_rows to kaa_service;

-- Two keys are locked while one runs: the source, so that there is one at a time, and the import, to name it.
create function base.import_lock(town text, what text) returns bigint language sql immutable parallel safe
return hashtextextended('import ' || town || ' ' || what, 0);

-- True while another session works on it.
create function base.import_is_running(town text, id uuid) returns boolean language sql stable
return exists (
  select from pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and l.pid <> pg_backend_pid()
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and (l.classid::bigint << 32 | l.objid::bigint) = base.import_lock(town, id::text));

-- Whoever imports learns of every person in the municipality.
create function base.may_import() returns void language plpgsql as $$
begin
  perform base.needs_to_see('protected:read');
end $$;

-- True when a later delivery of the source is committed: as of a later day, or of the same day in a later turn.
create function base.is_outdated(source text, as_of date, turn bigint default null) returns boolean language sql stable
return exists (select from base.imports i where i.municipality = base.municipality() and i.source = is_outdated.source
               and i.status = 'committed' and (i.as_of > is_outdated.as_of or i.as_of = is_outdated.as_of and i.turn > is_outdated.turn));

create function base.check_import() returns trigger language plpgsql as $$
begin
  perform base.may_import();
  if new.as_of > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/asOf"}');
  end if;
  if base.is_outdated(new.source, new.as_of) then
    perform base.refuse(422, 'import-outdated', '{"pointer": "/asOf"}');
  end if;
  return new;
end $$;
create trigger check_import before insert on base.imports for each row execute function base.check_import();

-- Takes or replaces a part of an open import.
create function base.put_import_part(import uuid, n int, rows jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  state text;
begin
  perform base.may_import();
  -- parts may come side by side, but not while an event moves the import
  select i.status into state from base.imports i
  where i.municipality = base.municipality() and i.id = import for key share;
  if state is null then perform base.refuse(404, 'not-found'); end if;
  if state <> 'open' then
    perform base.refuse(409, 'import-not-open', jsonb_build_object('status', state));
  end if;
  insert into base.import_parts (import_id, n, rows) values (import, put_import_part.n, put_import_part.rows)
  on conflict on constraint import_parts_pkey do update set rows = excluded.rows;
end $$;

-- What a row says ------------------------------------------------------------------------------------

-- Out beyond doubt, at a glance: most of a file is at school or lives elsewhere, and target_group takes ten times
-- as long. True only where target_group says out.
create function base.plainly_out(member jsonb, town text, as_of date) returns boolean language sql stable parallel safe
return coalesce(base.twentieth((member ->> 'birthDate')::date) <= as_of
  or member ->> 'birthDate' is not null and (
    member ->> 'protection' <> 'protected_registration' and member #>> '{residence,municipality}' <> town
    or member #>> '{residence,status}' = 'resident' and jsonb_path_exists(member -> 'enrolments',
         '$[*] ? (@.type == "national_programme" && (!exists(@.from) || @.from <= $asOf)
                  && (!exists(@.to) || @.to >= $asOf) && !exists(@.cancelled))', jsonb_build_object('asOf', as_of))), false);

-- What a youth's row is known again by: its members, whatever number it came with.
create function base.register_hash(member jsonb, district uuid) returns text language sql immutable parallel safe
return md5((member - 'personalNumber' - 'numberType')::text || coalesce(district::text, ''));

-- The lines of the import's parts, and whom their numbers lead to, in pg_temp.import_lines; the former numbers that
-- lines bring in pg_temp.import_former; in pg_temp.import_twice the persons (youth or unknown number) of several lines.
-- (Without nested loops, since the planner knows little of tables made a moment ago; but those who write need them,
-- for what their triggers look up row by row.)
create function base.read_lines(imp base.imports) returns void
language plpgsql set search_path = pg_catalog set enable_nestloop = off as $$
begin
  drop table if exists pg_temp.import_lines, pg_temp.import_former, pg_temp.import_twice;
  create temp table import_lines on commit drop as
  select p.n as part, (l.line ->> 'row')::int as row, l.line -> 'errors' as errors, l.line -> 'value' as v, n.number,
         i.youth_id as own, i.youth_id
  from base.import_parts p
  cross join lateral jsonb_array_elements(p.rows) l(line)
  cross join lateral (select l.line #>> '{value,personalNumber}' as number offset 0) n
  left join base.numbers_of_persons i on i.municipality = imp.municipality and i.number = n.number
  where p.municipality = imp.municipality and p.import_id = imp.id;

  create temp table import_former on commit drop as
  select l.part, l.row, f.number, min(f.n) - 1 as place, i.youth_id
  from (select m.part, m.row, m.number, m.v -> 'formerNumbers' as numbers from pg_temp.import_lines m
        where jsonb_typeof(m.v -> 'formerNumbers') = 'array' offset 0) l
  cross join lateral jsonb_array_elements_text(l.numbers) with ordinality f(number, n)
  left join base.numbers_of_persons i on i.municipality = imp.municipality and i.number = f.number
  where f.number <> l.number
  group by l.part, l.row, f.number, i.youth_id;

  -- a number that nobody has yet is that of the person whose former number is known
  update pg_temp.import_lines l set youth_id = f.youth_id
  from (select o.part, o.row, min(o.youth_id::text)::uuid as youth_id from pg_temp.import_former o
        where o.youth_id is not null group by o.part, o.row) f
  where l.own is null and l.part = f.part and l.row = f.row;

  create temp table import_twice on commit drop as
  select p.person from (select coalesce(l.youth_id::text, l.number) as person from pg_temp.import_lines l where l.number is not null
                        union all select f.number from pg_temp.import_former f where f.youth_id is null) p
  group by 1 having count(*) > 1;
end $$;

-- The import's rows with what is known of their persons, in pg_temp.import_seen: one row a line, with
-- `act`: rejected, notCovered, toReview, new (a registration begins), ended, updated, unchanged; and in
-- pg_temp.import_absent the open registrations that a full import ends because their person is missing.
create function base.read_import(imp base.imports, policy jsonb) returns void
language plpgsql set search_path = pg_catalog set enable_nestloop = off as $$
begin
  perform base.read_lines(imp);
  drop table if exists pg_temp.import_seen, pg_temp.import_absent;

  create temp table import_seen on commit drop as
  with looked as materialized (
    select l.part, l.row, l.number, l.youth_id, l.own is null and l.youth_id is not null as renumbered, d.id as district_id,
           e.errors, g.act, case when g.act is null then l.v end as v
    from pg_temp.import_lines l
    cross join lateral (select base.number_type(l.number) as type, l.v ->> 'protection' = 'protected_registration' as hidden,
                               l.v #>> '{residence,municipality}' as municipality offset 0) k
    cross join lateral (select case when k.hidden then coalesce(l.v ->> 'actualMunicipality', k.municipality) else k.municipality end as home,
      case when not k.hidden and k.municipality = imp.municipality then l.v #>> '{residence,district}' end as district offset 0) h
    left join (select s.id, key from base.districts d, unnest(array[d.slug, d.id::text]) key,
                    lateral (select base.successor(imp.municipality, d.id, imp.as_of) as id offset 0) s
               where d.municipality = imp.municipality and base.in_force(imp.municipality, s.id, imp.as_of)) d on d.key = h.district
    left join pg_temp.import_twice t on t.person = coalesce(l.youth_id::text, l.number)
    left join (
      select o.part, o.row, bool_or(o.youth_id <> m.youth_id) as ambiguous, bool_or(t.person is not null) as twice,
             array_agg(jsonb_build_object('pointer', '/formerNumbers/' || o.place, 'code', 'number-wrong') order by o.place)
               filter (where base.number_type(o.number) is null) as wrong
      from pg_temp.import_former o join pg_temp.import_lines m using (part, row)
      left join pg_temp.import_twice t on o.youth_id is null and t.person = o.number
      group by o.part, o.row) f on f.part = l.part and f.row = l.row
    cross join lateral (select array_remove(array[
      case when k.type is null then '{"pointer": "/personalNumber", "code": "number-wrong"}'::jsonb end,
      case when k.type <> l.v ->> 'numberType' then '{"pointer": "/numberType", "code": "number-type-wrong"}'::jsonb end,
      case when t.person is not null or f.twice then '{"pointer": "/personalNumber", "code": "person-twice"}'::jsonb end,
      case when f.ambiguous then '{"pointer": "/formerNumbers", "code": "person-ambiguous"}'::jsonb end,
      case when h.district is not null and d.id is null then '{"pointer": "/residence/district", "code": "district-unknown"}'::jsonb end,
      case when h.home is null and l.v #>> '{residence,status}' = 'resident'
           then '{"pointer": "/residence/municipality", "code": "required"}'::jsonb end], null) || f.wrong as found offset 0) w
    cross join lateral (select coalesce(l.errors, case when w.found <> '{}' then to_jsonb(w.found) end) as errors offset 0) e
    cross join lateral (select case when e.errors is not null then 'rejected'
      when l.youth_id is null and base.plainly_out(l.v, imp.municipality, imp.as_of) then 'notCovered' end as act offset 0) g
  ), known as materialized (
    select k.*, y.id is not null as known, y.source, y.register_hash, y.protection,
           r.id as registration_id, r.status as registered, r.start_date as last_start, r.end_date as last_end, r.exit_reason as last_exit,
           r.status = 'ended' and exists (select from base.events v
             where v.municipality = imp.municipality and v.resource_id = r.id and v.type = 'ended' and v.actor = 'staff') as ended_by_staff,
           case when k.youth_id is not null then
             (select array[e.rule::text, e.occupation] from base.evaluations e where e.municipality = imp.municipality and e.youth_id = k.youth_id
                and e.import_id is not null -- what a night found in between has moved no occupation
              order by e.as_of desc, e.created_at desc limit 1) end as last_word,
           m.hash,
           n.heard, n.new_schooling,
           case when n.heard and not n.new_schooling -- what is evaluated
                then base.with_school_events(k.v, imp.municipality, k.youth_id, imp.as_of) else k.v end as member
    from looked k
    left join base.youths y on y.municipality = imp.municipality and y.id = k.youth_id
    left join lateral (select r.id, r.status, r.start_date, r.end_date, r.exit_reason from base.registrations r
                       where k.youth_id is not null and r.municipality = imp.municipality and r.youth_id = k.youth_id
                       order by r.start_date desc, r.created_at desc limit 1) r on true
    left join base.heard_of_by_schools(imp.municipality, imp.as_of) h on h.youth_id = k.youth_id
    cross join lateral (select case when k.youth_id is not null then base.register_hash(k.v, k.district_id) end as hash offset 0) m
    -- what schools have told counts until the row says something new of the schooling
    cross join lateral (select h.youth_id is not null as heard, case when y.register_hash <> m.hash then base.schooling(k.v)
      <> base.schooling(jsonb_build_object('enrolments', y.enrolments, 'qualifications', y.qualifications)) else false end as new_schooling offset 0) n
    where k.act is null
  ), decided as materialized (
    select k.*, t.rule, t.result, t.exit_reason, t.reason, t.occupation, t.held_back,
           n.news, n.news or k.source is distinct from imp.source as changed
    from known k
    cross join lateral (select k.renumbered or k.register_hash is distinct from k.hash as news offset 0) n
    cross join lateral base.target_group(k.member, imp.municipality, imp.as_of, policy, k.registered is not null) t
  )
  select d.part, d.row, d.number, d.youth_id, coalesce(d.youth_id, gen_random_uuid()) as id, d.known, d.renumbered,
         case when a.act in ('new', 'updated', 'ended') then d.v end as v, d.errors, d.district_id, d.hash,
         d.registration_id, d.changed, d.rule, d.result, d.exit_reason, d.reason, d.occupation, a.act,
         coalesce(d.registered = 'open', false) as open, d.new_schooling,
         base.keeps_schooling(d.registered, d.last_exit, d.rule) as keeps_schooling,
         case when d.heard then d.member end as told, -- the row together with what schools have told
         -- nothing is said of who is here for preventive work alone
         case when a.act <> 'updated' or d.registered is not null then a.act
              when d.result = 'review' then 'toReview' else 'notCovered' end as counted
  from decided d
  cross join lateral (select case
      when d.registered = 'open' then
        -- a registration begun since the day that the row speaks of is not ended by it
        case when d.result = 'out' and d.last_start <= imp.as_of then 'ended'
             -- an enrolment may begin or end by the calendar alone, under the same rule
             when d.changed or array[d.rule::text, d.occupation] is distinct from d.last_word then 'updated' else 'unchanged' end
      -- staff ended it and the register says nothing new, whoever delivers it: it stays ended
      when d.result = 'in' and d.ended_by_staff and not d.news and d.rule::text = d.last_word[1] then 'unchanged'
      -- who was registered on the day that the row speaks of, and has ended since, is not registered by it
      when d.result = 'in' and not d.held_back and coalesce(d.last_end <= imp.as_of, true)
           and (d.youth_id is null or coalesce(base.duplicates_end(imp.municipality, d.youth_id) <= imp.as_of, true)) then 'new'
      -- of those who are not covered now, only a change of protection is taken
      when d.protection <> d.v ->> 'protection' then 'updated'
      -- and of those who left for schooling here, what it is now: a school may tell that they left it
      when d.new_schooling and base.keeps_schooling(d.registered, d.last_exit, d.rule) then 'updated'
      when d.result = 'review' then 'toReview'
      else 'notCovered' end as act offset 0) a
  union all
  select k.part, k.row, k.number, k.youth_id, null, false, false, null, k.errors, null, null, null, null, null, null, null,
         null, null, k.act, false, false, false, null, k.act
  from looked k where k.act is not null;
  analyze pg_temp.import_seen (id, youth_id, act);

  -- whom the source no longer delivers: never those that staff opened or that began since, nor a person whose row
  -- was rejected
  create temp table import_absent on commit drop as
  select r.id as registration_id, y.id as youth_id
  from base.youths y join base.registrations r on r.municipality = y.municipality and r.youth_id = y.id
  where imp.mode = 'full' and y.municipality = imp.municipality and y.source = imp.source
    and r.end_date is null and r.source is not null and r.start_date <= imp.as_of
    and not exists (select from pg_temp.import_seen s where s.youth_id = y.id)
    and not exists (select from pg_temp.import_former f where f.youth_id = y.id);
end $$;

-- The brake that stops the import, or null. A truncated file must not end thousands of cases. From how many persons
-- on a percentage stops is policy too: one of a few is an ordinary night, and no percentage says so.
create function base.import_brake(imp base.imports, policy jsonb, counts jsonb) returns text
language plpgsql set search_path = pg_catalog as $$
declare
  lines int;
  unknown int;
  delivered int;
  absent int := (select count(*) from pg_temp.import_absent);
  from_persons int := (policy ->> 'importBrakeFrom')::int;
begin
  select count(*), count(*) filter (where s.number is null or s.errors is not null and base.number_type(s.number) is null)
    into lines, unknown from pg_temp.import_seen s;
  if (counts ->> 'rejected')::int >= from_persons
     and (counts ->> 'rejected')::int * 100 > lines * (policy ->> 'importMaxRejectedPercent')::numeric then
    return 'importMaxRejectedPercent';
  end if;
  if imp.mode <> 'full' then return null; end if;
  if lines < greatest((policy ->> 'importMinRows')::int, 1) then return 'importMinRows'; end if;
  -- a line that names nobody may be the one who seems absent
  if absent > 0 and unknown > 0 then return 'unreadableRows'; end if;
  select count(*) into delivered
  from base.youths y join base.registrations r on r.municipality = y.municipality and r.youth_id = y.id
  where y.municipality = imp.municipality and y.source = imp.source and r.end_date is null and r.source is not null;
  if absent >= from_persons and absent * 100 > delivered * (policy ->> 'importMaxEndedPercent')::numeric then
    return 'importMaxEndedPercent';
  end if;
  return null;
end $$;

-- What a row does ------------------------------------------------------------------------------------

-- The register's members of youths: new ones, and those whose row says something new. Casework's members are
-- left alone. Of a youth who moved away nothing more is taken, of one not covered only the protection.
-- (Triggers look up row by row in tables that a first import finds empty: the planner is told to use their indexes.)
create function base.write_youths(imp base.imports) returns void
language plpgsql set search_path = pg_catalog set enable_seqscan = off as $$
begin
  drop table if exists pg_temp.import_youths;
  create temp table import_youths on commit drop as
  select s.id, s.known, (s.v ->> 'birthDate')::date as birth_date, s.v ->> 'sex' as sex, s.v ->> 'givenName' as given_name,
         s.v ->> 'familyName' as family_name, s.v ->> 'protection' as protection,
         coalesce(s.hash, base.register_hash(s.v, s.district_id)) as hash, s.number, s.v ->> 'numberType' as number_type, s.renumbered,
         case when not p.hidden or s.v #>> '{address,kind}' = 'forwarding' then s.v -> 'address' end as address,
         case when not p.hidden then s.v -> 'residence' else (s.v -> 'residence') - 'district' end as residence,
         s.v ->> 'actualMunicipality' as actual_municipality,
         (s.v ->> 'compulsorySchoolEnded')::date as compulsory_school_ended,
         case when not p.hidden then coalesce(s.v -> 'enrolments', '[]')
              else base.without_schools(coalesce(s.v -> 'enrolments', '[]')) end as enrolments,
         coalesce(s.v -> 'qualifications', '[]') as qualifications, s.district_id
  from pg_temp.import_seen s, lateral (select s.v ->> 'protection' = 'protected_registration' as hidden) p
  where s.act in ('new', 'ended', 'updated') and (s.changed or not s.known) and (s.open or s.act = 'new')
    and s.exit_reason is distinct from 'moved';
  analyze pg_temp.import_youths (id, known);

  insert into base.youths (municipality, id, birth_date, sex, given_name, family_name, protection, address, residence,
    actual_municipality, compulsory_school_ended, enrolments, qualifications, district_id, source, register_hash)
  select imp.municipality, n.id, n.birth_date, n.sex, n.given_name, n.family_name, n.protection, n.address, n.residence,
    n.actual_municipality, n.compulsory_school_ended, n.enrolments, n.qualifications, n.district_id, imp.source, n.hash
  from pg_temp.import_youths n where not n.known;

  update base.youths y set birth_date = n.birth_date, sex = n.sex, given_name = n.given_name, family_name = n.family_name,
    protection = n.protection, address = n.address, residence = n.residence, actual_municipality = n.actual_municipality,
    compulsory_school_ended = n.compulsory_school_ended, enrolments = n.enrolments, qualifications = n.qualifications,
    district_id = n.district_id, source = imp.source, register_hash = n.hash,
    contact_address = case when n.protection <> 'protected_registration' then y.contact_address end
  from pg_temp.import_youths n where n.known and y.municipality = imp.municipality and y.id = n.id;

  update base.youths y set protection = s.v ->> 'protection',
    district_id = case when p.hidden then null else y.district_id end,
    residence = case when p.hidden then y.residence - 'district' else y.residence end,
    address = case when p.hidden and y.address ->> 'kind' <> 'forwarding' then null else y.address end,
    contact_address = case when not p.hidden then y.contact_address end,
    enrolments = case when p.hidden then base.without_schools(y.enrolments) else y.enrolments end
  from pg_temp.import_seen s, lateral (select s.v ->> 'protection' = 'protected_registration' as hidden) p
  where s.known and s.act in ('updated', 'ended') and (not s.open or s.exit_reason = 'moved')
    and y.municipality = imp.municipality and y.id = s.id and y.protection <> s.v ->> 'protection';

  -- the first number of a new person has none before it; a new one of a known person takes the former one's place
  insert into base.identity_numbers (municipality, youth_id, number, type, valid_from, again)
  select imp.municipality, n.id, n.number, n.number_type, imp.as_of, n.known
  from pg_temp.import_youths n where n.renumbered or not n.known;
  -- nobody's yet: a former one of this person, to be found by
  insert into base.identity_numbers (municipality, youth_id, number, type, current, valid_from, valid_to, again)
  select imp.municipality, n.id, f.number, base.number_type(f.number), false, imp.as_of, imp.as_of, false
  from pg_temp.import_former f join pg_temp.import_seen s using (part, row) join pg_temp.import_youths n on n.id = s.id
  where f.youth_id is null;
end $$;

-- The school and programme of the latest upper-secondary enrolment that had begun.
create function base.latest_schooling(member jsonb, as_of date) returns table (school text, programme text)
language sql stable parallel safe as $$
  select case when member ->> 'protection' <> 'protected_registration' then e.value ->> 'school' end, e.value ->> 'programme'
  from jsonb_array_elements(member -> 'enrolments') e(value)
  where coalesce((e.value ->> 'from')::date <= as_of, true)
    and e.value ->> 'type' not in ('compulsory_school', 'folk_high_school', 'komvux', 'sfi')
  order by (e.value ->> 'from')::date desc nulls last limit 1
$$;

-- Registrations that end and begin, and the occupations that the register knows of.
create function base.write_registrations(imp base.imports) returns void
language plpgsql set search_path = pg_catalog set enable_seqscan = off as $$
begin
  perform base.end_registrations(imp.municipality, array_agg(g.registration_id), array_agg(g.end_date), array_agg(g.exit_reason))
  from (select s.registration_id, s.exit_reason,
               case when s.rule = 2 then base.twentieth((s.v ->> 'birthDate')::date) else imp.as_of end as end_date
        from pg_temp.import_seen s where s.act = 'ended'
        union all
        select a.registration_id, 'left_source', imp.as_of from pg_temp.import_absent a) g;

  insert into base.registrations (municipality, youth_id, start_date, reason, latest_school, latest_programme, source)
  select imp.municipality, s.id, imp.as_of, s.reason, l.school, l.programme, imp.source
  from pg_temp.import_seen s left join lateral base.latest_schooling(coalesce(s.told, s.v), imp.as_of) l on true
  where s.act = 'new';

  -- a new registration starts with what the register knows; later the register speaks again only when its word changes
  insert into base.occupations (municipality, youth_id, code, from_date, source)
  select imp.municipality, s.id, coalesce(s.occupation, 'unknown'), imp.as_of, 'import'
  from pg_temp.import_seen s
  left join lateral (select o.code, o.source from base.occupations o
                     where s.act = 'updated' and o.municipality = imp.municipality and o.youth_id = s.id
                     order by o.holds_from desc, o.created_at desc limit 1) latest on true
  left join lateral (select o.code from base.occupations o
                     where s.act = 'updated' and o.municipality = imp.municipality and o.youth_id = s.id and o.source = 'import'
                     order by o.holds_from desc, o.created_at desc limit 1) told on true
  where s.act = 'new'
     or s.act = 'updated' and s.open and s.result = 'in'
        and coalesce(s.occupation, 'unknown') is distinct from coalesce(told.code, 'unknown')
        and (s.occupation is not null or latest.source = 'import');
end $$;

-- Evaluations of those who are registered (of who moved away, not what is another municipality's to know: schooling,
-- and where a protected person stays), and the log of whom the import touched.
create function base.write_traces(imp base.imports) returns void language plpgsql set search_path = pg_catalog as $$
begin
  insert into base.evaluations (municipality, youth_id, as_of, rule, result, occupation, inputs, import_id)
  select imp.municipality, s.id, imp.as_of, s.rule, s.result, s.occupation, base.evaluation_inputs(coalesce(s.told, s.v))
           - case when s.exit_reason = 'moved' then '{enrolments,qualifications,actualMunicipality}' else '{}' end::text[], imp.id
  from pg_temp.import_seen s where s.act in ('new', 'ended') or s.act = 'updated' and s.open;

  perform base.log_written('imports', 'import', imp.id, array(
    select s.id from pg_temp.import_seen s where s.act in ('new', 'ended', 'updated')
    union all
    select a.youth_id from pg_temp.import_absent a));
end $$;

-- The whole --------------------------------------------------------------------------------------------

-- Locks the import, and its source when it is to be read; or says which one is running.
create function base.lock_import(imp base.imports, reads boolean) returns void language plpgsql set search_path = pg_catalog as $$
declare
  running text;
begin
  if reads and not pg_try_advisory_xact_lock(base.import_lock(imp.municipality, imp.source)) then
    select max(i.id::text) into running from base.imports i
    where i.municipality = imp.municipality and i.source = imp.source and i.status in ('open', 'stopped')
      and base.import_is_running(i.municipality, i.id);
    perform base.refuse(409, 'import-running', jsonb_build_object('importId', running));
  end if;
  if not pg_try_advisory_xact_lock(base.import_lock(imp.municipality, imp.id::text)) then
    perform base.refuse(409, 'import-running', jsonb_build_object('importId', imp.id));
  end if;
end $$;

-- What the import did, or would do, to single persons and rows. When it is approved, only those absent are ended who
-- were shown: the others wait for the next file.
create function base.list_import(imp base.imports, approved boolean) returns void language plpgsql set search_path = pg_catalog as $$
begin
  if approved then
    delete from pg_temp.import_absent a where not exists (
      select from base.import_rows r where r.municipality = imp.municipality and r.import_id = imp.id
        and r.result = 'ended' and r.rule is null and r.registration_id = a.registration_id);
  end if;
  delete from base.import_rows r where r.municipality = imp.municipality and r.import_id = imp.id;
  insert into base.import_rows (municipality, import_id, part, row, result, rule, errors, youth_id, registration_id, exit_reason)
  select imp.municipality, imp.id, s.part, s.row, case s.counted when 'toReview' then 'review' else s.counted end, s.rule,
         coalesce(s.errors, '[]'), e.*
  from pg_temp.import_seen s
  left join lateral (select s.youth_id, s.registration_id, s.exit_reason where s.act = 'ended') e on true
  where s.counted in ('rejected', 'toReview', 'ended')
  union all
  select imp.municipality, imp.id, null, null, 'ended', null, '[]', a.youth_id, a.registration_id, 'left_source'
  from pg_temp.import_absent a;
end $$;

-- Counts what the import does, and does it when `apply` is set and no brake stops it (`approved`: brakes are off).
-- Returns the import's new status.
create function base.run_import(import uuid, apply boolean, approved boolean default false) returns text
language plpgsql set search_path = pg_catalog, pg_temp set jit = off set work_mem = '64MB'
set client_min_messages = warning as $$
declare
  imp base.imports;
  policy jsonb := base.policy();
  tally jsonb;
  stop text;
begin
  perform base.may_import();
  select * into imp from base.imports i where i.municipality = base.municipality() and i.id = import;
  perform base.lock_register(imp.municipality, true);
  if base.is_outdated(imp.source, imp.as_of, imp.turn) then perform base.refuse(409, 'import-superseded'); end if;
  perform base.read_import(imp, policy);
  perform base.list_import(imp, approved);
  select jsonb_object_agg(a.act, (select count(*) from pg_temp.import_seen s where s.counted = a.act)
                                 + case a.act when 'ended' then (select count(*) from pg_temp.import_absent) else 0 end)
    into tally from unnest(array['new', 'updated', 'unchanged', 'ended', 'notCovered', 'toReview', 'rejected']) a(act);
  stop := base.import_brake(imp, policy, tally);

  if apply and (stop is null or approved) then
    perform base.hold_replan();
    perform base.write_youths(imp);
    perform base.absorb_school_events(imp);
    perform base.write_registrations(imp);
    perform base.release_replan();
    perform base.write_traces(imp);
    -- a first load changes what the planner believed of these tables
    if (tally ->> 'new')::int > 1000 then
      analyze base.youths, base.identity_numbers, base.registrations, base.occupations, base.evaluations;
    end if;
  end if;
  update base.imports i set counts = tally, brake = stop,
    row_count = (select count(*) from pg_temp.import_seen),
    turn = case when apply then nextval('base.import_turns') else i.turn end,
    status = case when apply and stop is not null and not approved then 'stopped' else i.status end
  where i.municipality = imp.municipality and i.id = imp.id
  returning i.status into imp.status;
  return imp.status;
end $$;

-- Commits; `event` says in the history what came of it. What breaks a rule of the data fails the import as a whole,
-- and it stays failed; what may pass (a lock, a lost connection, somebody who registered one of the same persons just
-- now) leaves it as it was.
create function base.commit_import(import uuid, approved boolean, event uuid) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  state text;
  wrong text;
begin
  begin
    state := base.run_import(import, true, approved);
  exception
    when unique_violation or exclusion_violation then
      perform base.refuse(409, 'import-collided');
    when data_exception or integrity_constraint_violation then
      get stacked diagnostics wrong = constraint_name;
      raise log 'import % failed: % %', import, sqlstate, wrong;
      state := 'failed';
      update base.imports i set status = state, failure = sqlstate where i.municipality = base.municipality() and i.id = import;
  end;
  if state in ('stopped', 'failed') then
    update base.events e set type = state where e.municipality = base.municipality() and e.id = event;
  end if;
  if state <> 'stopped' then perform base.end_import(import); end if;
end $$;

-- Nothing of the parts is kept when an import has ended.
create function base.end_import(import uuid) returns void language plpgsql set search_path = pg_catalog as $$
begin
  -- nor whom it would have ended, when it did not
  delete from base.import_rows r using base.imports i
  where i.municipality = base.municipality() and i.id = import and i.status in ('cancelled', 'failed')
    and r.municipality = i.municipality and r.import_id = i.id and r.result = 'ended';
  delete from base.import_parts p using base.imports i
  where i.municipality = base.municipality() and i.id = import and i.status not in ('open', 'stopped')
    and p.municipality = i.municipality and p.import_id = i.id;
  update base.imports i set ended_at = base.now()
  where i.municipality = base.municipality() and i.id = import and i.status not in ('open', 'stopped') and i.ended_at is null;
end $$;

insert into base.transitions (resource, "from", event, "to") values
  ('imports', 'open', 'validated', 'open'),
  ('imports', 'open', 'committed', 'committed'),
  ('imports', 'open', 'cancelled', 'cancelled'),
  ('imports', 'stopped', 'approved', 'committed'),
  ('imports', 'stopped', 'cancelled', 'cancelled');

-- As the owner, like all that reads parts; its own door is the only one.
create function base.import_event(id uuid, body jsonb, query jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  imp base.imports;
  event uuid := coalesce((query ->> '@event')::uuid, gen_random_uuid());
begin
  perform base.may_import();
  -- before the row's own lock, which would wait for the one that runs
  select * into imp from base.imports i where i.municipality = base.municipality() and i.id = import_event.id;
  if found then perform base.lock_import(imp, body ->> 'type' <> 'cancelled'); end if;
  perform base.transit('imports', 'staff', id, body, query || jsonb_build_object('@event', event));
  case body ->> 'type'
    when 'validated' then perform base.run_import(id, false);
    when 'cancelled' then perform base.end_import(id);
    else perform base.commit_import(id, body ->> 'type' = 'approved', event);
  end case;
end $$;

revoke all on function base.put_import_part, base.run_import, base.commit_import, base.end_import, base.import_event from public;
grant execute on function base.put_import_part, base.import_event to kaa_service;

-- Imports that nobody ended within a week: their parts are personal data of people who may not be covered.
create function base.cancel_old_imports(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
declare
  old uuid;
  cancelled int := 0;
begin
  for old in select i.id from base.imports i where i.municipality = town and i.status in ('open', 'stopped')
               and i.modified_at < base.now() - interval '7 days' for update skip locked loop
    insert into base.events (municipality, resource, resource_id, type, at, actor)
    values (town, 'imports', old, 'cancelled', base.now(), 'staff');
    update base.imports i set status = 'cancelled' where i.municipality = town and i.id = old;
    perform base.end_import(old);
    cancelled := cancelled + 1;
  end loop;
  return jsonb_build_object('cancelled', cancelled);
end $$;
insert into base.nightly_steps (position, name, doc) values
  (120, 'cancel_old_imports', 'Cancels imports that nobody ended within a week and deletes their parts.');

-- Views ------------------------------------------------------------------------------------------------

create view api.imports with (security_invoker) as
select i.id, i.version, i.created_at as "createdAt", i.created_by as "createdBy", i.modified_at as "modifiedAt",
       i.modified_by as "modifiedBy", i.source, i.mode, i.as_of as "asOf",
       case when i.status in ('open', 'stopped') and base.import_is_running(i.municipality, i.id) then 'running'
            else i.status end as status,
       i.counts, i.brake, i.failure, i.row_count as "rowCount", i.ended_at as "endedAt"
from base.imports i;
create view edit.imports with (security_invoker) as
select id, source, mode, as_of as "asOf" from base.imports;

create view api.import_rows with (security_invoker) as
select r.id, r.import_id as "importId", r.part, r.row, r.result, r.rule, nullif(r.errors, '[]') as errors,
       r.youth_id as "youthId", r.exit_reason as "exitReason"
from base.import_rows r;

select base.publish(v) from unnest(array['api.imports', 'edit.imports', 'api.import_rows']) v;
