-- The timeline: everything of a youth, for those who may read it.
begin;
select no_plan();
\ir fixture.psql

set local role kaa_service;
select pg_temp.caller('');
insert into edit.occupations ("youthId", code, "from") values (pg_temp.u(1), 'work', '2026-09-11');
insert into edit.assignments ("youthId", staff, "from") values (pg_temp.u(1), 'anna', '2026-09-12');
insert into edit.outreach_attempts (id, "youthId", channel, staff) values (pg_temp.u(51), pg_temp.u(1), 'phone', '{anna}');
select pg_temp.happens('outreach-attempts', pg_temp.u(51), 'reached', '{"at": "2026-09-13T10:00:00Z"}');
insert into edit.consents (id, "youthId", purpose, "recipientIds", shares, "givenByYouth", medium, "givenAt")
values (pg_temp.u(31), pg_temp.u(1), 'sharing', array[pg_temp.u(23)], '{identity}', true, 'oral', '2026-09-14T10:00Z');
insert into edit.referrals (id, "youthId", "recipientId", reason) values (pg_temp.u(41), pg_temp.u(1), pg_temp.u(23), 'Stöd');
select pg_temp.happens('referrals', pg_temp.u(41), 'sent');
insert into edit.sip_requests (id, "youthId", addressees) values (pg_temp.u(61), pg_temp.u(1), '[]');
insert into edit.measures (id, "youthId", type, "offeredAt") values (pg_temp.u(71), pg_temp.u(1), 'coaching', '2026-09-15T10:00Z');
select pg_temp.happens('consents', pg_temp.u(31), 'withdrawn');
reset role;
insert into base.outreach_batches (municipality, id, name, channel, staff) values ('9980', pg_temp.u(55), 'Utskick', 'letter', '{anna}');
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, batch_id) values ('9980', pg_temp.u(52), pg_temp.u(1), 'letter', '{anna}', pg_temp.u(55));
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, status, attempted_at, outcome_at, unannounced_reason) values
  ('9980', pg_temp.u(53), pg_temp.u(1), 'home_visit', '{anna,bo}', 'not_at_address', '2026-09-12T10:00Z', '2026-09-12T10:00Z', 'Kom förbi');
insert into base.address_notifications (municipality, youth_id, attempt_id, sent_at) values ('9980', pg_temp.u(1), pg_temp.u(53), '2026-09-12T12:00Z');
insert into base.concern_reports (municipality, id, youth_id, made_at) select '9980', pg_temp.u(80 + n), pg_temp.u(n), '2026-09-17T10:00Z' from unnest(array[1, 2]) n;
insert into base.safety_notices (municipality, id, youth_id, measures, valid_until, concern_report_id)
select '9980', pg_temp.u(84 + n), pg_temp.u(n), 'Alltid två', '2026-10-01', pg_temp.u(80 + n) from unnest(array[1, 2]) n;
insert into base.outreach_pauses (municipality, id, youth_id, requested_by, evidence_reference, from_date, until_date)
values ('9980', pg_temp.u(91), pg_temp.u(1), 'Socialtjänsten', 'S-1', '2026-10-01', '2026-10-20');
insert into base.incoming_referrals (municipality, id, client, personal_number, created_at) select '9980', pg_temp.u(94 + n), 'soc', '20090505TF0' || n, '2026-09-08T10:00Z' from unnest(array[1, 2]) n;
select pg_temp.caller('protected:read preventive:read');
set local role kaa_service;
select pg_temp.happens('incoming-referrals', pg_temp.u(94 + n), 'accepted', jsonb_build_object('youthId', pg_temp.u(n))) from unnest(array[1, 2]) n;
select pg_temp.happens('concern-reports', pg_temp.u(81), 'opened'), pg_temp.happens('safety-notices', pg_temp.u(85), 'ended');
reset role;
insert into base.events (municipality, resource, resource_id, youth_id, type, at, actor)
values ('9980', 'outreach-pauses', pg_temp.u(91), pg_temp.u(1), 'ended', '2026-09-18T10:00Z', 'system');
insert into base.school_events (municipality, seq, youth_id, client, school_unit, event_id, type, date, enrolment_type, school)
select '9980', n, pg_temp.u(n), 'school', '', 'e' || n, 'ended', '2026-09-16', 'komvux', 'Dold skola' from unnest(array[1, 2]) n;
set local role kaa_service;

-- Of every resource: who has its scope sees all of it, and who has another sees nothing of it.
create temp table resources (r text);
insert into resources select unnest('{registrations,occupations,assignments,outreach-attempts,outreach-pauses,concern-reports,
  safety-notices,address-notifications,incoming-referrals,consents,referrals,sip-requests,disclosures,measures,school-events}'::text[]);
create function pg_temp.scopes(but text default '') returns text language sql as $$
  select string_agg(distinct base.feed_scope(r), ' ') || case when but = 'incoming-referrals' then '' else ' protected:read preventive:read' end
  from pg_temp.resources where base.feed_scope(r) <> base.feed_scope(but)
