-- Outreach attempts and the work list: what is refused, what never changes, and what the next step is.
begin;
select no_plan();
\ir fixture.psql

-- Attempts -----------------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('outreach-attempts:write');
create function pg_temp.try(youth int, channel text, staff text, more text default '') returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.outreach_attempts ("youthId", channel, staff%s) values (%L, %L, %L%s)',
    case when more = '' then '' else ', ' || split_part(more, '=', 1) end, pg_temp.u(youth), channel, staff,
    case when more = '' then '' else ', ' || quote_literal(split_part(more, '=', 2)) end))
$$;
select is(pg_temp.try(1, 'home_visit', '{anna}'), 'two_staff_at_home_visit', 'a home visit takes two');
select is(pg_temp.try(1, 'home_visit', '{anna,anna}'), 'staff_not_distinct', 'the same twice is not two');
select is(pg_temp.try(1, 'home_visit', '{anna," anna "}'), 'staff_missing', 'nor with blanks around the name');
select is(pg_temp.try(1, 'home_visit', array['anna', E'anna\u00a0']::text), 'staff_missing', 'nor with a blank that looks like none');
select is(pg_temp.try(1, 'home_visit', array['anna', E'anna\u200b']::text), 'staff_missing', 'nor with one that is not seen at all');
select is(pg_temp.try(1, 'phone', '{}'), 'staff_missing', 'somebody makes it');
select is(pg_temp.try(1, 'phone', '{" "}'), 'staff_missing', 'a blank is nobody');
select is(pg_temp.try(1, 'phone', '{anna,NULL}'), 'staff_missing', 'null is nobody');
select is(pg_temp.try(1, 'letter', '{anna}', '"announcedVisitAt"=2026-10-01T10:00Z'), 'announced_visit_only_on_door_card',
          'only a door card announces a visit');
select is(pg_temp.try(1, 'door_card', '{anna}', '"announcedVisitAt"=2026-10-01T10:00Z'), 'done', 'a door card does');
select is(pg_temp.try(1, 'home_visit', '{anna,bertil}'), 'done', 'two different staff may visit');
select is(pg_temp.try(3, 'phone', '{anna}'), 'not-covered', 'one without open registration is not sought out');
select is(pg_temp.try(2, 'phone', '{anna}'), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.try(8, 'phone', '{anna}'), 'unknown-reference', 'an absent youth');
select is(pg_temp.try(9, 'phone', '{anna}'), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.try(4, 'phone', '{anna}'), 'unknown-reference', 'preventive work is hidden without its scope');
select is(pg_temp.try(5, 'letter', '{anna}'), 'no-usable-address', 'no letter without an address');
select is(pg_temp.try(5, 'phone', '{anna}'), 'done', 'but a call');
select pg_temp.caller('protected:read preventive:read');
select is(pg_temp.try(2, 'letter', '{anna}'), 'no-usable-address', 'no letter to protected registration');
select is(pg_temp.try(2, 'door_card', '{anna}'), 'no-usable-address', 'no door card');
select is(pg_temp.try(2, 'home_visit', '{anna,bo}'), 'no-usable-address', 'no visit');
select is(pg_temp.try(2, 'phone', '{anna}'), 'done', 'but a call');
select is(pg_temp.try(4, 'phone', '{anna}'), 'done', 'preventive work has attempts');
select is(pg_temp.refusal($$insert into base.outreach_attempts (youth_id, channel, staff, status, attempted_at)
  values (pg_temp.u(1), 'phone', '{anna}', 'reached', base.now())$$), 'permission denied for table outreach_attempts',
  'the service cannot write a status but through an event');
reset role;
select is(pg_temp.refusal($$insert into base.outreach_attempts (youth_id, channel, staff, status) values (pg_temp.u(1), 'phone', '{anna}', 'sent')$$),
  'attempted_at_with_status', 'what was made has its time');
