-- SIP requests with their answers, measures with their revisions, what recipients see, and what ends with a consent.

-- SIP requests ------------------------------------------------------------------------------------

-- Social services or the region decide on the plan; here is the request and its answers, never the plan.
create table base.sip_requests (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'draft' check (status in ('draft', 'sent', 'meeting_planned', 'meeting_held', 'plan_made',
    'no_plan', 'closed', 'cancelled')),
  initiated_by text not null default 'kaa' check (initiated_by in ('kaa', 'social_services', 'region', 'youth', 'guardian')),
  invited jsonb not null default '[]' check (jsonb_typeof(invited) = 'array' and jsonb_array_length(invited) <= 10),
  recipient_ids uuid[] not null default '{}', -- of invited
  participants text[] not null default '{}' check (cardinality(participants) <= 20),
  consent_id uuid,
  meeting_at timestamptz,
  responsible text check (length(responsible) between 1 and 100),
  sent_at timestamptz,
  held_at timestamptz,
  closed_at timestamptz,
  status_reason text check (length(status_reason) between 1 and 500),
  primary key (municipality, id),
  unique (municipality, youth_id, id),
  constraint sip_requests_consent_id_fkey foreign key (municipality, youth_id, consent_id) references base.consents (municipality, youth_id, id),
  constraint sip_sent_without_release check (status in ('draft', 'cancelled') or sent_at is not null
    or initiated_by in ('social_services', 'region'))
);
select base.guard('sip_requests', 'youth');
select base.follow_addressed('sip_requests');
revoke insert, update on base.sip_requests from kaa_service;
grant insert (id, youth_id, initiated_by, invited, participants, consent_id, meeting_at, responsible),
      update (status, participants, consent_id, meeting_at, responsible, sent_at, held_at, closed_at, status_reason)
  on base.sip_requests to kaa_service;
create index sip_requests_consent on base.sip_requests (municipality, consent_id) where consent_id is not null;

-- Those who are asked, each with the own answer as its status.
create table base.sip_addressees (
  like base.standard including defaults,
  youth_id uuid not null,
  request_id uuid not null,
  recipient_id uuid not null,
  status text not null default 'pending' check (status in ('pending', 'accepted', 'declined')),
  answered_at timestamptz,
  status_reason text check (length(status_reason) between 1 and 500),
  released_shares text[],
  primary key (municipality, id),
  constraint sip_addressees_request_id_fkey foreign key (municipality, youth_id, request_id)
    references base.sip_requests (municipality, youth_id, id),
  constraint sip_addressees_recipient_id_fkey foreign key (municipality, recipient_id) references base.recipients (municipality, id),
  constraint addressee_twice unique (municipality, request_id, recipient_id),
  constraint answered_at_with_status check ((status = 'pending') = (answered_at is null)),
  constraint answered_without_release check (status = 'pending' or released_shares is not null)
);
select base.guard('sip_addressees', 'youth');
drop trigger note_insert on base.sip_addressees; -- the request's own changes tell of the answers
drop trigger note_update on base.sip_addressees;
revoke insert, update on base.sip_addressees from kaa_service;
create index sip_addressees_recipient on base.sip_addressees (municipality, recipient_id, modified_at, id);

-- One that social services or the region call begins with the meeting; nothing is released by us.
create function base.rule_sip_request() returns trigger language plpgsql as $$
begin
  new.recipient_ids := array(select (i ->> 'recipientId')::uuid from jsonb_array_elements(new.invited) i);
  if cardinality(new.recipient_ids) <> (select count(distinct r) from unnest(new.recipient_ids) r) then
    perform base.refuse(422, 'addressee-twice', '{"pointer": "/addressees"}');
  end if;
  if exists (select from unnest(new.recipient_ids) i where not exists
     (select from base.recipients r where r.municipality = new.municipality and r.id = i)) then
    perform base.refuse(422, 'unknown-reference', '{"pointer": "/addressees"}');
  end if;
  if new.status = 'draft' and new.initiated_by in ('social_services', 'region') then
    new.status := 'meeting_planned';
  end if;
  return new;
end $$;
create trigger rule_sip_request before insert on base.sip_requests for each row execute function base.rule_sip_request();

