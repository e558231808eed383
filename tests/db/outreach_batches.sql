-- Outreach batches: whom they choose, what their events do to their attempts, and results in bulk.
begin;
select no_plan();
\ir fixture.psql
select base.replan(array(select y.id from base.youths y));

-- A draft, as a caller writes it.
create function pg_temp.draft(n int, more jsonb default '{}') returns uuid language sql as $$
  insert into edit.outreach_batches
  select (jsonb_populate_record(null::edit.outreach_batches, jsonb_build_object('id', pg_temp.u(n), 'name', 'Höstbrev', 'channel', 'letter',
    'purpose', 'outreach', 'filter', '{}'::jsonb, 'staff', jsonb_build_array('anna')) || more)).*;
  select pg_temp.u(n)
$$;
create function pg_temp.moves(n int, event text, youths int[] default null, more jsonb default '{}') returns text language sql as $$
  select pg_temp.refusal(format('select base.batch_event(%L, %L, %L, %L)', pg_temp.u(n), jsonb_build_object('type', event) || more,
    jsonb_build_object('@version', (select b.version from base.outreach_batches b where b.id = pg_temp.u(n))),
    array(select pg_temp.u(y) from unnest(youths) y)))
$$;
create function pg_temp.attempts(n int) returns text language sql as $$
  select string_agg(right(a.youth_id::text, 1) || ' ' || a.status, ', ' order by a.youth_id) from base.outreach_attempts a where a.batch_id = pg_temp.u(n)
$$;
create function pg_temp.chosen(day date default null) returns int[] language sql as $$
  select coalesce(array_agg(right(id::text, 2)::int order by id), '{}') from base.reachable_youths
  where channels && '{letter,sms,email}' and id not in (select base.paused_on(coalesce(day, base.today())))
$$;

-- What is written --------------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('outreach-batches:write');
select is(pg_temp.refusal($$select pg_temp.draft(70, '{"staff": ["anna", "anna"]}')$$), 'staff_not_distinct', 'the same twice');
select is(pg_temp.refusal($$select pg_temp.draft(70, '{"staff": []}')$$), 'staff_missing', 'somebody makes it');
select is(pg_temp.refusal($$select pg_temp.draft(70, '{"channel": "home_visit"}')$$), 'outreach_batches_channel_check', 'no visit in bulk');
select is(pg_temp.refusal($$select pg_temp.draft(70, '{"filter": []}')$$), 'outreach_batches_filter_check', 'a filter is an object');
select is(pg_temp.refusal($$insert into base.outreach_batches (name, channel, staff, districts) values ('x', 'letter', '{anna}', null)$$),
          'permission denied for table outreach_batches', 'nobody takes the limit of the token away');
select pg_temp.draft(70, '{"filter": {"assignedTo": "me"}}');
select is((select filter from api.outreach_batches), '{"assignedTo": "anna"}', 'me is the one who wrote it');

-- Whom it chooses --------------------------------------------------------------------------------------
select is(pg_temp.chosen(), '{1,6}', 'covered, and with an address: neither the protected, the preventive, the ended nor who has none');
select pg_temp.caller('outreach-batches:write protected:read preventive:read');
select is(pg_temp.chosen(), '{1,6}', 'the same for who sees everyone');
reset role;
update base.youths set phones = '{+46701740605}' where id = pg_temp.u(5);
update base.youths set email = 'eva@provpost.example', phones = '{+46701740606}' where id in (pg_temp.u(2), pg_temp.u(6));
select is((select string_agg(array_to_string(channels, '+'), ' ' order by id) from base.reachable_youths), 'letter sms letter+sms+email', 'each by what is known of them');

