-- Referrals: no release without a ground, and recipients see what was released, while it may be.
begin;
select no_plan();
\ir fixture.psql

insert into base.identity_numbers (municipality, youth_id, number, type) values ('9980', pg_temp.u(1), '20090505TF01', 'temporary');
create function pg_temp.drafts(id int, recipient int, youth int default 1, consent int default null) returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.referrals (id, "youthId", "recipientId", reason, message, "consentId")
    values (%L, %L, %L, ''Vill ha praktik'', ''Hej'', %L)', pg_temp.u(id), pg_temp.u(youth), pg_temp.u(recipient), pg_temp.u(consent)))
$$;
create function pg_temp.agrees(id int, purpose text, recipients uuid[], shares text default '{identity,contact}') returns void language sql as $$
  insert into edit.consents (id, "youthId", purpose, "recipientIds", shares, "givenByYouth", medium, "givenAt", "validUntil")
  values (pg_temp.u(id), pg_temp.u(1), purpose, recipients, shares::text[], true, 'oral', '2026-09-01T10:00Z', '2026-12-31')
$$;
set local role kaa_service;
select pg_temp.caller('');

-- The release ----------------------------------------------------------------------------------------
select is(pg_temp.drafts(41, 21), 'done', 'a draft needs no consent');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'sent'), 'consent-missing', 'sending does');
select pg_temp.agrees(31, 'sip', array[pg_temp.u(21)]);
select is(pg_temp.happens('referrals', pg_temp.u(41), 'sent'), 'consent-missing', 'one with another purpose does not do');
select pg_temp.agrees(32, 'sharing', array[pg_temp.u(22)]);
select is(pg_temp.happens('referrals', pg_temp.u(41), 'sent'), 'consent-missing', 'nor one to another recipient');
select pg_temp.agrees(33, 'crm', array[pg_temp.u(21)]);
select pg_temp.caller('', at => '2027-01-01T10:00:00Z');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'sent'), 'consent-missing', 'nor one that has run out');
select pg_temp.caller('');
select is((select count(*) from api.disclosures)::int, 0, 'nothing has been disclosed so far');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'sent'), 'done', 'one that covers does, found by itself');
select is((select "consentId" from api.referrals where id = pg_temp.u(41)), pg_temp.u(33), 'and is then named');
select is((select "respondBy" from api.referrals where id = pg_temp.u(41)), '2026-10-04', 'the recipient''s time to answer counts');
select results_eq($$select "youthId", "recipientId", resource, "resourceId", "consentId", ground, shares, "createdBy" from api.disclosures$$,
  $$values (pg_temp.u(1), pg_temp.u(21), 'referrals', pg_temp.u(41), pg_temp.u(33), null, '{identity,contact}'::text[], 'anna')$$,
  'the disclosure says who, to whom, on which ground, what');