select is(pg_temp.refusal($$insert into base.outreach_attempts (youth_id, channel, staff, status, attempted_at, outcome_at)
  values (pg_temp.u(1), 'phone', '{anna}', 'returned', '2026-09-12', '2026-09-11')$$), 'outcome_before_attempt', 'no outcome before the attempt');
select is(pg_temp.refusal($$insert into base.outreach_attempts (youth_id, channel, staff, status) values (pg_temp.u(1), 'phone', '{anna}', 'voided')$$),
  'void_reason_missing', 'voiding has a reason');
delete from base.outreach_attempts;

set local role kaa_service;
select pg_temp.caller('');
insert into edit.outreach_attempts (id, "youthId", channel, staff) values (pg_temp.u(50), pg_temp.u(1), 'letter', '{anna}');
update edit.outreach_attempts set note = 'Port 3', staff = '{bo}' where id = pg_temp.u(50);
select is((select note from api.outreach_attempts where id = pg_temp.u(50)), 'Port 3', 'a planned attempt can be changed');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'sent', '{"at": "2026-09-21T10:00:00Z"}'), 'in-the-future', 'no fact from the future');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'sent', '{"at": "2026-09-12T10:00:00Z"}'), 'done', 'it is sent');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'reached', '{"at": "2026-09-11T10:00:00Z"}'), 'outcome_before_attempt', 'no answer before the letter');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'reached', '{"at": "2026-09-18T10:00:00Z"}'), 'done', 'it is answered');
select is((select array["attemptedAt", "outcomeAt"] from api.outreach_attempts where id = pg_temp.u(50)),
          '{2026-09-12T10:00Z,2026-09-18T10:00Z}'::timestamptz[], 'the answer does not move the attempt');
select is(pg_temp.refusal($$update edit.outreach_attempts set note = 'x' where id = pg_temp.u(50)$$), 'facts-are-fixed', 'facts do not change');
select is(pg_temp.refusal($$update edit.outreach_attempts set staff = '{eva}' where id = pg_temp.u(50)$$), 'facts-are-fixed', 'nor who made it');
select is(pg_temp.refusal($$update base.outreach_attempts set attempted_at = '2026-09-01' where id = pg_temp.u(50)$$), 'facts-are-fixed', 'nor when');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'voided'), 'void_reason_missing', 'no voiding without a reason');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'voided', '{"reason": "Fel ungdom"}'), 'done', 'an error is voided');
select is((select "attemptedAt" from api.outreach_attempts where id = pg_temp.u(50)), '2026-09-12T10:00Z', 'and stays as it was');
select is(pg_temp.refusal($$delete from base.outreach_attempts$$), 'permission denied for table outreach_attempts', 'nothing is deleted');
select pg_temp.caller('', '9981');
select is((select count(*) from api.outreach_attempts)::int, 0, 'another municipality sees nothing');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(50), 'voided', '{"reason": "x"}'), 'not-found', 'and changes nothing');
reset role;
delete from base.events where resource = 'outreach-attempts';
delete from base.outreach_attempts;

-- Door cards, visits and what they announce -----------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('');
-- Plans an attempt with the members and makes it; what refuses it, or 'done'.
create function pg_temp.make(id int, channel text, event text, at timestamptz, more jsonb default '{}', youth int default 1) returns text
language plpgsql as $$
declare
  planned text := pg_temp.plan_it(id, channel, more, youth);
begin
  return case when planned <> 'done' then planned
              else pg_temp.happens('outreach-attempts', pg_temp.u(id), event, jsonb_build_object('at', at)) end;
