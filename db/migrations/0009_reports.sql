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

-- What is counted, for service/report_*.c to sum and mask: counted items by place, sex and what they count in.
--
-- A part of an item is a figure, a key within it and the periods (bits, the first is 1) in which the item counts there.
-- Periods come as arrays of five first and last days; where a question has fewer, the rest are ones that no day is in. What is
-- asked of them for every row is inlined, and what is not asked for falls away: the plan is made for the question.

-- The periods that the days from first_day to last_day have one in common with.
create function base.periods_with(first_day date, last_day date, firsts date[], lasts date[]) returns int
language sql immutable parallel safe
return case when first_day <= lasts[1] and last_day >= firsts[1] then 1 else 0 end
  | case when first_day <= lasts[2] and last_day >= firsts[2] then 2 else 0 end
  | case when first_day <= lasts[3] and last_day >= firsts[3] then 4 else 0 end
  | case when first_day <= lasts[4] and last_day >= firsts[4] then 8 else 0 end
  | case when first_day <= lasts[5] and last_day >= firsts[5] then 16 else 0 end;

-- The periods whose day, or end_day where that is before it, is from from_day on and before to_day.
create function base.periods_at(from_day date, to_day date, end_day date, days date[]) returns int language sql immutable parallel safe
return case when least(end_day, days[1]) >= from_day and least(end_day, days[1]) < to_day then 1 else 0 end
  | case when least(end_day, days[2]) >= from_day and least(end_day, days[2]) < to_day then 2 else 0 end
  | case when least(end_day, days[3]) >= from_day and least(end_day, days[3]) < to_day then 4 else 0 end
  | case when least(end_day, days[4]) >= from_day and least(end_day, days[4]) < to_day then 8 else 0 end
  | case when least(end_day, days[5]) >= from_day and least(end_day, days[5]) < to_day then 16 else 0 end;

-- The periods that a time is in: those of the first of up to ten bounds, in order, that lies after it.
create function base.periods_of(at timestamptz, bounds timestamptz[], before int[]) returns int language sql immutable parallel safe
return case when at < bounds[1] then before[1] when at < bounds[2] then before[2] when at < bounds[3] then before[3]
  when at < bounds[4] then before[4] when at < bounds[5] then before[5] when at < bounds[6] then before[6] when at < bounds[7] then before[7]
  when at < bounds[8] then before[8] when at < bounds[9] then before[9] when at < bounds[10] then before[10] else 0 end;

-- The codes of a list in order. A code's place among them is its number.
create function base.list_codes(list text) returns text[] language sql stable set search_path = pg_catalog
return array(select c.code from base.codes c where c.list = list_codes.list order by c.position);

-- A time and the number of a code below 32 as one number, in the order of the time: microseconds since zero (seconds since
-- 1970), exact within eight years of it. So the least of them tells the code too, and no row need be looked for again.
create function base.moment(at timestamptz, code int, zero float8) returns float8 language sql stable parallel safe
return round((date_part('epoch', at) - zero) * 1000000) * 32 + code;
create function base.moment_code(moment float8) returns int language sql immutable parallel safe
return moment - floor(moment / 32) * 32;
create function base.moment_day(moment float8, zero float8) returns date language sql stable parallel safe
return (to_timestamp(zero + floor(moment / 32) / 1000000) at time zone 'Europe/Stockholm')::date;

-- Every figure and key has a number: the figure's, and those of up to two codes.
create function base.key_number(figure int, one int default 0, two int default 0) returns int language sql immutable parallel safe
return (figure << 10) | (one << 5) | two;
create function base.report_part(key int, periods int) returns int language sql immutable parallel safe
return case when periods <> 0 then (key << 5) | periods end;

