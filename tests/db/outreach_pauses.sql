-- Outreach pauses: who is held, from when, on which consent, and what ends them.
begin;
select no_plan();
\ir fixture.psql

insert into base.consents (municipality, id, youth_id, purpose, recipient_ids, given_by_youth, guardians, medium, given_at, valid_until) values
  ('9980', pg_temp.u(31), pg_temp.u(1), 'outreach_pause', '{}', true, '[]', 'oral', '2026-09-01T10:00Z', '2026-10-10'),
  ('9980', pg_temp.u(32), pg_temp.u(1), 'sharing', array[pg_temp.u(22)], true, '[]', 'oral', '2026-09-01T10:00Z', null),
  ('9980', pg_temp.u(33), pg_temp.u(1), 'outreach_pause', '{}', true, '[]', 'oral', '2026-09-01T10:00Z', '2026-09-19'),
  ('9980', pg_temp.u(34), pg_temp.u(6), 'outreach_pause', '{}', true, '[]', 'oral', '2026-09-01T10:00Z', null),
  ('9980', pg_temp.u(35), pg_temp.u(1), 'outreach_pause', array[pg_temp.u(22)], false, '[{"name": "Kim Ek"}]', 'oral', '2026-09-01T10:00Z', null),
  ('9980', pg_temp.u(36), pg_temp.u(2), 'outreach_pause', '{}', true, '[]', 'oral', '2026-09-01T10:00Z', null),
  ('9980', pg_temp.u(37), pg_temp.u(1), 'outreach_pause', '{}', true, '[]', 'oral', '2026-09-01T10:00Z', null);
insert into base.consents (municipality, id, youth_id, purpose, given_by_youth, medium, given_at, status, withdrawn_at)
values ('9980', pg_temp.u(38), pg_temp.u(1), 'outreach_pause', true, 'oral', '2026-09-01T10:00Z', 'withdrawn', '2026-09-02T10:00Z');

create function pg_temp.try(id int, first date, last date, more jsonb default '{}', youth int default 1) returns text language sql as $$
  select pg_temp.refusal(format($f$
    insert into edit.outreach_pauses (id, "youthId", "requestedBy", "consentId", "evidenceReference", "from", until)
    select id, "youthId", "requestedBy", "consentId", "evidenceReference", "from", until from jsonb_populate_record(null::edit.outreach_pauses, %L)$f$,
    jsonb_build_object('id', pg_temp.u(id), 'youthId', pg_temp.u(youth), 'requestedBy', 'Socialtjänsten', 'from', first, 'until', last,
                       'evidenceReference', 'S-1') || more))
$$;
create function pg_temp.on_consent(consent int, last date, youth int default 1) returns text language sql as $$
  select pg_temp.try(900 + consent, '2026-09-20', last, jsonb_build_object('consentId', pg_temp.u(consent), 'evidenceReference', null), youth)
$$;