end $$;
create function pg_temp.plan_it(id int, channel text, more jsonb default '{}', youth int default 1) returns text language sql as $$
  select pg_temp.refusal(format($f$
    insert into edit.outreach_attempts (id, "youthId", purpose, channel, staff, "plannedAt", "announcedVisitAt", "unannouncedReason",
      "safetyNoticeAcknowledged")
    select id, "youthId", coalesce(purpose, 'outreach'), channel, staff, "plannedAt", "announcedVisitAt", "unannouncedReason",
      "safetyNoticeAcknowledged" from jsonb_populate_record(null::edit.outreach_attempts, %L)$f$,
    jsonb_build_object('id', pg_temp.u(id), 'youthId', pg_temp.u(youth), 'channel', channel, 'staff', '["anna", "bo"]'::jsonb) || more))
$$;
select is(pg_temp.make(60, 'door_card', 'sent', '2026-09-12T10:00Z'), 'door_card_announces_visit', 'a door card says when the visit is');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(60), 'cancelled'), 'done', 'one that says nothing can be cancelled');
select is(pg_temp.make(61, 'home_visit', 'no_answer', '2026-09-18T10:00Z'), 'visit-not-announced', 'no visit out of the blue');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(61), 'cancelled'), 'done', 'it can be cancelled');
select is(pg_temp.make(62, 'home_visit', 'no_answer', '2026-09-18T10:00Z', '{"unannouncedReason": "Bad om det"}'), 'done', 'unless a reason is stated');
select is(pg_temp.plan_it(63, 'phone', '{"unannouncedReason": "x"}'), 'unannounced_reason_only_at_home_visit', 'which only a visit has');
select is(pg_temp.refusal($$update edit.outreach_attempts set "unannouncedReason" = 'Annat' where id = pg_temp.u(62)$$), 'facts-are-fixed', 'and does not change');
select is(pg_temp.make(64, 'door_card', 'sent', '2026-09-01T22:30Z', '{"announcedVisitAt": "2026-09-15T22:30Z"}'), 'done', 'left on the 2nd in Sweden, for the 16th');
select is(pg_temp.make(65, 'home_visit', 'no_answer', '2026-09-16T10:00Z'), 'done', '14 days after the card, on the announced day');
select is(pg_temp.make(66, 'home_visit', 'no_answer', '2026-09-15T10:00Z'), 'visit-not-announced', 'not the day before it');
select is(pg_temp.make(67, 'home_visit', 'no_answer', '2026-09-17T10:00Z'), 'visit-not-announced', 'not the day after it');
select is(pg_temp.make(68, 'door_card', 'sent', '2026-09-01T21:30Z', '{"announcedVisitAt": "2026-09-17T10:00Z"}'), 'done', 'a card left more than 14 days before');
select is(pg_temp.make(69, 'home_visit', 'no_answer', '2026-09-17T10:00Z'), 'visit-not-announced', 'does not do');
select is(pg_temp.make(70, 'door_card', 'sent', '2026-09-15T10:00Z', '{"announcedVisitAt": "2026-09-18T10:00Z"}'), 'done', 'one left 3 days before');
select is(pg_temp.make(71, 'home_visit', 'no_answer', '2026-09-18T06:00Z'), 'done', 'does');
select is(pg_temp.make(72, 'door_card', 'sent', '2026-09-16T10:00Z', '{"announcedVisitAt": "2026-09-17T10:00Z"}'), 'done', 'one left the day before');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(67), 'no_answer', '{"at": "2026-09-17T10:00Z"}'), 'visit-not-announced', 'does not');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(70), 'voided', '{"reason": "x"}'), 'done', 'one that was an error');
select is(pg_temp.make(73, 'home_visit', 'no_answer', '2026-09-18T06:00Z'), 'visit-not-announced', 'announces nothing');
select is(pg_temp.plan_it(74, 'door_card', '{"announcedVisitAt": "2026-09-19T06:00Z"}', 6), 'done', 'nor does one that is planned');
select is(pg_temp.make(75, 'home_visit', 'no_answer', '2026-09-19T06:00Z', youth => 6), 'visit-not-announced', 'and not been left');
reset role;
update base.municipalities set policy = '{"visitNoticeMin": "P1D"}' where municipality = '9980';
set local role kaa_service;
select is(pg_temp.happens('outreach-attempts', pg_temp.u(67), 'no_answer', '{"at": "2026-09-17T10:00Z"}'), 'done', 'how long before is policy');
select is(pg_temp.refusal($$update edit.outreach_attempts set "unannouncedReason" = 'Annat' where id = pg_temp.u(73)$$), 'done', 'a visit that is planned can be given a reason');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(73), 'no_answer', '{"at": "2026-09-18T06:00Z"}'), 'done', 'and is made');
reset role;
update base.municipalities set policy = '{}' where municipality = '9980';
-- the card was left for a duplicate, before the merger
insert into base.youths (municipality, id, given_name, family_name, address, status, merged_into)
values ('9980', pg_temp.u(7), 'Alva', 'Ek', '{"street": "Storgatan 1"}', 'ended', pg_temp.u(6));
set local session_replication_role = replica;
insert into base.outreach_attempts (youth_id, channel, staff, status, attempted_at, announced_visit_at)
values (pg_temp.u(7), 'door_card', '{anna}', 'sent', '2026-09-12T10:00Z', '2026-09-19T10:00Z');
set local session_replication_role = origin;
set local role kaa_service;
select is(pg_temp.happens('outreach-attempts', pg_temp.u(75), 'no_answer', '{"at": "2026-09-19T06:00Z"}'), 'done', 'a card to the duplicate of a merger announces');

