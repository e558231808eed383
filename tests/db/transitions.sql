-- State changes of casework, made from base.transitions: what stands there happens, all else is refused.
begin;
select no_plan();
\ir fixture.psql

insert into base.consents (municipality, id, youth_id, purpose, recipient_ids, given_by_youth, medium, given_at) values
  ('9980', pg_temp.u(31), pg_temp.u(1), 'crm', array[pg_temp.u(21)], true, 'oral', '2026-09-01T10:00Z'),
  ('9980', pg_temp.u(32), pg_temp.u(1), 'sip', array[pg_temp.u(21)], true, 'oral', '2026-09-01T10:00Z');
insert into base.sip_requests (municipality, id, youth_id, invited) values
  ('9980', pg_temp.u(61), pg_temp.u(1), jsonb_build_array(jsonb_build_object('recipientId', pg_temp.u(21))));
update base.sip_requests set status = 'sent', sent_at = base.now() where id = pg_temp.u(61);

-- A row of the resource in the state, with all that the state asks for, written past the triggers.
create function pg_temp.place(resource text, state text) returns uuid language plpgsql as $$
declare
  row_id uuid := gen_random_uuid();
begin
  set local session_replication_role = replica;
  if resource = 'outreach-attempts' then
    insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, status, attempted_at, void_reason)
    values ('9980', row_id, pg_temp.u(1), 'phone', '{anna}', state, case when state not in ('planned', 'cancelled') then '2026-09-12'::timestamptz end,
            case when state = 'voided' then 'x' end);
  elsif resource = 'consents' then
    insert into base.consents (municipality, id, youth_id, purpose, given_by_youth, medium, given_at, status, withdrawn_at)
    values ('9980', row_id, pg_temp.u(1), 'outreach_pause', true, 'oral', '2026-09-01', state, case when state = 'withdrawn' then '2026-09-02'::timestamptz end);
  elsif resource = 'referrals' then
    insert into base.referrals (municipality, id, youth_id, recipient_id, reason, consent_id, status, sent_at, released_shares, status_reason, result)
    values ('9980', row_id, pg_temp.u(1), pg_temp.u(21), 'x', pg_temp.u(31), state, case when state <> 'draft' then '2026-09-12'::timestamptz end,
            case when state <> 'draft' then '{identity}'::text[] end, case when state in ('declined', 'interrupted') then 'x' end,
            case when state = 'completed' then 'x' end);
  elsif resource = 'sip-requests' then
    insert into base.sip_requests (municipality, id, youth_id, recipient_ids, consent_id, status, sent_at)
    values ('9980', row_id, pg_temp.u(1), array[pg_temp.u(21)], pg_temp.u(32), state, case when state <> 'draft' then '2026-09-12'::timestamptz end);
    insert into base.sip_addressees (municipality, youth_id, request_id, recipient_id, status, answered_at, released_shares)
    values ('9980', pg_temp.u(1), row_id, pg_temp.u(21), case when state = 'draft' then 'pending' else 'accepted' end,
            case when state <> 'draft' then '2026-09-13'::timestamptz end, case when state <> 'draft' then '{identity}'::text[] end);
  elsif resource = 'sip-addressees' then
    insert into base.sip_requests (municipality, id, youth_id, recipient_ids, consent_id, status, sent_at)
    values ('9980', gen_random_uuid(), pg_temp.u(1), array[pg_temp.u(21)], pg_temp.u(32), 'sent', '2026-09-12');
    insert into base.sip_addressees (municipality, id, youth_id, request_id, recipient_id, status, answered_at, released_shares)
    select '9980', row_id, pg_temp.u(1), q.id, pg_temp.u(21), state, case when state <> 'pending' then '2026-09-13'::timestamptz end, '{identity}'
    from base.sip_requests q where q.status = 'sent'
      and not exists (select from base.sip_addressees a where a.request_id = q.id);
  elsif resource = 'measures' then
    insert into base.measures (municipality, id, youth_id, type, status, start_date, end_date, end_reason)
    values ('9980', row_id, pg_temp.u(1), 'coaching', state, '2026-09-12', case when state = 'ended' then '2026-09-13'::date end,
            case when state = 'ended' then 'left_target_group' end);
  end if;
  set local session_replication_role = origin;
  return row_id;
end $$;

-- What comes of an event that has every member any event may have: the new state, or the refusal.
create function pg_temp.outcome(resource text, state text, event text, actor text) returns text language plpgsql as $$
declare
  row_id uuid := pg_temp.place(resource, state);
  refused text;
  now_in text;
begin
  refused := pg_temp.refusal(format('select base.transit(%L, %L, %L, %L, %L)', resource, actor, row_id,
    jsonb_build_object('type', event, 'reason', 'x', 'result', 'x', 'endReason', 'interrupted_by_youth', 'meetingAt', '2026-10-01T10:00:00Z'),
    '{"@version": 1}'));
  if refused <> 'done' then return refused; end if;
  execute format('select status from base.%I where id = $1', replace(resource, '-', '_')) into now_in using row_id;
  return now_in;
end $$;

create temp table states as
select distinct t.resource, s.state
from base.transitions t cross join lateral (values (t."from"), (t."to")) s(state)
where t.resource in ('outreach-attempts', 'consents', 'referrals', 'sip-requests', 'sip-addressees', 'measures');
create temp table events as select distinct resource, event from base.transitions;

-- No state that a table knows is left out.
select bag_eq($$select resource, count(*)::int from states group by resource$$,
  $$values ('outreach-attempts', 10), ('consents', 2), ('referrals', 9), ('sip-requests', 8), ('sip-addressees', 3), ('measures', 6)$$,
  'all states of the six resources are tried');
select is((select count(*) from base.transitions where resource in (select resource from states))::int, 53, 'all transitions of the six resources are tried');

select is(pg_temp.outcome(s.resource, s.state, e.event, a.actor), coalesce(t."to", 'transition-not-allowed'),
          format('%s: %s in %s by %s', s.resource, e.event, s.state, a.actor))
from states s join events e using (resource) cross join unnest(array['staff', 'recipient']) a(actor)
left join base.transitions t on t.resource = s.resource and t."from" = s.state and t.event = e.event and t.actor = a.actor
order by s.resource, s.state, e.event, a.actor;

-- What a transition asks for besides.
select is(pg_temp.refusal(format('select base.transit(''measures'', ''staff'', %L, ''{"type": "planned"}'', ''{"@version": 2}'')',
                                 pg_temp.place('measures', 'offered'))), 'version-mismatch', 'another version than the one read');
select is(pg_temp.refusal(format('select base.transit(''measures'', ''staff'', %L, ''{"type": "planned", "at": "2026-09-20T10:02:00Z"}'', ''{"@version": 1}'')',
                                 pg_temp.place('measures', 'offered'))), 'in-the-future', 'an event that has not happened yet');
select is(pg_temp.refusal(format('select base.transit(''measures'', ''staff'', %L, ''{"type": "planned"}'', ''{"@version": 1}'')',
                                 gen_random_uuid())), 'not-found', 'a row that is not there');
select throws_ok(format('select base.transit(''referrals'', ''staff'', %L, ''{"type": "accepted"}'', ''{"@version": 1}'')', pg_temp.place('referrals', 'sent')),
                 'KA409', 'transition-not-allowed', 'the sender does not answer for the recipient');

select * from finish();
rollback;
