-- The work list: how much waits at each step.

-- section: counts
select jsonb_build_object('data', coalesce(jsonb_agg(to_jsonb(s) order by s.step), '[]'))::text as body, 0::bigint as version,
       '{}'::uuid[] as subjects, null::text as page
from (select v.step, count(*) as count, count(*) filter (where v."overdueAfter" < (select base.today())) as overdue
      from api.youth_keys v
      where v."dueDate" < 'infinity' and @filters
      group by v.step) s