-- Who answers is sought no more --------------------------------------------------------------------
select pg_temp.plan_it(80, 'letter'), pg_temp.plan_it(81, 'phone', '{"purpose": "follow_up"}'), pg_temp.plan_it(82, 'sms'),
       pg_temp.plan_it(83, 'letter', '{"purpose": "turning_20"}'), pg_temp.plan_it(84, 'phone', youth => 5);
select is(pg_temp.make(85, 'phone', 'no_answer', '2026-09-19T10:00Z'), 'done', 'a call that nobody takes');
select is((select array_agg(status order by id) from api.outreach_attempts where id in (pg_temp.u(80), pg_temp.u(82))), '{planned,planned}', 'cancels nothing');
select is(pg_temp.make(86, 'meeting', 'reached_declined', '2026-09-19T11:00Z', '{"purpose": "follow_up"}'), 'done', 'who is reached and declines');
select is((select array_agg(status order by id) from api.outreach_attempts where id between pg_temp.u(80) and pg_temp.u(84)),
          '{cancelled,planned,cancelled,planned,planned}', 'gets no further letter; other purposes and other youths stay');
select is((select details ->> 'reason' from base.events where resource_id = pg_temp.u(82)), 'reached', 'with the reason in its history');
select is(pg_temp.make(87, 'phone', 'reached', '2026-09-19T12:00Z'), 'done', 'a plan made afterwards is made');
select is((select status from api.outreach_attempts where id = pg_temp.u(87)), 'reached', 'and is not its own hindrance');

