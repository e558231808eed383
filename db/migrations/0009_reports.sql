-- Reports: the follow-up figures (domain.md 9), and the masking of small cells.
--
-- Reports count everyone alike for every caller, so the functions run as owner; they ask for the caller's
-- municipality, scopes and districts themselves.

-- The functions here do without nested loops, since the planner takes an array or a grouped set for a few rows,
-- and without compiling, which the ban on nested loops would bring about.
--
-- A figure of a group: key is the code within figures that are divided (attempts.letter); unit, district and
-- sex are null where the level does not divide by them, or where they are not disclosed.
create type base.cell as (level text, unit_id uuid, district_id uuid, sex text, figure text, key text, n bigint, masked boolean);

-- T1-2026 (1 January–30 April), T2-2026 (1 January–31 August), 2026, H1-2026, H2-2026; both days belong to it.
create function base.report_period(name text, out first_day date, out last_day date) language plpgsql immutable as $$
declare
  year text := right(name, 4);
begin
  if name !~ '^((T1|T2|H1|H2)-)?2[01][0-9]{2}$' then
    perform base.refuse(400, 'invalid-period', '{"parameter": "period"}');
  end if;
  first_day := (year || case when name like 'H2-%' then '-07-01' else '-01-01' end)::date;
  last_day := (year || case left(name, 3) when 'T1-' then '-04-30' when 'T2-' then '-08-31' when 'H1-' then '-06-30' else '-12-31' end)::date;
end $$;

-- The figures of a period by unit, district and sex together; the other levels are sums of these.
-- Covered: a registration overlaps the period, its first and its last day included. Place: the last one held
-- while covered; of attempts, the one of that day; what was before the first known place counts to it.
-- With protected registration, or without a district and a unit, nobody has a place. A merged duplicate's rows are
-- its survivor's, who is counted once, at the survivor's place.
create function base.follow_up_cells(town text, first_day date, last_day date)
returns setof base.cell language plpgsql stable security definer
set search_path = pg_catalog set enable_nestloop = off set jit = off set work_mem = '64MB' as $$
declare
  since timestamptz := first_day::timestamp at time zone 'Europe/Stockholm';
  until timestamptz := (last_day + 1)::timestamp at time zone 'Europe/Stockholm';
  within interval := (base.policy() ->> 'firstContactWithin')::interval;
  mine uuid[] := base.districts();
