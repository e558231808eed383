-- Reports: what their figures are made of (domain.md 9).
--
-- Reports count everyone alike for every caller, so the function runs as owner; it asks for the caller's
-- municipality and scopes itself.

-- The periods (bits, the first is 1) that the days from first_day to last_day have one in common with.
create function base.periods_with(first_day date, last_day date, firsts date[], lasts date[]) returns int
language sql immutable parallel safe set search_path = pg_catalog
return (select coalesce(bit_or(1 << (n - 1)::int) filter (where first_day <= l and last_day >= f), 0)
        from unnest(firsts, lasts) with ordinality p (f, l, n));

-- A time in microseconds since 2000, as PostgreSQL itself keeps and sends it.
create function base.microseconds(at timestamptz) returns bigint language sql stable parallel safe
return (extract(epoch from at) * 1000000)::bigint - 946684800000000;

-- Opens the cursors of the question {"report", "periods": [{"from", "to"}, …], "exact"}, for service/report_count*.c to count:
-- the rows of the whole municipality as they are, without names or numbers, in the order of the tables. Not exact: all that
-- is published of those periods is made of, whichever report is asked for; exact: the figures of that report. Read only, so
-- that a standby can; no cursor sorts or gathers, so that its rows come a few at a time and casework has its turns in between.
--
-- Returns what is small: the municipality's lists, units and districts, and times. Days are numbers, the first of 2000 is 0.
--
-- seen tells which changes it is made of: all of transactions before xmin, and those of xids.
create function base.open_report(question jsonb) returns text language plpgsql stable security definer
set search_path = pg_catalog set jit = off set max_parallel_workers_per_gather = 0 set cursor_tuple_fraction = 1 as $$
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
  firsts date[];
  lasts date[];
  since date; -- the first day that a time need be told of
  frame text;
  youths refcursor := 'youths';
  places refcursor := 'places';
  registrations refcursor := 'registrations';
  measures refcursor := 'measures';
  occupations refcursor := 'occupations';
  attempts refcursor := 'attempts';
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
  if firsts[cardinality(firsts)] > today then perform base.refuse(422, 'period-not-begun', '{"parameter": "period"}'); end if;
  since := least((select min(r.start_date) from base.registrations r where r.municipality = town),
                 (select min(p.from_date) from base.district_periods p where p.municipality = town), firsts[1]);

  open youths no scroll for
    select y.id, y.merged_into, y.sex, y.protection = 'protected_registration', cardinality(y.phones) = 0 and y.email is null,
           case when quality_too then not base.usable_address(y.protection, y.address, y.contact_address) end, y.district_id is null
    from base.youths y where y.municipality = town;
  -- to_date is exclusive
  open places no scroll for
    select p.youth_id, p.unit_id, p.district_id, p.from_date, p.to_date from base.district_periods p where p.municipality = town;
  open registrations no scroll for
    select r.youth_id, r.start_date, r.end_date, r.created_at, r.exit_reason, r.reason, coalesce(r.latest_school, '') = '',
           (r.start_date + within)::date
    from base.registrations r where r.municipality = town;
  open measures no scroll for
    select m.youth_id, m.unit_id, m.type, m.start_date, m.end_date, m.end_reason, m.occupation_after
    from base.measures m
    where m.municipality = town and m.status in ('started', 'ended') and (work_too or quality_too or exits_too);
  open occupations no scroll for
    select o.youth_id, o.code, o.holds_from, o.review_date, o.created_at
    from base.occupations o where o.municipality = town and quality_too;
  open attempts no scroll for
    -- when the youth was sought out, and when reached, for whatever purpose
    select a.youth_id, a.channel, case when a.purpose = 'outreach' then a.attempted_at end,
           case when work_too and a.status in ('reached', 'reached_declined') then a.outcome_at end
    from base.outreach_attempts a
    where a.municipality = town and (persons_too or begun_too) and a.status not in ('planned', 'cancelled', 'voided');

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
    select u.id, u.name, u.administration, coalesce(s.periods, 0) as periods, (row_number() over (order by u.name, u.id))::int - 1 as n
    from base.units u left join (select s.unit_id, bit_or(s.periods) as periods from served s group by s.unit_id) s on s.unit_id = u.id
    where u.municipality = town
  ), district as materialized (
    select d.id, d.name, base.periods_with(d.valid_from, coalesce(d.valid_to, 'infinity'), firsts, lasts) as periods,
           (row_number() over (order by d.name, d.id))::int - 1 as n
    from base.districts d where d.municipality = town
  )
  select format('"units":%s,"districts":%s',
    (select coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'administration', u.administration, 'periods', u.periods)
                              order by u.n), '[]') from unit u),
    (select coalesce(json_agg(json_build_object('id', d.id, 'name', d.name, 'periods', d.periods, 'serving', coalesce(s.units, '[]'))
                              order by d.n), '[]')
     from district d
     left join (select s.district_id, json_agg(json_build_array(u.n, s.periods) order by u.n) as units
                from (select s.district_id, s.unit_id, bit_or(s.periods) as periods from served s where s.periods <> 0 group by 1, 2) s
                join unit u on u.id = s.unit_id group by s.district_id) s on s.district_id = d.id)) into frame;

  return format('{"now":"%s","asOf":%s,"today":"%s","seen":{"xmin":"%s","xids":%s},"threshold":%s,"lists":%s,'
                || '"published":%s,"wanted":%s,"times":%s,%s}',
    base.utc(base.now()),
    coalesce((select to_json(base.utc(c.at)) from base.changes c where c.municipality = town and c.resource <> 'published-reports'
              order by c.xid desc, c.seq desc limit 1), 'null'), today, oldest,
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
    json_build_object('exact', exact, 'persons', persons_too, 'work', work_too, 'quality', quality_too, 'attempts', attempts_too,
                      'exits', exits_too, 'begun', begun_too, 'contact', contact_too),
    json_build_object('since', since - date '2000-01-01', 'day', today - date '2000-01-01',
      'firsts', (select json_agg(f - date '2000-01-01' order by n) from unnest(firsts) with ordinality u (f, n)),
      'lasts', (select json_agg(l - date '2000-01-01' order by n) from unnest(lasts) with ordinality u (l, n)),
      'begins', (select json_agg(base.microseconds(base.midnight(f)) order by n) from unnest(firsts) with ordinality u (f, n)),
      'ends', (select json_agg(base.microseconds(base.midnight(l + 1)) order by n) from unnest(lasts) with ordinality u (l, n)),
      'midnights', (select json_agg(base.microseconds(base.midnight(since + i)) order by i) from generate_series(0, today - since + 40) i),
      'districted', (select json_agg(exists (select from base.districts d where d.municipality = town and d.valid_from <= least(l, today)
                                             and coalesce(d.valid_to >= least(l, today), true)) order by n)
                     from unnest(lasts) with ordinality u (l, n))),
    frame);
end $$;
revoke all on function base.open_report from public;
grant execute on function base.open_report to kaa_service;
