-- The ground that every other migration stands on: schemas, caller, clock, log, feed, states, keys, guards.
--
-- Schema base: tables and rules.  Schema api: security_invoker views, the contract's names.
-- Schema edit: one auto-updatable view a table with the columns that callers may write.
-- kaa_service may do what the policies say and owns nothing.

create extension if not exists btree_gist; -- trusted; for registrations that must not overlap

create schema base;
create schema api;
create schema edit;
grant usage on schema base, api, edit to kaa_service;

-- The caller --------------------------------------------------------------------------------------

-- Sets the caller for the rest of the transaction; the first statement of every call.
create function base.enter(municipality text, sub text, client text, act text, scopes text, districts text,
                           recipients text, recipient_system text, school_unit text, trace text, clock text)
returns void language plpgsql as $$
begin
  perform set_config('kaa.municipality', coalesce(municipality, ''), true),
          set_config('kaa.sub', coalesce(sub, ''), true),
          set_config('kaa.client', coalesce(client, ''), true),
          set_config('kaa.act', coalesce(act, ''), true),
          set_config('kaa.scopes', ' ' || coalesce(scopes, '') || ' ', true),
          set_config('kaa.districts', coalesce(districts, ''), true),
          set_config('kaa.recipients', coalesce(recipients, ''), true),
          set_config('kaa.recipient_system', coalesce(recipient_system, ''), true),
          set_config('kaa.school_unit', coalesce(school_unit, ''), true),
          set_config('kaa.trace', coalesce(trace, ''), true),
          set_config('kaa.clock', coalesce(clock, ''), true);
end $$;

create function base.municipality() returns text language sql stable parallel safe
return nullif(current_setting('kaa.municipality', true), '');
create function base.sub() returns text language sql stable parallel safe
return nullif(current_setting('kaa.sub', true), '');
create function base.client() returns text language sql stable parallel safe
return nullif(current_setting('kaa.client', true), '');
create function base.act() returns text language sql stable parallel safe
return nullif(current_setting('kaa.act', true), '');
create function base.trace() returns text language sql stable parallel safe
return nullif(current_setting('kaa.trace', true), '');
create function base.school_unit() returns text language sql stable parallel safe
return nullif(current_setting('kaa.school_unit', true), '');

-- The districts that the token is limited to; null: no limit.
create function base.districts() returns uuid[] language sql stable parallel safe
return nullif(current_setting('kaa.districts', true), '')::uuid[];

-- What a municipality may do without, as its policy's functionsOff names it: resources that hold more than lag
-- (2006:39) 4 § speaks of.
create function base.functions() returns text[] language sql immutable parallel safe
return '{sip-requests,concern-reports,safety-notices,outreach-pauses,disclosures}'::text[];

-- The function that a scope belongs to, of the sender's side or the recipients'; null for most.
create function base.function_of(scope text) returns text language sql immutable parallel safe
return (base.functions())[array_position(base.functions(), replace(split_part(scope, ':', 1), 'received-', ''))];

-- True when the caller's municipality has switched the function off.
create function base.is_off(function text) returns boolean language plpgsql stable parallel safe as $$
begin
  return exists (select from base.municipalities m where m.municipality = base.municipality() and m.policy -> 'functionsOff' ? function);
end $$;

-- True when the caller holds the scope and it is not of a function that is off. Of a scope that is written out in the
-- statement the planner sees whether it has a function: only then is the policy read.
create function base.may(scope text) returns boolean language sql stable parallel safe
return coalesce(position(' ' || scope || ' ' in current_setting('kaa.scopes', true)) > 0, false)
  and (base.function_of(scope) is null or not base.is_off(base.function_of(scope)));

-- The clock ---------------------------------------------------------------------------------------

-- The only clock. Standing still when KAA_CLOCK is set (development).
create function base.now() returns timestamptz language sql stable parallel safe
return coalesce(nullif(current_setting('kaa.clock', true), '')::timestamptz, transaction_timestamp());

-- The same now, not when the transaction began: taken when a lock is held, so that of two who waited for each other the
-- later one has the later time.
create function base.instant() returns timestamptz language sql volatile
return case when coalesce(current_setting('kaa.clock', true), '') = '' then clock_timestamp() else base.now() end;

create function base.today() returns date language sql stable parallel safe
return (base.now() at time zone 'Europe/Stockholm')::date;

