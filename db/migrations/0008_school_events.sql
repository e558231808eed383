-- School events: what schools tell of a person, kept for those who are known or in preventive work; what they mean
-- for the evaluation; and preventive persons from their first event to their deletion.
--
-- A school is told nothing: an event is put into an inbox, alike for whomever it names, and taken out of it by the
-- night or by an evaluation run.

-- That an event has come: a caller's eventId, as a hash, since it is the school's own text, and the id given for it.
create table base.school_event_receipts (
  municipality text not null default base.municipality(),
  client text not null,
  school_unit text not null, -- '': a caller without one
  event_hash bytea not null,
  id uuid not null,
  primary key (municipality, client, school_unit, event_hash)
);
alter table base.school_event_receipts enable row level security;

-- What waits to be taken; readable by nobody, since it may be about a person who is not known here.
create table base.school_event_inbox (
  municipality text not null default base.municipality() references base.municipalities, -- whose night takes it
  id uuid not null,
  seq bigint not null generated always as identity, -- order of arrival
  client text not null,
  school_unit text not null,
  body jsonb not null,
  received_at timestamptz not null default base.now(),
  received_by text not null default coalesce(base.sub(), 'system'),
  primary key (municipality, id)
);
create index school_event_inbox_seq on base.school_event_inbox (municipality, seq);
alter table base.school_event_inbox enable row level security;

create table base.school_events (
  like base.standard including defaults,
  seq bigint not null,
  youth_id uuid not null,
  client text not null,
  school_unit text not null,
  event_id text not null check (length(event_id) between 1 and 100),
  type text not null check (type in ('started', 'ended', 'absence', 'at_risk', 'completed', 'not_applied')),
  result text check (result in ('diploma', 'study_certificate')),
  date date not null,
  enrolment_type text,
  school text check (length(school) <= 200), -- null with protected registration
  programme text check (length(programme) <= 100),
  absorbed_on date, -- as-of day of the import whose rows count instead from then on
  primary key (municipality, id),
  constraint school_event_twice unique (municipality, client, school_unit, event_id),
  constraint result_with_completed check ((type = 'completed') = (result is not null)),
  constraint enrolment_type_with_event check ((type in ('started', 'ended')) = (enrolment_type is not null))
);
select base.guard('school_events', 'youth');
revoke insert, update on base.school_events from kaa_service;
create index school_events_date on base.school_events (municipality, date, id);
create index school_events_unabsorbed on base.school_events (municipality, youth_id, date, seq)
  where absorbed_on is null and type in ('started', 'ended', 'completed');

-- Receiving -------------------------------------------------------------------------------------------

create function base.event_hash(event_id text) returns bytea language sql immutable parallel safe
return sha256(convert_to(event_id, 'UTF8'));