create function base.keep_addressees() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.sip_addressees (municipality, youth_id, request_id, recipient_id)
  select new.municipality, new.youth_id, new.id, r from unnest(new.recipient_ids) r;
  return null;
end $$;
create trigger keep_addressees after insert on base.sip_requests for each row execute function base.keep_addressees();

-- Sending releases to every addressee at once, on one consent; a recipient's own ground does not do here.
create function base.release_sip_request() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  asked base.sip_addressees;
  release base.disclosures;
begin
  if cardinality(new.recipient_ids) = 0 then
    perform base.refuse(422, 'addressee-missing', '{"pointer": "/addressees"}');
  end if;
  new.consent_id := coalesce(new.consent_id,
    (select c.id from base.consents c
     where c.municipality = new.municipality and c.youth_id = new.youth_id and new.recipient_ids <@ c.recipient_ids
       and base.consent_covers(c, new.youth_id, 'sip', new.recipient_ids[1], base.now())
     order by cardinality(c.shares) desc, c.given_at desc, c.id limit 1));
  for asked in select * from base.sip_addressees a
               where a.municipality = new.municipality and a.request_id = new.id order by a.recipient_id loop
    release := base.require_release('sip-requests', new.id, new.youth_id, asked.recipient_id, new.consent_id, 'sip');
    new.consent_id := release.consent_id;
    update base.sip_addressees a set released_shares = release.shares
    where a.municipality = asked.municipality and a.id = asked.id;
  end loop;
  return new;
end $$;
create trigger release_sip_request before update on base.sip_requests for each row
  when (old.status = 'draft' and new.status not in ('draft', 'cancelled')) execute function base.release_sip_request();

create function base.fix_sip_request() returns trigger language plpgsql as $$
begin
  new.participants := coalesce(new.participants, '{}');
  if (old.youth_id, old.initiated_by, old.invited, old.recipient_ids)
       is distinct from (new.youth_id, new.initiated_by, new.invited, new.recipient_ids)
     or (old.status <> 'draft' and old.consent_id is distinct from new.consent_id)
     or (old.status in ('closed', 'cancelled') and (old.participants, old.meeting_at, old.responsible)
           is distinct from (new.participants, new.meeting_at, new.responsible)) then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_sip_request before update on base.sip_requests for each row execute function base.fix_sip_request();

-- After an answer: the request changes with it, and closes when all have declined. Its lock comes first, so
-- that of two who decline at once the later one sees the earlier.
create function base.count_sip_answers() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  closes boolean;
begin
  perform from base.sip_requests q where q.municipality = new.municipality and q.id = new.request_id for update;
  select q.status = 'sent' and not exists (select from base.sip_addressees a
         where a.municipality = q.municipality and a.request_id = q.id and a.status <> 'declined') into closes
  from base.sip_requests q where q.municipality = new.municipality and q.id = new.request_id;
  update base.sip_requests q
  set status = case when closes then 'closed' else q.status end, closed_at = case when closes then base.now() else q.closed_at end
  where q.municipality = new.municipality and q.id = new.request_id;
  if closes then
    insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
    values (new.municipality, 'sip-requests', new.request_id, new.youth_id, 'closed', base.now(), '{"reason": "all_declined"}', 'system');
  end if;
  return null;
end $$;
create trigger count_sip_answers after update of status on base.sip_addressees for each row
  when (old.status <> new.status) execute function base.count_sip_answers();

create function base.require_accepted_addressee(id uuid, body jsonb) returns void language plpgsql as $$
begin
  if not exists (select from base.sip_addressees a where a.municipality = base.municipality()
                 and a.request_id = require_accepted_addressee.id and a.status = 'accepted') then
    perform base.refuse(409, 'no-addressee-accepted');
  end if;
end $$;

create function base.require_open_request(id uuid, body jsonb) returns void language plpgsql as $$
begin
  perform from base.sip_addressees a join base.sip_requests q on q.municipality = a.municipality and q.id = a.request_id
  where a.municipality = base.municipality() and a.id = require_open_request.id and q.status in ('sent', 'meeting_planned')
  for update of q; -- nor is it cancelled meanwhile
  if not found then
    perform base.refuse(409, 'request-closed');
  end if;