-- Safety notices -----------------------------------------------------------------------------------
reset role;
insert into base.safety_notices (municipality, id, youth_id, measures, valid_until) values ('9980', pg_temp.u(91), pg_temp.u(6), 'Minst tre, aldrig ensam', '2026-09-20');
set local role kaa_service;
select is(pg_temp.plan_it(92, channel, youth => 6), 'safety-notice-not-acknowledged', format('%s: the notice is read when it is planned', channel))
from unnest('{door_card,home_visit,meeting}'::text[]) channel;
select is(pg_temp.plan_it(92, 'home_visit', '{"safetyNoticeAcknowledged": false}', 6), 'safety-notice-not-acknowledged', 'no is not yes');
select is(pg_temp.plan_it(92, 'phone', youth => 6), 'done', 'a call needs none');
select is(pg_temp.plan_it(93, 'meeting'), 'done', 'nor another youth');
select is(pg_temp.plan_it(94, 'home_visit', '{"safetyNoticeAcknowledged": true, "unannouncedReason": "x"}', 6), 'done', 'who has read it may plan');
select is(pg_temp.refusal($$update edit.outreach_attempts set "safetyNoticeAcknowledged" = null where id = pg_temp.u(94)$$), 'done', 'who takes it back');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(94), 'no_answer', '{"at": "2026-09-20T09:00Z"}'), 'safety-notice-not-acknowledged', 'cannot make it');
update edit.outreach_attempts set "safetyNoticeAcknowledged" = true where id = pg_temp.u(94);
reset role;
insert into base.safety_notices (municipality, id, youth_id, measures, valid_until) values ('9980', pg_temp.u(90), pg_temp.u(6), 'Inte efter mörkrets inbrott', '2026-09-20');
set local role kaa_service;
select is(pg_temp.happens('outreach-attempts', pg_temp.u(94), 'no_answer', '{"at": "2026-09-20T09:00Z"}'), 'safety-notice-not-acknowledged', 'a new notice is to be read, too');
select is(pg_temp.refusal($$update edit.outreach_attempts set "safetyNoticeAcknowledged" = true where id = pg_temp.u(94)$$), 'done', 'who has');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(94), 'no_answer', '{"at": "2026-09-20T09:00Z"}'), 'done', 'makes it');
select pg_temp.caller('', at => '2026-09-20T22:00:00Z');
select is(pg_temp.plan_it(95, 'home_visit', youth => 6), 'done', 'the day after its last the notice binds nobody');
reset role;
set local session_replication_role = replica;
insert into base.safety_notices (municipality, id, youth_id, measures, valid_until) values ('9980', pg_temp.u(96), pg_temp.u(7), 'Aldrig ensam', '2026-12-01');
set local session_replication_role = origin;
set local role kaa_service;
select is(pg_temp.happens('outreach-attempts', pg_temp.u(95), 'no_answer'), 'safety-notice-not-acknowledged',
          'one that came after the plan, of the duplicate of a merger: when it is made');
reset role;
update base.safety_notices set status = 'ended', ended_at = base.now() where id = pg_temp.u(96);
set local role kaa_service;
select is(pg_temp.happens('outreach-attempts', pg_temp.u(95), 'no_answer'), 'visit-not-announced', 'one that has ended binds nobody');

-- Pauses -------------------------------------------------------------------------------------------
-- Of 06, entered at noon on the 20th: from the 20th to the 25th, and from the 1st to the 2nd.
reset role;
select pg_temp.caller('');
set local session_replication_role = replica;
insert into base.outreach_pauses (id, created_at, youth_id, requested_by, evidence_reference, from_date, until_date) values
  (pg_temp.u(97), '2026-09-20T10:00Z', pg_temp.u(6), 'Socialtjänsten', 'x', '2026-09-20', '2026-09-25'),
  (pg_temp.u(98), '2026-09-20T10:00Z', pg_temp.u(7), 'Socialtjänsten', 'x', '2026-10-01', '2026-10-02');
set local session_replication_role = origin;
set local role kaa_service;
select pg_temp.caller('', at => '2026-09-20T10:00:00Z');
select is(pg_temp.plan_it(100, 'phone', youth => 6), 'outreach-paused', 'none is planned while a pause holds');
select is(pg_temp.plan_it(101, 'phone'), 'done', 'of another youth nothing is held');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(92), 'no_answer', '{"at": "2026-09-20T10:00:00Z"}'), 'outreach-paused', 'none is made');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(92), 'no_answer', '{"at": "2026-09-20T09:59:59Z"}'), 'done',
          'what was made before it had been entered can be told');