-- Puts an event into the inbox, unless the caller's eventId has come before: then the first one holds, whatever this
-- one says. The same work for every person.
create function base.receive_school_event(id uuid, body jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  kind text := body ->> 'type';
  unit text := coalesce(base.school_unit(), '');
  sender text := coalesce(base.client(), '');
begin
  insert into base.school_event_receipts (client, school_unit, event_hash, id)
  values (sender, unit, base.event_hash(body ->> 'eventId'), receive_school_event.id) on conflict do nothing;
  if not found then return; end if;
  if base.number_type(body ->> 'personalNumber') is distinct from coalesce(body ->> 'numberType', base.number_type(body ->> 'personalNumber'), '') then
    perform base.refuse(422, 'number-wrong', '{"pointer": "/personalNumber"}');
  end if;
  if (kind = 'completed') <> (body ->> 'result' is not null) then
    perform base.refuse(422, 'result-with-completed', '{"pointer": "/result"}');
  end if;
  if body ->> 'enrolmentType' is not null and kind not in ('started', 'ended') then
    perform base.refuse(422, 'enrolment-type-with-event', '{"pointer": "/enrolmentType"}');
  end if;
  if (body ->> 'date')::date > base.today() + (case when kind in ('started', 'not_applied') then interval '1 year' else interval '0' end) then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/date"}');
  end if;
  if (body ->> 'birthDate')::date > base.today() then
    perform base.refuse(422, 'in-the-future', '{"pointer": "/birthDate"}');
  end if;
  insert into base.school_event_inbox (id, client, school_unit, body) values (receive_school_event.id, sender, unit, body);
end $$;

-- The id that the caller's event has: its first one's.
create function base.school_event_receipt(event_id text) returns uuid language sql stable security definer set search_path = pg_catalog
return (select r.id from base.school_event_receipts r
        where r.municipality = base.municipality() and r.client = coalesce(base.client(), '')
          and r.school_unit = coalesce(base.school_unit(), '') and r.event_hash = base.event_hash(school_event_receipt.event_id));
revoke all on function base.receive_school_event, base.school_event_receipt from public;
grant execute on function base.receive_school_event, base.school_event_receipt to kaa_service;

-- Taking ----------------------------------------------------------------------------------------------

-- The youth who has or had the number; of merged ones the one that remains.
create function base.youth_of_number(town text, number text) returns uuid language sql stable set search_path = pg_catalog
return (select i.youth_id from base.numbers_of_persons i where i.municipality = town and i.number = youth_of_number.number);

-- An unknown person of whom a school reports absence, risk, drop-out or that they have not applied: kept as
-- preventive, with identity and contact from the event. Of whom it says that they started or completed nothing is
-- kept, nor of who has turned 20: then null.
create function base.add_preventive(town text, event base.school_event_inbox) returns uuid
language plpgsql set search_path = pg_catalog as $$
declare
  youth uuid := gen_random_uuid();
  birth_date date := (event.body ->> 'birthDate')::date;
begin
  if event.body ->> 'type' in ('started', 'completed') or base.twentieth(birth_date) <= base.today() then
    return null;
  end if;
  insert into base.youths (municipality, id, status, birth_date, sex, given_name, family_name, phones, email, created_by)
  values (town, youth, 'preventive', birth_date, coalesce(event.body ->> 'sex', 'unknown'), event.body ->> 'givenName',
          event.body ->> 'familyName', array(select jsonb_array_elements_text(event.body -> 'phones')), event.body ->> 'email',
          event.received_by);
  insert into base.identity_numbers (municipality, youth_id, number, type, created_by)
  values (town, youth, event.body ->> 'personalNumber', base.number_type(event.body ->> 'personalNumber'), event.received_by);
  return youth;
end $$;

-- Takes one event out of the inbox and answers whose it is; null: of a person who is not kept, of which no more stays
-- than its receipt. A known person's contact data is casework's, a preventive person's is completed where it is missing.
create function base.take_school_event(town text, event base.school_event_inbox) returns uuid
language plpgsql set search_path = pg_catalog as $$
declare
  youth uuid := coalesce(base.youth_of_number(town, event.body ->> 'personalNumber'), base.add_preventive(town, event));
begin
  update base.youths y set phones = case when y.phones = '{}' then array(select jsonb_array_elements_text(event.body -> 'phones')) else y.phones end,
    email = coalesce(y.email, event.body ->> 'email'), birth_date = coalesce(y.birth_date, (event.body ->> 'birthDate')::date)
  where y.municipality = town and y.id = youth and y.status = 'preventive'
    and (y.phones = '{}' and jsonb_array_length(event.body -> 'phones') > 0 or y.email is null and event.body ->> 'email' is not null
         or y.birth_date is null and event.body ->> 'birthDate' is not null);
  insert into base.school_events (municipality, id, seq, youth_id, client, school_unit, event_id, type, result, date, enrolment_type,
                                  school, programme, created_at, created_by)
  select town, event.id, event.seq, youth, event.client, event.school_unit, event.body ->> 'eventId', event.body ->> 'type',
         event.body ->> 'result', (event.body ->> 'date')::date,
         case when event.body ->> 'type' in ('started', 'ended') then coalesce(event.body ->> 'enrolmentType', 'national_programme') end,
         case when y.protection <> 'protected_registration' then event.body ->> 'school' end, event.body ->> 'programme',
         event.received_at, event.received_by
  from base.youths y where y.municipality = town and y.id = youth;
  delete from base.school_event_inbox b where b.municipality = town and b.id = event.id;
  return youth;
end $$;

-- Takes what is in the inbox, in the order of arrival. One that cannot be taken (somebody enters the same person just
-- now) holds up no other: it is counted, and waits for the next time.
create function base.take_school_events(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
declare
  event base.school_event_inbox;
  youth uuid;
  wrong text;
  touched uuid[] := '{}';
  taken int := 0;
  failed int := 0;
begin
  for event in select * from base.school_event_inbox b where b.municipality = town order by b.seq loop
    begin
      youth := base.take_school_event(town, event);
      taken := taken + 1;
      touched := touched || array_remove(array[youth], null);
    exception when others then
      get stacked diagnostics wrong = constraint_name;
      raise log 'school event % waits: % %', event.id, sqlstate, wrong;
      failed := failed + 1;
    end;
  end loop;
  perform base.log_written('school-events', 'take', null, touched);
  return jsonb_build_object('taken', taken, 'kept', cardinality(touched), 'failed', failed);
end $$;

-- With protected registration no school is kept.
create function base.forget_schools() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update base.school_events e set school = null where e.municipality = new.municipality and e.youth_id = new.id and e.school is not null;
  return null;
end $$;
create trigger forget_schools after update of protection on base.youths for each row
  when (new.protection = 'protected_registration' and old.protection <> new.protection) execute function base.forget_schools();

-- What events mean for the evaluation ---------------------------------------------------------------------

-- The enrolments after a person left one on `day`: those of the type that count on that day have the day before as
-- their last; when none of that type does, that one of those that count which began last (from absent: long ago;
-- of several that began the same day, all). When none counts, nothing is changed.
create function base.end_enrolments(enrolments jsonb, type text, day date) returns jsonb language sql immutable parallel safe
return (
  select coalesce(jsonb_agg(case when r.hit then r.value || jsonb_build_object('to', day - 1) else r.value end order by r.n), '[]')
  from (select c.value, c.n, c.counts and case when bool_or(c.counts and c.same) over () then c.same
                             else c.begun = max(c.begun) filter (where c.counts) over () end as hit
        from (select e.value, e.n, e.value ->> 'type' = type as same, b.begun,
                     b.begun <= day and least((e.value ->> 'to')::date + 1, (e.value ->> 'cancelled')::date, 'infinity') > day as counts
              from jsonb_array_elements(enrolments) with ordinality e(value, n),
              lateral (select coalesce((e.value ->> 'from')::date, '-infinity') as begun) b) c) r);

-- The member to evaluate: the register's members and what school events say that are not yet absorbed and dated
-- as_of or before, in the order of their dates, those of a day as they came.
-- started: an enrolment of enrolmentType from the date. ended: leaves it (end_enrolments). completed: the
-- qualification that the result names, of that date, and leaves a national programme likewise. Others mean nothing.
-- (An import does without nested loops; looking up one person does not.)
create function base.with_school_events(member jsonb, town text, youth uuid, as_of date) returns jsonb
language plpgsql stable set search_path = pg_catalog set enable_nestloop = on as $$
declare
  event base.school_events;
  person uuid[] := base.same_person(town, youth);
  enrolments jsonb := coalesce(member -> 'enrolments', '[]');
  qualifications jsonb := coalesce(member -> 'qualifications', '[]');
begin
  for event in select * from base.school_events e
               where e.municipality = town and e.youth_id = any (person) and e.absorbed_on is null
                 and e.type in ('started', 'ended', 'completed') and e.date <= as_of order by e.date, e.seq loop
    if event.type = 'started' then
      enrolments := enrolments || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('type', event.enrolment_type,
        'school', event.school, 'programme', event.programme, 'from', event.date)));
    else
      enrolments := base.end_enrolments(enrolments, coalesce(event.enrolment_type, 'national_programme'), event.date);
    end if;
    if event.type = 'completed' then
      qualifications := qualifications || jsonb_build_array(jsonb_build_object('type',
        case event.result when 'diploma' then 'upper_secondary_diploma' else 'study_certificate' end, 'date', event.date));
    end if;
  end loop;
  return member || jsonb_build_object('enrolments', enrolments, 'qualifications', qualifications);