end $$;

insert into base.transitions (resource, "from", event, "to", actor, sets, requires) values
  ('sip-requests', 'draft', 'sent', 'sent', 'staff', '{at=sent_at}', null),
  ('sip-requests', 'sent', 'meeting_planned', 'meeting_planned', 'staff', '{meetingAt=meeting_at}', 'require_accepted_addressee'),
  ('sip-requests', 'meeting_planned', 'meeting_held', 'meeting_held', 'staff', '{at=held_at}', null),
  ('sip-requests', 'meeting_held', 'plan_made', 'plan_made', 'staff', '{}', null),
  ('sip-requests', 'meeting_held', 'no_plan', 'no_plan', 'staff', '{}', null),
  ('sip-requests', 'plan_made', 'closed', 'closed', 'staff', '{at=closed_at}', null),
  ('sip-requests', 'no_plan', 'closed', 'closed', 'staff', '{at=closed_at}', null),
  ('sip-requests', 'draft', 'cancelled', 'cancelled', 'staff', '{at=closed_at,reason=status_reason}', null),
  ('sip-requests', 'sent', 'cancelled', 'cancelled', 'staff', '{at=closed_at,reason=status_reason}', null),
  ('sip-addressees', 'pending', 'accepted', 'accepted', 'recipient', '{at=answered_at}', 'require_open_request'),
  ('sip-addressees', 'pending', 'declined', 'declined', 'recipient', '{at=answered_at,reason=status_reason}', 'require_open_request');

-- Measures ----------------------------------------------------------------------------------------

-- The seven items of 8 § lag (2006:39): planning and goal; what the youth, the municipality and others are
-- responsible for; start; end; why it ended; follow-up dates.
create table base.measures (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'offered' check (status in ('offered', 'declined', 'planned', 'started', 'ended', 'cancelled')),
  type text not null check (type in ('career_guidance', 'motivational_talks', 'single_talk', 'coaching',
    'introductory_programme_studies', 'komvux_studies', 'folk_high_school_course', 'internship', 'job_support',
    'health_promoting', 'group_activity', 'school_transfer_support', 'other')),
  unit_id uuid,
  provider text check (length(provider) between 1 and 200),
  decision_reference text check (length(decision_reference) between 1 and 100),
  planning text check (length(planning) between 1 and 1000),
  goal text check (length(goal) between 1 and 500),
  youth_responsibility text check (length(youth_responsibility) between 1 and 500),
  municipality_responsibility text check (length(municipality_responsibility) between 1 and 500),
  others_responsibility text check (length(others_responsibility) between 1 and 500),
  offered_at timestamptz not null default base.now(),
  start_date date,
  end_date date,
  started_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('completed_goal_reached', 'completed_goal_not_reached', 'interrupted_by_youth',
    'interrupted_by_municipality', 'left_target_group')),
  occupation_after text check (occupation_after in ('unknown', 'none', 'national_programme', 'introductory_programme',
    'komvux', 'sfi', 'folk_high_school', 'other_education', 'work', 'internship', 'labour_market_programme',
    'military_service', 'parental_leave', 'abroad', 'unable', 'declined_contact')),
  follow_up_dates date[] not null default '{}' check (cardinality(follow_up_dates) <= 20),
  followed_up_on date,
  next_follow_up date, -- by rule_measure
  primary key (municipality, id),
  constraint measures_unit_id_fkey foreign key (municipality, unit_id) references base.units (municipality, id),
  constraint start_date_missing check (status not in ('started', 'ended') or start_date is not null),
  constraint end_date_with_status check ((status = 'ended') = (end_date is not null)),
  constraint end_reason_missing check ((status = 'ended') = (end_reason is not null)),
  constraint measure_ends_before_start check (end_date >= start_date),
  constraint occupation_after_without_end check (occupation_after is null or status = 'ended')
);
select base.guard('measures', 'youth');
revoke insert, update on base.measures from kaa_service;
grant insert (id, youth_id, type, unit_id, provider, decision_reference, planning, goal, youth_responsibility,
              municipality_responsibility, others_responsibility, offered_at, start_date, occupation_after, follow_up_dates,
              followed_up_on),
      update (status, type, unit_id, provider, decision_reference, planning, goal, youth_responsibility,
              municipality_responsibility, others_responsibility, offered_at, start_date, end_date, started_at, ended_at,
              end_reason, occupation_after, follow_up_dates, followed_up_on) on base.measures to kaa_service;
