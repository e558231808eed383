-- The change feed: what has been committed, in an order in which nothing can come in behind the reader.

-- section: feed
with given as materialized (
  select p.xid, p.seq from base.feed_place($3 ->> 'after') p
), found as materialized (
  select c.xid, c.seq, c.resource, c.id, c.youth_id, c.at,
         -- who left one district is gone for those who see that one alone, a merged duplicate for everybody
         case when c.youth_id is null then c.change
              when c.resource = 'youths' and exists (select from base.youths y where y.municipality = c.municipality and y.id = c.youth_id
                                                     and y.merged_into is not null) then 'removed'
              when not exists (select from base.youths y where y.municipality = c.municipality and y.id = c.youth_id) then 'removed'
              -- a youth who is seen again; any other row that was removed is deleted
              when c.change = 'removed' and c.resource = 'youths' then 'updated' else c.change end as change
  from base.changes c
  where c.municipality = base.municipality()
    -- a transaction that began before and still runs may yet commit rows: wait for it
    and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    and (c.xid, c.seq) > ((select g.xid from given g), (select g.seq from given g))
    and base.may_follow(c.resource)
    and ($3 ->> 'resources' is null or c.resource = any (string_to_array($3 ->> 'resources', ',')))
  order by c.xid, c.seq
  limit coalesce(($3 ->> 'limit')::int, 100) + 1
), page as materialized (
  select f.* from found f order by f.xid, f.seq limit coalesce(($3 ->> 'limit')::int, 100)
)
select json_build_object(
         'data', coalesce(json_agg(json_build_object('cursor', p.xid || '-' || p.seq, 'resource', p.resource, 'id', p.id,
                                                     'change', p.change, 'at', base.utc(p.at)) order by p.xid, p.seq), '[]'),
         'cursor', coalesce((array_agg(p.xid || '-' || p.seq order by p.xid desc, p.seq desc))[1],
                            (select g.xid || '-' || g.seq from given g)),
         'hasMore', (select count(*) from found) > count(*))::text as body,
       0::bigint as version,
       coalesce(array_agg(distinct p.youth_id) filter (where p.youth_id is not null), '{}') as subjects,
       null::text as page
from page p
