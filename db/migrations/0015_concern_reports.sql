-- Concern reports: that one was made to social services, and what came back; never what it says (SoL 2025:400 19:1).

create table base.concern_reports (
  like base.standard including defaults,
  youth_id uuid not null,
  status text not null default 'made' check (status in ('made', 'opened', 'not_opened', 'already_ongoing', 'no_answer')),
  made_at timestamptz not null,
  district_id uuid,           -- null with protected registration
  mandatory boolean not null, -- under 18 when it was made
  reference text check (length(reference) between 1 and 100),
  reminder_at timestamptz not null, -- 14 days after it was made
  outcome_at timestamptz,
  primary key (municipality, id),
  constraint concern_reports_district_id_fkey foreign key (municipality, district_id) references base.districts (municipality, id),
  constraint outcome_at_with_status check ((status = 'made') = (outcome_at is null)),
  constraint concern_outcome_before_report check (outcome_at >= made_at)
);
select base.guard('concern_reports', 'youth');
revoke insert, update on base.concern_reports from kaa_service;
grant insert (id, youth_id, made_at, district_id, reference), update (status, outcome_at) on base.concern_reports to kaa_service;
create index concern_reports_reminder on base.concern_reports (municipality, reminder_at) where status = 'made';
create index concern_reports_made on base.concern_reports (municipality, made_at);
create trigger rule_preventive before insert on base.concern_reports for each row execute function base.rule_preventive();
create trigger require_district_in_force before insert on base.concern_reports
  for each row execute function base.require_in_force('district_id', 'districtId', '', '');

-- What follows from the youth and from when it was made. Who has no birth date counts as under 18.
create function base.rule_concern_report() returns trigger language plpgsql as $$
declare
  youth base.youths;
  made timestamp := new.made_at at time zone 'Europe/Stockholm';
begin
  if new.made_at > base.now() + interval '1 minute' then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/madeAt"}');
  end if;
  select * into youth from base.youths y where y.municipality = new.municipality and y.id = new.youth_id;
  new.mandatory := coalesce(base.of_age_on(youth.birth_date) > made::date, true);
  new.reminder_at := (made + interval '14 days') at time zone 'Europe/Stockholm';
  new.district_id := case when youth.protection <> 'protected_registration' then coalesce(new.district_id, youth.district_id) end;
  return new;
end $$;
create trigger rule_concern_report before insert on base.concern_reports for each row execute function base.rule_concern_report();

-- Written once: an outcome is added, once, and the district of who gets protected registration goes.
create function base.fix_concern_report() returns trigger language plpgsql as $$
begin
  if (old.youth_id, old.made_at, old.mandatory, old.reference, old.reminder_at)
       is distinct from (new.youth_id, new.made_at, new.mandatory, new.reference, new.reminder_at)
     or (old.status <> 'made' and (old.status, old.outcome_at) is distinct from (new.status, new.outcome_at))
     or coalesce(new.district_id <> old.district_id, new.district_id is not null and old.district_id is null) then
    perform base.refuse(409, 'facts-are-fixed');
  end if;
  return new;
end $$;
create trigger fix_concern_report before update on base.concern_reports for each row execute function base.fix_concern_report();

create function base.forget_concern_districts() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.concern_reports c set district_id = null
  where c.municipality = new.municipality and c.youth_id = new.id and c.district_id is not null;
  return null;
end $$;
create trigger forget_concern_districts after update of protection on base.youths for each row
  when (new.protection = 'protected_registration' and old.protection <> new.protection) execute function base.forget_concern_districts();

insert into base.transitions (resource, "from", event, "to", sets)
select 'concern-reports', 'made', e, e, '{at=outcome_at}'::text[]
from unnest(array['opened', 'not_opened', 'already_ongoing', 'no_answer']) e;

-- Deletes rows whose time is over, with their history; the feed and the access log say so. Answers how many.
create function base.forget_rows(town text, resource text, ids uuid[]) returns int language plpgsql set search_path = pg_catalog as $$
declare
  tbl text := replace(resource, '-', '_');
  persons uuid[];
  forgotten int;
begin
  execute format('select array_remove(array_agg(t.youth_id), null) from base.%I t where t.municipality = $1 and t.id = any ($2)', tbl)
    into persons using town, ids;
  perform base.log_written(resource, 'delete', null, persons);
  execute format('insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
    select t.municipality, $3, t.id, t.youth_id, ''removed'',
           case when coalesce(y.protection, ''none'') = ''none'' then ''all'' else ''protected'' end,
           coalesce(y.status = ''preventive'', false), y.district_id
    from base.%I t left join base.youths y on y.municipality = t.municipality and y.id = t.youth_id
    where t.municipality = $1 and t.id = any ($2)', tbl) using town, ids, resource;
  delete from base.events e where e.municipality = town and e.resource = forget_rows.resource and e.resource_id = any (ids);
  execute format('delete from base.%I t where t.municipality = $1 and t.id = any ($2)', tbl) using town, ids;
  get diagnostics forgotten = row_count;
  return forgotten;
end $$;
revoke all on function base.forget_rows from public;

create function base.forget_concern_reports(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
begin
  return jsonb_build_object('deleted', base.forget_rows(town, 'concern-reports', array(
    select c.id from base.concern_reports c
    where c.municipality = town and (c.made_at at time zone 'Europe/Stockholm')::date + interval '24 months' <= base.today())));
end $$;
insert into base.nightly_steps (position, name, doc) values
  (150, 'forget_concern_reports', 'Deletes concern reports that were made 24 months ago.');

-- Views --------------------------------------------------------------------------------------------

create view api.concern_reports with (security_invoker) as
select c.id, c.version, c.created_at as "createdAt", c.created_by as "createdBy", c.modified_at as "modifiedAt",
       c.modified_by as "modifiedBy", c.youth_id as "youthId", c.status, c.made_at as "madeAt", c.district_id as "districtId",
       c.mandatory, c.reference, c.reminder_at as "reminderAt", c.outcome_at as "outcomeAt"
from base.concern_reports c;
create view edit.concern_reports with (security_invoker) as
select id, youth_id as "youthId", made_at as "madeAt", district_id as "districtId", reference from base.concern_reports;
select base.publish(v) from unnest(array['api.concern_reports', 'edit.concern_reports']) v;
