-- Incoming referrals: taken alike for everyone, read by those who see everyone, and forgotten in time.
begin;
select no_plan();
\ir fixture.psql
insert into base.identity_numbers (municipality, youth_id, number, type) values ('9980', pg_temp.u(1), '20090505TF01', 'temporary'),
  ('9980', pg_temp.u(2), '20090505TF02', 'temporary'), ('9980', pg_temp.u(4), '20100505TF04', 'temporary');

set local role kaa_service;
select pg_temp.caller('incoming-referrals:write');
create function pg_temp.sends(nr int, number text, more jsonb default '{}') returns text language sql as $$
  select pg_temp.refusal(format('select base.receive_incoming_referral(%L, %L)', pg_temp.u(nr),
    jsonb_build_object('personalNumber', number, 'reason', 'Vill ha hjälp', 'evidenceReference', 'S-1') || more))
$$;
select is(pg_temp.sends((41 + n)::int, number), 'done', 'taken, whoever it is: ' || number)
from unnest(array['20090505TF01', '20090505TF02', '20100505TF04', '20080101ZZ99']) with ordinality w(number, n);
select is(pg_temp.sends(46, '20090505TF01'), 'done', 'also again: nobody is looked for');
select is(pg_temp.sends(47, '20080101ZZ98', '{"identity": {"givenName": "Ida", "familyName": "Al", "birthDate": "2008-01-01"}, "contact": {"phones": ["+46701740605"], "email": "ida@example.com"}}'),
          'done', 'with name and contact');
select is(pg_temp.sends(48, '20080101ZZ98', '{"numberType": "personal"}'), 'number-wrong', 'the number fits its type');
select is(pg_temp.sends(48, '200801011234'), 'number-wrong', 'and its check digit');
select is(pg_temp.sends(48, '20080101ZZ98', '{"identity": {"birthDate": "2026-09-21"}}'), 'in-the-future', 'nobody is born tomorrow');

-- Who reads them ------------------------------------------------------------------------------------
create function pg_temp.seen(scopes text, town text default '9980', districts text default null) returns int language sql as $$
  select pg_temp.caller(scopes, town, districts => districts);
  select count(*)::int from api.incoming_referrals
$$;
select is(pg_temp.seen('incoming-referrals:read protected:read preventive:read'), 6, 'who sees everyone reads all');
select is(pg_temp.seen('incoming-referrals:read protected:read'), 0, 'nobody who sees no preventive persons');
select is(pg_temp.seen('incoming-referrals:read preventive:read'), 0, 'nor no protected ones');
select is(pg_temp.seen('incoming-referrals:read protected:read preventive:read', districts => '{00000000-0000-4000-8000-000000000801}'), 0, 'nor one district');
select is(pg_temp.seen('incoming-referrals:read protected:read preventive:read', '9981'), 0, 'nor another municipality');
select pg_temp.caller('incoming-referrals:write');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(42), 'declined', '{"reason": "x"}'), 'not-found', 'who sends cannot answer');
select ok(not base.may_follow('incoming-referrals'), 'nor follow');
select pg_temp.caller('incoming-referrals:read protected:read preventive:read');
select ok(base.may_follow('incoming-referrals'), 'who reads follows');
select pg_temp.caller('incoming-referrals:read protected:read preventive:read', districts => '{00000000-0000-4000-8000-000000000801}');
select ok(not base.may_follow('incoming-referrals'), 'not with one district');
select pg_temp.caller('incoming-referrals:read protected:read');
select ok(not base.may_follow('incoming-referrals'), 'nor without preventive persons');