begin
  return query
  with merged as materialized (
    select y.id, y.merged_into from base.youths y where y.municipality = town and y.merged_into is not null
  ), registered as materialized (
    select r.id, coalesce(d.merged_into, r.youth_id) as youth_id, r.start_date, r.end_date, r.exit_reason
    from base.registrations r left join merged d on d.id = r.youth_id
    where r.municipality = town and r.start_date <= last_day and (r.end_date is null or r.end_date >= first_day)
  ), places as materialized (
    select p.youth_id, p.district_id, p.unit_id, coalesce(p.to_date, 'infinity') as to_date,
           case when row_number() over (partition by p.youth_id order by p.from_date) = 1 then '-infinity' else p.from_date end as from_date
    from base.district_periods p
    where p.municipality = town and p.youth_id in (select g.youth_id from registered g)
  ), last_seen as (
    select g.youth_id, max(least(coalesce(g.end_date, last_day), last_day)) as day from registered g group by g.youth_id
  ), covered as materialized (
    select y.id as youth_id, y.sex, y.protection = 'protected_registration' as hidden,
           case when y.protection <> 'protected_registration' then p.unit_id end as unit_id,
           case when y.protection <> 'protected_registration' then p.district_id end as district_id
    from last_seen s
    join base.youths y on y.municipality = town and y.id = s.youth_id
    left join places p on p.youth_id = y.id and s.day >= p.from_date and s.day < p.to_date
  ), made as materialized (
    select coalesce(d.merged_into, a.youth_id) as youth_id, a.channel, (a.attempted_at at time zone 'Europe/Stockholm')::date as day
    from base.outreach_attempts a left join merged d on d.id = a.youth_id
    where a.municipality = town and a.purpose = 'outreach' and a.status not in ('planned', 'cancelled', 'voided')
      and a.attempted_at >= since and a.attempted_at < until
  ), reached as materialized (
    select distinct on (coalesce(d.merged_into, a.youth_id)) coalesce(d.merged_into, a.youth_id) as youth_id, a.channel
    from base.outreach_attempts a left join merged d on d.id = a.youth_id
    where a.municipality = town and a.status in ('reached', 'reached_declined')
      and a.outcome_at >= since and a.outcome_at < until
    order by coalesce(d.merged_into, a.youth_id), a.outcome_at, a.attempted_at, a.id
  ), measures as materialized (
    select m.id, coalesce(d.merged_into, m.youth_id) as youth_id, m.start_date, m.end_date, m.end_reason, m.occupation_after,
           u.administration, case m.type when 'health_promoting' then 'other' else m.type end as type
    from base.measures m
    left join base.units u on u.municipality = m.municipality and u.id = m.unit_id
    left join merged d on d.id = m.youth_id
    where m.municipality = town and m.status in ('started', 'ended')
      and coalesce(d.merged_into, m.youth_id) in (select g.youth_id from registered g)
  ), active as (
    select * from measures m where m.start_date <= last_day and (m.end_date is null or m.end_date >= first_day)
  ), ended as (
    select * from measures m where m.end_date between first_day and last_day
  ), exits as materialized (
    select g.id, g.youth_id, g.exit_reason, array_agg(distinct m.type) filter (where m.type is not null) as types
    from registered g
    left join measures m on m.youth_id = g.youth_id and m.start_date <= g.end_date and (m.end_date is null or m.end_date >= g.start_date)
    where g.end_date between first_day and last_day
    group by g.id, g.youth_id, g.exit_reason
  ), begun as (
    select g.id, g.youth_id, (g.start_date + within)::date as latest,
           min((a.attempted_at at time zone 'Europe/Stockholm')::date) as first_day
    from registered g
    left join (base.outreach_attempts a left join merged d on d.id = a.youth_id)
      on a.municipality = town and coalesce(d.merged_into, a.youth_id) = g.youth_id and a.purpose = 'outreach'
      and a.status not in ('planned', 'cancelled', 'voided')
      and (a.attempted_at at time zone 'Europe/Stockholm')::date between g.start_date and coalesce(g.end_date, 'infinity')
    where g.start_date between first_day and last_day
    group by g.id, g.youth_id, g.start_date
  ), persons (youth_id, figure, key) as (
    select c.youth_id, 'covered', '' from covered c
    union all select distinct m.youth_id, 'soughtOut', '' from made m
    union all select r.youth_id, 'reached', '' from reached r
    union all select r.youth_id, 'reachedBy', r.channel from reached r
    union all select distinct m.youth_id, 'participants', '' from active m
    union all select distinct m.youth_id, 'participantsByAdministration', m.administration from active m where m.administration is not null
    union all select e.youth_id, 'exits', e.exit_reason from exits e
    union all select e.youth_id, 'exitsOfParticipants', e.exit_reason from exits e where e.types is not null
    union all select e.youth_id, 'exitsByMeasureType', t.type || '.' || e.exit_reason from exits e, unnest(e.types) t (type)
    union all select m.youth_id, 'results', m.end_reason from ended m
    union all select m.youth_id, 'occupationAfter', coalesce(m.occupation_after, 'unknown') from ended m
    union all select b.youth_id, 'timeliness', 'begun' from begun b
    union all select b.youth_id, 'timeliness', 'firstContactInTime' from begun b where b.first_day <= b.latest
    union all select b.youth_id, 'timeliness', 'noContact' from begun b where b.first_day is null
  ), counted as (
    select c.unit_id, c.district_id, c.sex, p.figure, p.key, count(*) as n
    from persons p join covered c on c.youth_id = p.youth_id
    group by 1, 2, 3, 4, 5
    union all
    select case when not c.hidden then p.unit_id end, case when not c.hidden then p.district_id end, c.sex, 'attempts', m.channel, count(*)
    from made m join covered c on c.youth_id = m.youth_id
    left join places p on p.youth_id = m.youth_id and m.day >= p.from_date and m.day < p.to_date
    group by 1, 2, 3, 4, 5
  )
  select 'unit,district,sex', d.unit_id, d.district_id, d.sex, d.figure, d.key, d.n, false
  from counted d where mine is null or d.district_id = any (mine);
