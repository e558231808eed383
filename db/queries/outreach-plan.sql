-- The work list: how much waits at each step.

-- section: counts
select jsonb_build_object('data', coalesce(jsonb_agg(to_jsonb(s) order by s.step), '[]'))::text as body, 0::bigint as version,
       '{}'::uuid[] as subjects, null::text as page
from (select v.step, count(*) as count, count(*) filter (where v.overdue) as overdue
      from api.outreach_plan v
      where (not $3 ? 'districtId' or v."districtId" = any (string_to_array($3 ->> 'districtId', ',')::uuid[]))
        and (not $3 ? 'unitId' or v."unitId" = any (string_to_array($3 ->> 'unitId', ',')::uuid[]))
        and (not $3 ? 'assignedTo' or exists (
          select from base.assignments a
          where a.municipality = (select base.municipality()) and a.youth_id = v.id
            and a.staff = case $3 ->> 'assignedTo' when 'me' then base.sub() else $3 ->> 'assignedTo' end
            and a.from_date <= base.today() and (a.to_date is null or a.to_date >= base.today())))
      group by v.step) s
