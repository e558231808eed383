-- Merges: which are refused, what leads to the survivor, what a duplicate takes no more, and the way back.
begin;
select no_plan();
\ir fixture.psql
-- Besides the fixture's: 03 has been registered and is not now; 07 is its duplicate, entered by hand, ended;
-- 08 is registered since 03 has ended; 11 and 12 are marked, 12 registered now.
select pg_temp.caller('protected:read preventive:read');
insert into base.youths (municipality, id, birth_date, given_name, family_name, protection, status, address) values
  ('9980', pg_temp.u(7), '2009-05-05', 'Cia', 'Lind', 'none', 'ended', '{"kind": "registered", "street": "Storgatan 3"}'),
  ('9980', pg_temp.u(8), '2009-05-05', 'Cia', 'Lind', 'none', 'active', null),
  ('9980', pg_temp.u(11), '2009-05-05', 'Hal', 'Rönn', 'confidentiality_marking', 'ended', null),
  ('9980', pg_temp.u(12), '2009-05-05', 'Hal', 'Rönn', 'protected_registration', 'active', null);
insert into base.registrations (municipality, youth_id, start_date, end_date, status, reason, exit_reason)
select '9980', pg_temp.u(n), f::date, t::date, case when t is null then 'open' else 'ended' end, 'dropout', case when t is not null then 'completed' end
from (values (3, '2026-02-01', '2026-04-01'), (7, '2026-05-01', '2026-06-01'), (8, '2026-09-01', null), (11, '2026-03-01', '2026-04-15'),
             (12, '2026-09-01', null)) r(n, f, t);
insert into base.identity_numbers (municipality, youth_id, number, type, valid_from)
select '9980', pg_temp.u(n), '20090505TF' || lpad(n::text, 2, '0'), 'temporary', '2026-01-01' from unnest(array[1, 2, 3, 4, 5, 6, 7, 8, 11, 12]) n;

create function pg_temp.merge(duplicate int, survivor int, id int default null) returns text language sql as $$
  select pg_temp.refusal(format('insert into edit.youth_merges (id, "youthId", "mergedInto") values (%L, %L, %L)',
                                coalesce(pg_temp.u(id), gen_random_uuid()), pg_temp.u(duplicate), pg_temp.u(survivor)))
$$;
create function pg_temp.person(number text) returns uuid language sql as $$
  select p.youth_id from base.numbers_of_persons p where p.number = $1
$$;
grant execute on all functions in schema pg_temp to kaa_service;
set local role kaa_service;

-- Who may
select pg_temp.caller('preventive:read');
select is(pg_temp.merge(7, 8), 'scope-missing', 'not without the sight of protected persons');
select pg_temp.caller('protected:read preventive:read', districts => '{00000000-0000-4000-8000-000000000801}');
select is(pg_temp.merge(7, 8), 'districts-limited', 'nor with a token of some districts');

select pg_temp.caller('protected:read');
select is(pg_temp.merge(d, s), 'scope-missing', 'nor without the sight of preventive persons') from (values (7, 8), (4, 8), (7, 4)) v(d, s);

-- Which
select pg_temp.caller('protected:read preventive:read');
select is(pg_temp.merge(d, s), code, why) from (values
  (7, 7, 'merged-into-itself', 'nobody into itself'), (77, 8, 'unknown-reference', 'nobody who is not there'), (7, 77, 'unknown-reference', 'nor into such'),
  (9, 8, 'unknown-reference', 'nobody of another municipality'),
  (7, 9, 'unknown-reference', 'nor into such'), (1, 8, 'both-registered', 'not two who are registered'), (8, 7, 'duplicate-registered', 'not one who is, into one who is not'),
  (11, 3, 'survivor-less-protected', 'not a marked person into one who is not'), (12, 11, 'survivor-less-protected', 'nor protected registration into a marking')) v(d, s, code, why);
