-- Outreach pauses: social services ask to hold outreach to a youth for a time, with consent.

create table base.outreach_pauses (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'active' check (status in ('active', 'ended')),
  requested_by text not null check (length(requested_by) between 1 and 100), -- a function, not a person
  consent_id uuid,
  evidence_reference text check (length(evidence_reference) between 1 and 100), -- social services hold the consent
  from_date date not null,
  until_date date not null, -- the last day, unless it is ended before
  ended_at timestamptz,
  status_reason text check (length(status_reason) between 1 and 200),
  last_date date not null generated always as -- the last day that it holds; before from_date: none
    (least(until_date, (ended_at at time zone 'Europe/Stockholm')::date - 1)) stored,
  primary key (municipality, id),
  constraint outreach_pauses_consent_id_fkey foreign key (municipality, youth_id, consent_id) references base.consents (municipality, youth_id, id),
  constraint pause_without_consent check (consent_id is not null or evidence_reference is not null),
  constraint pause_ends_before_start check (until_date >= from_date),
  constraint pause_ended_with_status check ((status = 'ended') = (ended_at is not null)),
  constraint pause_ended_before_entered check (ended_at >= created_at)
);
select base.guard('outreach_pauses', 'youth');
revoke insert, update on base.outreach_pauses from kaa_service;
grant insert (id, youth_id, requested_by, consent_id, evidence_reference, from_date, until_date),
      update (status, ended_at, status_reason) on base.outreach_pauses to kaa_service;
create index outreach_pauses_last on base.outreach_pauses (municipality, last_date);
create index outreach_pauses_consent on base.outreach_pauses (municipality, consent_id) where consent_id is not null;

-- The pauses as rules and the plan see them: none where the municipality does without.
create view base.pauses as select p.* from base.outreach_pauses p where not (select base.is_off('outreach-pauses'));

-- Whether a pause of the person that had been entered by then holds the day.
create function base.is_paused(town text, person uuid[], day date, entered timestamptz default 'infinity')
returns boolean language sql stable set search_path = pg_catalog
return exists (select from base.pauses p where p.municipality = town and p.youth_id = any (person)
               and day between p.from_date and p.last_date and p.created_at <= entered);
revoke all on function base.is_paused from public;

-- The locks come first, in the order in which others take them: the consent, so that a withdrawal comes before or after;
-- the registration, so that none ends with a pause left behind; the youth, so that no attempt is planned or made meanwhile.
create function base.hold_for_pause() returns trigger language plpgsql as $$
begin
  perform from base.consents c where c.municipality = new.municipality and c.id = new.consent_id for share;
  perform from base.registrations r where r.municipality = new.municipality and r.youth_id = new.youth_id and r.end_date is null for share;
  perform from base.youths y where y.municipality = new.municipality and y.id = new.youth_id for update;
  new.created_at := base.instant();
  return new;
end $$;
create trigger hold_for_pause before insert on base.outreach_pauses for each row execute function base.hold_for_pause();

-- Outreach is held for covered youths, from today at the earliest, and no longer than the consent lasts: that one is
-- nobody's to see but who sees the youth, so an absent one, another's and one that does not cover are refused alike.
create function base.rule_pause() returns trigger language plpgsql as $$
declare
  ground base.consents;
  born date;
begin
  if not exists (select from base.registrations r where r.municipality = new.municipality and r.youth_id = new.youth_id and r.end_date is null) then
    perform base.refuse(422, 'not-covered', '{"pointer": "/youthId"}');
  end if;
  if new.from_date < base.today() then perform base.refuse(422, 'pause-in-the-past', '{"pointer": "/from"}'); end if;
  if new.consent_id is null then return new; end if;
  select * into ground from base.consents c where c.municipality = new.municipality and c.id = new.consent_id;
  if not base.consent_covers(ground, new.youth_id, 'outreach_pause', null, base.now()) then
    perform base.refuse(422, 'consent-missing', '{"pointer": "/consentId"}');
  end if;
  select y.birth_date into born from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  if (base.consent_end(ground, born) at time zone 'Europe/Stockholm')::date <= new.until_date then
    perform base.refuse(422, 'pause-outlasts-consent', '{"pointer": "/until"}');
  end if;
  return new;