create trigger require_unit_in_force before insert or update on base.measures
  for each row execute function base.require_in_force('unit_id', 'unitId', 'start_date', 'end_date');
create index measures_follow_up on base.measures (municipality, next_follow_up, id) where next_follow_up is not null;
create index measures_start on base.measures (municipality, start_date) where start_date is not null;
create index measures_end on base.measures (municipality, end_date) where end_date is not null;

-- The dates of an event are its own or the day it happened; a planned start that has come holds.
create function base.rule_measure() returns trigger language plpgsql as $$
declare
  starts boolean := tg_op = 'UPDATE' and new.status = 'started' and old.status <> 'started';
begin
  new.follow_up_dates := coalesce(new.follow_up_dates, '{}');
  if new.offered_at > base.now() + interval '1 minute' then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/offeredAt"}');
  end if;
  if starts and new.start_date is not distinct from old.start_date
     and coalesce(new.start_date > base.today(), true) then
    new.start_date := (new.started_at at time zone 'Europe/Stockholm')::date;
  end if;
  if new.status = 'ended' and new.end_date is null then
    new.end_date := (new.ended_at at time zone 'Europe/Stockholm')::date;
  end if;
  if new.status in ('started', 'ended') and new.start_date > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/startDate"}');
  end if;
  if new.end_date > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/endDate"}');
  end if;
  if new.followed_up_on > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/followedUpOn"}');
  end if;
  -- what is over, or was never taken up, is not followed up
  new.next_follow_up := case when new.status in ('offered', 'planned', 'started')
    then (select min(d) from unnest(new.follow_up_dates) d where d > coalesce(new.followed_up_on, '-infinity')) end;
  return new;
end $$;
create trigger rule_measure before insert or update on base.measures for each row execute function base.rule_measure();

insert into base.transitions (resource, "from", event, "to", sets) values
  ('measures', 'offered', 'declined', 'declined', '{}'),
  ('measures', 'offered', 'planned', 'planned', '{startDate=start_date}'),
  ('measures', 'offered', 'started', 'started', '{at=started_at,startDate=start_date}'),
  ('measures', 'planned', 'started', 'started', '{at=started_at,startDate=start_date}'),
  ('measures', 'planned', 'cancelled', 'cancelled', '{}'),
  ('measures', 'started', 'ended', 'ended', '{at=ended_at,endDate=end_date,endReason=end_reason,occupationAfter=occupation_after}');

-- Every revision of the documentation, the first one too.
create table base.measure_revisions (
  municipality text not null,
  id uuid not null default gen_random_uuid(),
  measure_id uuid not null,
  youth_id uuid not null,
  revision bigint not null,
  content jsonb not null, -- the row of base.measures
  primary key (municipality, measure_id, revision),
  foreign key (municipality, measure_id) references base.measures (municipality, id)
);
alter table base.measure_revisions enable row level security;
create policy visible on base.measure_revisions to kaa_service
  using (municipality = (select base.municipality())
         and exists (select from base.youths y where y.municipality = measure_revisions.municipality and y.id = youth_id));
grant select on base.measure_revisions to kaa_service;

create function base.keep_measure_revisions() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.measure_revisions (municipality, measure_id, youth_id, revision, content)
  select n.municipality, n.id, n.youth_id, n.version, to_jsonb(n) from new_rows n;
  return null;
end $$;
create trigger keep_revisions_insert after insert on base.measures referencing new table as new_rows
  for each statement execute function base.keep_measure_revisions();
create trigger keep_revisions_update after update on base.measures referencing new table as new_rows
  for each statement execute function base.keep_measure_revisions();