select is(pg_temp.plan_it(100, 'own_initiative', youth => 6), 'done', 'but who comes unprompted is met');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(100), 'reached', '{"at": "2026-09-20T10:00:00Z"}'), 'done', 'and is reached');
select pg_temp.caller('', at => '2026-09-26T10:00:00Z');
select is(pg_temp.plan_it(102, 'phone', youth => 6), 'done', 'the day after the pause one is planned');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(102), 'no_answer', '{"at": "2026-09-25T21:59:59Z"}'), 'outreach-paused', 'not made on its last day');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(102), 'no_answer', '{"at": "2026-09-25T22:00:00Z"}'), 'done', 'but on the day after');
select is(pg_temp.plan_it(103, 'phone', '{"plannedAt": "2026-10-01T08:00Z"}', 6), 'outreach-paused', 'nor is one planned for a day that will be held');
select is(pg_temp.plan_it(103, 'phone', '{"plannedAt": "2026-09-30T08:00Z"}', 6), 'done', 'but for the day before');
select is(pg_temp.refusal($$update edit.outreach_attempts set "plannedAt" = '2026-10-02T08:00Z' where id = pg_temp.u(103)$$), 'outreach-paused', 'and not moved there');
select is(pg_temp.refusal($$update edit.outreach_attempts set "plannedAt" = '2026-10-02T22:00Z', note = 'x' where id = pg_temp.u(103)$$), 'done', 'but past it');
select is(pg_temp.make(104, 'letter', 'sent', '2026-09-26T09:00Z', youth => 6), 'done', 'a letter that is out');
select pg_temp.caller('', at => '2026-10-01T10:00:00Z');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(104), 'reached'), 'done', 'is answered during a pause');
select pg_temp.caller('', at => '2026-09-20T10:00:00Z');
reset role;
delete from base.events where resource = 'outreach-attempts';
delete from base.outreach_attempts;
delete from base.outreach_pauses;
delete from base.safety_notices;
update base.youths set merged_into = null where id = pg_temp.u(7);

-- The work list --------------------------------------------------------------------------------------
select is(base.letter_due('2026-08-20', '09-15', 'P1M'), '2026-09-15', 'the mass mailing within a month is waited for');
select is(base.letter_due('2026-08-15', '09-15', 'P1M'), '2026-09-15', 'also when it comes on the last day');
select is(base.letter_due('2026-08-14', '09-15', 'P1M'), '2026-08-14', 'a day more and the letter is due at once');
select is(base.letter_due('2026-09-15', '09-15', 'P1M'), '2026-09-15', 'the day itself');
select is(base.letter_due('2026-09-16', '09-15', 'P1M'), '2026-09-16', 'the day after');
select is(base.letter_due('2026-12-20', '01-10', 'P1M'), '2027-01-10', 'over the turn of the year');
select is(base.letter_due('2026-02-20', '02-29', 'P1M'), '2026-03-01', '29 February in a common year');

create function pg_temp.plan(youth int) returns text language sql as $$
  select concat_ws(' ', step, why, due_date, nullif(overdue_after, 'infinity'), attempts, to_char(first_contact_at at time zone 'UTC', 'MM-DD'))
  from base.outreach_state where municipality = '9980' and youth_id = pg_temp.u(youth) and step is not null
$$;
-- What was deleted above went by no trigger of the list.
select base.replan(array(select y.id from base.youths y));
select is(pg_temp.plan(1), 'letter mass_letter 2026-09-15 2026-10-10 0', 'registered before the mass mailing');
select is(pg_temp.plan(2), 'manual_contact protected_registration 2026-09-10 2026-10-10 0', 'protected registration: by hand');
select is(pg_temp.plan(5), 'manual_contact no_address 2026-09-10 2026-10-10 0', 'no address: by hand');
select is(pg_temp.plan(3), null, 'no registration, no row');
select is(pg_temp.plan(4), null, 'preventive work is not the ladder');
set local role kaa_service;
select pg_temp.caller('', at => '2026-10-10T10:00:00Z');
select is((select count(*) from api.outreach_plan where overdue)::int, 0, 'on the last day nothing is overdue');
select pg_temp.caller('', at => '2026-10-11T10:00:00Z');
select is((select array_agg(id order by id) from api.outreach_plan where overdue), array[pg_temp.u(1), pg_temp.u(5), pg_temp.u(6)],
          'the day after it is, and the protected are not shown');
