-- The work list: how much waits, and where.

-- section: counts
with day as materialized (select base.today() as today),
assigned as materialized (
  select distinct a.youth_id from base.parts_assignments a where a.from_date <= (select base.today())),
finest as materialized (
  select v.step, v."unitId", v."districtId", count(*) as count, count(*) filter (where v."dueDate" <= day.today) as due,
         count(*) filter (where v."overdueAfter" < day.today) as overdue,
         count(*) filter (where v."registeredOn" > day.today - 7) as registered,
         count(*) filter (where a.youth_id is null) as unassigned,
         count(*) filter (where v.step = 'paused' and v."dueDate" <= day.today + 8) as pauses,
         count(*) filter (where not v."informedOfTurningTwenty" and v."birthDate" > (day.today - interval '20 years')::date
                            and v."birthDate" <= (day.today + 90 - interval '20 years')::date) as turning
  from day cross join api.youth_keys v left join assigned a on a.youth_id = v.id
  where v."dueDate" < 'infinity' and @filters
  group by v.step, v."unitId", v."districtId"),
by_step as (
  select p.kind, p.place, f.step, sum(f.count) as count, sum(f.due) as due, sum(f.overdue) as overdue
  from finest f, lateral (values ('all', null), ('unitId', f."unitId"), ('districtId', f."districtId")) p(kind, place)
  group by p.kind, p.place, f.step),
by_place as (
  select s.kind, s.place, jsonb_strip_nulls(jsonb_build_object(s.kind, s.place, 'count', sum(s.count), 'due', sum(s.due), 'overdue', sum(s.overdue),
           'steps', jsonb_agg(jsonb_build_object('step', s.step, 'count', s.count, 'due', s.due, 'overdue', s.overdue) order by s.step))) as counts
  from by_step s group by s.kind, s.place)
select jsonb_build_object(
         'data', coalesce((select p.counts -> 'steps' from by_place p where p.kind = 'all'), '[]'),
         'units', coalesce((select jsonb_agg(p.counts order by o.name, p.place) from by_place p
                            left join base.units o on o.municipality = base.municipality() and o.id = p.place where p.kind = 'unitId'), '[]'),
         'districts', coalesce((select jsonb_agg(p.counts order by o.name, p.place) from by_place p
                                left join base.districts o on o.municipality = base.municipality() and o.id = p.place
                                where p.kind = 'districtId'), '[]'),
         'newlyRegistered', coalesce(sum(f.registered), 0), 'unassigned', coalesce(sum(f.unassigned), 0),
         'pausesEnding', coalesce(sum(f.pauses), 0), 'turningTwenty', coalesce(sum(f.turning), 0))::text as body,
       0::bigint as version, '{}'::uuid[] as subjects, null::text as page
from finest f