select is(pg_temp.drafts(42, 21, consent => 31), 'done', 'a draft may name a consent');
select is(pg_temp.happens('referrals', pg_temp.u(42), 'sent'), 'consent-missing', 'which must cover itself');
select is(pg_temp.drafts(43, 24), 'done', 'a recipient of the same board');
select is(pg_temp.happens('referrals', pg_temp.u(43), 'sent'), 'done', 'needs no consent');
select is((select ground from api.disclosures where "resourceId" = pg_temp.u(43)), 'Samma nämnd', 'but its ground is written down');
select is(pg_temp.drafts(44, 25), 'recipient-retired', 'a retired recipient gets no more');
select is(pg_temp.drafts(44, 29), 'referrals_recipient_id_fkey', 'one of another municipality is unknown');
select is(pg_temp.drafts(44, 21, consent => 38), 'referrals_consent_id_fkey', 'an unknown consent');
select is(pg_temp.drafts(44, 21, 6, 33), 'referrals_consent_id_fkey', 'the consent of another youth');
select is(pg_temp.drafts(44, 21, 2), 'unknown-reference', 'a hidden youth is as one that is absent');
select is(pg_temp.drafts(44, 21, 8), 'unknown-reference', 'an absent youth');
select is(pg_temp.drafts(44, 21, 9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.refusal($$update edit.referrals set message = 'x' where id = pg_temp.u(41)$$), 'facts-are-fixed', 'what was sent does not change');
select is(pg_temp.refusal($$update base.referrals set consent_id = null where id = pg_temp.u(41)$$), 'facts-are-fixed', 'nor its consent');
select is(pg_temp.refusal($$update base.referrals set status = 'sent' where id = pg_temp.u(42)$$), 'consent-missing', 'no way around the release');
select is(pg_temp.refusal($$update base.referrals set released_shares = '{guardians}' where id = pg_temp.u(41)$$),
          'permission denied for table referrals', 'and what was released is not widened');
select is(pg_temp.refusal($$insert into base.disclosures (youth_id, recipient_id, resource, resource_id, ground, shares)
  values (pg_temp.u(1), pg_temp.u(21), 'referrals', pg_temp.u(41), 'x', '{identity}')$$), 'permission denied for table disclosures', 'disclosures are not written by hand');
select is(pg_temp.refusal($$select base.require_release('referrals', pg_temp.u(41), pg_temp.u(1), pg_temp.u(24), null, null)$$),
          'permission denied for function require_release', 'nor by the release without a referral');
reset role;
select is(pg_temp.refusal($$insert into base.referrals (youth_id, recipient_id, reason, status) values (pg_temp.u(1), pg_temp.u(24), 'x', 'accepted')$$),
          'sent_without_release', 'nothing is beyond draft that was not released');
select is(pg_temp.refusal($$update base.referrals set status = 'declined' where id = pg_temp.u(41)$$), 'reason_missing', 'declining has a reason');
select is(pg_temp.refusal($$update base.referrals set status = 'completed' where id = pg_temp.u(41)$$), 'result_missing', 'completing has a result');
select is(pg_temp.refusal($$insert into base.disclosures (municipality, youth_id, recipient_id, resource, resource_id, shares)
  values ('9980', pg_temp.u(1), pg_temp.u(21), 'referrals', pg_temp.u(41), '{identity}')$$), 'disclosure_without_ground', 'a disclosure has a ground');

-- The recipient's door -------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('received-referrals:read', recipients => '{00000000-0000-4000-8000-000000000021}');
select results_eq($$select id, status from api.received_referrals$$, $$values (pg_temp.u(41), 'sent')$$, 'a recipient sees what was sent to it');
select results_eq($$select identity ->> 'givenName', identity ->> 'personalNumber', contact -> 'address' ->> 'street', message, reason,
                           guardians, registration, measures from api.received_referrals$$,
  $$values ('Alva', '20090505TF01', 'Storgatan 1', null::text, null::text, null::jsonb, null::jsonb, null::jsonb)$$, 'and of that what the consent shares');
select pg_temp.caller('', system => 'vera');
select is((select array_agg(id) from api.received_referrals), array[pg_temp.u(41)], 'a system sees what went to its recipients');
select pg_temp.caller('', recipients => '{00000000-0000-4000-8000-000000000022}');
select is((select count(*) from api.received_referrals)::int, 0, 'another recipient sees nothing');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'accepted', '{}', 'recipient', 'received-referrals'), 'not-found', 'and answers nothing');
select pg_temp.caller('');
select is((select count(*) from api.received_referrals)::int, 0, 'staff have no such door');
select pg_temp.caller('', '9981', system => 'vera');
select is((select count(*) from api.received_referrals)::int, 0, 'the same system of another municipality sees nothing');
select pg_temp.caller('', system => 'vera');
select is(pg_temp.happens('referrals', pg_temp.u(42), 'accepted', '{}', 'recipient', 'received-referrals'), 'not-found', 'a draft is not there');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'started', '{}', 'recipient', 'received-referrals'), 'transition-not-allowed', 'nothing starts that was not accepted');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'cancelled', '{}', 'recipient', 'received-referrals'), 'transition-not-allowed', 'a recipient cannot cancel');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'accepted', '{"externalReference": "V-1"}', 'recipient', 'received-referrals'), 'done', 'it accepts');
select is((select "externalReference" from api.received_referrals), 'V-1', 'with a reference of its own');