-- Open measures end with the registration; those that never began are cancelled.
create function base.end_measures() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  with ended as (
    select r.municipality, r.youth_id, r.end_date
    from (select n.municipality, n.id from new_rows n where n.status = 'ended'
          except select o.municipality, o.id from old_rows o where o.status = 'ended') e
    join base.registrations r on r.municipality = e.municipality and r.id = e.id),
  moved as (
    update base.measures m
    set status = case m.status when 'started' then 'ended' else 'cancelled' end,
        end_reason = case m.status when 'started' then 'left_target_group' end,
        end_date = case m.status when 'started' then greatest(least(e.end_date, base.today()), m.start_date) end,
        ended_at = base.now()
    from ended e
    where m.municipality = e.municipality and m.youth_id = e.youth_id and m.status in ('offered', 'planned', 'started')
    returning m.municipality, m.id, m.youth_id, m.status)
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select municipality, 'measures', id, youth_id, status, base.now(), '{"endReason": "left_target_group"}', 'system' from moved;
  return null;
end $$;
create trigger end_measures after update on base.registrations referencing old table as old_rows new table as new_rows
  for each statement execute function base.end_measures();

-- What was ended by a registration's end goes back with it.
create function base.move_measures_back() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.measures m set end_date = greatest(m.start_date, new.end_date)
  where m.municipality = new.municipality and m.youth_id = new.youth_id and m.status = 'ended'
    and m.end_reason = 'left_target_group' and m.end_date = old.end_date;
  return null;
end $$;
create trigger move_measures_back after update of end_date on base.registrations for each row
  when (new.end_date < old.end_date) execute function base.move_measures_back();

-- What ends with a consent ------------------------------------------------------------------------

-- Cancels what rests on the consents and has not been answered, and ends their pauses of outreach. Later stages stay;
-- the recipient then sees no more than that they are.
create function base.cancel_with_consents(consents uuid[]) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  n int;
  happened timestamptz := base.instant();
begin
  with referrals as (
    update base.referrals r set status = 'cancelled', status_reason = 'consent_withdrawn', ended_at = happened
    where r.municipality = base.municipality() and r.consent_id = any (consents) and r.status in ('draft', 'sent', 'received')
    returning r.municipality, 'referrals' as resource, r.id, r.youth_id),
  requests as (
    update base.sip_requests q set status = 'cancelled', status_reason = 'consent_withdrawn', closed_at = happened
    where q.municipality = base.municipality() and q.consent_id = any (consents) and q.status in ('draft', 'sent')
    returning q.municipality, 'sip-requests' as resource, q.id, q.youth_id)
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select municipality, resource, id, youth_id, 'cancelled', happened, '{"reason": "consent_withdrawn"}', 'system'
  from (select * from referrals union all select * from requests) cancelled;
  get diagnostics n = row_count;
  return n + base.end_pauses(array(select p.id from base.outreach_pauses p
                                   where p.municipality = base.municipality() and p.consent_id = any (consents)), 'consent_withdrawn');
end $$;
revoke all on function base.cancel_with_consents from public;

create function base.withdraw_consent() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.cancel_with_consents(array[new.id]);
  return null;
end $$;
create trigger withdraw_consent after update of status on base.consents for each row
  when (new.status = 'withdrawn') execute function base.withdraw_consent();

-- The same by night for consents that have run out.
create function base.end_consents(municipality text) returns jsonb language plpgsql as $$
declare
  ended uuid[];
  touched uuid[];
begin
  select array_agg(c.id) into ended
  from base.consents c join base.youths y on y.municipality = c.municipality and y.id = c.youth_id
  where c.municipality = end_consents.municipality and c.status = 'active' and base.consent_end(c, y.birth_date) <= base.now();
  select array_agg(r.youth_id) into touched from (
    select r.youth_id from base.referrals r
    where r.municipality = end_consents.municipality and r.consent_id = any (ended) and r.status in ('draft', 'sent', 'received')
    union all
    select q.youth_id from base.sip_requests q
    where q.municipality = end_consents.municipality and q.consent_id = any (ended) and q.status in ('draft', 'sent')
    union all
    select p.youth_id from base.outreach_pauses p
    where p.municipality = end_consents.municipality and p.consent_id = any (ended) and p.status = 'active' and p.until_date >= base.today()) r;
  perform base.log_written('consents', 'expire', null, coalesce(touched, '{}'));
  return jsonb_build_object('cancelled', base.cancel_with_consents(coalesce(ended, '{}')));
