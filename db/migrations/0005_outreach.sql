-- Outreach: attempts to reach a youth.

-- True when every name is there and none is blank.
create function base.are_named(names text[]) returns boolean language sql immutable parallel safe
return cardinality(names) > 0 -- visible characters, so that no two look alike but for blanks
  and not exists (select from unnest(names) n where n is null or n !~ '^[[:graph:]]+( [[:graph:]]+)*$' or n ~ '[\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]' or length(n) > 200);

-- True when no name stands twice, also not with other blanks around it.
create function base.are_distinct(names text[]) returns boolean language sql immutable parallel safe
return cardinality(names) = (select count(distinct btrim(n)) from unnest(names) n);

-- True when mail and visits can go to an address of the youth. With protected registration contact goes
-- through the forwarding address alone (domain.md 5).
create function base.usable_address(protection text, address jsonb, contact_address jsonb)
returns boolean language sql immutable parallel safe
return protection <> 'protected_registration'
  and (coalesce(address ->> 'street', '') <> '' or coalesce(contact_address ->> 'street', '') <> '');

create table base.outreach_attempts (
  like base.standard including defaults,
  youth_id uuid not null,
  purpose text not null default 'outreach' check (purpose in ('outreach', 'follow_up', 'turning_20')),
  channel text not null check (channel in ('letter', 'sms', 'phone', 'email', 'door_card', 'home_visit', 'meeting',
    'via_school', 'via_partner', 'social_media', 'own_initiative')),
  status text not null default 'planned' check (status in ('planned', 'sent', 'no_answer', 'wrong_contact_details',
    'not_at_address', 'returned', 'reached', 'reached_declined', 'cancelled', 'voided')),
  planned_at timestamptz,
  attempted_at timestamptz, -- when it was made; a later outcome does not move it
  outcome_at timestamptz,   -- when it became known how it went
  staff text[] not null,    -- token subjects
  via text check (length(via) between 1 and 100),
  announced_visit_at timestamptz,
  note text check (length(note) between 1 and 500),
  unannounced_reason text check (length(unannounced_reason) between 1 and 200),
  safety_notice_acknowledged boolean,
  batch_id uuid, -- the mailing it belongs to; its key stands with the batches
  void_reason text check (length(void_reason) between 1 and 200),
  primary key (municipality, id),
  constraint staff_missing check (base.are_named(staff)),
  constraint staff_not_distinct check (base.are_distinct(staff)),
  constraint two_staff_at_home_visit check (channel <> 'home_visit' or cardinality(staff) >= 2),
  constraint announced_visit_only_on_door_card check (channel = 'door_card' or announced_visit_at is null),
  constraint door_card_announces_visit
    check (channel <> 'door_card' or status in ('planned', 'cancelled', 'voided') or announced_visit_at is not null),
  constraint unannounced_reason_only_at_home_visit check (channel = 'home_visit' or unannounced_reason is null),
  constraint attempted_at_with_status check (status = 'voided' or (status in ('planned', 'cancelled')) = (attempted_at is null)),
  constraint outcome_before_attempt check (outcome_at >= attempted_at),
  constraint void_reason_missing check ((status = 'voided') = (void_reason is not null))
);
create index outreach_attempts_attempted on base.outreach_attempts (municipality, attempted_at) where attempted_at is not null;
create index outreach_attempts_planned on base.outreach_attempts (municipality, planned_at) where status = 'planned';
select base.guard('outreach_attempts', 'youth');
revoke insert, update on base.outreach_attempts from kaa_service;
grant insert (id, youth_id, purpose, channel, planned_at, staff, via, announced_visit_at, note, unannounced_reason,
              safety_notice_acknowledged),
      update (status, planned_at, attempted_at, outcome_at, staff, via, announced_visit_at, note, unannounced_reason,
              safety_notice_acknowledged, void_reason) on base.outreach_attempts to kaa_service;

-- Whether a door card that was left in time announced a visit on the day of this one.
create function base.visit_is_announced(town text, person uuid[], visit date) returns boolean language sql stable set search_path = pg_catalog
return exists (
  select from base.outreach_attempts c, base.policy() p,
    lateral (select (c.attempted_at at time zone 'Europe/Stockholm')::date as day) left_on
  where c.municipality = town and c.youth_id = any (person) and c.channel = 'door_card' and c.status not in ('planned', 'cancelled', 'voided')
    and (c.announced_visit_at at time zone 'Europe/Stockholm')::date = visit
    and visit between (left_on.day + (p ->> 'visitNoticeMin')::interval)::date and (left_on.day + (p ->> 'visitNoticeMax')::interval)::date);