$$;
grant select on resources to kaa_service;
-- Every table with rows of a youth that the service shows is there, or is here for a reason.
select set_eq($$select replace(c.relname, '_', '-') from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'youth_id'
  where c.relnamespace = 'base'::regnamespace and c.relkind = 'r'$$,
  $$select r from resources union all values ('changes'), ('district-periods'), ('evaluations'), ('events'), ('identity-numbers'),
    ('import-rows'), ('measure-revisions'), ('outreach-state'), ('sip-addressees'), ('youth-merges')$$, 'nothing about a youth is forgotten');
set local role kaa_service;
select pg_temp.caller(pg_temp.scopes());
select bag_eq($$select resource, type from api.timeline where "youthId" = pg_temp.u(1)$$,
  $$values ('registrations', 'started'), ('occupations', 'confirmed'), ('assignments', 'started'), ('outreach-attempts', 'planned'),
           ('outreach-attempts', 'reached'), ('outreach-attempts', 'planned'), ('outreach-attempts', 'planned'), ('address-notifications', 'sent'),
           ('consents', 'given'), ('consents', 'withdrawn'), ('referrals', 'draft'), ('referrals', 'sent'), ('disclosures', 'released'),
           ('referrals', 'cancelled'), ('sip-requests', 'draft'), ('measures', 'offered'), ('school-events', 'ended'),
           ('concern-reports', 'made'), ('concern-reports', 'opened'), ('safety-notices', 'active'), ('safety-notices', 'ended'),
           ('outreach-pauses', 'active'), ('outreach-pauses', 'ended'), ('incoming-referrals', 'received'), ('incoming-referrals', 'accepted')$$,
  'everything is there, the sensitive recipient''s too');
select set_eq('select distinct resource from api.timeline', 'select r from resources', 'each of the resources has its rows');
create function pg_temp.without(but text) returns setof text language sql as $$
  select pg_temp.caller(pg_temp.scopes(but));
  select distinct resource from api.timeline
$$;
select set_eq(format('select pg_temp.without(%L)', r), format('select r from resources where base.feed_scope(r) <> base.feed_scope(%L)', r),
              'without its scope nothing of ' || r) from resources;
create function pg_temp.only(r text) returns setof text language sql as $$
  select pg_temp.caller(base.feed_scope(r));
  select distinct resource from api.timeline where "youthId" = pg_temp.u(1)
$$;
select set_eq(format('select pg_temp.only(%L)', r), format('select r from resources where base.feed_scope(r) = base.feed_scope(%L) and r <> ''incoming-referrals''', r),
              'with it alone no more than ' || r) from resources;
select pg_temp.caller(pg_temp.scopes());
select is((select count(*) - count(distinct id) from api.timeline)::int, 0, 'each row has an id of its own');
select is((select at from api.timeline where resource = 'registrations' and "youthId" = pg_temp.u(1)), '2026-09-09T22:00Z', 'a day begins at midnight in Sweden');
select is((select summary from api.timeline where type = 'reached'), '{"channel": "phone", "purpose": "outreach"}', 'with what it was');
select is((select summary ->> 'batchId' from api.timeline where "resourceId" = pg_temp.u(52)), pg_temp.u(55)::text, 'and the mailing it belongs to');
select results_eq($$select resource, summary from api.timeline where "youthId" = pg_temp.u(1) and type in ('sent', 'active', 'made', 'received', 'released')
    and resource <> 'referrals' order by resource$$,
  $$values ('address-notifications', jsonb_build_object('attemptId', pg_temp.u(53))), ('concern-reports', '{"mandatory": true}'),
           ('disclosures', jsonb_build_object('recipientId', pg_temp.u(23))), ('incoming-referrals', '{"client": "soc"}'),
           ('outreach-pauses', '{"from": "2026-10-01", "until": "2026-10-20"}'), ('safety-notices', '{"until": "2026-10-01"}')$$, 'of no resource more than that');
select is((select summary from api.timeline where resource = 'school-events' and "youthId" = pg_temp.u(1)), '{"enrolmentType": "komvux"}', 'without the school''s name');
select pg_temp.caller('youths:read');
select is((select array_agg(distinct resource order by resource) from api.timeline), '{assignments,occupations,registrations}', 'without a scope its rows are not there');
select pg_temp.caller('measures:read');
select is((select array_agg(distinct resource) from api.timeline), '{measures}', 'each scope has its own');
select pg_temp.caller('youths:read');
select is((select count(*) from api.timeline where "youthId" = pg_temp.u(2))::int, 0, 'a hidden youth has none');
select pg_temp.caller('youths:read protected:read');
select is((select count(*) from api.timeline where "youthId" = pg_temp.u(2))::int, 1, 'with protected:read there is one');
select pg_temp.caller('youths:read measures:read', '9981');
select is((select count(*) from api.timeline)::int, 0, 'another municipality sees nothing');
reset role;
select pg_temp.caller('youths:read');
update base.registrations set status = 'ended', end_date = '2026-09-18', exit_reason = 'moved' where youth_id = pg_temp.u(1);
select is((select summary from api.timeline where resource = 'registrations' and type = 'ended'), '{"exitReason": "moved"}', 'the end is there as well');

select set_eq($$select r.ev_class::regclass::text from pg_depend d join pg_rewrite r on r.oid = d.objid
  where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'base.timeline_of'::regproc$$, array['api.timeline'], 'the youth''s policy is asked before');

select * from finish();
rollback;