-- Midnight in Sweden, for what has only a day.
create function base.midnight(day date) returns timestamptz language sql stable parallel safe
return day::timestamp at time zone 'Europe/Stockholm';

-- A time as the contract writes it: RFC 3339 in UTC with Z.
-- (to_char is stable: declared so, or it could not be inlined and each time would cost a function call.)
create function base.utc(t timestamptz) returns text language sql stable parallel safe
return to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- Refusals ----------------------------------------------------------------------------------------

-- Refuses the call: status is the HTTP status (SQLSTATE KAnnn), code the stable problem code.
create function base.refuse(status int, code text, detail jsonb default null) returns void language plpgsql as $$
begin
  raise exception using errcode = 'KA' || status, message = code, detail = coalesce(detail::text, '');
end $$;

-- After an edit: refuses when nothing matched (absent and hidden alike).
create function base.found(n bigint) returns void language plpgsql as $$
begin
  if n = 0 then perform base.refuse(404, 'not-found'); end if;
end $$;

-- After a write whose row cannot be read at its address (another parent's part): refuses, and undoes the write.
create function base.absent() returns text language plpgsql as $$
begin
  perform base.refuse(404, 'not-found');
end $$;

-- Before an edit: the row's version against If-Match.
create function base.matched(version bigint, wanted bigint) returns void language plpgsql as $$
begin
  if version is null then perform base.refuse(404, 'not-found'); end if;
  if version <> wanted then perform base.refuse(412, 'version-mismatch'); end if;
end $$;

-- In a list by a personal key: the row that the page began after is gone, the caller must begin again.
create function base.expired_page() returns text language plpgsql as $$
begin
  perform base.refuse(400, 'page-token-expired');
end $$;

-- Standard columns --------------------------------------------------------------------------------

-- The columns of every resource's table: create table base.x (like base.standard including defaults, …).
create table base.standard (
  municipality text not null default base.municipality() check (municipality ~ '^[0-9]{4}$'),
  id uuid not null default gen_random_uuid(),
  version bigint not null default 1,
  created_at timestamptz not null default base.now(),
  created_by text not null default coalesce(base.sub(), 'system'),
  modified_at timestamptz not null default base.now(),
  modified_by text not null default coalesce(base.sub(), 'system')
);

create function base.touch() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  new.modified_at := base.now();
  new.modified_by := coalesce(base.sub(), 'system');
  return new;
end $$;

-- The access log ----------------------------------------------------------------------------------

-- Every read and write of a person's data, refused ones too: who, for whom, what, which persons.
-- Monthly partitions; base.keep_partitions makes them ahead of time, the default one takes the rest.
create table base.access_log (
  at timestamptz not null default base.now(),
  seq bigint generated always as identity, -- the order; never shown: its gaps would tell of rows about hidden persons
  id uuid not null default gen_random_uuid(),
  municipality text not null default base.municipality(),
  sub text not null default coalesce(base.sub(), 'system'),
  client text not null default coalesce(base.client(), 'system'),
  act text default base.act(),
  trace text default base.trace(),
  resource text not null,
  action text not null,
  resource_id uuid,
  subjects uuid[] not null default '{}',
  outcome text not null check (outcome in ('shown', 'written', 'absent', 'refused')),
  code text,
  protected boolean not null default false -- one of the subjects was a protected person then
) partition by range (at);
create table base.access_log_rest partition of base.access_log default;
create index access_log_at on base.access_log (municipality, at, seq);
create index access_log_subjects on base.access_log using gin (subjects);
create index access_log_resource_id on base.access_log (resource_id, at) where resource_id is not null;
alter table base.access_log enable row level security;
create policy write on base.access_log for insert to kaa_service
  with check (municipality = (select base.municipality()));
create policy read on base.access_log for select to kaa_service
  using (municipality = (select base.municipality()) and (select base.may('access-log:read')));
grant insert, select on base.access_log to kaa_service;

-- Logs what was written without a call of its own: whose data, a thousand persons a row. Those who are not for all to
-- see have rows of their own, or how the others fall into rows would tell of them.
create function base.log_written(resource text, action text, resource_id uuid, subjects uuid[]) returns void language plpgsql as $$
begin
  insert into base.access_log (resource, action, resource_id, subjects, outcome, protected)
  select log_written.resource, log_written.action, log_written.resource_id, array_agg(w.id), 'written', base.any_protected(array_agg(w.id))
  from (select s.id, y.audience, (row_number() over (partition by y.audience order by s.id) - 1) / 1000 as batch
        from (select distinct unnest(subjects)) s(id),
        lateral (select coalesce((select (y.protection <> 'none', y.status = 'preventive')::text from base.youths y
                                  where y.municipality = base.municipality() and y.id = s.id), '') as audience) y) w
  group by w.audience, w.batch;
end $$;

-- The persons whom the detail of a refusal names: youthId of its records.
create function base.persons_named(detail jsonb) returns uuid[] language sql immutable parallel safe
return array(select distinct (r.value ->> 'youthId')::uuid
             from jsonb_array_elements(case jsonb_typeof(detail -> 'records') when 'array' then detail -> 'records' else '[]' end) r
             where r.value ? 'youthId' order by 1);

-- Makes the partitions from `first` to `last` month that are missing and can be made.
create function base.keep_partitions(first date, last date) returns int language plpgsql as $$
declare
  month date := date_trunc('month', first);
  made int := 0;
  part text;
begin
  while month <= last loop
    part := 'access_log_' || to_char(month, 'YYYY_MM');
    if to_regclass('base.' || part) is null
       and not exists (select from base.access_log_rest where at >= month and at < month + interval '1 month') then
      execute format('create table base.%I partition of base.access_log for values from (%L) to (%L)',
                     part, month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
      made := made + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $$;
select base.keep_partitions((base.today() - interval '1 month')::date, (base.today() + interval '12 months')::date);

-- The change feed ---------------------------------------------------------------------------------

-- Ordered by (xid, seq) and read up to the snapshot's oldest running transaction, so that no commit can
-- come in behind a reader. audience: 'all'; 'protected': only with protected:read; 'open': only without it
-- (a person who became protected is "removed" for those); likewise preventive.
-- Each audience has numbers of its own: a number left out of a caller's cursors would tell of a row hidden from them.
create sequence base.changes_for_all;
create sequence base.changes_for_preventive start 200000000000000000;
create sequence base.changes_for_protected start 400000000000000000;
create sequence base.changes_for_both start 600000000000000000;
create table base.changes (
  municipality text not null default base.municipality(),
  xid xid8 not null default pg_current_xact_id(),
  seq bigint not null, -- by number_change
  resource text not null,
  id uuid not null,
  youth_id uuid,
  change text not null check (change in ('created', 'updated', 'removed')),
  audience text not null default 'all' check (audience in ('all', 'protected', 'open')),
  preventive boolean not null default false,
  district_id uuid,
  at timestamptz not null default base.now(),
  primary key (municipality, xid, seq)
);
alter table base.changes enable row level security;
create policy read on base.changes for select to kaa_service
  using (municipality = (select base.municipality())
         and (audience = 'all' or audience = case when (select base.may('protected:read')) then 'protected' else 'open' end)
         and (not preventive or (select base.may('preventive:read')))
         and (youth_id is null or (select base.districts()) is null or district_id = any ((select base.districts())::uuid[])));
grant select on base.changes to kaa_service;

create function base.number_change() returns trigger language plpgsql as $$
begin
  new.seq := nextval(case when new.audience = 'protected' and new.preventive then 'base.changes_for_both'
                          when new.audience = 'protected' then 'base.changes_for_protected'
                          when new.preventive then 'base.changes_for_preventive'
                          else 'base.changes_for_all' end::regclass);
  return new;
end $$;
create trigger number_change before insert on base.changes for each row when (new.seq is null) execute function base.number_change();

-- Statement triggers with transition table `new_rows`; the resource is the table's name.
create function base.note_changes() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.changes (municipality, resource, id, change)
  select n.municipality, replace(tg_table_name, '_', '-'), n.id, case tg_op when 'INSERT' then 'created' else 'updated' end
  from new_rows n;
  return null;
end $$;

create function base.note_youth_changes() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
  select n.municipality, replace(tg_table_name, '_', '-'), n.id, n.youth_id,
         case tg_op when 'INSERT' then 'created' else 'updated' end,
         case when y.protection = 'none' then 'all' else 'protected' end, y.status = 'preventive', y.district_id
  from new_rows n join base.youths y on y.municipality = n.municipality and y.id = n.youth_id;
  return null;
end $$;

-- Idempotency keys --------------------------------------------------------------------------------

-- No personal data: the answer to a repeated request is rendered anew from the resource.
create table base.idempotency_keys (
  municipality text not null default base.municipality(),
  client text not null,
  sub text not null,
  route text not null,
  key text not null,
  body_hash text not null,
  resource_id uuid,
  event_id uuid,
  created_at timestamptz not null default base.now(),
  primary key (municipality, client, sub, route, key)
);
create index idempotency_keys_created_at on base.idempotency_keys (created_at);

-- Reserves the key or waits for the one who has it. KA208: used before for the same request (detail says what
-- it made); KA422: used before for another. Kept 24 hours.
create function base.reserve(route text, key text, body_hash text, id uuid, event_id uuid)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  held base.idempotency_keys;
begin
  loop
    insert into base.idempotency_keys (client, sub, route, key, body_hash, resource_id, event_id)
    values (base.client(), base.sub(), reserve.route, reserve.key, reserve.body_hash, reserve.id, reserve.event_id)
    on conflict do nothing;
    if found then return; end if;
    select * into held from base.idempotency_keys k
    where k.municipality = base.municipality() and k.client = base.client() and k.sub = base.sub()
      and k.route = reserve.route and k.key = reserve.key;
    exit when found and held.created_at > base.now() - interval '24 hours';
    delete from base.idempotency_keys k
    where k.municipality = base.municipality() and k.client = base.client() and k.sub = base.sub()
      and k.route = reserve.route and k.key = reserve.key and k.created_at = held.created_at;
  end loop;
  if held.body_hash <> reserve.body_hash then
    perform base.refuse(422, 'idempotency-key-reused');
  end if;
  perform base.refuse(208, 'replayed', jsonb_build_object('id', held.resource_id, 'eventId', held.event_id));
end $$;
revoke all on function base.reserve from public;
grant execute on function base.reserve to kaa_service;

-- States ------------------------------------------------------------------------------------------

-- All state changes of all resources: who (actor) may do what (event) in which state, and where it leads.
-- sets: member=column pairs copied from the event's body; requires: a function base.NAME(id uuid, body jsonb)
-- that refuses when a rule is not met. outlives_consent: a recipient may still do it when the consent has ended.
create table base.transitions (
  resource text not null,
  "from" text not null,
  event text not null,
  "to" text not null,
  actor text not null default 'staff' check (actor in ('staff', 'recipient')),
  sets text[] not null default '{}',
  requires text,
  outlives_consent boolean not null default false,
  primary key (resource, "from", actor, event)
);
grant select on base.transitions to kaa_service;

-- What has happened to resources with states; written only by base.transit.
create table base.events (
  municipality text not null default base.municipality(),
  id uuid not null default gen_random_uuid(),
  resource text not null,
  resource_id uuid not null,
  youth_id uuid,
  type text not null,
  at timestamptz not null,
  details jsonb not null default '{}',
  actor text not null,
  created_at timestamptz not null default base.instant(),
  created_by text not null default coalesce(base.sub(), 'system'),
  primary key (municipality, id)
);
create index events_resource on base.events (municipality, resource_id, created_at);
create index events_youth on base.events (municipality, youth_id, at) where youth_id is not null;

-- Applies an event to a row of base.RESOURCE: version, transition, rule, event row, status and columns.
-- Runs with the rights of whoever calls it: staff under row level security, recipients through
-- base.transit_as_recipient. closed: a consent has ended, and no more happens than what outlives it.
create function base.transit(resource text, actor text, id uuid, body jsonb, query jsonb, closed boolean default false)
returns void language plpgsql as $$
declare
  tbl text := replace(resource, '-', '_');
  row_now jsonb;
  step base.transitions;
  happened timestamptz;
  sets text;
begin
  execute format('select to_jsonb(t) from base.%I t where t.municipality = base.municipality() and t.id = $1 for update', tbl)
    into row_now using id;
  perform base.matched((row_now ->> 'version')::bigint, (query ->> '@version')::bigint);
  select * into step from base.transitions t
  where t.resource = transit.resource and t."from" = row_now ->> 'status' and t.event = body ->> 'type' and t.actor = transit.actor
    and (not closed or t.outlives_consent);
  if not found then
    perform base.refuse(409, 'transition-not-allowed', jsonb_build_object('status', row_now -> 'status', 'allowed',
      (select coalesce(jsonb_agg(t.event order by t.event), '[]') from base.transitions t
       where t.resource = transit.resource and t."from" = row_now ->> 'status' and t.actor = transit.actor
         and (not closed or t.outlives_consent))));
  end if;
  happened := coalesce((body ->> 'at')::timestamptz, base.instant());
  if happened > base.instant() + interval '1 minute' then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/at"}');
  end if;
  body := body || jsonb_build_object('at', happened);
  if step.requires is not null then
    execute format('select base.%I($1, $2)', step.requires) using id, body;
  end if;
  insert into base.events (id, resource, resource_id, youth_id, type, at, details, actor)
  values (coalesce((query ->> '@event')::uuid, gen_random_uuid()), resource, transit.id,
          coalesce(row_now ->> 'youth_id', body ->> 'youthId')::uuid, -- an event may say whom the row is about
          step.event, happened, body - 'type' - 'at', actor);
  select coalesce(string_agg(format(', %I = (jsonb_populate_record(null::base.%I, jsonb_build_object(%L, $3 -> %L))).%I',
                                    split_part(s, '=', 2), tbl, split_part(s, '=', 2), split_part(s, '=', 1),
                                    split_part(s, '=', 2)), ''), '')
    into sets from unnest(step.sets) s where body ? split_part(s, '=', 1);
  execute format('update base.%I t set status = $2%s where t.municipality = base.municipality() and t.id = $1', tbl, sets)
    using id, step."to", body;
end $$;

-- The same for a recipient, who has no other door than the view of what was released to them.
create function base.transit_as_recipient(resource text, door text, id uuid, body jsonb, query jsonb)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  shown boolean;
begin
  if (resource, door) not in (('referrals', 'received-referrals'), ('sip-addressees', 'received-sip-requests')) then
    raise exception 'no door for recipients: %', door;
  end if;
  -- before anything is held: a lock on what is not the caller's takes a transaction id, which the feed's cursors tell
  execute format('select v.shown from api.%I v where v.id = $1', replace(door, '-', '_')) into shown using id;
  if shown is null then perform base.refuse(404, 'not-found'); end if;
  -- the consent it rests on is held first: a withdrawal that is under way is waited for, and then seen
  perform from base.consents c
  where c.municipality = base.municipality() and c.id = case resource
    when 'referrals' then (select r.consent_id from base.referrals r where r.municipality = base.municipality() and r.id = transit_as_recipient.id)
    else (select q.consent_id from base.sip_addressees a join base.sip_requests q on q.municipality = a.municipality and q.id = a.request_id
          where a.municipality = base.municipality() and a.id = transit_as_recipient.id) end
  for share;
  execute format('select v.shown from api.%I v where v.id = $1', replace(door, '-', '_')) into shown using id;
  if shown is null then perform base.refuse(404, 'not-found'); end if;
  perform base.transit(resource, 'recipient', id, body, query, not shown);
end $$;
revoke all on function base.transit_as_recipient from public;
grant execute on function base.transit_as_recipient to kaa_service;

-- Guards ------------------------------------------------------------------------------------------

-- An unknown and a hidden youth are refused alike, before any key or policy can tell them apart; nothing new is
-- written about a duplicate that has been merged. The lock makes it wait for a merge that is under way.
create function base.need_youth(town text, youth uuid) returns void language plpgsql as $$
declare
  survivor uuid;
begin
  select y.merged_into into survivor from base.youths y where y.municipality = town and y.id = youth for key share;
  if not found then
    perform base.refuse(422, 'unknown-reference', '{"pointer": "/youthId"}');
  end if;
  if survivor is not null then
    perform base.refuse(409, 'merged', jsonb_build_object('mergedInto', survivor));
  end if;
end $$;
create function base.require_youth() returns trigger language plpgsql as $$
begin
  perform base.need_youth(new.municipality, new.youth_id);
  return new;
end $$;
-- For an event that says whom a row is about.
create function base.require_named_youth(id uuid, body jsonb) returns void language plpgsql as $$
begin
  perform base.need_youth(base.municipality(), (body ->> 'youthId')::uuid);
end $$;

-- What every resource's table needs, in one line of its migration: row level security by municipality
-- (kind 'configuration') and by the youth's visibility (kind 'youth'), rights, version, feed, and the index
-- of the default order.
create function base.guard(tbl text, kind text) returns void language plpgsql as $$
declare
  visible text := 'municipality = (select base.municipality())';
begin
  if kind not in ('configuration', 'youth') then raise exception 'base.guard: no kind %', kind; end if;
  if kind = 'youth' then
    visible := visible || format(' and exists (select from base.youths y where y.municipality = %I.municipality and y.id = %I.youth_id)', tbl, tbl);
    execute format('create trigger require_youth before insert on base.%I for each row execute function base.require_youth()', tbl);
    execute format('create index %I on base.%I (municipality, youth_id, modified_at, id)', tbl || '_youth', tbl);
    execute format('alter table base.%I add constraint %I foreign key (municipality, youth_id) references base.youths (municipality, id)',
                   tbl, tbl || '_youth_id_fkey');
  end if;
  execute format('alter table base.%I enable row level security', tbl);
  execute format('create policy visible on base.%I to kaa_service using (%s) with check (%s)', tbl, visible, visible);
  execute format('grant select, insert, update on base.%I to kaa_service', tbl);
  execute format('create index %I on base.%I (municipality, modified_at, id)', tbl || '_modified', tbl);
  execute format('create trigger touch before update on base.%I for each row execute function base.touch()', tbl);
  perform base.follow(tbl, case kind when 'youth' then 'note_youth_changes' else 'note_changes' end);
end $$;

-- Puts the table into the change feed.
create function base.follow(tbl text, noting text) returns void language plpgsql as $$
begin
  execute format('create trigger note_insert after insert on base.%I referencing new table as new_rows for each statement execute function base.%I()', tbl, noting);
  execute format('create trigger note_update after update on base.%I referencing new table as new_rows for each statement execute function base.%I()', tbl, noting);
end $$;

-- Gives kaa_service a view of schema api or edit.
create function base.publish(view text) returns void language plpgsql as $$
begin
  execute format('grant select%s on %s to kaa_service', case when view like 'edit.%' then ', insert, update' else '' end, view);
end $$;

-- One night ---------------------------------------------------------------------------------------

-- The steps of a night, in order: functions base.NAME(municipality text) returns jsonb. Migrations add rows.
create table base.nightly_steps (position int primary key, name text not null unique, doc text not null);

-- Before a night: what is kept for all municipalities. Answers whose nights are to be run.
create function base.before_nights(clock text default null) returns setof text language plpgsql as $$
begin
  perform base.enter(null, 'nightly', 'kaa', null, '', null, null, null, null, null, clock);
  begin -- a partition is made when nobody writes the log; an import does for minutes, and all others would wait behind
    perform set_config('lock_timeout', '2s', true);
    perform base.keep_partitions((base.today() - interval '1 month')::date, (base.today() + interval '12 months')::date);
    perform set_config('lock_timeout', '0', true);
  exception when lock_not_available then null; -- made ahead by a year: another night does it
  end;
  delete from base.idempotency_keys where created_at < base.now() - interval '24 hours';
  return query select m.code from base.municipalities m order by m.code;
end $$;

-- A night's work for one municipality as of the clock, as the owner; run again, it changes nothing. One that fails
-- leaves nothing behind, and the others theirs: each is a transaction of its own.
create function base.nightly(town text, clock text default null) returns jsonb language plpgsql as $$
declare
  step record;
  done jsonb;
  report jsonb := '{}';
begin
  perform base.enter(town, 'nightly', 'kaa', null, 'protected:read preventive:read', null, null, null, null, null, clock);
  perform base.lock_register(town, false);
  for step in select name from base.nightly_steps order by position loop
    execute format('select base.%I($1)', step.name) into done using town;
    report := report || jsonb_build_object(step.name, done);
  end loop;
  return report;
end $$;
revoke all on function base.before_nights, base.nightly, base.keep_partitions from public;

-- JSON Merge Patch (RFC 7396).
create function base.merge_patch(target jsonb, patch jsonb) returns jsonb language plpgsql immutable as $$
declare
  result jsonb := case when jsonb_typeof(target) = 'object' then target else '{}'::jsonb end;
  member record;
begin
  if patch is null or jsonb_typeof(patch) = 'null' then return null; end if;
  if jsonb_typeof(patch) <> 'object' then return patch; end if;
  for member in select key, value from jsonb_each(patch) loop
    if jsonb_typeof(member.value) = 'null' then
      result := result - member.key;
    else
      result := jsonb_set(result, array[member.key], base.merge_patch(result -> member.key, member.value));
    end if;
  end loop;
  return result;
end $$;