-- Withdrawal -----------------------------------------------------------------------------------------
select pg_temp.caller('');
select is(pg_temp.drafts(45, 21, consent => 33), 'done', 'another');
select is(pg_temp.drafts(46, 21, consent => 33), 'done', 'and another');
select is(pg_temp.drafts(51, 21, consent => 33), 'done', 'and a third');
select is(pg_temp.happens('referrals', pg_temp.u(51), 'sent'), 'done', 'which is sent');
select pg_temp.caller('', system => 'vera');
select is(pg_temp.happens('referrals', pg_temp.u(51), 'accepted', '{}', 'recipient', 'received-referrals'), 'done', 'accepted');
select is(pg_temp.happens('referrals', pg_temp.u(51), 'started', '{}', 'recipient', 'received-referrals'), 'done', 'and started');
select results_eq($$select type, details, created_by from base.received_events where resource = 'received-referrals' and resource_id = pg_temp.u(41) order by created_at, type$$,
  $$values ('accepted', '{"externalReference": "V-1"}'::jsonb, 'anna'), ('sent', null, null)$$, 'its history has its own events whole, the sender''s without details');
select pg_temp.caller('');
select is(pg_temp.happens('referrals', pg_temp.u(46), 'sent'), 'done', 'which is sent');
select is(pg_temp.happens('consents', pg_temp.u(33), 'withdrawn'), 'done', 'the consent is withdrawn');
select is((select array_agg(status || coalesce(' ' || "statusReason", '') order by id) from api.referrals where id in (pg_temp.u(41), pg_temp.u(45), pg_temp.u(46))),
  '{accepted,"cancelled consent_withdrawn","cancelled consent_withdrawn"}', 'what was not answered is cancelled with it');
select is(pg_temp.happens('referrals', pg_temp.u(45), 'sent'), 'transition-not-allowed', 'and is not sent');
select pg_temp.caller('', system => 'vera');
select results_eq($$select id, status, "consentEndedAt", identity, contact, message, reason, "recipientId", "sentAt", "createdBy", "externalReference" from api.received_referrals order by id$$,
  $$values (pg_temp.u(41), 'accepted', '2026-09-20T10:00Z'::timestamptz, null::jsonb, null::jsonb, null::text, null::text, null::uuid, null::timestamptz, null::text, null::text),
           (pg_temp.u(51), 'started', '2026-09-20T10:00Z'::timestamptz, null::jsonb, null::jsonb, null::text, null::text, null::uuid, null::timestamptz, null::text, null::text)$$,
  'of an accepted one the recipient sees that it is, and since when the consent has ended');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'started', '{}', 'recipient', 'received-referrals'), 'transition-not-allowed', 'what had not begun begins no more');
select is(pg_temp.happens('referrals', pg_temp.u(41), 'interrupted', '{"reason": "Samtycket är slut"}', 'recipient', 'received-referrals'), 'done', 'but is interrupted');
select is(pg_temp.happens('referrals', pg_temp.u(51), 'completed', '{}', 'recipient', 'received-referrals'), 'result_missing', 'what had begun completes with a result');
select is(pg_temp.happens('referrals', pg_temp.u(51), 'completed', '{"result": "Praktik"}', 'recipient', 'received-referrals'), 'done', 'and with nothing else');
select results_eq($$select type, details, created_by from base.received_events where resource = 'received-referrals' and resource_id = pg_temp.u(41) order by type$$,
  $$values ('accepted', null::jsonb, null::text), ('interrupted', null, null), ('sent', null, null)$$, 'its history says no more than what happened');