-- Its events ---------------------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('outreach-batches:write');
select is(pg_temp.moves(70, 'planned', '{}'), 'nobody-chosen', 'nobody is no batch');
select is(pg_temp.moves(70, 'planned', '{1,6}', '{"expectedCount": 3}'), 'count-changed', 'another count than the one seen');
select is(pg_temp.moves(70, 'planned', '{2,3,4,5}'), 'nobody-chosen', 'who is not reached gets no attempt, whoever names them');
select is(pg_temp.moves(70, 'sent'), 'transition-not-allowed', 'a draft is not sent');
select is((select status from api.outreach_batches where id = pg_temp.u(70)), 'draft', 'nothing came of it');
select is(pg_temp.attempts(70), null, 'for nobody');
select is(pg_temp.moves(70, 'planned', '{1,6}', '{"expectedCount": 2}'), 'done', 'planned');
select is(pg_temp.attempts(70), '1 planned, 6 planned', 'an attempt each');
select is(pg_temp.refusal(format('update edit.outreach_batches set name = ''x'' where id = %L', pg_temp.u(70))), 'batch-not-draft', 'a planned one is not changed');
select is(pg_temp.moves(70, 'sent', null, '{"at": "2026-09-21T10:00:00Z"}'), 'in-the-future', 'nor sent ahead of time');
select is(pg_temp.moves(70, 'sent', null, '{"at": "2026-09-20T09:00:00Z"}'), 'done', 'sent');
select is(pg_temp.attempts(70), '1 sent, 6 sent', 'with all that is in it');
select is((select array_agg(distinct attempted_at) from base.outreach_attempts), '{2026-09-20T09:00:00Z}'::timestamptz[], 'at that time');
select is((select array_agg(distinct step) from base.outreach_state where youth_id in (pg_temp.u(1), pg_temp.u(6)) and attempts = 1 and step <> 'letter')
          is not null, true, 'and the plan follows');
select is((select count(*)::int from base.events where resource = 'outreach-attempts' and type = 'sent' and details = '{}' and created_by = 'anna'), 2, 'each has it in its history');
select is(pg_temp.moves(70, 'cancelled'), 'transition-not-allowed', 'what was sent is not cancelled');
reset role;
select set_eq($$select action, subjects from base.access_log where resource = 'outreach-batches'$$,
  $$values ('plan', array[pg_temp.u(1), pg_temp.u(6)]), ('sent', array[pg_temp.u(1), pg_temp.u(6)])$$, 'whose data was written is in the log');

set local role kaa_service;
select pg_temp.draft(71);
select is(pg_temp.moves(71, 'planned', '{1,6}'), 'done', 'another');
select is(pg_temp.moves(71, 'cancelled'), 'done', 'which is cancelled');
select is(pg_temp.attempts(71), '1 cancelled, 6 cancelled', 'with all that is in it');
select is((select array_agg(distinct details ->> 'reason') from base.events where type = 'cancelled' and resource = 'outreach-attempts'), '{batch_cancelled}', 'and the reason');
reset role;

-- Pauses -------------------------------------------------------------------------------------------------
insert into base.outreach_pauses (municipality, youth_id, requested_by, evidence_reference, from_date, until_date) values
  ('9980', pg_temp.u(6), 'Socialtjänsten', 'S-1', '2026-09-25', '2026-09-30');
set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.chosen('2026-09-24'), '{1,5,6}', 'before a pause');
select is(pg_temp.chosen('2026-09-25'), '{1,5}', 'on its first day');
select is(pg_temp.chosen('2026-09-30'), '{1,5}', 'on its last day');
select is(pg_temp.chosen('2026-10-01'), '{1,5,6}', 'after it');
select pg_temp.draft(72);
select pg_temp.draft(73);
select is(pg_temp.moves(72, 'planned', '{1,6}'), 'done', 'planned before the pause');
select is(pg_temp.moves(73, 'planned', '{1,6}'), 'done', 'and another');
select pg_temp.caller('', at => '2026-09-26T10:00:00Z');
select is(pg_temp.moves(72, 'sent', null, '{"at": "2026-09-26T10:00:00Z"}'), 'done', 'and sent during it');
select is(pg_temp.attempts(72), '1 sent, 6 cancelled', 'the one who is paused gets none');
reset role;
update base.outreach_pauses set created_at = '2026-09-26T09:00:00Z';
set local role kaa_service;
select is(pg_temp.moves(73, 'sent', null, '{"at": "2026-09-26T08:00:00Z"}'), 'done', 'sent before anybody had entered the pause');
select is(pg_temp.attempts(73), '1 sent, 6 sent', 'has happened');
reset role;

