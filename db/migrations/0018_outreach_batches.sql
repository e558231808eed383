-- Outreach batches: one mailing to many, chosen by the filters of the outreach plan.

create table base.outreach_batches (
  like base.standard including defaults,
  name text not null check (length(name) between 1 and 100),
  status text not null default 'draft' check (status in ('draft', 'planned', 'sent', 'cancelled')),
  channel text not null check (channel in ('letter', 'sms', 'email')),
  purpose text not null default 'outreach' check (purpose in ('outreach', 'follow_up', 'turning_20')),
  filter jsonb not null default '{}' check (jsonb_typeof(filter) = 'object'),
  staff text[] not null,
  planned_at timestamptz,
  sent_at timestamptz,
  districts uuid[] default base.districts(), -- those of the token it was made with; null: all
  primary key (municipality, id),
  constraint staff_missing check (base.are_named(staff)),
  constraint staff_not_distinct check (base.are_distinct(staff)),
  constraint batch_sent_at_with_status check ((status = 'sent') = (sent_at is not null))
);
select base.guard('outreach_batches', 'configuration');
revoke insert, update on base.outreach_batches from kaa_service;
grant insert (id, name, channel, purpose, filter, staff, planned_at),
      update (status, sent_at, name, channel, purpose, filter, staff, planned_at) on base.outreach_batches to kaa_service;

-- A token of some districts sees the batches that were made for them alone: it never moves what it may not see.
alter policy visible on base.outreach_batches
  using (municipality = (select base.municipality())
         and ((select base.districts()) is null or districts <@ (select base.districts())::uuid[]));

alter table base.outreach_attempts add constraint outreach_attempts_batch_id_fkey
  foreign key (municipality, batch_id) references base.outreach_batches (municipality, id);
create index outreach_attempts_batch on base.outreach_attempts (municipality, batch_id, status) where batch_id is not null;
grant insert (batch_id) on base.outreach_attempts to kaa_service;

-- What has been planned stays as it was chosen. Whoever "me" is, is settled when it is written.
create function base.keep_batch() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.status <> 'draft'
     and (old.name, old.channel, old.purpose, old.filter, old.staff, old.planned_at)
         is distinct from (new.name, new.channel, new.purpose, new.filter, new.staff, new.planned_at) then
    perform base.refuse(409, 'batch-not-draft');
  end if;
  if new.filter ->> 'assignedTo' = 'me' then
    new.filter := new.filter || jsonb_build_object('assignedTo', base.sub());
  end if;
  return new;
end $$;
create trigger keep_batch before insert or update on base.outreach_batches for each row execute function base.keep_batch();

-- Whom a batch may choose -----------------------------------------------------------------------------

-- Those whom a pause that had been entered by then holds on the day, themselves or as a merged duplicate; hidden ones
-- too, for the choice must not depend on what its maker sees of a pause.
create function base.paused_on(day date, entered timestamptz default 'infinity') returns setof uuid
language sql stable security definer set search_path = pg_catalog
begin atomic
  select coalesce(y.merged_into, y.id)
  from base.pauses p join base.youths y on y.municipality = p.municipality and y.id = p.youth_id
  where p.municipality = base.municipality() and day between p.from_date and p.last_date and p.created_at <= entered;
end;
revoke all on function base.paused_on from public;
grant execute on function base.paused_on to kaa_service;

-- The rows of api.youth_keys of those with an open registration who can be written to, and over which channels. Never a
-- protected person, whoever asks: so the count is the same for all.
create view base.reachable_youths with (security_invoker) as
select k.*, array_remove(array[
         case when base.usable_address(y.protection, y.address, y.contact_address) then 'letter' end,
         case when y.phones <> '{}' then 'sms' end, case when y.email is not null then 'email' end], null) as channels
from api.youth_keys k join base.youths y on y.municipality = base.municipality() and y.id = k.id
where k."dueDate" < 'infinity' and y.protection = 'none' and y.status <> 'preventive';
grant select on base.reachable_youths to kaa_service;

-- What an event does -----------------------------------------------------------------------------------

