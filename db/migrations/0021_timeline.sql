-- The timeline: everything that has happened to a youth, as far as the caller may read it.

-- The youths whose rows are a youth's: itself, and the duplicates merged into it.
create view base.merged_youths with (security_invoker) as
select y.municipality, y.id as youth_id, y.id as part_id from base.youths y
union all
select d.municipality, d.merged_into, d.id from base.youths d where d.merged_into is not null;
grant select on base.merged_youths to kaa_service;

create view api.timeline with (security_invoker) as
select t.id, p.youth_id as "youthId", t.at, t.at as "modifiedAt", t.resource, t.resource_id as "resourceId", t.type,
       jsonb_strip_nulls(t.summary) as summary
from base.merged_youths p cross join lateral (
  select r.id, r.start_date::timestamp at time zone 'Europe/Stockholm' as at,
         'registrations' as resource, r.id as resource_id, 'started' as type, jsonb_build_object('reason', r.reason) as summary
  from base.registrations r where r.municipality = p.municipality and r.youth_id = p.part_id and (select base.may('youths:read'))
  union all
  select md5(r.id::text || 'ended')::uuid, r.end_date::timestamp at time zone 'Europe/Stockholm',
         'registrations', r.id, 'ended', jsonb_build_object('exitReason', r.exit_reason)
  from base.registrations r where r.municipality = p.municipality and r.youth_id = p.part_id and r.end_date is not null and (select base.may('youths:read'))
  union all
  select e.id, e.at, e.resource, e.resource_id, e.type,
         jsonb_build_object('reason', r.reason, 'exitReason', r.exit_reason)
  from base.events e join base.registrations r on r.municipality = e.municipality and r.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'registrations' and e.type = 'corrected' and (select base.may('youths:read'))
  union all
  select o.id, o.confirmed_at, 'occupations', o.id, 'confirmed',
         jsonb_build_object('code', o.code, 'from', o.from_date, 'source', o.source)
  from base.occupations o where o.municipality = p.municipality and o.youth_id = p.part_id and (select base.may('youths:read'))
  union all
  select a.id, a.from_date::timestamp at time zone 'Europe/Stockholm', 'assignments', a.id, 'started',
         jsonb_build_object('staff', a.staff, 'unitId', a.unit_id)
  from base.assignments a where a.municipality = p.municipality and a.youth_id = p.part_id and (select base.may('youths:read'))
  union all
  select md5(a.id::text || 'ended')::uuid, a.to_date::timestamp at time zone 'Europe/Stockholm',
         'assignments', a.id, 'ended', jsonb_build_object('staff', a.staff, 'unitId', a.unit_id)
  from base.assignments a where a.municipality = p.municipality and a.youth_id = p.part_id and a.to_date <= base.today() and (select base.may('youths:read'))
  union all
  select a.id, a.created_at, 'outreach-attempts', a.id, 'planned',
         jsonb_build_object('channel', a.channel, 'purpose', a.purpose, 'plannedAt', base.utc(a.planned_at))
  from base.outreach_attempts a where a.municipality = p.municipality and a.youth_id = p.part_id and (select base.may('outreach-attempts:read'))
  union all
  select e.id, e.at, e.resource, e.resource_id, e.type,
         jsonb_build_object('channel', a.channel, 'purpose', a.purpose)
  from base.events e join base.outreach_attempts a on a.municipality = e.municipality and a.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'outreach-attempts' and (select base.may('outreach-attempts:read'))
  union all
  select c.id, c.given_at, 'consents', c.id, 'given', jsonb_build_object('purpose', c.purpose)
  from base.consents c where c.municipality = p.municipality and c.youth_id = p.part_id and (select base.may('consents:read'))
  union all
  select e.id, e.at, e.resource, e.resource_id, e.type, jsonb_build_object('purpose', c.purpose)
  from base.events e join base.consents c on c.municipality = e.municipality and c.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'consents' and (select base.may('consents:read'))
  union all
  select r.id, r.created_at, 'referrals', r.id, 'draft', jsonb_build_object('recipientId', r.recipient_id)
  from base.referrals r where r.municipality = p.municipality and r.youth_id = p.part_id and (select base.may('referrals:read'))
  union all
  select e.id, e.at, e.resource, e.resource_id, e.type, jsonb_build_object('recipientId', r.recipient_id)
  from base.events e join base.referrals r on r.municipality = e.municipality and r.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'referrals' and (select base.may('referrals:read'))
  union all
  select q.id, q.created_at, 'sip-requests', q.id,
         case when q.initiated_by in ('social_services', 'region') then 'meeting_planned' else 'draft' end,
         jsonb_build_object('initiatedBy', q.initiated_by, 'meetingAt', base.utc(q.meeting_at))
  from base.sip_requests q where q.municipality = p.municipality and q.youth_id = p.part_id and (select base.may('sip-requests:read'))
  union all
  select e.id, e.at, e.resource, e.resource_id, e.type, jsonb_build_object('initiatedBy', q.initiated_by)
  from base.events e join base.sip_requests q on q.municipality = e.municipality and q.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'sip-requests' and (select base.may('sip-requests:read'))
  union all
  select e.id, e.at, 'sip-requests', a.request_id, e.type, jsonb_build_object('recipientId', a.recipient_id)
  from base.events e join base.sip_addressees a on a.municipality = e.municipality and a.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'sip-addressees' and (select base.may('sip-requests:read'))
  union all
  select m.id, m.offered_at, 'measures', m.id, 'offered', jsonb_build_object('type', m.type)
  from base.measures m where m.municipality = p.municipality and m.youth_id = p.part_id and (select base.may('measures:read'))
  union all
  select e.id, e.at, e.resource, e.resource_id, e.type,
         jsonb_build_object('type', m.type, 'endReason', e.details -> 'endReason')
  from base.events e join base.measures m on m.municipality = e.municipality and m.id = e.resource_id
  where e.municipality = p.municipality and e.youth_id = p.part_id and e.resource = 'measures' and (select base.may('measures:read'))
  union all
  select e.id, e.date::timestamp at time zone 'Europe/Stockholm', 'school-events', e.id, e.type,
         jsonb_build_object('result', e.result, 'enrolmentType', e.enrolment_type, 'programme', e.programme)
  from base.school_events e where e.municipality = p.municipality and e.youth_id = p.part_id and (select base.may('school-events:read'))
) t;
select base.publish('api.timeline');