end $$;
revoke all on function base.follow_up_cells from public;

-- The shape of the answer: figures in order, divided ones with all their codes.
create function base.follow_up_shape(finest base.cell[], exact boolean)
returns table (place int, figure text, key text, key_place int) language sql stable set search_path = pg_catalog as $$
  select s.position, s.figure, coalesce(c.code, ''), coalesce(c.position, 0)
  from (values (1, 'covered', null), (2, 'soughtOut', null), (3, 'reached', null), (4, 'reachedBy', 'outreach-channels'),
               (5, 'attempts', 'outreach-channels'), (6, 'participants', null), (8, 'exits', 'exit-reasons'),
               (9, 'exitsOfParticipants', 'exit-reasons'), (11, 'results', 'measure-end-reasons'),
               (12, 'occupationAfter', 'occupations')) s (position, figure, list)
  left join base.codes c on c.list = s.list
  union all select 7, 'participantsByAdministration', c.code, c.position from base.codes c where c.list = 'administrations' and exact
  union all select 10, 'exitsByMeasureType', k.key, (row_number() over (order by k.key))::int
            from (select distinct f.key from unnest(finest) f where f.figure = 'exitsByMeasureType') k where exact
  union all values (13, 'timeliness', 'begun', 1), (13, 'timeliness', 'firstContactInTime', 2), (13, 'timeliness', 'noContact', 3)
$$;

-- The groups of a level, also those with nothing in them; `undisclosed` for those without a place, of whom a
-- caller who is limited to districts gets none.
create function base.report_groups(town text, first_day date, last_day date, cells base.cell[], level text)
returns table (place text, unit_id uuid, district_id uuid, sex text, label json)
language sql stable set search_path = pg_catalog as $$
  with place as (
    select 1 as n, d.name, null::uuid as unit_id, d.id as district_id from base.districts d
    where level like 'district%' and d.municipality = town and (base.districts() is null or d.id = any (base.districts()))
      and (d.valid_from <= last_day and (d.valid_to is null or d.valid_to >= first_day)
           or d.id in (select c.district_id from unnest(cells) c))
    union all
    select 1, u.name, u.id, null from base.units u
    where level like 'unit%' and u.municipality = town
      and (u.id in (select c.unit_id from unnest(cells) c)
           or u.valid_from <= last_day and coalesce(u.valid_to >= first_day, true)
              and exists (select from base.serving_periods s left join base.districts d on d.municipality = town and d.id = s.district_id
                          where s.municipality = town and s.unit_id = u.id
                            and s.from_date <= last_day and coalesce(s.to_date > first_day, true)
                            and (d.id is null or d.valid_from <= last_day and coalesce(d.valid_to >= first_day, true))
                            and (base.districts() is null or d.id = any (base.districts()))))
    union all select 2, 'undisclosed', null, null
    where level ~ '^(unit|district)' and (base.districts() is null
          or exists (select from unnest(cells) c where case when level like 'unit%' then c.unit_id else c.district_id end is null))
    union all select 1, '', null, null where level in ('total', 'sex')
  )
  select p.n || p.name || coalesce(s.position::text, ''), p.unit_id, p.district_id, s.code,
         case when level = 'total' then '{}'::json
         else json_strip_nulls(json_build_object(
           'districtId', p.district_id, 'district', case when level like 'district%' then p.name end,
           'unitId', p.unit_id, 'unit', case when level like 'unit%' then p.name end, 'sex', s.code)) end
  from place p left join base.codes s on s.list = 'sexes' and level like '%sex'