insert into base.transitions (resource, "from", event, "to", sets) values
  ('outreach-batches', 'draft', 'planned', 'planned', '{}'),
  ('outreach-batches', 'draft', 'cancelled', 'cancelled', '{}'),
  ('outreach-batches', 'planned', 'sent', 'sent', '{at=sent_at}'),
  ('outreach-batches', 'planned', 'cancelled', 'cancelled', '{}');

-- An attempt for each of the youths whom the caller has chosen, with the caller's rights. They are locked and looked at
-- again: an import, a merge or a pause that was under way comes before it, and then they are not reached, or after it.
create function base.plan_batch(batch uuid, youths uuid[], expected int) returns void language plpgsql as $$
begin
  perform from base.youths y where y.municipality = base.municipality() and y.id = any (youths) order by y.id for no key update;
  youths := array(
    select v.id from base.outreach_batches b join base.reachable_youths v on v.id = any (youths) and b.channel = any (v.channels)
    where b.municipality = base.municipality() and b.id = batch
      and v.id <> all (array(select base.paused_on(base.today())
                             union select base.paused_on((b.planned_at at time zone 'Europe/Stockholm')::date) where b.planned_at is not null)));
  if expected <> cardinality(youths) then
    perform base.refuse(409, 'count-changed', jsonb_build_object('count', cardinality(youths)));
  end if;
  if cardinality(youths) = 0 then perform base.refuse(422, 'nobody-chosen'); end if;
  insert into base.outreach_attempts (youth_id, purpose, channel, planned_at, staff, batch_id)
  select y.id, b.purpose, b.channel, b.planned_at, b.staff, b.id
  from base.outreach_batches b cross join unnest(youths) y(id)
  where b.municipality = base.municipality() and b.id = batch;
  perform base.log_written('outreach-batches', 'plan', batch, youths);
end $$;

create function base.batch_event(id uuid, body jsonb, query jsonb, youths uuid[]) returns void language plpgsql as $$
begin
  perform base.transit('outreach-batches', 'staff', id, body, query);
  if body ->> 'type' = 'planned' then perform base.plan_batch(id, youths, (body ->> 'expectedCount')::int); end if;
end $$;

-- The attempts follow their batch, all of them, also one that its mover does not see any more (who moved to another
-- district): as the mailing did. Whom a pause holds on the day of sending got none. The youths are locked first, so that
-- a pause is entered before or after it.
create function base.follow_batch() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  planned uuid[] := array(select a.id from base.outreach_attempts a
                          where a.municipality = new.municipality and a.batch_id = new.id and a.status = 'planned');
  moved uuid[];
begin
  perform from base.youths y
  where y.municipality = new.municipality and y.id = any (array(
    select a.youth_id from base.outreach_attempts a where a.municipality = new.municipality and a.id = any (planned)))
  order by y.id for no key update;
  perform base.hold_replan();
  if new.status = 'sent' then
    perform base.cancel_attempts(array(
      select a.id from base.outreach_attempts a join base.youths y on y.municipality = a.municipality and y.id = a.youth_id
      where a.municipality = new.municipality and a.id = any (planned) and coalesce(y.merged_into, y.id) in (
        select base.paused_on((new.sent_at at time zone 'Europe/Stockholm')::date, new.sent_at))), 'outreach_paused');
    with sent as (
      update base.outreach_attempts a set status = 'sent', attempted_at = new.sent_at
      where a.municipality = new.municipality and a.batch_id = new.id and a.status = 'planned'
      returning a.id, a.youth_id
    ), noted as (
      insert into base.events (resource, resource_id, youth_id, type, at, actor)
      select 'outreach-attempts', s.id, s.youth_id, 'sent', new.sent_at, 'staff' from sent s)
    select array_agg(s.youth_id) into moved from sent s;
  else
    perform base.cancel_attempts(planned, 'batch_cancelled');
    moved := array(select a.youth_id from base.outreach_attempts a where a.municipality = new.municipality and a.id = any (planned));
  end if;
  perform base.release_replan();
  if cardinality(moved) > 0 then perform base.log_written('outreach-batches', new.status, new.id, moved); end if;
  return null;
end $$;
create trigger follow_batch after update of status on base.outreach_batches for each row
  when (new.status in ('sent', 'cancelled') and old.status = 'planned') execute function base.follow_batch();