-- Only covered youths, or those in preventive work, are sought out; none during a pause, unless they come by themselves;
-- only at an address one may use; and where staff meet the youth they know the safety notice that is in force.
-- Asked when an attempt is planned, when its day changes and once more when it is made: much can have happened since.
-- With its owner's rights: the rules hold whatever the caller may read.
create function base.rule_attempt() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  makes constant boolean := new.status <> 'planned';
  youth base.youths;
  person uuid[];
  day date := (coalesce(new.attempted_at, new.planned_at) at time zone 'Europe/Stockholm')::date;
begin
  if tg_op = 'INSERT' then -- what is under way for the youth comes before it, or cancels it; an event has locked already
    perform from base.youths y where y.municipality = new.municipality and y.id = new.youth_id for no key update;
  end if;
  select * into youth from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  if youth.status <> 'preventive' and not exists (select from base.registrations r
     where r.municipality = new.municipality and r.youth_id = new.youth_id and r.end_date is null) then
    perform base.refuse(422, 'not-covered', case when not makes then '{"pointer": "/youthId"}'::jsonb end);
  end if;
  if new.channel in ('letter', 'door_card', 'home_visit')
     and not base.usable_address(youth.protection, youth.address, youth.contact_address) then
    perform base.refuse(422, 'no-usable-address', case when not makes then '{"pointer": "/channel"}'::jsonb end);
  end if;
  person := base.same_person(new.municipality, coalesce(youth.merged_into, youth.id));
  if new.channel <> 'own_initiative' then
    if tg_op = 'INSERT' and base.is_paused(new.municipality, person, base.today()) then
      perform base.refuse(422, 'outreach-paused', '{"pointer": "/youthId"}');
    end if;
    -- what was made on the day before anybody had entered the pause has happened
    if day is not null and base.is_paused(new.municipality, person, day, case when makes then new.attempted_at else 'infinity' end) then
      perform base.refuse(422, 'outreach-paused', jsonb_build_object('pointer', case when makes then '/at' else '/plannedAt' end));
    end if;
  end if;
  if new.channel in ('door_card', 'home_visit', 'meeting') and new.safety_notice_acknowledged is not true
     and exists (select from base.safety_notices n where n.municipality = new.municipality and n.youth_id = any (person)
                 and n.status = 'active' and n.valid_until >= base.today() and not base.is_off('safety-notices')) then
    perform base.refuse(422, 'safety-notice-not-acknowledged', '{"pointer": "/safetyNoticeAcknowledged"}');
  end if;
  if makes and new.channel = 'home_visit' and new.unannounced_reason is null
     and not base.visit_is_announced(new.municipality, person, day) then
    perform base.refuse(422, 'visit-not-announced', '{"pointer": "/unannouncedReason"}');
  end if;
  return new;
end $$;
create trigger rule_attempt before insert on base.outreach_attempts for each row
  when (new.status = 'planned') execute function base.rule_attempt();
create trigger rule_attempt_plan before update on base.outreach_attempts for each row
  when (old.status = 'planned' and new.status = 'planned' and old.planned_at is distinct from new.planned_at)
  execute function base.rule_attempt();
create trigger rule_attempt_made before update on base.outreach_attempts for each row
  when (old.status = 'planned' and new.status not in ('planned', 'cancelled', 'voided')) execute function base.rule_attempt();
revoke all on function base.visit_is_announced, base.rule_attempt from public;

-- What has been done stays as it was written; an error is voided and written anew.
create function base.fix_attempt() returns trigger language plpgsql as $$
begin
  if (old.youth_id, old.purpose, old.channel, old.batch_id) is distinct from (new.youth_id, new.purpose, new.channel, new.batch_id)
     or (old.status <> 'planned'
         and (old.planned_at, old.staff, old.via, old.announced_visit_at, old.note, old.unannounced_reason, old.safety_notice_acknowledged)
             is distinct from
             (new.planned_at, new.staff, new.via, new.announced_visit_at, new.note, new.unannounced_reason, new.safety_notice_acknowledged))
     or old.attempted_at <> coalesce(new.attempted_at, 'infinity')
     or old.outcome_at <> coalesce(new.outcome_at, 'infinity') then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_attempt before update on base.outreach_attempts for each row execute function base.fix_attempt();

