-- Safety notices: what staff must do at a visit, for their safety; never why.

create table base.safety_notices (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'active' check (status in ('active', 'ended')),
  measures text not null check (length(measures) between 1 and 500),
  valid_until date not null,
  concern_report_id uuid,
  ended_at timestamptz,
  primary key (municipality, id),
  constraint safety_notices_concern_report_id_fkey foreign key (municipality, concern_report_id)
    references base.concern_reports (municipality, id) on delete set null (concern_report_id), -- it is deleted in its own time
  constraint notice_ended_with_status check ((status = 'ended') = (ended_at is not null))
);
select base.guard('safety_notices', 'youth');
revoke insert, update on base.safety_notices from kaa_service;
grant insert (id, youth_id, measures, valid_until, concern_report_id), update (status, ended_at) on base.safety_notices to kaa_service;
create index safety_notices_valid_until on base.safety_notices (municipality, valid_until);
create index safety_notices_concern_report on base.safety_notices (municipality, concern_report_id) where concern_report_id is not null;
create trigger rule_preventive before insert on base.safety_notices for each row execute function base.rule_preventive();

-- Of who is under 18, or has no birth date, a concern report comes first: of the same person, so also one about a
-- duplicate merged into the youth. Where the municipality keeps no reports here, none can be named.
create function base.rule_safety_notice() returns trigger language plpgsql as $$
declare
  of_age date;
  kept boolean := not base.is_off('concern-reports');
begin
  if new.valid_until < base.today() then perform base.refuse(422, 'notice-in-the-past', '{"pointer": "/validUntil"}'); end if;
  if new.valid_until > base.today() + interval '6 months' then
    perform base.refuse(422, 'notice-too-long', '{"pointer": "/validUntil"}');
  end if;
  if new.concern_report_id is not null and not (kept and exists (
     select from base.concern_reports c where c.municipality = new.municipality and c.id = new.concern_report_id
       and c.youth_id = any (base.same_person(new.municipality, new.youth_id)))) then
    perform base.refuse(422, 'unknown-reference', '{"pointer": "/concernReportId"}');
  end if;
  -- locked: what is planned meanwhile was planned before, and is to be acknowledged anew, or knows of it
  select base.of_age_on(y.birth_date) into of_age from base.youths y where y.municipality = new.municipality and y.id = new.youth_id
  for no key update;
  if kept and coalesce(of_age > base.today(), true) and new.concern_report_id is null then
    perform base.refuse(422, 'concern-report-missing', '{"pointer": "/concernReportId"}');
  end if;
  return new;
end $$;
create trigger rule_safety_notice before insert on base.safety_notices for each row execute function base.rule_safety_notice();

create function base.fix_safety_notice() returns trigger language plpgsql as $$
begin
  if (old.youth_id, old.measures, old.valid_until) is distinct from (new.youth_id, new.measures, new.valid_until)
     or (old.status = 'ended' and (old.status, old.ended_at) is distinct from (new.status, new.ended_at)) then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_safety_notice before update on base.safety_notices for each row execute function base.fix_safety_notice();

-- Who had read what was in force before has not read this one: what is planned is to be acknowledged anew.
create function base.unread_notice() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.outreach_attempts a set safety_notice_acknowledged = null
  where a.municipality = new.municipality and a.youth_id = any (base.same_person(new.municipality, new.youth_id))
    and a.status = 'planned' and a.safety_notice_acknowledged;
  return null;
end $$;
create trigger unread_notice after insert on base.safety_notices for each row execute function base.unread_notice();
revoke all on function base.unread_notice from public;

insert into base.transitions (resource, "from", event, "to", sets) values ('safety-notices', 'active', 'ended', 'ended', '{at=ended_at}');

create function base.forget_safety_notices(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
begin
  return jsonb_build_object('deleted', base.forget_rows(town, 'safety-notices', array(
    select n.id from base.safety_notices n
    where n.municipality = town and (n.status = 'ended' or n.valid_until < base.today()))));
end $$;
insert into base.nightly_steps (position, name, doc) values
  (140, 'forget_safety_notices', 'Deletes safety notices that have ended or whose last day has passed.');

-- Views --------------------------------------------------------------------------------------------

create view api.safety_notices with (security_invoker) as
select n.id, n.version, n.created_at as "createdAt", n.created_by as "createdBy", n.modified_at as "modifiedAt",
       n.modified_by as "modifiedBy", n.youth_id as "youthId",
       case when n.status = 'active' and n.valid_until < base.today() then 'expired' else n.status end as status,
       n.measures, n.valid_until as "validUntil", n.concern_report_id as "concernReportId", n.ended_at as "endedAt"
from base.safety_notices n;
create view edit.safety_notices with (security_invoker) as
select id, youth_id as "youthId", measures, valid_until as "validUntil", concern_report_id as "concernReportId" from base.safety_notices;
select base.publish(v) from unnest(array['api.safety_notices', 'edit.safety_notices']) v;
