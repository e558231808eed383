-- Reports: what their figures are made of (domain.md 9).
--
-- Reports count everyone alike for every caller, so the function runs as owner; it asks for the caller's
-- municipality and scopes itself.

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

-- A time and the number of a code below 32 as one number, in the order of the time: microseconds since 1970. So the least of
-- them tells the code too, and no row need be looked for again.
create function base.moment(at timestamptz, code int) returns bigint language sql stable parallel safe
return round(date_part('epoch', at) * 1000000)::bigint * 32 + code;
create function base.moment_code(moment bigint) returns int language sql immutable parallel safe
return (moment & 31)::int;
create function base.moment_day(moment bigint) returns date language sql stable parallel safe
return (to_timestamp((moment >> 5) / 1000000.0::float8) at time zone 'Europe/Stockholm')::date;

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
  -- to be masked, things are whole, whichever report they are counted for: with all that a thing of the kind counts in
  persons_too constant boolean := report in ('follow-up', 'register-quality');
  work_too constant boolean := report = 'follow-up' or not exact and persons_too;
  quality_too constant boolean := report = 'register-quality' or not exact and persons_too;
  attempts_too constant boolean := report = 'follow-up';
  exits_too constant boolean := report in ('follow-up', 'exits');
  begun_too constant boolean := report in ('follow-up', 'outreach-timeliness');
  contact_too constant boolean := report = 'outreach-timeliness' or not exact and begun_too;
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
  if firsts[cardinality(firsts)] > today then perform base.refuse(422, 'period-not-begun', '{"parameter": "period"}'); end if;
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
                 base.moment(a.attempted_at, array_position(channels, a.channel)) as moment,
                 case when not attempts_too then 0 when w.places is null then w.cell
                      else (w.places[1 + width_bucket(a.attempted_at, w.times)] << 2) | w.cell end as cell,
                 case when attempts_too then array_position(channels, a.channel) end as channel,
                 w.covered & base.periods_of(a.attempted_at, bounds, before) as periods
          from base.outreach_attempts a
          -- written has no statistics: by way of the youths, which have, it is hashed and not the attempts
          join (base.youths y join written w on y.municipality = town and y.id = case when w.n > 0 then w.youth_id end) on y.id = a.youth_id
          where a.municipality = town and (persons_too or begun_too) and a.purpose = 'outreach'
            and a.status not in ('planned', 'cancelled', 'voided') and (quality_too or a.attempted_at >= bounds[1])) a
    group by grouping sets ((a.n), (a.cell, a.channel, a.periods))
  ), sought as materialized (
    -- by registration: the periods in which the person was sought out, and the first attempt since it began
    select m.n, m.sought, base.moment_day(m.first) as first_day, base.moment_code(m.first) as channel from made m where m.n is not null
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
    from made m where attempts_too and m.n is null and m.periods <> 0 and m.times > 0
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
    (select to_json(base.utc(c.at)) from base.changes c where c.municipality = town and c.resource <> 'published-reports'
     order by c.xid desc, c.seq desc limit 1), today, oldest,
    (select coalesce(json_agg(distinct c.xid::text), '[]') from base.changes c where c.municipality = town and c.xid >= oldest),
    base.policy() ->> 'smallCellThreshold',
    (select json_object_agg(l.list, l.codes order by l.list)
     from (select c.list, json_agg(json_build_object('code', c.code, 'sv', c.sv, 'en', c.en) order by c.position) as codes from base.codes c
           where c.list in ('outreach-channels', 'administrations', 'measure-types', 'exit-reasons', 'measure-end-reasons', 'occupations', 'sexes')
             and (c.list, c.code) <> ('measure-types', 'health_promoting') -- which is told as other
           group by c.list) l),
    -- what was masked when it was published stays masked; of this data it is masked anyway, among what is chosen alike before
    -- and after the publishing
    (select coalesce(json_agg(json_build_object('period', q.n - 1, 'answer', p.answer::json)), '[]')
     from base.published_reports p join jsonb_array_elements(question -> 'periods') with ordinality q (period, n) on q.period ->> 'name' = p.period
     where p.municipality = town and not exact and not base.is_current(p.complete, p.day, p.seen_before, p.seen)),
    items);
end $$;
revoke all on function base.report_items from public;
grant execute on function base.report_items to kaa_service;