end $$;

-- The youths whose evaluation as of a day hears school events, with the day of the latest.
create function base.heard_of_by_schools(town text, as_of date) returns table (youth_id uuid, latest date)
language sql stable set search_path = pg_catalog as $$
  select coalesce(y.merged_into, y.id), max(e.date)
  from base.school_events e join base.youths y on y.municipality = e.municipality and y.id = e.youth_id
  where e.municipality = town and e.absorbed_on is null and e.type in ('started', 'ended', 'completed') and e.date <= as_of
  group by 1
$$;

-- What a row, or a stored youth, says of schooling: enrolments and qualifications, the schools' names aside.
create function base.schooling(member jsonb) returns jsonb language sql immutable parallel safe
return jsonb_build_array(base.without_schools(coalesce(member -> 'enrolments', '[]')), coalesce(member -> 'qualifications', '[]'));

-- True for exits by which a person went on to a school, or completed one.
create function base.left_for_schooling(exit_reason text) returns boolean language sql immutable parallel safe
return exit_reason in ('national_programme', 'introductory_programme', 'adapted_upper_secondary', 'equivalent_started', 'completed');

-- True for who is not registered now, left for schooling, and by the rule of the row still lives here, not yet 20.
create function base.keeps_schooling(registered text, last_exit text, rule int) returns boolean language sql immutable parallel safe
return coalesce(registered = 'ended' and base.left_for_schooling(last_exit) and rule not in (1, 2, 3), false);