select pg_temp.caller('', recipients => '{00000000-0000-4000-8000-000000000022}');
select is((select count(*) from base.received_events)::int, 0, 'another recipient sees nothing of it');
select pg_temp.caller('');
select is((select count(*) from base.received_events)::int, 0, 'nor staff');
select is(pg_temp.happens('referrals', pg_temp.u(43), 'cancelled', '{"reason": "Ångrat"}'), 'done', 'the sender takes one back');
select pg_temp.caller('', recipients => '{00000000-0000-4000-8000-000000000024}');
select results_eq($$select status, identity, "statusReason" from api.received_referrals$$, $$values ('cancelled', null::jsonb, null::text)$$, 'and the recipient sees just that');
select results_eq($$select type, details, created_by from base.received_events order by type$$,
  $$values ('cancelled', null::jsonb, null::text), ('sent', null, null)$$, 'in the history too');

-- Running out ----------------------------------------------------------------------------------------
select pg_temp.caller('');
select pg_temp.agrees(34, 'crm', array[pg_temp.u(21)]);
select is(pg_temp.drafts(47, 21, consent => 34), 'done', 'one more');
select is(pg_temp.happens('referrals', pg_temp.u(47), 'sent'), 'done', 'is sent');
select pg_temp.caller('', system => 'vera', at => '2026-12-31T22:59:00Z');
select is((select count(*) from api.received_referrals where id = pg_temp.u(47))::int, 1, 'seen on the last day of the consent');
select pg_temp.caller('', system => 'vera', at => '2026-12-31T23:00:00Z');
select is((select count(*) from api.received_referrals where id = pg_temp.u(47))::int, 0, 'and not a minute longer');
select is(pg_temp.happens('referrals', pg_temp.u(47), 'accepted', '{}', 'recipient', 'received-referrals'), 'not-found', 'nor answered');
reset role;
select pg_temp.caller('', at => '2027-01-01T02:00:00Z');
select base.end_consents('9980');
select is((select status || ' ' || status_reason from base.referrals where id = pg_temp.u(47)), 'cancelled consent_withdrawn', 'by night it is cancelled');

-- Sensitive recipients --------------------------------------------------------------------------------
set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.drafts(48, 23), 'done', 'a referral to a sensitive recipient');
select ok((select sensitive from api.referrals where id = pg_temp.u(48)), 'is marked, so that lists leave it out');
select throws_ok($$select count(*) from api.referrals v where base.searchable_recipients(array[pg_temp.u(23)], false) and v."recipientId" = pg_temp.u(23)$$,
                 'KA400', 'sensitive-search', 'it does not select persons');
select throws_ok($$select count(*) from api.referrals v where base.searchable_recipients(array[pg_temp.u(23)], false) and v."recipientId" = pg_temp.u(28)$$,
                 'KA400', 'sensitive-search', 'also where no row would be found');
select lives_ok($$select count(*) from api.referrals v where base.searchable_recipients(array[pg_temp.u(23)], true) and v."recipientId" = pg_temp.u(23)$$, 'but with the youth given');
select lives_ok($$select count(*) from api.referrals v where base.searchable_recipients(array[pg_temp.u(22)], false) and v."recipientId" = pg_temp.u(22)$$, 'and others do');
reset role;
select is((select count(*) from base.changes where resource = 'referrals' and id = pg_temp.u(48))::int, 0, 'the feed is silent on it');
select cmp_ok((select count(*) from base.changes where resource = 'referrals' and id = pg_temp.u(41))::int, '>', 1, 'and tells of others');

-- Protection -----------------------------------------------------------------------------------------
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.u(1);
set local role kaa_service;
select pg_temp.caller('');
select is((select count(*) from api.referrals)::int, 0, 'referrals of a hidden youth are hidden');
select is((select count(*) from api.disclosures)::int, 0, 'and so are the disclosures');
select is(pg_temp.happens('referrals', pg_temp.u(42), 'cancelled'), 'not-found', 'and not to be moved');
reset role;

select * from finish();
rollback;