$$;

-- The cells of a level, total, unit, sex, district, "unit,sex" or "district,sex": sums of the finest ones, and
-- zeros. A district's cells name the unit that served it on the last day, for the masking.
create function base.cells_at(town text, first_day date, last_day date, finest base.cell[], level text, exact boolean)
returns setof base.cell language sql stable set search_path = pg_catalog set enable_nestloop = off set jit = off as $$
  with summed as materialized (
    select case when cells_at.level like 'unit%' then f.unit_id end as unit_id,
           case when cells_at.level like 'district%' then f.district_id end as district_id,
           case when cells_at.level like '%sex' then f.sex end as sex, f.figure, f.key, sum(f.n)::bigint as n
    from unnest(finest) f group by 1, 2, 3, 4, 5
  ), grouped as materialized (
    select g.unit_id, g.district_id, g.sex,
           case when g.district_id is not null
                then (select s.unit_id from base.serving_periods s where s.municipality = town and s.district_id = g.district_id
                      and s.from_date <= last_day and coalesce(s.to_date > last_day, true))
                else g.unit_id end as serving
    from base.report_groups(town, first_day, last_day, finest, cells_at.level) g
  ), shape as materialized (
    select s.figure, s.key from base.follow_up_shape(finest, exact) s
  )
  select cells_at.level, g.serving, g.district_id, g.sex, s.figure, s.key, coalesce(c.n, 0), false
  from grouped g cross join shape s
  left join summed c on c.figure = s.figure and c.key = s.key and c.unit_id is not distinct from g.unit_id
    and c.district_id is not distinct from g.district_id and c.sex is not distinct from g.sex
$$;

-- Which cells of a level add up to one cell, told by the slice: another level, or "part": the keys of a divided figure.
create function base.slice_of(unit_id uuid, district_id uuid, sex text, slice text) returns text language sql immutable parallel safe
return case slice
  when 'total' then ''
  when 'unit' then coalesce(unit_id::text, '')
  when 'sex' then sex
  when 'district' then coalesce(district_id::text, '')
  when 'unit,sex' then coalesce(unit_id::text, '') || sex
  when 'part' then coalesce(unit_id::text, '') || '/' || coalesce(district_id::text, '') || '/' || coalesce(sex, '') end;

-- One round of secondary suppression: in every slice of the level whose masked cells could be had by
-- subtraction, masks the next smallest cell (a zero when there is no other, but not among the keys of a figure). A slice gives a cell away when its
-- sum is shown and one cell, or cells of less than the threshold together, are masked; or when its sum is masked
-- and no cell is.
create function base.mask_round(cells base.cell[], wholes base.cell[], slice text, threshold int) returns base.cell[]
language sql immutable set search_path = pg_catalog set enable_nestloop = off set jit = off as $$
  with c as materialized (
    select u.*, row_number() over () as i,
           base.slice_of(u.unit_id, u.district_id, u.sex, slice) as place
    from unnest(cells) u
  ), whole as (
    select case when slice = 'part' then 'reachedBy' else u.figure end as figure, u.key, u.masked,
           base.slice_of(u.unit_id, u.district_id, u.sex, slice) as place
    from unnest(wholes) u where slice <> 'part' or u.figure = 'reached'
  ), member as (
    select c.i, c.n, c.masked, c.figure, c.place, case when slice = 'part' then '' else c.key end as key
    from c where slice <> 'part' or c.figure in ('reachedBy', 'results', 'occupationAfter')
  ), next as materialized (
    select (array_agg(m.i order by m.n = 0, m.n, m.i) filter (where not m.masked and (m.n > 0 or slice <> 'part')))[1] as i
    from member m left join whole w on w.figure = m.figure and w.key = m.key and w.place = m.place
    group by m.figure, m.key, m.place, w.masked
    having case when coalesce(w.masked, false) then count(*) filter (where m.masked) = 0
           else count(*) filter (where m.masked) = 1 or sum(m.n) filter (where m.masked) < threshold end
  )
  select array_agg((c.level, c.unit_id, c.district_id, c.sex, c.figure, c.key, c.n,
                    c.masked or exists (select from next n where n.i = c.i))::base.cell order by c.i) from c