-- In the write step of an import. The register's word about schooling is the one stored: it is taken from the rows of
-- those who are registered or become so, and of those who have left for schooling. Where it is new, the school events
-- dated the import's day or before are absorbed: they count no longer. (A row that is not taken absorbs nothing; who
-- never had a row taken has no word that could be new.)
create function base.absorb_school_events(imp base.imports) returns void language plpgsql set search_path = pg_catalog as $$
declare
  news uuid[];
begin
  -- what is stored is then no longer one row, which the hash would stand for
  update base.youths y set register_hash = '', qualifications = coalesce(s.v -> 'qualifications', '[]'),
    enrolments = case when y.protection <> 'protected_registration' then coalesce(s.v -> 'enrolments', '[]')
                      else base.without_schools(coalesce(s.v -> 'enrolments', '[]')) end
  from pg_temp.import_seen s
  where s.act = 'updated' and s.new_schooling and s.keeps_schooling and y.municipality = imp.municipality and y.id = s.id;

  select array_agg(s.id) into news from pg_temp.import_seen s
  where s.new_schooling and s.known and s.act in ('new', 'updated', 'ended') and (s.open or s.act = 'new' or s.keeps_schooling)
    and s.exit_reason is distinct from 'moved';
  if news is null then return; end if;
  update base.school_events e set absorbed_on = imp.as_of
  from base.youths y
  where y.municipality = imp.municipality and coalesce(y.merged_into, y.id) = any (news)
    and e.municipality = y.municipality and e.youth_id = y.id
    and e.absorbed_on is null and e.type in ('started', 'ended', 'completed') and e.date <= imp.as_of;
end $$;

-- Preventive persons -----------------------------------------------------------------------------------

-- Of who is not in the register no more is kept than identity, contact data, events, attempts and measures (domain.md 4).
create function base.rule_preventive() returns trigger language plpgsql as $$
begin
  if exists (select from base.youths y where y.municipality = new.municipality and y.id = new.youth_id and y.status = 'preventive') then
    perform base.refuse(422, 'preventive-person', '{"pointer": "/youthId"}');
  end if;
  return new;
end $$;
create trigger rule_preventive before insert on base.occupations for each row execute function base.rule_preventive();
create trigger rule_preventive before insert on base.assignments for each row execute function base.rule_preventive();
create trigger rule_preventive before insert on base.consents for each row execute function base.rule_preventive();
create trigger rule_preventive before insert on base.referrals for each row execute function base.rule_preventive();
create trigger rule_preventive before insert on base.sip_requests for each row execute function base.rule_preventive();

-- Deletes youths with everything that hangs on them: the tables with a youth_id in the order in which their keys
-- allow it. The feed says so to those who saw them; the access log stays.
create function base.delete_youths(town text, youths uuid[]) returns void language plpgsql set search_path = pg_catalog as $$
declare
  rest oid[];
  ready oid;
  noted boolean;
