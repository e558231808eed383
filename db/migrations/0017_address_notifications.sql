-- Address notifications: the tax agency is told that a youth does not live at the registered address (FOL 32 c §).

create table base.address_notifications (
  like base.standard including defaults,
  youth_id uuid not null,
  attempt_id uuid not null, -- the visit that showed it
  sent_at timestamptz not null,
  reference text check (length(reference) between 1 and 100),
  primary key (municipality, id),
  constraint address_notifications_attempt_id_fkey foreign key (municipality, attempt_id) references base.outreach_attempts (municipality, id),
  constraint notified_twice unique (municipality, attempt_id)
);
select base.guard('address_notifications', 'youth');
revoke insert, update on base.address_notifications from kaa_service;
grant insert (id, youth_id, attempt_id, sent_at, reference) on base.address_notifications to kaa_service;
create index address_notifications_sent on base.address_notifications (municipality, sent_at, id);
create trigger rule_preventive before insert on base.address_notifications for each row execute function base.rule_preventive();

-- It rests on an attempt that showed it, of the same person, so also one for a duplicate merged into the youth. The
-- attempt is locked: it is not voided meanwhile.
create function base.rule_address_notification() returns trigger language plpgsql as $$
declare
  shown base.outreach_attempts;
begin
  select * into shown from base.outreach_attempts a
  where a.municipality = new.municipality and a.id = new.attempt_id and a.youth_id = any (base.same_person(new.municipality, new.youth_id))
  for share;
  if not found then perform base.refuse(422, 'unknown-reference', '{"pointer": "/attemptId"}'); end if;
  if shown.status <> 'not_at_address' then perform base.refuse(422, 'address-not-wrong', '{"pointer": "/attemptId"}'); end if;
  if new.sent_at > base.now() + interval '1 minute' then perform base.refuse(422, 'in-the-future', '{"pointer": "/sentAt"}'); end if;
  if new.sent_at < shown.attempted_at then perform base.refuse(422, 'notified-before-attempt', '{"pointer": "/sentAt"}'); end if;
  return new;
end $$;
create trigger rule_address_notification before insert on base.address_notifications
  for each row execute function base.rule_address_notification();

-- Views --------------------------------------------------------------------------------------------

create view api.address_notifications with (security_invoker) as
select n.id, n.version, n.created_at as "createdAt", n.created_by as "createdBy", n.modified_at as "modifiedAt",
       n.modified_by as "modifiedBy", n.youth_id as "youthId", n.attempt_id as "attemptId", n.sent_at as "sentAt", n.reference
from base.address_notifications n;
create view edit.address_notifications with (security_invoker) as
select id, youth_id as "youthId", attempt_id as "attemptId", sent_at as "sentAt", reference from base.address_notifications;
select base.publish(v) from unnest(array['api.address_notifications', 'edit.address_notifications']) v;