select pg_temp.caller('protected:read', at => '2026-10-11T10:00:00Z');
select is((select count(*) from api.outreach_plan where overdue)::int, 4, 'with protected:read they are');
select pg_temp.caller('', '9981');
select is((select count(*) from api.outreach_plan)::int, 0, 'another municipality has an empty list');
select pg_temp.caller('', districts => '{00000000-0000-4000-8000-000000000777}');
select is((select count(*) from api.outreach_plan)::int, 0, 'a token of another district has an empty list');
select is(pg_temp.refusal($$update base.outreach_state set step = 'phone'$$), 'permission denied for table outreach_state', 'the list is kept by the database alone');
select is(pg_temp.refusal($$select base.replan(array[pg_temp.u(1)])$$), 'permission denied for function replan', 'and replanned by it alone');

select pg_temp.caller('');
insert into edit.outreach_attempts (id, "youthId", channel, staff, "plannedAt") values (pg_temp.u(51), pg_temp.u(1), 'letter', '{anna}', '2026-09-15T10:00Z');
select is(pg_temp.plan(1), 'letter mass_letter 2026-09-15 2026-10-10 0', 'a plan is no attempt');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(51), 'sent', '{"at": "2026-09-15T10:00:00Z"}'), 'done', 'the letter goes out');
select is(pg_temp.plan(1), 'further_letter no_phone 2026-09-22 2026-09-22 1 09-15', 'without a number the further letter is next');
update edit.youths set phones = '{+46701740605}' where id = pg_temp.u(1);
select is(pg_temp.plan(1), 'phone letter_sent 2026-09-25 2026-09-25 1 09-15', 'with one the phone, ten days later');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(51), 'voided', '{"reason": "x"}'), 'done', 'it was an error');
select is(pg_temp.plan(1), 'letter mass_letter 2026-09-15 2026-10-10 0', 'so the letter is due again');
insert into edit.outreach_attempts (id, "youthId", channel, staff) values (pg_temp.u(52), pg_temp.u(1), 'phone', '{anna}');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(52), 'reached', '{"at": "2026-09-16T10:00:00Z"}'), 'done', 'reached by phone');
select is(pg_temp.plan(1), 'follow_up reached 1 09-16', 'follow-up without a day');
insert into edit.occupations ("youthId", code, "from", "reviewDate") values (pg_temp.u(1), 'work', '2026-09-16', '2026-12-01');
select is(pg_temp.plan(1), 'follow_up reached 2026-12-01 2026-12-01 1 09-16', 'then on the review date');
reset role;
select pg_temp.caller('');

update base.youths set contact_address = '{"street": "Sommarvägen 1"}' where id = pg_temp.u(5);
select is(pg_temp.plan(5), 'letter mass_letter 2026-09-15 2026-10-10 0', 'an address brings the letter back');
insert into base.outreach_attempts (id, youth_id, channel, staff) values (pg_temp.u(53), pg_temp.u(5), 'letter', '{anna}'),
  (pg_temp.u(54), pg_temp.u(5), 'phone', '{anna}');
update base.youths set protection = 'protected_registration', address = null, contact_address = null where id = pg_temp.u(5);
select is(pg_temp.refusal(format('update base.youths set contact_address = ''{"street": "Sommarvägen 1"}'' where id = %L', pg_temp.u(5))),
          'protected_address_only_forwarding', 'no other address is kept under protected registration');
select is(pg_temp.plan(5), 'manual_contact protected_registration 2026-09-10 2026-10-10 0', 'protection takes it away');
select is((select array_agg(status order by id) from base.outreach_attempts where youth_id = pg_temp.u(5)), '{cancelled,planned}',
          'and what was planned to the address');

