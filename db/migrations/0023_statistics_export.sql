-- The statistics export: the half-year's total survey for SCB/Skolverket (domain.md 9), one file of persons that replaces
-- what was sent before; the numbered checks of it; and the record that it was given out.
--
-- The file tells what was so on the half-year's last day: what happened later is not in it. The functions run as owner,
-- since a total survey knows nobody who is hidden; they ask for the caller's municipality, scopes and districts themselves.

-- The checks. Their numbers are in what is sent to people: they stay.
create table base.statistics_rules (
  rule int primary key check (rule > 0),
  sv text not null,
  en text not null,
  acceptable boolean not null default true -- acceptErrors lets the file out all the same
);
insert into base.statistics_rules (rule, sv, en, acceptable) values
  (1, 'Datum ligger inom halvåret eller är öppna; inget ligger framåt i tiden.',
      'Dates are inside the half-year or open; none is in the future.', true),
  (2, 'Slutet ligger inte före början, varken för registreringen eller en insats.',
      'The end is not before the start, of the registration as of a measure.', true),
  (3, 'En insats ligger inom sin registrering.', 'A measure is inside its registration.', true),
  (4, 'Avslutsdatum finns om och endast om avslutsorsak finns.', 'There is an exit date if and only if there is an exit reason.', true),
  (5, 'Sysselsättning efteråt är angiven när den sista insatsen har avslutats.',
      'The occupation after is given when the last measure has ended.', true),
  (6, 'En persons registreringar överlappar inte varandra.', 'A person''s registrations do not overlap.', true),
  (7, 'Personen är under 20 år när registreringen börjar.', 'The person is under 20 when the registration begins.', true),
  (8, 'Avslut för att personen fyllt 20 är daterat 20-årsdagen.', 'An exit for turning 20 is dated the 20th birthday.', true),
  (9, 'Identitetsnumret är ett giltigt personnummer eller samordningsnummer.',
      'The identity number is a valid personal or coordination number.', true),
  (10, 'Avslutsorsaken left_source är ersatt med den rätta.', 'The exit reason left_source has been replaced by the right one.', false),
  (11, 'Registreringen har inte fler insatser än postbeskrivningen rymmer; annars lämnas bara de senaste.',
       'A registration has no more measures than the layout has room for; else only the latest are given.', true);

-- H1-2026 (1 January–30 June) or H2-2026; both days belong to it. One that has not begun is refused.
create function base.half_year(name text, out first_day date, out last_day date) language plpgsql stable as $$
begin
  if coalesce(name, '') !~ '^H[12]-2[01][0-9]{2}$' then
    perform base.refuse(400, 'invalid-half-year', '{"parameter": "period"}');
  end if;
  first_day := make_date(right(name, 4)::int, case left(name, 2) when 'H1' then 1 else 7 end, 1);
  last_day := (first_day + interval '6 months')::date - 1;
  if first_day > base.today() then perform base.refuse(422, 'half-year-not-begun', '{"parameter": "period"}'); end if;
end $$;

-- A registration as the file tells of it.
create type base.statistics_row as (
  registration_id uuid, youth_id uuid, number text, number_type text, birth_date date, start_date date, reason text,
  latest_school text, latest_programme text, first_attempt date, first_reached date, occupation text,
  measures jsonb,        -- [{measureId, type, startDate, endDate, occupationAfter}], in the order of their start
  occupation_after text, -- of the last measure, when all have ended
  exit_date date, exit_reason text);

-- The registrations that overlap the half-year, each a row; a merged duplicate's are its survivor's; nobody who is in
-- preventive work alone. What ended after the last day is open. Contacts are those of the half-year while registered.
-- The occupation is that of the last day covered. A measure belongs to the registration that had begun when it began,
-- else to the one that began during it. Hashed throughout: the planner cannot know how many rows a person has, and would
-- sort every attempt. Rows that break the rules must come out whole: so no ranges are made of dates.
create function base.statistics_rows(town text, first_day date, last_day date)
returns setof base.statistics_row language plpgsql stable security definer
set search_path = pg_catalog set enable_nestloop = off set enable_mergejoin = off set jit = off set work_mem = '64MB' as $$
declare
  since timestamptz := first_day::timestamp at time zone 'Europe/Stockholm';
  until timestamptz := (last_day + 1)::timestamp at time zone 'Europe/Stockholm';
