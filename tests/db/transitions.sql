-- State changes, made from base.transitions and the tables' own states: what stands there happens for its actor, and
-- every other event of any resource, in every state, by either actor, is refused.
begin;
select no_plan();
\ir fixture.psql

insert into base.consents (municipality, id, youth_id, purpose, recipient_ids, given_by_youth, medium, given_at) values
  ('9980', pg_temp.u(31), pg_temp.u(1), 'crm', array[pg_temp.u(21)], true, 'oral', '2026-09-01T10:00Z'),
  ('9980', pg_temp.u(32), pg_temp.u(1), 'sip', array[pg_temp.u(21)], true, 'oral', '2026-09-01T10:00Z');
insert into base.sip_requests (municipality, id, youth_id, invited) values
  ('9980', pg_temp.u(61), pg_temp.u(1), jsonb_build_array(jsonb_build_object('recipientId', pg_temp.u(21))));
update base.sip_requests set status = 'sent', sent_at = base.now() where id = pg_temp.u(61);
delete from base.sip_addressees;

-- Every resource with states: the columns that a row of it must have in some of its states (null: in all of them).
-- A table with states that has no row here fails below.
create temp table fixture (resource text, states text, columns jsonb);
insert into fixture values
  ('registrations', null, jsonb_build_object('youth_id', pg_temp.u(3), 'start_date', '2026-09-10', 'reason', 'dropout')),
  ('registrations', 'ended', '{"end_date": "2026-09-11", "exit_reason": "moved"}'),
  ('imports', null, '{"source": "ber", "mode": "delta", "as_of": "2026-09-20"}'),
  ('outreach-attempts', null, '{"channel": "phone", "staff": ["anna"]}'),
  ('outreach-attempts', 'sent no_answer wrong_contact_details not_at_address returned reached reached_declined voided',
   '{"attempted_at": "2026-09-12T10:00Z"}'),
  ('outreach-attempts', 'voided', '{"void_reason": "x"}'),
  ('consents', null, '{"purpose": "outreach_pause", "given_by_youth": true, "medium": "oral", "given_at": "2026-09-01T10:00Z"}'),
  ('consents', 'withdrawn', '{"withdrawn_at": "2026-09-02T10:00Z"}'),
  ('referrals', null, jsonb_build_object('recipient_id', pg_temp.u(21), 'reason', 'x', 'consent_id', pg_temp.u(31))),
  ('referrals', 'sent received accepted declined started completed interrupted cancelled',
   '{"sent_at": "2026-09-12T10:00Z", "released_shares": ["identity"]}'),
  ('referrals', 'declined interrupted', '{"status_reason": "x"}'),
  ('referrals', 'completed', '{"result": "x"}'),
  ('sip-requests', null, jsonb_build_object('recipient_ids', jsonb_build_array(pg_temp.u(21)), 'consent_id', pg_temp.u(32))),
  ('sip-requests', 'sent meeting_planned meeting_held plan_made no_plan closed', '{"sent_at": "2026-09-12T10:00Z"}'),
  ('sip-addressees', null, jsonb_build_object('request_id', pg_temp.u(61), 'recipient_id', pg_temp.u(21), 'released_shares', '{identity}'::text[])),
  ('sip-addressees', 'accepted declined', '{"answered_at": "2026-09-13T10:00Z"}'),
  ('measures', null, '{"type": "coaching", "start_date": "2026-09-12"}'),
  ('measures', 'ended', '{"end_date": "2026-09-13", "end_reason": "left_target_group"}'),
  ('youth-merges', null, jsonb_build_object('youth_id', pg_temp.u(3), 'merged_into', pg_temp.u(1))),
  ('youth-merges', 'reversed', '{"reversed_at": "2026-09-13T10:00Z"}'),
  ('outreach-pauses', null, '{"requested_by": "Socialtjänsten", "evidence_reference": "S-1", "from_date": "2026-09-20", "until_date": "2026-10-20"}'),
  ('outreach-pauses', 'ended', '{"ended_at": "2026-09-20T10:00Z"}'),
  ('concern-reports', null, '{"made_at": "2026-09-12T10:00Z", "mandatory": true, "reminder_at": "2026-09-26T10:00Z"}'),
  ('concern-reports', 'opened not_opened already_ongoing no_answer', '{"outcome_at": "2026-09-13T10:00Z"}'),
  ('safety-notices', null, '{"measures": "Aldrig ensam", "valid_until": "2026-12-01"}'),
  ('safety-notices', 'ended', '{"ended_at": "2026-09-20T09:00Z"}'),
  ('outreach-batches', null, '{"name": "Höstbrev", "channel": "letter", "staff": ["anna"]}'),
  ('outreach-batches', 'sent', '{"sent_at": "2026-09-20T09:00Z"}'),
  ('incoming-referrals', null, '{"client": "partner"}'),
  ('incoming-referrals', 'accepted declined closed', '{"answered_at": "2026-09-19T10:00Z"}'),
  ('incoming-referrals', 'accepted', jsonb_build_object('youth_id', pg_temp.u(1))),
  ('incoming-referrals', 'declined', '{"status_reason": "x"}'),
  ('incoming-referrals', 'closed', '{"closed_at": "2026-09-20T09:00Z"}');