$$;

-- The cells of a level with the small ones masked, in an order of their own, so that equals are always masked alike.
-- Without zeros that are seen to be part of a zero: to mask those would hide nothing.
create function base.maskable(cells base.cell[], level text, slices text[], threshold int) returns base.cell[]
language sql immutable set search_path = pg_catalog set enable_nestloop = off set jit = off as $$
  with own as materialized (
    select u.*, row_number() over (order by u.figure, u.key, u.unit_id, u.district_id, u.sex) as i
    from unnest(cells) u where u.level = maskable.level
  ), zero as materialized (
    select w.level as slice, w.figure, w.key, base.slice_of(w.unit_id, w.district_id, w.sex, w.level) as place
    from unnest(cells) w where w.level = any (slices) and w.n = 0
  ), within as materialized (
    select o.i, s as slice, o.figure, o.key, base.slice_of(o.unit_id, o.district_id, o.sex, s) as place from own o, unnest(slices) s where o.n = 0
  ), useless as materialized (
    select distinct w.i from within w join zero z using (slice, figure, key, place)
  )
  select array_agg((o.level, o.unit_id, o.district_id, o.sex, o.figure, o.key, o.n, o.n between 1 and threshold - 1)::base.cell order by o.i)
  from own o left join useless x using (i) where x.i is null
$$;

-- Masks counts of 1 up to threshold - 1 at every level, and what they could be reckoned from. The levels come
-- coarse to fine, each with the levels that it adds up to, where the fine ones come first: cover is found near.
create function base.mask_cells(cells base.cell[], threshold int) returns base.cell[]
language plpgsql immutable set search_path = pg_catalog as $$
declare
  step record;
  done base.cell[] := '{}';
  own base.cell[];
  before base.cell[];
  slice text;
begin
  for step in
    select * from (values (1, 'total', '{part}'::text[]), (2, 'unit', '{total,part}'), (3, 'sex', '{total,part}'),
                          (4, 'district', '{unit,total,part}'), (5, 'unit,sex', '{unit,sex,part}'),
                          (6, 'district,sex', '{district,"unit,sex",sex,part}')) l (n, name, slices)
    where l.name in (select u.level from unnest(cells) u) order by l.n
  loop
    own := base.maskable(cells, step.name, step.slices, threshold);
    loop
      before := own;
      foreach slice in array step.slices loop
        own := base.mask_round(own, case slice when 'part' then own else array(select u from unnest(done) u where u.level = slice) end,
                               slice, threshold);
      end loop;
      exit when own is not distinct from before;
    end loop;
    done := done || own;
  end loop;
  return done;
end $$;

-- The rows of a report as JSON text: a group and its figures; null is a masked cell.
create function base.follow_up_rows(town text, first_day date, last_day date, finest base.cell[], cells base.cell[],
                                    level text, exact boolean)