begin
  return query
  with persons as materialized (
    select p.id as part_id, y.id as youth_id, y.birth_date, y.protection = 'protected_registration' as hidden
    from base.youths p join base.youths y on y.municipality = p.municipality and y.id = coalesce(p.merged_into, p.id)
    where p.municipality = town and y.status <> 'preventive'
  ), registered as materialized (
    select r.id, p.youth_id, p.birth_date, p.hidden, r.start_date, r.reason, r.latest_school, r.latest_programme,
           case when r.end_date <= last_day then r.end_date end as exit_date,
           case when r.end_date is null or r.end_date <= last_day then r.exit_reason end as exit_reason,
           least(r.end_date, last_day, base.today()) as last_covered
    from base.registrations r join persons p on p.part_id = r.youth_id
    where r.municipality = town and least(r.start_date, r.end_date) <= last_day
      and (r.end_date is null or greatest(r.start_date, r.end_date) >= first_day)
  ), made as (
    select p.youth_id, case when a.purpose = 'outreach' and a.attempted_at >= since and a.attempted_at < until
                            then (a.attempted_at at time zone 'Europe/Stockholm')::date end as tried,
           case when a.status in ('reached', 'reached_declined') and a.outcome_at >= since and a.outcome_at < until
                then (a.outcome_at at time zone 'Europe/Stockholm')::date end as reached
    from base.outreach_attempts a join persons p on p.part_id = a.youth_id
    where a.municipality = town and a.status not in ('planned', 'cancelled', 'voided')
      and a.attempted_at < until and (a.attempted_at >= since or a.outcome_at >= since)
  ), contacts as (
    select g.id, min(m.tried) filter (where m.tried between g.start_date and g.last_day) as first_attempt,
           min(m.reached) filter (where m.reached between g.start_date and g.last_day) as first_reached
    from (select r.id, r.youth_id, r.start_date, coalesce(r.exit_date, statistics_rows.last_day) as last_day from registered r) g
    join made m on m.youth_id = g.youth_id
    group by g.id
  ), known as (
    select distinct on (g.id) g.id, case when o.review_date < g.last_covered then 'unknown' else o.code end as code
    from registered g
    join (select p.youth_id, o.code, o.holds_from, o.review_date, o.created_at
          from base.occupations o join persons p on p.part_id = o.youth_id where o.municipality = town) o on o.youth_id = g.youth_id
    where o.holds_from <= g.last_covered
    order by g.id, o.holds_from desc, o.created_at desc
  ), taken as (
    select m.id, p.youth_id, case m.type when 'health_promoting' then 'other' else m.type end as type, m.start_date,
           case when m.end_date <= last_day then m.end_date end as end_date,
           case when m.end_date <= last_day then m.occupation_after end as occupation_after
    from base.measures m join persons p on p.part_id = m.youth_id
    where m.municipality = town and m.status in ('started', 'ended') and least(m.start_date, m.end_date) <= last_day
      and (m.end_date is null or greatest(m.start_date, m.end_date) >= first_day)
  ), belonging as (
    select distinct on (t.id) t.*, g.id as registration_id
    from taken t join registered g on g.youth_id = t.youth_id
    where g.start_date <= t.start_date or t.end_date is null or g.start_date <= t.end_date
    order by t.id, (g.start_date <= t.start_date) desc, abs(g.start_date - t.start_date),
             g.exit_date desc nulls first, g.id -- one may have ended the day it began, and another begun that day
  ), listed as (
    select b.registration_id,
           jsonb_agg(jsonb_strip_nulls(jsonb_build_object('measureId', b.id, 'type', b.type, 'startDate', b.start_date,
             'endDate', b.end_date, 'occupationAfter', b.occupation_after)) order by b.start_date, b.end_date, b.id) as measures,
           (array_agg(b.occupation_after order by coalesce(b.end_date, 'infinity') desc, b.start_date desc, b.id desc))[1] as occupation_after
    from belonging b group by b.registration_id
  )
  select g.id, g.youth_id, n.number, n.type, g.birth_date, g.start_date, g.reason, case when not g.hidden then g.latest_school end,
         g.latest_programme, c.first_attempt, c.first_reached, coalesce(k.code, 'unknown'), coalesce(l.measures, '[]'),
         l.occupation_after, g.exit_date, g.exit_reason
  from registered g
  left join base.identity_numbers n on n.municipality = town and n.youth_id = g.youth_id and n.current
  left join contacts c on c.id = g.id
  left join known k on k.id = g.id
  left join listed l on l.registration_id = g.id
  order by n.number, g.start_date, g.id;