select pg_temp.caller('protected:read preventive:read');
select is(pg_temp.merge(7, 4), 'survivor-preventive', 'not into one of preventive work');
select is(pg_temp.merge(4, 8), 'done', 'but the other way');
reset role;
insert into base.registrations (municipality, youth_id, start_date, end_date, status, reason, exit_reason)
values ('9980', pg_temp.u(7), '2026-03-15', '2026-03-16', 'ended', 'dropout', 'registered_in_error');
set local role kaa_service;
select is(pg_temp.merge(7, 3), 'registered-together', 'not two who were registered on one day');
reset role;
delete from base.registrations where youth_id = pg_temp.u(7) and start_date = '2026-03-15';
set local role kaa_service;
select is(pg_temp.merge(7, 3, 701), 'done', 'a duplicate');
select is(pg_temp.merge(7, 3), 'merged', 'once');
select is(pg_temp.merge(7, 8), 'merged', 'and into one');
select is(pg_temp.merge(11, 7), 'survivor-merged', 'nobody into a duplicate');
select is(pg_temp.merge(3, 8), 'duplicate-survives', 'nor a survivor into somebody');
select pg_temp.caller('protected:read preventive:read', at => '2026-04-01T10:00:00Z');
select is(pg_temp.refusal(format($$insert into edit.registrations ("youthId", "startDate", reason) values (%L, '2026-04-01', 'dropout')$$, pg_temp.u(3))),
          'registrations-overlap', 'what the duplicate was registered for is the survivor''s: no other registration then');
select pg_temp.caller('protected:read preventive:read');

-- Whom all leads to
select is(array[pg_temp.person('20090505TF07'), pg_temp.person('20090505TF03')], array[pg_temp.u(3), pg_temp.u(3)], 'its number leads to the survivor');
select is((select v."mergedInto" from api.youths v where v.id = pg_temp.u(7)), pg_temp.u(3), 'the duplicate says whom it is merged into');
select is((select v."mergedInto" from api.youths v where v.id = pg_temp.u(3)), null, 'the survivor nothing');

select is((select v.registration ->> 'startDate' from api.youths v where v.id = pg_temp.u(n)), '2026-05-01', format('the latest registration of the two is shown by %s', n)) from unnest(array[3, 7]) n;

-- Nothing new about a duplicate
select is(pg_temp.refusal(format('insert into edit.%s ("youthId", %s) values (%L, %s)', t, c, pg_temp.u(7), v)), 'merged', t)
from (values ('registrations', '"startDate", reason', '''2026-09-01'', ''dropout'''), ('occupations', 'code', '''work'''), ('assignments', 'staff', '''anna'''),
             ('outreach_attempts', 'channel, staff', '''phone'', ''{anna}'''), ('measures', 'type', '''coaching'''), ('sip_requests', 'addressees', '''[]'''),
             ('referrals', '"recipientId", reason', format('%L, ''Stöd''', pg_temp.u(21))),
             ('consents', 'purpose, "recipientIds", shares, "givenByYouth", medium, "givenAt"', format('''sharing'', array[%L::uuid], ''{identity}'', true, ''oral'', ''2026-09-14T10:00Z''', pg_temp.u(22)))) w(t, c, v);
select is(pg_temp.refusal(format('select base.add_number(%L, %L, %L)', gen_random_uuid(), pg_temp.u(7), '{"personalNumber": "20090505TX07"}')), 'merged', 'no number');
select is(pg_temp.refusal(format('update edit.youths set %s where id = %L', s, pg_temp.u(7))), 'merged', s)
from unnest(array['email = ''x@example.com''', 'phones = ''{+46701740605}''', 'guardians = ''[{"name": "Kim"}]''', '"contactAddress" = ''{"street": "A"}''', '"externalIds" = ''{"a": "b"}''']) s;
select is(pg_temp.refusal(format('update edit.youths set guardians = ''[]'', email = null where id = %L', pg_temp.u(7))), 'done', 'it may be cleared');
select is(pg_temp.refusal(format('update base.youth_merges set %s where id = %L', s, pg_temp.u(701))), 'permission denied for table youth_merges', s)
from unnest(array['merged_into = gen_random_uuid()', 'youth_id = gen_random_uuid()', 'reason = ''x''']) s;

