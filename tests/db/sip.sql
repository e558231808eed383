-- SIP requests: released to all who are asked or to none, answered by each, and never more than a request.
begin;
select no_plan();
\ir fixture.psql

create function pg_temp.asks(id int, recipients int[], by text default 'kaa', youth int default 1, consent int default null) returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.sip_requests (id, "youthId", "initiatedBy", addressees, "consentId") values (%L, %L, %L, %L, %L)',
    pg_temp.u(id), pg_temp.u(youth), by,
    (select coalesce(jsonb_agg(jsonb_build_object('recipientId', pg_temp.u(r))), '[]') from unnest(recipients) r), pg_temp.u(consent)))
$$;
create function pg_temp.agrees(id int, purpose text, recipients uuid[]) returns void language sql as $$
  insert into edit.consents (id, "youthId", purpose, "recipientIds", shares, "givenByYouth", medium, "givenAt")
  values (pg_temp.u(id), pg_temp.u(1), purpose, recipients, '{identity}', true, 'oral', '2026-09-01T10:00Z')
$$;
create function pg_temp.as_recipient(recipient int) returns void language sql as $$
  select pg_temp.caller('', recipients => '{' || pg_temp.u(recipient) || '}')
$$;
create function pg_temp.answers(recipient int, answer text) returns text language sql volatile as $$
  select pg_temp.happens('sip-addressees', (select r.id from api.received_sip_requests r where r."recipientId" = pg_temp.u(recipient)
                                            and r.status = 'pending'), answer, '{}', 'recipient', 'received-sip-requests')
$$;
set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.asks(61, '{21,22}'), 'done', 'a draft');
select is((select jsonb_path_query_array(addressees, '$[*].answer') from api.sip_requests), '["pending", "pending"]', 'nobody has answered');
select is(pg_temp.asks(62, '{21,21}'), 'addressee-twice', 'nobody is asked twice');
select is(pg_temp.asks(62, '{28}'), 'unknown-reference', 'an unknown addressee');
select is(pg_temp.asks(62, '{29}'), 'unknown-reference', 'one of another municipality');
select is(pg_temp.asks(62, '{21}', youth => 2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.asks(62, '{21}', youth => 8), 'unknown-reference', 'an absent youth');
select is(pg_temp.asks(62, '{21}', youth => 9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.asks(62, '{21}', consent => 39), 'sip_requests_consent_id_fkey', 'an unknown consent');
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'sent'), 'consent-missing', 'sending needs a consent');
select pg_temp.agrees(31, 'crm', array[pg_temp.u(21)]);
select pg_temp.agrees(32, 'sip', array[pg_temp.u(21)]);
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'sent'), 'consent-missing', 'to a SIP and to all who are asked');
select is((select count(*) from api.disclosures)::int, 0, 'so nothing went to the one it covers either');
select is(pg_temp.asks(63, '{24}'), 'done', 'a recipient with a ground of its own');
select is(pg_temp.happens('sip-requests', pg_temp.u(63), 'sent'), 'consent-missing', 'needs the consent to a SIP as well');
select is(pg_temp.asks(64, '{}'), 'done', 'a draft to nobody');
select is(pg_temp.happens('sip-requests', pg_temp.u(64), 'sent'), 'addressee-missing', 'is not sent');
select pg_temp.agrees(33, 'sip', array[pg_temp.u(21), pg_temp.u(22)]);
select pg_temp.as_recipient(21);
select is((select count(*) from api.received_sip_requests)::int, 0, 'a draft is not seen by those who will be asked');
select pg_temp.caller('');
update edit.sip_requests set "consentId" = pg_temp.u(33) where id = pg_temp.u(61);
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'sent'), 'done', 'with one that covers all it is sent');
select is((select count(*) from api.disclosures where "resourceId" = pg_temp.u(61) and "consentId" = pg_temp.u(33))::int, 2, 'with a disclosure for each');
select is(pg_temp.refusal($$update edit.sip_requests set "consentId" = null where id = pg_temp.u(61)$$), 'facts-are-fixed', 'its consent stays');
select is(pg_temp.refusal($$update base.sip_addressees set status = 'accepted'$$), 'permission denied for table sip_addressees', 'answers are the recipients'' own');
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'meeting_planned', '{"meetingAt": "2026-10-01T10:00:00Z"}'), 'no-addressee-accepted', 'no meeting before one has accepted');

select pg_temp.as_recipient(21);
select results_eq($$select status, "requestId", identity ->> 'givenName', contact from api.received_sip_requests$$,
  $$values ('pending', pg_temp.u(61), 'Alva', null::jsonb)$$, 'each sees what was released to it');
select is(pg_temp.answers(22, 'accepted'), 'not-found', 'and cannot answer for another');
select is(pg_temp.answers(21, 'declined'), 'done', 'one declines');
select pg_temp.caller('');
select is((select status from api.sip_requests where id = pg_temp.u(61)), 'sent', 'the request goes on');
select pg_temp.as_recipient(22);
select is(pg_temp.answers(22, 'accepted'), 'done', 'the other accepts');
select is(pg_temp.happens('sip-addressees', (select id from api.received_sip_requests), 'declined', '{}', 'recipient', 'received-sip-requests'), 'transition-not-allowed', 'and has then answered');
select pg_temp.caller('');
select is((select jsonb_path_query_array(addressees, '$[*].answer') from api.sip_requests where id = pg_temp.u(61)), '["declined", "accepted"]', 'the sender sees both');
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'meeting_planned', '{"meetingAt": "2026-10-01T10:00:00Z"}'), 'done', 'the meeting is planned');
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'cancelled'), 'transition-not-allowed', 'and not cancelled any more');