end $$;
create trigger rule_pause before insert on base.outreach_pauses for each row execute function base.rule_pause();

-- What was planned for its days is not made.
create function base.cancel_paused() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.cancel_attempts(array(
    select a.id from base.outreach_attempts a
    where a.municipality = new.municipality and a.youth_id = any (base.same_person(new.municipality, new.youth_id))
      and a.status = 'planned' and a.channel <> 'own_initiative'
      and (a.planned_at at time zone 'Europe/Stockholm')::date between new.from_date and new.until_date), 'outreach_paused');
  return null;
end $$;
create trigger cancel_paused after insert on base.outreach_pauses for each row execute function base.cancel_paused();
-- Who is merged (one of preventive work may have something planned) is held by the survivor's pauses from then on.
create function base.cancel_merged() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.cancel_attempts(array(
    select a.id from base.outreach_attempts a
    where a.municipality = new.municipality and a.youth_id = new.youth_id and a.status = 'planned' and a.channel <> 'own_initiative'
      and base.is_paused(new.municipality, base.same_person(new.municipality, new.merged_into),
                         (a.planned_at at time zone 'Europe/Stockholm')::date)), 'outreach_paused');
  return null;
end $$;
create trigger cancel_merged after insert on base.youth_merges for each row execute function base.cancel_merged();
revoke all on function base.cancel_paused, base.cancel_merged from public;

insert into base.transitions (resource, "from", event, "to", sets)
values ('outreach-pauses', 'active', 'ended', 'ended', '{at=ended_at,reason=status_reason}');

-- Ends those of the pauses that still hold a day or will, with the reason in the event. Answers how many.
create function base.end_pauses(pauses uuid[], reason text) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare
  n int;
  happened timestamptz := base.instant();
begin
  with ended as (
    update base.outreach_pauses p set status = 'ended', ended_at = happened, status_reason = reason
    where p.municipality = base.municipality() and p.id = any (pauses) and p.status = 'active' and p.until_date >= base.today()
    returning p.municipality, p.id, p.youth_id)
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select municipality, 'outreach-pauses', id, youth_id, 'ended', happened, jsonb_build_object('reason', reason), 'system' from ended;
  get diagnostics n = row_count;
  return n;
end $$;
revoke all on function base.end_pauses from public;

-- A registration that ends takes its pauses with it. The youths are locked first, as they are by those who write of them.
create function base.end_pauses_too() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  pauses uuid[];
begin
  select array_agg(p.id) into pauses
  from (select n.id, n.youth_id from new_rows n where n.status = 'ended'
        except select o.id, o.youth_id from old_rows o where o.status = 'ended') e
  join base.outreach_pauses p on p.municipality = base.municipality() and p.youth_id = e.youth_id and p.status = 'active';
  if pauses is null then return null; end if;
  perform from base.youths y
  where y.municipality = base.municipality()
    and y.id in (select p.youth_id from base.outreach_pauses p where p.municipality = base.municipality() and p.id = any (pauses))
  order by y.id for no key update;
  perform base.end_pauses(pauses, 'left_target_group');
  return null;
end $$;
create trigger end_pauses after update on base.registrations referencing old table as old_rows new table as new_rows
  for each statement execute function base.end_pauses_too();
revoke all on function base.end_pauses_too from public;

-- Views --------------------------------------------------------------------------------------------

create view api.outreach_pauses with (security_invoker) as
select p.id, p.version, p.created_at as "createdAt", p.created_by as "createdBy", p.modified_at as "modifiedAt",
       p.modified_by as "modifiedBy", p.youth_id as "youthId",
       case when p.status = 'active' and p.until_date < base.today() then 'expired' else p.status end as status,
       p.requested_by as "requestedBy", p.consent_id as "consentId", p.evidence_reference as "evidenceReference",
       p.from_date as "from", p.until_date as until, p.ended_at as "endedAt", p.status_reason as "statusReason"
from base.outreach_pauses p;
create view edit.outreach_pauses with (security_invoker) as
select id, youth_id as "youthId", requested_by as "requestedBy", consent_id as "consentId",
       evidence_reference as "evidenceReference", from_date as "from", until_date as until from base.outreach_pauses;
select base.publish(v) from unnest(array['api.outreach_pauses', 'edit.outreach_pauses']) v;
