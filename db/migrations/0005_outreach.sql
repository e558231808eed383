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
  purpose text not null default 'outreach' check (purpose in ('outreach', 'follow_up')),
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
  safety_notice_acknowledged boolean,
  batch_id uuid, -- the mailing it belongs to; its key stands with the batches
  void_reason text check (length(void_reason) between 1 and 200),
  primary key (municipality, id),
  constraint staff_missing check (base.are_named(staff)),
  constraint staff_not_distinct check (base.are_distinct(staff)),
  constraint two_staff_at_home_visit check (channel <> 'home_visit' or cardinality(staff) >= 2),
  constraint announced_visit_only_on_door_card check (channel = 'door_card' or announced_visit_at is null),
  constraint attempted_at_with_status check (status = 'voided' or (status in ('planned', 'cancelled')) = (attempted_at is null)),
  constraint outcome_before_attempt check (outcome_at >= attempted_at),
  constraint void_reason_missing check ((status = 'voided') = (void_reason is not null))
);
create index outreach_attempts_attempted on base.outreach_attempts (municipality, attempted_at) where attempted_at is not null;
create index outreach_attempts_planned on base.outreach_attempts (municipality, planned_at) where status = 'planned';
select base.guard('outreach_attempts', 'youth');
revoke insert, update on base.outreach_attempts from kaa_service;
grant insert (id, youth_id, purpose, channel, planned_at, staff, via, announced_visit_at, note, safety_notice_acknowledged),
      update (status, planned_at, attempted_at, outcome_at, staff, via, announced_visit_at, note,
              safety_notice_acknowledged, void_reason) on base.outreach_attempts to kaa_service;

-- Only covered youths, or those in preventive work, are sought out; and only at an address one may use.
create function base.rule_attempt() returns trigger language plpgsql as $$
declare
  youth base.youths;
begin
  if new.status <> 'planned' then return new; end if;
  select * into youth from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  if youth.status <> 'preventive' and not exists (select from base.registrations r
     where r.municipality = new.municipality and r.youth_id = new.youth_id and r.end_date is null) then
    perform base.refuse(422, 'not-covered', '{"pointer": "/youthId"}');
  end if;
  if new.channel in ('letter', 'door_card', 'home_visit')
     and not base.usable_address(youth.protection, youth.address, youth.contact_address) then
    perform base.refuse(422, 'no-usable-address', '{"pointer": "/channel"}');
  end if;
  return new;
end $$;
create trigger rule_attempt before insert on base.outreach_attempts for each row execute function base.rule_attempt();

-- What has been done stays as it was written; an error is voided and written anew.
create function base.fix_attempt() returns trigger language plpgsql as $$
begin
  if (old.youth_id, old.purpose, old.channel) is distinct from (new.youth_id, new.purpose, new.channel)
     or (old.status <> 'planned'
         and (old.planned_at, old.staff, old.via, old.announced_visit_at, old.note, old.safety_notice_acknowledged)
             is distinct from
             (new.planned_at, new.staff, new.via, new.announced_visit_at, new.note, new.safety_notice_acknowledged))
     or old.attempted_at <> coalesce(new.attempted_at, 'infinity')
     or old.outcome_at <> coalesce(new.outcome_at, 'infinity') then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_attempt before update on base.outreach_attempts for each row execute function base.fix_attempt();

insert into base.transitions (resource, "from", event, "to", sets)
select 'outreach-attempts', 'planned', e, e, '{at=attempted_at,at=outcome_at}'::text[]
from unnest(array['no_answer', 'wrong_contact_details', 'not_at_address', 'reached', 'reached_declined']) e
union all select 'outreach-attempts', 'planned', 'sent', 'sent', '{at=attempted_at}'
union all select 'outreach-attempts', 'planned', 'cancelled', 'cancelled', '{}'
union all select 'outreach-attempts', 'sent', e, e, '{at=outcome_at}' from unnest(array['returned', 'reached', 'reached_declined']) e
union all select 'outreach-attempts', s, 'voided', 'voided', '{reason=void_reason}'
from unnest(array['planned', 'sent', 'no_answer', 'wrong_contact_details', 'not_at_address', 'returned', 'reached',
                  'reached_declined', 'cancelled']) s;

-- Cancels what was planned for the youths, over all channels or the given ones, with the reason in the event.
create function base.cancel_planned(youths uuid[], channels text[], reason text)
returns void language sql security definer set search_path = pg_catalog
begin atomic
  with cancelled as (
    update base.outreach_attempts a set status = 'cancelled'
    where a.municipality = base.municipality() and a.youth_id = any (youths) and a.status = 'planned'
      and (channels is null or a.channel = any (channels))
    returning a.municipality, a.id, a.youth_id)
  insert into base.events (municipality, resource, resource_id, youth_id, type, at, details, actor)
  select municipality, 'outreach-attempts', id, youth_id, 'cancelled', base.now(), jsonb_build_object('reason', reason), 'system'
  from cancelled;
end;
revoke all on function base.cancel_planned from public;

-- Views --------------------------------------------------------------------------------------------

create view api.outreach_attempts with (security_invoker) as
select a.id, a.version, a.created_at as "createdAt", a.created_by as "createdBy", a.modified_at as "modifiedAt",
       a.modified_by as "modifiedBy", a.youth_id as "youthId", a.purpose, a.channel, a.status, a.planned_at as "plannedAt",
       a.attempted_at as "attemptedAt", a.outcome_at as "outcomeAt", a.staff, a.via, a.announced_visit_at as "announcedVisitAt",
       a.note, a.safety_notice_acknowledged as "safetyNoticeAcknowledged", a.void_reason as "voidReason"
from base.outreach_attempts a;
create view edit.outreach_attempts with (security_invoker) as
select id, youth_id as "youthId", purpose, channel, planned_at as "plannedAt", staff, via,
       announced_visit_at as "announcedVisitAt", note, safety_notice_acknowledged as "safetyNoticeAcknowledged"
from base.outreach_attempts;

select base.publish(v) from unnest(array['api.outreach_attempts', 'edit.outreach_attempts']) v;