select is(pg_temp.asks(65, '{21,22}'), 'done', 'another, without naming a consent');
select is(pg_temp.happens('sip-requests', pg_temp.u(65), 'sent'), 'done', 'is sent');
select is((select "consentId" from api.sip_requests where id = pg_temp.u(65)), pg_temp.u(33), 'on the one that covers all');
select pg_temp.as_recipient(21);
select is(pg_temp.answers(21, 'declined'), 'done', 'one declines');
select pg_temp.as_recipient(22);
select is(pg_temp.answers(22, 'declined'), 'done', 'the other too');
select pg_temp.caller('');
select is((select status from api.sip_requests where id = pg_temp.u(65)), 'closed', 'so it closes');
select is(pg_temp.refusal($$update edit.sip_requests set responsible = 'x' where id = pg_temp.u(65)$$), 'facts-are-fixed', 'and stays as it is');

select is(pg_temp.asks(66, '{22}', 'region'), 'done', 'one that the region calls');
select is((select status from api.sip_requests where id = pg_temp.u(66)), 'meeting_planned', 'begins with the meeting');
select is((select count(*) from api.disclosures where "resourceId" = pg_temp.u(66))::int, 0, 'and releases nothing');
select is(pg_temp.asks(67, '{22}', 'youth'), 'done', 'one that the youth wants');
select is((select status from api.sip_requests where id = pg_temp.u(67)), 'draft', 'is ours to send');

select is(pg_temp.asks(68, '{22}', consent => 33), 'done', 'one more');
select is(pg_temp.happens('sip-requests', pg_temp.u(68), 'sent'), 'done', 'is sent');
select is(pg_temp.happens('consents', pg_temp.u(33), 'withdrawn'), 'done', 'the consent is withdrawn');
select is((select array_agg(status order by id) from api.sip_requests where id in (pg_temp.u(61), pg_temp.u(68))), '{meeting_planned,cancelled}', 'what nobody has accepted is cancelled');
select pg_temp.as_recipient(22);
select results_eq($$select type, details, created_by from base.received_events where resource = 'received-sip-requests' order by created_at, type$$,
  $$values ('accepted', null::jsonb, null::text), ('sent', null, null)$$, 'who had accepted sees of the history what happened');
select results_eq($$select status, "consentEndedAt", "requestId", identity from api.received_sip_requests$$,
  $$values ('accepted', '2026-09-20T10:00Z'::timestamptz, null::uuid, null::jsonb)$$, 'who had accepted sees that it is, and no more');
select pg_temp.caller('', '9981', recipients => '{00000000-0000-4000-8000-000000000022}');
select is((select count(*) from api.received_sip_requests)::int, 0, 'another municipality sees nothing');
select is((select count(*) from api.sip_requests)::int, 0, 'of the requests neither');
select is(pg_temp.happens('sip-requests', pg_temp.u(61), 'meeting_held'), 'not-found', 'and moves nothing');

select pg_temp.caller('');
select is(pg_temp.asks(69, '{23}'), 'done', 'a sensitive addressee');
select ok((select sensitive from api.sip_requests where id = pg_temp.u(69)), 'is marked, so that lists leave it out');
reset role;
select is((select count(*) from base.changes where resource = 'sip-requests' and id = pg_temp.u(69))::int, 0, 'the feed is silent on it');
select is((select count(*) from base.changes where resource = 'sip-addressees')::int, 0, 'addressees are no resource of their own there');
select cmp_ok((select count(*) from base.changes where resource = 'sip-requests' and id = pg_temp.u(61))::int, '>', 3, 'answers are changes of the request');
select is(pg_temp.refusal($$insert into base.sip_requests (youth_id, status) values (pg_temp.u(1), 'sent')$$), 'sip_sent_without_release', 'nothing is sent that was not released');
select is(pg_temp.refusal($$insert into base.sip_addressees (youth_id, request_id, recipient_id) values (pg_temp.u(1), pg_temp.u(61), pg_temp.u(21))$$), 'addressee_twice', 'an addressee is asked once');
select is(pg_temp.refusal($$update base.sip_addressees set status = 'accepted' where request_id = pg_temp.u(69)$$), 'answered_at_with_status', 'an answer has its time');
select is(pg_temp.refusal($$update base.sip_addressees set status = 'accepted', answered_at = base.now() where request_id = pg_temp.u(69)$$), 'answered_without_release', 'nobody answers what was not released');
select is(pg_temp.refusal($$insert into base.sip_addressees (youth_id, request_id, recipient_id) values (pg_temp.u(6), pg_temp.u(61), pg_temp.u(24))$$), 'sip_addressees_request_id_fkey', 'an addressee is asked of the request''s youth');

select * from finish();
rollback;