returns text language sql stable set search_path = pg_catalog set enable_nestloop = off set jit = off as $$
  with value as (
    select g.place as position, g.label::text as label, s.place as figure_position, s.figure, s.key, s.key_place as key_position,
           case when c.masked then 'null' else coalesce(c.n, 0)::text end as n
    from base.report_groups(town, first_day, last_day, finest, follow_up_rows.level) g
    cross join base.follow_up_shape(finest, exact) s
    left join unnest(cells) c on c.level = follow_up_rows.level and c.figure = s.figure and c.key = s.key
      and (g.district_id is not null or c.unit_id is not distinct from g.unit_id)
      and c.district_id is not distinct from g.district_id and c.sex is not distinct from g.sex
  ), figure as (
    select v.position, v.label, v.figure_position,
           format('"%s":', v.figure) || case when min(v.key) = '' then min(v.n)
             else '{' || string_agg(format('"%s":%s', v.key, v.n), ',' order by v.key_position) || '}' end as text
    from value v group by v.position, v.label, v.figure_position, v.figure
  ), line as (
    select f.position, format('{"group":%s,%s}', f.label, string_agg(f.text, ',' order by f.figure_position)) as text
    from figure f group by f.position, f.label
  )
  select '[' || coalesce(string_agg(l.text, ',' order by l.position), '') || ']' from line l
$$;

-- The period asked for: one with a name, or from and to.
create function base.asked_period(query jsonb, out first_day date, out last_day date) language plpgsql immutable as $$
begin
  if query ? 'period' and not query ?| '{from,to}' then
    select p.first_day, p.last_day into first_day, last_day from base.report_period(query ->> 'period') p;
    return;
  end if;
  first_day := (query ->> 'from')::date;
  last_day := (query ->> 'to')::date;
  if query ? 'period' or first_day is null or last_day is null or last_day < first_day then
    perform base.refuse(400, 'invalid-period', '{"parameter": "period"}');
  end if;
end $$;

-- The levels that a level adds up to, and itself, as far as a masked report needs them.
create function base.report_levels(level text) returns text[] language sql immutable parallel safe
return case level
  when 'unit' then '{total,unit}' when 'sex' then '{total,sex}' when 'district' then '{total,unit,district}'
  when 'unit,sex' then '{total,unit,sex,"unit,sex"}'
  when 'district,sex' then '{total,unit,sex,district,"unit,sex","district,sex"}'
  else '{total}' end::text[];

-- The follow-up report. With reports:exact the figures are exact unless masked=true is asked for, the period may
-- be any, and participants are divided by administration. computedAt is the time of the latest change, so that
-- unchanged data gives an unchanged answer.
create function base.follow_up(query jsonb) returns text language plpgsql stable security definer set search_path = pg_catalog as $$
declare
  town constant text := base.municipality();
  grouping_by constant text := coalesce(query ->> 'groupBy', 'total');
  exact constant boolean := base.may('reports:exact');
  masking constant boolean := coalesce((query ->> 'masked')::boolean, not exact);
  first_day date;
  last_day date;
  finest base.cell[];
  cells base.cell[];
  as_of text;
begin
  if not exact and (not base.may('reports:read') or query ?| '{from,to}' or not masking) then
    perform base.refuse(403, 'scope-missing', '{"scope": "reports:exact"}');
  end if;
  select p.first_day, p.last_day into first_day, last_day from base.asked_period(query) p;
  select base.utc(c.at) into as_of from base.changes c where c.municipality = town order by c.xid desc, c.seq desc limit 1;
  finest := array(select c from base.follow_up_cells(town, first_day, last_day) c);
  cells := array(select c from unnest(case when masking then base.report_levels(grouping_by) else array[grouping_by] end) l,
                              base.cells_at(town, first_day, last_day, finest, l, exact) c);
  if masking then
    cells := base.mask_cells(cells, (base.policy() ->> 'smallCellThreshold')::int);
  end if;
  return format('{"report":"follow-up","definitionVersion":"1","period":%s,"groupBy":"%s","masked":%s,"computedAt":"%s","dataAsOf":"%s","data":%s}',
                json_strip_nulls(json_build_object('name', query ->> 'period', 'from', first_day, 'to', last_day)),
                grouping_by, masking::text, as_of, as_of,
                base.follow_up_rows(town, first_day, last_day, finest, cells, grouping_by, exact));
end $$;
revoke all on function base.follow_up from public;
grant execute on function base.follow_up to kaa_service;