end $$;
revoke all on function base.statistics_rows from public;

-- What the checks find in the rows: the rule and the records that break it. Room is that of the layout for measures.
create function base.statistics_faults(rows base.statistics_row[], first_day date, last_day date, room int default null)
returns table (rule int, registration_id uuid, youth_id uuid, measure_id uuid)
language sql stable set search_path = pg_catalog set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
  with r as materialized (
    select u.*, base.twentieth(u.birth_date) as twentieth from unnest(rows) u
  ), m as materialized (
    select r.registration_id, r.youth_id, r.start_date as begun, r.exit_date, x."measureId" as id, x."startDate" as start_date,
           x."endDate" as end_date, row_number() over (partition by r.registration_id
             order by coalesce(x."endDate", 'infinity') desc, x."startDate" desc, x."measureId" desc) as from_last
    from r cross join lateral jsonb_to_recordset(r.measures) x("measureId" uuid, "startDate" date, "endDate" date)
  ), latest as (
    select least(last_day, base.today()) as day
  )
  select 1, r.registration_id, r.youth_id, null::uuid from r, latest
  where greatest(r.start_date, r.exit_date, r.first_attempt, r.first_reached) > latest.day
  union all select 1, m.registration_id, m.youth_id, m.id from m, latest where greatest(m.start_date, m.end_date) > latest.day
  union all select 2, r.registration_id, r.youth_id, null from r where r.exit_date < r.start_date
  union all select 2, m.registration_id, m.youth_id, m.id from m where m.end_date < m.start_date
  union all select 3, m.registration_id, m.youth_id, m.id from m
            where m.start_date < m.begun or greatest(m.start_date, coalesce(m.end_date, 'infinity')) > m.exit_date
  union all select 4, r.registration_id, r.youth_id, null from r where (r.exit_date is null) <> (r.exit_reason is null)
  union all select 5, r.registration_id, r.youth_id, m.id from r join m on m.registration_id = r.registration_id
            where m.from_last = 1 and m.end_date is not null and r.occupation_after is null
  union all select distinct 6, a.registration_id, a.youth_id, null::uuid from r a join r b on b.youth_id = a.youth_id
            where a.registration_id <> b.registration_id
              and a.start_date < coalesce(greatest(b.start_date, b.exit_date), 'infinity')
              and b.start_date < coalesce(greatest(a.start_date, a.exit_date), 'infinity')
  union all select 7, r.registration_id, r.youth_id, null from r where r.start_date >= r.twentieth
  union all select 8, r.registration_id, r.youth_id, null from r
            where r.exit_reason = 'turned_20' and r.exit_date <> greatest(r.start_date, r.twentieth)
  union all select 9, r.registration_id, r.youth_id, null from r
            where coalesce(base.number_type(r.number), 'none') not in ('personal', 'coordination')
  union all select 10, r.registration_id, r.youth_id, null from r where r.exit_reason = 'left_source'
  union all select 11, r.registration_id, r.youth_id, null from r where jsonb_array_length(r.measures) > room
$$;
revoke all on function base.statistics_faults from public;

-- Who may ask, and of which half-year: for the file and its checks.
create function base.statistics_period(question jsonb, out name text, out first_day date, out last_day date, out about jsonb)
language plpgsql stable as $$
begin
  perform base.needs_to_see('statistics-export:read', 'protected:read', 'personal-numbers:read');
  name := question ->> 'period';
  select h.first_day, h.last_day into statistics_period.first_day, statistics_period.last_day from base.half_year(name) h;
  about := jsonb_build_object('name', name, 'from', first_day, 'to', last_day, 'complete', last_day < base.today());
end $$;