-- Districts ------------------------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('', districts => '{00000000-0000-4000-8000-000000000777}');
select is((select count(*)::int from api.outreach_batches), 0, 'a token of one district sees no batch of all');
select pg_temp.draft(74);
select is((select array_agg("districtIds") from api.outreach_batches), array[array[pg_temp.u(777)]], 'its own is limited to it');
select pg_temp.caller('', districts => '{00000000-0000-4000-8000-000000000778}');
select is((select count(*)::int from api.outreach_batches), 0, 'another district''s token does not see it');
select pg_temp.caller('', districts => '{00000000-0000-4000-8000-000000000778,00000000-0000-4000-8000-000000000777}');
select is((select count(*)::int from api.outreach_batches), 1, 'one of both does');
select pg_temp.caller('', '9981');
select is((select count(*)::int from api.outreach_batches), 0, 'nor does another municipality');

-- Who becomes protected --------------------------------------------------------------------------------------
select pg_temp.caller('');
select pg_temp.draft(75);
select is(pg_temp.moves(75, 'planned', '{1,6}'), 'done', 'planned');
reset role;
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.u(1);
select is(pg_temp.attempts(75), '1 cancelled, 6 planned', 'who becomes protected gets nothing that was planned with others');
select is((select details ->> 'reason' from base.events e join base.outreach_attempts a on a.id = e.resource_id
           where a.batch_id = pg_temp.u(75)), 'protected_person', 'with the reason');
select is(pg_temp.attempts(73), '1 sent, 6 sent', 'what was sent stays');

-- Results --------------------------------------------------------------------------------------------------------
create function pg_temp.results(n int, type text, youths int[], more jsonb default '{}') returns text language sql as $$
  select string_agg(coalesce(d ->> 'status', d #>> '{problem,code}'), ' ' order by o)
  from base.take_results(pg_temp.u(n), (select jsonb_agg(jsonb_build_object('type', type, 'attemptId',
         coalesce((select a.id from base.outreach_attempts a where a.batch_id = pg_temp.u(n) and a.youth_id = pg_temp.u(y)), pg_temp.u(y))) || more order by i)
         from unnest(youths) with ordinality y(y, i))) r, jsonb_array_elements(r.body::jsonb -> 'data') with ordinality d(d, o)
$$;
set local role kaa_service;
select pg_temp.caller('', at => '2026-09-28T10:00:00Z');
select is(pg_temp.results(73, 'returned', '{1,6,50}'), 'not-found returned not-found', 'a hidden attempt is an absent one');
select is(pg_temp.results(73, 'returned', '{6}'), 'returned', 'told again, as before');
select is(pg_temp.results(73, 'returned', '{6}', '{"at": "2026-09-27T10:00:00Z"}'), 'transition-not-allowed', 'but not at another time');
select is((select count(*)::int from base.events where type = 'returned'), 1, 'it happened once');
select pg_temp.caller('protected:read', at => '2026-09-28T10:00:00Z');
select is(pg_temp.results(73, 'reached', '{6,1}'), 'transition-not-allowed reached', 'one that is refused does not stop the others');
select is(pg_temp.results(72, 'returned', '{1}', '{"at": "2026-09-25T10:00:00Z"}'), 'outcome-before-attempt', 'by a constraint''s name, too');
select is(pg_temp.results(72, 'returned', '{1}', '{"at": "2026-09-29T10:00:00Z"}'), 'in-the-future', 'not ahead of time');
select is(pg_temp.results(75, t, '{6}'), 'transition-not-allowed', t || ' is not told of what was not sent') from unnest(array['reached', 'reached_declined', 'returned']) t;
select is(pg_temp.attempts(75), '1 cancelled, 6 planned', 'which is still planned');
select is((select step from base.outreach_state where youth_id = pg_temp.u(1)), 'follow_up', 'the plan follows');
select is_empty(format('select 1 from base.take_results(%L, ''[]'')', pg_temp.u(999)), 'a batch that is not there');
select pg_temp.caller('', '9981');
select is_empty(format('select 1 from base.take_results(%L, ''[]'')', pg_temp.u(73)), 'nor for another municipality');
reset role;

select * from finish();
rollback;
