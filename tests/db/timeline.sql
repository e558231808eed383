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
insert into base.school_events (municipality, seq, youth_id, client, school_unit, event_id, type, date, enrolment_type, school)
select '9980', n, pg_temp.u(n), 'school', '', 'e' || n, 'ended', '2026-09-16', 'komvux', 'Dold skola' from unnest(array[1, 2]) n;
set local role kaa_service;

select pg_temp.caller('youths:read outreach-attempts:read consents:read referrals:read sip-requests:read measures:read school-events:read');
select bag_eq($$select resource, type from api.timeline where "youthId" = pg_temp.u(1)$$,
  $$values ('registrations', 'started'), ('occupations', 'confirmed'), ('assignments', 'started'), ('outreach-attempts', 'planned'),
           ('outreach-attempts', 'reached'), ('consents', 'given'), ('consents', 'withdrawn'), ('referrals', 'draft'), ('referrals', 'sent'),
           ('referrals', 'cancelled'), ('sip-requests', 'draft'), ('measures', 'offered'), ('school-events', 'ended')$$, 'everything is there, the sensitive recipient''s too');
select is((select count(*) - count(distinct id) from api.timeline)::int, 0, 'each row has an id of its own');
select is((select at from api.timeline where resource = 'registrations' and "youthId" = pg_temp.u(1)), '2026-09-09T22:00Z', 'a day begins at midnight in Sweden');
select is((select summary from api.timeline where type = 'reached'), '{"channel": "phone", "purpose": "outreach"}', 'with what it was');
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

select * from finish();
rollback;