-- By which function staff's events come, where it is not base.transit; and the door of a recipient.
create temp table doors (resource text, staff text, recipient text);
insert into doors values
  ('imports', 'base.import_event($1, $2, $3)', null),
  ('outreach-attempts', 'base.transit_attempt($1, $2, $3)', null),
  ('referrals', 'base.transit_with_consent(''referrals'', $1, $2, $3)', 'received-referrals'),
  ('sip-requests', 'base.transit_with_consent(''sip-requests'', $1, $2, $3)', null),
  ('outreach-batches', format('base.batch_event($1, $2, $3, array[%L::uuid])', pg_temp.u(1)), null),
  ('sip-addressees', null, 'received-sip-requests');

-- The states as the table's own rule has them; a person's is what the register makes of them, and no event changes it.
create temp table states as
select replace(t.relname, '_', '-') as resource, s.state[1] as state
from pg_class t join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'base'
join pg_constraint c on c.conrelid = t.oid and c.conname = t.relname || '_status_check'
cross join lateral regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''', 'g') s(state)
where t.relname <> 'youths';

select set_eq('select distinct resource from states', 'select distinct resource from fixture', 'every resource with states has a row here');
select is_empty($$select t.resource, t."from", t."to" from base.transitions t
  where (t.resource, t."from") not in (select resource, state from states) or (t.resource, t."to") not in (select resource, state from states)$$,
  'no transition is of a state that its table does not know');
select is_empty($$select a.attrelid::regclass from pg_attribute a join pg_class t on t.oid = a.attrelid
  where t.relnamespace = 'base'::regnamespace and t.relkind = 'r' and a.attname = 'status'
    and t.relname not in ('youths', 'outreach_state') and replace(t.relname, '_', '-') not in (select resource from states)$$,
  'no table has a status without a rule for it');

-- A row of the resource in the state, written past the triggers.
create function pg_temp.place(resource text, state text) returns uuid language plpgsql as $$
declare
  columns jsonb := jsonb_build_object('municipality', '9980', 'id', gen_random_uuid(), 'status', state);
  tbl text := replace(resource, '-', '_');
  more jsonb;
begin
  if exists (select from pg_attribute where attrelid = ('base.' || tbl)::regclass and attname = 'youth_id' and attnotnull) then
    columns := columns || jsonb_build_object('youth_id', pg_temp.u(1));
  end if;
  for more in select f.columns from fixture f where f.resource = place.resource
                and (f.states is null or state = any (string_to_array(f.states, ' '))) order by f.states nulls first loop
    columns := columns || more;
  end loop;
  set local session_replication_role = replica;
  execute format('insert into base.%I (%s) select %2$s from jsonb_populate_record(null::base.%1$I, $1)', tbl,
                 (select string_agg(quote_ident(k), ', ') from jsonb_object_keys(columns) k)) using columns;
  if resource = 'sip-requests' and state <> 'draft' then -- and one has accepted
    insert into base.sip_addressees (municipality, youth_id, request_id, recipient_id, status, answered_at, released_shares)
    values ('9980', pg_temp.u(1), (columns ->> 'id')::uuid, pg_temp.u(21), 'accepted', '2026-09-13', '{identity}');
  elsif resource = 'sip-requests' then
    insert into base.sip_addressees (municipality, youth_id, request_id, recipient_id)
    values ('9980', pg_temp.u(1), (columns ->> 'id')::uuid, pg_temp.u(21));
  end if;
  set local session_replication_role = origin;
  return columns ->> 'id';
end $$;

-- One event on the row, with every member that any event has: the new state, null when it is refused as not
-- allowed, or what else it is refused with. Undone again.
create function pg_temp.outcome(resource text, actor text, id uuid, event text) returns text language plpgsql as $$
declare
  body jsonb := jsonb_build_object('type', event, 'reason', 'x', 'result', 'x', 'endReason', 'interrupted_by_youth', 'youthId', pg_temp.u(1),
                                   'meetingAt', '2026-10-01T10:00:00Z', 'endDate', '2026-09-15', 'exitReason', 'moved', 'expectedCount', 1);
  door doors;
  code text;
begin
  select * into door from doors d where d.resource = outcome.resource;
  if actor = 'staff' then
    set local role kaa_service;
    perform pg_temp.caller('imports:write protected:read preventive:read');
    execute 'select ' || coalesce(door.staff, format('base.transit(%L, ''staff'', $1, $2, $3)', resource)) using id, body, '{"@version": 1}'::jsonb;
  else
    set local role kaa_service;
    perform pg_temp.caller('', recipients => '{00000000-0000-4000-8000-000000000021}');
    perform base.transit_as_recipient(resource, coalesce(door.recipient, 'received-referrals'), id, body, '{"@version": 1}');
  end if;
  set local role none;
  execute format('select status from base.%I t where t.id = $1', replace(resource, '-', '_')) into code using id;
  raise exception using errcode = 'KA000', message = code;
exception when others then -- also takes back what was done, and the role
  code := sqlerrm;
  if sqlstate = 'KA000' then return code; end if;
  return case when code in ('transition-not-allowed', 'not-found') or code like 'no door for recipients%'
                or code like 'permission denied for table %' then null else code end;
end $$;

-- All events of all resources, each on a row of the resource in the state: "event state" of those that were not refused.
create function pg_temp.outcomes(resource text, state text, actor text) returns text[] language plpgsql as $$
declare
  found text[];
  id uuid;
begin
  begin
    id := pg_temp.place(resource, state);
    select array_agg(e.event || ' ' || o.outcome order by e.event) into found
    from (select distinct t.event from base.transitions t) e cross join lateral (select pg_temp.outcome(resource, actor, id, e.event) offset 0) o(outcome)
    where o.outcome is not null;
    raise exception using errcode = 'KA000';
  exception when sqlstate 'KA000' then null;
  end;
  return coalesce(found, '{}');
end $$;

select cmp_ok(count(distinct t.event)::int, '>', 25, 'the events of all resources are tried on each') from base.transitions t;
select is(pg_temp.outcomes(s.resource, s.state, a.actor),
          coalesce((select array_agg(t.event || ' ' || t."to" order by t.event) from base.transitions t
                    where t.resource = s.resource and t."from" = s.state and t.actor = a.actor), '{}'),
          format('%s in %s: what %s may do, and no more', s.resource, s.state, a.actor))
from states s cross join unnest(array['staff', 'recipient']) a(actor)
order by s.resource, s.state, a.actor;

-- What a transition asks for besides.
create function pg_temp.offered(body jsonb, version int default 1, id uuid default pg_temp.place('measures', 'offered'))
returns text language sql volatile as $$
  select pg_temp.refusal(format('select base.transit(''measures'', ''staff'', %L, %L, %L)', id, body, jsonb_build_object('@version', version)))
$$;
select is(pg_temp.offered('{"type": "planned"}', 2), 'version-mismatch', 'another version than the one read');
select is(pg_temp.offered('{"type": "planned", "at": "2026-09-20T10:02:00Z"}'), 'in-the-future', 'an event that has not happened yet');
select is(pg_temp.offered('{"type": "planned"}', id => gen_random_uuid()), 'not-found', 'a row that is not there');
select is(pg_temp.offered('{"type": "planned"}'), 'done', 'and else it happens');
select is(pg_temp.offered('{}'), 'transition-not-allowed', 'an event without a type is none');
select is_empty($$select r.resource, d.door from (select distinct resource from states) r cross join unnest('{received-referrals,received-sip-requests,referrals}'::text[]) d(door)
  where (r.resource, d.door) not in (('referrals', 'received-referrals'), ('sip-addressees', 'received-sip-requests'))
    and pg_temp.refusal(format('select base.transit_as_recipient(%L, %L, %L, ''{}'', ''{}'')', r.resource, d.door, gen_random_uuid()))
        <> 'no door for recipients: ' || d.door$$, 'recipients have two doors and no other');

-- When it happened: what waited for another's lock is later than that one, although its transaction began before.
select is(base.instant(), base.now(), 'a clock that stands is the only one');
select pg_temp.caller('', at => null);
select is(pg_temp.offered('{"type": "planned"}'), 'done', 'an event without a time of its own');
select ok(bool_and(e.at > base.now() and e.created_at > base.now()), 'happened when it was recorded, not when the transaction began')
from base.events e where e.resource = 'measures' and e.created_at >= base.now();

select * from finish();
rollback;