-- Who becomes a protected person gets nothing that was planned with others.
create function base.leave_batches() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform base.cancel_attempts(array(
    select a.id from base.outreach_attempts a
    where a.municipality = new.municipality and a.youth_id = new.id and a.batch_id is not null and a.status = 'planned'),
    'protected_person');
  return null;
end $$;
create trigger leave_batches after update of protection on base.youths for each row
  when (old.protection = 'none' and new.protection <> 'none') execute function base.leave_batches();

-- What came of it ----------------------------------------------------------------------------------------

-- Takes the results of a batch's attempts, each by the rules of its own events: what one is refused with does not stop
-- the others. An attempt that is not the batch's, or not the caller's to see, is absent. A result that is there already
-- is answered as when it was given. No row: there is no such batch.
create function base.take_results(batch uuid, results jsonb)
returns table (body text, version bigint, subjects uuid[], page text) language plpgsql as $$
declare
  result jsonb;
  attempt base.outreach_attempts;
  wrong text;
  state text;
  rule text;
  more text;
  allowed jsonb;
  told jsonb[] := '{}';
begin
  subjects := '{}';
  if not exists (select from base.outreach_batches b where b.municipality = base.municipality() and b.id = batch) then return; end if;
  perform from base.youths y -- in one order, so that two who report at once do not wait for each other
  where y.municipality = base.municipality() and y.id = any (array(
    select a.youth_id from base.outreach_attempts a
    where a.municipality = base.municipality() and a.id = any (array(
      select (r ->> 'attemptId')::uuid from jsonb_array_elements(results) r)) and a.batch_id = batch))
  order by y.id for no key update;
  perform base.hold_replan();
  for result in select r.value from jsonb_array_elements(results) with ordinality r(value, n) order by r.n loop
    wrong := null;
    allowed := null;
    select * into attempt from base.outreach_attempts a
    where a.municipality = base.municipality() and a.id = (result ->> 'attemptId')::uuid;
    if attempt.batch_id is distinct from batch then
      wrong := 'not-found';
    elsif attempt.status = 'planned' then -- nobody answers what has not been sent
      wrong := 'transition-not-allowed';
      allowed := '["sent", "cancelled", "voided"]';
    elsif attempt.status <> result ->> 'type' or attempt.outcome_at <> (result ->> 'at')::timestamptz then
      begin
        perform base.transit_attempt(attempt.id, result - 'attemptId', '{}');
        subjects := subjects || attempt.youth_id;
      exception when others then
        get stacked diagnostics state = returned_sqlstate, wrong = message_text, rule = constraint_name, more = pg_exception_detail;
        if state like '23%' and rule <> '' then wrong := replace(rule, '_', '-'); end if;
        if state not like 'KA%' and state not like '23%' then raise; end if;
        if state like 'KA%' and more <> '' then allowed := more::jsonb -> 'allowed'; end if;
      end;
    end if;
    told := told || jsonb_strip_nulls(jsonb_build_object('attemptId', result -> 'attemptId',
      'status', case when wrong is null then result -> 'type' end,
      'problem', case when wrong is not null then jsonb_build_object('code', wrong, 'allowed', allowed) end));
  end loop;
  perform base.release_replan();
  body := jsonb_build_object('data', to_jsonb(told))::text;
  version := 0;
  return next;
end $$;

-- Whether there are addresses to ask for.
create function base.has_addresses(channel text) returns boolean language plpgsql immutable as $$
begin
  if channel <> 'letter' then perform base.refuse(422, 'batch-not-letters'); end if;
  return true;
end $$;

-- Views --------------------------------------------------------------------------------------------------

create view api.outreach_batches with (security_invoker) as
select b.id, b.version, b.created_at as "createdAt", b.created_by as "createdBy", b.modified_at as "modifiedAt",
       b.modified_by as "modifiedBy", b.name, b.status, b.channel, b.purpose, b.filter, b.staff, b.planned_at as "plannedAt",
       b.sent_at as "sentAt", b.districts as "districtIds"
from base.outreach_batches b;
create view edit.outreach_batches with (security_invoker) as
select id, name, channel, purpose, filter, staff, planned_at as "plannedAt" from base.outreach_batches;

select base.publish(v) from unnest(array['api.outreach_batches', 'edit.outreach_batches']) v;
