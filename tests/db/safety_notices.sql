-- Safety notices: of whom, for how long, and gone when they are over.
begin;
select no_plan();
\ir fixture.psql
update base.youths set birth_date = null where id = pg_temp.u(5);
insert into base.concern_reports (municipality, id, youth_id, made_at)
select '9980', pg_temp.u(30 + n), pg_temp.u(n), '2026-09-19T10:00Z' from unnest(array[1, 2, 5, 6]) n;

set local role kaa_service;
select pg_temp.caller('protected:read preventive:read');
create function pg_temp.try(youth int, more jsonb default '{}', nr int default null, report int default null) returns text language sql as $$
  select pg_temp.refusal(format($f$
    insert into edit.safety_notices (id, "youthId", measures, "validUntil", "concernReportId")
    select id, "youthId", measures, "validUntil", "concernReportId" from jsonb_populate_record(null::edit.safety_notices, %L)$f$,
    jsonb_build_object('id', coalesce(pg_temp.u(nr), gen_random_uuid()), 'youthId', pg_temp.u(youth), 'measures', 'Aldrig ensam',
                       'validUntil', '2026-10-20', 'concernReportId', pg_temp.u(report)) || more))
$$;
select is(pg_temp.try(6, nr => 41), 'done', 'of one who is of age');
select is(pg_temp.try(1), 'concern-report-missing', 'of one who is not only after a concern report');
select is(pg_temp.try(5), 'concern-report-missing', 'nor of one whose birth date is not known');
select is(pg_temp.try(1, report => 31, nr => 42), 'done', 'with the report');
select is(pg_temp.try(5, report => 35), 'done', 'of one without birth date as well');
select is(pg_temp.try(6, report => 36), 'done', 'it may be named of one who is of age');
select is(pg_temp.try(1, report => 36), 'unknown-reference', 'not another youth''s');
select is(pg_temp.try(1, report => 99), 'unknown-reference', 'nor one that there is not');
select is(pg_temp.try(6, report => 31), 'unknown-reference', 'also where none is needed');
select is(pg_temp.try(8), 'unknown-reference', 'an absent youth');
select is(pg_temp.try(9), 'unknown-reference', 'a youth of another municipality');
select is(pg_temp.try(4), 'preventive-person', 'of preventive persons no more is kept than the law names');
select is(pg_temp.try(6, '{"validUntil": "2026-09-19"}'), 'notice-in-the-past', 'its last day is to come');
select is(pg_temp.try(6, '{"validUntil": "2026-09-20"}', 43), 'done', 'it may be today');
select is(pg_temp.try(6, '{"validUntil": "2027-03-20"}'), 'done', 'or six months ahead');
select is(pg_temp.try(6, '{"validUntil": "2027-03-21"}'), 'notice-too-long', 'and no later');
select is(pg_temp.try(2, report => 32, nr => 44), 'done', 'of a hidden youth');
select pg_temp.caller('', at => '2027-05-04T21:59:00Z');
select is(pg_temp.try(1, '{"validUntil": "2027-05-20"}'), 'concern-report-missing', 'to the day before the 18th birthday in Sweden');
select pg_temp.caller('', at => '2027-05-04T22:00:00Z');
select is(pg_temp.try(1, '{"validUntil": "2027-05-20"}'), 'done', 'and from it on without');
reset role; delete from base.safety_notices where valid_until = '2027-05-20'; set local role kaa_service;
select pg_temp.caller('');
select is(pg_temp.try(2, report => 32), 'unknown-reference', 'a hidden youth is as one that is absent');
select is_empty('select from api.safety_notices where "youthId" = pg_temp.u(2)', 'and so are the notices');

-- Where the municipality keeps no concern reports here.
reset role;
update base.municipalities set policy = '{"functionsOff": ["concern-reports"]}' where municipality = '9980';
set local role kaa_service;
select is(pg_temp.try(1), 'done', 'without the function no report is asked for');
select is(pg_temp.try(1, report => 31), 'unknown-reference', 'nor can one be named');
reset role;
update base.municipalities set policy = '{}' where municipality = '9980';
set local role kaa_service;