-- Answers -------------------------------------------------------------------------------------------
select pg_temp.caller('protected:read preventive:read');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(42), 'accepted', jsonb_build_object('youthId', pg_temp.u(8))), 'unknown-reference', 'for a youth that there is');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(42), 'accepted', jsonb_build_object('youthId', pg_temp.u(9))), 'unknown-reference', 'in this municipality');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(42), 'accepted'), 'unknown-reference', 'not for nobody');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(42), 'accepted', jsonb_build_object('youthId', pg_temp.u(1))), 'done', 'accepted');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(43), 'accepted', jsonb_build_object('youthId', pg_temp.u(2))), 'done', 'of one with protection');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(44), 'accepted', jsonb_build_object('youthId', pg_temp.u(4))), 'done', 'of one in preventive work');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(45), 'declined'), 'incoming_decline_without_reason', 'declined for a reason');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(45), 'declined', '{"reason": "Bor inte här"}'), 'done', 'declined');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(45), 'closed', '{"at": "2026-09-19T10:00:00Z"}'), 'closed_before_answer', 'closed after the answer');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(45), 'closed'), 'done', 'and then closed');
select is(pg_temp.happens('incoming-referrals', pg_temp.u(46), 'closed'), 'transition-not-allowed', 'not before');
select is(pg_temp.refusal($$update base.incoming_referrals set youth_id = pg_temp.u(6) where id = pg_temp.u(42)$$), 'facts-are-fixed', 'whom it is about is said once');
select is(pg_temp.refusal($$update base.incoming_referrals set youth_id = pg_temp.u(6) where id = pg_temp.u(45)$$), 'facts-are-fixed', 'and not after a no');
select is(pg_temp.refusal($$update base.incoming_referrals set reason = 'x' where id = pg_temp.u(42)$$), 'permission denied for table incoming_referrals', 'what came stays');
select results_eq($$select type, youth_id from base.events where resource = 'incoming-referrals' order by type$$,
  $$values ('accepted', pg_temp.u(1)), ('accepted', pg_temp.u(2)), ('accepted', pg_temp.u(4)), ('closed', null), ('declined', null)$$, 'the history is the youth''s');
reset role;
select is(pg_temp.refusal($$update base.incoming_referrals set status = 'accepted', answered_at = base.now() where id = pg_temp.u(46)$$), 'accepted_without_youth', 'nor for the owner');
update base.youths set merged_into = pg_temp.u(1) where id = pg_temp.u(5);
set local role kaa_service;
select is(pg_temp.happens('incoming-referrals', pg_temp.u(46), 'accepted', jsonb_build_object('youthId', pg_temp.u(5))), 'merged', 'nothing new of a merged duplicate');
reset role;

-- The night -----------------------------------------------------------------------------------------
select pg_temp.caller('protected:read preventive:read', at => '2027-09-19T10:00:00Z');
select is(base.forget_incoming_referrals('9980'), '{"cleared": 0, "deleted": 0}', 'kept for twelve months');
select pg_temp.caller('protected:read preventive:read', at => '2027-09-20T10:00:00Z');
delete from base.access_log;
select is(base.forget_incoming_referrals('9980'), '{"cleared": 3, "deleted": 3}', 'then forgotten: the declined one, two without an answer, and what was told of the others');
select is(base.forget_incoming_referrals('9980'), '{"cleared": 0, "deleted": 0}', 'once');
select set_eq($$select resource, action, subject from base.access_log, unnest(subjects) subject$$,
  $$values ('incoming-referrals', 'clear', pg_temp.u(1)), ('incoming-referrals', 'clear', pg_temp.u(2)), ('incoming-referrals', 'clear', pg_temp.u(4))$$, 'the log says of whom');
select results_eq($$select coalesce(personal_number, given_name, reason, email), phones, evidence_reference, youth_id from base.incoming_referrals order by id$$,
  $$values (null, '{}'::text[], 'S-1', pg_temp.u(1)), (null, '{}', 'S-1', pg_temp.u(2)), (null, '{}', 'S-1', pg_temp.u(4))$$, 'that it was stays, and where the consent is found');
select set_eq($$select id from base.changes where resource = 'incoming-referrals' and change = 'removed'$$, array[pg_temp.u(45), pg_temp.u(46), pg_temp.u(47)], 'the feed tells of those that went');
update base.municipalities set policy = '{"preventiveMonths": 1}' where municipality = '9980';
insert into base.incoming_referrals (municipality, id, personal_number, created_at) values ('9980', pg_temp.u(51), '20090505TF01', '2027-08-21T10:00Z'), ('9980', pg_temp.u(52), '20090505TF01', '2027-08-20T10:00Z');
select is(base.forget_incoming_referrals('9980') ->> 'deleted', '1', 'by the municipality''s policy');

-- A preventive person who is deleted takes the referral along.
select base.delete_youths('9980', array[pg_temp.u(4)]);
select is_empty($$select from base.incoming_referrals where id = pg_temp.u(44) union all select from base.events where resource_id = pg_temp.u(44)$$, 'nothing stays');

select * from finish();
rollback;
