-- Outreach batches: whom one chooses, and what came of it.

-- section: count
case when v.status = 'draft' then (
  select (select count(*) from base.reachable_youths v
          where b.channel = any (v.channels) and (b.districts is null or v."districtId" = any (b.districts))
            and v.id <> all (array(select base.paused_on(base.today()) union select base.paused_on(b.day) where b.day is not null))
            and @stored)
  from (select v.filter as stored, v.channel, v."districtIds" as districts,
               (v."plannedAt" at time zone 'Europe/Stockholm')::date as day) b)
else (select count(*) from base.outreach_attempts a where a.municipality = base.municipality() and a.batch_id = v.id) end

-- section: outcomes
(select json_object_agg(a.status, a.count) from (
  select a.status, count(*) from base.outreach_attempts a
  where a.municipality = base.municipality() and a.batch_id = v.id group by a.status order by a.status) a)

-- section: event
with locked as materialized (
  select b.filter as stored, b.channel, b.districts
  from base.outreach_batches b where b.municipality = base.municipality() and b.id = $1 for update)
select base.batch_event($1, $2, $3, case when $2 ->> 'type' = 'planned' then (
  select array(select v.id from base.reachable_youths v
               where b.channel = any (v.channels) and (b.districts is null or v."districtId" = any (b.districts)) and @stored)
  from locked b) end) -- of these, whom no pause holds

-- section: addresses
select json_build_object('data', coalesce(json_agg(json_build_object('attemptId', a.id, 'name', s.given_name || ' ' || s.family_name,
           'careOf', c.at ->> 'careOf', 'street', c.at ->> 'street', 'postalCode', c.at ->> 'postalCode', 'city', c.at ->> 'city')
         order by c.at ->> 'postalCode', c.at ->> 'street', a.id) filter (where c.at is not null), '[]'))::text as body,
       0::bigint as version, coalesce(array_agg(distinct a.youth_id) filter (where c.at is not null) -- of a duplicate also who is shown
         || array_agg(distinct s.id) filter (where c.at is not null and s.id <> a.youth_id), '{}') as subjects, null::text as page
from base.outreach_batches b
left join base.outreach_attempts a on a.municipality = b.municipality and a.batch_id = b.id and a.status in ('planned', 'sent')
left join base.youths y on y.municipality = a.municipality and y.id = a.youth_id and y.protection = 'none'
left join base.youths s on s.municipality = y.municipality
  and s.id = case when y.merged_into is null then y.id else y.merged_into end -- coalesce finds no index behind policies
  and s.protection = 'none' and s.id <> all (array(select base.paused_on(base.today())))
left join lateral (
  select case when coalesce(s.contact_address ->> 'street', '') <> '' then s.contact_address else s.address end as at
  where base.usable_address(s.protection, s.address, s.contact_address)) c on true
where b.municipality = base.municipality() and b.id = $1 and base.has_addresses(b.channel)
group by b.id

-- section: results
select r.* from base.take_results($1, $2 -> 'results') r