-- Its number may be the survivor's own
select is(pg_temp.refusal(format('select base.add_number(%L, %L, %L)', gen_random_uuid(), pg_temp.u(8), '{"personalNumber": "20090505TF07"}')), 'number-of-another', 'not another''s');
select is(pg_temp.refusal(format('select base.add_number(%L, %L, %L)', gen_random_uuid(), pg_temp.u(3), '{"personalNumber": "20090505TF07"}')), 'done', 'but the survivor''s');
select is((select v."personalNumber" from api.youths v where v.id = pg_temp.u(3)), '20090505TF07', 'which then shows it');

-- Hidden as the survivor is
select pg_temp.caller('youths:read');
select is((select count(*) from api.youth_merges), 0::bigint, 'merges are not seen without protected:read');
select pg_temp.caller('protected:read preventive:read', districts => '{00000000-0000-4000-8000-000000000801}');
select is((select count(*) from api.youth_merges), 0::bigint, 'nor with a token of some districts');
select pg_temp.caller('protected:read preventive:read', '9981');
select is((select count(*) from api.youth_merges), 0::bigint, 'nor in another municipality');
select is(pg_temp.happens('youth-merges', pg_temp.u(701), 'reversed'), 'not-found', 'which does not reverse it');
reset role;
select pg_temp.caller('protected:read preventive:read');
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.u(3);
select is((select y.protection from base.youths y where y.id = pg_temp.u(7)), 'confidentiality_marking', 'a survivor who becomes marked: the duplicate too');
update base.youths set protection = 'none' where id = pg_temp.u(3);
update base.youths set protection = 'protected_registration', address = null where id = pg_temp.u(3);
select is((select concat_ws(' ', y.protection, y.address) from base.youths y where y.id = pg_temp.u(7)), 'protected_registration', 'protected registration: its address is gone');
set local role kaa_service;
select is(pg_temp.merge(11, 12, 702), 'done', 'a marked person into one of protected registration');
select is((select y.protection from base.youths y where y.id = pg_temp.u(11)), 'protected_registration', 'is so too');

-- The way back
select is(pg_temp.happens('youth-merges', pg_temp.u(701), 'reversed'), 'done', 'reversed');
select is(pg_temp.happens('youth-merges', pg_temp.u(701), 'reversed'), 'transition-not-allowed', 'once');
select is(array[pg_temp.person('20090505TF07'), pg_temp.person('20090505TF03')], array[pg_temp.u(7), pg_temp.u(3)], 'each is found by its own number');
select is((select string_agg(v."personalNumber", ' ' order by v.id) from api.youths v where v.id in (pg_temp.u(3), pg_temp.u(7)) and v."mergedInto" is null), '20090505TF03 20090505TF07', 'and shows it');
select is((select v.registration ->> 'startDate' from api.youths v where v.id = pg_temp.u(3)), '2026-02-01', 'the survivor shows its own registration again');
select is(pg_temp.refusal(format('insert into edit.occupations ("youthId", code) values (%L, ''work'')', pg_temp.u(7))), 'done', 'something new is written about it');
select is((select m.status || ' ' || (m."reversedAt" is not null) from api.youth_merges m where m.id = pg_temp.u(701)), 'reversed true', 'the merge is still there');
select is(pg_temp.merge(7, 8), 'survivor-less-protected', 'the protection it got stays');
select is(pg_temp.merge(7, 12), 'done', 'merged into another');
reset role;
-- a duplicate of preventive work is deleted in its time, and its merge with it
select is((select count(*) from base.youth_merges m where m.youth_id = pg_temp.u(4)), 1::bigint, 'a merge of preventive work');
delete from base.identity_numbers where youth_id = pg_temp.u(4);
delete from base.district_periods where youth_id = pg_temp.u(4);
select is(pg_temp.refusal(format('delete from base.youths where id = %L', pg_temp.u(4))), 'done', 'can be deleted');
select is((select count(*) from base.youth_merges m where m.youth_id = pg_temp.u(4)), 0::bigint, 'with the merge');
select is(pg_temp.refusal(format('update base.youth_merges set %s where id = %L', s, pg_temp.u(701))), r, r)
from (values ('reversed_at = null', 'reversed_at_with_status'), ('merged_into = youth_id', 'merged_into_itself'),
             ('status = ''merged'', reversed_at = null', 'merged_once')) v(s, r);