-- The report of a duplicate that was merged is the same person's.
reset role;
update base.youths set merged_into = pg_temp.u(1) where id = pg_temp.u(5);
set local role kaa_service;
select is(pg_temp.try(1, report => 35), 'done', 'a merged duplicate''s report');
select is(pg_temp.try(5, report => 35), 'merged', 'nothing new of the duplicate');

-- No edit, and an end --------------------------------------------------------------------------------
select is(pg_temp.refusal($$update base.safety_notices set valid_until = '2027-01-01'$$), 'permission denied for table safety_notices', 'it is not changed');
select is((select status from api.safety_notices where id = pg_temp.u(43)), 'active', 'to the end of its last day');
select pg_temp.caller('', at => '2026-09-20T22:00:00Z');
select is((select status from api.safety_notices where id = pg_temp.u(43)), 'expired', 'and then expired');
select is(pg_temp.happens('safety-notices', pg_temp.u(42), 'ended'), 'done', 'ended before');
select is(pg_temp.happens('safety-notices', pg_temp.u(42), 'ended'), 'transition-not-allowed', 'once');
select is((select status from api.safety_notices where id = pg_temp.u(42)), 'ended', 'so it says');
reset role;
select is(pg_temp.refusal(format('update base.safety_notices set %s = %L where id = pg_temp.u(%s)', c, v, n)), 'facts-are-fixed', c || ' is fixed for the owner as well')
from (values ('youth_id', pg_temp.u(1)::text, 41), ('measures', 'x', 41), ('valid_until', '2026-12-01', 41), ('ended_at', '2026-09-01T10:00Z', 42)) f(c, v, n);
select is(pg_temp.refusal($$update base.safety_notices set ended_at = '2026-09-20T10:00Z' where id = pg_temp.u(41)$$), 'notice_ended_with_status', 'an end has its status');

-- The night -------------------------------------------------------------------------------------------
select pg_temp.caller('protected:read preventive:read', at => '2026-09-20T21:59:00Z');
delete from base.access_log;
select is(base.forget_safety_notices('9980'), '{"deleted": 1}', 'one that has ended goes the night after');
select pg_temp.caller('protected:read preventive:read', at => '2026-09-20T22:00:00Z');
select is(base.forget_safety_notices('9980'), '{"deleted": 1}', 'one that is over as well');
select set_eq('select resource, action, subjects from base.access_log',
  $$values ('safety-notices', 'delete', array[pg_temp.u(1)]), ('safety-notices', 'delete', array[pg_temp.u(6)])$$, 'the log says whose');
select set_eq($$select id from base.changes where resource = 'safety-notices' and change = 'removed'$$, array[pg_temp.u(42), pg_temp.u(43)], 'the feed which');
select is_empty($$select from base.events where resource = 'safety-notices'$$, 'the history goes along');
select ok(pg_temp.u(44) in (select id from base.safety_notices), 'others stay');
select pg_temp.caller('protected:read preventive:read', at => '2028-09-19T10:00:00Z');
select is(base.forget_concern_reports('9980'), '{"deleted": 4}', 'a report that a notice names is deleted in its own time');
select is_empty('select from base.safety_notices where concern_report_id is not null', 'and no longer named');

-- Who visits a merged duplicate visits the same person.
reset role;
select pg_temp.caller('protected:read preventive:read');
insert into base.outreach_attempts (municipality, id, youth_id, channel, staff, safety_notice_acknowledged) values
  ('9980', pg_temp.u(81), pg_temp.u(4), 'home_visit', '{anna,bo}', true);
update base.youths set merged_into = pg_temp.u(6) where id = pg_temp.u(4);
select is(pg_temp.try(6), 'done', 'a new notice of the survivor');
select is((select safety_notice_acknowledged from base.outreach_attempts where id = pg_temp.u(81)), null, 'is to be read before what was planned for the duplicate');

select * from finish();
rollback;
