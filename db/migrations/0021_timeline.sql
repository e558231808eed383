-- The timeline: everything that has happened to a youth, as far as the caller may read it.

-- The youths whose rows are a youth's: itself, and the duplicates merged into it. (As base.same_person, which would be
-- planned anew with each read: that took as long as the read.)
create view base.merged_youths with (security_invoker) as
select y.municipality, y.id as youth_id, y.id as part_id from base.youths y
union all
select d.municipality, d.merged_into, d.id from base.youths d where d.merged_into is not null;
grant select on base.merged_youths to kaa_service;

-- A branch a resource: what there is about the youth, how and when it began, and the members that say what it is; then
-- the events of all that. A resource that the caller has no scope for is not there, and so are its events. Whether the
-- caller sees the youth is asked by api.timeline, once: asked again for every row and event it took most of the time.
-- In plpgsql, which keeps the plan.
create function base.timeline_of(town text, youth uuid)
returns table (id uuid, at timestamptz, resource text, resource_id uuid, type text, summary jsonb)
language plpgsql stable security definer rows 100 set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  shown text[] := array(select r from unnest('{registrations,occupations,assignments,outreach-attempts,outreach-pauses,
    concern-reports,safety-notices,address-notifications,incoming-referrals,consents,referrals,sip-requests,disclosures,
    measures,school-events}'::text[]) r
    where base.may(base.feed_scope(r)) and (r <> 'incoming-referrals' or base.may_follow(r)));
begin
  return query
  with things as materialized (
    select e.id as key, 'registrations' as resource, r.id as resource_id, e.at, e.type, e.summary
    from base.registrations r
    cross join lateral (
      values (r.id, base.midnight(r.start_date), 'started', jsonb_build_object('reason', r.reason)),
             (md5(r.id::text || 'ended')::uuid, base.midnight(r.end_date), 'ended', jsonb_build_object('exitReason', r.exit_reason))
    ) e(id, at, type, summary)
    where r.municipality = town and r.youth_id = youth and 'registrations' = any (shown)
    union all
    select o.id, 'occupations', o.id, o.confirmed_at, 'confirmed',
           jsonb_build_object('code', o.code, 'from', o.from_date, 'source', o.source)
    from base.occupations o where o.municipality = town and o.youth_id = youth and 'occupations' = any (shown)
    union all
    select e.id, 'assignments', a.id, e.at, e.type, jsonb_build_object('staff', a.staff, 'unitId', a.unit_id)
    from base.assignments a
    cross join lateral (
      values (a.id, base.midnight(a.from_date), 'started'),
             (md5(a.id::text || 'ended')::uuid, case when a.to_date <= base.today() then base.midnight(a.to_date) end, 'ended')
    ) e(id, at, type)
    where a.municipality = town and a.youth_id = youth and 'assignments' = any (shown)
    union all
    select a.id, 'outreach-attempts', a.id, a.created_at, 'planned',
           jsonb_build_object('channel', a.channel, 'purpose', a.purpose, 'plannedAt', base.utc(a.planned_at),
                              'announcedVisitAt', base.utc(a.announced_visit_at), 'batchId', a.batch_id)
    from base.outreach_attempts a where a.municipality = town and a.youth_id = youth and 'outreach-attempts' = any (shown)
    union all
    select u.id, 'outreach-pauses', u.id, u.created_at, 'active', jsonb_build_object('from', u.from_date, 'until', u.until_date)
    from base.outreach_pauses u where u.municipality = town and u.youth_id = youth and 'outreach-pauses' = any (shown)
    union all
    select c.id, 'concern-reports', c.id, c.made_at, 'made', jsonb_build_object('mandatory', c.mandatory)
    from base.concern_reports c where c.municipality = town and c.youth_id = youth and 'concern-reports' = any (shown)
    union all
    select n.id, 'safety-notices', n.id, n.created_at, 'active', jsonb_build_object('until', n.valid_until)
    from base.safety_notices n where n.municipality = town and n.youth_id = youth and 'safety-notices' = any (shown)
    union all
    select n.id, 'address-notifications', n.id, n.sent_at, 'sent', jsonb_build_object('attemptId', n.attempt_id)
    from base.address_notifications n
    where n.municipality = town and n.youth_id = youth and 'address-notifications' = any (shown)
    union all
    select r.id, 'incoming-referrals', r.id, r.created_at, 'received', jsonb_build_object('client', r.client)
    from base.incoming_referrals r
    where r.municipality = town and r.youth_id = youth and 'incoming-referrals' = any (shown)
    union all
    select c.id, 'consents', c.id, c.given_at, 'given', jsonb_build_object('purpose', c.purpose)
    from base.consents c where c.municipality = town and c.youth_id = youth and 'consents' = any (shown)
    union all
    select r.id, 'referrals', r.id, r.created_at, 'draft', jsonb_build_object('recipientId', r.recipient_id)
    from base.referrals r where r.municipality = town and r.youth_id = youth and 'referrals' = any (shown)
    union all
    select q.id, 'sip-requests', q.id, q.created_at,
           case when q.initiated_by in ('social_services', 'region') then 'meeting_planned' else 'draft' end,
           jsonb_build_object('initiatedBy', q.initiated_by, 'meetingAt', base.utc(q.meeting_at))
    from base.sip_requests q where q.municipality = town and q.youth_id = youth and 'sip-requests' = any (shown)
    union all -- whose answers are events; that they are asked the request says
    select a.id, 'sip-requests', a.request_id, null, null, jsonb_build_object('recipientId', a.recipient_id)
    from base.sip_addressees a where a.municipality = town and a.youth_id = youth and 'sip-requests' = any (shown)
    union all
    select d.id, 'disclosures', d.id, d.created_at, 'released', jsonb_build_object('recipientId', d.recipient_id, 'recipient', d.recipient)
    from base.disclosures d where d.municipality = town and d.youth_id = youth and 'disclosures' = any (shown)
    union all
    select m.id, 'measures', m.id, m.offered_at, 'offered', jsonb_build_object('type', m.type)
    from base.measures m where m.municipality = town and m.youth_id = youth and 'measures' = any (shown)
    union all
    select s.id, 'school-events', s.id, base.midnight(s.date), s.type,
           jsonb_build_object('result', s.result, 'enrolmentType', s.enrolment_type, 'programme', s.programme)
    from base.school_events s where s.municipality = town and s.youth_id = youth and 'school-events' = any (shown)
  )
  select t.key, t.at, t.resource, t.resource_id, t.type, jsonb_strip_nulls(t.summary) as summary
  from things t where t.at is not null
  union all
  select e.id, e.at, t.resource, t.resource_id, e.type,
         jsonb_strip_nulls(t.summary || jsonb_build_object('endReason', e.details -> 'endReason'))
  from base.events e join things t on t.key = e.resource_id
  where e.municipality = town and e.youth_id = youth
    and (e.resource <> 'registrations' or e.type = 'corrected'); -- its end is told by its last day, however it came
end $$;
revoke all on function base.timeline_of from public;
grant execute on function base.timeline_of to kaa_service;

create view api.timeline with (security_invoker) as
select t.id, p.youth_id as "youthId", t.at, t.at as "modifiedAt", t.resource, t.resource_id as "resourceId", t.type, t.summary
from base.merged_youths p cross join lateral base.timeline_of(p.municipality, p.part_id) t;
select base.publish('api.timeline');