end $$;
revoke all on function base.end_consents from public;
insert into base.nightly_steps values
  (40, 'end_consents', 'Cancels unanswered referrals and SIP requests, and ends pauses, whose consent has run out.');

-- Views --------------------------------------------------------------------------------------------

create view api.sip_requests with (security_invoker) as
select q.id, q.version, q.created_at as "createdAt", q.created_by as "createdBy", q.modified_at as "modifiedAt",
       q.modified_by as "modifiedBy", q.youth_id as "youthId", q.initiated_by as "initiatedBy", q.status,
       (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('recipientId', a.recipient_id, 'answer', a.status,
               'answeredAt', base.utc(a.answered_at), 'reason', a.status_reason)) order by a.recipient_id), '[]')
        from base.sip_addressees a where a.municipality = q.municipality and a.request_id = q.id) as addressees,
       q.participants, q.consent_id as "consentId", q.meeting_at as "meetingAt", q.responsible, q.sent_at as "sentAt",
       q.held_at as "heldAt", q.closed_at as "closedAt", q.status_reason as "statusReason", q.recipient_ids as "recipientIds",
       base.any_sensitive(q.municipality, q.recipient_ids) as sensitive
from base.sip_requests q;
create view edit.sip_requests with (security_invoker) as
select id, youth_id as "youthId", initiated_by as "initiatedBy", invited as addressees, participants,
       consent_id as "consentId", meeting_at as "meetingAt", responsible from base.sip_requests;

-- One that was asked together with a sensitive recipient tells of that one.
create view api.disclosures with (security_invoker) as
select d.id, d.version, d.created_at as "createdAt", d.created_by as "createdBy", d.modified_at as "modifiedAt",
       d.modified_by as "modifiedBy", d.youth_id as "youthId", d.recipient_id as "recipientId", d.recipient, d.resource,
       d.resource_id as "resourceId", d.consent_id as "consentId", d.ground, d.shares,
       base.any_sensitive(d.municipality, coalesce(q.recipient_ids, array[d.recipient_id])) as sensitive
from base.disclosures d left join base.sip_requests q on q.municipality = d.municipality and q.id = d.resource_id;

create view api.measures with (security_invoker) as
select m.id, m.version, m.created_at as "createdAt", m.created_by as "createdBy", m.modified_at as "modifiedAt",
       m.modified_by as "modifiedBy", m.youth_id as "youthId", m.status, m.type, m.unit_id as "unitId", m.provider,
       m.decision_reference as "decisionReference", m.planning, m.goal, m.youth_responsibility as "youthResponsibility",
       m.municipality_responsibility as "municipalityResponsibility", m.others_responsibility as "othersResponsibility",
       m.offered_at as "offeredAt", m.start_date as "startDate", m.end_date as "endDate", m.end_reason as "endReason",
       m.occupation_after as "occupationAfter", m.follow_up_dates as "followUpDates",
       m.followed_up_on as "followedUpOn", m.next_follow_up as "nextFollowUp"
from base.measures m;
create view edit.measures with (security_invoker) as
select id, youth_id as "youthId", type, unit_id as "unitId", provider, decision_reference as "decisionReference",
       planning, goal, youth_responsibility as "youthResponsibility",
       municipality_responsibility as "municipalityResponsibility", others_responsibility as "othersResponsibility",
       offered_at as "offeredAt", start_date as "startDate", occupation_after as "occupationAfter",
       follow_up_dates as "followUpDates", followed_up_on as "followedUpOn" from base.measures;

create view api.measure_revisions with (security_invoker) as
select x.id, x.measure_id as "measureId", x.youth_id as "youthId", x.revision, m.modified_at as "modifiedAt",
       m.modified_by as "modifiedBy", m.status, m.type, m.unit_id as "unitId", m.provider,
       m.decision_reference as "decisionReference", m.planning, m.goal, m.youth_responsibility as "youthResponsibility",
       m.municipality_responsibility as "municipalityResponsibility", m.others_responsibility as "othersResponsibility",
       m.offered_at as "offeredAt", m.start_date as "startDate", m.end_date as "endDate", m.end_reason as "endReason",
       m.occupation_after as "occupationAfter", m.follow_up_dates as "followUpDates", m.followed_up_on as "followedUpOn"