create function base.report_keys() returns table (key int, figure text, code text) language sql stable set search_path = pg_catalog as $$
  select base.key_number(f.n), f.figure, ''
  from (values (1, 'covered'), (2, 'soughtOut'), (3, 'reached'), (6, 'participants'), (16, 'overdue')) f (n, figure)
  union all
  select base.key_number(f.n, c.n::int), f.figure, c.code
  from (values (4, 'reachedBy', base.list_codes('outreach-channels')), (5, 'attempts', base.list_codes('outreach-channels')),
               (7, 'participantsByAdministration', base.list_codes('administrations')),
               (8, 'participantsByMeasureType', base.list_codes('measure-types')), (9, 'exits', base.list_codes('exit-reasons')),
               (10, 'exitsOfParticipants', base.list_codes('exit-reasons')), (12, 'results', base.list_codes('measure-end-reasons')),
               (13, 'occupationAfter', base.list_codes('occupations')), (15, 'firstContactBy', base.list_codes('outreach-channels')),
               (14, 'timeliness', '{begun,firstContactInTime,firstContactLate,noContact}'),
               (17, 'lacking', '{registrationReason,latestSchool,occupation,contactDetails,address,district,firstContact,exitReason,occupationAfter}'))
       f (n, figure, codes), unnest(f.codes) with ordinality c (code, n)
  union all
  select base.key_number(11, m.n::int, e.n::int), 'exitsByMeasureType', m.code || '.' || e.code
  from unnest(base.list_codes('measure-types')) with ordinality m (code, n), unnest(base.list_codes('exit-reasons')) with ordinality e (code, n)
$$;

-- The items of the question: {"report", "periods": [{"from", "to"}, …], "exact"}, for the whole municipality. Not exact: all
-- that is published of those periods, whichever report is asked for; exact: the figures of that report.
--
-- Covered: a registration overlaps the period, its first and its last day included. Place: the last one held while covered; of
-- attempts, the one of that day; what was before the first known place counts to it. With protected registration nobody has a
-- place. A merged duplicate's rows are its survivor's, who is counted once, at the survivor's place; before the first that is
-- known of it, at the duplicate's. Of two attempts at the same time the one whose channel comes first in the list is the first.
--
-- seen tells which changes it is made of: all of transactions before xmin, and those of xids.
create function base.report_items(question jsonb) returns text language plpgsql stable security definer
set search_path = pg_catalog set enable_nestloop = off set enable_mergejoin = off set jit = off set work_mem = '128MB'
set max_parallel_workers_per_gather = 0 set plan_cache_mode = force_custom_plan as $$
declare
  town constant text := base.municipality();
  exact constant boolean := coalesce((question ->> 'exact')::boolean, true);
  report constant text := question ->> 'report';
  today constant date := base.today();
  within constant interval := (base.policy() ->> 'firstContactWithin')::interval;
  oldest constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
  persons_too constant boolean := not exact or report in ('follow-up', 'register-quality');
  work_too constant boolean := not exact or report = 'follow-up';
  quality_too constant boolean := not exact or report = 'register-quality';
  exits_too constant boolean := not exact or report in ('follow-up', 'exits');
  begun_too constant boolean := not exact or report in ('follow-up', 'outreach-timeliness');
  contact_too constant boolean := not exact or report = 'outreach-timeliness';
  sexes constant text[] := base.list_codes('sexes');
  channels constant text[] := base.list_codes('outreach-channels');
  administrations constant text[] := base.list_codes('administrations');
  types constant text[] := base.list_codes('measure-types');
  exit_reasons constant text[] := base.list_codes('exit-reasons');
  left_source constant int := array_position(exit_reasons, 'left_source');
  end_reasons constant text[] := base.list_codes('measure-end-reasons');
  occupations constant text[] := base.list_codes('occupations');
  firsts date[];
  lasts date[];
  seen_days date[]; -- the last days, or today where that is before
  bounds timestamptz[];
  before int[];
  zero float8;
  districted int; -- the periods at whose end there were districts
  items text;