-- An event of an attempt: the youth is locked first, so that of two that are reached at once each does not wait for
-- the other's plans, and so that a pause is entered before or after it.
create function base.transit_attempt(id uuid, body jsonb, query jsonb) returns void language plpgsql as $$
begin
  perform from base.youths y
  where (y.municipality, y.id) = (select a.municipality, a.youth_id from base.outreach_attempts a
                                  where a.municipality = base.municipality() and a.id = transit_attempt.id)
  for no key update;
  perform base.transit('outreach-attempts', 'staff', id, body, query);
end $$;

insert into base.transitions (resource, "from", event, "to", sets)
select 'outreach-attempts', 'planned', e, e, '{at=attempted_at,at=outcome_at}'::text[]
from unnest(array['no_answer', 'wrong_contact_details', 'not_at_address', 'reached', 'reached_declined']) e
union all select 'outreach-attempts', 'planned', 'sent', 'sent', '{at=attempted_at}'
union all select 'outreach-attempts', 'planned', 'cancelled', 'cancelled', '{}'
union all select 'outreach-attempts', 'sent', e, e, '{at=outcome_at}' from unnest(array['returned', 'reached', 'reached_declined']) e
union all select 'outreach-attempts', s, 'voided', 'voided', '{reason=void_reason}'
from unnest(array['planned', 'sent', 'no_answer', 'wrong_contact_details', 'not_at_address', 'returned', 'reached',
                  'reached_declined', 'cancelled']) s;

-- Cancels those of the attempts that are still planned, with the reason in the event.
create function base.cancel_attempts(attempts uuid[], reason text) returns void language sql security definer set search_path = pg_catalog
begin atomic
  with cancelled as (
    update base.outreach_attempts a set status = 'cancelled'
    where a.municipality = base.municipality() and a.id = any (attempts) and a.status = 'planned'
    returning a.municipality, a.id, a.youth_id)
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select municipality, 'outreach-attempts', id, youth_id, 'cancelled', base.now(), jsonb_build_object('reason', reason), 'system'
  from cancelled;
end;

-- The same for all that was planned for the youths, over all channels or the given ones.
create function base.cancel_planned(youths uuid[], channels text[], reason text)
returns void language sql security definer set search_path = pg_catalog
return base.cancel_attempts(array(
  select a.id from base.outreach_attempts a
  where a.municipality = base.municipality() and a.youth_id = any (youths) and a.status = 'planned'
    and (channels is null or a.channel = any (channels))), reason);
revoke all on function base.cancel_attempts, base.cancel_planned from public;

-- Who has answered is sought no more: what else was planned to reach the person falls away.
create function base.end_outreach() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  reached uuid[];
begin
  select array_agg(distinct coalesce(y.merged_into, y.id)) into reached
  from (select n.id, n.youth_id from new_rows n where n.status in ('reached', 'reached_declined')
        except select o.id, o.youth_id from old_rows o where o.status in ('reached', 'reached_declined')) r
  join base.youths y on y.municipality = base.municipality() and y.id = r.youth_id;
  if reached is null then return null; end if;
  perform base.cancel_attempts(array(
    select a.id from unnest(reached) r(id), unnest(base.same_person(base.municipality(), r.id)) p(id)
    join base.outreach_attempts a on a.municipality = base.municipality() and a.youth_id = p.id
    where a.status = 'planned' and a.purpose = 'outreach'), 'reached');
  return null;
end $$;
create trigger end_outreach after update on base.outreach_attempts referencing old table as old_rows new table as new_rows
  for each statement execute function base.end_outreach();
revoke all on function base.end_outreach from public;

-- Views --------------------------------------------------------------------------------------------

create view api.outreach_attempts with (security_invoker) as
select a.id, a.version, a.created_at as "createdAt", a.created_by as "createdBy", a.modified_at as "modifiedAt",
       a.modified_by as "modifiedBy", a.youth_id as "youthId", a.purpose, a.channel, a.status, a.planned_at as "plannedAt",
       a.attempted_at as "attemptedAt", a.outcome_at as "outcomeAt", a.staff, a.via, a.announced_visit_at as "announcedVisitAt",
       a.note, a.unannounced_reason as "unannouncedReason", a.safety_notice_acknowledged as "safetyNoticeAcknowledged",
       a.batch_id as "batchId", a.void_reason as "voidReason"
from base.outreach_attempts a;
create view edit.outreach_attempts with (security_invoker) as
select id, youth_id as "youthId", purpose, channel, planned_at as "plannedAt", staff, via,
       announced_visit_at as "announcedVisitAt", note, unannounced_reason as "unannouncedReason",
       safety_notice_acknowledged as "safetyNoticeAcknowledged"
from base.outreach_attempts;

select base.publish(v) from unnest(array['api.outreach_attempts', 'edit.outreach_attempts']) v;