update base.municipalities set policy = '{"massLetterDate": "09-20"}' where municipality = '9980';
select is(pg_temp.plan(6), 'letter mass_letter 2026-09-20 2026-10-10 0', 'a new policy moves the days');
create temp table before_it as select youth_id, xmin::text || ctid::text as x from base.outreach_state;
select pg_temp.caller('', at => '2026-09-21T10:00:00Z');
select base.replan(array(select youth_id from base.outreach_state));
select is_empty($$select 1 from base.outreach_state s join before_it b using (youth_id) where s.xmin::text || s.ctid::text <> b.x$$,
                'a row that does not change is not written');

update base.registrations set status = 'ended', end_date = '2026-09-20', exit_reason = 'moved' where youth_id = pg_temp.u(5);
select is(pg_temp.plan(5), null, 'with the registration the row goes');
select is((select array_agg(status order by id) from base.outreach_attempts where youth_id = pg_temp.u(5)), '{cancelled,cancelled}',
          'and what was planned');
select is((select details ->> 'reason' from base.events where resource_id = pg_temp.u(54)), 'left_target_group', 'with the reason in its history');
insert into base.registrations (municipality, youth_id, start_date, reason) values ('9980', pg_temp.u(3), '2026-09-21', 'dropout');
select is(pg_temp.plan(3), 'letter registered 2026-09-21 2026-10-21 0', 'after the mass mailing the letter is due at once');
update base.registrations set status = 'ended', end_date = '2026-09-21', exit_reason = 'moved' where youth_id = pg_temp.u(1);
insert into base.registrations (municipality, youth_id, start_date, reason) values ('9980', pg_temp.u(1), '2026-09-21', 'dropout');
select is(pg_temp.plan(1), 'letter registered 2026-09-21 2026-10-21 0', 'who returns begins anew');

create function pg_temp.informed() returns boolean language sql as $$
  select "informedOfTurningTwenty" from api.youth_keys where id = pg_temp.u(1)
$$;
insert into base.outreach_attempts (id, youth_id, purpose, channel, staff) values (pg_temp.u(57), pg_temp.u(1), 'turning_20', 'letter', '{anna}');
select is(pg_temp.informed(), false, 'a letter before the 20th birthday that is only planned informs nobody');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(57), 'sent'), 'done', 'it is sent');
select is(pg_temp.informed(), true, 'then the youth is informed');
select is(pg_temp.plan(1), 'letter registered 2026-09-21 2026-10-21 0', 'it is no step of the ladder, and no attempt of outreach');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(57), 'reached'), 'done', 'it is answered');
select is(pg_temp.plan(1), 'follow_up reached 2026-12-01 2026-12-01 0', 'who answers it is reached');
select is(pg_temp.happens('outreach-attempts', pg_temp.u(57), 'voided', '{"reason": "x"}'), 'done', 'it was an error');
select is(pg_temp.informed(), false, 'and told nobody');
insert into base.outreach_pauses (youth_id, requested_by, evidence_reference, from_date, until_date)
values (pg_temp.u(1), 'Socialtjänsten', 'S-1', '2026-09-21', '2026-09-30');
select is(pg_temp.plan(1), 'paused pause 2026-10-01 2026-10-01 0', 'a pause that begins today holds at once');
update base.municipalities set policy = policy || '{"functionsOff": ["outreach-pauses"]}' where municipality = '9980';
select is(pg_temp.plan(1), 'letter registered 2026-09-21 2026-10-21 0', 'pauses that the municipality does without hold nothing');
select is(base.replan_for_the_day('9980'), '{"replanned": 0}', 'nor does the night think so');
update base.municipalities set policy = policy - 'functionsOff' where municipality = '9980';
select is(pg_temp.plan(1), 'paused pause 2026-10-01 2026-10-01 0', 'and again');

select * from finish();
rollback;