from base.measure_revisions x cross join lateral jsonb_populate_record(null::base.measures, x.content) m;

-- What a release can hold of a youth; read by the recipients' views alone, with their owner's rights.
create view base.releasable as
select y.municipality, y.id as youth_id, y.birth_date,
       jsonb_strip_nulls(jsonb_build_object('givenName', y.given_name, 'familyName', y.family_name, 'birthDate', y.birth_date,
         'personalNumber', (select n.number from base.identity_numbers n
                            where n.municipality = y.municipality and n.youth_id = y.id and n.current))) as identity,
       jsonb_strip_nulls(jsonb_build_object('phones', to_jsonb(y.phones), 'email', y.email, 'address', y.address,
         'contactAddress', case when y.protection <> 'protected_registration' then y.contact_address end)) as contact,
       case when base.of_age_on(y.birth_date) > base.today() then y.guardians end as guardians,
       (select jsonb_strip_nulls(jsonb_build_object('startDate', r.start_date, 'reason', r.reason,
               'latestSchool', case when y.protection <> 'protected_registration' then r.latest_school end,
               'latestProgramme', r.latest_programme, 'endDate', r.end_date, 'exitReason', r.exit_reason))
        from base.registrations r where r.municipality = y.municipality and r.youth_id = y.id
        order by r.start_date desc, r.created_at desc limit 1) as registration,
       (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', m.type, 'status', m.status, 'provider', m.provider,
               'startDate', m.start_date, 'endDate', m.end_date, 'endReason', m.end_reason)) order by m.offered_at, m.id), '[]')
        from base.measures m where m.municipality = y.municipality and m.youth_id = y.id
          and m.status in ('planned', 'started', 'ended')) as measures
from base.youths y;

-- The recipients' only doors: definer views over what was released, while the consent holds. Afterwards
-- (and when the sender has cancelled) no more than id, status and the end of the consent.
create view api.received_referrals with (security_barrier) as
select r.id, r.version, case when k.shown then r.created_at end as "createdAt", case when k.shown then r.created_by end as "createdBy",
       r.modified_at as "modifiedAt", case when k.shown then r.modified_by end as "modifiedBy", r.youth_id as "youthId", r.status,
       case when k.shown then r.recipient_id end as "recipientId",
       case when k.shown and 'message' = any (r.released_shares) then r.reason end as reason,
       case when k.shown and 'message' = any (r.released_shares) then r.message end as message,
       case when k.shown and 'identity' = any (r.released_shares) then p.identity end as identity,
       case when k.shown and 'contact' = any (r.released_shares) then p.contact end as contact,
       case when k.shown and 'guardians' = any (r.released_shares) then p.guardians end as guardians,
       case when k.shown and 'registration' = any (r.released_shares) then p.registration end as registration,
       case when k.shown and 'measures' = any (r.released_shares) then p.measures end as measures,
       case when k.shown then r.respond_by end as "respondBy", case when k.shown then base.is_overdue(r.status, r.respond_by) end as overdue,
       case when k.shown then r.external_reference end as "externalReference", case when k.shown then r.sent_at end as "sentAt",
       case when k.shown then r.received_at end as "receivedAt", case when k.shown then r.answered_at end as "answeredAt",
       case when k.shown then r.started_at end as "startedAt", case when k.shown then r.ended_at end as "endedAt",
       case when k.shown then r.status_reason end as "statusReason", case when k.shown then r.result end as result,
       case when not k.valid then base.consent_end(c, p.birth_date) end as "consentEndedAt", k.shown
from base.referrals r
join base.recipients t on t.municipality = r.municipality and t.id = r.recipient_id
join base.releasable p on p.municipality = r.municipality and p.youth_id = r.youth_id
left join base.consents c on c.municipality = r.municipality and c.id = r.consent_id
cross join lateral (select v.valid, v.valid and r.status <> 'cancelled' as shown
                    from (select r.consent_id is null or base.consent_covers(c, r.youth_id, base.purpose_of(t.system),
                                                                             r.recipient_id, base.now()) as valid offset 0) v) k