-- What may be entered ------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.try(40, '2026-09-20', '2026-09-20'), 'done', 'a pause of one day, today');
select is(pg_temp.try(41, '2026-09-19', '2026-09-30'), 'pause-in-the-past', 'not from yesterday');
select is(pg_temp.try(41, '2026-09-21', '2026-09-20'), 'pause_ends_before_start', 'not backwards');
select is(pg_temp.try(41, '2026-09-21', '2026-09-30', '{"evidenceReference": null}'), 'pause_without_consent', 'with consent');
select is(pg_temp.try(41, '2026-09-21', null), 'null value in column "until_date" of relation "outreach_pauses" violates not-null constraint', 'with an end');
select is(pg_temp.try(41, '2026-09-21', '2026-09-30', youth => 3), 'not-covered', 'of one without a registration');
select is(pg_temp.try(41, '2026-09-21', '2026-09-30', youth => 2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.try(41, '2026-09-21', '2026-09-30', youth => 8), 'unknown-reference', 'an absent youth');
select is(pg_temp.try(41, '2026-09-21', '2026-09-30', youth => 9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.on_consent(31, '2026-10-10'), 'done', 'as long as the consent');
select is(pg_temp.on_consent(31, '2026-10-11'), 'pause-outlasts-consent', 'but no day longer');
select is(pg_temp.on_consent(32, '2026-09-30'), 'consent-missing', 'not on one for another purpose');
select is(pg_temp.on_consent(33, '2026-09-20'), 'consent-missing', 'nor one that has run out');
select is(pg_temp.on_consent(34, '2026-09-30'), 'consent-missing', 'nor one of another youth');
select is(pg_temp.on_consent(36, '2026-09-30'), 'consent-missing', 'nor one of a hidden youth');
select is(pg_temp.on_consent(30, '2026-09-30'), 'consent-missing', 'nor one that is not there');
select is(pg_temp.on_consent(38, '2026-09-30'), 'consent-missing', 'nor one that was withdrawn');
select is(pg_temp.on_consent(35, '2027-05-05'), 'pause-outlasts-consent', 'what guardians say is over on the 18th birthday');
select is(pg_temp.on_consent(35, '2027-05-04'), 'done', 'the day before it holds');
select is(pg_temp.on_consent(34, '2030-01-01', 6), 'done', 'one without an end lasts');
select pg_temp.caller('preventive:read');
select is(pg_temp.try(41, '2026-09-21', '2026-09-30', youth => 4), 'not-covered', 'of one in preventive work');
select pg_temp.caller('');
select is(pg_temp.refusal($$update edit.outreach_pauses set until = '2026-12-01'$$), 'permission denied for table outreach_pauses', 'it is not changed');
select is(pg_temp.refusal($$update base.outreach_pauses set until_date = '2026-12-01'$$), 'permission denied for table outreach_pauses', 'in no way');
select is(pg_temp.refusal($$insert into base.outreach_pauses (youth_id, requested_by, evidence_reference, from_date, until_date, created_at)
  values (pg_temp.u(1), 'x', 'x', '2026-09-20', '2026-09-30', '2026-01-01')$$), 'permission denied for table outreach_pauses', 'nor entered as of long ago');
select is(pg_temp.refusal('delete from base.outreach_pauses'), 'permission denied for table outreach_pauses', 'nor deleted');
select is((select count(*) from base.outreach_pauses)::int, 4, 'those are there');
select pg_temp.caller('', '9981');
select is((select count(*) from api.outreach_pauses)::int, 0, 'another municipality sees none');
select pg_temp.caller('protected:read');
select is(pg_temp.on_consent(36, '2026-09-30', 2), 'done', 'who sees the protected may hold outreach to them');
select pg_temp.caller('');
select is((select count(*) from api.outreach_pauses where "youthId" = pg_temp.u(2))::int, 0, 'and others do not see it');

-- States -------------------------------------------------------------------------------------------
select is((select status from api.outreach_pauses where id = pg_temp.u(40)), 'active', 'on its last day it holds');
select pg_temp.caller('', at => '2026-09-20T22:00:00Z');
select is((select status from api.outreach_pauses where id = pg_temp.u(40)), 'expired', 'the day after it has run out');
select is(pg_temp.happens('outreach-pauses', pg_temp.u(931), 'ended', '{"at": "2026-09-20T09:59:59Z"}'), 'pause_ended_before_entered', 'not ended before it was entered');
select pg_temp.caller('', at => '2026-09-25T10:00:00Z');
select is(pg_temp.happens('outreach-pauses', pg_temp.u(931), 'ended', '{"at": "2026-09-24T22:00:00Z", "reason": "Kontakt tagen"}'), 'done', 'it is ended');
select is((select concat_ws(' ', status, status_reason, last_date) from base.outreach_pauses where id = pg_temp.u(931)), 'ended Kontakt tagen 2026-09-24', 'and held to the day before');
select is(pg_temp.happens('outreach-pauses', pg_temp.u(931), 'ended'), 'transition-not-allowed', 'once');
select pg_temp.caller('');
select is(pg_temp.try(42, '2026-10-01', '2026-10-10'), 'done', 'one that is to come');
select is(pg_temp.happens('outreach-pauses', pg_temp.u(42), 'ended'), 'done', 'is ended before it began');
select is((select last_date < from_date from base.outreach_pauses where id = pg_temp.u(42)), true, 'and holds no day');

-- What was planned ---------------------------------------------------------------------------------
insert into edit.outreach_attempts (id, "youthId", channel, staff, "plannedAt")
select pg_temp.u(n), pg_temp.u(5), channel, '{anna}', at::timestamptz
from (values (50, 'phone', '2026-10-01T21:59Z'), (51, 'phone', '2026-10-01T22:00Z'), (52, 'phone', '2026-10-05T21:59Z'), (53, 'phone', '2026-10-05T22:00Z'),
             (54, 'own_initiative', '2026-10-03T10:00Z'), (55, 'phone', null)) p (n, channel, at);
select is(pg_temp.try(43, '2026-10-02', '2026-10-05', youth => 5), 'done', 'a pause');
select is((select array_agg(status order by id) from api.outreach_attempts where "youthId" = pg_temp.u(5)), '{planned,cancelled,cancelled,planned,planned,planned}',
          'takes what was planned for its days, by the days of Sweden');
select is((select details ->> 'reason' from base.events where resource_id = pg_temp.u(51)), 'outreach_paused', 'with the reason in its history');

-- Withdrawal and expiry of the consent ---------------------------------------------------------------
select is(pg_temp.try(44, '2026-10-01', '2026-10-10', jsonb_build_object('consentId', pg_temp.u(37))), 'done', 'a pause on a consent');
select is(pg_temp.try(45, '2026-09-20', '2026-09-20', jsonb_build_object('consentId', pg_temp.u(37))), 'done', 'and one that has run out');
select is(pg_temp.try(46, '2026-09-20', '2026-10-20'), 'done', 'and one on evidence');
select pg_temp.caller('', at => '2026-10-03T10:00:00Z');
select is(pg_temp.happens('consents', pg_temp.u(37), 'withdrawn', '{"at": "2026-10-02T10:00:00Z"}'), 'done', 'the consent is withdrawn');
select is((select array_agg(concat_ws(' ', status, "statusReason", "endedAt"::date) order by id) from api.outreach_pauses where id between pg_temp.u(44) and pg_temp.u(46)),
          '{ended consent_withdrawn 2026-10-03,expired,active}', 'the pause ends at once; what is over and what rests on other ground stays');
select is((select concat_ws(' ', type, actor, details ->> 'reason') from base.events where resource_id = pg_temp.u(44)), 'ended system consent_withdrawn', 'with the reason in its history');
reset role;
-- the birth date is corrected: the guardians' say was over earlier
update base.youths set birth_date = '2008-10-03' where id = pg_temp.u(1);
select pg_temp.caller('');
select is(base.end_consents('9980') ->> 'cancelled', '0', 'by night, while the consents last nothing is ended');
select pg_temp.caller('', at => '2026-10-03T10:00:00Z');
select is(base.end_consents('9980') ->> 'cancelled', '1', 'and when one has run out, its pause is');
select is((select concat_ws(' ', status, status_reason, last_date) from base.outreach_pauses where id = pg_temp.u(935)), 'ended consent_withdrawn 2026-10-02', 'as of that day');
select is((select count(*)::int from base.access_log where resource = 'consents' and action = 'expire' and subjects @> array[pg_temp.u(1)]), 1, 'and the log says whose');
select is(base.end_consents('9980') ->> 'cancelled', '0', 'once');

-- The end of the registration --------------------------------------------------------------------------
update base.registrations set status = 'ended', end_date = '2026-10-01', exit_reason = 'moved' where youth_id = pg_temp.u(1);
select is((select array_agg(concat_ws(' ', status, status_reason) order by id) from base.outreach_pauses where id in (pg_temp.u(45), pg_temp.u(46))),
          '{active,ended left_target_group}', 'the registration takes those with it that hold on');
select is((select status from base.outreach_pauses where youth_id = pg_temp.u(6)), 'active', 'and no other youth''s');
select is((select array_agg(changed.change) from base.changes changed where changed.id = pg_temp.u(46) and changed.resource = 'outreach-pauses'), '{created,updated}', 'the feed tells of it');

-- What was planned for a merged duplicate is the same person's.
reset role;
delete from base.outreach_pauses where youth_id = pg_temp.u(6);
select pg_temp.caller('preventive:read');
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, planned_at) values
  ('9980', pg_temp.u(91), pg_temp.u(4), 'phone', '{anna}', '2026-09-25T10:00Z'), ('9980', pg_temp.u(92), pg_temp.u(4), 'phone', '{anna}', '2026-09-26T10:00Z');
update base.youths set merged_into = pg_temp.u(6) where id = pg_temp.u(4);
select is(pg_temp.try(93, '2026-09-25', '2026-09-25', youth => 6), 'done', 'a pause of the survivor');
select is((select string_agg(status, ' ' order by id) from base.outreach_attempts where id in (pg_temp.u(91), pg_temp.u(92))), 'cancelled planned', 'holds the duplicate, too');

-- And what was planned for one who is merged when the survivor's pause is there already.
update base.youths set merged_into = null where id = pg_temp.u(4);
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, planned_at)
select '9980', pg_temp.u(n), pg_temp.u(4), c, '{anna}', t::timestamptz
from (values (94, 'phone', '2026-09-24T10:00Z'), (95, 'phone', '2026-09-25T10:00Z'), (96, 'own_initiative', '2026-09-25T10:00Z'),
             (97, 'phone', null)) v(n, c, t);
select pg_temp.caller('protected:read preventive:read');
insert into base.youth_merges (municipality, youth_id, merged_into) values ('9980', pg_temp.u(4), pg_temp.u(6));
select is((select string_agg(status, ' ' order by id) from base.outreach_attempts where id between pg_temp.u(94) and pg_temp.u(97)),
          'planned cancelled planned planned', 'is not made on the days of the pause');
select is((select details ->> 'reason' from base.events where resource_id = pg_temp.u(95)), 'outreach_paused', 'for that reason');

select * from finish();
rollback;