begin
  if coalesce(cardinality(youths), 0) = 0 then return; end if;
  perform base.log_written('youths', 'delete', null, youths);
  select array_agg(c.oid) into rest
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'youth_id' and not a.attisdropped
  where c.relkind = 'r' and c.relnamespace = 'base'::regnamespace and c.relname <> 'changes';
  while cardinality(rest) > 0 loop
    select t into strict ready from unnest(rest) t
    where not exists (select from pg_constraint k where k.contype = 'f' and k.confrelid = t and k.conrelid <> t and k.conrelid = any (rest))
    order by t limit 1;
    select exists (select from pg_trigger g where g.tgrelid = ready and g.tgname = 'note_insert') into noted;
    if noted then
      execute format('insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
        select t.municipality, %L, t.id, t.youth_id, ''removed'', case when y.protection = ''none'' then ''all'' else ''protected'' end,
               y.status = ''preventive'', y.district_id
        from %s t join base.youths y on y.municipality = t.municipality and y.id = t.youth_id
        where t.municipality = $1 and t.youth_id = any ($2)%s', replace((select c.relname from pg_class c where c.oid = ready), '_', '-'), ready::regclass,
        case when exists (select from pg_attribute a where a.attrelid = ready and a.attname = 'recipient_ids')
             then ' and not base.any_sensitive(t.municipality, t.recipient_ids)' else '' end) using town, youths;
    end if;
    execute format('delete from %s t where t.municipality = $1 and t.youth_id = any ($2)', ready::regclass) using town, youths;
    rest := array_remove(rest, ready);
  end loop;
  insert into base.changes (municipality, resource, id, youth_id, change, audience, preventive, district_id)
  select y.municipality, 'youths', y.id, y.id, 'removed', case when y.protection = 'none' then 'all' else 'protected' end,
         y.status = 'preventive', y.district_id
  from base.youths y where y.municipality = town and y.id = any (youths);
  delete from base.youths y where y.municipality = town and y.id = any (youths);
end $$;
revoke all on function base.delete_youths from public;

-- Preventive persons whose last event lies the policy's preventiveMonths back: nobody in preventive work has had a
-- registration. No event waits longer to be taken, either.
create function base.forget_preventive(town text) returns jsonb language plpgsql set search_path = pg_catalog as $$
declare
  months interval := make_interval(months => (base.policy() ->> 'preventiveMonths')::int);
  forgotten uuid[];
begin
  -- locked: one who is being registered just now is waited for, and stays
  select coalesce(array_agg(p.id), '{}') into forgotten from (
    select y.id
    from base.youths y
    where y.municipality = town and y.status = 'preventive' and y.merged_into is null -- else they are a registered person
      and coalesce((select max(e.date) from base.school_events e where e.municipality = town and e.youth_id = y.id),
                   (y.created_at at time zone 'Europe/Stockholm')::date) + months <= base.today()
    order by y.id for update) p;
  perform base.delete_youths(town, forgotten);
  delete from base.school_event_inbox b
  where b.municipality = town and (b.received_at at time zone 'Europe/Stockholm')::date + months <= base.today();
  return jsonb_build_object('deleted', cardinality(forgotten));
end $$;

insert into base.nightly_steps (position, name, doc) values
  (95, 'take_school_events', 'Takes what schools have told since the last night.'),
  (130, 'forget_preventive', 'Deletes preventive persons whose last event is long ago, and events that could not be taken since.');

-- Views --------------------------------------------------------------------------------------------------

create view api.school_events with (security_invoker) as
select e.id, e.version, e.created_at as "createdAt", e.created_by as "createdBy", e.modified_at as "modifiedAt",
       e.modified_by as "modifiedBy", e.youth_id as "youthId", e.event_id as "eventId", e.school_unit as "schoolUnit", e.type, e.result,
       e.date, e.enrolment_type as "enrolmentType", case when y.protection <> 'protected_registration' then e.school end as school,
       e.programme, e.absorbed_on as "absorbedOn"
from base.school_events e join base.youths y on y.municipality = e.municipality and y.id = e.youth_id;
select base.publish('api.school_events');