-- The rules with how many records break each.
create function base.statistics_counts(counts jsonb) returns jsonb language sql stable security definer set search_path = pg_catalog
return (select jsonb_agg(jsonb_build_object('rule', r.rule, 'sv', r.sv, 'en', r.en, 'acceptable', r.acceptable,
                                            'count', coalesce((counts ->> r.rule::text)::int, 0)) order by r.rule)
        from base.statistics_rules r);
revoke all on function base.statistics_counts from public;

-- The checks without the file: counts, and the records by rule, a hundred a page.
create function base.statistics_checks(question jsonb, out body text, out subjects uuid[])
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  town text := base.municipality();
  period record;
  rows base.statistics_row[];
  counts jsonb;
  records jsonb;
begin
  period := base.statistics_period(question);
  rows := array(select r from base.statistics_rows(town, period.first_day, period.last_day) r);
  with faults as materialized (
    select * from base.statistics_faults(rows, period.first_day, period.last_day, (question #>> '{@layout,room}')::int)
  ), page as (
    select f.* from faults f where f.rule = coalesce((question ->> 'rule')::int, f.rule)
    order by f.rule, f.youth_id, f.registration_id, f.measure_id nulls first
    limit 100 offset (coalesce((question ->> 'page')::int, 1) - 1) * 100
  )
  select (select jsonb_object_agg(c.rule, c.n) from (select f.rule, count(*) as n from faults f group by f.rule) c),
         coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('rule', p.rule, 'youthId', p.youth_id, 'registrationId', p.registration_id,
           'measureId', p.measure_id)) order by p.rule, p.youth_id, p.registration_id, p.measure_id nulls first), '[]'),
         coalesce(array_agg(distinct p.youth_id), '{}')
  into counts, records, subjects from page p;
  body := jsonb_build_object('period', period.about, 'registrations', cardinality(rows),
                             'rules', base.statistics_counts(counts), 'data', records)::text;
end $$;
revoke all on function base.statistics_checks from public;
grant execute on function base.statistics_checks to kaa_service;