where r.municipality = (select base.municipality()) and r.recipient_id = any ((select base.my_recipients())::uuid[])
  and r.sent_at is not null and r.released_shares is not null
  and (k.valid or r.status in ('accepted', 'started', 'completed', 'interrupted'));

-- One row an addressee: its id and status are those of the recipient's own answer.
create view api.received_sip_requests with (security_barrier) as
select a.id, a.version, case when k.shown then a.created_at end as "createdAt", case when k.shown then a.created_by end as "createdBy",
       a.modified_at as "modifiedAt", case when k.shown then a.modified_by end as "modifiedBy", a.youth_id as "youthId", a.status,
       case when k.shown then q.id end as "requestId", case when k.shown then q.status end as "requestStatus",
       case when k.shown then a.recipient_id end as "recipientId", case when k.shown then q.initiated_by end as "initiatedBy",
       case when k.shown then q.meeting_at end as "meetingAt", case when k.shown then q.responsible end as responsible,
       case when k.shown then q.participants end as participants,
       case when k.shown and 'identity' = any (a.released_shares) then p.identity end as identity,
       case when k.shown and 'contact' = any (a.released_shares) then p.contact end as contact,
       case when k.shown and 'guardians' = any (a.released_shares) then p.guardians end as guardians,
       case when k.shown and 'registration' = any (a.released_shares) then p.registration end as registration,
       case when k.shown and 'measures' = any (a.released_shares) then p.measures end as measures,
       case when k.shown then q.sent_at end as "sentAt", case when k.shown then a.answered_at end as "answeredAt",
       case when k.shown then a.status_reason end as "statusReason",
       case when not k.valid then base.consent_end(c, p.birth_date) end as "consentEndedAt", k.shown
from base.sip_addressees a
join base.sip_requests q on q.municipality = a.municipality and q.id = a.request_id
join base.releasable p on p.municipality = a.municipality and p.youth_id = a.youth_id
left join base.consents c on c.municipality = q.municipality and c.id = q.consent_id
cross join lateral (select v.valid, v.valid and q.status <> 'cancelled' as shown
                    from (select base.consent_covers(c, a.youth_id, 'sip', a.recipient_id, base.now()) as valid offset 0) v) k
where a.municipality = (select base.municipality()) and a.recipient_id = any ((select base.my_recipients())::uuid[])
  and q.sent_at is not null and a.released_shares is not null and (k.valid or a.status = 'accepted');

-- What recipients see of the history behind their doors, whoever the youth is: their own events, with details while
-- anything but the status is shown, and that the sender sent or cancelled.
create view base.received_events with (security_barrier) as
select 'received-referrals' as resource, v.id as resource_id, e.id, e.type, e.at, e.created_at,
       case when v.shown and e.actor = 'recipient' then e.details end as details,
       case when v.shown and e.actor = 'recipient' then e.created_by end as created_by
from api.received_referrals v
join base.events e on e.municipality = (select base.municipality()) and e.resource = 'referrals' and e.resource_id = v.id
where e.actor = 'recipient' or e.type in ('sent', 'cancelled')
union all
select 'received-sip-requests', v.id, e.id, e.type, e.at, e.created_at, case when v.shown then e.details end, case when v.shown then e.created_by end
from api.received_sip_requests v
join base.events e on e.municipality = (select base.municipality()) and e.resource = 'sip-addressees' and e.resource_id = v.id
union all
select 'received-sip-requests', v.id, e.id, e.type, e.at, e.created_at, null, null
from api.received_sip_requests v
join base.sip_addressees a on a.municipality = (select base.municipality()) and a.id = v.id
join base.events e on e.municipality = a.municipality and e.resource = 'sip-requests' and e.resource_id = a.request_id
where e.type in ('sent', 'cancelled');
grant select on base.received_events to kaa_service;

select base.publish(v) from unnest(array['api.sip_requests', 'edit.sip_requests', 'api.disclosures', 'api.measures', 'edit.measures',
  'api.measure_revisions', 'api.received_referrals', 'api.received_sip_requests']) v;