begin
  if not base.may('reports:exact') and (exact or not base.may('reports:read')) then
    perform base.refuse(403, 'scope-missing', '{"scope": "reports:exact"}');
  end if;
  if report is null or report not in ('follow-up', 'outreach-timeliness', 'exits', 'register-quality')
     or jsonb_array_length(question -> 'periods') not between 1 and 5 then
    raise exception 'no such question: %', question;
  end if;

  select array_agg((p ->> 'from')::date order by n), array_agg((p ->> 'to')::date order by n) into firsts, lasts
  from jsonb_array_elements(question -> 'periods') with ordinality q (p, n);
  select array_agg(base.midnight(b.day) order by b.day), array_agg(b.within order by b.day) into bounds, before
  from (select d.day, coalesce(sum(1 << (i - 1)) filter (where firsts[i] < d.day and lasts[i] >= d.day - 1), 0)::int as within
        from (select unnest(firsts) as day union select l + 1 from unnest(lasts) l) d, generate_subscripts(firsts, 1) i group by d.day) b;
  zero := date_part('epoch', bounds[1]);
  firsts := firsts || array_fill('infinity'::date, array[5 - cardinality(firsts)]);
  lasts := lasts || array_fill('-infinity'::date, array[5 - cardinality(lasts)]);
  seen_days := array(select least(l, today) from unnest(lasts) with ordinality u (l, n) order by n);
  select coalesce(bit_or(1 << (i - 1)), 0) into districted
  from generate_subscripts(lasts, 1) i
  where exists (select from base.districts d where d.municipality = town and d.valid_from <= seen_days[i]
                and coalesce(d.valid_to >= seen_days[i], true));

  with served as materialized (
    select s.district_id, s.unit_id,
           base.periods_with(s.from_date, coalesce(s.to_date - 1, 'infinity'), firsts, lasts)
           & base.periods_with(u.valid_from, coalesce(u.valid_to, 'infinity'), firsts, lasts)
           & case when d.id is null then 31 else base.periods_with(d.valid_from, coalesce(d.valid_to, 'infinity'), firsts, lasts) end as periods
    from base.serving_periods s
    join base.units u on u.municipality = town and u.id = s.unit_id
    left join base.districts d on d.municipality = town and d.id = s.district_id
    where s.municipality = town
  ), unit as materialized (
    select u.id, u.name, coalesce(s.periods, 0) as periods, (row_number() over (order by u.name, u.id))::int as n
    from base.units u left join (select s.unit_id, bit_or(s.periods) as periods from served s group by s.unit_id) s on s.unit_id = u.id
    where u.municipality = town
  ), district as materialized (
    select d.id, d.name, base.periods_with(d.valid_from, coalesce(d.valid_to, 'infinity'), firsts, lasts) as periods,
           (row_number() over (order by d.name, d.id))::int as n
    from base.districts d where d.municipality = town
  ), merged as materialized (
    select y.id, y.merged_into from base.youths y where y.municipality = town and y.merged_into is not null
  ), held as materialized (
    -- to_day is exclusive
    select p.youth_id, p.from_date as from_day, coalesce(p.to_date, 'infinity') as to_day,
           (coalesce(u.n, 0) << 12) | coalesce(d.n, 0) as place
    from (select p.youth_id, p.from_date, p.to_date, p.unit_id, p.district_id from base.district_periods p where p.municipality = town
          union all
          select b.merged_into, b.from_date, least(lead(b.from_date) over (partition by b.merged_into order by b.from_date), b.known_from),
                 b.unit_id, b.district_id
          from (select d.merged_into, p.from_date, p.unit_id, p.district_id, k.known_from
                from merged d join base.district_periods p on p.municipality = town and p.youth_id = d.id
                join (select p.youth_id, min(p.from_date) as known_from from base.district_periods p
                      where p.municipality = town and p.youth_id in (select d.merged_into from merged d) group by p.youth_id) k
                  on k.youth_id = d.merged_into) b
          where b.from_date < b.known_from) p
    left join unit u on u.id = p.unit_id
    left join district d on d.id = p.district_id
  ), settled as materialized (
    select h.youth_id, case when count(*) = 1 and max(h.to_day) = 'infinity' then min(h.place) end as place from held h group by h.youth_id
  ), trail as materialized (
    -- of those who have moved: where to, and when
    select h.youth_id, array_agg(h.place order by h.from_day) as places, array_agg(base.midnight(h.from_day) order by h.from_day) as times,
           array_agg(h.from_day order by h.from_day) as from_days, array_agg(h.to_day order by h.from_day) as to_days
    from held h where h.youth_id in (select t.youth_id from settled t where t.place is null) group by h.youth_id
  ), registration as materialized (
    -- no: the person's number; lasting: the periods of which it is the person's last registration; cell: place and sex, of one
    -- who has moved the sex alone
    select r.*, (dense_rank() over (order by r.youth_id))::int as no, (row_number() over ())::int as n, row_number() over earlier = 1 as last,
           bit_or(r.periods) over (partition by r.youth_id) as covered, r.periods & ~coalesce(bit_or(r.periods) over earlier, 0) as lasting,
           base.periods_with(r.start_date, r.start_date, firsts, lasts) as begun, base.periods_with(r.end_date, r.end_date, firsts, lasts) as ended
    from (select y.id as youth_id, r.start_date, coalesce(r.end_date, 'infinity') as end_date, r.created_at,
                 base.midnight(r.start_date) as start_at, array_position(exit_reasons, r.exit_reason) as exit_reason,
                 r.reason, coalesce(r.latest_school, '') as school,
                 base.periods_with(r.start_date, coalesce(r.end_date, 'infinity'), firsts, lasts) as periods,
                 y.protection <> 'protected_registration' and t.place is null and t.youth_id is not null as moved,
                 (case when y.protection <> 'protected_registration' then coalesce(t.place, 0) else 0 end << 2)
                 | array_position(sexes, y.sex) as cell,
                 quality_too and cardinality(y.phones) = 0 and y.email is null as lacks_contact,
                 quality_too and not base.usable_address(y.protection, y.address, y.contact_address) as lacks_address,
                 quality_too and y.district_id is null and y.protection <> 'protected_registration' as lacks_district
          from base.registrations r
          left join merged d on d.id = r.youth_id
          join base.youths y on y.municipality = town and y.id = coalesce(d.merged_into, r.youth_id)
          left join settled t on t.youth_id = y.id
          where r.municipality = town) r
    where r.periods <> 0
    window earlier as (partition by r.youth_id order by r.start_date desc, r.end_date desc, r.created_at desc
                       rows between unbounded preceding and 1 preceding)
  ), placed as materialized (
    -- where a person counts in which periods
    select g.no, g.cell, 31 as periods from registration g where g.last and not g.moved
    union all
    select m.no, m.cell, bit_or(m.lasting & base.periods_at(m.from_day, m.to_day, m.end_date, lasts))
    from (select g.no, g.lasting, g.end_date, (unnest(t.places) << 2) | g.cell as cell,
                 unnest('-infinity'::date || t.from_days[2:]) as from_day, unnest(t.to_days) as to_day
          from registration g join trail t on t.youth_id = g.youth_id where g.moved) m
    group by m.no, m.cell
  ), written as materialized (
    -- whose rows are counted as whose: one row a registration
    select g.youth_id, g.no, g.n, g.last, g.start_at, g.cell, g.covered, case when g.moved then t.places end as places,
           case when g.moved then t.times[2:] end as times
    from registration g left join trail t on t.youth_id = g.youth_id
    union all
    select d.id, g.no, g.n, g.last, g.start_at, g.cell, g.covered, case when g.moved then t.places end,
           case when g.moved then t.times[2:] end
    from merged d join registration g on g.youth_id = d.merged_into left join trail t on t.youth_id = g.youth_id
  ), made as materialized (
    -- the attempts in one pass: by registration; and how many by place, sex, channel and periods
    select a.n, bit_or(a.periods) as sought, min(a.moment) filter (where a.since) as first,
           a.cell, a.channel, a.periods, count(*) filter (where a.last) as times
    from (select w.n, w.last, a.attempted_at >= w.start_at as since,
                 base.moment(a.attempted_at, array_position(channels, a.channel), zero) as moment,
                 case when not work_too then 0 when w.places is null then w.cell
                      else (w.places[1 + width_bucket(a.attempted_at, w.times)] << 2) | w.cell end as cell,
                 case when work_too then array_position(channels, a.channel) end as channel,
                 w.covered & base.periods_of(a.attempted_at, bounds, before) as periods
          from base.outreach_attempts a
          -- written has no statistics: by way of the youths, which have, it is hashed and not the attempts
          join (base.youths y join written w on y.municipality = town and y.id = case when w.n > 0 then w.youth_id end) on y.id = a.youth_id
          where a.municipality = town and (persons_too or begun_too) and a.purpose = 'outreach'
            and a.status not in ('planned', 'cancelled', 'voided') and (quality_too or a.attempted_at >= bounds[1])) a
    group by grouping sets ((a.n), (a.cell, a.channel, a.periods))
  ), sought as materialized (
    -- by registration: the periods in which the person was sought out, and the first attempt since it began
    select m.n, m.sought, base.moment_day(m.first, zero) as first_day, base.moment_code(m.first) as channel from made m where m.n is not null
  ), reached as materialized (
    -- periods: those of which it is the person's first
    select r.no, r.channel, r.periods & ~coalesce(bit_or(r.periods) over (partition by r.no order by r.outcome_at, r.channel
                                                                         rows between unbounded preceding and 1 preceding), 0) as periods
    from (select w.no, array_position(channels, a.channel) as channel, a.outcome_at,
                 w.covered & base.periods_of(a.outcome_at, bounds, before) as periods
          from base.outreach_attempts a join written w on w.youth_id = a.youth_id and w.last
          where work_too and a.municipality = town and a.status in ('reached', 'reached_declined') and a.outcome_at >= bounds[1]) r
    where r.periods <> 0
  ), measure as materialized (
    select w.no, m.start_date, coalesce(m.end_date, 'infinity') as end_date, array_position(end_reasons, m.end_reason) as end_reason,
           m.occupation_after is null as open_ended, array_position(occupations, coalesce(m.occupation_after, 'unknown')) as occupation,
           array_position(administrations, u.administration) as administration,
           array_position(types, case m.type when 'health_promoting' then 'other' else m.type end) as type,
           w.covered & base.periods_with(m.start_date, coalesce(m.end_date, 'infinity'), firsts, lasts) as active,
           w.covered & base.periods_with(m.end_date, m.end_date, firsts, lasts) as ended
    from base.measures m join written w on w.youth_id = m.youth_id and w.last
    left join base.units u on u.municipality = town and u.id = m.unit_id
    where m.municipality = town and m.status in ('started', 'ended')
  ), known as materialized (
    -- the periods on whose last day covered the person's occupation is known
    select g.no, bit_or(g.lasting & base.periods_at(o.from_day, o.to_day, g.end_date, seen_days)) as periods
    from registration g
    join (select w.no, o.code, o.holds_from as from_day,
                 least(lead(o.holds_from, 1, 'infinity') over (partition by w.no order by o.holds_from, o.created_at), o.review_date + 1) as to_day
          from base.occupations o join written w on w.youth_id = o.youth_id and w.last
          where o.municipality = town and quality_too) o on o.no = g.no
    where o.code <> 'unknown' group by g.no
  ), told as materialized (
    -- what a person's registrations tell: of having been sought out, and of what is lacking, the periods of each
    select g.no, bit_or(s.sought) as sought, bit_or(case when g.reason = 'unknown' then g.lasting else 0 end) as reason,
           bit_or(case when g.school = '' and g.reason <> 'newly_registered' then g.lasting else 0 end) as school,
           bit_or(g.lasting & ~coalesce(base.periods_with(s.first_day, 'infinity', firsts, lasts), 0)) as contact,
           bit_or(case when g.exit_reason = left_source then g.lasting & g.ended else 0 end) as exit_reason
    from registration g left join sought s on s.n = g.n
    where persons_too group by g.no
  ), profile as materialized (
    select g.no, g.covered, case when work_too then t.sought end as sought, r.periods as reached, case when work_too then m.active end as active,
           case when quality_too then t.reason end as reason, case when quality_too then t.school end as school,
           case when quality_too then g.covered & ~coalesce(k.periods, 0) end as occupation,
           case when g.lacks_contact then g.covered end as details, case when g.lacks_address then g.covered end as address,
           case when g.lacks_district then g.covered & districted end as district,
           case when quality_too then t.contact end as contact, case when quality_too then t.exit_reason end as exit_reason,
           case when quality_too then m.open_ended end as occupation_after
    from registration g
    join told t on t.no = g.no
    left join (select r.no, bit_or(r.periods) as periods from reached r group by r.no) r on r.no = g.no
    left join (select m.no, bit_or(m.active) as active, bit_or(m.ended) filter (where m.open_ended) as open_ended
               from measure m group by m.no) m on m.no = g.no
    left join known k on k.no = g.no
    where persons_too and g.last
  ), divided as materialized (
    -- a person's parts of figures that are divided, by place
    select p.no, p.cell, array_agg(base.report_part(f.key, f.periods & p.periods) order by f.key) as parts
    from (select r.no, base.key_number(4, r.channel) as key, bit_or(r.periods) as periods from reached r where r.periods <> 0 group by 1, 2
          union all
          select m.no, base.key_number(7, m.administration), bit_or(m.active)
          from measure m where exact and work_too and m.administration is not null group by 1, 2
          union all
          select m.no, base.key_number(8, m.type), bit_or(m.active) from measure m where exact and work_too group by 1, 2) f
    join placed p on p.no = f.no and f.periods & p.periods <> 0
    group by p.no, p.cell
  ), begun as materialized (
    -- timely: the number of its key among those of timeliness
    select g.no, g.begun as periods, s.channel, case when s.first_day <= b.latest then 2 when s.first_day > b.latest then 3 else 4 end as timely,
           case when s.first_day is null then g.begun & base.periods_with(b.latest + 1, 'infinity', firsts, seen_days) end as overdue
    from registration g left join sought s on s.n = g.n and s.first_day <= g.end_date,
         lateral (select (g.start_date + within)::date as latest) b
    where begun_too and g.begun <> 0
  ), leaving as materialized (
    -- types: of the measures that the registration has a day in common with
    select g.n, g.no, g.ended as periods, g.exit_reason as reason, array_agg(distinct m.type) filter (where m.type is not null) as types
    from registration g
    left join measure m on m.no = g.no and m.start_date <= g.end_date and m.end_date >= g.start_date
    where exits_too and g.ended <> 0
    group by g.n, g.no, g.ended, g.exit_reason
  ), item as materialized (
    select 0 as family, i.cell, i.elsewhere, count(*) as times, i.parts
    from (select p.cell, f.covered & ~p.periods as elsewhere,
                 array_remove(array[
                   base.report_part(base.key_number(1), f.covered & p.periods), base.report_part(base.key_number(2), f.sought & p.periods),
                   base.report_part(base.key_number(3), f.reached & p.periods), base.report_part(base.key_number(6), f.active & p.periods),
                   base.report_part(base.key_number(17, 1), f.reason & p.periods), base.report_part(base.key_number(17, 2), f.school & p.periods),
                   base.report_part(base.key_number(17, 3), f.occupation & p.periods),
                   base.report_part(base.key_number(17, 4), f.details & p.periods), base.report_part(base.key_number(17, 5), f.address & p.periods),
                   base.report_part(base.key_number(17, 6), f.district & p.periods), base.report_part(base.key_number(17, 7), f.contact & p.periods),
                   base.report_part(base.key_number(17, 8), f.exit_reason & p.periods),
                   base.report_part(base.key_number(17, 9), f.occupation_after & p.periods)], null) || coalesce(d.parts, '{}') as parts
          from profile f join placed p on p.no = f.no and f.covered & p.periods <> 0
          left join divided d on d.no = p.no and d.cell = p.cell) i
    group by i.cell, i.elsewhere, i.parts
    union all
    select 1, m.cell, 0, m.times, array[base.report_part(base.key_number(5, m.channel), m.periods)]
    from made m where work_too and m.n is null and m.periods <> 0 and m.times > 0
    union all
    select 2, p.cell, x.periods & ~p.periods, count(*),
           array[base.report_part(base.key_number(9, x.reason), x.periods & p.periods)]
           || case when x.types is not null then array[base.report_part(base.key_number(10, x.reason), x.periods & p.periods)] else '{}' end
           || case when exact then array(select base.report_part(base.key_number(11, t, x.reason), x.periods & p.periods)
                                         from unnest(x.types) t) else '{}' end
    from leaving x join placed p on p.no = x.no and x.periods & p.periods <> 0
    group by p.cell, 3, 5
    union all
    select 3, p.cell, m.ended & ~p.periods, count(*),
           array[base.report_part(base.key_number(12, m.end_reason), m.ended & p.periods),
                 base.report_part(base.key_number(13, m.occupation), m.ended & p.periods)]
    from measure m join placed p on p.no = m.no and m.ended & p.periods <> 0
    where exits_too group by p.cell, 3, 5
    union all
    select 4, p.cell, b.periods & ~p.periods, count(*),
           array_remove(array[
             base.report_part(base.key_number(14, 1), b.periods & p.periods), base.report_part(base.key_number(14, b.timely), b.periods & p.periods),
             case when contact_too and b.channel is not null then base.report_part(base.key_number(15, b.channel), b.periods & p.periods) end,
             case when contact_too then base.report_part(base.key_number(16), b.overdue & p.periods) end], null)
    from begun b join placed p on p.no = b.no and b.periods & p.periods <> 0
    group by p.cell, 3, 5
  ), numbered as materialized (
    select i.*, i.cell >> 14 as unit, (i.cell >> 2) & 4095 as district, (row_number() over ())::int as n from item i
  ), key as materialized (
    select k.key, k.figure, k.code, row_number() over (order by k.key) - 1 as i
    from base.report_keys() k where k.key in (select p >> 5 from (select distinct unnest(i.parts) from item i) u (p))
  ), unit_row as materialized (
    select u.*, row_number() over (order by u.n) - 1 as i from unit u where u.periods <> 0 or u.n in (select n.unit from numbered n)
  ), district_row as materialized (
    select d.*, row_number() over (order by d.n) - 1 as i from district d where d.periods <> 0 or d.n in (select n.district from numbered n)
  ), part as (
    select p.n, string_agg(((k.i << 5) | (p.part & 31))::text, ',') as text
    from (select n.n, unnest(n.parts) as part from numbered n) p join key k on k.key = p.part >> 5 group by p.n
  )
  select format('"units":%s,"districts":%s,"keys":%s,"items":%s',
    (select coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'periods', u.periods) order by u.i), '[]') from unit_row u),
    (select coalesce(json_agg(json_build_object('id', d.id, 'name', d.name, 'periods', d.periods, 'serving', coalesce(s.units, '[]'))
                              order by d.i), '[]')
     from district_row d
     left join (select s.district_id, json_agg(json_build_array(u.i, s.periods) order by u.i) as units
                from (select s.district_id, s.unit_id, bit_or(s.periods) as periods from served s where s.periods <> 0 group by 1, 2) s
                join unit_row u on u.id = s.unit_id group by s.district_id) s on s.district_id = d.id),
    (select coalesce(json_agg(json_build_array(k.figure, k.code) order by k.i), '[]') from key k),
    (select '[' || coalesce(string_agg('[' || n.family || ',' || coalesce(u.i, -1) || ',' || coalesce(d.i, -1) || ',' || (n.cell & 3) - 1
                                       || ',' || n.elsewhere || ',' || n.times || ',[' || p.text || ']]', ','), '') || ']'
     from numbered n join part p on p.n = n.n
     left join unit_row u on u.n = n.unit left join district_row d on d.n = n.district)) into items;

  return format('{"asOf":%s,"today":"%s","seen":{"xmin":"%s","xids":%s},"threshold":%s,"lists":%s,"published":%s,%s}',
    (select to_json(base.utc(c.at)) from base.changes c where c.municipality = town order by c.xid desc, c.seq desc limit 1), today, oldest,
    (select coalesce(json_agg(distinct c.xid::text), '[]') from base.changes c where c.municipality = town and c.xid >= oldest),
    base.policy() ->> 'smallCellThreshold',
    (select json_object_agg(l.list, l.codes order by l.list)
     from (select c.list, json_agg(json_build_object('code', c.code, 'sv', c.sv, 'en', c.en) order by c.position) as codes from base.codes c
           where c.list in ('outreach-channels', 'administrations', 'measure-types', 'exit-reasons', 'measure-end-reasons', 'occupations', 'sexes')
             and (c.list, c.code) <> ('measure-types', 'health_promoting') -- which is told as other
           group by c.list) l),
    -- what was masked when it was published stays masked
    (select coalesce(json_agg(json_build_object('period', q.n - 1, 'answer', p.answer::json)), '[]')
     from base.published_reports p join jsonb_array_elements(question -> 'periods') with ordinality q (period, n) on q.period ->> 'name' = p.period
     where p.municipality = town and not exact),
    items);
end $$;
revoke all on function base.report_items from public;
grant execute on function base.report_items to kaa_service;
