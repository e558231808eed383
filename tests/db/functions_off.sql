-- Functions that a municipality does without: who holds their scopes, and what that costs the others.
begin;
select no_plan();
\ir fixture.psql

select is(base.function_of('sip-requests:read'), 'sip-requests', 'a scope is of the function that it names');
select is(base.function_of('received-sip-requests:write'), 'sip-requests', 'the recipients'' too');
select is(base.function_of('disclosures:read'), 'disclosures', 'and so for each');
select is(base.function_of('youths:read'), null, 'most are of none');

update base.municipalities set policy = '{"functionsOff": ["sip-requests", "outreach-pauses"]}' where municipality = '9980';
set local role kaa_service;
select pg_temp.caller('sip-requests:read received-sip-requests:write disclosures:read youths:read');
select ok(not base.may('sip-requests:read'), 'nobody holds the scope of a function that is off');
select ok(not base.may('received-sip-requests:write'), 'no recipient either');
select ok(base.may('disclosures:read') and base.may('youths:read'), 'the others are held as ever');
select ok(not base.may('disclosures:write'), 'by those who have them');
select ok(not base.may_follow('sip-requests'), 'the feed goes by them');
select ok(base.is_off('outreach-pauses') and not base.is_off('safety-notices'), 'rules can ask');
select pg_temp.caller('sip-requests:read', '9981');
select ok(base.may('sip-requests:read'), 'another municipality keeps its own');
reset role;
update base.municipalities set policy = '{}' where municipality = '9980';
select pg_temp.caller('sip-requests:read');
select ok(base.may('sip-requests:read'), 'and it is held again when the function is');

-- What most calls ask costs no look-up: the planner knows that those scopes are of no function.
create function pg_temp.asks_policy(scope text) returns boolean language plpgsql as $$
declare
  line text;
begin
  for line in execute format('explain (verbose) select base.may(%L)', scope) loop
    if line like '%is_off%' then return true; end if;
  end loop;
  return false;
end $$;
select ok(not pg_temp.asks_policy('youths:read') and not pg_temp.asks_policy('protected:read'), 'the policy is not read for other scopes');
select ok(pg_temp.asks_policy('sip-requests:read'), 'only for those of a function');

-- Consents for what is off ------------------------------------------------------------------------------
create function pg_temp.consents(purpose text) returns text language sql as $$
  select pg_temp.refusal(format($f$insert into edit.consents ("youthId", purpose, "recipientIds", "givenByYouth", medium, "givenAt")
    values (%L, %L, array[%L::uuid], true, 'oral', '2026-09-19T10:00Z')$f$, pg_temp.u(1), purpose, pg_temp.u(22)))
$$;
update base.municipalities set policy = '{"functionsOff": ["sip-requests"]}' where municipality = '9980';
set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.consents('sip'), 'function-off', 'nobody consents to what is not done');
select is(pg_temp.consents('outreach_pause'), 'done', 'but to what is');
select is(pg_temp.consents('sharing'), 'done', 'whatever else is off');
reset role;
update base.municipalities set policy = '{"functionsOff": ["outreach-pauses"]}' where municipality = '9980';
set local role kaa_service;
select is(pg_temp.consents('outreach_pause'), 'function-off', 'a pause is such');
select is(pg_temp.consents('sip'), 'done', 'then a SIP is done again');

-- Rules do not hold for what is off -------------------------------------------------------------------
reset role;
update base.municipalities set policy = '{}' where municipality = '9980';
insert into base.outreach_pauses (municipality, youth_id, requested_by, evidence_reference, from_date, until_date) values
  ('9980', pg_temp.u(6), 'Socialtjänsten', 'S-1', '2026-09-20', '2026-10-20');
insert into base.safety_notices (municipality, youth_id, measures, valid_until) values ('9980', pg_temp.u(6), 'Aldrig ensam', '2026-12-01');
create function pg_temp.plans() returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.outreach_attempts ("youthId", channel, staff) values (%L, ''meeting'', ''{anna}'')', pg_temp.u(6)))
$$;
create function pg_temp.step() returns text language sql as $$
  select step from base.outreach_state where municipality = '9980' and youth_id = pg_temp.u(6)
$$;
create function pg_temp.off(functions text) returns void language sql as $$
  update base.municipalities set policy = jsonb_build_object('functionsOff', functions::jsonb) where municipality = '9980'
$$;
select is(pg_temp.plans(), 'outreach-paused', 'a pause holds');
select is(pg_temp.step(), 'paused', 'in the plan too');
select pg_temp.off('["outreach-pauses"]');
select is(pg_temp.plans(), 'safety-notice-not-acknowledged', 'none where there are none; staff must know the notice');
select is(pg_temp.step(), 'letter', 'the plan goes on');
select is((select count(*) from base.paused_on('2026-09-25'))::int, 0, 'and mailings go out');
select pg_temp.off('["outreach-pauses", "safety-notices"]');
select is(pg_temp.plans(), 'done', 'unless there are none');
select pg_temp.off('["safety-notices"]');
select is(pg_temp.plans(), 'outreach-paused', 'what was entered holds again');
select is(pg_temp.step(), 'paused', 'in the plan too');

select * from finish();
rollback;
