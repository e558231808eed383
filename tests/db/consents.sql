-- Consents: who may give one, for what and whom, and when it covers.
begin;
select no_plan();
\ir fixture.psql

set local role kaa_service;
select pg_temp.caller('');
create function pg_temp.try(more jsonb, youth int default 1) returns text language sql as $$
  select pg_temp.refusal(format($f$
    insert into edit.consents ("youthId", purpose, "recipientIds", shares, "givenByYouth", guardians, medium, "givenAt", "validUntil")
    select "youthId", purpose, "recipientIds", shares, "givenByYouth", guardians, medium, "givenAt", "validUntil"
    from jsonb_populate_record(null::edit.consents, %L)$f$,
    jsonb_build_object('youthId', pg_temp.u(youth), 'purpose', 'crm', 'recipientIds', jsonb_build_array(pg_temp.u(21)),
                       'shares', '["identity"]'::jsonb, 'givenByYouth', true, 'guardians', '[]'::jsonb, 'medium', 'written',
                       'givenAt', '2026-09-19T10:00:00Z') || more))
$$;
select is(pg_temp.try('{}'), 'done', 'a plain consent');
select is(pg_temp.try('{"givenByYouth": false}'), 'consent_given_by_nobody', 'somebody gives it');
select is(pg_temp.try('{"recipientIds": []}'), 'recipients_missing', 'to somebody');
select is(pg_temp.try('{"recipientIds": [], "purpose": "outreach_pause"}'), 'done', 'a pause needs no recipient');
select is(pg_temp.try('{"shares": []}'), 'shares_wrong', 'of something');
select is(pg_temp.try('{"shares": ["identity", "identity"]}'), 'shares_wrong', 'each once');
select is(pg_temp.try('{"shares": ["health"]}'), 'shares_wrong', 'that can be shared');
select is(pg_temp.try('{"validUntil": "2026-09-18"}'), 'consent_ends_before_given', 'it does not end before it was given');
select is(pg_temp.try('{"givenAt": "2026-09-21T10:00:00Z"}'), 'in-the-future', 'it has been given');
select is(pg_temp.try('{"guardians": [{"name": "Kim Ek", "givenAt": "2026-09-21T10:00:00Z"}]}'), 'in-the-future', 'by guardians too');
select is(pg_temp.try('{"givenByYouth": false, "guardians": [{"name": "Kim Ek", "givenAt": "2026-09-19T10:00:00Z"}]}'), 'done', 'a guardian of a minor gives it');
select is(pg_temp.try('{"guardians": [{"name": "Kim Ek", "givenAt": "2026-09-19T10:00:00Z"}]}', 6), 'guardian-of-adult', 'not of an adult');
select is(pg_temp.try(jsonb_build_object('recipientIds', jsonb_build_array(pg_temp.u(28)))), 'unknown-reference', 'an unknown recipient');
select is(pg_temp.try(jsonb_build_object('recipientIds', jsonb_build_array(pg_temp.u(29)))), 'unknown-reference', 'one of another municipality');
select is(pg_temp.try('{"purpose": "sharing"}'), 'purpose-does-not-fit', 'the CRM has its own purpose');
select is(pg_temp.try(jsonb_build_object('recipientIds', jsonb_build_array(pg_temp.u(22)))), 'purpose-does-not-fit', 'which fits no other');
select is(pg_temp.try('{"purpose": "sip"}'), 'done', 'a SIP may ask anyone');
select is(pg_temp.try('{}', 2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.try('{}', 8), 'unknown-reference', 'an absent youth');
select is(pg_temp.try('{}', 9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.refusal($$update base.consents set valid_until = '2030-01-01'$$), 'permission denied for table consents', 'a consent is not changed');
select is(pg_temp.refusal($$insert into base.consents (youth_id, purpose, medium, given_at, status) values (pg_temp.u(1), 'sip', 'oral', base.now(), 'withdrawn')$$),
          'permission denied for table consents', 'nor its status written');
reset role;
update base.municipalities set policy = '{"guardianConsent": "all"}' where municipality = '9980';
update base.youths set guardians = '[{"name": "Kim Ek"}, {"name": "Lo Ek"}]' where id = pg_temp.u(1);
select is(pg_temp.try('{"givenByYouth": false, "guardians": [{"name": "Kim Ek", "givenAt": "2026-09-19T10:00:00Z"}]}'), 'guardian-missing', 'where all must consent, all must');
select is(pg_temp.try('{"givenByYouth": false, "guardians": [{"name": "Kim Ek"}, {"name": "Bo Al"}]}'), 'guardian-missing', 'by name, not by number');
select is(pg_temp.try('{"givenByYouth": false, "guardians": [{"name": "Kim Ek"}, {"name": " kim ek"}]}'), 'guardian-twice', 'and each once');
select is(pg_temp.try('{"givenByYouth": false, "guardians": [{"name": "LO EK"}, {"name": "Kim Ek"}]}'), 'done', 'both do');
select is(pg_temp.try('{"guardians": [{"name": "Kim Ek", "givenAt": "2026-09-19T10:00:00Z"}]}'), 'done', 'unless the youth does');
select is(pg_temp.try('{"givenByYouth": false, "guardians": [{"name": "Kim Ek"}]}', 3), 'done', 'of whom no guardian is known, one');
delete from base.consents;

-- What a consent covers -----------------------------------------------------------------------------
insert into base.consents (municipality, id, youth_id, purpose, recipient_ids, given_by_youth, guardians, medium, given_at, valid_until) values
  ('9980', pg_temp.u(31), pg_temp.u(1), 'crm', array[pg_temp.u(21)], true, '[]', 'oral', '2026-09-01T10:00Z', '2026-09-30'),
  ('9980', pg_temp.u(32), pg_temp.u(1), 'crm', array[pg_temp.u(21)], false, '[{"name": "Kim Ek"}, {"name": "Lo Ek"}]', 'oral', '2026-09-01T10:00Z', null),
  ('9980', pg_temp.u(33), pg_temp.u(1), 'sharing', array[pg_temp.u(23)], true, '[]', 'oral', '2026-09-01T10:00Z', null);
create function pg_temp.covers(consent int, youth int, aim text, recipient int, at timestamptz) returns boolean language sql as $$
  select base.consent_covers(c, pg_temp.u(youth), aim, pg_temp.u(recipient), at) from base.consents c where c.id = pg_temp.u(consent)
$$;
select ok(pg_temp.covers(31, 1, 'crm', 21, '2026-09-20T10:00Z'), 'it covers');
select ok(not pg_temp.covers(31, 6, 'crm', 21, '2026-09-20T10:00Z'), 'not another youth');
select ok(not pg_temp.covers(31, 1, 'sip', 21, '2026-09-20T10:00Z'), 'not another purpose');
select ok(not pg_temp.covers(31, 1, 'crm', 22, '2026-09-20T10:00Z'), 'not another recipient');
select ok(not pg_temp.covers(31, 1, 'crm', 21, '2026-08-31T10:00Z'), 'not before it was given');
select ok(pg_temp.covers(31, 1, 'crm', 21, '2026-09-30T21:59Z'), 'to the end of its last day in Sweden');
select ok(not pg_temp.covers(31, 1, 'crm', 21, '2026-09-30T22:00Z'), 'and no longer');
select ok(pg_temp.covers(32, 1, 'crm', 21, '2027-05-04T21:59Z'), 'a guardian''s until the 18th birthday');
select ok(not pg_temp.covers(32, 1, 'crm', 21, '2027-05-04T22:00Z'), 'and not on it');
set local role kaa_service;
select is((select array_agg(status order by id) from api.consents), '{active,active,active}', 'they are shown as active');
select pg_temp.caller('', at => '2027-05-05T10:00:00Z');
select is((select array_agg(status order by id) from api.consents), '{expired,expired,active}', 'then as expired');
select is((select guardians from api.consents where id = pg_temp.u(32)), null, 'and guardians are no longer shown');
select is(pg_temp.happens('consents', pg_temp.u(31), 'withdrawn'), 'transition-not-allowed', 'one that has run out is over');
select is(pg_temp.happens('consents', pg_temp.u(32), 'withdrawn'), 'transition-not-allowed', 'also by the birthday');
select pg_temp.caller('');
select is((select array_agg(sensitive order by id) from api.consents), '{f,f,t}', 'one to a sensitive recipient is marked, so that lists leave it out');
select is(pg_temp.happens('consents', pg_temp.u(31), 'withdrawn', '{"at": "2026-08-01T10:00:00Z"}'), 'withdrawn_before_given', 'no withdrawal before it was given');
select is(pg_temp.happens('consents', pg_temp.u(31), 'withdrawn'), 'done', 'it is withdrawn');
select is((select status from api.consents where id = pg_temp.u(31)), 'withdrawn', 'and shown so');
reset role;
select ok(not pg_temp.covers(31, 1, 'crm', 21, '2026-09-20T10:00Z'), 'and covers nothing');
set local role kaa_service;
select is(pg_temp.happens('consents', pg_temp.u(31), 'withdrawn'), 'transition-not-allowed', 'once');
select pg_temp.caller('', '9981');
select is((select count(*) from api.consents)::int, 0, 'another municipality sees nothing');
select is(pg_temp.happens('consents', pg_temp.u(32), 'withdrawn'), 'not-found', 'and withdraws nothing');
reset role;
select is((select count(*) from base.changes where resource = 'consents' and id = pg_temp.u(33))::int, 0, 'the feed is silent on sensitive recipients');
select is((select count(*) from base.changes where resource = 'consents' and id = pg_temp.u(31))::int, 2, 'and tells of the others');

select * from finish();
rollback;