-- The timeline: of one person with all that was done for both
select pg_temp.caller('protected:read preventive:read');
insert into base.youths (municipality, id, birth_date, given_name, family_name) values
  ('9980', pg_temp.u(14), '2009-05-05', 'Ina', 'Ask'), ('9980', pg_temp.u(15), '2009-05-05', 'Ina', 'Ask');
insert into base.registrations (municipality, youth_id, start_date, end_date, status, reason, exit_reason)
select '9980', pg_temp.u(n), f::date, t::date, 'ended', 'dropout', 'completed' from (values (14, '2026-01-10', '2026-03-01'), (15, '2026-03-01', '2026-05-01')) r(n, f, t);
insert into base.outreach_attempts (municipality, youth_id, channel, status, attempted_at, outcome_at, staff)
select '9980', pg_temp.u(n), 'phone', 'reached', d::timestamptz, d::timestamptz, '{anna}' from (values (14, '2026-01-20T10:00Z'), (15, '2026-03-20T10:00Z')) a(n, d);
insert into base.measures (municipality, youth_id, type, status, start_date, end_date, end_reason)
select '9980', pg_temp.u(n), 'coaching', 'ended', d::date, d::date, 'interrupted_by_youth' from (values (14, '2026-01-25'), (15, '2026-03-25')) m(n, d);
set local role kaa_service;
select is(pg_temp.merge(14, 15, 703), 'done', 'of whom one is the other');
select pg_temp.caller('youths:read measures:read protected:read');
create function pg_temp.happened(youth int) returns text language sql as $$
  select string_agg(t.resource || ' ' || t.type, ', ' order by t.at, t.type) from api.timeline t where t."youthId" = pg_temp.u(youth)
$$;
select is(pg_temp.happened(15), 'registrations started, registrations ended, registrations started, registrations ended, measures offered, measures offered',
          'the survivor''s timeline has both');
select is(pg_temp.happened(14), 'registrations started, registrations ended, measures offered', 'the duplicate''s its own');
reset role;
update base.youths set protection = 'confidentiality_marking' where id = pg_temp.u(14);
set local role kaa_service;
select pg_temp.caller('youths:read measures:read');
select is(pg_temp.happened(15), 'registrations started, registrations ended, measures offered', 'what is hidden of the duplicate is hidden there too');
reset role;
select pg_temp.caller('protected:read');
set local role kaa_service;
select is(pg_temp.happens('youth-merges', pg_temp.u(703), 'reversed'), 'done', 'or not');
reset role;

-- The feed
select is((select string_agg(c.change, ' ' order by c.seq) from base.changes c where c.resource = 'youths' and c.id = pg_temp.u(7) and c.audience <> 'open' and c.seq >
            (select max(d.seq) from base.changes d where d.id = pg_temp.u(7) and d.change = 'created' and d.resource = 'youths')) ~ 'updated', true, 'merging and reversing is in the feed of youths');
select is((select count(*) from base.changes c where c.resource = 'youth-merges'), 0::bigint, 'merges themselves are not');
select * from finish();
rollback;
