-- What callers may see of the change feed, and the access log as its readers see it.

-- The change feed ---------------------------------------------------------------------------------

-- The scope that shows a resource's rows in the feed.
create function base.feed_scope(resource text) returns text language sql immutable parallel safe
return case
  when resource in ('municipalities', 'districts', 'units', 'recipients') then 'configuration:read'
  when resource in ('registrations', 'occupations', 'assignments', 'identity-numbers') then 'youths:read'
  else resource || ':read' end;

-- True when the caller may follow the resource. A register reads back what its files came to by look-ups.
create function base.may_follow(resource text) returns boolean language sql stable parallel safe
return base.may(base.feed_scope(resource))
    and (resource not in ('imports', 'evaluation-runs', 'incoming-referrals') or base.may('protected:read'))
    and (resource <> 'incoming-referrals' or (base.may('preventive:read') and base.districts() is null))
  or (resource in ('youths', 'registrations', 'identity-numbers') and base.may('youth-lookups:read'));

-- A place in the feed, "xid-seq"; without one: before the first row.
create function base.feed_place(cursor text, out xid xid8, out seq bigint) language plpgsql immutable parallel safe as $$
begin
  if coalesce(cursor, '0-0') !~ '^[0-9]{1,18}-[0-9]{1,18}$' then
    perform base.refuse(400, 'invalid-cursor', '{"parameter": "after"}');
  end if;
  xid := split_part(coalesce(cursor, '0-0'), '-', 1)::xid8;
  seq := split_part(coalesce(cursor, '0-0'), '-', 2)::bigint;
end $$;

-- The access log ----------------------------------------------------------------------------------

-- All rows about one youth, by the index of subjects: a condition of the caller's own would not reach it
-- through row level security. The caller's right is asked here instead.
create function base.accesses_of(youth uuid) returns setof base.access_log
language sql stable security definer set search_path = pg_catalog as $$
  select l.* from base.access_log l
  where l.municipality = base.municipality() and base.may('access-log:read')
    and (l.subjects operator(pg_catalog.@>) array[youth] or l.resource_id = youth)
$$;
revoke all on function base.accesses_of from public;
grant execute on function base.accesses_of to kaa_service;

-- True when there is a youth with that id, seen or not: for the log alone.
create function base.youth_exists(youth uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog as $$
begin
  return exists (select from base.youths y where y.municipality = base.municipality() and y.id = youth);
end $$;
revoke all on function base.youth_exists from public;
grant execute on function base.youth_exists to kaa_service;

-- A change of protection has a row of its own, whichever way it came: the level before and after in its code.
create function base.log_protection() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.access_log (municipality, resource, action, resource_id, subjects, outcome, code, protected)
  values (new.municipality, 'youths', 'protection-changed', new.id, array[new.id], 'written',
          case tg_op when 'UPDATE' then old.protection else 'none' end || ' ' || new.protection, true);
  return null;
end $$;
create trigger log_protection_insert after insert on base.youths for each row
  when (new.protection <> 'none') execute function base.log_protection();
create trigger log_protection_update after update of protection on base.youths for each row
  when (new.protection <> old.protection) execute function base.log_protection();

-- Persons whom the caller may not see are left out of a row, and a row about no others is left out whole.
create view api.access_log with (security_invoker) as
select l.id, l.seq, l.at, l.sub, l.client, l.act, l.trace, l.resource, l.action,
       l.resource_id as "resourceId", s.seen as subjects, l.outcome, l.code,
       l.protected and (select base.may('protected:read')) as protected
from base.access_log l,
     lateral (select case when (select base.may('protected:read') and base.may('preventive:read') and base.districts() is null) then l.subjects
                     else array(select y.id from base.youths y where y.municipality = l.municipality and y.id = any (l.subjects)) end as seen) s
where (s.seen <> '{}' or l.subjects = '{}'
       -- a list or look-up of all would be there without the hidden ones, and would have shown nobody
       or (l.action in ('list', 'query') and l.resource_id is null))
  -- a write that names nobody but by the id that was written: not when a hidden person is behind it
  and (l.resource_id is null or l.outcome <> 'written' or not base.youth_exists(l.resource_id)
       or exists (select from base.youths y where y.municipality = l.municipality and y.id = l.resource_id))
  -- nor that somebody was protected once
  and (l.action <> 'protection-changed' or (select base.may('protected:read')))
  -- nor a refusal on a part of one, which an absent person's part would not have met
  and (l.outcome <> 'refused' or l.code in ('not-found', 'scope-missing', 'unknown-reference')
       or (select base.may('protected:read') and base.districts() is null));

create view api.youth_access_log with (security_invoker) as
select l.id, y.id as "youthId", l.seq, l.at, l.sub, l.client, l.act, l.trace, l.resource, l.action,
       l.resource_id as "resourceId", array[y.id] as subjects, l.outcome, l.code, l.protected and (select base.may('protected:read')) as protected
from base.youths y, lateral base.accesses_of(y.id) l
where l.action <> 'protection-changed' or (select base.may('protected:read'));

select base.publish(v) from unnest(array['api.access_log', 'api.youth_access_log']) v;