-- How a code stands in the file: the layout's word, else the official statistics' of that half-year, else our own.
create function base.statistics_codes(half_year text, layout jsonb) returns table (list text, code text, value text)
language sql stable security definer set search_path = pg_catalog as $$
  select c.list, c.code, coalesce(layout #>> array['codes', c.list, c.code], c.scb_codes ->> half_year)
  from base.codes c where c.list in ('registration-reasons', 'exit-reasons', 'occupations', 'measure-types')
    and coalesce(layout #>> array['codes', c.list, c.code], c.scb_codes ->> half_year) is not null
  order by c.list, c.position
$$;
revoke all on function base.statistics_codes from public;

-- A layout that takes no codes of our own, as an official one unless it says so: those that would stand in the file and
-- have no other word are refused.
create function base.need_statistics_codes(rows base.statistics_row[], half_year text, layout jsonb) returns void
language plpgsql stable set search_path = pg_catalog as $$
declare
  missing jsonb;
begin
  if coalesce((layout ->> 'ownCodes')::boolean, not (layout ->> 'official')::boolean, true) then return; end if;
  select jsonb_agg(jsonb_build_object('list', u.list, 'code', u.code) order by u.list, u.code) into missing
  from (select 'registration-reasons' as list, r.reason as code from unnest(rows) r
        union select 'exit-reasons', r.exit_reason from unnest(rows) r
        union select 'occupations', r.occupation from unnest(rows) r
        union select 'occupations', m.value ->> 'occupationAfter' from unnest(rows) r, jsonb_array_elements(r.measures) m
        union select 'measure-types', m.value ->> 'type' from unnest(rows) r, jsonb_array_elements(r.measures) m) u
  left join base.statistics_codes(half_year, layout) c on c.list = u.list and c.code = u.code
  where u.code is not null and c.code is null and coalesce(layout -> 'lists' ? u.list, true);
  if missing is not null then perform base.refuse(422, 'statistics-codes-missing', jsonb_build_object('codes', missing)); end if;
end $$;
revoke all on function base.need_statistics_codes from public;

-- Refuses the file while records break rules, and names the first hundred: all of them without acceptErrors, with it those
-- that nobody can accept. What was accepted is in the access log, with the rules and the persons.
create function base.accept_statistics(rows base.statistics_row[], first_day date, last_day date, room int, accepts boolean) returns int
language plpgsql set search_path = pg_catalog as $$
declare
  counts jsonb;
  named jsonb;
  persons uuid[];
  refused boolean;
  errors int;
begin
  with faults as materialized (
    select f.*, q.acceptable, row_number() over (order by f.rule, f.youth_id, f.registration_id, f.measure_id nulls first) as n
    from base.statistics_faults(rows, first_day, last_day, room) f join base.statistics_rules q on q.rule = f.rule
  )
  select (select jsonb_object_agg(c.rule, c.n) from (select f.rule, count(*) as n from faults f group by f.rule) c),
         jsonb_agg(jsonb_strip_nulls(jsonb_build_object('rule', f.rule, 'youthId', f.youth_id, 'registrationId', f.registration_id,
           'measureId', f.measure_id)) order by f.n) filter (where f.n <= 100),
         array_agg(distinct f.youth_id), bool_or(not f.acceptable), count(*)
  into counts, named, persons, refused, errors from faults f;
  if errors > 0 and (not accepts or refused) then
    perform base.refuse(409, 'statistics-export-errors', jsonb_build_object('rules',
      jsonb_path_query_array(base.statistics_counts(counts), '$[*] ? (@.count > 0)'), 'records', named));
  end if;
  if errors > 0 then
    insert into base.access_log (resource, action, subjects, outcome, code, protected)
    values ('statistics-export', 'accept-errors', persons, 'shown',
            'rules ' || (select string_agg(k, ' ' order by k::int) from jsonb_object_keys(counts) k), base.any_protected(persons));
  end if;
  return errors;
end $$;
revoke all on function base.accept_statistics from public;

-- The file's rows, given out: with a disclosure for each person in the same statement. HEAD gives nothing out.
create function base.statistics_export(question jsonb, out body text, out subjects uuid[])
language plpgsql security definer set search_path = pg_catalog as $$
declare
  town text := base.municipality();
  layout jsonb := question -> '@layout';
  period record;
  rows base.statistics_row[];
  accepted int;
begin
  period := base.statistics_period(question);
  rows := array(select r from base.statistics_rows(town, period.first_day, period.last_day) r);
  perform base.need_statistics_codes(rows, period.name, layout);
  accepted := base.accept_statistics(rows, period.first_day, period.last_day, (layout ->> 'room')::int,
                                     coalesce((question ->> 'acceptErrors')::boolean, false));
  subjects := array(select distinct r.youth_id from unnest(rows) r order by 1);
  if not coalesce((question ->> '@head')::boolean, false) then
    insert into base.disclosures (municipality, youth_id, recipient, resource, resource_id, ground, shares, created_at)
    select town, s.id, layout ->> 'recipient', 'statistics-export', coalesce(base.trace()::uuid, gen_random_uuid()),
           layout ->> 'ground', '{identity,registration,occupation,outreach,measures}', base.instant()
    from unnest(subjects) s(id);
  end if;
  select json_build_object(
    'period', period.about,
    'layout', layout - '{codes,ownCodes,recipient,ground,room,lists}'::text[],
    'acceptedErrors', accepted, 'registrations', cardinality(rows),
    'codes', (select coalesce(json_agg(c), '[]') from base.statistics_codes(period.name, layout) c),
    'data', (select coalesce(json_agg(json_strip_nulls(json_build_object(
       'municipality', town, 'youthId', r.youth_id, 'registrationId', r.registration_id, 'personalNumber', r.number,
       'numberType', r.number_type, 'startDate', r.start_date, 'reason', r.reason, 'latestSchool', r.latest_school,
       'latestProgramme', r.latest_programme, 'firstAttemptOn', r.first_attempt, 'firstReachedOn', r.first_reached,
       'occupation', r.occupation, 'measures', r.measures, 'occupationAfter', r.occupation_after,
       'exitDate', r.exit_date, 'exitReason', r.exit_reason)) order by n), '[]')
     from unnest(rows) with ordinality r(registration_id, youth_id, number, number_type, birth_date, start_date, reason, latest_school,
       latest_programme, first_attempt, first_reached, occupation, measures, occupation_after, exit_date, exit_reason, n)))::text
  into body;
end $$;
revoke all on function base.statistics_export from public;
grant execute on function base.statistics_export to kaa_service;
