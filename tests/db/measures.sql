-- Measures: the documentation, its revisions, and how a measure begins and ends.
begin;
select no_plan();
\ir fixture.psql

insert into base.units (municipality, id, name, administration) values ('9980', pg_temp.u(11), 'Norr', 'labour_market'), ('9981', pg_temp.u(19), 'Söder', 'education');
set local role kaa_service;
select pg_temp.caller('');
create function pg_temp.offers(id int, youth int default 1, unit int default null, at text default '2026-09-11T10:00Z') returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.measures (id, "youthId", type, "unitId", "offeredAt") values (%L, %L, ''coaching'', %L, %L)',
                                pg_temp.u(id), pg_temp.u(youth), pg_temp.u(unit), at))
$$;
create function pg_temp.measure(id int) returns text language sql as $$
  select concat_ws(' ', status, "startDate", "endDate", "endReason", "occupationAfter") from api.measures m where m.id = pg_temp.u($1)
$$;
select is(pg_temp.offers(71, unit => 11), 'done', 'a measure is offered');
select is(pg_temp.offers(72, 2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.offers(72, 8), 'unknown-reference', 'an absent youth');
select is(pg_temp.offers(72, 9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.offers(72, unit => 12), 'measures_unit_id_fkey', 'an unknown unit');
select is(pg_temp.offers(72, unit => 19), 'measures_unit_id_fkey', 'one of another municipality');
select is(pg_temp.offers(72, at => '2026-09-21T10:00Z'), 'in-the-future', 'nothing was offered tomorrow');
select is(pg_temp.refusal($$insert into edit.measures ("youthId", type, "occupationAfter") values (pg_temp.u(1), 'coaching', 'work')$$),
          'occupation_after_without_end', 'no occupation after what has not ended');
select is(pg_temp.refusal($$insert into base.measures (youth_id, type, status, start_date) values (pg_temp.u(1), 'coaching', 'started', '2026-09-12')$$),
          'permission denied for table measures', 'the service writes a status by events alone');
select is(pg_temp.happens('measures', pg_temp.u(71), 'planned', '{"startDate": "2026-10-01"}'), 'done', 'it is planned');
select is(pg_temp.measure(71), 'planned 2026-10-01', 'with a day');
select is(pg_temp.happens('measures', pg_temp.u(71), 'started', '{"startDate": "2026-09-21"}'), 'in-the-future', 'it does not start in the future');
select is(pg_temp.happens('measures', pg_temp.u(71), 'started', '{"at": "2026-09-15T22:30:00Z"}'), 'done', 'it starts earlier than planned');
select is(pg_temp.measure(71), 'started 2026-09-16', 'on the day of the event in Sweden');
select is(pg_temp.happens('measures', pg_temp.u(71), 'ended'), 'end_reason_missing', 'it ends for a reason');
select is(pg_temp.happens('measures', pg_temp.u(71), 'ended', '{"endReason": "completed_goal_reached", "endDate": "2026-09-21"}'), 'in-the-future', 'not in the future');
select is(pg_temp.happens('measures', pg_temp.u(71), 'ended', '{"endReason": "completed_goal_reached", "endDate": "2026-09-15"}'), 'measure_ends_before_start', 'not before its start');
select is(pg_temp.happens('measures', pg_temp.u(71), 'ended', '{"endReason": "completed_goal_reached", "occupationAfter": "work"}'), 'done', 'it ends');
select is(pg_temp.measure(71), 'ended 2026-09-16 2026-09-20 completed_goal_reached work', 'today');
update edit.measures set "occupationAfter" = 'komvux', "followUpDates" = null where id = pg_temp.u(71);
select is(pg_temp.measure(71), 'ended 2026-09-16 2026-09-20 completed_goal_reached komvux', 'what is learnt afterwards is added');
select results_eq($$select revision, status, "occupationAfter" from api.measure_revisions where "measureId" = pg_temp.u(71) order by revision$$,
  $$values (1::bigint, 'offered', null), (2, 'planned', null), (3, 'started', null), (4, 'ended', 'work'), (5, 'ended', 'komvux')$$, 'every revision is kept');
select is(pg_temp.refusal($$update base.measure_revisions set revision = 9$$), 'permission denied for table measure_revisions', 'as it was');
select is(pg_temp.refusal($$update base.measures set end_date = null where id = pg_temp.u(71)$$), 'done', 'an end without a day gets that of the event');
select pg_temp.caller('', '9981');
select is((select count(*) from api.measures)::int + (select count(*) from api.measure_revisions)::int, 0, 'another municipality sees nothing');
select is(pg_temp.happens('measures', pg_temp.u(71), 'ended'), 'not-found', 'and moves nothing');
reset role;
select pg_temp.caller('');
select is(pg_temp.refusal($$insert into base.measures (youth_id, type, status) values (pg_temp.u(1), 'coaching', 'started')$$), 'start_date_missing', 'what has started has a day');
select is(pg_temp.refusal($$insert into base.measures (youth_id, type, end_date) values (pg_temp.u(1), 'coaching', '2026-09-12')$$), 'end_date_with_status', 'what has not ended has none');
select is(pg_temp.refusal($$insert into base.measures (youth_id, type, end_reason) values (pg_temp.u(1), 'coaching', 'left_target_group')$$), 'end_reason_missing', 'nor a reason');

-- Units over time: as of the row's own days, and what was right when it was written stays ----------------
insert into base.units (municipality, id, name, administration, valid_from, valid_to) values
  ('9980', pg_temp.u(13), 'Nedlagd', 'labour_market', '2020-01-01', '2026-09-15'), ('9980', pg_temp.u(14), 'Ny', 'labour_market', '2026-10-01', null);
set local role kaa_service;
select is(pg_temp.offers(81, unit => 13), 'unit-not-in-force', 'a unit that is no more takes on nothing');
select is(pg_temp.offers(81, unit => 14), 'unit-not-in-force', 'nor one that is yet to come');
select is(pg_temp.refusal($$insert into edit.measures (id, "youthId", type, "unitId", "startDate") values (pg_temp.u(81), pg_temp.u(6), 'coaching', pg_temp.u(14), '2026-10-01')$$),
          'done', 'but what begins when it is there');
select is(pg_temp.refusal($$update edit.measures set "unitId" = pg_temp.u(13) where id = pg_temp.u(81)$$), 'unit-not-in-force', 'it is not given to a retired one either');
select is(pg_temp.offers(82, 6, 11), 'done', 'a unit of today');
reset role;
update base.units set valid_to = '2026-09-16' where id = pg_temp.u(11);
set local role kaa_service;
select is(pg_temp.refusal($$update edit.measures set goal = 'Praktik' where id = pg_temp.u(82)$$), 'done', 'retired since: what names it is worked on');

-- Follow-up ---------------------------------------------------------------------------------------------
create function pg_temp.due(id int) returns date language sql as $$select "nextFollowUp" from api.measures m where m.id = pg_temp.u($1)$$;
select is(pg_temp.due(82), null, 'without days none is due');
update edit.measures set "followUpDates" = '{2026-12-01,2026-09-10,2026-10-15}' where id = pg_temp.u(82);
select is(pg_temp.due(82), '2026-09-10', 'the first one is due, though it has passed');
select is(pg_temp.refusal($$update edit.measures set "followedUpOn" = '2026-09-21' where id = pg_temp.u(82)$$), 'in-the-future', 'none was held tomorrow');
update edit.measures set "followedUpOn" = '2026-09-12' where id = pg_temp.u(82);
select is(pg_temp.due(82), '2026-10-15', 'when it has been held, the next');
select pg_temp.happens('measures', pg_temp.u(82), 'planned');
select pg_temp.happens('measures', pg_temp.u(82), 'started', '{"startDate": "2026-09-12"}');
select is(pg_temp.due(82), '2026-10-15', 'while it goes on');
select is(pg_temp.refusal($$update base.measures set next_follow_up = '2030-01-01' where id = pg_temp.u(82)$$), 'permission denied for table measures', 'nobody sets it');
select pg_temp.happens('measures', pg_temp.u(82), 'ended', '{"endReason": "completed_goal_reached"}');
select is(pg_temp.due(82), null, 'and no longer');
select pg_temp.offers(83, 6);
update edit.measures set "followUpDates" = '{2026-10-01}' where id = pg_temp.u(83);
select is(pg_temp.due(83), '2026-10-01', 'an offer is followed up');
select pg_temp.happens('measures', pg_temp.u(83), 'declined');
select is(pg_temp.due(83), null, 'until it is declined');
reset role;

-- The end of the registration ---------------------------------------------------------------------------
select pg_temp.offers(n) from unnest(array[72, 73, 74]) n;
select pg_temp.happens('measures', pg_temp.u(73), 'planned', '{"startDate": "2026-10-01"}');
select pg_temp.happens('measures', pg_temp.u(74), 'started', '{"startDate": "2026-09-12"}');
select pg_temp.offers(75, 6);
update base.registrations set status = 'ended', end_date = '2026-09-18', exit_reason = 'national_programme' where youth_id = pg_temp.u(1);
select is(pg_temp.measure(72), 'cancelled', 'what was offered is cancelled');
select is(pg_temp.measure(73), 'cancelled 2026-10-01', 'what was planned too');
select is(pg_temp.measure(74), 'ended 2026-09-12 2026-09-18 left_target_group', 'what had started ends that day');
select is(pg_temp.measure(71), 'ended 2026-09-16 2026-09-20 completed_goal_reached komvux', 'what had ended stays');
select is(pg_temp.measure(75), 'offered', 'another youth''s stays');
insert into base.registrations (municipality, youth_id, start_date, reason) values ('9980', pg_temp.u(1), '2026-09-19', 'dropout');
select pg_temp.offers(76);
update base.registrations set end_date = '2026-09-17' where youth_id = pg_temp.u(1) and status = 'ended';
select is(pg_temp.measure(76), 'offered', 'a corrected day of an earlier end ends nothing');
select is((select array_agg(type || ' ' || actor) from base.events where resource_id = pg_temp.u(74) and actor <> 'staff'), '{"ended system"}', 'with an event');

select * from finish();
rollback;
